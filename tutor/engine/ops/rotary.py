"""Rotary positions: pairs of features of queries and keys turned by an angle that grows with the position.

Su et al. 2021 (RoFormer), in the layout of Llama and GPT-NeoX: feature i is paired with feature i + dim/2. The
scaled kinds, for texts longer than those trained on, are described at `spec.Rope`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from tutor.engine.axes import D_HEAD, POS, Axes, Index, Slices
from tutor.engine.figures import Turn
from tutor.engine.ops.base import Access, Op, cells, need
from tutor.engine.records import dataclass
from tutor.engine.working import Line, Note, Operand, Working, number, row

SCALINGS = ("default", "linear", "dynamic", "llama3", "yarn")


def frequencies(op: "Rotate", n_pos: int) -> np.ndarray:
    """The angle each pair turns by from one position to the next, in radians: float64 [dim / 2].

    `n_pos` matters to the "dynamic" kind alone, whose base grows once a text is longer than `original`.
    """
    half = np.arange(op.dim // 2) * 2 / op.dim
    plain = op.base**-half
    if op.scaling == "linear":
        return plain / op.factor
    if op.scaling == "dynamic" and n_pos > op.original:
        grown = op.factor * n_pos / op.original - (op.factor - 1)
        return (op.base * grown ** (op.dim / (op.dim - 2))) ** -half if op.dim > 2 else plain
    if op.scaling == "llama3":
        turns = op.original * plain / (2 * math.pi)
        blend = np.clip((turns - op.low) / (op.high - op.low), 0.0, 1.0)
        return blend * plain + (1 - blend) * plain / op.factor
    if op.scaling == "yarn":
        return _yarn(op, plain)
    return plain


def _yarn(op: "Rotate", plain: np.ndarray) -> np.ndarray:
    """Peng et al. 2023, section 3.2: pairs that turn often keep their angle, slow ones are divided by `factor`."""

    def pair(turns: float) -> float:
        return op.dim * math.log(op.original / (turns * 2 * math.pi)) / (2 * math.log(op.base))

    low, high = pair(op.beta_fast), pair(op.beta_slow)
    if op.truncate:
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, op.dim - 1)
    ramp = np.clip((np.arange(op.dim // 2) - low) / max(high - low, 0.001), 0.0, 1.0)
    return plain * (1 - ramp) + plain / op.factor * ramp


@dataclass(frozen=True)
class Rotate(Op):
    """Turns each pair of features (i, i + dim/2) by pos · θ_i: x [batch, head, pos, d_head] → the same axes.

    out_i = x_i cos − x_(i+dim/2) sin, out_(i+dim/2) = x_(i+dim/2) cos + x_i sin. Features from `dim` on are left as
    they are. The options are those of `spec.Rope`, whose `kind` is `scaling` here; sine and cosine are made in float64
    and rounded once.
    """

    title = "rotate"
    dim: int = 2
    base: float = 10000.0
    scaling: str = "default"
    factor: float = 1.0
    original: int = 0
    low: float = 1.0
    high: float = 4.0
    beta_fast: float = 32.0
    beta_slow: float = 1.0
    attention: float = 1.0
    truncate: bool = True

    def infer(self, *operands: Axes) -> Axes:
        need(len(operands) == 1 and len(operands[0]) >= 2, self, *operands)
        x = operands[0]
        need(x[-2].name == POS and x[-1].name == D_HEAD and 2 <= self.dim <= x[-1].size, self, *operands)
        need(self.dim % 2 == 0 and self._is_rotation(), self, *operands)
        return x

    def _is_rotation(self) -> bool:
        """Whether the options make one: they may come from a file that somebody changed."""
        numbers = (self.base, self.factor, self.low, self.high, self.beta_fast, self.beta_slow, self.attention)
        if self.scaling not in SCALINGS or not all(math.isfinite(one) and one > 0 for one in numbers):
            return False
        if self.scaling in ("dynamic", "llama3", "yarn") and self.original < 1:
            return False
        return {"llama3": self.high > self.low, "yarn": self.base > 1}.get(self.scaling, True)

    def access(self, out: Axes, *operands: Axes) -> Access:
        return ((*range(len(out) - 1), None),)

    def partner(self, feature: int) -> int:
        """The other feature of the pair; one that is not turned is its own."""
        half = self.dim // 2
        return feature if feature >= self.dim else feature + half if feature < half else feature - half

    def reads(self, index: Index, out: Axes, *operands: Axes) -> tuple[Slices, ...]:
        return (self.used_by(0, index, out, *operands),)

    def used_by(self, operand: int, index: Index, out: Axes, *operands: Axes) -> Slices:
        # A pair goes into itself, so the same part answers both questions.
        feature, other = index[-1], self.partner(index[-1])
        if feature == other:
            return tuple(index)
        low = min(feature, other)
        return (*index[:-1], slice(low, low + self.dim // 2 + 1, self.dim // 2))

    def table(self, *operands: Axes) -> dict[str, np.ndarray]:
        n_pos, d_head = operands[0][-2].size, operands[0][-1].size
        angle = np.arange(n_pos)[:, None] * frequencies(self, n_pos)[None, :]
        plain = np.zeros((n_pos, d_head - self.dim))
        cos = self.scaled(np.concatenate([np.cos(angle), np.cos(angle), plain + 1], axis=1))
        sin = self.scaled(np.concatenate([-np.sin(angle), np.sin(angle), plain], axis=1))
        partner = np.array([self.partner(feature) for feature in range(d_head)])
        return {"cos": cos.astype(np.float32), "sin": sin.astype(np.float32), "partner": partner}

    def scaled(self, values: np.ndarray) -> np.ndarray:
        """Sines or cosines × the attention factor of "yarn", which the turned features alone have."""
        return np.concatenate([values[:, : self.dim] * self.attention, values[:, self.dim :]], axis=1)

    def forward(self, x: Any, cos: Any, sin: Any, partner: Any) -> Any:
        return x * cos + x[..., partner] * sin

    def code(self, out: str, *operands: str) -> str:
        # The tables as one would write them by hand; the last line is `forward`, and a test runs them all.
        x, half = operands[0], self.dim // 2
        shape = f"{x}.shape"
        made = [
            f"theta = {self._theta(shape)}",
            f"angle = np.arange({shape}[-2])[:, None] * theta",
            f"rest = np.zeros(({shape}[-2], {shape}[-1] - {self.dim}))",
            f"cos = np.concatenate([np.cos(angle){self._times()}, np.cos(angle){self._times()}, rest + 1], 1)",
            f"sin = np.concatenate([-np.sin(angle){self._times()}, np.sin(angle){self._times()}, rest], 1)",
            "cos, sin = cos.astype(np.float32), sin.astype(np.float32)",
            f"partner = np.r_[{half}:{self.dim}, 0:{half}, {self.dim}:{shape}[-1]]",
        ]
        return "\n".join([*made, super().code(out, *operands).splitlines()[-1]])

    def _theta(self, shape: str) -> str:
        """The angles as code; written out where they follow no short rule."""
        exponent = f"-(np.arange({self.dim // 2}) * 2 / {self.dim})"
        if self.scaling in ("linear", "llama3", "yarn"):
            return f"np.array({frequencies(self, self.original).tolist()})"
        if self.scaling == "dynamic" and self.dim > 2:
            grown = f"{self.factor!r} * max({shape}[-2], {self.original}) / {self.original} - {self.factor - 1!r}"
            return f"({self.base!r} * ({grown}) ** ({self.dim} / {self.dim - 2})) ** {exponent}"
        return f"{self.base!r} ** {exponent}"

    def _times(self) -> str:
        return f" * {self.attention!r}" if self.attention != 1 else ""

    def formula(self, out: str, *operands: str) -> str:
        # `r` is how many features are turned, so that one formula serves every size; the upper signs hold for the
        # first half of them, the lower for the second.
        x, angle = operands[0], r"\left(\mathrm{pos}\, \theta\right)"
        return rf"{out}_{{i}} = {x}_{{i}} \cos {angle} \mp {x}_{{i \pm r/2}} \sin {angle}"

    def macs(self, out: Axes, *operands: Axes) -> int:
        return 2 * cells(out) * self.dim // out[-1].size

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        x = operands[0]
        value, link = x.cell(index), x.link(index)
        feature, other = index[-1], self.partner(index[-1])
        if feature == other:
            # × 1 + × 0, as it is stored: an infinity becomes NaN there.
            same = value if math.isfinite(value) else math.nan
            return Working(same, x.number(index), abs(value), sources=(link,), note=Note("not turned", {"link": link}))
        pair = feature % (self.dim // 2)
        rate = float(frequencies(self, out[-2].size)[pair])
        angle = index[-2] * rate
        sign = -1.0 if feature < self.dim // 2 else 1.0
        cos, sin = math.cos(angle) * self.attention, math.sin(angle) * self.attention
        there = (*index[:-1], other)
        partner = x.cell(there)
        parts = (x.number(index), "×", number(cos), "−" if sign < 0 else "+", x.number(there), "×", number(sin))
        result, other_result = value * cos + sign * partner * sin, partner * cos - sign * value * sin
        return Working(
            result,
            row(*parts),
            abs(value * cos) + abs(partner * sin),
            lines=(
                Line(f"{x.symbol}[{feature}]", value, link), Line(f"{x.symbol}[{other}]", partner, x.link(there)),
                Line("pos", index[-2]), Line("θ", rate), Line("pos · θ", angle), Line("cos", cos), Line("sin", sin),
            ),
            sources=(link, x.link(there)),
            note=Note("rotary", {"pair": pair, "wavelength": 2 * math.pi / rate, "pos": index[-2]}),
            figure=self._turn(x.symbol, (feature, other), (value, partner), (result, other_result), angle),
        )  # fmt: skip

    def _turn(
        self, name: str, at: tuple[int, int], before: tuple[float, float], after: tuple[float, float], angle: float
    ) -> Turn:
        """The pair as a point, its first feature across."""
        own = 0 if at[0] < at[1] else 1
        across, up = (0, 1) if own == 0 else (1, 0)
        return Turn(
            (before[across], before[up]), (after[across], after[up]), angle, own,
            (f"{name}[{at[across]}]", f"{name}[{at[up]}]"),
        )  # fmt: skip
