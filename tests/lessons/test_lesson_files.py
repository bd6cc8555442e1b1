"""Every lesson and every entry of the glossary: readable, alike in both languages, and with no link into nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.lessons.allfamilies import leads_to_a_tensor, stages
from tutor import resources, typeset
from tutor.lessons import glossary, lesson, markdown
from tutor.lessons.experiments import every
from tutor.lessons.lesson import Lesson
from tutor.lessons.markdown import LessonError
from tutor.lessons.texts import LANGUAGES

EN, ZH = LANGUAGES
NAMES = sorted({name for language in LANGUAGES for name in lesson.lessons(language)})
TERMS = sorted({key for language in LANGUAGES for key in glossary.glossary(language)})
HEAD = "---\ntitle: T\nkind: why\nnumber: 6\nstages: scale softmax\nexperiments: {}\n---\n{}"


def shape(one: Lesson) -> list[object]:
    """What must be the same in every language."""
    return [one.kind, one.number, one.stages, one.experiments, Counter(markdown.links(one.blocks)),
            [type(block) for block in one.blocks],
            Counter(block.latex for block in one.blocks if isinstance(block, markdown.Display))]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_is_the_same_in_both_languages(name: str) -> None:
    assert shape(lesson.lessons(EN)[name]) == shape(lesson.lessons(ZH)[name])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NAMES)
def test_a_lesson_leads_to_what_there_is(name: str, language: str) -> None:
    one = lesson.lessons(language)[name]
    assert set(one.experiments) <= set(every())
    assert set(one.stages) <= set(stages())
    for target in markdown.links(one.blocks):
        if target.kind == "tensor":
            assert leads_to_a_tensor(target.name), target
        elif target.kind == "experiment":
            assert target.name in one.experiments
        elif target.kind == "term":
            assert target.name in glossary.glossary(language), target
        elif target.kind == "lesson":
            assert target.name in lesson.lessons(language), target


def test_every_formula_is_set() -> None:
    assert typeset.wrong(resources.path("formulas")) == []


@pytest.mark.parametrize("key", TERMS)
def test_a_term_is_the_same_in_both_languages(key: str) -> None:
    one, other = (glossary.glossary(language)[key] for language in LANGUAGES)
    assert (one.symbol, set(one.see), one.lesson, one.tensor) == (other.symbol, set(other.see), other.lesson,
                                                                  other.tensor)  # fmt: skip
    assert not one.lesson or one.lesson in lesson.lessons(EN)
    assert not one.tensor or leads_to_a_tensor(one.tensor)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no head", "line 1: a lesson begins with"),
        ("---\ntitle: T", "does not end with"),
        ("---\ntitle: T\nauthor: x\n---\na", "line 3: “author: x” should be one of"),
        ("---\ntitle: T\nkind: tale\n---\na", "line 3: kind is stage or why"),
        ("---\ntitle: T\nkind: why\nnumber: six\n---\na", "line 4: number is a whole number"),
        ("---\ntitle: T\nkind: why\n---\na", "lacks number, stages"),
        (HEAD.format("", "a **b"), "line 8: ** is opened"),
        (HEAD.format("qk", "a"), "differ"),
        (HEAD.format("", "a\n\n::experiment qk"), "differ"),
        (HEAD.format("", ""), "there is no text"),
    ],
)
def test_a_lesson_that_is_written_wrongly(text: str, said: str) -> None:
    with pytest.raises(LessonError) as caught:
        lesson.parse(text, "why-x.md")
    assert str(caught.value).startswith("why-x.md, line ")
    assert said in str(caught.value)


def test_the_time_it_takes_grows_with_its_length() -> None:
    short, long, tried, chinese = (
        lesson.parse(HEAD.format(key, text), "why-x.md")
        for key, text in (("", "word " * 200), ("", "word " * 601), ("qk", "word " * 200 + "\n\n::experiment qk"),
                          ("", "字" * 701))
    )
    assert [one.minutes for one in (short, long, tried, chinese)] == [1, 4, 2, 3]


def test_a_stage_offers_its_own_lesson_first() -> None:
    for language in LANGUAGES:
        found = lesson.of_stage("scale", language)
        assert found[0].name == "stage-scale"
        assert "why-scale" in [one.name for one in found[1:]]
        assert lesson.of_stage("no such stage", language) == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a]\nterm = 'x'", "term and text are needed"),
        ("[a]\nterm = 'x'\ntext = 'y'\nsee = ['b']", "no entry b"),
        ("[a]\nterm = 'x'\ntext = 'y [b](term:c)'", "no entry c"),
        ("[a]\nterm = 'x'\ntext = 'y'\nsize = 3", "size should be one of"),
        ("[a]\nterm = 'x'\ntext = 'y'\nsee = 'a'", "see should be one of"),
        ("[a]\nterm = 'x'\ntext = '**y'", "[a], line 1: ** is opened"),
        ("a = 1", "outside a table"),
        ("[a", "glossary.toml"),
    ],
)
def test_a_glossary_that_is_written_wrongly(text: str, said: str) -> None:
    with pytest.raises(LessonError) as caught:
        glossary.parse(text, "glossary.toml")
    assert said in str(caught.value)


@pytest.mark.parametrize("typed", ["d_k", "D_HEAD", "head_dim", "每头维度", "d head", "d_{k}"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_term_is_found_by_any_of_its_names(typed: str, language: str) -> None:
    assert glossary.search(typed, language)[0].key == "d_k"
    assert glossary.find("每头维度 d_k") == "d_k"


def test_search_finds_words_of_the_text_last_and_nothing_for_nonsense() -> None:
    found = glossary.search("query", EN)
    assert found[0].key == "query"
    assert glossary.search("", EN) == tuple(glossary.glossary(EN).values())
    assert glossary.search("zzzzqqq", EN) == ()
    assert glossary.find("zzzzqqq") == ""
