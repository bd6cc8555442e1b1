"""Choosing the next token: every rule against a second implementation, and the draws against their shares."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from tutor.engine.sampling import Rules, SamplingError, allowed, choose, softmax

LOGITS = np.array([2.0, -1.0, 3.0, 0.5, 3.0, -4.0], dtype=np.float32)
some_logits = arrays.arrays(np.float32, st.integers(2, 40), elements=st.floats(-20, 20, width=32))


def by_torch(logits: np.ndarray, rules: Rules) -> np.ndarray:
    """The usual rules written as generation libraries write them: by removing logits."""
    left = torch.tensor(logits, dtype=torch.float64) / rules.temperature
    order = torch.tensor(np.argsort(-left.numpy(), kind="stable"))
    if rules.top_k:
        left[order[rules.top_k :]] = -torch.inf
    sums = left[order].softmax(-1).cumsum(-1)
    late = sums - left[order].softmax(-1) >= rules.top_p
    if rules.top_p < 1:
        left[order[late]] = -torch.inf
    return left.softmax(-1).numpy()


@given(some_logits, st.floats(0.05, 5), st.integers(0, 50), st.floats(0.05, 1))
def test_the_rules_leave_what_they_should(logits: np.ndarray, temperature: float, k: int, p: float) -> None:
    rules = Rules(temperature, k, p)
    mine, theirs = allowed(logits, rules), by_torch(logits, rules)
    # Where a sum lies on p itself the last bit decides; a token more or less is then as good.
    if np.count_nonzero(mine) == np.count_nonzero(theirs):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-12)
    assert mine.sum() == pytest.approx(1) and np.count_nonzero(mine) >= 1
    assert not k or np.count_nonzero(mine) <= k
    likeliest = np.flatnonzero(mine)
    assert logits[likeliest].min() >= np.sort(logits)[::-1][len(likeliest) - 1]


def test_the_smallest_set_that_reaches_p() -> None:
    shares = np.array([0.5, 0.3, 0.15, 0.05])
    for p, kept in ((0.4, 1), (0.5, 1), (0.51, 2), (0.8, 2), (0.9, 3), (0.96, 4), (1.0, 4)):
        assert np.count_nonzero(allowed(np.log(shares), Rules(1.0, 0, p - 1e-9))) == kept


def test_greedy_takes_the_first_of_the_likeliest() -> None:
    choice = choose(LOGITS, Rules())
    assert choice.token == 2 and choice.kept == 1 and choice.drawn is None
    np.testing.assert_allclose(choice.before, torch.tensor(LOGITS).softmax(-1).numpy(), rtol=1e-5)


def test_a_small_temperature_is_nearly_greedy_and_a_large_one_nearly_even() -> None:
    assert allowed(LOGITS[:4], Rules(0.01))[2] > 0.999
    assert allowed(LOGITS, Rules(100.0)).max() < 0.2
    assert allowed(np.array([1e4, 0.0]), Rules(1e-3))[0] == 1.0


def test_draws_follow_their_shares_and_the_seed_repeats_them() -> None:
    rules = Rules(1.3, 4, 0.95, seed=7)
    shares = allowed(LOGITS, rules)
    drawn = [choose(LOGITS, rules, number).token for number in range(4000)]
    np.testing.assert_allclose(np.bincount(drawn, minlength=6) / 4000, shares, atol=0.03)
    assert drawn[:50] == [choose(LOGITS, rules, number).token for number in range(50)]
    assert drawn[:50] != [choose(LOGITS, Rules(1.3, 4, 0.95, seed=8), number).token for number in range(50)]
    one = choose(LOGITS, rules, 3)
    order = np.argsort(-one.after, kind="stable")
    below = one.after[order[: list(order).index(one.token)]].sum()
    assert one.drawn is not None and below <= one.drawn < below + one.after[one.token]


def test_likeliest_before_the_rules() -> None:
    assert choose(LOGITS, Rules(1.0, 1)).likeliest(3).tolist() == [2, 4, 0]
    assert softmax(LOGITS).sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ({"temperature": -1}, "temperature"), ({"temperature": float("nan")}, "temperature"), ({"top_p": 0}, "top-p"),
        ({"top_p": 1.5}, "top-p"), ({"top_k": -1}, "top-k"), ({"top_k": True}, "top-k"), ({"seed": -1}, "seed"),
        ({"temperature": 101}, "temperature"), ({"seed": 1.5}, "seed"),
    ],
)  # fmt: skip
def test_a_rule_out_of_range_is_said_in_one_sentence(rules: dict, said: str) -> None:
    with pytest.raises(SamplingError, match=said) as caught:
        Rules(**rules)
    assert str(caught.value).count(".") >= 1 and "\n" not in str(caught.value)


def test_nothing_can_be_chosen_from_nan() -> None:
    with pytest.raises(SamplingError, match="NaN"):
        choose(np.array([0.0, np.nan]), Rules())
    with pytest.raises(SamplingError, match="finite"):
        choose(np.array([-np.inf, -np.inf]), Rules())
