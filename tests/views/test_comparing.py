"""Pin and compare in the window: side by side, difference, blink; across steps, heads, runs and models."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from windows import Small, click_cell, go, labels, live, numbers_on_screen, press, run_sentence, settle, step

from tutor.pins import ALONE, BESIDE, DIFFERENCE, Held
from tutor.views.badge import badge_size
from tutor.views.numbers import fixed
from tutor.views.theme import LIGHT
from tutor.work import Request

Key = Qt.Key
SENTENCE = "Attention is all you need"
FIRST, SECOND = "blocks.0.attn.pattern", "blocks.1.attn.pattern"


@pytest.fixture
def window(qtbot, opened):
    one = opened(Small())
    one.start(Request((SENTENCE,), "article", 2))
    settle(qtbot, one)
    go(qtbot, one, FIRST)
    one.stage.equation.setFocus()
    return one


def shown(window) -> list[np.ndarray]:
    return [part.data.values for part in window.stage.equation.parts()]


def hover(qtbot, window, part: int, row: int, col: int) -> str:
    place = window.stage.equation.cell_rect(part, row, col).center()
    qtbot.mouseMove(window.stage.equation, QPointF(1, 1).toPoint())
    qtbot.mouseMove(window.stage.equation, place.toPoint())
    qtbot.waitUntil(lambda: window.stage.equation._hover == (part, row, col))
    return window.stage.readout()


def test_p_holds_the_tensor_and_shows_it_beside_the_next(qtbot, window):
    trace = window.session.trace
    step(qtbot, window, "p")
    band = window.heads.compare
    assert band.isVisible() and band.words() == f"Pinned: {FIRST}, head 0, “{SENTENCE}”, article"
    assert band.note() == "This is the pinned tensor: go to another one to compare."
    assert len(shown(window)) == 2, "the step itself, as without a pin"
    go(qtbot, window, SECOND)
    held, now = shown(window)
    assert np.array_equal(held, trace[FIRST][0, 0]) and np.array_equal(now, trace[SECOND][0, 0])
    assert [part.name for part in window.stage.equation.parts()] == [
        "pinned · Block 0 · pattern · head 0", "current · Block 1 · pattern · head 0",
    ]  # fmt: skip
    assert band.note() == "" and band.way(BESIDE).isChecked()
    step(qtbot, window, "h")
    assert np.array_equal(shown(window)[0], trace[FIRST][0, 0])
    assert np.array_equal(shown(window)[1], trace[SECOND][0, 1])


def test_a_pinned_sum_is_called_so(qtbot, window):
    window.session.choose(replace(window.session.selection.with_several("head", (0, 2)), how="sum"))
    settle(qtbot, window)
    step(qtbot, window, "p")
    go(qtbot, window, SECOND)
    window.session.choose(type(window.session.selection)())
    settle(qtbot, window)
    assert window.heads.compare.words() == f"Pinned: {FIRST}, sum of heads 0, 2, “{SENTENCE}”, article"
    assert window.stage.equation.parts()[0].name == "pinned · Block 0 · pattern · sum"


def test_no_badge_reaches_beyond_the_maps(qtbot, window):
    step(qtbot, window, "p")
    go(qtbot, window, SECOND)
    view = window.stage.equation
    for width in range(900, 1500, 20):
        window.resize(width, 800)
        settle(qtbot, window)
        part, rect = view.parts()[-1], view._heads[-1]
        if not view._stacked:
            wide = view._label_width(part) + badge_size(part.axes, LIGHT).width()
            assert rect.left() + wide <= view.width(), width


def test_the_pointer_lights_the_same_cell_of_both_and_tells_both_values(qtbot, window):
    trace = window.session.trace
    press(qtbot, "p")
    go(qtbot, window, SECOND)
    one, two = float(trace[SECOND][0, 0, 4, 1]), float(trace[FIRST][0, 0, 4, 1])
    for part in (0, 1):
        told = hover(qtbot, window, part, 4, 1)
        assert f"current {fixed(one, 4)}, pinned {fixed(two, 4)}   difference {fixed(one - two, 4)}" in told
        assert window.stage.equation._hover_lit == ((4, 1), (4, 1))
    click_cell(qtbot, window, 3, 2, part=0)
    assert window.session.cell == (0, 0, 3, 2), "a click in either pins the cell of the current one"
    assert window.stage.equation._pinned_lit == ((3, 2), (3, 2))
    assert window.inspector.explanation().value == float(trace[SECOND][0, 0, 3, 2])


def test_d_shows_the_difference_in_maps_table_and_inspector(qtbot, window):
    trace = window.session.trace
    press(qtbot, "p")
    go(qtbot, window, SECOND)
    step(qtbot, window, "d")
    wanted = trace[SECOND][0, 0].astype(np.float64) - trace[FIRST][0, 0]
    assert np.array_equal(shown(window)[2], wanted)
    data = window.stage.equation.parts()[-1].data
    assert (data.kind, data.low, data.high) == ("signed", -np.abs(wanted).max(), np.abs(wanted).max())
    assert data.at(0, 4) == 0, "masked in both: no difference"
    model = window.stage.table.model()
    assert model.data(model.index(4, 1)) == fixed(wanted[4, 1], 4)
    assert model.data(model.index(0, 4)) == "0"
    click_cell(qtbot, window, 4, 1)
    told = window.inspector.explanation()
    assert told.value == wanted[4, 1]
    assert told.address == "difference at pattern[0, 0, 4, 1]"
    assert "the current number less the pinned one" in told.note
    assert told.uses == () and told.equation.parts[0].kind == "number", "no cell of a tensor is said to be this"
    step(qtbot, window, "d")
    assert window.session.pins.mode == BESIDE and len(shown(window)) == 2


def test_d_without_a_pin_says_what_to_do(qtbot, window):
    for key in ("d", "x"):
        step(qtbot, window, key)
        assert window.status_text().startswith("Nothing is pinned: press P on one tensor")
    assert window.session.pins.mode == BESIDE and not window.compare_desk.blinking()


def test_p_again_unpins_the_pinned_one_and_replaces_it_elsewhere(qtbot, window):
    step(qtbot, window, "p")
    go(qtbot, window, SECOND)
    step(qtbot, window, "p")
    assert window.session.pins.held.look.path == SECOND
    step(qtbot, window, "p")
    assert window.session.pins.held is None and not window.heads.compare.isVisible()
    step(qtbot, window, "p")
    qtbot.mouseClick(window.heads.compare.close_button(), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.session.pins.held is None
    assert not window.compare_desk.unpin()


def test_esc_unpins_the_cell_and_then_the_tensor(qtbot, window):
    step(qtbot, window, "p")
    click_cell(qtbot, window, 2, 1)
    step(qtbot, window, Key.Key_Escape)
    assert window.session.cell is None and window.session.pins.held is not None
    step(qtbot, window, Key.Key_Escape)
    assert window.session.pins.held is None


@pytest.mark.parametrize("mode", [ALONE, BESIDE, DIFFERENCE])
def test_while_x_is_held_the_pinned_one_is_in_its_place(qtbot, window, mode):
    trace = window.session.trace
    press(qtbot, "p")
    go(qtbot, window, SECOND)
    qtbot.mouseClick(window.heads.compare.way(mode), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    before, at = shown(window), {ALONE: 1, BESIDE: 1, DIFFERENCE: 0}[mode]
    grids = [window.stage.equation.grid_rect(n) for n in range(len(before))]
    assert np.array_equal(before[at], trace[SECOND][0, 0])
    window.stage.equation.setFocus()
    qtbot.keyPress(window.stage.equation, Key.Key_X)
    settle(qtbot, window)
    assert window.compare_desk.blinking()
    assert np.array_equal(shown(window)[at], trace[FIRST][0, 0])
    assert window.stage.equation.parts()[at].name.startswith("pinned")
    assert [window.stage.equation.grid_rect(n) for n in range(len(before))] == grids, "nothing moves"
    qtbot.keyRelease(window.stage.equation, Key.Key_X)
    settle(qtbot, window)
    assert not window.compare_desk.blinking()
    assert all(np.array_equal(one, two) for one, two in zip(shown(window), before, strict=True))


def test_keys_that_repeat_while_held_do_not_end_the_blink(qtbot, window):
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QKeyEvent

    press(qtbot, "p")
    go(qtbot, window, SECOND)
    window.stage.equation.setFocus()
    qtbot.keyPress(window.stage.equation, Key.Key_X)
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):
        again = QKeyEvent(kind, Key.Key_X, Qt.KeyboardModifier.NoModifier, "x", True)
        QApplication.sendEvent(window.stage.equation, again)
        assert window.compare_desk.blinking()
    qtbot.keyRelease(window.stage.equation, Key.Key_X)
    assert not window.compare_desk.blinking()


def test_what_is_pinned_outlives_the_sentence_and_is_cut_to_what_both_have(qtbot, window):
    old = window.session.trace
    press(qtbot, "p")
    run_sentence(qtbot, window, "Attention is all")
    assert window.session.trace is not old
    held, now = shown(window)
    assert held.shape == now.shape == (3, 3)
    assert np.array_equal(held, old[FIRST][0, 0, :3, :3])
    assert np.array_equal(now, window.session.trace[FIRST][0, 0])
    assert window.heads.compare.note() == "Matched by position: the 3 × 3 that both have."
    assert SENTENCE in window.heads.compare.words()
    window.stage.equation.setFocus()
    step(qtbot, window, "d")
    assert len(shown(window)) == 2, "side by side stays"
    assert window.heads.compare.note().startswith("No difference of pattern [3 query_pos, 3 key_pos] and")
    run_sentence(qtbot, window, "Thinking is all you need")
    assert len(shown(window)) == 3
    assert window.heads.compare.note().startswith("Other tokens at ")


def test_models_are_compared_and_steps_of_training_named(qtbot, window):
    other = live(5, seed=9)
    window.session.pins.hold(Held(replace(window.compare_desk._look(), trace=other), "other", 1000))
    settle(qtbot, window)
    assert "other, step 1,000" in window.heads.compare.words()
    assert np.array_equal(shown(window)[0], other[FIRST][0, 0])
    labelled = window.stage.equation.parts()
    assert labelled[0].data.row_labels != labelled[1].data.row_labels, "each with its own tokens"
    go(qtbot, window, "blocks.1.mlp.post")
    press(qtbot, "p")
    go(qtbot, window, "blocks.1.resid_post")
    window.stage.equation.setFocus()
    step(qtbot, window, "d")
    assert "No difference" in window.heads.compare.note()
    click_cell(qtbot, window, 1, 1)
    assert any(text.startswith("✓ stored") for text in labels(window.inspector)), "the cell of the current tensor"


def test_the_scale_is_one_for_both(qtbot, window):
    go(qtbot, window, "blocks.0.attn.scores")
    press(qtbot, "p")
    go(qtbot, window, "blocks.1.attn.scaled")
    limits = {part.data.limits for part in window.stage.equation.parts()}
    assert len(limits) == 1
    most = np.abs(window.session.trace["blocks.0.attn.scores"]).max()
    assert limits.pop()[1] >= most


def test_a_step_without_rows_of_tokens_compares_too(qtbot, window):
    for path in ("tokens", "embed", "blocks.0.attn.q", "probs"):
        go(qtbot, window, path)
        window.stage.equation.setFocus()
        step(qtbot, window, "p")
        go(qtbot, window, "blocks.1.attn.k")
        assert numbers_on_screen(window).size
        assert hover(qtbot, window, len(shown(window)) - 1, 0, 0)
