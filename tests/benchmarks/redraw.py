"""How fast the window answers, against matplotlib drawing the same arrays in the same run.

    python -m pip install -e ".[bench]" && python -m tests.benchmarks.redraw

The window is the real one, at 1,280 × 800, on a model of 1,024 tokens: scores of 1,024 × 1,024 and logits of
1,024 × 50,257. Each time is from the key or the pointer's event to the end of painting the whole window; 95 of 100
are no longer than what is printed. matplotlib draws the same arrays with `imshow` on a canvas as large as our maps, so
it is compared with the drawing of our maps alone, by the processor's time, which other programs do not change. It ends
with exit status 1 where a budget or a ratio is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QEvent, QEventLoop, QPointF, QSettings, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from tutor import app, shots
from tutor.engine import families
from tutor.engine.live import MIB, LiveTrace
from tutor.engine.picture import Selection, picture
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import batch_of_ids
from tutor.engine.weights import random_weights
from tutor.session import OPERATION
from tutor.views import present
from tutor.views.main_window import MainWindow

TOKENS = 1024
SPEC = ModelSpec(
    "large", "decoder_only", d_model=256, n_heads=2, d_head=128, n_layers=2, d_mlp=1024, d_vocab=50257, n_ctx=TOKENS,
    positions="sinusoidal", bias=True, seed=7,
)  # fmt: skip


@dataclass
class Line:
    """One line of the report: times in milliseconds and their budget; where the peer does the same, the processor's
    time of both and the ratio that is wanted."""

    what: str
    times: list[float]
    budget: float
    own: list[float] | None = None
    peer: list[float] | None = None
    ratio: float = 0.0

    def worst(self) -> float:
        return float(np.percentile(self.times, 95))

    def faster(self) -> float | None:
        """How many times faster than the peer, by the medians of both."""
        return float(np.median(self.peer) / np.median(self.own)) if self.peer and self.own else None

    def missed(self) -> bool:
        faster = self.faster()
        return self.worst() > self.budget or (faster is not None and faster < self.ratio)

    def text(self) -> str:
        faster = self.faster()
        peer = f"{np.median(self.peer):8.0f} ms {faster:7.0f} ×" if self.peer and faster else " " * 21
        wanted = f"≥ {self.ratio:.0f} ×" if self.ratio else ""
        mark = "missed" if self.missed() else "✓"
        own = f"{self.worst():8.1f} ms  ≤ {self.budget:4.0f} ms {np.median(self.times):8.1f} ms"
        return f"{self.what:52} {own} {peer} {wanted:7} {mark}"


def trace() -> LiveTrace:
    """The model of the benchmark, run on random tokens."""
    program = families.program(SPEC)
    rng = np.random.default_rng(0)
    batch = batch_of_ids(None, [rng.integers(1, SPEC.d_vocab, TOKENS).tolist()], SPEC.n_ctx, SPEC.d_vocab)
    return LiveTrace(program, SPEC, random_weights(program, 1, spread=True), batch, "cpu", budget=3000 * MIB)


class Hands:
    """What a learner does to the window, timed to the end of painting."""

    def __init__(self, window: MainWindow, application: QApplication) -> None:
        self.window, self._app = window, application
        self._shown = self._explained = False
        window.stage_desk.shown.connect(self._see)

    def _see(self) -> None:
        self._shown = True

    def painted(self) -> None:
        """Let everything that is to be painted be painted."""
        self._app.sendPostedEvents()
        self._app.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    def timed(self, act: Callable[[], None], until: Callable[[], bool] = lambda: True) -> float:
        begun = time.perf_counter()
        act()
        while not until():
            self._app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 1000)
        self.painted()
        return (time.perf_counter() - begun) * 1000

    def settle(self) -> None:
        shots.wait_settled(self.window)
        self.painted()

    def go(self, path: str) -> float:
        """To a step, until it is on screen."""
        self._shown = False
        took = self.timed(lambda: self.window.session.go(path, OPERATION), lambda: self._shown)
        self.settle()
        return took

    def redraw(self, path: str) -> tuple[float, float]:
        """The maps alone, of a step laid out before: new ones in the place of those on screen, painted."""
        trace, view = self.window.session.trace, self.window.stage.equation
        assert trace is not None
        made = picture(trace, path, Selection())
        begun, busy = time.perf_counter(), time.thread_time()
        view.set_parts(*present.parts(trace, made))
        view.repaint()
        return (time.perf_counter() - begun) * 1000, (time.thread_time() - busy) * 1000

    def point(self, row: int, column: int) -> float:
        """The pointer to a cell of the result, until it is read out."""
        view = self.window.stage.equation
        place = view.cell_rect(len(view.parts()) - 1, row, column).center()
        return self.timed(lambda: self._move(view, place))

    def _move(self, view: object, place: QPointF) -> None:
        event = QMouseEvent(
            QEvent.Type.MouseMove, place, view.mapToGlobal(place), Qt.MouseButton.NoButton,  # type: ignore[attr-defined]
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        )  # fmt: skip
        QApplication.sendEvent(view, event)  # type: ignore[call-overload]

    def explain(self, index: tuple[int, ...]) -> float:
        """Pin a cell, until its working is on screen."""
        inspector = self.window.inspector
        before = inspector.explanation()
        took = self.timed(
            lambda: self.window.session.pin(index),
            lambda: inspector.explanation() is not None and inspector.explanation() is not before,
        )
        self.settle()
        return took

    def scroll(self, by: int, across: int) -> float:
        """A page of the table."""
        table = self.window.stage.table

        def act() -> None:
            table.verticalScrollBar().setValue(table.verticalScrollBar().value() + by)
            table.horizontalScrollBar().setValue(table.horizontalScrollBar().value() + across)

        return self.timed(act)


class Peer:
    """matplotlib drawing arrays side by side, on a canvas as large as our maps."""

    def __init__(self, wide: int, high: int) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self._make, self._canvas_of = Figure, FigureCanvasAgg
        self._inches = wide / 100, high / 100
        self._drawn: dict[tuple[tuple[int, ...], ...], tuple[object, list]] = {}

    def redraw(self, arrays: list[np.ndarray]) -> float:
        """New data into images that are there, and the canvas drawn."""
        shapes = tuple(array.shape for array in arrays)
        if shapes not in self._drawn:
            figure = self._make(figsize=self._inches, dpi=100)
            canvas = self._canvas_of(figure)
            axes = figure.subplots(1, len(arrays), squeeze=False)[0]
            images = [one.imshow(array, aspect="auto", cmap="RdBu_r") for one, array in zip(axes, arrays)]
            canvas.draw()
            self._drawn[shapes] = canvas, images
        canvas, images = self._drawn[shapes]
        busy = time.thread_time()
        for image, array in zip(images, arrays):
            image.set_data(array)
        canvas.draw()  # type: ignore[attr-defined]
        return (time.thread_time() - busy) * 1000


def arrays_of(trace: LiveTrace, path: str) -> list[np.ndarray]:
    made = picture(trace, path, Selection())
    return [np.asarray(panel.values) for panel in (*made.operands, made.result)]


def drawn(
    hands: Hands, peer: Peer | None, paths: Iterable[str], rounds: int
) -> tuple[list[tuple[float, float]], list[float]]:
    """Each step's maps drawn so many times, ours and the peer's by turns so that both meet the same machine."""
    ours: list[tuple[float, float]] = []
    theirs: list[float] = []
    trace = hands.window.session.trace
    assert isinstance(trace, LiveTrace)
    for _ in range(rounds):
        for path in paths:
            ours.append(hands.redraw(path))
            if peer is not None:
                theirs.append(peer.redraw(arrays_of(trace, path)))
    return ours, theirs


def measure(hands: Hands, peer: Peer | None, rounds: int) -> list[Line]:
    window = hands.window
    found = trace()
    window.session.set_trace(found)
    hands.settle()
    small = [step.name for step in found.program if step.section == "blocks.1" and step.op.kind != "Tokens"]
    giant = ["logits", "probs"]
    for path in (*small, *giant):  # everything is computed; nothing has been shown
        found[path]
    first_small = [hands.go(path) for path in small]
    first_giant = [hands.go(path) for path in giant]
    lines = [
        Line("a step of up to 1,024 × 1,024, the first time", first_small, 200),
        Line("a step of 1,024 × 50,257, the first time", first_giant, 1500),
    ]
    squares = [path for path in small if found.shapes[path][-1].size == TOKENS]
    lines.append(Line("next step, up to 1,024 × 1,024", [hands.go(path) for _ in range(rounds) for path in small], 50))
    times = [hands.go(path) for _ in range(2 * rounds) for path in (*giant, small[0])]
    lines.append(Line("next step, 1,024 × 50,257", [one for at, one in enumerate(times) if at % 3 != 2], 100))
    for paths, name, budget, ratio in ((squares, "1,024 × 1,024", 50, 10), (giant, "1,024 × 50,257", 100, 20)):
        ours, theirs = drawn(hands, peer, paths, rounds)
        walls, own = (list(one) for one in zip(*ours))
        lines.append(Line(f"its maps drawn, {name}", walls, budget, own, theirs or None, ratio))
    hands.go(small[1])
    rng = np.random.default_rng(1)

    def cell(path: str) -> tuple[int, ...]:
        return tuple(int(rng.integers(axis.size)) for axis in found.shapes[path])

    for path, name in (("blocks.1.attn.scores", "1,024 × 1,024"), ("logits", "1,024 × 50,257")):
        hands.go(path)
        lines.append(Line(f"pointer read-out, {name}", [hands.point(*cell(path)[-2:]) for _ in range(20 * rounds)], 16))
    for path in ("blocks.1.attn.scores", "blocks.1.attn.pattern", "blocks.1.mlp.pre", "blocks.1.ln2", "logits"):
        hands.go(path)
        where = [(0, *([0] * (len(found.shapes[path]) - 3)), *cell(path)[-2:]) for _ in range(5 * rounds)]
        lines.append(Line(f"working of a cell of {path.rsplit('.', 1)[-1]}", [hands.explain(one) for one in where], 50))
    hands.go("probs")
    where = [(0, *cell("probs")[-2:]) for _ in range(4 * rounds)]
    lines.append(Line("working of a cell of probs", [hands.explain(one) for one in where], 100))
    for path in ("blocks.1.attn.scores", "logits"):
        hands.go(path)
        window.session.pin(None)
        window.stage.show_view("table")
        hands.settle()
        times = [hands.scroll(17, 0 if at % 2 else 600) for at in range(10 * rounds)]
        lines.append(Line(f"a page of the table of {path.rsplit('.', 1)[-1]}", times, 50))
        window.stage.show_view("heat")
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5, help="how often everything is done")
    parser.add_argument("--alone", action="store_true", help="without matplotlib")
    options = parser.parse_args()
    qInstallMessageHandler(_quiet)
    application = app.make_app(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        settings = QSettings(f"{folder}/settings.ini", QSettings.Format.IniFormat)
        window = app.make_window(application, settings, "light", "en", 100)
        window.resize(1280, 800)
        window.show()
        hands = Hands(window, application)
        hands.settle()
        view = window.stage.equation
        peer = None if options.alone else Peer(view.width(), view.height())
        lines = measure(hands, peer, options.rounds)
        window.close()
    print(f"{'':52} {'95 %':>11}  {'budget':>9} {'median':>11} {'matplotlib':>11} {'faster':>9}")
    for line in lines:
        print(line.text())
    return int(any(line.missed() for line in lines))


def _quiet(kind: QtMsgType, context: object, message: str) -> None:
    """Qt's messages without the one the offscreen platform repeats for every size hint."""
    if "propagateSizeHints" not in message:
        print(message, file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
