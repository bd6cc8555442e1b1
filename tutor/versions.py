"""Which versions are installed: for `selftest` and for reports of problems."""

from __future__ import annotations

import platform
import sys

from tutor import __version__

LIBRARIES = ("torch", "PySide6-Essentials", "pyqtgraph", "tiktoken", "safetensors", "numpy")


def versions() -> list[str]:
    """One line for the app and the system, one for each library; a missing one says so."""
    import importlib.metadata  # only where somebody asks: it is slow to load

    lines = [f"Transformer Tutor {__version__} · Python {sys.version.split()[0]} · {platform.platform()}"]
    for library in LIBRARIES:
        try:
            lines.append(f"  {library} {importlib.metadata.version(library)}")
        except importlib.metadata.PackageNotFoundError:
            lines.append(f"  {library} is missing: install the app again.")
    return lines


def missing() -> bool:
    """Whether a library is not there."""
    return any("is missing" in line for line in versions())
