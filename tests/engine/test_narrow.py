"""A part of a tensor made without the rest is that part of the whole."""

from __future__ import annotations

import numpy as np
import pytest
import samples

from tutor.engine import live
from tutor.engine.axes import Axes


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PART_FROM", 0)


def parts(of: Axes, count: int, rng: np.random.Generator) -> list[tuple[int | slice, ...]]:
    """Random parts: single entries, ranges, all of an axis, entries counted from the end."""
    found = []
    for _ in range(count):
        part: list[int | slice] = []
        for axis in of:
            one, two = sorted(rng.integers(0, axis.size + 1, 2).tolist())
            choice = int(rng.integers(4))
            part.append(
                slice(None) if choice == 0 else slice(one, two) if choice == 1 else
                int(rng.integers(axis.size)) - axis.size * (choice == 3)
            )  # fmt: skip
        found.append(tuple(part))
    return found


@pytest.mark.parametrize("kind", samples.EVERY)
def test_a_part_is_that_part_of_the_whole(kind: str, small_parts: None) -> None:
    of = samples.spec(**samples.EVERY[kind])
    whole = samples.live(of, (6, 3), seed=2)
    rng = np.random.default_rng(0)
    made_in_part = 0
    for step in whole.program.steps:
        for part in parts(whole.shapes[step.name], 3, rng):
            fresh = samples.live(of, (6, 3), seed=2)  # nothing is cached: every part is a new one
            fresh.prepare()
            found = fresh.read(step.name, part)
            made_in_part += step.name not in fresh._cache and step.name not in fresh._kept
            np.testing.assert_allclose(
                found, whole[step.name][part], rtol=1e-5, atol=1e-5, err_msg=f"{step.name}{part}"
            )
            assert not found.flags.writeable
    assert made_in_part > 20


def test_a_row_of_logits_makes_no_other_row(small_parts: None) -> None:
    trace = samples.live(samples.spec(), (8,), seed=1)
    trace.prepare()
    plan = live.narrow.plan(
        trace.program, trace.shapes, "probs", (slice(0, 1), slice(7, 8), slice(0, 29)), trace._is_known
    )
    assert plan is not None and [piece.step.name for piece in plan][-2:] == ["logits", "probs"]
    assert all(piece.part[1] == slice(7, 8) for piece in plan)
    row = trace.read("probs", (0, 7, slice(None)))
    assert "logits" not in trace._cache and "probs" not in trace._cache
    np.testing.assert_allclose(row.sum(), 1.0, rtol=1e-5)


def test_one_head_is_made_without_the_others(small_parts: None) -> None:
    trace = samples.live(samples.spec(n_heads=6, d_head=2), (8,), seed=1)
    trace.prepare()
    part = (slice(0, 1), slice(2, 3), slice(0, 8), slice(0, 8))
    plan = live.narrow.plan(trace.program, trace.shapes, "blocks.1.attn.pattern", part, trace._is_known)
    assert plan is not None
    chain = ("scores", "scaled", "masked", "pattern")
    assert [piece.part[1] for piece in plan if piece.step.short in chain] == [slice(2, 3)] * 4
    found = trace.read("blocks.1.attn.pattern", (0, 2, slice(None), slice(None)))
    assert "blocks.1.attn.scores" not in trace._cache
    np.testing.assert_allclose(found, trace["blocks.1.attn.pattern"][0, 2], rtol=1e-6, atol=1e-7)


def test_parts_of_a_changed_run_are_parts_of_the_change(small_parts: None) -> None:
    trace = samples.live(samples.spec(), (8,), seed=1)
    trace.prepare()
    zeros = np.zeros(tuple(axis.size for axis in trace.shapes["blocks.0.attn.z"]), np.float32)
    changed = trace.with_override("blocks.0.attn.z", zeros)
    changed.prepare()
    row = changed.read("logits", (0, 7, slice(None)))
    again = trace.with_override("blocks.0.attn.z", zeros)
    np.testing.assert_allclose(row, again["logits"][0, 7], rtol=1e-5, atol=1e-6)
    assert np.abs(row - trace["logits"][0, 7]).max() > 1e-3


def test_a_part_already_there_is_read_from_what_is_there(small_parts: None) -> None:
    trace = samples.live(samples.spec(), (8,), seed=1)
    whole = trace["logits"]
    assert np.shares_memory(trace.read("logits", (0, 3, slice(None))), whole)
