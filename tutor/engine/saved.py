"""The saved back of a trace: one safetensors file that explains itself, read without torch.

The file holds every tensor under its full name (float32; `tokens` int64), every weight a saved step reads under
`weights/<name>` (of a table that is only looked up, the rows used, with their ids under `weights/<name>.rows`),
and metadata `format`, `axes`, `tokens`, `model`, `spec`, `program` as JSON (and `target`, the tokens of a target;
`changes`, what was changed in the run and where numbers were put in place of computed ones).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open

from tutor.engine import axes as ax
from tutor.engine.axes import Axes, AxesError, Slices
from tutor.engine.files import write_safetensors
from tutor.engine.program import Program
from tutor.engine.spec import ModelSpec, SpecError
from tutor.engine.tokens import Batch, TokenError
from tutor.engine.trace import CANNOT_RECOMPUTE, Cancelled, Patch, Trace, TraceError, frozen, looked_up

FORMAT = "transformer-tutor-trace/1"
_PREFIX = "weights/"
_ROWS = ".rows"


def save(
    trace: Trace,
    path: Path,
    only: Sequence[str] = (),
    progress: Callable[[float], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
    lesson: str = "",
) -> None:
    """Write a trace to a file, one tensor at a time.

    `only` keeps the tensors whose names match one of the patterns (`blocks.0.*`), and the weights they read.
    `lesson` is kept beside it as it is (see `tutor.lessons.tour`).
    Raises FileError, TraceError or Cancelled; then nothing is left behind.
    """
    program = trace.program
    given = program.streams
    steps = [s for s in program.steps if not only or s.name in given or any(fnmatchcase(s.name, p) for p in only)]
    if len(steps) == len(given) and only:
        raise TraceError(f"No tensor is named like {', '.join(only)}: the ledger lists the names.")
    rows = looked_up(trace)
    read = dict.fromkeys(name for step in steps for name in step.weights)
    tensors: dict[str, tuple[np.dtype, tuple[int, ...]]] = {}
    for step in steps:
        kind = np.dtype(np.int64 if step.name in given else np.float32)
        tensors[step.name] = (kind, ax.shape(trace.shapes[step.name]))
    for name in read:
        shape = ax.shape(trace.shapes[name])
        if name in rows:
            tensors[_PREFIX + name + _ROWS] = (np.dtype(np.int64), rows[name].shape)
            shape = (len(rows[name]), *shape[1:])
        tensors[_PREFIX + name] = (np.dtype(np.float32), shape)

    written = 0

    def get(name: str) -> np.ndarray:
        nonlocal written
        if cancelled():
            raise Cancelled
        written += 1
        progress(written / len(tensors))
        if not name.startswith(_PREFIX):
            return trace[name]
        weight = name[len(_PREFIX) :]
        if weight.endswith(_ROWS):
            return rows[weight[: -len(_ROWS)]]
        if weight in rows:
            return np.stack([trace.read(weight, (int(row), slice(None))) for row in rows[weight]])
        return trace[weight]

    metadata = {
        "format": FORMAT,
        "axes": json.dumps({step.name: ax.names(trace.shapes[step.name]) for step in steps}),
        "tokens": json.dumps(trace.batch.to_json(), ensure_ascii=False),
        "model": trace.spec.name,
        "spec": json.dumps(trace.spec.to_json(), ensure_ascii=False),
        "program": json.dumps(program.to_json(), ensure_ascii=False),
    }
    if lesson:
        metadata["lesson"] = lesson
    if trace.told:
        metadata["changes"] = json.dumps({"told": trace.told, "put": _put(trace)}, ensure_ascii=False)
    if trace.target is not None:
        metadata["target"] = json.dumps(trace.target.to_json(), ensure_ascii=False)
    write_safetensors(path, tensors, get, metadata)


def _put(trace: Trace) -> list[dict[str, Any]]:
    """Which numbers were put in place of computed ones, as plain data; the numbers are in the tensors."""
    return [
        {
            "name": name, "why": patch.why, "text": patch.text, "was": patch.was,
            "part": [None if isinstance(one, slice) else one for one in patch.part],
        }
        for name, patches in trace.patches.items()
        for patch in patches
    ]  # fmt: skip


def _changes(data: Any, shapes: Mapping[str, Axes]) -> tuple[tuple[str, ...], dict[str, tuple[Patch, ...]]]:
    """What was changed, and where numbers were put. Raises KeyError, TypeError or ValueError for anything else."""
    told = tuple(_text(one) for one in data["told"])
    patches: dict[str, tuple[Patch, ...]] = {}
    for one in data["put"]:
        name, part, was = _text(one["name"]), one["part"], one["was"]
        sizes = ax.shape(shapes[name])
        good = isinstance(part, list) and len(part) == len(sizes) and (was is None or type(was) in (int, float))
        if not good or not all(at is None or (type(at) is int and 0 <= at < n) for at, n in zip(part, sizes)):
            raise ValueError("a part is none of its tensor")
        where = tuple(slice(None) if at is None else at for at in part)
        made = Patch(where, np.empty(0), _text(one["why"]), _text(one["text"]), was)
        patches[name] = (*patches.get(name, ()), made)
    return told, patches


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is none")
    return value


class SavedTrace(Trace):
    """A trace read from a file, a part at a time."""

    def __init__(self, path: Path) -> None:
        """Raises TraceError (one sentence) for a file that is missing, cut short, newer or no saved trace."""
        self.path = path
        try:
            self._file = safe_open(path, framework="np").__enter__()
        except FileNotFoundError:
            raise TraceError(f"There is no file {path.name}: check the name and the folder.") from None
        except (OSError, SafetensorError, ValueError) as error:
            raise TraceError(
                f"{path.name} is cut short or is no saved trace: save it again with `trace --save`."
            ) from error
        metadata = self._file.metadata() or {}
        #: What a teacher put beside the trace, as it was written; "" for none.
        self.lesson = metadata.get("lesson", "")
        form = metadata.get("format", "")
        if form != FORMAT:
            if form.startswith(FORMAT.rsplit("/", 1)[0] + "/"):
                raise TraceError(f"{path.name} was saved by a newer version of the tutor: update to open it.")
            raise TraceError(f"{path.name} holds tensors but no trace: save one with `trace --save`.")
        try:
            spec = ModelSpec.from_json(json.loads(metadata["spec"]))
            program = Program.from_json(json.loads(metadata["program"]))
            batch = Batch.from_json(json.loads(metadata["tokens"]))
            target = Batch.from_json(json.loads(metadata["target"])) if "target" in metadata else None
            super().__init__(program, spec, batch, target)
            if "changes" in metadata:
                self.told, self.patches = _changes(json.loads(metadata["changes"]), self.shapes)
        except (KeyError, TypeError, ValueError, RecursionError, AxesError, SpecError, TokenError, TraceError) as error:
            raise TraceError(f"{path.name} does not describe its own trace rightly: {error}") from error
        except NotImplementedError as error:
            raise TraceError(f"{path.name} puts an operation where it cannot stand: {error}") from error
        self._names = set(self._file.keys())
        self._rows: dict[str, np.ndarray] = {}
        self._check()

    def _check(self) -> None:
        for name, axes in self.shapes.items():
            stored = name if name in self.program.by_name else _PREFIX + name
            if stored not in self._names:
                continue
            part = self._file.get_slice(stored)
            shape, kind = list(part.get_shape()), part.get_dtype()
            expected = list(ax.shape(axes))
            if stored + _ROWS in self._names:
                rows = self._file.get_tensor(stored + _ROWS)
                good = rows.ndim == 1 and rows.dtype == np.int64 and bool(np.all(np.diff(rows) > 0))
                if not good or (rows.size and not 0 <= rows[0] <= rows[-1] < expected[0]):
                    raise TraceError(f"{self.path.name} lists the rows of {name} wrongly: save it again.")
                self._rows[name] = rows
                expected[0] = len(rows)
            if shape != expected or kind != ("I64" if name in self.batches else "F32"):
                raise TraceError(
                    f"{self.path.name} holds {name} as {kind} {shape}, not {ax.text(axes)}: save it again."
                )
        for name, batch in self.batches.items():
            if name in self._names and not np.array_equal(self._file.get_tensor(name), batch.ids):
                raise TraceError(f"{self.path.name} holds other ids than its tokens say: save it again.")

    @property
    def where(self) -> str:
        return "saved"

    def has(self, name: str) -> bool:
        """Whether the file holds this tensor or weight."""
        return name in self.program.sources or name in self._names or _PREFIX + name in self._names

    def read(self, name: str, slices: Slices) -> np.ndarray:
        source = self._source(name)
        if source is not None:
            return frozen(np.asarray(source[tuple(slices)]))
        stored = name if name in self.program.by_name else _PREFIX + name
        if stored not in self._names:
            raise TraceError(f"{name} was left out of {self.path.name}: save the trace again with it.")
        if name in self._rows:
            return self._from_rows(name, stored, slices)
        values = self._file.get_slice(stored)[tuple(slices)] if slices else self._file.get_tensor(stored)
        return frozen(np.asarray(values))

    def _from_rows(self, name: str, stored: str, slices: Slices) -> np.ndarray:
        wanted, rest = slices[0], tuple(slices[1:])
        rows = self._rows[name]
        if isinstance(wanted, int):
            at = int(np.searchsorted(rows, wanted))
            if at == len(rows) or rows[at] != wanted:
                raise TraceError(f"Row {wanted} of {name} is not used by this sentence, so it was not saved.")
            return frozen(np.asarray(self._file.get_slice(stored)[(at, *rest)]))
        size = self.shapes[name][0].size
        if len(rows) < len(range(*wanted.indices(size))):
            raise TraceError(f"{self.path.name} holds only the rows of {name} that its sentence uses.")
        return frozen(
            np.asarray(
                self._file.get_tensor(stored)[np.searchsorted(rows, np.arange(size)[wanted])][(slice(None), *rest)]
            )
        )

    def with_override(self, name: str, values: np.ndarray) -> Trace:
        raise TraceError(CANNOT_RECOMPUTE)
