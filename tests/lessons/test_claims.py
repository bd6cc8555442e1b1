"""What the lessons state as true of any run is true of real ones."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.labs import lab
from tutor.engine.goals import Goal
from tutor.engine.trace import Trace

#: Blocks of the shipped models, by model: a decoder's, an encoder's, one that is translated into, one not trained.
BLOCKS = {"storyteller": "blocks.1", "gap-filler": "blocks.2", "translator": "decoder.blocks.0", "article": "blocks.0"}
CAUSAL = [model for model in BLOCKS if model != "gap-filler"]
TEXTS = ('One day, Tom met Lily in the park. "Hi, Lily," said', "The big cow drank the milk by the river.")

of_each = pytest.mark.parametrize("model", BLOCKS)
with_each_text = pytest.mark.parametrize("text", TEXTS)


def run(model: str, text: str) -> tuple[Trace, str]:
    return lab(model, text).trace, BLOCKS[model]


@of_each
@with_each_text
def test_stage_embed_the_same_token_begins_as_the_same_vector(model: str, text: str) -> None:
    trace, block = run(model, text)
    side = "decoder." if block.startswith("decoder") else ""
    ids, rows = trace[f"{side}tokens"][0], trace[f"{side}embed"][0]
    for one in np.unique(ids):
        assert (rows[ids == one] == rows[ids == one][0]).all()


@of_each
@with_each_text
def test_stage_position_and_why_embed_scale_every_code_is_as_long(model: str, text: str) -> None:
    trace, block = run(model, text)
    codes = trace["decoder.pos_embed" if block.startswith("decoder") else "pos_embed"]
    np.testing.assert_allclose(np.linalg.norm(codes, axis=-1), np.sqrt(trace.spec.d_model / 2), rtol=1e-5)


@pytest.mark.parametrize("model", CAUSAL)
@with_each_text
def test_stage_mask_the_first_token_rests_on_itself_and_nothing_lies_ahead(model: str, text: str) -> None:
    trace, block = run(model, text)
    pattern = trace[f"{block}.attn.pattern"][0]
    assert (pattern[:, 0, 0] == 1).all()
    ahead = np.triu(np.ones(pattern.shape[-2:], bool), 1)
    assert (pattern[:, ahead] == 0).all()
    assert (trace[f"{block}.attn.masked"][0][:, ahead] == -np.inf).all()


@with_each_text
def test_stage_pad_mask_hides_nothing_of_a_single_sentence_and_whole_columns_of_a_shorter_one(text: str) -> None:
    trace, block = run("gap-filler", text)
    assert np.array_equal(trace[f"{block}.attn.scaled"], trace[f"{block}.attn.masked"])
    both = lab("gap-filler", text, "Tom met Lily.").trace
    n = int(both.batch.lengths[1])
    masked = both[f"{block}.attn.masked"][1]
    assert (masked[..., n:] == -np.inf).all() and np.isfinite(masked[..., :n]).all()


@of_each
@with_each_text
def test_stage_times_v_is_an_average(model: str, text: str) -> None:
    trace, block = run(model, text)
    pattern, v, z = (trace[f"{block}.attn.{one}"][0].astype(np.float64) for one in ("pattern", "v", "z"))
    np.testing.assert_allclose(pattern.sum(-1), 1, atol=1e-5)
    for head in range(len(z)):
        for query in range(z.shape[1]):
            seen = v[head][pattern[head, query] > 0]
            assert (z[head, query] <= seen.max(0) + 1e-4).all() and (z[head, query] >= seen.min(0) - 1e-4).all()


@of_each
@with_each_text
def test_stage_project_joining_the_heads_is_adding_them_up(model: str, text: str) -> None:
    trace, block = run(model, text)
    z, wide = trace[f"{block}.attn.z"][0].astype(np.float64), trace.spec.d_head
    out = trace[f"{block}.attn.W_O"]
    made = sum(z[head] @ out[head * wide : (head + 1) * wide] for head in range(len(z)))
    made = made + (trace[f"{block}.attn.b_O"] if f"{block}.attn.b_O" in trace.program.weight_by_name else 0)
    np.testing.assert_allclose(made, trace[f"{block}.attn_out"][0], atol=1e-4)


@of_each
@with_each_text
def test_why_separate_qk_the_scores_are_not_their_own_mirror_image(model: str, text: str) -> None:
    trace, block = run(model, text)
    for scores in trace[f"{block}.attn.scores"][0]:
        assert np.abs(scores - scores.T).max() > 0.1 * np.abs(scores).max()


@pytest.mark.parametrize("model", ["storyteller", "gap-filler"])
@with_each_text
def test_stage_add_the_last_vector_is_the_embedding_and_all_that_was_written(model: str, text: str) -> None:
    trace, _ = run(model, text)
    total = trace["blocks.0.resid_pre"].astype(np.float64)
    for block in range(trace.spec.n_layers):
        total = total + trace[f"blocks.{block}.attn_out"] + trace[f"blocks.{block}.mlp_out"]
    last = trace[f"blocks.{trace.spec.n_layers - 1}.resid_post"]
    np.testing.assert_allclose(total, last, atol=1e-4 * np.abs(last).max())


@pytest.mark.parametrize("model", ["storyteller", "gap-filler"])
def test_why_scale_where_a_row_rests_on_one_key_hardly_any_gradient_is_left(model: str) -> None:
    trace, _ = run(model, TEXTS[0])
    at = trace["logits"].shape[1] - 1
    gradients = trace.backward(Goal("logit", (0, at, int(trace["logits"][0, at].argmax()))))
    passed: dict[bool, list[float]] = {True: [], False: []}
    for block in range(trace.spec.n_layers):
        pattern, scaled = (f"blocks.{block}.attn.{one}" for one in ("pattern", "scaled"))
        came, went = (np.abs(gradients[name][0]).max(-1) for name in (pattern, scaled))
        rests = trace[pattern][0].max(-1)
        # The first row has one key, which is no choice.
        for sure in (True, False):
            rows = ((rests > 0.99) if sure else (rests < 0.6)) & (came > 0)
            rows[:, 0] = False
            passed[sure] += (went[rows] / came[rows]).tolist()
    assert passed[True] and passed[False]
    assert np.median(passed[True]) < 0.01 < 0.05 < np.median(passed[False])
