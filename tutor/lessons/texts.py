"""The texts of lessons and experiments, by language. No Qt.

`resources/lessons/LANGUAGE/experiments/KEY.toml` holds what an experiment says: `title`, `about` and tables of
sentences (`controls`, `options`, `plots`, `axes`, `words`, `facts`, `verdicts`, `notes`, `unfit`). A sentence may hold
numbers, `{variance:.2f}`; they are written with the minus sign and the powers of ten of print.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from tutor import resources

LANGUAGES = ("en", "zh_CN")


class TextMissing(KeyError):
    """A text that should be in the resources is not."""


#: `2e-05` is printed 2 × 10⁻⁵.
_POWER = re.compile(r"e([+-]\d+)")
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class _Printed(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        text = str(super().format_field(value, format_spec))
        if not isinstance(value, (int, float)):
            return text
        text = text if text.strip("-0.,%") else text.lstrip("-")  # never −0
        return _POWER.sub(lambda found: f" × 10{str(int(found[1])).translate(_RAISED)}", text).replace("-", "−")


_PRINTED = _Printed()


def filled(template: str, numbers: Mapping[str, Any]) -> str:
    """A sentence with its numbers. Raises KeyError or ValueError for one that does not fit."""
    return _PRINTED.vformat(template, (), numbers)


@cache
def experiment(key: str, language: str) -> Mapping[str, Any]:
    """All texts of an experiment. Raises TextMissing."""
    try:
        return tomllib.loads(resources.path("lessons", language, "experiments", f"{key}.toml").read_text("utf-8"))
    except (resources.ResourceMissing, tomllib.TOMLDecodeError) as error:
        raise TextMissing(f"{language}: {key}: {error}") from error


def say(key: str, language: str, table: str, name: str, numbers: Mapping[str, Any] | None = None) -> str:
    """One sentence of an experiment: `say("qk_variance", "en", "verdicts", "grows", {...})`. Raises TextMissing."""
    try:
        return filled(experiment(key, language)[table][name], numbers or {})
    except (KeyError, ValueError, IndexError) as error:
        raise TextMissing(f"{language}: {key}: {table}.{name}: {error}") from error


@cache
def _questions(language: str) -> Mapping[str, Any]:
    return tomllib.loads(resources.path("lessons", language, "questions.toml").read_text("utf-8"))


def question_title(kind: str, language: str) -> str:
    """What a kind of question is called. Raises TextMissing."""
    try:
        return str(_questions(language)["titles"][kind])
    except KeyError as error:
        raise TextMissing(f"{language}: titles.{kind}") from error


def question(kind: str, language: str, name: str, numbers: Mapping[str, Any] | None = None, table: str = "") -> str:
    """One sentence of a kind of question: `question("row_sum", "en", "ask", {...})`; of its `faces` or its `feedback`
    with `table`. Raises TextMissing."""
    try:
        found = _questions(language)[kind]
        return filled((found[table] if table else found)[name], numbers or {})
    except (KeyError, ValueError, IndexError) as error:
        raise TextMissing(f"{language}: {kind}: {table}.{name}: {error}") from error
