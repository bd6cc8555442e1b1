"""NaN on screen: marked, and one sentence that names where it comes from and goes there."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from windows import Small, go, is_one_sentence, settle

from tutor.session import OPERATION
from tutor.work import Request


@pytest.fixture
def window(qtbot, opened):
    one = opened(Small())
    one.start(Request(("Thinking Machines is here",), "article"))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


def spoil(qtbot, window, name: str, value: float = np.nan, row: bool = False) -> None:
    trace = window.session.trace
    values = np.array(trace[name])
    if row:
        values[..., 2, :] = value
    else:
        values[(0,) * values.ndim] = value
    window.session.set_trace(trace.with_override(name, values))
    settle(qtbot, window)


def test_a_weight_with_nan_is_named_from_far_away(qtbot, window):
    go(qtbot, window, "probs")
    assert not window.nan_band.isVisible()
    spoil(qtbot, window, "blocks.0.mlp.W_in")
    said = window.nan_band.sentence()
    assert window.nan_band.isVisible() and is_one_sentence(said)
    assert said == "NaN (not a number) first arises in Block 0 · FFN (pre): the weight blocks.0.mlp.W_in holds it."
    assert window.nan_band.button.isVisible()
    window.nan_band.button.setFocus()
    qtbot.keyClick(window.nan_band.button, Qt.Key.Key_Space)
    settle(qtbot, window)
    assert window.session.cursor.path == "blocks.0.mlp.pre" and window.session.cursor.level == OPERATION
    assert "arises in this step: the weight blocks.0.mlp.W_in holds it." in window.nan_band.sentence()
    assert not window.nan_band.button.isVisible()
    go(qtbot, window, "blocks.0.attn.scores")
    assert not window.nan_band.isVisible()


def test_a_row_masked_everywhere_is_said_to_be_that(qtbot, window):
    go(qtbot, window, "blocks.0.resid_post")
    spoil(qtbot, window, "blocks.0.attn.masked", -np.inf, row=True)
    assert window.nan_band.sentence() == (
        "NaN (not a number) first arises in Block 0 · Softmax (pattern): a row is masked everywhere, and 0 ÷ 0 has no "
        "value."
    )
    go(qtbot, window, "blocks.0.attn.pattern")
    part = window.stage.equation.parts()[-1]
    assert np.isnan(part.data.copies.values[2]).all(), "NaN is shown as NaN, not as what a mask made zero"
    go(qtbot, window, "blocks.0.attn.masked")
    assert not window.nan_band.isVisible()


def test_infinite_numbers_and_given_tensors(qtbot, window):
    go(qtbot, window, "probs")
    spoil(qtbot, window, "blocks.0.mlp.post", np.inf)
    assert "infinite numbers" in window.nan_band.sentence()
    spoil(qtbot, window, "blocks.0.attn.z")
    assert "(z)" in window.nan_band.sentence() and "its operands hold none" in window.nan_band.sentence()


def test_the_band_takes_no_room_from_the_stage_beyond_its_line(qtbot, window):
    go(qtbot, window, "blocks.0.attn.pattern")
    before = window.stage.height()
    spoil(qtbot, window, "blocks.0.attn.W_Q")
    assert window.nan_band.isVisible() and window.nan_band.height() <= 40
    assert window.stage.height() == before, "nothing scrolls"
