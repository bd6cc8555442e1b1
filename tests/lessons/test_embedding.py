"""× √d_model lifts embeddings above the position code; a token's number is only the address of its row."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.checks import CHAPTER, COW, GIRL, STORY, STORY_2, THINKING, both, run
from tests.lessons.labs import lab
from tutor.engine import models
from tutor.lessons.experiments.embedding import compacted

CASES = [("storyteller", STORY), ("storyteller", STORY_2), ("translator", GIRL), ("translator", COW)]
GAP = "One day,<|mask|> met Lily."


@pytest.mark.parametrize(("model", "text"), [*CASES, ("gap-filler", GAP)])
def test_only_scaled_are_embeddings_larger_than_positions(model: str, text: str) -> None:
    scaled, plain = both("embed_scale", model, text)
    assert scaled.claim and not plain.claim and scaled.notes[0].key == "own_scales"


def test_sizes_are_those_of_the_tensors() -> None:
    one = lab("storyteller", STORY)
    made = run("embed_scale", one)
    rows = one.trace["embed"][0].astype(np.float64)
    assert made.fact("plain") == pytest.approx(np.sqrt((rows**2).mean(-1)).mean())
    scaled = one.trace["embed_scaled"][0].astype(np.float64)
    assert made.fact("scaled") == pytest.approx(np.sqrt((scaled**2).mean(-1)).mean(), rel=1e-5)
    assert made.fact("position") == pytest.approx(np.sqrt(0.5), rel=1e-6), "sin² + cos² = 1, two features"


def test_a_model_that_does_not_scale_says_so() -> None:
    made = run("embed_scale", lab("article", THINKING), scaled=False)
    assert made.verdict.key == "plain_larger" and made.notes[0].key == "own_does_not"


@pytest.mark.parametrize(("model", "text"), [*CASES, ("article", CHAPTER), ("article", THINKING), ("gap-filler", GAP)])
def test_new_numbers_change_nothing_but_wrong_rows_do(model: str, text: str) -> None:
    same, other = both("compact_vocabulary", model, text)
    assert same.claim and not other.claim
    assert other.verdict.numbers["new"] == same.verdict.numbers["new"], "the shapes do not tell"


def test_what_shrinks_is_the_tables() -> None:
    made = run("compact_vocabulary", lab("article", CHAPTER))
    gone = (100277 - 10) * 64 * 2
    assert (made.fact("kept"), made.fact("rows"), made.fact("old") - made.fact("new")) == (10, 100277, gone)


def test_several_sentences_share_one_new_vocabulary() -> None:
    texts = models.find("article").samples()
    one = lab("article", *texts)
    made = run("compact_vocabulary", one)
    ids = {token for row in one.trace.batch.real_ids for token in row}
    assert made.claim and made.fact("kept") == len(ids) < 64
    small = compacted(one.trace, sorted(ids), sorted(ids))
    assert small["logits"].shape == (4, 16, len(ids))
    assert np.allclose(small["logits"], one.trace["logits"][..., sorted(ids)], atol=1e-4)


def test_sentences_of_unequal_length_too() -> None:
    made = run("compact_vocabulary", lab("storyteller", STORY, "The cat sat."))
    assert made.claim
