"""The engine's sentences about what went wrong, in the learner's language.

The engine words its errors in English, since the command line prints them. Here each is known by its pattern; one
that is not known stays as it is, which is better than saying less.
"""

from __future__ import annotations

import re
from functools import cache

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

#: `(s)` stands for a plural s that may be there or not.
_PATTERNS = (
    QT_TRANSLATE_NOOP("error", "The text has {count} character(s); {limit} can be read at once: "
        "remove {more} character(s)."),
    QT_TRANSLATE_NOOP("error", "Character {at} of the text is the control character {code}: remove it."),
    QT_TRANSLATE_NOOP("error", "Character {at} of the text is {code}, half of a surrogate pair: remove it."),
    QT_TRANSLATE_NOOP("error", "The text is empty: write at least one word."),
    QT_TRANSLATE_NOOP("error", "The text is blank: write at least one word."),
    QT_TRANSLATE_NOOP("error", "The sentence has {count} token(s); this model reads {limit}: remove {more} token(s)."),
    QT_TRANSLATE_NOOP("error", "Sentence {number} has {count} token(s); this model reads {limit}: "
        "remove {more} token(s)."),
    QT_TRANSLATE_NOOP("error", "Sentence {number}: {problem}"),
    QT_TRANSLATE_NOOP("error", "This machine offers torch no {device} device: choose cpu or auto."),
    QT_TRANSLATE_NOOP("error", "The {device} device ran out of memory, so this run goes on with the CPU."),
    QT_TRANSLATE_NOOP("error", "The weight {name} holds NaN or infinite numbers, and what is computed from it will "
        "too: use another copy of the model."),
    QT_TRANSLATE_NOOP("error", "There is not enough memory to compute {name}: use a shorter sentence."),
    QT_TRANSLATE_NOOP("error", "{name} could not be written ({reason}): free some space or choose another place."),
    QT_TRANSLATE_NOOP("error", "There is no file {name}: check the name and the folder."),
    QT_TRANSLATE_NOOP("error", "{name} is cut short or is no saved trace: save it again with `trace --save`."),
    QT_TRANSLATE_NOOP("error", "{name} was saved by a newer version of the tutor: update to open it."),
    QT_TRANSLATE_NOOP("error", "{name} holds tensors but no trace: save one with `trace --save`."),
    QT_TRANSLATE_NOOP("error", "{name} does not describe its own trace rightly: {problem}"),
    QT_TRANSLATE_NOOP("error", "{name} puts an operation where it cannot stand: {problem}"),
    QT_TRANSLATE_NOOP("error", "{name} holds other ids than its tokens say: save it again."),
    QT_TRANSLATE_NOOP("error", "{name} was left out of {file}: save the trace again with it."),
    QT_TRANSLATE_NOOP("error", "{file} holds only the rows of {name} that its sentence uses."),
    QT_TRANSLATE_NOOP("error", "The tokenizer file {name} cannot be read ({reason}): install Transformer Tutor again."),
    QT_TRANSLATE_NOOP("error", "The tokenizer file {name} differs from the published one: put the original back or "
        "install Transformer Tutor again."),
)  # fmt: skip


@cache
def _compiled() -> tuple[tuple[str, re.Pattern[str]], ...]:
    found = []
    for pattern in _PATTERNS:
        text = re.escape(str(pattern)).replace(r"\(s\)", "s?")
        found.append((str(pattern), re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", text), re.DOTALL)))
    return tuple(found)


def known(sentence: str) -> bool:
    """Whether the sentence is one of the patterns."""
    return any(matcher.fullmatch(sentence) for _, matcher in _compiled())


def worded(sentence: str) -> str:
    """An engine's sentence in the language of the window."""
    for pattern, matcher in _compiled():
        match = matcher.fullmatch(sentence)
        if match is not None:
            translated = QCoreApplication.translate("error", pattern)
            if translated == pattern:
                return sentence
            facts = match.groupdict()
            if "problem" in facts:
                facts["problem"] = worded(facts["problem"])
            return translated.format(**facts)
    return sentence
