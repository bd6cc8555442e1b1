"""Operands for every operation, in any small sizes: what the property tests of operations draw from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from tutor.engine import ops
from tutor.engine.axes import BATCH, D_HEAD, D_MODEL, D_VOCAB, HEAD, KEY, POS, QUERY, TYPE, Axes, axes, shape


@dataclass(frozen=True)
class Sizes:
    """How large the operands are."""

    batch: int = 2
    pos: int = 3
    head: int = 2
    d_head: int = 3
    d_model: int = 4


@dataclass(frozen=True)
class Given:
    """An operation and what it is given. `ids` marks operands that are whole numbers below a limit."""

    op: Any
    operands: tuple[Axes, ...]
    ids: tuple[int, ...] = ()

    @property
    def out(self) -> Axes:
        return self.op.infer(*self.operands)

    def values(self, rng: np.random.Generator) -> list[np.ndarray]:
        """Random operands; a variance or mean square is not negative."""
        made: list[np.ndarray] = []
        limits = self.ids + (0,) * len(self.operands)
        for at, (of, limit) in enumerate(zip(self.operands, limits)):
            if limit:
                made.append(rng.integers(1 if self.op.kind == "Mask" else 0, limit, shape(of)))
            else:
                made.append(rng.standard_normal(shape(of), dtype=np.float32))
            if (self.op.kind, at) in (("Normalize", 2), ("NormalizeRms", 1)):
                made[-1] = made[-1] ** 2
        return made


def _stream(s: Sizes) -> Axes:
    return axes((BATCH, s.batch), (POS, s.pos), (D_MODEL, s.d_model))


def _heads(s: Sizes) -> Axes:
    return axes((BATCH, s.batch), (HEAD, s.head), (POS, s.pos), (D_HEAD, s.d_head))


def _square(s: Sizes, more_keys: int = 0) -> Axes:
    """Queries by keys; in cross-attention the keys are of another text."""
    return axes((BATCH, s.batch), (HEAD, s.head), (QUERY, s.pos), (KEY, s.pos + more_keys))


def _linear(s: Sizes) -> list[Given]:
    inner, outer = (D_MODEL, s.d_model), (D_VOCAB, s.d_model + 1)
    found = []
    for bias, turned in product([False, True], repeat=2):
        weight = axes(outer, inner) if turned else axes(inner, outer)
        operands = (_stream(s), weight, axes(outer))[: 2 + bias]
        found.append(Given(ops.Linear(bias, turned), operands))
    return found


def _mask(s: Sizes) -> list[Given]:
    lengths = axes((BATCH, s.batch))
    variants = [(*both, 0, 0) for both in product([True, False], ["-inf", "-1000", "none"])]
    variants += [(True, "-inf", 1, 0), (True, "-1000", 2, 0), (False, "none", 2, 0), (False, "-inf", 0, 2)]
    return [
        Given(ops.Mask(causal, pad, window), (_square(s, more), lengths), (0, s.pos + more + 1))
        for causal, pad, window, more in variants
    ]


#: Rotations of every kind; `dim` is put in for each size of a head.
ROTATIONS: tuple[dict[str, Any], ...] = (
    dict(),
    dict(base=7.0),
    dict(scaling="linear", base=100.0, factor=3.0),
    dict(scaling="dynamic", base=50.0, factor=2.0, original=2),
    dict(scaling="dynamic", base=50.0, factor=4.0, original=99),
    dict(scaling="llama3", base=30.0, factor=8.0, original=40, low=1.0, high=4.0),
    dict(scaling="llama3", base=500.0, factor=2.0, original=9, low=0.5, high=1.5),
    dict(scaling="yarn", base=20.0, factor=4.0, original=30, beta_fast=4.0, beta_slow=0.5, attention=1.3),
    dict(scaling="yarn", base=90.0, factor=2.0, original=60, beta_fast=8.0, truncate=False, attention=0.8),
)


def _rotate(s: Sizes) -> list[Given]:
    """The whole head, all but an odd feature of it, and two features alone."""
    found = []
    for at, options in enumerate(ROTATIONS):
        d_head = max(s.d_head, 2) + at % 2
        dim = 2 if at % 3 == 2 else d_head // 2 * 2
        x = axes((BATCH, s.batch), (HEAD, s.head), (POS, s.pos), (D_HEAD, d_head))
        found.append(Given(ops.Rotate(dim, **options), (x,)))
    wide = axes((BATCH, s.batch), (HEAD, s.head), (POS, s.pos), (D_HEAD, 7))
    return [*found, *(Given(ops.Rotate(6, **options), (wide,)) for options in ROTATIONS[2:])]


def _some_heads(s: Sizes) -> list[str]:
    """The first head, the last, and all of them."""
    return ["0", str(s.head - 1), ",".join(map(str, range(s.head)))]


def _tokens(s: Sizes) -> Axes:
    return axes((BATCH, s.batch), (POS, s.pos))


def _alone(op: Any) -> Callable[[Sizes], list[Given]]:
    return lambda s: [Given(op, (_stream(s),))]


#: For every operation by its name: its variants with their operands. `Tokens` computes nothing and has its own test.
SAMPLES: dict[str, Callable[[Sizes], list[Given]]] = {
    "Lookup": lambda s: [Given(ops.Lookup(), (_tokens(s), axes((D_VOCAB, 5), (D_MODEL, s.d_model))), (5,))],
    "Positions": lambda s: [
        Given(ops.Positions(first), (_tokens(s), axes((POS, s.pos + more), (D_MODEL, s.d_model))), (5,))
        for first, more in ((0, 0), (0, 2), (2, 2), (1, 3))
    ],
    "TypeRow": lambda s: [
        Given(ops.TypeRow(row), (_tokens(s), axes((TYPE, types), (D_MODEL, s.d_model))), (5,))
        for row, types in ((0, 1), (0, 3), (1, 3))
    ],
    "Sinusoid": lambda s: [
        Given(ops.Sinusoid(d, halves), (_tokens(s),), (5,))
        for d, halves in product((s.d_model, s.d_model + 1), (False, True))
    ],
    "Identity": _alone(ops.Identity()),
    "Add": lambda s: [
        Given(ops.Add(), (_stream(s), *(_stream(s)[one:] for one in skip)))
        for skip in ((0,), (1,), (2,), (0, 0), (0, 1), (2, 0))
    ],
    "Multiply": lambda s: [Given(ops.Multiply(), (_stream(s), _stream(s)))],
    "Scale": lambda s: [
        Given(ops.Scale(n, divide), (_square(s),)) for n, divide in product([s.d_head, 7], [True, False])
    ],
    "Relu": _alone(ops.Relu()),
    "Gelu": _alone(ops.Gelu()),
    "GeluTanh": _alone(ops.GeluTanh()),
    "Silu": _alone(ops.Silu()),
    "Linear": _linear,
    "Scores": lambda s: [
        Given(ops.Scores(), (_heads(s), _heads(s))),
        Given(ops.Scores(), (_heads(s), _heads(Sizes(s.batch, s.pos + 2, s.head, s.d_head)))),
    ],
    "Mask": _mask,
    "Softmax": lambda s: [Given(ops.Softmax(empty), (_square(s),)) for empty in ("nan", "zero")],
    "EvenSoftmax": lambda s: [
        Given(ops.EvenSoftmax(empty, heads), (_square(s),)) for empty in ("nan", "zero") for heads in _some_heads(s)
    ],
    "SilentSum": lambda s: [Given(ops.SilentSum(heads), (_square(s), _heads(s))) for heads in _some_heads(s)],
    "WeightedSum": lambda s: [
        Given(ops.WeightedSum(), (_square(s, more), _heads(Sizes(s.batch, s.pos + more, s.head, s.d_head))))
        for more in (0, 2)
    ],
    "Mean": _alone(ops.Mean()),
    "Variance": lambda s: [Given(ops.Variance(), (_stream(s), _stream(s)[:-1]))],
    "Normalize": lambda s: [
        Given(ops.Normalize(eps), (_stream(s), _stream(s)[:-1], _stream(s)[:-1])) for eps in (1e-5, 0.0, 0.1)
    ],
    "MeanSquare": _alone(ops.MeanSquare()),
    "NormalizeRms": lambda s: [Given(ops.NormalizeRms(eps), (_stream(s), _stream(s)[:-1])) for eps in (1e-6, 0.0, 0.1)],
    "ScaleShift": lambda s: [
        Given(ops.ScaleShift(bias), (_stream(s), *(_stream(s)[-1:],) * (1 + bias))) for bias in (True, False)
    ],
    "SplitHeads": lambda s: [
        Given(ops.SplitHeads(s.head), (axes((BATCH, s.batch), (POS, s.pos), (D_MODEL, s.head * s.d_head)),))
    ],
    "SwapHeads": lambda s: [Given(ops.SwapHeads(), (_heads(s),))],
    "Rotate": _rotate,
    "RepeatHeads": lambda s: [Given(ops.RepeatHeads(times), (_heads(s),)) for times in (1, 2, 3)],
    "MergeHeads": lambda s: [
        Given(ops.MergeHeads(full), (axes((BATCH, s.batch), (POS, s.pos), (HEAD, s.head), (D_HEAD, s.d_head)),))
        for full in (True, False)
    ],
}


def known() -> dict[str, type]:
    """Every operation of the engine itself, by its name."""
    return {kind: cls for kind, cls in ops.known().items() if cls.__module__.startswith("tutor.engine.")}
