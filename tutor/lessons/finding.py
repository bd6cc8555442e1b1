"""What experiments look for in a run: by operations and axes, never by a step's name. No Qt, no torch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from tutor.engine import axes as ax
from tutor.engine import families
from tutor.engine.changes import attentions
from tutor.engine.models import Model
from tutor.engine.ops import Identity, Linear, Lookup, Mask, Normalize, NormalizeRms, RepeatHeads, Scores
from tutor.engine.program import Program, Step
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import Batch
from tutor.engine.trace import Plan, Trace
from tutor.engine.weights import random_weights
from tutor.lessons.experiment import Lab, Unfit


def need_engine(lab: Lab) -> None:
    """Raise Unfit("saved") for a run that came from a file, with which nothing can be computed."""
    if lab.trace.where == "saved":
        raise Unfit("saved")


def row_of(lab: Lab, trace: Trace | None = None) -> int:
    """The sentence that is looked at, kept within the batch."""
    return min(max(lab.focus.row, 0), (trace or lab.trace).batch.n_rows - 1)


def text_of(trace: Trace) -> Batch:
    """The text that the output goes on with: the target, where there is one."""
    return trace.target or trace.batch


def labels(text: Batch, row: int) -> tuple[str, ...]:
    """A sentence's tokens as they are shown, pads left out."""
    return tuple(token.text for token in text.rows[row] if not token.pad)


def real(trace: Trace, name: str, row: int) -> np.ndarray:
    """One sentence's part of a tensor without its pads, float64; the batch axis is dropped where there is one."""
    parts: list[int | slice] = []
    for axis, text in zip(trace.shapes[name], trace.texts(name)):
        if axis.name == ax.BATCH:
            parts.append(row)
        else:
            parts.append(slice(None) if text is None else slice(0, int(text.lengths[row])))
    return trace.read(name, tuple(parts)).astype(np.float64)


def rms(values: np.ndarray) -> float:
    """√ of the mean square."""
    return float(np.sqrt(np.mean(np.square(values.astype(np.float64)))))


def alone(lab: Lab) -> Trace:
    """The run of the sentence that is looked at by itself, unpadded; the run on screen where it has no other. Raises
    the engine's errors."""
    trace = lab.trace
    if trace.batch.n_rows == 1:
        return trace
    return again(lab, text_of(trace).real_ids[row_of(lab)])


def again(lab: Lab, ids: Sequence[int], model: str | None = None) -> Trace:
    """The sentence that is looked at with other ids in place of the text that grows: its own, or its target's. Raises
    the engine's errors."""
    texts = (lab.trace.batch.texts[row_of(lab)],) if lab.trace.target is not None else ()
    return lab.run(texts, model, ids=(tuple(ids),))


def spans(program: Program, shapes: Mapping[str, ax.Axes]) -> dict[str, str]:
    """For each attention by its path: `cross` where its keys are another text's, `causal` where a position looks back
    only, else `self`."""
    texts = program.texts(shapes)
    found = {}
    for path, (pattern, _) in attentions(program).items():
        query, key = texts[pattern.name][-2:]
        mask = program.by_name.get(pattern.inputs[0])
        causal = mask is not None and isinstance(mask.op, Mask) and mask.op.causal
        found[path] = "cross" if query != key else "causal" if causal else "self"
    return found


def attention_at(lab: Lab, kinds: Sequence[str]) -> str | None:
    """The attention of some kinds that the learner is nearest to: in the block on screen, else the last. None where
    there is none."""
    program = lab.trace.program
    found = [path for path, kind in spans(program, lab.trace.shapes).items() if kind in kinds]
    here = lab.focus.path.rpartition(".")[0]
    for path in found:
        if path == here:
            return path
    numbers = {section.name: section.number for section in program.sections}
    for path in found:
        if numbers[attentions(program)[path][0].section] == lab.focus.block:
            return path
    return found[-1] if found else None


def keys_of(program: Program, path: str) -> tuple[str, str]:
    """The tensors of keys and values of an attention as they are made, before heads are shared."""
    pattern, z = attentions(program)[path]
    step: Step | None = pattern
    while step is not None and not isinstance(step.op, Scores):
        step = program.by_name.get(step.inputs[0]) if step.inputs else None
    names = [step.inputs[1] if step is not None else z.inputs[1], z.inputs[1]]
    for at, name in enumerate(names):
        while isinstance(program[name].op, RepeatHeads):
            name = program[name].inputs[0]
        names[at] = name
    return names[0], names[1]


def norms(program: Program) -> tuple[Step, ...]:
    """The steps that bring rows of the model's width to a size of 1."""
    shapes = program.shapes(1, 1)
    return tuple(
        step for step in program.steps
        if isinstance(step.op, (Normalize, NormalizeRms)) and shapes[step.name][-1].name == ax.D_MODEL
    )  # fmt: skip


def stream(program: Program, text: str = "") -> tuple[str, ...]:
    """The residual stream of a text (by default of the one that the output goes on with): what its first block reads,
    then what each block hands on."""
    text = text or program.streams[-1]
    ends: list[str] = []
    for section in program.sections:
        if section.number is None or section.track != text:
            continue
        steps = [step for stop in section.stops for step in stop.steps]
        residual = [step.name for step in steps if step.role == "residual"]
        if not residual:
            continue
        if not ends:
            ends.append(_entry(program, steps, residual))
        ends.append(residual[-1])
    return tuple(ends)


def _entry(program: Program, steps: Sequence[Step], residual: Sequence[str]) -> str:
    """What the first block reads: the last residual tensor before it, else its own first."""
    first = program.order[steps[0].name]
    before = [step.name for step in program.steps[:first] if step.role == "residual"]
    return before[-1] if before and any(before[-1] in step.inputs for step in steps) else residual[0]


def tables(program: Program) -> dict[str, tuple[Step, int]]:
    """The weights that have a row (or, of an output layer, a column) for each vocabulary entry, each with the step
    that reads it first and the number of the axis."""
    found: dict[str, tuple[Step, int]] = {}
    for step in program.steps:
        for name in step.weights:
            axes = program.weight_by_name[name].axes
            at = next((number for number, axis in enumerate(axes) if axis.name == ax.D_VOCAB), None)
            if at is not None and isinstance(step.op, (Lookup, Linear)):
                found.setdefault(name, (step, at))
    return found


def parameters(program: Program) -> int:
    """How many numbers a model has learned."""
    return sum(ax.count(weight.axes) for weight in program.weights)


def other(
    trace: Trace, spec: ModelSpec, weights: Mapping[str, np.ndarray], batch: Batch | None = None,
    target: Batch | None = None,
) -> Trace:  # fmt: skip
    """Another model on tokens of this run's device. Raises the engine's errors."""
    program = families.program(spec)
    given = {one.name: weights[one.name] for one in program.weights}
    return trace.changed(Plan(program, given, batch or trace.batch, target or trace.target, {}))


def random_decoder(
    trace: Trace, row: int, layers: int, seed: int, norm: str = "pre", width: int = 128
) -> Trace:  # fmt: skip
    """A random decoder of this run's width (at most `width`) on one sentence, whose ids are numbered anew. `norm` is
    its place, "pre" or "post". Raises the engine's errors."""
    own = trace.spec
    ids = text_of(trace).real_ids[row]
    known = {one: at for at, one in enumerate(dict.fromkeys(ids))}
    d_model = min(own.d_model, width)
    d_head = min(own.d_head, d_model)
    spec = ModelSpec(
        name="random", family="decoder_only", d_model=d_model, n_heads=max(1, d_model // d_head), d_head=d_head,
        n_layers=layers, d_mlp=4 * d_model, d_vocab=len(known), n_ctx=max(len(ids), 2), norm=norm, final_norm=False,
        positions="sinusoidal", activation="relu", tied=False, bias=False, seed=seed,
    )  # fmt: skip
    program = families.program(spec)
    batch = Model(spec, program).batch_of_ids([[known[one] for one in ids]])
    return trace.changed(Plan(program, random_weights(program, seed), batch, None, {}))


def without_norms(trace: Trace) -> Trace:
    """The same run with every norm's division taken out: rows go on as they come in. Raises the engine's errors."""
    program = trace.program
    steps = tuple(
        replace(step, op=Identity(), inputs=step.inputs[:1]) if isinstance(step.op, (Normalize, NormalizeRms)) else step
        for step in program.steps
    )
    return trace.changed(Plan(Program(steps, program.weights), {}, trace.batch, trace.target, {}))


def alike(rows: np.ndarray) -> float:
    """The mean cosine of two different rows; 1 where there is but one."""
    if len(rows) < 2:
        return 1.0
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit = rows / np.where(lengths == 0, 1, lengths)
    return float(((unit @ unit.T).sum() - np.square(unit).sum()) / (len(rows) * (len(rows) - 1)))


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def size(value: float) -> str:
    """A number of any size in a sentence: `8,350`, `0.034`, `1.8·10⁻⁴`."""
    if value == 0 or not np.isfinite(value) or 0.001 <= abs(value) < 100:
        return f"{value:.3g}"
    if 100 <= abs(value) < 1e6:
        return f"{value:,.0f}"
    mantissa, _, power = f"{value:.1e}".partition("e")
    return f"{mantissa}·10{str(int(power)).translate(_RAISED)}"
