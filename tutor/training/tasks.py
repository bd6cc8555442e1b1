"""What a model is trained on: a Task gives the model's description, batches, and what to measure and say of it.

The loop, the saving and the card know no more than this. A new model is a new Task in `TASKS` of `command.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from tutor.engine import families
from tutor.engine.axes import Axes
from tutor.engine.encodings import Tokenizer
from tutor.engine.program import Program, lengths_of
from tutor.engine.spec import ModelSpec
from tutor.engine.weights import Weights


@dataclass(frozen=True)
class TrainBatch:
    """Rows to learn from.

    Attributes:
        inputs: what the Program starts from, int64, by name: `tokens` [batch, pos], `lengths` [batch], …
        targets: the right id at each position: int64 [batch, pos].
        counts: how much each position counts in the loss, 0 for not at all: float32 [batch, pos].
    """

    inputs: Mapping[str, np.ndarray]
    targets: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class Plan:
    """How long and how fast: the learning rate rises over `warm_up` steps, then falls as half a cosine to `rate_end`.

    `checkpoints` are the steps whose weights are kept; step 0 is the random start.
    """

    steps: int
    rate: float = 2e-3
    rate_end: float = 2e-5
    warm_up: int = 200
    decay: float = 0.01
    clip: float = 1.0
    checkpoints: Sequence[int] = (0,)

    def rate_at(self, step: int) -> float:
        """Learning rate of step `step`, counted from 0."""
        if step < self.warm_up:
            return self.rate * (step + 1) / self.warm_up
        done = (step - self.warm_up) / max(1, self.steps - self.warm_up)
        return self.rate_end + (self.rate - self.rate_end) * 0.5 * (1 + float(np.cos(np.pi * done)))


class Task(ABC):
    """One model to train. Everything random comes from `seed` and the number of the step or the row alone, so that an
    interrupted training goes on as if it had not been."""

    def __init__(self, spec: ModelSpec, tokenizer: Tokenizer, plan: Plan) -> None:
        self.spec, self.tokenizer, self.plan = spec, tokenizer, plan

    @cached_property
    def program(self) -> Program:
        """The very Program that is displayed."""
        return families.program(self.spec)

    def shapes(self, batch: TrainBatch) -> dict[str, Axes]:
        """Axes of every tensor for this batch."""
        texts = [batch.inputs[name].shape for name in self.program.streams]
        return self.program.shapes(texts[0][0], *(positions for _, positions in texts))

    def stream(self, kind: int, number: int) -> np.random.Generator:
        """Random numbers of their own for each `kind` of use and each number."""
        return np.random.Generator(np.random.Philox(key=[(self.spec.seed << 8) + kind, number]))

    @abstractmethod
    def data_sum(self) -> str:
        """A sum over what is learned from, so that a training never goes on with other data."""

    def prepare(self, folder: Path) -> None:  # noqa: B027 - most models need nothing
        """Write what the model's folder needs besides weights, as a tokenizer of its own. Raises FileError."""

    def start(self, weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """The weights to begin from, given random ones."""
        return weights

    @abstractmethod
    def batch(self, step: int) -> TrainBatch:
        """What step `step` learns from."""

    @abstractmethod
    def held_out(self) -> Sequence[TrainBatch]:
        """Batches that no step sees, for the loss on the card."""

    def scores(self, weights: Weights) -> Mapping[str, float | str]:
        """What else is measured, by the words of the card."""
        return {}

    def samples(self, weights: Weights) -> Sequence[str]:
        """Texts of the model's own, for the card."""
        return ()

    #: Of the weights.
    licence: str = "MIT"

    #: The sentence that the app opens this model with.
    sentence: str = ""

    @abstractmethod
    def about(self) -> str:
        """What the model is and what it was trained on: the card's first paragraphs, in Markdown."""

    def tokens_in(self, batch: TrainBatch) -> int:
        """Tokens that a batch reads, pads aside."""
        return sum(int(batch.inputs[lengths_of(name)].sum()) for name in self.program.streams)
