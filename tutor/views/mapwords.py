"""What is said of each box of the architecture map: its name, its operation, its sizes and costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QCoreApplication

from tutor.engine import axes as ax
from tutor.engine import ops
from tutor.engine.axes import Axes
from tutor.engine.graph import COLUMNS, Box, Graph
from tutor.engine.program import Cost, Program, Step
from tutor.engine.records import dataclass
from tutor.engine.trace import Trace
from tutor.views import numbers, words
from tutor.views.badge import axis_label

translate = QCoreApplication.translate
LETTERS = dict(zip(COLUMNS, "QKV"))


@dataclass(frozen=True)
class Card:
    """What stands on a box and what is told of it on demand.

    `text` is what stands in the place of a picture; `short` is the title where there is little room.
    """

    title: str
    detail: str
    letter: str
    axes: tuple[tuple[str, int], ...]
    facts: tuple[str, ...]
    text: str = ""
    short: str = ""

    @property
    def words(self) -> str:
        """All of it in one line, for a screen reader."""
        return ". ".join((self.title, *self.facts))


def cards(trace: Trace, graph: Graph, costs: Mapping[str, Cost]) -> tuple[Card, ...]:
    """The cards of a map's boxes."""
    small = {at for row in graph.rows if len(row.boxes) > 1 for at in row.boxes}
    return tuple(_card(trace, box, at in small, costs) for at, box in enumerate(graph.boxes))


def _card(trace: Trace, box: Box, small: bool, costs: Mapping[str, Cost]) -> Card:
    program = trace.program
    steps = [program[name] for name in box.steps]
    params, macs = sum(costs[one].params for one in box.steps), sum(costs[one].macs for one in box.steps)
    axes = tuple((axis.name, axis.size) for axis in trace.shapes[box.name] if axis.name != ax.BATCH)
    if box.folded:
        title, detail = _folded(trace, box, costs, params)
        short = title
    else:
        stage = program.stops[box.stops[0]].stage
        title, short = words.stage(stage.title), words.stage(stage.title, inside=True)
        if small:
            title = short = _signs(program, steps, trace.shapes) or title
        detail = _signs(program, steps, trace.shapes)
    facts = [] if box.folded else [box.name]
    if not box.folded and small:
        facts.insert(0, words.stage(program.stops[box.stops[0]].stage.title))
    facts.append(" · ".join(f"{size:,} {axis_label(name)}" for name, size in axes) or "1")
    facts.append(translate("archmap", "{count} parameters").format(count=numbers.count(params)))
    facts.append(translate("archmap", "{count} multiply-adds").format(count=numbers.count(macs)))
    if box.given:
        facts.append(translate("archmap", "also reads how many tokens are real"))
    text = ""
    if isinstance(steps[0].op, ops.Tokens):
        ids = trace.batches[box.name].ids[0]
        text = ", ".join(str(int(one)) for one in ids[:2]) + (", …" if len(ids) > 2 else "")
    return Card(title, detail, LETTERS.get(box.role, ""), axes, tuple(facts), text, short)


def _folded(trace: Trace, box: Box, costs: Mapping[str, Cost], params: int) -> tuple[str, str]:
    """The name of folded blocks, and how many parameters they have."""
    each: dict[str, int] = {}
    for name in box.steps:
        section = trace.program[name].section
        each[section] = each.get(section, 0) + costs[name].params
    title = words.part(box.folded[0])
    if len(box.folded) > 1:
        first, last = (one.rsplit(".", 1)[-1] for one in (box.folded[0], box.folded[-1]))
        title = translate("archmap", "Blocks {first}–{last}").format(first=first, last=last)
        if len(set(each.values())) == 1:
            return title, f"{len(each)} × {numbers.count(next(iter(each.values())))}"
    return title, parameters(params)


def parameters(count: int) -> str:
    return translate("archmap", "{count} parameters").format(count=numbers.count(count))


def block(trace: Trace, section: str, costs: Mapping[str, Cost]) -> tuple[str, str]:
    """The title of an open block and its number of parameters."""
    count = sum(costs[step.name].params for step in trace.program.steps if step.section == section)
    return words.part(section), parameters(count)


def stream(axes: Axes) -> str:
    """What stands along the residual stream."""
    sizes = " × ".join(f"{axis.size:,}" for axis in axes if axis.name != ax.BATCH)
    return translate("archmap", "residual stream, {sizes}").format(sizes=sizes)


def crossing(graph: Graph) -> str:
    """What one track reads of the other, "" where there is but one."""
    return translate("archmap", "encoder output → K, V") if graph.tracks > 1 else ""


def kind(trace: Trace) -> str:
    """What kind of model it is, in a few words."""
    spec = trace.spec
    if len(trace.program.streams) > 1:
        found = [translate("archmap", "encoder–decoder")]
    elif spec.head == "lm":
        found = [translate("archmap", "decoder-only")]
    else:
        found = [translate("archmap", "encoder-only")]
    found.append(translate("archmap", "pre-norm") if spec.norm == "pre" else translate("archmap", "post-norm"))
    if spec.parallel:
        found.append(translate("archmap", "parallel residual"))
    return translate("archmap", ", ").join(found)


def _weight(name: str) -> str:
    return name.rsplit(".", 1)[-1]


def _signs(program: Program, steps: Sequence[Step], shapes: Mapping[str, Axes]) -> str:
    """What the steps of a box do, in signs, each once."""
    found = [sign for step in steps for sign in [_sign(program, step, shapes)] if sign]
    return ", ".join(dict.fromkeys(found))


def _sign(program: Program, step: Step, shapes: Mapping[str, Axes]) -> str:
    """One operation as a sign or in a word, "" where the name of its stage says it."""
    op = step.op
    out = {axis.name: axis.size for axis in shapes[step.name]}
    if isinstance(op, ops.Linear):
        weight = step.weights[0]
        if program.consumers[weight][0][0] is not step:
            where = words.stage(program.consumers[weight][0][0].stage.title)
            return translate("archmap", "tied with {stage}").format(stage=where)
        return _weight(weight)
    if isinstance(op, (ops.Lookup, ops.Positions, ops.TypeRow)):
        return _weight(step.weights[0])
    if isinstance(op, ops.Scale):
        return f"÷ √{op.n}" if op.divide else f"× √{op.n}"
    if isinstance(op, ops.Mask):
        rule = translate("archmap", "causal") if op.causal else translate("archmap", "padding")
        window = translate("archmap", "window {size}").format(size=op.window)
        return translate("archmap", ", ").join([rule, window]) if op.window else rule
    if isinstance(op, ops.SplitHeads):
        return f"{out[ax.HEAD] * out[ax.D_HEAD]:,} → {out[ax.HEAD]} × {out[ax.D_HEAD]}"
    if isinstance(op, ops.MergeHeads):
        given = {axis.name: axis.size for axis in shapes[step.inputs[0]]}
        return f"{given[ax.HEAD]} × {given[ax.D_HEAD]} → {given[ax.HEAD] * given[ax.D_HEAD]:,}"
    if isinstance(op, ops.RepeatHeads):
        return f"× {op.times}"
    if isinstance(op, ops.Tokens):
        return translate("archmap", "{count} ids").format(count=out[ax.POS])
    if isinstance(op, ops.Softmax):
        return translate("archmap", "by row")
    signs: dict[type[ops.Op], str] = {
        ops.Add: "+", ops.Multiply: "⊙", ops.Sinusoid: "sin, cos", ops.Scores: "Q Kᵀ", ops.Mean: "μ",
        ops.Variance: "σ²", ops.MeanSquare: "RMS", ops.SwapHeads: "", ops.WeightedSum: "P V", ops.Normalize: "",
        ops.NormalizeRms: "", ops.ScaleShift: "", ops.Identity: "",
    }  # fmt: skip
    found = signs.get(type(op))
    return words.operation(op.title) if found is None else found
