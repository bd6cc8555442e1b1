"""Presenting: large type, little around it, a clicker's keys; and everything as it was afterwards."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCursor, QImage
from PySide6.QtWidgets import QApplication
from windows import Small, go, press, settle, step

from tutor.views.theme import font
from tutor.work import Request

Key = Qt.Key
SENTENCE = "Attention is all you need"
SCORES, PATTERN = "blocks.0.attn.scores", "blocks.0.attn.pattern"


@pytest.fixture
def window(qtbot, opened):
    one = opened(Small(), look="dark", percent=110)
    one.start(Request((SENTENCE,), "article"))
    settle(qtbot, one)
    go(qtbot, one, PATTERN)
    one.session.pin((0, 1, 3, 1))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


def outside(window) -> tuple:
    """All that presenting changes and has to give back."""
    parts = (window.menuBar(), window.sentence, window.strip, window.left, window.right, window.transport,
             window.training, window.continuing, window.offer)  # fmt: skip
    shown = [one.isVisible() for one in parts]
    return (window.geometry(), window.windowState(), window.panes.splitter.sizes(), window.look, shown,
            window.right.page(), window.acts.mode, QApplication.font(), window.stage.equation.size())  # fmt: skip


def test_f11_presents_and_everything_is_as_it_was_afterwards(qtbot, window):
    window.move(40, 60)  # not in the screen's corner
    before, settings = outside(window), {key: window._settings.value(key) for key in ("theme", "type")}
    press(qtbot, Key.Key_F11)
    settle(qtbot, window)
    assert window.presenting.on and window.isFullScreen()
    assert not any(one.isVisible() for one in (window.menuBar(), window.sentence, window.strip, window.left,
                                                window.transport))  # fmt: skip
    look = window.look
    assert (look.dark, look.font_scale) == (False, 1.6)
    assert font(look, "body").pixelSize() >= 20 and font(look, "caption").pixelSize() >= 18
    assert window.timeline.isVisible() and look.height("stage") == 64
    assert window.presenting.headline.count() == f"{window.session.stop.number + 1}/{len(window.session.stops)}"
    assert window.presenting.headline.place() == "Block 0 · head 1"
    press(qtbot, Key.Key_F11)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: outside(window) == before)
    assert {key: window._settings.value(key) for key in settings} == settings


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("size", [(1920, 1080), (1280, 720)])
def test_a_projector_of_either_size_shows_stage_cells_and_working(qtbot, opened, language, size):
    window = opened(Small(), language=language, size=size)
    window.start(Request((SENTENCE,), "article"))
    settle(qtbot, window)
    go(qtbot, window, PATTERN)
    window.session.pin((0, 1, 3, 1))
    settle(qtbot, window)
    window.presenting.enter(False)
    window.resize(*size)
    settle(qtbot, window)
    assert (window.width(), window.height()) == size, "nothing is wider than the screen"
    equation, right = window.stage.equation, window.right
    assert right.isVisible() and window.inspector.isVisible() and 300 <= right.width() <= 500
    assert equation.mapTo(window, QPoint(0, 0)).x() < 30, "the stage has the rest of the width"
    assert len(equation.parts()) == 2, "before and after"
    widths = [equation.grid_rect(part).width() for part in (0, 1)]
    widest = window.look.px(52) * 5 - 5  # five tokens: cells are no wider than this
    assert min(widths) > min(widest, 0.28 * (size[0] - right.width()))
    assert window.inspector._why_text.isHidden(), "only how it was computed"
    for part in (0, 1):
        assert equation.rect().contains(equation.grid_rect(part).toRect())


def test_a_clicker_steps_blanks_and_shows_again(qtbot, window):
    press(qtbot, Key.Key_F11)
    at = window.session.stop.number
    step(qtbot, window, Key.Key_PageDown)
    step(qtbot, window, Key.Key_PageDown)
    step(qtbot, window, Key.Key_PageUp)
    assert window.session.stop.number == at + 1
    for key in ("b", "."):
        press(qtbot, key)
        black = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        assert black.pixelColor(20, 20).name() == black.pixelColor(black.width() // 2, 90).name() == "#000000"
        assert window.session.stop.number == at + 1, "a clicker's black key is no step"
        press(qtbot, key)
        assert not window.actions_["blank"].isChecked()
        assert window.stage.equation.hasFocus()
    press(qtbot, "b")
    step(qtbot, window, Key.Key_PageDown)
    assert window.session.stop.number == at + 2 and not window.actions_["blank"].isChecked()
    press(qtbot, "b")
    press(qtbot, Key.Key_Right)
    assert window.stage.equation._cursor is None, "no key acts on what cannot be seen"
    press(qtbot, Key.Key_Escape)
    assert window.presenting.on and not window.actions_["blank"].isChecked()


def test_the_presenters_keys_mean_nothing_otherwise(qtbot, window):
    at = window.session.stop.number
    for key in ("b", "l", "r"):
        press(qtbot, key)
    assert window.presenting._blank.isHidden() and window.presenting._ring.isHidden()
    step(qtbot, window, ".")
    assert window.session.stop.number == at + 1
    assert not window.actions_["blank"].isEnabled()


def test_a_ring_goes_with_the_pointer_and_lets_clicks_through(qtbot, window):
    window.presenting.enter(False)
    settle(qtbot, window)
    press(qtbot, "l")
    ring = window.presenting._ring
    assert ring.isVisible() and window.actions_["ring"].isChecked()
    equation = window.stage.equation
    at = equation.mapTo(window, equation.visibleRegion().boundingRect().center())
    QCursor.setPos(window.mapToGlobal(at))
    qtbot.waitUntil(lambda: (ring.geometry().center() - at).manhattanLength() < 4)
    assert window.childAt(at) is equation
    press(qtbot, "l")
    assert not ring.isVisible() and not ring._timer.isActive()
    press(qtbot, "l")
    press(qtbot, Key.Key_F11)
    assert not ring.isVisible() and not ring._timer.isActive(), "it goes with presenting"


def test_revealing_asks_whoever_hides_something(qtbot, window):
    press(qtbot, Key.Key_F11)
    settle(qtbot, window)
    press(qtbot, "r")
    assert "nothing hidden" in window.status_text()
    asked = []
    window.presenting.add_reveal(lambda: asked.append(1) is None)
    press(qtbot, "r")
    assert asked == [1]


def test_type_and_theme_may_change_while_presenting_and_are_as_before_afterwards(qtbot, window):
    before = window.look
    press(qtbot, Key.Key_F11)
    press(qtbot, Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    window.actions_["dark"].trigger()
    settle(qtbot, window)
    assert window.look.dark and window.look.font_scale == pytest.approx(1.7) and window.look.presenting
    press(qtbot, Key.Key_F11)
    settle(qtbot, window)
    assert window.look == before


def test_the_language_may_change_while_presenting(qtbot, window):
    press(qtbot, Key.Key_F11)
    settle(qtbot, window)
    window.languages.use("zh_CN")
    window.look_desk.set_cjk(True)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: window.presenting.headline.place().startswith("块 0"))
    settle(qtbot, window)
    assert window.look.presenting and window.look.cjk
    press(qtbot, Key.Key_F11)
    settle(qtbot, window)
    assert window.look.cjk and not window.look.presenting, "the language stays as it was chosen"


def test_closing_while_presenting_remembers_the_window_and_not_the_stage(qtbot, window, opened):
    geometry, panes = window.saveGeometry(), window.panes.splitter.saveState()
    press(qtbot, Key.Key_F11)
    settle(qtbot, window)
    window.close()
    assert window._settings.value("panes") == panes
    assert window._settings.value("theme") in (None, "dark")
    assert len(window._settings.value("geometry")) == len(geometry)
    again = opened(Small(), look="dark", percent=110)
    assert not again.isFullScreen() and again.menuBar().isVisible()
