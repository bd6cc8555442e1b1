"""Which way each line of the architecture map goes, before anything has a height. No Qt.

In a track the residual stream is a straight line at the left and the boxes stand in rows at its right, in the order in
which they are computed. A line that passes rows runs in a lane at their right, which makes them narrower; what comes
back to the stream from afar runs in a lane between stream and boxes. Lines cross over in the gaps between rows.
"""

from __future__ import annotations

from dataclasses import field
from typing import NamedTuple

from tutor.engine.graph import ADD, COLUMNS, MARK, THROUGH, Arrow, Box, Graph
from tutor.engine.records import dataclass

LANE, SLOT, CLEAR = 14.0, 8.0, 6.0
PART_GAP = 8.0


class Point(NamedTuple):
    x: float
    y: float


class Rect(NamedTuple):
    x: float
    y: float
    wide: float
    high: float

    @property
    def right(self) -> float:
        return self.x + self.wide

    @property
    def bottom(self) -> float:
        return self.y + self.high

    @property
    def centre(self) -> Point:
        return Point(self.x + self.wide / 2, self.y + self.high / 2)

    def has(self, x: float, y: float) -> bool:
        return self.x <= x <= self.right and self.y <= y <= self.bottom


@dataclass(frozen=True)
class Sizes:
    """Lengths of the design; `badge` and `thumb` are 0 where the map shows names alone, `stacked` puts the tracks
    below one another."""

    card: float = 12
    spine: float = 50
    left: float = 98
    wide: float = 250
    badge: float = 72
    thumb: float = 66
    high: float = 26
    gap: float = 10
    margin: float = 14
    disc: float = 10
    stacked: bool = False

    @property
    def details(self) -> float:
        """How much the badge and the picture take beside the boxes."""
        return (14 + self.badge if self.badge else 0) + (14 + self.thumb if self.thumb else 0)


@dataclass
class Gap:
    """The room above a row, where lines cross over: a slot for each bundle of them, the nearest to the row first."""

    slots: list[list[tuple[object, float, float]]] = field(default_factory=list)

    def book(self, key: object, low: float, high: float) -> int:
        low, high = min(low, high) - CLEAR, max(low, high) + CLEAR
        for at, slot in enumerate(self.slots):
            mine = [one for one in slot if one[0] == key]
            if mine or all(high <= a or b <= low for _, a, b in slot):
                slot.append((key, low, high))
                return at
        self.slots.append([(key, low, high)])
        return len(self.slots) - 1


#: A place in a gap: which one, and which of its slots; or a row's middle.
@dataclass(frozen=True)
class In:
    gap: int
    slot: int


@dataclass(frozen=True)
class Mid:
    row: int


Y = In | Mid | str
#: A line before the heights are known.
Draft = tuple[Arrow, list[tuple[float, Y]], dict[str, object]]


class Column:
    """One track: first the widths and the ways, then the heights, then the lines."""

    def __init__(self, graph: Graph, track: int, sizes: Sizes) -> None:
        self.graph, self.track, self.sizes = graph, track, sizes
        self.rows = [row for row in graph.rows if row.track == track]
        self.row_of = {at: r for r, row in enumerate(self.rows) for at in row.all}
        self.gaps = [Gap() for _ in range(len(self.rows) + 1)]
        self.mine = [one for one in graph.arrows if one.target in self.row_of and one.source in self.row_of]
        self.in_lane: dict[object, int] = {}
        self.on_left: dict[object, int] = {}
        self.passes: list[list[int]] = [[] for _ in self.rows]
        self.ports: dict[tuple[int, str], list[float]] = {}
        self.roles: dict[int, list[str]] = {}
        for one in graph.arrows:
            for at in (one.source, one.target):
                self.roles.setdefault(at, []).append(one.role)
        self.drafts: list[Draft] = []
        self._choose_lanes()
        self.left = sizes.left + LANE * max(0, len(set(self.on_left.values())) - 1)
        lanes = max(self.in_lane.values(), default=-1) + 1
        self.full = sizes.wide + LANE * max(0, lanes - 2)
        #: How wide each of the columns Q, K, V is.
        self.third = (self.full - LANE * max(0, lanes - 1) - 2 * PART_GAP) / 3
        self.right = self.left + self.full
        self.spans = {at: self._span(at) for at in self.row_of}
        self.detail = self.right + (14 if sizes.details else 0)
        self.wide = self.right + sizes.details + sizes.margin
        self._route()

    # Which way --------------------------------------------------------------------------------------------------

    def box(self, at: int) -> Box:
        return self.graph.boxes[at]

    def _ways(self, one: Arrow) -> str:
        """How an arrow goes: along the stream, off it, beside it, straight down, in a lane."""
        target = self.box(one.target)
        first, last = self.row_of[one.source], self.row_of[one.target]
        if one.stream:
            return "spine" if target.on_stream else "branch"
        # Between stream and boxes there is no way past what the stream goes through.
        blocked = any(self.box(row.boxes[0]).kind == THROUGH for row in self.rows[first + 1 : last])
        if one.late:
            return "late_lane" if blocked else "late"
        if target.kind == ADD:
            beside = first == last and self.rows[first].boxes[0] == one.source
            return "join" if beside else "far_lane" if blocked else "far"
        if last == first + 1:
            return "next"
        return "drop" if self._clear_column(one) else "lane"

    def _clear_column(self, one: Arrow) -> bool:
        """Whether a line of Q, K or V can fall straight past the rows between, in a column of its own."""
        if one.role not in COLUMNS:
            return False
        x = COLUMNS.index(one.role)
        ends = (self._columns(one.source), self._columns(one.target))
        if any(len(self.rows[self.row_of[at]].boxes) not in (1, 3) for at in (one.source, one.target)):
            return False
        between = range(self.row_of[one.source] + 1, self.row_of[one.target])
        return all(x in end for end in ends) and not any(
            x in self._columns(at) for row in between for at in self.rows[row].boxes
        )

    def _columns(self, at: int) -> range:
        """Which of the columns Q, K, V a box covers: all that it reads and makes where it is about these alone."""
        row = self.rows[self.row_of[at]]
        count = len(row.boxes)
        if self.box(at).kind in (ADD, MARK):
            return range(0)
        if count == 3 and at in row.boxes:
            place = row.boxes.index(at)
            return range(place, place + 1)
        about = self.roles.get(at)
        if count == 1 and about and all(role in COLUMNS for role in about) and not self.box(at).on_stream:
            found = sorted(COLUMNS.index(role) for role in about)
            return range(found[0], found[-1] + 1)
        return range(3)

    def _choose_lanes(self) -> None:
        """A lane for each tensor that passes rows: the longest outermost, as few as there can be."""
        ends: dict[tuple[object, bool], list[int]] = {}
        for one in self.mine:
            way = self._ways(one)
            if way in ("lane", "far", "late", "far_lane", "late_lane"):
                key = (one.source, one.role, one.names)
                found = ends.setdefault((key, way.endswith("lane")), [self.row_of[one.source], 0])
                found[1] = max(found[1], self.row_of[one.target])
        for right, lanes in ((True, self.in_lane), (False, self.on_left)):
            taken: list[list[tuple[int, int]]] = []
            longest = sorted((one for one in ends if one[1] == right), key=lambda one: ends[one][0] - ends[one][1])
            for end in longest:
                low, high = ends[end]
                free = (n for n, lane in enumerate(taken) if all(high < a or b < low for a, b in lane))
                at = next(free, len(taken))
                if at == len(taken):
                    taken.append([])
                taken[at].append((low, high))
                lanes[end[0]] = at
                if right:
                    for row in range(low + 1, high):
                        self.passes[row].append(at)

    def lane_x(self, lane: int) -> float:
        return self.right - LANE - LANE * lane

    def left_x(self, lane: int) -> float:
        return self.left - 20 - LANE * lane if self.sizes.badge else self.left - 8 - LANE * lane

    def _span(self, at: int) -> tuple[float, float]:
        """Where a box begins and ends across."""
        row, box = self.rows[self.row_of[at]], self.box(at)
        if box.kind in (ADD, MARK):
            side = self.sizes.disc if box.kind == ADD else 5
            return self.sizes.spine - side, self.sizes.spine + side
        lanes = self.passes[self.row_of[at]]
        right = self.lane_x(max(lanes)) - LANE if lanes else self.right
        if box.kind == THROUGH:
            return self.sizes.card, right
        count = len(row.boxes)
        if count > 1:
            each = (right - self.left - PART_GAP * (count - 1)) / count
            left = self.left + row.boxes.index(at) * (each + PART_GAP)
            return left, left + each
        columns = self._columns(at)
        if len(columns) < 3:
            left = self.left + columns[0] * (self.third + PART_GAP)
            return left, min(right, left + len(columns) * (self.third + PART_GAP) - PART_GAP)
        return self.left, right

    def column_x(self, role: str) -> float:
        """The middle of the column of Q, K or V."""
        return self.left + self.third / 2 + COLUMNS.index(role) * (self.third + PART_GAP)

    # Ways ---------------------------------------------------------------------------------------------------------

    def port(self, at: int, side: str, role: str = "", want: float | None = None) -> float:
        """A free place on the upper or lower edge of a box: in the column of a role, else in the middle."""
        low, high = self.spans[at]
        low, high = low + CLEAR, high - CLEAR
        each = self.third
        middle = (self.spans[at][0] + self.spans[at][1]) / 2
        if high - low > each * 1.5:
            middle = self.left + (self.full - 30) / 2
        if want is None:
            want = middle
            if role in COLUMNS and high - low > each:
                want = self.column_x(role)
        used = self.ports.setdefault((at, side), [])
        for step in range(40):
            for x in (want + step * 6, want - step * 6):
                if low <= x <= high and all(abs(x - one) >= 10 for one in used):
                    used.append(x)
                    return x
        return min(max(want, low), high)

    def _free(self, at: int, side: str, x: float) -> bool:
        low, high = self.spans[at]
        return low + CLEAR <= x <= high - CLEAR and all(
            abs(x - one) >= 10 for one in self.ports.get((at, side), ())
        )

    def _route(self) -> None:
        """Draw every arrow; those first that leave no choice."""
        ways = {
            "spine": self._spine, "join": self._join, "next": self._next, "drop": self._drop, "branch": self._branch,
            "lane": self._lane, "far_lane": self._lane, "late_lane": self._lane, "far": self._far, "late": self._late,
        }  # fmt: skip
        found = [(self._ways(one), one) for one in self.mine]
        for way, route in ways.items():
            for each, one in found:
                if each == way:
                    route(one)

    def draft(self, one: Arrow, points: list[tuple[float, Y]], **how: object) -> None:
        self.drafts.append((one, points, how))

    def _spine(self, one: Arrow) -> None:
        first, last = self.row_of[one.source], self.row_of[one.target]
        x = self.sizes.spine
        begin: list[tuple[float, Y]] = [(x, f"bottom {one.source}")]
        if self.box(one.source).starts and not self.box(one.source).on_stream:
            begin = [(self.spans[one.source][0], Mid(first)), (x, Mid(first))]
        assert first <= last
        self.draft(one, [*begin, (x, f"top {one.target}")], kind="stream")

    def _stream_end(self, one: Arrow) -> bool:
        """Whether a branch is the last that reads the stream."""
        readers = [each for each in self.mine if each.source == one.source and each.stream]
        return not any(self.box(each.target).on_stream for each in readers) and one.target == max(
            (each.target for each in readers), default=-1
        )

    def _branch(self, one: Arrow) -> None:
        """Off the stream at a dot; the last reader takes the stream itself."""
        x, row = self.sizes.spine, self.row_of[one.target]
        place = self.rows[row]
        begins = self.box(one.source).starts and not self.box(one.source).on_stream
        from_row = self.row_of[one.source]
        start: list[tuple[float, Y]] = [(x, f"bottom {one.source}")]
        if begins:
            start = [(self.spans[one.source][0], Mid(from_row)), (x, Mid(from_row))]
        level = one.target == place.boxes[0] and place.add is None
        end = self._stream_end(one)
        y: Y = Mid(row)
        way: list[tuple[float, Y]] = [(self.spans[one.target][0], y)]
        if not level:
            port = self.port(one.target, "top", one.role)
            y = In(row, self.gaps[row].book(("branch", one.source), x, port))
            way = [(port, y), (port, f"top {one.target}")]
        continued = any(
            each.source == one.source and each.stream and self.row_of[each.target] > row for each in self.mine
        )
        if end and level:
            self.draft(one, [*start, (x, y), *way], kind="stream", head=True)
            return
        if not continued:  # nothing draws the stream down to here
            self.draft(one, [*start, (x, y)], kind="stream")
        self.draft(one, [(x, y), *way], head=True, dot=True)

    def _join(self, one: Arrow) -> None:
        row = self.row_of[one.source]
        self.draft(one, [(self.spans[one.source][0], Mid(row)), (self.spans[one.target][1], Mid(row))], head=True)

    def _next(self, one: Arrow) -> None:
        a, b = one.source, one.target
        narrow = sorted((self.spans[a], self.spans[b]), key=lambda span: span[1] - span[0])
        wanted = [sum(span) / 2 for span in narrow]
        wanted.insert(0, self.left + (self.full - 30) / 2)
        if len(self.rows[self.row_of[a]].boxes) > 1 or len(self.rows[self.row_of[b]].boxes) > 1:
            wanted.reverse()
            wanted.insert(0, wanted.pop(1))
        if one.role in COLUMNS:
            wanted.insert(0, self.column_x(one.role))
        for x in [*wanted, *(wanted[0] + 10 * n * s for n in range(1, 14) for s in (1, -1))]:
            if self._free(a, "bottom", x) and self._free(b, "top", x):
                self.ports.setdefault((a, "bottom"), []).append(x)
                self.ports.setdefault((b, "top"), []).append(x)
                self.draft(one, [(x, f"bottom {a}"), (x, f"top {b}")])
                return
        out, into = self.port(a, "bottom", one.role), self.port(b, "top", one.role)
        y = In(self.row_of[b], self.gaps[self.row_of[b]].book((a, one.names), out, into))
        self.draft(one, [(out, f"bottom {a}"), (out, y), (into, y), (into, f"top {b}")])

    def _drop(self, one: Arrow) -> None:
        """Straight down in a column of its own; to the side of what a lane has made too narrow for it."""
        x, a, b = self.column_x(one.role), one.source, one.target
        begin: list[tuple[float, Y]] = [(x, f"bottom {a}")]
        end: list[tuple[float, Y]] = [(x, f"top {b}")]
        if x > self.spans[a][1]:
            begin = [(self.spans[a][1], Mid(self.row_of[a])), (x, Mid(self.row_of[a]))]
        elif x < self.spans[a][0]:
            row = self.row_of[a] + 1
            out = self.port(a, "bottom")
            y = In(row, self.gaps[row].book((a, one.names), out, x))
            begin = [(out, f"bottom {a}"), (out, y), (x, y)]
        if x > self.spans[b][1]:
            end = [(x, Mid(self.row_of[b])), (self.spans[b][1], Mid(self.row_of[b]))]
        elif x < self.spans[b][0]:
            row = self.row_of[b]
            into = self.port(b, "top")
            y = In(row, self.gaps[row].book((a, one.names), into, x))
            end = [(x, y), (into, y), (into, f"top {b}")]
        self.ports.setdefault((a, "bottom"), []).append(x)
        self.ports.setdefault((b, "top"), []).append(x)
        self.draft(one, [*begin, *end])

    def _lane(self, one: Arrow) -> None:
        """Past rows, at their right."""
        a, b = one.source, one.target
        key = (a, one.role, one.names)
        x, first, last = self.lane_x(self.in_lane[key]), self.row_of[a], self.row_of[b]
        out = self.sizes.spine if one.late else self.port(a, "bottom", one.role)
        y = In(first + 1, self.gaps[first + 1].book(key, out, x))
        begin: list[tuple[float, Y]] = [*([] if one.late else [(out, f"bottom {a}")]), (out, y), (x, y)]
        low, high = self.spans[b]
        if self.box(b).kind in (ADD, MARK):
            turn = self.left - 10
            over = In(last, self.gaps[last].book(key, turn, x))
            ends: list[tuple[float, Y]] = [(x, over), (turn, over), (turn, Mid(last)), (high, Mid(last))]
        elif low + 2 <= x <= high - 2:
            ends = [(x, f"top {b}")]
        elif self.rows[last].boxes[-1] == b:
            ends = [(x, Mid(last)), (high, Mid(last))]
        else:
            into = self.port(b, "top", one.role)
            over = In(last, self.gaps[last].book(key, into, x))
            ends = [(x, over), (into, over), (into, f"top {b}")]
        self.draft(one, [*begin, *ends], head=one.late or len(ends) != 1, dot=one.late)

    def _far(self, one: Arrow) -> None:
        """To a ⊕ further down: in a lane between the stream and the boxes."""
        a, first, last = one.source, self.row_of[one.source], self.row_of[one.target]
        x = self.left_x(self.on_left[(a, one.role, one.names)])
        row = self.rows[first]
        if row.boxes[0] == a and row.add is None and not self.box(a).on_stream:
            begin: list[tuple[float, Y]] = [(self.spans[a][0], Mid(first)), (x, Mid(first))]
        else:
            out = self.port(a, "bottom", one.role)
            y = In(first + 1, self.gaps[first + 1].book((a, one.names), out, x))
            begin = [(out, f"bottom {a}"), (out, y), (x, y)]
        self.draft(one, [*begin, (x, Mid(last)), (self.spans[one.target][1], Mid(last))], head=True)

    def _late(self, one: Arrow) -> None:
        """What the stream was before something was added: from just behind where it was made."""
        a, b, first, last = one.source, one.target, self.row_of[one.source], self.row_of[one.target]
        x, spine = self.left_x(self.on_left[(a, one.role, one.names)]), self.sizes.spine
        down = In(first + 1, self.gaps[first + 1].book(("late", a), spine, x))
        begin: list[tuple[float, Y]] = [(spine, down), (x, down)]
        if self.box(b).kind in (ADD, MARK):
            self.draft(one, [*begin, (x, Mid(last)), (self.spans[b][1], Mid(last))], head=True, dot=True)
            return
        into = self.port(b, "top", one.role)
        over = In(last, self.gaps[last].book(("late", a), x, into))
        if over == down:
            self.draft(one, [(spine, down), (into, over), (into, f"top {b}")], head=True, dot=True)
        else:
            self.draft(one, [*begin, (x, over), (into, over), (into, f"top {b}")], head=True, dot=True)
