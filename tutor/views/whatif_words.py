"""Changes in the learner's language."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from tutor.engine.changes import UNIFORM, Cell, Change, Head, Replace, Switch, Tie, attentions
from tutor.engine.trace import Trace
from tutor.views import numbers, words

_SWITCHES = {
    ("mask", "off"): QT_TRANSLATE_NOOP("whatif", "mask off"),
    ("scale", "off"): QT_TRANSLATE_NOOP("whatif", "scale off"),
    ("positions", "off"): QT_TRANSLATE_NOOP("whatif", "positions off"),
    ("residual", "off"): QT_TRANSLATE_NOOP("whatif", "residual connections off"),
    ("pad", "none"): QT_TRANSLATE_NOOP("whatif", "padding not hidden"),
    ("pad", "-1000"): QT_TRANSLATE_NOOP("whatif", "padding at −1000"),
}


def told(change: Change) -> str:
    """One change in words."""
    if isinstance(change, Switch):
        said = _SWITCHES.get((change.key, change.value))
        return change.text if said is None else QCoreApplication.translate("whatif", said)
    if isinstance(change, Tie):
        return QCoreApplication.translate("whatif", "W_Q tied to W_K")
    if isinstance(change, Head):
        text = QCoreApplication.translate("whatif", "head {head} of {attention} silenced")
        if change.how == UNIFORM:
            text = QCoreApplication.translate("whatif", "head {head} of {attention} even")
        return text.format(head=change.head, attention=change.attention)
    if isinstance(change, Cell):
        at = ", ".join(map(str, change.index))
        return f"{change.name}[{at}] = {number(change.value)}"
    if isinstance(change, Replace):
        text = QCoreApplication.translate("whatif", "{name} from “{sentence}”")
        part = f"[{', '.join(':' if one is None else str(one) for one in change.at)}]" if change.at else ""
        return text.format(name=change.name + part, sentence=change.text_of)
    return change.text


def attention(trace: Trace, path: str) -> str:
    """An attention's name: its block, and that it looks across where its keys are of another text; "" for none."""
    found = attentions(trace.program).get(path)
    if found is None:
        return ""
    pattern = found[0]
    section = words.section(pattern.section)
    texts = [text for text in trace.texts(pattern.name) if text is not None]
    if len(texts) > 1 and texts[0] is not texts[-1]:
        return QCoreApplication.translate("whatif", "{block}, cross-attention").format(block=section)
    return section


def number(value: float) -> str:
    """A number as it was typed: no digits that it has not."""
    if value in (float("inf"), float("-inf")):
        return "∞" if value > 0 else "−∞"
    return numbers.minus(str(int(value)) if value == int(value) and abs(value) < 1e6 else f"{value:.6g}")
