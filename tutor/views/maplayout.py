"""Where everything of the architecture map stands: boxes, lines and frames in units of the design. No Qt.

The tracks are columns, or below one another where the map is narrow; what one track reads of another runs in a
channel beside them.
"""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine.graph import ADD, MARK, PLAIN, THROUGH, Arrow, Graph, Row
from tutor.engine.records import dataclass
from tutor.views.mapways import LANE, SLOT, Column, In, Mid, Point, Rect, Sizes, Y

_FIRST_SLOT, _FRAME, _ABOVE, _BELOW, _AFTER_ADD, _SECTION = 9.0, 16.0, 8.0, 14.0, 10.0, 8.0
FULL = Sizes()
_HEAD = 18.0  # how high the name of a track is
_MARK = 4.0  # how far below the top of its frame a mark stands, besides the usual gap
_CARD = 6.0  # how much higher a card of folded blocks is than a box


@dataclass(frozen=True)
class Node:
    """A box on the map. `small`: one of several that stand side by side."""

    at: int
    rect: Rect
    small: bool = False


@dataclass(frozen=True)
class Line:
    """What box `source` made, on its way to box `target`; it begins on the stream where that has it.

    `kind` is `stream` (thick) or `plain`; `head` says whether it ends with an arrow, `dot` whether it begins with one.
    """

    source: int
    target: int
    names: tuple[str, ...]
    points: tuple[Point, ...]
    kind: str = PLAIN
    role: str = ""
    head: bool = False
    dot: bool = False


@dataclass(frozen=True)
class Frame:
    """Round the boxes of an open block; its title stands at the top."""

    section: str
    rect: Rect
    track: int


@dataclass(frozen=True)
class Place:
    """A row as it stands: its boxes, and where its badge and its picture are (None: there is no room)."""

    row: Row
    rect: Rect
    badge: Rect | None
    thumb: Rect | None


@dataclass(frozen=True)
class Layout:
    """The whole map. `nodes` are in the order of the graph's boxes; `spines` are where the streams run; `heads`, where
    the tracks have their names, if there are several."""

    wide: float
    high: float
    nodes: tuple[Node, ...]
    lines: tuple[Line, ...]
    frames: tuple[Frame, ...]
    places: tuple[Place, ...]
    spines: tuple[float, ...]
    heads: tuple[Point, ...] = ()

    def at(self, x: float, y: float) -> Node | None:
        """The box at a point."""
        return next((one for one in self.nodes if one.rect.has(x, y)), None)


def layout(graph: Graph, sizes: Sizes = FULL, title: float = 30) -> Layout:
    """The map of a graph; `title` is the height of a block's title inside its frame."""
    columns = [Column(graph, track, sizes) for track in range(graph.tracks)]
    outs: dict[object, float] = {}
    crossing = [
        _Crossing(one, columns, sizes, outs) for one in graph.arrows
        if _track(graph, one.source) != _track(graph, one.target)
    ]  # fmt: skip
    lanes = {key: at for at, key in enumerate(dict.fromkeys(one.key for one in crossing))}
    channel = 20 + LANE * len(lanes) if lanes else 0.0
    stands: list[_Stand] = []
    x = y = 0.0
    heads = []
    for column in columns:
        if graph.tracks > 1:
            heads.append(Point(x + (sizes.card if sizes.stacked else sizes.left), y + 6))
            y += _HEAD
        stands.append(_Stand(column, x, y, title))
        if sizes.stacked:
            y = stands[-1].bottom + (12 if columns[-1] is not column else 0)
        else:
            x, y = x + column.wide + (channel if columns[-1] is not column else 0), 0.0
    wide = max(stand.x + stand.column.wide for stand in stands) + (channel if sizes.stacked else 0)
    lines = [line for stand in stands for line in stand.lines()]
    for one in crossing:
        beside = max(stand.column.wide for stand in stands) if sizes.stacked else stands[one.source].right
        lines += one.lines(stands, beside + 12 + LANE * lanes[one.key])
    nodes = {node.at: node for stand in stands for node in stand.nodes()}
    return Layout(
        wide, max(stand.bottom for stand in stands), tuple(nodes[at] for at in range(len(graph.boxes))), tuple(lines),
        tuple(frame for stand in stands for frame in stand.frames), tuple(
            place for stand in stands for place in stand.places()
        ), tuple(stand.x + sizes.spine for stand in stands), tuple(heads),
    )  # fmt: skip


def _track(graph: Graph, at: int) -> int:
    return graph.boxes[at].track


class _Stand:
    """A column with its heights, at its place on the sheet."""

    def __init__(self, column: Column, x: float, y: float, title: float) -> None:
        self.column, self.x, self.title = column, x, title
        self.tops: list[float] = []
        self.frames: list[Frame] = []
        sizes, rows = column.sizes, column.rows
        open_ = ""
        top = y
        for at, row in enumerate(rows):
            section = self._open(row)
            gap = sizes.gap if at else 12.0
            slots = len(column.gaps[at].slots)
            if slots:
                gap = max(gap, _FIRST_SLOT + SLOT * (slots - 1) + 7)
            if at and rows[at - 1].add is not None:
                gap += _AFTER_ADD
            if at and self._section(rows[at - 1]) != self._section(row):
                gap += _SECTION
            if open_ and section != open_:
                self._close(top + _BELOW)
                gap += _BELOW
            if section and section != open_:
                begins = top + (_FRAME if at else 4) + (_BELOW if open_ else 0)
                self.frames.append(Frame(section, Rect(x, begins, column.wide, 0), column.track))
                gap += _FRAME + (_MARK if self._is_mark(row) else title - sizes.gap)
            elif open_ and self._is_mark(rows[at - 1]) and self.frames[-1].rect.y + title > top + gap:
                gap = self.frames[-1].rect.y + title - top
            open_ = section
            self.tops.append(top + gap)
            top = self.tops[-1] + self.high(at)
        if open_:
            self._close(top + _BELOW)
            top += _BELOW
        last = len(column.gaps[len(rows)].slots)
        self.end = top
        self.bottom = top + 12 + (_FIRST_SLOT + SLOT * last if last else 0)

    def _is_mark(self, row: Row) -> bool:
        """Whether a row is but a mark on the stream, which leaves room for the title beside it."""
        return self.column.box(row.boxes[0]).kind == MARK

    def _section(self, row: Row) -> str:
        return self.column.box(row.boxes[0]).section

    def _open(self, row: Row) -> str:
        """The block whose frame a row is in, "" for none."""
        box = self.column.box(row.boxes[0])
        return box.section if box.section.rsplit(".", 1)[-1].isdigit() and not box.folded else ""

    def _close(self, bottom: float) -> None:
        frame = self.frames[-1]
        x, y, wide, _ = frame.rect
        self.frames[-1] = Frame(frame.section, Rect(x, y, wide, bottom - y), frame.track)

    def high(self, row: int) -> float:
        """The height of a row."""
        sizes, first = self.column.sizes, self.column.box(self.column.rows[row].boxes[0])
        if first.folded:
            return sizes.high + _CARD
        return {ADD: 2 * sizes.disc, MARK: 10.0}.get(first.kind, sizes.high)

    @property
    def right(self) -> float:
        return self.x + self.column.wide

    def middle(self, row: int) -> float:
        return self.tops[row] + self.high(row) / 2

    def rect(self, at: int) -> Rect:
        """Where a box stands."""
        row = self.column.row_of[at]
        low, high = self.column.spans[at]
        tall = {ADD: 2 * self.column.sizes.disc, MARK: 10.0}.get(self.column.box(at).kind, self.high(row))
        return Rect(self.x + low, self.middle(row) - tall / 2, high - low, tall)

    def slot(self, gap: int, slot: int) -> float:
        if gap < len(self.tops):
            return self.tops[gap] - _FIRST_SLOT - SLOT * slot
        return self.end + _FIRST_SLOT + SLOT * slot

    def y(self, where: Y) -> float:
        if isinstance(where, In):
            return self.slot(where.gap, where.slot)
        if isinstance(where, Mid):
            return self.middle(where.row)
        side, at = where.split()
        return self.rect(int(at)).y if side == "top" else self.rect(int(at)).bottom

    def lines(self) -> list[Line]:
        return [
            Line(one.source, one.target, one.names, tuple(Point(self.x + x, self.y(y)) for x, y in points),
                 role=one.role, **how)  # type: ignore[arg-type]
            for one, points, how in self.column.drafts
        ]  # fmt: skip

    def nodes(self) -> list[Node]:
        return [
            Node(at, self.rect(at), len(row.boxes) > 1 and at in row.boxes)
            for row in self.column.rows
            for at in row.all
        ]

    def places(self) -> list[Place]:
        column, sizes, found = self.column, self.column.sizes, []
        for at, row in enumerate(column.rows):
            rect = Rect(self.x, self.tops[at], column.wide, self.high(at))
            first = column.box(row.boxes[0])
            beside = sizes.badge > 0 and first.kind not in (ADD, MARK)
            left, middle = self.x + column.detail, self.middle(at)
            badge = Rect(left, middle - 11, sizes.badge, 22) if beside else None
            thumb = Rect(left + sizes.badge + 14, middle - 13, sizes.thumb, 26) if beside and sizes.thumb else None
            found.append(Place(row, rect, badge, thumb))
        return found


class _Crossing:
    """What one track reads of another. Its turns are booked in the gaps before these have their heights."""

    def __init__(self, arrow: Arrow, columns: Sequence[Column], sizes: Sizes, outs: dict[object, float]) -> None:
        """`outs` remembers where each tensor leaves its box, for all that read it."""
        self.arrow, self.sizes = arrow, sizes
        graph = columns[0].graph
        self.source, self.target = _track(graph, arrow.source), _track(graph, arrow.target)
        self.key = (arrow.source, arrow.names)
        first, last = columns[self.source], columns[self.target]
        self.made = graph.boxes[arrow.source].made in arrow.names
        row = first.row_of[arrow.source]
        if self.key not in outs:
            outs[self.key] = sizes.spine if self.made else first.port(arrow.source, "bottom")
        self.out = outs[self.key]
        booked = first.gaps[row + 1].book(("cross", self.key), self.out, first.wide)
        self.leaves = In(row + 1, booked)
        self.row = last.row_of[arrow.target]
        kind = graph.boxes[arrow.target].kind
        self.side = kind in (THROUGH, ADD, MARK)
        self.enters: Y = Mid(self.row)
        self.into = last.spans[arrow.target][1 if sizes.stacked else 0]
        if self.side and (kind == THROUGH or not sizes.stacked):
            return
        self.into = last.left - 10 if self.side else last.port(arrow.target, "top", graph.boxes[arrow.target].role)
        ends = (self.into, last.wide) if sizes.stacked else (0.0, self.into)
        self.enters = In(self.row, last.gaps[self.row].book(("cross", self.key), *ends))

    def lines(self, stands: Sequence[_Stand], channel: float) -> list[Line]:
        one, first, last = self.arrow, stands[self.source], stands[self.target]
        box = first.column.box(one.source)
        y = first.y(self.leaves)
        x = first.x + self.out
        found: list[Line] = []
        if self.made:
            begin: tuple[Point, ...] = (Point(x, first.rect(one.source).bottom),)
            if box.starts and not box.on_stream:
                rect = first.rect(one.source)
                begin = (Point(rect.x, rect.centre.y), Point(x, rect.centre.y))
            found.append(Line(one.source, one.target, one.names, (*begin, Point(x, y)), "stream"))
            points = [Point(x, y)]
        else:
            points = [Point(x, first.rect(one.source).bottom), Point(x, y)]
        down = last.y(self.enters)
        points += [Point(channel, y), Point(channel, down), Point(last.x + self.into, down)]
        rect = last.rect(one.target)
        if self.side and isinstance(self.enters, In):
            points += [Point(points[-1].x, rect.centre.y), Point(rect.right, rect.centre.y)]
        elif not self.side:
            points.append(Point(points[-1].x, rect.y))
        role = one.role or last.column.box(one.target).role
        found.append(Line(one.source, one.target, one.names, tuple(points), PLAIN, role, True, self.made))
        return found
