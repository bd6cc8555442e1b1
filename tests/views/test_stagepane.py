"""The stage pane: every word and number of it in its place, and nothing cut that may not be cut."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QToolButton
from windows import labels

from tutor.views import theme
from tutor.views.elided import Elided
from tutor.views.heatdata import Map, Part
from tutor.views.scalefoot import Scale
from tutor.views.stagepane import StagePane, Tab

LOOK = theme.LIGHT
AXES = (("batch", 1), ("head", 4), ("query_pos", 16), ("key_pos", 16))
VALUES = np.arange(12.0).reshape(3, 4) - 5


@pytest.fixture
def pane(qtbot):
    one = StagePane(LOOK)
    qtbot.addWidget(one)
    one.resize(764, 560)
    data = Map(VALUES, [" a", "b", ""], ["x", "y", "z", "w"], "query_pos", "key_pos")
    one.equation.set_parts([Part(data, "scores")])
    one.tables.set_parts([Part(data, "scores")], "blocks.0.attn.scores")
    one.set_empty("")
    with qtbot.waitExposed(one):
        one.show()
    return one


def tabs(pane: StagePane) -> list[QToolButton]:
    return [one for one in pane.findChildren(QToolButton) if one.accessibleName() and one.isVisible()]


def test_it_says_where_and_what(pane):
    pane.set_place(["Model", "Block 0", "Scores"], "✓ result shown · stage 6 of 17")
    pane.set_step("Scores", "blocks.0.attn.scores", AXES)
    pane.set_formula("", "S = Q K^{T}", "scores = q @ k.transpose(-1, -2)")
    pane.set_readout("query cat (5), key sat (4)", "0.5781")
    assert pane.crumbs() == "Model › Block 0 › Scores"
    assert pane.state_text() == "✓ result shown · stage 6 of 17"
    assert pane.title() == "Scores"
    assert pane.tensor_name() == "blocks.0.attn.scores"
    assert pane.badge().accessibleName() == "Shape: batch 1, head 4, query_pos 16, key_pos 16"
    assert pane.formula().accessibleName() == "S = Q K^{T}"
    assert pane.code() == "scores = q @ k.transpose(-1, -2)"
    assert pane.readout() == "query cat (5), key sat (4)   0.5781"


def test_the_badge_gives_its_names_up_before_it_pushes_others_out(qtbot, pane):
    pane.resize(1400, 560)
    pane.set_step("Scores", "blocks.0.attn.scores", AXES)
    wide = pane.badge().width()
    pane.resize(520, 560)
    pane.set_step("Scores", "blocks.0.attn.scores", AXES)
    pane.grab()
    assert pane.badge().width() < wide
    assert pane.badge().geometry().right() < pane.width()
    assert pane.badge().accessibleName() == "Shape: batch 1, head 4, query_pos 16, key_pos 16"


def test_results_are_chosen_by_tabs(qtbot, pane):
    paths = [f"blocks.0.attn.{one}_flat" for one in "qkv"]
    pane.set_tabs([Tab(path, path[-6:]) for path in paths], paths[1])
    qtbot.waitUntil(lambda: len(tabs(pane)) == 3)
    assert [one.accessibleName() for one in tabs(pane)] == paths
    assert [one.isChecked() for one in tabs(pane)] == [False, True, False]
    with qtbot.waitSignal(pane.stepChosen) as chosen:
        qtbot.mouseClick(tabs(pane)[2], Qt.MouseButton.LeftButton)
    assert chosen.args == [paths[2]]
    with qtbot.assertNotEmitted(pane.stepChosen):
        pane.set_tabs([Tab(path, path[-6:]) for path in paths], paths[0])
        pane.set_tabs((), "")
    assert tabs(pane) == []
    pane.set_tabs([Tab(path, path[-6:]) for path in paths[:2]], paths[0])
    qtbot.waitUntil(lambda: len(tabs(pane)) == 2)
    assert [one.isChecked() for one in tabs(pane)] == [True, False]


def test_axes_that_are_not_on_screen_have_a_box(qtbot, pane):
    pane.set_axes_choices([("head", "Head", 2, 4)])
    spin = pane.spin("head")
    qtbot.waitUntil(spin.isVisible)
    assert (spin.minimum(), spin.maximum(), spin.value(), spin.isVisible()) == (0, 3, 2, True)
    assert spin.accessibleName() == "Head"
    assert "of 0–3" in labels(pane)
    with qtbot.waitSignal(pane.selected) as chosen:
        qtbot.keyClick(spin, Qt.Key.Key_Up)
    assert chosen.args == ["head", 3]
    with qtbot.assertNotEmitted(pane.selected):
        pane.set_axes_choices([("head", "Head", 0, 12)])
        pane.set_axes_choices(())
    assert not spin.isVisible()
    assert "of 0–11" not in labels(pane)
    pane.set_axes_choices([("expert", "Expert", 1, 2), ("head", "Head", 1, 2)])
    assert [pane.spin(axis).value() for axis in ("expert", "head")] == [1, 1]
    assert pane.spin("nothing of the kind") is None


def test_the_equation_speaks_through_the_pane(qtbot, pane):
    view = pane.equation
    with qtbot.waitSignal(pane.hovered) as hovered:
        qtbot.mouseMove(view, view.cell_rect(0, 2, 1).center().toPoint())
    assert hovered.args == [0, 2, 1]
    with qtbot.waitSignal(pane.clicked) as clicked:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.cell_rect(0, 1, 3).center().toPoint())
    assert clicked.args == [0, 1, 3]


def test_the_table_twin_has_the_same_numbers_and_names(qtbot, qtmodeltester, pane):
    model = pane.table.model()
    qtmodeltester.check(model)
    assert (model.rowCount(), model.columnCount()) == (3, 4)
    shown = [[model.index(row, col).data() for col in range(4)] for row in range(3)]
    assert shown == [["−5.0000", "−4.0000", "−3.0000", "−2.0000"], ["−1.0000", "0", "1.0000", "2.0000"],
                     ["3.0000", "4.0000", "5.0000", "6.0000"]]  # fmt: skip
    assert [model.headerData(at, Qt.Orientation.Vertical) for at in range(3)] == ["·a 0", "b 1", "2"]
    assert model.headerData(3, Qt.Orientation.Horizontal) == "w 3"
    pane.show_view("table")
    assert pane.table.isVisible()
    assert pane.current_view() is pane.table
    with qtbot.waitSignal(pane.table.cellChosen) as chosen:
        pane.table.setCurrentIndex(model.index(1, 2))
    assert chosen.args == [1, 2]
    with qtbot.waitSignal(pane.table.cellChosen) as chosen:
        qtbot.keyClick(pane.table, Qt.Key.Key_Down)
    assert chosen.args == [2, 2]
    with qtbot.assertNotEmitted(pane.table.cellChosen):
        pane.table.set_pinned((0, 0))
        pane.table.set_map(Map(VALUES.T))
        pane.table.set_pinned((9, 9))
        pane.table.set_pinned(None)
    pane.show_view("heat")
    assert pane.equation.isVisible()


def test_the_view_is_chosen_with_its_buttons_and_the_focus_goes_along(qtbot, pane):
    heat, table = (next(one for one in pane.findChildren(QToolButton) if one.text() == text)
                   for text in ("Heat map", "Table"))  # fmt: skip
    pane.activateWindow()
    pane.equation.setFocus()
    qtbot.waitUntil(pane.equation.hasFocus)
    qtbot.mouseClick(table, Qt.MouseButton.LeftButton)
    assert (pane.view(), table.isChecked(), heat.isChecked()) == ("table", True, False)
    pane.table.setFocus()
    pane.show_view("heat")
    assert pane.equation.hasFocus()


def test_the_tab_key_leaves_the_table(qtbot, pane):
    pane.show_view("table")
    pane.activateWindow()
    pane.table.setFocus()
    qtbot.waitUntil(pane.table.hasFocus)
    qtbot.keyClick(pane.table, Qt.Key.Key_Tab)
    assert not pane.table.hasFocus()


def test_with_no_run_it_says_so_and_offers_samples(qtbot, pane):
    pane.set_empty("Type a sentence & press Run, or start with a sample:", ("Thinking Machines", 'a <b> "c"'))
    label = next(one for one in pane.findChildren(QLabel) if "sample" in one.text())
    assert label.isVisible()
    assert "&amp;" in label.text()
    assert "&lt;b&gt;" in label.text()
    with qtbot.waitSignal(pane.sampleChosen) as chosen:
        label.linkActivated.emit("Thinking Machines")
    assert chosen.args == ["Thinking Machines"]
    pane.set_empty("")
    assert not label.isVisible()


@pytest.mark.parametrize("align", [Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight])
def test_a_line_too_long_is_cut_with_an_ellipsis_and_told_whole(qtbot, align):
    text = "short and then a great deal more of it"
    line = Elided(LOOK, "dense", "ink")
    qtbot.addWidget(line)
    line.set_align(align)
    line.set_text(text)
    assert line.sizeHint().width() >= theme.metrics(LOOK, "dense").horizontalAdvance(text)
    line.resize(120, line.sizeHint().height())
    cut = line.grab().toImage()
    line.set_text(theme.metrics(LOOK, "dense").elidedText(text, Qt.TextElideMode.ElideRight, 120))
    assert line.text().endswith("…")
    assert line.grab().toImage() == cut
    line.set_text(text)
    assert line.toolTip() == line.accessibleName() == line.text() == text


def test_themes_move_nothing(qtbot, pane):
    pane.set_place(["Model", "Block 0"], "✓ result shown")
    pane.set_step("Scores", "blocks.0.attn.scores", AXES)
    pane.set_axes_choices([("head", "Head", 2, 4)])
    pane.foot.set_scales([Scale("x", "signed", -1.0, 1.0, 1.0)])
    pane.grab()
    before = [one.geometry().getRect() for one in pane.findChildren(QLabel)], pane.equation.grid_rect(0)
    pane.set_theme(theme.DARK)
    pane.grab()
    assert ([one.geometry().getRect() for one in pane.findChildren(QLabel)], pane.equation.grid_rect(0)) == before
