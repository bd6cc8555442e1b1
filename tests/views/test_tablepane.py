"""The table view: every part of a step, in any format, in step with what is pinned and followed."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTableView
from windows import Small, go, press, settle

from tutor.views import numbers, theme
from tutor.views.heatdata import Map, Part
from tutor.views.tablepane import TablePane
from tutor.work import Request

LOOK = theme.LIGHT


@pytest.fixture
def pane(qtbot):
    one = TablePane(LOOK)
    qtbot.addWidget(one)
    one.resize(700, 320)
    q, k = np.arange(6.0).reshape(3, 2), np.arange(8.0).reshape(4, 2)
    one.set_parts(
        [
            Part(Map(q, ["a", "b", "c"]), "q", (("query_pos", 3), ("d_head", 2)), "Q"),
            Part(Map(k, ["w", "x", "y", "z"]), "k", (("d_head", 2), ("key_pos", 4)), "Kᵀ", turned=True),
            Part(Map(q @ k.T, ["a", "b", "c"], ["w", "x", "y", "z"]), "scores", (("query_pos", 3), ("key_pos", 4))),
        ],
        "blocks.0.attn.scores",
    )
    with qtbot.waitExposed(one):
        one.show()
    return one


def shape(pane: TablePane) -> tuple[int, int]:
    model = pane.view.model()
    return model.rowCount(), model.columnCount()


def test_each_part_has_its_table(qtbot, pane):
    assert [pane.which.itemText(at) for at in range(3)] == ["Q q", "Kᵀ k", "scores"]
    assert pane.which.currentIndex() == 2 and shape(pane) == (3, 4) and pane.shows_result()
    pane.which.setFocus()
    qtbot.keyClick(pane.which, Qt.Key.Key_Up)
    assert shape(pane) == (4, 2), "a turned operand is shown as it is stored"
    assert pane.view.model().headerData(1, Qt.Orientation.Vertical) == "x 1"
    assert pane._badge.accessibleName() == "Shape: key_pos 4, d_head 2"


def test_a_name_that_is_longer_than_those_before_it_is_not_cut(qtbot, pane):
    pane.set_parts([
        Part(Map(np.eye(3)), name, (("query_pos", 3), ("key_pos", 3)))
        for name in ("pinned · Block 0 · pattern · head 0", "current · Block 1 · pattern · head 0")
    ], "blocks.1.attn.pattern")  # fmt: skip
    words = pane.which.fontMetrics().horizontalAdvance(pane.which.currentText())
    qtbot.waitUntil(lambda: pane.which.width() > words)


def test_a_cell_of_an_operand_is_pointed_at_and_not_pinned(qtbot, pane):
    pane.which.setCurrentIndex(0)
    with qtbot.waitSignal(pane.pointed) as pointed:
        pane.view.setCurrentIndex(pane.view.model().index(2, 1))
    assert pointed.args == [0, 2, 1]
    pane.which.setCurrentIndex(2)
    with qtbot.assertNotEmitted(pane.pointed):
        pane.view.setCurrentIndex(pane.view.model().index(2, 1))


def test_the_choice_stays_within_a_step_and_no_longer(pane):
    parts = pane._parts
    pane.which.setCurrentIndex(1)
    pane.set_parts(parts, "blocks.0.attn.scores")
    assert pane.which.currentIndex() == 1
    pane.set_parts(parts[:1], "blocks.0.attn.q")
    assert shape(pane) == (3, 2) and not pane.which.isVisible()
    pane.set_parts((), "")
    assert shape(pane) == (0, 0)


def test_the_format_is_chosen_and_every_column_is_as_wide(qtbot, pane):
    model = pane.view.model()
    seen = []
    for at, form in enumerate(numbers.FORMATS):
        pane.form.setCurrentIndex(at)
        seen.append(model.index(2, 3).data())
        assert len({pane.view.columnWidth(one) for one in range(4)}) == 1
        room = theme.metrics(LOOK, "dense").horizontalAdvance("0" * numbers.width(form, 67.0))
        assert pane.view.columnWidth(0) >= room
    assert seen == ["59.00", "59.00", "59.0000", "5.9000e1", "59.0"]


def test_what_is_followed_is_marked_in_every_part(pane):
    pane.set_pinned((1, 2), ((1, None), (2, None), (1, 2)))
    model = pane.view.model()
    assert (pane.view.currentIndex().row(), pane.view.currentIndex().column()) == (1, 2)
    heads = [model.headerData(at, Qt.Orientation.Vertical) for at in range(3)]
    assert heads == ["a 0", "▸ b 1", "c 2"] and model.headerData(2, Qt.Orientation.Horizontal) == "▸ y 2"
    grounds = [model.index(at, 0).data(Qt.ItemDataRole.BackgroundRole) for at in range(3)]
    assert [one is not None for one in grounds] == [False, True, False] and grounds[1].color() == LOOK.accentbg
    pane.which.setCurrentIndex(1)
    assert [model.headerData(at, Qt.Orientation.Vertical)[0] for at in range(4)] == ["w", "x", "▸", "z"]
    pane.set_pinned(None)
    assert model.headerData(2, Qt.Orientation.Vertical) == "y 2"


def test_a_cell_says_its_name_with_its_value(pane):
    assert pane.view.model().index(1, 2).data(Qt.ItemDataRole.AccessibleTextRole) == "23.0000, b 1, y 2"


def test_a_giant_never_looks_at_its_cells_for_a_width(pane, monkeypatch):
    """Neither on opening, nor when the format or the theme changes, nor when it is scrolled to the end."""
    reads: list[int] = []

    class Counted(Map):
        def at(self, row: int, col: int) -> float:
            reads.append(1)
            return super().at(row, col)

    for name in ("resizeColumnsToContents", "resizeRowsToContents"):
        monkeypatch.delattr(QTableView, name)
    giant = Counted(np.zeros((1024, 50257), np.float32))
    pane.set_parts([Part(giant, "logits")], "logits")
    pane.grab()
    pane.form.setCurrentIndex(4)
    pane.set_theme(theme.DARK)
    pane.view.scrollTo(giant_end := pane.view.model().index(1023, 50256))
    pane.grab()
    assert 0 < len(reads) < 5000
    assert pane.view.visualRect(giant_end).isValid()


def test_tab_leaves_the_table(qtbot, pane):
    pane.view.setFocus()
    qtbot.keyClick(pane.view, Qt.Key.Key_Tab)
    assert not pane.view.hasFocus()


def test_the_table_is_in_step_with_the_picture(qtbot, opened):
    window = opened(Small())
    window.start(Request(("Thinking Machines is here",), "article"))
    settle(qtbot, window)
    go(qtbot, window, "blocks.0.attn.scores")
    window.stage.equation.setFocus()
    window.session.pin((0, 0, 2, 1))
    settle(qtbot, window)
    press(qtbot, "t")
    table = window.stage.table
    assert table.hasFocus() and (table.currentIndex().row(), table.currentIndex().column()) == (2, 1)
    press(qtbot, Qt.Key.Key_Down)
    settle(qtbot, window)
    assert window.session.cell == (0, 0, 3, 1)
    window.stage.tables.which.setCurrentIndex(0)
    table.setCurrentIndex(table.model().index(1, 3))
    settle(qtbot, window)
    assert window.session.cell == (0, 0, 3, 1), "an operand's cell pins nothing"
    value = window.session.trace["blocks.0.attn.q"][0, 0, 1, 3]
    assert window.stage.readout().endswith("   " + numbers.exact(value))
    press(qtbot, "h")
    settle(qtbot, window)
    assert window.stage.tables.which.currentIndex() == 0
    first = float(window.session.trace["blocks.0.attn.q"][0, 1, 0, 0])
    assert table.model().index(0, 0).data() == numbers.fixed(first, 4)
