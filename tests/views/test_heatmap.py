"""The heat map: colours that are the numbers', extremes that survive, and every cell within reach of the keys."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage

from tests.views.heatmap_widget import HeatMap
from tutor.views import theme
from tutor.views.colorbar import ColorBar
from tutor.views.heatdata import Map, colour_index
from tutor.views.heatpaint import HeatPlot

LOOK = theme.LIGHT


def close(one: QColor, other: QColor, by: int = 2) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one.getRgb()[:3], other.getRgb()[:3], strict=True))


def expected(data: Map, row: int, col: int, look=LOOK) -> QColor:
    index = int(colour_index(data.values[row:row + 1, col:col + 1], data.kind, *data.limits)[0, 0])
    return QColor(*(int(part) for part in theme.lut(look, data.kind)[index]))


def shown(qtbot, data: Map, width=360, height=300, look=LOOK) -> tuple[HeatMap, QImage]:
    heat = HeatMap(look)
    qtbot.addWidget(heat)
    heat.resize(width, height)
    heat.set_map(data)
    return heat, grabbed(heat)


def grabbed(heat: HeatMap, ratio: float = 1.0) -> QImage:
    image = QImage(heat.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(LOOK.pane)
    heat.render(image)
    return image


def centre(heat: HeatMap, row: int, col: int) -> QPoint:
    middle = heat.cell_rect(row, col).center()
    return QPoint(int(middle.x()), int(middle.y()))


@pytest.mark.parametrize("kind", ["signed", "prob"])
@pytest.mark.parametrize("look", [theme.LIGHT, theme.DARK], ids=lambda look: look.name)
def test_a_cell_has_the_colour_of_its_value_and_nothing_is_transposed(qtbot, kind, look):
    values = np.linspace(-3, 3, 21).reshape(3, 7) if kind == "signed" else np.linspace(0, 1, 21).reshape(3, 7)
    data = Map(values, kind=kind)
    heat, image = shown(qtbot, data, 130, 90, look)  # too small for numbers
    for row in range(3):
        for col in range(7):
            assert close(image.pixelColor(centre(heat, row, col)), expected(data, row, col, look)), (row, col)
    assert heat.cell_rect(0, 6).left() > heat.cell_rect(0, 0).left()
    assert heat.cell_rect(2, 0).top() > heat.cell_rect(0, 0).top()


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_cells_are_crisp_at_any_pixel_ratio(qapp, ratio):
    data = Map(np.arange(16 * 32, dtype=float).reshape(16, 32) - 200)
    plot = HeatPlot(data, LOOK)
    plot.fit(QRectF(0, 0, 251, 233), ratio)
    image = plot.image()
    palette = {int(QColor(*map(int, colour)).rgb()) for colour in theme.lut(LOOK, "signed")} | {LOOK.grid.rgb()}
    inks = {image.pixel(x, y) for x in range(image.width()) for y in range(0, image.height(), 3)}
    assert inks <= palette, "a colour between two cells means smoothing"
    for edge in (plot.grid.left(), plot.grid.top(), plot.grid.right(), plot.grid.bottom()):
        assert abs(edge * ratio - round(edge * ratio)) < 1e-6


def test_equal_cells_when_they_are_seen_one_by_one(qapp):
    plot = HeatPlot(Map(np.zeros((16, 16))), LOOK)
    plot.fit(QRectF(0, 0, 400, 333), 1.0)
    assert {plot.cell_rect(0, col).width() for col in range(16)} == {plot.cell_rect(0, 0).width()}


def test_minus_infinity_is_hatched_and_leaves_the_range_alone(qtbot):
    values = np.array([[1.0, -np.inf], [2.0, -4.0]])
    data = Map(values)
    assert data.limits == (-4.0, 4.0)
    heat, image = shown(qtbot, data, 130, 110)
    box = heat.cell_rect(0, 1).adjusted(2, 2, -2, -2)
    seen = {image.pixelColor(x, y).name() for x in range(int(box.left()), int(box.right()))
            for y in range(int(box.top()), int(box.bottom()))}
    assert LOOK.hatchbg.name() in seen
    assert LOOK.hatch.name() in seen


def test_nan_is_marked_even_in_a_crowd(qtbot):
    heat, image = shown(qtbot, Map(np.array([[1.0, np.nan]])), 260, 110)
    corner = heat.cell_rect(0, 1).topLeft().toPoint() + QPoint(8, 4)
    assert close(image.pixelColor(corner), LOOK.errbg)
    crowd = np.ones((300, 300))
    crowd[7, 9] = np.nan
    heat, image = shown(qtbot, Map(crowd), 200, 200)
    assert image.pixelColor(centre(heat, 7, 9)) == LOOK.err


def test_masked_cells_and_pads_are_hatched(qtbot):
    data = Map(np.full((3, 3), 0.5), kind="prob", masked=np.eye(3, dtype=bool), hatched_rows=frozenset({2}))
    heat, image = shown(qtbot, data, 140, 120)
    for row, col, hatched in ((0, 0, True), (0, 1, False), (2, 1, True), (1, 1, True)):
        box = heat.cell_rect(row, col).adjusted(2, 2, -2, -2)
        seen = {image.pixelColor(x, y).name() for x in range(int(box.left()), int(box.right()))
                for y in range(int(box.top()), int(box.bottom()))}
        assert (LOOK.hatch.name() in seen) == hatched
    assert heat.value_at(2, 1) == 0.5


def test_numbers_appear_when_they_fit(qtbot):
    data = Map(np.full((2, 2), 1.25))
    heat, image = shown(qtbot, data, 260, 120)
    paper = expected(data, 0, 0)

    def inked() -> bool:
        box = heat.cell_rect(0, 0).adjusted(2, 2, -2, -2).toRect()
        return any(not close(image.pixelColor(x, y), paper, 40) for x in range(box.left(), box.right())
                   for y in range(box.top(), box.bottom()))

    assert inked()
    heat.resize(60, 60)
    image = grabbed(heat)
    assert not inked()


def test_no_number_is_wider_than_its_cell_at_any_scale(qtbot, qapp):
    rng = np.random.default_rng(0)
    for scale in (1.0, 2.0):
        look = theme.apply(qapp, LOOK, scale)
        data = Map(rng.normal(size=(4, 6)) * 90)
        for width in range(200, 900, 70):
            heat, image = shown(qtbot, data, width, 260, look)
            for row in range(4):
                for col in range(6):
                    box = heat.cell_rect(row, col)
                    for y in range(int(box.top()) + 2, int(box.bottom()) - 2):
                        assert close(image.pixelColor(int(box.left()) + 1, y), expected(data, row, col), 3)
    theme.apply(qapp, LOOK)


def test_one_hidden_in_a_giant_is_seen_found_and_read(qtbot):
    values = np.zeros((1024, 50257), np.float32)
    values[700, 40001] = 1.0
    data = Map(values, kind="prob")
    heat, image = shown(qtbot, data, 420, 320)
    spot = centre(heat, 700, 40001)
    assert close(image.pixelColor(spot), QColor(*(int(part) for part in theme.lut(LOOK, "prob")[255])))
    with qtbot.waitSignal(heat.clicked) as clicked:
        qtbot.mouseClick(heat, Qt.MouseButton.LeftButton, pos=spot)
    row, col = clicked.args
    assert abs(row - 700) <= 4
    assert heat.value_at(*clicked.args) == heat.value_at(row, col)
    first = heat._plot.image()
    grabbed(heat)
    assert heat._plot.image() is first, "pooled once, then only copied"


def test_hover_and_click_name_the_cell(qtbot):
    heat, _ = shown(qtbot, Map(np.arange(12.0).reshape(3, 4)))
    heat.show()
    with qtbot.waitSignal(heat.hovered) as hovered:
        qtbot.mouseMove(heat, centre(heat, 1, 3))
    assert hovered.args == [1, 3]
    with qtbot.waitSignal(heat.hovered) as hovered:
        qtbot.mouseMove(heat, QPoint(1, 1))
    assert hovered.args == [-1, -1]
    with qtbot.waitSignal(heat.clicked) as clicked:
        qtbot.mouseClick(heat, Qt.MouseButton.LeftButton, pos=centre(heat, 2, 0))
    assert clicked.args == [2, 0]


def test_keys_reach_every_cell(qtbot):
    heat, _ = shown(qtbot, Map(np.arange(12.0).reshape(3, 4)))
    heat.set_pinned(1, 1)
    seen = []
    heat.hovered.connect(lambda row, col: seen.append((row, col)))
    control = Qt.KeyboardModifier.ControlModifier
    for key, modifier in ((Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_Right, control),
                          (Qt.Key.Key_Down, control), (Qt.Key.Key_Left, Qt.KeyboardModifier.NoModifier),
                          (Qt.Key.Key_Up, control)):
        qtbot.keyClick(heat, key, modifier)
    assert seen == [(1, 1), (1, 3), (2, 3), (2, 2), (0, 2)]
    with qtbot.waitSignal(heat.clicked) as clicked:
        qtbot.keyClick(heat, Qt.Key.Key_Return)
    assert clicked.args == [0, 2]


def test_lit_row_and_column_have_the_colours_of_their_axes(qtbot):
    data = Map(np.zeros((4, 4)), [" a"] * 4, [" b"] * 4, "query_pos", "key_pos")
    heat, _ = shown(qtbot, data, 160, 160)
    heat.set_lit(2, 1)
    image = grabbed(heat)
    row, col = heat.cell_rect(2, 3), heat.cell_rect(0, 1)
    assert image.pixelColor(int(row.center().x()), int(row.top()) - 1) == LOOK.outlines["Q"]
    assert image.pixelColor(int(col.left()) - 1, int(col.center().y())) == LOOK.outlines["K"]


def test_a_pinned_cell_has_a_double_ring(qtbot):
    heat, _ = shown(qtbot, Map(np.ones((4, 4))), 160, 160)
    heat.set_pinned(1, 2)
    image = grabbed(heat)
    box = heat.cell_rect(1, 2)
    x = int(box.center().x())
    assert image.pixelColor(x, int(box.top()) - 1) == LOOK.ring
    assert image.pixelColor(x, int(box.top()) - 3) == LOOK.halo


def test_a_veil_gives_no_value_away(qtbot):
    data = Map(np.arange(16.0).reshape(4, 4) - 8, title="Scaled")
    heat, _ = shown(qtbot, data)
    heat.set_veiled(True)
    heat.show()
    image = grabbed(heat)
    colours = {image.pixelColor(centre(heat, row, 0)).name() for row in range(4)}
    assert colours == {LOOK.accentbg.name()}
    with qtbot.assertNotEmitted(heat.hovered):
        qtbot.mouseMove(heat, centre(heat, 1, 1))
    assert "8" not in heat.accessibleDescription()


def test_words_for_a_screen_reader(qtbot):
    data = Map(np.array([[0.5, -2.25], [1.0, 0.0]]), ["cat", " sat"], ["cat", " sat"], title="Scores, head 2")
    heat, _ = shown(qtbot, data)
    assert heat.accessibleName() == "Scores, head 2"
    assert heat.accessibleDescription() == "2 rows, 2 columns. Largest: −2.2500 at row cat, column ·sat."
    assert heat.value_at(0, 1) == -2.25
    assert heat.value_at(5, 0) is None


def test_labels_thin_out_but_the_lit_one_stays(qapp):
    plot = HeatPlot(Map(np.zeros((40, 40)), [f"t{n}" for n in range(40)], None), LOOK)
    plot.fit(QRectF(0, 0, 240, 160), 1.0)
    chosen = plot._chosen(plot.data.row_labels, (0, 40), plot.cell_size().height(), 14, 7)
    assert 7 in chosen
    assert len(chosen) <= 12
    ticks = plot._chosen(None, (0, 40), plot.cell_size().width(), 30, None)
    assert {0, 39} <= set(ticks)


def test_labels_turn_when_wider_than_their_cell(qapp):
    plot = HeatPlot(Map(np.zeros((2, 4)), None, ["One", " day", " Tom", " said"]), LOOK)
    assert not plot.turned(60)
    assert plot.turned(12)
    assert plot.headroom(12) > plot.headroom(60)


def test_one_axis_makes_one_row_or_one_column(qtbot):
    assert Map(np.arange(5.0)).shape == (1, 5)
    line = Map.line(np.arange(5.0), axis="d_model")
    assert (line.shape, line.col_axis) == ((1, 5), "d_model")
    assert Map.line(np.arange(5.0), column=True).shape == (5, 1)
    shown(qtbot, line)
    with pytest.raises(ValueError, match="two axes"):
        Map(np.zeros((2, 2, 2)))
    with pytest.raises(ValueError, match="3 labels for 2 cells"):
        Map(np.zeros((2, 2)), ["a", "b", "c"])


def test_all_masked_and_all_zero_and_nothing_are_no_trouble(qtbot):
    for values in (np.full((2, 3), -np.inf), np.zeros((2, 3)), np.full((2, 3), np.nan), np.zeros((1, 1))):
        heat, _ = shown(qtbot, Map(values))
        assert heat.accessibleDescription()
    heat.set_map(None)
    grabbed(heat)
    assert heat.value_at(0, 0) is None


def test_greyscale_prints_the_sign(qtbot):
    look = replace(LOOK, greyscale=True)
    heat, image = shown(qtbot, Map(np.array([[4.0, -4.0]] * 8)), 66, 170, look)
    left, right = heat.cell_rect(0, 0).toRect(), heat.cell_rect(0, 1).toRect()

    def crop(box):
        return [[image.pixelColor(box.left() + x, box.top() + y).value() for x in range(box.width() - 2)]
                for y in range(box.height() - 2)]

    assert crop(left) != crop(right)


def test_colour_bar_takes_its_colours_from_the_map(qtbot):
    bar = ColorBar(LOOK)
    qtbot.addWidget(bar)
    bar.set_scale("signed", -13, 13)
    bar.resize(bar.sizeHint())
    image = bar.grab().toImage()
    rect = bar.bar_rect()
    table = theme.lut(LOOK, "signed")
    y = int(rect.center().y())
    assert close(image.pixelColor(int(rect.left()), y), QColor(*map(int, table[1])))
    assert close(image.pixelColor(int(rect.right()) - 1, y), QColor(*map(int, table[255])))
    assert close(image.pixelColor(int(rect.center().x()), y), QColor(*map(int, table[128])), 3)
    assert [text for _, text in bar.ticks()] == ["−13", "0", "13"]
    assert "−13" in bar.accessibleName()


def test_whole_numbers_are_printed_uncoloured_and_pads_do_not_crowd_them_out(qtbot):
    ids = np.array([[627, 1383, 88861], [9, 100257, 100257]])
    pads = np.array([[False, False, False], [False, True, True]])
    widget = HeatMap(theme.LIGHT)
    qtbot.addWidget(widget)
    widget.set_map(Map(ids, low=0, high=100257, whole=True, masked=pads))
    widget.resize(160, 90)
    image = widget.grab().toImage()
    paper = QColor(*(int(one) for one in theme.lut(theme.LIGHT, "signed")[128]))
    cell = widget.cell_rect(0, 2).toRect()
    assert image.pixelColor(cell.left() + 1, cell.top() + 3) == paper, "size says nothing of an id"
    inked = {image.pixelColor(x, cell.center().y()).name() for x in range(cell.left() + 4, cell.right() - 4)}
    assert len(inked) > 2, "the id is printed"
