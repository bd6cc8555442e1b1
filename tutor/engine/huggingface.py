"""Model folders in Hugging Face layout: config.json, and safetensors in one file or several. Never unpickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tutor.engine import families, tensor_file
from tutor.engine.later import Later
from tutor.engine.program import Program
from tutor.engine.spec import ModelSpec, SpecError
from tutor.engine.tensor_file import Entry, Reader
from tutor.engine.weights import AnyWeight, Weights, WeightsError, check_weights, refuse_pickles

CONFIG_FILE = "config.json"
_WHOLE, _INDEX = "model.safetensors", "model.safetensors.index.json"
_ADAPTER = "adapter_config.json"


def is_folder(folder: Path) -> bool:
    """Whether a folder is in this layout."""
    return any((folder / name).is_file() for name in (CONFIG_FILE, _ADAPTER))


def load_spec(folder: Path) -> ModelSpec:
    """The model that the folder's config.json describes. Raises SpecError or WeightsError."""
    _refuse_adapters(folder)
    config = read_json(folder / CONFIG_FILE)
    if config.get("quantization_config"):
        raise SpecError(
            f"{CONFIG_FILE} in {_called(folder)} has quantization_config, and its weights are not plain numbers: use "
            "the unquantised model."
        )
    return spec_from(config, _called(folder), CONFIG_FILE)


def spec_from(config: Mapping[str, Any], name: str, place: str) -> ModelSpec:
    """The model that the keys of a config.json describe. Raises SpecError naming the offending key."""
    kind = config.get("model_type")
    found = families.by_huggingface()
    if not isinstance(kind, str) or kind not in found:
        raise SpecError(f"model_type of {name} is {kind!r:.60}; known are {', '.join(sorted(found))}.")
    try:
        spec: ModelSpec = found[kind].spec_from(config, name)
    except SpecError:
        raise
    except KeyError as error:
        raise SpecError(f"{place} of {name} lacks {error}: use the model's own file.") from error
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise SpecError(f"{place} of {name} has a value of the wrong kind ({error}): use its own file.") from None
    return spec


def load_weights(folder: Path, spec: ModelSpec, program: Program, later: bool = False) -> Weights:
    """The weights as float32 under our names; with `later`, each is read only when it is needed.

    Raises WeightsError naming the missing or misshapen tensor.
    """
    where = places(folder)

    def fetch(name: str) -> AnyWeight:
        entry = where[name]
        return Later(entry.shape, partial(tensor_file.read, entry, name)) if later else tensor_file.read(entry, name)

    return weights_from(Reader(_called(folder), where, fetch, prefixes(spec)), spec, program, _called(folder))


def prefixes(spec: ModelSpec) -> tuple[str, ...]:
    """What a file of the model's family may put before the names of its tensors."""
    found: tuple[str, ...] = getattr(families.family(spec.family), "PREFIXES", ("transformer.",))
    return found


def weights_from(read: Reader, spec: ModelSpec, program: Program, name: str) -> Weights:
    """What the family makes of the tensors, checked against the program. Raises WeightsError."""
    try:
        found: Weights = families.family(spec.family).weights_from(spec, read)
    except WeightsError:
        raise
    except (ValueError, IndexError, KeyError, TypeError) as error:
        tensor, shape = read.last or ("", ())
        raise WeightsError(
            f"{name} has the tensor {tensor} in the shape {list(shape)}, which does not fit its description: use the "
            "files of one and the same model."
        ) from error
    check_weights(program, found, name)
    return found


def read_json(path: Path) -> dict[str, Any]:
    """A file of the folder as a table of keys. Raises WeightsError."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise WeightsError(f"{path.name} in {_called(path.parent)} is not readable JSON: {error}.") from error
    if not isinstance(data, dict):
        raise WeightsError(f"{path.name} in {_called(path.parent)} is no table of keys: use the model's own file.")
    return data


def places(folder: Path) -> dict[str, Entry]:
    """Where each tensor lies."""
    if (folder / _WHOLE).is_file():
        return tensor_file.entries(folder / _WHOLE)
    if (folder / _INDEX).is_file():
        return _sharded(folder)
    single = sorted(folder.glob("*.safetensors"))
    if len(single) == 1:
        return tensor_file.entries(single[0])
    _refuse_adapters(folder)
    refuse_pickles(folder)
    raise WeightsError(
        f"{_called(folder)} holds no {_WHOLE}: choose a folder with {CONFIG_FILE} and {_WHOLE}, or with all its parts "
        f"and {_INDEX}."
    )


def _sharded(folder: Path) -> dict[str, Entry]:
    index = read_json(folder / _INDEX).get("weight_map")
    if not isinstance(index, dict) or not all(isinstance(one, str) for one in index.values()):
        raise WeightsError(f"{_INDEX} in {_called(folder)} has no weight_map: use the model's own file.")
    shards = {}
    for name in sorted(set(index.values())):
        # Only files of this folder, whatever the index says; of what system its author was does not matter.
        if not name or name in (".", "..") or set(name) & set("/\\:\0"):
            raise WeightsError(
                f"{_INDEX} in {_called(folder)} names {name!r:.60}, which is no file of that folder: use the model's "
                "own file."
            )
        if not (folder / name).is_file():
            raise WeightsError(f"{_called(folder)} lacks the file {name}: use all files of one and the same model.")
        shards[name] = tensor_file.entries(folder / name)
    return {tensor: shards[name][tensor] for tensor, name in index.items() if tensor in shards[name]}


def _refuse_adapters(folder: Path) -> None:
    if (folder / _ADAPTER).is_file() and not (folder / CONFIG_FILE).is_file():
        raise WeightsError(
            f"{_called(folder)} holds only an adapter ({_ADAPTER}): merge it into its model with peft's "
            "`merge_and_unload` and save that."
        )


def _called(folder: Path) -> str:
    """The folder's name, also where it is given as `.`."""
    return folder.name or folder.absolute().name or str(folder)
