"""Predicting in the real window: what is veiled, how it is answered by keys and clicks, what is said afterwards."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt

from tests.views.windows import CTRL, LONG_MS, go, press, settle, step
from tutor import work
from tutor.engine.trace import Trace
from tutor.lessons import texts
from tutor.lessons.question import Question
from tutor.quiz import SKIPPED
from tutor.views.choicebox import OPEN, RIGHT, WRONG
from tutor.views.equation import EquationView
from tutor.views.main_window import MainWindow

SENTENCE = 'One day, Tom met Lily in the park. "Hi, Lily," said'


@pytest.fixture
def window(opened, qtbot) -> MainWindow:
    made = opened()
    made.start(work.Request((SENTENCE,), "storyteller", device="cpu"))
    settle(qtbot, made)
    made.make_part("curtain")
    made.make_part("progress_desk")
    made.quiz_desk.turn(True)
    settle(qtbot, made)
    return made


def place(window: MainWindow, kind: str) -> str:
    """Where a question of that kind waits."""
    quiz = window.quiz_desk.quiz
    return next(path for path in quiz.waiting() if quiz.kind(path) == kind)


def question(window: MainWindow) -> Question:
    found = window.quiz_desk.quiz.made(window.session.cursor.path)
    assert found is not None
    return found


def trace_of(window: MainWindow) -> Trace:
    assert window.session.trace is not None
    return window.session.trace


def shown_tensors(window: MainWindow) -> list[np.ndarray]:
    """The numbers of every heat map in sight."""
    maps = [one for one in window.findChildren(EquationView) if one.isVisible()]
    return [part.data.values for one in maps for part in one.parts()]


def test_it_waits_veiled_until_answered(window: MainWindow, qtbot) -> None:
    path = place(window, "shape_scores")
    go(qtbot, window, path)
    card, trace = window.card, trace_of(window)
    stored = trace.read(path, (0, 0, slice(None), slice(None)))
    assert card.isVisible() and window.gate.isVisible() and not window.stage.equation.isVisible()
    assert window.stage.badge().is_veiled() and "predict" in window.stage.badge().accessibleName()
    assert not any(one.shape == stored.shape and np.array_equal(one, stored) for one in shown_tensors(window))
    assert len(shown_tensors(window)) == 2  # q and k stand there
    assert not window.inspector.isVisible() and not window.stage.tables.isVisible()
    assert "waiting for your prediction" in window.status_text()
    stop = trace.program.stop_of(path)
    item = window.outline._places[stop.number]
    from tutor.views.outline import _VEILED

    assert item.data(_VEILED)
    assert window.thumbs.want(path) is None
    press(qtbot, str(question(window).right + 1))
    press(qtbot, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert window.stage.equation.isVisible() and not window.stage.badge().is_veiled()
    assert any(one.shape == stored.shape and np.array_equal(one, stored) for one in shown_tensors(window))
    assert window.inspector.isVisible() and "result shown" in window.status_text()
    assert not item.data(_VEILED)
    assert [box.state() for box in card.boxes()] == [RIGHT]
    assert card.told().startswith("Yes.")
    press(qtbot, Qt.Key.Key_Return)
    assert card.isHidden() and window.stage.equation.hasFocus()


def test_a_wrong_answer_stands_beside_the_true_one(window: MainWindow, qtbot) -> None:
    path = place(window, "key_wins")
    go(qtbot, window, path)
    assert window.stage.badge().is_veiled() and window.gate.isVisible()
    asked = question(window)
    wrong = next(at for at in range(len(asked.choices)) if at != asked.right)
    box = window.card.boxes()[wrong]
    qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=box.rect().center())
    qtbot.mouseClick(window.card.submit, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    states = [one.state() for one in window.card.boxes()]
    assert sorted(states) == sorted([RIGHT, WRONG])
    true, chosen = window.answers.marked()
    assert [true[0][1]] == [asked.choices[asked.right].face.at]
    assert [chosen[0][1]] == [asked.choices[wrong].face.at]
    stored = trace_of(window).read(path, (0, 0, true[0][0], true[0][1]))
    assert f"{float(stored):.3f}" in window.card.told()
    assert window.answers.isVisible()
    step(qtbot, window, ".")
    assert window.card.isHidden() and not window.answers.isVisible()


def test_esc_skips_and_it_is_not_asked_again(window: MainWindow, qtbot) -> None:
    path = place(window, "scale_row")
    go(qtbot, window, path)
    assert window.gate.isVisible()
    press(qtbot, Qt.Key.Key_Escape)
    settle(qtbot, window)
    assert window.card.isHidden() and window.stage.equation.isVisible()
    assert window.quiz_desk.quiz.answer_of(path) == SKIPPED
    step(qtbot, window, ".")
    step(qtbot, window, ",")
    assert window.session.cursor.path == path and window.card.isHidden()


def test_the_walk_goes_on_past_a_question(window: MainWindow, qtbot) -> None:
    """Never in the way of the keyboard: next, previous, letters all work, and the question stays open."""
    path = place(window, "mask_cells")
    go(qtbot, window, path)
    assert window.card.hasFocus()
    step(qtbot, window, ".")
    assert window.session.cursor.path != path and window.card.isHidden()
    assert window.stage.equation.isVisible() and window.stage.equation.hasFocus()
    step(qtbot, window, ",")
    assert window.session.cursor.path == path and window.card.isVisible()
    step(qtbot, window, Qt.Key.Key_PageDown)
    assert window.session.cursor.path != path


def test_whoever_types_keeps_the_keys(window: MainWindow, qtbot) -> None:
    window.focus_sentence()
    go(qtbot, window, place(window, "mask_cells"))
    assert window.card.isVisible() and window.sentence.box().hasFocus()


def test_hint_and_both_languages(window: MainWindow, qtbot) -> None:
    go(qtbot, window, place(window, "scale_row"))
    asked = question(window)
    qtbot.mouseClick(window.card.hint, Qt.MouseButton.LeftButton)
    assert window.card.told() == texts.question("scale_row", "en", "hint", asked.ask.numbers)
    window.card.choose(1)
    window.languages.use("zh_CN")
    chinese = texts.question("scale_row", "zh_CN", "ask", asked.ask.numbers)
    qtbot.waitUntil(lambda: window.card.question() == chinese)
    settle(qtbot, window)
    assert window.card.chosen() == 1
    press(qtbot, Qt.Key.Key_Return)
    settle(qtbot, window)
    choice = asked.choices[1].feedback
    said = texts.question("scale_row", "zh_CN", choice.key, choice.numbers, "feedback")
    assert window.card.told().startswith(said)


def test_it_is_off_with_one_click_and_remembered(window: MainWindow, qtbot) -> None:
    path = place(window, "key_wins")
    go(qtbot, window, path)
    window.actions_["questions"].trigger()
    settle(qtbot, window)
    assert window.card.isHidden() and window.stage.equation.isVisible()
    assert not window.quiz_desk.quiz.waiting()
    assert str(window._settings.value("questions")) == "false"
    window.actions_["questions"].trigger()
    settle(qtbot, window)
    assert window.card.isVisible()


def test_at_most_six_and_more_when_asked_for(window: MainWindow, qtbot) -> None:
    quiz = window.quiz_desk.quiz
    assert len(quiz.waiting()) <= 6
    free = next(
        stop.results[0].name for stop in window.session.stops
        if stop.stage.key == "qkv" and stop.results[0].name not in quiz.waiting()
    )  # fmt: skip
    go(qtbot, window, free)
    assert window.card.isHidden()
    step(qtbot, window, "q")
    assert window.card.isVisible() and question(window).path == free
    first = question(window).kind
    # A count of parameters gives nothing of the result away.
    assert question(window).veil != "none" or window.stage.equation.isVisible()
    press(qtbot, Qt.Key.Key_Escape)
    settle(qtbot, window)
    step(qtbot, window, "q")
    assert window.card.isVisible() and question(window).kind in (first, question(window).kind)


def test_another_head_is_asked_about(window: MainWindow, qtbot) -> None:
    go(qtbot, window, place(window, "scale_row"))
    before = question(window)
    step(qtbot, window, "h")
    after = question(window)
    assert dict(after.selection)["head"] == 1 and dict(before.selection)["head"] == 0
    assert window.card.isVisible() and all(box.state() == OPEN for box in window.card.boxes())


def test_play_waits_at_a_question(window: MainWindow, qtbot) -> None:
    path = place(window, "mask_cells")
    stops = window.session.stops
    before = stops[trace_of(window).program.stop_of(path).number - 1]
    go(qtbot, window, before.results[0].name)
    said: list[str] = []
    window.player.said.connect(said.append)
    window.player.play()
    with qtbot.waitSignal(window.player.said, timeout=LONG_MS):
        pass
    assert window.session.cursor.path == path and not window.player.playing()
    assert "question" in said[-1]


def test_while_presenting_r_reveals(window: MainWindow, qtbot) -> None:
    go(qtbot, window, place(window, "key_wins"))
    asked = question(window)
    window.presenting.enter(whole_screen=False)
    settle(qtbot, window)
    assert window.card.isVisible() and window.gate.isVisible()
    window.presenting.reveal()
    settle(qtbot, window)
    assert [box.state() for box in window.card.boxes()] == [RIGHT]
    assert window.card.told() == texts.question("key_wins", "en", "why", asked.why.numbers)
    assert window.stage.equation.isVisible()


def test_its_lesson_is_one_click_away_and_counted(window: MainWindow, qtbot) -> None:
    go(qtbot, window, place(window, "scale_row"))
    assert window.right.page() != "lesson"
    window.card.choose(question(window).right)
    press(qtbot, Qt.Key.Key_Return)
    settle(qtbot, window)
    qtbot.mouseClick(window.card.lesson, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.right.page() == "lesson"
    assert "why-scale" in window.progress_desk.progress.lessons


def test_a_changed_run_asks_nothing(window: MainWindow, qtbot) -> None:
    path = place(window, "mask_cells")
    from tutor.engine.changes import Switch

    window.session.changes.make(Switch("mask", "off"))
    settle(qtbot, window)
    go(qtbot, window, path)
    assert window.card.isHidden() and window.stage.equation.isVisible()
    window.session.changes.reset()
    settle(qtbot, window)
    assert window.card.isVisible()


def test_the_walk_backwards_asks_nothing(window: MainWindow, qtbot) -> None:
    path = place(window, "mask_cells")
    go(qtbot, window, path)
    assert window.card.isVisible()
    step(qtbot, window, "g")
    go(qtbot, window, path)
    assert window.session.backward.on and window.card.isHidden() and window.stage.equation.isVisible()
    step(qtbot, window, "g")
    assert not window.session.backward.on and window.card.isVisible()


def test_another_run_is_asked_anew(window: MainWindow, qtbot) -> None:
    path = place(window, "mask_cells")
    go(qtbot, window, path)
    press(qtbot, Qt.Key.Key_Escape)
    settle(qtbot, window)
    assert path not in window.quiz_desk.quiz.waiting()
    window.focus_sentence()
    qtbot.keyClicks(window.sentence.box(), "Tom met Lily.")
    press(qtbot, Qt.Key.Key_Return, CTRL)
    settle(qtbot, window)
    assert window.session.cursor.path == path and path in window.quiz_desk.quiz.waiting()
    assert window.card.isVisible()


def test_the_choices_are_radio_buttons_with_names(window: MainWindow, qtbot) -> None:
    from PySide6.QtGui import QAccessible

    go(qtbot, window, place(window, "shape_scores"))
    for at, box in enumerate(window.card.boxes()):
        role = QAccessible.queryAccessibleInterface(box).role()
        assert role == QAccessible.Role.RadioButton
        assert box.accessibleName().startswith(f"{at + 1}: batch 1")
