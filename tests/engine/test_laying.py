"""Checkpoints laid by fused kernels: the same numbers, and never one on screen that does not follow from the others."""

from __future__ import annotations

import numpy as np
import pytest
import samples
import torch

from tutor.engine import live, ops
from tutor.engine.axes import shape
from tutor.engine.evaluate import forward
from tutor.engine.live import LiveTrace
from tutor.engine.trace import Cancelled

#: Rows of one length, and rows with padding.
LENGTHS = ((5,), (6, 3, 1))


@pytest.fixture
def fused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "FUSED_FROM", 0)


def real(trace: LiveTrace, name: str) -> np.ndarray:
    """Which cells of a tensor belong to real positions."""
    there = np.ones(shape(trace.shapes[name]), bool)
    for at, text in enumerate(trace.texts(name)):
        if text is not None and at > 0:
            far = np.arange(there.shape[at])
            keep = far[None, :] < text.lengths[:, None]
            view = [1] * there.ndim
            view[0], view[at] = keep.shape
            there &= keep.reshape(view)
    return there


def prepared(kind: str, lengths: tuple[int, ...]) -> LiveTrace:
    trace = samples.live(samples.spec(**samples.EVERY[kind]), lengths, seed=3)
    trace.prepare()
    return trace


@pytest.mark.usefixtures("device")
@pytest.mark.parametrize("lengths", LENGTHS, ids=str)
@pytest.mark.parametrize("kind", samples.EVERY)
def test_fused_checkpoints_are_those_of_the_steps(
    kind: str, lengths: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = prepared(kind, lengths)
    monkeypatch.setattr(live, "FUSED_FROM", 0)
    fast = prepared(kind, lengths)
    assert fast._rough == set(fast.program.checkpoints) and not slow._rough
    for name in fast.program.checkpoints:
        there = real(fast, name)
        laid, stepped = fast._kept[name].cpu().numpy()[there], slow[name][there]
        np.testing.assert_allclose(laid, stepped, rtol=samples.tolerance(), atol=samples.tolerance(), err_msg=name)


@pytest.mark.parametrize("kind", ("pre-norm", "rotary, shared heads", "source and target"))
def test_attention_and_norms_really_are_fused(kind: str, fused: None) -> None:
    trace = prepared(kind, (5,))
    made = {piece.name for piece in trace._plan}
    for step in trace.program.steps:
        if isinstance(step.op, (ops.Scores, ops.Mask, ops.Normalize, ops.NormalizeRms, ops.Variance)):
            assert step.name not in made, step.name
    assert len(made) < 0.8 * len(trace.program.steps)


def test_a_window_and_a_large_number_for_pads_keep_to_the_steps(fused: None) -> None:
    for changes in (samples.KINDS["rotary, window"], samples.CHOICES["pads −1000"]):
        trace = samples.live(samples.spec(**changes), (6, 3), seed=1)
        made = {piece.name for piece in trace._plan}
        assert any(isinstance(step.op, ops.Scores) and step.name in made for step in trace.program.steps)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "kind", ("pre-norm", "post-norm", "rotary, shared heads", "parallel residual", "source and target")
)
def test_every_number_shown_follows_from_the_others_shown(kind: str, seed: int, fused: None) -> None:
    trace = prepared(kind, (6, 3))
    rng = np.random.default_rng(seed)
    names = [step.name for step in trace.program.steps]
    for at in rng.permutation(len(names)):  # a learner who jumps about
        trace.read(names[at], (slice(None),) * len(trace.shapes[names[at]]))
    for name in names:
        trace[name]
    assert not trace._rough
    for step in trace.program.steps:
        if step.name in trace.program.sources:
            continue
        operands = [torch.from_numpy(np.array(trace[one])) for one in step.operands]
        again = forward(step.op, operands, [trace.shapes[one] for one in step.operands]).numpy()
        assert np.array_equal(again, trace[step.name], equal_nan=True), step.name


def test_a_checkpoint_is_made_anew_before_it_is_shown(fused: None) -> None:
    trace = prepared("pre-norm", (6,))
    name = next(one for one in trace.program.checkpoints if one.endswith("resid_post"))
    rough = trace._kept[name].clone()
    rough += 1  # as if rounding were large: what is shown must not be this
    trace._kept[name] = rough
    shown = trace[name]
    assert np.abs(shown - rough.numpy()).min() > 0.5
    index = (0, 2, 3)
    assert trace.working(name, index).agrees


def test_what_was_made_from_a_rough_checkpoint_goes_with_it(fused: None) -> None:
    trace = prepared("pre-norm", (6,))
    first = next(one for one in trace.program.checkpoints if one.endswith("0.resid_post"))
    trace._kept[first] = trace._kept[first] + 1
    before = np.array(trace["blocks.1.attn.scores"])
    trace[first]
    after = trace["blocks.1.attn.scores"]
    assert not np.array_equal(before, after)
    plain = samples.live(samples.spec(), (6,), seed=3)
    np.testing.assert_allclose(after, plain["blocks.1.attn.scores"], rtol=1e-5, atol=1e-5)


def test_laying_is_cancelled_between_kernels(fused: None) -> None:
    trace = samples.live(samples.spec(), (6,), seed=3)
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 5

    with pytest.raises(Cancelled):
        trace.prepare(cancelled=cancelled)
    assert asked == 6


def test_memory_that_runs_out_while_laying_leaves_it_to_the_steps(fused: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: object) -> None:
        raise RuntimeError("[enforce fail at alloc_cpu.cpp] not enough memory: you tried to allocate 1 bytes.")

    monkeypatch.setattr(live.laying, "lay", full)
    trace = prepared("pre-norm", (6,))
    assert not trace._rough
    assert np.isfinite(trace["logits"]).all()


def test_another_error_while_laying_is_told(fused: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*arguments: object) -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(live.laying, "lay", broken)
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        prepared("pre-norm", (6,))


def test_another_edition_is_counted_where_a_checkpoint_is_made_anew(fused: None) -> None:
    trace = prepared("pre-norm", (5,))
    child = trace.with_override("logits", np.zeros(shape(trace.shapes["logits"]), np.float32))
    before = trace.edition, child.edition
    trace["blocks.1.attn.scores"]
    assert (trace.edition, child.edition) == before, "what is made of a checkpoint leaves it as it is"
    trace[trace.program.checkpoints[-1]]
    assert trace.edition == before[0] + 1 and child.edition == before[1] + 1
    trace[trace.program.checkpoints[-1]]
    assert trace.edition == before[0] + 1
