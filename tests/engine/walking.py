"""From any number back to bytes of the text: a walk that knows nothing but what each number says of itself."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tutor.engine.ops import Tokens
from tutor.engine.trace import Trace


@dataclass(frozen=True)
class End:
    """Where a walk came to: the ids of a text, the cell, its bytes, and how many workings lay between."""

    stream: str
    index: tuple[int, ...]
    data: bytes
    hops: int


def start(trace: Trace, rng: np.random.Generator) -> tuple[str, tuple[int, ...]]:
    """A random cell of a random step that comes from a text at all: a position code does not."""
    while True:
        step = trace.program.steps[int(rng.integers(len(trace.program)))]
        index = tuple(int(rng.integers(axis.size)) for axis in trace.shapes[step.name])
        if not is_code(trace, step.name, index):
            return step.name, index


def is_code(trace: Trace, name: str, index: tuple[int, ...]) -> bool:
    """Whether a cell says that it comes from the number of tokens alone, as codes of positions and types do."""
    ids = [part for one, part in trace.reads(name, index) if one in trace.batches]
    computed = [one for one, _ in trace.reads(name, index) if one in trace.program.by_name and one not in trace.batches]
    return bool(ids) and not computed and all(slice(0, 0) in part for part in ids)


def walk(trace: Trace, rng: np.random.Generator, begin: tuple[str, tuple[int, ...]] | None = None) -> End:
    """Follow one link after the other, each at random among those to computed cells, up to the id of a token; from
    `begin`, or from a random cell.

    Raises AssertionError where a number does not say what it holds, where it leads nowhere, or after more workings
    than the model has steps.
    """
    name, index = begin or start(trace, rng)
    for hops in range(len(trace.program)):
        working = trace.working(name, index)
        told = f"{name} {list(index)}"
        assert working.agrees, f"{told}: {working.result!r} is worked out, {working.stored!r} is there"
        if isinstance(trace.program[name].op, Tokens):
            token = trace.batches[name].rows[index[0]][index[1]]
            assert working.result == token.id == trace[name][index]
            return End(name, index, token.data, hops)
        links = [link for link in working.links if link.name in trace.program.by_name]
        assert links, f"{told} comes from nothing"
        for at in rng.permutation(len(links)):
            link = links[at]
            assert link.is_cell, told
            there = tuple(int(entry) for entry in link.index if isinstance(entry, int))
            if not is_code(trace, link.name, there):
                break
            # A code is a number of its own: it is checked, and the walk takes another way.
            code = trace.working(link.name, there)
            assert code.agrees and math.isfinite(code.result), f"{link.name} {list(there)}"
        else:
            raise AssertionError(f"{told} comes from codes alone")
        name, index = link.name, there
    raise AssertionError(f"{told} is not the id of a token, after as many workings as there are steps")
