"""Small sums to work out by hand, from numbers as they are printed: ÷ √n, a short softmax or weighted sum, ÷ σ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from tutor.engine import axes as ax
from tutor.engine import ops
from tutor.lessons.experiment import Said, Value
from tutor.lessons.question import Asking, Cell, Choice, Figure, Kind, Question, finished

#: Decimals of what is printed.
PLACES = 3
#: How far the wrong results must lie from the right one, so that the printed operands decide between them.
APART = 0.02


def _question(
    asking: Asking, kind: str, cell: Cell, wrong: Sequence[tuple[str, float]], refs: Mapping[str, Cell],
    told: Mapping[str, Value], lesson: str,
) -> Question | None:  # fmt: skip
    right = asking.value(cell)
    if not math.isfinite(right):
        return None
    all_told = {**told, "result": right}
    found = {**refs, "result": cell}
    choices = [Choice(Figure(right, PLACES), True, Said("right", all_told), found, (cell.index,))]
    for key, value in wrong:
        near = APART * max(1.0, abs(right))
        if math.isfinite(value) and all(abs(value - one.face.value) > near for one in choices):  # type: ignore[union-attr]
            face = Figure(value, PLACES)
            choices.append(
                Choice(face, False, Said(key, {**all_told, "chosen": face.printed()}), found, (cell.index,))
            )
    return finished(asking, Question(
        kind, asking.step.name, Said("ask", dict(told)), tuple(choices), Said("why", all_told), dict(refs),
        (*asking.chosen(),), lesson=lesson,
    ))  # fmt: skip


def _cell(asking: Asking) -> tuple[int, ...]:
    """A real cell of the result, drawn."""
    index = []
    chosen = dict(asking.chosen())
    for place, one in enumerate(asking.axes):
        if one.name in chosen:
            index.append(chosen[one.name])
        else:
            index.append(int(asking.rng.integers(asking.length(place))))
    return tuple(index)


def scale(asking: Asking) -> Question | None:
    """One number ÷ √n (or × √n)."""
    op = asking.step.op
    if not isinstance(op, ops.Scale):
        return None
    index = _cell(asking)
    x = Cell(asking.step.inputs[0], index)
    value, n = asking.value(x), op.n
    if not math.isfinite(value) or abs(value) < 0.2:
        return None
    root = math.sqrt(n)
    wrong = (
        (("by_n", value / n), ("turned", value * root), ("minus", value - root)) if op.divide
        else (("by_n", value * n), ("turned", value / root), ("plus", value + root))
    )  # fmt: skip
    kind = "hand_scale_divide" if op.divide else "hand_scale_multiply"
    lesson = "why-scale" if op.divide else "why-embed-scale"
    return _question(asking, kind, Cell(asking.step.name, index), wrong, {"x": x},
                     {"x": value, "n": n, "root": root}, lesson)  # fmt: skip


def softmax(asking: Asking) -> Question | None:
    """A row of softmax with two or three numbers that are not masked."""
    axes = asking.axes
    if not isinstance(asking.step.op, ops.Softmax) or axes[-1].name != ax.KEY:
        return None
    front, name = asking.front(), asking.step.inputs[0]
    rows = range(asking.length(len(axes) - 2))
    fitting = []
    for query in rows[:64]:
        row = np.asarray(asking.trace.read(name, (*front, query, slice(None)))).astype(np.float64)
        seen = np.flatnonzero(np.isfinite(row))
        # Far apart, one would have all the weight, and there would be nothing to work out.
        if len(seen) in (2, 3) and np.ptp(row[seen]) < 4:
            fitting.append((query, seen, row[seen]))
    if not fitting:
        return None
    query, seen, row = fitting[int(asking.rng.integers(len(fitting)))]
    at = int(asking.rng.integers(len(seen)))
    grown = np.exp(row - row.max())
    share = row / row.sum() if abs(row.sum()) > 1e-9 else np.full_like(row, np.nan)
    refs = {f"x{n}": Cell(name, (*front, query, int(key))) for n, key in enumerate(seen)}
    told: dict[str, Value] = {f"x{n}": float(one) for n, one in enumerate(row)}
    told |= {"at": at, "chosen_x": float(row[at]), "kind": len(seen), "total": float(grown.sum())}
    refs["chosen_x"] = refs[f"x{at}"]
    wrong = (
        ("plain", float(share[at])), ("even", 1 / len(seen)), ("grown", float(grown[at])),
        ("other", float((grown / grown.sum())[at - 1])),
    )  # fmt: skip
    cell = Cell(asking.step.name, (*front, query, int(seen[at])))
    return _question(asking, f"hand_softmax{len(seen)}", cell, wrong, refs, told, "stage-softmax")


def weighted(asking: Asking) -> Question | None:
    """One feature of z where a query sees only two keys."""
    if type(asking.step.op) is not ops.WeightedSum:
        return None
    pattern, v = asking.step.inputs
    chosen = asking.front()
    fitting = []
    for query in range(min(asking.length(len(asking.axes) - 2), 64)):
        row = np.asarray(asking.trace.read(pattern, (*chosen, query, slice(None)))).astype(np.float64)
        seen = np.flatnonzero(row)
        if len(seen) == 2 and row[seen].min() > 0.05:
            fitting.append((query, seen, row[seen]))
    if not fitting:
        return None
    query, seen, weights = fitting[int(asking.rng.integers(len(fitting)))]
    feature = int(asking.rng.integers(asking.axes[-1].size))
    front = asking.front(asking.operand(1))
    cells = [Cell(v, (*front, int(key), feature)) for key in seen]
    one, two = (asking.value(cell) for cell in cells)
    refs = {"v0": cells[0], "v1": cells[1]}
    refs |= {f"p{n}": Cell(pattern, (*chosen, query, int(key))) for n, key in enumerate(seen)}
    told: dict[str, Value] = {"v0": one, "v1": two, "p0": float(weights[0]), "p1": float(weights[1])}
    wrong = (
        ("crossed", float(weights[1]) * one + float(weights[0]) * two),
        ("even", (one + two) / 2), ("summed", one + two), ("largest", one if weights[0] > weights[1] else two),
    )  # fmt: skip
    cell = Cell(asking.step.name, (*chosen, query, feature))
    return _question(asking, "hand_weighted", cell, wrong, refs, told, "stage-times-v")


def normalize(asking: Asking) -> Question | None:
    """One number of a normalised row: (x − μ) ÷ √(σ² + ε)."""
    if not isinstance(asking.step.op, ops.Normalize):
        return None
    index = _cell(asking)
    x, mean, var = (Cell(name, index[: len(asking.trace.shapes[name])]) for name in asking.step.inputs)
    value, mu, variance = asking.value(x), asking.value(mean), asking.value(var)
    if not math.isfinite(value) or variance <= 1e-3:
        return None
    sigma = math.sqrt(variance + asking.step.op.eps)
    told: dict[str, Value] = {"x": value, "mean": mu, "var": variance, "sigma": sigma}
    wrong = (
        ("by_variance", (value - mu) / variance), ("uncentred", value / sigma), ("unscaled", value - mu),
        ("turned", (mu - value) / sigma),
    )  # fmt: skip
    cell = Cell(asking.step.name, index)
    return _question(asking, "hand_normalize", cell, wrong, {"x": x, "mean": mean, "var": var}, told,
                     "why-layer-norm")  # fmt: skip


KINDS = (
    Kind("hand_scale", scale, (ops.Scale,)), Kind("hand_softmax", softmax, (ops.Softmax,), ax.KEY),
    Kind("hand_weighted", weighted, (ops.WeightedSum,)), Kind("hand_normalize", normalize, (ops.Normalize,)),
)  # fmt: skip
