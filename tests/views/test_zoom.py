"""Zoom: parts that belong together stay together, the place under the pointer stays, and what is seen is the part."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QWheelEvent
from PySide6.QtWidgets import QApplication

from tutor.engine.pooling import Pyramid
from tutor.views import theme
from tutor.views.equation import EquationView
from tutor.views.heatdata import Map, Part
from tutor.views.zoom import LEAST, Windows, links

CTRL, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.NoModifier,
)  # fmt: skip
RNG = np.random.default_rng(4)


def windows(**sizes: int) -> Windows:
    made = Windows()
    made.set_axes(sizes)
    return made


def test_zooming_keeps_the_place_and_never_leaves_the_axis():
    one = windows(rows=100)
    assert one.span("rows") == (0, 100) and not one.zoomed()
    for at in (0.0, 30.5, 99.9):
        one.reset()
        while one.zoom("rows", 1.5, at):
            start, stop = one.span("rows")
            assert 0 <= start <= at < stop <= 100
        assert one.span("rows")[1] - one.span("rows")[0] == LEAST
        while one.zoom("rows", 1 / 1.5, at):
            pass
        assert one.span("rows") == (0, 100) and not one.zoomed()


def test_a_short_axis_is_never_zoomed():
    one = windows(rows=3)
    assert not one.zoom("rows", 2.0, 1.0) and not one.zoomed()


def test_panning_stops_at_the_ends_and_reveals_with_a_margin():
    one = windows(rows=50)
    one.zoom("rows", 5, 25)
    assert one.span("rows") == (20, 30)
    assert not one.reveal("rows", 29) and one.reveal("rows", 30)
    assert one.span("rows") == (22, 32)
    assert one.reveal("rows", 21) and one.span("rows") == (20, 30)
    assert one.move("rows", -99) and one.span("rows") == (0, 10) and not one.move("rows", -1)
    assert one.put("rows", 99) and one.span("rows") == (40, 50)


def test_other_axes_are_shown_whole_and_the_same_axes_stay_zoomed():
    one = windows(rows=50, columns=20)
    one.zoom("rows", 5, 25)
    one.set_axes({"rows": 50, "columns": 20})
    assert one.zoomed("rows") and not one.zoomed("columns")
    one.set_axes({"rows": 50, "columns": 21})
    assert not one.zoomed()


def test_axes_that_run_along_one_another_are_one():
    assert links([(4, 5), (5, 7), (4, 7)], True) == [("rows", "inner"), ("inner", "columns"), ("rows", "columns")]
    # A square weight: the first operand's columns are not the result's, though as many.
    assert links([(4, 5), (5, 5), (4, 5)], True) == [("rows", "inner"), ("inner", "columns"), ("rows", "columns")]
    assert links([(4, 5), (4, 5)], False) == [("rows", "columns")] * 2
    assert links([(4, 5), (1, 5), (4, 5)], False) == [("rows", "columns"), ("rows 1", "columns"), ("rows", "columns")]
    assert links([(9, 3)], False) == [("rows", "columns")]


@pytest.fixture
def view(qtbot):
    one = EquationView(theme.LIGHT)
    qtbot.addWidget(one)
    one.resize(900, 420)
    q, k = RNG.standard_normal((24, 8)), RNG.standard_normal((30, 8))
    one.set_parts(
        [
            Part(Map(q, row_axis="query_pos"), "q"),
            Part(Map(k, row_axis="key_pos"), "k", turned=True),
            Part(Map(q @ k.T, row_axis="query_pos", col_axis="key_pos"), "scores"),
        ],
        "×",
    )
    with qtbot.waitExposed(one):
        one.show()
    return one


def turn(view: EquationView, point: QPointF, by: int, modifier: Qt.KeyboardModifier = NONE, across: int = 0) -> bool:
    event = QWheelEvent(
        point, view.mapToGlobal(point), QPoint(), QPoint(across, by), Qt.MouseButton.NoButton, modifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, event)
    return event.isAccepted()


def spans(view: EquationView) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return [(plot.rows, plot.cols) for plot in view._plots]


def test_the_wheel_zooms_about_the_pointer_and_operands_follow(qtbot, view):
    place = view.cell_rect(2, 10, 20).center()
    assert not turn(view, place, -120), "with nothing zoomed the wheel is for who scrolls the pane"
    for _ in range(4):
        assert turn(view, place, 120, CTRL)
        under = view._at(place)
        assert under is not None and abs(under[1] - 10) <= 1 and abs(under[2] - 20) <= 1
    q, k, s = spans(view)
    assert s[0] != (0, 24) and s[1] != (0, 30)
    assert q == (s[0], (0, 8)), "the rows of Q are the rows of S; its features are all there"
    assert k == ((0, 8), s[1])
    for row in range(*s[0]):  # a lit row still runs straight across
        assert view.cell_rect(0, row, 0).top() == view.cell_rect(2, row, s[1][0]).top()
    assert turn(view, place, -120) and spans(view)[2][0][0] > s[0][0]
    assert turn(view, place, -120, SHIFT) and spans(view)[2][1][0] > s[1][0]
    assert turn(view, place, 0, across=360) and spans(view)[2][1][0] <= s[1][0]
    for _ in range(9):
        turn(view, place, -120, CTRL)
    assert not view.zoomed() and spans(view)[2] == ((0, 24), (0, 30))


def test_the_first_operands_columns_are_the_seconds_rows(view):
    place = view.cell_rect(0, 5, 3).center()
    turn(view, place, 240, CTRL)
    q, k, s = spans(view)
    assert q[1] == k[0] != (0, 8) and q[0] == s[0] and s[1] == (0, 30)


def test_dragging_moves_the_part_and_pins_nothing(qtbot, view):
    place = view.cell_rect(2, 12, 15).center()
    turn(view, place, 480, CTRL)
    before, cell = spans(view)[2], view._plots[2].cell_size()
    with qtbot.assertNotEmitted(view.clicked):
        start = view._plots[2].grid.center().toPoint()
        qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=start)
        end = start - QPoint(round(2 * cell.width()), round(3 * cell.height()))
        qtbot.mouseMove(view, start - QPoint(9, 9))
        qtbot.mouseMove(view, end)
        qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)
    after = spans(view)[2]
    assert after[0] == (before[0][0] + 3, before[0][1] + 3) and after[1] == (before[1][0] + 2, before[1][1] + 2)
    with qtbot.waitSignal(view.clicked) as clicked:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view._plots[2].grid.center().toPoint())
    assert clicked.args[0] == 2 and after[0][0] <= clicked.args[1] < after[0][1]


def test_the_keys_bring_the_cursor_on_screen(qtbot, view):
    view.setFocus()
    view.set_pinned((12, 15))
    for _ in range(3):
        view.zoom_in()
    (top, bottom), (left, right) = spans(view)[2]
    assert top <= 12 < bottom and left <= 15 < right and bottom - top < 10
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Down, CTRL)
    assert spans(view)[2][0][1] == 24
    qtbot.keyClick(view, Qt.Key.Key_Left, CTRL)
    assert spans(view)[2][1][0] == 0
    view.set_pinned((0, 29))
    assert spans(view)[2][0][0] == 0 and spans(view)[2][1][1] == 30
    view.zoom_all()
    assert not view.zoomed()


def test_every_cell_on_screen_is_the_cell_it_says_it_is(view):
    """Colour, place and pointer agree after zooming, for the turned operand too."""
    turn(view, view.cell_rect(2, 12, 15).center(), 360, CTRL)
    picture = view.grab().toImage()
    for at, part in enumerate(view.parts()):
        rows, cols = view._plots[at].rows, view._plots[at].cols
        low, high = part.data.limits
        for row in range(*rows):
            for col in range(*cols):
                r, c = (col, row) if part.turned else (row, col)
                rect = view.cell_rect(at, r, c)
                assert view._at(rect.center()) == (at, r, c)
                reach = max(abs(low), abs(high))
                index = 128 + round(127 * float(np.clip(part.data.at(r, c) / reach, -1, 1)))
                expected = tuple(int(one) for one in theme.lut(theme.LIGHT, "signed")[index])
                corner = picture.pixelColor(int(rect.left()) + 1, int(rect.top()) + 1)
                if (r, c) != (0, 0):
                    found = corner.red(), corner.green(), corner.blue()
                    assert max(abs(a - b) for a, b in zip(found, expected)) <= 2, (at, r, c)


def test_what_is_not_all_on_screen_says_so(view):
    assert view.notes() == ("", "", "")
    turn(view, view.cell_rect(2, 12, 15).center(), 240, CTRL)
    (top, bottom), (left, right) = spans(view)[2]
    assert view.notes()[2] == f"rows {top}–{bottom - 1} of 24 · columns {left}–{right - 1} of 30"
    assert view.notes()[0] == f"rows {top}–{bottom - 1} of 24"


@pytest.fixture(scope="module")
def giant():
    values = np.zeros((1024, 50257), np.float32)
    values[700, 31415] = 1.0
    return Map(values, pyramid=Pyramid.of(values))


def darkest(image: QImage, view: EquationView) -> list[tuple[int, int]]:
    """Pixels of the result in the colour of its largest number."""
    grid = view.grid_rect(0).toRect()
    part = image.copy(grid).convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(part.constBits(), np.uint32).reshape(part.height(), part.bytesPerLine() // 4)
    most = theme.lut(theme.LIGHT, "signed")[255].astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    rows, cols = np.nonzero((pixels & 0xFFFFFF) == most)
    return list(zip(rows.tolist(), cols.tolist()))


def test_one_in_a_vocabulary_is_seen_at_every_zoom(qtbot, giant):
    """A single 1.0 among 51 million zeros: in the picture that is drawn, however far it is zoomed."""
    view = EquationView(theme.LIGHT)
    qtbot.addWidget(view)
    view.resize(760, 420)
    view.set_parts([Part(giant, "logits")])
    with qtbot.waitExposed(view):
        view.show()
    assert view.notes() == (f"1 px = {view._plots[0].pooling[0]} × {view._plots[0].pooling[1]} cells (max |x|)",)
    steps = 0
    while True:
        QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))  # no ring round what is pointed at
        seen = darkest(view.grab().toImage(), view)
        assert seen, f"nothing is left after {steps} steps of zoom"
        row, col = seen[len(seen) // 2]
        found = view._at(view.grid_rect(0).topLeft() + QPointF(col + 0.5, row + 0.5))
        assert found == (0, 700, 31415), "the pixel that shows it gives its value to the pointer"
        if not turn(view, view.cell_rect(0, 700, 31415).center(), 120, CTRL) or view._plots[0].shown == (4, 4):
            break
        steps += 1
        assert steps < 80
    assert view._plots[0].pooling == (1, 1)
    assert "columns" in view.notes()[0] and "of 50,257" in view.notes()[0]


def test_a_tall_map_says_how_many_rows_share_a_pixel(qtbot):
    view = EquationView(theme.LIGHT)
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.set_parts([Part(Map(RNG.standard_normal((3000, 5))), "x")])
    assert view.notes()[0].startswith("1 px = ") and view.notes()[0].endswith(" rows (max |x|)")
    view.set_parts([Part(Map(RNG.standard_normal((5, 3000))), "x")])
    assert view.notes()[0].endswith(" columns (max |x|)")
