"""The backward pass: held to torch's autograd on independent models and on the whole graph, to finite differences, and
every gradient to the sum of its own terms."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import reference
import reference_transformers
import test_later
import test_transformers
import torch
from numpy.testing import assert_allclose
from samples import EVERY, KINDS, SMALL, live, some_cells, spec

from tutor.engine import evaluate as evaluate_module
from tutor.engine import live as live_module
from tutor.engine import models, saved
from tutor.engine.changes import Cell, Head, Replace, Switch, folded
from tutor.engine.goals import Goal, GoalError, logit, read_goal, surprise
from tutor.engine.gradients import Gradients
from tutor.engine.live import LiveTrace
from tutor.engine.program import lengths_of
from tutor.engine.saved import SavedTrace
from tutor.engine.trace import Cancelled, Trace, TraceError
from tutor.lessons.gradients import norms, rms

AT = (0, 3, 7)
LENGTHS = (5, 3)


def goals_of(trace: Trace) -> list[Goal]:
    """A surprise and a logit; of a model without a head a cell of what it ends with."""
    return [surprise(AT), logit(AT)] if "logits" in trace.shapes else [Goal(trace.program.steps[-1].name, AT)]


def computed(trace: Trace) -> list[str]:
    """Everything that has a gradient."""
    return [step.name for step in trace.program if step.name not in trace.batches] + [*trace.program.weight_by_name]


def whole_graph(trace: Trace, goal: Goal, double: bool = True) -> dict[str, torch.Tensor]:
    """Every step in one graph of torch, with what the goal is of last, under "": no checkpoint, no part left out."""
    made: dict[str, torch.Tensor] = {}
    for stream, text in trace.batches.items():
        made[stream] = torch.tensor(np.array(text.ids))
        made[lengths_of(stream)] = torch.tensor(np.array(text.lengths))
    for name in trace.program.weight_by_name:
        values = torch.tensor(np.array(trace[name]))
        made[name] = (values.double() if double else values).requires_grad_(True)
    for step in trace.program:
        if step.name in trace.batches:
            continue
        shapes = [trace.shapes[one] for one in step.operands]
        value = evaluate_module.forward(step.op, [made[one] for one in step.operands], shapes)
        for patch in trace.patches.get(step.name, ()):
            value = value.clone()
            value[patch.part] = torch.tensor(patch.values, dtype=value.dtype)
        if not value.requires_grad:
            value = value.detach().clone().requires_grad_(True)
        made[step.name] = value
    of = made[goal.tensor(trace)]
    row = of[goal.index[:-1]]
    made[""] = -row.log_softmax(-1)[goal.index[-1]] if goal.what == "surprise" else of[goal.index]
    return made


def autograd(trace: Trace, goal: Goal) -> dict[str, np.ndarray]:
    made = whole_graph(trace, goal)
    names = computed(trace)
    found = torch.autograd.grad(made[""], [made[name] for name in names], allow_unused=True)
    return {
        name: np.zeros(tuple(made[name].shape)) if one is None else one.numpy() for name, one in zip(names, found)
    }


def close(mine: np.ndarray, theirs: np.ndarray, name: str, size: float, tolerance: float = 2e-5) -> None:
    assert mine.dtype == np.float32 and mine.shape == theirs.shape, name
    assert_allclose(mine, theirs, rtol=tolerance, atol=tolerance * size, err_msg=name)


def size_of(all_: Mapping[str, np.ndarray]) -> float:
    """What rounding is judged against: how large gradients are in this pass, no less than the goal's own 1."""
    return max(1.0, *(float(np.nanmax(np.abs(values))) for values in all_.values()))


@cache
def made(choice: str) -> tuple[tuple[LiveTrace, Gradients], ...]:
    trace = live(spec(**EVERY[choice]), LENGTHS)
    return tuple((trace, trace.backward(goal)) for goal in goals_of(trace))


@pytest.mark.parametrize("choice", EVERY)
def test_section_by_section_is_the_whole_graph_at_once(choice: str) -> None:
    for trace, ours in made(choice):
        theirs = autograd(trace, ours.goal)
        size = size_of(theirs)
        for name in computed(trace):
            # Where a row is masked everywhere autograd makes 0/0 of slopes that are 0: the row is 0 whatever it reads.
            close(ours[name], np.nan_to_num(theirs[name], nan=0.0), name, size)
        assert any(np.any(ours[name]) for name in trace.program.weight_by_name)


@pytest.mark.parametrize("choice", EVERY)
def test_every_gradient_is_the_sum_of_its_terms(choice: str) -> None:
    """Of every step and every weight: the working's terms add up to the stored number, and are what `reads` names."""
    rng = np.random.default_rng(1)
    for trace, ours in made(choice):
        for name in computed(trace):
            for index in some_cells(trace.shapes[name], 3, rng):
                found = ours.working(name, index)
                assert (found.name, found.index) == (name, tuple(index))
                assert found.agrees, f"{ours.goal.text} {name} {index}: {found.result} against {found.stored}"
                reads = ours.reads(name, index)
                if found.terms is not None:
                    assert_allclose(found.terms.values.sum(), found.result, rtol=1e-9, atol=1e-12)
                    assert len(found.terms.values) == sum(ours.read(*one).size for one in reads)
                if name == ours.start:
                    assert not reads
                elif not reads:
                    assert found.result == found.stored == 0.0 and found.note is not None


def test_terms_name_the_cells_they_come_from() -> None:
    """Of one consumer along one axis both factors are linked: its gradients and, of a product, the other operand."""
    trace, ours = made("pre-norm")[0]
    found = ours.working("blocks.1.mlp.post", (0, 2, 5))
    down, slope, product = found.terms.columns
    for at in (0, 7):
        link, weight = down.link(at), slope.link(at)
        assert link.name == "blocks.1.mlp_out" and link.index == (0, 2, at)
        assert float(ours.read(link.name, link.index)) == pytest.approx(down.values[at], rel=1e-7)
        assert weight.name == "blocks.1.mlp.W_out" and weight.index == (5, at)
        assert float(trace.read(weight.name, weight.index)) == slope.values[at]
        assert product.values[at] == down.values[at] * slope.values[at]
    # A residual input goes into the norm's parts and is added to again: several consumers, each with its line.
    several = ours.working("blocks.1.resid_mid", (0, 2, 5))
    assert len(ours.reads("blocks.1.resid_mid", (0, 2, 5))) == len(several.lines) or len(several.lines) > 3
    # A silenced head moves with nothing that it reads, so no weight stands behind its slopes.
    silent = folded([Head("blocks.1.attn", 0)]).apply(trace).backward(ours.goal)
    none = silent.working("blocks.1.attn.pattern", (0, 0, 2, 1))
    assert none.agrees and none.result == 0.0 and not none.terms.columns[1].name


@pytest.mark.parametrize("name", [one for one in test_transformers.MODELS if "without a head" not in one])
def test_gradients_are_those_of_the_transformers_library(name: str) -> None:
    """Hidden states, patterns and every weight, by another forward pass and torch's autograd."""
    model = test_transformers.model_of(name)
    given = reference_transformers.texts(reference_transformers.spec_of(model), (5, 3))
    ours = reference_transformers.trace(model, given)
    last = given.target or given.source
    at = (0, int(last.lengths[0]) - 1, 7)
    theirs = reference_transformers.gradients(model, given, lambda logits: -logits[at[:2]].log_softmax(-1)[at[2]])
    mine = ours.backward(surprise(at))
    assert {"blocks.0.resid_pre", "decoder.blocks.0.resid_pre"} & set(theirs)
    assert set(ours.program.weight_by_name) <= set(theirs)
    size = size_of(theirs)
    for one in set(theirs) & set(computed(ours)):
        close(mine[one], theirs[one], one, size, 5e-5)
    assert max(float(np.abs(theirs[one]).max()) for one in theirs if one.endswith("pattern")) > 1e-4


@pytest.mark.parametrize("choice", ["pre-norm", "post-norm", "free d_head", "mask off", "pads −1000", "scale off"])
def test_gradients_are_those_of_torch_nn(choice: str) -> None:
    trace = live(spec(**EVERY[choice]), LENGTHS)
    weights = {name: trace[name] for name in trace.program.weight_by_name}
    text = trace.batch
    theirs = reference.tensors(trace.spec, weights, text.ids, text.lengths)
    posts = [name for name in theirs if name.endswith("resid_post")]
    goal = -theirs["logits"][AT[:2]].log_softmax(-1)[AT[2]]
    found = torch.autograd.grad(goal, [theirs[name] for name in posts])
    ours = trace.backward(surprise(AT))
    for name, one in zip(posts, found):
        # Rows of pads are computed in another way there; nothing of them reaches the goal.
        close(ours[name][0], one[0].numpy(), name, float(one.abs().max()), 5e-5)
        assert not ours[name][1].any() and len(posts) == trace.spec.n_layers


@pytest.mark.parametrize("choice", ["pre-norm", "rotary, q and k norm", "source and target, sines first", "fills gaps"])
def test_gradients_are_what_the_goal_does_when_a_number_moves(choice: str) -> None:
    """Finite differences in float64: the goal after a small step to either side."""
    trace = live(spec(**EVERY[choice]), LENGTHS)
    goal = surprise(AT)
    ours = trace.backward(goal)
    rng = np.random.default_rng(3)
    names = [name for name in computed(trace) if ours[name].any()]
    small = 1e-5
    for name in rng.choice(names, 12, replace=False):
        at = np.unravel_index(int(np.abs(ours[name]).argmax()), ours[name].shape)
        sides = [moved(trace, goal, str(name), at, by) for by in (small, -small)]
        assert_allclose(ours[name][at], (sides[0] - sides[1]) / (2 * small), rtol=1e-4, atol=1e-6, err_msg=name)


def moved(trace: Trace, goal: Goal, name: str, at: tuple[Any, ...], by: float) -> float:
    """The goal, in float64, with one number moved."""
    held: dict[str, torch.Tensor] = {}
    for stream, text in trace.batches.items():
        held[stream] = torch.tensor(np.array(text.ids))
        held[lengths_of(stream)] = torch.tensor(np.array(text.lengths))
    held |= {one: torch.tensor(np.array(trace[one])).double() for one in trace.program.weight_by_name}
    if name in held:
        held[name][at] += by
    for step in trace.program:
        if step.name not in trace.batches:
            shapes = [trace.shapes[one] for one in step.operands]
            value = evaluate_module.forward(step.op, [held[one] for one in step.operands], shapes).double().clone()
            if step.name == name:
                value[at] += by
            held[step.name] = value
    return float(-held["logits"][goal.index[:-1]].log_softmax(-1)[goal.index[-1]])


def test_a_surprise_is_all_logits_together() -> None:
    """∂(−ln p_t) = Σ_j (p_j − [j = t]) ∂L_j, whatever it is taken with respect to."""
    trace = live(SMALL, LENGTHS)
    shares = trace.read("probs", (0, 3, slice(None)))
    names = ["embed", "blocks.0.attn.scores", "blocks.1.ln2.var", "blocks.0.mlp.W_in"]
    total = {name: np.zeros(trace[name].shape) for name in names}
    for token in range(trace.spec.d_vocab):
        ours = trace.backward(logit((0, 3, token)))
        for name in names:
            total[name] += (float(shares[token]) - (token == 7)) * ours[name]
    whole = trace.backward(surprise(AT))
    for name in names:
        assert_allclose(whole[name], total[name], rtol=1e-4, atol=1e-6)


def test_any_cell_can_be_the_goal() -> None:
    """What lies behind it in the program, and beside it, is not reached; what reaches it is."""
    trace = live(spec(**KINDS["source and target"]), LENGTHS)
    goal = Goal("decoder.blocks.0.cross_attn.pattern", (0, 1, 2, -1)).checked(trace)
    assert goal.index == (0, 1, 2, 4)
    ours, theirs = trace.backward(goal), autograd(trace, goal)
    for name in computed(trace):
        close(ours[name], theirs[name], name, size_of(theirs))
    assert ours["decoder.blocks.0.cross_attn.pattern"].sum() == 1.0
    for name in ("probs", "logits", "decoder.blocks.0.resid_post", "decoder.blocks.0.cross_attn.v"):
        assert name not in ours.reached and not ours[name].any()
        assert ours.working(name, (0,) * len(trace.shapes[name])).note.key == "gradient none"
    assert ours["encoder.blocks.0.resid_pre"].any() and ours["encoder.embed"].any()
    assert not ours["encoder.embed"][1].any(), "another sentence"


def test_what_the_encoder_hands_on_gathers_from_every_block_of_the_decoder() -> None:
    trace = live(spec(**KINDS["source and target"]), LENGTHS)
    ours = trace.backward(surprise(AT))
    last = trace.program.links[0][0]
    assert {reader.split(".")[2] for name, reader in trace.program.links} >= {"0", "1"}
    at = (0, 1, 2)
    parts = [
        float((ours.read(use.step, use.index).astype(np.float64) * trace.slopes(use.step, use.operand, at)).sum())
        for use in trace.used_by(last, at)
    ]
    assert len(parts) == 4 and all(parts)
    assert_allclose(float(ours.read(last, at)), sum(parts), rtol=1e-5)


# -- what if ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("change", [
    Switch("mask"), Switch("scale"), Switch("positions"), Switch("residual"), Head("blocks.1.attn", 1),
    Head("blocks.0.attn", 2, "uniform"), Cell("blocks.1.attn.scores", (0, 1, 3, 2), 4.0),
    Cell("blocks.0.mlp.W_in", (3, 4), 2.0), Cell("tokens", (0, 2), 11.0),
    Replace("blocks.1.resid_pre", "1,2,3,4,5", (0, 2, None)),
], ids=lambda one: one.text)  # fmt: skip
def test_gradients_of_a_changed_run(change: Any) -> None:
    trace = live(SMALL, LENGTHS)
    goal = surprise(AT)
    child = folded([change]).apply(trace)
    ours, theirs = child.backward(goal), autograd(child, goal)
    size = size_of(theirs)
    rng = np.random.default_rng(2)
    for name in computed(child):
        close(ours[name], theirs[name], name, size)
        for index in some_cells(child.shapes[name], 1, rng):
            assert ours.working(name, index).agrees, (name, index)
    assert ours.told == child.told
    assert not np.array_equal(ours["embed"], trace.backward(goal)["embed"])


def test_a_number_that_was_put_passes_nothing_back() -> None:
    trace = live(SMALL, (5,))
    name = "blocks.1.attn.scaled"
    child = folded([Cell(name, (0, 1, 3, 2), 4.0)]).apply(trace)
    ours = child.backward(surprise(AT))
    assert ours[name][0, 1, 3, 2] != 0, "the goal does depend on it"
    assert ours["blocks.1.attn.scores"][0, 1, 3, 2] == 0, "but it is not computed from the scores"
    assert ours["blocks.1.attn.scores"][0, 1, 3, 1] != 0
    assert not child.slopes(name, 0, (0, 1, 3, 2)) and child.slopes(name, 0, (0, 1, 3, 1)) == pytest.approx(0.5)
    whole = trace.with_override("blocks.1.resid_pre", trace["blocks.1.resid_pre"]).backward(surprise(AT))
    plain = trace.backward(surprise(AT))
    assert_allclose(whole["blocks.1.resid_pre"], plain["blocks.1.resid_pre"], rtol=1e-6)
    assert not whole["blocks.0.resid_post"].any() and plain["blocks.0.resid_post"].any()
    assert not whole["embed"].any() and whole.working("blocks.0.resid_post", (0, 3, 1)).agrees


def test_residual_connections_off() -> None:
    """Each sub-layer's result takes the place of the sum, and the gradient loses its straight way back."""
    trace = live(spec(n_layers=3), (5,))
    child = folded([Switch("residual")]).apply(trace)
    for block in range(3):
        assert np.array_equal(child[f"blocks.{block}.resid_mid"], child[f"blocks.{block}.attn_out"])
        assert np.array_equal(child[f"blocks.{block}.resid_post"], child[f"blocks.{block}.mlp_out"])
    ours = child.backward(logit(AT))
    uses = ours.reads("blocks.1.resid_pre", (0, 1, 2))
    assert "blocks.1.resid_mid" not in dict(uses)
    assert "blocks.1.resid_mid" in dict(trace.backward(logit(AT)).reads("blocks.1.resid_pre", (0, 1, 2)))


# -- memory, devices, files -------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["post-norm", "rotary, shared heads", "source and target"])
def test_a_small_budget_and_large_weights_change_nothing(choice: str, monkeypatch: pytest.MonkeyPatch) -> None:
    trace = live(spec(**EVERY[choice]), LENGTHS)
    small = live(spec(**EVERY[choice]), LENGTHS, budget=300)
    ours, theirs = small.backward(surprise(AT)), trace.backward(surprise(AT))
    for name in computed(trace)[::-1]:
        assert np.array_equal(ours[name], theirs[name]), name
        assert ours._cache.bytes <= 300


def test_checkpoints_laid_by_fused_kernels_are_made_by_their_steps_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_module, "FUSED_FROM", 1)
    trace = live(spec(n_layers=3), LENGTHS)
    trace.prepare()
    assert trace.laid
    ours, theirs = trace.backward(surprise(AT)), autograd(trace, surprise(AT))
    rng = np.random.default_rng(0)
    for name in computed(trace):
        close(ours[name], theirs[name], name, size_of(theirs))
        for index in some_cells(trace.shapes[name], 1, rng):
            assert ours.working(name, index).agrees


@pytest.mark.parametrize("tied", [False, True])
def test_weights_that_stay_in_their_file(tied: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A matrix too large to be read whole passes its gradient on slice by slice."""
    folder = test_later.write_llama(tmp_path / "llama", tie_word_embeddings=tied)
    plain = test_later.run(folder, models.find(str(folder)).weights())
    theirs = plain.backward(surprise(AT))
    monkeypatch.setattr(models, "_memory", lambda: 0)
    monkeypatch.setattr(evaluate_module, "SLICE", 900)
    ours = test_later.run(folder, models.find(str(folder)).weights()).backward(surprise(AT))
    rng = np.random.default_rng(0)
    for name in computed(plain):
        close(ours[name], theirs[name], name, 1.0)
        for index in some_cells(plain.shapes[name], 1, rng):
            assert ours.working(name, index).agrees, (name, index)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("choice", EVERY)
def test_a_cuda_device_has_the_same_gradients(choice: str) -> None:
    of = spec(**EVERY[choice])
    here = live(of, LENGTHS)
    weights = {name: here[name] for name in here.program.weight_by_name}
    there = LiveTrace(here.program, of, weights, here.batch, "cuda", target=here.target)
    for goal in goals_of(here):
        ours, theirs = there.backward(goal), here.backward(goal)
        size = size_of({name: theirs[name] for name in computed(here)})
        rng = np.random.default_rng(0)
        for name in computed(here):
            close(ours[name], theirs[name], name, size, 1e-4)
            for index in some_cells(here.shapes[name], 1, rng):
                assert ours.working(name, index).difference <= 1e-4 * size


def test_progress_and_cancel() -> None:
    trace = live(spec(n_layers=4), LENGTHS)
    told: list[float] = []
    trace.backward(logit(AT), told.append)
    assert told == sorted(told) and told[-1] == 1.0 and len(told) > 5
    for after in range(0, 12, 3):
        count = itertools.count()
        with pytest.raises(Cancelled):
            live(spec(n_layers=4), LENGTHS).backward(logit(AT), cancelled=lambda: next(count) >= after)  # noqa: B023


def test_values_are_read_only_and_plain() -> None:
    ours = live(SMALL, LENGTHS).backward(logit(AT))
    for name in ("embed", "logits", "probs", "blocks.0.attn.W_Q"):
        assert isinstance(ours[name], np.ndarray) and not ours[name].flags.writeable
    assert ours.read("embed", (0, 1, slice(2, 5))).shape == (3,) and ours.read("probs", (0, 1, 2)) == 0.0
    assert ours.stats("embed").count == (5 + 3) * SMALL.d_model
    assert ours.changed and ours.where == "cpu" and ours.start == "logits"


def test_a_saved_trace_cannot(tmp_path: Path) -> None:
    path = tmp_path / "saved.safetensors"
    saved.save(live(SMALL, (5,)), path)
    with pytest.raises(TraceError, match="cannot recompute: run its sentence on the model first"):
        SavedTrace(path).backward(logit(AT))
    with pytest.raises(TraceError, match="cannot recompute"):
        SavedTrace(path).slopes("logits", 0, (0, 1, 2))


# -- goals ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("goal", "told"), [
    (logit((0, 9, 1)), "Index 9 is outside pos"), (logit((0, 1)), "needs 3 entries"),
    (logit((1, 4, 1)), r"logit\[1,4,1\] belongs to padding"), (Goal("tokens", (0, 1)), "whole numbers"),
    (Goal("lengths", (0,)), "whole numbers"), (Goal("blocks.0.attn.W_Q", (0, 1)), "is a weight and not computed"),
    (Goal("blocks.7.attn.z", (0, 1)), "small has no tensor 'blocks.7.attn.z'"),
], ids=lambda one: one.text if isinstance(one, Goal) else "")  # fmt: skip
def test_numbers_that_are_not_there(goal: Goal, told: str) -> None:
    trace = live(SMALL, LENGTHS)
    with pytest.raises(GoalError, match=told):
        goal.checked(trace)
    with pytest.raises(TraceError, match=told):
        trace.backward(goal)


def test_a_model_without_a_head_has_no_logit() -> None:
    with pytest.raises(GoalError, match="has no logits: choose a cell of another tensor"):
        live(spec(**KINDS["without a head"])).backward(logit(AT))


def test_given_numbers_have_no_gradient() -> None:
    ours = live(SMALL, LENGTHS).backward(logit(AT))
    for name in ("tokens", "lengths"):
        assert not ours.has(name)
        with pytest.raises(TraceError, match=f"{name} holds whole numbers that are given, so it has no gradient"):
            ours.read(name, (0,))
    with pytest.raises(TraceError, match="no tensor named nothing"):
        ours.read("nothing", ())
    assert [use.step for use in ours.used_by("embed", (0, 1, 2))] == ["W_E"], "the ids are no goal of its gradient"


@pytest.mark.parametrize("goal", [logit(AT), surprise((0, 2, 11)), Goal("blocks.1.attn.pattern", (0, 2, 4, 1))])
def test_goals_as_text_and_as_json(goal: Goal) -> None:
    assert read_goal(goal.text) == goal and read_goal(f" {goal.text.replace(',', ' , ')} ") == goal
    assert Goal.from_json(json.loads(json.dumps(goal.to_json()))) == goal
    trace = live(SMALL, (5,))
    value = whole_graph(trace, goal)[""].item()
    assert goal.value(trace) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize("text", ["", "logit", "logit[]", "logit[0,1", "logit[0,x,1]", "logit[0,1.5,1]", "[0,1]"])
def test_texts_that_are_no_goals(text: str) -> None:
    with pytest.raises(GoalError, match=r"is no goal: write it as logit\[0,4,357\]"):
        read_goal(text)


@pytest.mark.parametrize("data", [
    None, [], {}, {"goal": 1, "index": [1]}, {"goal": "logit", "index": "12"}, {"goal": "logit", "index": [1, True]},
    {"goal": "logit", "index": [1.5]},
])  # fmt: skip
def test_json_that_is_no_goal(data: Any) -> None:
    with pytest.raises(GoalError, match="not in a form this version"):
        Goal.from_json(data)


# -- what the lessons measure -----------------------------------------------------------------------------------


def test_sizes_of_gradients() -> None:
    trace = live(SMALL, LENGTHS)
    names = ["blocks.0.resid_pre", "blocks.1.resid_pre", "blocks.0.attn.W_Q"]
    theirs = autograd(trace, surprise(AT))
    long, typical = norms(trace, surprise(AT), names), rms(trace, surprise(AT), names)
    for name in names:
        assert long[name] == pytest.approx(float(np.linalg.norm(theirs[name])), rel=1e-5)
        real = trace.shapes[name][-1].size * (8 if name.endswith("resid_pre") else 12)
        assert typical[name] == pytest.approx(long[name] / real**0.5)


