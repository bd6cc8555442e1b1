"""The loop differentiates the displayed Program, and an interrupted training goes on as if it had not been."""

from __future__ import annotations

import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.training.tiny import PLAN, task
from tutor.engine import models, shipped
from tutor.engine.live import LiveTrace
from tutor.training import command, state
from tutor.training.errors import TrainError
from tutor.training.heads import head_scores, repeated_tokens
from tutor.training.loop import Run, initial_weights, loss_of, train
from tutor.training.tasks import Plan


def trained(folder: Path, steps: int = 6) -> Run:
    one = task(folder, replace(PLAN, steps=steps))
    run = Run.begin(one)
    train(one, run, lambda run: True)
    return run


def test_logits_are_those_of_the_window(tmp_path: Path) -> None:
    one = task(tmp_path)
    weights = initial_weights(one)
    tensors = {name: torch.from_numpy(values) for name, values in weights.items()}
    text = "The cat saw the dog."
    model = models.Model(one.spec, one.program)
    batch = model.batch_of_ids([one.tokenizer.ids_of(text)])
    trace = LiveTrace(one.program, one.spec, weights, batch, "cpu")
    mine = one.batch(0)
    mine = replace(mine, inputs={"tokens": np.array(batch.ids), "lengths": np.array(batch.lengths)})
    assert torch.equal(one.logits(mine, tensors), trace.tensor("logits"))


def test_gradient_is_that_of_finite_differences(tmp_path: Path) -> None:
    one = task(tmp_path)
    batch = one.batch(0)
    values = {name: torch.from_numpy(array).double() for name, array in initial_weights(one).items()}
    weight = values["blocks.0.attn.W_Q"].requires_grad_()
    loss = loss_of(one, batch, values)
    loss.backward()
    assert weight.grad is not None
    at = np.unravel_index(int(weight.grad.abs().argmax()), weight.shape)
    found = []
    for step in (1e-4, -1e-4):
        moved = weight.detach().clone()
        moved[tuple(at)] += step
        found.append(float(loss_of(one, batch, {**values, "blocks.0.attn.W_Q": moved})))
    assert (found[0] - found[1]) / 2e-4 == pytest.approx(float(weight.grad[tuple(at)]), rel=1e-2)


def test_training_lowers_the_loss_and_repeats_bit_for_bit(tmp_path: Path) -> None:
    first, second = trained(tmp_path, 30), trained(tmp_path, 30)
    start = loss_of(task(tmp_path), task(tmp_path).batch(0), _tensors(Run.begin(task(tmp_path))))
    end = loss_of(task(tmp_path), task(tmp_path).batch(0), _tensors(first))
    assert float(end) < float(start) - 0.5
    assert all(np.array_equal(first.weights[name], second.weights[name]) for name in first.weights)
    assert first.tokens == 30 * 1024


def _tensors(run: Run) -> dict[str, torch.Tensor]:
    return {name: torch.from_numpy(values) for name, values in run.weights.items()}


def test_a_resumed_training_equals_an_uninterrupted_one(tmp_path: Path) -> None:
    whole = trained(tmp_path)
    one = task(tmp_path)
    run = Run.begin(one)
    train(one, run, lambda run: run.step < 3)
    assert run.step == 3
    state.save(tmp_path, one, run)
    again = state.load(tmp_path, task(tmp_path))
    assert again is not None
    assert (again.step, again.tokens) == (3, run.tokens)
    train(one, again, lambda run: True)
    for part in ("weights", "means", "squares"):
        assert all(np.array_equal(getattr(whole, part)[name], getattr(again, part)[name]) for name in whole.weights)
    assert again.loss == whole.loss


def test_another_training_is_not_gone_on_with(tmp_path: Path) -> None:
    one = task(tmp_path)
    assert state.load(tmp_path, one) is None
    state.save(tmp_path, one, Run.begin(one))
    with pytest.raises(TrainError, match=r"other settings or text: choose another --out, or remove training"):
        state.load(tmp_path, task(tmp_path, replace(PLAN, steps=7)))
    (tmp_path / state.STATE_FILE).write_bytes(b"not a state")
    with pytest.raises(TrainError, match=r"cannot be read .*: choose another --out"):
        state.load(tmp_path, one)


def test_a_signal_saves_and_the_folder_is_finished_later(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, folder = task(tmp_path), command.folder_for(tmp_path / "out")
    one.prepare(folder)
    tell = command.Progress.tell

    def interrupt(self: command.Progress, run: Run) -> None:
        tell(self, run)
        if run.step == 4:
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(command.Progress, "tell", interrupt)
    assert command.make(one, folder, Run.begin(one)) == 130
    monkeypatch.setattr(command.Progress, "tell", tell)
    told = capsys.readouterr()
    assert told.err == "Interrupted at step 4: the same command goes on from there.\n"
    run = state.load(command.folder_for(folder), task(tmp_path))
    assert run is not None
    assert run.step == 4
    assert command.make(one, folder, run) == 0
    assert "step 6 of 6, loss" in capsys.readouterr().out
    whole = trained(tmp_path)
    model = models.find(str(folder))
    assert all(np.array_equal(model.weights()[name], whole.weights[name].astype(np.float16)) for name in whole.weights)
    assert not (folder / state.STATE_FILE).exists()
    with pytest.raises(TrainError, match="holds a trained model already: choose another with --out"):
        command.folder_for(folder)


def test_what_was_trained_opens_as_a_model(tmp_path: Path) -> None:
    one, folder = task(tmp_path), tmp_path / "out"
    folder.mkdir()
    one.prepare(folder)
    assert command.make(one, folder, Run.begin(one)) == 0
    model = models.find(str(folder))
    assert model.spec.name == "cats"
    assert model.samples() == ("The cat sat on the mat. The dog",)
    assert model.steps() == (0, 2, 6)
    tokenizer = model.tokenizer()
    assert tokenizer is not None
    assert len(tokenizer.ids_of(" cat")) == 1
    start = models.find(f"{folder}@0").weights()
    begun = initial_weights(one)
    assert all(np.array_equal(start[name], begun[name].astype(np.float16)) for name in begun)
    assert not np.array_equal(start["W_E"], model.at(2).weights()["W_E"])
    with pytest.raises(ValueError, match="no weights of step 3: the steps kept are 0, 2, 6"):
        models.find(f"{folder}@3")
    card = (folder / shipped.CARD_FILE).read_text(encoding="utf-8")
    assert "held-out loss" in card
    assert "| licence | the text's |" in card


def test_rate_rises_then_falls() -> None:
    plan = Plan(steps=100, rate=1.0, rate_end=0.1, warm_up=10)
    rates = [plan.rate_at(step) for step in range(100)]
    assert rates[:3] == [0.1, 0.2, pytest.approx(0.3)]
    assert max(rates) == 1.0
    assert rates[10:] == sorted(rates[10:], reverse=True)
    assert rates[-1] == pytest.approx(0.1, abs=1e-3)


def test_heads_that_do_it_by_construction_score_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Head scores of attention made by hand: one head looks back by one, one at the token after the first copy."""
    one = task(tmp_path)

    def by_hand(program: object, weights: object, inputs: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        ids = inputs["tokens"]
        rows, length = ids.shape
        made = np.zeros((rows, 2, length, length), np.float32)
        for row in range(rows):
            for at in range(1, length):
                made[row, 0, at, at - 1] = 1
                seen = np.flatnonzero(ids[row, :at] == ids[row, at])
                made[row, 1, at, seen[-1] + 1 if len(seen) else 0] = 1
        return {"blocks.0.attn.pattern": made}

    monkeypatch.setattr("tutor.training.heads.patterns", by_hand)
    scores = head_scores(one.program, {}, 300, 298)
    assert scores.previous.tolist() == [[1.0, 0.0]]
    assert scores.induction[0, 1] == 1.0
    assert scores.induction[0, 0] == 0.0
    assert scores.control.max() < 0.1
    assert repeated_tokens(300, 298).shape == (16, 81)
