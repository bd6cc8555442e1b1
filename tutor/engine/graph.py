"""The Program as a graph to draw: what stands in a box of its own, what lies on the residual stream, what feeds what.

No geometry and no names: everything follows from the operations, the roles of their tensors and who reads whom. The
residual stream of a text is the chain of tensors with the role `residual`, each made from the one before. A step that
adds to it or hands it on is a place on the stream; boxes that read it branch off.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import field

from tutor.engine.ops import Add, Identity, Linear, Tokens
from tutor.engine.program import Program, Step, Stop
from tutor.engine.records import dataclass

#: How a box lies to the residual stream: beside it; adding to it (⊕); handing it on; with the stream going through it,
#: as through the norm of a post-norm block or a folded block.
PLAIN, ADD, MARK, THROUGH = "plain", "add", "mark", "through"
STREAM = "residual"
#: Roles whose tensors have a column of their own, in this order.
COLUMNS = ("query", "key", "value")
#: At most so many boxes stand side by side.
_ABREAST = 4


@dataclass(frozen=True)
class Box:
    """Steps that are drawn as one: a stage, a part of it, or folded blocks.

    Attributes:
        steps: names of the steps, in order; the last is its address.
        stops: numbers of the stages it stands for.
        section: the part of the model it is in; of folded blocks the first.
        track: which of the texts it belongs to.
        kind: PLAIN, ADD, MARK or THROUGH.
        role: `query`, `key` or `value` where all it makes has that role.
        made: the tensor of the residual stream that leaves it, "" for none.
        starts: whether the stream begins here.
        given: the numbers of tokens it reads, which are given and not computed.
        folded: the blocks it stands for, () where it is open.
    """

    steps: tuple[str, ...]
    stops: tuple[int, ...]
    section: str
    track: int = 0
    kind: str = PLAIN
    role: str = ""
    made: str = ""
    starts: bool = False
    given: tuple[str, ...] = ()
    folded: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.steps[-1]

    @property
    def on_stream(self) -> bool:
        return self.kind != PLAIN


@dataclass(frozen=True)
class Arrow:
    """Box `target` reads what box `source` made. `stream`: it is the residual stream, as it is there; `late`: it is an
    earlier state of the stream, which something has been added to since."""

    source: int
    target: int
    names: tuple[str, ...]
    role: str = ""
    stream: bool = False
    late: bool = False


@dataclass(frozen=True)
class Row:
    """Boxes that stand side by side, in one track; `add` joins the stream beside them."""

    boxes: tuple[int, ...]
    track: int
    add: int | None = None

    @property
    def all(self) -> tuple[int, ...]:
        return self.boxes if self.add is None else (*self.boxes, self.add)


@dataclass(frozen=True)
class Graph:
    """Boxes in order, who feeds whom, and which stand side by side."""

    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    rows: tuple[Row, ...]
    tracks: int = 1

    def box_of(self, step: str) -> int:
        return next(at for at, box in enumerate(self.boxes) if step in box.steps)


def blocks(program: Program) -> tuple[tuple[str, ...], ...]:
    """The numbered sections that follow one another within a track, run by run: what may be folded."""
    runs: list[list[str]] = []
    before = ""
    for stop in program.stops:
        if stop.section == before:
            continue
        if _numbered(stop.section):
            follows = bool(runs) and before == runs[-1][-1] and _stem(before) == _stem(stop.section)
            if follows:
                runs[-1].append(stop.section)
            else:
                runs.append([stop.section])
        before = stop.section
    return tuple(tuple(run) for run in runs)


def graph(program: Program, folds: Iterable[Sequence[str]] = ()) -> Graph:
    """The graph of a program; each of `folds` names consecutive blocks that are drawn as one card."""
    fold_of = {name: tuple(one) for one in folds for name in one}
    maker = _Maker(program)
    at = 0
    stops = program.stops
    while at < len(stops):
        names = fold_of.get(stops[at].section)
        if names is None:
            maker.stop(stops[at])
            at += 1
            continue
        end = at
        while end < len(stops) and stops[end].section in names:
            end += 1
        maker.fold(stops[at:end])
        at = end
    return maker.graph()


def _numbered(section: str) -> bool:
    return section.rsplit(".", 1)[-1].isdigit()


def _stem(section: str) -> str:
    return section.rpartition(".")[0]


@dataclass
class _Maker:
    """Puts the boxes together, stage by stage."""

    program: Program
    boxes: list[Box] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    #: Of each track, the tensor of the residual stream as it is now; and after each box.
    now: dict[int, str] = field(default_factory=dict)
    before: list[str] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    track: int = 0

    def stop(self, stop: Stop) -> None:
        pending: list[Step] = []
        for step in stop.steps:
            if isinstance(step.op, Tokens):
                self.track = self.program.streams.index(step.name)
            if step.role == STREAM and isinstance(step.op, (Add, Identity)):
                inner = next((one.name for one in reversed(pending) if one.role == STREAM), None)
                if (inner or self.now.get(self.track)) in step.inputs:
                    self._flush(pending, stop)
                    pending = []
                    if self.now.get(self.track) in step.inputs:
                        self._join(step, stop)
                        continue
            pending.append(step)
        self._flush(pending, stop)

    def fold(self, stops: Sequence[Stop]) -> None:
        """Blocks as one card."""
        steps = [step for stop in stops for step in stop.steps]
        names = tuple(dict.fromkeys(stop.section for stop in stops))
        box = self._box(steps, tuple(stop.number for stop in stops), stops[0].section, names)
        self.rows.append(Row((box,), self.track))

    def _join(self, step: Step, stop: Stop) -> None:
        """A step on the stream: beside the box that it adds, where that is the row above."""
        kind = ADD if isinstance(step.op, Add) else MARK
        at = self._box([step], (stop.number,), stop.section, kind=kind)
        last = self.rows[-1] if self.rows and self.rows[-1].track == self.track else None
        if kind == ADD and last is not None and last.add is None:
            first = self.boxes[last.boxes[0]]
            if not first.on_stream and not first.starts and first.section == stop.section and (
                set(first.steps) & (set(step.inputs) - {self.before[at]})
            ):  # fmt: skip
                self.rows[-1] = Row(last.boxes, self.track, at)
                return
        self.rows.append(Row((at,), self.track))

    def _flush(self, steps: Sequence[Step], stop: Stop) -> None:
        for row in _parts(steps):
            made = [self._box(part, (stop.number,), stop.section) for part in row]
            # What the stream goes through has a row for itself.
            abreast = 1 if any(self.boxes[at].made for at in made) else _ABREAST
            for at in range(0, len(made), abreast):
                self.rows.append(Row(tuple(made[at : at + abreast]), self.track))

    def _box(self, steps: Sequence[Step], stops: tuple[int, ...], section: str, folded: tuple[str, ...] = (),
             kind: str = "") -> int:
        now = self.now.get(self.track, "")
        reads = {name for step in steps for name in step.inputs}
        made = next((step.name for step in reversed(steps) if step.role == STREAM), "")
        if made and now and now not in reads:
            made = ""  # another stream: nothing that this one goes on with
        roles = {step.role for step in steps if step.role in COLUMNS}
        plain = PLAIN if not (made and now) else THROUGH
        given = {name for name in reads if name in self.program.sources and name not in self.program.streams}
        self.boxes.append(Box(
            tuple(step.name for step in steps), stops, section, self.track, kind or plain,
            roles.pop() if len(roles) == 1 else "", made, bool(made and not now), tuple(sorted(given)), folded,
        ))  # fmt: skip
        self.before.append(now)
        if made:
            self.now[self.track] = made
            self.made.add(made)
        return len(self.boxes) - 1

    def graph(self) -> Graph:
        where = {name: at for at, box in enumerate(self.boxes) for name in box.steps}
        found: dict[tuple[int, int, str, bool, bool], dict[str, None]] = {}
        for at, box in enumerate(self.boxes):
            for step in box.steps:
                for name in self.program[step].inputs:
                    source = where.get(name)
                    if source is None or source == at:
                        continue
                    is_stream = name in self.made and self.boxes[source].track == box.track
                    stream = is_stream and name == self.before[at]
                    role = self.program[name].role
                    key = (source, at, role if role in COLUMNS else "", stream, is_stream and not stream)
                    found.setdefault(key, {})[name] = None
        arrows = tuple(Arrow(key[0], key[1], tuple(names), *key[2:]) for key, names in found.items())
        return Graph(tuple(self.boxes), arrows, tuple(self.rows), len(self.program.streams))


def _parts(steps: Sequence[Step]) -> list[list[list[Step]]]:
    """Rows of boxes of consecutive steps of a stage.

    What has weights of its own and nothing to do with its neighbours stands beside them (Q, K, V); one train of
    thought with several matrices is one box for each (FFN in, FFN out; a gate beside what it gates).
    """
    if not steps:
        return []
    groups = _connected(steps)
    if len(groups) > 1:
        return [groups] if all(any(step.weights for step in one) for one in groups) else [[list(steps)]]
    if sum(isinstance(step.op, Linear) for step in steps) < 2:
        return [[list(steps)]]
    part_of: dict[str, int] = {}
    parts: list[list[Step]] = []
    depth: list[int] = []
    for step in steps:
        inside = {part_of[name] for name in step.inputs if name in part_of}
        if len(inside) == 1 and not isinstance(step.op, Linear):
            at = inside.pop()
        else:
            at = len(parts)
            parts.append([])
            depth.append(1 + max((depth[one] for one in inside), default=-1))
        parts[at].append(step)
        part_of[step.name] = at
    return [[part for part, deep in zip(parts, depth) if deep == level] for level in range(max(depth) + 1)]


def _connected(steps: Collection[Step]) -> list[list[Step]]:
    """The steps in groups that have nothing to do with one another."""
    group = {step.name: at for at, step in enumerate(steps)}
    for step in steps:
        for name in step.inputs:
            if name in group and group[name] != group[step.name]:
                old, new = group[step.name], group[name]
                group = {one: new if at == old else at for one, at in group.items()}
    found: dict[int, list[Step]] = {}
    for step in steps:
        found.setdefault(group[step.name], []).append(step)
    return list(found.values())
