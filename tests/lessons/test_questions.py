"""Questions: exactly one right choice, numbers that are the tensors', and whole sentences in both languages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.samples import EVERY, SMALL, live, spec
from tests.lessons.labs import lab
from tutor.engine import axes as ax
from tutor.engine import ops
from tutor.engine.trace import Trace
from tutor.lessons import lesson, picking, texts
from tutor.lessons.experiment import Focus, Said
from tutor.lessons.question import Cell, Choice, Figure, Question, Shape, Word, looks
from tutor.lessons.questions import every

#: Sentences of the shipped models: their own words, and others.
SHIPPED = {
    "storyteller": ('One day, Tom met Lily in the park. "Hi, Lily," said', "Tom", "xyzzy 我喜欢 7 !!", "A sad dog."),
    "translator": ("the cat drinks milk", "a", "who sees the red house"),
    "gap-filler": ("Tom has a <|mask|> dog.", "Lily"),
    "article": ("Chapter 1: Building Rapport and Capturing", "我喜欢机器学习", "a"),
}
GIVEN = [(name, text) for name, sentences in SHIPPED.items() for text in sentences]


def said(trace: Trace, seed: int, focus: Focus, model: str = "") -> Iterator[Question]:
    for step in trace.program.steps:
        yield from picking.at(trace, step.name, focus, seed, model)


def check(trace: Trace, question: Question) -> None:
    """All that must hold of every question."""
    assert sum(one.right for one in question.choices) == 1
    assert 2 <= len(question.choices) <= 4
    assert len({looks(one.face) for one in question.choices}) == len(question.choices)
    assert question.choices[question.right].right
    for cell in question.refs.items():
        _stands(trace, cell, question.ask)
    for choice in question.choices:
        for cell in choice.refs.items():
            _stands(trace, cell, choice.feedback)
        for index in choice.lit:
            assert ax.cell(trace.shapes[question.path], index) == index
    for language in texts.LANGUAGES:
        faces = [picking.worded(question.kind, one.face, language) for one in question.choices]
        assert len(set(faces)) == len(faces) and all(faces)
        hint = texts.question(question.kind, language, "hint", question.ask.numbers)
        _whole(texts.question(question.kind, language, question.ask.key, question.ask.numbers), language, asks=True)
        _whole(hint, language)
        _whole(texts.question(question.kind, language, question.why.key, question.why.numbers), language)
        for choice in question.choices:
            feedback = choice.feedback
            _whole(texts.question(question.kind, language, feedback.key, feedback.numbers, "feedback"), language)
    _decided_anew(trace, question)


def _stands(trace: Trace, ref: tuple[str, Cell], where: Said) -> None:
    """A number of a sentence that is a cell of the run is that cell's number."""
    name, cell = ref
    assert float(where.numbers[name]) == pytest.approx(float(trace.read(cell.name, cell.index)), abs=1e-12)


def _whole(sentence: str, language: str, asks: bool = False) -> None:
    """A whole sentence: filled, begun and ended as the language does it, without a word of the other language."""
    assert "{" not in sentence and "}" not in sentence and "nan" not in sentence.lower().split()
    assert sentence == sentence.strip() and "  " not in sentence
    ends = "。？！）" if language == "zh_CN" else ".?)"
    assert sentence[-1] in ends, sentence
    if asks:
        assert ("？" if language == "zh_CN" else "?") in sentence
    if language == "zh_CN":
        assert re.search("[\u4e00-\u9fff≈]", sentence) and not re.search(r"[\u4e00-\u9fff][,;:?!]", sentence), sentence


def _decided_anew(trace: Trace, question: Question) -> None:
    """The right choice, found by another way than the question's own."""
    step = trace.program[question.path]
    right = question.choices[question.right]
    face = right.face
    if isinstance(face, Shape):
        assert face.axes == trace.shapes[question.path]
        wrong = [one.face for one in question.choices if one is not right]
        assert all(isinstance(one, Shape) and one.axes != face.axes for one in wrong)
    if question.kind.startswith("hand_") and isinstance(face, Figure):
        (index,) = right.lit
        stored = float(trace[question.path][index])
        assert face.value == stored
        # The operands as they are printed decide: the working of the cell gives the same number.
        assert trace.working(question.path, index).result == pytest.approx(stored, abs=1e-4)
        others = [one.face.value for one in question.choices if one is not right and isinstance(one.face, Figure)]
        assert min(abs(other - stored) for other in others) > 0.01
    if question.kind == "parameters" and isinstance(face, Figure):
        assert face.value == sum(trace[name].size for name in step.weights)
    if question.kind == "row_sum" and isinstance(face, Figure):
        assert face.printed() == "1.000"
    if question.kind == "key_wins" and isinstance(face, Word):
        (top, *_) = right.lit
        row = trace[question.path][top[:-1]]
        assert int(np.argmax(row)) == top[-1] == face.at
    if question.kind == "next_token" and isinstance(face, Word):
        (top, *_) = right.lit
        assert int(np.argmax(trace["logits"][top[:-1]])) == top[-1]
    if question.kind == "mask_cells":
        front = tuple(dict(question.selection)[axis.name] for axis in trace.shapes[question.path][:-2])
        gone = np.isneginf(trace[question.path][front]) & ~np.isneginf(trace[step.inputs[0]][front])
        length = int(np.asarray(trace[step.inputs[1]])[front[0]])
        query, key = np.indices(gone.shape)
        rule = {
            "later": key > query, "earlier": key < query, "itself": key == query, "pads": key >= length,
            "later_pads": (key > query) | (key >= length), "none": key < 0,
        }  # fmt: skip
        for one in question.choices:
            assert isinstance(one.face, Said)
            assert np.array_equal(rule[one.face.key], gone) is one.right
    if question.kind == "score_sign" and isinstance(face, Said):
        (index,) = right.lit
        assert (trace[question.path][index] > 0) == (face.key == "positive")
    if question.kind == "cross_source":
        encoder = [one.name for one in trace.program.steps if one.section == trace.program.tracks[0][-1].name]
        assert step.inputs[0] == encoder[-1]


@pytest.mark.parametrize("model,text", GIVEN)
def test_every_question_of_a_shipped_model_is_sound(model: str, text: str) -> None:
    trace = lab(model, text).trace
    for seed, focus in ((7, Focus()), (8, Focus(head=2, at=1)), (9, Focus(head=99, row=5, at=400))):
        for question in said(trace, seed, focus, model):
            check(trace, question)


def test_padded_sentences_are_sound() -> None:
    trace = lab("storyteller", "Tom met Lily.", "The dog").trace
    kinds = Counter()
    for row in (0, 1):
        for question in said(trace, 7, Focus(row=row), "storyteller"):
            check(trace, question)
            kinds[question.kind] += 1
    assert kinds["mask_cells"] and kinds["key_wins"]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(sorted(EVERY)), lengths=st.lists(st.integers(1, 7), min_size=1, max_size=3),
    seed=st.integers(0, 2**16), head=st.integers(0, 4), row=st.integers(0, 3), at=st.none() | st.integers(0, 9),
)  # fmt: skip
def test_every_question_of_a_drawn_model_is_sound(
    kind: str, lengths: list[int], seed: int, head: int, row: int, at: int | None
) -> None:
    """Models of every family with random weights, drawn sentences, steps and places."""
    trace = live(spec(**EVERY[kind]), lengths=lengths)
    for question in said(trace, seed, Focus(head=head, row=row, at=at)):
        check(trace, question)


def test_every_kind_is_met_somewhere() -> None:
    met: set[str] = set()
    for model, sentences in SHIPPED.items():
        met |= {one.kind for one in said(lab(model, sentences[0]).trace, 7, Focus(), model)}
    met |= {one.kind for one in said(live(spec(**EVERY["rotary, RMS, SwiGLU"]), lengths=(5,)), 7, Focus())}
    met |= {one.kind for one in said(live(spec(**EVERY["rotary, RMS, SwiGLU"]), lengths=(3,)), 7, Focus())}
    assert {max((key for key in every() if one.startswith(key)), key=len) for one in met} == set(every())


def test_the_same_seed_asks_the_same() -> None:
    trace = lab("storyteller", SHIPPED["storyteller"][0]).trace
    one, other = (list(said(trace, 7, Focus(), "storyteller")) for _ in range(2))
    assert [(q.kind, q.path, q.right) for q in one] == [(q.kind, q.path, q.right) for q in other]
    places = Counter(question.right for question in one)
    assert min(places[at] for at in range(4)) > len(one) / 10, "the right one must not stand at one place"


def test_the_trap_where_the_context_is_as_long_as_a_head() -> None:
    """Sixteen tokens and d_head 16: only the names of the axes differ, and the answer says so; with ten it does not."""
    from tutor.engine import families

    first, second = families.samples("article")[0], "Chapter 1: Building Rapport and Capturing"
    for text, key in ((first, "why_trap"), (second, "why")):
        trace = lab("article", text).trace
        question = next(one for one in said(trace, 7, Focus(), "article") if one.kind == "shape_scores")
        assert question.why.key == key
        sizes = [ax.shape(one.face.axes) for one in question.choices if isinstance(one.face, Shape)]
        assert (len(set(sizes)) < len(sizes)) == (key == "why_trap")


def test_nothing_is_asked_where_the_numbers_decide_nothing() -> None:
    """Uniform attention has no winner; a model without clear next token is not asked for one."""
    trace = lab("storyteller", SHIPPED["storyteller"][0]).change("head=0.0:uniform")
    found = [one.kind for one in picking.at(trace, "blocks.0.attn.pattern", Focus(head=0), 7, "storyteller")]
    assert "key_wins" not in found


def test_nan_asks_nothing_about_numbers() -> None:
    trace = lab("storyteller", "Tom met Lily.").trace
    spoilt = np.array(trace["blocks.0.attn.scores"])
    spoilt[0, 0, 1, 1] = np.nan
    trace = trace.with_override("blocks.0.attn.scores", spoilt)
    for path in ("blocks.0.attn.scaled", "blocks.0.attn.pattern"):
        for question in picking.at(trace, path, Focus(), 7, "storyteller"):
            check(trace, question)


@pytest.mark.parametrize("model", sorted(SHIPPED))
def test_a_plan_is_short_and_spread(model: str) -> None:
    trace = lab(model, SHIPPED[model][0]).trace
    found = picking.plan(trace)
    order = [trace.program.order[path] for path, _ in found]
    assert 4 <= len(found) <= picking.MOST and order == sorted(order)
    assert len({kind for _, kind in found}) == len(found)
    stops = [trace.program.stop_of(path).number for path, _ in found]
    assert len(set(stops)) == len(stops)
    sections = {trace.program[path].section for path, _ in found}
    blocks = {one.name for one in trace.program.sections if one.number is not None}
    assert len(sections & blocks) >= min(3, len(blocks))
    assert len(picking.plan(trace, most=2)) == 2
    known = [kind for _, kind in found]
    again = {kind for _, kind in picking.plan(trace, kinds_known=known)}
    assert again != set(known)
    asked = [picking.ask(trace, path, kind, Focus(), 7, model) for path, kind in found]
    # A model that was not trained has no clear next token, and nothing else is asked of the probabilities.
    assert sum(one is None for one in asked) <= (model == "article")
    assert all(one is None or one.path == path for one, (path, _) in zip(asked, found))


def test_a_wrong_question_is_found_out() -> None:
    """The checks of this file can fail: with the wrong choice called right, or a number that is not the tensor's."""
    trace = lab("storyteller", SHIPPED["storyteller"][0]).trace
    question = next(one for one in said(trace, 7, Focus(), "storyteller") if one.kind == "key_wins")
    turned = tuple(
        Choice(one.face, at == (question.right + 1) % len(question.choices), one.feedback, one.refs, one.lit)
        for at, one in enumerate(question.choices)
    )
    with pytest.raises(AssertionError):
        check(trace, Question("key_wins", question.path, question.ask, turned, question.why))
    one = question.choices[question.right]
    false = Said(one.feedback.key, {**one.feedback.numbers, "weight": 0.5})
    lie = tuple(Choice(c.face, c.right, false, c.refs, c.lit) if c is one else c for c in question.choices)
    with pytest.raises(AssertionError):
        check(trace, Question("key_wins", question.path, question.ask, lie, question.why))


def test_texts_have_the_same_keys_and_numbers_in_both_languages() -> None:
    import string
    import tomllib

    from tutor import resources

    def flat(table: dict, at: str = "") -> dict[str, str]:
        found: dict[str, str] = {}
        for key, one in table.items():
            found |= {f"{at}{key}": one} if isinstance(one, str) else flat(one, f"{at}{key}.")
        return found

    files = [resources.path("lessons", one, "questions.toml") for one in texts.LANGUAGES]
    both = [flat(tomllib.loads(one.read_text("utf-8"))) for one in files]
    assert both[0].keys() == both[1].keys()
    for key, english in both[0].items():
        names = [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in (english, both[1][key])]
        assert names[0] == names[1], key


def test_every_kind_has_a_title_and_is_found_again() -> None:
    for language in texts.LANGUAGES:
        assert all(texts.question_title(kind, language) for kind in every())
    lessons = lesson.lessons("en")
    for model, sentences in SHIPPED.items():
        for one in said(lab(model, sentences[0]).trace, 7, Focus(), model):
            assert picking.kind_of(one) in every() and one.lesson in lessons
    with pytest.raises(texts.TextMissing):
        texts.question_title("none", "en")


def test_what_is_due_comes_first() -> None:
    trace = lab("storyteller", SHIPPED["storyteller"][0]).trace
    assert "hand_weighted" not in {kind for _, kind in picking.plan(trace)}
    found = picking.plan(trace, most=1, due=["hand_weighted"])
    assert [kind for _, kind in found] == ["hand_weighted"]


def test_scaled_embeddings_are_multiplied() -> None:
    trace = live(spec(**EVERY["embeddings scaled, tied"]), lengths=(4,))
    scales = [one.op for one in trace.program.steps if isinstance(one.op, ops.Scale)]
    assert SMALL.d_model in [one.n for one in scales if not one.divide]
    kinds = {one.kind for seed in range(6) for one in said(trace, seed, Focus())}
    assert "hand_scale_multiply" in kinds
