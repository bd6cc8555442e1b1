"""Rankings, nearest tokens, the logit lens and surprise, against torch and numpy written out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from tests.engine.samples import EVERY, spec
from tutor import resources
from tutor.engine import families, lens, models, saved
from tutor.engine.axes import AxesError
from tutor.engine.live import LiveTrace
from tutor.engine.tokens import batch_of_ids
from tutor.engine.trace import Cancelled, TraceError
from tutor.engine.weights import random_weights

F = torch.nn.functional


def run(model, lengths=(6, 4), seed=4):
    program = families.program(model)
    rng = np.random.default_rng(seed)

    def rows(more):
        made = [rng.integers(1, model.d_vocab_in, length + more).tolist() for length in lengths]
        return batch_of_ids(None, made, model.n_ctx, model.d_vocab_in)

    batch = rows(0)
    target = None
    if len(program.streams) > 1:
        made = [rng.integers(1, model.d_vocab, length + 2).tolist() for length in lengths]
        target = batch_of_ids(None, made, model.n_ctx, model.d_vocab)
    return LiveTrace(program, model, random_weights(program, 1, spread=True), batch, "cpu", target=target)


#: Every kind of model that has an output over a vocabulary.
FAMILIES = {name: changes for name, changes in EVERY.items() if changes.get("head") != "none"}


@pytest.fixture(scope="module", params=sorted(FAMILIES))
def trace(request):
    return run(spec(**FAMILIES[request.param]))


def by_hand(trace):
    found = lens.outputs(trace.program, trace.shapes)
    assert found is not None
    return found


# -- rankings -------------------------------------------------------------------------------------------------------


def test_a_ranking_adds_up_and_keeps_every_number(trace):
    for path in by_hand(trace):
        row = trace[path][1, 2]
        made = lens.ranking(trace, path, (1, 2), 5, added=[3, 0, 3])
        order = sorted(range(len(row)), key=lambda one: (-row[one], one))
        assert [entry.id for entry in made.entries] == order[:5]
        shares = torch.softmax(torch.from_numpy(trace["logits"][1, 2].astype(np.float64)), -1).numpy()
        for entry in made.shown:
            assert entry.value == row[entry.id]
            assert order[entry.rank - 1] == entry.id
            assert entry.share == pytest.approx(shares[entry.id], rel=1e-4, abs=1e-9)
        assert {entry.id for entry in made.shown} >= {0, 3}
        assert made.others == len(row) - len(made.shown)
        assert sum(entry.share for entry in made.shown) + made.share == pytest.approx(1, abs=1e-5)
        others = [row[one] for one in range(len(row)) if one not in {entry.id for entry in made.shown}]
        assert (made.low, made.high) == (min(others), max(others))


def test_equal_values_rank_by_id_and_a_row_smaller_than_the_count_is_shown_whole():
    trace = run(spec())
    flat = trace.with_override("logits", np.zeros((2, 6, trace.spec.d_vocab)))
    made = lens.ranking(flat, "logits", (0, 0), 1000)
    assert [entry.id for entry in made.entries] == list(range(trace.spec.d_vocab))
    assert [entry.rank for entry in made.entries] == list(range(1, trace.spec.d_vocab + 1))
    assert (made.others, made.share) == (0, 0.0)


def test_what_is_no_number_has_no_rank():
    trace = run(spec())
    row = np.zeros((2, 6, trace.spec.d_vocab))
    row[0, 0, 3], row[0, 0, 5] = np.nan, 2.0
    made = lens.ranking(trace.with_override("logits", row), "logits", (0, 0), 4, added=[3])
    assert [entry.rank for entry in made.entries] == [1, 2, 3, 4] and made.entries[0].id == 5
    assert [(entry.id, entry.rank) for entry in made.added] == [(3, 0)]


def test_a_ranking_of_something_else_is_refused_in_one_sentence():
    trace = run(spec())
    with pytest.raises(TraceError, match="no axis over the vocabulary"):
        lens.ranking(trace, "blocks.0.resid_post", (0, 0), 3)
    with pytest.raises(AxesError):
        lens.ranking(trace, "logits", (0, 99), 3)


# -- nearest tokens --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_dot", [False, True])
def test_nearest_tokens_are_those_of_the_whole_table_by_torch(monkeypatch, by_dot):
    monkeypatch.setattr(lens, "_SLICE", 7)  # so that several slices are put together
    trace = run(spec())
    for path in ("embed", "blocks.0.resid_post", "pos_embed"):
        at = (1, 2)[-len(trace.shapes[path]) + 1 :]
        table = torch.from_numpy(np.array(trace["W_E"], np.float64))
        vector = torch.from_numpy(np.array(trace[path][at], np.float64))
        cosine, dot = F.cosine_similarity(table, vector[None, :], dim=-1), table @ vector
        best = torch.argsort(dot if by_dot else cosine, descending=True)[:6].tolist()
        made = lens.nearest(trace, path, at, 6, by_dot)
        assert [one.id for one in made] == best
        for one in made:
            assert one.cosine == pytest.approx(float(cosine[one.id]), abs=1e-9)
            assert one.dot == pytest.approx(float(dot[one.id]), abs=1e-9)
    found = lens.nearest(trace, "embed", (0, 3), 1)[0]
    assert found.id == trace.batch.ids[0, 3]
    assert found.cosine == pytest.approx(1)


def test_each_text_has_its_own_table():
    trace = run(spec(family="encoder_decoder", d_vocab_source=31))
    program, shapes = trace.program, trace.shapes
    assert lens.table_for(program, shapes, "encoder.embed") == "encoder.W_E"
    assert lens.table_for(program, shapes, "decoder.blocks.0.resid_post") == "decoder.W_E"
    assert lens.table_for(program, shapes, "decoder.blocks.0.mlp.pre") is None
    assert lens.table_for(program, shapes, "logits") is None


def test_nearest_can_be_cancelled_and_says_where_a_file_lacks_the_table(tmp_path):
    trace = run(spec(tied=False))
    with pytest.raises(Cancelled):
        lens.nearest(trace, "embed", (0, 0), 3, cancelled=lambda: True)
    saved.save(trace, tmp_path / "t.safetensors")
    with pytest.raises(TraceError, match="only the rows"):
        lens.nearest(saved.SavedTrace(tmp_path / "t.safetensors"), "embed", (0, 0), 3)
    with pytest.raises(TraceError, match="no vectors as wide"):
        lens.nearest(trace, "logits", (0, 0), 3)


def test_a_vector_of_zeros_is_near_nothing():
    trace = run(spec()).with_override("blocks.0.resid_post", np.zeros((2, 6, spec().d_model)))
    assert all(np.isnan(one.cosine) for one in lens.nearest(trace, "blocks.0.resid_post", (0, 0), 4))


# -- the logit lens --------------------------------------------------------------------------------------------------


def test_at_the_last_residual_the_lens_shows_the_models_own_numbers_to_the_bit(trace):
    logits, probs = by_hand(trace)
    last = lens.final_residual(trace.program, trace.shapes)
    assert lens.layers(trace.program, trace.shapes)[-1] == last
    # Also where it is computed over again rather than read.
    again = trace.with_override(last, trace[last])
    assert np.array_equal(again[logits], trace[logits])
    made = lens.reading(trace, last, 1)
    assert np.array_equal(made.ids, trace[probs][1].argmax(-1))
    assert np.array_equal(made.shares, trace[probs][1].max(-1).astype(np.float64))
    ranked = lens.lens_ranking(trace, last, (1, 2), 3)
    assert [entry.value for entry in ranked.entries] == sorted(trace[probs][1, 2].tolist(), reverse=True)[:3]


def test_the_lens_on_an_earlier_residual_is_norm_and_unembedding_by_torch():
    for changes in ({}, {"norm": "post", "final_norm": False}, {"norm_kind": "rms"}, {"tied": True, "bias_out": True}):
        trace = run(spec(**changes))
        for path in lens.layers(trace.program, trace.shapes):
            x = torch.from_numpy(np.array(trace[path][0]))
            get = {name: torch.from_numpy(np.array(trace[name])) for name in trace.program.weight_by_name}
            if trace.spec.final_norm and trace.spec.norm_kind == "rms":
                x = x / (x.square().mean(-1, keepdim=True) + trace.spec.eps).sqrt() * get["ln_final.w"]
            elif trace.spec.final_norm:
                x = F.layer_norm(x, x.shape[-1:], get["ln_final.w"], get["ln_final.b"], trace.spec.eps)
            logits = x @ (get["W_E"].T if trace.spec.tied else get["W_U"]) + get.get("b_U", torch.zeros(1))
            probs = torch.softmax(logits, -1).numpy()
            made = lens.reading(trace, path, 0)
            np.testing.assert_allclose(made.shares, probs[np.arange(6), made.ids], rtol=1e-4)
            np.testing.assert_allclose(made.shares, probs.max(-1), rtol=1e-4)
            assert lens.has_norm(trace.program, trace.shapes) == trace.spec.final_norm


def test_layers_are_the_input_and_what_each_block_hands_on():
    trace = run(spec(n_layers=3))
    assert lens.layers(trace.program, trace.shapes) == (
        "blocks.0.resid_pre", "blocks.0.resid_post", "blocks.1.resid_post", "blocks.2.resid_post",
    )  # fmt: skip
    assert lens.origin(trace.program, "blocks.1.resid_pre") == "blocks.0.resid_post"
    for path, good in (("blocks.1.resid_mid", True), ("blocks.1.attn_out", False), ("logits", False), ("W_E", False)):
        assert lens.can_read(trace.program, trace.shapes, path) is good
    two = run(spec(family="encoder_decoder"))
    assert all(path.startswith("decoder.") for path in lens.layers(two.program, two.shapes))
    assert not lens.can_read(two.program, two.shapes, "encoder.blocks.0.resid_post")


def test_a_saved_trace_is_read_by_numpy_to_the_same_numbers(trace, tmp_path):
    saved.save(trace, tmp_path / "t.safetensors")
    file = saved.SavedTrace(tmp_path / "t.safetensors")
    for path in lens.layers(trace.program, trace.shapes):
        mine, theirs = lens.through(file, path), lens.through(trace, path)
        for name in by_hand(trace):
            np.testing.assert_allclose(mine[name], theirs[name], rtol=2e-4, atol=1e-5)
        assert not mine["probs"].flags.writeable
        # What was not computed again is the file's own.
        first = lens.layers(trace.program, trace.shapes)[0]
        assert np.array_equal(mine[first], trace[first])


def test_a_saved_trace_without_the_output_matrix_says_so(tmp_path):
    trace = run(spec(tied=False))
    saved.save(trace, tmp_path / "t.safetensors", only=["blocks.*"])
    with pytest.raises(TraceError, match="was left out"):
        lens.reading(saved.SavedTrace(tmp_path / "t.safetensors"), "blocks.0.resid_post", 0)


def test_what_the_lens_cannot_read_is_said_in_one_sentence(tmp_path):
    trace = run(spec())
    with pytest.raises(TraceError, match="no residual"):
        lens.reading(trace, "blocks.0.attn_out", 0)
    headless = families.program(replace(spec(family="bert"), head="none"))
    assert lens.layers(headless, headless.shapes(1, 3)) == ()


# -- surprise --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [{}, {"norm": "post"}, {"family": "encoder_decoder"}])
def test_surprise_is_torchs_cross_entropy_of_the_next_tokens(changes):
    trace = run(spec(**changes))
    text = trace.target or trace.batch
    for row in (0, 1):
        length = int(text.lengths[row])
        logits = torch.from_numpy(np.array(trace["logits"][row], np.float64))
        truth = torch.from_numpy(text.ids[row].copy())
        each = F.cross_entropy(logits[: length - 1], truth[1:length], reduction="none").numpy()
        made = lens.surprise(trace, row)
        assert made.positions == tuple(range(length - 1))
        assert made.ids == tuple(text.ids[row, 1:length])
        np.testing.assert_allclose(made.nats, each, rtol=1e-12, atol=1e-12)
        assert made.mean == pytest.approx(float(F.cross_entropy(logits[: length - 1], truth[1:length])), rel=1e-12)
        assert (made.gaps, made.unknown) == (False, 0)


def test_a_model_that_fills_gaps_is_asked_at_its_gaps_alone_where_the_truth_is_told():
    trace = run(spec(family="bert", head="mlm"))
    made = lens.surprise(trace, 0, gaps=[1, 4], truth={4: 7})
    assert (made.positions, made.ids, made.gaps, made.unknown) == ((4,), (7,), True, 1)
    logits = torch.from_numpy(np.array(trace["logits"][0], np.float64))
    assert made.mean == pytest.approx(float(F.cross_entropy(logits[4:5], torch.tensor([7]))), rel=1e-12)
    none = lens.surprise(trace, 0, gaps=[1])
    assert (none.positions, none.unknown) == ((), 1)
    assert np.isnan(none.mean)
    assert lens.surprise(trace, 0).unknown == 0


def test_nothing_surprises_a_model_without_logits_and_one_token_has_no_next():
    with pytest.raises(TraceError, match="no output over a vocabulary"):
        lens.surprise(run(spec(family="bert", head="none")), 0)
    assert lens.surprise(run(spec(), lengths=(1,)), 0).positions == ()


def test_the_shipped_storytellers_loss_on_its_own_kind_of_story_is_small():
    trace = saved.SavedTrace(resources.path("traces", "storyteller.safetensors"))
    made = lens.surprise(trace, 0)
    assert made.mean < 2.5 < np.log(models.find("storyteller").spec.d_vocab)
