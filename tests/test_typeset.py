"""Formulas are set ahead, in colours a view can replace, and can be said as words."""

from __future__ import annotations

import pytest

from tutor import resources, typeset
from tutor.engine import families

OF_STEPS = list(typeset.formulas())
ALL = list(dict.fromkeys((*OF_STEPS, *typeset.written())))


def test_every_formula_is_shipped_and_nothing_else() -> None:
    shipped = {path.name for path in resources.path("formulas").iterdir()}
    assert {typeset.key(latex) for latex in ALL} == shipped


def test_every_step_of_the_article_is_among_them() -> None:
    program = families.program(families.presets()["article"])
    assert {program.formula(step.name, roles=True) for step in program} <= set(ALL)


@pytest.mark.parametrize("latex", ALL)
def test_shipped_pictures_are_what_is_set_now(latex: str) -> None:
    assert typeset.svg(latex) == typeset.set_formula(latex)


def test_roles_become_placeholder_colours() -> None:
    scores = next(latex for latex in ALL if r"\textcolor{query}{Q}" in latex and r"^{\mathsf{T}}" in latex)
    svg = typeset.svg(scores)
    assert typeset.PLACEHOLDERS["query"] in svg
    assert typeset.PLACEHOLDERS["key"] in svg
    assert "<use" not in svg, "QtSvg draws these wrongly"


@pytest.mark.parametrize("latex", ALL)
def test_words_have_no_latex_left(latex: str) -> None:
    words = typeset.words(latex)
    assert words
    assert not set(words) & set("\\{}")


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        (r"S = {\textcolor{query}{Q}}\, {\textcolor{key}{K}}^{\mathsf{T}}", "S = Q Kᵀ"),
        (r"S' = \frac{S}{\sqrt{16}}", "S' = (S) / (√(16))"),
        (r"\hat{X} = N \odot \gamma + \beta", "X̂ = N ⊙ γ + β"),
        (r"H' = \max(0, H)", "H' = max(0, H)"),
    ],
)
def test_words_of_a_formula(latex: str, words: str) -> None:
    assert typeset.words(latex) == words


def test_a_formula_that_cannot_be_set_is_no_crash() -> None:
    assert typeset.svg(r"\frac{1}{") == ""
