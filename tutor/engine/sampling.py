"""From logits to the next token: greedy, or drawn with temperature, top-k and top-p and a seed.

The rules apply in the field's usual order: divide by the temperature, keep the k likeliest, keep the smallest set of
likeliest tokens whose probabilities reach p (nucleus sampling, Holtzman et al. 2019), share out anew, draw. numpy
alone, in float64, so that the same logits and seed give the same token everywhere.
"""

from __future__ import annotations

import math

import numpy as np

from tutor.engine.records import dataclass


class SamplingError(ValueError):
    """A rule that cannot be followed; the message is one sentence that names the mend."""


@dataclass(frozen=True)
class Rules:
    """How the next token is chosen.

    Attributes:
        temperature: logits are divided by it; 0 takes the likeliest token (greedy).
        top_k: how many of the likeliest tokens may be drawn; 0 for all.
        top_p: the likeliest tokens that together have at least this probability may be drawn; 1 for all.
        seed: the same seed draws the same tokens.
    """

    temperature: float = 0.0
    top_k: int = 0
    top_p: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Raises SamplingError where a rule is out of range."""
        for name in ("temperature", "top_p"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
                raise SamplingError(f"{name} should be a number, not {value!r}.")
        if not 0 <= self.temperature <= 100:
            raise SamplingError(f"The temperature should be 0 (greedy) to 100, not {self.temperature:g}.")
        if not 0 < self.top_p <= 1:
            raise SamplingError(f"top-p should be above 0 and at most 1, not {self.top_p:g}.")
        for name in ("top_k", "seed"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise SamplingError(f"{name.replace('_', '-')} should be a whole number of at least 0, not {value!r}.")

    @property
    def greedy(self) -> bool:
        return self.temperature == 0


GREEDY = Rules()


@dataclass(frozen=True, eq=False)
class Choice:
    """One chosen token, and what it was chosen from.

    Attributes:
        token: its id.
        before: the model's own probabilities, softmax of the logits: float64 [d_vocab].
        after: those it was drawn from, 0 for tokens that the rules leave out: float64 [d_vocab].
        drawn: the number in [0, 1) that decided; None where the likeliest was taken.
    """

    token: int
    before: np.ndarray
    after: np.ndarray
    drawn: float | None = None

    @property
    def kept(self) -> int:
        """How many tokens could be drawn."""
        return int(np.count_nonzero(self.after))

    def likeliest(self, count: int) -> np.ndarray:
        """Ids of the `count` likeliest tokens before the rules, likeliest first; ties in order of their ids."""
        return np.argsort(-self.before, kind="stable")[:count]


def softmax(logits: np.ndarray) -> np.ndarray:
    """Probabilities of logits [d_vocab] in float64."""
    grown = np.exp(logits.astype(np.float64) - np.max(logits))
    return grown / grown.sum()


def allowed(logits: np.ndarray, rules: Rules) -> np.ndarray:
    """The probabilities that `rules` leave of logits [d_vocab]: float64, summing to 1."""
    if rules.greedy:
        one = np.zeros(len(logits))
        one[int(np.argmax(logits))] = 1.0
        return one
    # Shifted first, so that a small temperature cannot overflow; ordered before, while no two have become equal.
    order = np.argsort(-logits, kind="stable")
    shifted = (logits.astype(np.float64) - np.max(logits)) / rules.temperature
    chances = softmax(shifted)
    keep = np.zeros(len(logits), dtype=bool)
    keep[order[: rules.top_k or len(order)]] = True
    if rules.top_p < 1:
        kept = order[: rules.top_k or len(order)]
        shares = np.cumsum(chances[kept]) / chances[kept].sum()
        # A token stays while those before it have not reached p: the one that reaches it is the last.
        before = np.concatenate([[0.0], shares[:-1]])
        keep[kept[before >= rules.top_p]] = False
    left = np.where(keep, chances, 0.0)
    return left / left.sum()


def choose(logits: np.ndarray, rules: Rules, number: int = 0) -> Choice:
    """Choose the next token from logits [d_vocab]; `number` counts the tokens drawn with one seed.

    Raises SamplingError for logits with NaN, from which nothing can be chosen.
    """
    if np.isnan(logits).any() or not np.isfinite(np.max(logits)):
        raise SamplingError("The logits hold NaN or no finite number, so no next token can be chosen: check the model.")
    after = allowed(logits, rules)
    before = softmax(logits)
    if rules.greedy:
        return Choice(int(np.argmax(logits)), before, after)
    drawn = float(np.random.Generator(np.random.Philox(key=[rules.seed, number])).random())
    # In order of probability, so that a small number draws a likely token: the bars read from the left.
    order = np.argsort(-after, kind="stable")
    reached = np.cumsum(after[order])
    at = min(int(np.searchsorted(reached, drawn, side="right")), int(np.count_nonzero(after)) - 1)
    return Choice(int(order[at]), before, after, drawn)
