"""Draws the component sheet from the real widgets, light beside dark, for eyes to compare with the design.

    python tests/views/sheet.py OUT.png [--scale 1.0]

writes OUT.png (components), and beside it OUT-scene-en.png and OUT-scene-zh.png: an equation of heat maps over a
timeline, as wide as a small window.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QPushButton, QSpinBox, QToolButton, QWidget

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.views.heatmap_widget import HeatMap
from tutor.views import icons, style, theme
from tutor.views.badge import axis_label, badge_size, paint_badge
from tutor.views.chips import Chip, TokenStrip
from tutor.views.colorbar import ColorBar
from tutor.views.heatdata import Map
from tutor.views.paint import draw_text, frame
from tutor.views.timeline import Segment, StageChip, Timeline, UseMark

WIDTH, HEIGHT = 824, 1130
LEFT, RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
WORDS = ["One", " day", ",", " Tom", " met", " Lily", " in", " the", " park", ".", ' "', "Hi", ",", " Lily",
         ',"', " said"]
IDS = [356, 306, 44, 476, 619, 435, 331, 258, 658, 46, 269, 612, 44, 435, 310, 302]
SHAPE = (("batch", 1), ("head", 4), ("query_pos", 16), ("key_pos", 16))


class Page(QWidget):
    """One theme's column: headings and swatches painted here, everything else is a real widget placed on it."""

    def __init__(self, look: theme.Theme) -> None:
        super().__init__()
        self.look = look
        self.setAutoFillBackground(True)
        colours = QPalette(theme.palette(look))
        colours.setColor(QPalette.ColorRole.Window, look.pane)
        self.setPalette(colours)
        self.setFixedSize(WIDTH, HEIGHT)
        self.headings: list[tuple[int, int, int, str]] = []
        self.texts: list[tuple[float, float, str, str]] = []
        self._build()

    def put(self, widget: QWidget, x: int, y: int, width: int | None = None, height: int | None = None) -> QWidget:
        widget.setParent(self)
        hint = widget.sizeHint()
        widget.setGeometry(x, y, width or hint.width(), height or hint.height())
        return widget

    def _build(self) -> None:
        look = self.look
        self.headings = [(24, 56, 776, "Axis colours"), (24, 142, 376, "Role colours"), (432, 142, 368, "Shape badge"),
                         (24, 232, 776, "Timeline"), (24, 404, 776, "Token chips"), (24, 506, 776, "Colour maps"),
                         (24, 606, 776, "Cells"), (24, 762, 776, "Buttons and fields"), (24, 904, 776, "Icons"),
                         (24, 1040, 776, "Type")]
        line = self.put(Timeline(look), 12, 252, 800)
        line.set_segments([Segment("Input", 0, 4), Segment("Block 0", 4, 14), Segment("Block 1", 18, 14),
                           Segment("Block 2", 32, 14), Segment("Output", 46, 3)])
        line.set_stage(24)
        line.set_visited(range(24))
        names = ["visited", "current", "unvisited", "question", "bookmark", "next"]
        line.set_stages([StageChip(name, 23 + number, number == 0) for number, name in enumerate(names)])
        line.set_marks({10, 27}, {26, 48})
        line.set_uses([UseMark(23, "Q", "Q", True), UseMark(24, "Q", "Q"), UseMark(25, "pattern", "", True, True),
                       UseMark(27, "pattern", "", False, True)])
        chips = self.put(TokenStrip(look), 18, 420, 782)
        chips.set_rows([[Chip("One", 356), Chip(" day", 306), Chip(" Lily", 435), Chip(" met", 619),
                         Chip("bos", 1, "special"), Chip("在", 3), Chip("⟨E5 96⟩", 229, "byte", 0, "喝"),
                         Chip("⟨9D⟩", 157, "byte", 0, "喝"), Chip("pad", 0, "pad"), Chip(" park", 658)]])
        chips.setFixedHeight(chips.sizeHint().height())
        chips.set_query(2)
        chips.set_key(3)
        for x, kind, low, high in ((24, "signed", -13, 13), (290, "prob", 0, 1), (556, "grey", 0, 1)):
            bar = self.put(ColorBar(look), x, 528, 240)
            bar.set_scale(kind, low, high)
        inf, nan = -np.inf, np.nan  # masked
        scores = np.array([[-5.16, inf, inf, inf, inf], [-7.15, .37, inf, inf, inf],
                           [-4.34, 1.99, -3.62, inf, inf], [-12.4, 1.08, 2.83, 2.9, inf]])
        probs = np.array([[1e-5, 0, 0, 0, 0], [2e-5, .047, 0, 0, 0], [.001, .506, .002, 0, 0],
                          [1e-5, .066, .384, .411, 0]])
        one = self.put(HeatMap(look), 12, 622, 250, 132)
        one.set_map(Map(scores, [""] * 4, [""] * 5, "query_pos", "key_pos"))
        one.set_pinned(1, 1)
        two = self.put(HeatMap(look), 280, 622, 250, 132)
        two.set_map(Map(probs, [""] * 4, [""] * 5, "query_pos", "key_pos", "prob", masked=probs == 0))
        two.set_lit(2, 2)
        odd = self.put(HeatMap(look), 550, 622, 250, 132)
        odd.set_map(Map(np.array([[4.55, nan], [-np.inf, 0.0], [1e-9, np.inf]]), [""] * 3, [""] * 2, low=-9, high=9))
        self._buttons(look)

    def _buttons(self, look: theme.Theme) -> None:
        x = 24
        for text, name, state in (("Run", "play", "primary"), ("Pin", "pin", ""), ("pressed", "", "down"),
                                  ("focused", "", "focus"), ("disabled", "", "off")):
            button = QPushButton(text)
            if name:
                button.setIcon(icons.icon(name, look, state == "primary"))
            button.setProperty("primary", state == "primary")
            button.setDown(state == "down")
            button.setEnabled(state != "off")
            self.put(button, x, 786)
            if state == "focus":
                self.focused = button
            x += button.width() + 10
        segments = (("first", "Heat map", "heat"), ("middle", "Table", "table"), ("last", "Bars", "bars"))
        for place, text, name in segments:
            tool = QToolButton()
            tool.setText(text)
            tool.setIcon(icons.icon(name, look))
            tool.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            tool.setCheckable(True)
            tool.setChecked(place == "first")
            tool.setProperty("segment", place)
            tool.setFont(theme.font(look, "dense"))
            self.put(tool, x, 786, tool.sizeHint().width() + 8, 26)
            x += tool.width()
        spin = QSpinBox()
        spin.setValue(2)
        self.put(spin, x + 12, 786)
        field = QLineEdit("One day, Tom met Lily in the park. … (71 tokens)")
        field.setProperty("error", True)
        self.put(field, 24, 828, 376)
        combo = QComboBox()
        combo.addItems(["Story-4 · decoder-only"])
        self.put(combo, 424, 828, 200)
        self.put(QLineEdit("a field"), 640, 828, 160)

    def paintEvent(self, event) -> None:
        painter, look = QPainter(self), self.look
        draw_text(painter, QRectF(24, 12, 300, 28), look.name.title(), theme.font(look, "title"), look.ink, LEFT)
        for x, y, width, text in self.headings:
            draw_text(painter, QRectF(x, y, width, 16), text, theme.font(look, "header"), look.ink2, LEFT)
            painter.fillRect(x, y + 19, width, 1, look.line)
        for number, name in enumerate(look.axes):
            x = 24 + number * 87
            painter.fillRect(x, 84, 80, 8, look.axis(name))
            frame(painter, QRectF(x, 84, 80, 8), look.ctl)
            draw_text(painter, QRectF(x, 96, 84, 18), axis_label(name), theme.font(look, "dense"), look.ink, LEFT)
        letters = (("Q", "Q"), ("K", "K"), ("V", "V"), ("residual", "x"), ("weights", "W"))
        for number, (name, letter) in enumerate(letters):
            x = 24 + number * 76
            frame(painter, QRectF(x, 170, 18, 18), look.role(name), 1, 2, look.role(name))
            draw_text(painter, QRectF(x, 170, 18, 18), letter, theme.font(look, "caption", True), look.onaccent)
            draw_text(painter, QRectF(x + 22, 170, 54, 18), name, theme.font(look, "dense"), look.ink, LEFT)
        paint_badge(painter, QPointF(432, 170), SHAPE, look)
        paint_badge(painter, QPointF(432 + badge_size(SHAPE, look).width() + 12, 170),
                    (("head", 4), ("pos", 16), ("d_head", 32)), look, compact=True)
        for number, name in enumerate(icons.NAMES):
            x, y = 24 + number % 18 * 43, 930 + number // 18 * 34
            icons.paint_icon(painter, name, QRectF(x + 12, y, 16, 16), look.ink)
            draw_text(painter, QRectF(x - 3, y + 17, 46, 12), name, theme.font(look, "ids"), look.ink3)
        x = 24.0
        for role, text in (("value", "8.6501"), ("title", "Scores"), ("question", "Question"), ("body", "Body 13/18"),
                           ("dense", "Dense 12/17"), ("caption", "Caption 11"), ("ids", "ids 10"),
                           ("tensor", "attn.scores")):
            width = theme.metrics(look, role).horizontalAdvance(text)
            draw_text(painter, QRectF(x, 1068, width + 2, 36), text, theme.font(look, role), look.ink, LEFT)
            x += width + 22
        painter.end()


def grab(widget: QWidget, ratio: float = 1.0) -> QImage:
    widget.show()
    if hasattr(widget, "focused"):
        widget.activateWindow()
        widget.focused.setFocus()
    QApplication.processEvents()
    image = QImage(widget.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    widget.render(image)
    return image


class Scene(QWidget):
    """Q × Kᵀ = S over a timeline."""

    def __init__(self, look: theme.Theme, chinese: bool) -> None:
        super().__init__()
        self.look, self.chinese = look, chinese
        self.setFixedSize(1280, 560)
        random = np.random.default_rng(3)
        q, k = random.normal(size=(16, 32)) * 1.4, random.normal(size=(16, 32)) * 1.4
        for x, width, data, lit in ((206, 206, Map(q, WORDS, None, "query_pos", "d_head"), (5, None)),
                                    (440, 166, Map(k.T, None, WORDS, "d_head", "key_pos"), (None, 4)),
                                    (640, 318, Map(q @ k.T, WORDS, WORDS, "query_pos", "key_pos"), (5, 4))):
            heat = HeatMap(look, self)
            heat.set_map(data)
            heat.setGeometry(x, 68, width, 326)
            heat.set_lit(*lit)
            if lit == (5, 4):
                heat.set_pinned(5, 4)
        veiled = HeatMap(look, self)
        veiled.set_map(Map(q @ k.T, WORDS, WORDS, "query_pos", "key_pos"))
        veiled.setGeometry(962, 68, 318, 326)
        veiled.set_veiled(True)
        bar = ColorBar(look, self)
        bar.set_scale("signed", -49, 49)
        bar.setGeometry(230, 402, 220, 32)
        strip = TokenStrip(look, self)
        row = [Chip(word, number) for word, number in zip(WORDS, IDS, strict=True)]
        strip.set_rows([row], titles=["词元" if chinese else "Tokens"])
        strip.set_query(5)
        strip.set_key(4)
        strip.setGeometry(0, 6, 1280, 44)
        names = "norm 1|Q, K, V|split heads|scores|scale|mask|softmax|× V|concat|output proj.|add|norm 2|FFN|add"
        block, ends = "Block", ("Input", "Output")
        if chinese:
            names = "归一化 1|Q、K、V|拆分多头|分数|缩放|掩码|softmax|× V|拼接|输出投影|相加|归一化 2|前馈网络|相加"
            block, ends = "块", ("输入", "输出")
        line = Timeline(look, self)
        line.set_segments([Segment(ends[0], 0, 4), *(Segment(f"{block} {n}", 4 + 14 * n, 14) for n in range(4)),
                           Segment(ends[1], 60, 4)])
        line.set_visited(range(21))
        line.set_stages([StageChip(name, 18 + n, n < 3) for n, name in enumerate(names.split("|"))])
        line.set_stage(21)
        line.set_marks({10}, {22, 38, 63})
        line.set_uses([UseMark(20, "Q", "Q", True), UseMark(20, "K", "K", True), UseMark(20, "V", "V", True),
                       UseMark(21, "Q", "Q"), UseMark(21, "K", "K"), UseMark(21, "S", "", True), UseMark(22, "S"),
                       UseMark(25, "V", "V")])
        line.setGeometry(0, 446, 1280, 106)

    def paintEvent(self, event) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.look.pane)
        painter.fillRect(0, 440, 1280, 120, self.look.strip)
        painter.fillRect(0, 0, 1280, 56, self.look.strip)
        painter.end()


def stacked(images: list[QImage], sideways: bool) -> QImage:
    size = images[0].size()
    across, down = (len(images), 1) if sideways else (1, len(images))
    result = QImage(size.width() * across, size.height() * down, QImage.Format.Format_RGB32)
    painter = QPainter(result)
    for number, image in enumerate(images):
        image.setDevicePixelRatio(1)
        painter.drawImage(size.width() * number if sideways else 0, 0 if sideways else size.height() * number, image)
    painter.end()
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--scale", type=float, default=1.0, help="font scale")
    parser.add_argument("--ratio", type=float, default=1.0, help="device pixel ratio")
    options = parser.parse_args()
    app = QApplication(sys.argv[:1])
    pages, scenes = [], {"en": [], "zh": []}
    for look in (theme.LIGHT, theme.DARK):
        look = theme.apply(app, look, options.scale)
        style.install(app, look)
        pages.append(grab(Page(look), options.ratio))
        for language, images in scenes.items():
            images.append(grab(Scene(replace(look, cjk=language == "zh"), language == "zh"), options.ratio))
    stacked(pages, True).save(str(options.out))
    for language, images in scenes.items():
        stacked(images, False).save(str(options.out.with_name(f"{options.out.stem}-scene-{language}.png")))


if __name__ == "__main__":
    main()
