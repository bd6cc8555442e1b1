"""Faded examples: the numbers are the working's, and what follows by hand from the printed ones is accepted."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.samples import EVERY, live, spec
from tests.lessons.labs import lab
from tutor.engine import ops
from tutor.engine.trace import Trace
from tutor.lessons.experiment import Focus
from tutor.lessons.fading import ALONE, BLANKS, PLACES, UNIT, WORKED, Entry, Example, example, examples, fits, parse


def printed(value: float) -> float:
    return round(value, PLACES)


def every(trace: Trace, seed: int = 7) -> list[Example]:
    return [one for step in trace.program.steps for one in examples(trace, step.name, Focus(), seed)]


@pytest.mark.parametrize("model,text", [
    ("storyteller", 'One day, Tom met Lily in the park. "Hi, Lily," said'), ("article", "Chapter 1: Building Rapport"),
    ("translator", "the cat drinks milk"), ("gap-filler", "Tom has a <|mask|> dog."),
])  # fmt: skip
def test_three_examples_fade(model: str, text: str) -> None:
    trace = lab(model, text).trace
    made = 0
    for step in trace.program.steps:
        found = examples(trace, step.name, Focus(), 7)
        if not found:
            continue
        made += 1
        assert [one.level for one in found] == [WORKED, BLANKS, ALONE]
        assert len({one.index for one in found}) == 3
        first, second, third = found
        assert first.blanks() == () and third.result in third.blanks()
        assert 0 < len(second.blanks()) <= len(third.blanks()) or len(third.entries()) != len(second.entries())
        for one in found:
            check(trace, one)
    assert made > 5


@pytest.mark.parametrize("kind", sorted(EVERY))
def test_examples_of_every_family(kind: str) -> None:
    trace = live(spec(**EVERY[kind]), lengths=(5, 3))
    for one in every(trace):
        check(trace, one)


def check(trace: Trace, one: Example) -> None:
    """The result is the stored number; the sums are those of the terms; blanks accept the true number as printed."""
    stored = float(trace.read(one.path, one.index))
    assert one.result.value == pytest.approx(stored, abs=2e-4 * max(1.0, abs(stored)))
    for entry in one.entries():
        assert math.isfinite(entry.value)
        assert entry.accepts(f"{entry.value:.{PLACES}f}")
        far = max(10 * entry.reach, 0.5)
        assert not entry.accepts(f"{entry.value + far:.{PLACES}f}") and not entry.accepts("") and not entry.accepts("x")
    _by_hand(trace, one)


def _by_hand(trace: Trace, one: Example) -> None:
    """Worked out again with the printed numbers alone, as the learner does it: every blank accepts that."""
    op = trace.program[one.path].op
    if isinstance(op, (ops.Scores, ops.WeightedSum, ops.Linear)):
        total = 0.0
        for left, right, product in one.rows:
            hand = printed(left.value) * printed(right.value)
            assert product.accepts(f"{hand:.{PLACES}f}"), (one.path, left, right, product)
            total += printed(hand)
        if one.rest is not None and one.rest[-1] is not None:
            total += printed(one.rest[-1].value)
        total += sum(printed(line.value) for line in one.lines if line.given and line.label.startswith("b"))
        assert one.result.accepts(f"{total:.{PLACES}f}"), (one.path, total, one.result)
    if isinstance(op, ops.Scale):
        (x, factor) = one.lines
        hand = printed(x.value) / printed(factor.value) if op.divide else printed(x.value) * printed(factor.value)
        assert one.result.accepts(f"{hand:.{PLACES}f}")
    if isinstance(op, ops.Softmax):
        top = max(printed(row[0].value) for row in one.rows)
        for x, away, grown, share in one.rows:
            assert away.accepts(f"{printed(x.value) - top:.{PLACES}f}")
            assert grown.accepts(f"{math.exp(printed(away.value)):.{PLACES}f}")
            assert 0 <= share.value <= 1
        assert one.result.accepts(f"{next(row[3].value for row in one.rows if row[3].value == one.result.value):.3f}")
    if isinstance(op, ops.Normalize):
        numbers = {line.label: line.value for line in one.lines}
        hand = printed(numbers["x − μ"]) / printed(numbers["√(σ² + ε)"])
        assert one.result.accepts(f"{hand:.{PLACES}f}")


def test_what_is_typed() -> None:
    assert parse("−0.5") == parse("-0,5") == parse(" - 1/2 ") == -0.5
    assert parse("1,000.5") is None and parse("1/0") is None and parse("nan") is None and parse("inf") is None
    one = Entry("x", 0.3333, False, UNIT)
    assert one.accepts("0.333") and one.accepts("1/3") and not one.accepts("0.34")
    assert Entry("x", -2.0).printed() == "−2" and Entry("x", -0.25).printed() == "−0.250"


def test_what_is_masked_or_not_finite_gives_none() -> None:
    trace = lab("article", "Chapter 1: Building Rapport").trace
    assert example(trace, "blocks.0.attn.pattern", (0, 0, 0, 3), WORKED) is None
    spoilt = np.array(trace["blocks.0.attn.scores"])
    spoilt[:] = np.nan
    assert examples(trace.with_override("blocks.0.attn.scores", spoilt), "blocks.0.attn.scaled", Focus()) == ()
    assert not fits(trace, "tokens") and not fits(trace, "blocks.0.attn.masked") and not fits(trace, "probs")
