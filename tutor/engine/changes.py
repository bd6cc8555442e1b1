"""What if: a run with changes, each found by what an operation does and by its axes, never by a step's name.

A `Change` is plain data: a switch, W_Q tied to W_K, a head silenced or made even, a cell set, a tensor taken from
another text. `Changes` are some of them in order; `apply` gives the run with all of them, in which everything that
they cannot reach is shared with the original. Each also has a line of text, as `--set` takes it (`changes_text`).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from typing import Any, ClassVar, TypeVar

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.axes import AxesError
from tutor.engine.models import Model
from tutor.engine.ops import (
    Add,
    EvenSoftmax,
    Identity,
    Linear,
    Mask,
    Positions,
    Rotate,
    Scale,
    Scores,
    SilentSum,
    Sinusoid,
    Softmax,
    WeightedSum,
)
from tutor.engine.ops.heads import numbers_of
from tutor.engine.program import Program, Step, lengths_of
from tutor.engine.records import dataclass
from tutor.engine.tokens import Batch, TokenError
from tutor.engine.trace import Patch, Plan, Trace, TraceError

#: What can be switched, and to what. The first value is the model's own.
SWITCHES: Mapping[str, tuple[str, ...]] = {
    "mask": ("on", "off"), "scale": ("on", "off"), "positions": ("on", "off"), "residual": ("on", "off"),
    "pad": ("-inf", "-1000", "none"),
}  # fmt: skip
ZERO, UNIFORM = "zero", "uniform"
#: More than anybody makes by hand.
MOST = 1000
_LARGEST = float(np.finfo(np.float32).max)

_Op = TypeVar("_Op")


class ChangeError(TraceError):
    """A change that cannot be made here; the message is one sentence."""


class Making:
    """A plan as it grows: each change puts in its part."""

    def __init__(self, trace: Trace, model: Model | None) -> None:
        self.trace, self.model = trace, model
        self.program = trace.program
        self.weights: dict[str, np.ndarray] = {}
        self.batch, self.target = trace.batch, trace.target
        self.patches: dict[str, list[Patch]] = {}

    def patch(self, name: str, patch: Patch) -> None:
        self.patches.setdefault(name, []).append(patch)

    def change(self, make: Callable[[Step], Step]) -> None:
        """Another program: each step as `make` gives it."""
        self.program = Program(tuple(map(make, self.program.steps)), self.program.weights)

    def plan(self, told: Sequence[str]) -> Plan:
        patches = {name: tuple(found) for name, found in self.patches.items()}
        return Plan(self.program, self.weights, self.batch, self.target, patches, tuple(told))


@dataclass(frozen=True)
class Change(ABC):
    """One thing that is different."""

    kind: ClassVar[str]

    @property
    def slot(self) -> tuple[Any, ...]:
        """What it changes: a later change of the same takes its place."""
        return (self.kind,)

    @property
    @abstractmethod
    def text(self) -> str:
        """The change as `--set` takes it."""

    @abstractmethod
    def check(self, trace: Trace) -> None:
        """Raise ChangeError, one sentence, where it cannot be made in this run."""

    @abstractmethod
    def make(self, making: Making) -> None:
        """Put it into a plan. Raises ChangeError, or the engine's errors."""

    def stays(self, before: Trace, after: Trace) -> bool:
        """Whether it is still meant when another run takes the place of the one it was made in."""
        return True

    @abstractmethod
    def to_json(self) -> dict[str, Any]: ...


@dataclass(frozen=True)
class Switch(Change):
    """The causal mask, ÷ √d_head, the positions or the residual connections off, or padding hidden in another way.

    Without residual connections each sub-layer's result takes the place of what it would be added to: x + f(x) → f(x).
    """

    kind = "switch"
    key: str
    value: str = "off"

    def __post_init__(self) -> None:
        if self.key not in SWITCHES:
            raise ChangeError(f"There is no switch {self.key!r}: choose from {', '.join(SWITCHES)}.")
        if self.value not in SWITCHES[self.key]:
            raise ChangeError(f"{self.key} can be {' or '.join(SWITCHES[self.key])}, not {self.value!r}.")

    @property
    def slot(self) -> tuple[Any, ...]:
        return self.kind, self.key

    @property
    def text(self) -> str:
        return f"{self.key}={self.value}"

    def check(self, trace: Trace) -> None:
        program, name = trace.program, trace.spec.name
        if self.key == "mask" and not any(one.op.causal for one in steps_of(program, Mask)):  # type: ignore[attr-defined]
            raise ChangeError(f"{name} has no causal mask to take off: pad=none lifts the mask over its padding.")
        if self.key == "scale" and not _scales(trace):
            raise ChangeError(f"{name} does not divide its scores, so there is no scale to take off.")
        if self.key == "positions" and not steps_of(program, Positions, Sinusoid, Rotate):
            raise ChangeError(f"{name} has no positions to take off.")
        if self.key == "residual" and not _residual_adds(program):
            raise ChangeError(f"{name} has no residual connections to take off.")
        if self.key == "pad" and not steps_of(program, Mask):
            raise ChangeError(f"{name} has no mask over its padding.")

    def make(self, making: Making) -> None:
        self.check(making.trace)
        if self.value == SWITCHES[self.key][0]:
            return
        scales = {step.name for step in _scales(making.trace)}
        adds = _residual_adds(making.program) if self.key == "residual" else {}

        def changed(step: Step) -> Step:
            op = step.op
            if self.key == "mask" and isinstance(op, Mask) and op.causal:
                return replace(step, op=replace(op, causal=False, window=0))
            if self.key == "pad" and isinstance(op, Mask):
                return replace(step, op=replace(op, pad=self.value))
            if step.name in adds:
                added = adds[step.name]
                return replace(step, op=op if len(added) > 1 else Identity(), inputs=added)
            if (self.key == "scale" and step.name in scales) or (self.key == "positions" and isinstance(op, Rotate)):
                return replace(step, op=Identity())
            return step

        making.change(changed)
        if self.key == "positions":
            for step in steps_of(making.program, Positions, Sinusoid):
                making.patch(step.name, Patch(whole(making.trace, step.name), np.zeros((), np.float32), "off"))

    def to_json(self) -> dict[str, Any]:
        return {"change": self.kind, "key": self.key, "value": self.value}


@dataclass(frozen=True)
class Tie(Change):
    """Queries made by the keys' matrix: W_Q = W_K in every attention."""

    kind = "tie"

    @property
    def text(self) -> str:
        return "W_Q=W_K"

    def check(self, trace: Trace) -> None:
        for query, key in _pairs(trace.program):
            q, k = (trace.shapes[one.weights[0]] for one in (query, key))
            if q != k:
                raise ChangeError(
                    f"{query.weights[0]} is {ax.text(q)} and {key.weights[0]} is {ax.text(k)}, since several query "
                    "heads share one key head: they cannot be tied."
                )
        if not _pairs(trace.program):
            raise ChangeError(f"{trace.spec.name} makes no queries and keys of its own, so there is nothing to tie.")

    def make(self, making: Making) -> None:
        self.check(making.trace)
        weights = {query.name: key.weights[0] for query, key in _pairs(making.program)}

        def changed(step: Step) -> Step:
            key = weights.get(step.name)
            return step if key is None else replace(step, weights=(key, *step.weights[1:]))

        making.change(changed)

    def to_json(self) -> dict[str, Any]:
        return {"change": self.kind}


@dataclass(frozen=True)
class Head(Change):
    """One head silenced (its result 0) or made even (every key it may look at gets the same share).

    `attention` is the path of its attention, such as `blocks.1.attn`.
    """

    kind = "head"
    attention: str
    head: int
    how: str = ZERO

    def __post_init__(self) -> None:
        if self.how not in (ZERO, UNIFORM):
            raise ChangeError(f"A head can be set to {ZERO} or {UNIFORM}, not {self.how!r:.40}.")

    @property
    def slot(self) -> tuple[Any, ...]:
        return self.kind, self.attention, self.head

    @property
    def text(self) -> str:
        return f"head={self.attention}.{self.head}:{self.how}"

    def check(self, trace: Trace) -> None:
        found = attentions(trace.program).get(self.attention)
        if found is None:
            raise ChangeError(f"{trace.spec.name} has no attention {self.attention!r:.60}.")
        count = heads_of(trace, self.attention)
        if not 0 <= self.head < count:
            raise ChangeError(f"{self.attention} has the heads 0 to {count - 1}, and no head {self.head}.")

    def make(self, making: Making) -> None:
        self.check(making.trace)
        pattern, z = attentions(making.program)[self.attention]
        wanted = z.name if self.how == ZERO else pattern.name

        def changed(step: Step) -> Step:
            if step.name != wanted:
                return step
            op = step.op
            heads = {self.head, *(numbers_of(op.heads) if isinstance(op, (EvenSoftmax, SilentSum)) else ())}
            listed = ",".join(map(str, sorted(heads)))
            if isinstance(op, Softmax):
                return replace(step, op=EvenSoftmax(op.empty_rows, listed))
            return replace(step, op=SilentSum(listed))

        making.change(changed)

    def to_json(self) -> dict[str, Any]:
        return {"change": self.kind, "attention": self.attention, "head": self.head, "how": self.how}


@dataclass(frozen=True)
class Cell(Change):
    """One number of a tensor or a weight set to another; of a token's id: another token."""

    kind = "cell"
    name: str
    index: tuple[int, ...]
    value: float

    def __post_init__(self) -> None:
        if math.isnan(self.value):
            raise ChangeError("A cell can be set to a number or to an infinity, not to NaN.")
        if math.isfinite(self.value) and abs(self.value) > _LARGEST:
            raise ChangeError(f"{self.value:g} is too large for a float32: the largest is {_LARGEST:.3g}.")

    @property
    def slot(self) -> tuple[Any, ...]:
        return self.kind, self.name, self.index

    @property
    def text(self) -> str:
        return f"{self.name}[{','.join(map(str, self.index))}]={plain(self.value)}"

    def check(self, trace: Trace) -> None:
        if self.name not in trace.shapes or self.name in map(lengths_of, trace.program.streams):
            raise ChangeError(f"{trace.spec.name} has no tensor {self.name!r:.60} that could be set.")
        try:
            found = ax.cell(trace.shapes[self.name], self.index)
        except AxesError as error:
            raise ChangeError(str(error)) from None
        if found != self.index:
            raise ChangeError(f"The index {list(self.index)} should count from 0: {list(found)}.")
        if self.name in trace.batches:
            if trace.is_pad(self.name, self.index):
                raise ChangeError("This place is padding and holds no token: choose a token of the sentence.")
            rows = vocabulary(trace, self.name)
            if not (float(self.value).is_integer() and 0 <= self.value < rows):
                raise ChangeError(f"A token's id is a whole number from 0 to {rows - 1:,}, not {plain(self.value)}.")

    def make(self, making: Making) -> None:
        self.check(making.trace)
        if self.name in making.trace.batches:
            self._other_token(making)
        elif self.name in making.program.weight_by_name:
            values = making.weights.get(self.name)
            if values is None:
                values = making.weights[self.name] = np.array(making.trace[self.name])
            was = float(making.trace.read(self.name, self.index))
            values[self.index] = self.value
            making.patch(self.name, Patch(self.index, np.array(self.value, dtype=np.float32), was=was))
        else:
            making.patch(self.name, Patch(self.index, np.array(self.value, dtype=np.float32)))

    def _other_token(self, making: Making) -> None:
        trace = making.trace
        source = self.name == trace.program.streams[0]
        text = making.batch if source else making.target
        assert text is not None
        row, at = self.index
        rows = [list(one) for one in text.real_ids]
        was = rows[row][at]
        rows[row][at] = int(self.value)
        made = rows_again(making.model, trace, rows, source)
        if source:
            making.batch = made
        else:
            making.target = made
        making.patch(self.name, Patch(self.index, np.array(int(self.value)), was=float(was)))

    def stays(self, before: Trace, after: Trace) -> bool:
        if self.name in before.program.weight_by_name:
            return before.spec.name == after.spec.name
        return same_tokens(before, after)

    def to_json(self) -> dict[str, Any]:
        value: Any = self.value if math.isfinite(self.value) else plain(self.value)
        return {"change": self.kind, "name": self.name, "index": list(self.index), "value": value}


@dataclass(frozen=True)
class Replace(Change):
    """A tensor, or a part of it, as it is in the run of another text (activation patching).

    `at` has an entry for each axis, None for all of it; () is the whole tensor of the first sentence.
    """

    kind = "replace"
    name: str
    text_of: str
    at: tuple[int | None, ...] = ()

    @property
    def slot(self) -> tuple[Any, ...]:
        return self.kind, self.name, self.at

    @property
    def text(self) -> str:
        part = f"[{','.join(':' if one is None else str(one) for one in self.at)}]" if self.at else ""
        return f"{self.name}{part}=from:{self.text_of}"

    def check(self, trace: Trace) -> None:
        shapes = trace.shapes
        if self.name in trace.program.weight_by_name:
            raise ChangeError(f"{self.name} is a weight, which is the same for every sentence: set one of its cells.")
        if self.name in trace.program.sources:
            raise ChangeError(f"{self.name} is the sentence itself: write another one, or set one of its ids.")
        if self.name not in shapes:
            raise ChangeError(f"{trace.spec.name} has no tensor {self.name!r:.60} that could be replaced.")
        axes = shapes[self.name]
        if not axes or axes[0].name != ax.BATCH:
            raise ChangeError(f"{self.name} does not depend on the words, so another sentence has the same.")
        if self.at:
            try:
                ax.cell(axes, [0 if one is None else one for one in self.at])
            except AxesError as error:
                raise ChangeError(str(error)) from None
            if any(one is not None and one < 0 for one in self.at):
                raise ChangeError(f"The places in {self.text[:60]!r} should count from 0.")

    def make(self, making: Making) -> None:
        self.check(making.trace)
        row = self.at[0] if self.at and self.at[0] is not None else 0
        other = self._other(making, row)
        rest = self.at[1:] or (None,) * (len(making.trace.shapes[self.name]) - 1)
        part = (row, *(slice(None) if one is None else one for one in rest))
        making.patch(self.name, Patch(part, other.read(self.name, part), "from", self.text_of))

    def _other(self, making: Making, row: int) -> Trace:
        """The other sentence's run, beside the same other sentences of the batch and the same target."""
        trace = making.trace
        rows = [list(one) for one in trace.batch.real_ids]
        ids = ids_of(making.model, self.text_of)
        if len(ids) != len(rows[row]):
            raise ChangeError(
                f"“{self.text_of[:40]}” has {len(ids)} tokens and the sentence on screen {len(rows[row])}: "
                "they need the same number."
            )
        rows[row] = ids
        return trace.with_source(rows_again(making.model, trace, rows, True))

    def stays(self, before: Trace, after: Trace) -> bool:
        return same_tokens(before, after)

    def to_json(self) -> dict[str, Any]:
        return {"change": self.kind, "name": self.name, "at": list(self.at), "text": self.text_of}


@dataclass(frozen=True)
class Changes:
    """Some changes, in the order in which they were made; no two of the same thing."""

    items: tuple[Change, ...] = ()

    def __post_init__(self) -> None:
        if len(self.items) > MOST:
            raise ChangeError(f"There can be {MOST} changes at once: reset some.")

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[Change]:
        return iter(self.items)

    def with_(self, change: Change) -> "Changes":
        """These and another one, which takes the place of an earlier change of the same thing."""
        at = next((at for at, one in enumerate(self.items) if one.slot == change.slot), None)
        if at is None:
            return Changes((*self.items, change))
        return Changes((*self.items[:at], change, *self.items[at + 1 :]))

    def without(self, slot: tuple[Any, ...]) -> "Changes":
        return Changes(tuple(one for one in self.items if one.slot != slot))

    def find(self, *slot: Any) -> Change | None:
        """The change of a thing, if there is one: `find("switch", "mask")`."""
        return next((one for one in self.items if one.slot == slot), None)

    def apply(self, trace: Trace, model: Model | None = None) -> Trace:
        """The run with these changes. `model` reads other sentences and names other tokens.

        Raises ChangeError, or the engine's errors, all of one sentence.
        """
        return trace.changed(self.plan(trace, model)) if self.items else trace

    def plan(self, trace: Trace, model: Model | None = None) -> Plan:
        making = Making(trace, model)
        # Programs first: what a patch or a weight stands in must not depend on the order of the learner's clicks.
        for one in sorted(self.items, key=lambda one: isinstance(one, (Cell, Replace))):
            one.make(making)
        return making.plan([one.text for one in self.items])

    def kept(self, before: Trace, after: Trace) -> tuple["Changes", "Changes"]:
        """When another run takes the place of one: which of these still apply, and which are dropped."""

        def applies(change: Change) -> bool:
            if not change.stays(before, after):
                return False
            try:
                change.check(after)
            except TraceError:
                return False
            return True

        kept = tuple(one for one in self.items if applies(one))
        return Changes(kept), Changes(tuple(one for one in self.items if one not in kept))


# -- what a program has ----------------------------------------------------------------------------------------------


def steps_of(program: Program, *ops: type) -> tuple[Step, ...]:
    """The steps of some kinds of operation."""
    return tuple(step for step in program.steps if isinstance(step.op, ops))


def attentions(program: Program) -> dict[str, tuple[Step, Step]]:
    """Every attention by its path: the step that makes its pattern, and the one that sums the values by it."""
    found = {}
    for z in steps_of(program, WeightedSum):
        pattern = program.by_name[z.inputs[0]]
        if isinstance(pattern.op, Softmax):
            found[z.name.rpartition(".")[0]] = (pattern, z)
    return found


def heads_of(trace: Trace, attention: str) -> int:
    """How many heads an attention has."""
    pattern, _ = attentions(trace.program)[attention]
    return next((axis.size for axis in trace.shapes[pattern.name] if axis.name == ax.HEAD), 1)


def whole(trace: Trace, name: str) -> tuple[slice, ...]:
    return (slice(None),) * len(trace.shapes[name])


def vocabulary(trace: Trace, stream: str) -> int:
    """How many ids a text's tokens can have."""
    return trace.spec.d_vocab_in if stream == trace.program.streams[0] else trace.spec.d_vocab


def same_tokens(one: Trace, other: Trace) -> bool:
    """Whether two runs read the same ids, text by text."""
    return one.batches.keys() == other.batches.keys() and all(
        np.array_equal(batch.ids, other.batches[name].ids) for name, batch in one.batches.items()
    )


def plain(value: float) -> str:
    """A number as it is written: whole ones without a point."""
    return str(int(value)) if math.isfinite(value) and value == int(value) and abs(value) < 1e15 else repr(float(value))


def ids_of(model: Model | None, text: str) -> list[int]:
    """A sentence's ids; for a model without a tokenizer the text is a row of ids."""
    tokenizer = model.tokenizer() if model is not None else None
    if model is not None and tokenizer is not None:
        return list(model.batch([text]).real_ids[0])
    try:
        return [int(part) for part in text.replace(" ", "").split(",")]
    except ValueError:
        raise ChangeError("There is no tokenizer here: give the other sentence's ids, as in from:5,6,7.") from None


def rows_again(model: Model | None, trace: Trace, rows: list[list[int]], source: bool) -> Batch:
    """Rows of ids as a batch, named by the model's tokenizer where there is one. Raises TokenError."""
    if model is None:
        model = Model(trace.spec, trace.program)
    made = model.batch_again(rows) if source else model.target_of_ids(rows)
    old = trace.batch if source else trace.target
    if old is None or made.n_pos != old.n_pos or made.n_rows != old.n_rows:
        raise TokenError("The other sentence does not fit in the place of this one.")
    return made


def _scales(trace: Trace) -> tuple[Step, ...]:
    """The steps that divide scores."""
    return tuple(
        step for step in steps_of(trace.program, Scale) if {ax.QUERY, ax.KEY} <= set(ax.names(trace.shapes[step.name]))
    )


def _residual_adds(program: Program) -> dict[str, tuple[str, ...]]:
    """The steps that add to the residual stream, each with what it adds."""
    stream = {step.name for step in program if step.role == "residual"}
    found = {}
    for step in steps_of(program, Add):
        added = tuple(name for name in step.inputs if name not in stream)
        if step.name in stream and 0 < len(added) < len(step.inputs):
            found[step.name] = added
    return found


def _pairs(program: Program) -> list[tuple[Step, Step]]:
    """For each attention: the linear steps that make its queries and its keys."""
    found = []
    for scores in steps_of(program, Scores):
        query, key = (_made_by(program, name) for name in scores.inputs)
        if query is not None and key is not None:
            found.append((query, key))
    return found


def _made_by(program: Program, name: str) -> Step | None:
    """The linear step at the root of a tensor of heads, followed back along first operands."""
    step = program.by_name.get(name)
    while step is not None and not isinstance(step.op, Linear):
        step = program.by_name.get(step.inputs[0]) if step.inputs else None
    return step


def folded(items: Sequence[Change]) -> Changes:
    """Changes made one after the other."""
    return reduce(Changes.with_, items, Changes())
