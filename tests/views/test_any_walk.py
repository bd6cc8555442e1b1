"""Any walk through the real window: whatever is pressed, clicked, dragged, run and resized, everything on screen speaks
of one and the same step, and each move can be undone."""

from __future__ import annotations

import os
from functools import lru_cache
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from windows import live, settle

from tutor import app
from tutor.engine.picture import choose
from tutor.engine.spec import Rope
from tutor.engine.trace import Trace
from tutor.session import OPERATION, STAGE
from tutor.views import present, style, theme, words

Key, Mod = Qt.Key, Qt.KeyboardModifier
#: Keys of moves: where they act and which they are.
KEYS = (
    (Key.Key_Period, Mod.NoModifier), (Key.Key_Comma, Mod.NoModifier), (Key.Key_PageDown, Mod.NoModifier),
    (Key.Key_PageUp, Mod.NoModifier), (Key.Key_F10, Mod.NoModifier), (Key.Key_F10, Mod.ShiftModifier),
    (Key.Key_F7, Mod.NoModifier), (Key.Key_F7, Mod.ShiftModifier), (Key.Key_Home, Mod.ControlModifier),
    (Key.Key_End, Mod.ControlModifier), (Key.Key_PageDown, Mod.ControlModifier), (Key.Key_PageUp, Mod.ControlModifier),
    (Key.Key_Left, Mod.NoModifier), (Key.Key_Right, Mod.NoModifier), (Key.Key_Up, Mod.NoModifier),
    (Key.Key_Down, Mod.NoModifier), (Key.Key_H, Mod.NoModifier),
)  # fmt: skip
MODELS = {
    "post-norm": {}, "pre-norm": {"norm": "pre", "final_norm": True, "n_layers": 2},
    "modern": {"norm": "pre", "norm_kind": "rms", "positions": "rotary", "rope": Rope(2), "n_kv_heads": 1,
               "gated": True, "activation": "silu", "final_norm": True, "bias": False},
    "two texts": {"family": "encoder_decoder"},
}  # fmt: skip
#: How many walks; each takes about a second.
EXAMPLES = int(os.environ.get("TUTOR_WALKS", "12"))


@lru_cache(maxsize=16)
def run(model: str, lengths: tuple[int, ...]) -> Trace:
    return live(*lengths, **MODELS[model])


class RealWalk(RuleBasedStateMachine):
    """The window is made once for each walk and closed at its end; `bench` is what pytest's fixtures give."""

    bench: SimpleNamespace

    @initialize(model=st.sampled_from(sorted(MODELS)))
    def begin(self, model):
        bench = self.bench
        settings_ = QSettings(str(bench.folder / "settings.ini"), QSettings.Format.IniFormat)
        self.window = app.make_window(bench.app, settings_, "light", "en")
        self.window.show()
        self.model = model
        self.session = self.window.session
        self.session.set_trace(run(model, (5, 3)))
        self.window.timeline.setFocus()
        self.settle()

    def teardown(self):
        if hasattr(self, "window"):
            self.window.close()
            self.window.deleteLater()
            del self.window, self.session

    def settle(self):
        settle(self.bench.qtbot, self.window)

    def undone(self, act):
        """The move, and that Ctrl+Z takes it back and Ctrl+Y makes it again."""
        one, before, made = self.session, self.session.place, len(self.session.moves)
        act()
        self.check_said()
        after = one.place
        if after == before:
            assert len(one.moves) == made
            return
        assert len(one.moves) == made + 1
        QTest.keyClick(self.window.timeline, Key.Key_Z, Mod.ControlModifier)
        self.check_said()
        assert one.place == before
        assert len(one.moves) == made
        QTest.keyClick(self.window.timeline, Key.Key_Y, Mod.ControlModifier)
        self.check_said()
        assert one.place == after

    # -- moves ---------------------------------------------------------------------------------------------------

    @rule(key=st.sampled_from(KEYS))
    def key(self, key):
        self.undone(lambda: QTest.keyClick(self.window.timeline, *key))

    @rule(notches=st.sampled_from([-2, -1, 1, 2]), blocks=st.booleans())
    def wheel(self, notches, blocks):
        line, point = self.window.timeline, QPointF(300, 30)
        event = QWheelEvent(
            point, QPointF(line.mapToGlobal(point.toPoint())), QPoint(), QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton, Mod.ShiftModifier if blocks else Mod.NoModifier, Qt.ScrollPhase.NoScrollPhase,
            False,
        )  # fmt: skip
        if abs(notches) == 1:
            self.undone(lambda: QApplication.sendEvent(line, event))
        else:
            QApplication.sendEvent(line, event)

    @rule(share=st.floats(0, 1))
    def chip(self, share):
        lane = self.window.timeline._lane
        box = lane.boxes[min(int(share * len(lane.boxes)), len(lane.boxes) - 1)]
        if lane.span[0] < box.center().x() < lane.span[1]:
            self.undone(lambda: QTest.mouseClick(self.window.timeline, Qt.MouseButton.LeftButton,
                                                 pos=box.center().toPoint()))  # fmt: skip

    @rule(data=st.data(), count=st.integers(1, 4))
    def drag(self, data, count):
        line, total = self.window.timeline, len(self.session.stops)
        stages = [data.draw(st.integers(0, total - 1)) for _ in range(count)]
        track = line._segments[line._overview.place(stages[0])[0]].track

        def act():
            points = [line._overview.place(stage)[1].center().toPoint() for stage in stages]
            QTest.mousePress(line, Qt.MouseButton.LeftButton, pos=points[0])
            for point in points[1:]:
                QTest.mouseMove(line, point)
                QApplication.processEvents()
            QTest.mouseRelease(line, Qt.MouseButton.LeftButton, pos=points[-1])

        self.undone(act)
        ended = line._segments[line._overview.place(self.session.stop.number)[0]].track
        assert ended == track, "a drag stays on its track"

    @rule(data=st.data(), level=st.sampled_from([STAGE, OPERATION]))
    def jump(self, data, level):
        path = data.draw(st.sampled_from([step.name for step in self.session.trace.program.steps]))
        self.undone(lambda: self.session.go(path, level))

    @rule(rows=st.floats(0, 0.99), columns=st.floats(0, 0.99))
    def click_a_cell(self, rows, columns):
        self.settle()
        view = self.window.stage.equation
        shape = view.parts()[-1].data.shape
        point = view.cell_rect(len(view.parts()) - 1, int(rows * shape[0]), int(columns * shape[1])).center().toPoint()
        if view.visibleRegion().contains(point):
            self.undone(lambda: QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=point))

    @rule(axis=st.sampled_from(["batch", "head"]), at=st.integers(0, 2))
    def select(self, axis, at):
        self.undone(lambda: self.session.select(axis, at))

    @precondition(lambda self: hasattr(self, "window"))
    @rule()
    def next_and_previous(self):
        before = self.session.cursor
        QTest.keyClick(self.window.timeline, Key.Key_Right)
        if self.session.cursor != before:
            QTest.keyClick(self.window.timeline, Key.Key_Left)
            assert self.session.cursor == before

    @rule(ticks=st.integers(0, 4))
    def play(self, ticks):
        before, player = self.session.place, self.window.player
        self.settle()
        player.play()
        for _ in range(ticks):
            self.settle()
            if player.playing():
                player.timer.stop()
                player.timer.timeout.emit()
        self.settle()
        player.pause()
        if self.session.place != before:
            self.session.undo_move()
            assert self.session.place == before

    # -- runs, models, windows -----------------------------------------------------------------------------------

    @rule(model=st.sampled_from(sorted(MODELS)), lengths=st.sampled_from([(5, 3), (2,), (4, 4)]))
    def another_run(self, model, lengths):
        before = self.session.cursor.path
        self.session.set_trace(run(model, lengths))
        assert self.session.cursor.path == (
            before if before in self.session.trace.program.by_name else self.session.stops[0].results[0].name
        )

    @rule(wide=st.integers(560, 1700), high=st.integers(420, 1000))
    def resize(self, wide, high):
        self.window.resize(wide, high)
        QApplication.processEvents()

    @rule(dark=st.booleans())
    def theme(self, dark):
        (self.window.look_desk.use_dark if dark else self.window.look_desk.use_light)()

    # -- what is always so ---------------------------------------------------------------------------------------

    def check_said(self):
        """What is said of the place, at once: also before its numbers are there."""
        window, one = self.window, self.session
        stop, path = one.stop, one.cursor.path
        assert one.inside or one.step in stop.results
        assert window.stage.tensor_name() == path
        assert window.stage.title() == present.step_title(one)
        assert words.stage(stop.stage.title) in window.timeline.value_text()
        assert window.timeline.accessibleDescription() == window.timeline.value_text()
        assert window.timeline.value() == stop.number
        chips = window.timeline._lane.chips
        assert (stop.steps.index(one.step) if one.inside else stop.number) in {chip.index for chip in chips}
        assert window.outline.tree().currentIndex().data() in (words.stage(stop.stage.title),
                                                               words.stage(stop.stage.title, inside=True))  # fmt: skip
        place = window.place_desk.where(window.stage_desk.ready())
        assert window.stage.state_text() == place
        assert place in window.status_text()
        shown = window.stage.equation.parts()
        if window.stage_desk.ready():
            assert shown[-1].data.title == path
        else:
            assert "computing" in place, "numbers of another step are never said to be this one's"

    @invariant()
    def label_and_tensor_are_of_one_step(self):
        if not hasattr(self, "window"):
            return
        self.settle()
        self.check_said()
        window, one = self.window, self.session
        path, trace = one.cursor.path, one.trace
        data = window.stage.equation.parts()[-1].data
        assert window.stage_desk.ready()
        axes = trace.shapes[path]
        rows, columns = choose(axes, one.step.op.picture == "alone")
        part = tuple(
            slice(None) if at in (rows, columns) else one.selection.of(axis) for at, axis in enumerate(axes)
        )  # fmt: skip
        stored = np.asarray(trace.read(path, part))
        assert np.array_equal(np.asarray(data.values).ravel(), stored.ravel(), equal_nan=True)
        model = window.stage.table.model()
        assert (model.rowCount(), model.columnCount()) == data.shape
        explained = window.inspector.explanation()
        assert (explained is None) == (one.cell is None)
        if one.cell is not None and explained is not None:
            assert path.endswith(explained.address.split("[")[0])
            assert explained.value == pytest.approx(float(trace.read(path, one.cell)), nan_ok=True)


def test_any_walk_through_the_real_window(qtbot, qapp, tmp_path, monkeypatch):
    small = SimpleNamespace(run=None)
    monkeypatch.setattr(app, "Engine", lambda: small)

    class Walk(RealWalk):
        bench = SimpleNamespace(qtbot=qtbot, app=qapp, folder=tmp_path)

    run_state_machine_as_test(Walk, settings=settings(
        max_examples=EXAMPLES, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),  # to make a found walk shorter would take minutes
    ))  # fmt: skip
    style.install(qapp, theme.apply(qapp, theme.LIGHT))
