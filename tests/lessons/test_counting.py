"""Attention layers are those of programs built from their descriptions; the scores' last axis counts keys."""

from __future__ import annotations

import pytest

from tests.lessons.checks import CHAPTER, COW, GIRL, STORY, STORY_2, THINKING, both, run
from tests.lessons.labs import lab
from tutor.engine import families
from tutor.lessons.experiment import Grid
from tutor.lessons.experiments.counting import BERT, TRANSFORMER
from tutor.lessons.finding import parameters

CASES = [("storyteller", STORY), ("storyteller", STORY_2), ("article", CHAPTER), ("article", THINKING),
         ("translator", GIRL), ("translator", COW)]  # fmt: skip


@pytest.mark.parametrize(("model", "text"), CASES)
def test_eighteen_and_twelve(model: str, text: str) -> None:
    said, otherwise = both("attention_count", model, text)
    assert said.claim and not otherwise.claim
    assert (said.fact("transformer"), said.fact("bert")) == (18, 12) and otherwise.fact("transformer") == 17


def test_the_models_are_the_published_ones() -> None:
    """65 million parameters (Vaswani et al. 2017, table 3, base), 110 million (Devlin et al. 2018)."""
    assert parameters(families.program(TRANSFORMER)) == pytest.approx(65e6, rel=0.05)
    assert parameters(families.program(BERT)) == pytest.approx(110e6, rel=0.02)


def test_this_model_stands_in_the_last_row() -> None:
    made = run("attention_count", lab("translator", GIRL))
    layers = made.plots[0]
    assert isinstance(layers, Grid)
    assert layers.rows[-1] == ("translator", 2, 2, 2, 6, 24)


@pytest.mark.parametrize(("model", "text"), CASES)
def test_the_last_axis_counts_keys(model: str, text: str) -> None:
    keys, trap = both("score_shape", model, text)
    assert keys.claim and not trap.claim
    assert keys.fact("keys") != keys.fact("d_head") and trap.fact("keys") == trap.fact("d_head")


@pytest.mark.parametrize("tokens", [1, 5, 10, 40])
def test_the_shape_is_that_of_a_run_of_so_many_tokens(tokens: int) -> None:
    made = run("score_shape", lab("article", CHAPTER), tokens=tokens)
    assert made.verdict.numbers["shape"] == f"[1, 4, {tokens}, {tokens}]"
    assert made.verdict.numbers["read"] == f"[1, 4, {tokens}, 16]"


def test_a_sentence_as_long_as_a_head_is_wide_begins_beside_the_trap() -> None:
    row = ".\nBy mastering the art of identifying underlying motivations and desires, we equip ourselves with"
    one = lab("article", row)
    assert one.trace.batch.n_pos == 16
    assert run("score_shape", one).claim
