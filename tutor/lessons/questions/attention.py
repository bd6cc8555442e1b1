"""What mask and softmax do: which cells go, which key wins, what rows sum to, what ÷ √d_k changes, a score's sign."""

from __future__ import annotations

import numpy as np

from tutor.engine import axes as ax
from tutor.engine import ops
from tutor.engine.axes import Slices
from tutor.lessons.experiment import Said, Value
from tutor.lessons.question import Asking, Cell, Choice, Kind, Question, Word, figure, finished

#: How far apart two weights must be for one to be clearly the larger.
CLEAR = 0.02


def mask_cells(asking: Asking) -> Question | None:
    """Which cells does the mask remove? Decided by the tensor: the −∞ that were not there before."""
    step = asking.step
    if not isinstance(step.op, ops.Mask) or asking.axes[-2].name != ax.QUERY:
        return None
    front = asking.front()
    if min(asking.length(len(asking.axes) - 1), asking.axes[-1].size) < 2:
        return None  # nothing is later or earlier
    after = np.asarray(asking.trace.read(step.name, (*front, slice(None), slice(None))))
    before = np.asarray(asking.trace.read(step.inputs[0], (*front, slice(None), slice(None))))
    gone = np.isneginf(after) & ~np.isneginf(before)
    query, key = np.arange(after.shape[0])[:, None], np.arange(after.shape[1])[None, :]
    pads = np.broadcast_to(key >= asking.length(len(asking.axes) - 1), gone.shape)
    later = np.broadcast_to(key > query, gone.shape)
    sets = {
        "later": later, "earlier": np.broadcast_to(key < query, gone.shape), "itself": key == query,
        "pads": pads, "later_pads": later | pads, "none": np.zeros_like(gone),
    }  # fmt: skip
    fitting = [name for name, cells in sets.items() if np.array_equal(cells, gone)]
    if not fitting:
        return None
    right, count = fitting[0], int(gone.sum())
    kept = step.op.causal
    told: dict[str, Value] = {"count": count, "cells": gone.size, "length": asking.length(len(asking.axes) - 1)}
    choices = []
    for name, cells in sets.items():
        if name == right or not np.array_equal(cells, gone):
            said = Said("right" if name == right else f"not_{name}", {**told, "chosen": int(cells.sum())})
            lit = tuple((*front, *map(int, at)) for at in np.argwhere(cells)[:64])
            choices.append(Choice(Said(name), name == right, said, lit=lit))
    lesson = "stage-mask" if kept else "stage-pad-mask"
    why = Said("why_causal" if kept else "why_pads", told)
    return finished(asking, Question("mask_cells", step.name, Said("ask", told), tuple(choices), why, lesson=lesson))


def _pattern(asking: Asking) -> bool:
    axes = asking.axes
    return isinstance(asking.step.op, ops.Softmax) and len(axes) > 1 and axes[-1].name == ax.KEY


def _row(asking: Asking) -> int:
    """The query a question is about: the followed one, else the last real one."""
    last = asking.length(len(asking.axes) - 2) - 1
    return last if asking.focus.at is None else min(asking.focus.at, last)


def key_wins(asking: Asking) -> Question | None:
    """Which key gets the largest weight of a query? Only where one is clearly ahead."""
    if not _pattern(asking):
        return None
    place = len(asking.axes) - 1
    query = _row(asking)
    front = (*asking.front(), query)
    row = np.asarray(asking.trace.read(asking.step.name, (*front, slice(0, asking.length(place))))).astype(float)
    seen = np.flatnonzero(row > 0)
    if len(seen) < 3 or not np.isfinite(row).all():
        return None
    ranked = seen[np.argsort(-row[seen], kind="stable")]
    best = int(ranked[0])
    if row[best] - row[ranked[1]] < CLEAR:
        return None
    # The errors: "itself", "the one before", "the first", then what really comes next.
    own = query if asking.axes[-2].size == asking.axes[-1].size else -1
    wanted = {"itself": own, "previous": own - 1 if own > 0 else -1, "first": 0}
    taken: dict[int, str] = {}
    for key, at in wanted.items():
        if at in seen and at != best:
            taken.setdefault(int(at), key)
    for at in ranked[1:]:
        taken.setdefault(int(at), "other")
    name, top = asking.token(place, best), Cell(asking.step.name, (*front, best))
    told: dict[str, Value] = {"query": asking.token(place - 1, query), "best": name, "weight": float(row[best])}
    choices = [Choice(Word(name, best), True, Said("right", told), {"weight": top}, (top.index,))]
    for at, key in taken.items():
        cell = Cell(asking.step.name, (*front, at))
        said = Said(key, {**told, "chosen": asking.token(place, at), "got": float(row[at])})
        face, refs = Word(asking.token(place, at), at), {"weight": top, "got": cell}
        choices.append(Choice(face, False, said, refs, (cell.index, top.index)))
    question = Question("key_wins", asking.step.name, Said("ask", told), tuple(choices), Said("why", told),
                        lesson="stage-softmax")  # fmt: skip
    return finished(asking, question)


def row_sum(asking: Asking) -> Question | None:
    """What does a row of the pattern sum to?"""
    if not _pattern(asking):
        return None
    front = (*asking.front(), _row(asking))
    place = len(asking.axes) - 1
    row = np.asarray(asking.trace.read(asking.step.name, (*front, slice(None)))).astype(np.float64)
    before = np.asarray(asking.trace.read(asking.step.inputs[0], (*front, slice(None)))).astype(np.float64)
    total = float(row.sum())
    seen = int((row > 0).sum())
    if not np.isfinite(row).all() or abs(total - 1) > 1e-4:
        return None
    told: dict[str, Value] = {
        "query": asking.token(place - 1, front[-1]), "sum": total, "seen": seen, "top": float(row.max()),
    }  # fmt: skip
    score = float(before[np.isfinite(before)].sum())
    choices = (
        figure(total, True, "right", told),
        figure(float(seen), False, "count", told),
        figure(score, False, "scores", told),
        figure(float(row.max()), False, "largest", told),
    )
    question = Question("row_sum", asking.step.name, Said("ask", told), choices, Said("why", told),
                        lesson="stage-softmax")  # fmt: skip
    return finished(asking, question)


def scale_row(asking: Asking) -> Question | None:
    """What does ÷ √d_k do to a row of scores?"""
    step = asking.step
    if not isinstance(step.op, ops.Scale) or not step.inputs or len(asking.axes) < 2 or asking.axes[-1].name != ax.KEY:
        return None
    query = _row(asking)
    front, place = asking.front(), len(asking.axes) - 1
    real: Slices = (*front, query, slice(0, asking.length(place)))
    after = np.asarray(asking.trace.read(step.name, real)).astype(np.float64)
    before = np.asarray(asking.trace.read(step.inputs[0], real)).astype(np.float64)
    if len(after) < 2 or not (np.isfinite(after).all() and np.isfinite(before).all()):
        return None
    big = int(np.argmax(np.abs(before)))
    if before[big] == 0 or after[big] == 0 or after.std() == 0:
        return None
    factor = before[big] / after[big]
    same = np.array_equal(np.argsort(before, kind="stable"), np.argsort(after, kind="stable"))
    if not same or abs(factor - 1) < 1e-3 or abs(after.var() - 1) < 0.1 or abs(after.sum() - 1) < 0.05:
        return None
    told: dict[str, Value] = {
        "query": asking.token(place - 1, query), "factor": float(factor), "before": float(before.std()),
        "after": float(after.std()), "variance": float(after.var()), "sum": float(after.sum()),
    }  # fmt: skip
    choices = (
        Choice(Said("shrinks"), True, Said("right", told)),
        Choice(Said("sums"), False, Said("not_sums", told)),
        Choice(Said("unit"), False, Said("not_unit", told)),
        Choice(Said("reorders"), False, Said("not_reorders", told)),
    )
    question = Question("scale_row", step.name, Said("ask", told), choices, Said("why", told), lesson="why-scale")
    return finished(asking, question)


def score_sign(asking: Asking) -> Question | None:
    """Is a dot product of a query and a key positive or negative? Of a cell that is clearly either."""
    step = asking.step
    if type(step.op) is not ops.Scores:
        return None
    front, place = asking.front(), len(asking.axes) - 1
    part: Slices = (*front, slice(0, asking.length(place - 1)), slice(0, asking.length(place)))
    values = np.asarray(asking.trace.read(step.name, part)).astype(np.float64)
    if not np.isfinite(values).all() or not values.any():
        return None
    clear = np.argwhere(np.abs(values) > 0.25 * np.abs(values).max())
    query, key = map(int, clear[asking.rng.integers(len(clear))])
    at = Cell(step.name, (*front, query, key))
    q, k = (
        np.asarray(asking.trace.read(name, (*asking.front(asking.operand(n)), row, slice(None)))).astype(np.float64)
        for n, (name, row) in enumerate(zip(step.inputs, (query, key)))
    )
    products = q * k
    told: dict[str, Value] = {
        "query": asking.token(place - 1, query), "key": asking.token(place, key), "score": float(values[query, key]),
        "up": int((products > 0).sum()), "down": int((products < 0).sum()),
        "plus": float(products[products > 0].sum()), "minus": float(products[products < 0].sum()),
    }  # fmt: skip
    positive = values[query, key] > 0
    choices = (
        Choice(Said("positive"), bool(positive), Said("right" if positive else "not_positive", told), {"score": at},
               (at.index,)),
        Choice(Said("negative"), not positive, Said("not_negative" if positive else "right", told), {"score": at},
               (at.index,)),
    )  # fmt: skip
    question = Question("score_sign", step.name, Said("ask", told), choices, Said("why", told), lesson="stage-scores")
    return finished(asking, question)


KINDS = (
    Kind("mask_cells", mask_cells, (ops.Mask,)), Kind("key_wins", key_wins, (ops.Softmax,), ax.KEY),
    Kind("row_sum", row_sum, (ops.Softmax,), ax.KEY), Kind("scale_row", scale_row, (ops.Scale,), ax.KEY),
    Kind("score_sign", score_sign, (ops.Scores,)),
)  # fmt: skip
