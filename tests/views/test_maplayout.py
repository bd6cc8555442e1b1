"""The architecture map's layout: any program draws without overlaps, and draws all of it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mapchecks import check_graph, check_layout

sys.path[:0] = [str(Path(__file__).parents[1] / one) for one in ("engine", "session")]
import samples  # noqa: E402
from programs import chain  # noqa: E402

from tutor.engine import families, graph  # noqa: E402
from tutor.engine.ops import Add, Identity, Linear, Multiply, Tokens  # noqa: E402
from tutor.engine.program import Program, Stage, Step, Weight  # noqa: E402
from tutor.views.maplayout import layout  # noqa: E402
from tutor.views.mapways import Sizes  # noqa: E402

NAMES = Sizes(card=4, spine=16, left=38, wide=140, badge=0, thumb=0, high=22, gap=8, margin=6, stacked=True)
SIZES = {"full": Sizes(), "names alone": NAMES, "no pictures": Sizes(thumb=0)}


@st.composite
def wild(draw) -> Program:
    """Any operations reading anything before them, in any roles, stages and sections, of one text or two."""
    count = draw(st.integers(2, 25))
    second = draw(st.integers(1, count - 1)) if draw(st.booleans()) else count
    side = "encoder." if second < count else ""
    steps = [Step(f"{side}tokens", Tokens(), (), (), Stage("s0", "Tokenize"), f"{side}input")]
    for at in range(count):
        if at == second:
            side = "decoder."
            steps.append(Step(f"{side}tokens", Tokens(), (), (), Stage("d0", "Tokenize"), f"{side}input"))
        op = draw(st.sampled_from([Identity(), Add(), Add(), Multiply(), Linear(False), Linear(False)]))
        operands = 1 if isinstance(op, (Identity, Linear)) else draw(st.integers(2, 3)) if isinstance(op, Add) else 2
        names = [step.name for step in steps]
        near = st.sampled_from(names[-4:]) | st.sampled_from(names)
        inputs = tuple(draw(near) for _ in range(operands))
        stage = steps[-1].stage if draw(st.booleans()) else Stage(f"s{at + 1}", "Stage")
        section = side + draw(st.sampled_from(["input", "blocks.0", "blocks.1", "output"]))
        section = steps[-1].section if draw(st.integers(0, 3)) else section
        role = draw(st.sampled_from(["", "", "residual", "residual", "query", "key", "value"]))
        weights = ("W",) if isinstance(op, Linear) else ()
        steps.append(Step(f"t{at}", op, inputs, weights, stage, section, role=role))
    return Program(tuple(steps), (Weight("W", ()),))


CHAINS = st.builds(
    chain,
    st.lists(
        st.tuples(st.sampled_from("abc"), st.sampled_from(["input", "blocks.0", "blocks.1", "output"]),
                  st.integers(1, 5)),
        max_size=7,
    ),
    st.lists(st.integers(1, 4), max_size=5),
)  # fmt: skip


def folds(program: Program) -> list[list[list[str]]]:
    """Nothing folded, everything, each block alone, and all but the first of each run."""
    runs = graph.blocks(program)
    return [[], [list(run) for run in runs], [[one] for run in runs for one in run],
            [list(run[1:]) for run in runs if len(run) > 1]]  # fmt: skip


def check(program: Program) -> None:
    for folded in folds(program):
        made = graph.graph(program, folded)
        check_graph(program, made)
        for sizes in SIZES.values():
            check_layout(made, layout(made, sizes))


@settings(max_examples=150, deadline=None)
@given(wild())
def test_any_program_draws_without_overlaps(program: Program) -> None:
    check(program)


@settings(max_examples=40, deadline=None)
@given(CHAINS)
def test_chains_of_stages_draw_without_overlaps(program: Program) -> None:
    check(program)


@pytest.mark.parametrize("depth", [1, 3, 12])
@pytest.mark.parametrize("choice", samples.EVERY)
def test_every_family_draws_without_overlaps(choice: str, depth: int) -> None:
    changes = {**samples.EVERY[choice], "n_layers": depth}
    check(families.program(samples.spec(**changes)))
