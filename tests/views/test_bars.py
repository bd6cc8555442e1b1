"""Bars of the step on screen, in the real window by keys and clicks; every number against the trace."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QToolButton
from windows import CTRL, SHIFT, Small, click_cell, go, settle, step

from tutor.engine.tokens import load
from tutor.views import numbers
from tutor.views.bartable import BAR, VALUE, BarRow, BarTable
from tutor.views.columnbars import ColumnBars
from tutor.views.theme import LIGHT
from tutor.work import Request

Key = Qt.Key
SENTENCE = "One day, Tom met Lily in the park."


@pytest.fixture
def window(qtbot, opened):
    one = opened(Small())
    one.start(Request((SENTENCE,), "storyteller"))
    settle(qtbot, one)
    one.stage.equation.setFocus()
    return one


def segment(window, text: str) -> QToolButton:
    return next(one for one in window.stage.findChildren(QToolButton) if one.text() == text and one.isVisible())


def click_row(qtbot, window, row: int) -> None:
    table = window.bars.table()
    rect = table.visualRect(table.model().index(row, BAR))
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    settle(qtbot, window)


# -- over the vocabulary ---------------------------------------------------------------------------------------------


def test_steps_over_the_vocabulary_come_as_bars_and_others_as_before(qtbot, window):
    assert window.stage.view() == "heat"
    step(qtbot, window, Key.Key_End, CTRL)
    assert window.session.step.name == "probs"
    assert window.stage.view() == "bars"
    assert window.bars.isVisible()
    step(qtbot, window, ",")
    assert (window.session.step.name, window.stage.view()) == ("logits", "bars")
    step(qtbot, window, ",")
    assert window.stage.view() == "heat"
    # The full matrix is a click away, and stays chosen for such steps.
    step(qtbot, window, ".")
    qtbot.mouseClick(segment(window, "Heat map"), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.stage.equation.isVisible()
    assert window.stage.equation.parts()[-1].data.values.shape == (10, 1280)
    step(qtbot, window, ".")
    assert (window.session.step.name, window.stage.view()) == ("probs", "heat")


def test_the_largest_probabilities_of_the_last_real_token_and_the_rest(qtbot, window):
    go(qtbot, window, "probs")
    trace = window.session.trace
    at = int(trace.batch.lengths[0]) - 1
    row = trace["probs"][0, at]
    order = np.argsort(-row, kind="stable")[:10]
    tokenizer = load("stories")
    rows = window.bars.table().rows()
    assert window.bars.head() == f"After {trace.batch.rows[0][at].text} ({at})"
    assert [one.id for one in rows[:-1]] == order.tolist()
    assert [one.token for one in rows[:-1]] == [tokenizer.token(int(one)).text for one in order]
    assert [one.lead for one in rows[:-1]] == [str(rank) for rank in range(1, 11)]
    assert [one.length for one in rows[:-1]] == [float(row[one]) for one in order]
    assert [one.value for one in rows[:-1]] == [numbers.share(row[one]) for one in order]
    rest = float(row.astype(np.float64).sum() - row[order].astype(np.float64).sum())
    assert rows[-1].token == "the other 1,270 tokens together"
    assert rows[-1].length == pytest.approx(rest, abs=1e-9)
    assert rows[-1].value == numbers.share(rows[-1].length)


def test_logits_say_where_the_others_lie_and_what_softmax_makes_of_them(qtbot, window):
    go(qtbot, window, "logits")
    trace = window.session.trace
    row = trace["logits"][0, -1].astype(np.float64)
    order = np.argsort(-row, kind="stable")
    rows = window.bars.table().rows()
    assert [one.value for one in rows[:-1]] == [numbers.fixed(row[one], 4) for one in order[:10]]
    share = (np.exp(row[order[10:]] - row.max())).sum() / np.exp(row - row.max()).sum()
    assert rows[-1].value == f"p {numbers.share(share)}"
    low, high = numbers.fixed(row[order[-1]], 4), numbers.fixed(row[order[10]], 4)
    assert f"between {low} and {high}" in window.bars.told()


def test_how_many_is_chosen_and_a_click_pins_the_entrys_cell(qtbot, window):
    go(qtbot, window, "probs")
    box = window.bars.count_box()
    box.setFocus()
    box.selectAll()
    qtbot.keyClicks(box, "4")
    qtbot.keyClick(box, Key.Key_Return)
    settle(qtbot, window)
    rows = window.bars.table().rows()
    assert len(rows) == 5
    click_row(qtbot, window, 2)
    at = int(window.session.trace.batch.lengths[0]) - 1
    assert window.session.cell == (0, at, rows[2].id)
    assert window.inspector.explanation().value == pytest.approx(window.session.trace["probs"][0, at, rows[2].id])
    assert [one.marked for one in window.bars.table().rows()[:3]] == [False, False, True]
    click_row(qtbot, window, 2)
    assert window.session.cell is None
    # The row of all others is no token and pins nothing.
    click_row(qtbot, window, len(window.bars.table().rows()) - 1)
    assert window.session.cell is None
    window.bars.table().setFocus()
    for _ in range(1):
        qtbot.keyClick(window.bars.table(), Key.Key_Up)
    qtbot.keyClick(window.bars.table(), Key.Key_Return)
    settle(qtbot, window)
    assert window.session.cell is not None


def test_a_token_is_found_by_a_part_of_it_shown_with_its_rank_and_pinned(qtbot, window):
    go(qtbot, window, "blocks.1.resid_mid")
    step(qtbot, window, "V", SHIFT)
    assert window.session.cursor.path == "probs", "the search goes where there is something to search"
    box = window.bars.search_box()
    assert box.hasFocus()
    qtbot.keyClicks(box, "Lily")
    settle(qtbot, window)
    trace = window.session.trace
    row = trace["probs"][0, -1]
    tokenizer = load("stories")
    found = [one for one in window.bars.table().rows() if one.found]
    assert {one.token for one in found} == {"Lily", "·Lily"}
    for one in found:
        assert tokenizer.token(one.id).text == one.token
        assert one.length == row[one.id]
        assert one.lead == numbers.count(int((row > row[one.id]).sum()) + 1)
    assert window.bars.told() == "2 tokens found; Return pins the first."
    qtbot.keyClick(box, Key.Key_Return)
    settle(qtbot, window)
    pinned = window.session.cell
    assert tokenizer.token(pinned[-1]).text == "Lily"
    assert pinned[:2] == (0, len(row) and trace["probs"].shape[1] - 1)
    assert box.text() == ""
    # It stays among the bars, also at the logits.
    step_rows = [one.id for one in window.bars.table().rows()]
    assert pinned[-1] in step_rows
    go(qtbot, window, "logits")
    assert pinned[-1] in [one.id for one in window.bars.table().rows()]


def test_an_id_is_found_and_what_is_not_there_is_said(qtbot, window):
    go(qtbot, window, "logits")
    box = window.bars.search_box()
    box.setFocus()
    qtbot.keyClicks(box, "#700")
    settle(qtbot, window)
    assert [one.id for one in window.bars.table().rows() if one.found] == [700]
    box.clear()
    qtbot.keyClicks(box, "zzzz")
    settle(qtbot, window)
    assert window.bars.told() == "No token has “zzzz” in it: try a part of it, or an id below 1,280."
    qtbot.keyClick(box, Key.Key_Return)
    settle(qtbot, window)
    assert window.session.cell is None
    qtbot.keyClick(box, Key.Key_Escape)
    assert box.text() == ""
    qtbot.keyClick(box, Key.Key_Down)
    assert window.bars.table().hasFocus()


def test_the_pinned_row_is_the_one_that_is_ranked(qtbot, window):
    go(qtbot, window, "probs")
    window.session.pin((0, 3, 500))
    settle(qtbot, window)
    trace = window.session.trace
    assert window.bars.head() == f"After {trace.batch.rows[0][3].text} (3)"
    rows = window.bars.table().rows()
    assert rows[0].length == trace["probs"][0, 3].max()
    assert [one.id for one in rows if one.marked] == [500]


def test_the_inspector_names_vocabulary_entries_too(qtbot, window):
    go(qtbot, window, "probs")
    window.session.pin((0, 3, 500))
    settle(qtbot, window)
    assert f"vocabulary entry {load('stories').token(500).text} (500)" in window.inspector.explanation().place


def test_numbers_of_another_run_take_the_place_of_the_old_ones(qtbot, window):
    go(qtbot, window, "probs")
    before = [one.id for one in window.bars.table().rows()]
    window.start(Request(("Ben",), "storyteller"))
    settle(qtbot, window)
    after = window.bars.table().rows()
    trace = window.session.trace
    assert after[0].length == trace["probs"][0, -1].max()
    assert [one.id for one in after] != before


# -- any other step --------------------------------------------------------------------------------------------------


def test_another_steps_row_as_signed_bars_that_pin_and_are_read_out(qtbot, window):
    go(qtbot, window, "blocks.0.resid_post")
    step(qtbot, window, "T", SHIFT)
    bars = window.bars.columns()
    trace = window.session.trace
    assert window.stage.view() == "bars"
    np.testing.assert_array_equal(bars.values(), trace["blocks.0.resid_post"][0, -1])
    largest = int(np.abs(bars.values()).argmax())
    assert bars.largest()[0] == largest
    assert numbers.fixed(bars.values()[largest], 4) in bars.accessibleDescription()
    at = bars.column_rect(5).center().toPoint()
    qtbot.mouseMove(bars, at)
    qtbot.waitUntil(lambda: "feature 5" in window.stage.readout())
    assert window.stage.readout().endswith(numbers.fixed(bars.values()[5], 4))
    qtbot.mouseClick(bars, Qt.MouseButton.LeftButton, pos=at)
    settle(qtbot, window)
    assert window.session.cell == (0, trace.batch.n_pos - 1, 5)
    step(qtbot, window, "T", SHIFT)
    assert window.stage.view() == "heat"


def test_a_row_of_attention_has_its_keys_as_columns_and_the_head_on_screen(qtbot, window):
    go(qtbot, window, "blocks.1.attn.pattern")
    window.stage.show_view("bars")
    settle(qtbot, window)
    step(qtbot, window, "h")
    bars, trace = window.bars.columns(), window.session.trace
    np.testing.assert_array_equal(bars.values(), trace["blocks.1.attn.pattern"][0, 1, -1])
    assert bars.label(3) == f"{trace.batch.rows[0][3].text} (3)"
    assert "head 1" in window.bars.head()
    bars.setFocus()
    for key, column in ((Key.Key_Right, 0), (Key.Key_Right, 1), (Key.Key_Left, 0)):
        qtbot.keyClick(bars, key)
        assert f"key {trace.batch.rows[0][column].text} ({column})" in window.stage.readout()
    qtbot.keyClick(bars, Key.Key_Right, CTRL)
    qtbot.keyClick(bars, Key.Key_Return)
    settle(qtbot, window)
    assert window.session.cell == (0, 1, trace.batch.n_pos - 1, trace.batch.n_pos - 1)


def test_where_the_maps_show_a_difference_or_a_sum_the_bars_say_that_they_do_not(qtbot, window):
    go(qtbot, window, "blocks.1.attn.pattern")
    window.stage.show_view("bars")
    settle(qtbot, window)
    assert window.bars.told() == ""
    step(qtbot, window, "p")
    step(qtbot, window, "h")
    step(qtbot, window, "d")
    assert window.bars.told() == "The bars are the numbers of this run itself, not the difference."
    window.compare_desk.unpin()
    settle(qtbot, window)
    assert window.bars.told() == ""
    window.session.choose(window.session.selection.with_several("head", (0, 2)))
    settle(qtbot, window)
    assert window.bars.told() == "The bars are one row of the tensor itself, not the mean or sum."


def test_the_bars_of_padding_are_labelled_so(qtbot, window):
    window.start(Request((SENTENCE, "The cat"), "storyteller"))
    settle(qtbot, window)
    go(qtbot, window, "blocks.1.attn.pattern")
    window.stage.show_view("bars")
    window.session.select("batch", 1)
    settle(qtbot, window)
    bars = window.bars.columns()
    assert [bars.label(at) for at in (0, 9)] == ["The (0)", "pad (9)"]


def test_ids_have_no_bars_and_say_so(qtbot, window):
    go(qtbot, window, "tokens")
    window.stage.show_view("bars")
    settle(qtbot, window)
    assert window.bars.told() == "These are ids: a larger one is not more, so they have no bars."


def test_bars_follow_the_pinned_cell_of_the_heat_map(qtbot, window):
    go(qtbot, window, "blocks.0.attn_out")
    click_cell(qtbot, window, 2, 4)
    window.stage.show_view("bars")
    settle(qtbot, window)
    np.testing.assert_array_equal(window.bars.columns().values(), window.session.trace["blocks.0.attn_out"][0, 2])


def test_more_columns_than_pixels_share_bars_as_long_as_their_largest(qtbot):
    values = np.zeros(50_257, np.float32)
    values[31_234] = -1.0
    bars = ColumnBars(LIGHT)
    qtbot.addWidget(bars)
    bars.resize(700, 300)
    bars.set_values(values, None, "signed", 1.0, "probe")
    borders, shown = bars.bars()
    assert len(shown) < 700
    assert shown.min() == -1.0
    at = int(np.searchsorted(borders, 31_234, side="right")) - 1
    assert shown[at] == -1.0
    assert bars.column_at(bars.column_rect(31_234).center()) == 31_234
    bars.grab()


def test_masked_and_broken_numbers_are_no_bars(qtbot):
    bars = ColumnBars(LIGHT)
    qtbot.addWidget(bars)
    bars.resize(400, 200)
    bars.set_values(np.array([1.0, -np.inf, np.nan, -3.0], np.float32), ["a", "b", "c", " d"], "signed", 3.0, "probe")
    assert bars.largest() == [3, 0]
    bars.grab()
    assert bars.label(3) == "·d (3)"


# -- the table of bars -----------------------------------------------------------------------------------------------


def test_a_bars_length_on_screen_is_its_number(qtbot):
    table = BarTable(LIGHT)
    qtbot.addWidget(table)
    table.resize(400, 200)
    rows = [BarRow("1", "a", 0, 2.0, "2", "signed"), BarRow("2", "b", 1, -1.0, "−1", "signed")]
    table.set_rows(rows, -1.0, 2.0)
    table.show()
    image = table.viewport().grab().toImage()
    rects = [table.visualRect(table.model().index(row, BAR)) for row in range(2)]
    widths = []
    for rect in rects:
        line = [image.pixelColor(QPoint(x, rect.center().y())) for x in range(rect.left(), rect.right())]
        widths.append(sum(one != LIGHT.pane and one != LIGHT.ctl for one in line))
    assert widths[0] / widths[1] == pytest.approx(2, abs=0.1)
    assert table.model().index(0, VALUE).data() == "2"


def test_shares_are_written_so_that_tiny_and_nearly_one_are_told_apart():
    written = [numbers.share(one) for one in (0.0, 1.0, 0.5, 0.99999, 0.00031, 1e-12, float("nan"))]
    assert written == ["0", "1.0000", "0.5000", "~1", "3.1e−4", "1.0e−12", "NaN"]
