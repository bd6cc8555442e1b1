"""Bookmarks, step codes and session files in the real window, by keys and clicks."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
from PySide6.QtCore import QLockFile, Qt
from PySide6.QtWidgets import QApplication, QLineEdit
from windows import (
    CTRL,
    SHIFT,
    Small,
    go,
    is_one_sentence,
    numbers_on_screen,
    press,
    run_sentence,
    settle,
    step,
    type_sentence,
)

from tutor import sessionfile, stepcode
from tutor.autosave import Autosave
from tutor.engine import models
from tutor.engine.changes import Switch
from tutor.places import Asked, Bookmark, Place
from tutor.sessionfile import SessionFile
from tutor.views.places_desk import PlacesDesk
from tutor.work import Request

Key = Qt.Key
SENTENCE = "Attention is all you need"
PATTERN, PROBS = "blocks.0.attn.pattern", "probs"


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


def finish(qtbot, window) -> None:
    """Until the disk is at rest and everything on screen is up to date."""
    qtbot.waitUntil(window.places._disk.is_idle, timeout=20_000)
    settle(qtbot, window)


def titles(window) -> list[str]:
    return [mark.title for mark in window.marks._marks]


# -- bookmarks ----------------------------------------------------------------------------------------------------


def test_a_stage_is_bookmarked_starred_and_found_again(qtbot, window):
    go(qtbot, window, PATTERN)
    window.session.select("head", 2)
    window.session.pin((0, 2, 3, 1))
    settle(qtbot, window)
    press(qtbot, Key.Key_B, CTRL)
    assert titles(window) == ["Block 0 · Softmax"]
    assert "Block 0 · Softmax" in window.status_text()
    stop = window.session.trace.program.stop_of(PATTERN)
    assert window.timeline._bookmarks == {stop.number}
    current = window.outline.tree().currentIndex()
    for index in (current, current.parent()):
        if index.isValid():
            assert "bookmarked" in index.data(Qt.ItemDataRole.AccessibleTextRole), "starred in the outline, too"
    go(qtbot, window, PROBS)
    qtbot.mouseClick(window.transport.button(window.actions_["bookmark"]), Qt.MouseButton.LeftButton)
    assert titles(window) == ["Block 0 · Softmax", "Output · Probabilities"]
    window.session.select("head", 0)
    step(qtbot, window, Key.Key_1, CTRL)
    assert (window.session.step.name, window.session.cell) == (PATTERN, (0, 2, 3, 1))
    assert window.stage.spin("head").value() == 2
    step(qtbot, window, Key.Key_2, CTRL)
    assert (window.session.step.name, window.session.cell) == (PROBS, None)
    press(qtbot, Key.Key_B, CTRL)
    assert titles(window) == ["Block 0 · Softmax"]
    assert window.timeline._bookmarks == {stop.number}
    assert not window.actions_["jump_2"].isVisible() and window.actions_["jump_1"].isVisible()
    assert window.actions_["jump_1"].text() == "Block 0 · Softmax"


def test_the_list_jumps_and_its_notes_are_written_with_the_keys(qtbot, window):
    go(qtbot, window, PATTERN)
    press(qtbot, Key.Key_B, CTRL)
    go(qtbot, window, PROBS)
    press(qtbot, Key.Key_B, CTRL)
    rows = window.marks.list()
    qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(rows.item(0)).center())
    settle(qtbot, window)
    assert window.session.step.name == PATTERN
    rows.setFocus()
    press(qtbot, Key.Key_Down)
    step(qtbot, window, Key.Key_Return)
    assert window.session.step.name == PROBS
    press(qtbot, Key.Key_F2)
    box = window.marks.note_box()
    assert isinstance(box, QLineEdit) and box.accessibleName()
    qtbot.keyClicks(box, "why so flat? .,th")
    qtbot.keyClick(box, Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.bookmarks.marks[1].note == "why so flat? .,th")
    assert window.session.step.name == PROBS, "what is typed into a note is no command"
    assert "why so flat?" in rows.item(1).data(Qt.ItemDataRole.AccessibleTextRole)
    qtbot.waitUntil(lambda: window.marks.note_box() is None)
    rows.setFocus()
    press(qtbot, Key.Key_Delete)
    assert titles(window) == ["Block 0 · Softmax"]
    go(qtbot, window, PROBS)
    press(qtbot, Key.Key_B, CTRL)
    assert window.session.bookmarks.marks[1].note == "why so flat? .,th", "set again, it has its note again"
    qtbot.mouseClick(window.marks._delete, Qt.MouseButton.LeftButton)
    assert len(window.session.bookmarks.marks) == 1


def test_a_place_keeps_its_view_unless_it_is_the_usual_one_of_its_step(qtbot, window):
    go(qtbot, window, PROBS)
    assert (window.stage.view(), window.places.place().view) == ("bars", "")
    window.stage.show_view("heat")
    press(qtbot, Key.Key_B, CTRL)
    assert window.session.bookmarks.marks[0].place.view == "heat"
    window.stage.show_view("bars")
    go(qtbot, window, PATTERN)
    assert (window.stage.view(), window.places.place().view) == ("heat", "")
    step(qtbot, window, Key.Key_1, CTRL)
    assert window.stage.view() == "heat"


def test_letters_in_the_list_are_commands(qtbot, window):
    press(qtbot, Key.Key_B, CTRL)
    window.marks.list().setFocus()
    step(qtbot, window, ".")
    assert window.session.stop.number == 1


def test_without_bookmarks_the_list_says_how_to_set_one(qtbot, window):
    assert not window.marks.list().isVisible()
    assert "Ctrl+B" in window.marks._hint.text() and window.marks._hint.isVisible()
    press(qtbot, Key.Key_B, CTRL)
    assert window.marks.list().isVisible() and not window.marks._hint.isVisible()


def test_bookmarks_stay_where_another_model_has_no_such_step(qtbot, window):
    window.desk._choose_layers(2)
    settle(qtbot, window)
    go(qtbot, window, "blocks.1.attn.pattern")
    press(qtbot, Key.Key_B, CTRL)
    window.desk._choose_layers(1)
    settle(qtbot, window)
    assert [mark.there for mark in window.marks._marks] == [False]
    assert window.timeline._bookmarks == frozenset()
    before = window.session.cursor
    step(qtbot, window, Key.Key_1, CTRL)
    assert window.session.cursor == before
    assert is_one_sentence(window.status_text()) and "blocks.1.attn.pattern" in window.status_text()


def test_a_bookmark_that_lies_outside_a_shorter_sentence_still_goes_to_its_step(qtbot, window):
    go(qtbot, window, PATTERN)
    window.session.pin((0, 0, 4, 4))
    settle(qtbot, window)
    press(qtbot, Key.Key_B, CTRL)
    run_sentence(qtbot, window, "need")
    go(qtbot, window, PROBS)
    step(qtbot, window, Key.Key_1, CTRL)
    assert (window.session.step.name, window.session.cell) == (PATTERN, None)
    assert "outside" in window.status_text()


# -- step codes ---------------------------------------------------------------------------------------------------


def test_a_step_code_opens_to_the_same_picture_in_another_window(qtbot, opened, window, small):
    go(qtbot, window, PATTERN)
    window.session.select("head", 2)
    window.session.pin((0, 2, 3, 1))
    settle(qtbot, window)
    seen = numbers_on_screen(window)
    press(qtbot, Key.Key_C, CTRL | SHIFT)
    code = QApplication.clipboard().text()
    assert code == (f"v1;model=article;text=Attention%20is%20all%20you%20need;step={PATTERN};head=2;cell=0,2,3,1")
    other = opened(small)
    press(qtbot, Key.Key_V, CTRL | SHIFT)
    finish(qtbot, other)
    assert (other.session.step.name, other.session.cell) == (PATTERN, (0, 2, 3, 1))
    assert other.sentence.text() == SENTENCE
    assert np.array_equal(numbers_on_screen(other), seen)


def test_several_sentences_blocks_and_an_operation_travel_in_a_code(qtbot, opened, window, small):
    window.start(Request(("Thinking", "Attention is all", "我喜欢"), "article", 2))
    settle(qtbot, window)
    window.session.select("batch", 2)
    go(qtbot, window, "blocks.1.ln2.var", "operation")
    press(qtbot, Key.Key_C, CTRL | SHIFT)
    other = opened(small)
    press(qtbot, Key.Key_V, CTRL | SHIFT)
    finish(qtbot, other)
    assert other.session.trace.batch.texts == ("Thinking", "Attention is all", "我喜欢")
    assert (other.session.cursor, other.session.selection) == (window.session.cursor, window.session.selection)
    assert other.sentence.text() == "我喜欢"


@pytest.mark.parametrize("text", ["", "hello", "v2;model=article;text=a", "v1;model=article;text=%zz",
                                  "v1;model=nowhere;text=a;step=probs"])  # fmt: skip
def test_a_clipboard_without_a_code_gets_one_sentence_and_all_stays(qtbot, window, text):
    before = window.session.trace
    QApplication.clipboard().setText(text)
    press(qtbot, Key.Key_V, CTRL | SHIFT)
    finish(qtbot, window)
    assert is_one_sentence(window.status_text()), window.status_text()
    assert window.session.trace is before


def test_a_code_for_a_step_that_is_not_there_runs_and_says_so(qtbot, window):
    QApplication.clipboard().setText("v1;model=article;text=you%20need;step=blocks.7.attn.z;cell=0,1")
    press(qtbot, Key.Key_V, CTRL | SHIFT)
    finish(qtbot, window)
    assert window.session.trace.batch.texts == ("you need",)
    assert "blocks.7.attn.z" in window.status_text() and is_one_sentence(window.status_text())


def test_ids_that_no_text_is_cut_into_travel_as_ids(qtbot, opened, tmp_path):
    code = "v1;model=article;text=x;ids=9,8,7;step=tokens"
    window = opened()
    window.places.start_code(code)
    finish(qtbot, window)
    assert window.session.trace.batch.real_ids == ((9, 8, 7),)
    press(qtbot, Key.Key_C, CTRL | SHIFT)
    asked, _ = stepcode.read(QApplication.clipboard().text())
    assert asked.ids == ((9, 8, 7),)
    type_sentence(qtbot, window, "you need")
    press(qtbot, Key.Key_Return, CTRL)
    settle(qtbot, window)
    assert window.session.trace.batch.texts == ("you need",), "the next run is of what was typed"


# -- session files ------------------------------------------------------------------------------------------------


def save(qtbot, window, path, monkeypatch) -> SessionFile:
    monkeypatch.setattr(PlacesDesk, "ask_save", lambda self: str(path))
    press(qtbot, Key.Key_S, CTRL | SHIFT)
    finish(qtbot, window)
    assert window.status_text() == f"Saved as {path.name}."
    return sessionfile.read(path)


def test_a_session_opens_to_the_same_picture_elsewhere(qtbot, opened, window, small, tmp_path, monkeypatch):
    go(qtbot, window, PROBS)
    press(qtbot, Key.Key_B, CTRL)
    window.session.bookmarks.note(0, "looks ahead")
    go(qtbot, window, PATTERN)
    window.session.select("head", 1)
    window.session.pin((0, 1, 4, 2))
    settle(qtbot, window)
    step(qtbot, window, "t")
    path = tmp_path / "lesson.tutor"
    saved = save(qtbot, window, path, monkeypatch)
    assert saved.hash.startswith("sha256:")
    assert "Attention" in path.read_text(encoding="utf-8")
    other = opened(small, look="dark", language="zh_CN", size=(1400, 900))
    monkeypatch.setattr(PlacesDesk, "ask_open", lambda self: str(path))
    other.actions_["open_session"].trigger()
    finish(qtbot, other)
    for one in (window, other):
        assert (one.session.step.name, one.session.cell, one.stage.view()) == (PATTERN, (0, 1, 4, 2), "table")
    assert other.session.seen() == window.session.seen()
    assert other.session.bookmarks.marks == (Bookmark(Place(PROBS), "looks ahead"),)
    assert np.array_equal(numbers_on_screen(other), numbers_on_screen(window))
    assert other.session.trace.where == window.session.trace.where
    assert other.places.state().asked == window.places.state().asked


def test_a_colour_scale_that_was_chosen_travels(qtbot, opened, window, small, tmp_path, monkeypatch):
    go(qtbot, window, "blocks.0.attn.scores")
    step(qtbot, window, "a")
    low_high = [(part.data.low, part.data.high) for part in window.stage.equation.parts()]
    path = tmp_path / "a.tutor"
    assert save(qtbot, window, path, monkeypatch).scales
    other = opened(small)
    other.open(path)
    finish(qtbot, other)
    assert [(part.data.low, part.data.high) for part in other.stage.equation.parts()] == low_high
    step(qtbot, other, "k")
    assert [(part.data.low, part.data.high) for part in other.stage.equation.parts()] != low_high


def test_a_session_of_other_weights_says_so_and_goes_there(qtbot, window, tmp_path):
    path = tmp_path / "a.tutor"
    sessionfile.write(path, SessionFile(Asked("article", texts=("you need",)), Place(PROBS), "sha256:" + "0" * 64))
    window.open(path)
    finish(qtbot, window)
    assert window.session.step.name == PROBS
    assert window.status_text() == "The weights of article are not those of the session: numbers may differ."


def test_a_session_whose_model_is_not_here_opens_what_it_can(qtbot, window, tmp_path):
    path = tmp_path / "a.tutor"
    marks = (Bookmark(Place(PATTERN), "here"),)
    sessionfile.write(path, SessionFile(Asked("no-such", texts=("you need",)), Place(PROBS), bookmarks=marks))
    before = window.session.trace
    window.open(path)
    finish(qtbot, window)
    assert "There is no model 'no-such'" in window.status_text() and is_one_sentence(window.status_text())
    assert window.session.trace is before
    assert window.sentence.text() == "you need"
    assert titles(window) == ["Block 0 · Softmax"]
    press(qtbot, Key.Key_Return, CTRL)
    settle(qtbot, window)
    assert window.session.step.name == PROBS, "once it is run through another model, the place is found"


@pytest.mark.parametrize("data, says", [
    (b"", "cut short or is no session file"),
    (b'{"format": "transformer-tutor-session/9"}', "newer version"),
    (b"[" * 9999, "cut short or is no session file"),
    (b"x" * (sessionfile.MOST + 1), "too large"),
    (b'{"format": "transformer-tutor-session/1"}', "damaged"),
])  # fmt: skip
def test_a_hostile_session_gets_one_sentence_and_all_stays(qtbot, window, tmp_path, data, says):
    path = tmp_path / "a.tutor"
    path.write_bytes(data)
    before = (window.session.trace, window.session.cursor, window.session.bookmarks.marks)
    window.open(path)
    finish(qtbot, window)
    assert says in window.status_text() and is_one_sentence(window.status_text())
    assert (window.session.trace, window.session.cursor, window.session.bookmarks.marks) == before


def test_saving_where_one_cannot_write_gets_one_sentence(qtbot, window, tmp_path, monkeypatch):
    monkeypatch.setattr(PlacesDesk, "ask_save", lambda self: str(tmp_path / "none" / "a.tutor"))
    press(qtbot, Key.Key_S, CTRL | SHIFT)
    finish(qtbot, window)
    assert "could not be written" in window.status_text()


def test_what_ifs_travel_through_their_own_part(qtbot, window, tmp_path, monkeypatch):
    taken = []
    window.places.join("changes", lambda: ({"set": "mask=off"},), lambda plain: taken.append(plain) or "One is new.")
    path = tmp_path / "a.tutor"
    assert save(qtbot, window, path, monkeypatch).asked.changes == ({"set": "mask=off"},)
    window.open(path)
    finish(qtbot, window)
    assert taken == [({"set": "mask=off"},)]
    assert window.status_text() == "One is new."


def test_a_run_with_what_ifs_opens_changed_in_another_window(qtbot, opened, window, small):
    go(qtbot, window, PATTERN)
    for key, value in (("mask", "off"), ("scale", "off")):
        window.session.changes.make(Switch(key, value))
        settle(qtbot, window)
    seen = numbers_on_screen(window)
    press(qtbot, Key.Key_C, CTRL | SHIFT)
    code = QApplication.clipboard().text()
    assert code.endswith(";set=mask%3Doff;set=scale%3Doff"), "as --set takes them"
    other = opened(small)
    press(qtbot, Key.Key_V, CTRL | SHIFT)
    finish(qtbot, other)
    assert np.array_equal(numbers_on_screen(other), seen)
    assert [one.text for one in other.session.changes.made] == ["mask=off", "scale=off"]
    other.places.start_code(code.partition(";set")[0])
    finish(qtbot, other)
    assert not other.session.changes.made and not np.array_equal(numbers_on_screen(other), seen)


@pytest.mark.parametrize("changes", [
    ({"set": "mask=never"},), ({"set": "wings=2"},), ({"set": "probs[9,9,9]=1"},), ({"change": "nothing"},),
    ({"x": 1},), ({"set": 3},),
])  # fmt: skip
def test_a_what_if_that_is_unknown_gets_one_sentence_and_the_run_is_as_it_is(qtbot, window, tmp_path, changes):
    path = tmp_path / "a.tutor"
    sessionfile.write(path, SessionFile(Asked("article", texts=("you need",), changes=changes), Place(PROBS)))
    window.open(path)
    finish(qtbot, window)
    assert is_one_sentence(window.status_text()), window.status_text()
    assert window.session.step.name == PROBS and not window.session.changes.made


def test_what_is_pinned_travels_also_from_another_sentence(qtbot, opened, window, small, tmp_path, monkeypatch):
    go(qtbot, window, PATTERN)
    window.session.select("head", 1)
    settle(qtbot, window)
    step(qtbot, window, "p")
    step(qtbot, window, "d")
    run_sentence(qtbot, window, "need is all you Attention")
    seen = [part.data.values for part in window.stage.equation.parts()]
    path = tmp_path / "a.tutor"
    save(qtbot, window, path, monkeypatch)
    other = opened(small)
    other.open(path)
    finish(qtbot, other)
    held = other.session.pins.held
    assert held.look.trace.batch.texts == (SENTENCE,) and held.look.path == PATTERN
    assert (other.session.pins.mode, other.places.place()) == ("difference", window.places.place())
    assert other.sentence.text() == "need is all you Attention"
    for mine, theirs in zip(other.stage.equation.parts(), seen, strict=True):
        assert np.array_equal(mine.data.values, theirs)


def test_a_pin_of_the_sessions_own_run_needs_no_second_one(qtbot, opened, window, small, tmp_path, monkeypatch):
    go(qtbot, window, "blocks.0.attn.scaled")
    step(qtbot, window, "p")
    path = tmp_path / "a.tutor"
    save(qtbot, window, path, monkeypatch)
    ran = len(small.requests)
    other = opened(small)
    other.open(path)
    finish(qtbot, other)
    assert len(small.requests) == ran + 1
    assert other.session.pins.held.look.trace is other.session.trace


@pytest.mark.parametrize("pin", [
    {}, {"run": 1, "place": {}}, {"run": {"model": "article", "texts": ["a"]}, "place": {"step": "probs"}, "mode": "x"},
    {"run": {"model": "nowhere", "texts": ["a"]}, "place": {"step": "probs"}},
    {"run": {"model": "article", "texts": ["you need"]}, "place": {"step": "blocks.9.z"}},
])  # fmt: skip
def test_a_pin_that_cannot_be_had_is_said_and_the_rest_opens(qtbot, window, tmp_path, pin):
    path = tmp_path / "a.tutor"
    sessionfile.write(path, SessionFile(Asked("article", texts=("you need",)), Place(PROBS), pins=(pin,)))
    window.open(path)
    finish(qtbot, window)
    assert window.session.step.name == PROBS and window.sentence.text() == "you need"
    assert window.status_text() == "What was pinned in the session could not be had again."


@pytest.mark.parametrize("step, sentence", [
    ("blocks.9.z", "This model has no step blocks.9.z: choose the model of that place."),
    (PROBS, "What was pinned in the session could not be had again."),
])  # fmt: skip
def test_what_could_not_be_had_is_still_said_once_the_what_ifs_are_made(qtbot, window, tmp_path, step, sentence):
    path = tmp_path / "a.tutor"
    asked = Asked("article", texts=("you need",), changes=({"set": "scale=off"},))
    sessionfile.write(path, SessionFile(asked, Place(step), pins=({},)))
    window.open(path)
    finish(qtbot, window)
    qtbot.waitUntil(lambda: bool(window.session.changes.made))
    settle(qtbot, window)
    assert window.status_text() == sentence


def test_several_heads_as_one_travel(qtbot, opened, window, small):
    go(qtbot, window, PATTERN)
    window.session.choose(window.session.selection.with_several("head", (0, 2)))
    settle(qtbot, window)
    press(qtbot, Key.Key_C, CTRL | SHIFT)
    assert ";several=head:0,2" in QApplication.clipboard().text()
    other = opened(small)
    press(qtbot, Key.Key_V, CTRL | SHIFT)
    finish(qtbot, other)
    assert other.session.selection.several == (("head", (0, 2)),)
    assert np.array_equal(numbers_on_screen(other), numbers_on_screen(window))


def test_a_run_of_another_sentence_voids_the_place_of_a_session(qtbot, window, tmp_path, small):
    path = tmp_path / "a.tutor"
    sessionfile.write(path, SessionFile(Asked("article", texts=("you need",)), Place(PROBS)))
    small.hold()
    window.open(path)
    qtbot.waitUntil(small.started.is_set)
    window.start(Request(("all is",), "article"))
    small.let_go.set()
    finish(qtbot, window)
    assert window.session.step.name == "tokens"


def test_recent_sessions_are_in_the_file_menu(qtbot, opened, window, small, tmp_path, monkeypatch):
    assert not window.recent.menu.isEnabled()
    for name in ("one.tutor", "two.tutor"):
        save(qtbot, window, tmp_path / name, monkeypatch)
    (tmp_path / "two.tutor").rename(tmp_path / "gone.tutor")
    go(qtbot, window, PROBS)
    other = opened(small)
    other.recent.refresh()
    assert [one.text() for one in other.recent.menu.actions()] == ["one.tutor"]
    other.recent.menu.actions()[0].trigger()
    finish(qtbot, other)
    assert other.session.step.name == "tokens" and other.sentence.text() == SENTENCE


# -- autosave -----------------------------------------------------------------------------------------------------


def rest(qtbot, window) -> None:
    """As if the learner rested for a while."""
    window.places._autosave._timer.setInterval(0)
    window.places._changed()
    qtbot.waitUntil(lambda: not window.places._autosave._timer.isActive())
    finish(qtbot, window)


def crash(window, folder) -> None:
    """The window is gone without closing: nothing was tidied up, and nobody holds its lock."""
    autosave = window.places._autosave
    data = autosave.path.read_bytes()
    path = autosave.path
    autosave.close()
    autosave.last.unlink()
    path.write_bytes(data)
    window.places._autosave = None


def test_after_a_crash_the_next_window_offers_to_go_back(qtbot, opened, window, small, tmp_path):
    window.places.keep(tmp_path / "sessions")
    assert not window.offer.isVisible()
    go(qtbot, window, PATTERN)
    press(qtbot, Key.Key_B, CTRL)
    rest(qtbot, window)
    crash(window, tmp_path)
    other = opened(small)
    other.places.keep(tmp_path / "sessions")
    assert other.offer.isVisible() and QApplication.activeModalWidget() is None, "a line, and no dialogue"
    other.start(Request(("something else",), "article"))
    settle(qtbot, other)
    qtbot.mouseClick(other.offer.button(), Qt.MouseButton.LeftButton)
    finish(qtbot, other)
    assert not other.offer.isVisible()
    assert other.session.step.name == PATTERN and other.sentence.text() == SENTENCE
    assert titles(other) == ["Block 0 · Softmax"]
    assert not other.places._autosave.recovered.exists(), "it is offered once"


def test_a_window_that_was_killed_is_found_out_by_its_lock(qtbot, window, tmp_path):
    """A process that ends without tidying up, for real: its lock and its file are still there."""
    script = (
        "import sys, time; from pathlib import Path; from PySide6.QtCore import QCoreApplication\n"
        "from tutor import sessionfile; from tutor.autosave import Autosave; from tutor.places import Asked, Place\n"
        "app = QCoreApplication([]); autosave = Autosave(Path(sys.argv[1]))\n"
        "kept = sessionfile.SessionFile(Asked('article', texts=('you need',)), Place('probs'))\n"
        "sessionfile.write(autosave.path, kept); print('written', flush=True); time.sleep(600)\n"
    )
    killed = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        assert killed.stdout.readline().strip() == "written"
        other = Autosave(tmp_path)
        assert other.path.name == "window-2.tutor" and not other.recovered.exists(), "it lives"
        other.close()
    finally:
        killed.kill()
        killed.communicate()
    assert (tmp_path / "window-1.lock").exists()
    window.places.keep(tmp_path)
    qtbot.mouseClick(window.offer.button(), Qt.MouseButton.LeftButton)
    finish(qtbot, window)
    assert window.session.step.name == PROBS and window.sentence.text() == "you need"


def test_what_is_not_wanted_back_is_not_offered_again(qtbot, opened, window, small, tmp_path):
    window.places.keep(tmp_path)
    go(qtbot, window, PROBS)
    rest(qtbot, window)
    crash(window, tmp_path)
    other = opened(small)
    other.places.keep(tmp_path)
    qtbot.mouseClick(other.offer.close_button(), Qt.MouseButton.LeftButton)
    assert not other.offer.isVisible()
    other.close()
    third = opened(small)
    third.places.keep(tmp_path)
    assert not third.offer.isVisible()


def test_a_damaged_file_of_a_crash_is_said_and_not_offered_again(qtbot, window, tmp_path):
    (tmp_path / "window-1.tutor").write_bytes(b"{")
    window.places.keep(tmp_path)
    qtbot.mouseClick(window.offer.button(), Qt.MouseButton.LeftButton)
    finish(qtbot, window)
    assert is_one_sentence(window.status_text())
    assert not window.places._autosave.recovered.exists()


def test_a_window_that_closes_leaves_its_last_place_and_no_offer(qtbot, opened, window, small, tmp_path):
    window.places.keep(tmp_path)
    go(qtbot, window, PROBS)
    window.close()
    assert sorted(one.name for one in tmp_path.iterdir() if one.suffix != ".ini") == ["last.tutor"]
    other = opened(small)
    other.places.keep(tmp_path)
    assert not other.offer.isVisible()
    other.recent.set_last(other.places.last())
    assert [one.text() for one in other.recent.menu.actions()] == ["Where you were last time"]
    other.recent.menu.actions()[0].trigger()
    finish(qtbot, other)
    assert other.session.step.name == PROBS


def test_two_windows_at_once_keep_apart(qtbot, opened, window, small, tmp_path):
    window.places.keep(tmp_path)
    go(qtbot, window, PROBS)
    rest(qtbot, window)
    other = opened(small)
    other.places.keep(tmp_path)
    assert not other.offer.isVisible(), "the first window is alive"
    assert other.places._autosave.path != window.places._autosave.path
    assert json.loads(window.places._autosave.path.read_text(encoding="utf-8"))["place"]["step"] == PROBS


def test_nothing_is_written_that_was_written_already(qtbot, window, tmp_path):
    window.places.keep(tmp_path)
    go(qtbot, window, PROBS)
    rest(qtbot, window)
    path = window.places._autosave.path
    path.unlink()
    rest(qtbot, window)
    assert not path.exists()


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(qtbot, window, tmp_path):
    (tmp_path / "file").write_text("x", encoding="utf-8")
    window.places.keep(tmp_path / "file")
    step(qtbot, window, ".")
    assert window.places._autosave.path is None
    assert window.session.stop.number == 1


def test_the_lock_of_a_dead_process_is_nobodys(tmp_path, qapp):
    lock = QLockFile(str(tmp_path / "window-1.lock"))
    (tmp_path / "window-1.lock").write_text("999999999\npython\nnowhere-else\n", encoding="utf-8")
    del lock
    (tmp_path / "window-1.tutor").write_text("{}", encoding="utf-8")
    autosave = Autosave(tmp_path)
    assert autosave.path is not None
    autosave.close()


def test_a_checkpoint_of_training_travels_with_its_step(qtbot, opened):
    steps = models.steps_of("storyteller")
    window = opened()
    window.start(Request(("Tom met Lily",), f"storyteller@{steps[0]}"))
    settle(qtbot, window)
    assert window.places.asked().model == f"storyteller@{steps[0]}"
    press(qtbot, Key.Key_C, CTRL | SHIFT)
    assert f"model=storyteller@{steps[0]};" in QApplication.clipboard().text()


def test_a_target_that_the_model_wrote_is_written_again_and_one_that_was_given_is_told(qtbot, opened):
    window = opened()
    window.start(Request(("The cat sleeps.",), "translator"))
    settle(qtbot, window)
    assert window.places.asked() == Asked("translator", texts=("The cat sleeps.",))
    window.start(Request(("The cat sleeps.",), "translator", targets=("猫 睡",)))
    settle(qtbot, window)
    asked = window.places.asked()
    assert asked.targets == ("猫 睡",)
    seen = window.session.trace.target.real_ids
    other = opened()
    other.places.start_code(stepcode.write(asked, Place("tokens")))
    finish(qtbot, other)
    assert other.session.trace.target.real_ids == seen
    assert other.sentence.target() == "猫 睡"


