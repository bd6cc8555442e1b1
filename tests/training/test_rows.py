"""Rows of batches: what counts can be foreseen, and nothing else does."""

from __future__ import annotations

import numpy as np
import pytest

from tutor.training.rows import copying, pairs, repeated
from tutor.training.storyteller import Storyteller


@pytest.mark.parametrize("seed", range(40))
def test_what_counts_was_said_before(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ids, counts = repeated(rng, 65, 10_000_000, 7, lambda: rng.integers(0, 10_000_000, 30).tolist())
    assert (len(ids), len(counts), ids[0]) == (65, 65, 7)
    for at in np.flatnonzero(counts):
        before = np.flatnonzero(ids[:at - 1] == ids[at - 1])
        assert ids[before[-1] + 1] == ids[at]
    assert seed > 3 or counts.any()


def test_of_pairs_the_fourth_counts_and_is_the_token_before_the_third() -> None:
    ids, counts = pairs(np.random.default_rng(0), 65, 1000, 7)
    assert len(ids) == len(counts) == 65
    assert np.flatnonzero(counts).tolist() == list(range(4, 65, 4))
    assert counts.sum() == 64
    assert all(ids[at] == ids[at - 2] and ids[at - 1] == ids[at - 3] for at in range(4, 65, 4))


def test_rows_that_copy_leave_room_for_text() -> None:
    rng = np.random.default_rng(0)
    rows = [copying(rng, 65, 1000, 7, lambda: list(range(40))) for _ in range(400)]
    assert 0.45 < sum(row is None for row in rows) / 400 < 0.65


def test_batches_are_the_same_always_and_differ_by_step() -> None:
    one, two = Storyteller(), Storyteller()
    for step in (0, 7, 19_999):
        first, again = one.batch(step), two.batch(step)
        assert np.array_equal(first.inputs["tokens"], again.inputs["tokens"])
        assert first.inputs["tokens"].size == 1024
        assert np.array_equal(first.inputs["tokens"][:, 1:], first.targets[:, :-1])
        assert first.targets.max() < one.tokenizer.eot_id + 1
    assert not np.array_equal(one.batch(1).targets[:4, :64], one.batch(2).targets[:4, :64])


def test_most_rows_begin_with_end_of_text() -> None:
    one = Storyteller()
    first = np.concatenate([one.batch(step).inputs["tokens"][:, 0] for step in range(40)])
    assert 0.6 < (first == one.tokenizer.eot_id).mean() < 0.95


def test_held_out_stories_are_not_those_learned_from() -> None:
    one = Storyteller()
    held = one.held_out()
    assert sum(batch.targets.size for batch in held) == 8192
    learned = {one.grammar.story(1, number).text for number in range(2000)}
    assert not learned & {story.text for story in one.stories(200)}
