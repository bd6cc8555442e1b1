"""Where experiments look in a run: its attentions, found by what the steps do, and which places of them hold tokens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tutor.engine import changes
from tutor.engine.ops import Linear, Mask, Scale, Scores
from tutor.engine.program import Program, Step
from tutor.engine.records import dataclass
from tutor.engine.trace import Trace
from tutor.engine.vocabulary import outputs
from tutor.lessons.experiment import Choice, Lab, Number, Settings, Unfit
from tutor.lessons.finding import labels
from tutor.lessons.finding import row_of as row_of

#: A map or a group of bars shows at most so many tokens: more would not be read.
MOST_SHOWN = 32
#: Positions whose numbers are taken together, at most; more are sampled with the seed.
MOST_SAMPLED = 256


#: Multiply-adds that an experiment may spend on runs of its own: some ten seconds of two cores.
MOST_WORK = 4e11


@dataclass(frozen=True)
class Attention:
    """One attention by the full names of its tensors; q, k and v are those that meet: rotated and shared where a model
    does that.

    `causal`: whether queries may not look ahead. `divisor`: what scores are divided by, 1 where they are not.
    `queries`, `keys`: the ids whose tokens run along its rows and columns.
    """

    path: str
    q: str
    k: str
    v: str
    scores: str
    masked: str
    pattern: str
    z: str
    causal: bool
    divisor: float
    queries: str
    keys: str
    n_heads: int
    d_head: int

    @property
    def itself(self) -> bool:
        """Whether a text looks at itself: self-attention, not cross-attention."""
        return self.queries == self.keys


def attentions(trace: Trace) -> tuple[Attention, ...]:
    """Every attention of a run, in order."""
    program = trace.program
    texts = program.texts(trace.shapes)
    found = []
    for path, (pattern, z) in changes.attentions(program).items():
        masked = step = program[pattern.inputs[0]]
        divisor, causal = 1.0, False
        while not isinstance(step.op, Scores):
            if isinstance(step.op, Scale) and step.op.divide:
                divisor *= step.op.n**0.5
            causal = causal or (isinstance(step.op, Mask) and step.op.causal)
            step = program[step.inputs[0]]
        q, k = step.inputs
        runs = texts[pattern.name]
        found.append(Attention(
            path, q, k, z.inputs[1], step.name, masked.name, pattern.name, z.name, causal,
            divisor, str(runs[-2]), str(runs[-1]), trace.shapes[q][-3].size, trace.shapes[q][-1].size,
        ))  # fmt: skip
    return tuple(found)


def focused(lab: Lab, fits: Sequence[Attention] | None = None) -> Attention:
    """The attention where the learner is: of the step on screen, else of its section, else of the block. `fits` are
    those to choose from. Raises Unfit where there is none."""
    program, path = lab.trace.program, lab.focus.path
    found = list(attentions(lab.trace) if fits is None else fits)
    if not found:
        raise Unfit("no_attention")
    for one in found:
        if path.startswith(f"{one.path}."):
            return one
    section = program[path].section if path in program.by_name else ""
    near = [one for one in found if program[one.z].section == section]
    # Without a place the text that is written counts: a decoder's before an encoder's.
    numbers = {one.name: one.number for one in program.sections}
    near = near or [
        one for one in found
        if one.queries == found[-1].queries and numbers[program[one.z].section] == lab.focus.block
    ]  # fmt: skip
    return (near or found)[0]


def attention_control(lab: Lab, itself: bool = False) -> Choice:
    """Which attention: those of the text that the focused one belongs to; with `itself` self-attentions alone. Raises
    Unfit."""
    found = [one for one in attentions(lab.trace) if one.itself or not itself]
    here = focused(lab, found)
    return Choice("attention", tuple(one.path for one in found if one.queries == here.queries), here.path)


def attention_of(trace: Trace, path: object) -> Attention:
    """An attention by its path. Raises Unfit."""
    for one in attentions(trace):
        if one.path == path:
            return one
    raise Unfit("no_attention")


def head_control(lab: Lab) -> Number:
    """Which head. Raises Unfit."""
    n_heads = focused(lab).n_heads
    return Number("head", min(lab.focus.head, n_heads - 1), 0, n_heads - 1)


def head_of(one: Attention, settings: Settings) -> int:
    return min(int(settings["head"]), one.n_heads - 1)


def length(trace: Trace, stream: str, row: int) -> int:
    """How many tokens of a text's row are real."""
    return int(trace.batches[stream].lengths[row])


def tokens(trace: Trace, stream: str, row: int) -> tuple[str, ...]:
    """The real tokens of a text's row, as they are shown."""
    return labels(trace.batches[stream], row)


def place_control(lab: Lab, stream: str, key: str = "query", default: int | None = None) -> Choice:
    """One token of the sentence: “3 ·Tom”. By default the learner's, else the last."""
    names = tokens(lab.trace, stream, row_of(lab))
    options = tuple(f"{at} {name}" for at, name in enumerate(names))
    at = default if default is not None else lab.focus.at
    return Choice(key, options, options[-1 if at is None else min(max(at, 0), len(options) - 1)])


def place_of(value: object) -> int:
    """The position that such an option names."""
    return int(str(value).split(" ", 1)[0])


def allowed(trace: Trace, one: Attention, row: int) -> np.ndarray:
    """Which keys each real query may look at: bool [queries, keys], the real ones of a sentence."""
    n, m = length(trace, one.queries, row), length(trace, one.keys, row)
    # The first head's mask: all heads have the same.
    return np.isfinite(trace.read(one.masked, (row, 0, slice(0, n), slice(0, m))))


def vectors(trace: Trace, name: str, row: int, head: int, n: int) -> np.ndarray:
    """The first n positions of one head of queries, keys or values: float64 [n, d_head]."""
    return trace.read(name, (row, head, slice(0, n), slice(None))).astype(np.float64)


def ready(lab: Lab, run: Trace, begin: float = 0.0, end: float = 1.0) -> Trace:
    """The run, computed ahead as far as is kept, while progress goes from `begin` to `end`. Raises Cancelled."""
    run.prepare(lambda done: lab.progress(begin + (end - begin) * min(max(done, 0.0), 1.0)), lab.cancelled)
    return run


def runs(trace: Trace, most: int) -> int:
    """How many runs like this one an experiment may make: `most`, of a large model fewer, but never fewer than 6."""
    work = sum(cost.macs for cost in trace.program.costs(trace.shapes).values())
    return int(min(most, max(6, MOST_WORK // max(work, 1))))


def softmax(x: np.ndarray) -> np.ndarray:
    """Along the last axis, in float64; −∞ becomes an exact 0."""
    grown = np.exp(x - x.max(-1, keepdims=True))
    return grown / grown.sum(-1, keepdims=True)


def log_softmax(x: np.ndarray) -> np.ndarray:
    """The logarithm of it, exact where a probability is too small to be one."""
    away = x.astype(np.float64) - x.max(-1, keepdims=True)
    return away - np.log(np.exp(away).sum(-1, keepdims=True))


def entropy(p: np.ndarray) -> np.ndarray:
    """−Σ p log₂ p along the last axis, in bits."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return -np.where(p > 0, p * np.log2(p), 0.0).sum(-1) + 0.0


def bits_between(before: np.ndarray, after: np.ndarray) -> float:
    """The Kullback–Leibler divergence D(before ‖ after) of logarithms of probabilities [..., entries], the mean over
    rows in bits: ≥ 0, 0 where they are the same."""
    return max(float((np.exp(before) * (before - after)).sum(-1).mean() / np.log(2)), 0.0)


def logits_of(trace: Trace) -> str:
    """The tensor with one number for each entry of the vocabulary. Raises Unfit for a model without."""
    found = outputs(trace.program, trace.shapes)
    if found is None:
        raise Unfit("no_output")
    return found[0]


def output_stream(trace: Trace) -> str:
    """The text whose positions the output has: the last."""
    return trace.program.streams[-1]


def made_by(program: Program, name: str) -> Step | None:
    """The linear step at the root of queries, keys or values of heads."""
    step = program.by_name.get(name)
    while step is not None and not isinstance(step.op, Linear):
        step = program.by_name.get(step.inputs[0]) if step.inputs else None
    return step
