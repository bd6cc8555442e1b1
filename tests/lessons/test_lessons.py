"""The lessons say what they owe: a lesson for every stage and every why, every experiment in its place, the points that
articles have wrong put right, no number typed in, and Chinese set as Chinese is."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.lessons import prose
from tests.lessons.allfamilies import stages
from tutor import typeset
from tutor.lessons import lesson, markdown
from tutor.lessons.experiments import every
from tutor.lessons.lesson import STAGE, WHY, Lesson
from tutor.lessons.markdown import Heading, Paragraph, Place, Quote
from tutor.lessons.texts import LANGUAGES

EN, ZH = LANGUAGES
#: The checklist of questions, and two more that the articles leave open.
WHYS = {
    1: "why-self-attention", 2: "why-qkv", 3: "why-heads", 4: "why-separate-qk", 5: "why-dot-product", 6: "why-scale",
    7: "why-padding-mask", 8: "why-causal-mask", 9: "why-positions", 10: "why-residual", 11: "why-layer-norm",
    12: "why-ffn", 13: "why-cross-attention", 14: "why-parallel", 15: "why-training", 16: "why-not-rnn",
    17: "why-logits", 18: "why-embed-scale", 19: "attention-honesty", 20: "compact-vocabulary",
}  # fmt: skip
#: Every experiment there is to be, with the question it belongs to; 0 for one that belongs to a stage.
EXPERIMENTS = {
    "weighted_average": 1, "retrieval": 2, "ablate_heads": 3, "one_head": 3, "tied_qk": 4, "additive_scores": 5,
    "qk_variance": 6, "softmax_gradient": 6, "padding_mask": 7, "causal_leak": 8, "shuffle_words": 9, "wavelengths": 9,
    "position_shift": 9, "residual_gradient": 10, "norm_moments": 11, "norm_place": 11, "ffn_silence": 12,
    "cross_alignment": 13, "parallel_decoding": 14, "kv_cache": 14, "checkpoints": 15, "rnn_bottleneck": 16,
    "rnn_steps": 16, "temperature": 17, "embed_scale": 18, "weights_and_influence": 19, "compact_vocabulary": 20,
    "attention_count": 0, "score_shape": 0,
}  # fmt: skip
#: How many points there are that articles have loose or wrong.
POINTS = 13
WRONG = {EN: "Often said:", ZH: "常见说法："}
PREDICT = {EN: "Predict first:", ZH: "先预测："}
LOOK = {EN: "Look for", ZH: "观察："}
LIMITS = {EN: "What this does not say", ZH: "它没有说明什么"}
ALL = [(language, name) for language in LANGUAGES for name in sorted(lesson.lessons(language))]

each = pytest.mark.parametrize(("language", "name"), ALL)


def bold(one: Lesson) -> list[str]:
    """Everything in bold."""
    return [span.text for block in one.blocks for part in markdown.parts(block) for span in part if span.bold]


def words(one: Lesson) -> str:
    return " ".join(prose.said(part) for block in one.blocks for part in markdown.parts(block))


def test_both_languages_have_the_same_lessons_in_the_same_places() -> None:
    assert list(lesson.lessons(EN)) == list(lesson.lessons(ZH))
    for name, one in lesson.lessons(EN).items():
        other = lesson.lessons(ZH)[name]
        assert (one.kind, one.number, one.stages, one.experiments, one.corrects) == (
            other.kind, other.number, other.stages, other.experiments, other.corrects
        )  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_why_has_its_lesson(language: str) -> None:
    assert {one.number: one.name for one in lesson.lessons(language).values() if one.kind == WHY} == WHYS


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_stage_of_every_family_has_a_lesson_of_its_own(language: str) -> None:
    own = [one for one in lesson.lessons(language).values() if one.kind == STAGE]
    assert {key for one in own for key in one.stages} == set(stages())
    assert sorted(one.number for one in own) == list(range(1, len(own) + 1))
    assert all(one.name.startswith("stage-") for one in own)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_experiment_stands_in_the_lesson_of_its_question(language: str) -> None:
    placed = {key: one for one in lesson.lessons(language).values() for key in one.experiments}
    assert set(placed) == set(EXPERIMENTS)
    assert sum(len(one.experiments) for one in lesson.lessons(language).values()) == len(EXPERIMENTS)
    for key, number in EXPERIMENTS.items():
        assert placed[key].name == WHYS[number] if number else placed[key].kind == STAGE
    for key, experiment in every().items():
        assert key in EXPERIMENTS
        assert not experiment.whys or EXPERIMENTS[key] in (0, 19, 20, *experiment.whys)


@each
def test_an_experiment_is_predicted_before_and_looked_at_after(language: str, name: str) -> None:
    one = lesson.lessons(language)[name]
    if one.experiments:
        assert PREDICT[language] in bold(one)
    if one.kind != WHY:
        return
    for at, block in enumerate(one.blocks):
        if isinstance(block, Place):
            before, after = one.blocks[at - 1], one.blocks[at + 1]
            guided = isinstance(after, Paragraph) and after.spans[0].bold and after.spans[0].text == LOOK[language]
            asked = isinstance(before, Paragraph) and "?" in prose.said(before.spans).replace("？", "?")
            assert guided or asked


@each
def test_a_why_says_what_it_does_not_show(language: str, name: str) -> None:
    one = lesson.lessons(language)[name]
    if one.kind == WHY and name != "attention-honesty":  # which says nothing else
        headings = [prose.said(block.spans) for block in one.blocks if isinstance(block, Heading)]
        assert headings[-1] == LIMITS[language]
        assert prose.said(one.blocks[0].spans).rstrip("。 ")  # type: ignore[union-attr]


# -- what articles have wrong -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_point_that_articles_have_wrong_is_put_right(language: str) -> None:
    found = [point for one in lesson.lessons(language).values() for point in one.corrects]
    assert sorted(found) == list(range(1, POINTS + 1))


@each
def test_each_is_said_as_it_is_said_and_then_put_right(language: str, name: str) -> None:
    one = lesson.lessons(language)[name]
    quotes = [at for at, block in enumerate(one.blocks) if isinstance(block, Quote)]
    assert len(quotes) == len(one.corrects)
    for at in quotes:
        quote, answer = one.blocks[at], one.blocks[at + 1]
        assert isinstance(quote, Quote) and isinstance(answer, Paragraph)
        assert quote.spans[0].bold and quote.spans[0].text == WRONG[language]
        assert len(prose.said(answer.spans)) > len(prose.said(quote.spans)) - len(WRONG[language])


# -- the prose --------------------------------------------------------------------------------------------------------


@each
def test_it_is_read_in_a_few_minutes(language: str, name: str) -> None:
    text = words(lesson.lessons(language)[name])
    length = len(re.findall(r"[A-Za-z0-9'√−]+", text)) if language == EN else len(re.findall(r"[\u3400-\u9fff]", text))
    assert (120 if language == EN else 200) <= length <= (310 if language == EN else 560)


@each
def test_no_number_is_typed_in(language: str, name: str) -> None:
    one = lesson.lessons(language)[name]
    assert prose.typed_in(one.title) == []
    for spans, quote, quoted in prose.parts(one.blocks):
        assert quote or prose.typed_in(prose.said(spans, ""), quoted) == []


@each
def test_it_speaks_of_the_run_on_screen(language: str, name: str) -> None:
    one = lesson.lessons(language)[name]
    spans = [span for block in one.blocks for part in markdown.parts(block) for span in part]
    facts = [span for span in spans if span.kind == markdown.FACT]
    tensors = [target for target in markdown.links(one.blocks) if target.kind == "tensor"]
    assert tensors or facts or one.experiments
    assert list(markdown.formulas(one.blocks))


@each
def test_its_formulas_can_be_set(language: str, name: str) -> None:
    for latex in markdown.formulas(lesson.lessons(language)[name].blocks):
        assert latex.count("{") == latex.count("}")
        assert latex.count(r"\left") == latex.count(r"\right")
        assert typeset.svg(latex), latex


@pytest.mark.parametrize("name", sorted(lesson.lessons(ZH)))
def test_chinese_is_set_as_chinese(name: str) -> None:
    one = lesson.lessons(ZH)[name]
    assert prose.misset(one.title) == []
    for spans, _, _ in prose.parts(one.blocks):
        assert prose.misset(prose.said(spans)) == []


# -- the rules themselves ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The variance is 31.7 here.", ["31.7"]),
        ("Here there are 4 heads. It was 512 wide (Vaswani et al. 2017).", ["4"]),
        ("It was 512 wide (Vaswani et al. 2017).", []),
        ("Means are 0 and variances 1, under −1000 as well, in GPT-2, T5 and float32.", []),
        ("这里有 16 个头。最初是 512 维（Vaswani 等，2017）。", ["16"]),
        ("Jain 与 Wallace（2019）比较了 3 种。Press 和 Wolf，2017 有 2 种。", []),
        ("Ids reach 100,069.", ["100,069"]),
        ("In 2017 it began.", ["2017"]),
    ],
)
def test_a_typed_number_is_caught(text: str, found: list[str]) -> None:
    assert prose.typed_in(text) == found


@pytest.mark.parametrize(
    "text",
    ["头(head)", "分数,权重", "这是q的值", "这是 q，值 。", "分数， 权重", '他说"好"', "结束.", "头 与头", "共4个",
     "等等..."],
)
def test_badly_set_chinese_is_caught(text: str) -> None:
    assert prose.misset(text)


@pytest.mark.parametrize("rule", [prose.misset, prose.typed_in])
def test_well_set_chinese_is_left_alone(rule: Callable[[str], list[str]]) -> None:
    assert rule("“q 与 k”的点积（见 X）是 0，而不是 −∞；QKᵀ、√d_k、γ 和 Vaswani 等，2017。") == []
