"""Moving in the real window: keys, wheel, drags and the way back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from windows import CTRL, SHIFT, Small, click_cell, go, live, press, settle, step

from tutor.session import OPERATION, STAGE, Cursor
from tutor.work import Request

Key = Qt.Key
BACK, FORWARD = Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton


@pytest.fixture
def window(qtbot, opened):
    one = opened(Small())
    one.start(Request(("Attention is all you need",), "article"))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


def wheel(window, notches: int, modifier=Qt.KeyboardModifier.NoModifier) -> None:
    line = window.timeline
    point = QPointF(300, 30)
    event = QWheelEvent(point, QPointF(line.mapToGlobal(point.toPoint())), QPoint(), QPoint(0, 120 * notches),
                        Qt.MouseButton.NoButton, modifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
    QApplication.sendEvent(line, event)


def slot(window, stage: int) -> QPoint:
    return window.timeline._overview.place(stage)[1].center().toPoint()


# -- one step -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pane", ["timeline", "equation", "table"])
def test_previous_is_one_step_earlier_by_every_way(qtbot, window, pane):
    go(qtbot, window, "blocks.0.attn.pattern")
    if pane == "table":
        window.stage.show_view("table")
    {"timeline": window.timeline, "equation": window.stage.equation, "table": window.stage.table}[pane].setFocus()
    go(qtbot, window, "tokens")  # so that the stage before is another than where one was before
    go(qtbot, window, "blocks.0.attn.pattern")
    at = window.session.stop.number
    # (In a table Page Up turns its pages.)
    for key in {"timeline": [",", Key.Key_PageUp, Key.Key_Left], "equation": [",", Key.Key_PageUp], "table": ","}[pane]:
        step(qtbot, window, key)
        at -= 1
        assert window.session.stop.number == at, key
    qtbot.mouseClick(window.transport.button(window.actions_["previous"]), Qt.MouseButton.LeftButton)
    assert window.session.stop.number == at - 1


def test_the_timelines_arrows_go_into_a_stage_and_along_its_operations(qtbot, window):
    go(qtbot, window, "blocks.0.resid_mid")
    window.timeline.setFocus()
    names = [one.name for one in window.session.stop.steps]
    step(qtbot, window, Key.Key_Down)
    assert window.session.cursor == Cursor(names[0], OPERATION)
    step(qtbot, window, Key.Key_Right)
    step(qtbot, window, Key.Key_Right)
    step(qtbot, window, Key.Key_Left)
    assert window.session.cursor == Cursor(names[1], OPERATION)
    assert "operation 2 of 5" in window.status_text()
    assert "result shown" in window.status_text()
    step(qtbot, window, Key.Key_Up)
    assert window.session.cursor == Cursor("blocks.0.resid_mid", STAGE)
    step(qtbot, window, Key.Key_End)
    assert window.session.step.name == "probs"
    step(qtbot, window, Key.Key_Home)
    assert window.session.step.name == "tokens"
    assert window.timeline.hasFocus()


def test_the_wheel_on_the_timeline(qtbot, window):
    wheel(window, -2)
    assert window.session.stop.number == 2
    wheel(window, 1)
    assert window.session.stop.number == 1
    wheel(window, -1, SHIFT)
    assert window.session.section.name == "blocks.0"
    wheel(window, -1, SHIFT)
    wheel(window, -1, SHIFT)
    assert window.session.section.name == "output"
    wheel(window, 1, SHIFT)
    assert window.session.section.name == "blocks.0"


def test_a_click_on_its_own_place_leaves_the_operations(qtbot, window):
    go(qtbot, window, "blocks.0.ln1.mean", OPERATION)
    qtbot.mouseClick(window.timeline, Qt.MouseButton.LeftButton, pos=slot(window, window.session.stop.number))
    settle(qtbot, window)
    assert window.session.cursor == Cursor("blocks.0.resid_mid", STAGE)


# -- the way back -------------------------------------------------------------------------------------------------


def test_undo_is_the_way_back_over_every_kind_of_jump(qtbot, window):
    session, seen = window.session, []

    def moved(act) -> None:
        seen.append(session.place)
        act()
        settle(qtbot, window)
        assert session.place != seen[-1]

    tree = window.outline.tree()
    block = tree.model().index(1, 0)
    tree.expand(block)
    moved(lambda: step(qtbot, window, "."))
    moved(lambda: qtbot.mouseClick(window.timeline, Qt.MouseButton.LeftButton, pos=slot(window, 9)))
    moved(lambda: qtbot.mouseClick(
        tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(block.model().index(3, 0, block)).center()
    ))
    moved(lambda: wheel(window, -1))
    moved(lambda: click_cell(qtbot, window, 2, 1))
    moved(lambda: press(qtbot, Key.Key_End, CTRL))
    assert len(session.moves) == len(seen), "each is one move"
    last = session.place
    window.stage.equation.setFocus()
    for place in reversed(seen):
        step(qtbot, window, Key.Key_Z, CTRL)
        assert session.place == place
    for place in [*seen[1:], last]:
        step(qtbot, window, Key.Key_Y, CTRL)
        assert session.place == place
    step(qtbot, window, Key.Key_Y, CTRL)
    assert session.place == last


def test_a_whole_drag_is_one_move(qtbot, window):
    go(qtbot, window, "blocks.0.attn.pattern")
    before, made = window.session.place, len(window.session.moves)
    line = window.timeline
    qtbot.mousePress(line, Qt.MouseButton.LeftButton, pos=slot(window, 8))
    for stage in (7, 5, 3):
        qtbot.mouseMove(line, slot(window, stage))
        qtbot.waitUntil(lambda stage=stage: window.session.stop.number == stage)
        assert line.bubble().about().place.endswith(f"stage {stage + 1} of {len(window.session.stops)}")
    qtbot.mouseRelease(line, Qt.MouseButton.LeftButton, pos=slot(window, 3))
    settle(qtbot, window)
    assert len(window.session.moves) == made + 1
    window.session.undo_move()
    assert window.session.place == before


def test_a_text_box_keeps_its_own_undo(qtbot, window):
    window.session.next()
    box = window.sentence.box()
    box.setFocus()
    qtbot.keyClicks(box, " x")
    text, place = box.text(), window.session.place
    press(qtbot, Key.Key_Z, CTRL)
    assert box.text() != text
    press(qtbot, Key.Key_Z, CTRL)  # and where it has nothing to undo, it is still not a move
    press(qtbot, Key.Key_Y, CTRL)
    press(qtbot, Key.Key_Z, CTRL | SHIFT)
    assert window.session.place == place


@pytest.mark.parametrize("over", ["timeline", "outline", "equation", "inspector", "sentence"])
def test_the_mouses_back_and_forward_buttons(qtbot, window, over):
    go(qtbot, window, "blocks.0.attn.scores")
    go(qtbot, window, "blocks.0.attn.z")
    view = {"timeline": window.timeline, "outline": window.outline.tree().viewport(),
            "equation": window.stage.equation, "inspector": window.inspector,
            "sentence": window.sentence.box()}[over]  # fmt: skip
    point = view.mapTo(window, view.rect().center())
    current = window.outline.tree().currentIndex()
    QTest.mousePress(window.windowHandle(), BACK, Qt.KeyboardModifier.NoModifier, point)
    QTest.mouseRelease(window.windowHandle(), BACK, Qt.KeyboardModifier.NoModifier, point)
    assert window.session.step.name == "blocks.0.attn.scores"
    settle(qtbot, window)
    QTest.mouseClick(window.windowHandle(), FORWARD, Qt.KeyboardModifier.NoModifier, point)
    assert window.session.step.name == "blocks.0.attn.z"
    settle(qtbot, window)
    assert window.outline.tree().currentIndex() == current, "nothing else was clicked"
    QTest.mouseClick(window.windowHandle(), FORWARD, Qt.KeyboardModifier.NoModifier, point)
    assert window.session.step.name == "blocks.0.attn.z"


def test_the_commands_of_moving_are_off_without_a_run(qtbot, opened):
    one = opened(Small())
    for name in ("undo_move", "redo_move", "play", "next"):
        assert not one.actions_[name].isEnabled()
    assert not one.playbar.isEnabled()
    one.start(Request(("Attention is all you need",), "article"))
    settle(qtbot, one)
    for name in ("undo_move", "redo_move", "play", "next"):
        assert one.actions_[name].isEnabled()
    assert one.playbar.isEnabled()


# -- thumbnails ---------------------------------------------------------------------------------------------------


def rest_on(window, stage: int) -> None:
    QTest.mouseMove(window.timeline, slot(window, stage))
    if window.timeline.bubble() is None:
        window.timeline.hover.timer.timeout.emit()


def test_a_thumbnail_comes_from_the_engine_and_is_kept(qtbot, window):
    trace = window.session.trace
    stop = trace.program.stop_of("blocks.0.attn.pattern")
    rest_on(window, stop.number)
    bubble = window.timeline.bubble()
    assert bubble.about().name == "Softmax"
    assert bubble.about().axes == (("batch", 1), ("head", 3), ("query_pos", 5), ("key_pos", 5))
    assert bubble.picture() is None, "nothing is computed on the thread of the window"
    settle(qtbot, window)
    assert (bubble.picture().values == trace["blocks.0.attn.pattern"][0, 0]).all()
    assert bubble.picture().kind == "prob"
    rest_on(window, stop.number + 1)
    settle(qtbot, window)
    rest_on(window, stop.number)
    assert window.timeline.bubble().picture().title == "blocks.0.attn.pattern", "it is there at once"
    assert window.runner.is_idle()
    window.session.select("head", 1)
    settle(qtbot, window)
    rest_on(window, stop.number + 1)
    rest_on(window, stop.number)
    settle(qtbot, window)
    assert (window.timeline.bubble().picture().values == trace["blocks.0.attn.pattern"][0, 1]).all()


def test_another_run_has_other_thumbnails(qtbot, window):
    rest_on(window, 3)
    settle(qtbot, window)
    path = window.timeline.bubble().picture().title
    assert window.thumbs.have(path) is not None
    window.session.set_trace(live(4))
    assert window.thumbs.have(path) is None
    assert window.timeline.bubble() is None
    settle(qtbot, window)


def test_several_thumbnails_are_made_one_after_the_other(qtbot, window):
    came = []
    window.thumbs.came.connect(came.append)
    paths = ["embed", "blocks.0.attn.scores", "probs"]
    for path in paths:
        assert window.thumbs.want(path) is None
        assert window.thumbs.want(path) is None  # asked twice, made once
    settle(qtbot, window)
    assert sorted(came) == sorted(paths)
    assert came[1] == "probs", "the latest wish comes before older ones"


def test_what_is_too_large_for_a_glance_stays_a_dashed_frame(qtbot, window, monkeypatch):
    monkeypatch.setattr("tutor.work._TOO_BIG", 10)
    rest_on(window, 8)
    settle(qtbot, window)
    assert window.timeline.bubble().picture() is None


def test_a_pads_row_is_hatched_in_the_thumbnail_too(qtbot, window):
    window.session.set_trace(live(5, 2))
    window.session.select("batch", 1)
    settle(qtbot, window)
    window.thumbs.want("blocks.0.attn.scores")
    settle(qtbot, window)
    made = window.thumbs.have("blocks.0.attn.scores")
    assert made.hatched_rows == made.hatched_cols == frozenset({2, 3, 4})


# -- words, and motion --------------------------------------------------------------------------------------------


def test_each_place_is_announced_not_too_often_and_the_latest(qtbot, window):
    said = []
    window.place_desk.announcer.said.connect(said.append)
    timer = window.place_desk.announcer.timer
    timer.stop()
    for _ in range(5):
        window.session.next()
    total = len(window.session.stops)
    assert said == [f"Stage 2 of {total}: Input, Embed"], "the first at once, the others wait"
    assert timer.isActive()
    assert timer.interval() == 400
    timer.stop()
    timer.timeout.emit()
    assert said[1:] == [window.timeline.value_text()]
    assert "Stage 6 of" in said[1]
    timer.stop()
    timer.timeout.emit()
    assert len(said) == 2, "nothing twice"
    settle(qtbot, window)
    go(qtbot, window, "blocks.0.ln1.var", OPERATION)
    assert said[-1].endswith("operation 3 of 5: ln1.var")


def test_the_table_twin_goes_along(qtbot, window):
    window.stage.show_view("table")
    window.stage.table.setFocus()
    for _ in window.session.stops[1:]:
        step(qtbot, window, ".")
        table = window.stage.table
        shape = numbers = window.stage.equation.parts()[-1].data
        assert (table.model().rowCount(), table.model().columnCount()) == shape.shape
        assert numbers.title == window.session.cursor.path
        assert window.stage.view() in ("table", "bars"), "over the vocabulary bars come first, with a table of theirs"
        assert window.stage.current_view().hasFocus()


def test_motion_is_a_choice_that_is_kept(qtbot, window, opened):
    assert window.timeline._still, "where nobody sees it nothing glides"
    window.actions_["motion_full"].trigger()
    assert [window.actions_[f"motion_{one}"].isChecked() for one in ("system", "reduced", "full")] == [0, 0, 1]
    window.session.go("blocks.0.resid_post")
    window.session.go("blocks.0.attn.q_flat")
    assert window.timeline._glide.state() == window.timeline._glide.State.Running
    settle(qtbot, window)
    assert window.timeline.value() == window.session.stop.number
    window.actions_["motion_reduced"].trigger()
    assert window.timeline._glide.state() == window.timeline._glide.State.Stopped
    go(qtbot, window, "tokens")
    assert window.timeline._glide.state() == window.timeline._glide.State.Stopped
    window._settings.sync()
    assert opened(Small()).motion.still()


def test_the_system_is_asked_about_motion(qapp, monkeypatch):
    from tutor.views import motion

    assert motion.system_is_still(), "offscreen"
    monkeypatch.setattr(motion, "_BLIND", ())
    assert not motion.system_is_still(), "Fusion animates where the system has nothing against it"
