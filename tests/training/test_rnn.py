"""`train rnn-translator`: the same command, loop, state and card as for the other models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tutor import cli
from tutor.training import recurrent, state
from tutor.training.loop import Run, train
from tutor.training.rnn import ATTENTION, FIXED, PLAN, RnnTranslator
from tutor.training.tasks import Plan
from tutor.training.translator import Translator


def test_it_is_trained_by_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert cli.main(["train", "rnn-translator", "--steps", "1", "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert "step 1 of 1, loss" in told and "for the lessons to run" in told
    assert sorted(path.name for path in out.iterdir()) == ["card.md", "model.safetensors", "rnn.json", "training.json"]
    assert recurrent.load_spec(out) == FIXED
    assert recurrent.load_weights(out, FIXED)["W_E"].dtype == np.float32


def test_it_needs_pairs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["train", "rnn-attention", "--text", "cats.txt", "--out", str(tmp_path / "out")]) == 2
    assert "rnn-attention needs sentence pairs" in capsys.readouterr().err


#: One for all tests: pairs take seconds to make.
PAIRS = Translator()


def task(spec: recurrent.RnnSpec, plan: Plan = PLAN) -> RnnTranslator:
    made = RnnTranslator(spec, plan)
    made.pairs = PAIRS
    return made


def test_both_learn_from_the_translators_pairs_in_its_order() -> None:
    right = Translator().batch(5)
    batch = RnnTranslator(ATTENTION).batch(5)
    assert np.array_equal(batch.targets, right.targets)
    assert all(np.array_equal(batch.inputs[name], right.inputs[name]) for name in right.inputs)


@pytest.mark.parametrize("spec", [FIXED, ATTENTION])
def test_an_interrupted_training_goes_on(tmp_path: Path, spec: recurrent.RnnSpec) -> None:
    plan = Plan(steps=3, rate=PLAN.rate, warm_up=1, checkpoints=())
    whole = Run.begin(task(spec, plan))
    train(task(spec, plan), whole, lambda run: True)
    part = Run.begin(task(spec, plan))
    train(task(spec, plan), part, lambda run: run.step < 2)
    state.save(tmp_path, task(spec, plan), part)
    again = state.load(tmp_path, task(spec, plan))
    assert again is not None and again.step == 2
    train(task(spec, plan), again, lambda run: True)
    assert all(np.array_equal(whole.weights[name], again.weights[name]) for name in whole.weights)
