"""Nothing is left of a window that was closed, and no call takes a reference it does not give back."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from types import SimpleNamespace

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QSettings, QTimer
from PySide6.QtWidgets import QApplication
from windows import Small, go, live, settle

from tutor import app
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import theme
from tutor.views.equation import EquationView
from tutor.views.heatdata import Map, Part
from tutor.views.overview import Segment
from tutor.views.timeline import Timeline
from tutor.work import Request


def deliver() -> None:
    for _ in range(2):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()


def opened_run_and_closed(qtbot, qapp, folder) -> list[weakref.ref]:
    """What there was, as weak references."""
    settings = QSettings(str(folder / "settings.ini"), QSettings.Format.IniFormat)
    window = app.make_window(qapp, settings, "light", "en")
    window.show()
    window.start(Request(("Attention is all you need", "One more")))
    settle(qtbot, window)
    for path in ("blocks.0.attn.scores", "blocks.0.resid_post", "tokens"):
        go(qtbot, window, path)
        window.session.pin((0,) * len(window.session.trace.shapes[path]))
        settle(qtbot, window)
        window.grab()
    window.look_desk.use_chinese()
    QApplication.processEvents()
    settle(qtbot, window)
    window.look_desk.use_dark()
    window.languages.use("en")
    parts = [window, window.session, window.runner, window.stage.equation, window.timeline, window.inspector,
             window.session.trace]  # fmt: skip
    window.close()
    window.deleteLater()
    return [weakref.ref(one) for one in parts]


@pytest.fixture
def small(monkeypatch) -> Small:
    """A small model in place of the engine."""
    one = Small()
    monkeypatch.setattr(app, "Engine", lambda: SimpleNamespace(run=one))
    return one


def test_five_windows_one_after_the_other_leave_nothing(qtbot, qapp, tmp_path, small):
    threads = set(threading.enumerate())
    for _ in range(5):
        left = opened_run_and_closed(qtbot, qapp, tmp_path)
        deliver()
        alive = [type(one()).__name__ for one in left if one() is not None]
        assert alive == [], "something still refers to them"
    theme.apply(qapp, theme.LIGHT)
    tops = [one for one in QApplication.topLevelWidgets() if type(one).__name__ == "MainWindow"]
    assert tops == []
    assert set(threading.enumerate()) <= threads | {t for t in threading.enumerate()
                                                    if isinstance(t, threading._DummyThread)}  # fmt: skip
    for kind in (QTimer, Runner, Session):
        running = [one for one in gc.get_objects() if type(one) is kind and shiboken6.isValid(one)]
        assert running == [], kind


def test_nothing_is_left_of_a_window_closed_during_a_run(qtbot, qapp, tmp_path, small):
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    window = app.make_window(qapp, settings, "light", "en")
    small.hold()
    window.show()
    window.start(Request(("Never shown",)))
    qtbot.waitUntil(small.started.is_set)
    left = weakref.ref(window)
    window.close()
    window.deleteLater()
    assert small.ended == ["Cancelled"]
    del window
    deliver()
    assert left() is None


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from 3.12 on")
def test_no_call_takes_a_reference_to_none(qtbot):
    """A version of PySide6 that loses one with each call ends the process after some thousand of them."""
    session = Session()
    session.set_trace(live(5, 3))
    look = theme.LIGHT
    view, line = EquationView(look), Timeline(look)
    for widget in (view, line):
        qtbot.addWidget(widget)
        widget.resize(600, 240)
    stops = session.stops
    line.set_segments([Segment("All", 0, len(stops))])
    line.set_stage_titles([stop.stage.title for stop in stops])
    data = Map(session.trace["blocks.0.attn.scores"][0, 0])
    seen = []
    session.moved.connect(lambda: seen.append(1))
    deliver()
    before = sys.getrefcount(None)
    calls = 0
    while calls < 20_000:
        session.next() if session.stop.number < len(stops) - 1 else session.first()
        line.set_stage(session.stop.number)
        line.setToolTip(session.cursor.path)
        view.set_pinned((calls % 5, 1))
        view.update()
        view.resize(600 + calls % 3, 240)
        calls += 6
        if calls % 600 == 0:
            view.set_parts([Part(data, session.cursor.path)])
            view.grab()
            line.grab()
    assert len(seen) > 3000
    lost = before - sys.getrefcount(None)
    seen.clear()
    assert lost <= 1000, f"{lost} references to None were taken by {calls} calls"
