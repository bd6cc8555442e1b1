"""What the engine computed, as the views take it: chips, heat maps, use marks. No state, no drawing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QCoreApplication

from tutor.engine import axes as ax
from tutor.engine.axes import Axis, Slices
from tutor.engine.picture import Lit, Panel, Picture
from tutor.engine.program import Stop
from tutor.engine.tokens import Batch
from tutor.engine.trace import Stats, Trace
from tutor.engine.working import short_name as short_name
from tutor.session import Session
from tutor.views import modelmap, numbers, words
from tutor.views.chips import Chip
from tutor.views.explanation import LETTERS, place
from tutor.views.explanation import token_text as token_text
from tutor.views.heatdata import Map, Part
from tutor.views.outline import Branch, Entry

translate = QCoreApplication.translate

_KINDS = {"probability": "prob"}
_SIGNS = {"product": "×", "turned": "×", "sum": "+", "times": "⊙", "arrow": "→"}


def token_label(batch: Batch, row: int, at: int) -> str:
    """A token as axis labels show it; a leading space stays a space, which is drawn as a grey dot."""
    token = batch.rows[row][at]
    text = token.text
    return " " + text[1:] if text.startswith("·") and token.data[:1] == b" " and len(text) > 1 else text


def token_labels(batch: Batch, row: int) -> list[str]:
    """A sentence's tokens as axis labels; padding is called so, whatever token fills it."""
    pad = translate("present", "pad")
    return [pad if token.pad else token_label(batch, row, at) for at, token in enumerate(batch.rows[row])]


def chips(batch: Batch, row: int) -> tuple[Chip, ...]:
    """One sentence as chips; pieces of one character share a group."""
    found, group, last = [], -1, None
    for at, token in enumerate(batch.rows[row]):
        if token.pad:
            found.append(Chip(translate("present", "pad"), token.id, "pad"))
        elif token.special:
            found.append(Chip(token.text, token.id, "special"))
        elif not token.whole and batch.texts[row]:
            span = (token.start, token.stop)
            if last is None or span[0] >= last[1]:
                group += 1
            last = span
            found.append(Chip(token.text, token.id, "byte", group, batch.texts[row][span[0] : span[1]]))
            continue
        else:
            found.append(Chip(token_label(batch, row, at), token.id))
        last = None
    return tuple(found)


def run_chips(trace: Trace, batch: Batch, row: int) -> tuple[Chip, ...]:
    """One sentence of a run as chips."""
    row = min(row, batch.n_rows - 1)
    return trace.facts.get(("chips", id(batch), row, translate("present", "pad")), lambda: chips(batch, row))


def written(batch: Batch, row: int) -> str:
    """The text that tokens make, special ones left out."""
    data = b"".join(token.data for token in batch.rows[row] if not token.pad and not token.special)
    return data.decode(errors="replace").strip()


def labels(trace: Trace, panel: Panel, axis: Axis | None, row: int) -> list[str] | None:
    """Labels along an axis: tokens for positions, None for plain numbers."""
    if axis is None:
        return [""]
    text = text_of(trace, panel, axis)
    if text is None:
        return None
    # Asked for by every map of every step, and of a long sentence as long.
    return trace.facts.get(("labels", id(text), row, translate("present", "pad")), lambda: token_labels(text, row))


def text_of(trace: Trace, panel: Panel, axis: Axis) -> Batch | None:
    """The tokens along an axis of a panel, None for plain numbers."""
    return next((text for one, text in zip(panel.axes, trace.texts(panel.name)) if one == axis), None)


def batch_row(trace: Trace, panel: Panel) -> int:
    """Which sentence a panel shows."""
    if panel.axes and panel.axes[0].name == ax.BATCH and isinstance(panel.where[0], int):
        return panel.where[0]
    return 0


def part(trace: Trace, panel: Panel, row: int, turned: bool = False) -> Part:
    """A panel as a heat map with labels."""
    step = trace.program.by_name.get(panel.name)
    role = LETTERS.get(step.role, "") if step else "weights"
    shown = tuple(axis for axis in (panel.rows, panel.columns) if axis is not None)
    ids = panel.kind == "ids"
    # Of two sentences compared, a panel has but the tokens that both have.
    named, across = (
        found and found[:size]
        for found, size in zip((labels(trace, panel, axis, row) for axis in (panel.rows, panel.columns)),
                               panel.values.shape)
    )  # fmt: skip
    data = Map(
        panel.values, None if ids and panel.rows is not None and panel.rows.name == ax.BATCH else named,
        None if ids and panel.rows is not None and panel.rows.name == ax.BATCH else across,
        panel.rows.name if panel.rows else "", panel.columns.name if panel.columns else "",
        _KINDS.get(panel.kind, "signed"), panel.low if panel.high > panel.low else -1.0,
        panel.high if panel.high > panel.low else 1.0,
        frozenset(range(panel.real_rows, panel.values.shape[0])),
        frozenset(range(panel.real_columns, panel.values.shape[1])),
        masked=panel.masked, title=panel.name, whole=ids, pyramid=panel.pyramid,
    )  # fmt: skip
    if ids and panel.rows is not None and panel.rows.name == ax.BATCH:
        pads = np.arange(panel.values.shape[1])[None, :] >= trace.batches[panel.name].lengths[:, None]
        data = replace(data, masked=pads if pads.any() else None)
    letter = {"Q": "Q", "K": "Kᵀ" if turned else "K", "V": "V", "residual": "x", "weights": "W"}.get(role, "")
    name = panel.name.rsplit(".", 1)[-1]
    axes = tuple(reversed(shown)) if turned else shown
    return Part(data, name, tuple((axis.name, axis.size) for axis in axes), letter, role, turned)


def small(panel: Panel) -> Map:
    """A thumbnail as a heat map without labels."""
    ids = panel.kind == "ids"
    return Map(
        panel.values, kind=_KINDS.get(panel.kind, "signed"), low=panel.low if panel.high > panel.low else -1.0,
        high=panel.high if panel.high > panel.low else 1.0,
        hatched_rows=frozenset(range(panel.real_rows, panel.values.shape[0])),
        hatched_cols=frozenset(range(panel.real_columns, panel.values.shape[1])), title=panel.name, whole=ids,
    )  # fmt: skip


def parts(trace: Trace, picture: Picture) -> tuple[tuple[Part, ...], str, str]:
    """A laid-out step as parts of an equation, the sign between them, and the words over an arrow."""
    row = batch_row(trace, picture.result)
    made = [
        part(trace, panel, row, turned=picture.layout == "turned" and at == 1)
        for at, panel in enumerate(picture.operands)
    ]
    here = words.side(picture.path)
    for at, panel in enumerate(picture.operands):
        # What comes from the other half of the model says so: keys and values of cross-attention.
        if here and words.side(panel.name) not in ("", here):
            made[at] = replace(made[at], name=f"{words.side(panel.name)} · {made[at].name}")
    made.append(part(trace, picture.result, row))
    caption = words.operation(trace.program[picture.path].op.title) if picture.layout == "arrow" else ""
    return tuple(made), _SIGNS.get(picture.layout, "") if len(made) > 1 else "", caption


def lit(trace: Trace, picture: Picture, index: Sequence[int]) -> tuple[tuple[Lit, Lit] | None, ...]:
    """What a cell of the result lights: its row and column in each operand, and in the result itself."""
    reads = dict(reversed(trace.reads(picture.path, index)))
    found: list[tuple[Lit, Lit] | None] = []
    for panel in picture.operands:
        found.append(_lit(panel, reads[panel.name]) if panel.name in reads else None)
    place = picture.result.place(index)
    found.append(place if place is not None else None)
    return tuple(found)


def _lit(panel: Panel, part: Slices) -> tuple[Lit, Lit] | None:
    return panel.lit(part)


def place_words(trace: Trace, panel: Panel, index: Sequence[int], skip: Sequence[Axis] = ()) -> str:
    """A cell in words: which tokens, which head, which feature; `skip` axes are left out."""
    return place(trace, panel.name, index, skip=skip)


def pointed(trace: Trace, panel: Panel, index: Sequence[int]) -> str:
    """A cell in few words, for the pointer: its row and its column, by their tokens or numbers."""
    tokens, found = 0, []
    for at, entry, axis, text in zip(panel.where, index, panel.axes, trace.texts(panel.name)):
        if not isinstance(at, str):
            continue
        row = index[0] if panel.axes[0].name == ax.BATCH else 0
        if text is not None:
            tokens += 1
            found.append(f"{token_text(text, row, entry)} ({entry})")
        elif axis.name == ax.BATCH:
            found.append(translate("present", "sentence {at}").format(at=entry))
        elif axis.name == ax.D_VOCAB:
            found.append(translate("present", "vocabulary entry {at}").format(at=entry))
        else:
            found.append(translate("present", "feature {at}").format(at=entry))
    return (" → " if tokens == 2 else translate("present", ", ")).join(found)


def stats(found: Stats) -> tuple[tuple[str, str], ...]:
    """Statistics as (name, value) lines."""
    lines = [
        (translate("present", "min"), numbers.fixed(found.low, 4)),
        (translate("present", "max"), numbers.fixed(found.high, 4)),
        (translate("present", "mean"), numbers.fixed(found.mean, 4)),
        (translate("present", "std"), numbers.fixed(found.std, 4)),
        (translate("present", "values"), numbers.count(found.count)),
    ]
    if found.masked:
        lines.append((translate("present", "masked (−∞)"), numbers.count(found.masked)))
    if found.nan:
        lines.append((translate("present", "not a number"), numbers.count(found.nan)))
    return tuple(lines)


def short_shape(trace: Trace, stop: Stop) -> str:
    """A stage's shape in short, without the batch: `4·16·16`."""
    axes = trace.shapes[stop.results[0].name]
    kept = [axis.size for axis in axes if axis.name != ax.BATCH] or [1]
    return "·".join(f"{size / 1000:.0f}k" if size >= 10000 else str(size) for size in kept)


def branches(trace: Trace) -> tuple[Branch, ...]:
    """The outline of a run."""
    return tuple(
        Branch(
            words.section(section.name),
            tuple(
                Entry(words.stage(stop.stage.title, inside=bool(group)), stop.number, short_shape(trace, stop), group)
                for group, stops in modelmap.sublayers(section.stops)
                for stop in stops
            ),
            section.number,
        )
        for section in trace.program.sections
    )




def step_title(session: Session) -> str:
    """The title of the step on screen: its stage, and inside the stage its operation."""
    step = session.step
    title = words.stage(step.stage.title)
    return f"{title} · {words.operation(step.op.title)}" if session.inside else title


def parameters(trace: Trace) -> str:
    """The model's number of parameters, with separators."""
    return numbers.count(sum(ax.count(weight.axes) for weight in trace.program.weights))
