"""What the shipped storyteller must have learned, measured on the shipped weights."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import numpy as np
import pytest

from tutor import resources
from tutor.engine import models, shipped
from tutor.engine.weights import Weights
from tutor.training import measure, world
from tutor.training.generate import generate, next_probabilities
from tutor.training.loop import held_out_loss
from tutor.training.storyteller import SPEC, Storyteller

TASK = Storyteller()
MODEL = models.find("storyteller")
TOLD = shipped.training(resources.path("models", "storyteller"))


@pytest.fixture(scope="module")
def weights() -> Weights:
    return MODEL.weights()


def test_it_is_the_model_that_the_script_describes() -> None:
    assert MODEL.spec == SPEC
    assert MODEL.program == TASK.program
    assert "storyteller" in models.names()
    assert TOLD["steps"] == TASK.plan.steps
    assert MODEL.steps() == (*TASK.plan.checkpoints, TASK.plan.steps)


def test_its_size_on_disk() -> None:
    files = [path for path in resources.path("models", "storyteller").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 12_500_000


def test_names_are_copied(weights: Weights) -> None:
    ids = TASK.tokenizer.ids_of('One day, Tom met Lily in the park. "Hi, Lily," said')
    p = next_probabilities(TASK.program, weights, [ids])[0]
    assert p[TASK.tokenizer.ids_of(" Tom")[0]] > 0.9
    copies = measure.name_copies(TASK.program, weights, TASK.tokenizer)
    assert copies.mean() > 0.9
    assert copies.mean() == pytest.approx(TOLD["scores"]["name copied, mean probability"], abs=0.01)


def test_heads_look_back_and_copy(weights: Weights) -> None:
    scores = TASK.head_scores(weights)
    assert scores.best("previous")[0] > 0.5
    assert scores.best("induction")[0] > 0.5
    assert scores.control.max() < 0.1


def test_a_pronouns_attention_falls_on_its_person(weights: Weights) -> None:
    """The pronoun's own row, after two people met, for any two names and both sexes; by chance it would not."""
    found = measure.pronoun_prompt(TASK.program, weights, TASK.tokenizer, pairs=24)
    assert found.own[found.best] > 0.6 and found.other[found.best] < 0.1
    first = measure.pronoun_prompt(TASK.program, models.find("storyteller@0").weights(), TASK.tokenizer, pairs=8)
    assert first.own[first.best] < 0.3


def test_a_pronoun_is_chosen_by_looking_at_its_person(weights: Weights) -> None:
    found = measure.pronoun_attention(TASK.program, weights, TASK.tokenizer, TASK.stories(60), before=1)
    block, head = found.best
    assert found.own[block, head] > 0.4
    assert found.own[block, head] > 2 * found.other[block, head]


def test_words_that_follow_are_foreseen(weights: Weights) -> None:
    follows, afresh = measure.determined_words(TASK.program, weights, TASK.tokenizer, TASK.stories(30))
    assert follows > 0.85
    assert afresh < 0.5


@pytest.mark.parametrize("seed", range(3))
def test_a_story_of_its_own_is_well_formed(weights: Weights, seed: int) -> None:
    tokenizer = TASK.tokenizer
    begin = [tokenizer.eot_id or 0, *tokenizer.ids_of("One day, Tom met Lily in the park.")]
    ids = generate(TASK.program, weights, tokenizer, begin, 200, seed)
    text = tokenizer.text_of(ids[1:])
    assert len(ids) < 200, "it comes to an end"
    assert text[-1] in '.!"'
    assert text.count("Tom") > 1
    assert text.count("Lily") > 1
    known = {word for number in range(3000) for word in re.findall(r"\w+", TASK.grammar.story(1, number).text)}
    assert set(re.findall(r"\w+", text)) <= known
    others = {*world.GIRLS, *world.BOYS} - {"Tom", "Lily"}
    assert not others & set(re.findall(r"\w+", text))


def test_held_out_loss_is_the_card_s(weights: Weights) -> None:
    assert held_out_loss(TASK, weights) == pytest.approx(TOLD["held-out loss"], abs=1e-3)
    assert TOLD["held-out loss"] < 0.6


def test_checkpoints_show_it_learning() -> None:
    chance = float(np.log(SPEC.d_vocab))
    start = models.find("storyteller@0").weights()
    assert held_out_loss(TASK, start) == pytest.approx(chance, abs=0.1)
    scores = [TASK.head_scores(MODEL.at(step).weights()).best("induction")[0] for step in MODEL.steps()]
    assert scores[0] < 0.05
    # One kept before the heads that copy appear, and one after.
    assert any(low < 0.1 and high > 0.25 for low, high in itertools.pairwise(scores))
    copies = measure.name_copies(TASK.program, start, TASK.tokenizer)
    assert copies.max() < 0.05
    every = [MODEL.at(step).weights()["blocks.0.attn.W_Q"] for step in MODEL.steps()]
    assert all(not np.array_equal(one, two) for one, two in itertools.pairwise(every))


def test_its_card_says_what_was_measured() -> None:
    card = Path(resources.path("models", "storyteller", shipped.CARD_FILE)).read_text(encoding="utf-8")
    for word, value in TOLD["scores"].items():
        assert f"| {word} | {value} |" in card
    assert f"{TOLD['tokens']:,}" in card
    assert "| licence | MIT |" in card


def test_anything_may_be_typed() -> None:
    assert MODEL.samples() == (TASK.sentence,)
    batch = MODEL.batch(["你好，Tom! 🎈"])
    assert batch.n_pos < 30
