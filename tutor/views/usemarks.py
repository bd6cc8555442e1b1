"""Which tensors the use lane of the timeline shows, and where they are written and read. No drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from tutor import typeset
from tutor.engine.program import Program, Step, Stop
from tutor.engine.trace import Trace
from tutor.views.uselane import AFTER, BEFORE, UseMark

_LETTERS = {"query": "Q", "key": "K", "value": "V"}
_RESIDUAL = "residual"


@lru_cache(maxsize=512)
def plain(latex: str) -> str:
    """A symbol as plain text."""
    return typeset.words(latex).replace("^(2)", "²").replace("^(", "").replace(")", "")


def symbol(program: Program, name: str) -> tuple[str, str]:
    """A tensor's mark and its role: queries, keys and values by their letter, the others by their symbol."""
    step = program[name]
    return _LETTERS.get(step.role) or plain(program.symbol(name)), _LETTERS.get(step.role, step.role)


def uses(
    trace: Trace, path: str, stops: Sequence[Stop], inside: Stop | None, chips: Mapping[int, int] | None = None
) -> tuple[UseMark, ...]:
    """Where the tensor on screen, what it was made from and what waits beside it are written and read.

    Shown are the chips of the lane: stages of a section, or the operations of the stage `inside`; `chips` says which
    chip stands for a stage where several are folded into one.
    """
    program = trace.program
    if inside is not None:
        shown = inside.steps
        where = {step.name: at for at, step in enumerate(inside.steps)}
    else:
        shown = tuple(step for stop in stops for step in stop.steps)
        where = {step.name: (chips or {}).get(stop.number, stop.number) for stop in stops for step in stop.steps}
    made = [name for name in program[path].inputs if name in program.by_name]
    names = [path, *made]
    if inside is None:
        names += [step.name for step in program.stop_of(path).results]
        names += _waiting(program, path, shown)
        if any(program[name].role == _RESIDUAL for name in names):
            names += [step.name for step in shown if step.role == _RESIDUAL]
    marks: dict[tuple[int, str, bool], UseMark] = {}
    last = program.order[shown[-1].name] if shown else -1
    for name in dict.fromkeys(names):
        for mark in _marks(program, name, name == path, where, last):
            marks.setdefault((mark.index, mark.symbol, mark.written), mark)
    # What is handed on within one chip is not read there: the chip writes it.
    kept = [
        mark for mark in marks.values()
        if mark.written or mark.index < 0 or (mark.index, mark.symbol, True) not in marks
    ]  # fmt: skip
    return tuple(sorted(kept, key=lambda mark: (_rank(mark.index), mark.written)))


def _rank(index: int) -> float:
    return float("inf") if index == AFTER else index


def _marks(
    program: Program, name: str, inspected: bool, where: Mapping[str, int], last: int
) -> Iterable[UseMark]:  # fmt: skip
    sign, role = symbol(program, name)
    stream = role == _RESIDUAL
    written = where.get(name, BEFORE)
    yield UseMark(written, sign, role, True, inspected, stream)
    for user, _ in program.consumers.get(name, ()):
        if user.name in where:
            if where[user.name] != written:
                yield UseMark(where[user.name], sign, role, False, inspected, stream)
        elif program.order[user.name] > last and (inspected or stream):
            yield UseMark(AFTER, sign, role, False, inspected, stream)


def _waiting(program: Program, path: str, shown: Sequence[Step]) -> list[str]:
    """Queries, keys and values of an attention that the step is amid: written, and one of them still to be read."""
    stop = program.stop_of(path)
    begin, end = (program.order[step.name] for step in (stop.steps[0], stop.steps[-1]))
    together: list[str] = []
    for step in shown:
        if program.order[step.name] > end:
            break
        if step.role not in _LETTERS or all(user.role == step.role for user, _ in program.consumers.get(step.name, ())):
            continue  # what only becomes another form of itself is not yet what is used
        if together and all(_last_read(program, name) < program.order[step.name] for name in together):
            together = []  # the next attention of the block
        together.append(step.name)
    return together if any(_last_read(program, name) >= begin for name in together) else []


def _last_read(program: Program, name: str) -> int:
    return max((program.order[user.name] for user, _ in program.consumers.get(name, ())), default=-1)
