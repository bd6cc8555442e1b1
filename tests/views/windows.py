"""What tests of the real window share: a small model behind it, and hands and eyes of a learner."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from tutor.engine import families, models
from tutor.engine.live import LiveTrace
from tutor.engine.program import Program
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import batch_of_ids
from tutor.engine.trace import Cancelled, Trace
from tutor.engine.weights import random_weights
from tutor.views.badge import axis_label
from tutor.views.linktext import LinkText
from tutor.views.main_window import MainWindow
from tutor.work import Handle, Request, Run

LONG_MS = 60_000
NO_MODIFIER = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

#: Sizes that differ from one another, so that no axis is mistaken for another; no tokenizer.
SPEC = ModelSpec(
    "small", "decoder_only", d_model=12, n_heads=3, d_head=4, n_layers=1, d_mlp=20, d_vocab=29, n_ctx=32, norm="post",
    final_norm=False, positions="sinusoidal", activation="relu", bias=True, seed=5,
)  # fmt: skip


def live(*lengths: int, **changes: object) -> Trace:
    """A run of random ids through a small model; one of two texts reads targets that are two tokens longer."""
    spec = replace(SPEC, **changes)  # type: ignore[arg-type]
    program = families.program(spec)
    rng = np.random.default_rng(3)
    rows = [rng.integers(1, spec.d_vocab, length).tolist() for length in lengths or (5,)]
    batch = batch_of_ids(None, rows, spec.n_ctx, spec.d_vocab)
    target = None
    if len(program.streams) > 1:
        longer = [rng.integers(1, spec.d_vocab, length + 2).tolist() for length in lengths or (5,)]
        target = batch_of_ids(None, longer, spec.n_ctx, spec.d_vocab)
    return LiveTrace(program, spec, random_weights(program, 1, spread=True), batch, "cpu", target=target)


@lru_cache(maxsize=4)
def weights(program: Program, seed: int) -> dict[str, np.ndarray]:
    return random_weights(program, seed)


class Small:
    """Runs sentences through a model with the article's tokens and few features. It remembers what it was asked.

    With `hold()` a run waits until it is let go or cancelled.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.ended: list[str] = []
        self.started, self.let_go = threading.Event(), threading.Event()
        self.let_go.set()

    def hold(self) -> None:
        self.started.clear()
        self.let_go.clear()

    def __call__(self, request: Request, job: Handle) -> Run:
        self.requests.append(request)
        self.started.set()
        try:
            job.progress(0.1)
            while not self.let_go.wait(0.005):
                if job.cancelled():
                    raise Cancelled
            run = self._run(request)
        except BaseException as error:
            self.ended.append(type(error).__name__)
            raise
        self.ended.append("done")
        return run

    def _run(self, request: Request) -> Run:
        model = models.find(request.model, request.layers)
        batch = model.batch(request.texts)
        spec = replace(model.spec, d_model=12, n_heads=3, d_head=4, d_mlp=20)
        program = families.program(spec)
        return Run(LiveTrace(program, spec, weights(program, spec.seed), batch, request.device), 0.001, request)


def settle(qtbot, window: MainWindow) -> None:
    """Wait until everything on screen is up to date."""
    while not window.is_settled():
        with qtbot.waitSignal(window.settled, timeout=LONG_MS):
            pass


def press(qtbot, key: Qt.Key | str, modifier: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    """A key, wherever the focus is."""
    focus = QApplication.focusWidget()
    assert focus is not None, "nothing has the focus"
    qtbot.keyClick(focus, key, modifier)


def step(qtbot, window: MainWindow, key: Qt.Key | str, modifier: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    press(qtbot, key, modifier)
    settle(qtbot, window)


def go(qtbot, window: MainWindow, path: str, level: str = "stage") -> None:
    window.session.go(path, level)
    settle(qtbot, window)


def type_sentence(qtbot, window: MainWindow, text: str) -> None:
    """Put a sentence into the box, in the place of what is there, as by the keyboard."""
    window.focus_sentence()
    qtbot.keyClick(window.sentence.box(), Qt.Key.Key_Delete)
    qtbot.keyClicks(window.sentence.box(), text)


def run_sentence(qtbot, window: MainWindow, text: str) -> None:
    type_sentence(qtbot, window, text)
    press(qtbot, Qt.Key.Key_Return, CTRL)
    settle(qtbot, window)


def click_cell(qtbot, window: MainWindow, row: int, col: int, part: int = -1) -> None:
    view = window.stage.equation
    part = part % len(view.parts())
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.cell_rect(part, row, col).center().toPoint())
    settle(qtbot, window)


def tokens_on_screen(window: MainWindow) -> list[str]:
    return [chip.text for row in window.strip._rows for chip in row]


def numbers_on_screen(window: MainWindow) -> np.ndarray:
    """The result's cells as the heat map holds them."""
    return window.stage.equation.parts()[-1].data.values


def said(axes) -> str:
    """The words of a shape badge."""
    return "Shape: " + ", ".join(f"{axis_label(axis.name)} {axis.size}" for axis in axes)


def labels(widget: QWidget) -> list[str]:
    """Every text that a pane shows in labels, those with links among them."""
    found = [*widget.findChildren(QLabel), *widget.findChildren(LinkText)]
    return [one.text() for one in found if one.text() and one.isVisibleTo(widget)]


def is_one_sentence(text: str) -> bool:
    """One line, begun with a capital or a number, and ended; names and numbers may hold points."""
    return bool(re.fullmatch(r"[^\s].*[.。?!]", text)) and "\n" not in text and not re.search(r"[.!?] [A-Z]", text)


def widget_named(window: QWidget, kind: type[QWidget], name: str) -> QWidget:
    """The one widget of a kind with this accessible name."""
    found = [one for one in window.findChildren(kind) if one.accessibleName() == name]
    assert len(found) == 1, [one.accessibleName() for one in window.findChildren(kind)]
    return found[0]


Opener = Callable[..., MainWindow]
