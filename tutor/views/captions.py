"""What a picture of a step needs said under it when it stands alone: tensor, shape, place, model, sentence, scale."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from tutor.engine.axes import Axes
from tutor.engine.picture import COLUMN, ROW, Panel, Picture
from tutor.engine.trace import Trace
from tutor.views import explanation, numbers, present, words
from tutor.views.badge import axis_label

translate = QCoreApplication.translate


def shape(axes: Axes) -> str:
    """A shape with the names of its axes: [1 batch, 16 pos, 128 d_model]."""
    return "[" + ", ".join(f"{numbers.count(axis.size)} {axis_label(axis.name)}" for axis in axes) + "]"


def place(trace: Trace, panel: Panel) -> str:
    """Which part of the tensor is shown, where not all of it is: head 2, sentence 0."""
    found = []
    for at, (axis, where) in enumerate(zip(panel.axes, panel.where)):
        if where in (ROW, COLUMN) or axis.size == 1:
            continue
        one = [0] * at + [int(where)]
        found.append(explanation.place(trace, panel.name, one).split(translate("present", ", "))[-1])
    return translate("present", ", ").join(found)


def sentence(trace: Trace, panel: Panel) -> str:
    """The text that was read, and its target."""
    row = present.batch_row(trace, panel)
    texts = [batch.texts[row] or present.written(batch, row) for batch in trace.batches.values()]
    return " → ".join(f"“{text}”" for text in texts if text)


def lines(trace: Trace, picture: Picture, step: str, limits: tuple[float, float] | None = None) -> list[str]:
    """The caption of a step's picture; `step` is where it stands in the walk, in words, `limits` the range of the
    colours where the learner has chosen another."""
    panel = picture.result
    first = [picture.path, shape(panel.axes)]
    part = place(trace, panel)
    found = [" · ".join([*first, part] if part else first)]
    found.append(f"{words.section(trace.program[picture.path].section)} · {step}")
    model = translate("captions", "Model: {model}").format(model=trace.spec.name)
    text = sentence(trace, panel)
    found.append(f"{model} · {text}" if text else model)
    if trace.told:
        found.append(translate("captions", "What if: {changes}").format(changes="; ".join(trace.told)))
    low, high = limits or (panel.low, panel.high)
    if panel.kind == "probability" and (low, high) == (0.0, 1.0):
        found.append(translate("captions", "Colours from 0 to 1"))
    elif panel.kind != "ids" and high > low:
        found.append(
            translate("captions", "Colours of {names} from {low} to {high}").format(
                names=", ".join(name.rsplit(".", 1)[-1] for name in panel.shared),
                low=numbers.fixed(low, 4), high=numbers.fixed(high, 4),
            )
        )  # fmt: skip
    return found
