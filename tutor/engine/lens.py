"""What a vector says in terms of the vocabulary: rankings, nearest tokens, the logit lens, surprise. No Qt, no torch.

Every number is read from the trace, or computed by the model's own last steps from a tensor of the trace.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.axes import Axes, Index
from tutor.engine.ops import Identity, Lookup
from tutor.engine.program import Program
from tutor.engine.records import dataclass
from tutor.engine.tail import Ended
from tutor.engine.trace import Cancelled, Trace, TraceError
from tutor.engine.vocabulary import outputs

#: Rows of the embedding table that are looked at together.
_SLICE = 4096
_RESIDUAL = "residual"
SAVED = "saved"


@dataclass(frozen=True)
class Entry:
    """One vocabulary entry in a row: its value as stored, its rank from 1 (NaN has none: 0), and its share of the row's
    softmax."""

    id: int
    value: float
    rank: int
    share: float


@dataclass(frozen=True)
class Ranking:
    """The largest entries of one row over the vocabulary, and what all others have together.

    Attributes:
        path, at: the tensor, and the row in it.
        entries: the largest, in order; `added`: those asked for that are not among them.
        others: how many more there are; share, low, high: their shares summed, their smallest and largest value.
        probability: whether the values are probabilities already.
    """

    path: str
    at: Index
    entries: tuple[Entry, ...]
    added: tuple[Entry, ...]
    others: int
    share: float
    low: float
    high: float
    probability: bool

    @property
    def shown(self) -> tuple[Entry, ...]:
        """The largest, then those that were asked for, in order of rank."""
        return (*self.entries, *sorted(self.added, key=lambda entry: entry.rank))


def is_over_vocabulary(axes: Axes) -> bool:
    """Whether a tensor has one number for each vocabulary entry."""
    return len(axes) > 1 and axes[-1].name == ax.D_VOCAB


def softmax(row: np.ndarray) -> np.ndarray:
    """Shares of a row in float64; NaN throughout where the row has no finite maximum."""
    values = row.astype(np.float64)
    with np.errstate(invalid="ignore"):
        shares = np.exp(values - values.max())
        return shares / shares.sum()


def ranking(trace: Trace, path: str, at: Sequence[int], count: int, added: Collection[int] = ()) -> Ranking:
    """The `count` largest entries of a row; `at` is its index without the vocabulary axis. Raises TraceError."""
    axes = trace.shapes[path]
    if not is_over_vocabulary(axes):
        raise TraceError(f"{path} has no axis over the vocabulary: choose the logits or the probabilities.")
    place = ax.cell(axes[:-1], at)
    row = trace.read(path, (*place, slice(None)))
    probability = trace.program[path].op.scale_kind == "probability"
    shares = row.astype(np.float64) if probability else softmax(row)
    order = np.argsort(-row, kind="stable")  # NaN last, equal ones by id
    ranks = np.empty(len(order), np.int64)
    ranks[order] = np.arange(1, len(order) + 1)
    ranks[np.isnan(row)] = 0

    def entry(one: int) -> Entry:
        return Entry(one, float(row[one]), int(ranks[one]), float(shares[one]))

    top = [int(one) for one in order[:count]]
    more = [one for one in dict.fromkeys(map(int, added)) if 0 <= one < len(row) and one not in top]
    rest = np.ones(len(row), bool)
    rest[[*top, *more]] = False
    left = row[rest]
    some = left.size > 0
    return Ranking(
        path, place, tuple(map(entry, top)), tuple(map(entry, more)), int(left.size),
        float(shares[rest].sum()) if some else 0.0, float(left.min()) if some else 0.0,
        float(left.max()) if some else 0.0, probability,
    )  # fmt: skip


# -- nearest tokens --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Near:
    """A row of the embedding table: its id, cosine with the vector, and their product summed (dot)."""

    id: int
    cosine: float
    dot: float


def track_of(program: Program, path: str) -> str:
    """The ids that the track of a step begins with."""
    section = program[path].section
    return next(one.track for one in program.sections if one.name == section)


def table_for(program: Program, shapes: Mapping[str, Axes], path: str) -> str | None:
    """The embedding table that the vectors of a tensor can be held against: that of its own text, as wide as they
    are. None for what is no row of such vectors."""
    axes = shapes[path]
    if len(axes) < 2 or axes[-1].name != ax.D_MODEL or path not in program.by_name:
        return None
    tables = {
        step.inputs[0]: step.weights[0]
        for step in program.steps
        if isinstance(step.op, Lookup) and shapes[step.weights[0]][1] == axes[-1]
    }
    return tables.get(track_of(program, path))


def nearest(
    trace: Trace, path: str, at: Sequence[int], count: int, by_dot: bool = False,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[Near, ...]:
    """The rows of the embedding table nearest to a vector, the nearest first: by cosine, or by dot product.

    `at` is the vector's index without d_model. The table is read in slices. Raises TraceError where the trace has not
    the whole of it, and Cancelled.
    """
    name = table_for(trace.program, trace.shapes, path)
    if name is None:
        raise TraceError(f"{path} has no vectors as wide as the embeddings: choose one that has.")
    vector = trace.read(path, (*ax.cell(trace.shapes[path][:-1], at), slice(None))).astype(np.float64)
    rows = trace.shapes[name][0].size
    dots, cosines = np.empty(rows), np.empty(rows)
    length = float(np.sqrt(vector @ vector))
    for start in range(0, rows, _SLICE):
        if cancelled():
            raise Cancelled
        part = trace.read(name, (slice(start, min(start + _SLICE, rows)), slice(None))).astype(np.float64)
        stop = start + len(part)
        dots[start:stop] = part @ vector
        lengths = np.sqrt(np.einsum("rd,rd->r", part, part)) * length
        with np.errstate(invalid="ignore", divide="ignore"):
            # A vector of length 0 points nowhere, so nothing is near it.
            cosines[start:stop] = np.where(lengths > 0, dots[start:stop] / lengths, np.nan)
    order = np.argsort(-(dots if by_dot else cosines), kind="stable")[:count]
    return tuple(Near(int(one), float(cosines[one]), float(dots[one])) for one in order)


# -- the logit lens --------------------------------------------------------------------------------------------------


def origin(program: Program, path: str) -> str:
    """Where the numbers of a residual come from, past steps that hand on the same numbers under another name."""
    step = program[path]
    while isinstance(step.op, Identity) and len(step.inputs) == 1 and step.inputs[0] in program.by_name:
        before = program[step.inputs[0]]
        if before.role != _RESIDUAL:
            break
        step = before
    return step.name


def final_residual(program: Program, shapes: Mapping[str, Axes]) -> str | None:
    """The residual that the model's last steps read: what the final norm and the unembedding are applied to."""
    found = outputs(program, shapes)
    if found is None:
        return None
    above, todo = set(), [found[0]]
    while todo:
        step = program[todo.pop()]
        if step.name in above:
            continue
        above.add(step.name)
        if step.role != _RESIDUAL:  # what lies behind the last residual is not asked
            todo += [name for name in step.inputs if name in program.by_name]
    named = [step.name for step in program.steps if step.name in above and step.role == _RESIDUAL]
    return named[-1] if named else None


def can_read(program: Program, shapes: Mapping[str, Axes], path: str) -> bool:
    """Whether the logit lens can be laid on a tensor: it is the residual stream that the last steps read."""
    last = final_residual(program, shapes)
    if last is None or path not in program.by_name or program[path].role != _RESIDUAL:
        return False
    return shapes[path] == shapes[last] and track_of(program, path) == track_of(program, last)


def layers(program: Program, shapes: Mapping[str, Axes]) -> tuple[str, ...]:
    """One residual for each part of the model: what enters the first block, and what each block hands on."""
    found: dict[str, str] = {}
    for step in program.steps:
        if can_read(program, shapes, step.name):
            found[step.section] = step.name
    return tuple(found.values())


def has_norm(program: Program, shapes: Mapping[str, Axes]) -> bool:
    """Whether anything stands between the final residual and the product that makes the logits."""
    found, last = outputs(program, shapes), final_residual(program, shapes)
    return found is not None and last is not None and last not in program[found[0]].inputs


@dataclass(frozen=True, eq=False)
class Reading:
    """The logit lens on one residual in one sentence: for each position the likeliest entry and its probability."""

    path: str
    row: int
    ids: np.ndarray
    shares: np.ndarray


def through(trace: Trace, path: str) -> Trace:
    """The run as if the model ended with this residual: its last steps applied to it. A live trace computes them as
    always, a saved one in numpy. Raises TraceError for a tensor the last steps cannot be applied to, and where a file
    lacks the weights."""
    if not can_read(trace.program, trace.shapes, path):
        raise TraceError(f"{path} is no residual that the model's last steps could read.")
    last = final_residual(trace.program, trace.shapes)
    assert last is not None
    if origin(trace.program, path) == origin(trace.program, last):
        return trace
    if trace.where == SAVED:
        found = outputs(trace.program, trace.shapes)
        assert found is not None
        return Ended(trace, last, trace[path], found[1])
    return trace.with_override(last, trace[path])


def reading(trace: Trace, path: str, row: int) -> Reading:
    """The logit lens on one residual. At the last one its numbers are the model's own probabilities.

    Raises TraceError as `through` does.
    """
    found = outputs(trace.program, trace.shapes)
    assert found is not None
    probs = through(trace, path).read(found[1], (row, slice(None), slice(None)))
    with np.errstate(invalid="ignore"):
        ids = probs.argmax(-1)
    return Reading(path, row, ids, probs[np.arange(len(ids)), ids].astype(np.float64))


def lens_ranking(trace: Trace, path: str, at: Sequence[int], count: int, added: Collection[int] = ()) -> Ranking:
    """The probabilities that the last steps make of one residual's vector. Raises TraceError as `through` does."""
    found = outputs(trace.program, trace.shapes)
    assert found is not None
    made = ranking(through(trace, path), found[1], at, count, added)
    return Ranking(path, *(getattr(made, name) for name in
                           ("at", "entries", "added", "others", "share", "low", "high", "probability")))  # fmt: skip


# -- surprise --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Surprise:
    """How little the model expected what stands in the text: −log p of it, in nats.

    Attributes:
        row: which sentence. positions: the rows of the logits that were asked. ids: what truly stands there.
        nats: −log p, float64.
        gaps: whether the positions are gaps that are filled, rather than each the next token.
        unknown: how many gaps there are whose token nobody has told.
    """

    row: int
    positions: tuple[int, ...]
    ids: tuple[int, ...]
    nats: np.ndarray
    gaps: bool = False
    unknown: int = 0

    @property
    def mean(self) -> float:
        """The mean over the positions: the training loss (cross-entropy) of this sentence. NaN without positions."""
        return float(self.nats.mean()) if len(self.nats) else float("nan")


def surprise(
    trace: Trace, row: int, gaps: Collection[int] | None = None, truth: Mapping[int, int] | None = None
) -> Surprise:
    """The surprise of a sentence. A model that continues is asked for each token's next; of one with a target these
    are the target's. One that fills gaps is asked at its masks, `gaps`, whose tokens `truth` tells where known.

    Raises TraceError for a model without logits.
    """
    found = outputs(trace.program, trace.shapes)
    if found is None:
        raise TraceError(f"{trace.spec.name} has no output over a vocabulary, so nothing can surprise it.")
    if trace.spec.head == "lm":
        text = trace.target or trace.batch
        real = text.real_ids[row]
        asked = {at: int(real[at + 1]) for at in range(len(real) - 1)}
        unknown = 0
    else:
        known = truth or {}
        asked = {at: known[at] for at in sorted(gaps or ()) if at in known}
        unknown = len(set(gaps or ()) - set(asked))
    logits = trace.read(found[0], (row, slice(None), slice(None)))
    nats = np.array([_surprise(logits[at], one) for at, one in asked.items()], np.float64)
    return Surprise(row, tuple(asked), tuple(asked.values()), nats, trace.spec.head != "lm", unknown)


def _surprise(logits: np.ndarray, id: int) -> float:
    """−log of softmax(logits)[id], without leaving the logarithm."""
    values = logits.astype(np.float64)
    most = values.max()
    with np.errstate(invalid="ignore"):
        return float(np.log(np.exp(values - most).sum()) + most - values[id])
