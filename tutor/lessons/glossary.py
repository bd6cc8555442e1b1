"""The glossary: every term and symbol, in every language, found by any name it has anywhere. No Qt.

`resources/lessons/LANGUAGE/glossary.toml` has a table for each term; the keys are the same in every language.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache

from tutor import resources
from tutor.engine.records import dataclass
from tutor.lessons import markdown
from tutor.lessons.markdown import LessonError, Spans
from tutor.lessons.texts import LANGUAGES, TextMissing

_KEYS = {"term": str, "other": list, "symbol": str, "text": str, "see": list, "lesson": str, "tensor": str}


@dataclass(frozen=True)
class Term:
    """One entry.

    Attributes:
        key: the same in every language: `d_k`.
        term: as shown.
        other: what it is called elsewhere: synonyms, hook and config names.
        symbol: LaTeX, "" for none.
        text: what it is, in one to three sentences, which may hold links as a lesson's do.
        see: keys of other entries.
        lesson: the name of a lesson, "" for none.
        tensor: where it can be seen, as a link of a lesson names it; "" for nowhere.
    """

    key: str
    term: str
    other: tuple[str, ...]
    symbol: str
    text: Spans
    see: tuple[str, ...]
    lesson: str
    tensor: str

    def names(self) -> tuple[str, ...]:
        """Everything it is called in this language."""
        return (self.term, *self.other)


def parse(text: str, where: str) -> Mapping[str, Term]:
    """A glossary from its file's text. Raises LessonError."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise LessonError(f"{where}: {error}.") from error
    found = {}
    for key, table in tables.items():
        at = f"{where}, [{key}]"
        if not isinstance(table, dict):
            raise LessonError(f"{where}: {key} stands outside a table.")
        for name, value in table.items():
            wanted = _KEYS.get(name)
            if wanted is None or not isinstance(value, wanted) or (
                wanted is list and not all(isinstance(one, str) for one in value)
            ):  # fmt: skip
                raise LessonError(f"{at}: {name} should be one of {', '.join(_KEYS)}, of its kind.")
        if not table.get("term") or not table.get("text"):
            raise LessonError(f"{at}: term and text are needed.")
        found[key] = Term(
            key, table["term"], tuple(table.get("other", ())), table.get("symbol", ""),
            markdown.spans(" ".join(table["text"].split()), at), tuple(table.get("see", ())), table.get("lesson", ""),
            table.get("tensor", ""),
        )  # fmt: skip
    for key, term in found.items():
        unknown = [one for one in (*term.see, *_terms_in(term.text)) if one not in found]
        if unknown:
            raise LessonError(f"{where}, [{key}]: there is no entry {unknown[0]} to see.")
    return found


def _terms_in(text: Spans) -> list[str]:
    return [span.link.name for span in text if span.link is not None and span.link.kind == "term"]


@cache
def glossary(language: str) -> Mapping[str, Term]:
    """All entries of a language by key, in the file's order. Raises LessonError, TextMissing."""
    try:
        return parse(resources.path("lessons", language, "glossary.toml").read_text("utf-8"), "glossary.toml")
    except resources.ResourceMissing as error:
        raise TextMissing(f"{language}: {error}") from error


@cache
def _names() -> Mapping[str, str]:
    """Every name a term has in any language, folded, → its key; shown terms before synonyms, keys before both."""
    found: dict[str, str] = {}
    books = [glossary(language) for language in LANGUAGES]
    for book in books:
        for key in book:
            found.setdefault(folded(key), key)
    for book in books:
        for key, term in book.items():
            found.setdefault(folded(term.term), key)
    for book in books:
        for key, term in book.items():
            for name in (*term.other, term.symbol):
                if folded(name):
                    found.setdefault(folded(name), key)
    return found


def find(name: str) -> str:
    """The key of the term that is called so in any language, "" for none: `n_embd`, `查询`, `d_{k}`."""
    return _names().get(folded(name), "")


def search(text: str, language: str) -> tuple[Term, ...]:
    """Entries that fit what is typed, in any language, the nearest first; all of them for nothing typed.

    A name that begins so comes before one that holds it, and that before a word of the explanation.
    """
    own = glossary(language)
    wanted = folded(text)
    if not wanted:
        return tuple(own.values())
    ranked: list[tuple[int, int, Term]] = []
    others = [glossary(one) for one in LANGUAGES]
    for at, (key, term) in enumerate(own.items()):
        names = [folded(name) for book in others if key in book for name in (*book[key].names(), book[key].symbol)]
        names.append(folded(key))
        said = folded(markdown.plain(term.text))
        cost = (
            0 if wanted in names
            else 1 if any(name.startswith(wanted) for name in names)
            else 2 if any(wanted in name for name in names)
            else 3 if wanted in said
            else -1
        )  # fmt: skip
        if cost >= 0:
            ranked.append((cost, at, term))
    return tuple(term for *_, term in sorted(ranked, key=lambda one: one[:2]))


def folded(name: str) -> str:
    """A name as it is compared: without case, and without the signs by which LaTeX, code and prose differ."""
    plain = re.sub(r"\\(?:mathrm|operatorname|mathsf|text)\b", "", name)
    return re.sub(r"[\s_{}\\$·,.()\-–—]", "", plain).casefold()
