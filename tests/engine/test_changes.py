"""What if: each change against a run computed another way, and nothing upstream is touched.

Switches, ties and weights are held to torch.nn (`reference`), a silenced head to a W_O without its rows, an even head
to a W_Q of zeros, cells and patches to the steps run by hand with the number put in.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import reference
import reference_seq2seq
import samples
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from samples import EVERY, KINDS, SMALL, live, same, spec

from tutor.engine import evaluate as evaluate_module
from tutor.engine import families, models
from tutor.engine import live as live_module
from tutor.engine.axes import TOKEN_AXES
from tutor.engine.changes import (
    Cell,
    ChangeError,
    Changes,
    Head,
    Replace,
    Switch,
    Tie,
    attentions,
    folded,
    heads_of,
)
from tutor.engine.changes_text import FORMS, from_json, parse, to_json
from tutor.engine.live import LiveTrace
from tutor.engine.ops import Mask, Rotate, Scale
from tutor.engine.program import lengths_of
from tutor.engine.saved import SavedTrace, save
from tutor.engine.spec import Rope
from tutor.engine.tokens import TokenError, batch_of_ids
from tutor.engine.trace import Trace, TraceError

CPU = "cpu"
NAMES = tuple(EVERY)
Put = Callable[[torch.Tensor], torch.Tensor]


def applied(trace: Trace, *changes: Any) -> Trace:
    return folded(changes).apply(trace)


def by_hand(
    trace: Trace, puts: Mapping[str, Put] | None = None, weights: Mapping[str, np.ndarray] | None = None
) -> dict[str, np.ndarray]:
    """Every step of a run one after the other, with other weights, and what `puts` make of some values."""
    made: dict[str, torch.Tensor] = {}
    for stream, text in trace.batches.items():
        made[stream] = torch.tensor(np.array(text.ids))
        made[lengths_of(stream)] = torch.tensor(np.array(text.lengths))
    for name in trace.program.weight_by_name:
        made[name] = torch.tensor(np.array((weights or {}).get(name, trace[name])))
    for step in trace.program.steps:
        if step.name not in trace.batches:
            operands = [made[one] for one in step.operands]
            value = evaluate_module.forward(step.op, operands, [trace.shapes[one] for one in step.operands])
            made[step.name] = (puts or {}).get(step.name, lambda one: one)(value.clone())
    return {step.name: made[step.name].numpy() for step in trace.program}


def hold(child: Trace, expected: Mapping[str, np.ndarray], trace: Trace, exact: bool = True) -> None:
    """Every tensor is the expected one; what the change does not reach is the original's own."""
    for step in child.program:
        mine = child[step.name]
        if exact:
            assert np.array_equal(mine, expected[step.name], equal_nan=True), step.name
        else:
            assert_allclose(mine, expected[step.name], rtol=0, atol=1e-5, err_msg=step.name)
        if step.name not in child.touched:
            assert np.shares_memory(mine, trace[step.name]), f"{step.name} is not shared"


def weights_of(trace: Trace) -> dict[str, np.ndarray]:
    return {one.name: np.array(trace[one.name]) for one in trace.program.weights}


def hold_to_torch(child: Trace, settings: dict[str, str], weights: Mapping[str, np.ndarray]) -> None:
    """Logits, residuals and patterns at real tokens are those of torch.nn with these choices and weights."""
    changed = child.spec.changed(settings)
    if child.target is None:
        found = reference.run(changed, weights, child.batch.ids, child.batch.lengths)
    else:
        source, target = child.batch, child.target
        found = reference_seq2seq.run(
            changed, weights, (source.ids, source.lengths), (target.ids, target.lengths)
        )  # fmt: skip
    for name, theirs in found.items():
        for row in range(child.batch.n_rows):
            texts = child.texts(name)
            real = tuple(
                slice(None) if text is None else slice(int(text.lengths[row])) for text in texts[1:]
            )  # fmt: skip
            mine = child[name][row][real]
            assert_allclose(mine, theirs[row][real], rtol=2e-5, atol=1e-5, err_msg=f"{name}, row {row}")


# -- switches -----------------------------------------------------------------------------------------------------


def switches(trace: Trace) -> list[Switch]:
    """The switches that this model has."""
    found = [Switch(key) for key in ("mask", "scale", "positions")] + [Switch("pad", "none"), Switch("pad", "-1000")]
    return [one for one in found if possible(one, trace)]


def possible(change: Any, trace: Trace) -> bool:
    try:
        change.check(trace)
    except ChangeError:
        return False
    return True


@pytest.mark.parametrize("choice", NAMES)
def test_a_switch_is_the_program_built_with_that_choice(choice: str) -> None:
    trace = live(spec(**EVERY[choice]), (5, 3))
    found = switches(trace)
    assert Switch("pad", "none") in found
    for switch in found:
        child = applied(trace, switch)
        changed = trace.spec.changed({switch.key: switch.value})
        program = families.program(changed)
        other = LiveTrace(program, changed, weights_of(trace), trace.batch, CPU, target=trace.target)
        for step in program:
            if step.name in child.program.by_name:
                mine, theirs = child[step.name], other[step.name]
                assert np.array_equal(mine, theirs, equal_nan=True), (switch, step.name)
        assert child.program.by_name.keys() == trace.program.by_name.keys(), "every place is still there"
        assert child.told == (switch.text,)


@pytest.mark.parametrize(("choice", "keys"), [
    ("pre-norm", ("mask", "scale", "positions")), ("post-norm", ("mask", "scale", "positions")),
    ("post-norm, tied, learned", ("positions",)), ("source and target, two tables", ("mask", "positions")),
])  # fmt: skip
def test_switches_together_are_torchs(choice: str, keys: tuple[str, ...]) -> None:
    trace = live(spec(**EVERY[choice]), (5, 3))
    child = applied(trace, *map(Switch, keys))
    hold_to_torch(child, dict.fromkeys(keys, "off"), weights_of(trace))


def test_positions_off_means_no_rotation() -> None:
    trace = live(spec(**KINDS["rotary, RMS, SwiGLU"]))
    child = applied(trace, Switch("positions"))
    for name in ("blocks.0.attn.q", "blocks.1.attn.k"):
        turned = name + "_rot"
        assert isinstance(trace.program[turned].op, Rotate)
        assert same(child[turned], child[name]) and not np.array_equal(trace[turned], trace[name])


def test_a_model_without_a_causal_mask_says_so() -> None:
    trace = live(spec(**KINDS["fills gaps"]), (5, 3))
    with pytest.raises(ChangeError, match="has no causal mask to take off: pad=none"):
        applied(trace, Switch("mask"))
    lifted = applied(trace, Switch("pad", "none"))
    assert (trace["blocks.0.attn.pattern"][1, :, :, 3:] == 0).all()
    assert (lifted["blocks.0.attn.pattern"][1, :, :, 3:] > 0).all()


def test_a_window_goes_with_the_mask() -> None:
    trace = live(spec(**KINDS["rotary, window"]), (6,))
    child = applied(trace, Switch("mask"))
    assert (child["blocks.0.attn.pattern"] > 0).all()


@pytest.mark.parametrize(("changes", "key"), [({"positions": "none"}, "positions"), ({"scale_scores": False}, "scale")])
def test_what_is_not_there_cannot_be_switched_off(changes: dict, key: str) -> None:
    with pytest.raises(ChangeError, match="take off"):
        applied(live(spec(**changes)), Switch(key))


# -- W_Q tied to W_K ----------------------------------------------------------------------------------------------


def tied(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: weights[name.replace("W_Q", "W_K")] for name in weights}


@pytest.mark.parametrize("choice", ["pre-norm", "free d_head", "source and target", "source and target, pre-norm"])
def test_queries_by_the_keys_matrix_as_torch_does(choice: str) -> None:
    trace = live(spec(**EVERY[choice]), (5, 3))
    child = applied(trace, Tie())
    hold_to_torch(child, {}, tied(weights_of(trace)))
    if choice == "free d_head":
        query = child.program["blocks.0.attn.q_flat"]
        assert query.weights == ("blocks.0.attn.W_K", "blocks.0.attn.b_Q"), "the code line says what runs"
        assert "W_K" in child.program.formula(query.name)


@pytest.mark.parametrize("choice", [name for name in KINDS if "shared" not in name and "one head" not in name])
def test_tied_in_every_family(choice: str) -> None:
    trace = live(spec(**KINDS[choice]), (5, 3))
    if not possible(Tie(), trace):
        assert trace.spec.n_kv_heads
        return
    child = applied(trace, Tie())
    hold(child, by_hand(trace, weights=tied(weights_of(trace))), trace)


def test_shared_key_heads_cannot_be_tied() -> None:
    trace = live(spec(**KINDS["rotary, shared heads"]))
    with pytest.raises(ChangeError, match=r"W_Q is \[12 d_model, 16 d_attn\] and .*W_K is \[12 d_model, 8 d_kv\]"):
        applied(trace, Tie())


# -- heads --------------------------------------------------------------------------------------------------------


def test_a_silent_head_is_a_w_o_without_its_rows() -> None:
    trace = live(spec(norm="post", final_norm=False), (5, 3))
    weights = weights_of(trace)
    weights["blocks.1.attn.W_O"][4:8] = 0
    hold_to_torch(applied(trace, Head("blocks.1.attn", 1)), {}, weights)


def test_an_even_head_is_one_whose_queries_are_zero() -> None:
    trace = live(spec(), (5, 3))
    weights = weights_of(trace)
    weights["blocks.0.attn.W_Q"][:, 8:12] = 0
    weights["blocks.0.attn.b_Q"][8:12] = 0
    child = applied(trace, Head("blocks.0.attn", 2, "uniform"))
    hold_to_torch(child, {}, weights)
    pattern = child["blocks.0.attn.pattern"]
    for row, length in enumerate((5, 3)):
        for query in range(length):
            shares = np.where(np.arange(5) <= query, np.float32(1) / np.float32(query + 1), 0)
            assert_allclose(pattern[row, 2, query], shares, rtol=1e-7)
            assert child.working("blocks.0.attn.pattern", (row, 2, query, 0)).agrees


@pytest.mark.parametrize("choice", KINDS)
def test_heads_in_every_family(choice: str) -> None:
    """Each attention of the model, cross-attention too, by its own path."""
    trace = live(spec(**KINDS[choice]), (5, 3))
    for path, (pattern, z) in attentions(trace.program).items():
        last = heads_of(trace, path) - 1
        child = applied(trace, Head(path, 0), Head(path, last, "uniform"))
        allowed = torch.tensor(np.isfinite(trace[trace.program[pattern.name].inputs[0]][:, last]))

        def even(value: torch.Tensor, allowed: Any = allowed, last: int = last) -> torch.Tensor:
            shares = allowed / allowed.sum(-1, keepdim=True)
            value[:, last] = torch.where(allowed.any(-1, keepdim=True), shares, value[:, last])
            return value

        def silent(value: torch.Tensor) -> torch.Tensor:
            value[:, 0] = 0
            return value

        expected = by_hand(trace, {pattern.name: even, z.name: silent})
        hold(child, expected, trace)
        assert {child.program[pattern.name].op.title, child.program[z.name].op.title} == {
            "even softmax", "pattern × v, silenced"
        }  # fmt: skip


def test_two_heads_of_one_attention() -> None:
    trace = live(spec())
    child = applied(trace, Head("blocks.1.attn", 2), Head("blocks.1.attn", 0), Head("blocks.1.attn", 1, "uniform"))
    assert child.program["blocks.1.attn.z"].op.heads == "0,2"
    z = child["blocks.1.attn.z"]
    assert not z[:, 0].any() and not z[:, 2].any() and z[:, 1].any()


# -- cells --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["pre-norm", *KINDS])
def test_a_cell_of_any_tensor(choice: str) -> None:
    trace = live(spec(**EVERY[choice]), (5, 3))
    steps = [step.name for step in trace.program if step.name not in trace.batches]
    for name in steps[:: max(1, len(steps) // 7)]:
        index = tuple(axis.size // 2 for axis in trace.shapes[name])
        child = applied(trace, Cell(name, index, 2.5))

        def put(value: torch.Tensor, index: Any = index) -> torch.Tensor:
            value[index] = 2.5
            return value

        hold(child, by_hand(trace, {name: put}), trace)
        assert child.touched == trace.program.downstream(name)


@pytest.mark.parametrize("choice", ["post-norm", "rotary, shared heads", "source and target"])
def test_a_cell_of_any_weight(choice: str) -> None:
    trace = live(spec(**EVERY[choice]), (4, 3))
    for weight in trace.program.weights:
        index = tuple(axis.size // 2 for axis in weight.axes)
        child = applied(trace, Cell(weight.name, index, -0.75))
        values = np.array(trace[weight.name])
        values[index] = -0.75
        assert same(child[weight.name], values) and not same(trace[weight.name], values)
        hold(child, by_hand(trace, weights={weight.name: values}), trace)
        assert child.touched == trace.program.downstream(weight.name)
        said = child.explain(weight.name, index)
        assert said.put and said.note.facts["was"] == float(trace[weight.name][index])
        assert not child.explain(weight.name, (0,) * len(index)).put or not any(index)


def test_cells_upstream_of_cells_keep_both() -> None:
    """In whatever order they are set."""
    trace = live(spec())
    early, late = Cell("blocks.0.attn.scores", (0, 1, 3, 2), 7.0), Cell("embed", (0, 1, 4), -3.0)

    def put(index: tuple[int, ...], number: float) -> Put:
        def one(value: torch.Tensor) -> torch.Tensor:
            value[index] = number
            return value

        return one

    expected = by_hand(trace, {early.name: put(early.index, 7.0), late.name: put(late.index, -3.0)})
    for order in ((early, late), (late, early)):
        hold(applied(trace, *order), expected, trace)


def test_a_set_cell_says_so_and_all_others_agree() -> None:
    trace = live(spec(), (5, 3))
    name, index = "blocks.1.attn.scores", (0, 1, 3, 2)
    child = applied(trace, Cell(name, index, 3.5))
    said = child.working(name, index)
    assert said.put and said.agrees and said.stored == 3.5
    assert said.note is not None and said.note.key == "put set"
    assert said.note.facts["was"] == pytest.approx(float(trace[name][index]), rel=1e-5)
    assert not said.links and said.terms is None, "nothing of it was computed"
    rng = np.random.default_rng(1)
    for step in child.program:
        for one in samples.some_cells(child.shapes[step.name], 3, rng):
            working = child.working(step.name, one)
            assert working.agrees, (step.name, one)
            assert working.put == ((step.name, one) == (name, index))


@pytest.mark.parametrize("change", [Switch("positions"), Switch("mask"), Tie(), Head("blocks.0.attn", 1),
                                    Head("blocks.1.attn", 0, "uniform"), Cell("blocks.0.mlp.W_in", (2, 3), 9.0)],
                         ids=lambda one: one.text)  # fmt: skip
def test_every_changed_cell_is_worked_out_from_what_is_there(change: Any) -> None:
    trace = live(spec(n_layers=2), (4, 2))
    child = applied(trace, change)
    for step in child.program:
        if step.name in child.touched:
            for one in samples.cells(child.shapes[step.name]):
                assert child.working(step.name, one).agrees, (step.name, one)


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_infinities_may_be_set(value: float) -> None:
    trace = live(spec())
    child = applied(trace, Cell("blocks.0.attn.scores", (0, 0, 3, 1), value))
    assert child["blocks.0.attn.scores"][0, 0, 3, 1] == value
    row = child["blocks.0.attn.pattern"][0, 0, 3]
    assert row[1] == 0 if value < 0 else np.isnan(row).any()


def test_another_token() -> None:
    trace = live(spec(), (5, 3))
    child = applied(trace, Cell("tokens", (1, 2), 7))
    ids = [list(row) for row in trace.batch.real_ids]
    ids[1][2] = 7
    other = LiveTrace(trace.program, trace.spec, weights_of(trace), batch_of_ids(None, ids, 16, 29), CPU)
    for step in trace.program:
        assert same(child[step.name], other[step.name]), step.name
    assert child.batch.rows[1][2].id == 7, "the chips show it"
    said = child.working("tokens", (1, 2))
    assert said.put and said.stored == 7 and said.note is not None
    assert (said.note.key, said.note.facts["was"]) == ("put changed", float(trace["tokens"][1, 2]))
    assert not child.working("tokens", (1, 1)).put


def test_another_token_of_a_target() -> None:
    trace = live(spec(**KINDS["source and target"]), (5, 3))
    child = applied(trace, Cell("decoder.tokens", (0, 1), 9))
    assert child.target is not None and child.target.rows[0][1].id == 9
    assert child.batch is trace.batch
    assert np.shares_memory(child["encoder.blocks.0.resid_post"], trace["encoder.blocks.0.resid_post"])
    assert not same(child["logits"], trace["logits"])


def test_a_shipped_models_token_keeps_its_text() -> None:
    model = models.find("storyteller")
    trace = LiveTrace(model.program, model.spec, model.weights(), model.batch(["Tom met Lily"]), CPU)
    ids = model.batch(["Tom met Tom"]).ids
    child = Changes((Cell("tokens", (0, 2), float(ids[0, 2])),)).apply(trace, model)
    assert child.batch.texts == ("Tom met Tom",)


BAD_CELLS: dict[str, tuple[Any, str]] = {
    "no such tensor": (("nothing", (0,), 1.0), "has no tensor 'nothing'"),
    "lengths": (("lengths", (0,), 1.0), "has no tensor 'lengths'"),
    "too few places": (("embed", (0, 1), 1.0), "needs 3 entries"),
    "outside": (("embed", (0, 99, 1), 1.0), "outside pos"),
    "counted from the end": (("embed", (0, -1, 1), 1.0), "count from 0"),
    "an id beyond the vocabulary": (("tokens", (0, 1), 29.0), "from 0 to 28"),
    "half an id": (("tokens", (0, 1), 1.5), "from 0 to 28, not 1.5"),
    "infinite id": (("tokens", (0, 1), math.inf), "from 0 to 28"),
    "a pad's id": (("tokens", (1, 4), 3.0), "padding"),
}


@pytest.mark.parametrize("case", BAD_CELLS)
def test_bad_cells(case: str) -> None:
    given_, words = BAD_CELLS[case]
    with pytest.raises(ChangeError, match=words):
        applied(live(spec(), (5, 3)), Cell(*given_))


@pytest.mark.parametrize(("value", "words"), [(math.nan, "not to NaN"), (1e39, "too large"), (-1e300, "too large")])
def test_numbers_that_no_cell_holds(value: float, words: str) -> None:
    with pytest.raises(ChangeError, match=words):
        Cell("embed", (0, 0, 0), value)


# -- another sentence's -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("choice", ["pre-norm", "rotary, shared heads", "fills gaps", "source and target, two tables"])
def test_a_tensor_of_another_sentence(choice: str) -> None:
    trace = live(spec(**EVERY[choice]), (5, 3))
    side = "encoder." if trace.target is not None else ""
    name = f"{side}blocks.0.attn_out"
    ids = [list(row) for row in trace.batch.real_ids]
    ids[0] = [3, 1, 4, 1, 5]
    limit = trace.spec.d_vocab_in
    other = LiveTrace(
        trace.program, trace.spec, weights_of(trace), batch_of_ids(None, ids, 16, limit), CPU, target=trace.target
    )  # fmt: skip
    child = applied(trace, Replace(name, "3,1,4,1,5"))

    def put(value: torch.Tensor) -> torch.Tensor:
        value[0] = torch.tensor(np.array(other[name][0]))
        return value

    hold(child, by_hand(trace, {name: put}), trace)
    said = child.working(name, (0, 2, 3))
    assert said.put and said.note is not None and said.note.facts["text"] == "3,1,4,1,5"
    assert not child.working(name, (1, 0, 0)).put, "the other sentence of the batch is as it was"


def test_one_token_or_head_of_another_sentence() -> None:
    trace = live(spec(), (5, 5))
    name = "blocks.1.attn.z"
    ids = [list(row) for row in trace.batch.real_ids]
    ids[1] = [3, 1, 4, 1, 5]
    other = LiveTrace(trace.program, trace.spec, weights_of(trace), batch_of_ids(None, ids, 16, 29), CPU)
    child = applied(trace, Replace(name, "3,1,4,1,5", (1, 2, None, None)))
    expected = np.array(trace[name])
    expected[1, 2] = other[name][1, 2]
    assert same(child[name], expected) and not same(expected, trace[name])


@pytest.mark.parametrize(("change", "words"), [
    (Replace("embed", "1,2,3"), "has 3 tokens and the sentence on screen 5"),
    (Replace("embed", "a b c d e"), "give the other sentence's ids"),
    (Replace("embed", "1,2,3,4,99"), "ids from 0 to 28"),
    (Replace("W_E", "1,2,3,4,5"), "is a weight"),
    (Replace("tokens", "1,2,3,4,5"), "is the sentence itself"),
    (Replace("nothing", "1,2,3,4,5"), "has no tensor"),
    (Replace("pos_embed", "1,2,3,4,5"), "does not depend on the words"),
    (Replace("embed", "1,2,3,4,5", (0, 1)), "needs 3 entries"),
    (Replace("embed", "1,2,3,4,5", (0, -1, None)), "count from 0"),
])  # fmt: skip
def test_bad_replacements(change: Replace, words: str) -> None:
    with pytest.raises(TokenError if "ids from" in words else ChangeError, match=words):
        applied(live(spec(), (5, 3)), change)


# -- together, undone, saved --------------------------------------------------------------------------------------


def some_changes() -> st.SearchStrategy[Any]:
    head = st.builds(Head, st.sampled_from(["blocks.0.attn", "blocks.1.attn"]), st.integers(0, 2),
                     st.sampled_from(["zero", "uniform"]))  # fmt: skip
    numbers = st.floats(-4, 4, width=32)
    cell = st.one_of(
        st.builds(Cell, st.just("blocks.1.attn.scores"),
                  st.tuples(st.just(0), st.integers(0, 2), st.integers(0, 4), st.integers(0, 4)), numbers),
        st.builds(Cell, st.just("blocks.0.attn.W_Q"), st.tuples(st.integers(0, 11), st.integers(0, 11)), numbers),
        st.builds(Cell, st.just("tokens"), st.tuples(st.just(0), st.integers(0, 4)),
                  st.integers(0, 28).map(float)),
    )  # fmt: skip
    switch = st.one_of(st.sampled_from(["mask", "scale", "positions"]).map(Switch),
                       st.sampled_from(["-inf", "-1000", "none"]).map(lambda one: Switch("pad", one)))  # fmt: skip
    return st.one_of(head, cell, switch, st.just(Tie()))


ORIGINAL = live(spec(), (5, 3))
COPIES = {step.name: np.array(ORIGINAL[step.name]) for step in ORIGINAL.program}


@given(st.lists(some_changes(), max_size=6))
def test_reset_is_the_original_and_undo_the_one_before(made: list[Any]) -> None:
    changes = folded(made)
    child = changes.apply(ORIGINAL)
    for step in ORIGINAL.program:
        assert same(ORIGINAL[step.name], COPIES[step.name]), "the original is never touched"
        if step.name not in child.touched:
            assert np.shares_memory(child[step.name], ORIGINAL[step.name])
    assert Changes().apply(ORIGINAL) is ORIGINAL
    assert child.origin is ORIGINAL
    assert from_json(json.loads(json.dumps(to_json(changes), allow_nan=False))) == changes
    assert folded([parse(one.text, ORIGINAL.program) for one in changes]) == changes
    if changes:
        before = Changes(changes.items[:-1])
        again = before.with_(changes.items[-1]).without(changes.items[-1].slot)
        assert again == before
        left, right = before.apply(ORIGINAL), again.apply(ORIGINAL)
        assert same(left["probs"], right["probs"])


def test_the_same_thing_twice_is_one_change() -> None:
    one = folded([Head("blocks.0.attn", 1), Switch("mask"), Head("blocks.0.attn", 1, "uniform")])
    assert [change.text for change in one] == ["head=blocks.0.attn.1:uniform", "mask=off"]
    assert one.find("head", "blocks.0.attn", 1) == Head("blocks.0.attn", 1, "uniform")
    assert one.find("switch", "scale") is None
    with pytest.raises(ChangeError, match="1000 changes"):
        Changes(tuple(Cell("embed", (0, 0, at), 1.0) for at in range(1001)))


def test_a_changed_run_can_be_overridden_too() -> None:
    trace = live(spec())
    child = applied(trace, Cell("blocks.1.attn.scores", (0, 0, 2, 1), 5.0), Head("blocks.1.attn", 2))
    over = child.with_override("embed", np.array(trace["embed"]) * 2)
    assert over["blocks.1.attn.scores"][0, 0, 2, 1] == 5.0
    assert not over["blocks.1.attn.z"][:, 2].any()
    assert over.told == child.told and over.origin is trace


def test_only_what_is_downstream_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    trace = live(spec(n_layers=3))
    for step in trace.program:
        trace[step.name]
    ran: list[str] = []
    plain = evaluate_module.forward
    monkeypatch.setattr(evaluate_module, "forward", lambda op, *rest: ran.append(op.title) or plain(op, *rest))
    child = applied(trace, Head("blocks.2.attn", 0))
    child["logits"]
    assert ran[0] == "pattern × v, silenced" and len(ran) <= len(child.touched) < 30


def test_small_budgets_only_cost_time() -> None:
    trace = live(spec(n_layers=3), (6, 4), budget=0)
    child = applied(trace, Switch("mask"), Cell("blocks.1.mlp.pre", (0, 1, 2), 3.0))
    large = applied(live(spec(n_layers=3), (6, 4)), Switch("mask"), Cell("blocks.1.mlp.pre", (0, 1, 2), 3.0))
    for step in child.program:
        assert same(child[step.name], large[step.name]), step.name


def test_a_saved_changed_run_explains_itself(tmp_path: Any) -> None:
    trace = live(spec(), (5, 3))
    child = applied(trace, Switch("positions"), Head("blocks.0.attn", 1, "uniform"), Head("blocks.1.attn", 0), Tie(),
                    Cell("blocks.1.attn.scores", (0, 2, 3, 1), -2.0), Cell("tokens", (0, 1), 4),
                    Replace("blocks.0.mlp_out", "3,1,4,1,5", (0, 2, None)))  # fmt: skip
    save(child, tmp_path / "t.safetensors")
    again = SavedTrace(tmp_path / "t.safetensors")
    assert again.told == child.told and len(again.told) == 7
    assert again.program.steps == child.program.steps
    rng = np.random.default_rng(3)
    for step in child.program:
        assert same(again[step.name], child[step.name])
        for index in [*samples.some_cells(child.shapes[step.name], 4, rng)]:
            mine, theirs = again.working(step.name, index), child.working(step.name, index)
            assert mine.agrees and mine.put == theirs.put and mine.note == theirs.note, (step.name, index)
    with pytest.raises(TraceError, match="run its sentence on the model first"):
        applied(again, Switch("mask"))


def test_what_stays_when_another_sentence_is_run() -> None:
    before, after = live(spec(), (5,)), live(spec(), (4,), seed=9)
    head, cell = Head("blocks.1.attn", 2), Cell("blocks.1.attn.scores", (0, 0, 1, 1), 2.0)
    weight, patch = Cell("blocks.0.attn.W_Q", (1, 1), 0.0), Replace("embed", "1,2,3,4,5")
    changes = folded([Switch("mask"), head, cell, weight, patch, Tie()])
    kept, dropped = changes.kept(before, after)
    assert kept == folded([Switch("mask"), head, weight, Tie()]) and dropped == folded([cell, patch])
    shallow = live(replace(SMALL, n_layers=1, name="other"), (5,))
    kept, dropped = changes.kept(before, shallow)
    assert kept == folded([Switch("mask"), patch, Tie()]), "one block has no block 1; weights are another model's"
    assert changes.kept(before, live(spec(), (5,), seed=0))[0] == changes


# -- as text ------------------------------------------------------------------------------------------------------

PROGRAM = families.program(SMALL)
WRITTEN = {
    "mask=off": Switch("mask"), "pad=-1000": Switch("pad", "-1000"), "W_Q=W_K": Tie(),
    "head=1.2:zero": Head("blocks.1.attn", 2), "head=blocks.0.1:uniform": Head("blocks.0.attn", 1, "uniform"),
    "head=blocks.0.attn.1:uniform": Head("blocks.0.attn", 1, "uniform"),
    "blocks.1.attn.scores[0,2,5,4]=3.5": Cell("blocks.1.attn.scores", (0, 2, 5, 4), 3.5),
    "blocks.0.attn.W_Q[3, 4]=0": Cell("blocks.0.attn.W_Q", (3, 4), 0.0),
    "embed[0,0,1]=−inf": Cell("embed", (0, 0, 1), -math.inf), "embed[0,0,1]=1e-3": Cell("embed", (0, 0, 1), 1e-3),
    "tokens[0,1]=17": Cell("tokens", (0, 1), 17.0), "embed=from:x=y [z]": Replace("embed", "x=y [z]"),
    "blocks.0.attn.z[0,:,2,:]=from:a": Replace("blocks.0.attn.z", "a", (0, None, 2, None)),
}  # fmt: skip


@pytest.mark.parametrize("text", WRITTEN)
def test_changes_as_people_write_them(text: str) -> None:
    assert parse(text, PROGRAM) == WRITTEN[text]
    assert parse(WRITTEN[text].text, PROGRAM) == WRITTEN[text], "its own text is read back"


def test_heads_of_an_encoder_decoder_say_which_attention() -> None:
    program = families.program(spec(**KINDS["source and target"]))
    assert parse("head=encoder.blocks.0.1:zero", program) == Head("encoder.blocks.0.attn", 1)
    assert parse("head=decoder.blocks.1.cross_attn.0:uniform", program).attention == "decoder.blocks.1.cross_attn"
    with pytest.raises(ChangeError, match=r"several attentions: choose from .*decoder\.blocks\.1\.cross_attn"):
        parse("head=decoder.blocks.1.0:zero", program)


@pytest.mark.parametrize("text", ["", "mask", "mask=", "mask=maybe", "dropout=off", "W_Q=W_V", "W_K=W_Q", "head=1:zero",
                                  "head=9.0:zero", "head=1.0", "head=1.0:one", "head=1.x:zero", "embed=3",
                                  "embed[0,1]=from", "embed[]=3", "embed[a]=3", "embed[0,0,:]=3", "embed[0,0,0]=x",
                                  "embed[0,0,0]=nan", "nothing[0]=1", "nothing=from:a", "[0]=1"])  # fmt: skip
def test_bad_texts_get_one_sentence(text: str) -> None:
    with pytest.raises(ChangeError) as caught:
        parse(text, PROGRAM)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_an_unknown_key_lists_what_there_is() -> None:
    with pytest.raises(ChangeError) as caught:
        parse("dropout=off", PROGRAM)
    assert all(form in str(caught.value) for form in FORMS)


GOOD = to_json(folded(WRITTEN.values()))
BAD_JSON: dict[str, Any] = {
    "no list": {}, "a text": "mask=off", "no table": [3], "no kind": [{}], "unknown kind": [{"change": "dropout"}],
    "kind of another type": [{"change": ["tie"]}], "more keys": [{"change": "tie", "x": 1}],
    "fewer keys": [{"change": "switch", "key": "mask"}],
    "unknown switch": [{"change": "switch", "key": "dropout", "value": "off"}],
    "value of another type": [{"change": "switch", "key": "mask", "value": 1}],
    "a head that is no number": [{"change": "head", "attention": "a", "head": "0", "how": "zero"}],
    "a head that is a bool": [{"change": "head", "attention": "a", "head": True, "how": "zero"}],
    "a cell of text": [{"change": "cell", "name": "embed", "index": [0], "value": "3"}],
    "a cell of NaN": [{"change": "cell", "name": "embed", "index": [0], "value": math.nan}],
    "a cell of very much": [{"change": "cell", "name": "embed", "index": [0], "value": 10**400}],
    "an index of text": [{"change": "cell", "name": "embed", "index": "0", "value": 3}],
    "an index of parts": [{"change": "cell", "name": "embed", "index": [None], "value": 3}],
    "an endless index": [{"change": "cell", "name": "embed", "index": [0] * 99, "value": 3}],
    "an endless text": [{"change": "replace", "name": "embed", "at": [], "text": "a" * 30_000}],
}


@pytest.mark.parametrize("case", BAD_JSON)
def test_json_of_something_else_gets_one_sentence(case: str) -> None:
    assert from_json(GOOD) == folded(WRITTEN.values())
    with pytest.raises(ChangeError) as caught:
        from_json(BAD_JSON[case])
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")


def test_what_the_changes_look_for_is_there() -> None:
    """The kinds of operation that changes look for are those that families use."""
    program = families.program(spec(positions="rotary", rope=Rope(4), family="llama"))
    kinds = {type(step.op) for step in program}
    assert {Mask, Scale, Rotate} <= kinds
    assert all(axis.name in TOKEN_AXES | {"batch", "head"} for axis in live(spec()).shapes["blocks.0.attn.pattern"])


# -- large models, whose parts and checkpoints are made in other ways ---------------------------------------------


def test_a_part_of_a_large_changed_tensor(monkeypatch: pytest.MonkeyPatch) -> None:
    """One head or row is made without the rest, also where heads are named or numbers were put."""
    monkeypatch.setattr(live_module, "PART_FROM", 0)
    changes = (Head("blocks.1.attn", 1), Head("blocks.1.attn", 2, "uniform"), Head("blocks.0.attn", 1, "uniform"),
               Cell("blocks.1.attn.scores", (0, 0, 3, 1), 9.0))  # fmt: skip
    whole = applied(live(spec(), (5, 3)), *changes)
    expected = {name: np.array(whole[name]) for name in ("blocks.1.attn.z", "blocks.1.attn.pattern", "logits")}
    for name, values in expected.items():
        for at in range(values.shape[1]):
            child = applied(live(spec(), (5, 3)), *changes)
            part = (0, at, *(slice(None),) * (values.ndim - 2))
            assert_allclose(child.read(name, part), values[part], rtol=1e-6, atol=1e-6)


def test_fused_kernels_do_not_lay_what_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = applied(live(spec(n_layers=3), (5, 3)), Head("blocks.1.attn", 1), Cell("embed", (0, 1, 1), 5.0))
    monkeypatch.setattr(live_module, "FUSED_FROM", 0)
    trace = live(spec(n_layers=3), (5, 3))
    trace.prepare()
    child = applied(trace, Head("blocks.1.attn", 1), Cell("embed", (0, 1, 1), 5.0))
    child.prepare()
    for step in child.program:
        assert_allclose(child[step.name], expected[step.name], rtol=0, atol=1e-5, err_msg=step.name)
