"""Every step of every kind of model laid out for looking at: the cells on screen are the tensor's own, and what lights
up is what a cell comes from and goes to."""

from __future__ import annotations

import numpy as np
import pytest
import samples

from tutor.engine.axes import TOKEN_AXES
from tutor.engine.picture import Lit, Panel, Selection, panel, picture


def lit_cells(lit: tuple[Lit, Lit] | None, shape: tuple[int, ...]) -> set[tuple[int, int]]:
    if lit is None:
        return set()
    rows, columns = (
        range(size) if one is None else [one] if isinstance(one, int) else one for one, size in zip(lit, shape)
    )
    return {(row, column) for row in rows for column in columns}


def cells_of(shown: Panel) -> list[tuple[int, int]]:
    return list(np.ndindex(*shown.values.shape))


@pytest.mark.parametrize("choice", samples.EVERY)
def test_every_step_can_be_looked_at(choice: str) -> None:
    trace = samples.live(samples.spec(**samples.EVERY[choice]), (4, 2))
    rng = np.random.default_rng(0)
    selection = Selection((("batch", 1), ("head", 1)))
    for step in trace.program:
        made = picture(trace, step.name, selection)
        assert made.layout == step.op.picture and (made.result.name, made.path) == (step.name,) * 2
        assert [one.name for one in made.operands] == list(step.operands)[: len(made.operands)]
        for shown in (made.result, *made.operands):
            whole = trace[shown.name]
            assert shown.values.ndim == 2 and shown.low <= shown.high
            for row, column in ((0, 0), tuple(size - 1 for size in shown.values.shape)):
                index = shown.index(row, column)
                assert shown.place(index) == (row, column)
                assert samples.same(np.asarray(shown.values[row, column]), np.asarray(whole[index])), shown.name
            lengths = [text.lengths[1] for text in trace.texts(shown.name) if text is not None]
            if shown.rows is not None and shown.rows.name in TOKEN_AXES and "batch" in [a.name for a in shown.axes]:
                assert shown.real_rows in (*lengths, shown.values.shape[0]), shown.name
        # A cell of the result lights up what it comes from, on every panel.
        at = cells_of(made.result)[int(rng.integers(len(cells_of(made.result))))]
        parts = dict(trace.reads(step.name, made.result.index(*at)))
        for shown in made.operands:
            expected = {cell for cell in cells_of(shown) if samples.inside(parts[shown.name], shown.index(*cell))}
            assert lit_cells(shown.lit(parts[shown.name]), shown.values.shape) == expected, (step.name, shown.name)
        # And a cell lights up where it goes.
        for use in trace.used_by(step.name, made.result.index(*at)):
            shown = panel(trace, use.step, selection)
            expected = {cell for cell in cells_of(shown) if samples.inside(use.index, shown.index(*cell))}
            assert lit_cells(shown.lit(use.index), shown.values.shape) == expected, (step.name, use.step)


def test_scales_are_shared_where_they_should_be_compared() -> None:
    trace = samples.live(samples.spec(**samples.KINDS["rotary, shared heads"]), (4,))
    shared = picture(trace, "blocks.0.attn.scaled", Selection()).result.shared
    assert shared == ("blocks.0.attn.scores", "blocks.0.attn.scaled", "blocks.0.attn.masked")
    q, k = picture(trace, "blocks.0.attn.scores", Selection()).operands
    assert q.shared == k.shared == ("blocks.0.attn.q_rot", "blocks.0.attn.k_shared") and q.high == k.high > 0
