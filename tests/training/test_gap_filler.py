"""The gap-filler: what it learns from, and that the shipped weights have learned it."""

from __future__ import annotations

import argparse

import numpy as np
import pytest

from tutor.engine import models
from tutor.engine.encodings import MASK
from tutor.engine.live import LiveTrace
from tutor.engine.weights import Weights
from tutor.training import gap_filler
from tutor.training.errors import TrainError
from tutor.training.gap_filler import GapFiller


@pytest.fixture(scope="module")
def task() -> GapFiller:
    return GapFiller()


@pytest.fixture(scope="module")
def weights() -> Weights:
    return models.find("gap-filler").weights()


@pytest.mark.parametrize("step", [0, 3, 17])
def test_a_step_learns_what_is_masked_and_nothing_else(task: GapFiller, step: int) -> None:
    batch = task.batch(step)
    given, mask = batch.inputs["tokens"], task.tokenizer.specials[MASK]
    masked = batch.counts == 1
    assert (given[masked] == mask).all() and not (given[~masked] == mask).any()
    assert np.array_equal(given[~masked], batch.targets[~masked])
    assert masked.any(axis=1).all(), "a row without a gap teaches nothing"
    assert 0.03 < masked.mean() < 0.4
    assert not (batch.targets == mask).any()


def test_the_same_step_is_the_same_batch_and_another_is_not(task: GapFiller) -> None:
    assert np.array_equal(GapFiller().batch(9).inputs["tokens"], task.batch(9).inputs["tokens"])
    assert not np.array_equal(task.batch(9).targets, task.batch(10).targets)


def test_gaps_are_whole_words_of_the_story(task: GapFiller) -> None:
    for number in range(30):
        story = task.grammar.story(gap_filler.HELD_OUT, number)
        ids, every = task.gaps(story)
        _, determined = task.gaps(story, determined=True)
        words = [piece.text.strip() for piece in story.pieces if piece.slot]
        assert [task.tokenizer.text_of([ids[at] for at in gap]).strip() for gap in every] == words
        assert all(gap in every for gap in determined) and len(determined) < len(every)


def test_no_text_can_be_learned_from() -> None:
    with pytest.raises(TrainError, match="storyteller"):
        gap_filler.task(argparse.Namespace(text="x.txt"))


# ---------------------------------------------------------------- the shipped weights


def test_gaps_that_the_context_determines_are_filled(task: GapFiller, weights: Weights) -> None:
    follows, _ = task.filled(weights)
    assert len(follows) > 150 and follows.mean() >= 0.80


def test_with_the_context_masked_they_are_not(task: GapFiller, weights: Weights) -> None:
    control, _ = task.filled(weights, 20, alone=False)
    assert control.mean() < 0.4


def test_the_app_fills_a_gap() -> None:
    """Through the tokenizer and the run that the window uses; the answer stands on the right of the gap, too."""
    model = models.find("gap-filler")
    batch = model.batch([f'One day, Tom met Lily in the park. "Hi,{MASK}," said Tom. "Hi, Tom," said Lily.'])
    trace = LiveTrace(model.program, model.spec, model.weights(), batch, "cpu")
    tokenizer = model.tokenizer()
    assert tokenizer is not None
    gap = [token.id for token in batch.rows[0]].index(tokenizer.specials[MASK])
    assert tokenizer.text_of([int(trace.read("logits", (0, gap, slice(None))).argmax())]) == " Lily"
