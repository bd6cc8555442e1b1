"""A row of z is an average whose weights one query finds among the keys; without softmax, or with Q = K = V, not."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.cases import CASES, both, do
from tests.lessons.labs import lab
from tutor.lessons import looking
from tutor.lessons.experiment import Bars, Focus, Grid, Map
from tutor.lessons.experiments import every


@pytest.mark.parametrize("case", CASES)
def test_a_row_is_an_average_with_softmax_alone(case: tuple[str, str]) -> None:
    average, sum_of_scores = both("weighted_average", case)
    assert average.claim and average.verdict.key == "average"
    assert average.fact("sum") == pytest.approx(1, abs=1e-6) and average.fact("outside") == 0
    assert not sum_of_scores.claim and sum_of_scores.verdict.key == "no_average"
    assert abs(sum_of_scores.fact("sum") - 1) > 0.5


def test_terms_are_the_runs_own_numbers() -> None:
    of = lab(*CASES[1])
    found = do("weighted_average", of, attention="blocks.2.attn", head=1, query="5 ·the", feature=7)
    pattern, v, z = (of.trace[f"blocks.2.attn.{name}"] for name in ("pattern", "v", "z"))
    terms = next(plot for plot in found.plots if isinstance(plot, Grid))
    *rows, total = terms.rows
    assert [row[1] for row in rows] == pytest.approx(pattern[0, 1, 5].tolist())
    assert [row[3] for row in rows] == pytest.approx((pattern[0, 1, 5] * v[0, 1, :, 7]).tolist(), abs=1e-6)
    assert total[3] == pytest.approx(z[0, 1, 5, 7], abs=1e-5)
    assert found.fact("keys") == 6  # the query and the five before it
    parts = next(plot for plot in found.plots if isinstance(plot, Map))
    assert np.allclose(parts.values.sum(0), z[0, 1, 5], atol=1e-5)


@pytest.mark.parametrize("case", CASES)
def test_the_query_finds_the_runs_row_among_the_keys(case: tuple[str, str]) -> None:
    found, equal = both("retrieval", case)
    assert found.claim and found.fact("off") < 1e-5 and found.fact("nearest") < 0.99
    assert not equal.claim and equal.fact("nearest") == pytest.approx(1)


def test_inputs_are_the_same_and_results_are_not() -> None:
    """Seeds, point 7: what Q, K and V share is x."""
    of = lab(*CASES[2])
    program = of.trace.program
    one = looking.attentions(of.trace)[0]
    steps = [looking.made_by(program, name) for name in (one.q, one.k, one.v)]
    assert len({step.inputs[0] for step in steps if step is not None}) == 1
    assert not np.allclose(of.trace[one.q], of.trace[one.k]) and not np.allclose(of.trace[one.k], of.trace[one.v])


@pytest.mark.parametrize("equal", [False, True])
def test_cross_attention_asks_another_text(equal: bool) -> None:
    of = lab(*CASES[6])
    found = do("retrieval", of, attention="decoder.blocks.0.cross_attn", query="2 猫", equal=equal)
    assert found.claim is not equal and found.notes[0].key == "cross"
    weights = next(plot for plot in found.plots if isinstance(plot, Bars) and plot.key == "weights")
    assert weights.labels == looking.tokens(of.trace, "encoder.tokens", 0)


def test_the_learners_place_is_where_it_begins() -> None:
    of = lab(*CASES[0], focus=Focus("blocks.2.attn.scaled", 2, 3, 0, 4))
    begins = {one.key: one.default for one in every()["weighted_average"].controls(of)}
    assert begins["attention"] == "blocks.2.attn" and begins["head"] == 3
    assert begins["query"].startswith("4 ")


@pytest.mark.parametrize(
    ("path", "block", "expected"),
    [
        ("", 0, "decoder.blocks.0.attn"), ("", 1, "decoder.blocks.1.attn"),
        ("encoder.blocks.1.attn.scores", 1, "encoder.blocks.1.attn"),
        ("decoder.blocks.1.cross_attn.z", 1, "decoder.blocks.1.cross_attn"),
        ("decoder.blocks.1.mlp_out", 1, "decoder.blocks.1.attn"), ("logits", 0, "decoder.blocks.0.attn"),
    ],
)  # fmt: skip
def test_the_attention_of_a_place(path: str, block: int, expected: str) -> None:
    of = lab(*CASES[6], focus=Focus(path, block))
    control = looking.attention_control(of)
    assert control.default == expected
    side = expected.split(".")[0]
    assert all(option.startswith(side) for option in control.options)
