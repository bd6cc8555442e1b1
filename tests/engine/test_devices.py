"""Nothing of a run on a device stays on the CPU: told without one, by tensors of another kind that hold no numbers.

torch refuses to join such a tensor with one of the CPU, as it would on CUDA.
"""

from __future__ import annotations

import pytest
import samples
import torch

from tutor.engine import live
from tutor.engine.live import LiveTrace, pick_device


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "pick_device", lambda wanted: torch.device("meta"))


def check(trace: LiveTrace) -> None:
    for step in trace.program.steps:
        value = trace._value(step.name)
        assert value.device.type == "meta", step.name
        assert value.shape == tuple(axis.size for axis in trace.shapes[step.name]), step.name


@pytest.mark.parametrize("kind", samples.EVERY)
def test_every_step_is_made_where_the_run_is(kind: str, elsewhere: None) -> None:
    check(samples.live(samples.spec(**samples.EVERY[kind]), (6, 3), seed=3))


@pytest.mark.parametrize("kind", samples.EVERY)
def test_checkpoints_are_laid_there_too(kind: str, elsewhere: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "FUSED_FROM", 0)
    trace = samples.live(samples.spec(**samples.EVERY[kind]), (6, 3), seed=3)
    trace.prepare()
    assert trace._rough
    check(trace)


@pytest.mark.parametrize("kind", ("pre-norm", "rotary, shared heads", "source and target"))
def test_parts_are_made_there_too(kind: str, elsewhere: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PART_FROM", 0)
    trace = samples.live(samples.spec(**samples.EVERY[kind]), (6, 3), seed=3)
    trace.prepare()
    found = 0
    for step in trace.program.steps:
        if step.name not in trace.program.sources:
            part = tuple(slice(1, 2) if axis.size > 1 else slice(0, 1) for axis in trace.shapes[step.name])
            value = trace._part(step.name, part)
            assert value is None or value.device.type == "meta", step.name
            found += value is not None
    assert found > 5


def test_numbers_that_were_put_go_there(elsewhere: None) -> None:
    trace = samples.live(samples.spec(), (6,), seed=3)
    plain = torch.zeros(tuple(axis.size for axis in trace.shapes["blocks.0.attn.z"])).numpy()
    changed = trace.with_override("blocks.0.attn.z", plain)
    check(changed)


def test_a_cpu_tensor_among_them_would_be_noticed(elsewhere: None) -> None:
    trace = samples.live(samples.spec(), (6,), seed=3)
    trace._kept["blocks.0.attn.z"] = torch.zeros(1, 3, 6, 4)
    with pytest.raises(RuntimeError, match="device"):
        trace._value("blocks.0.attn_out")


def test_cpu_is_always_there() -> None:
    assert pick_device("cpu").type == "cpu"
