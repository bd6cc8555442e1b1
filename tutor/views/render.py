"""Pictures as files: SVG text, or what a widget paints, as SVG, PDF or PNG (two pixels for each of the screen's)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPoint, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator, QSvgRenderer
from PySide6.QtWidgets import QWidget

from tutor.views.theme import FAMILIES, Theme, font, metrics

#: The formats of a picture, and what their files end in.
FORMATS = {"svg": ".svg", "pdf": ".pdf", "png": ".png"}
_DPI, _SCALE, _MARGIN = 96, 2, 14
_LARGEST = 16_000  # pixels on a side of a PNG

Draw = Callable[[QPainter], None]


def figure(svg: str, form: str) -> bytes:
    """A picture that is SVG text already, in a format."""
    if form == "svg":
        return svg.encode()
    renderer = QSvgRenderer()
    # Qt takes the first family alone; what that lacks it finds by itself.
    start = svg.index('font-family="')
    stop = svg.index('"', start + 13) + 1
    renderer.load(QByteArray((svg[:start] + f'font-family="{FAMILIES[0]}"' + svg[stop:]).encode()))
    size = renderer.defaultSize()

    def draw(painter: QPainter) -> None:
        renderer.render(painter, QRectF(0, 0, size.width(), size.height()))

    return _bytes(draw, size, form, "")


def widget(view: QWidget, caption: Sequence[str], theme: Theme, form: str, title: str = "") -> bytes:
    """What a widget shows, with a caption below, in a format. In SVG and PDF its text stays text."""
    measure = metrics(theme, "dense")
    line = round(measure.height() + 3)
    text = [one for one in caption if one]
    room = max(view.width(), 320) - 2 * _MARGIN
    high = 0
    if text:
        flags = Qt.TextFlag.TextWordWrap
        heights = [measure.boundingRect(QRectF(0, 0, room, 10_000), flags, one).height() for one in text]
        high = round(sum(max(one, line) for one in heights)) + 2 * _MARGIN
    size = QSize(max(view.width(), 320), view.height() + high)

    def draw(painter: QPainter) -> None:
        painter.fillRect(QRect(QPoint(0, 0), size), theme.pane)
        view.render(painter, QPoint(0, 0))
        painter.setFont(font(theme, "dense"))
        painter.setPen(theme.ink2)
        y = float(view.height() + _MARGIN)
        for one in text:
            box = painter.boundingRect(QRectF(_MARGIN, y, room, 10_000), Qt.TextFlag.TextWordWrap, one)
            painter.drawText(box, Qt.TextFlag.TextWordWrap, one)
            y += max(box.height(), line)

    return _bytes(draw, size, form, title)


def _bytes(draw: Draw, size: QSize, form: str, title: str) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if form == "png":
        # A very large picture is written at the scale that still fits.
        scale = min(float(_SCALE), _LARGEST / max(size.width(), size.height(), 1))
        image = QImage(round(size.width() * scale), round(size.height() * scale), QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        painter.scale(scale, scale)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw(painter)
        painter.end()
        image.setDotsPerMeterX(round(_DPI * scale / 0.0254))
        image.setDotsPerMeterY(round(_DPI * scale / 0.0254))
        image.save(buffer, "PNG")  # type: ignore[call-overload]
    elif form == "pdf":
        writer = QPdfWriter(buffer)
        writer.setResolution(_DPI)
        points = QSizeF(size) * (72 / _DPI)
        writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
        writer.setPageMargins(QMarginsF(0, 0, 0, 0))
        writer.setTitle(title)
        painter = QPainter(writer)
        draw(painter)
        painter.end()
    else:
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(size)
        generator.setViewBox(QRect(QPoint(0, 0), size))
        generator.setResolution(_DPI)
        generator.setTitle(title)
        painter = QPainter(generator)
        draw(painter)
        painter.end()
    buffer.close()
    return bytes(buffer.data().data())
