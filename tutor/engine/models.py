"""Models by name: presets of the families, and model folders, our own and in Hugging Face layout."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tutor.engine import decoding, families, files, huggingface, kept, shipped
from tutor.engine.axes import count
from tutor.engine.program import Program
from tutor.engine.records import dataclass
from tutor.engine.spec import ModelSpec, SpecError
from tutor.engine.tokens import AnyTokenizer, Batch, TokenError, batch_of_ids, batch_of_texts, load
from tutor.engine.weights import SPEC_FILE, Weights, load_spec, load_weights, random_weights

DEFAULT = "storyteller"
MOST_LAYERS = 32
#: Files up to this size are read whole where only a check is wanted: a second at most.
_CHECKED_WHOLE = 200_000_000
#: The share of the machine's memory that weights may take; larger models are read a block at a time.
_SHARE = 0.25


@dataclass(frozen=True)
class Model:
    """A model that can be run: its description, its Program, and where its weights are.

    `folder` is a model folder or a GGUF file, None for a preset, whose weights are random from the spec's seed.
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
        if self.folder.is_file():
            from tutor.engine import gguf_model  # a library of its own, needed for such files alone

            return gguf_model.load_weights(self.folder, self.spec, self.program, self._later)
        if huggingface.is_folder(self.folder):
            return huggingface.load_weights(self.folder, self.spec, self.program, self._later)
        if self.step is not None:
            return shipped.weights_at(self.folder, self.program, self.step)
        return load_weights(self.folder, self.program)

    @property
    def _later(self) -> bool:
        """Whether the weights stay in their file until they are needed, since memory has better uses."""
        return 4 * sum(count(weight.axes) for weight in self.program.weights) > _memory() * _SHARE

    def check(self) -> None:
        """Raise what `weights()` would raise, without reading a large model whole: then only its files are looked for.

        Raises WeightsError or SpecError.
        """
        if self.folder is None:
            return
        if huggingface.is_folder(self.folder):
            huggingface.places(self.folder)
        files = self.folder.glob("*.safetensors") if self.folder.is_dir() else [self.folder]
        if sum(one.stat().st_size for one in files) <= _CHECKED_WHOLE:
            self.weights()

    def steps(self) -> tuple[int, ...]:
        """The steps of training that there are weights of, the finished model's last; () where none were kept."""
        return shipped.steps(self.folder) if self.folder is not None else ()

    def at(self, step: int) -> "Model":
        """The same model as it was after `step` steps of training. Raises SpecError naming the steps there are."""
        if self.folder is None or step not in self.steps():
            there = ", ".join(map(str, self.steps())) or "none"
            raise SpecError(f"{self.spec.name} has no weights of step {step}: the steps kept are {there}.")
        return replace(self, step=step)

    def tokenizer(self) -> AnyTokenizer | None:
        """Its tokenizer, the model's own before a shipped one, or None where it takes ids only.

        Raises TokenError, and WeightsError for a file that is no more what it was.
        """
        if self.folder is not None and self.folder.is_file():
            from tutor.engine import gguf_file, gguf_tokens

            return gguf_tokens.find(gguf_file.read(self.folder))
        if self.folder is not None and huggingface.is_folder(self.folder):
            from tutor.engine import tokenizer_files

            found = tokenizer_files.find(self.folder)
            if found is not None:
                return found
        own = shipped.tokenizer(self.folder) if self.folder is not None else None
        if own is not None:
            return own
        return load(self.spec.tokenizer) if self.spec.tokenizer else None

    def batch(self, texts: Sequence[str]) -> Batch:
        """Sentences as one padded batch. Raises TokenError."""
        tokenizer = self.tokenizer()
        if tokenizer is None:
            raise SpecError(f"{self.spec.name} has no tokenizer: give token ids with --ids 5,6,7.")
        return batch_of_texts(tokenizer, texts, self.spec.n_ctx, self.spec.d_vocab_in, self._pad)

    def batch_of_ids(self, rows: Sequence[Sequence[int]]) -> Batch:
        """Rows of ids as one padded batch. Raises TokenError."""
        return batch_of_ids(self._names(), rows, self.spec.n_ctx, self.spec.d_vocab_in, self._pad)

    def batch_again(self, rows: Sequence[Sequence[int]]) -> Batch:
        """Rows of ids as one batch, with their texts where the texts' own tokens are these. Raises TokenError."""
        tokenizer = self._names()
        if tokenizer is not None:
            texts = [tokenizer.text_of(row) for row in rows]
            if all(text and tokenizer.ids_of(text) == list(row) for text, row in zip(texts, rows)):
                return self.batch(texts)
        return self.batch_of_ids(rows)

    def _names(self) -> AnyTokenizer | None:
        """What names the tokens of given ids: a tokenizer that cannot be used only costs them their names."""
        try:
            return self.tokenizer()
        except TokenError:
            return None

    @property
    def _pad(self) -> int | None:
        return self.spec.pad_id if self.spec.pad_id >= 0 else None

    @property
    def has_target(self) -> bool:
        """Whether it reads a target beside its source, as an encoder–decoder does."""
        return len(self.program.streams) > 1

    def target(self, texts: Sequence[str]) -> Batch:
        """Target sentences, each behind the start token. Raises TokenError, and SpecError without a tokenizer."""
        self._need_target()
        tokenizer = self.tokenizer()
        if tokenizer is None:
            raise SpecError(f"{self.spec.name} has no tokenizer: give the target's ids with --target-ids 5,6,7.")
        # One place less: the start token takes it.
        batch = batch_of_texts(tokenizer, texts, self.spec.n_ctx - 1, self.spec.d_vocab, self._pad)
        return decoding.begun(batch, tokenizer.token(self.start_id))

    def target_of_ids(self, rows: Sequence[Sequence[int]]) -> Batch:
        """Rows of target ids just as the decoder reads them, their start included. Raises TokenError."""
        self._need_target()
        return batch_of_ids(self._names(), rows, self.spec.n_ctx, self.spec.d_vocab, self._pad)

    @property
    def start_id(self) -> int:
        """The id that begins a target: the model's own, else the one that pads."""
        return next((one for one in (self.spec.start_id, self.spec.pad_id, 0) if one >= 0), 0)

    def mask_text(self) -> str:
        """The text that stands for a gap to fill, "" for a model that fills none."""
        if self.spec.head != "mlm":
            return ""
        names = self._names()
        return (getattr(names, "mask", None) or "") if names is not None else ""

    def _need_target(self) -> None:
        if not self.has_target:
            raise SpecError(f"{self.spec.name} has no target side: leave --target out.")

    def samples(self) -> tuple[str, ...]:
        """Good first sentences; for a preset they are its default batch."""
        if self.folder is None:
            return families.samples(self.spec.name)
        return kept.samples(self.folder) or shipped.samples(self.folder)

    def changed(self, settings: dict[str, str]) -> "Model":
        """The same model with what-if settings. Raises SpecError."""
        spec = self.spec.changed(settings)
        return self if spec == self.spec else replace(self, spec=spec, program=families.program(spec))


def _memory() -> int:
    """Bytes of memory of this machine; 8 GiB where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 8 << 30


def at_step(name: str) -> tuple[str, int | None]:
    """A model's name without its step of training, and that step: `storyteller@1000` → `storyteller`, 1000."""
    plain, _, step = name.rpartition("@")
    if plain and step.isascii() and step.isdigit() and len(step) < 10:
        return plain, int(step)
    return name, None


def steps_of(name: str) -> tuple[int, ...]:
    """The steps of training that a model has weights of, found by its name: nothing of the model itself is read."""
    if name in families.presets():
        return ()
    try:
        return shipped.steps(shipped.folder(name) or Path(name).expanduser())
    except (OSError, RuntimeError, ValueError):  # no name that the system takes, or a user who is not there
        return ()


def names() -> tuple[str, ...]:
    """Every model that is there under a name of its own: the default, those that ship, random ones, fetched ones."""
    ours, presets = shipped.names(), families.presets()
    order = {name: at for at, name in enumerate((*ours, *sorted(presets), *kept.names()))} | {DEFAULT: -1}
    return tuple(sorted({*presets, *ours, *kept.names()}, key=lambda name: order[name]))


def find(name: str = DEFAULT, layers: int | None = None) -> Model:
    """A preset, shipped or fetched model by name, or a model folder or GGUF file. Raises SpecError or WeightsError.

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
    plain, step = at_step(name)
    if step is not None:
        return find(plain, layers).at(step)
    try:
        folder = shipped.folder(name) or kept.path(name) or Path(name).expanduser()
        is_file, is_folder = folder.is_file(), folder.is_dir()
    except (OSError, RuntimeError, ValueError):  # no name the system takes, or a user who is not there
        is_file = is_folder = False
    if not is_file and not is_folder:
        if name in kept.OFFERS:
            offer = kept.OFFERS[name]
            raise SpecError(f"{name} is not here yet: get it with `{offer.command}` ({offer.megabytes} MB).")
        known = ", ".join(names())
        raise SpecError(f"There is no model {name!r:.60}: choose one of {known}, or give a model folder or GGUF file.")
    if is_file and not is_model_file(folder):
        raise SpecError(f"{folder.name} is no model by itself: give its folder, with config.json, or a GGUF file.")
    if is_file:
        from tutor.engine import gguf_model

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
    return files.is_gguf(path)
