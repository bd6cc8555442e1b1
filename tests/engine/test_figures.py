"""What a working may draw, and where its links lead: every step of every family, against the tensors themselves."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
import samples
from test_walk import KINDS, trace_of

from tutor.engine import ops
from tutor.engine.axes import Slices, cell, shape
from tutor.engine.figures import Bars, Curve, Row, RowLine, Slots, Strip, Turn
from tutor.engine.trace import Trace
from tutor.engine.working import Link, Math, Working


def links_of(math_: Math) -> Iterator[Link]:
    if math_.link is not None:
        yield math_.link
    for part in math_.parts:
        yield from links_of(part)


def every_link(working: Working) -> list[Link]:
    """Links of the table, of the lines, of the sources and of the equation."""
    found = list(working.links) + [line.link for line in working.lines if line.link is not None]
    return found + list(links_of(working.equation))


def holds(trace: Trace, link: Link) -> float:
    """The number a link leads to, by way of its own working. Raises where it leads nowhere."""
    index = cell(trace.shapes[link.name], link.cell())
    working = trace.explain(link.name, index)
    assert (working.name, working.index) == (link.name, index)
    value = float(trace[link.name][index])
    assert working.stored == value or math.isnan(value)
    assert working.agrees, link.text()
    return value


@pytest.mark.parametrize("family", KINDS)
def test_every_working_of_every_step_opens_and_each_of_its_links_leads_somewhere(family: str) -> None:
    trace = trace_of(family)
    rng = np.random.default_rng(1)
    for step in trace.program.steps:
        axes = trace.shapes[step.name]
        for index in samples.some_cells(axes, 2, rng):
            working = trace.explain(step.name, index)
            found = every_link(working)
            reads = [part for _, part in trace.reads(step.name, index) if slice(0, 0) not in part]
            assert found or not reads, f"{step.name} says nothing of where it comes from"
            for at in rng.permutation(len(found))[:12]:
                link = found[at]
                assert link.name in (*step.operands,), f"{step.name} links to {link.name}, which it does not read"
                if link.index:
                    assert len(link.index) == len(trace.shapes[link.name])
                    holds(trace, link)
            for use in trace.used_by(step.name, index):
                holds(trace, Link(use.step, use.index))


@pytest.mark.parametrize("family", KINDS)
def test_a_weight_is_given_and_says_who_uses_it(family: str) -> None:
    trace = trace_of(family)
    for weight in trace.program.weights:
        index = tuple(size // 2 for size in shape(trace.shapes[weight.name]))
        working = trace.explain(weight.name, index)
        assert working.stored == working.result == float(trace[weight.name][index])
        assert working.note is not None and working.note.key == "given"
        assert working.agrees and not working.links
        for use in trace.used_by(weight.name, index):
            assert weight.name in trace.program[use.step].operands


@pytest.mark.parametrize("family", KINDS)
def test_a_working_reads_rows_and_columns_never_a_whole_matrix(family: str) -> None:
    trace = trace_of(family)
    read: list[tuple[str, np.ndarray]] = []

    def reading(name: str, part: Slices) -> np.ndarray:
        read.append((name, trace.read(name, part)))
        return read[-1][1]

    for step in trace.program.steps:
        if isinstance(step.op, ops.Tokens):
            continue
        index = tuple(size // 2 for size in shape(trace.shapes[step.name]))
        read.clear()
        trace.program.working(reading, step.name, index, trace.shapes)
        assert read or step.name.endswith("pos_embed")
        for name, values in read:
            assert values.ndim <= 1, f"{step.name} reads {values.shape} of {name}"
        assert len(read) < 24, f"{step.name} reads {len(read)} times"


def check_row(trace: Trace, name: str, index: tuple[int, ...], row: Row) -> None:
    stored = trace[name][index[:-1]].astype(np.float64)
    assert row.stored is not None
    assert np.array_equal(row.stored, stored, equal_nan=True)
    assert row.at == index[-1]
    assert {len(line.values) for line in row.lines} == {len(stored)}
    assert row.agree.all(), f"{name} {index}"
    finite = np.isfinite(stored)
    assert np.allclose(row.lines[-1].values[finite], stored[finite], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("family", KINDS)
def test_figures_and_rows_of_every_step_say_what_the_tensors_hold(family: str) -> None:
    trace = trace_of(family)
    rng = np.random.default_rng(2)
    for step in trace.program.steps:
        for index in samples.some_cells(trace.shapes[step.name], 2, rng):
            working = trace.explain(step.name, index)
            if working.row is not None:
                check_row(trace, step.name, index, working.row)
            figure, value = working.figure, float(trace[step.name][index])
            if isinstance(figure, Curve):
                assert figure.at[1] == pytest.approx(value, rel=1e-4, abs=1e-6)
                near = np.interp(figure.at[0], figure.x, figure.y)
                span = float(np.ptp(figure.y)) or 1.0
                assert abs(near - figure.at[1]) < 0.02 * span + 1e-6, f"{step.name}: the point lies beside its curve"
            elif isinstance(figure, Bars):
                assert figure.bars[-1][1] == pytest.approx(value, rel=1e-4, abs=1e-5)
            elif isinstance(figure, Strip):
                assert float(figure.values[figure.at]) == pytest.approx(value, rel=1e-6, abs=1e-9)
            elif isinstance(figure, Slots):
                head, feature = divmod(figure.at, figure.width)
                where = index[-2:] if isinstance(step.op, ops.SplitHeads) else working.sources[0].index[-2:]
                assert (head, feature) == where
            elif isinstance(figure, Turn):
                assert figure.after[figure.own] == pytest.approx(value, rel=1e-3, abs=1e-5)
                turned = complex(*figure.before) * complex(math.cos(figure.angle), math.sin(figure.angle))
                assert complex(*figure.after) == pytest.approx(turned, rel=1e-6, abs=1e-9)


def test_every_kind_of_figure_is_met() -> None:
    met = set()
    for family in KINDS:
        trace = trace_of(family)
        for step in trace.program.steps:
            working = trace.explain(step.name, (0,) * len(trace.shapes[step.name]))
            met |= {type(working.figure)} | ({Row} if working.row is not None else set())
    assert {Curve, Bars, Strip, Slots, Turn, Row} <= met


def test_a_softmax_row_is_worked_out_in_four_lines() -> None:
    trace = samples.live(samples.spec(), (5, 3))
    name, index = "blocks.0.attn.pattern", (0, 1, 3, 2)
    row = trace.working(name, index).row
    assert row is not None
    x = trace["blocks.0.attn.masked"][0, 1, 3].astype(np.float64)
    away = x - x[:4].max()
    grown = np.array([math.exp(one) for one in away])
    expected = [x, away, grown, grown / grown.sum()]
    for line, values in zip(row.lines, expected, strict=True):
        assert np.allclose(line.values, values, rtol=1e-12, atol=0)
    assert [line.total for line in row.lines] == ["max", "", "Σ", "Σ"]
    assert row.lines[0].value == x[:4].max()
    assert row.lines[2].value == pytest.approx(grown.sum(), rel=1e-12)
    assert row.lines[3].value == pytest.approx(1.0)


def test_a_row_that_does_not_agree_says_which_cells() -> None:
    made = np.array([0.25, 0.5, 0.0, np.nan, -np.inf])
    good = Row("key_pos", (RowLine("÷ Σ", made),), 0, np.abs(made), made)
    assert good.agree.all() and not good.differences.any()
    stored = np.array([0.25 + 1e-7, 0.5 + 1e-4, 1e-30, 0.0, -np.inf])
    row = Row("key_pos", (RowLine("÷ Σ", made),), 0, np.abs(made), stored)
    assert row.agree.tolist() == [True, False, False, False, True]
    assert row.differences[1] == pytest.approx(1e-4)
    assert not Row("key_pos", (RowLine("÷ Σ", made),), 0, np.abs(made)).agree.any(), "nothing is stored yet"


@pytest.mark.parametrize(("index", "near", "found"), [
    ((0, slice(None), 3), (), (0, 0, 3)),
    ((0, slice(None), 3), (9, 4, 9), (0, 4, 3)),
    ((slice(2, 5, 2), 1), (4, 0), (4, 1)),
    ((slice(2, 5, 2), 1), (3, 0), (2, 1)),
    ((slice(2, 5), 1), (7, 0), (2, 1)),
])  # fmt: skip
def test_a_part_has_a_cell(index: tuple, near: tuple, found: tuple) -> None:
    assert Link("x", index).cell(near) == found


def test_links_are_named_as_one_writes_them() -> None:
    assert Link("blocks.0.attn.z", (0, 2, slice(None), slice(1, 6, 2))).text() == "blocks.0.attn.z[0, 2, :, 1:6:2]"
    assert Link("blocks.0.ln1.mean", (0, 2)).short == "ln1.mean[0, 2]"
    assert Link("logits", ()).short == "logits"


def test_how_many_lines_are_the_forward_pass() -> None:
    """The lines that are marked as running are those of `forward`, and the last of them makes the result."""
    for family in KINDS:
        program = trace_of(family).program
        for step in program.steps:
            lines = program.code(step.name).splitlines()
            running = step.op.running()
            assert 1 <= running <= len(lines)
            assert lines[-1].startswith(f"{step.short} = ")
    assert ops.Mask(True, "-inf", 2).running() == 4 and ops.Mask(False, "none").running() == 1
