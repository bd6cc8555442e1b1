"""Experiments inside lessons, in the real window on the real engine: moved, read, cancelled, and made again."""

from __future__ import annotations

import gc
import threading
import time
import weakref
from collections.abc import Mapping
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QDoubleSpinBox, QSpinBox
from windows import Small, go, press, run_sentence, settle

from tests.lessons.labs import Free
from tutor import app
from tutor.engine import models, saved
from tutor.engine.live import LiveTrace
from tutor.engine.trace import Cancelled
from tutor.lab import RunLab
from tutor.lessons import lesson, texts
from tutor.lessons.experiment import (
    Bars,
    Choice,
    Control,
    Curves,
    Experiment,
    Fact,
    Focus,
    Grid,
    Lab,
    Map,
    Number,
    Result,
    Said,
    Seed,
    Series,
    Settings,
    Toggle,
    Unfit,
    Value,
)
from tutor.lessons.experiments import every
from tutor.views import theme
from tutor.views.experiment_controls import Controls, Steps, fitted
from tutor.views.experiment_panel import ExperimentPanel
from tutor.views.experiment_words import Says, number, table
from tutor.views.theme import LIGHT
from tutor.work import Request

Key = Qt.Key
TEXT = "Attention is all you need"
NAME = "why-scale"
KEY = "made_for_tests"


class Made(Experiment):
    """Every kind of control and of plot, from the run on screen. It can be held, and remembers what it was asked."""

    key = KEY

    def __init__(self) -> None:
        self.asked: list[dict[str, Value]] = []
        self.focus: list[Focus] = []
        self.ended: list[str] = []
        self.let_go = threading.Event()
        self.let_go.set()
        self.why = ""

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        heads = lab.trace.spec.n_heads
        return (
            Number("size", 8, 1, 256, log=True), Number("share", 0.5, 0, 2, step=0.1, whole=False),
            Number("head", 0, 0, heads - 1), Choice("way", ("up", "down"), "up"), Toggle("loud"), Seed(),
        )  # fmt: skip

    def run(self, lab: Lab, settings: Settings) -> Result:
        self.asked.append(dict(settings))
        self.focus.append(lab.focus)
        if self.why:
            raise Unfit(self.why)
        try:
            lab.progress(0.25)
            while not self.let_go.wait(0.005):
                lab.progress(0.5)
        except Cancelled:
            self.ended.append("cancelled")
            raise
        self.ended.append("done")
        pattern = lab.trace["blocks.0.attn.pattern"][lab.focus.row, int(settings["head"])]
        n = len(pattern)
        size = float(settings["size"])
        x = np.array([1.0, 4.0, 16.0, 64.0, 256.0])
        grey = np.zeros(pattern.shape, bool)
        grey[0] = True
        return Result(
            plots=(
                Curves("growth", x, (Series(Said("first"), x * size), Series("second", x[::-1] * 1.0, "dashed"),
                                     Series(Said("line"), x, "reference")), True, True, 16.0, Said("here")),
                Bars("shares", tuple(str(one) for one in range(n)), (Series(Said("first"), pattern[-1]),)),
                Map("map", pattern, tuple(f"r{at}" for at in range(n)), tuple(f"c{at}" for at in range(n)),
                    "probability", grey, "attn.pattern"),
                Grid("grid", ("name", Said("first")), (("a", 1.5), ("b", -2))),
            ),
            claim=settings["way"] == "up", verdict=Said("yes" if settings["way"] == "up" else "no", {"size": size}),
            facts=(Fact("largest", float(pattern.max()), "attn.pattern"), Fact("count", n)),
            notes=(Said("note", {"n": n}),), settings=settings,
        )  # fmt: skip


WORDS: Mapping[str, Mapping[str, object]] = {
    language: {
        "title": f"Made {language}", "about": "For tests.",
        "controls": {one: f"{one} {language}" for one in ("size", "share", "head", "way", "loud", "seed")},
        "options": {"up": f"Up {language}"},
        "plots": {one: f"{one} {language}" for one in ("growth", "shares", "map", "grid")},
        "axes": {"growth_x": "d_k", "growth_y": "y"},
        "words": {one: f"{one} {language}" for one in ("first", "line", "here")},
        "facts": {"largest": f"Largest {language}", "count": "Count"},
        "verdicts": {"yes": f"Yes {language} {{size:.1f}}.", "no": f"No {language} {{size:.1f}}."},
        "notes": {"note": "There are {n}."}, "unfit": {"far": f"Not here {language}."},
    }
    for language in texts.LANGUAGES
}  # fmt: skip


@pytest.fixture
def made(monkeypatch):
    """The experiment, in the place of the first of a lesson."""
    one = Made()
    monkeypatch.setitem(every(), KEY, one)
    known = texts.experiment

    def worded(key: str, language: str) -> Mapping[str, object]:
        return WORDS[language] if key == KEY else known(key, language)

    monkeypatch.setattr(texts, "experiment", worded)
    held = {}
    for language in texts.LANGUAGES:
        head = f"---\ntitle: Made {language}\nkind: why\nnumber: 6\nstages: scale\nexperiments: {KEY}\n---\n"
        text = f"{head}Words {language}, and [there](experiment:{KEY}).\n\n::experiment {KEY}\n\nThe end."
        held[language] = {"why-made": lesson.parse(text, "why-made.md")}
    monkeypatch.setattr(lesson, "lessons", lambda language: held[language])
    return one


@pytest.fixture
def window(qtbot, opened, made):
    one = opened(Small())
    one.start(Request((TEXT,), "article"))
    settle(qtbot, one)
    go(qtbot, one, "blocks.0.attn.scaled")
    one.stage.equation.setFocus()
    press(qtbot, "y")
    QApplication.processEvents()
    settle(qtbot, one)
    return one


def panel(window, key: str = KEY) -> ExperimentPanel:
    found = window.teaching.desk.page.reader.panels()[key]
    assert isinstance(found, ExperimentPanel)
    return found


def expected(window, made: Made, **settings: Value) -> Result:
    """What the experiment says when it is asked directly."""
    lab = RunLab(window.session.trace, None, Focus(), lambda request, job: None, Free())  # type: ignore[arg-type,return-value]
    return made.run(lab, {**made.defaults(lab), **settings})


def numbers_of(view) -> list[list[str]]:
    return [[view.item(row, column).text() for column in range(view.columnCount())] for row in range(view.rowCount())]


def test_all_kinds_of_plots_are_shown_and_their_numbers_are_in_tables(window, made):
    result = expected(window, made)
    blocks = panel(window).blocks()
    assert len(blocks) == 4
    for block, plot in zip(blocks, result.plots):
        told = table(plot, Says(KEY, "en"))
        assert numbers_of(block.values()) == [
            [one if isinstance(one, str) else number(one) for one in row] for row in told.rows
        ]
        assert block.values().columnCount() == len(told.heads)
    growth = blocks[0].drawn()
    assert [told for *_, told in growth.points()] == [
        f"{label}: {number(float(x))} → {number(float(y))}"
        for label, series in (("first en", result.plots[0].series[0]), ("second", result.plots[0].series[1]))
        for x, y in zip(result.plots[0].x, series.y)
    ]
    assert np.array_equal(blocks[2].drawn().parts()[0].data.values, result.plots[2].values)
    assert panel(window).verdict().good()
    assert panel(window).verdict().text.text() == "Yes en 8.0."


def test_a_slider_moved_by_keys_asks_the_engine_and_shows_new_numbers(qtbot, window, made):
    view = panel(window)
    before = numbers_of(view.blocks()[0].values())
    slider = view.controls.slider("size")
    slider.setFocus()
    press(qtbot, Key.Key_Right)
    settle(qtbot, window)
    assert made.asked[-1]["size"] == 16
    after = expected(window, made, size=16)
    assert numbers_of(view.blocks()[0].values()) != before
    assert [row[1] for row in numbers_of(view.blocks()[0].values())] == [number(float(y)) for y in
                                                                          after.plots[0].series[0].y]  # fmt: skip
    box = view.controls.box("size")
    assert isinstance(box, QDoubleSpinBox) and box.value() == 16
    box.stepBy(1)
    settle(qtbot, window)
    assert made.asked[-1]["size"] == 32 and slider.value() == 5


def test_every_control_changes_what_is_asked_and_reset_brings_it_back(qtbot, window, made):
    controls = panel(window).controls
    assert controls.settings() == made.asked[0]
    assert not controls.reset_button().isEnabled()
    for key, change, value in (
        ("share", lambda box: box.setValue(1.2), 1.2), ("head", lambda box: box.setValue(2), 2),
        ("way", lambda box: box.setCurrentIndex(1), "down"), ("loud", lambda box: box.setChecked(True), True),
    ):  # fmt: skip
        change(controls.box(key))
        settle(qtbot, window)
        assert made.asked[-1][key] == pytest.approx(value) if isinstance(value, float) else made.asked[-1][key] == value
    assert isinstance(controls.box("way"), QComboBox) and controls.box("way").itemText(0) == "Up en"
    assert controls.box("way").itemText(1) == "down"
    assert isinstance(controls.box("loud"), QCheckBox)
    assert not panel(window).verdict().good()
    assert panel(window).verdict().text.text() == "No en 8.0."
    qtbot.mouseClick(controls.draw_button(), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert isinstance(controls.box("seed"), QSpinBox)
    assert made.asked[-1]["seed"] == 8
    qtbot.mouseClick(controls.reset_button(), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert controls.settings() == made.asked[0] and panel(window).verdict().good()


def test_what_takes_long_shows_progress_can_be_cancelled_and_asked_for_again(qtbot, window, made):
    view = panel(window)
    made.let_go.clear()
    view.controls.slider("size").setValue(6)
    qtbot.waitUntil(lambda: view.stop_button().isVisible(), timeout=5000)
    qtbot.waitUntil(lambda: view.progress().value() == 50, timeout=5000)
    assert view.is_greyed() and view.blocks(), "the last result stays, greyed"
    qtbot.mouseClick(view.stop_button(), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert made.ended[-1] == "cancelled"
    assert view.problem().startswith("The experiment was cancelled.")
    assert not view.is_greyed() and not view.stop_button().isVisible()
    made.let_go.set()
    view._problem.followed.emit(view._problem.links()[0])
    settle(qtbot, window)
    assert made.asked[-1]["size"] == 64 and view.problem() == ""
    assert view.verdict().text.text() == "Yes en 64.0."


def test_esc_cancels_what_shows_its_progress(qtbot, window, made):
    view = panel(window)
    made.let_go.clear()
    view.controls.slider("size").setValue(6)
    qtbot.waitUntil(lambda: view.stop_button().isVisible(), timeout=5000)
    press(qtbot, Key.Key_Escape)
    settle(qtbot, window)
    assert made.ended[-1] == "cancelled"
    made.let_go.set()


def test_while_a_slider_is_dragged_the_newest_wins(qtbot, window, made):
    view = panel(window)
    made.let_go.clear()
    slider = view.controls.slider("size")
    slider.setSliderDown(True)
    for at in (4, 5, 6, 7):
        slider.setValue(at)
    made.let_go.set()
    settle(qtbot, window)
    assert made.asked[-1]["size"] == 128
    assert len(made.asked) <= 4, "what was wanted in between is not computed"
    assert view.result().settings["size"] == 128


def test_a_step_does_not_wait_for_an_experiment(qtbot, window, made):
    made.let_go.clear()
    panel(window).controls.slider("size").setValue(6)
    qtbot.waitUntil(lambda: made.asked[-1]["size"] == 64, timeout=5000)
    begun = time.monotonic()
    window.session.go("blocks.0.attn.scores")
    qtbot.waitUntil(lambda: window.stage_desk.ready(), timeout=5000)
    assert time.monotonic() - begun < 4
    assert made.ended[-1] == "cancelled"
    made.let_go.set()
    settle(qtbot, window)


def test_another_run_is_asked_again_and_the_chosen_settings_stay(qtbot, window, made):
    panel(window).controls.box("head").setValue(2)
    settle(qtbot, window)
    before = panel(window).result().fact("count")
    run_sentence(qtbot, window, "Another sentence that is somewhat longer than the one before it was")
    assert made.asked[-1]["head"] == 2
    assert panel(window).result().fact("count") == window.session.trace.batch.n_pos != before


def test_nothing_is_computed_while_no_lesson_is_shown(qtbot, window, made):
    window.right.show_page("inspector")
    asked = len(made.asked)
    run_sentence(qtbot, window, "Another one")
    assert len(made.asked) == asked
    window.right.show_page("lesson")
    settle(qtbot, window)
    assert len(made.asked) == asked + 1


def test_an_experiment_that_does_not_fit_says_so_in_one_sentence(qtbot, window, made):
    made.why = "far"
    panel(window).controls.box("loud").setChecked(True)
    settle(qtbot, window)
    assert panel(window).problem() == "Not here en."
    made.why = ""
    panel(window).controls.box("loud").setChecked(False)
    settle(qtbot, window)
    assert panel(window).problem() == ""


def test_facts_and_maps_lead_to_their_tensor(qtbot, window, made):
    links = panel(window).facts().links()
    assert [one.name for one in links] == ["blocks.0.attn.pattern"]
    panel(window).facts().followed.emit(links[0])
    settle(qtbot, window)
    assert window.session.cursor.path == "blocks.0.attn.pattern"
    go(qtbot, window, "blocks.0.attn.scaled")
    drawn = panel(window).blocks()[2].drawn()
    qtbot.mouseClick(drawn, Qt.MouseButton.LeftButton, pos=drawn.cell_rect(0, 1, 1).center().toPoint())
    settle(qtbot, window)
    assert window.session.cursor.path == "blocks.0.attn.pattern"


def test_grey_cells_look_other_than_they_would(window, made):
    drawn = panel(window).blocks()[2].drawn()
    place = drawn.cell_rect(0, 0, 0).center().toPoint()
    grey = drawn.grab().toImage().pixelColor(place * drawn.devicePixelRatio())
    object.__setattr__(drawn.plot(), "greyed", None)
    assert drawn.grab().toImage().pixelColor(place * drawn.devicePixelRatio()) != grey


def test_points_are_read_with_the_arrow_keys_and_the_pointer(qtbot, window, made):
    drawn = panel(window).blocks()[0].drawn()
    drawn.setFocus()
    press(qtbot, Key.Key_Right)
    assert drawn.cursor_words() == drawn.points()[0][2] == drawn.accessibleDescription()
    press(qtbot, Key.Key_Left)
    assert drawn.cursor_words() == drawn.points()[-1][2]
    x, y, told = drawn.points()[2]
    place = drawn.mapFromScene(drawn.getPlotItem().getViewBox().mapViewToScene(QPointF(x, y)))
    event = QMouseEvent(QMouseEvent.Type.MouseMove, QPointF(place), drawn.mapToGlobal(QPointF(place)),
                        Qt.MouseButton.NoButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)  # fmt: skip
    drawn.mouseMoveEvent(event)
    assert drawn.cursor_words() == told


def test_another_language_and_theme_dress_everything(qtbot, window, made):
    window.look_desk.use_chinese()
    QApplication.processEvents()
    settle(qtbot, window)
    view = panel(window)
    assert view.blocks()[0].title() == "growth zh_CN"
    assert view.verdict().text.text() == "Yes zh_CN 8.0."
    assert view.controls.box("way").itemText(0) == "Up zh_CN"
    window.look_desk.use_dark()
    QApplication.processEvents()
    for block in view.blocks()[:2]:
        ground = block.drawn().grab().toImage().pixelColor(2, 2)
        assert ground == window.look_desk.theme.pane


def test_values_are_copied_for_other_programs_and_saved(window, made, tmp_path, monkeypatch):
    block = panel(window).blocks()[3]
    block.copy_values()
    assert QApplication.clipboard().text() == "name\tfirst en\na\t1.5\nb\t-2\n"
    monkeypatch.setattr(block, "_ask", lambda title, ending: tmp_path / f"x.{ending}")
    block.save_values()
    assert (tmp_path / "x.csv").read_text() == "name,first en\na,1.5\nb,-2\n"
    first = panel(window).blocks()[0]
    monkeypatch.setattr(first, "_ask", lambda title, ending: tmp_path / f"y.{ending}")
    first.save_picture()
    assert (tmp_path / "y.png").stat().st_size > 1000


def test_a_link_scrolls_to_the_experiment(qtbot, window, made):
    window.resize(1280, 600)
    QApplication.processEvents()
    reader = window.teaching.desk.page.reader
    link = next(lead for text in reader.texts() for lead in text.links() if lead.target.kind == "experiment")
    window.teaching.desk.follow(link)
    assert panel(window).controls.isAncestorOf(QApplication.focusWidget())


@pytest.mark.parametrize(
    ("control", "values"),
    [
        (Number("a", 4, 1, 256, log=True), [1, 2, 4, 8, 16, 32, 64, 128, 256]),
        (Number("a", 0.5, 0, 2, step=0.5, whole=False), [0, 0.5, 1, 1.5, 2]),
        (Number("a", 3, 2, 5), [2, 3, 4, 5]),
    ],
)
def test_steps_of_a_slider(control, values):
    steps = Steps(control)
    assert [steps.value(at) for at in range(steps.last + 1)] == pytest.approx(values)
    assert [steps.at(one) for one in values] == list(range(len(values)))


def test_settings_are_fitted_to_the_controls():
    controls = (Number("a", 4, 1, 8), Choice("b", ("x", "y"), "x"), Toggle("c"), Seed())
    wrong = {"a": 99, "b": "z", "c": 1, "seed": -3, "d": 5}
    assert fitted(controls, wrong) == {"a": 8, "b": "x", "c": False, "seed": 0}
    odd = {"a": float("nan"), "b": "y", "c": True, "seed": 9}
    assert fitted(controls, odd) == {**odd, "a": 4}


def test_a_wheel_over_a_box_scrolls_the_lesson(qtbot, made):
    view = Controls(LIGHT, Says(KEY, "en"))
    qtbot.addWidget(view)
    view.set_controls((Number("size", 8, 1, 256, log=True),), {"size": 8})
    told: list[object] = []
    view.changed.connect(told.append)
    for box in (view.box("size"), view.slider("size")):
        event = QWheelEvent(QPointF(5, 5), QPointF(5, 5), QPoint(0, 0), QPoint(0, 120), Qt.MouseButton.NoButton,
                            Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False)  # fmt: skip
        QApplication.sendEvent(box, event)
        assert not event.isAccepted()
    assert told == []


def test_nothing_is_left_of_a_window_with_plots(qtbot, qapp, tmp_path, made, monkeypatch):
    monkeypatch.setattr(app, "Engine", lambda: SimpleNamespace(run=Small()))
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    left = []
    for _ in range(2):
        window = app.make_window(qapp, settings, "light", "en")
        window.show()
        window.start(Request((TEXT,), "article"))
        settle(qtbot, window)
        go(qtbot, window, "blocks.0.attn.scaled")
        window.teaching.desk.show_lesson()
        QApplication.processEvents()
        settle(qtbot, window)
        window.grab()
        view = panel(window)
        left += [window, view, view.blocks()[0], view.blocks()[0].drawn(), view.blocks()[1].drawn(),
                 window.teaching.desk.page.reader, window.session.trace]  # fmt: skip
        left = [weakref.ref(one) if not isinstance(one, weakref.ref) else one for one in left]
        window.close()
        window.deleteLater()
        del window, view
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
    assert [type(one()).__name__ for one in left if one() is not None] == []
    theme.apply(qapp, theme.LIGHT)


def test_t_turns_the_plot_that_has_the_keys_into_its_table(qtbot, window, made):
    block = panel(window).blocks()[0]
    block.drawn().setFocus()
    press(qtbot, "t")
    assert block.values().isVisible() and not block.drawn().isVisible()
    assert QApplication.focusWidget() is block.values()
    press(qtbot, "t")
    assert block.drawn().isVisible()
    assert window.stage.view() == "heat", "not the stage's own"


def test_the_first_lesson_knows_how_the_run_on_screen_was_asked_for(qtbot, opened, made, monkeypatch):
    """The lesson's parts are made after the run: another run can be asked for all the same."""
    seen: list[str] = []
    monkeypatch.setattr(made, "run", lambda lab, settings: seen.append(lab.model) or Made.run(made, lab, settings))
    window = opened(Small())
    window.start(Request((TEXT,), "article"))
    settle(qtbot, window)
    go(qtbot, window, "blocks.0.attn.scaled")
    window.teaching.show_lesson()
    QApplication.processEvents()
    settle(qtbot, window)
    assert seen == ["article"]


def test_a_run_from_a_file_is_offered_to_be_run(qtbot, opened, made, monkeypatch, tmp_path):
    model = models.find("article")
    run = LiveTrace(model.program, model.spec, model.weights(), model.batch((TEXT,)), "cpu")
    saved.save(run, tmp_path / "trace.safetensors")

    def needs_a_run(lab: Lab, settings: Settings) -> Result:
        lab.run(("Other words",))
        return Made.run(made, lab, settings)

    monkeypatch.setattr(made, "run", needs_a_run)
    window = opened()
    window.open(tmp_path / "trace.safetensors")
    settle(qtbot, window)
    assert window.session.trace.where == "saved"
    go(qtbot, window, "blocks.0.attn.scaled")
    window.teaching.show_lesson()
    QApplication.processEvents()
    settle(qtbot, window)
    view = panel(window)
    assert view.problem().startswith("A saved trace holds its numbers") and view.result() is None
    view._problem.followed.emit(view._problem.links()[0])
    settle(qtbot, window)
    assert window.session.trace.where != "saved"
    assert panel(window).result() is not None and panel(window).problem() == ""
