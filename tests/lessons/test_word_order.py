"""Without positions words are a bag; sines tell places apart and make a shift one rotation."""

from __future__ import annotations

import numpy as np
import pytest

from tests.lessons.cases import CASES, OF, both, do
from tests.lessons.labs import lab
from tutor.lessons.experiment import Curves, Grid, Map, Unfit
from tutor.lessons.experiments import every
from tutor.lessons.experiments.places import fitted, rotation


@pytest.mark.parametrize("case", CASES)
def test_without_positions_words_are_only_permuted(case: tuple[str, str]) -> None:
    permuted, told_apart = both("shuffle_words", case)
    assert permuted.claim and permuted.fact("largest") < 1e-5 * permuted.fact("size")
    assert not told_apart.claim and told_apart.verdict.key == "told_apart"
    assert told_apart.fact("largest") > 0.1


@pytest.mark.parametrize("case", [*OF["storyteller"], *OF["article"]])
def test_a_causal_mask_tells_places_apart_too(case: tuple[str, str]) -> None:
    found = do("shuffle_words", lab(*case), mask=True)
    assert not found.claim and found.verdict.key == "mask_tells" and found.notes[0].key == "masked"


def test_the_order_is_one_of_the_same_tokens() -> None:
    of = lab(*CASES[1])
    rows = [next(plot for plot in do("shuffle_words", of, seed=seed).plots if isinstance(plot, Grid)).rows
            for seed in (1, 2)]  # fmt: skip
    for found in rows:
        assert sorted(row[2] for row in found) == list(range(17)) and [row[0] for row in found] == list(range(17))
    assert rows[0] != rows[1]


@pytest.mark.parametrize(("text", "key"), [("Tom met", "too_short"), ("Tom", "too_short")])
def test_too_short_to_shuffle(text: str, key: str) -> None:
    with pytest.raises(Unfit, match=key):
        every()["shuffle_words"].controls(lab("storyteller", text))


@pytest.mark.parametrize("case", CASES)
def test_neighbours_are_most_alike_unless_one_wave_is_kept(case: tuple[str, str]) -> None:
    neighbours, back = both("wavelengths", case)
    assert neighbours.claim and neighbours.fact("nearest") == 1 and neighbours.fact("off") == 0
    assert not back.claim and back.fact("nearest") > 1
    # The shortest is 2π; the last pair's exponent stops one step short of 10000.
    assert neighbours.fact("first") == pytest.approx(2 * np.pi, rel=1e-6)
    d = lab(*case).trace.spec.d_model
    assert neighbours.fact("last") == pytest.approx(2 * np.pi * 10000 ** ((d - 2) / d), rel=1e-5)


def test_measured_wavelengths_are_the_formulas() -> None:
    curves = next(plot for plot in do("wavelengths", lab(*CASES[2])).plots if isinstance(plot, Curves))
    measured, formula, _ = curves.series
    assert measured.y == pytest.approx(formula.y, rel=1e-5)
    assert np.diff(np.log(measured.y)) == pytest.approx(np.full(31, np.log(10000) / 32), rel=1e-4)  # geometric


@pytest.mark.parametrize("k", [1, 3, 16])
@pytest.mark.parametrize("case", CASES)
def test_a_shift_is_one_rotation(case: tuple[str, str], k: int) -> None:
    of = lab(*case)
    shifts = do("position_shift", of, k=k)
    assert shifts.claim and shifts.fact("largest") < 1e-6 and shifts.fact("untouched") > 0.5
    assert shifts.fact("apart") < 1e-5  # products of codes depend on the distance alone
    random = do("position_shift", of, k=k, **every()["position_shift"].flip)
    assert not random.claim and random.fact("largest") > 0.5


def test_the_matrix_moves_the_runs_own_rows() -> None:
    of = lab(*CASES[3])
    found = do("position_shift", of, k=3)
    shown = next(plot for plot in found.plots if isinstance(plot, Map)).values
    turns = 1 / 10000 ** (np.arange(32) * 2 / 64)
    matrix = rotation(turns, 3)
    assert shown == pytest.approx(matrix[:16, :16], abs=1e-6)
    assert np.allclose(of.trace["pos_embed"][:13] @ matrix.T, of.trace["pos_embed"][3:], atol=1e-5)
    assert np.allclose(matrix @ rotation(turns, 5), rotation(turns, 8))  # shifts add up


def test_a_fit_is_not_praised_for_what_it_was_made_from() -> None:
    """With as many features as rows a matrix can be fitted to anything; on other rows it fails."""
    code = np.random.default_rng(0).standard_normal((60, 40))
    matrix = fitted(code, 2)
    error = np.abs(code[:-2] @ matrix.T - code[2:]).max(-1)
    assert error[::2].max() < 1e-9 < 0.5 < error[1::2].max()
