"""Worked examples that fade: a cell fully worked, the next with blanks to fill, the third by the learner alone.

(Faded worked examples: Renkl & Atkinson 2003.) Everything follows from the cell's working: its operands are given, and
what is computed from them is asked for, number by number, to the precision it is printed with. No Qt.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tutor.engine import axes as ax
from tutor.engine import ops
from tutor.engine.axes import Index
from tutor.engine.records import dataclass
from tutor.engine.trace import Trace
from tutor.engine.working import Working
from tutor.lessons.experiment import Focus
from tutor.lessons.question import rng_of

#: Decimals that numbers are printed with, and one unit of the last of them.
PLACES = 3
UNIT = 10.0**-PLACES
#: So many terms of a sum are shown one by one; the others are given as one number.
MOST_TERMS = 4
#: How many examples there are, and what is left of each: all of it, some blanks, nothing.
WORKED, BLANKS, ALONE = range(3)
#: Operations whose cells can be worked out with pencil and paper.
BY_HAND = (
    ops.Scale, ops.Add, ops.Multiply, ops.Scores, ops.Softmax, ops.WeightedSum, ops.Linear, ops.Normalize,
    ops.NormalizeRms, ops.ScaleShift, ops.Mean,
)  # fmt: skip
#: Lines of a working that are constants, not results.
_CONSTANT = frozenset({"ε", "M"})


@dataclass(frozen=True)
class Entry:
    """One number of an example. `given` it is printed; else it is asked for.

    `reach` is how far an answer may be off: a unit of the last decimal for every printed number that goes into it.
    """

    label: str
    value: float
    given: bool = True
    reach: float = UNIT / 2

    def printed(self) -> str:
        if not math.isfinite(self.value):
            return "−∞" if self.value < 0 else "∞" if self.value > 0 else "NaN"
        if float(self.value).is_integer() and abs(self.value) < 1e6:
            return str(int(self.value)).replace("-", "−")
        return f"{self.value:.{PLACES}f}".replace("-", "−")

    def accepts(self, typed: str) -> bool:
        """Whether what was typed is this number, as far as it can be known from the printed ones."""
        number = parse(typed)
        return number is not None and abs(number - self.value) <= self.reach + 1e-9


def parse(typed: str) -> float | None:
    """A typed number: with − or -, a point or a comma before its decimals, a fraction 1/3; None for anything else."""
    text = typed.strip().replace("−", "-").replace(" ", "")
    if text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    top, slash, bottom = text.partition("/")
    try:
        number = float(top) / float(bottom) if slash else float(top)
    except (ValueError, ZeroDivisionError):
        return None
    return number if math.isfinite(number) else None


@dataclass(frozen=True)
class Example:
    """One cell to work out.

    Attributes:
        path, index: which. level: WORKED, BLANKS or ALONE.
        headers: of the table's columns. rows: its rows, an Entry for each column; the first column names the term.
        rest: the sum of the terms that are not shown, for each column; None where all are.
        lines: what comes after the table, in order. result: the cell.
    """

    path: str
    index: Index
    level: int
    headers: tuple[str, ...]
    rows: tuple[tuple[Entry, ...], ...]
    rest: tuple[Entry | None, ...] | None
    lines: tuple[Entry, ...]
    result: Entry

    def entries(self) -> tuple[Entry, ...]:
        """Every number, in the order of the work."""
        return (*(one for row in self.rows for one in row), *self.lines, self.result)

    def blanks(self) -> tuple[Entry, ...]:
        return tuple(one for one in self.entries() if not one.given)


def fits(trace: Trace, path: str) -> bool:
    """Whether cells of a step can be worked out by hand."""
    step = trace.program[path]
    if not step.inputs or not isinstance(step.op, BY_HAND):
        return False
    if isinstance(step.op, ops.Softmax):
        return trace.shapes[path][-1].name == ax.KEY
    return True


def examples(trace: Trace, path: str, focus: Focus, seed: int = 7) -> tuple[Example, ...]:
    """Three cells of a step, worked out less and less; none where its numbers do not lend themselves to it.

    Raises TraceError where a saved trace left out what is needed.
    """
    if not fits(trace, path):
        return ()
    found: list[Example] = []
    rng = rng_of(seed, path, "fading")
    seen: set[Index] = set()
    for _ in range(60):
        index = _draw(trace, path, focus, rng)
        if index in seen:
            continue
        seen.add(index)
        made = example(trace, path, index, len(found))
        if made is not None:
            found.append(made)
            if len(found) == 3:
                return tuple(found)
    return ()


def _draw(trace: Trace, path: str, focus: Focus, rng: np.random.Generator) -> Index:
    texts = trace.texts(path)
    fixed = {ax.BATCH: focus.row, ax.HEAD: focus.head}
    index = []
    for axis, text in zip(trace.shapes[path], texts):
        if axis.name in fixed:
            index.append(min(max(fixed[axis.name], 0), axis.size - 1))
        else:
            row = min(focus.row, text.n_rows - 1) if text is not None else 0
            index.append(int(rng.integers(int(text.lengths[row]) if text is not None else axis.size)))
    return tuple(index)


def example(trace: Trace, path: str, index: Index, level: int) -> Example | None:
    """One cell at one level; None where it is not finite, or nothing is to be worked out in it."""
    made = trace.working(path, index)
    if not math.isfinite(made.result) or made.put or abs(made.result) < 5 * UNIT:
        return None
    headers, rows, rest, sums = _table(made)
    if any(not math.isfinite(one.value) for row in rows for one in row):
        return None
    lines = _lines(made, sums)
    reach = _reach(trace.program[path].op, made, sums)
    if reach > max(0.02, 0.2 * abs(made.result)):
        return None  # the printed numbers do not decide it
    result = Entry("=", made.result, False, reach)
    whole = Example(path, tuple(index), WORKED, headers, rows, rest, lines, result)
    return _faded(whole, level)


def _reach(op: ops.Op, made: Working, sums: Sequence[Entry]) -> float:
    """How far the result may be off when it is worked out from printed numbers, each half a unit off, as are those
    worked out on the way."""
    half, size = UNIT / 2, abs(made.result)
    values = [abs(float(line.value)) for line in made.lines]
    if isinstance(op, ops.Scale):
        factor = math.sqrt(op.n)
        return 2 * half + ((half + size * half) / factor if op.divide else half * factor + half * values[0])
    if isinstance(op, (ops.Normalize, ops.NormalizeRms)):
        under = next(one for one, line in zip(values, made.lines) if line.label.startswith("√"))
        return 2 * half + (3 * half + size * half * (1 + 1 / max(under, UNIT))) / max(under, UNIT)
    if isinstance(op, (ops.Multiply, ops.ScaleShift)):
        return 4 * half + half * sum(values)
    if isinstance(op, ops.Softmax):
        return 6 * half
    if isinstance(op, ops.Mean):
        return 2 * half + sums[-1].reach / max(1.0, values[-1]) if sums else 2 * half
    return (sums[-1].reach if sums else 0.0) + (2 + len(values)) * half


def _table(made: Working) -> tuple[tuple[str, ...], tuple[tuple[Entry, ...], ...], tuple[Entry | None, ...] | None,
                                   list[Entry]]:  # fmt: skip
    """The terms that are shown, what the others add up to, and the sums below the columns that are added up."""
    terms = made.terms
    if terms is None:
        return (), (), None, []
    columns = terms.columns
    count = len(columns[0].values)
    weight = np.abs(np.nan_to_num(columns[-1].values, posinf=0.0, neginf=0.0))
    order = np.argsort(-weight, kind="stable")[:MOST_TERMS]
    if terms.own is not None and terms.own not in order:
        order = np.append(order[:-1], terms.own)
    order = np.sort(order)
    finite = np.isfinite(columns[0].values)
    order = order[finite[order]]
    rows = []
    for at in order.tolist():
        entries: list[Entry] = []
        for column in columns:
            value = float(column.values[at])
            before = sum(abs(one.value) for one in entries)
            # A printed number is half a unit off at most; a product of two by as much as each is multiplied with, a
            # difference by both, and all are rounded once more.
            reach = UNIT * (1.6 + 0.5 * before)
            entries.append(Entry(column.label, value, bool(column.name), reach))
        rows.append(tuple(entries))
    left = np.setdiff1d(np.flatnonzero(finite), order)
    rest: tuple[Entry | None, ...] | None = None
    if len(left):
        rest = tuple(
            Entry(column.label, float(column.values[left].sum())) if column.adds else None for column in columns
        )
    sums = []
    for at, column in enumerate(columns):
        if column.adds and not column.name:
            reach = sum(row[at].reach for row in rows) + UNIT
            sums.append(Entry(f"Σ {column.label}", float(column.values[finite].sum()), False, reach))
    return tuple(column.label for column in columns), tuple(rows), rest, sums if count else []


def _lines(made: Working, sums: Sequence[Entry]) -> tuple[Entry, ...]:
    """What is worked out beside the table: operands are given, so are constants and whole numbers."""
    found = []
    told = {round(one.value, 9) for one in sums}
    for line in made.lines:
        value = float(line.value)
        given = line.link is not None or line.label in _CONSTANT or float(value).is_integer()
        # Of operands: √ of a small variance is the least certain.
        reach = UNIT * (2.0 + abs(value) + (0.5 / abs(value) if line.label.startswith("√") and value else 0.0))
        if not given and round(value, 9) in told:
            reach = max(reach, *(one.reach for one in sums))
        found.append(Entry(line.label, value, given, reach))
    if made.terms is not None and not made.lines:
        found += [one for one in sums if abs(one.value - made.result) > 1e-9 and len(sums) == 1]
    return tuple(found)


def _faded(whole: Example, level: int) -> Example:
    """The example with as many blanks as its level has: none, about half and the result, or all that is computed."""
    at = 0

    def fade(one: Entry) -> Entry:
        nonlocal at
        if one.given:
            return one
        at += 1
        hidden = level == ALONE or (level == BLANKS and at % 2 == 0)
        return Entry(one.label, one.value, not hidden, one.reach)

    rows = tuple(tuple(fade(one) for one in row) for row in whole.rows)
    lines = tuple(fade(one) for one in whole.lines)
    result = Entry(whole.result.label, whole.result.value, level == WORKED, whole.result.reach)
    return Example(whole.path, whole.index, level, whole.headers, rows, whole.rest, lines, result)
