"""What a model is trained on: a Task gives the model's description, batches, and what to measure and say of it.

The loop, the saving and the card know no more than this. A new model is a new Task in `TASKS` of `command.py`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from tutor.engine import families
from tutor.engine.axes import Axes
from tutor.engine.encodings import Tokenizer
from tutor.engine.program import Program, Weight, lengths_of
from tutor.engine.records import dataclass
from tutor.engine.spec import ModelSpec
from tutor.engine.weights import Weights, load_weights, save_model

if TYPE_CHECKING:
    import torch


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


class Described(Protocol):
    """A model's description: its name, its seed, its settings as JSON."""

    @property
    def name(self) -> str: ...
    @property
    def seed(self) -> int: ...
    def to_json(self) -> dict[str, Any]: ...


class Learner(Protocol):
    """What the loop, the saving and the card ask for: a `Task`, or what is no Transformer and learns all the same."""

    plan: Plan
    licence: str
    sentence: str

    @property
    def spec(self) -> Described: ...
    @property
    def weights(self) -> tuple[Weight, ...]:
        """Every weight that is learned."""

    def data_sum(self) -> str: ...
    def prepare(self, folder: Path) -> None: ...
    def initial(self) -> dict[str, np.ndarray]:
        """The weights to begin from."""

    def logits(self, batch: TrainBatch, weights: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """Logits [batch, pos, d_vocab], which can be differentiated."""

    def batch(self, step: int) -> TrainBatch: ...
    def held_out(self) -> Sequence[TrainBatch]: ...
    def tokens_in(self, batch: TrainBatch) -> int: ...
    def scores(self, weights: Weights) -> Mapping[str, float | str]: ...
    def samples(self, weights: Weights) -> Sequence[str]: ...
    def about(self) -> str: ...
    def table(self) -> Sequence[tuple[str, str]]:
        """What kind of model it is, for the card."""

    def save(self, folder: Path, weights: Weights) -> None:
        """Write description and weights. Raises FileError."""

    def load(self, folder: Path) -> Weights:
        """The weights as they were written, float32. Raises WeightsError."""


class Task(ABC):
    """One model to train. Everything random comes from `seed` and the number of the step or the row alone, so that an
    interrupted training goes on as if it had not been."""

    def __init__(self, spec: ModelSpec, tokenizer: Tokenizer, plan: Plan) -> None:
        self.spec, self.tokenizer, self.plan = spec, tokenizer, plan

    @cached_property
    def program(self) -> Program:
        """The very Program that is displayed."""
        return families.program(self.spec)

    @property
    def weights(self) -> tuple[Weight, ...]:
        return self.program.weights

    def initial(self) -> dict[str, np.ndarray]:
        """See `Learner.initial`."""
        from tutor.training.loop import initial_weights

        return self.start(initial_weights(self))

    def logits(self, batch: TrainBatch, weights: Mapping[str, torch.Tensor]) -> torch.Tensor:
        """The Program's logits [batch, pos, d_vocab]; the probabilities after them are not computed."""
        import torch

        from tutor.engine.evaluate import evaluate

        known = {name: torch.from_numpy(values) for name, values in batch.inputs.items()}
        return evaluate(self.program, self.shapes(batch), known, weights.__getitem__, ["logits"])["logits"]

    def table(self) -> Sequence[tuple[str, str]]:
        """See `Learner.table`."""
        spec = self.spec
        return (
            ("family", spec.family),
            ("blocks × heads", f"{spec.n_layers} × {spec.n_heads}"),
            ("d_model, d_head, d_mlp", f"{spec.d_model}, {spec.d_head}, {spec.d_mlp}"),
            ("vocabulary, context", f"{spec.d_vocab:,}, {spec.n_ctx}"),
        )

    def save(self, folder: Path, weights: Weights) -> None:
        """See `Learner.save`."""
        save_model(folder, self.spec, weights, "float16")

    def load(self, folder: Path) -> Weights:
        """See `Learner.load`."""
        return load_weights(folder, self.program)

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
