"""Curves and bars of an experiment, drawn with pyqtgraph. Imported with the first plot alone, since that takes long."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from tutor.lessons.experiment import Bars, Curves
from tutor.views import numbers
from tutor.views.experiment_words import Says, number
from tutor.views.lessontext import subscripts
from tutor.views.theme import Theme, font, metrics

#: Series differ by shape as well as by colour.
SYMBOLS = ("o", "s", "d", "t1", "star", "+")
_HIGH = dict(zip("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
#: How near the pointer must be to a point, in pixels.
_NEAR = 26.0
#: More points than this are a line on which only some are marked.
_MOST_MARKS = 32
#: More bars than this, or longer names, lie down.
_LYING = 10


def colours(theme: Theme) -> tuple[QColor, ...]:
    """The colours of series, in order."""
    return (theme.outlines["K"], theme.outlines["Q"], theme.outlines["V"], theme.axis("head"), theme.axis("d_mlp"),
            theme.axis("d_vocab"))  # fmt: skip


class _Axis(pg.AxisItem):
    """Numbers with the minus of print, or names."""

    def __init__(self, way: str) -> None:
        super().__init__(way, showValues=True)
        self.enableAutoSIPrefix(False)
        self.setStyle(tickLength=-4, autoExpandTextSpace=True, hideOverlappingLabels=True, tickTextOffset=4)

    def tickStrings(self, values: Sequence[float], scale: float, spacing: float) -> list[str]:
        span = max((abs(one) for one in values), default=1.0)
        by = math.floor(math.log10(span)) if span >= 1e5 or 0 < span < 1e-3 else 0
        after = f"·10{_raised(by)}" if by else ""
        return ["0" if abs(one) <= spacing / 1e6 else numbers.minus(f"{one / 10.0**by:,.6g}") + after for one in values]


class Plot(pg.PlotWidget):
    """One plot: no zoom, no menu; points are read with the pointer or the arrow keys.

    Signals: none.
    """

    def __init__(self, theme: Theme, says: Says, parent: QWidget | None = None) -> None:
        super().__init__(parent, background=None, enableMenu=False,
                         axisItems={"bottom": _Axis("bottom"), "left": _Axis("left")})  # fmt: skip
        self._theme, self._says = theme, says
        self._of: Curves | Bars | None = None
        self._points: list[tuple[float, float, str]] = []
        self._cursor = -1
        self._ring: pg.ScatterPlotItem | None = None
        self._slants: list[tuple[pg.TextItem, float, float, float, float]] = []
        item = self.getPlotItem()
        item.hideButtons()
        item.setMenuEnabled(False)
        item.setMouseEnabled(False, False)
        item.getViewBox().setDefaultPadding(0)
        # It makes a menu all the same, which without a parent would outlive the plot.
        item.ctrlMenu.setParent(self, item.ctrlMenu.windowFlags())
        item.setContentsMargins(0, 2, 6, 0)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.setAntialiasing(True)

    # What is shown ------------------------------------------------------------------------------------------

    def show_plot(self, plot: Curves | Bars) -> None:
        self._of = plot
        self._cursor = -1
        self._draw()

    def points(self) -> list[tuple[float, float, str]]:
        """Every point: where it lies in the plot's own coordinates, and what it says."""
        return list(self._points)

    def _draw(self) -> None:
        plot = self._of
        if plot is None:
            return
        item = self.getPlotItem()
        item.clear()
        self._points, self._slants, self._ring = [], [], None
        self._dress_axes()
        if isinstance(plot, Curves):
            self._draw_curves(plot)
        else:
            self._draw_bars(plot)
        for way, side in (("x", "bottom"), ("y", "left")):
            words = self._says.axis(plot.key, way if not self._lies() else "yx"["xy".index(way)])
            size = f"{font(self._theme, 'caption').pixelSize()}px"
            ink = self._theme.ink2.name()
            if side == "left":
                # What is longer than the axis stands above it.
                above = metrics(self._theme, "caption").horizontalAdvance(words) > self._theme.px(104)
                item.setTitle(subscripts(words) if above else None, size=size, color=ink, justify="left")
                words = "" if above else words
            item.getAxis(side).setLabel(subscripts(words) if words else "", **{"font-size": size, "color": ink})
            item.getAxis(side).showLabel(bool(words))
            if side == "bottom":
                item.getAxis(side).setHeight(self._theme.px(31 if words else 17))
        self._settle()

    def _dress_axes(self) -> None:
        theme, item = self._theme, self.getPlotItem()
        self.setBackground(theme.pane)
        self.resetCachedContent()
        for side in ("bottom", "left"):
            axis = item.getAxis(side)
            axis.setPen(pg.mkPen(theme.ctl))
            axis.setTextPen(pg.mkPen(theme.ink2))
            axis.setTickFont(font(theme, "ids"))
            axis.setTicks(None)
            axis.setGrid(False)
        item.getViewBox().setBorder(pg.mkPen(theme.ctl))

    def _lies(self) -> bool:
        """Whether bars lie, since their names are long or many."""
        plot = self._of
        if not isinstance(plot, Bars):
            return False
        measure = metrics(self._theme, "ids")
        names = [self._says.label(one) for one in plot.labels]
        room = max(120, self.width() - 60) / max(1, len(names))
        return len(names) > _LYING or any(measure.horizontalAdvance(one) > room - 4 for one in names)

    def lying_height(self) -> int:
        """How high lying bars want to be; 0 where they stand."""
        plot = self._of
        if not isinstance(plot, Bars) or not self._lies():
            return 0
        rows = len(plot.labels) * max(1, len(plot.series))
        return round(self._theme.px(44 + max(len(plot.labels) * 15, rows * 9)))

    # Curves -------------------------------------------------------------------------------------------------

    def _draw_curves(self, plot: Curves) -> None:
        theme, item = self._theme, self.getPlotItem()
        xs = _scaled(plot.x, plot.log_x)
        reach: list[np.ndarray] = []
        ink = colours(theme)
        shown = 0
        for one in plot.series:
            ys = _scaled(one.y, plot.log_y)
            reach.append(ys)
            label = self._says.label(one.label)
            if one.style == "reference":
                pen = pg.mkPen(theme.ink2, width=1.2)
                item.addItem(pg.PlotDataItem(xs, ys, pen=pen, connect="finite"))
                self._name_line(label, xs, ys)
                continue
            colour, symbol = ink[shown % len(ink)], SYMBOLS[shown % len(SYMBOLS)]
            hollow = shown % 2 == 1
            shown += 1
            dashed = one.style == "dashed"
            pen = None if one.style == "points" else pg.mkPen(
                colour, width=1.6, style=Qt.PenStyle.DashLine if dashed else Qt.PenStyle.SolidLine
            )  # fmt: skip
            size = theme.px(10 if symbol == "d" else 8)
            if pen is None and len(xs) > 2 * _MOST_MARKS:
                size = theme.px(4)
            marked = slice(None, None, 1 if len(xs) <= _MOST_MARKS or pen is None else math.ceil(len(xs) / 12))
            if pen is not None:
                item.addItem(pg.PlotDataItem(xs, ys, pen=pen, connect="finite"))
            item.addItem(pg.PlotDataItem(
                xs[marked], ys[marked], pen=None, symbol=symbol, symbolSize=size, symbolPen=pg.mkPen(colour, width=1.6),
                symbolBrush=pg.mkBrush(theme.pane if hollow else colour),
            ))  # fmt: skip
            for x, y, at, value in zip(xs, ys, plot.x, one.y):
                if np.isfinite(y):
                    self._points.append((float(x), float(y), f"{label}: {number(float(at))} → {number(float(value))}"))
        if plot.mark is not None:
            where = float(_scaled(np.array([plot.mark]), plot.log_x)[0])
            item.addItem(pg.InfiniteLine(where, pen=pg.mkPen(theme.accent, width=1, style=Qt.PenStyle.DashLine)))
        self._range(xs, np.concatenate(reach) if reach else np.zeros(1), plot)
        if plot.mark is not None:
            self._name_mark(plot, where)

    def _range(self, xs: np.ndarray, ys: np.ndarray, plot: Curves) -> None:
        marks = [] if plot.mark is None else list(_scaled(np.array([plot.mark]), plot.log_x))
        x0, x1 = _ends(np.concatenate([xs, marks]))
        y0, y1 = _ends(ys)
        if not plot.log_y and y0 > 0 and y0 < 0.6 * y1:
            y0 = 0.0
        wide, high = (x1 - x0) or 1.0, (y1 - y0) or 1.0
        head = 0.16 if plot.mark is not None and self._says.label(plot.mark_label) else 0.07
        view = self.getPlotItem().getViewBox()
        view.setRange(xRange=(x0 - 0.03 * wide, x1 + 0.03 * wide),
                      yRange=(y0 - (0.0 if y0 == 0.0 and not plot.log_y else 0.06 * high), y1 + head * high),
                      padding=0, disableAutoRange=True)  # fmt: skip
        self._tick("bottom", plot.x, plot.log_x, x0, x1)
        self._tick("left", None, plot.log_y, y0, y1 + head * high)

    def _tick(self, side: str, values: np.ndarray | None, log: bool, low: float, high: float) -> None:
        """Ticks at powers where the scale is logarithmic."""
        axis = self.getPlotItem().getAxis(side)
        axis.setGrid(48)
        if not log:
            return
        near = high - low < math.log10(4096) and low > -1.3 and high < math.log10(5000)
        base = 2.0 if near or high - low < 1.2 else 10.0
        first, last = math.ceil(low / math.log10(base) - 1e-6), math.floor(high / math.log10(base) + 1e-6)
        every = max(1, math.ceil((last - first + 1) / (6 if side == "bottom" else 5)))
        powers = range(first, last + 1, every)
        axis.setTicks([[(one * math.log10(base), power(base, one)) for one in powers], []])

    def _name_line(self, label: str, xs: np.ndarray, ys: np.ndarray) -> None:
        """A reference line's name, along it."""
        good = np.isfinite(xs) & np.isfinite(ys)
        if label and good.sum() >= 2:
            at = np.flatnonzero(good)
            left, right = at[0], at[-1]
            middle = at[min(len(at) - 1, round(len(at) * 0.68))] if ys[left] == ys[right] else at[len(at) // 3]
            text = pg.TextItem(html=f'<i style="color:{self._theme.ink2.name()}">{subscripts(label)}</i>',
                               anchor=(0.5, 1.0))  # fmt: skip
            text.setFont(font(self._theme, "ids"))
            text.setPos(float(xs[middle]), float(ys[middle]))
            text.setZValue(5)
            self.getPlotItem().addItem(text, ignoreBounds=True)
            self._slants.append((text, float(xs[right] - xs[left]), float(ys[right] - ys[left]), 0, 0))

    def _name_mark(self, plot: Curves, where: float) -> None:
        label = self._says.label(plot.mark_label)
        if not label:
            return
        (x0, x1), (_, y1) = self.getPlotItem().getViewBox().viewRange()
        right = where > (x0 + x1) / 2
        text = pg.TextItem(html=f'<span style="color:{self._theme.accentink.name()}">{subscripts(label)}</span>',
                           anchor=(1.0 if right else 0.0, 0.0))  # fmt: skip
        text.setFont(font(self._theme, "ids"))
        text.setPos(where, y1)
        self.getPlotItem().addItem(text)

    # Bars ---------------------------------------------------------------------------------------------------

    def _draw_bars(self, plot: Bars) -> None:
        theme, item, lies = self._theme, self.getPlotItem(), self._lies()
        count, groups = len(plot.labels), max(1, len(plot.series))
        wide = 0.76 / groups
        every = np.concatenate([_scaled(one.y, plot.log_y) for one in plot.series]) if plot.series else np.zeros(1)
        low, high = _ends(every)
        floor = low - 0.1 * ((high - low) or 1.0) if plot.log_y else 0.0
        low, high = min(low, floor), max(high, floor)
        high = high if high > low else low + 1.0
        for number_, one in enumerate(plot.series):
            ys = _scaled(one.y, plot.log_y)
            there = np.isfinite(ys)
            at = np.arange(count) + (number_ - (groups - 1) / 2) * wide
            colour = colours(theme)[(number_ + 1) % 2 if number_ < 2 else number_ % 6]
            brush = QBrush(colour) if number_ % 2 == 0 else QBrush(colour, Qt.BrushStyle.BDiagPattern)
            sizes = np.where(there, ys - floor, 0.0)
            pen = pg.mkPen(colour, width=1)
            if lies:
                item.addItem(pg.BarGraphItem(x0=floor, y=-at, width=sizes, height=wide * 0.9, brush=brush, pen=pen))
            else:
                item.addItem(pg.BarGraphItem(x=at, y0=floor, height=sizes, width=wide * 0.9, brush=brush, pen=pen))
            label = self._says.label(one.label)
            for where, y, value, name in zip(at, ys, one.y, plot.labels):
                if np.isfinite(y):
                    told = f"{self._says.label(name)}, {label}: {number(float(value))}" if label else (
                        f"{self._says.label(name)}: {number(float(value))}"
                    )
                    self._points.append((float(y), -float(where), told) if lies else (float(where), float(y), told))
        names = [(-float(at) if lies else float(at), self._says.label(one)) for at, one in enumerate(plot.labels)]
        across, up = ("left", "bottom") if lies else ("bottom", "left")
        item.getAxis(across).setTicks([names, []])
        pad = 0.06 * (high - low)
        span = (low - (pad if low < floor else 0.0), high + pad)
        ends = (-(count - 1) - 0.6, 0.6) if lies else (-0.6, count - 0.4)
        item.getViewBox().setRange(xRange=span if lies else ends, yRange=ends if lies else span, padding=0,
                                   disableAutoRange=True)  # fmt: skip
        self._tick(up, None, plot.log_y, low, high + pad)
        if not plot.log_y and low < 0 < high:
            item.addItem(pg.InfiniteLine(0.0, angle=90 if lies else 0, pen=pg.mkPen(theme.ctl, width=1)))

    # Reading points -----------------------------------------------------------------------------------------

    def _near(self, where: QPointF) -> int:
        """The point under the pointer, -1 for none."""
        view = self.getPlotItem().getViewBox()
        best, found = _NEAR, -1
        for at, (x, y, _) in enumerate(self._points):
            place = self.mapFromScene(view.mapViewToScene(QPointF(x, y)))
            far = math.hypot(place.x() - where.x(), place.y() - where.y())
            if far < best:
                best, found = far, at
        return found

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = self._near(event.position())
        self._mark(at)
        if at >= 0:
            QToolTip.showText(event.globalPosition().toPoint(), self._points[at][2], self)
        else:
            QToolTip.hideText()

    def leaveEvent(self, event: QEvent) -> None:
        self._mark(-1)
        super().leaveEvent(event)

    def _mark(self, at: int) -> None:
        """A ring round a point."""
        item = self.getPlotItem()
        if self._ring is not None:
            item.removeItem(self._ring)
            self._ring = None
        if 0 <= at < len(self._points):
            x, y, _ = self._points[at]
            self._ring = pg.ScatterPlotItem([x], [y], symbol="o", size=self._theme.px(14), brush=None,
                                            pen=pg.mkPen(self._theme.accent, width=2))  # fmt: skip
            item.addItem(self._ring)
        self._cursor = at

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1, Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if by is None or not self._points:
            event.ignore()
            return
        self._mark((self._cursor + by) % len(self._points) if self._cursor >= 0 else 0)
        x, y, told = self._points[self._cursor]
        self.setAccessibleDescription(told)
        view = self.getPlotItem().getViewBox()
        place = self.mapFromScene(view.mapViewToScene(QPointF(x, y)))
        QToolTip.showText(self.mapToGlobal(place), told, self)

    def cursor_words(self) -> str:
        """What the point says that the keys are at."""
        return self._points[self._cursor][2] if 0 <= self._cursor < len(self._points) else ""

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._mark(-1)
        super().focusOutEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the lesson scrolls

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

    # Look ---------------------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._draw()

    def set_says(self, says: Says) -> None:
        self._says = says
        self._draw()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if getattr(self, "_slants", None) is not None:
            self._settle()

    def _settle(self) -> None:
        """Turn the names of lines along them."""
        view = self.getPlotItem().getViewBox()
        box = view.boundingRect()
        (x0, x1), (y0, y1) = view.viewRange()
        for text, across, up, _, _ in self._slants:
            wide, high = across / ((x1 - x0) or 1) * box.width(), up / ((y1 - y0) or 1) * box.height()
            text.setAngle(math.degrees(math.atan2(high, wide)) if wide else 0)
            # Below its line where there is no room above it.
            text.setAnchor((0.5, 0.0 if (y1 - text.pos().y()) / ((y1 - y0) or 1) * box.height() < 16 else 1.0))


class Swatch(QWidget):
    """How a series is drawn, in small."""

    def __init__(self, theme: Theme, at: int, style: str, bar: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._at, self._style, self._bar = theme, at, style, bar
        self.setFixedSize(round(theme.px(16)), round(theme.px(14)))

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFixedSize(round(theme.px(16)), round(theme.px(14)))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle, at = QPointF(self.width() / 2, self.height() / 2), self._at
        if self._bar:
            colour = colours(theme)[(at + 1) % 2 if at < 2 else at % 6]
            brush = QBrush(colour) if at % 2 == 0 else QBrush(colour, Qt.BrushStyle.BDiagPattern)
            painter.setPen(QPen(colour, 1))
            painter.setBrush(brush)
            painter.drawRect(2, 2, self.width() - 5, self.height() - 5)
        elif self._style == "reference":
            painter.setPen(QPen(theme.ink2, 1.2))
            painter.drawLine(QPointF(1, middle.y()), QPointF(self.width() - 1, middle.y()))
        else:
            colour = colours(theme)[at % 6]
            if self._style != "points":
                dashed = Qt.PenStyle.DashLine if self._style == "dashed" else Qt.PenStyle.SolidLine
                painter.setPen(QPen(colour, 1.6, dashed))
                painter.drawLine(QPointF(0, middle.y()), QPointF(self.width(), middle.y()))
            painter.setPen(QPen(colour, 1.6))
            painter.setBrush(theme.pane if at % 2 == 1 else colour)
            symbol: QPainterPath = pg.graphicsItems.ScatterPlotItem.Symbols[SYMBOLS[at % len(SYMBOLS)]]
            painter.translate(middle)
            side = theme.px(10 if SYMBOLS[at % len(SYMBOLS)] == "d" else 8)
            painter.scale(side, side)
            painter.setPen(QPen(colour, 1.6 / side))
            painter.drawPath(symbol)
        painter.end()


def _raised(exponent: int) -> str:
    return "".join(_HIGH[sign] for sign in str(exponent))


def power(base: float, exponent: int) -> str:
    """A power as a tick says it: 0.25, 64, 10⁶."""
    if base == 10 and not -3 < exponent < 5:
        return "10" + _raised(exponent)
    return numbers.minus(f"{base**exponent:,.6g}" if base**exponent >= 1 else f"{base**exponent:.4g}")


def _scaled(values: np.ndarray, log: bool) -> np.ndarray:
    """Where values lie: log₁₀ of them on a logarithmic axis, where what is not above 0 has no place."""
    found = np.asarray(values, np.float64)
    if not log:
        return np.where(np.isfinite(found), found, np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(found > 0, np.log10(np.where(found > 0, found, 1.0)), np.nan)


def _ends(values: np.ndarray) -> tuple[float, float]:
    good = np.asarray(values, np.float64)
    good = good[np.isfinite(good)]
    return (float(good.min()), float(good.max())) if good.size else (0.0, 1.0)
