"""Equations with numbers are laid out by hand, and the terms as bars."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tutor.engine.axes import axes
from tutor.engine.working import Link, Operand, fraction, number, power, root, row, sub, summed, symbol
from tutor.views.mathview import MathView
from tutor.views.strips import ProductsStrip
from tutor.views.theme import LIGHT

SOFTMAX = row(fraction(power(symbol("e"), row(number(1.5), "−", number(3.25))), symbol("Σ")), "=",
              fraction(number(0.25), number(1.75)))  # fmt: skip


@pytest.fixture
def view(qtbot):
    widget = MathView(LIGHT)
    qtbot.addWidget(widget)
    return widget


def test_it_is_said_as_a_line(view) -> None:
    view.set_math(SOFTMAX, lambda name: "")
    assert view.accessibleName() == "(e^(1.5000 − 3.2500)) / (Σ) = (0.2500) / (1.7500)"


def test_a_sum_of_products_is_said_and_coloured(view) -> None:
    q = Operand("blocks.0.attn.q", axes(("pos", 3), ("d_head", 4)), lambda name, at: np.zeros(4), "q")
    view.set_math(row(summed("c", 4), sub(q, 5, "c"), "=", number(-1.5)), {"blocks.0.attn.q": "Q"}.get)
    assert view.accessibleName() == "Σ(c = 0 … 3) q[5, c] = −1.5000"
    view.resize(view.sizeHint())
    image, wanted = view.grab().toImage(), LIGHT.role("Q")
    assert any(
        abs(image.pixelColor(x, y).blue() - wanted.blue()) + abs(image.pixelColor(x, y).red() - wanted.red()) < 24
        for x in range(image.width()) for y in range(image.height())
    )  # fmt: skip


def test_a_negative_number_after_a_sign_is_in_brackets(view) -> None:
    view.set_math(row(number(-1.5), "+", number(-math.inf)), lambda name: "")
    assert view.accessibleName() == "−1.5000 + (−∞)"


@pytest.mark.parametrize("math_", [SOFTMAX, root(row(number(2.0), "+", number(1e-5))), number(-math.inf)])
def test_it_paints_something_within_its_size(view, math_) -> None:
    view.set_math(math_, lambda name: "")
    view.resize(view.sizeHint().width() + 2, view.sizeHint().height())
    image = view.grab().toImage()
    ground = image.pixelColor(image.width() - 1, 0)
    inked = [(x, y) for x in range(image.width()) for y in range(image.height()) if image.pixelColor(x, y) != ground]
    assert inked
    assert max(x for x, _ in inked) < image.width() - 1, "nothing is cut off at the right"
    assert min(y for _, y in inked) > 0
    assert max(y for _, y in inked) < image.height() - 1


def test_a_fraction_is_higher_than_its_parts(view) -> None:
    view.set_math(number(1.5), lambda name: "")
    plain = view.sizeHint().height()
    view.set_math(fraction(number(1.5), number(2.5)), lambda name: "")
    assert view.sizeHint().height() > 1.5 * plain


def test_a_linked_number_has_its_role_colour(view) -> None:
    view.set_math(number(8.5, Link("q", (0,))), {"q": "Q"}.get)
    view.resize(view.sizeHint())
    image = view.grab().toImage()
    wanted = LIGHT.role("Q")
    near = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    assert any(abs(one.red() - wanted.red()) + abs(one.blue() - wanted.blue()) < 24 for one in near)


def test_too_wide_is_drawn_smaller_not_cut(view) -> None:
    view.set_math(row(*[number(1000.5)] * 6), lambda name: "")
    full = view.sizeHint()
    view.resize(round(full.width() * 0.7), full.height())
    assert view.sizeHint().height() < full.height()


@pytest.fixture
def strip(qtbot):
    widget = ProductsStrip(LIGHT)
    qtbot.addWidget(widget)
    widget.resize(240, 52)
    return widget


def test_bars_stand_on_the_side_of_their_sign(strip) -> None:
    strip.set_values((1.0, -2.0, 0.5), "three terms")
    up, down, small = strip.bars()
    assert up[0].bottom() == pytest.approx(down[0].top())
    assert down[0].height() == pytest.approx(2 * up[0].height())
    assert small[0].height() == pytest.approx(up[0].height() / 2)
    assert [at for _, _, at in strip.bars()] == [0, 1, 2]
    assert strip.accessibleName() == "three terms"


def test_many_terms_are_pooled_by_the_largest(strip) -> None:
    values = [0.001] * 5000
    values[1234] = -9.0
    strip.set_values(tuple(values), "")
    bars = strip.bars()
    assert len(bars) <= 80
    assert (-9.0, 1234) in [(value, at) for _, value, at in bars]


def test_what_is_not_finite_is_left_out(strip) -> None:
    strip.set_values((1.0, -math.inf, math.nan, 2.0), "")
    assert [at for _, _, at in strip.bars()] == [0, 3]
    strip.set_values((), "")
    assert strip.bars() == []
    strip.grab()
