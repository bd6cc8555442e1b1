"""Operands for every operation, in any small sizes: what the property tests of operations draw from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np

from tutor.engine import ops
from tutor.engine.axes import BATCH, D_HEAD, D_MODEL, D_VOCAB, HEAD, KEY, POS, QUERY, Axes, axes, shape


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
        """Random operands; a variance is not negative."""
        made: list[np.ndarray] = []
        limits = self.ids + (0,) * len(self.operands)
        for at, (of, limit) in enumerate(zip(self.operands, limits)):
            if limit:
                made.append(rng.integers(1 if self.op.kind == "Mask" else 0, limit, shape(of)))
            else:
                made.append(rng.standard_normal(shape(of), dtype=np.float32))
            if self.op.kind == "Normalize" and at == 2:
                made[-1] = made[-1] ** 2
        return made


def _stream(s: Sizes) -> Axes:
    return axes((BATCH, s.batch), (POS, s.pos), (D_MODEL, s.d_model))


def _heads(s: Sizes) -> Axes:
    return axes((BATCH, s.batch), (HEAD, s.head), (POS, s.pos), (D_HEAD, s.d_head))


def _square(s: Sizes) -> Axes:
    return axes((BATCH, s.batch), (HEAD, s.head), (QUERY, s.pos), (KEY, s.pos))


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
    return [
        Given(ops.Mask(causal, pad), (_square(s), lengths), (0, s.pos + 1))
        for causal, pad in product([True, False], ["-inf", "-1000", "none"])
    ]


def _tokens(s: Sizes) -> Axes:
    return axes((BATCH, s.batch), (POS, s.pos))


def _alone(op: Any) -> Callable[[Sizes], list[Given]]:
    return lambda s: [Given(op, (_stream(s),))]


#: For every operation by its name: its variants with their operands. `Tokens` computes nothing and has its own test.
SAMPLES: dict[str, Callable[[Sizes], list[Given]]] = {
    "Lookup": lambda s: [Given(ops.Lookup(), (_tokens(s), axes((D_VOCAB, 5), (D_MODEL, s.d_model))), (5,))],
    "Positions": lambda s: [
        Given(ops.Positions(), (_tokens(s), axes((POS, s.pos + more), (D_MODEL, s.d_model))), (5,)) for more in (0, 2)
    ],
    "Sinusoid": lambda s: [Given(ops.Sinusoid(d), (_tokens(s),), (5,)) for d in (s.d_model, s.d_model + 1)],
    "Identity": _alone(ops.Identity()),
    "Add": lambda s: [Given(ops.Add(), (_stream(s), _stream(s)[skip:])) for skip in range(3)],
    "Scale": lambda s: [
        Given(ops.Scale(n, divide), (_square(s),)) for n, divide in product([s.d_head, 7], [True, False])
    ],
    "Relu": _alone(ops.Relu()),
    "Gelu": _alone(ops.Gelu()),
    "GeluTanh": _alone(ops.GeluTanh()),
    "Linear": _linear,
    "Scores": lambda s: [
        Given(ops.Scores(), (_heads(s), _heads(s))),
        Given(ops.Scores(), (_heads(s), _heads(Sizes(s.batch, s.pos + 2, s.head, s.d_head)))),
    ],
    "Mask": _mask,
    "Softmax": lambda s: [Given(ops.Softmax(empty), (_square(s),)) for empty in ("nan", "zero")],
    "WeightedSum": lambda s: [Given(ops.WeightedSum(), (_square(s), _heads(s)))],
    "Mean": _alone(ops.Mean()),
    "Variance": lambda s: [Given(ops.Variance(), (_stream(s), _stream(s)[:-1]))],
    "Normalize": lambda s: [
        Given(ops.Normalize(eps), (_stream(s), _stream(s)[:-1], _stream(s)[:-1])) for eps in (1e-5, 0.0, 0.1)
    ],
    "ScaleShift": lambda s: [
        Given(ops.ScaleShift(bias), (_stream(s), *(_stream(s)[-1:],) * (1 + bias))) for bias in (True, False)
    ],
    "SplitHeads": lambda s: [
        Given(ops.SplitHeads(s.head), (axes((BATCH, s.batch), (POS, s.pos), (D_MODEL, s.head * s.d_head)),))
    ],
    "SwapHeads": lambda s: [Given(ops.SwapHeads(), (_heads(s),))],
    "MergeHeads": lambda s: [
        Given(ops.MergeHeads(full), (axes((BATCH, s.batch), (POS, s.pos), (HEAD, s.head), (D_HEAD, s.d_head)),))
        for full in (True, False)
    ],
}


def known() -> dict[str, type]:
    """Every operation of the engine itself, by its name."""
    return {kind: cls for kind, cls in ops.known().items() if cls.__module__.startswith("tutor.engine.")}
