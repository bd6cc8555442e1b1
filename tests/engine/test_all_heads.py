"""Thumbnails of heads, their entropy, the same step of other blocks, and several entries shown as one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from samples import KINDS, live, spec

from tutor.engine import axes as ax
from tutor.engine import derived, heads
from tutor.engine.picture import MEAN, SUM, Selection, picture


@pytest.fixture(scope="module")
def trace():
    return live(spec(), (6, 4))


def entropy_of(rows: np.ndarray) -> float:
    """The mean row entropy, number by number."""
    each = [-sum(p * math.log2(p) for p in row if p > 0) for row in rows.astype(float).tolist()]
    return sum(each) / len(each)


def test_every_head_of_a_pattern_has_its_entropy_over_real_rows(trace):
    found = heads.heads(trace, "blocks.1.attn.pattern", Selection((("batch", 1),)))
    assert (found.kind, len(found.thumbs)) == ("probability", 3)
    for at, one in enumerate(found.thumbs):
        values = trace["blocks.1.attn.pattern"][1, at]
        assert np.array_equal(one.values, values)
        assert one.entropy == pytest.approx(entropy_of(values[:4, :4]), rel=1e-9)
        assert one.largest == values[:4, :4].max()
        assert one.masked.tolist() == [[q > 3 or k > 3 or k > q for k in range(6)] for q in range(6)]


def test_scores_have_no_entropy_and_a_row_of_certainty_has_none_to_give(trace):
    assert [one.entropy for one in heads.heads(trace, "blocks.0.attn.scores", Selection()).thumbs] == [None] * 3
    assert heads.entropy(np.array([[0.0, 1.0, 0.0]])) == 0.0
    assert math.copysign(1, heads.entropy(np.array([[0.0, 1.0]]))) == 1
    assert heads.entropy(np.full((2, 8), 0.125)) == 3.0
    assert math.isnan(heads.entropy(np.array([[np.nan, 1.0]])))


def test_a_thumbnail_hides_no_extreme():
    one = live(spec(n_ctx=200), (150,))
    changed = np.zeros((1, 3, 150, 150), np.float32)
    changed[0, 1, 149, 77] = -9.0
    found = heads.thumb(one.with_override("blocks.0.attn.scores", changed), "blocks.0.attn.scores", 1, Selection())
    assert found.values.shape == found.masked.shape == (64, 64)
    assert found.values.min() == -9.0 and found.largest == 9.0
    assert found.size == (150, 150)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_the_same_step_is_found_in_every_block_of_its_track(kind):
    program = live(spec(n_layers=3, **{k: v for k, v in KINDS[kind].items() if k != "n_layers"})).program
    for section in program.sections:
        if section.number is None:
            continue
        blocks = [one.name for one in program.sections if one.number is not None and one.track == section.track]
        for stop in section.stops:
            for step in stop.steps:
                # The names are the families' own record of which steps are the same; `alike` does not read them.
                # (Block 0's residual comes from outside the blocks.)
                wanted = [name + step.name.removeprefix(section.name) for name in blocks]
                found = heads.alike(program, step.name)
                assert [path for _, path in found] == [path for path in wanted if program.by_name.get(path)
                                                       and program.stop_of(path).section in blocks]


def test_outside_blocks_a_step_is_alike_to_itself(trace):
    assert [path for _, path in heads.alike(trace.program, "logits")] == ["logits"]


def test_which_tensors_have_heads(trace):
    for step in trace.program.steps:
        names = ax.names(trace.shapes[step.name])
        assert heads.has_heads(trace, step.name) == (ax.HEAD in names), step.name
        assert heads.count(trace, step.name) == (3 if ax.HEAD in names else 0)


# -- several as one -----------------------------------------------------------------------------------------------


def test_several_heads_are_shown_as_their_mean_or_sum(trace):
    path, chosen = "blocks.1.attn.masked", Selection().with_several("head", (2, 0))
    values = trace[path][0].astype(np.float64)
    made = picture(trace, path, chosen)
    assert (made.layout, made.operands) == ("alone", ()), "the mean of products is no product of means"
    assert np.array_equal(made.result.values, (values[0] + values[2]) / 2)
    assert made.result.derived == ((ax.Axis("head", 3), (0, 2)),) and made.result.how == MEAN
    made = picture(trace, path, Selection(chosen.at, chosen.several, SUM))
    assert np.array_equal(made.result.values, values[0] + values[2])
    finite = made.result.values[np.isfinite(made.result.values)]
    assert made.result.high == np.abs(finite).max(), "a sum has a scale of its own"


def test_several_rows_become_one_and_the_tensor_stays_beside_it(trace):
    made = picture(trace, "blocks.0.resid_pre", Selection().with_several("pos", (4, 1)))
    assert made.layout == "derived"
    assert np.array_equal(made.operands[0].values, trace["blocks.0.resid_pre"][0])
    assert made.result.rows is None and made.result.values.shape == (1, 12)
    rows = trace["blocks.0.resid_pre"][0].astype(np.float64)
    assert np.array_equal(made.result.values[0], (rows[1] + rows[4]) / 2)
    chosen = Selection().with_several("query_pos", (3, 5)).with_several("head", (0, 1))
    both = picture(trace, "blocks.0.attn.pattern", chosen)
    values = trace["blocks.0.attn.pattern"][0].astype(np.float64)
    assert np.allclose(both.operands[0].values, values[:2].mean(axis=0), rtol=1e-15)
    assert np.allclose(both.result.values[0], values[:2][:, [3, 5]].mean(axis=(0, 1)), rtol=1e-15)


@pytest.mark.parametrize("how", [MEAN, SUM])
def test_a_cell_of_a_mean_is_worked_out_from_the_models_own_cells(trace, how):
    chosen = Selection((), (("head", (0, 2)), ("query_pos", (1, 3, 5))), how)
    path = "blocks.1.attn.pattern"
    shown = picture(trace, path, chosen).result
    found = derived.working(trace, path, shown.index(0, 1), chosen)
    values = [float(trace[path][0, h, q, 1]) for h in (0, 2) for q in (1, 3, 5)]
    assert found.result == pytest.approx(sum(values) / (6 if how == MEAN else 1), rel=1e-14)
    assert found.stored == pytest.approx(shown.values[0, 1], rel=1e-15)
    assert found.agrees
    assert [line.value for line in found.lines] == values
    assert [line.link.index for line in found.lines] == [(0, h, q, 1) for h in (0, 2) for q in (1, 3, 5)]
    assert found.note.key == f"derived.{how}"


def test_a_sum_of_probabilities_is_none(trace):
    made = picture(trace, "blocks.0.attn.pattern", Selection((), (("head", (0, 1)), ("query_pos", (0, 5))), SUM))
    assert made.result.kind == made.operands[0].kind == "signed"
    assert made.result.high == made.operands[0].high == max(made.result.values.max(), made.operands[0].values.max())
    assert made.result.high > 1 and made.result.alias == SUM
    assert made.result.masked is None and made.operands[0].masked[0].tolist() == [False, *[True] * 5]


def test_a_masked_cell_stays_masked_in_a_mean(trace):
    chosen = Selection((), (("head", (0, 1)),))
    found = derived.working(trace, "blocks.0.attn.masked", (0, 0, 0, 3), chosen)
    assert found.result == -math.inf and found.agrees


def test_ids_are_never_added_up(trace):
    chosen = Selection((), (("pos", (0, 1)),))
    assert picture(trace, "tokens", chosen).result.derived == ()
    assert not derived.is_derived(trace, "tokens", chosen)


def test_one_entry_is_a_choice_and_entries_outside_an_axis_do_not_count():
    chosen = Selection((("batch", 1),)).with_several("head", (3, 1))
    head = ax.Axis("head", 4)
    assert chosen.entries(head) == (1, 3) and chosen.of(head) == 1
    assert chosen.entries(ax.Axis("head", 2)) == () and chosen.of(ax.Axis("head", 2)) == 1
    assert chosen.with_("head", 2) == Selection((("batch", 1), ("head", 2)))
    assert chosen.with_several("head", (3,)) == Selection((("batch", 1), ("head", 3)))
    assert chosen.single() == Selection((("batch", 1), ("head", 1)))
    assert chosen.single("pos") == chosen
