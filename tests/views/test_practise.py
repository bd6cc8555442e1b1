"""Worked examples in the real window: worked out, with blanks, and alone; checked number by number."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.views.windows import LONG_MS, go, settle, step
from tutor import work
from tutor.lessons.fading import ALONE, BLANKS, WORKED
from tutor.views.main_window import MainWindow
from tutor.views.practise import PractiseDialog


@pytest.fixture
def window(opened, qtbot) -> MainWindow:
    made = opened()
    made.start(work.Request(('One day, Tom met Lily in the park. "Hi, Lily," said',), "storyteller", device="cpu"))
    settle(qtbot, made)
    return made


def practise(qtbot, window: MainWindow, path: str) -> PractiseDialog:
    go(qtbot, window, path)
    step(qtbot, window, "q", Qt.KeyboardModifier.ShiftModifier)
    box = window.practise_desk.dialog()
    assert box is not None
    return box


def test_the_three_levels(window: MainWindow, qtbot) -> None:
    box = practise(qtbot, window, "blocks.1.attn.scores")
    assert box.level() == WORKED and box.blanks() == [] and "1 of 3" in box.texts()[0]
    assert window.stage.equation._hover_lit  # the cell's row and column are lit
    qtbot.mouseClick(box.next, Qt.MouseButton.LeftButton)
    assert box.level() == BLANKS and len(box.blanks()) >= 2
    for blank in box.blanks():
        qtbot.keyClicks(blank, f"{blank.entry.value:.3f}")
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert all(blank.state == "right" for blank in box.blanks()) and "All right" in box.texts()[2]
    qtbot.keyClick(box, Qt.Key.Key_Return)
    assert box.level() == ALONE
    first = box.blanks()[0]
    qtbot.keyClicks(first, f"{first.entry.value + 1:.3f}")
    qtbot.mouseClick(box.check, Qt.MouseButton.LeftButton)
    assert first.state == "wrong" and "0 of" in box.texts()[2] and first.hasFocus()
    assert box.blanks()[1].state == ""  # what is not filled in is not wrong
    qtbot.mouseClick(box.solution, Qt.MouseButton.LeftButton)
    assert all(blank.entry.accepts(blank.text()) and blank.isReadOnly() for blank in box.blanks())
    before = box.texts()[1]
    qtbot.mouseClick(box.next, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert box.level() == WORKED and box.texts()[1] != before
    box.close()
    assert window.practise_desk.dialog() is None


def test_another_run_closes_it_and_some_steps_have_none(window: MainWindow, qtbot) -> None:
    box = practise(qtbot, window, "blocks.0.attn.scaled")
    with qtbot.waitSignal(box.destroyed, timeout=LONG_MS):
        window.session.set_trace(window.session.trace.with_override(
            "blocks.0.attn.scores", window.session.trace["blocks.0.attn.scores"] + 1))
    settle(qtbot, window)
    go(qtbot, window, "blocks.0.attn.masked")
    window.practise()
    settle(qtbot, window)
    assert window.practise_desk.dialog() is None and "by hand" in window.status_text()


def test_both_languages(window: MainWindow, qtbot) -> None:
    box = practise(qtbot, window, "blocks.0.attn.pattern")
    window.languages.use("zh_CN")
    qtbot.waitUntil(lambda: box.windowTitle() != "Work it out")
    assert "3" in box.texts()[0] and box.texts()[0] != "1 of 3: worked out"
    box.close()
