"""Numbers as text for other programs: tab-separated, as a NumPy literal, as a Markdown table. No Qt here.

Values are written with every digit that is stored, except in Markdown, which is for reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from tutor.views import numbers

TSV, NUMPY, MARKDOWN = "tsv", "numpy", "markdown"
_STEP = 1 << 14  # cells between two looks at whether to go on

Progress = Callable[[float], None]


def _quiet(done: float) -> None:
    """Nobody watches."""


def _rows(values: np.ndarray, write: Callable[[np.ndarray], str], progress: Progress) -> list[str]:
    """Each row as text; `progress` is told how far it is, and may raise to stop."""
    found: list[str] = []
    step = max(1, _STEP // max(1, values.shape[1]))
    for at, row in enumerate(values):
        if at % step == 0:
            progress(at / len(values))
        found.append(write(row))
    return found


def _plain(values: np.ndarray) -> list[str]:
    """The shortest texts that read back as the same numbers."""
    # Converting a row at once is several times faster than asking each element for its text.
    return [str(one) for one in values.tolist()] if values.dtype.kind in "iu" else values.astype(str).tolist()


def tsv(values: np.ndarray, progress: Progress = _quiet) -> str:
    """Rows on lines, columns between tabs, nothing else: what a spreadsheet takes."""
    return "\n".join(_rows(values, lambda row: "\t".join(_plain(row)), progress))


def numpy_literal(values: np.ndarray, what: str, progress: Progress = _quiet) -> str:
    """A line of Python that makes the array, with its type; what it is and its shape in a comment."""

    def write(row: np.ndarray) -> str:
        text = ", ".join(_plain(row))
        if not np.isfinite(row).all():
            text = text.replace("-inf", "-np.INF").replace("inf", "np.inf").replace("np.INF", "np.inf")
            text = text.replace("nan", "np.nan")
        return f"[{text}]"

    rows = ",\n    ".join(_rows(values, write, progress))
    shape = ", ".join(map(str, values.shape))
    return f"# {what}, shape ({shape})\nnp.array([\n    {rows},\n], dtype=np.{values.dtype.name})\n"


def markdown(
    values: np.ndarray, rows: Sequence[str], columns: Sequence[str], form: str, whole: bool = False,
    progress: Progress = _quiet,
) -> str:  # fmt: skip
    """A table with its headers, numbers as the table on screen writes them."""

    def cell(text: str) -> str:
        return text.replace("\\", "\\\\").replace("|", "\\|")

    names = iter(rows)

    def write(row: np.ndarray) -> str:
        shown = (str(int(one)) if whole else numbers.formatted(one, form) for one in row)
        return f"| {cell(next(names))} | {' | '.join(shown)} |"

    head = f"|  | {' | '.join(map(cell, columns))} |"
    line = f"|---|{'---:|' * len(columns)}"
    return "\n".join([head, line, *_rows(values, write, progress)]) + "\n"


