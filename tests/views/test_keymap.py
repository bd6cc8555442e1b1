"""The keyboard map: one table, no key with two meanings, all of it in the menus and on the sheet; the walk by keys."""

from __future__ import annotations

from operator import attrgetter

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QMenu, QTableWidget
from windows import CTRL, NO_MODIFIER, SHIFT, Small, go, press, run_sentence, settle, step, tokens_on_screen

from tutor import commands
from tutor.session import OPERATION
from tutor.views.escapes import Escapes, Rank
from tutor.work import Request

Key = Qt.Key
SENTENCE = "Attention is all you need"


@pytest.fixture
def small() -> Small:
    return Small()


@pytest.fixture
def window(qtbot, opened, small):
    one = opened(small)
    one.start(Request((SENTENCE,), "article"))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


def everywhere(menu: QMenu) -> dict[object, str]:
    """All actions of a menu and of the menus within it, each with its menu's title."""
    found = {}
    for action in menu.actions():
        if action.menu() is not None:
            found |= everywhere(action.menu())
        elif not action.isSeparator():
            found[action] = menu.title().replace("&", "")
    return found


# -- the table ----------------------------------------------------------------------------------------------------


def test_no_key_means_two_things():
    def portable(key: str) -> str:
        return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)

    anywhere = [portable(key) for one in commands.COMMANDS for key in one.keys]
    scoped = [(one.mode, portable(key)) for one in commands.COMMANDS for key in one.scoped]
    assert all(anywhere) and all(key for _, key in scoped), "every key is one that Qt knows"
    assert len(anywhere) == len(set(anywhere))
    assert len(scoped) == len(set(scoped)), "within one mode"
    assert not {key for _, key in scoped} & set(anywhere)
    twice = {key for mode, key in scoped if mode} & {key for mode, key in scoped if not mode}
    assert twice <= {"."}, "only what a clicker sends for a black screen means something else while presenting"
    ids = [one.id for one in commands.COMMANDS]
    assert len(ids) == len(set(ids))


def test_every_command_is_in_its_menu_and_does_something(qtbot, window):
    menus = {one.menu().title().replace("&", ""): one.menu() for one in window.menuBar().actions()}
    assert list(menus) == [one.replace("&", "") for one in commands.MENUS]
    found = {name: everywhere(menu) for name, menu in menus.items()}
    for one in commands.COMMANDS:
        action = window.actions_[one.id]
        assert [name for name, actions in found.items() if action in actions] == [one.menu.replace("&", "")]
        if one.submenu:
            assert found[one.menu.replace("&", "")][action] == one.submenu
        if not one.family:
            assert action.text() == commands.title(one.text)
        assert callable(attrgetter(one.slot)(window))
        assert [key.toString() for key in action.shortcuts()] == [QKeySequence(key).toString() for key in one.keys]
    assert set(window.actions_) == {one.id for one in commands.COMMANDS}


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_sheet_holds_every_key_in_groups(qtbot, opened, small, language):
    window = opened(small, language=language)
    window.actions_["keys"].trigger()
    box = QApplication.activeModalWidget()
    table = box.findChild(QTableWidget)
    rows = [(table.item(at, 0).text(), table.item(at, 1).text() if table.item(at, 1) else None)
            for at in range(table.rowCount())]  # fmt: skip
    heads = [keys for keys, text in rows if text is None]
    assert len(heads) == len(set(heads)) >= 7
    assert all(keys and text for keys, text in rows if text is not None)
    native = QKeySequence.SequenceFormat.NativeText
    shown = " ".join(keys for keys, text in rows if text is not None)
    for one in commands.COMMANDS:
        for key in (*one.keys, *one.scoped) if not one.family else ():
            assert QKeySequence(key).toString(native) in shown
        if (one.keys or one.scoped) and not one.family:
            assert commands.title(one.text).replace("&", "") in [text for _, text in rows]
    assert f"{QKeySequence('Ctrl+1').toString(native)} … {QKeySequence('Ctrl+9').toString(native)}" in shown
    metrics = table.fontMetrics()
    for at in range(table.rowCount()):
        if table.item(at, 1):
            assert metrics.horizontalAdvance(table.item(at, 0).text()) < table.columnWidth(0), "no key is cut off"
    qtbot.keyClick(box, Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)


def test_a_question_mark_opens_the_sheet_and_about_closes_again(qtbot, window):
    press(qtbot, "?")
    assert QApplication.activeModalWidget().findChild(QTableWidget) is not None
    qtbot.keyClick(QApplication.activeModalWidget(), Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)
    window.actions_["about"].trigger()
    qtbot.keyClick(QApplication.activeModalWidget(), Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)


def test_a_question_mark_may_need_shift_and_a_point_may_be_on_the_keypad(qtbot, window):
    step(qtbot, window, ".", Qt.KeyboardModifier.KeypadModifier)
    assert window.session.stop.number == 1
    step(qtbot, window, Key.Key_PageUp, Qt.KeyboardModifier.KeypadModifier)
    assert window.session.stop.number == 0
    pressed = QKeyEvent(QEvent.Type.KeyPress, Key.Key_Question, SHIFT, "?")
    QApplication.sendEvent(window.stage.equation, pressed)
    assert QApplication.activeModalWidget() is not None
    qtbot.keyClick(QApplication.activeModalWidget(), Key.Key_Escape)
    qtbot.waitUntil(lambda: QApplication.activeModalWidget() is None)


# -- single letters, panes and Esc --------------------------------------------------------------------------------


def test_single_characters_can_be_switched_off_as_keys_and_stay_off(qtbot, opened, small):
    window = opened(small)
    run_sentence(qtbot, window, SENTENCE)
    window.actions_["letters"].trigger()
    assert not window.actions_["letters"].isChecked()
    for key in (".", "t", "h", "?"):
        press(qtbot, key)
    settle(qtbot, window)
    assert (window.session.stop.number, window.stage.view()) == (0, "heat")
    assert QApplication.activeModalWidget() is None
    step(qtbot, window, Key.Key_PageDown)
    assert window.session.stop.number == 1, "a key that is no character still steps"
    window.close()
    again = opened(small)
    assert not again.actions_["letters"].isChecked() and not again.acts.letters
    again.actions_["letters"].trigger()
    run_sentence(qtbot, again, SENTENCE)
    step(qtbot, again, ".")
    assert again.session.stop.number == 1


def test_the_sides_fold_away_and_come_back_as_wide(qtbot, window):
    window.panes.splitter.setSizes([220, 700, 340])
    sizes = window.panes.splitter.sizes()
    press(qtbot, Key.Key_Backslash, CTRL)
    assert not window.left.isVisible() and window.right.isVisible()
    press(qtbot, Key.Key_Backslash, CTRL | SHIFT)
    assert not window.right.isVisible()
    qtbot.waitUntil(lambda: window.panes.splitter.sizes()[1] > sum(sizes) - 10)
    window.resize(1300, 790)
    assert not window.left.isVisible() and not window.right.isVisible(), "they stay away"
    window.resize(1280, 800)
    press(qtbot, Key.Key_Backslash, CTRL)
    press(qtbot, Key.Key_Backslash, CTRL | SHIFT)
    assert window.left.isVisible() and window.right.isVisible()
    qtbot.waitUntil(lambda: window.panes.splitter.sizes() == pytest.approx(sizes, abs=3))


def test_cells_are_selected_with_shift_to_the_edge_with_ctrl_and_copied(qtbot, window):
    go(qtbot, window, "blocks.0.attn.pattern")
    view = window.stage.equation
    values = view.parts()[-1].data.values
    for _ in range(3):
        press(qtbot, Key.Key_Down)
    press(qtbot, Key.Key_Right)
    press(qtbot, Key.Key_Down, SHIFT)
    press(qtbot, Key.Key_Left, SHIFT)
    assert view.selected() == (slice(2, 4), slice(0, 2))
    press(qtbot, Key.Key_C, CTRL)
    rows = [line.split("\t") for line in QApplication.clipboard().text().splitlines()]
    assert np.array_equal(np.array(rows, np.float32), values[2:4, 0:2])
    press(qtbot, Key.Key_Right, CTRL | SHIFT)
    assert view.selected() == (slice(2, 4), slice(1, 5))
    press(qtbot, Key.Key_Up)
    assert view.selected() == (slice(0, 5), slice(0, 5)), "nothing is selected: all that is on screen"
    press(qtbot, Key.Key_C, CTRL)
    assert len(QApplication.clipboard().text().splitlines()) == 5


def test_s_brings_the_statistics_into_view_wherever_the_inspector_is(qtbot, window):
    window.resize(1280, 640)  # so low that the working fills the inspector
    go(qtbot, window, "blocks.0.attn.scores")
    window.session.pin((0, 1, 3, 1))
    window.resize(1280, 620)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: not window.inspector.stats_in_view())  # the working is above them
    press(qtbot, Key.Key_Backslash, CTRL | SHIFT)
    press(qtbot, "s")
    qtbot.waitUntil(window.inspector.stats_in_view)
    press(qtbot, "s")
    qtbot.waitUntil(lambda: not window.inspector.stats_in_view())


def test_esc_does_the_first_that_applies():
    done = []
    state = dict.fromkeys(Rank, True)

    def part(rank):
        def act():
            was, state[rank] = state[rank], False
            if was:
                done.append(rank)
            return was

        return act

    escapes = Escapes()
    for rank in reversed(Rank):
        escapes.add(rank, part(rank))
    while escapes.escape():
        pass
    assert done == sorted(Rank)
    assert [one.name for one in done] == ["POPUP", "RUN", "QUESTION", "TOUR", "UNPIN", "UNPIN_COMPARE", "PRESENTING"]


def test_esc_closes_then_cancels_then_unpins_then_leaves_presenting(qtbot, window, small):
    go(qtbot, window, "blocks.0.attn.pattern")
    window.session.pin((0, 1, 2, 1))
    settle(qtbot, window)
    press(qtbot, Key.Key_F11)
    settle(qtbot, window)
    press(qtbot, "b")
    small.hold()
    window.desk.run()
    qtbot.waitUntil(small.started.is_set)

    def states():
        return (window.actions_["blank"].isChecked(), window.desk.busy(), window.session.cell is not None,
                window.presenting.on)  # fmt: skip

    assert states() == (True, True, True, True)
    for wanted in ((False, True, True, True), (False, False, True, True), (False, False, False, True),
                   (False, False, False, False)):  # fmt: skip
        press(qtbot, Key.Key_Escape)
        assert states() == wanted
    settle(qtbot, window)


# -- the whole walk, without a mouse ------------------------------------------------------------------------------


def test_the_whole_walk_without_a_mouse(qtbot, opened, small):
    window = opened(small)
    window.desk.request = Request(("",), "article")
    press(qtbot, Key.Key_L, CTRL)
    qtbot.keyClicks(window.sentence.box(), SENTENCE)
    qtbot.waitUntil(lambda: tokens_on_screen(window) == ["Attention", " is", " all", " you", " need"])
    press(qtbot, Key.Key_Return, CTRL)
    settle(qtbot, window)
    session = window.session
    while session.step.op.kind != "Softmax":
        step(qtbot, window, ".")
    softmax = session.step.name
    step(qtbot, window, Key.Key_PageUp)
    step(qtbot, window, Key.Key_PageDown)
    while len(session.stop.steps) == 1:
        step(qtbot, window, ".")
    stage = session.stop
    step(qtbot, window, Key.Key_F7)
    assert session.cursor.level == OPERATION
    step(qtbot, window, Key.Key_F7, SHIFT)
    assert session.step.name == stage.results[0].name
    go(qtbot, window, softmax)
    step(qtbot, window, "h")
    assert window.stage.spin("head").value() == 1
    assert window.stage.equation.hasFocus()
    for key, modifier in ((Key.Key_Down, NO_MODIFIER), (Key.Key_Down, CTRL), (Key.Key_Up, NO_MODIFIER)):
        press(qtbot, key, modifier)
    step(qtbot, window, Key.Key_Return)
    assert session.cell == (0, 1, 3, 0)
    assert window.inspector.explanation() is not None, "its working is shown"
    step(qtbot, window, "t")
    assert window.stage.view() == "table"
    step(qtbot, window, Key.Key_B, CTRL)
    press(qtbot, Key.Key_C, CTRL | SHIFT)
    code = QApplication.clipboard().text()
    assert f"step={softmax}" in code and "cell=0,1,3,0" in code and "view=table" in code
    step(qtbot, window, Key.Key_Home, CTRL)
    step(qtbot, window, "t")
    step(qtbot, window, Key.Key_1, CTRL)
    assert (session.step.name, session.cell, window.stage.view()) == (softmax, (0, 1, 3, 0), "table")
    press(qtbot, Key.Key_F11)
    settle(qtbot, window)
    assert window.presenting.on and not window.menuBar().isVisible()
    assert window.stage.table.hasFocus(), "which would turn its own pages"
    step(qtbot, window, Key.Key_PageDown)
    assert session.step.name != softmax
    press(qtbot, Key.Key_F11)
    settle(qtbot, window)
    press(qtbot, Key.Key_Q, CTRL)
    qtbot.waitUntil(lambda: not window.isVisible())
