"""Models by name: presets of the families, and model folders, our own and in Hugging Face layout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tutor.engine import families, gguf_file, gguf_model, gguf_tokens, huggingface, tokenizer_files
from tutor.engine.program import Program
from tutor.engine.spec import ModelSpec, SpecError
from tutor.engine.tokens import AnyTokenizer, Batch, TokenError, batch_of_ids, batch_of_texts, load
from tutor.engine.weights import SPEC_FILE, Weights, load_spec, load_weights, random_weights

DEFAULT = "article"
MOST_LAYERS = 12


@dataclass(frozen=True)
class Model:
    """A model that can be run: its description, its Program, and where its weights are.

    `folder` is a model folder or a GGUF file, None for a preset, whose weights are random from the spec's seed.
    """

    spec: ModelSpec
    program: Program
    folder: Path | None = None

    def weights(self) -> Weights:
        """Float32 weights by name. Slow for large models. Raises WeightsError."""
        if self.folder is None:
            return random_weights(self.program, self.spec.seed)
        if self.folder.is_file():
            return gguf_model.load_weights(self.folder, self.spec, self.program)
        if huggingface.is_folder(self.folder):
            return huggingface.load_weights(self.folder, self.spec, self.program)
        return load_weights(self.folder, self.program)

    def tokenizer(self) -> AnyTokenizer | None:
        """Its tokenizer, the model's own before a shipped one, or None where it takes ids only.

        Raises TokenError, and WeightsError for a file that is no more what it was.
        """
        if self.folder is not None and self.folder.is_file():
            return gguf_tokens.find(gguf_file.read(self.folder))
        if self.folder is not None and huggingface.is_folder(self.folder):
            found = tokenizer_files.find(self.folder)
            if found is not None:
                return found
        return load(self.spec.tokenizer) if self.spec.tokenizer else None

    def batch(self, texts: Sequence[str]) -> Batch:
        """Sentences as one padded batch. Raises TokenError."""
        tokenizer = self.tokenizer()
        if tokenizer is None:
            raise SpecError(f"{self.spec.name} has no tokenizer: give token ids with --ids 5,6,7.")
        return batch_of_texts(tokenizer, texts, self.spec.n_ctx, self.spec.d_vocab)

    def batch_of_ids(self, rows: Sequence[Sequence[int]]) -> Batch:
        """Rows of ids as one padded batch. Raises TokenError."""
        try:
            tokenizer = self.tokenizer()
        except TokenError:
            tokenizer = None  # a tokenizer that cannot be used only costs the tokens their names
        return batch_of_ids(tokenizer, rows, self.spec.n_ctx, self.spec.d_vocab)

    def samples(self) -> tuple[str, ...]:
        """Good first sentences; for a preset they are its default batch."""
        return families.samples(self.spec.name)

    def changed(self, settings: dict[str, str]) -> "Model":
        """The same model with what-if settings. Raises SpecError."""
        spec = self.spec.changed(settings)
        return self if spec == self.spec else replace(self, spec=spec, program=families.program(spec))


def names() -> tuple[str, ...]:
    """Every model that needs no folder, the default first."""
    found = families.presets()
    return tuple(sorted(found, key=lambda name: (name != DEFAULT, name)))


def find(name: str = DEFAULT, layers: int | None = None) -> Model:
    """A preset by name, or a model folder or GGUF file. Raises SpecError or WeightsError.

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
    try:
        folder = Path(name).expanduser()
        is_file, is_folder = folder.is_file(), folder.is_dir()
    except (OSError, RuntimeError, ValueError):  # no name the system takes, or a user who is not there
        is_file = is_folder = False
    if not is_file and not is_folder:
        known = ", ".join(names())
        raise SpecError(f"There is no model {name!r:.60}: choose one of {known}, or give a model folder or GGUF file.")
    if is_file and not is_model_file(folder):
        raise SpecError(f"{folder.name} is no model by itself: give its folder, with config.json, or a GGUF file.")
    if is_file:
        spec = gguf_model.load_spec(folder)
    else:
        spec = huggingface.load_spec(folder) if huggingface.is_folder(folder) else load_spec(folder)
    if layers is not None:
        raise SpecError(f"{spec.name} has {spec.n_layers} trained blocks; --layers works with random weights only.")
    return Model(spec, families.program(spec), folder)


def is_model_folder(path: Path) -> bool:
    """Whether a folder looks like a model's, ours or in Hugging Face layout; nothing is read."""
    return (path / SPEC_FILE).is_file() or huggingface.is_folder(path)


def is_model_file(path: Path) -> bool:
    """Whether a file is a model by itself: a GGUF file."""
    return gguf_file.is_file(path)
