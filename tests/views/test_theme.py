"""Colours that can be read, colour maps that tell the truth, fonts that are there, a style that stays in its bounds."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontInfo, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QPushButton, QWidget

from tutor.views import icons, style, theme

THEMES = [theme.LIGHT, theme.DARK]
both = pytest.mark.parametrize("look", THEMES, ids=lambda look: look.name)


@both
def test_text_can_be_read(look):
    for ground in (look.pane, look.strip, look.field):
        for ink in (look.ink, look.ink2, look.ink3, look.accentink, look.ok, look.err, look.warn,
                    look.roles["Q"], look.roles["K"], look.roles["V"]):
            assert theme.contrast(ink, ground) >= 4.5, (ink.name(), ground.name())
    assert theme.contrast(look.onaccent, look.accent) >= 4.5
    assert theme.contrast(look.ink, look.line) >= 4.5
    assert theme.contrast(look.accentink, look.accentbg) >= 4.5
    assert theme.contrast(look.err, look.errbg) >= 4.5
    for ground in (look.pane, look.strip):
        assert theme.contrast(look.ctl, ground) >= 3.0


@both
@pytest.mark.parametrize("kind", ["signed", "prob", "grey"])
def test_numbers_in_cells_can_be_read(look, kind):
    for colour in theme.lut(look, kind):
        ground = QColor(*(int(part) for part in colour))
        best = max(theme.contrast(QColor("#000000"), ground), theme.contrast(QColor("#FFFFFF"), ground))
        assert best >= 4.5


@both
def test_zero_is_the_paper(look):
    paper = (0xF7, 0xF7, 0xF4) if not look.dark else (0x24, 0x2C, 0x35)
    assert tuple(theme.lut(look, "signed")[128]) == paper
    assert tuple(theme.lut(look, "prob")[0]) == paper


def test_the_ends_of_the_maps_are_their_stops():
    table = theme.lut(theme.LIGHT, "signed")
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert tuple(table[1]) == tuple(table[0]) == (0x12, 0x3F, 0x7A)
    assert tuple(table[255]) == (0x96, 0x3C, 0x00)
    assert tuple(theme.lut(theme.DARK, "prob")[255]) == (0xF3, 0xEA, 0xFF)


def test_greyscale_has_no_hue_and_no_sign():
    table = theme.lut(replace(theme.LIGHT, greyscale=True), "signed").astype(int)
    assert (table == table[:, :1]).all()
    assert (np.abs(table[128 - 100] - table[128 + 100]) <= 1).all()
    assert table[128, 0] == 255


def test_dark_and_light_share_all_geometry(qapp):
    for role in ("value", "title", "body", "dense", "caption", "ids", "header"):
        assert theme.font(theme.LIGHT, role) == theme.font(theme.DARK, role)


def test_the_bundled_fonts_are_used(qapp):
    look = theme.apply(qapp, theme.LIGHT)
    info = QFontInfo(theme.font(look, "title"))
    assert (info.family(), info.weight(), info.pixelSize()) == ("Inter", 600, 18)
    figures = {theme.metrics(look, "body").horizontalAdvance(digit * 3) for digit in "0123456789"}
    assert len(figures) == 1, "figures must be tabular"


def test_font_scale_reaches_every_size(qapp):
    large = theme.apply(qapp, theme.LIGHT, 2.0)
    assert theme.font(large, "body").pixelSize() == 26
    assert large.height("button") == 56
    assert qapp.font().pixelSize() == 26
    theme.apply(qapp, theme.LIGHT)


@both
def test_palette(look):
    palette = theme.palette(look)
    assert palette.color(QPalette.ColorRole.Window) == look.win
    assert palette.color(QPalette.ColorRole.Accent) == look.accent
    assert palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text) == look.ink3


@pytest.mark.parametrize("name", icons.NAMES)
def test_every_icon_leaves_ink_inside_its_box(qapp, name):
    image = QImage(48, 48, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    icons.paint_icon(painter, name, QRectF(16, 16, 16, 16), theme.LIGHT.ink)
    painter.end()
    inked = [(x, y) for x in range(48) for y in range(48) if image.pixelColor(x, y).alpha() > 20]
    assert inked
    assert all(15 <= x <= 32 and 15 <= y <= 32 for x, y in inked)


@pytest.fixture
def styled(qapp):
    look = theme.apply(qapp, theme.LIGHT)
    before = QApplication.style().objectName()
    style.install(qapp, look)
    yield look
    qapp.setStyle(before or "Fusion")
    qapp.setProperty("tutorStyle", None)


def test_primary_button_is_filled_with_the_accent(qtbot, styled):
    button = QPushButton("Run")
    style.primary(button)
    qtbot.addWidget(button)
    button.resize(button.sizeHint())
    image = button.grab().toImage()
    assert image.pixelColor(4, image.height() // 2) == styled.accent


def test_focus_ring_lies_outside_and_moves_nothing(qtbot, styled):
    window = QWidget()
    qtbot.addWidget(window)
    row = QHBoxLayout(window)
    row.setContentsMargins(12, 12, 12, 12)
    first, second = QPushButton("first"), QLineEdit("second")
    row.addWidget(first)
    row.addWidget(second)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    before = first.geometry(), second.geometry()
    for widget in (first, second):
        widget.setFocus()
        qtbot.waitUntil(widget.hasFocus)
        image = window.grab().toImage()
        box = widget.geometry()
        assert image.pixelColor(box.left() - 3, box.center().y()) == styled.accent
        assert image.pixelColor(box.center().x(), box.bottom() + 4) == styled.accent
    assert (first.geometry(), second.geometry()) == before
