"""The forward pass as data: an ordered tuple of Steps, each one operation that makes one named tensor.

Timeline, outline, shape ledger, formulas, code lines, hover and worked arithmetic all read this declaration.
A step is addressed by its name (`blocks.1.attn.scaled`), never by its number.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.axes import Axes, AxesError, Index, Slices
from tutor.engine.ops import Op, Tokens
from tutor.engine.ops import from_json as op_from_json
from tutor.engine.records import dataclass
from tutor.engine.working import Operand, Read, Working

#: Tensors that a run starts from: the ids, and how many of each row's ids are real. Models that read two texts have
#: them once for each, as `encoder.tokens` and `encoder.lengths`.
TOKENS = "tokens"
LENGTHS = "lengths"


def lengths_of(tokens: str) -> str:
    """The name of the lengths that belong to ids: `encoder.tokens` → `encoder.lengths`."""
    return tokens.removesuffix(TOKENS) + LENGTHS


@dataclass(frozen=True)
class Stage:
    """What the timeline shows as one stop: `key` names the idea, `title` is its English name."""

    key: str
    title: str


@dataclass(frozen=True)
class Step:
    """One operation that makes one tensor.

    Attributes:
        name: the full name of the tensor it makes.
        op: the operation.
        inputs: full names of the tensors it reads.
        weights: full names of the weights it reads, after the inputs in the operation's order.
        stage: the idea it belongs to.
        section: the part of the model it is in: `input`, `blocks.0`, …, `output`.
        symbol: the tensor's symbol in formulas (LaTeX).
        role: `query`, `key`, `value`, `residual` or "": which colour the tensor has everywhere.
    """

    name: str
    op: Op
    inputs: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()
    stage: Stage = Stage("", "")
    section: str = ""
    symbol: str = ""
    role: str = ""

    @property
    def operands(self) -> tuple[str, ...]:
        return self.inputs + self.weights

    @property
    def short(self) -> str:
        return self.name.rsplit(".", 1)[-1]


@dataclass(frozen=True)
class Weight:
    """A weight's name, axes, and how random weights for it are drawn."""

    name: str
    axes: Axes
    #: "normal" (standard deviation `std`), "ones" or "zeros".
    init: str = "normal"
    std: float = 1.0
    symbol: str = ""


@dataclass(frozen=True)
class Stop:
    """One stop of the timeline: consecutive steps of one stage within one section."""

    stage: Stage
    section: str
    steps: tuple[Step, ...]
    number: int

    @property
    def path(self) -> str:
        """Its address: the name of its last step."""
        return self.steps[-1].name

    @cached_property
    def results(self) -> tuple[Step, ...]:
        """What it hands on: the steps that no later step of the same stop reads."""
        return tuple(
            step
            for at, step in enumerate(self.steps)
            if not any(step.name in later.inputs for later in self.steps[at + 1 :])
        )


@dataclass(frozen=True)
class Section:
    """One part of the model, in order: its address, its stops, and the ids its track begins with."""

    name: str
    stops: tuple[Stop, ...]
    track: str = TOKENS

    @property
    def number(self) -> int | None:
        """Number of the block, or None outside blocks."""
        tail = self.name.rsplit(".", 1)[-1]
        return int(tail) if tail.isdigit() else None


@dataclass(frozen=True)
class Use:
    """Where a cell goes: a consuming step, which of its operands, and the part of its result."""

    step: str
    operand: int
    index: Slices


@dataclass(frozen=True)
class Cost:
    """What one step costs: parameters counted where they are first read, multiply-adds, bytes of the result."""

    params: int
    macs: int
    bytes: int


@dataclass(frozen=True)
class Program:
    """The whole forward pass: ordered steps and the weights they read.

    Raises ValueError (one sentence) where a step reads what no earlier step makes or a name is taken twice.
    """

    steps: tuple[Step, ...]
    weights: tuple[Weight, ...]

    def __post_init__(self) -> None:
        made: set[str] = set()
        weights = {weight.name for weight in self.weights}
        for step in self.steps:
            if step.name in made or step.name in weights:
                raise ValueError(f"The name {step.name} is used twice in the program.")
            missing = [name for name in step.inputs if name not in made]
            missing += [name for name in step.weights if name not in weights]
            if missing:
                raise ValueError(f"{step.name} reads {missing[0]}, which nothing before it makes.")
            made.add(step.name)
            if isinstance(step.op, Tokens):
                if not step.name.endswith(TOKENS):
                    raise ValueError(f"{step.name} makes token ids, so its name should end in {TOKENS}.")
                made.add(lengths_of(step.name))
        if not self.steps or not isinstance(self.steps[0].op, Tokens):
            raise ValueError("A program begins with its tokens.")

    @cached_property
    def streams(self) -> tuple[str, ...]:
        """Names of the ids of each text the model reads: one, or source and target."""
        return tuple(step.name for step in self.steps if isinstance(step.op, Tokens))

    @cached_property
    def sources(self) -> frozenset[str]:
        """Everything that is given and not computed: ids and lengths."""
        return frozenset(self.streams) | {lengths_of(name) for name in self.streams}

    @cached_property
    def by_name(self) -> Mapping[str, Step]:
        return {step.name: step for step in self.steps}

    @cached_property
    def weight_by_name(self) -> Mapping[str, Weight]:
        return {weight.name: weight for weight in self.weights}

    @cached_property
    def order(self) -> Mapping[str, int]:
        return {step.name: at for at, step in enumerate(self.steps)}

    def __getitem__(self, name: str) -> Step:
        try:
            return self.by_name[name]
        except KeyError:
            raise KeyError(f"This model has no step named {name}.") from None

    @cached_property
    def stops(self) -> tuple[Stop, ...]:
        """The timeline: runs of steps that share stage and section."""
        runs: list[list[Step]] = []
        for step in self.steps:
            if runs and (runs[-1][0].stage, runs[-1][0].section) == (step.stage, step.section):
                runs[-1].append(step)
            else:
                runs.append([step])
        return tuple(Stop(run[0].stage, run[0].section, tuple(run), at) for at, run in enumerate(runs))

    @cached_property
    def sections(self) -> tuple[Section, ...]:
        found: dict[str, list[Stop]] = {}
        tracks: dict[str, str] = {}
        track = self.streams[0]
        for stop in self.stops:
            track = next((step.name for step in stop.steps if isinstance(step.op, Tokens)), track)
            found.setdefault(stop.section, []).append(stop)
            tracks.setdefault(stop.section, track)
        return tuple(Section(name, tuple(stops), tracks[name]) for name, stops in found.items())

    @cached_property
    def tracks(self) -> tuple[tuple[Section, ...], ...]:
        """The sections of each text the model reads: one track, or encoder and decoder."""
        return tuple(tuple(one for one in self.sections if one.track == name) for name in self.streams)

    @cached_property
    def links(self) -> tuple[tuple[str, str], ...]:
        """Where one track reads another: (step read, step that reads it), as cross-attention does."""
        track = {step.name: section.track for section in self.sections for stop in section.stops for step in stop.steps}
        return tuple(
            (name, step.name)
            for step in self.steps
            for name in step.inputs
            if name not in self.sources and track[name] != track[step.name]
        )

    def texts(self, shapes: Mapping[str, Axes]) -> dict[str, tuple[str | None, ...]]:
        """For each axis of each tensor: the ids whose tokens run along it, None for what is no row of tokens.

        Queries are named after the rows they come from; keys after the last operand that has positions.
        """
        found: dict[str, dict[str, str]] = {}
        for stream in self.streams:
            found[stream] = {ax.POS: stream}
        for step in self.steps:
            if isinstance(step.op, Tokens):
                continue
            given = [found.get(name, {}) for name in step.inputs]
            mine: dict[str, str] = {}
            for axis in shapes[step.name]:
                if axis.name in (ax.POS, ax.QUERY):
                    order, wanted = given, (ax.QUERY, ax.POS)
                elif axis.name == ax.KEY:
                    order, wanted = given[::-1], (ax.KEY, ax.POS)
                else:
                    continue
                where = next((one[key] for one in order for key in wanted if key in one), None)
                if where is not None:
                    mine[axis.name] = where
            found[step.name] = mine
        return {name: tuple(mine.get(axis.name) for axis in shapes[name]) for name, mine in found.items()}

    @cached_property
    def _stop_of(self) -> Mapping[str, Stop]:
        return {step.name: stop for stop in self.stops for step in stop.steps}

    def stop_of(self, name: str) -> Stop:
        """The stop of the timeline that a step belongs to."""
        return self._stop_of[self[name].name]

    @cached_property
    def consumers(self) -> Mapping[str, tuple[tuple[Step, int], ...]]:
        """For each tensor or weight: the steps that read it, each with the operand's number."""
        found: dict[str, list[tuple[Step, int]]] = defaultdict(list)
        for step in self.steps:
            for at, name in enumerate(step.operands):
                found[name].append((step, at))
        return {name: tuple(uses) for name, uses in found.items()}

    def downstream(self, name: str) -> frozenset[str]:
        """Every step whose value depends on a tensor or weight, a step of that name included."""
        touched = {name} if name in self.by_name or name in self.sources else set()
        for step in self.steps:
            if name in step.weights or any(source in touched for source in step.inputs):
                touched.add(step.name)
        return frozenset(touched & set(self.by_name))

    @cached_property
    def checkpoints(self) -> tuple[str, ...]:
        """The tensors that cross from one section into a later one: what a trace keeps."""
        kept = {
            name
            for step in self.steps
            for name in step.inputs
            if name not in self.sources and self.by_name[name].section != step.section
        }
        return tuple(step.name for step in self.steps if step.name in kept)

    def symbol(self, name: str) -> str:
        """LaTeX symbol of a tensor or weight; its short name upright where none was declared."""
        declared = self.by_name.get(name) or self.weight_by_name.get(name)
        if declared is not None and declared.symbol:
            return declared.symbol
        short = name.rsplit(".", 1)[-1].replace("_", r"\_")
        return rf"\mathrm{{{short}}}"

    def formula(self, name: str, roles: bool = False) -> str:
        """The step's formula in LaTeX, with the symbols of its tensors.

        With `roles`, the symbols of queries, keys and values are wrapped as `\\textcolor{query}{Q}`.
        """
        step = self[name]

        def symbol(one: str) -> str:
            plain = self.symbol(one)
            role = self.by_name[one].role if one in self.by_name else ""
            return rf"{{\textcolor{{{role}}}{{{plain}}}}}" if roles and role in ("query", "key", "value") else plain

        return step.op.formula(symbol(name), *(symbol(one) for one in step.operands))

    def code(self, name: str) -> str:
        """The torch lines of the step, with short names."""
        step = self[name]
        return step.op.code(step.short, *(one.rsplit(".", 1)[-1] for one in step.operands))

    def shapes(self, batch: int, *pos: int) -> dict[str, Axes]:
        """Axes of every tensor and weight for a batch of `batch` rows of `pos` tokens, one number for each text
        (source, target); a single number serves all.

        Raises AxesError where operands do not fit.
        """
        known: dict[str, Axes] = {weight.name: weight.axes for weight in self.weights}
        for at, stream in enumerate(self.streams):
            known[stream] = ax.axes((ax.BATCH, batch), (ax.POS, pos[min(at, len(pos) - 1)]))
            known[lengths_of(stream)] = ax.axes((ax.BATCH, batch))
        for step in self.steps:
            if not isinstance(step.op, Tokens):
                known[step.name] = _infer(step, [known[name] for name in step.operands])
        return known

    def costs(self, shapes: Mapping[str, Axes]) -> dict[str, Cost]:
        """What each step costs. A weight read twice (tied) counts where it is read first, so the sum is true."""
        counted: set[str] = set()
        found = {}
        for step in self.steps:
            new = [name for name in step.weights if name not in counted]
            counted.update(new)
            out = shapes[step.name]
            given = [] if isinstance(step.op, Tokens) else [shapes[name] for name in step.operands]
            found[step.name] = Cost(
                sum(ax.count(shapes[name]) for name in new),
                step.op.macs(out, *given) if given else 0,
                ax.count(out) * (8 if isinstance(step.op, Tokens) else 4),
            )
        return found

    def reads(self, name: str, index: Sequence[int], shapes: Mapping[str, Axes]) -> tuple[tuple[str, Slices], ...]:
        """For a cell: each operand's name and the part of it that the cell comes from."""
        step = self[name]
        if isinstance(step.op, Tokens):
            return ()
        at = ax.cell(shapes[name], index)
        parts = step.op.reads(at, shapes[name], *(shapes[one] for one in step.operands))
        return tuple(zip(step.operands, parts))

    def used_by(self, name: str, index: Sequence[int], shapes: Mapping[str, Axes]) -> tuple[Use, ...]:
        """Who uses this number: for a cell of a tensor or weight, the parts of later tensors it goes into."""
        at = ax.cell(shapes[name], index)
        found = []
        for step, operand in self.consumers.get(name, ()):
            part = self.use(step, operand, at, shapes)
            if not any(isinstance(p, slice) and p == slice(0, 0) for p in part):
                found.append(Use(step.name, operand, part))
        return tuple(found)

    def use(self, step: Step, operand: int, index: Index, shapes: Mapping[str, Axes]) -> Slices:
        """The part of a step's result that one cell of one of its operands goes into."""
        return step.op.used_by(operand, index, shapes[step.name], *(shapes[one] for one in step.operands))

    def working(self, read: Read, name: str, index: Index, shapes: Mapping[str, Axes]) -> Working:
        """How one cell came about, from cells that `read` fetches."""
        step = self[name]
        operands = [Operand(one, shapes[one], read, plain_symbol(one)) for one in step.operands]
        # ∞ − ∞ and 0/0 are NaN here as they are in the stored value: no reason to warn.
        with np.errstate(all="ignore"):
            made = step.op.working(operands, shapes[name], index)
        return replace(made, name=name, index=index)

    def __iter__(self) -> Iterator[Step]:
        return iter(self.steps)

    def __len__(self) -> int:
        return len(self.steps)

    def to_json(self) -> dict[str, Any]:
        """Plain data, from which `from_json` rebuilds the same program."""
        return {
            "steps": [
                {
                    "name": step.name, **step.op.to_json(), "inputs": step.inputs, "weights": step.weights,
                    "stage": [step.stage.key, step.stage.title], "section": step.section,
                    "symbol": step.symbol, "role": step.role,
                }
                for step in self.steps
            ],
            "weights": [
                {"name": weight.name, "axes": weight.axes, "symbol": weight.symbol} for weight in self.weights
            ],
        }  # fmt: skip

    @classmethod
    def from_json(cls, data: Any) -> "Program":
        """Rebuild a program. Raises ValueError (one sentence) for anything that is not one."""
        own = {"name", "inputs", "weights", "stage", "section", "symbol", "role"}
        try:
            steps = tuple(
                Step(
                    str(one["name"]),
                    op_from_json({key: value for key, value in one.items() if key not in own}),
                    tuple(map(str, one["inputs"])),
                    tuple(map(str, one["weights"])),
                    Stage(*map(str, one["stage"])),
                    str(one["section"]),
                    str(one["symbol"]),
                    str(one["role"]),
                )
                for one in data["steps"]
            )
            weights = tuple(
                Weight(str(one["name"]), _axes_from_json(one["axes"]), symbol=str(one["symbol"]))
                for one in data["weights"]
            )
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            raise ValueError("The file's program is not in a form this version of the tutor knows.") from error
        return cls(steps, weights)


def _infer(step: Step, given: list[Axes]) -> Axes:
    try:
        return step.op.infer(*given)
    except AxesError:
        raise
    except (IndexError, ValueError, ZeroDivisionError) as error:  # too few operands, or too few axes
        told = " and ".join(map(ax.text, given)) or "nothing"
        raise AxesError(f"{step.op.title} does not fit {told}.") from error


def _axes_from_json(data: Any) -> Axes:
    """Axes from pairs of a name and a size. Raises TypeError for anything else."""
    for pair in data:
        if not (isinstance(pair, (list, tuple)) and len(pair) == 2 and isinstance(pair[1], int) and pair[1] >= 0):
            raise TypeError("axes are pairs of a name and a size")
    return ax.axes(*((str(name), size) for name, size in data))


def plain_symbol(name: str) -> str:
    """A tensor's short name for tables and screen readers."""
    return name.rsplit(".", 1)[-1]
