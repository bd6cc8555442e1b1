"""Models by name: presets of the families, and model folders, our own and in Hugging Face layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tutor.engine import families, huggingface, shipped
from tutor.engine.program import Program
from tutor.engine.spec import ModelSpec, SpecError
from tutor.engine.tokens import Batch, Tokenizer, batch_of_ids, batch_of_texts, load
from tutor.engine.weights import Weights, load_spec, load_weights, random_weights

DEFAULT = "article"
MOST_LAYERS = 12


@dataclass(frozen=True)
class Model:
    """A model that can be run: its description, its Program, and where its weights are.

    `folder` is None for a preset, whose weights are random from the spec's seed.
    """

    spec: ModelSpec
    program: Program
    folder: Path | None = None
    #: The step of training whose weights these are; None for the finished model.
    step: int | None = None

    def weights(self) -> Weights:
        """Float32 weights by name. Slow for large models. Raises WeightsError."""
        if self.folder is None:
            return random_weights(self.program, self.spec.seed)
        if huggingface.is_folder(self.folder):
            return huggingface.load_weights(self.folder, self.spec, self.program)
        if self.step is not None:
            return shipped.weights_at(self.folder, self.program, self.step)
        return load_weights(self.folder, self.program)

    def steps(self) -> tuple[int, ...]:
        """The steps of training that there are weights of, the finished model's last; () where none were kept."""
        return shipped.steps(self.folder) if self.folder is not None else ()

    def at(self, step: int) -> "Model":
        """The same model as it was after `step` steps of training. Raises SpecError naming the steps there are."""
        if self.folder is None or step not in self.steps():
            there = ", ".join(map(str, self.steps())) or "none"
            raise SpecError(f"{self.spec.name} has no weights of step {step}: the steps kept are {there}.")
        return replace(self, step=step)

    def tokenizer(self) -> Tokenizer | None:
        """Its tokenizer, or None where it takes ids only. Raises TokenError."""
        own = shipped.tokenizer(self.folder) if self.folder is not None else None
        if own is not None:
            return own
        return load(self.spec.tokenizer) if self.spec.tokenizer else None

    def batch(self, texts: Sequence[str]) -> Batch:
        """Sentences as one padded batch. Raises TokenError."""
        tokenizer = self.tokenizer()
        if tokenizer is None:
            raise SpecError(f"{self.spec.name} has no tokenizer: give token ids with --ids 5,6,7.")
        return batch_of_texts(tokenizer, texts, self.spec.n_ctx, self.spec.d_vocab)

    def batch_of_ids(self, rows: Sequence[Sequence[int]]) -> Batch:
        """Rows of ids as one padded batch. Raises TokenError."""
        return batch_of_ids(self.tokenizer(), rows, self.spec.n_ctx, self.spec.d_vocab)

    def samples(self) -> tuple[str, ...]:
        """Good first sentences; for a preset they are its default batch."""
        return families.samples(self.spec.name) if self.folder is None else shipped.samples(self.folder)

    def changed(self, settings: dict[str, str]) -> "Model":
        """The same model with what-if settings. Raises SpecError."""
        spec = self.spec.changed(settings)
        return self if spec == self.spec else replace(self, spec=spec, program=families.program(spec))


def names() -> tuple[str, ...]:
    """Every model that needs no folder, the default first."""
    found = {*families.presets(), *shipped.names()}
    return tuple(sorted(found, key=lambda name: (name != DEFAULT, name)))


def find(name: str = DEFAULT, layers: int | None = None) -> Model:
    """A preset or shipped model by name, or a model folder. Raises SpecError or WeightsError.

    `storyteller@1000` is the model as it was after 1000 steps of training.
    `layers` asks for another number of blocks, which only random weights allow.
    """
    presets = families.presets()
    if name in presets:
        spec = presets[name]
        if layers is not None:
            if not 1 <= layers <= MOST_LAYERS:
                raise SpecError(f"The number of blocks should be 1 to {MOST_LAYERS}, not {layers}.")
            spec = replace(spec, n_layers=layers)
        return Model(spec, families.program(spec))
    plain, _, step = name.rpartition("@")
    if plain and step.isascii() and step.isdigit() and len(step) < 10:
        return find(plain, layers).at(int(step))
    try:
        folder = shipped.folder(name) or Path(name).expanduser()
        found = folder.is_dir()
    except (OSError, RuntimeError):  # too long for a file name, or a user who is not there
        found = False
    if not found:
        known = ", ".join(names())
        raise SpecError(f"There is no model {name!r:.60}: choose one of {known}, or give a model folder.")
    spec = huggingface.load_spec(folder) if huggingface.is_folder(folder) else load_spec(folder)
    if layers is not None:
        raise SpecError(f"{spec.name} has {spec.n_layers} trained blocks; --layers works with random weights only.")
    return Model(spec, families.program(spec), folder)
