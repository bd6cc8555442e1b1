"""Model folders in Hugging Face layout: config.json, and safetensors in one file or several. Never unpickled."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from tutor.engine import families
from tutor.engine.program import Program
from tutor.engine.spec import ModelSpec, SpecError
from tutor.engine.weights import WeightsError, check_weights, refuse_pickles

CONFIG_FILE = "config.json"
_WHOLE, _INDEX = "model.safetensors", "model.safetensors.index.json"
#: What some files put before every name.
_PREFIX = "transformer."


def is_folder(folder: Path) -> bool:
    """Whether a folder is in this layout."""
    return (folder / CONFIG_FILE).is_file()


def load_spec(folder: Path) -> ModelSpec:
    """The model that the folder's config.json describes. Raises SpecError or WeightsError."""
    config = _json(folder / CONFIG_FILE)
    kind = config.get("model_type")
    found = families.by_huggingface()
    if kind not in found:
        raise SpecError(f"model_type of {folder.name} is {kind!r}; known are {', '.join(sorted(found))}.")
    spec: ModelSpec = found[kind].spec_from(config, folder.name)
    return spec


def load_weights(folder: Path, spec: ModelSpec, program: Program) -> dict[str, np.ndarray]:
    """The weights as float32 under our names. Raises WeightsError naming the missing or misshapen tensor."""
    where = _places(folder)

    def read(name: str) -> np.ndarray:
        full = name if name in where else _PREFIX + name
        if full not in where:
            raise WeightsError(f"{folder.name} lacks the tensor {full}: use all files of one and the same model.")
        try:
            with safe_open(where[full], framework="np") as file:
                values: np.ndarray = file.get_tensor(full)
        except (OSError, SafetensorError, ValueError, TypeError) as error:
            raise WeightsError(f"{where[full].name} in {folder.name} cannot be read: {error}.") from error
        if values.dtype.kind != "f":
            raise WeightsError(f"{folder.name} has {full} as {values.dtype}; weights are floating-point numbers.")
        return values.astype(np.float32, copy=False)

    try:
        found: dict[str, np.ndarray] = families.family(spec.family).weights_from(spec, read)
    except (ValueError, IndexError) as error:
        if isinstance(error, WeightsError):
            raise
        raise WeightsError(f"A tensor of {folder.name} has an unexpected shape ({error}): check config.json.") from None
    check_weights(program, found, folder.name)
    return found


def _places(folder: Path) -> dict[str, Path]:
    """Which file holds which tensor."""
    if (folder / _INDEX).is_file():
        index = _json(folder / _INDEX).get("weight_map")
        if not isinstance(index, dict) or not all(isinstance(one, str) for one in index.values()):
            raise WeightsError(f"{_INDEX} in {folder.name} has no weight_map: use the model's own file.")
        # Only files of this folder, whatever the index says.
        return {str(name): folder / Path(file).name for name, file in index.items()}
    path = folder / _WHOLE
    if not path.is_file():
        refuse_pickles(folder)
        raise WeightsError(f"{folder.name} holds no {_WHOLE}: choose a folder with {CONFIG_FILE} and {_WHOLE}.")
    try:
        with safe_open(path, framework="np") as file:
            return dict.fromkeys(file.keys(), path)
    except (OSError, SafetensorError, ValueError) as error:
        raise WeightsError(f"{_WHOLE} in {folder.name} cannot be read: {error}.") from error


def _json(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsError(f"{path.name} in {path.parent.name} is not readable JSON: {error}.") from error
    if not isinstance(data, dict):
        raise WeightsError(f"{path.name} in {path.parent.name} is no table of keys: use the model's own file.")
    return data
