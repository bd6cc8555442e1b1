"""Queries: what they find, what they say of themselves when they cannot be read, and the palette's looser match."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.search import Entry, Query, SearchError, find, fuzzy, parse, step_number


def entry(path: str, stop: int, stage: str, op: str, *axes: tuple[str, int], leads: bool = True) -> Entry:
    section = "Block 1 块 1" if ".1." in path else "Block 0 块 0"
    return Entry(path, stop, (path, *op.split("/")), (*stage.split("/"), section), tuple(op.split("/")), axes, leads)


ENTRIES = [
    entry("tokens", 0, "Tokenize/分词", "tokenize/分词", ("batch", 1), ("pos", 16)),
    entry("blocks.0.ln1.mean", 1, "Norm 1/归一化 1", "mean/均值", ("batch", 1), ("pos", 16), leads=False),
    entry("blocks.0.ln1", 1, "Norm 1/归一化 1", "scale and shift/缩放与平移",
          ("batch", 1), ("pos", 16), ("d_model", 64)),
    entry("blocks.0.attn.scores", 2, "Scores/分数", "q × kᵀ", ("batch", 1), ("head", 4), ("query_pos", 16),
          ("key_pos", 16)),
    entry("blocks.0.attn.pattern", 3, "Softmax", "softmax", ("batch", 1), ("head", 4), ("query_pos", 16),
          ("key_pos", 16)),
    entry("blocks.1.attn.scores", 4, "Scores/分数", "q × kᵀ", ("batch", 1), ("head", 4), ("query_pos", 16),
          ("key_pos", 16)),
    entry("blocks.1.attn.z", 5, "× V", "pattern × v", ("batch", 1), ("head", 4), ("pos", 16), ("d_head", 32)),
    entry("probs", 6, "Probabilities/概率", "softmax", ("batch", 1), ("pos", 16), ("d_vocab", 1280)),
]  # fmt: skip


def found(text: str, here: int = 0) -> list[str]:
    return [one.path for one in find(parse(text), ENTRIES, here)]


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("scores", ["blocks.0.attn.scores", "blocks.1.attn.scores"]),
        ("SCORES block 1", ["blocks.1.attn.scores"]),
        ("分数", ["blocks.0.attn.scores", "blocks.1.attn.scores"]),
        ("块 1 分数", ["blocks.1.attn.scores"]),
        ("norm", ["blocks.0.ln1"]),  # not its mean as well, which is called otherwise
        ("mean", ["blocks.0.ln1.mean"]),
        ("cross: scores", []),
        ("block 1 scores", ["blocks.1.attn.scores"]),
        ("均值", ["blocks.0.ln1.mean"]),
        ("op:softmax", ["blocks.0.attn.pattern", "probs"]),
        ("op:softmax axis:d_vocab", ["probs"]),
        ("axis:d_head", ["blocks.1.attn.z"]),
        ("d_head", ["blocks.1.attn.z"]),  # nothing is called so but the axis
        ("softmax d_vocab", ["probs"]),
        ("axis:head pattern", ["blocks.0.attn.pattern", "blocks.1.attn.z"]),
        ("[*,4,*,*]", ["blocks.0.attn.scores", "blocks.0.attn.pattern", "blocks.1.attn.scores", "blocks.1.attn.z"]),
        ("[*, 4, *, 32]", ["blocks.1.attn.z"]),
        ("[*,4,*,20-40]", ["blocks.1.attn.z"]),
        ("[…,>64]", ["probs"]),
        ("[..., 64..2000]", ["blocks.0.ln1", "probs"]),
        ("[*,<=16]", ["tokens", "blocks.0.ln1.mean"]),
        ("[*,pos,*]", ["blocks.0.ln1", "probs"]),
        ("[…,head=4,…]", None),
        ("[…,head=4,*,*] op:softmax", ["blocks.0.attn.pattern"]),
        ("[]", []),
        ("nothing such", []),
        ("", []),
        ("   ", []),
    ],
)
def test_what_a_query_finds(text: str, paths: list[str] | None) -> None:
    if paths is None:
        with pytest.raises(SearchError):
            parse(text)
    else:
        assert found(text) == paths


def test_of_equals_the_nearest_ahead_comes_first() -> None:
    assert found("scores", here=3) == ["blocks.1.attn.scores", "blocks.0.attn.scores"]


def test_a_whole_name_comes_before_a_part_of_one() -> None:
    assert found("pattern")[0] == "blocks.0.attn.pattern"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("[4", "bracket"), ("4]", "bracket"), ("][", "bracket"), ("[4] [5]", "one shape"), ("[4,x!]", "place"),
        ("[9-3]", "empty range"), ("[4,,5]", "place"), ("[-1]", "place"), ("[…,…]", "ellipsis"),
        ("op:", "nothing after"), ("axis:", "nothing after"), ("shape:4", "unknown filter"), ("[=4]", "place"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(text: str, key: str) -> None:
    with pytest.raises(SearchError) as error:
        parse(text)
    assert error.value.key == key


@given(st.text(max_size=30) | st.text("[]*,0123456789-.<>=… op:axis:head", max_size=30))
def test_any_text_is_a_query_or_an_error(text: str) -> None:
    try:
        query = parse(text)
    except SearchError as error:
        assert error.key
    else:
        assert isinstance(query, Query)
        find(query, ENTRIES)


@pytest.mark.parametrize(
    ("text", "where"),
    [("3", (2, None)), ("#3", (2, None)), ("0", (0, None)), ("99", (3, None)), ("2.1", (1, 0)), ("2.9", (1, 4)),
     ("x", None), ("", None), ("1.", None), ("-3", None)],
)  # fmt: skip
def test_step_numbers(text: str, where: tuple[int, int | None] | None) -> None:
    assert step_number(text, (1, 5, 1, 2)) == where


def test_fuzzy_orders_as_a_reader_would() -> None:
    texts = ["Dark theme", "Heat map or table", "Next head", "Architecture map", "Add a head"]

    def order(typed: str) -> list[str]:
        near = [(fuzzy(typed, one), one) for one in texts]
        return [one for cost, one in sorted((cost, one) for cost, one in near if cost is not None)]

    assert order("map") == ["Architecture map", "Heat map or table"]
    assert order("dt")[0] == "Dark theme" and order("nh")[0] == "Next head"
    assert order("archmap") == ["Architecture map"]
    assert order("zzz") == [] and order("") == sorted(texts)
    assert fuzzy("深色", "深色主题") == 0.0
    assert fuzzy("主题", "深色主题") is not None


@given(st.text(min_size=1, max_size=12), st.text(max_size=12), st.text(max_size=12))
def test_a_text_is_found_by_any_part_of_it(part: str, before: str, after: str) -> None:
    cost = fuzzy(part, before + part + after)
    assert cost is not None and cost <= 1.0
