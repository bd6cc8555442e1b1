"""The window, driven as a learner drives it: by keys and clicks."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import time

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSettings, Qt
from PySide6.QtGui import QAccessible, QInputMethodEvent, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTabBar,
    QToolButton,
    QWidget,
)
from windows import (
    CTRL,
    SHIFT,
    Small,
    click_cell,
    go,
    is_one_sentence,
    labels,
    live,
    numbers_on_screen,
    press,
    run_sentence,
    said,
    settle,
    step,
    tokens_on_screen,
    type_sentence,
    widget_named,
)

from tutor import commands, typeset, work
from tutor.engine import files, saved
from tutor.runner import Runner
from tutor.session import OPERATION, STAGE
from tutor.views import numbers, present, words
from tutor.views.files_desk import FilesDesk
from tutor.work import Request

Key = Qt.Key
SENTENCE = "Attention is all you need"


@pytest.fixture
def small() -> Small:
    return Small()


@pytest.fixture
def window(qtbot, opened, small):
    """A window with a sentence run on a small model; the focus is on the picture."""
    one = opened(small)
    one.start(Request((SENTENCE,), "article"))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


# -- the walk -----------------------------------------------------------------------------------------------------


def check_place(window, path: str, shapes) -> None:
    """Everything that says where the learner is says the same."""
    program = window.session.trace.program
    stop, stage = program.stop_of(path), window.stage
    assert stage.tensor_name() == path
    assert stage.badge().accessibleName() == said(shapes[path])
    title = words.stage(stop.stage.title)
    assert stage.title() == (title if window.session.cursor.level == STAGE else
                             f"{title} · {words.operation(program[path].op.title)}")  # fmt: skip
    assert title in stage.crumbs()
    assert words.section(stop.section) in stage.crumbs()
    total = len(program.stops)
    assert f"stage {stop.number + 1} of {total}" in stage.state_text()
    assert stage.state_text().startswith("✓")
    assert window.timeline.value() == stop.number
    inside = ""
    if window.session.inside:
        names = [one.name for one in stop.steps]
        inside = f"; operation {names.index(path) + 1} of {len(names)}: {present.short_name(path)}"
    assert window.timeline.accessibleDescription() == (
        f"Stage {stop.number + 1} of {total}: {words.section(stop.section)}, {title}{inside}"
    )
    assert window.outline.tree().currentIndex().data() == title
    assert window.outline.tree().currentIndex().parent().data() == words.section(stop.section)
    shown = stage.equation.parts()[-1]
    assert shown.data.title == path
    assert shown.axes == tuple((a.name, a.size) for a in shapes[path] if a.name in dict(shown.axes))
    assert stage.formula().accessibleName() == typeset.words(program.formula(path))
    assert stage.formula().accessibleName()


def test_the_whole_walk_on_the_article_preset_by_the_keyboard(qtbot, opened):
    window = opened()
    window.desk.request = Request(("",), "article")
    press(qtbot, Key.Key_L, CTRL)
    assert window.sentence.box().hasFocus()
    qtbot.keyClicks(window.sentence.box(), SENTENCE)
    qtbot.waitUntil(lambda: tokens_on_screen(window) == ["Attention", " is", " all", " you", " need"])
    assert window.session.trace is None, "nothing runs before Run"
    press(qtbot, Key.Key_Return, CTRL)
    settle(qtbot, window)
    trace = window.session.trace
    assert trace.batch.texts == (SENTENCE,)
    assert (trace.spec.name, trace.spec.d_model, trace.spec.n_layers) == ("article", 64, 1)
    shapes = trace.program.shapes(1, 5)

    press(qtbot, Key.Key_F6)
    stops = trace.program.stops
    assert len(stops) == 17
    for stop in stops:
        check_place(window, stop.results[0].name, shapes)
        step(qtbot, window, ".")
    assert window.session.stop is stops[-1], "'.' at the end stays there"
    assert window.session.step.name == "probs"
    for stop in reversed(stops):
        check_place(window, stop.results[0].name, shapes)
        step(qtbot, window, ",")
    assert window.session.stop is stops[0]
    assert not window.outline.tree().model().match(
        window.outline.tree().model().index(0, 0), Qt.ItemDataRole.UserRole + 2, "unvisited",
        flags=Qt.MatchFlag.MatchRecursive,
    ), "every stage was seen"  # fmt: skip


def test_into_and_out_go_through_every_operation(qtbot, window):
    trace = window.session.trace
    program, shapes = trace.program, trace.shapes
    seen = ["tokens"]
    for stop in program.stops[1:]:
        step(qtbot, window, ".")
        if len(stop.steps) == 1:
            seen.append(stop.path)
            assert not window.transport.button(window.actions_["out"]).isEnabled()
            continue
        for at, one in enumerate(stop.steps):
            step(qtbot, window, Key.Key_F7)
            check_place(window, one.name, shapes)
            assert f"operation {at + 1} of {len(stop.steps)}" in window.stage.state_text()
            assert [chip.title for chip in window.timeline._operations]
            assert window.timeline._operation == at
            seen.append(one.name)
        assert window.session.cursor.level == OPERATION
        step(qtbot, window, Key.Key_F7, SHIFT)
        check_place(window, stop.results[0].name, shapes)
        assert window.timeline._operations is None
    assert seen == [one.name for one in program.steps]


def test_alt_arrows_and_the_buttons_do_the_same(qtbot, window):
    window.session.go("blocks.0.resid_mid")
    settle(qtbot, window)
    step(qtbot, window, Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert (window.session.step.name, window.session.inside) == ("blocks.0.attn_sum", True)
    for name, path in (("next", "blocks.0.ln1.mean"), ("previous", "blocks.0.attn_sum"), ("into", "blocks.0.ln1.mean"),
                       ("out", "blocks.0.resid_mid"), ("last", "probs"), ("first", "tokens")):  # fmt: skip
        qtbot.mouseClick(window.transport.button(window.actions_[name]), Qt.MouseButton.LeftButton)
        settle(qtbot, window)
        assert window.session.step.name == path, name
    step(qtbot, window, Key.Key_End, CTRL)
    assert window.session.step.name == "probs"
    step(qtbot, window, Key.Key_PageUp, CTRL)
    assert window.session.section.name == "blocks.0"
    step(qtbot, window, Key.Key_PageUp, CTRL)
    assert window.session.step.name == "tokens"


def test_function_keys_step_even_while_the_sentence_has_the_focus(qtbot, window):
    window.focus_sentence()
    step(qtbot, window, Key.Key_F10)
    assert window.session.stop.number == 1
    step(qtbot, window, Key.Key_F10, SHIFT)
    assert window.session.stop.number == 0
    assert window.sentence.text() == SENTENCE


@pytest.mark.parametrize("pane", ["tree", "table", "strip", "timeline", "inspector", "equation"])
def test_the_letter_keys_work_in_every_pane_that_takes_no_text(qtbot, window, pane):
    go(qtbot, window, "blocks.0.attn.pattern")
    click_cell(qtbot, window, 2, 1)
    if pane == "table":
        step(qtbot, window, "t")
        assert window.stage.view() == "table"
    {
        "tree": window.outline.tree, "table": window.stage.current_view, "strip": lambda: window.strip,
        "timeline": lambda: window.timeline, "inspector": window.inspector.first_focus,
        "equation": lambda: window.stage.equation,
    }[pane]().setFocus()  # fmt: skip
    step(qtbot, window, "h")
    assert window.session.cell == (0, 1, 2, 1)
    step(qtbot, window, Key.Key_H, SHIFT)
    assert window.session.cell == (0, 0, 2, 1)
    step(qtbot, window, ".")
    assert window.session.step.name == "blocks.0.attn.z"
    step(qtbot, window, ",")
    assert window.session.step.name == "blocks.0.attn.pattern"
    view = window.stage.view()
    step(qtbot, window, "t")
    assert window.stage.view() != view


@pytest.mark.parametrize("pane", ["equation", "strip", "sentence"])
def test_page_keys_step_as_a_presenters_clicker_sends_them(qtbot, window, pane):
    {"equation": window.stage.equation, "strip": window.strip, "sentence": window.sentence.box()}[pane].setFocus()
    before = window.session.stop.number
    step(qtbot, window, Key.Key_PageDown)
    assert window.session.stop.number == before + 1
    step(qtbot, window, Key.Key_PageDown)
    step(qtbot, window, Key.Key_PageUp)
    assert window.session.stop.number == before + 1


# -- the ways to a place ------------------------------------------------------------------------------------------


def overview_point(window, stage: int) -> QPoint:
    _, slot = window.timeline._overview.place(stage)
    return slot.center().toPoint()


def test_the_timeline_is_clicked_dragged_and_turned(qtbot, window):
    line, program = window.timeline, window.session.trace.program
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=overview_point(window, 8))
    qtbot.waitUntil(lambda: window.session.stop.number == 8)
    settle(qtbot, window)
    check_place(window, program.stops[8].results[0].name, window.session.trace.shapes)

    qtbot.mousePress(line, Qt.MouseButton.LeftButton, pos=overview_point(window, 8))
    for stage in range(7, 2, -1):
        qtbot.mouseMove(line, overview_point(window, stage))
    qtbot.mouseRelease(line, Qt.MouseButton.LeftButton, pos=overview_point(window, 3))
    qtbot.waitUntil(lambda: window.session.stop.number == 3)

    turn = QWheelEvent(QPointF(60, 30), QPointF(line.mapToGlobal(QPoint(60, 30))), QPoint(), QPoint(0, -120),
                       Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase,
                       False)  # fmt: skip
    QApplication.sendEvent(line, turn)
    assert window.session.stop.number == 4
    line.setFocus()
    step(qtbot, window, Key.Key_Right)
    assert window.session.stop.number == 5
    step(qtbot, window, Key.Key_End)
    check_place(window, "probs", window.session.trace.shapes)


def test_an_operation_is_chosen_on_the_timeline(qtbot, window):
    go(qtbot, window, "blocks.0.attn_sum", OPERATION)
    line = window.timeline
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=line._lane.boxes[2].center().toPoint())
    settle(qtbot, window)
    check_place(window, "blocks.0.ln1.var", window.session.trace.shapes)
    qtbot.mouseClick(line, Qt.MouseButton.LeftButton, pos=line._lane.peeks[0].center().toPoint())
    settle(qtbot, window)
    check_place(window, "blocks.0.resid_mid", window.session.trace.shapes)


def test_the_outline_is_clicked_and_walked_with_keys(qtbot, window):
    tree = window.outline.tree()
    block = tree.model().index(1, 0)
    assert block.data() == "Block 0"
    scores = next(block.model().index(at, 0, block) for at in range(14)
                  if block.model().index(at, 0, block).data() == "Scores")  # fmt: skip
    tree.expand(block)
    qtbot.mouseClick(tree.viewport(), Qt.MouseButton.LeftButton, pos=tree.visualRect(scores).center())
    settle(qtbot, window)
    check_place(window, "blocks.0.attn.scores", window.session.trace.shapes)
    tree.setFocus()
    press(qtbot, Key.Key_Down)
    step(qtbot, window, Key.Key_Return)
    check_place(window, "blocks.0.attn.scaled", window.session.trace.shapes)
    assert not window.session.inside


def test_the_results_of_a_stage_are_chosen_among_by_tabs(qtbot, window):
    go(qtbot, window, "blocks.0.attn.q_flat")
    tabs = [one for one in window.stage.findChildren(QToolButton)
            if one.accessibleName().startswith("blocks.") and one.isVisible()]  # fmt: skip
    assert [one.text() for one in tabs] == ["q_flat", "k_flat", "v_flat"]
    qtbot.mouseClick(tabs[1], Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    check_place(window, "blocks.0.attn.k_flat", window.session.trace.shapes)
    assert tabs[1].isChecked()
    assert not window.session.inside


def test_what_a_run_notices_later_is_said_once(qtbot, window, monkeypatch):
    notice = "The mps device ran out of memory, so this run goes on with the CPU."
    trace, real = window.session.trace, work.explain

    def scarce(trace, *rest):
        trace.notices.append(notice)
        return real(trace, *rest)

    go(qtbot, window, "blocks.0.attn.scores")
    monkeypatch.setattr(work, "explain", scarce)
    click_cell(qtbot, window, 4, 2)
    assert trace.notices == [notice]
    assert window.status_text() == notice
    monkeypatch.setattr(work, "explain", real)
    go(qtbot, window, "blocks.0.attn.pattern")
    assert notice not in window.status_text()


# -- one number ---------------------------------------------------------------------------------------------------


def test_a_clicked_cell_is_worked_out_and_esc_unpins_it(qtbot, window):
    trace = window.session.trace
    go(qtbot, window, "blocks.0.attn.scores")
    click_cell(qtbot, window, 4, 2)
    shown = window.inspector.explanation()
    assert window.session.cell == (0, 0, 4, 2)
    assert shown.value == float(trace["blocks.0.attn.scores"][0, 0, 4, 2])
    assert shown.address == "scores[0, 0, 4, 2]"
    assert any(text.startswith("✓ stored") for text in labels(window.inspector))
    assert window.stage.equation._pinned == (4, 2)
    assert (window.strip._query, window.strip._key) == (4, 2)
    step(qtbot, window, Key.Key_Escape)
    assert window.session.cell is None
    assert window.inspector.explanation() is None
    assert window.stage.equation._pinned is None
    assert (window.strip._query, window.strip._key) == (None, None)
    assert not any("✓" in text for text in labels(window.inspector))


def test_a_cell_clicked_twice_is_let_go(qtbot, window):
    go(qtbot, window, "blocks.0.attn.scores")
    click_cell(qtbot, window, 4, 2)
    click_cell(qtbot, window, 4, 2)
    assert window.session.cell is None


def test_a_cell_is_found_and_pinned_with_the_keys(qtbot, window):
    go(qtbot, window, "blocks.0.attn.scores")
    window.stage.equation.setFocus()
    for key in (Key.Key_Down, Key.Key_Down, Key.Key_Right):  # the first only shows the cursor
        press(qtbot, key)
    assert " → " in window.stage.readout()
    assert window.stage.readout().endswith("   " + numbers.exact(numbers_on_screen(window)[1, 1]))
    step(qtbot, window, Key.Key_Return)
    assert window.session.cell == (0, 0, 1, 1)
    assert window.inspector.explanation() is not None


def test_the_pointers_value_is_the_stored_one(qtbot, window):
    trace = window.session.trace
    go(qtbot, window, "blocks.0.attn.z")
    view = window.stage.equation
    for part, name in ((0, "blocks.0.attn.pattern"), (1, "blocks.0.attn.v"), (2, "blocks.0.attn.z")):
        qtbot.mouseMove(view, view.cell_rect(part, 3, 2).center().toPoint())
        assert window.stage.readout().endswith("   " + numbers.exact(trace[name][0, 0, 3, 2]))
    assert "feature 2" in window.stage.readout()
    assert "you (3)" in window.stage.readout()
    step(qtbot, window, ".")
    assert window.stage.readout() == ""


def test_every_stage_explains_a_clicked_cell_with_a_check_mark(qtbot, window):
    trace = window.session.trace
    while True:
        path = window.session.cursor.path
        click_cell(qtbot, window, 0, 0)
        shown = window.inspector.explanation()
        assert shown.value == float(trace[path][window.session.cell]), path
        assert any(text.startswith("✓") for text in labels(window.inspector)), path
        if path == "probs":
            break
        step(qtbot, window, ".")


def test_a_token_is_clicked_and_its_row_is_pinned(qtbot, window):
    go(qtbot, window, "blocks.0.attn.q_flat")
    qtbot.mouseClick(window.strip, Qt.MouseButton.LeftButton, pos=window.strip.chip_rect(0, 3).center().toPoint())
    settle(qtbot, window)
    assert window.session.cell == (0, 3, 0)


# -- heads and sentences ------------------------------------------------------------------------------------------


def test_the_head_is_chosen_in_its_box(qtbot, window):
    trace = window.session.trace
    go(qtbot, window, "blocks.0.attn.pattern")
    spin = window.stage.spin("head")
    assert spin.isVisible()
    assert (spin.minimum(), spin.maximum(), spin.value()) == (0, 2, 0)
    click_cell(qtbot, window, 3, 1)
    spin.setFocus()
    step(qtbot, window, Key.Key_Up)
    assert np.array_equal(numbers_on_screen(window), trace["blocks.0.attn.pattern"][0, 1])
    assert window.session.cell == (0, 1, 3, 1)
    assert window.inspector.explanation().value == float(trace["blocks.0.attn.pattern"][0, 1, 3, 1])
    go(qtbot, window, "blocks.0.attn_out")
    assert not spin.isVisible()


def test_h_goes_round_the_heads(qtbot, window):
    go(qtbot, window, "blocks.0.attn.scores")
    seen = []
    for _ in range(4):
        seen.append(window.stage.spin("head").value())
        step(qtbot, window, "h")
    assert seen == [0, 1, 2, 0]
    step(qtbot, window, Key.Key_H, SHIFT)
    step(qtbot, window, Key.Key_H, SHIFT)
    assert window.stage.spin("head").value() == 2
    assert np.array_equal(numbers_on_screen(window), window.session.trace["blocks.0.attn.scores"][0, 2])


def test_the_sentences_of_a_batch(qtbot, window, small):
    qtbot.mouseClick(widget_named(window, QPushButton, "Add a sentence to the batch"), Qt.MouseButton.LeftButton)
    assert window.sentence.text() == ""
    assert window.sentence.box().hasFocus()
    run_sentence(qtbot, window, "One more")
    trace = window.session.trace
    assert trace.batch.texts == (SENTENCE, "One more")
    assert window.sentence.text() == "One more", "the sentence just run stays in the box"
    assert tokens_on_screen(window) == ["One", " more", "pad", "pad", "pad"]
    go(qtbot, window, "blocks.0.attn.pattern")
    assert window.stage.badge().accessibleName().startswith("Shape: batch 2, head 3")
    assert np.array_equal(numbers_on_screen(window), trace["blocks.0.attn.pattern"][1, 0])
    assert window.stage.equation.parts()[-1].data.hatched_rows == {2, 3, 4}

    row = widget_named(window, QSpinBox, "Sentence number")
    row.setFocus()
    step(qtbot, window, Key.Key_Down)
    assert window.sentence.text() == SENTENCE
    assert tokens_on_screen(window) == ["Attention", " is", " all", " you", " need"]
    assert np.array_equal(numbers_on_screen(window), trace["blocks.0.attn.pattern"][0, 0])
    assert window.session.cursor.path == "blocks.0.attn.pattern"

    qtbot.mouseClick(widget_named(window, QPushButton, "Remove this sentence from the batch"),
                     Qt.MouseButton.LeftButton)  # fmt: skip
    settle(qtbot, window)
    assert window.session.trace.batch.texts == ("One more",)
    assert small.requests[-1].texts == ("One more",)
    assert not row.isVisible()


def test_a_cell_of_another_sentence_in_the_table_of_ids_brings_that_sentence(qtbot, window):
    window.start(Request((SENTENCE, "One more"), "article"))
    settle(qtbot, window)
    click_cell(qtbot, window, 1, 1)
    assert window.session.cell == (1, 1)
    assert window.sentence.text() == "One more"
    assert window.inspector.explanation().whole


# -- typing -------------------------------------------------------------------------------------------------------


@pytest.fixture
def triggered(window):
    """The ids of the commands that were carried out."""
    found = []
    for name, action in window.actions_.items():
        action.triggered.connect(lambda checked=False, name=name: found.append(name))
    yield found
    found.clear()


def test_typing_carries_out_no_command(qtbot, window, triggered):
    go(qtbot, window, "blocks.0.attn.pattern")
    before = window.session.cursor, window.session.selection
    type_sentence(qtbot, window, "p.d,t H")
    assert window.sentence.text() == "p.d,t H"
    commit = QInputMethodEvent("我喜", [])
    QApplication.sendEvent(window.sentence.box(), commit)
    commit = QInputMethodEvent()
    commit.setCommitString("我喜欢机器学习，.")
    QApplication.sendEvent(window.sentence.box(), commit)
    assert window.sentence.text() == "p.d,t H我喜欢机器学习，."
    settle(qtbot, window)
    assert triggered == []
    assert (window.session.cursor, window.session.selection) == before
    assert tokens_on_screen(window)[0] == "p"
    assert window.session.trace.batch.texts == (SENTENCE,), "typing runs nothing"


def test_numbers_are_typed_into_a_spin_box_without_commands(qtbot, window, triggered):
    go(qtbot, window, "blocks.0.attn.pattern")
    spin = window.stage.spin("head")
    spin.setFocus()
    spin.selectAll()
    for key in "2.,h":
        press(qtbot, key)
    settle(qtbot, window)
    assert triggered == []
    assert spin.value() == 2
    assert window.session.cursor.path == "blocks.0.attn.pattern"


def test_a_sentence_typed_while_another_runs_keeps_the_focus(qtbot, window, small):
    small.hold()
    type_sentence(qtbot, window, "One")
    press(qtbot, Key.Key_Return, CTRL)
    qtbot.waitUntil(small.started.is_set)
    type_sentence(qtbot, window, "And the ne")
    small.let_go.set()
    settle(qtbot, window)
    assert window.session.trace.batch.texts == ("One",)
    for key in "xt.":
        press(qtbot, key)
    settle(qtbot, window)
    assert window.sentence.text() == "And the next."
    assert window.session.stop.number == 0


# -- what cannot be run -------------------------------------------------------------------------------------------


def paste(qtbot, window, text: str) -> None:
    window.focus_sentence()
    QApplication.clipboard().setText(text)
    press(qtbot, Key.Key_V, CTRL)


def start(qtbot, window, text: str) -> None:
    """As the command line hands a sentence over; the box itself cannot hold every character."""
    window.start(Request((text,), "article"))


def erase(qtbot, window, text: str) -> None:
    window.focus_sentence()
    press(qtbot, Key.Key_Delete)


REFUSED = {
    "empty": (erase, "", r"The text is empty: .*"),
    "blank": (paste, "   ", r"The text is blank: .*"),
    "beyond the context": (paste, "word " * 300, r"The sentence has 30\d tokens; this model reads 256: .*"),
    "a control character": (paste, "ding \u0007 dong", r"Character 6 of the text is the control character U\+0007: .*"),
    "a lone surrogate": (start, "half \ud800 pair", r"Character 6 of the text is U\+D800, half of a surr.*"),
    "100,000 pasted characters": (paste, "attention " * 10_000, r"The text has 100,000 characters; .*"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_run_gets_one_sentence_and_the_window_goes_on(qtbot, window, kind):
    give, text, expected = REFUSED[kind]
    go(qtbot, window, "blocks.0.attn.pattern")
    trace, numbers_before = window.session.trace, numbers_on_screen(window).copy()
    give(qtbot, window, text)
    settle(qtbot, window)
    typed = window.sentence.problem()
    press(qtbot, Key.Key_Return, CTRL)
    settle(qtbot, window)
    problem = window.sentence.problem()
    assert re.fullmatch(expected, problem), problem
    assert is_one_sentence(problem)
    assert typed == problem, "it is said while typing already"
    assert labels(window.sentence).count("⚠ " + problem) == 1
    assert window.sentence.box().accessibleDescription() == problem
    assert QApplication.activeModalWidget() is None
    assert len([one for one in QApplication.topLevelWidgets() if one.isVisible()]) == 1
    assert window.session.trace is trace
    assert np.array_equal(numbers_on_screen(window), numbers_before)
    assert window.session.cursor.path == "blocks.0.attn.pattern"
    assert window.sentence.run_button().text() == "Run"
    assert window.runner.is_idle()

    run_sentence(qtbot, window, "Fine now")
    assert window.sentence.problem() == ""
    assert not any(text.startswith("⚠") for text in labels(window.sentence))
    assert window.session.trace.batch.texts == ("Fine now",)


def test_several_pasted_lines_are_one_sentence_with_their_newlines(qtbot, window):
    paste(qtbot, window, "one\ntwo\tthree")
    settle(qtbot, window)
    assert window.sentence.text() == "one\ntwo\tthree"
    press(qtbot, Key.Key_Return, CTRL)
    settle(qtbot, window)
    assert window.session.trace.batch.texts == ("one\ntwo\tthree",)
    assert window.sentence.text() == "one\ntwo\tthree"
    assert window.sentence.box().text() == "one⏎two⇥three"


# -- running ------------------------------------------------------------------------------------------------------


def test_a_new_run_voids_the_older_one(qtbot, window, small):
    shown = []
    window.session.traceChanged.connect(lambda: shown.append(window.session.trace.batch.texts))
    small.hold()
    for text in ("The first", "The second", "The third"):
        small.started.clear()
        type_sentence(qtbot, window, text)
        press(qtbot, Key.Key_Return, CTRL)
        assert window.sentence.run_button().text() == "Cancel"
        if text == "The first":
            qtbot.waitUntil(small.started.is_set)
    qtbot.waitUntil(lambda: small.ended[-1] == "Cancelled")
    small.let_go.set()
    settle(qtbot, window)
    assert shown == [("The third",)]
    assert window.session.trace.batch.texts == ("The third",)
    assert window.sentence.run_button().text() == "Run"
    shown.clear()


@pytest.mark.parametrize("way", ["Esc", "the button"])
def test_a_run_is_cancelled_and_what_was_on_screen_stays(qtbot, window, small, way):
    trace = window.session.trace
    go(qtbot, window, "blocks.0.attn.scores")
    click_cell(qtbot, window, 2, 2)
    small.hold()
    type_sentence(qtbot, window, "Never shown")
    press(qtbot, Key.Key_Return)
    qtbot.waitUntil(small.started.is_set)
    if way == "Esc":
        press(qtbot, Key.Key_Escape)
    else:
        qtbot.mouseClick(window.sentence.run_button(), Qt.MouseButton.LeftButton)
    assert window.sentence.run_button().text() == "Run"
    settle(qtbot, window)
    assert small.ended[-1] == "Cancelled"
    assert window.session.trace is trace
    assert window.session.cell == (0, 0, 2, 2), "Esc cancels first and unpins only then"
    assert window.sentence.text() == "Never shown", "what was typed stays"
    small.let_go.set()
    run_sentence(qtbot, window, "Shown")
    assert window.session.trace.batch.texts == ("Shown",)


def test_progress_is_seen_only_when_a_run_is_slow(qtbot, window, small):
    bar = window.statusBar().findChild(QProgressBar)
    run_sentence(qtbot, window, "Quick")
    assert not bar.isVisible()
    small.hold()
    press(qtbot, Key.Key_Return, CTRL)
    qtbot.waitUntil(bar.isVisible)
    qtbot.waitUntil(lambda: bar.value() == 10)
    small.let_go.set()
    settle(qtbot, window)
    assert not bar.isVisible()


def test_closing_during_a_run_is_quick_and_clean(qtbot, window, small):
    small.hold()
    press(qtbot, Key.Key_Return, CTRL)
    qtbot.waitUntil(small.started.is_set)
    type_sentence(qtbot, window, "and typing goes on")
    begun = time.monotonic()
    assert window.close()
    assert time.monotonic() - begun < 2
    assert small.ended[-1] == "Cancelled"
    runners = window.findChildren(Runner)
    assert len(runners) == 3
    assert [one._pool.activeThreadCount() for one in runners] == [0, 0, 0]


def test_closing_during_a_real_run_of_twelve_blocks_is_quick(qtbot, opened):
    window = opened()
    window.start(Request(("attention " * 200,), "article", layers=12))
    with qtbot.waitSignal(window.runner.progressed, timeout=20_000):
        pass
    begun = time.monotonic()
    window.close()
    assert time.monotonic() - begun < 2
    assert window.runner._pool.activeThreadCount() == 0


def test_no_error_is_ever_a_traceback_on_screen(qtbot, opened):
    def broken(request, job):
        raise ZeroDivisionError("by nobody's fault")

    window = opened(broken)
    run_sentence(qtbot, window, "Anything")
    assert is_one_sentence(window.status_text())
    assert "ZeroDivisionError" in window.status_text()
    assert window.session.trace is None
    assert window.sentence.run_button().text() == "Run"
    window.report("SomeError", "tutor.log")
    assert is_one_sentence(window.status_text())


def test_too_little_memory_is_said_as_such(qtbot, opened):
    def huge(request, job):
        raise MemoryError

    window = opened(huge)
    run_sentence(qtbot, window, "Anything")
    assert window.status_text() == "There is not enough memory for this: use a shorter sentence or fewer blocks."


def test_a_device_that_is_not_there_gets_one_sentence(qtbot, window):
    import torch

    missing = "cuda" if not torch.cuda.is_available() else "mps"
    trace = window.session.trace
    device = widget_named(window, QComboBox, "Device")
    device.setFocus()
    for _ in range({"cuda": 2, "mps": 3}[missing]):
        press(qtbot, Key.Key_Down)
    settle(qtbot, window)
    assert device.currentData() == missing
    assert window.status_text() == f"This machine offers torch no {missing} device: choose cpu or auto."
    assert window.session.trace is trace
    press(qtbot, Key.Key_Home)
    settle(qtbot, window)
    assert window.session.trace is not trace
    assert "offers" not in window.status_text()


def test_more_blocks_are_more_stages_and_the_place_is_kept(qtbot, window, small):
    go(qtbot, window, "blocks.0.attn.scaled")
    before = len(window.session.stops)
    blocks = widget_named(window, QSpinBox, "Number of blocks")
    assert (blocks.minimum(), blocks.maximum(), blocks.value()) == (1, 32, 1)
    blocks.setFocus()
    press(qtbot, Key.Key_Up)
    press(qtbot, Key.Key_Up)
    settle(qtbot, window)
    assert small.requests[-1].layers == 3
    program = window.session.trace.program
    assert len(program.stops) > before
    assert window.timeline.maximum() == len(program.stops) - 1
    model = window.outline.tree().model()
    assert [model.index(at, 0).data() for at in range(model.rowCount())] == [
        "Input", "Block 0", "Block 1", "Block 2", "Output",
    ]  # fmt: skip
    check_place(window, "blocks.0.attn.scaled", window.session.trace.shapes)
    go(qtbot, window, "blocks.2.attn.scaled")
    press(qtbot, Key.Key_Down)
    press(qtbot, Key.Key_Down)
    settle(qtbot, window)
    check_place(window, "tokens", window.session.trace.shapes)


# -- files --------------------------------------------------------------------------------------------------------


def choose_in_menu(window, name: str) -> None:
    """A command by way of its menu."""
    action = window.actions_[name]
    menus = [one.menu() for one in window.menuBar().actions() if action in one.menu().actions()]
    assert len(menus) == 1
    assert action.isEnabled()
    action.trigger()


def everything(window) -> dict[str, bytes]:
    trace = window.session.trace
    return {step.name: np.ascontiguousarray(trace[step.name]).tobytes() for step in trace.program.steps}


def test_a_run_is_saved_and_opened_again_with_the_same_numbers(qtbot, window, tmp_path, monkeypatch):
    monkeypatch.setattr(FilesDesk, "ask_save", lambda self: str(tmp_path / "mine"))
    monkeypatch.setattr(FilesDesk, "ask_open", lambda self: str(tmp_path / "mine.safetensors"))
    choose_in_menu(window, "save")
    settle(qtbot, window)
    assert window.status_text() == "Saved as mine.safetensors."
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".ini"] == ["mine.safetensors"]
    before = everything(window)

    run_sentence(qtbot, window, "Something else")
    go(qtbot, window, "blocks.0.attn.pattern")
    choose_in_menu(window, "open")
    settle(qtbot, window)
    assert window.session.trace.where == "saved"
    assert window.sentence.text() == SENTENCE
    assert tokens_on_screen(window) == ["Attention", " is", " all", " you", " need"]
    check_place(window, "blocks.0.attn.pattern", window.session.trace.shapes)
    assert everything(window) == before
    click_cell(qtbot, window, 3, 1)
    assert any(text.startswith("✓ stored") for text in labels(window.inspector))


def test_asking_for_no_file_does_nothing(qtbot, window, monkeypatch):
    monkeypatch.setattr(FilesDesk, "ask_save", lambda self: "")
    monkeypatch.setattr(FilesDesk, "ask_open", lambda self: "")
    before = window.session.trace, window.status_text()
    choose_in_menu(window, "save")
    choose_in_menu(window, "open")
    settle(qtbot, window)
    assert (window.session.trace, window.status_text()) == before


def test_a_full_disk_gets_one_sentence_and_leaves_nothing(qtbot, window, tmp_path, monkeypatch):
    folder = tmp_path / "full"
    folder.mkdir()

    class Full:
        def __init__(self, path, mode):
            self.file = open(path, mode)  # noqa: SIM115 (closed below)
            self.room = 100_000

        def __enter__(self):
            return self

        def __exit__(self, *error):
            self.file.close()

        def write(self, data):
            self.room -= len(data)
            if self.room < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return self.file.write(data)

    monkeypatch.setattr(files, "open", Full, raising=False)
    monkeypatch.setattr(FilesDesk, "ask_save", lambda self: str(folder / "big.safetensors"))
    choose_in_menu(window, "save")
    settle(qtbot, window)
    assert is_one_sentence(window.status_text())
    assert window.status_text().startswith("big.safetensors could not be written (No space left on device)")
    assert list(folder.iterdir()) == []
    assert QApplication.activeModalWidget() is None
    step(qtbot, window, ".")
    assert window.session.stop.number == 1
    assert "written" not in window.status_text(), "the sentence goes with the next step"


@pytest.mark.parametrize("damage", ["cut short", "no trace", "gone", "empty"])
def test_a_file_that_is_no_trace_gets_one_sentence(qtbot, window, tmp_path, damage):
    path = tmp_path / "broken.safetensors"
    if damage == "cut short":
        saved.save(live(5), path)
        path.write_bytes(path.read_bytes()[:-100])
    elif damage != "gone":
        path.write_bytes(b"" if damage == "empty" else b"nothing of the kind" * 50)
    trace = window.session.trace
    window.open(path)
    settle(qtbot, window)
    assert is_one_sentence(window.status_text()), window.status_text()
    assert "broken.safetensors" in window.status_text()
    assert QApplication.activeModalWidget() is None
    assert window.session.trace is trace
    assert window.sentence.run_button().text() == "Run"
    run_sentence(qtbot, window, "Still here")
    assert window.session.trace.batch.texts == ("Still here",)


def test_opening_another_file_of_ids_only(qtbot, window, tmp_path):
    saved.save(live(5, 3), tmp_path / "ids.safetensors")
    window.open(tmp_path / "ids.safetensors")
    settle(qtbot, window)
    check_place(window, "tokens", window.session.trace.shapes)
    assert window.sentence.text() == ""
    assert len(tokens_on_screen(window)) == 5


# -- look and language --------------------------------------------------------------------------------------------


def geometries(window) -> list[tuple]:
    return [(type(one).__name__, one.geometry().getRect(), one.isVisible()) for one in window.findChildren(QWidget)
            if one.window() is window]  # fmt: skip


@pytest.mark.parametrize("path", ["tokens", "blocks.0.attn.scores", "probs"])
def test_the_theme_moves_nothing(qtbot, window, path):
    go(qtbot, window, path)
    click_cell(qtbot, window, 1, 0)
    window.grab()
    before, place = geometries(window), (window.session.cursor, window.session.cell)
    choose_in_menu(window, "dark")
    settle(qtbot, window)
    window.grab()
    assert window.look.name == "dark"
    assert geometries(window) == before
    assert (window.session.cursor, window.session.cell) == place
    check_place(window, path, window.session.trace.shapes)
    choose_in_menu(window, "light")
    assert window.look.name == "light"


def test_the_type_grows_and_shrinks_and_the_place_is_kept(qtbot, window):
    go(qtbot, window, "blocks.0.attn.scores")
    click_cell(qtbot, window, 3, 1)
    high = window.stage.badge().height()
    for _ in range(5):
        press(qtbot, Key.Key_Plus, CTRL)
    settle(qtbot, window)
    assert window.look.font_scale == 1.5
    assert window.stage.badge().height() > high
    assert window.session.cell == (0, 0, 3, 1)
    check_place(window, "blocks.0.attn.scores", window.session.trace.shapes)
    press(qtbot, Key.Key_Minus, CTRL)
    assert window.look.font_scale == pytest.approx(1.4)
    press(qtbot, Key.Key_0, CTRL)
    settle(qtbot, window)
    assert window.look.font_scale == 1.0
    assert window.stage.badge().height() == high
    for _ in range(40):
        press(qtbot, Key.Key_Minus, CTRL)
    assert window.look.font_scale == 0.8, "small has an end"


def test_the_look_is_remembered(qtbot, opened, tmp_path):
    window = opened(Small())
    window.look_desk.use_dark()
    window.look_desk.larger()
    window.look_desk.use_chinese()
    window.close()
    settings = QSettings(str(tmp_path / "settings.ini"), QSettings.Format.IniFormat)
    assert [str(settings.value(key)) for key in ("theme", "type", "language")] == ["dark", "110", "zh_CN"]


def test_another_language_keeps_the_place(qtbot, window):
    go(qtbot, window, "blocks.0.ln1.var", OPERATION)
    click_cell(qtbot, window, 2, 0)
    before = window.session.cursor, window.session.cell, window.sentence.text()
    english = labels(window)
    choose_in_menu(window, "chinese")
    QApplication.processEvents()  # Qt tells the widgets of the new language by an event
    settle(qtbot, window)
    assert (window.session.cursor, window.session.cell, window.sentence.text()) == before
    assert window.stage.tensor_name() == "blocks.0.ln1.var"
    assert window.stage.badge().isVisible()
    assert window.inspector.explanation().address == "ln1.var[0, 2]"
    assert any(text.startswith("✓") for text in labels(window.inspector))
    assert window.timeline._operation == 2
    assert not window.runner.busy("run")
    for text in (window.stage.title(), window.sentence.run_button().text(), window.stage.state_text(),
                 window.timeline.accessibleDescription(), window.inspector.explanation().place,
                 window.actions_["open"].text(), window.outline.tree().currentIndex().data()):  # fmt: skip
        assert any("\u4e00" <= letter <= "\u9fff" for letter in text), text
    assert window.outline.tree().currentIndex().data() == words.stage("Add & Norm")
    choose_in_menu(window, "english")
    QApplication.processEvents()
    settle(qtbot, window)
    assert labels(window) == english
    check_place(window, "blocks.0.ln1.var", window.session.trace.shapes)


def test_the_language_may_change_before_anything_was_run(qtbot, opened):
    window = opened(Small())
    window.look_desk.use_chinese()
    QApplication.processEvents()
    assert window.stage.title() != "No run yet"
    window.look_desk.use_english()
    QApplication.processEvents()
    assert window.stage.title() == "No run yet"
    assert window.session.trace is None


def texts_wider_than_their_buttons(window) -> list[str]:
    return [
        f"{type(one).__name__} {one.text()!r}: {one.width()} of {one.sizeHint().width()} px"
        for one in window.findChildren(QAbstractButton)
        if one.isVisible() and one.text() and one.width() < one.sizeHint().width()
    ]  # fmt: skip


@pytest.mark.parametrize("percent", [100, 200])
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_every_button_has_room_for_its_words(qtbot, opened, language, percent):
    window = opened(Small(), language=language, percent=percent)
    window.start(Request((SENTENCE, "One more"), "article"))
    settle(qtbot, window)
    assert (window.width(), window.height()) == (1280, 800)
    for path, level in (("tokens", STAGE), ("blocks.0.attn.q_flat", STAGE), ("blocks.0.attn.scores", STAGE),
                        ("blocks.0.ln2.normalized", OPERATION)):  # fmt: skip
        go(qtbot, window, path, level)
        click_cell(qtbot, window, 1, 0)
        with contextlib.suppress(TimeoutError, AssertionError):  # what is new on screen is laid out a moment later
            qtbot.waitUntil(lambda: texts_wider_than_their_buttons(window) == [])
        assert texts_wider_than_their_buttons(window) == [], path


def test_in_a_small_window_the_inspector_is_a_tab_of_the_stage(qtbot, opened):
    window = opened(Small(), percent=200)
    window.start(Request((SENTENCE,), "article"))
    settle(qtbot, window)
    go(qtbot, window, "blocks.0.attn.scores")
    click_cell(qtbot, window, 2, 1)
    tabs = widget_named(window, QTabBar, "Stage or inspector")
    assert tabs.isVisible()
    assert (window.stage.isVisible(), window.inspector.isVisible()) == (True, False)
    first = QApplication.focusWidget()
    for _ in range(8):
        press(qtbot, Key.Key_F6)
        assert QApplication.focusWidget().isVisible()
        if QApplication.focusWidget() is first:
            break
    else:
        pytest.fail("F6 does not come round")
    tabs.setCurrentIndex(1)
    assert (window.stage.isVisible(), window.inspector.isVisible()) == (False, True)
    assert any(text.startswith("✓") for text in labels(window.inspector))
    window.look_desk.normal_size()
    assert not tabs.isVisible()
    assert (window.stage.isVisible(), window.inspector.isVisible()) == (True, True)
    check_place(window, "blocks.0.attn.scores", window.session.trace.shapes)


# -- commands and panes -------------------------------------------------------------------------------------------


def test_f6_goes_round_the_panes_and_back(qtbot, window):
    go(qtbot, window, "blocks.0.attn.scores")
    click_cell(qtbot, window, 2, 1)
    panes = [window.sentence.box(), window.strip, window.outline.tree(), window.stage.equation,
             window.inspector.first_focus(), window.timeline]  # fmt: skip
    window.focus_sentence()
    seen = []
    for _ in range(len(panes) + 1):
        seen.append(QApplication.focusWidget())
        press(qtbot, Key.Key_F6)
    assert seen == [*panes, panes[0]]
    press(qtbot, Key.Key_F6, SHIFT)
    back = []
    for _ in range(len(panes)):
        back.append(QApplication.focusWidget())
        press(qtbot, Key.Key_F6, SHIFT)
    assert back == [panes[0], *reversed(panes[1:])]


def name_of(widget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface is not None else ""


def test_every_widget_that_takes_the_focus_has_a_name(qtbot, window):
    window.start(Request((SENTENCE, "One more"), "article"))
    settle(qtbot, window)
    for path in ("tokens", "blocks.0.attn.q_flat", "blocks.0.attn.scores"):
        go(qtbot, window, path)
        click_cell(qtbot, window, 1, 0)
        nameless = [
            f"{type(one).__name__} {one.objectName()} in {type(one.parentWidget()).__name__}"
            for one in window.findChildren(QWidget)
            if one.isVisible() and one.focusPolicy() != Qt.FocusPolicy.NoFocus and not name_of(one)
            and not isinstance(one.parentWidget(), QAbstractSpinBox)
        ]  # fmt: skip
        assert nameless == [], path


def test_the_tab_key_reaches_every_pane_and_leaves_it(qtbot, window):
    go(qtbot, window, "blocks.0.attn.scores")
    click_cell(qtbot, window, 2, 1)
    window.focus_sentence()
    seen = []
    for _ in range(60):
        focus = QApplication.focusWidget()
        if seen and focus is seen[0]:
            break
        seen.append(focus)
        press(qtbot, Key.Key_Tab)
    else:
        pytest.fail("the Tab key never comes back")
    for pane in (window.strip, window.outline.tree(), window.stage.equation, window.inspector.first_focus(),
                 window.timeline):  # fmt: skip
        assert pane in seen


def test_a_screen_reader_is_told_of_every_step(qtbot, window):
    line = QAccessible.queryAccessibleInterface(window.timeline)
    assert line.role() == QAccessible.Role.Slider
    assert line.text(QAccessible.Text.Name) == "Timeline"
    step(qtbot, window, ".")
    assert line.text(QAccessible.Text.Description) == "Stage 2 of 17: Input, Embed"
    picture = QAccessible.queryAccessibleInterface(window.stage.equation)
    assert picture.text(QAccessible.Text.Name) == "Embed"
    assert picture.text(QAccessible.Text.Description).startswith("5 rows, 12 columns. Largest: ")


def test_the_empty_window_says_what_to_do_and_takes_every_key(qtbot, opened):
    window = opened(Small())
    assert window.stage.title() == "No run yet"
    assert window.status_text() == "Type a sentence and press Run."
    for one in commands.COMMANDS:
        runs = one.id.startswith("tour_")  # a tour runs its own sentence
        if not runs and one.id not in ("open", "open_model", "save", "quit", "keys", "about", "run", "chinese",
                                       "models", "open_session", "letters"):
            window.actions_[one.id].trigger()
    for key in ".,hHt":
        qtbot.keyClick(window.stage.current_view(), key)
    settle(qtbot, window)
    assert window.session.trace is None
    assert QApplication.activeModalWidget() is None
    window.stage.sampleChosen.emit("Thinking Machines")
    settle(qtbot, window)
    assert window.session.trace.batch.texts == ("Thinking Machines",)
