"""The experiments, one module for each family of questions; found by walking the folder.

A module lists its experiments as `EXPERIMENTS`.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from tutor.lessons.experiment import Experiment


@cache
def every() -> dict[str, Experiment]:
    """All experiments by key. Raises ValueError where two have the same."""
    found: dict[str, Experiment] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda one: one.name):
        for one in importlib.import_module(f"{__name__}.{module.name}").EXPERIMENTS:
            if one.key in found:
                raise ValueError(f"Two experiments are called {one.key}.")
            found[one.key] = one
    return found
