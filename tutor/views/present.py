"""What the engine computed, as the views take it: chips, heat maps, explanations, use marks. No state, no drawing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QCoreApplication

from tutor.engine import axes as ax
from tutor.engine.axes import Axis, Slices
from tutor.engine.difference import DIFFERENCE
from tutor.engine.picture import Lit, Panel, Picture
from tutor.engine.program import Stop
from tutor.engine.token_bytes import Merge
from tutor.engine.tokens import Batch
from tutor.engine.trace import Stats, Trace
from tutor.engine.working import Working
from tutor.session import Session
from tutor.views import modelmap, numbers, words
from tutor.views.chips import Chip
from tutor.views.equation import Part
from tutor.views.heatdata import Map
from tutor.views.inspector import Explanation
from tutor.views.outline import Branch, Entry
from tutor.views.timelinepaint import UseMark

translate = QCoreApplication.translate

_LETTERS = {"query": "Q", "key": "K", "value": "V", "residual": "residual"}
_KINDS = {"probability": "prob"}
_SIGNS = {"product": "×", "turned": "×", "sum": "+", "times": "⊙", "arrow": "→", DIFFERENCE: "−"}


def token_label(batch: Batch, row: int, at: int) -> str:
    """A token as axis labels show it; a leading space stays a space, which is drawn as a grey dot."""
    token = batch.rows[row][at]
    text = token.text
    return " " + text[1:] if text.startswith("·") and token.data[:1] == b" " and len(text) > 1 else text


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
    return [translate("present", "pad") if token.pad else token_label(text, row, at)
            for at, token in enumerate(text.rows[row])]  # fmt: skip


def text_of(trace: Trace, panel: Panel, axis: Axis) -> Batch | None:
    """The tokens along an axis of a panel, None for plain numbers."""
    return next((text for one, text in zip(panel.axes, trace.texts(panel.name)) if one == axis), None)


def _along(trace: Trace, panel: Panel, axis: str) -> Batch | None:
    """The tokens along the axis of this name."""
    return next((text for one, text in zip(panel.axes, trace.texts(panel.name)) if one.name == axis), None)


def _terms_text(trace: Trace, working: Working) -> Batch | None:
    """The tokens along the rows of a table of terms, None for plain numbers."""
    for column in working.terms.columns if working.terms is not None else ():
        if column.name and column.name in trace.shapes:
            return trace.texts(column.name)[column.index.index(None)]
    return None


def batch_row(trace: Trace, panel: Panel) -> int:
    """Which sentence a panel shows."""
    if panel.axes and panel.axes[0].name == ax.BATCH and isinstance(panel.where[0], int):
        return panel.where[0]
    return 0


def part(trace: Trace, panel: Panel, row: int, turned: bool = False, masked: np.ndarray | None = None) -> Part:
    """A panel as a heat map with labels; `masked` cells are an exact 0 because a mask said so."""
    step = trace.program.by_name.get(panel.name)
    role = _LETTERS.get(step.role, "") if step else "weights"
    shown = tuple(axis for axis in (panel.rows, panel.columns) if axis is not None)
    ids = panel.kind == "ids"
    named = labels(trace, panel, panel.rows, row)
    across = labels(trace, panel, panel.columns, row)
    data = Map(
        panel.values, None if ids and panel.rows is not None and panel.rows.name == ax.BATCH else named,
        None if ids and panel.rows is not None and panel.rows.name == ax.BATCH else across,
        panel.rows.name if panel.rows else "", panel.columns.name if panel.columns else "",
        _KINDS.get(panel.kind, "signed"), panel.low if panel.high > panel.low else -1.0,
        panel.high if panel.high > panel.low else 1.0,
        frozenset(range(panel.real_rows, panel.values.shape[0])),
        frozenset(range(panel.real_columns, panel.values.shape[1])),
        masked=masked, title=panel.name, whole=ids, pooled=panel.pooled,
    )  # fmt: skip
    if ids and panel.rows is not None and panel.rows.name == ax.BATCH:
        pads = np.arange(panel.values.shape[1])[None, :] >= trace.batches[panel.name].lengths[:, None]
        data = replace(data, masked=pads if pads.any() else None)
    letter = {"Q": "Q", "K": "Kᵀ" if turned else "K", "V": "V", "residual": "x", "weights": "W"}.get(role, "")
    name = panel.name.rsplit(".", 1)[-1]
    axes = tuple(reversed(shown)) if turned else shown
    return Part(data, name, tuple((axis.name, axis.size) for axis in axes), letter, role, turned)


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
    if picture.layout == DIFFERENCE:
        named = (translate("present", "changed"), translate("present", "original"))
        made = [replace(one, name=name) for one, name in zip(made, named)]
        result = replace(part(trace, picture.result, row), letter="Δ", role="", name=translate("present", "difference"))
        return (*made, result), _SIGNS[DIFFERENCE], ""
    masked = None
    if picture.result.kind == "probability" and picture.operands:
        before = picture.operands[0].values
        masked = np.isneginf(before) if before.shape == picture.result.values.shape else None
    made.append(part(trace, picture.result, row, masked=masked if masked is not None and masked.any() else None))
    caption = words.operation(trace.program[picture.path].op.title) if picture.layout == "arrow" else ""
    return tuple(made), _SIGNS.get(picture.layout, "") if len(made) > 1 else "", caption


def lit(trace: Trace, picture: Picture, index: Sequence[int]) -> tuple[tuple[Lit, Lit] | None, ...]:
    """What a cell of the result lights: its row and column in each operand, and in the result itself."""
    if picture.layout == DIFFERENCE:
        return (picture.result.place(index),) * 3
    reads = dict(reversed(trace.reads(picture.path, index)))
    found: list[tuple[Lit, Lit] | None] = []
    for panel in picture.operands:
        found.append(_lit(panel, reads[panel.name]) if panel.name in reads else None)
    place = picture.result.place(index)
    found.append(place if place is not None else None)
    return tuple(found)


def _lit(panel: Panel, part: Slices) -> tuple[Lit, Lit] | None:
    return panel.lit(part)


def place_words(trace: Trace, panel: Panel, index: Sequence[int]) -> str:
    """A cell in words: which tokens, which head, which feature."""
    row = next((at for axis, at in zip(panel.axes, index) if axis.name == ax.BATCH), 0)
    found = []
    for axis, at, text in zip(panel.axes, index, trace.texts(panel.name)):
        token = None
        if text is not None:
            token = translate("present", "pad") if text.rows[row][at].pad else text.rows[row][at].text
        if axis.name == ax.QUERY:
            found.append(translate("present", "query {token} ({at})").format(token=token, at=at))
        elif axis.name == ax.KEY:
            found.append(translate("present", "key {token} ({at})").format(token=token, at=at))
        elif axis.name == ax.POS:
            found.append(translate("present", "token {token} ({at})").format(token=token or "", at=at))
        elif axis.name == ax.HEAD:
            found.append(translate("present", "head {at}").format(at=at))
        elif axis.name == ax.BATCH:
            if axis.size > 1:
                found.append(translate("present", "sentence {at}").format(at=at))
        elif axis.name == ax.TYPE:
            found.append(translate("present", "type {at}").format(at=at))
        elif axis.name == ax.D_VOCAB:
            found.append(translate("present", "vocabulary entry {at}").format(at=at))
        else:
            found.append(translate("present", "feature {at}").format(at=at))
    return translate("present", ", ").join(found)


def explanation(trace: Trace, panel: Panel, working: Working) -> Explanation:
    """A worked cell as the inspector shows it."""
    row = next((at for axis, at in zip(panel.axes, working.index) if axis.name == ax.BATCH), 0)
    note = ""
    if working.note is not None:
        facts = dict(working.note.facts)
        for key, axis_name in (("query", ax.QUERY), ("key", ax.KEY)):
            at = facts.get(key)
            text = _along(trace, panel, axis_name)
            if isinstance(at, int) and text is not None:
                token = text.rows[row][at]
                facts[f"{key}_token"] = translate("present", "pad") if token.pad else token.text
        if "link" in facts:
            facts["link"] = facts["link"].text()  # type: ignore[attr-defined]
        length = facts.get("wavelength")
        if isinstance(length, float):
            facts["wavelength"] = numbers.fixed(length, 1)
        for key in ("was", "computed"):
            value = facts.get(key)
            if isinstance(value, float):
                facts[key] = numbers.fixed(value, 0 if panel.kind == "ids" else 4)
        note = words.note(working.note.key, facts)
    headers: tuple[str, ...] = ()
    columns: tuple[np.ndarray, ...] = ()
    named: Sequence[str] | None = None
    if working.terms is not None:
        headers = tuple(words.column(column.label) for column in working.terms.columns)
        columns = tuple(column.values for column in working.terms.columns)
        text = _terms_text(trace, working)
        if text is not None:
            pad = translate("present", "pad")
            named = [f"{pad if token.pad else token.text} ({at})" for at, token in enumerate(text.rows[row])]
    lines = tuple((line.label, line.value) for line in working.lines)
    whole = panel.kind == "ids"
    if whole:
        merges = trace.batches[working.name].merges.get(int(working.result), ())
        if not working.given:
            note = _merges(trace, int(working.result), merges, note)
    address = f"{working.name.rsplit('.', 1)[-1]}[{', '.join(map(str, working.index))}]"
    return Explanation(
        float("nan") if working.stored is None else working.stored, address, place_words(trace, panel, working.index),
        working.equation, note, headers, columns, named, lines, working.result, working.agrees,
        working.difference, whole, roles(trace, working.name), working.given,
    )  # fmt: skip


def roles(trace: Trace, path: str) -> dict[str, str]:
    """Which role each operand of a step plays, as the theme names roles."""
    found = {}
    for name in trace.program[path].operands:
        step = trace.program.by_name.get(name)
        found[name] = _LETTERS.get(step.role, "") if step is not None else "weights"
    return found


def _merges(trace: Trace, token: int, merges: Sequence[Merge], note: str) -> str:
    """The merges that made a token, a row each: bytes put together, and the rank of the pair."""
    rank = translate("present", "rank {rank}")
    rows = [
        f"{_bytes(m.left)} + {_bytes(m.right)} → {_bytes(m.result)}   {rank.format(rank=m.rank)}" for m in merges
    ]
    return "\n".join([note, *rows])


def _bytes(data: bytes) -> str:
    try:
        return data.decode().replace(" ", "·").replace("\n", "⏎")
    except UnicodeDecodeError:
        return "⟨" + " ".join(f"{byte:02X}" for byte in data) + "⟩"


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


def _symbol(trace: Trace, name: str) -> tuple[str, str]:
    """A tensor's mark in the use lane and its role."""
    step = trace.program[name]
    role = _LETTERS.get(step.role, "")
    letter = {"Q": "Q", "K": "K", "V": "V"}.get(role)
    return letter or name.rsplit(".", 1)[-1], role


def uses(
    trace: Trace, path: str, stops: Sequence[Stop], inside: Stop | None, chips: Mapping[int, int] | None = None
) -> tuple[UseMark, ...]:
    """Where the tensor on screen and what it was made from are written and read, within what the lane shows.

    `chips` says which chip stands for a stage where several are folded into one.
    """
    program = trace.program
    where: dict[str, int] = {}
    if inside is not None:
        where = {step.name: at for at, step in enumerate(inside.steps)}
    else:
        where = {step.name: (chips or {}).get(stop.number, stop.number) for stop in stops for step in stop.steps}
    marks: dict[tuple[int, str, bool], UseMark] = {}
    step = program[path]
    for name in (*(one for one in step.inputs if one in program.by_name), path):
        symbol, role = _symbol(trace, name)
        if name in where:
            marks[(where[name], symbol, True)] = UseMark(where[name], symbol, role, True, name == path)
        for user, _ in program.consumers.get(name, ()):
            if user.name in where and (where[user.name], symbol, True) not in marks:
                marks[(where[user.name], symbol, False)] = UseMark(where[user.name], symbol, role, False, name == path)
    return tuple(sorted(marks.values(), key=lambda mark: (mark.index, not mark.written)))


def scales(picture: Picture) -> list[tuple[str, str, float, float]]:
    """The colour bars of a step: names that share one, its kind and range; the result's first, at most two."""
    found: dict[tuple[str, float, float], list[str]] = {}
    if picture.layout == DIFFERENCE:
        return [
            (name, _KINDS.get(panel.kind, "signed"), panel.low, panel.high)
            for name, panel in ((translate("present", "difference"), picture.result),
                                (translate("present", "changed, original"), picture.operands[0]))
            if panel.high > panel.low
        ]  # fmt: skip
    for panel in (picture.result, *picture.operands):
        if panel.kind != "ids" and panel.high > panel.low:
            key = (_KINDS.get(panel.kind, "signed"), panel.low, panel.high)
            found.setdefault(key, []).append(panel.name.rsplit(".", 1)[-1])
    return [(", ".join(dict.fromkeys(names)), *key) for key, names in list(found.items())[:2]]


def step_title(session: Session) -> str:
    """The title of the step on screen: its stage, and inside the stage its operation."""
    step = session.step
    title = words.stage(step.stage.title)
    return f"{title} · {words.operation(step.op.title)}" if session.inside else title


def short_name(path: str) -> str:
    """The end of a tensor's name; with the part before it where the end alone says little (`ln1.mean`)."""
    parts = path.split(".")
    return ".".join(parts[-2:]) if len(parts) > 1 and parts[-1] in ("mean", "var", "normalized") else parts[-1]


def parameters(trace: Trace) -> str:
    """The model's number of parameters, with separators."""
    return numbers.count(sum(ax.count(weight.axes) for weight in trace.program.weights))
