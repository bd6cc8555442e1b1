"""The shape ledger: one row for every step, with its shape and what it costs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict

from tutor.engine import axes as ax
from tutor.engine.axes import Axes
from tutor.engine.program import Program
from tutor.engine.records import dataclass


@dataclass(frozen=True)
class Row:
    """One step: its number (from 1), stage, tensor, axes, sizes, operation, and costs.

    params: parameters first read here. macs: multiply-adds. bytes: size of the result.
    """

    step: int
    stage: str
    name: str
    axes: tuple[str, ...]
    shape: tuple[int, ...]
    op: str
    params: int
    macs: int
    bytes: int


def ledger(program: Program, shapes: Mapping[str, Axes]) -> tuple[Row, ...]:
    """Every step of a program for the given shapes; the parameters sum to the model's true count."""
    costs = program.costs(shapes)
    return tuple(
        Row(
            number, step.stage.title, step.name, ax.names(shapes[step.name]), ax.shape(shapes[step.name]),
            step.op.title, costs[step.name].params, costs[step.name].macs, costs[step.name].bytes,
        )
        for number, step in enumerate(program.steps, 1)
    )  # fmt: skip


def as_json(rows: tuple[Row, ...]) -> str:
    """JSON lines with the keys step, stage, name, axes, shape, op, params, macs, bytes."""
    return "\n".join(json.dumps(asdict(row), ensure_ascii=False) for row in rows)


def as_text(rows: tuple[Row, ...], note: str = "") -> str:
    """A table for the terminal, with totals."""
    head = ("step", "stage", "tensor", "axes", "shape", "operation", "params", "multiply-adds", "bytes")
    table: list[tuple[str, ...]] = [head]
    table += [
        (
            str(row.step), row.stage, row.name, " ".join(row.axes), str(list(row.shape)), row.op,
            f"{row.params:,}", f"{row.macs:,}", f"{row.bytes:,}",
        )
        for row in rows
    ]  # fmt: skip
    sums = (sum(getattr(row, key) for row in rows) for key in ("params", "macs", "bytes"))
    table.append(("", "", "total", "", "", "", *(f"{total:,}" for total in sums)))
    widths = [max(len(line[at]) for line in table) for at in range(len(head))]
    numeric = {0, 6, 7, 8}
    lines = [
        "  ".join(
            cell.rjust(width) if at in numeric else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(line, widths))
        ).rstrip()
        for line in table
    ]
    lines.insert(1, "─" * max(len(line) for line in lines))
    lines.insert(len(lines) - 1, lines[1])
    return "\n".join([*lines, *([note] if note else [])])
