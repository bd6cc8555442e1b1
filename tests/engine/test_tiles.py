"""Steps run tile by tile give bitwise what the steps give at once, and what is used again is nobody else's."""

from __future__ import annotations

import numpy as np
import pytest
import samples
import torch

from tutor.engine import laying, live, ops, tiles
from tutor.engine.axes import shape
from tutor.engine.evaluate import Cache, evaluate, forward
from tutor.engine.live import LiveTrace
from tutor.engine.trace import Cancelled


@pytest.fixture
def small_tiles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step in tiles of a few rows."""
    monkeypatch.setattr(tiles, "FROM", 0)
    monkeypatch.setattr(tiles, "TILE", 16)


def operands(trace: LiveTrace, names: tuple[str, ...]) -> list[torch.Tensor]:
    return [torch.from_numpy(np.array(trace[name])) for name in names]


@pytest.mark.parametrize("kind", samples.EVERY)
def test_every_number_in_tiles_follows_from_the_others_by_its_step(kind: str, small_tiles: None) -> None:
    trace = samples.live(samples.spec(**samples.EVERY[kind]), (6, 3), seed=3)
    tiled = 0
    for step in trace.program.steps:
        if step.name in trace.program.sources:
            continue
        tiled += tiles.is_tiled((step,), trace.shapes)
        again = forward(step.op, operands(trace, step.operands), [trace.shapes[one] for one in step.operands]).numpy()
        assert np.array_equal(again, trace[step.name], equal_nan=True), step.name
    assert tiled > 5


@pytest.mark.parametrize("kind", ("post-norm", "rotary, shared heads", "rotary, window", "source and target"))
def test_a_run_of_steps_in_tiles_is_that_run_at_once(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    of = samples.spec(**samples.EVERY[kind])
    plain = samples.live(of, (6, 3), seed=3)
    expected = {step.name: np.array(plain[step.name]) for step in plain.program.steps}
    monkeypatch.setattr(tiles, "FROM", 0)
    monkeypatch.setattr(tiles, "TILE", 16)
    for name, values in expected.items():
        trace = samples.live(of, (6, 3), seed=3)  # nothing is there: all of its steps are run
        assert np.array_equal(trace[name], values, equal_nan=True), name


def test_a_large_pattern_head_by_head_is_bitwise_the_same() -> None:
    """The real sizes, where matrix products choose their kernels: 1,024 tokens, heads of 64."""
    torch.manual_seed(0)
    q, k, v = (torch.randn(1, 1024, 2, 64).transpose(1, 2) for _ in range(3))
    lengths = torch.tensor([1024])
    trace = samples.live(samples.spec(d_model=128, n_heads=2, d_head=64, n_layers=1, n_ctx=1024), (1024,), seed=1)
    names = [f"blocks.0.attn.{one}" for one in ("scores", "scaled", "masked", "pattern", "z")]
    group = tuple(trace.program[name] for name in names)
    given = {group[0].inputs[0]: q, group[0].inputs[1]: k, group[-1].inputs[1]: v, "lengths": lengths}
    value: torch.Tensor | None = None
    for step in group:
        wanted = [value if name in names else given[name] for name in step.inputs]
        value = forward(step.op, wanted, [trace.shapes[name] for name in step.inputs])
        upto = group[: names.index(step.name) + 1]
        assert torch.equal(tiles.make(upto, trace.shapes, given.__getitem__), value), step.name


def test_what_only_the_next_step_reads_is_never_whole(small_tiles: None) -> None:
    trace = samples.live(samples.spec(), (6,), seed=3)
    trace.prepare()
    trace["blocks.1.attn.z"]
    for one in ("scores", "scaled", "masked", "pattern"):
        assert f"blocks.1.attn.{one}" not in trace._cache
    assert "blocks.1.attn.q" in trace._cache
    trace["blocks.1.attn.scaled"]
    trace["blocks.1.attn.pattern"]  # from the scaled scores that are there
    assert "blocks.1.attn.scaled" in trace._cache and "blocks.1.attn.masked" not in trace._cache


def test_numbers_that_were_put_into_a_run_of_steps_stay(small_tiles: None) -> None:
    plain = samples.live(samples.spec(), (6,), seed=3)
    name = "blocks.0.attn.scaled"
    zeros = np.zeros(shape(plain.shapes[name]), np.float32)
    changed = plain.with_override(name, zeros)
    pattern = changed["blocks.0.attn.pattern"]
    np.testing.assert_allclose(pattern[0, 0, 5], np.full(6, 1 / 6), rtol=1e-6)


def test_gradients_flow_through_whole_steps(small_tiles: None) -> None:
    trace = samples.live(samples.spec(n_layers=1), (6,), seed=3)
    q = torch.from_numpy(np.array(trace["blocks.0.attn.q"])).requires_grad_()
    known = {step.name: torch.from_numpy(np.array(trace[step.name])) for step in trace.program.steps
             if trace.program.order[step.name] <= trace.program.order["blocks.0.attn.v"]}  # fmt: skip
    known |= {"lengths": torch.tensor([6]), "blocks.0.attn.q": q}
    found = evaluate(trace.program, trace.shapes, known, lambda name: None, ["blocks.0.attn.z"])["blocks.0.attn.z"]
    found.sum().backward()
    assert q.grad is not None and float(q.grad.abs().sum()) > 0


def test_a_run_of_steps_can_be_cancelled(small_tiles: None) -> None:
    trace = samples.live(samples.spec(), (6,), seed=3)
    with pytest.raises(Cancelled):
        trace._compute("blocks.1.attn.z", lambda: True)


# -- memory that is used again -------------------------------------------------------------------------------------


def test_memory_of_a_dropped_tensor_is_used_again_only_where_nobody_holds_it() -> None:
    cache, like = Cache(48), torch.zeros(1)
    first, second = torch.full((2, 2), 1.0), torch.full((2, 2), 2.0)
    cache.put("first", first)
    cache.put("second", second)
    place = second.data_ptr()
    held = first.numpy()[0]  # a view, as one that a learner looks at
    del second
    cache.put("third", torch.zeros(4))
    made = cache.room(like, (4,))
    assert made.data_ptr() == place and made.shape == (4,)
    assert "second" not in cache and "first" in cache and cache.bytes == 32
    made.fill_(7.0)
    assert (held == 1.0).all()


def test_room_is_fresh_while_the_budget_lasts_or_sizes_differ() -> None:
    cache, like = Cache(64), torch.zeros(1)
    cache.put("one", torch.zeros(4))
    assert cache.room(like, (4,)).shape == (4,) and "one" in cache
    cache.put("two", torch.zeros(12))
    cache.room(like, (5,))
    assert "one" in cache and "two" in cache
    assert cache.room(like, (40,)).shape == (40,)


def test_a_tensor_given_by_the_cache_is_not_written_over() -> None:
    cache, like = Cache(16), torch.zeros(1)
    cache.put("one", torch.ones(4))
    used = cache.get("one")
    assert used is not None
    cache.room(like, (4,)).fill_(3.0)
    assert (used == 1).all()


@pytest.mark.parametrize("budget", (0, 1500, 4000, 9000, 1 << 30))
def test_what_was_read_never_changes(budget: int, small_tiles: None) -> None:
    spec = samples.spec()
    program_of = samples.live(spec, (6, 3), seed=3)
    trace = LiveTrace(program_of.program, spec, program_of._weights, program_of.batch, "cpu", budget)
    held: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for seed in range(3):
        names = [step.name for step in trace.program.steps]
        for at in np.random.default_rng(seed).permutation(len(names)):
            value = trace[names[at]]
            if at % 3 == 0:
                held[names[at]] = value, value.copy()
    for name, (value, before) in held.items():
        assert np.array_equal(value, before, equal_nan=True), name
        assert np.array_equal(value, program_of[name], equal_nan=True), name


# -- laying --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ("pre-norm", "rotary, shared heads", "source and target"))
def test_a_feed_forward_network_is_one_kernel_some_rows_at_a_time(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "FUSED_FROM", 0)
    monkeypatch.setattr(laying, "ROWS", 4)
    of = samples.spec(**samples.EVERY[kind])
    trace, plain = samples.live(of, (6, 3), seed=3), samples.live(of, (6, 3), seed=3)
    trace.prepare()
    made = {piece.name for piece in trace._plan}
    assert not any(one.endswith(("mlp.pre", "mlp.post", "mlp.gate", "mlp.act")) for one in made)
    for name in trace.program.checkpoints:
        for row in range(2):
            np.testing.assert_allclose(
                trace._kept[name].numpy()[row, :3], plain[name][row, :3], rtol=1e-5, atol=1e-5, err_msg=name
            )


def test_weights_read_in_parts_are_left_out_of_fused_kernels() -> None:
    trace = samples.live(samples.spec(), (6,), seed=3)
    plan = laying.pieces(trace.program, trace.shapes, False, {"blocks.0.mlp.W_out"})
    made = {piece.name for piece in plan}
    assert "blocks.0.mlp.post" in made and "blocks.1.mlp.post" not in made
    assert any(isinstance(piece.op, ops.Linear) and piece.name == "blocks.0.mlp_out" for piece in plan)


def test_checkpoints_lie_together() -> None:
    shelf = laying.Shelf(6)
    one, two = torch.arange(4.0).reshape(2, 2), torch.arange(2.0)
    first, second = shelf.put(one), shelf.put(two)
    assert torch.equal(first, one) and torch.equal(second, two)
    assert second.data_ptr() - first.data_ptr() == 16
    third = torch.zeros(1)
    assert shelf.put(third) is third  # no room
