"""Model folders in our own layout, and the ones that ship with the app, found by walking resources/models.

    model.json              the ModelSpec
    model.safetensors       the weights, half precision on disk
    tokenizer.tiktoken      the rank file, where the model has a tokenizer of its own
    checkpoints/step-N.safetensors   the weights after N steps of training
    training.json           steps, scores, good first sentences: written by the training
    card.md                 the same for people
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from tutor import resources
from tutor.engine.encodings import Tokenizer, from_file
from tutor.engine.files import write_safetensors
from tutor.engine.program import Program
from tutor.engine.spec import SpecError
from tutor.engine.weights import SPEC_FILE, Weights, load_weights

TOKENIZER_FILE = "tokenizer.tiktoken"
TRAINING_FILE = "training.json"
CARD_FILE = "card.md"
CHECKPOINTS = "checkpoints"
_STEP = re.compile(r"step-(\d{1,9})\.safetensors")


def names() -> tuple[str, ...]:
    """The models that ship with the app."""
    try:
        folder = resources.path("models")
    except FileNotFoundError:
        return ()
    return tuple(sorted(one.name for one in folder.iterdir() if (one / SPEC_FILE).is_file()))


def folder(name: str) -> Path | None:
    """Where a shipped model is, or None."""
    return resources.path("models", name) if name in names() else None


def training(folder: Path) -> dict[str, Any]:
    """What the training wrote of itself: `steps`, `samples`, `scores`, …; {} where there is nothing readable."""
    try:
        told = json.loads((folder / TRAINING_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def samples(folder: Path) -> tuple[str, ...]:
    """Good first sentences."""
    told = training(folder).get("samples", [])
    return tuple(one for one in told if isinstance(one, str)) if isinstance(told, list) else ()


def steps(folder: Path) -> tuple[int, ...]:
    """The steps of training there are weights of, in order; the last is the finished model."""
    try:
        found = [_STEP.fullmatch(one.name) for one in (folder / CHECKPOINTS).iterdir()]
    except OSError:
        found = []
    last = training(folder).get("steps")
    return tuple(sorted({int(one[1]) for one in found if one} | ({last} if isinstance(last, int) else set())))


def weights_at(folder: Path, program: Program, step: int) -> Weights:
    """The weights after `step` steps, as float32. Raises SpecError naming the steps there are, or WeightsError."""
    known = steps(folder)
    if step not in known:
        there = ", ".join(map(str, known)) or "none"
        raise SpecError(f"{folder.name} has no weights of step {step}: the steps kept are {there}.")
    path = checkpoint(folder, step)
    return load_weights(path.parent, program, path.name) if path.is_file() else load_weights(folder, program)


def tokenizer(folder: Path) -> Tokenizer | None:
    """The folder's own tokenizer, or None. Raises TokenError."""
    path = folder / TOKENIZER_FILE
    return from_file(path) if path.is_file() else None


def write_checkpoint(folder: Path, step: int, weights: Weights) -> None:
    """Keep the weights of one step, in half precision. Raises FileError."""
    (folder / CHECKPOINTS).mkdir(parents=True, exist_ok=True)
    half = {name: np.asarray(values).astype(np.float16) for name, values in weights.items()}
    write_safetensors(
        checkpoint(folder, step),
        {name: (values.dtype, values.shape) for name, values in half.items()},
        half.__getitem__,
        {"format": "transformer-tutor-model/1", "step": str(step)},
    )


def checkpoint(folder: Path, step: int) -> Path:
    """Where the weights of a step of training are, whether they are there or not."""
    return folder / CHECKPOINTS / f"step-{step:06}.safetensors"
