"""The walk-through as text: every stage with its shape, its code, some of its numbers and one cell worked out."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from tutor import running, sessionfile, stepcode
from tutor.engine import axes as ax
from tutor.engine import models
from tutor.engine.picture import Selection, panel
from tutor.engine.program import Stop
from tutor.engine.tokens import Batch
from tutor.engine.trace import Trace
from tutor.engine.working import Working, plain, show
from tutor.places import Asked

ROWS, COLUMNS, TERMS = 6, 8, 4


def walk(options: argparse.Namespace, file: Path | None) -> int:
    """Print the walk-through for the requested sentence or saved trace. Returns the exit status."""
    trace = _changed(_open(options, file), options)
    print(f"\nTransformer Tutor · {trace.spec.name} · {len(trace.program.stops)} stages\n")
    for name, batch in trace.batches.items():
        if len(trace.batches) > 1:
            print(f"{name}:")
        for row in batch.rows:
            print("  " + " ".join(f"{token.text}({token.id})" for token in row if not token.pad))
    if trace.told:
        print("\nWhat if: " + "; ".join(trace.told))
    for stop in trace.program.stops:
        print("\n" + describe(trace, stop))
    for notice in trace.notices:
        print("\n" + notice)
    return 0


def _open(options: argparse.Namespace, file: Path | None) -> Trace:
    if file is not None and not sessionfile.is_session(file):
        from tutor.engine.saved import SavedTrace

        return SavedTrace(file)
    from tutor.engine.live import MIB, LiveTrace

    asked = _asked(options, file)
    model = models.find(asked.model, asked.layers)
    by_ids = bool(asked.ids) and not model.has_target
    batch = model.batch_of_ids(asked.ids) if by_ids else model.batch(asked.texts or model.samples())
    weights = model.weights()

    def live(target: Batch | None) -> LiveTrace:
        return LiveTrace(
            model.program, model.spec, weights, batch, options.device, options.budget * MIB, target=target
        )  # fmt: skip

    if not model.has_target:
        return live(None)
    if asked.ids:
        return live(model.target_of_ids(asked.ids))
    return live(model.target(asked.targets)) if asked.targets else running.decoded(model, live, batch.n_rows)


def _asked(options: argparse.Namespace, file: Path | None) -> Asked:
    """What is to be run: a session's, a step code's, or what the command line says. Raises PlaceError."""
    if file is not None:
        return sessionfile.read(file).asked
    if getattr(options, "code", None) is not None:
        return stepcode.read(options.code)[0]
    texts = (options.text,) if options.text is not None else ()
    return Asked(options.model or models.DEFAULT, options.layers, texts, tuple(options.target or ()))


def _changed(trace: Trace, options: argparse.Namespace) -> Trace:
    """The run with what the command line sets."""
    if not options.changes:
        return trace
    made: Trace = options.changes.apply(trace, models.find(options.model or models.DEFAULT, options.layers))
    return made


def describe(trace: Trace, stop: Stop) -> str:
    """One stage as text."""
    lines = [f"── {stop.number + 1}/{len(trace.program.stops)} · {stop.section} · {stop.stage.title} ──"]
    for step in stop.steps:
        lines.append(f"{step.name} {ax.text(trace.shapes[step.name])}")
        lines += [f"    {line}" for line in trace.program.code(step.name).splitlines()]
    step = stop.results[0]
    shown = panel(trace, step.name, Selection(), whole=step.op.picture == "alone")
    lines += [f"  {line}" for line in _numbers(shown.values)]
    place = (min(1, shown.values.shape[0] - 1), min(1, shown.values.shape[1] - 1))
    lines += [f"  {line}" for line in worked(trace.working(step.name, shown.index(*place)))]
    return "\n".join(lines)


def _numbers(values: np.ndarray) -> list[str]:
    part = values[:ROWS, :COLUMNS]
    whole = part.dtype.kind == "i"
    cells = [[str(int(v)) if whole else show(float(v), 3) for v in line] for line in part]
    width = max(len(cell) for line in cells for cell in line)
    more = " …" if values.shape[1] > COLUMNS else ""
    lines = [" ".join(cell.rjust(width) for cell in line) + more for line in cells]
    return [*lines, "…"] if values.shape[0] > ROWS else lines


def worked(working: Working) -> list[str]:
    """How one cell came about, as lines of text."""
    at = ", ".join(map(str, working.index))
    lines = [f"{working.name}[{at}] = {plain(working.equation)}"]
    if working.terms is not None:
        columns = working.terms.columns
        chosen = working.terms.largest(TERMS)
        for row in chosen:
            parts = "  ".join(f"{c.label} {show(float(c.values[row]))}" for c in columns)
            lines.append(f"    {working.terms.axis} {row}: {parts}")
        if len(working.terms.values) > len(chosen):
            rest = np.delete(working.terms.values, chosen).sum()
            lines.append(f"    {len(working.terms.values) - len(chosen)} others, Σ {show(float(rest))}")
    lines += [f"    {line.label} = {show(line.value)}" for line in working.lines]
    stored = float("nan") if working.stored is None else working.stored
    if working.put:
        was = working.note.facts["was"] if working.note is not None else float("nan")
        return [*lines, f"    put here; without that it is {show(float(str(was)), 6)}"]
    mark = "✓" if working.agrees else "✗"
    lines.append(f"    {mark} stored {show(stored, 6)} · recomputed {show(working.result, 6)}")
    return lines
