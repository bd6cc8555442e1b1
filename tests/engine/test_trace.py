"""The live trace: on demand, within a budget, unchanging, with overrides that share everything upstream."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
import torch

from tests.engine.samples import EVERY, KINDS, batch, live, same, spec
from tutor.engine import evaluate as evaluate_module
from tutor.engine import families
from tutor.engine.axes import AxesError, count
from tutor.engine.cancelling import can_be_given_up
from tutor.engine.evaluate import Cache
from tutor.engine.live import LiveTrace, pick_device
from tutor.engine.models import find
from tutor.engine.program import lengths_of
from tutor.engine.tokens import batch_of_ids
from tutor.engine.trace import Cancelled, Trace, TraceError
from tutor.engine.trace import same as same_numbers
from tutor.engine.weights import WeightsError, random_weights


def everything(trace: Trace) -> dict[str, np.ndarray]:
    return {step.name: trace[step.name] for step in trace.program}


@pytest.fixture
def forwards(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Titles of the operations that ran."""
    ran: list[str] = []
    real = evaluate_module.forward

    def counted(op, operands, shapes):
        ran.append(op.title)
        return real(op, operands, shapes)

    monkeypatch.setattr(evaluate_module, "forward", counted)
    return ran


# -- memory -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["pre-norm", "rotary, shared heads", "source and target, pre-norm"])
@pytest.mark.parametrize("budget", [0, 700, 5_000, 1 << 20])
def test_everything_is_shown_within_any_budget(budget: int, choice: str) -> None:
    of = spec(**EVERY[choice])
    whole, tight = live(of, (5, 3)), live(of, (5, 3), budget=budget)
    for name, values in everything(whole).items():
        assert np.array_equal(tight[name], values, equal_nan=True), name
        assert tight.cached_bytes <= budget


def test_a_tensor_larger_than_the_budget_is_shown_but_not_kept() -> None:
    trace = live(spec(), budget=64)
    values = trace["logits"]
    assert values.nbytes > 64
    assert trace.cached_bytes <= 64


def test_recomputed_values_are_bitwise_the_first_ones() -> None:
    trace = live(spec(n_layers=3), (7, 4), budget=0)
    first = everything(trace)
    for name in reversed(list(first)):
        assert same(trace[name], first[name]), name


def test_what_is_cached_is_not_computed_again(forwards: list[str]) -> None:
    trace = live(spec())
    trace["blocks.1.attn.pattern"]
    forwards.clear()
    trace["blocks.1.attn.scores"]
    trace["blocks.1.attn.pattern"]
    assert forwards == []


def test_only_what_is_needed_is_computed(forwards: list[str]) -> None:
    trace = live(spec(n_layers=3))
    trace.prepare()
    forwards.clear()
    trace["blocks.1.attn.scaled"]
    # From the kept residual: hand-over, norm (4), q and k (linear, split, transpose each), scores, scale.
    assert len(forwards) == 1 + 4 + 2 * 3 + 2


def test_prepare_lays_the_checkpoints_and_nothing_else() -> None:
    trace = live(spec(n_layers=3), (5, 2))
    told: list[float] = []
    trace.prepare(told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]
    assert trace.cached_bytes == 0
    kept = sum(count(trace.shapes[name]) * 4 for name in trace.program.checkpoints)
    assert trace.kept_bytes == kept + trace.batch.ids.nbytes + trace.batch.lengths.nbytes


@pytest.mark.parametrize("choice", EVERY)
def test_each_block_recomputed_meets_the_next_checkpoint(choice: str) -> None:
    trace = live(spec(n_layers=3, **EVERY[choice]), (6, 3))
    trace.prepare()
    blocks = [name.removesuffix("resid_post") for name in trace.program.by_name if name.endswith("resid_post")]
    assert len(blocks) == 3 + (trace.spec.encoder_layers if trace.target else 0)
    for block in blocks:
        name = f"{block}resid_post"
        kept = trace[name]
        again = trace.with_override(f"{block}resid_pre", trace[f"{block}resid_pre"])[name]
        assert np.abs(kept - again).max() <= 1e-5


def test_the_cache_drops_the_least_recently_used() -> None:
    cache = Cache(48)
    for name in "abc":
        cache.put(name, torch.zeros(4))
    cache.get("a")
    cache.put("d", torch.zeros(4))
    assert [name in cache for name in "abcd"] == [True, False, True, True]
    cache.put("e", torch.zeros(400))
    assert "e" not in cache
    assert (cache.bytes, len(cache)) == (48, 3)


# -- unchanging ---------------------------------------------------------------------------------------------------


def test_values_are_read_only() -> None:
    trace = live(spec())
    for name in (*trace.program.by_name, *trace.program.weight_by_name):
        with pytest.raises(ValueError, match="read-only"):
            trace[name][...] = 0


def test_a_value_once_handed_out_never_changes() -> None:
    trace = live(spec(), (5, 3), budget=3000)
    handed = everything(trace)
    copies = {name: values.copy() for name, values in handed.items()}
    trace.prepare()
    child = trace.with_override("blocks.0.attn.pattern", np.zeros_like(handed["blocks.0.attn.pattern"]))
    everything(child)
    child.with_override("embed", handed["embed"] * 2)["probs"]
    everything(trace)
    assert all(same(handed[name], copies[name]) for name in handed)


@pytest.mark.parametrize("name", ["embed", "W_U", "blocks.1.ln1.b"])
def test_the_callers_array_is_copied(name: str) -> None:
    trace = live(spec(), budget=0)
    mine = np.array(trace[name])
    child = trace.with_override(name, mine)
    before = child["probs"].copy()
    mine[:] = 99
    assert same(child[name], trace[name])
    assert same(child["probs"], before)


# -- overrides ----------------------------------------------------------------------------------------------------


def scratch(trace: LiveTrace, name: str, values: np.ndarray) -> dict[str, np.ndarray]:
    """The same by running every step by hand, with one value put in."""
    made: dict[str, torch.Tensor] = {}
    for stream, text in trace.batches.items():
        made[stream] = torch.tensor(np.array(text.ids))
        made[lengths_of(stream)] = torch.tensor(np.array(text.lengths))
    weights = {one: torch.tensor(np.array(trace[one])) for one in trace.program.weight_by_name}
    if name in weights:
        weights[name] = torch.tensor(values)
    for step in trace.program.steps:
        if step.name in trace.batches:
            continue
        if step.name == name:
            made[step.name] = torch.tensor(values)
        else:
            operands = [made[one] for one in step.inputs] + [weights[one] for one in step.weights]
            made[step.name] = evaluate_module.forward(step.op, operands, [trace.shapes[one] for one in step.operands])
    return {one: value.numpy() for one, value in made.items()}


@pytest.mark.parametrize("name", ["embed", "blocks.0.attn.pattern", "blocks.1.mlp.post", "blocks.1.ln1.var", "logits",
                                  "blocks.1.attn.W_V", "W_E", "ln_final.w"])  # fmt: skip
def test_an_override_changes_exactly_what_is_downstream(name: str) -> None:
    trace = live(spec(), (5, 4))
    values = np.array(trace[name]) * np.float32(0.5) + np.float32(0.25)
    child = trace.with_override(name, values)
    expected = scratch(trace, name, values)
    touched = trace.program.downstream(name)
    assert touched
    for step in trace.program:
        assert np.array_equal(child[step.name], expected[step.name], equal_nan=True), step.name
        if step.name not in touched:
            assert same(child[step.name], trace[step.name])
    assert any(not np.array_equal(child[one], trace[one], equal_nan=True) for one in touched)


@pytest.mark.parametrize("choice", KINDS)
def test_an_override_in_every_kind_of_model(choice: str) -> None:
    """A step here and there, and a weight: what depends on it is what running all of it by hand gives."""
    trace = live(spec(**KINDS[choice]), (5, 3))
    steps = [step.name for step in trace.program if step.name not in trace.program.sources]
    weights = list(trace.program.weight_by_name)
    for name in (*steps[2 :: len(steps) // 4], weights[len(weights) // 2]):
        values = np.array(trace[name]) * np.float32(0.5) + np.float32(0.25)
        child = trace.with_override(name, values)
        expected = scratch(trace, name, values)
        touched = trace.program.downstream(name)
        for step in trace.program:
            assert np.array_equal(child[step.name], expected[step.name], equal_nan=True), (name, step.name)
            assert step.name in touched or same(child[step.name], trace[step.name]), (name, step.name)
        assert any(not np.array_equal(child[one], trace[one], equal_nan=True) for one in touched)


def test_everything_upstream_is_shared_and_not_run_again(forwards: list[str]) -> None:
    trace = live(spec(n_layers=3))
    upstream = [step.name for step in trace.program if step.name not in trace.program.downstream("blocks.2.mlp.pre")]
    for name in upstream:
        trace[name]
    forwards.clear()
    child = trace.with_override("blocks.2.mlp.pre", np.array(trace["blocks.2.mlp.pre"]) + 1)
    forwards.clear()
    for name in upstream:
        assert np.shares_memory(child[name], trace[name])
    assert forwards == []
    child["logits"]
    assert len(forwards) < 10


def test_overrides_of_overrides() -> None:
    trace = live(spec())
    one = trace.with_override("embed", np.array(trace["embed"]) * 2)
    two = one.with_override("blocks.1.mlp_out", np.zeros_like(trace["blocks.1.mlp_out"]))
    assert same(two["blocks.0.resid_post"], one["blocks.0.resid_post"])
    assert same(two["blocks.1.resid_post"], one["blocks.1.resid_mid"])
    assert not np.allclose(two["probs"], trace["probs"])


def test_a_tied_weight_is_changed_on_both_sides() -> None:
    trace = live(spec(tied=True))
    child = trace.with_override("W_E", np.array(trace["W_E"]) * 2)
    assert np.allclose(child["embed"], trace["embed"] * 2)
    assert not np.allclose(child["logits"], trace["logits"] * 2)


def test_refused_overrides() -> None:
    trace = live(spec())
    with pytest.raises(AxesError, match="embed"):
        trace.with_override("embed", np.zeros((2, 2)))
    with pytest.raises(TraceError, match="no tensor"):
        trace.with_override("nothing", np.zeros(1))


# -- running ------------------------------------------------------------------------------------------------------


def test_cancelling_stops_between_steps() -> None:
    trace = live(spec(n_layers=3))
    asked = 0

    def enough() -> bool:
        nonlocal asked
        asked += 1
        return asked > 4

    with pytest.raises(Cancelled):
        trace.prepare(cancelled=enough)
    assert asked == 5
    trace.prepare()  # and it goes on from there
    assert np.isfinite(trace["logits"]).all()


def test_gradients_flow_through_the_same_program() -> None:
    of = spec(n_layers=1)
    program = families.program(of)
    trace = live(of)
    weights = {name: torch.tensor(np.array(trace[name]), requires_grad=True) for name in program.weight_by_name}
    known = {"tokens": torch.tensor(np.array(trace.batch.ids)), "lengths": torch.tensor(np.array(trace.batch.lengths))}
    logits = evaluate_module.evaluate(program, trace.shapes, known, weights.__getitem__, ["logits"])["logits"]
    logits.sum().backward()
    matrices = [weight for weight in weights.values() if weight.ndim > 1]
    assert all(weight.grad is not None and weight.grad.abs().sum() > 0 for weight in matrices)


def test_devices() -> None:
    assert pick_device("cpu").type == "cpu"
    assert pick_device("auto").type in ("cpu", "cuda", "mps")
    with pytest.raises(TraceError, match="abacus"):
        pick_device("abacus")
    if not torch.cuda.is_available():
        with pytest.raises(TraceError, match="cuda"):
            LiveTrace(families.program(spec()), spec(), live(spec())._weights, live(spec()).batch, "cuda")


def test_out_of_memory_falls_back_to_the_cpu_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = live(spec())["logits"]
    trace = live(spec())
    real, calls = evaluate_module.forward, []
    held: list[torch.Tensor] = []

    def scarce(op, operands, shapes):
        calls.append(op.title)
        if len(calls) == 9:
            held.extend((*trace._cache._kept.values(), *trace._on_device.values()))
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(op, operands, shapes)

    class Pretend:
        type = "mps"

    monkeypatch.setattr(evaluate_module, "forward", scarce)
    trace._device = Pretend()  # type: ignore[assignment]
    there = {name: torch.tensor(np.array(trace._weights[name])) for name in trace._weights}
    trace._on_device = dict(there)
    assert np.array_equal(trace["logits"], expected)
    assert trace.where == "cpu"
    # What lay on the device is let go, or its memory would stay full.
    assert len(held) > len(there)
    now = (*trace._cache._kept.values(), *trace._on_device.values())
    assert set(map(id, held)).isdisjoint(map(id, now))
    assert trace.notices == ["The mps device ran out of memory, so this run goes on with the CPU."]


@pytest.mark.parametrize("words", ["not enough memory", "can't allocate memory"], ids=["Windows", "Linux"])
def test_out_of_memory_on_the_cpu_is_a_sentence(words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(op, operands, shapes):
        raise RuntimeError(f"DefaultCPUAllocator: {words}: you tried to allocate 8 bytes")

    trace = live(spec())
    monkeypatch.setattr(evaluate_module, "forward", full)
    with pytest.raises(TraceError, match="not enough memory"):
        trace["embed"]


def test_another_error_is_not_taken_for_a_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(op, operands, shapes):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    trace = live(spec())
    monkeypatch.setattr(evaluate_module, "forward", broken)
    with pytest.raises(RuntimeError, match="cannot be multiplied"):
        trace["embed"]
    assert trace.notices == []


def test_a_value_of_a_wrong_shape_cannot_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    real = evaluate_module.forward
    monkeypatch.setattr(evaluate_module, "forward", lambda op, operands, shapes: real(op, operands, shapes)[..., :1])
    with pytest.raises(AxesError, match=r"embed should be \[1 batch, 5 pos, 12 d_model\] but has shape \[1, 5, 1\]"):
        live(spec())["embed"]


def test_missing_and_misshapen_weights_are_named() -> None:
    of = spec()
    program = families.program(of)
    weights = random_weights(program, 0)
    batch = live(of).batch
    with pytest.raises(WeightsError, match=r"blocks\.1\.attn\.W_K"):
        LiveTrace(program, of, {k: v for k, v in weights.items() if k != "blocks.1.attn.W_K"}, batch, "cpu")
    with pytest.raises(WeightsError, match="W_U"):
        LiveTrace(program, of, {**weights, "W_U": weights["W_U"].T}, batch, "cpu")
    with pytest.raises(WeightsError, match="int64"):
        LiveTrace(program, of, {**weights, "W_U": weights["W_U"].astype(np.int64)}, batch, "cpu")


def test_nan_weights_are_shown_not_hidden() -> None:
    trace = live(spec())
    bad = np.array(trace["blocks.0.mlp.W_in"])
    bad[0, 0] = np.nan
    child = trace.with_override("blocks.0.mlp.W_in", bad)
    assert child.stats("blocks.0.mlp.pre").nan == 5
    working = child.working("blocks.0.mlp.pre", (0, 2, 0))
    assert np.isnan(working.result)
    assert working.agrees


# -- batches and settings -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", [name for name, changes in EVERY.items() if "pad" not in changes])
def test_a_sentence_alone_is_the_same_as_in_a_padded_batch(choice: str) -> None:
    of = spec(**EVERY[choice])
    # The base of dynamic rotary positions follows the length of the batch: there all stay below it.
    longest = 3 if of.rope is not None and of.rope.kind == "dynamic" else 7
    trace = live(of, (longest, 2))
    last = trace.program.steps[-1].name
    pattern = [step.name for step in trace.program if step.name.endswith("pattern")][-1]
    for row in range(2):
        alone_of = {name: batch_of_ids(None, [one.ids[row, : one.lengths[row]].tolist()], 16, 29)
                    for name, one in trace.batches.items()}  # fmt: skip
        source, *targets = alone_of.values()
        alone = LiveTrace(trace.program, of, trace._weights, source, "cpu", target=targets[0] if targets else None)
        assert np.abs(alone[last][0] - trace[last][row, : alone[last].shape[1]]).max() <= 1e-5
        queries, keys = alone[pattern].shape[-2:]
        assert np.abs(alone[pattern][0] - trace[pattern][row, :, :queries, :keys]).max() <= 1e-5


def test_pads_that_see_no_key_behind_a_window_spread_nothing() -> None:
    """The pads of a short row lie further behind it than the window reaches: they see nothing at all."""
    trace = live(spec(**EVERY["rotary, window"]), (8, 2))
    assert np.isneginf(trace["blocks.0.attn.masked"][1, :, 5]).all()
    assert (trace["blocks.0.attn.pattern"][1, :, 5] == 0).all()
    assert trace.working("blocks.0.attn.pattern", (1, 0, 5, 0)).note.key == "empty row"  # type: ignore[union-attr]
    assert np.isfinite(trace["logits"]).all()
    other = trace.with_override("tokens", np.where(np.arange(8) < trace.batch.lengths[:, None], trace.batch.ids, 7))
    assert np.array_equal(other["logits"][1, :2], trace["logits"][1, :2])


def test_pads_are_computed_marked_and_left_out_of_statistics() -> None:
    trace = live(spec(), (6, 2))
    assert np.isfinite(trace["logits"]).all()
    assert [trace.is_pad("embed", (1, at, 0)) for at in range(6)] == [False, False, True, True, True, True]
    assert trace.is_pad("blocks.0.attn.scores", (1, 0, 0, 4))
    assert not trace.is_pad("pos_embed", (5, 0))
    assert trace.stats("embed").count == (6 + 2) * 12
    masked = trace.stats("blocks.0.attn.masked")
    assert masked.count == 3 * (36 + 4)
    assert masked.masked == 3 * (15 + 1)
    real = np.concatenate([trace["embed"][0].ravel(), trace["embed"][1, :2].ravel()])
    assert trace.stats("embed").mean == pytest.approx(real.mean())


# -- source and target --------------------------------------------------------------------------------------------


def test_another_target_shares_all_that_the_source_decides(forwards: list[str]) -> None:
    of = spec(**EVERY["source and target, pre-norm"])
    trace = live(of, (5, 3))
    everything(trace)
    other = batch(of, (2, 6), seed=9)
    forwards.clear()
    again = trace.with_target(other)
    again["logits"]
    decoder = [step for step in trace.program if not step.name.startswith("encoder.")]
    assert 0 < len(forwards) < len(decoder)  # nothing of the encoder, of the decoder what logits need
    fresh = LiveTrace(trace.program, of, trace._weights, trace.batch, "cpu", target=other)
    for name, values in everything(fresh).items():
        assert same(again[name], values), name
    assert again.batches["decoder.tokens"] == other and trace.batches["decoder.tokens"] != other
    assert np.shares_memory(again["encoder.ln_final"], trace["encoder.ln_final"])


def test_an_override_of_the_source_does_not_reach_into_the_target_alone() -> None:
    trace = live(spec(**EVERY["source and target"]), (5, 3))
    touched = trace.program.downstream("encoder.embed")
    assert "decoder.blocks.0.cross_attn.k" in touched and "logits" in touched
    assert not {"decoder.embed", "decoder.blocks.0.attn.pattern", "decoder.blocks.0.cross_attn.q"} & touched
    # The source counts through cross-attention alone: without its values nothing of it is left.
    child = trace
    for layer in range(2):
        name = f"decoder.blocks.{layer}.cross_attn.W_V"
        child = child.with_override(name, np.zeros_like(trace[name]))
        name = f"decoder.blocks.{layer}.cross_attn.b_V"
        child = child.with_override(name, np.zeros_like(trace[name]))
    moved = child.with_override("encoder.embed", np.array(trace["encoder.embed"]) * 3)
    assert same(moved["logits"], child["logits"])
    assert not same(trace.with_override("encoder.embed", trace["encoder.embed"] * 3)["logits"], trace["logits"])


def test_pads_of_both_texts() -> None:
    trace = live(spec(**EVERY["source and target"]), (6, 2), targets=(3, 5))
    name = "decoder.blocks.1.cross_attn.pattern"
    assert trace[name].shape == (2, 3, 5, 6)
    # Queries are of the target and keys of the source.
    assert [trace.is_pad(name, (0, 0, at, 0)) for at in range(5)] == [False, False, False, True, True]
    assert [trace.is_pad(name, (1, 0, 0, at)) for at in range(6)] == [False, False, True, True, True, True]
    assert trace.texts(name) == (None, None, trace.target, trace.batch)
    assert trace.texts("decoder.blocks.0.cross_attn.k") == (None, None, trace.batch, None)
    assert trace.texts("decoder.blocks.0.cross_attn.z") == (None, None, trace.target, None)
    assert trace.texts("encoder.pos_embed") == (trace.batch, None) and trace.texts("W_E") == (None, None)
    assert trace.stats(name).count == 3 * (3 * 6 + 5 * 2)
    assert trace.stats("encoder.embed").count == (6 + 2) * 12 and trace.stats("logits").count == (3 + 5) * 29
    assert (trace[name][1, :, :, 2:] == 0).all()


def test_what_a_model_of_two_texts_is_given() -> None:
    of = spec(**EVERY["source and target"])
    trace = live(of, (5, 3))
    with pytest.raises(TraceError, match="reads a source and a target: give both"):
        LiveTrace(trace.program, of, trace._weights, trace.batch, "cpu")
    with pytest.raises(TraceError, match="2 sources and 1 targets"):
        LiveTrace(trace.program, of, trace._weights, trace.batch, "cpu", target=batch(of, (4,)))
    alone = live(spec())
    with pytest.raises(TraceError, match="reads one text: give no target"):
        LiveTrace(alone.program, spec(), alone._weights, alone.batch, "cpu", target=alone.batch)


def test_weights_are_the_same_everywhere() -> None:
    weights = random_weights(families.program(find("article").spec), 1337)
    sums = {name: zlib.crc32(weights[name].tobytes()) for name in ("blocks.0.attn.W_Q", "blocks.0.mlp.W_out")}
    assert sums == {"blocks.0.attn.W_Q": WQ, "blocks.0.mlp.W_out": WOUT}
    more = random_weights(families.program(find("article", 3).spec), 1337)
    assert all(np.array_equal(more[name], values) for name, values in weights.items())
    other = random_weights(families.program(find("article").spec), 1338)
    assert not np.array_equal(other["blocks.0.attn.W_Q"], weights["blocks.0.attn.W_Q"])


#: Checksums of two seeded weights: they must not depend on machine or version.
WQ, WOUT = 3750122457, 1991954029


def test_differences_between_runs() -> None:
    trace = live(spec())
    child = trace.with_override("embed", np.array(trace["embed"]) + 1)
    assert np.allclose(child.difference(trace, "embed"), 1)
    assert not child.difference(trace, "tokens").any()
    # Equal infinities differ by 0, not by NaN.
    assert not np.isnan(child.difference(trace, "blocks.0.attn.masked")).any()
    with pytest.raises(TraceError, match="shape"):
        trace.difference(live(spec(), (6,)), "embed")


def test_reading_stops_at_its_next_step_where_the_job_is_given_up() -> None:
    trace = live(spec(), (5,))
    with can_be_given_up(lambda: True), pytest.raises(Cancelled):
        trace["logits"]
    assert trace["logits"].shape == (1, 5, 29), "and goes on where another job asks"


@pytest.mark.parametrize("size", [0, 1, 7, (1 << 17) + 3])
def test_what_counts_as_the_same_numbers(size: int) -> None:
    one = np.arange(size, dtype=np.float32)
    one[1:2], one[3:4] = np.nan, np.inf
    assert same_numbers(one, one.copy()) and same_numbers(one, one.copy(), True)
    assert not same_numbers(one, np.zeros(size + 1, np.float32), True)
    if size > 2:
        other = one.copy()
        other[-1] *= np.float32(1 + 3e-7)
        assert not same_numbers(one, other) and same_numbers(one, other, True)
        other[-1] *= np.float32(1.001)
        assert not same_numbers(one, other, True)
        for at, value in ((1, 0.0), (3, -np.inf), (0, np.nan)):
            other = one.copy()
            other[at % size] = value
            assert not same_numbers(one, other, True)


def test_reach_is_the_largest_finite_size_of_what_is_real() -> None:
    trace = live(spec(), (5, 2), seed=3)
    for name in ("blocks.0.attn.scores", "logits", "W_E", "blocks.0.ln1.mean"):
        parts = [part[np.isfinite(part)] for part in trace.real_parts(name)]
        assert trace.reach(name) == max(float(np.abs(part).max()) for part in parts)
    assert trace.reach("blocks.0.attn.masked") < np.inf
