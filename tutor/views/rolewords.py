"""Which words of a sentence stand for which tensor of the step on screen: "query" for Q, "matrix" for a weight."""

from __future__ import annotations

import re
from collections.abc import Iterator

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from tutor.engine import axes as ax
from tutor.engine.trace import Trace
from tutor.engine.working import Link
from tutor.views.explanation import LETTERS

#: What a tensor is, by its role, its axes and its operation, and the words for it.
_WORDS = {
    "query": QT_TRANSLATE_NOOP("role words", "query,queries"),
    "key": QT_TRANSLATE_NOOP("role words", "key,keys"),
    "value": QT_TRANSLATE_NOOP("role words", "value,values"),
    "residual": QT_TRANSLATE_NOOP("role words", "residual stream,vector,vectors,sum"),
    "ids": QT_TRANSLATE_NOOP("role words", "id,ids"),
    "scores": QT_TRANSLATE_NOOP("role words", "score,scores"),
    "shares": QT_TRANSLATE_NOOP("role words", "share,shares,probability,probabilities"),
    "logits": QT_TRANSLATE_NOOP("role words", "logit,logits"),
    "weights": QT_TRANSLATE_NOOP("role words", "matrix,matrices,table"),
    # Words that only hold one of those: no tensor is meant.
    "none": QT_TRANSLATE_NOOP("role words", "mean value,keyboard"),
}


def kind(trace: Trace, name: str) -> str:
    """What a tensor is called in sentences; "" where there is no word for it."""
    step = trace.program.by_name.get(name)
    if name in trace.program.weight_by_name:
        return "weights" if len(trace.shapes[name]) == 2 else ""
    if name in trace.program.streams:
        return "ids"
    if step is None:
        return ""
    if step.role in LETTERS:
        return step.role
    if step.op.scale_kind == "probability":
        return "shares"
    axes = ax.names(trace.shapes[name])
    if {ax.QUERY, ax.KEY} <= set(axes):
        return "scores"
    return "logits" if axes[-1:] == (ax.D_VOCAB,) else ""


def named(trace: Trace, path: str) -> dict[str, str]:
    """For each kind of word the tensor it stands for at a step: an operand, else the result."""
    found: dict[str, str] = {}
    for name in (*trace.program[path].operands, path):
        word = kind(trace, name)
        if word:
            found.setdefault(word, name)
    return found


def words_of(kind_: str) -> tuple[str, ...]:
    """The words for a kind, in the learner's language, longest first."""
    said = QCoreApplication.translate("role words", _WORDS[kind_])
    return tuple(sorted((one.strip() for one in re.split("[,、]", said) if one.strip()), key=len, reverse=True))


def marks(text: str, tensors: dict[str, str]) -> Iterator[tuple[int, int, Link]]:
    """Where words of a text stand for tensors: begin, end and the tensor."""
    others = list(_hits(text, "none"))
    for word, name in tensors.items():
        for start, stop in _hits(text, word):
            if not any(first <= start and stop <= last for first, last in others):
                yield start, stop, Link(name, ())


def _hits(text: str, kind_: str) -> Iterator[tuple[int, int]]:
    for one in words_of(kind_):
        edge = r"\b" if one.isascii() else ""
        for hit in re.finditer(f"{edge}{re.escape(one)}{edge}", text, re.IGNORECASE):
            yield hit.span()
