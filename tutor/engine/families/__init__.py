"""Model families, one file each, found by walking this folder.

A family file has `program(spec) -> Program` and may have `PRESETS: dict[str, ModelSpec]`, models that need no
files, with `SAMPLES: dict[str, tuple[str, ...]]`, a good first input for each, and `ABOUT: dict[str, str]`, what each
is in a few words. A new file here is all that a new family needs. One that reads Hugging Face folders also has
`HUGGINGFACE` (the model_types), `PREFIXES` (what may stand before the names of its tensors),
`spec_from(config, name)` and `weights_from(spec, read)`.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from tutor.engine.program import Program
from tutor.engine.spec import ModelSpec, SpecError


def names() -> tuple[str, ...]:
    """The families there are."""
    return _in(tuple(__path__))


@cache
def _in(folders: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(found.name for found in pkgutil.iter_modules(folders)))


def family(name: str) -> ModuleType:
    """The module of one family. Raises SpecError naming the known ones."""
    if name not in names():
        raise SpecError(f"There is no model family {name!r}: known are {', '.join(names())}.")
    return importlib.import_module(f"{__name__}.{name}")


def program(spec: ModelSpec) -> Program:
    """The forward pass of a model. Raises SpecError for an unknown family."""
    made: Program = family(spec.family).program(spec)
    return made


def presets() -> dict[str, ModelSpec]:
    """Every model that needs no files, by name."""
    found: dict[str, ModelSpec] = {}
    for name in names():
        found.update(getattr(family(name), "PRESETS", {}))
    return found


def by_huggingface() -> dict[str, ModuleType]:
    """The families that read Hugging Face folders, by the `model_type` of config.json."""
    found: dict[str, ModuleType] = {}
    for module in (family(name) for name in names()):
        kinds = getattr(module, "HUGGINGFACE", ())
        found.update(dict.fromkeys((kinds,) if isinstance(kinds, str) else kinds, module))
    return found


def about(model: str) -> str:
    """What a preset is, in a few words."""
    return next((one for name in names() if (one := getattr(family(name), "ABOUT", {}).get(model))), "")


def samples(model: str) -> tuple[str, ...]:
    """Good first sentences for a preset; together they are its default batch."""
    for name in names():
        known = getattr(family(name), "SAMPLES", {})
        if model in known:
            return tuple(known[model])
    return ()
