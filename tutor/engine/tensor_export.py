"""Any tensor as a file: NPY, CSV with the tokens it runs along, or safetensors with its axes. No Qt, no torch.

Numbers are written exactly as they are stored. A failure leaves nothing behind.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.axes import Axes
from tutor.engine.files import replacing, write_safetensors
from tutor.engine.token_bytes import Token
from tutor.engine.trace import Cancelled, Trace

#: The formats, and what their files end in.
FORMATS = {"npy": ".npy", "csv": ".csv", "safetensors": ".safetensors"}
FORMAT = "transformer-tutor-tensor/1"
_CHUNK = 1 << 20  # values written between two looks at whether to go on


def write(
    trace: Trace,
    name: str,
    path: Path,
    form: str,
    progress: Callable[[float], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Path:
    """Write one tensor or weight of a run as `npy`, `csv` or `safetensors`.

    Raises FileError, TraceError or Cancelled; then nothing is left behind.
    """
    {"npy": _npy, "csv": _csv, "safetensors": _safetensors}[form](trace, name, path, progress, cancelled)
    return path


def metadata(trace: Trace, name: str) -> dict[str, str]:
    """What a file says of its tensor: name, axes, model, and the tokens of every text."""
    return {
        "format": FORMAT,
        "name": name,
        "axes": json.dumps([list(axis) for axis in trace.shapes[name]]),
        "model": trace.spec.name,
        "tokens": json.dumps(
            {name: [[_text(token) for token in row] for row in batch.rows] for name, batch in trace.batches.items()},
            ensure_ascii=False,
        ),
    }


def _text(token: Token) -> str:
    return "pad" if token.pad else token.text


def _steps(
    values: np.ndarray, progress: Callable[[float], None], cancelled: Callable[[], bool]
) -> Iterator[np.ndarray]:
    """A tensor in flat pieces, telling how far it is. Raises Cancelled."""
    flat = np.ascontiguousarray(values).reshape(-1)
    for start in range(0, max(flat.size, 1), _CHUNK):
        if cancelled():
            raise Cancelled
        yield flat[start : start + _CHUNK]
        progress(min(1.0, (start + _CHUNK) / max(flat.size, 1)))


def _npy(
    trace: Trace, name: str, path: Path, progress: Callable[[float], None], cancelled: Callable[[], bool]
) -> None:
    values = trace[name]
    values = values.astype(values.dtype.newbyteorder("<"), copy=False)
    with replacing(path) as file:
        header = {"descr": np.lib.format.dtype_to_descr(values.dtype), "fortran_order": False, "shape": values.shape}
        np.lib.format.write_array_header_1_0(file, header)  # type: ignore[arg-type]
        for piece in _steps(values, progress, cancelled):
            file.write(piece.tobytes())


def _safetensors(
    trace: Trace, name: str, path: Path, progress: Callable[[float], None], cancelled: Callable[[], bool]
) -> None:
    values = trace[name]
    if cancelled():
        raise Cancelled

    def get(_name: str) -> np.ndarray:
        return values

    write_safetensors(path, {name: (values.dtype, values.shape)}, get, metadata(trace, name))
    progress(1.0)


def _csv(
    trace: Trace, name: str, path: Path, progress: Callable[[float], None], cancelled: Callable[[], bool]
) -> None:
    """One row for each entry of all axes but the last, which runs across. Where an axis runs along tokens its entries
    are `5 ·Lily`: the number in front keeps a text such as `=A1` from being taken for a formula."""
    axes, values = trace.shapes[name], trace[name]
    labels = _labels(trace, name)
    wide = axes[-1].size if axes else 1
    flat = np.ascontiguousarray(values).reshape(-1, wide)
    whole = values.dtype == np.int64
    with replacing(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
        table = csv.writer(text)
        # Of several sentences the columns' tokens differ from row to row, so only their numbers stand on top.
        single = not axes or axes[0].name != ax.BATCH or axes[0].size == 1
        across = _across(axes, labels, single)
        table.writerow([*(axis.name for axis in axes[:-1]), *across])
        for at, (index, row) in enumerate(zip(product(*(range(axis.size) for axis in axes[:-1])), flat)):
            if at % max(1, _CHUNK // 64 // wide) == 0:
                if cancelled():
                    raise Cancelled
                progress(at / len(flat))
            front = [_label(labels, axes, index, number) for number in range(len(index))]
            table.writerow([*front, *(row.tolist() if whole else row.astype(str).tolist())])
        text.flush()
        text.detach()
    progress(1.0)


def _labels(trace: Trace, name: str) -> list[list[list[str]] | None]:
    """For each axis the tokens' texts of every sentence, None for plain numbers."""
    return [None if text is None else [[_text(token) for token in row] for row in text.rows]
            for text in trace.texts(name)]  # fmt: skip


def _label(labels: list[list[list[str]] | None], axes: Axes, index: tuple[int, ...], number: int) -> str:
    at, texts = index[number], labels[number]
    if texts is None:
        return str(at)
    sentence = index[0] if axes[0].name == ax.BATCH else 0
    return f"{at} {texts[sentence][at]}"


def _across(axes: Axes, labels: list[list[list[str]] | None], single: bool) -> list[str]:
    if not axes:
        return ["value"]
    texts = labels[-1] if single else None
    name = axes[-1].name
    return [f"{name} {at}" if texts is None else f"{name} {at} {texts[0][at]}" for at in range(axes[-1].size)]
