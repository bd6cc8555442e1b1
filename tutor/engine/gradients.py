"""The gradient of one number with respect to every tensor of a run, as a trace of its own; and how a cell of it comes
about. No torch: `backprop` computes, this explains.

By the chain rule the gradient of a cell is summed over the cells that were computed from it:
∂g/∂x = Σ_y ∂g/∂y · ∂y/∂x, with y every cell of every step that reads x. Both factors of each term can be shown.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import cached_property

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.axes import Axes, Index, Slices
from tutor.engine.goals import SURPRISE, Goal
from tutor.engine.program import Program, Step, Use, plain_symbol
from tutor.engine.records import dataclass
from tutor.engine.trace import Patch, Plan, Trace, TraceError
from tutor.engine.working import Column, Line, Link, Math, Note, Terms, Working, number, row, summed, symbol

#: A sum over more consumers than this is written with Σ.
_WRITTEN = 4
#: Float64's rounding of a slope, as a part of what is allowed for (`figures.TOLERANCE`).
_ROUNDING = 1e-11


class Gradients(Trace):
    """∂goal/∂tensor by the tensor's name, for every computed tensor and every weight.

    It is 0 wherever the goal does not depend on a tensor. Given numbers (ids, lengths) are whole, so they have none.

    Attributes:
        goal: the number that is differentiated, its entries counted from 0.
        of: the run whose number it is.
    """

    def __init__(self, of: Trace, goal: Goal) -> None:
        """Raises GoalError."""
        super().__init__(of.program, of.spec, of.batch, of.target)
        self.of = of
        self.goal = goal.checked(of)
        self.told, self.touched = of.told, of.touched

    @property
    def start(self) -> str:
        """The tensor that the pass begins at."""
        return self.goal.tensor(self.of)

    @property
    def where(self) -> str:
        return self.of.where

    @property
    def laid(self) -> bool:
        return self.of.laid

    @cached_property
    def reached(self) -> frozenset[str]:
        """The steps that the goal is computed from, its own tensor included."""
        return reached(self.program, self.start, self.fixed)

    @property
    def fixed(self) -> frozenset[str]:
        """Tensors that were replaced as a whole: they have a gradient, but pass none on."""
        return frozenset()

    def formula(self, name: str, roles: bool = False) -> str:
        """The chain rule for a tensor in LaTeX: see `formula`."""
        return formula(self.program, name, self.start, self.reached, roles)

    def has(self, name: str) -> bool:
        """Whether a tensor or weight has a gradient at all: given numbers have none."""
        return name in self.shapes and name not in self.program.sources

    def need(self, name: str) -> None:
        """Raise TraceError, one sentence, for a name that has no gradient."""
        if name not in self.shapes:
            raise TraceError(f"This model has no tensor named {name}.")
        if name in self.program.sources:
            raise TraceError(
                f"{name} holds whole numbers that are given, so it has no gradient: look at the step that reads it."
            )

    def with_override(self, name: str, values: np.ndarray) -> Trace:
        raise TraceError("Gradients follow from the run's numbers: set a number of the run instead.")

    def changed(self, plan: Plan) -> Trace:
        return self.of.changed(plan).backward(self.goal)

    def reads(self, name: str, index: Sequence[int]) -> tuple[tuple[str, Slices], ...]:
        """The cells whose gradients this one comes from: those that were computed from it."""
        return tuple((use.step, use.index) for use in self._uses(name, ax.cell(self.shapes[name], index)))

    def used_by(self, name: str, index: Sequence[int]) -> tuple[Use, ...]:
        """Where this cell's gradient goes: to the cells that it was computed from."""
        if name not in self.program.by_name or name in self.fixed:
            return ()
        parts = self.program.reads(name, index, self.shapes)
        return tuple(Use(one, 0, part) for one, part in parts if self.has(one) and slice(0, 0) not in part)

    def explain(self, name: str, index: Sequence[int]) -> Working:
        return self.working(name, index)

    def patch_at(self, name: str, index: Sequence[int]) -> Patch | None:
        return None

    def working(self, name: str, index: Sequence[int]) -> Working:
        """How the gradient of one cell came about. Raises TraceError or AxesError."""
        self.need(name)
        at = ax.cell(self.shapes[name], index)
        stored = float(self.read(name, at))
        made = self._goal_working(at) if name == self.start else self._working(name, at)
        return _with(made, name, at, stored)

    def _uses(self, name: str, at: Index) -> tuple[Use, ...]:
        """The consumers whose gradients matter."""
        if name == self.start:
            return ()
        found = self.program.used_by(name, at, self.shapes)
        return tuple(use for use in found if use.step in self.reached and use.step not in self.fixed)

    def _goal_working(self, at: Index) -> Working:
        goal = self.goal
        if goal.what != SURPRISE:
            own = at == goal.index
            return Working(float(own), number(float(own)), float(own), note=Note("goal" if own else "not goal"))
        if at[:-1] != goal.index[:-1]:
            return Working(0.0, number(0.0), note=Note("not goal"))
        share = float(goal.shares(self.of)[at[-1]])
        value = float(self.of.read(self.start, at))
        own = at == goal.index
        lines = (Line(plain_symbol(self.start), value, Link(self.start, at)), Line("p", share))
        if not own:
            return Working(share, row(symbol("p"), "=", number(share)), share, lines=lines, note=Note("goal other"))
        return Working(share - 1.0, row(number(share), "−", number(1.0)), share + 1.0, lines=lines,
                       note=Note("goal token"))  # fmt: skip

    def _working(self, name: str, at: Index) -> Working:
        parts = [self._terms(use, name, at) for use in self._uses(name, at)]
        if not parts:
            return Working(0.0, number(0.0), note=Note("gradient none"))
        with np.errstate(all="ignore"):
            total = float(sum(one.total for one in parts))
            # Slopes may be tiny differences themselves (p · (1 − p) near p = 1), known to float64's rounding of 1 only.
            size = float(sum(np.abs(one.products).sum() + _ROUNDING * np.abs(one.down).sum() for one in parts))
        lines = tuple(line for one in parts for line in one.lines())
        return Working(
            total, self._equation(parts, total), size, _table(parts), lines,
            tuple(link for one in parts for link in one.sources()), Note("gradient", {"consumers": len(parts)}),
        )  # fmt: skip

    def _equation(self, parts: list["_Part"], total: float) -> Math:
        if len(parts) == 1:
            return parts[0].equation()
        if len(parts) > _WRITTEN:
            return row(symbol("Σ"), "=", number(total))
        written: list[Math | str] = []
        for one in parts:
            written += [*(["+"] if written else []), number(one.total)]
        return row(*written)

    def _terms(self, use: Use, name: str, at: Index) -> "_Part":
        step = self.program[use.step]
        down = np.asarray(self.read(use.step, use.index), np.float64)
        slopes = self.of.slopes(use.step, use.operand, at)
        with np.errstate(all="ignore"):
            # What does not move with the cell passes it nothing, be its own gradient NaN, as a hidden score's is.
            products = np.where((slopes == 0) & (not step.op.sums_products), 0.0, down * slopes)
        other = _other(step, use, at, [self.shapes[one] for one in step.operands], self.shapes[step.name])
        values = None
        if other is not None:
            whole = tuple(slice(None) if one is None else one for one in other[1])
            values = np.asarray(self.of.read(other[0], whole), np.float64)
            # A head that was silenced, or a number that was put, moves with nothing: then the slope is no operand's.
            other = other if np.array_equal(values, slopes.reshape(values.shape), equal_nan=True) else None
        return _Part(step, use.index, self.shapes[step.name], plain_symbol(name), down, slopes, products, other)


@dataclass(frozen=True, eq=False)
class _Part:
    """The terms of one consumer: the gradients of its cells, how those move with the cell, and the products."""

    step: Step
    index: Slices
    axes: Axes
    #: What the cell is called whose gradient this is a part of.
    of: str
    down: np.ndarray
    slopes: np.ndarray
    products: np.ndarray
    #: The operand whose very cells the slopes are, and where; None where they were computed.
    other: tuple[str, tuple[int | None, ...]] | None

    @property
    def single(self) -> bool:
        return self.down.ndim == 0

    @property
    def link(self) -> Link:
        return Link(self.step.name, self.index)

    @property
    def total(self) -> float:
        with np.errstate(all="ignore"):
            return float(self.products.sum())

    @property
    def running(self) -> tuple[int, ...]:
        """The axes that the consumer's cells run along."""
        return tuple(at for at, one in enumerate(self.index) if isinstance(one, slice))

    @property
    def slope(self) -> str:
        """How the consumer moves with the cell, in symbols."""
        return f"∂{plain_symbol(self.step.name)}/∂{self.of}"

    def equation(self) -> Math:
        """The product, or the sum of products with its letter."""
        if self.single:
            return row(number(float(self.down.item()), self.link), "×", number(float(self.slopes.item())))
        letters = iter("jkl")
        index = [next(letters) if isinstance(one, slice) else str(one) for one in self.index]
        running = [letter for letter in index if letter.isalpha()]
        shown = index[1:] if self.axes[0].name == ax.BATCH and isinstance(self.index[0], int) else index
        down = Math("sub", (Math("symbol", text=f"∂g/∂{plain_symbol(self.step.name)}", link=self.link),
                            symbol(", ".join(shown))))  # fmt: skip
        factor = symbol(self.slope)
        if self.other is not None:
            name, where = self.other
            part = tuple(slice(None) if one is None else one for one in where)
            at = ", ".join(running[0] if one is None else str(one) for one in where)
            factor = Math("sub", (Math("symbol", text=plain_symbol(name), link=Link(name, part)), symbol(at)))
        sums = [summed(letter, self.down.shape[at]) for at, letter in enumerate(running)]
        return row(*sums, down, "·", factor)

    def lines(self) -> tuple[Line, ...]:
        where = self.link
        label = f"∂g/∂{where.short}"
        if self.single:
            return Line(label, float(self.down), where), Line(self.slope, float(self.slopes))
        return (Line(f"Σ {label} · {self.slope}", self.total),)

    def sources(self) -> tuple[Link, ...]:
        return (self.link,) if self.single else ()

    def columns(self) -> tuple[Column, ...]:
        """∂g/∂y, ∂y/∂x and their product, for consumers along one axis with links to the cells."""
        own = plain_symbol(self.step.name)
        products = Column("product", self.products.reshape(-1), adds=True)
        down, slopes = self.down.reshape(-1), self.slopes.reshape(-1)
        if len(self.running) != 1:
            return Column(f"∂g/∂{own}", down), Column(self.slope, slopes), products
        run = self.index[self.running[0]]
        whole = isinstance(run, slice) and run.indices(self.axes[self.running[0]].size)[::2] == (0, 1)
        where = tuple(one if isinstance(one, int) else None for one in self.index) if whole else ()
        left = Column(f"∂g/∂{own}", down, self.step.name if whole else "", where)
        if self.other is None or not whole:
            return left, Column(self.slope, slopes), products
        name, at = self.other
        return left, Column(plain_symbol(name), slopes, name, at), products


def _table(parts: list[_Part]) -> Terms | None:
    """The terms of all consumers in one table; None where one cell alone reads the number."""
    if len(parts) == 1:
        only = parts[0]
        if only.single:
            return None
        axis = only.axes[only.running[0]].name if len(only.running) == 1 else ""
        return Terms(axis, only.columns())
    if all(one.single for one in parts):
        return None
    made = (np.concatenate([getattr(one, what).reshape(-1) for one in parts])
            for what in ("down", "slopes", "products"))  # fmt: skip
    down, slopes, products = made
    return Terms("", (Column("∂g/∂y", down), Column("∂y/∂x", slopes), Column("product", products, adds=True)))


def _other(
    step: Step, use: Use, at: Index, operands: Sequence[Axes], out: Axes
) -> tuple[str, tuple[int | None, ...]] | None:
    """Of a sum of products along one axis: the other factor's cells, in the order of the consumer's."""
    op = step.op
    if not op.sums_products or sum(isinstance(one, slice) for one in use.index) != 1:
        return None
    access = op.access(out, *operands)
    own = access[use.operand]
    if None not in own:  # a bias
        return None
    along = at[own.index(None)]
    partner = 1 - use.operand
    found: list[int | None] = []
    for follows in access[partner]:
        entry = along if follows is None else use.index[follows]
        found.append(entry if isinstance(entry, int) else None)
    return (step.operands[partner], tuple(found)) if found.count(None) == 1 else None


def _with(made: Working, name: str, at: Index, stored: float) -> Working:
    return replace(made, name=name, index=at, stored=stored)


def formula(program: Program, name: str, start: str, known: Collection[str], roles: bool = False) -> str:
    """The chain rule for one tensor in LaTeX, with the symbols of the tensors that were computed from it.

    `known` are the steps that the goal, a number of the tensor `start`, is computed from. With `roles` as
    `Program.formula`.
    """

    def symbol(one: str) -> str:
        plain, step = program.symbol(one), program.by_name.get(one)
        role = step.role if step is not None else ""
        return rf"{{\textcolor{{{role}}}{{{plain}}}}}" if roles and role in ("query", "key", "value") else plain

    def of(top: str, bottom: str) -> str:
        return rf"\frac{{\partial {top}}}{{\partial {bottom}}}"

    own = symbol(name)
    if name == start:
        return of("g", own)
    users = dict.fromkeys(step.name for step, _ in program.consumers.get(name, ()) if step.name in known)
    if not users:
        return f"{of('g', own)} = 0"
    if len(users) == 1:
        user = symbol(next(iter(users)))
        return rf"{of('g', own)} = {of('g', user)}\, {of(user, own)}"
    return rf"{of('g', own)} = \sum_{{y}} {of('g', 'y')}\, {of('y', own)}"


def reached(program: Program, start: str, fixed: frozenset[str] = frozenset()) -> frozenset[str]:
    """The steps that a tensor is computed from, itself included; what was `fixed` passes nothing on."""
    found: set[str] = set()
    todo = [start]
    while todo:
        name = todo.pop()
        if name in found or name in program.sources:
            continue
        found.add(name)
        if name not in fixed:
            todo += program[name].inputs
    return frozenset(found)
