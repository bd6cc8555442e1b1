"""How maps share the screen: how wide each is, and which part of each axis is seen. Axes that several maps have in
common are zoomed together. No Qt here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from tutor.engine.pooling import Span

ROWS, COLUMNS, INNER = "rows", "columns", "inner"
#: One turn of the wheel.
STEP = 1.25
#: No fewer cells than these fill a map.
LEAST = 4

Keys = tuple[str, str]


def links(shapes: Sequence[tuple[int, int]], product: bool) -> list[Keys]:
    """For each map the names of its rows' and its columns' axis; maps with a name in common move together. The last
    is the result. In a product the first operand's columns run along the second's rows."""
    rows, columns = shapes[-1]
    found: list[Keys] = []
    for at, (down, across) in enumerate(shapes[:-1]):
        own = f"{ROWS} {at}", f"{COLUMNS} {at}"
        if product and len(shapes) == 3:
            inner = shapes[0][1] == shapes[1][0]
            if at == 0:
                found.append((ROWS if down == rows else own[0], INNER if inner else own[1]))
            else:
                found.append((INNER if inner else own[0], COLUMNS if across == columns else own[1]))
        else:
            found.append((ROWS if down == rows else own[0], COLUMNS if across == columns else own[1]))
    return [*found, (ROWS, COLUMNS)]


class Windows:
    """The span on screen of every axis, by the axis's name."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}
        self._spans: dict[str, Span] = {}

    def set_axes(self, sizes: Mapping[str, int]) -> None:
        """Other axes are on screen. What was zoomed stays so where all axes are as long as they were."""
        if dict(sizes) != self._sizes:
            self._sizes, self._spans = dict(sizes), {}

    def span(self, key: str) -> Span:
        return self._spans.get(key, (0, self._sizes[key]))

    def zoomed(self, *keys: str) -> bool:
        """Whether a part only of one of these axes is on screen; with none named, of any."""
        return any(key in self._spans for key in keys or self._spans)

    def zoom(self, key: str, factor: float, at: float) -> bool:
        """Show `factor` times fewer cells; the place `at` (in cells) stays where it is. Returns whether it changed."""
        start, stop = self.span(key)
        length, size = stop - start, self._sizes[key]
        wanted = round(length / factor)
        if wanted == length:
            wanted += -1 if factor > 1 else 1
        wanted = max(min(LEAST, size), min(size, wanted))
        share = (at - start) / length
        return self._set(key, round(at - share * wanted), wanted)

    def move(self, key: str, by: int) -> bool:
        """Pan by so many cells, no further than the end. Returns whether it moved."""
        start, stop = self.span(key)
        return self._set(key, start + by, stop - start)

    def put(self, key: str, start: int) -> bool:
        """Pan so that this cell is the first on screen, or as near as can be."""
        span = self.span(key)
        return self._set(key, start, span[1] - span[0])

    def reveal(self, key: str, at: int) -> bool:
        """Pan as little as brings a cell on screen, with one more beside it. Returns whether it moved."""
        start, stop = self.span(key)
        if start <= at < stop:
            return False
        return self._set(key, at - 1 if at < start else at + 2 - (stop - start), stop - start)

    def reset(self) -> bool:
        """All of every axis. Returns whether anything was zoomed."""
        changed = bool(self._spans)
        self._spans = {}
        return changed

    def _set(self, key: str, start: int, length: int) -> bool:
        before, size = self.span(key), self._sizes[key]
        start = max(0, min(size - length, start))
        if length >= size:
            self._spans.pop(key, None)
        else:
            self._spans[key] = start, start + length
        return self.span(key) != before


def shares(columns: Sequence[int], room: float, px: Callable[[float], float], product: bool) -> list[float]:
    """How wide each map is: by what it has to show; the result of a product gets the most, a single column little."""
    last = len(columns) - 1
    wishes, most = [], []
    for at, cols in enumerate(columns):
        shown = min(max(cols, 2), 40)
        wishes.append(shown**0.5 * (1.9 if product and at == last else 1.0))
        # A product of one column is read as a number; many columns need no more than the screen.
        most.append(px(64) * cols if cols <= 2 else px(52) * cols if cols < 24 else px(4000))
    widths = [0.0] * len(wishes)
    left, open_ = room, set(range(len(wishes)))
    while open_:
        total = sum(wishes[at] for at in open_)
        full = [at for at in open_ if left * wishes[at] / total >= most[at]]
        if not full:
            for at in open_:
                widths[at] = left * wishes[at] / total
            break
        for at in full:
            widths[at] = most[at]
            open_.discard(at)
        left = room - sum(widths)
    readable = px(39) * columns[-1]
    if product and widths[-1] < readable <= 0.58 * room:
        # Where the result's numbers can be printed in its cells, the operands give way.
        rest = (room - readable) / max(1.0, sum(widths[:-1]))
        widths = [*(width * min(1.0, rest) for width in widths[:-1]), readable]
    return widths
