"""Every experiment has its texts in every language, of the same keys and with the same numbers in them."""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tutor.lessons import texts
from tutor.lessons.experiments import every


def sentences(table: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    for name, one in table.items():
        if isinstance(one, str):
            yield f"{at}{name}", one
        else:
            yield from sentences(one, f"{at}{name}.")


def numbers(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(every()))
def test_both_languages_say_the_same(key: str) -> None:
    english, chinese = (dict(sentences(texts.experiment(key, one))) for one in texts.LANGUAGES)
    assert english.keys() == chinese.keys()
    for name, text in english.items():
        assert numbers(text) == numbers(chinese[name]), name
        assert text.strip() and chinese[name].strip(), name
    assert {"title", "about"} <= english.keys()


def test_a_number_is_printed_with_its_minus() -> None:
    assert texts.filled("{x:.1f} and {y}", {"x": -1.25, "y": "a-b"}) == "−1.2 and a-b"


@pytest.mark.parametrize(
    ("value", "printed"), [(2e-5, "2 × 10⁻⁵"), (-1.5e12, "−1.5 × 10¹²"), (0.25, "0.25"), (0.0, "0"), ("1e-5", "1e-5")]
)
def test_a_power_of_ten_is_printed_raised(value: float | str, printed: str) -> None:
    assert texts.filled("{x:.2g}" if isinstance(value, float) else "{x}", {"x": value}) == printed
