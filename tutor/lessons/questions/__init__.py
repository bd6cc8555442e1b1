"""The kinds of questions, one module for each family of them; found by walking the folder.

A module lists its kinds as `KINDS`.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from tutor.lessons.question import Kind


@cache
def every() -> dict[str, Kind]:
    """All kinds by key. Raises ValueError where two have the same."""
    found: dict[str, Kind] = {}
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda one: one.name):
        for kind in importlib.import_module(f"{__name__}.{module.name}").KINDS:
            if kind.key in found:
                raise ValueError(f"Two kinds of questions are called {kind.key}.")
            found[kind.key] = kind
    return found
