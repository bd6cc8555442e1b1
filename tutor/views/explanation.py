"""How a number came about, as the inspector takes it: in the learner's language, with links. No state, no drawing."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import field

import numpy as np
from PySide6.QtCore import QCoreApplication

from tutor.engine import axes as ax
from tutor.engine.figures import Figure, Row
from tutor.engine.gradients import Gradients
from tutor.engine.records import dataclass
from tutor.engine.token_bytes import Merge
from tutor.engine.tokens import Batch
from tutor.engine.trace import Trace
from tutor.engine.working import Column, Link, Math, Note, Working, number, short_name, show, symbol
from tutor.views import numbers, words

translate = QCoreApplication.translate

#: Texts of tokens by their ids.
Names = Callable[[Sequence[int]], Sequence[str]]

LETTERS = {"query": "Q", "key": "K", "value": "V", "residual": "residual"}


@dataclass(frozen=True)
class Entry:
    """One line with a number: what it is, the number as text, where it stands, and whose colour it has."""

    label: str
    value: str
    link: Link | None = None
    role: str = ""


@dataclass(frozen=True, eq=False)
class Explanation:
    """What the inspector shows of one cell; every text is in the learner's language or in symbols.

    Attributes:
        value: the stored number. address: `scores[0, 2, 5, 4]`. place: the cell in words.
        equation: the formula with the numbers put in. note: the rule that applied, as a sentence.
        headers, columns, labels: the table of terms (one label for each row); the last column is summed.
        cells: for each column where its numbers stand, None for what was computed here. own: this cell's own row.
        entries: intermediate results and operands. uses: the numbers it goes into.
        figure, row: what may be drawn of it; the whole row worked out.
        agrees, difference, bound: the check against the stored number. result: the recomputed number.
        whole: a token id. given: a number that nothing computes. put: one that the learner put there.
        roles: whose colour a number of the equation has, by the name of its tensor.
        link: the cell itself. caption: what stands beside the value, "" for nothing.
        slope: whether it is the gradient of the cell; then `uses` are the numbers it is passed on to.
    """

    value: float
    address: str
    place: str
    equation: Math | None
    note: str = ""
    headers: tuple[str, ...] = ()
    columns: tuple[np.ndarray, ...] = ()
    labels: Sequence[str] | None = None
    cells: tuple[Column | None, ...] = ()
    adds: tuple[bool, ...] = ()
    own: int | None = None
    entries: tuple[Entry, ...] = ()
    uses: tuple[Entry, ...] = ()
    figure: Figure | None = None
    row: Row | None = None
    result: float = float("nan")
    agrees: bool = True
    difference: float = 0.0
    bound: float = 0.0
    whole: bool = False
    given: bool = False
    put: bool = False
    roles: Mapping[str, str] = field(default_factory=dict)
    link: Link | None = None
    caption: str = ""
    slope: bool = False

    def role(self, name: str) -> str:
        """Whose colour a tensor has."""
        return self.roles.get(name, "")

    def lanes(self) -> list[tuple[str, np.ndarray]]:
        """The factors whose products are the terms, each with its role; none where the terms are no products."""
        linked = [(one, values) for one, values in zip(self.cells, self.columns) if one is not None]
        return [(self.role(one.name), values) for one, values in linked] if len(linked) == 2 else []


class Named(Sequence[str]):
    """Labels of the rows of a vocabulary, found only for those that are shown."""

    def __init__(self, names: Names, count: int) -> None:
        self._names, self._count = names, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: int) -> str:  # type: ignore[override]
        text = self._names([at])[0]
        return text if text == f"#{at}" else f"{text} ({at})"


def numbered(ids: Sequence[int]) -> list[str]:
    """What tokens are called where no tokenizer is at hand."""
    return [f"#{one}" for one in ids]


def token_text(text: Batch, row: int, at: int) -> str:
    """A token as sentences name it; padding says so."""
    token = text.rows[row][at]
    return translate("present", "pad") if token.pad else token.text


def place(
    trace: Trace, name: str, index: Sequence[int], names: Names = numbered, skip: Collection[ax.Axis] = ()
) -> str:
    """A cell in words: which tokens, which head, which feature; `skip` axes are left out."""
    axes = trace.shapes[name]
    if name in trace.program.weight_by_name:
        return _weight_place(axes, index, names)
    row = next((at for axis, at in zip(axes, index) if axis.name == ax.BATCH), 0)
    found = []
    for axis, at, text in zip(axes, index, trace.texts(name)):
        if axis in skip:
            continue
        token = token_text(text, row, at) if text is not None else ""
        if axis.name == ax.QUERY:
            found.append(translate("present", "query {token} ({at})").format(token=token, at=at))
        elif axis.name == ax.KEY:
            found.append(translate("present", "key {token} ({at})").format(token=token, at=at))
        elif axis.name == ax.POS:
            found.append(translate("present", "token {token} ({at})").format(token=token, at=at))
        elif axis.name == ax.HEAD:
            found.append(translate("present", "head {at}").format(at=at))
        elif axis.name == ax.BATCH:
            if axis.size > 1:
                found.append(translate("present", "sentence {at}").format(at=at))
        elif axis.name == ax.TYPE:
            found.append(translate("present", "type {at}").format(at=at))
        elif axis.name == ax.D_VOCAB:
            found.append(_entry_of_vocabulary(at, names))
        else:
            found.append(translate("present", "feature {at}").format(at=at))
    return translate("present", ", ").join(found)


def _entry_of_vocabulary(at: int, names: Names) -> str:
    text = names([at])[0]
    if text == f"#{at}":
        return translate("present", "vocabulary entry {at}").format(at=at)
    return translate("present", "vocabulary entry {token} ({at})").format(token=text, at=at)


def _weight_place(axes: ax.Axes, index: Sequence[int], names: Names) -> str:
    """A weight's cell: its rows and columns are no tokens of the sentence."""
    found = []
    ways = [translate("present", "row {at}"), translate("present", "column {at}")]
    for number_, (axis, at) in enumerate(zip(axes, index)):
        if axis.name == ax.D_VOCAB:
            found.append(_entry_of_vocabulary(at, names))
        elif len(axes) == 2:
            found.append(ways[number_].format(at=at))
        else:
            found.append(translate("present", "feature {at}").format(at=at))
    return translate("present", ", ").join(found)


def crumb(trace: Trace, link: Link, names: Names = numbered) -> str:
    """A cell in short, for a trail: its tensor and the token its last row of tokens has, or its entry of the
    vocabulary (`probs[cat]`)."""
    short = short_name(link.name)
    if not link.index:
        return short
    axes = trace.shapes[link.name]
    if axes and axes[-1].name == ax.D_VOCAB:
        return f"{short}[{names([int(link.index[-1])])[0]}]"  # type: ignore[arg-type]
    sentence = next((at for axis, at in zip(axes, link.index) if axis.name == ax.BATCH), 0)
    tokens = [
        token_text(text, int(sentence), int(at))  # type: ignore[arg-type]
        for at, text in zip(link.index, trace.texts(link.name))
        if text is not None
    ]
    return f"{short}[{tokens[-1]}]" if tokens else link.short


def explanation(trace: Trace, working: Working, names: Names = numbered) -> Explanation:
    """A worked cell as the inspector shows it."""
    name, index = working.name, working.index
    axes = trace.shapes[name]
    whole = name in trace.program.sources
    given = working.note is not None and working.note.key == "given"
    made = working.note is not None and working.note.key in NO_TENSOR
    step = trace.program.by_name.get(name)
    found = roles(trace, name)
    link = Link(name, index)
    note = _note(trace, name, index, working.note)
    entries = tuple(_entries(working, found))
    if whole and step is not None and not working.put:
        entries += _merges(trace.batches[name].merges.get(int(working.result), ()))
    headers, columns, labels = _terms(trace, working, axes, index, names)
    terms = working.terms
    slope = _SLOPE if isinstance(trace, Gradients) else ""
    return Explanation(
        float("nan") if working.stored is None else working.stored, slope + link.short,
        place(trace, name, index, names),
        working.equation if whole or given or working.put else _whole(working, () if made else axes, slope), note,
        headers, columns, labels,
        tuple(column if column.name else None for column in terms.columns) if terms is not None else (),
        tuple(column.adds for column in terms.columns) if terms is not None else (),
        terms.own if terms is not None else None,
        entries, () if made else tuple(_uses(trace, name, index)), working.figure, working.row, working.result,
        working.agrees, working.difference, working.bound, whole, given, working.put, found, link,
        _caption(working, step.op.scale_kind if step is not None and not (made or slope) else ""),
        bool(slope),
    )  # fmt: skip


#: Notes of what is worked out like a cell but is none of the model's.
NO_TENSOR = ("derived.mean", "derived.sum", "compare.difference")


def _caption(working: Working, kind: str) -> str:
    """How much of its row a share is."""
    stored = working.stored
    if kind != "probability" or stored is None or not math.isfinite(stored):
        return ""
    percent = 100 * stored
    shown = "0" if stored == 0 else "~0" if percent < 0.05 else numbers.fixed(percent, 0 if percent >= 9.5 else 1)
    return translate("present", "{percent} % of this row").format(percent=shown)


#: Before the cell whose gradient it is.
_SLOPE = "∂g/∂"


def _whole(working: Working, axes: ax.Axes, before: str = "") -> Math:
    """The equation with the cell before it and the result behind it: `scores[2, 5, 4] = … = 8.6501`. What is no
    tensor's cell has none before it."""
    inner = working.equation.parts if working.equation.kind == "row" else (working.equation,)
    shown = [at for axis, at in zip(axes, working.index) if axis.name != ax.BATCH]
    cell = Math("sub", (symbol(before + short_name(working.name)), symbol(", ".join(map(str, shown)))))
    last = inner[-1]
    same = last.kind == "number" and show(last.value) == show(working.result)
    ends = () if same else (symbol("="), number(working.result))
    return Math("row", (*((cell, symbol("=")) if axes else ()), *inner, *ends))


def roles(trace: Trace, path: str) -> dict[str, str]:
    """Which role each operand of a step plays, as the theme names roles."""
    found = {}
    step = trace.program.by_name.get(path)
    for name in step.operands if step is not None else ():
        made = trace.program.by_name.get(name)
        found[name] = LETTERS.get(made.role, "") if made is not None else "weights"
    return found


def _note(trace: Trace, name: str, index: Sequence[int], note: Note | None) -> str:
    if note is None:
        return ""
    facts = dict(note.facts)
    axes = trace.shapes[name]
    row = next((at for axis, at in zip(axes, index) if axis.name == ax.BATCH), 0)
    for key, axis_name in (("query", ax.QUERY), ("key", ax.KEY)):
        at = facts.get(key)
        text = next((one for axis, one in zip(axes, trace.texts(name)) if axis.name == axis_name), None)
        if isinstance(at, int) and text is not None:
            facts[f"{key}_token"] = token_text(text, row, at)
    if isinstance(facts.get("link"), Link):
        facts["link"] = facts["link"].short  # type: ignore[attr-defined]
    length = facts.get("wavelength")
    if isinstance(length, float):
        facts["wavelength"] = numbers.fixed(length, 1)
    was = facts.get("was")
    if isinstance(was, float):
        facts["was"] = numbers.fixed(was, 0 if name in trace.program.sources else 4)
    return words.note(note.key, facts)


def _terms(
    trace: Trace, working: Working, axes: ax.Axes, index: Sequence[int], names: Names
) -> tuple[tuple[str, ...], tuple[np.ndarray, ...], Sequence[str] | None]:
    terms = working.terms
    if terms is None:
        return (), (), None
    headers = tuple(words.column(column.label) for column in terms.columns)
    columns = tuple(column.values for column in terms.columns)
    text = _terms_text(trace, working)
    if text is not None:
        row = next((at for axis, at in zip(axes, index) if axis.name == ax.BATCH), 0)
        return headers, columns, [f"{token_text(text, row, at)} ({at})" for at in range(len(text.rows[row]))]
    if terms.axis == ax.D_VOCAB:
        return headers, columns, Named(names, len(terms.values))
    return headers, columns, None


def _terms_text(trace: Trace, working: Working) -> Batch | None:
    """The tokens along the rows of a table of terms, None for plain numbers."""
    for column in working.terms.columns if working.terms is not None else ():
        if column.name and column.name in trace.shapes:
            return trace.texts(column.name)[column.index.index(None)]
    return None


def _entries(working: Working, roles: Mapping[str, str]) -> list[Entry]:
    """Intermediate results in order, then the operands that none of them names."""
    found = []
    linked = {line.link for line in working.lines if line.link is not None}
    for line in working.lines:
        label = line.label
        if line.link is not None:
            own = line.link.short
            same = label.split("[")[0] == line.link.name.rsplit(".", 1)[-1]
            if not label.startswith(_SLOPE):  # a gradient has its address already
                label = own if same or own.startswith(label) else f"{label} · {own}"
        role = roles.get(line.link.name, "") if line.link is not None else ""
        found.append(Entry(label, show(line.value), line.link, role))
    values = _values(working.equation)
    if working.terms is not None:
        for column in working.terms.columns:
            if column.name and working.terms.own is not None:
                values[column.link(working.terms.own)] = float(column.values[working.terms.own])
    for link in working.sources:
        if link not in linked:
            value = values.get(link)
            found.append(Entry(link.short, "" if value is None else show(value), link, roles.get(link.name, "")))
    return found


def _values(equation: Math) -> dict[Link | None, float]:
    """The numbers of an equation by where they stand."""
    found: dict[Link | None, float] = {}
    stack = [equation]
    while stack:
        one = stack.pop()
        if one.kind == "number" and one.link is not None:
            found[one.link] = one.value
        stack += one.parts
    return found


def _uses(trace: Trace, name: str, index: Sequence[int]) -> list[Entry]:
    """Who uses this number: the parts of later tensors it goes into, with what is done there."""
    found = []
    step = trace.program.by_name.get(name)
    for use in trace.used_by(name, index):
        user = trace.program.by_name.get(use.step)
        link = Link(use.step, use.index)
        if user is None or isinstance(trace, Gradients):  # to what it was made from, weights among them
            role = LETTERS.get(user.role, "") if user is not None else "weights"
            found.append(Entry(link.short, words.operation(step.op.title) if step is not None else "", link, role))
            continue
        near = user.section == step.section if step is not None else name.startswith(f"{user.section}.")
        label = link.short if near else link.text()
        found.append(Entry(label, words.operation(user.op.title), link, LETTERS.get(user.role, "")))
    return found


def _merges(merges: Sequence[Merge]) -> tuple[Entry, ...]:
    """The merges that made a token, step by step: bytes put together, and the rank of the pair."""
    rank = translate("present", "rank {rank}")
    return tuple(
        Entry(f"{at}.  {_bytes(m.left)} + {_bytes(m.right)} → {_bytes(m.result)}", rank.format(rank=m.rank))
        for at, m in enumerate(merges, 1)
    )


def _bytes(data: bytes) -> str:
    try:
        return data.decode().replace(" ", "·").replace("\n", "⏎")
    except UnicodeDecodeError:
        return "⟨" + " ".join(f"{byte:02X}" for byte in data) + "⟩"
