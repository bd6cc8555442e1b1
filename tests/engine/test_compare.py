"""Two tensors beside each other and their difference, against numpy written out."""

from __future__ import annotations

import numpy as np
import pytest
from samples import live, spec

from tutor.engine import compare
from tutor.engine.compare import CompareError, Look
from tutor.engine.picture import Selection


@pytest.fixture(scope="module")
def trace():
    return live(spec(), (5, 3))


def test_a_difference_of_two_steps_is_the_one_less_the_other(trace):
    now, held = Look(trace, "blocks.1.attn.pattern"), Look(trace, "blocks.0.attn.pattern", Selection((("head", 2),)))
    made = compare.difference(now, held)
    assert made.layout == compare.MINUS
    assert [panel.name for panel in made.panels] == [now.path, held.path, now.path]
    wanted = trace[now.path][0, 0].astype(np.float64) - trace[held.path][0, 2]
    assert np.array_equal(made.result.values, wanted)
    assert made.result.kind == "signed", "a difference of probabilities is none"
    assert (made.result.low, made.result.high) == (-np.abs(wanted).max(), np.abs(wanted).max())
    assert made.stats.mean == pytest.approx(wanted.mean())
    assert not made.result.values.flags.writeable


def test_a_tensor_differs_from_itself_by_exactly_nothing_where_it_is_masked_too(trace):
    look = Look(trace, "blocks.0.attn.masked")
    made = compare.difference(look, look)
    assert np.isneginf(made.operands[0].values).any()
    assert np.array_equal(made.result.values, np.zeros((5, 5)))
    assert made.notes == ()
    assert look.same(Look(trace, look.path, Selection((("head", 0),))))
    assert not look.same(Look(trace, look.path, Selection((("head", 1),))))
    assert not look.same(Look(trace, "blocks.0.attn.scaled"))


def test_one_step_of_two_runs_keeps_one_scale_over_its_heads(trace):
    changed = np.array(trace["blocks.0.resid_pre"])
    changed[0, 2] *= 1.5
    other = trace.with_override("blocks.0.resid_pre", changed)
    path = "blocks.0.attn.scores"
    every = trace[path].astype(np.float64) - other[path]
    for head in range(3):
        chosen = Selection((("head", head),))
        made = compare.difference(Look(trace, path, chosen), Look(other, path, chosen))
        assert np.array_equal(made.result.values, every[0, head])
        assert made.result.high == np.abs(every).max()
    assert made.traces == (trace, other, trace)


def test_what_is_masked_in_one_alone_is_said(trace):
    made = compare.difference(Look(trace, "blocks.0.attn.scaled"), Look(trace, "blocks.0.attn.masked"))
    assert np.isposinf(made.result.values[0, 1])
    assert [note.key for note in made.notes] == ["compare.infinite"]
    assert made.result.high == 0, "what is not finite reaches no scale"


def test_beside_each_other_both_have_one_scale(trace):
    now, held = Look(trace, "blocks.1.resid_mid"), Look(trace, "blocks.0.resid_pre")
    made = compare.beside(now, held)
    (other,) = made.operands
    assert (other.name, made.result.name) == (held.path, now.path)
    assert (other.low, other.high) == (made.result.low, made.result.high)
    real = [
        np.abs(trace[path][row, :length]).max()
        for path in (now.path, held.path) for row, length in ((0, 5), (1, 3))
    ]  # fmt: skip
    assert made.result.high == max(real), "pads do not widen it"
    assert set(made.result.shared) == {now.path, held.path}


def test_sentences_of_two_lengths_are_cut_to_what_they_have_in_common():
    one, two = live(spec(), (5,), seed=1), live(spec(), (3,), seed=2)
    path = "blocks.1.attn.scores"
    made = compare.beside(Look(one, path), Look(two, path))
    assert made.result.values.shape == made.operands[0].values.shape == (3, 3)
    assert np.array_equal(made.result.values, one[path][0, 0, :3, :3])
    cut, tokens = made.notes
    assert (cut.key, cut.facts["rows"], cut.facts["of_rows"], cut.facts["held_rows"]) == ("compare.cut", 3, 5, 3)
    assert (tokens.key, tokens.facts) == ("compare.tokens", {
        "count": int((one.batch.ids[0, :3] != two.batch.ids[0]).sum()), "of": 3,
    })  # fmt: skip
    with pytest.raises(CompareError, match=r"scores \[5 query_pos, 5 key_pos\] and scores \[3 .* have no difference"):
        compare.difference(Look(one, path), Look(two, path))


def test_features_are_never_cut(trace):
    made = compare.pair(Look(trace, "blocks.0.mlp.post"), Look(trace, "blocks.0.resid_pre"))
    assert made.misfit is not None
    assert (made.now.values.shape, made.held.values.shape) == ((5, 20), (5, 12))
    assert made.notes == ()


def test_probabilities_and_signed_numbers_keep_their_own_scales(trace):
    made = compare.beside(Look(trace, "blocks.0.attn.pattern"), Look(trace, "blocks.0.attn.masked"))
    assert (made.result.low, made.result.high) == (0.0, 1.0)
    assert made.operands[0].low == -made.operands[0].high < 0


def test_a_cell_of_a_difference_is_worked_out_with_links(trace):
    now, held = Look(trace, "blocks.1.attn.scores"), Look(trace, "blocks.0.attn.scores", Selection((("head", 1),)))
    found = compare.working(now, held, (0, 0, 4, 2))
    assert found.result == float(trace[now.path][0, 0, 4, 2]) - float(trace[held.path][0, 1, 4, 2])
    assert found.agrees
    assert [link.text() for link in found.links] == [
        "blocks.1.attn.scores[0, 0, 4, 2]", "blocks.0.attn.scores[0, 1, 4, 2]",
    ]  # fmt: skip
    other = live(spec(), (5, 3), seed=4)
    found = compare.working(now, Look(other, held.path), (0, 0, 4, 2))
    assert found.lines[1].value == float(other[held.path][0, 0, 4, 2])
    assert found.lines[1].link is None, "a link names a cell of the run on screen alone"
