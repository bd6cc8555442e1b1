"""Copied numbers read back as the numbers they are: in a spreadsheet, in Python, in Markdown."""

from __future__ import annotations

import csv
import io
import re

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from windows import Small, go, press, settle

from tutor.engine.trace import Cancelled
from tutor.views import copying, numbers
from tutor.work import Request

CTRL = Qt.KeyboardModifier.ControlModifier
ODD = np.array([[0.1, -np.inf, 1e-9], [np.nan, np.inf, -1.17549435e-38]], np.float32)


def python(text: str) -> np.ndarray:
    """What a line of Python that was copied makes."""
    return eval(text, {"np": np, "__builtins__": {}})  # the test's own text


def test_tabs_and_lines_hold_every_digit():
    rows = list(csv.reader(io.StringIO(copying.tsv(ODD)), delimiter="\t"))
    assert np.array_equal(np.array(rows, np.float32), ODD, equal_nan=True)
    assert copying.tsv(np.array([[3, 70429]])) == "3\t70429"


@pytest.mark.parametrize(
    "values", [ODD, ODD.astype(np.float64), np.array([[1, 2], [3, 4]]), np.zeros((1, 1), np.float32)]
)
def test_python_makes_the_same_array(values):
    text = copying.numpy_literal(values, "x[0, :]")
    made = python(text)
    assert made.dtype == values.dtype and np.array_equal(made, values, equal_nan=values.dtype.kind == "f")
    shape = ", ".join(map(str, values.shape))
    assert text.startswith(f"# x[0, :], shape ({shape})\n")


def test_markdown_is_a_table_with_its_headers():
    text = copying.markdown(ODD, ["a|b 0", "c 1"], ["x", "y", "z"], "fixed2")
    lines = text.splitlines()
    assert lines[:2] == ["|  | x | y | z |", "|---|---:|---:|---:|"]
    assert lines[2:] == [r"| a\|b 0 | 0.10 | −∞ | ~0 |", "| c 1 | NaN | ∞ | ~0 |"]
    assert "| 70429 |" in copying.markdown(np.array([[70429]]), ["0"], ["0"], "fixed4", whole=True)


def test_copying_tells_how_far_it_is_and_can_be_stopped():
    told: list[float] = []

    def stop(done: float) -> None:
        told.append(done)
        if done > 0.4:
            raise Cancelled

    with pytest.raises(Cancelled):
        copying.tsv(np.zeros((100, 1 << 13)), stop)
    assert told == sorted(told) and told[0] == 0 and len(told) > 10


@pytest.mark.parametrize("form", numbers.FORMATS)
def test_no_number_is_longer_than_its_column(form):
    rng = np.random.default_rng(0)
    for reach in (1e-3, 1.0, 99.9, 12345.0):
        values = (rng.standard_normal(400) * reach).clip(-reach, reach).astype(np.float32)
        values[:3] = 0, 1e-30, -reach
        longest = max(len(numbers.formatted(one, form)) for one in values)
        assert longest <= numbers.width(form, float(np.abs(values).max())), (form, reach)


def test_formats_tell_zero_from_tiny():
    tiny = np.float32(1e-9)
    shown = [numbers.formatted(tiny, form) for form in numbers.FORMATS]
    assert shown == ["1.000e−9", "~0", "~0", "1.0000e−9", "1.0e−9"]
    assert {numbers.formatted(np.float32(0), form) for form in numbers.FORMATS} == {"0"}
    for value, text in ((np.nan, "NaN"), (-np.inf, "−∞"), (np.inf, "∞")):
        assert {numbers.formatted(value, form) for form in numbers.FORMATS} == {text}


# -- the window ------------------------------------------------------------------------------------------------------


@pytest.fixture
def window(qtbot, opened):
    one = opened(Small())
    one.start(Request(("Thinking Machines is here",), "article"))
    settle(qtbot, one)
    go(qtbot, one, "blocks.0.attn.scores")
    one.stage.equation.setFocus()
    return one


def clipboard() -> str:
    return QApplication.clipboard().text()


def test_a_selection_of_the_table_is_copied(qtbot, window):
    press(qtbot, "t")
    table = window.stage.table
    assert table.hasFocus()
    table.setCurrentIndex(table.model().index(1, 0))
    settle(qtbot, window)
    press(qtbot, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    press(qtbot, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    settle(qtbot, window)
    press(qtbot, Qt.Key.Key_C, CTRL)
    wanted = window.session.trace["blocks.0.attn.scores"][0, 0, 1:3, 0:2]
    rows = list(csv.reader(io.StringIO(clipboard()), delimiter="\t"))
    assert np.array_equal(np.array(rows, np.float32), wanted)
    assert window.status_text() == "4 values copied."
    window.actions_["copy_numpy"].trigger()
    assert np.array_equal(python(clipboard()), wanted)
    assert clipboard().startswith("# blocks.0.attn.scores[0, 0, 1:3, 0:2], shape (2, 2)\n")
    window.actions_["copy_markdown"].trigger()
    assert len(clipboard().splitlines()) == 4 and re.search(r"\|---\|---:\|---:\|", clipboard())
    assert [one.objectName() for one in table.actions()] == ["copy", "copy_numpy", "copy_markdown"]


def test_of_the_heat_map_what_is_on_screen_is_copied(qtbot, window):
    press(qtbot, Qt.Key.Key_C, CTRL)
    rows = list(csv.reader(io.StringIO(clipboard()), delimiter="\t"))
    assert np.array_equal(np.array(rows, np.float32), window.session.trace["blocks.0.attn.scores"][0, 0])


def test_an_operand_is_copied_under_its_own_name(qtbot, window):
    press(qtbot, "t")
    window.stage.tables.which.setCurrentIndex(1)
    window.actions_["copy_numpy"].trigger()
    assert clipboard().startswith("# blocks.0.attn.k[0, 0, 0:")
    assert np.array_equal(python(clipboard()), window.session.trace["blocks.0.attn.k"][0, 0])


def test_text_boxes_and_other_lists_keep_their_own_copy(qtbot, window):
    QApplication.clipboard().setText("before")
    window.focus_sentence()
    press(qtbot, Qt.Key.Key_C, CTRL)
    assert clipboard() == window.sentence.box().text()
    tree = window.outline.tree()
    tree.setFocus()
    press(qtbot, Qt.Key.Key_C, CTRL)
    assert clipboard() == str(tree.currentIndex().data())


def test_much_is_copied_away_from_the_window_and_can_be_stopped(qtbot, window, monkeypatch):
    monkeypatch.setattr("tutor.views.copy_desk._AT_ONCE", 3)
    QApplication.clipboard().setText("before")
    press(qtbot, "t")
    window.stage.table.selectAll()
    press(qtbot, Qt.Key.Key_C, CTRL)
    assert window.copy_desk.copying() and window.stage.tables.progress.isVisible()
    qtbot.mouseClick(window.stage.tables.cancel, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert clipboard() == "before" and window.status_text() == "Copying was stopped."
    assert not window.stage.tables.progress.isVisible()
    press(qtbot, Qt.Key.Key_C, CTRL)
    settle(qtbot, window)
    scores = window.session.trace["blocks.0.attn.scores"][0, 0]
    assert clipboard() == copying.tsv(scores) and window.status_text() == f"{scores.size} values copied."
    assert not window.stage.tables.progress.isVisible()


def test_what_cannot_be_copied_says_so(qtbot, window, monkeypatch):
    def full(*_: object, **__: object) -> str:
        raise MemoryError

    monkeypatch.setattr("tutor.views.copy_desk._AT_ONCE", 3)
    monkeypatch.setattr(copying, "tsv", full)
    press(qtbot, Qt.Key.Key_C, CTRL)
    settle(qtbot, window)
    assert window.status_text() == "That is too much to copy: select fewer cells."
