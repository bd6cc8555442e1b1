"""Progress in the real window: what is kept, what is due, the dialog."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.views.windows import LONG_MS, go, press, settle
from tutor import work
from tutor.lessons import texts
from tutor.progress import Answer, Progress, load
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


def miss(qtbot, window: MainWindow, kind: str) -> None:
    """Answer the question of a kind wrongly."""
    quiz = window.quiz_desk.quiz
    go(qtbot, window, next(path for path in quiz.waiting() if quiz.kind(path) == kind))
    asked = quiz.made(window.session.cursor.path)
    assert asked is not None
    window.card.choose((asked.right + 1) % len(asked.choices))
    press(qtbot, Qt.Key.Key_Return)
    settle(qtbot, window)


def test_answers_and_stages_are_kept(window: MainWindow, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    window.progress_desk.keep(path)
    miss(qtbot, window, "mask_cells")
    kept = dict(check_params_cb=lambda channel, _: channel == "progress")
    with qtbot.waitSignal(window.runner.done, timeout=LONG_MS, **kept):
        pass
    found = load(path)
    assert found.answers[-1] == Answer("mask_cells", "mask", "storyteller", False, date.today())
    assert "mask" in found.stages["storyteller"]
    assert found.reviews["mask_cells"].due == date.today() + timedelta(1)


def test_closing_writes_what_is_not_written_yet(window: MainWindow, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    window.progress_desk.keep(path)
    miss(qtbot, window, "mask_cells")
    window.close()
    assert load(path).answers[-1].kind == "mask_cells"


def test_what_was_missed_comes_back_when_it_is_due(window: MainWindow, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    kept = Progress()
    kept.answered(Answer("hand_weighted", "times_v", "storyteller", False, date.today() - timedelta(1)))
    kept.save(path)
    desk = window.progress_desk
    desk.keep(path)
    box = desk.open(window.look)
    assert box.review.isEnabled() and "1" in box.review.text()
    title = texts.question_title("hand_weighted", "en")
    assert [row[:3] for row in box.rows()] == [(title, "1", "0")] and box.rows()[0][3]
    qtbot.mouseClick(box.review, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    quiz, here = window.quiz_desk.quiz, window.session.cursor.path
    assert quiz.kind(here) == "hand_weighted" and window.card.isVisible()
    asked = quiz.made(here)
    assert asked is not None
    window.card.choose(asked.right)
    qtbot.mouseClick(window.card.submit, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert asked.kind == "hand_weighted" and desk.progress.answers[-1].right
    assert desk.progress.reviews["hand_weighted"].due == date.today() + timedelta(3)


def test_export_and_reset(window: MainWindow, qtbot, tmp_path: Path) -> None:
    desk = window.progress_desk
    desk.keep(tmp_path / "progress.json")
    miss(qtbot, window, "mask_cells")
    box = desk.open(window.look)
    assert "0 of 1 answered rightly" in box.texts()[1]
    desk.export(tmp_path / "copy.json")
    assert json.loads((tmp_path / "copy.json").read_text("utf-8"))["answers"][-1]["kind"] == "mask_cells"
    qtbot.mouseClick(box.reset, Qt.MouseButton.LeftButton)
    assert "once more" in box.texts()[1] and desk.progress.answers
    qtbot.mouseClick(box.reset, Qt.MouseButton.LeftButton)
    assert not desk.progress.answers and box.rows() == []
    desk.export(tmp_path / "none" / "here" / "copy.json")
    assert (tmp_path / "none" / "here" / "copy.json").exists()
    box.close()


def test_a_damaged_file_is_left_alone(window: MainWindow, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "progress.json"
    path.write_text("{", encoding="utf-8")
    window.progress_desk.keep(path)
    assert "cannot be read" in window.status_text()
    miss(qtbot, window, "mask_cells")
    window.close()
    assert path.read_text(encoding="utf-8") == "{"
