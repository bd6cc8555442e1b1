"""Where the files shipped with the program are: models, tokenizers, lessons, pictures."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
#: Places to look, first found wins. An installed wheel carries the files inside the package; a checkout keeps
#: them beside it. The package comes first, since a stranger's "resources" may lie beside an installed one.
_ROOTS = (_PACKAGE / "_resources", _PACKAGE.parent / "resources")


class ResourceMissing(FileNotFoundError):
    """A file that belongs to the program is not there; the message is one sentence naming the mend."""


def path(*parts: str) -> Path:
    """The file or folder `parts` of the shipped resources, e.g. `path("tokenizers", "r50k_base.tiktoken")`.

    Raises ResourceMissing where it does not exist, or where `parts` would lead out of the resources.
    """
    wanted = Path(*parts)
    if not wanted.is_absolute() and ".." not in wanted.parts:
        for root in _ROOTS:
            if (root / wanted).exists():
                return root / wanted
    raise ResourceMissing(
        f"The program file {wanted.as_posix()} is missing: install Transformer Tutor again."
    )
