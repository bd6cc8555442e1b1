"""What an operation is. Everything the tutor shows of a step follows from the one class that declares it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from functools import lru_cache
from typing import Any, ClassVar

import numpy as np

from tutor.engine.axes import Axes, AxesError, Index, Slices, count, text
from tutor.engine.records import dataclass
from tutor.engine.working import Operand, Working

#: For each operand, for each of its axes: the axis of the result that it follows, or None where all is read.
Access = tuple[tuple["int | None", ...], ...]

_REGISTRY: dict[str, type["Op"]] = {}


@dataclass(frozen=True)
class Op:
    """One operation: operands in, one named tensor out. Options are dataclass fields.

    A subclass gives `title`, `infer`, `access`, `forward`, `formula` and `working`; `macs`, `table`, `reads`
    and `used_by` have defaults that follow from these. It uses tensor methods only and never imports torch.
    """

    title: ClassVar[str] = ""
    #: Which way the values are read: "signed" about 0, or "probability" from 0 to 1.
    scale_kind: ClassVar[str] = "signed"
    #: How a picture lays it out: "product" (a × b = y), "turned" (a × bᵀ = y), "sum" (a + b = y), "arrow" (a → y)
    #: or "alone" (nothing goes in that could be drawn).
    picture: ClassVar[str] = "arrow"
    #: Whether each cell is a sum of products over the axis that both operands are read along (and at most a bias): then
    #: how one entry of an operand moves the result is read off the other operand's entries, without the rest.
    sums_products: ClassVar[bool] = False

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if not cls.__name__.startswith("_"):
            _REGISTRY[cls.__name__] = cls

    def infer(self, *operands: Axes) -> Axes:
        """Axes of the result. Raises AxesError where the operands do not fit."""
        raise NotImplementedError

    def access(self, out: Axes, *operands: Axes) -> Access:
        """Which part of each operand one cell of the result comes from."""
        raise NotImplementedError

    def forward(self, *operands: Any) -> Any:
        """The result, as readable torch. The learner is shown these very lines (see `code`)."""
        raise NotImplementedError

    def at_once(self, *operands: Any, **tables: Any) -> Any:
        """What `forward` makes, to the bit, where there is a quicker way than the lines that are shown."""
        return self.forward(*operands, **tables)

    def table(self, *operands: Axes) -> dict[str, np.ndarray]:
        """Fixed numbers the operation needs (positions, sinusoids), made in numpy.

        They are handed to `forward` by keyword as tensors on the right device.
        """
        return {}

    def formula(self, out: str, *operands: str) -> str:
        """LaTeX, given the symbols of the result and of the operands."""
        raise NotImplementedError

    def macs(self, out: Axes, *operands: Axes) -> int:
        """Multiply-adds of one forward pass; 0 for operations that multiply nothing together."""
        return 0

    def working(self, operands: Sequence[Operand], out: Axes, index: Index) -> Working:
        """How the cell at `index` came about, from the operands' stored cells, in float64."""
        raise NotImplementedError

    def reads(self, index: Index, out: Axes, *operands: Axes) -> tuple[Slices, ...]:
        """For each operand, the part one cell of the result comes from. Computes nothing."""
        return tuple(
            tuple(slice(None) if at is None else index[at] for at in one) for one in self.access(out, *operands)
        )

    def used_by(self, operand: int, index: Index, out: Axes, *operands: Axes) -> Slices:
        """The part of the result that the cell `index` of one operand goes into. Computes nothing."""
        follows = self.access(out, *operands)[operand]
        where: list[int | slice] = [slice(None)] * len(out)
        for position, at in zip(index, follows):
            if at is not None:
                where[at] = position
        return tuple(where)

    def rows_used(self, ids: np.ndarray) -> np.ndarray | None:
        """For an operation that looks rows of its weight up: which rows these ids need; None for all."""
        return None

    @property
    def kind(self) -> str:
        """The name this operation is saved and rebuilt under."""
        return type(self).__name__

    def code(self, out: str, *operands: str) -> str:
        """The lines of `forward` (and `table`) that run, with this step's names and options put in."""
        return _code(self, out, operands)

    def running(self) -> int:
        """How many of the last lines of `code` are those of `forward`; what stands before them makes its tables."""
        return len(_forward(self, "result", tuple(_parameters(self.forward))))

    def to_json(self) -> dict[str, Any]:
        return {"op": self.kind, **asdict(self)}


def from_json(data: Mapping[str, Any]) -> Op:
    """The operation that `to_json` described, from the fixed registry; nothing is imported or evaluated.

    Raises ValueError with one sentence for an unknown operation or option.
    """
    kind = data.get("op")
    cls = _REGISTRY.get(kind) if isinstance(kind, str) else None
    if cls is None:
        raise ValueError(f"The operation {kind!r} is not known to this version of the tutor.")
    known = {f.name: f.type if isinstance(f.type, str) else f.type.__name__ for f in fields(cls)}
    options = {key: value for key, value in data.items() if key != "op"}
    unknown = sorted(set(options) - set(known))
    if unknown:
        raise ValueError(f"The operation {kind} has no option {unknown[0]!r} in this version of the tutor.")
    plain: dict[str, Any] = {"int": int, "float": (int, float), "bool": bool, "str": str}
    for key, value in options.items():
        wanted = plain.get(known[key])
        if wanted is None or not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            raise ValueError(f"The option {key!r} of the operation {kind} should be of type {known[key]}.")
    return cls(**options)


def known() -> dict[str, type[Op]]:
    """Every operation by its name."""
    return dict(_REGISTRY)


def need(condition: bool, op: Op, *operands: Axes) -> None:
    """Raise AxesError naming the operation and what it was given."""
    if not condition:
        given = " and ".join(text(one) for one in operands)
        raise AxesError(f"{op.title} does not fit {given}.")


def same_everywhere(out: Axes, *operands: Axes) -> Access:
    """Access of an operation that works cell by cell; operands with fewer axes line up at the end."""
    return tuple(tuple(range(len(out) - len(one), len(out))) for one in operands)


def cells(of: Axes) -> int:
    return count(of)


class _Fill(ast.NodeTransformer):
    """Puts names for parameters and values for options, and keeps only the branch that runs."""

    def __init__(self, op: Op, names: Mapping[str, str]) -> None:
        self.op, self.names = op, names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        return ast.Name(self.names.get(node.id, node.id), node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            return ast.Constant(getattr(self.op, node.attr))
        return self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        chosen = node.body if _truth(self.visit(node.test)) else node.orelse
        return self.visit(chosen)

    def visit_If(self, node: ast.If) -> Any:
        chosen = node.body if _truth(self.visit(node.test)) else node.orelse
        return [self.visit(one) for one in chosen]


def _truth(test: ast.AST) -> bool:
    """The value of a test on options alone: the option itself, `not` of it, or a comparison."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return not _truth(test.operand)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, right = test.left, test.comparators[0]
        if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
            equal = left.value == right.value
            return equal if isinstance(test.ops[0], ast.Eq) else not equal
    raise ValueError("A forward pass may branch on its options only.")


@lru_cache(maxsize=4096)
def _code(op: Op, out: str, operands: tuple[str, ...]) -> str:
    lines = []
    if type(op).table is not Op.table:
        for statement in _body(op.table):
            if isinstance(statement, ast.Return) and isinstance(statement.value, ast.Dict):
                for key, value in zip(statement.value.keys, statement.value.values):
                    made: Any = ast.Assign([ast.Name(ast.literal_eval(key or ""), ast.Store())], value)
                    lines += _text(_Fill(op, {}).visit(made))
            else:
                lines += _text(_Fill(op, {}).visit(statement))
    return "\n".join([*lines, *_forward(op, out, operands)])


def _forward(op: Op, out: str, operands: tuple[str, ...]) -> list[str]:
    """The lines of `forward` alone."""
    names = dict(zip(_parameters(op.forward), operands))
    lines = []
    for statement in _body(op.forward):
        if isinstance(statement, ast.Return):
            statement = ast.Assign([ast.Name("__result__", ast.Store())], statement.value or ast.Constant(None))
        lines += _text(_Fill(op, {**names, "__result__": out}).visit(statement))
    return lines


def _parameters(function: Any) -> list[str]:
    return [name for name in inspect.signature(function).parameters if name != "self"]


def _body(function: Any) -> list[ast.stmt]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    body = tree.body[0].body  # type: ignore[attr-defined]
    is_doc = isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    return body[1:] if is_doc else body


def _text(made: Any) -> list[str]:
    statements = made if isinstance(made, list) else [made]
    return [ast.unparse(ast.fix_missing_locations(one)) for one in statements if not isinstance(one, ast.Pass)]
