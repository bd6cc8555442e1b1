"""The equation of heat maps: the numbers' own colours, the right way round, rows in line, and cells that answer."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QApplication

from tutor.views import theme
from tutor.views.equation import EquationView
from tutor.views.heatdata import Map, Part, colour_index

LOOK = theme.LIGHT
RNG = np.random.default_rng(7)
#: Q [5, 4] × Kᵀ = S [5, 7]: no two sizes are the same and no row or column is another.
Q, K = RNG.normal(size=(5, 4)), RNG.normal(size=(7, 4))
ROWS = [" the", " cat", "sat", " on", " it"]


def product() -> list[Part]:
    return [
        Part(Map(Q, ROWS, None, "query_pos", "d_head", low=-3, high=3), "q",
             (("query_pos", 5), ("d_head", 4)), "Q", "Q"),
        Part(Map(K, [f"k{n}" for n in range(7)], None, "key_pos", "d_head", low=-3, high=3), "k",
             (("d_head", 4), ("key_pos", 7)), "Kᵀ", "K", turned=True),
        Part(Map(Q @ K.T, ROWS, [f"k{n}" for n in range(7)], "query_pos", "key_pos", low=-9, high=9), "scores",
             (("query_pos", 5), ("key_pos", 7))),
    ]  # fmt: skip


@pytest.fixture
def view(qtbot):
    one = EquationView(LOOK)
    qtbot.addWidget(one)
    one.resize(900, 400)
    one.set_parts(product(), "×", "", "Scores")
    with qtbot.waitExposed(one):
        one.show()
    return one


def painted(view: EquationView, ratio: float = 1.0) -> QImage:
    image = QImage(view.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(LOOK.pane)
    view.render(image)
    return image


def close(one: QColor, other: QColor, by: int = 2) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))


def expected(data: Map, row: int, col: int, look=LOOK) -> QColor:
    index = int(colour_index(data.values[row : row + 1, col : col + 1], data.kind, *data.limits)[0, 0])
    return QColor(*(int(part) for part in theme.lut(look, data.kind)[index]))


def corner(view: EquationView, part: int, row: int, col: int) -> QPoint:
    """A point of the cell that no number is printed on."""
    return (view.cell_rect(part, row, col).topLeft() + QPointF(2.5, 2.5)).toPoint()


def centre(view: EquationView, part: int, row: int, col: int) -> QPoint:
    return view.cell_rect(part, row, col).center().toPoint()


def send_key(view: EquationView, key: Qt.Key, modifier=Qt.KeyboardModifier.NoModifier) -> bool:
    """Whether the view wanted the key."""
    event = QKeyEvent(QEvent.Type.KeyPress, key, modifier)
    view.keyPressEvent(event)
    return event.isAccepted()


@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK], ids=lambda look: look.name)
def test_every_cell_has_its_values_colour_the_turned_ones_too(view, look):
    view.set_theme(look)
    image = painted(view)
    for part, one in enumerate(view.parts()):
        for row in range(one.data.shape[0]):
            for col in range(one.data.shape[1]):
                colour = image.pixelColor(corner(view, part, row, col))
                assert close(colour, expected(one.data, row, col, look)), (one.name, row, col)


def test_a_turned_operand_runs_the_other_way(view):
    assert view.cell_rect(1, 6, 0).left() > view.cell_rect(1, 0, 0).left()
    assert view.cell_rect(1, 6, 0).top() == view.cell_rect(1, 0, 0).top()
    assert view.cell_rect(1, 0, 3).top() > view.cell_rect(1, 0, 0).top()
    assert view.cell_rect(0, 4, 0).top() > view.cell_rect(0, 0, 0).top()
    assert view.cell_rect(0, 4, 0).left() == view.cell_rect(0, 0, 0).left()


@pytest.mark.parametrize("size", [(900, 400), (701, 333), (1500, 800), (520, 260)])
def test_rows_of_operand_and_result_are_in_line_to_the_pixel(view, size):
    view.resize(*size)
    for row in range(5):
        left, right = view.cell_rect(0, row, 0), view.cell_rect(2, row, 0)
        assert (left.top(), left.bottom()) == (right.top(), right.bottom())
        assert left.top() == int(left.top())
    assert view.grid_rect(0).top() == view.grid_rect(1).top() == view.grid_rect(2).top()
    for part in (0, 1):
        assert view.grid_rect(part).right() < view.grid_rect(part + 1).left()
    assert view.grid_rect(2).right() <= size[0]
    assert view.grid_rect(2).bottom() <= size[1]


def test_rows_stay_in_line_where_pixels_are_smaller_than_the_screens(view):
    image = painted(view, 1.5)
    assert image.width() == 1350
    one, other = view.parts()[0].data, view.parts()[2].data
    for row in range(5):
        for part, data in ((0, one), (2, other)):
            point = QPointF(corner(view, part, row, 0)) * 1.5
            assert close(image.pixelColor(point.toPoint()), expected(data, row, 0))


def test_hovering_names_part_row_and_column(qtbot, view):
    seen = []
    view.hovered.connect(lambda *at: seen.append(at))
    for part, row, col in ((0, 4, 1), (1, 6, 2), (1, 0, 3), (2, 3, 6)):
        qtbot.mouseMove(view, centre(view, part, row, col))
        assert seen[-1] == (part, row, col)
    count = len(seen)
    qtbot.mouseMove(view, centre(view, 2, 3, 6) + QPoint(1, 1))
    assert len(seen) == count, "the same cell is said once"
    qtbot.mouseMove(view, QPoint(1, view.height() - 1))
    assert seen[-1] == (-1, -1, -1)
    qtbot.mouseMove(view, centre(view, 0, 0, 0))
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert seen[-1] == (-1, -1, -1)
    seen.clear()


def test_clicking_names_part_row_and_column(qtbot, view):
    for at in ((0, 4, 1), (1, 6, 2), (2, 3, 6)):
        with qtbot.waitSignal(view.clicked) as clicked:
            qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=centre(view, *at))
        assert tuple(clicked.args) == at
    with qtbot.assertNotEmitted(view.clicked):
        qtbot.mouseClick(view, Qt.MouseButton.RightButton, pos=centre(view, 2, 0, 0))
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(1, view.height() - 1))


def test_every_cell_of_the_result_is_within_reach_of_the_keys(qtbot, view):
    seen, clicked = [], []
    view.hovered.connect(lambda *at: seen.append(at))
    view.clicked.connect(lambda *at: clicked.append(at))
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert clicked == [], "there is no cursor yet"
    for key, cell in ((Qt.Key.Key_Down, (0, 0)), (Qt.Key.Key_Down, (1, 0)), (Qt.Key.Key_Right, (1, 1)),
                      (Qt.Key.Key_Up, (0, 1)), (Qt.Key.Key_Left, (0, 0)), (Qt.Key.Key_Left, (0, 0)),
                      (Qt.Key.Key_Up, (0, 0))):  # fmt: skip
        qtbot.keyClick(view, key)
        assert seen[-1] == (2, *cell)
    for key, cell in ((Qt.Key.Key_Right, (0, 6)), (Qt.Key.Key_Down, (4, 6)), (Qt.Key.Key_Left, (4, 0)),
                      (Qt.Key.Key_Up, (0, 0))):  # fmt: skip
        qtbot.keyClick(view, key, Qt.KeyboardModifier.ControlModifier)
        assert seen[-1] == (2, *cell)
    qtbot.keyClick(view, Qt.Key.Key_Right)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert clicked == [(2, 0, 1)]
    seen.clear()
    clicked.clear()


@pytest.mark.parametrize(("key", "modifier"), [
    (Qt.Key.Key_Period, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_H, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier), (Qt.Key.Key_PageDown, Qt.KeyboardModifier.NoModifier),
    (Qt.Key.Key_Tab, Qt.KeyboardModifier.NoModifier),
])  # fmt: skip
def test_other_keys_are_the_windows(view, key, modifier):
    assert not send_key(view, key, modifier)
    assert send_key(view, Qt.Key.Key_Down)


def ring_pixels(image: QImage, view: EquationView, cell, colour: QColor) -> int:
    rect = view.cell_rect(2, *cell).adjusted(-4, -4, 4, 4).toRect()
    return sum(
        close(image.pixelColor(x, y), colour, 1)
        for x in range(rect.left(), rect.right() + 1)
        for y in range(rect.top(), rect.bottom() + 1)
        if min(x - rect.left(), rect.right() - x, y - rect.top(), rect.bottom() - y) < 4
    )


def test_the_pinned_cell_has_its_ring_and_no_other(view):
    ring = LOOK.ring
    before = ring_pixels(painted(view), view, (2, 3), ring)
    view.set_pinned((2, 3), ((2, None), (3, None), (2, 3)))
    image = painted(view)
    rect = view.cell_rect(2, 2, 3)
    assert ring_pixels(image, view, (2, 3), ring) > before + 2 * (rect.width() + rect.height())
    view.set_pinned(None)
    assert ring_pixels(painted(view), view, (2, 3), ring) == before
    view.set_pinned((40, 50))  # of another tensor: no ring, no trouble
    assert ring_pixels(painted(view), view, (2, 3), ring) == before


def test_what_a_cell_reads_is_framed_in_every_part(view):
    plain = painted(view)
    view.set_hover_lit(((2, None), (3, None), (2, 3)))
    image = painted(view)

    def changed(part: int, row: int, col: int) -> bool:
        """Whether a frame runs along the top or the left of a cell."""
        rect = view.cell_rect(part, row, col)
        top = QPoint(int(rect.center().x()), int(rect.top()) - 1)
        left = QPoint(int(rect.left()) - 1, int(rect.center().y()))
        return any(image.pixelColor(at) != plain.pixelColor(at) for at in (top, left))

    assert all(changed(0, 2, col) for col in range(4)), "row 2 of q"
    assert all(changed(1, 3, col) for col in range(4)), "key 3, which is drawn as a column"
    assert not any(changed(0, row, 3) for row in (0, 1, 4))
    assert not any(changed(1, row, 0) for row in (0, 1, 2, 5, 6))
    view.set_hover_lit(())
    assert painted(view) == plain


def test_each_part_has_its_badge_in_the_colours_of_its_axes(view):
    image = painted(view)
    for part, one in enumerate(view.parts()):
        rect = view._heads[part].toRect()
        seen = {image.pixelColor(x, y).name() for x in range(max(0, rect.left()), min(rect.right(), view.width()))
                for y in range(rect.top(), rect.bottom())}  # fmt: skip
        for axis, _ in one.axes:
            assert LOOK.axis(axis).name() in seen, (one.name, axis)
        if one.role:
            assert LOOK.role(one.role).name() in seen, one.name


def test_heads_of_neighbours_do_not_overlap(view):
    for width in (520, 700, 900, 1400):
        view.resize(width, 400)
        for left, right in zip(view._heads, view._heads[1:], strict=False):
            assert left.right() <= right.left() + 1


def test_pads_are_hatched_and_read_all_the_same(qtbot, view):
    data = Map(Q, ROWS, low=-3, high=3, hatched_rows=frozenset({3, 4}))
    view.set_parts([Part(data, "x")])
    image = painted(view)
    rect = view.cell_rect(0, 4, 2).toRect().adjusted(1, 1, -2, -2)
    seen = {image.pixelColor(x, y).name() for x in range(rect.left(), rect.right()) for y in
            range(rect.top(), rect.bottom())}  # fmt: skip
    assert LOOK.hatchbg.name() in seen
    assert expected(data, 4, 2).name() not in seen
    with qtbot.waitSignal(view.hovered) as hovered:
        qtbot.mouseMove(view, centre(view, 0, 4, 2))
    assert hovered.args == [0, 4, 2]


def test_it_is_described_for_a_screen_reader(view):
    top = np.unravel_index(np.abs(Q @ K.T).argmax(), (5, 7))
    assert view.accessibleName() == "Scores"
    words = view.accessibleDescription()
    assert words.startswith("5 rows, 7 columns. Largest: ")
    assert f"at row {ROWS[top[0]].replace(' ', '·')}, column k{top[1]}." in words


def test_a_giant_is_shown_whole_and_every_column_can_be_pointed_at(qtbot, view):
    wide = np.zeros((3, 60_000), np.float32)
    wide[1, 59_999] = 5.0
    view.set_parts([Part(Map(wide, low=-5, high=5), "logits")], "", "", "Logits")
    grid = view.grid_rect(0)
    image = painted(view)
    last = QPoint(int(grid.right()) - 1, int(view.cell_rect(0, 1, 59_999).center().y()))
    assert close(image.pixelColor(last), expected(view.parts()[0].data, 1, 59_999)), "a lone peak survives"
    with qtbot.waitSignal(view.hovered) as hovered:
        qtbot.mouseMove(view, last)
    assert hovered.args == [0, 1, 59_999]


def test_another_step_forgets_the_pointer_and_keeps_the_cursor_where_the_shape_is_the_same(qtbot, view):
    view.setFocus()
    for _ in range(3):
        qtbot.keyClick(view, Qt.Key.Key_Down)
    view.set_parts(product(), "×")
    assert view._cursor == (2, 0)
    view.set_parts(product()[:1])
    assert view._cursor is None


def test_an_empty_view_draws_a_grid_and_takes_every_key(qtbot):
    empty = EquationView(LOOK)
    qtbot.addWidget(empty)
    empty.resize(300, 200)
    image = painted(empty)
    assert any(image.pixelColor(x, 100) == LOOK.line for x in range(300))
    with qtbot.assertNotEmitted(empty.clicked):
        qtbot.keyClick(empty, Qt.Key.Key_Down)
        qtbot.keyClick(empty, Qt.Key.Key_Return)
        qtbot.mouseClick(empty, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
        QApplication.sendEvent(empty, QMouseEvent(QEvent.Type.MouseMove, QPointF(5, 5), QPointF(5, 5),
                               Qt.MouseButton.NoButton, Qt.MouseButton.NoButton,
                               Qt.KeyboardModifier.NoModifier))  # fmt: skip
    assert empty.accessibleDescription() == "Nothing to show yet."


@pytest.mark.parametrize("size", [(0, 0), (1, 1), (19, 19), (60, 40)])
def test_it_survives_being_squeezed(view, size):
    view.setMinimumSize(0, 0)
    view.resize(*size)
    painted(view) if min(size) else None
    view.resize(900, 400)
    assert close(painted(view).pixelColor(corner(view, 2, 1, 1)), expected(view.parts()[2].data, 1, 1))
