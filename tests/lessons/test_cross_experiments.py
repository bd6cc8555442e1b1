"""Cross-attention falls on the words that a word comes from, and no more so where they were shuffled."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.checks import COW, GIRL, STORY, both, run
from tests.lessons.labs import lab
from tutor.engine.encodings import load
from tutor.lessons.experiment import Map, Unfit
from tutor.lessons.experiments import every
from tutor.lessons.experiments.cross import mixed
from tutor.training.pairs import held_out


@pytest.mark.parametrize("text", [GIRL, COW])
@pytest.mark.parametrize("seed", [7, 8])
def test_the_best_head_looks_at_the_right_words(text: str, seed: int) -> None:
    made, shuffled = both("cross_alignment", "translator", text, seed=seed)
    assert made.claim and made.fact("aligned_share") > 60
    assert not shuffled.claim


@pytest.mark.parametrize("text", [GIRL, COW])
def test_an_untrained_translator_does_not(text: str) -> None:
    assert not run("cross_alignment", lab("translator@0", text)).claim


def test_the_share_is_that_of_the_pattern_and_the_pairs() -> None:
    one = lab("translator", GIRL)
    head = "1.1"
    made = run("cross_alignment", one, head=head, pairs=4, seed=3)
    pairs = held_out(4, 3)
    shares = []
    for pair in pairs:
        pattern = lab("translator", pair.source, target=pair.target).trace["decoder.blocks.1.cross_attn.pattern"][0, 1]
        shares += [float(pattern[word, list(sources)].sum()) for word, sources in pair.alignment if sources]
    assert made.fact("aligned_share") == pytest.approx(100 * np.mean(shares), rel=1e-3)


def test_the_map_is_the_sentence_on_screen() -> None:
    one = lab("translator", GIRL)
    made = run("cross_alignment", one, head="0.2")
    shown = next(plot for plot in made.plots if isinstance(plot, Map))
    assert shown.tensor == "decoder.blocks.0.cross_attn.pattern"
    assert np.allclose(shown.values, one.trace[shown.tensor][0, 2])
    assert shown.columns[0] == "The" and shown.rows[0] == "<|start|>"


def test_shuffled_words_are_the_same_tokens() -> None:
    tokenizer = load("words")
    for pair in held_out(40, 5):
        text = mixed(pair, 5)
        assert sorted(tokenizer.ids_of(text)) == sorted(tokenizer.ids_of(pair.source))
    assert any(mixed(pair, 5) != pair.source for pair in held_out(40, 5))


@pytest.mark.parametrize("text", ["The cat drinks milk", "A dog sleeps in the sun"])
def test_where_no_alignment_is_known_an_even_look_is_the_measure(text: str) -> None:
    one = lab("seq2seq", text, target="Le chat boit")
    made, even = run("cross_alignment", one), run("cross_alignment", one, even=True)
    assert made.verdict.key in ("peaked", "spread") and even.verdict.key == "spread" and not even.claim
    assert even.fact("strongest_share") == pytest.approx(even.fact("even_share"), rel=1e-4)


def test_a_model_without_a_source_is_told_so() -> None:
    with pytest.raises(Unfit, match="no_cross"):
        every()["cross_alignment"].controls(lab("storyteller", STORY))
