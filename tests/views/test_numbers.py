"""Numbers as text."""

import numpy as np
import pytest

from tutor.views import numbers


@pytest.mark.parametrize(("value", "decimals", "text"), [
    (8.65012, 4, "8.6501"), (-0.71522, 4, "−0.7152"), (0.0, 4, "0"), (-0.0, 2, "0"), (0.00001, 4, "~0"),
    (-1e-9, 2, "~0"), (float("-inf"), 2, "−∞"), (float("inf"), 2, "∞"), (float("nan"), 2, "NaN"), (3, 0, "3"),
    (0.5, 1, "0.5"), (-12.4, 1, "−12.4"),
])
def test_fixed(value, decimals, text):
    assert numbers.fixed(value, decimals) == text


def test_plus_marks_positives_only():
    assert numbers.fixed(6.475, 4, plus=True) == "+6.4750"
    assert numbers.fixed(-1.6784, 4, plus=True) == "−1.6784"
    assert numbers.fixed(0, 4, plus=True) == "0"


@pytest.mark.parametrize(("value", "decimals", "prob", "text"), [
    (0.6021, 2, True, ".60"), (1.0, 2, True, "1.0"), (1.0, 3, True, "1.00"), (0.0, 2, True, "0"), (1e-5, 2, True, "~0"),
    (-12.4, 2, False, "−12.40"), (123456789.0, 2, False, "1.2e8"), (-123456789.0, 2, False, "−1.2e8"),
])
def test_compact(value, decimals, prob, text):
    assert numbers.compact(value, decimals, prob) == text


def test_one_number_of_decimals_for_all():
    assert numbers.decimals_for([1.0, 2.25], 5) == 2
    assert numbers.decimals_for([1.0, -12.4], 5) == 1
    assert numbers.decimals_for([1.0, -12.4], 3) is None
    assert numbers.decimals_for([0.1, 0.6], 4, prob=True) == 3
    assert numbers.decimals_for([-np.inf, 1.0], 4) == 2, "a mask takes no part"


@pytest.mark.parametrize("value", [0.1, -1.5, 3.14159274, 1e-7, 1.17549435e-38, 123456.789, 1e20])
def test_exact_reads_back(value):
    single = np.float32(value)
    text = numbers.exact(single).replace(numbers.MINUS, "-")
    assert np.float32(text) == single
    assert float(numbers.exact(value).replace(numbers.MINUS, "-")) == value


def test_exact_says_no_more_than_is_stored():
    assert numbers.exact(np.float32(0.1)) == "0.1"
    assert numbers.exact(float(np.float32(0.1))) == "0.10000000149011612"
    assert numbers.exact(float("-inf")) == "−∞"


@pytest.mark.parametrize(("value", "span", "text"), [
    (-49.2, 49.2, "−49"), (0, 49.2, "0"), (4.2, 4.2, "4.2"), (0.5, 1, "0.5"), (1, 1, "1"), (0, 1, "0"),
    (0.02, 0.02, "0.02"),
])
def test_tick(value, span, text):
    assert numbers.tick(value, span) == text


def test_no_hyphen_ever():
    for value in (-1.0, -1e-12, -1e12):
        for text in (numbers.fixed(value, 3), numbers.compact(value, 2), numbers.exact(value), numbers.tick(value, 9)):
            assert "-" not in text


def test_count():
    assert numbers.count(897920) == "897,920"
