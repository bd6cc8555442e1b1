"""`shots`: pictures of the window at every stage and in every state, offscreen."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from PySide6.QtCore import QEventLoop, QSettings, QTimer, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from tutor import app, work
from tutor.engine.axes import Axes
from tutor.session import OPERATION
from tutor.views.main_window import MainWindow

_WAIT_MS = 120_000
#: Sentences of unequal length, one with characters that fall into bytes.
UNEQUAL = ("我喜欢机器学习", "Thinking Machines", "Attention is all you need")


def wait_settled(window: MainWindow, limit_ms: int = _WAIT_MS) -> bool:
    """Let the window work until everything on screen is up to date. Returns whether it got there."""
    if not window.is_settled():
        loop = QEventLoop()
        window.settled.connect(loop.quit)
        limit = QTimer()
        limit.setSingleShot(True)
        limit.timeout.connect(loop.quit)
        limit.start(limit_ms)
        loop.exec()
    return window.is_settled()


class Unwritable(Exception):
    """A picture could not be written; the message is one sentence with the mend."""


class Camera:
    """Takes pictures of one window into one folder."""

    def __init__(self, window: MainWindow, folder: Path) -> None:
        self.window, self.folder, self.taken = window, folder, 0

    def shoot(self, name: str) -> None:
        """Raises Unwritable."""
        QApplication.processEvents()
        path = self.folder / f"{name}.png"
        if not self.window.grab().save(str(path)):
            raise Unwritable(f"{path.name} could not be written: free some space or choose another place.")
        self.taken += 1

    def go(self, path: str, level: str = "stage", row: int = 5, column: int = 5) -> None:
        """Go to a step and pin a cell of it."""
        session = self.window.session
        session.go(path, level)
        wait_settled(self.window)
        assert session.trace is not None
        session.pin(_cell(session.trace.shapes[path], row, column))
        wait_settled(self.window)


def _cell(axes: Axes, row: int, column: int) -> tuple[int, ...]:
    """A cell in the last two axes, kept inside them; the first entry of the others."""
    wanted = [0] * max(0, len(axes) - 2) + [row, column][-len(axes) :]
    return tuple(min(at, axis.size - 1) for at, axis in zip(wanted, axes))


def run(options: argparse.Namespace, size: tuple[int, int]) -> int:
    """Write the pictures. Returns the exit status."""
    request = app.request(options, tuple(options.text or ()))
    options.folder.mkdir(parents=True, exist_ok=True)
    qInstallMessageHandler(_quiet)
    application = app.make_app(sys.argv[:1])
    settings = QSettings(str(options.folder / ".settings.ini"), QSettings.Format.IniFormat)
    settings.setFallbacksEnabled(False)
    window = app.make_window(
        application, settings, options.theme or "light", options.language or "en", options.font
    )  # fmt: skip
    window.resize(*size)
    window.show()
    window.session.changes.begin(options.changes)
    camera = Camera(window, options.folder)
    try:
        problem = _take(camera, request, options)
    except Unwritable as error:
        problem = str(error)
    window.close()
    if problem:
        print(problem, file=sys.stderr)
        return 2
    print(f"{camera.taken} pictures in {options.folder}")
    return 0


def _take(camera: Camera, request: work.Request, options: argparse.Namespace) -> str:
    """All pictures. Returns what is wrong with the request, "" for nothing."""
    window = camera.window
    if options.states:
        camera.shoot("00-empty")
    window.start(request)
    if options.states:
        window.show_progress()
        camera.shoot("00-starting")
    if not wait_settled(window) or window.session.trace is None:
        return window.sentence.problem() or window.status_text()
    for stop in window.session.stops:
        path = stop.results[0].name
        if not options.only or any(part in path for part in options.only):
            camera.go(path)
            camera.shoot(f"{stop.number + 1:02d}-{stop.stage.key}")
    if options.states:
        _states(camera, request)
    return ""


def _states(camera: Camera, request: work.Request) -> None:
    """States beyond a stage with a pinned cell."""
    window = camera.window
    trace = window.session.trace
    assert trace is not None
    named = {step.op.kind: step.name for step in reversed(trace.program.steps)}
    camera.go(named["Softmax"])
    window.toggle_table()
    camera.shoot("30-table")
    window.toggle_table()
    camera.go(named["Normalize"], OPERATION)
    camera.shoot("31-operation")
    window.start(work.Request(UNEQUAL, request.model, request.layers, request.device, request.budget))
    wait_settled(window)
    camera.go(named["Mask"], row=2, column=4)
    camera.shoot("32-bytes")
    window.session.select("batch", 1)
    camera.go(named["Softmax"], row=1, column=0)
    window.session.select("batch", 1)
    wait_settled(window)
    camera.shoot("33-pads")
    for name, text in (("34-error", "a bell \u0007 rings"), ("35-too-long", "word " * 400)):
        window.sentence.set_text(text)
        window.desk.run()
        wait_settled(window)
        camera.shoot(name)
    window.sentence.set_text(UNEQUAL[1])
    window.desk.run()
    window.show_progress()
    camera.shoot("36-busy")
    wait_settled(window)


def _quiet(kind: QtMsgType, context: object, message: str) -> None:
    """Qt's messages without the one the offscreen platform repeats for every size hint."""
    if "propagateSizeHints" not in message:
        print(message, file=sys.stderr)
