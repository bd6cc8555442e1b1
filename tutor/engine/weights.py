"""Weights: seeded random ones, and safetensors files in and out. Nothing is ever unpickled."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from tutor.engine import axes as ax
from tutor.engine.files import write_safetensors
from tutor.engine.later import Later
from tutor.engine.program import Program, Weight
from tutor.engine.spec import ModelSpec, SpecError

#: A weight in memory, or one still in its file.
AnyWeight = np.ndarray | Later
Weights = Mapping[str, AnyWeight]

#: The two files of a model folder.
SPEC_FILE = "model.json"
WEIGHTS_FILE = "model.safetensors"


class WeightsError(ValueError):
    """A model folder or a set of weights that cannot be used; the message is one sentence with the mend."""


def random_weights(program: Program, seed: int, spread: bool = False) -> dict[str, np.ndarray]:
    """Random float32 weights, the same on every machine for the same seed.

    Each weight draws from a stream of its own (seed and name), so that more layers do not change the first
    ones. With `spread`, norms and zero biases are random too, as proofs need them.
    """
    return drawn(program.weights, seed, spread)


def drawn(weights: Iterable[Weight], seed: int, spread: bool = False) -> dict[str, np.ndarray]:
    """The same for weights that no program may have."""
    made = {}
    for weight in weights:
        shape = ax.shape(weight.axes)
        stream = np.random.Generator(np.random.Philox(key=[seed, zlib.crc32(weight.name.encode())]))
        if weight.init == "normal":
            values = stream.standard_normal(shape, dtype=np.float32) * np.float32(weight.std)
        else:
            values = np.full(shape, 1.0 if weight.init == "ones" else 0.0, dtype=np.float32)
            if spread:
                values += stream.standard_normal(shape, dtype=np.float32) * np.float32(0.2)
        made[weight.name] = values
    return made


def check_weights(program: Program, weights: Weights, where: str) -> None:
    """Raise WeightsError unless every weight of the program is there, in its shape, in a float type."""
    check_shapes(program.weights, weights, where)


def check_shapes(wanted: Iterable[Weight], weights: Weights, where: str) -> None:
    """The same for weights that no program may have."""
    for weight in wanted:
        if weight.name not in weights:
            raise WeightsError(f"{where} lacks the weight {weight.name}: use the files of one and the same model.")
        found = weights[weight.name]
        if tuple(found.shape) != ax.shape(weight.axes):
            raise WeightsError(
                f"{where} has {weight.name} in the shape {list(found.shape)}, but the model's description says "
                f"{ax.text(weight.axes)}: use the files of one and the same model."
            )
        if found.dtype.kind != "f":
            raise WeightsError(f"{where} has {weight.name} as {found.dtype}; weights are floating-point numbers.")


def not_finite(weights: Weights) -> tuple[str, ...]:
    """Names of the weights in memory that hold a NaN or an infinity."""
    return tuple(name for name, values in weights.items() if not isinstance(values, Later) and not _finite(values))


def _finite(values: np.ndarray) -> bool:
    # A sum is not finite where a number is not. Where it is too large for float32, as that of many large numbers may
    # be, float64 decides, which takes three times as long.
    with np.errstate(over="ignore", invalid="ignore"):
        return any(math.isfinite(float(np.sum(values, dtype=kind))) for kind in (np.float32, np.float64))


def save_model(folder: Path, spec: ModelSpec, weights: Weights, dtype: str = "float32") -> None:
    """Write a model folder: its description and its weights."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays = {name: np.ascontiguousarray(values, dtype=dtype) for name, values in weights.items()}
    write_safetensors(
        folder / WEIGHTS_FILE,
        {name: (values.dtype, values.shape) for name, values in arrays.items()},
        arrays.__getitem__,
        {"format": "transformer-tutor-model/1"},
    )
    (folder / SPEC_FILE).write_text(json.dumps(spec.to_json(), indent=2, ensure_ascii=False), encoding="utf-8")


def refuse_pickles(folder: Path) -> None:
    """Raise WeightsError, naming the mend, where a folder has its weights only in files that could run code."""
    pickled = [path.name for kind in ("*.bin", "*.pt", "*.pth", "*.ckpt") for path in sorted(folder.glob(kind))]
    if pickled:
        raise WeightsError(
            f"{folder.name} holds only {pickled[0]}, which could run code when it is read: convert it to "
            "safetensors with `safetensors.torch.save_file` where you trust it."
        )


def load_spec(folder: Path) -> ModelSpec:
    """The description in a model folder. Raises WeightsError or SpecError."""
    path = folder / SPEC_FILE
    if not path.is_file():
        refuse_pickles(folder)
        raise WeightsError(
            f"{folder.name} holds neither {SPEC_FILE} nor config.json: choose a folder with one of them and "
            f"{WEIGHTS_FILE}."
        )
    try:
        return ModelSpec.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise WeightsError(f"{SPEC_FILE} in {folder.name} is not readable JSON: {error}.") from error
    except SpecError as error:
        raise SpecError(f"{SPEC_FILE} in {folder.name}: {error}") from error


def load_weights(folder: Path, program: Program, name: str = WEIGHTS_FILE) -> dict[str, np.ndarray]:
    """The weights in a model folder as float32. Raises WeightsError."""
    path = folder / name
    if not path.is_file():
        refuse_pickles(folder)
        raise WeightsError(f"{folder.name} holds no {path.name}: choose a folder with {SPEC_FILE} and {path.name}.")
    try:
        with safe_open(path, framework="np") as file:
            names = set(file.keys())
            found = {w.name: file.get_tensor(w.name) for w in program.weights if w.name in names}
    except (OSError, SafetensorError, ValueError, TypeError) as error:
        raise WeightsError(f"{name} in {folder.name} cannot be read: {error}.") from error
    check_weights(program, found, folder.name)
    return {name: values.astype(np.float32, copy=False) for name, values in found.items()}
