"""Writing files so that a failure leaves nothing half-written, and safetensors a tensor at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import numpy as np

_DTYPES = {"float32": "F32", "float16": "F16", "int64": "I64"}


class FileError(OSError):
    """A file that could not be written; the message is one sentence with the mend."""


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its place only when it is whole. Raises FileError."""
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "wb") as file:
            yield file
        os.replace(part, path)
    except OSError as error:
        with suppress(OSError):  # where there is no such folder, or the name itself is refused
            part.unlink(missing_ok=True)
        reason = error.strerror or str(error)
        raise FileError(
            f"{path.name} could not be written ({reason}): free some space or choose another place."
        ) from error
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write_safetensors(
    path: Path,
    tensors: Mapping[str, tuple[np.dtype, tuple[int, ...]]],
    get: Callable[[str], np.ndarray],
    metadata: Mapping[str, str],
) -> None:
    """Write a safetensors file: the header first, then one tensor at a time, so memory holds one at most.

    Raises FileError where it cannot be written, and whatever `get` raises; either way nothing is left behind.
    """
    header: dict[str, object] = {"__metadata__": dict(metadata)}
    at = 0
    for name, (dtype, shape) in tensors.items():
        size = int(np.dtype(dtype).itemsize * np.prod(shape, dtype=np.int64))
        header[name] = {
            "dtype": _DTYPES[str(np.dtype(dtype))],
            "shape": list(shape),
            "data_offsets": [at, at + size],
        }
        at += size
    text = json.dumps(header, ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    with replacing(path) as file:
        file.write(len(text).to_bytes(8, "little"))
        file.write(text)
        for name, (dtype, shape) in tensors.items():
            values = np.ascontiguousarray(get(name), dtype=np.dtype(dtype).newbyteorder("<"))
            if values.shape != tuple(shape):
                raise ValueError(f"{name} has the shape {values.shape}, announced as {tuple(shape)}.")
            file.write(values.data.cast("B") if values.size else b"")


def is_gguf(path: Path) -> bool:
    """Whether a file is a GGUF file, by its first bytes or by its name."""
    try:
        if not path.is_file():
            return False
        with open(path, "rb") as file:
            return file.read(4) == b"GGUF" or path.suffix.lower() == ".gguf"
    except OSError:
        return False
