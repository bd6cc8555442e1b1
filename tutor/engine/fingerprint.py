"""The hash of a model's weights: whether a model here is the one that somebody else ran."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from tutor.engine import shipped
from tutor.engine.models import Model
from tutor.engine.trace import Cancelled
from tutor.engine.weights import WeightsError

_CHUNK = 1 << 20


class Fingerprints:
    """Hashes of models' weights. A file is read again only once it has changed. Used from one thread only."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, int, int], bytes] = {}

    def of(self, model: Model, cancelled: Callable[[], bool] = lambda: False) -> str:
        """`sha256:…` of the files that hold a model's weights; of what they are made from, where they are random.

        Slow for a large model the first time. Raises WeightsError, or Cancelled.
        """
        whole = hashlib.sha256()
        if model.folder is None:
            whole.update(_recipe(model))
            return f"sha256:{whole.hexdigest()}"
        try:
            for path in _files(model, model.folder):
                whole.update(self._of_file(path, cancelled))
        except OSError as error:
            reason = error.strerror or str(error)
            raise WeightsError(f"{model.folder.name} cannot be read ({reason}): copy the model again.") from error
        return f"sha256:{whole.hexdigest()}"

    def _of_file(self, path: Path, cancelled: Callable[[], bool]) -> bytes:
        told = path.stat()
        key = (path, told.st_size, told.st_mtime_ns)
        if key not in self._known:
            found = hashlib.sha256()
            with open(path, "rb") as file:
                while chunk := file.read(_CHUNK):
                    if cancelled():
                        raise Cancelled
                    found.update(chunk)
            self._known[key] = found.digest()
        return self._known[key]


def _recipe(model: Model) -> bytes:
    """What random weights are made from. Choices that are as usual are left out: a later version's new choices then
    change no hash."""
    chosen = {key: value for key, value in model.spec.to_json().items() if value not in ("", 0, None, False)}
    chosen.pop("note", None)
    return json.dumps(chosen, sort_keys=True, ensure_ascii=False).encode()


def _files(model: Model, folder: Path) -> list[Path]:
    """The files of the weights, in order."""
    if folder.is_file():
        return [folder]
    if model.step is not None:
        kept = shipped.checkpoint(folder, model.step)
        if kept.is_file():
            return [kept]
    return sorted(one for one in folder.glob("*.safetensors") if one.is_file())
