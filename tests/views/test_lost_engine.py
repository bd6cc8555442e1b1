"""The window on an engine in a process of its own: walked, cancelled, killed, started again, closed."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from windows import (
    CTRL,
    LONG_MS,
    SHIFT,
    click_cell,
    go,
    is_one_sentence,
    numbers_on_screen,
    press,
    run_sentence,
    settle,
    type_sentence,
)

from tests.engine.samples import spec
from tutor import app
from tutor.engine import families, models
from tutor.engine.changes import Cell, Head
from tutor.engine.live import LiveTrace
from tutor.engine.remote import RemoteTrace
from tutor.engine.weights import random_weights, save_model
from tutor.engine_process import EngineProcess
from tutor.views import errors
from tutor.work import Request

TEXT = "Tom met Lily"
KILLED = "The engine was ended from outside, perhaps for want of memory: start it again."


@pytest.fixture(scope="module")
def engine() -> Iterator[EngineProcess]:
    made = EngineProcess()
    made.start()
    yield made
    made.close()


@pytest.fixture
def window(qtbot, opened, engine):
    if engine.look() is not None:
        engine.start_again()
    window = opened(engine=engine)
    window.start(Request((TEXT,), device="cpu"))
    settle(qtbot, window)
    assert isinstance(window.session.trace, RemoteTrace), window.status_text()
    yield window
    window.session.changes.reset()


@pytest.fixture(scope="module")
def local() -> LiveTrace:
    model = models.find()
    return LiveTrace(model.program, model.spec, model.weights(), model.batch([TEXT]), "cpu")


def pid(engine: EngineProcess) -> int:
    return engine._remote._asker._process.pid


def kill(qtbot, window, engine: EngineProcess) -> None:
    """End it as the system does where memory runs out; the window finds out by itself."""
    os.kill(pid(engine), signal.SIGKILL)
    qtbot.waitUntil(lambda: not window.lost.isHidden(), timeout=LONG_MS)


def test_the_walk_shows_its_numbers(qtbot, window, local) -> None:
    for path in ("embed", "blocks.0.attn.q", "blocks.2.attn.pattern", "blocks.3.resid_post", "probs"):
        go(qtbot, window, path)
        values = window.stage_desk.picture().result.values
        expected = local[path]
        assert np.array_equal(values, expected[(0,) * (expected.ndim - 2)])
        assert np.array_equal(numbers_on_screen(window), values)
    click_cell(qtbot, window, 1, 2)
    shown = window.inspector.explanation()
    assert shown is not None and shown.value == float(local["probs"][window.session.cell])
    assert window.lost.isHidden() and "cpu" in window._status.right()


def test_a_what_if_is_made_compared_and_taken_back(qtbot, window, local) -> None:
    change = Head("blocks.1.attn", 2)
    window.session.changes.make(change)
    settle(qtbot, window)
    changes = window.session.changes
    assert changes.made.items == (change,) and changes.run.origin is changes.original
    differs = {name for name, differs in changes.differs.items() if differs}
    assert "blocks.1.attn.z" in differs and "blocks.1.attn.scores" not in differs
    go(qtbot, window, "blocks.1.attn.z")
    window.session.select("head", 2)
    settle(qtbot, window)
    assert not numbers_on_screen(window).any()
    window.session.changes.reset()
    settle(qtbot, window)
    assert np.array_equal(numbers_on_screen(window), local["blocks.1.attn.z"][0, 2])


def test_a_trace_of_it_is_saved_and_a_step_code_copied(qtbot, window, tmp_path, local) -> None:
    path = tmp_path / "t.safetensors"
    window.desk.save(window.session.trace, path)
    settle(qtbot, window)
    assert path.is_file(), window.status_text()
    go(qtbot, window, "blocks.1.attn.scores")
    window.places.copy_code()
    settle(qtbot, window)
    assert "step=blocks.1.attn.scores" in QApplication.clipboard().text()
    window.open(path)
    settle(qtbot, window)
    assert window.session.trace.where == "saved"
    assert np.array_equal(window.session.trace["probs"], local["probs"])


@pytest.fixture(scope="module")
def long(tmp_path_factory) -> Request:
    """A run of several seconds, in many steps."""
    made = spec(n_layers=400, name="long")
    folder = tmp_path_factory.mktemp("long")
    save_model(folder, made, random_weights(families.program(made), 1))
    return Request(("",), str(folder), device="cpu", ids=((1, 2, 3),))


def test_a_run_is_cancelled_at_once_and_the_next_one_runs(qtbot, window, engine, long) -> None:
    before, trace = pid(engine), window.session.trace
    with qtbot.waitSignal(window.desk.progressed, timeout=LONG_MS):
        window.start(long)
    assert window.desk.busy()
    begun = time.monotonic()
    window.escape()
    assert not window.desk.busy()
    settle(qtbot, window)
    assert time.monotonic() - begun < 5, "nobody waits for the engine to come back"
    assert window.session.trace is trace, "what was on screen stays"
    window.start(Request((TEXT,), device="cpu"))
    settle(qtbot, window)
    assert window.session.trace is not trace and pid(engine) == before


def test_a_killed_engine_is_said_in_one_sentence_and_started_again_at_the_same_place(
    qtbot, window, engine, local
) -> None:
    change = Cell("blocks.0.attn.scores", (0, 1, 2, 1), 2.0)
    window.session.changes.make(change)
    settle(qtbot, window)
    go(qtbot, window, "blocks.2.attn.pattern")
    window.session.select("head", 1)
    settle(qtbot, window)
    click_cell(qtbot, window, 2, 1)
    window.places.toggle()
    settle(qtbot, window)
    place, numbers, marks = window.session.place, numbers_on_screen(window), len(window.session.bookmarks.marks)
    run, original, before = window.session.changes.run, window.session.changes.original, pid(engine)
    kill(qtbot, window, engine)
    assert window.lost.text() == window.status_text() == KILLED and is_one_sentence(KILLED)
    assert np.array_equal(numbers_on_screen(window), numbers), "what is on screen stays"
    engine._remote.kept.clear()
    press(qtbot, Qt.Key.Key_Period)  # the window goes on, though there are no numbers
    settle(qtbot, window)
    assert window.status_text() == KILLED and window.session.cursor.path == "blocks.2.attn.z"
    assert window.stage.state_text().startswith("not computed · ")
    window.session.undo_move()
    settle(qtbot, window)
    button = window.lost.button()
    assert button.isEnabled() and button.focusPolicy() & Qt.FocusPolicy.TabFocus
    press(qtbot, Qt.Key.Key_E, CTRL | SHIFT)
    settle(qtbot, window)
    assert pid(engine) != before and window.lost.isHidden()
    assert window.status_text() == "The engine runs again, and everything is as it was."
    assert window.session.place == place and len(window.session.bookmarks.marks) == marks
    assert window.sentence.text() == TEXT
    changes = window.session.changes
    assert (changes.run, changes.original, changes.made.items) == (run, original, (change,))
    assert np.array_equal(numbers_on_screen(window), numbers)
    shown = window.inspector.explanation()
    assert shown is not None and shown.value == float(run["blocks.2.attn.pattern"][window.session.cell])
    window.what_if.next_view()  # the original is there again too
    settle(qtbot, window)
    assert np.array_equal(numbers_on_screen(window), local["blocks.2.attn.pattern"][0, 1])


def test_a_run_that_was_lost_is_run_again(qtbot, window, engine, long) -> None:
    with qtbot.waitSignal(window.desk.progressed, timeout=LONG_MS):
        window.start(long)
    os.kill(pid(engine), signal.SIGKILL)
    settle(qtbot, window)
    assert not window.desk.busy() and window.status_text() == KILLED
    window.start(Request(("Tom",), device="cpu"))  # another one is wanted: that starts it by itself
    settle(qtbot, window)
    assert window.lost.isHidden() and window.session.trace.batch.texts == ("Tom",)
    with qtbot.waitSignal(window.desk.progressed, timeout=LONG_MS):
        window.desk.extend(2, window.continue_desk.rules())
    engine.kill()
    settle(qtbot, window)
    if window.lost.isHidden():  # it was quicker
        kill(qtbot, window, engine)
    window.lost.button().click()
    settle(qtbot, window)
    assert window.lost.isHidden() and window.session.trace.batch.n_pos >= 1
    assert window.session.trace["probs"].shape[1] == window.session.trace.batch.n_pos


def test_a_what_if_that_was_lost_is_made(qtbot, window, engine) -> None:
    change = Head("blocks.1.attn", 0, "uniform")
    os.kill(pid(engine), signal.SIGSTOP)  # so that it is under way
    window.session.changes.make(change)
    assert window.what_if.busy()
    os.kill(pid(engine), signal.SIGKILL)
    settle(qtbot, window)
    assert not window.session.changes.made and not window.lost.isHidden()
    window.lost.button().click()
    settle(qtbot, window)
    assert window.session.changes.made.items == (change,)
    assert window.session.changes.differs["blocks.1.attn.pattern"]


def test_one_that_hangs_is_replaced(qtbot, window, engine, local) -> None:
    os.kill(pid(engine), signal.SIGSTOP)
    engine._remote.kept.clear()
    window.session.go("blocks.3.mlp.pre")
    assert not window.is_settled()
    window.actions_["start_again"].trigger()
    settle(qtbot, window)
    assert np.array_equal(numbers_on_screen(window), local["blocks.3.mlp.pre"][0])
    assert window.lost.isHidden()


def test_starting_again_can_be_cancelled(qtbot, window, engine) -> None:
    go(qtbot, window, "blocks.3.mlp.post")
    numbers = numbers_on_screen(window)
    kill(qtbot, window, engine)
    window.lost.button().click()
    qtbot.waitUntil(lambda: engine._remote.lost is None, timeout=LONG_MS)  # it is under way
    assert window.engine_desk.busy()
    window.escape()
    assert not window.engine_desk.busy()
    settle(qtbot, window)
    assert np.array_equal(numbers_on_screen(window), numbers)
    go(qtbot, window, "blocks.2.mlp.post")  # it comes when it is needed
    assert window.stage_desk.ready() and window.lost.isHidden()
    kill(qtbot, window, engine)  # and the next loss is told as the first
    window.lost.button().click()
    window.escape()  # at once: it may not even have begun
    settle(qtbot, window)
    qtbot.waitUntil(lambda: window.lost.isHidden() == (engine._remote.lost is None), timeout=LONG_MS)


def test_the_offer_can_be_closed_and_comes_with_the_next_loss(qtbot, window, engine) -> None:
    kill(qtbot, window, engine)
    window.lost.close_button().click()
    assert window.lost.isHidden()
    run_sentence(qtbot, window, "Tom")
    assert window.session.trace.batch.texts == ("Tom",)
    kill(qtbot, window, engine)


def test_in_chinese(qtbot, window, engine) -> None:
    window.actions_["chinese"].trigger()
    qtbot.waitUntil(lambda: window.actions_["run"].text() == "运行", timeout=LONG_MS)
    kill(qtbot, window, engine)
    said = window.lost.text()
    assert "引擎" in said and said == window.status_text()
    assert errors.known(KILLED)
    window.actions_["english"].trigger()
    qtbot.waitUntil(lambda: window.lost.text() == KILLED, timeout=LONG_MS)


def test_a_window_without_such_a_process_offers_nothing(qtbot, opened) -> None:
    window = opened()
    action = window.actions_["start_again"]
    assert not action.isVisible() and not action.isEnabled()
    window.engine_desk.start_again()
    assert window.lost.isHidden() and window.runner.is_idle()


def test_closing_while_it_computes_is_quick_and_leaves_no_process(qtbot, opened, long) -> None:
    own = EngineProcess()
    window = opened(engine=own)
    with qtbot.waitSignal(window.desk.progressed, timeout=LONG_MS):
        window.start(long)
    child = own._remote._asker._process
    begun = time.monotonic()
    window.close()
    own.close()
    assert time.monotonic() - begun < 5
    assert child.has_ended()


def test_the_process_is_started_once_the_window_shows_what_it_opens_on(qtbot, opened) -> None:
    own = EngineProcess()
    window = opened(engine=own)
    app.start_soon(window, own)
    assert own._remote._asker._process is None
    path = app.resources.path("traces", f"{models.DEFAULT}.safetensors")
    window.open(path)
    qtbot.waitUntil(lambda: own._remote._asker._process is not None, timeout=LONG_MS)
    assert window.session.trace.where == "saved" and window.stage_desk.ready()
    type_sentence(qtbot, window, "Tom")
    window.close()
    own.close()


@pytest.mark.skipif(sys.platform == "win32", reason="asks the system for open files")
def test_nothing_of_it_is_left() -> None:
    assert not [name for name in os.listdir("/dev/shm") if "tutor" in name or name.startswith("psm_")]
