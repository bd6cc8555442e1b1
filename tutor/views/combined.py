"""Pictures that are not one step alone: the mean or sum of several heads or rows, two tensors beside each other, and
their difference. What they are called, how they are laid out, what lights in them. No state, no drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QCoreApplication

from tutor.engine import axes as ax
from tutor.engine.axes import Axis, Index
from tutor.engine.compare import BESIDE, DIFFERENCE, MINUS
from tutor.engine.gradients import Gradients
from tutor.engine.picture import GRADIENT, MEAN, SUM, Lit, Panel, Picture, Selection
from tutor.engine.trace import Trace
from tutor.engine.working import Working
from tutor.pins import Held
from tutor.views import numbers, present, words
from tutor.views.explanation import NO_TENSOR, Explanation, place
from tutor.views.heatdata import Part

translate = QCoreApplication.translate

_DERIVED = "derived"


def is_combined(picture: Picture) -> bool:
    """Whether a picture is of this kind."""
    return picture.layout in (BESIDE, MINUS, GRADIENT, _DERIVED) or bool(picture.result.derived)


def is_compared(picture: Picture) -> bool:
    """Whether it shows two tensors, or their difference."""
    return picture.layout in (BESIDE, MINUS, GRADIENT)


def trace_at(picture: Picture, at: int, trace: Trace) -> Trace:
    """The run that a panel belongs to."""
    return picture.traces[at] if picture.traces else trace


def parts(trace: Trace, picture: Picture) -> tuple[tuple[Part, ...], str, str]:
    """Any picture as parts of an equation, the sign between them, and the words over an arrow."""
    if not is_combined(picture):
        return present.parts(trace, picture)
    made = []
    for at, panel in enumerate(picture.panels):
        run = trace_at(picture, at, trace)
        part = present.part(run, panel, present.batch_row(run, panel))
        if panel.rows is None and any(axis.name in (ax.POS, ax.QUERY) for axis, _ in panel.derived):
            part = replace(part, data=replace(part.data, row_labels=(short_how(panel),)))
        made.append(replace(part, name=_title(picture, at, panel, run)))
    if picture.layout == _DERIVED:
        return tuple(made), "→", short_how(picture.result)
    return tuple(made), {MINUS: "−", BESIDE: "|", GRADIENT: "|"}.get(picture.layout, ""), ""


def _title(picture: Picture, at: int, panel: Panel, run: Trace) -> str:
    short = present.short_name(panel.name)
    if picture.layout == GRADIENT:
        said = sides(picture)[0 if at else 1]
        return f"{said} · {short} · {short_how(panel)}" if panel.derived else f"{said} · {short}"
    if picture.layout == MINUS and at == 2:
        return translate("combined", "difference")
    told = how_words(run, panel)
    if picture.layout in (MINUS, BESIDE):
        now = at == (0 if picture.layout == MINUS else 1)
        said = sides(picture)[0 if now else 1]
        # Of three maps each has little room: their tensors' names only where they differ.
        names = {one.name.rpartition(".")[2] for one in picture.panels}
        return f"{said} · {where_words(run, panel, picture.layout == BESIDE or len(names) > 1)}"
    # The band says of which.
    return f"{short} · {short_how(panel)}" if told else short


def sides(picture: Picture) -> tuple[str, str]:
    """What the two runs of a comparison are called: of a what-if, changed and original."""
    if picture.layout == GRADIENT:
        return translate("combined", "gradient"), translate("combined", "value")
    one, two = picture.traces[:2] if picture.layout == MINUS else picture.traces[1::-1]
    if one is not two and one.origin is two:
        return translate("combined", "changed"), translate("combined", "original")
    return translate("combined", "current"), translate("combined", "pinned")


def pinned_words(trace: Trace, panel: Panel, which: bool) -> str:
    """Over a pinned panel; `which` says what it is, too."""
    said = translate("combined", "pinned")
    return f"{said} · {where_words(trace, panel)}" if which else said


def where_words(trace: Trace, panel: Panel, named: bool = True) -> str:
    """A panel by its block, its short name and its head."""
    found = [words.section(trace.program.stop_of(panel.name).section)]
    found += [present.short_name(panel.name)] if named else []
    found += [
        translate("combined", "head {at}").format(at=at)
        for axis, at in zip(panel.axes, panel.where)
        if axis.name == ax.HEAD and axis.size > 1 and isinstance(at, int)
        and not any(axis == one for one, _ in panel.derived)
    ]  # fmt: skip
    found += [short_how(panel)] if panel.derived else []
    return " · ".join(found)


def how_words(trace: Trace, panel: Panel) -> str:
    """What a mean or sum is of: “mean of heads 0, 2”; "" for a tensor as it is."""
    if not panel.derived:
        return ""
    return _of(trace, panel.name, present.batch_row(trace, panel), panel.derived, panel.how)


def _of(
    trace: Trace, name: str, row: int, some: Sequence[tuple[Axis, tuple[int, ...]]], how: str
) -> str:  # fmt: skip
    lists = [_entries(trace, name, row, axis, entries) for axis, entries in some]
    mean = how == MEAN
    if len(lists) == 1:
        told = translate("combined", "mean of {entries}") if mean else translate("combined", "sum of {entries}")
        return told.format(entries=lists[0])
    told = translate("combined", "mean of {first} and {second}") if mean else translate(
        "combined", "sum of {first} and {second}"
    )  # fmt: skip
    return told.format(first=lists[0], second=translate("combined", ", ").join(lists[1:]))


def short_how(panel: Panel) -> str:
    """“mean” or “sum”."""
    return translate("combined", "mean") if panel.how == MEAN else translate("combined", "sum")


def _entries(trace: Trace, name: str, row: int, axis: Axis, some: Sequence[int]) -> str:
    comma = translate("combined", ", ")
    text = next((one for own, one in zip(trace.shapes[name], trace.texts(name)) if own == axis), None)
    if text is not None:
        return translate("combined", "rows {list}").format(
            list=comma.join(f"{text.rows[row][at].text} ({at})" for at in some)
        )
    if axis.name == ax.HEAD:
        return translate("combined", "heads {list}").format(list=comma.join(map(str, some)))
    return translate("combined", "entries {list}").format(list=comma.join(map(str, some)))


def notes(picture: Picture) -> str:
    """What a learner should know of the picture, in sentences."""
    return " ".join(words.note(note.key, note.facts) for note in picture.notes)


def scale_name(name: str) -> str:
    """What a scale is called on the foot: a tensor's short name, or what is no tensor."""
    known = {
        DIFFERENCE: translate("combined", "difference"), GRADIENT: translate("combined", "gradient"),
        SUM: translate("combined", "sum"),
    }  # fmt: skip
    return known.get(name) or present.short_name(name)


def scale_words(picture: Picture) -> str:
    """Which scale the picture has."""
    if picture.layout == GRADIENT:
        return translate("combined", "The gradient has a scale of its own, about 0")
    if picture.layout == MINUS:
        return translate("combined", "The difference has a scale of its own, about 0")
    if picture.layout == BESIDE and (picture.result.low, picture.result.high) == (
        picture.operands[0].low, picture.operands[0].high,
    ):  # fmt: skip
        return translate("combined", "One scale for both")
    if picture.layout == BESIDE:
        return translate("combined", "Each has its own scale: one holds probabilities")
    if picture.result.derived and picture.result.how != MEAN:
        return translate("combined", "A sum has a scale of its own")
    return ""


# -- pointing -----------------------------------------------------------------------------------------------------


def index_at(picture: Picture, row: int, column: int) -> Index | None:
    """The cell of the current tensor at a place of any of the panels; None where it has none there."""
    rows, columns = picture.result.values.shape
    return picture.result.index(row, column) if row < rows and column < columns else None


def lit(picture: Picture, index: Sequence[int]) -> tuple[tuple[Lit, Lit] | None, ...]:
    """What a cell of the result lights: the same cell of each panel, or the rows that became one."""
    place = picture.result.place(index)
    if place is None:
        return ()
    if picture.layout == _DERIVED:
        return ((rows_of(picture), place[1]), place)
    found: list[tuple[Lit, Lit] | None] = []
    for panel in picture.panels:
        rows, columns = panel.values.shape
        found.append(place if place[0] < rows and place[1] < columns else None)
    return tuple(found)


def rows_of(picture: Picture) -> tuple[int, ...]:
    """The rows that a derived picture's one row was made of."""
    return next((some for axis, some in picture.result.derived if axis.name in (ax.POS, ax.QUERY)), ())


def readout(trace: Trace, picture: Picture, part: int, row: int, column: int) -> tuple[str, str]:
    """The cell under the pointer in words, and its value; of two tensors both values, and their difference."""
    panel = picture.panels[part]
    run = trace_at(picture, part, trace)
    value = numbers.exact(panel.values[row, column])
    if not is_compared(picture):
        told = how_words(run, panel)
        where = present.place_words(run, panel, panel.index(row, column), skip=[axis for axis, _ in panel.derived])
        return (f"{told}, {where}" if told else where), value
    values = [_value(one, row, column) for one in pair(picture)]
    if None in values:
        return present.pointed(run, panel, panel.index(row, column)), value
    mine, theirs = (float(one) for one in values if one is not None)
    if picture.layout == GRADIENT:
        there = present.pointed(run, panel, panel.index(row, column))
        told = translate("combined", "{place} · value {value}").format(place=there, value=numbers.fixed(theirs, 4))
        return told, translate("combined", "gradient {slope}").format(slope=numbers.fixed(mine, 4))
    less = 0.0 if mine == theirs else float(np.float64(mine) - np.float64(theirs))
    now, held = sides(picture)
    words_ = translate("combined", "{place} · {now_name} {now}, {held_name} {held}").format(
        place=present.pointed(run, panel, panel.index(row, column)), now=numbers.fixed(mine, 4),
        held=numbers.fixed(theirs, 4), now_name=now, held_name=held,
    )  # fmt: skip
    return words_, translate("combined", "difference {less}").format(less=numbers.fixed(less, 4))


def told(trace: Trace, selection: Selection, working: Working, explained: Explanation) -> Explanation:
    """A worked cell under the name of what is shown: a mean, a sum or a difference."""
    key = working.note.key if working.note is not None else ""
    if key not in NO_TENSOR:
        return explained
    axes = trace.shapes[working.name]
    some = [(axis, entries) for axis in axes if (entries := selection.entries(axis))]
    if key == "compare.difference":
        return replace(
            explained, address=translate("combined", "difference at {address}").format(address=explained.address)
        )
    row = next((selection.of(axis) for axis in axes if axis.name == ax.BATCH), 0)
    where = place(trace, working.name, working.index, skip=[axis for axis, _ in some])
    return replace(explained, address=_of(trace, working.name, row, some, selection.how), place=where)


def pair(picture: Picture) -> tuple[Panel, Panel]:
    """Of a compared picture the current and the held tensor."""
    if picture.layout == MINUS:
        return picture.operands[0], picture.operands[1]
    return picture.result, picture.operands[0]


def pair_or_result(picture: Picture) -> Panel:
    """The current tensor's panel."""
    return pair(picture)[0] if is_compared(picture) else picture.result


def current_at(picture: Picture) -> int:
    """Which of the panels is the current tensor's."""
    return 0 if picture.layout == MINUS else len(picture.operands)


def _value(panel: Panel, row: int, column: int) -> float | None:
    rows, columns = panel.values.shape
    return float(panel.values[row, column]) if row < rows and column < columns else None


def caption(trace: Trace, picture: Picture, held: Held | None) -> str:
    """What a picture of this kind shows, in a line under it; "" for a step as it is."""
    gradients = picture.traces[1] if picture.layout == GRADIENT else None
    if isinstance(gradients, Gradients):
        return translate("combined", "Right: ∂g/∂{name}, g = {goal}").format(
            name=picture.path, goal=gradients.goal.text
        )  # fmt: skip
    if is_compared(picture) and held is not None:
        return translate("CompareDesk", "Pinned: {what}").format(what=held_words(held))
    told = how_words(trace, picture.result)
    return translate("CompareDesk", "Shown: {what}, which is no tensor of the model").format(what=told) if told else ""


# -- what is held -------------------------------------------------------------------------------------------------


def held_words(held: Held) -> str:
    """What is held, in a line: its step, its head, its sentence and its model."""
    look = held.look
    trace, axes = look.trace, look.trace.shapes[look.path]
    found = [look.path]
    row = next((look.selection.of(axis) for axis in axes if axis.name == ax.BATCH), 0)
    several = [(axis, entries) for axis in axes if (entries := look.selection.entries(axis))]
    for axis in axes:
        if axis.name == ax.HEAD and axis.size > 1 and not look.selection.entries(axis):
            found.append(translate("combined", "head {at}").format(at=look.selection.of(axis)))
    if several:
        found.append(_of(trace, look.path, row, several, look.selection.how))
    batch = trace.batch
    text = batch.texts[row] if row < len(batch.texts) else ""
    if text:
        short = text if len(text) <= 28 else f"{text[:27].rstrip()}…"
        found.append(translate("combined", "“{text}”").format(text=short))
    model = held.model if held.step is None else translate("combined", "{model}, step {step}").format(
        model=held.model, step=numbers.count(held.step)
    )  # fmt: skip
    return translate("combined", ", ").join([*found, model])
