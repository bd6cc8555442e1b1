"""Which shape has the result? The wrong ones are the shapes that people take for it."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.engine import axes as ax
from tutor.engine import ops
from tutor.engine.axes import Axes, Axis
from tutor.lessons.experiment import Said
from tutor.lessons.question import Asking, Choice, Kind, Question, Shape, axis, finished


def _question(asking: Asking, kind: str, wrong: Sequence[tuple[str, Axes]], why: str, lesson: str) -> Question | None:
    sizes = {f"n_{one.name}": one.size for one in (*asking.operand(0), *asking.axes)}
    right = Choice(Shape(asking.axes), True, Said("right", sizes))
    choices = [right, *(Choice(Shape(shape), False, Said(key, sizes)) for key, shape in wrong)]
    question = Question(
        kind, asking.step.name, Said("ask", sizes), tuple(choices), Said(why, sizes), veil="shape", lesson=lesson
    )
    return finished(asking, question)


def split(asking: Asking) -> Question | None:
    """[batch, pos, width] → [batch, pos, head, d_head]."""
    if type(asking.step.op) is not ops.SplitHeads:
        return None
    before, after = asking.operand(0), asking.axes
    front, head, part = after[:-2], after[-2], after[-1]
    return _question(asking, "shape_split", (
        ("swapped", (*front[:-1], head, front[-1], part)),
        ("whole", (*front, head, before[-1])),
        ("unsplit", before),
    ), "why", "stage-split")  # fmt: skip


def transpose(asking: Asking) -> Question | None:
    """[batch, pos, head, d_head] → [batch, head, pos, d_head]."""
    after = asking.axes
    if type(asking.step.op) is not ops.SwapHeads or axis(after[-2:], ax.POS) is None:
        return None
    head, pos, part = after[-3:]
    return _question(asking, "shape_transpose", (
        ("unmoved", asking.operand(0)),
        ("inner", (*after[:-2], part, pos)),
        ("flat", (*after[:-3], pos, Axis(ax.D_MODEL, head.size * part.size))),
    ), "why", "stage-split")  # fmt: skip


def concat(asking: Asking) -> Question | None:
    """[batch, pos, head, d_head] → [batch, pos, n_heads · d_head]."""
    if type(asking.step.op) is not ops.MergeHeads:
        return None
    before, after = asking.operand(0), asking.axes
    return _question(asking, "shape_concat", (
        ("added", (*after[:-1], before[-1])),
        ("unmerged", before),
        ("along", (*after[:-2], Axis(after[-2].name, after[-2].size * before[-2].size), before[-1])),
    ), "why", "stage-concat")  # fmt: skip


def scores(asking: Asking) -> Question | None:
    """q, k [batch, head, pos, d_head] → [batch, head, query_pos, key_pos]; a trap where pos = d_head."""
    if type(asking.step.op) is not ops.Scores:
        return None
    part = asking.operand(0)[-1]
    after = asking.axes
    trap = part.size in (after[-1].size, after[-2].size)
    return _question(asking, "shape_scores", (
        ("context", (*after[:-1], part)),
        ("inner", (*after[:-2], part, part)),
        ("one", (*(one for one in after if one.name != ax.HEAD),)),
    ), "why_trap" if trap else "why", "stage-scores")  # fmt: skip


def weighted(asking: Asking) -> Question | None:
    """pattern × v → [batch, head, pos, d_head]."""
    if type(asking.step.op) is not ops.WeightedSum:
        return None
    pattern, after = asking.operand(0), asking.axes
    heads = axis(after, ax.HEAD)
    if heads is None:
        return None
    wide = Axis(ax.D_MODEL, heads.size * after[-1].size)
    return _question(asking, "shape_times_v", (
        ("weights", pattern),
        ("joined", (*after[:-1], wide)),
        ("summed", (*(one for one in after if one.name != ax.POS),)),
    ), "why", "stage-times-v")  # fmt: skip


KINDS = (
    Kind("shape_split", split, (ops.SplitHeads,)), Kind("shape_transpose", transpose, (ops.SwapHeads,)),
    Kind("shape_concat", concat, (ops.MergeHeads,)), Kind("shape_scores", scores, (ops.Scores,)),
    Kind("shape_times_v", weighted, (ops.WeightedSum,)),
)  # fmt: skip
