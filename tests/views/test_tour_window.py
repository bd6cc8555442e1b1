"""Guided tours and lessons for a class in the real window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from tests.views.windows import LONG_MS, go, press, settle
from tutor import work
from tutor.lessons import tour
from tutor.lessons.tour import NAMES
from tutor.views.main_window import MainWindow

SENTENCE = 'One day, Tom met Lily in the park. "Hi, Lily," said'


@pytest.fixture
def window(opened, qtbot) -> MainWindow:
    made = opened()
    made.start(work.Request((SENTENCE,), "storyteller", device="cpu"))
    settle(qtbot, made)
    return made


@pytest.mark.parametrize("name,command", [*zip(NAMES, ("tour_first", "tour_translator", "tour_article"))])
def test_a_tour_leads_through_every_stop(window: MainWindow, qtbot, name: str, command: str) -> None:
    window.make_part("curtain")
    window.quiz_desk.turn(True)
    window.actions_[command].trigger()
    settle(qtbot, window)
    found = tour.shipped(name, "en")
    assert window.session.trace is not None and window.session.trace.spec.name == found.model
    card = window.tour_card
    for at, stop in enumerate(found.stops):
        assert card.isVisible() and card.count() == f"{at + 1} of {len(found.stops)}"
        assert window.session.cursor.path == stop.step and window.session.inside == stop.inside
        assert window.session.cell == stop.cell
        assert dict(stop.at).items() <= dict(window.session.selection.at).items()
        assert card.text() == tour.words(stop, window.session.trace)
        assert window.card.isHidden()  # no question stands in the way of a tour
        press(qtbot, Qt.Key.Key_Return)
        settle(qtbot, window)
    assert card.isHidden() and not window.tours.on()


def test_back_leave_and_again(window: MainWindow, qtbot) -> None:
    window.tours.offer_first()
    window.tours.first()
    settle(qtbot, window)
    assert not window.offer.isVisible()  # what is offered has begun
    press(qtbot, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert window.tours.at() == 1
    press(qtbot, Qt.Key.Key_Backspace)
    settle(qtbot, window)
    assert window.tours.at() == 0
    press(qtbot, Qt.Key.Key_Escape)
    settle(qtbot, window)
    assert window.tour_card.isHidden()
    window.tours.first()  # repeatable; its sentence is on screen, so nothing runs
    assert window.tour_card.isVisible()
    window.session.next()
    settle(qtbot, window)
    assert window.tour_card.isVisible()  # whoever looks round finds the way on
    qtbot.mouseClick(window.tour_card.next, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.session.cursor.path == tour.shipped("first", "en").stops[1].step


def test_another_sentence_ends_it_and_the_language_changes_it(window: MainWindow, qtbot) -> None:
    window.tours.first()
    settle(qtbot, window)
    english = window.tour_card.text()
    window.languages.use("zh_CN")
    qtbot.waitUntil(lambda: window.tour_card.text() not in ("", english), timeout=LONG_MS)
    assert window.tour_card.text() == tour.words(tour.shipped("first", "zh_CN").stops[0], window.session.trace)
    window.start(work.Request(("Tom met Lily.",), "storyteller", device="cpu"))
    settle(qtbot, window)
    assert window.tour_card.isHidden()


def test_the_first_tour_is_offered_once(window: MainWindow, qtbot) -> None:
    window.tours.offer_first()
    assert window.offer.isVisible() and "tour" in window.offer.text()
    qtbot.mouseClick(window.offer.close_button(), Qt.MouseButton.LeftButton)
    assert str(window._settings.value("tour_offered")) == "yes"
    window.tours.offer_first()
    assert not window.offer.isVisible()
    window._settings.remove("tour_offered")
    window.tours.offer_first()
    qtbot.mouseClick(window.offer.button(), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.tour_card.isVisible()


def lesson(qtbot, window: MainWindow, path: Path) -> None:
    """Two bookmarks with notes, a question at the second."""
    for at, (step, note) in enumerate((("blocks.0.resid_pre", "Look at {this}."), ("blocks.1.attn.scaled", ""))):
        go(qtbot, window, step)
        window.places.toggle()
        window.session.bookmarks.note(at, note)
    box = window.class_desk.open(window.look)
    assert box is not None
    assert [row for row, _, _ in box.picked()] == [0, 1] and "scale_row" in box.kinds(1)
    box.name.setText("Scaling")
    box.pick(1, True, "scale_row")
    window.class_desk.save(path)
    settle(qtbot, window)
    assert path.name in box.told()
    box.close()


def test_a_lesson_for_a_class_opens_with_its_run(window: MainWindow, qtbot, tmp_path: Path) -> None:
    path = tmp_path / "scaling.safetensors"
    lesson(qtbot, window, path)
    window.start(work.Request(("a cat",), "article", device="cpu"))
    settle(qtbot, window)
    window.open(path)
    settle(qtbot, window)
    assert window.session.trace is not None and window.session.trace.where == "saved"
    assert window.tour_card.isVisible() and window.tour_card.text() == "Look at {this}."
    assert window.tour_card.count() == "1 of 2"
    qtbot.mouseClick(window.tour_card.next, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.session.cursor.path == "blocks.1.attn.scaled"
    assert window.card.isVisible() and window.gate.isVisible()
    window.presenting.enter(whole_screen=False)
    settle(qtbot, window)
    window.presenting.reveal()
    settle(qtbot, window)
    assert not window.gate.isVisible() and window.card.told()


def test_a_lesson_needs_a_stop_and_a_place(window: MainWindow, qtbot, tmp_path: Path) -> None:
    box = window.class_desk.open(window.look)
    assert box is not None and not box.save.isEnabled() and "Ctrl+B" in box.told()
    box.close()
    go(qtbot, window, "blocks.1.attn.scaled")
    window.places.toggle()
    box = window.class_desk.open(window.look)
    assert box is not None
    box.pick(0, False)
    window.class_desk.save(tmp_path / "x.safetensors")
    assert "at least one" in box.told() and not (tmp_path / "x.safetensors").exists()
    box.pick(0, True)
    window.class_desk.save(tmp_path / "none" / "x.safetensors")
    settle(qtbot, window)
    assert "could not be written" in box.told()
    box.close()


def test_a_damaged_lesson_shows_its_trace(window: MainWindow, qtbot, tmp_path: Path) -> None:
    from tutor.engine import saved

    path = tmp_path / "bad.safetensors"
    saved.save(window.session.trace, path, lesson="{")
    window.open(path)
    settle(qtbot, window)
    assert window.session.trace is not None and window.session.trace.where == "saved"
    assert "cannot be read" in window.status_text() and window.tour_card.isHidden()
