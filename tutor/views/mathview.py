"""A formula with numbers put in, laid out by hand: sums, fractions, roots, indexes, powers. Its operands are links."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPicture,
    QResizeEvent,
)  # fmt: skip
from PySide6.QtWidgets import QSizePolicy, QWidget

from tutor.engine.records import dataclass
from tutor.engine.working import Link, Math, plain, show
from tutor.views.paint import frame
from tutor.views.theme import Theme, font

_SMALLER = 0.78  # of an index, an exponent, a limit
_LEAST = 0.6
_BETWEEN = 4  # lines of a broken equation

#: Which role's colour a linked number has, by the name of the tensor it stands in.
RoleOf = Callable[[str], str]


def _no_role(name: str) -> str:
    return ""


class _Ear:
    """Hears where links are painted, while it listens."""

    def __init__(self) -> None:
        self.heard: list[tuple[QRectF, Link]] | None = None


@dataclass
class _Box:
    """A laid-out part: its size round the baseline, and how it paints itself with its left end at a point of it."""

    width: float
    ascent: float
    descent: float
    paint: Callable[[QPainter, QPointF], None]


class MathView(QWidget):
    """One equation. Where it is too wide it goes on below at a "=", and beyond that is drawn smaller; a screen reader
    hears it as a line of text. The numbers and letters of operands are links: Left and Right choose one, Enter follows.

    Signals:
        pointed(object)   the Link under the pointer or chosen with the keys; None for none
        followed(object)  a Link was clicked, or chosen with Enter
    """

    pointed = Signal(object)
    followed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._math: Math | None = None
        self._role: RoleOf = _no_role
        self._lines: list[_Box] = []
        self._hits: list[tuple[QRectF, Link]] = []
        self._at: int | None = None
        self._lit = ""
        self._ear = _Ear()
        self.setMouseTracking(True)
        self.setProperty("paintsFocus", True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def set_math(self, math: Math | None, role: RoleOf) -> None:
        """Show an equation; `role` says which colour a linked number has. With the focus its first link is chosen."""
        self._math, self._role, self._at = math, role, None
        self._lay_out()
        if self.hasFocus() and self._hits:
            self._choose(0)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._lay_out()

    def set_lit(self, name: str) -> None:
        """Mark what stands for the tensor of this name; "" for none."""
        if name != self._lit:
            self._lit = name
            self.update()

    def text(self) -> str:
        """The equation as a line of text."""
        return plain(self._math) if self._math is not None else ""

    def links(self) -> list[Link]:
        """What can be followed, from left to right."""
        return [link for _, link in self._hits]

    # Layout -------------------------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.setAccessibleName(self.text())
        self._lines = self._broken() if self._math is not None else []
        self._hits = []
        if self._lines:
            # Where the links are painted is known once everything has been painted: on a picture nobody sees.
            picture = QPicture()
            painter = QPainter(picture)
            for line, top in zip(self._lines, self._tops()):
                self._ear.heard = []
                line.paint(painter, QPointF(0, line.ascent))
                by = self._fit(line)
                for rect, link in self._ear.heard:
                    place = QRectF(rect.x() * by, rect.y() * by + top, rect.width() * by, rect.height() * by)
                    self._hits.append((place, link))
            self._ear.heard = None
            painter.end()
        if self._at is not None and self._at >= len(self._hits):
            self._at = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self._hits else Qt.FocusPolicy.NoFocus)
        self.setToolTip("" if self._hits else self.text())
        self.updateGeometry()
        self.update()

    def _broken(self) -> list[_Box]:
        """The equation as lines that fit, as far as it can be broken."""
        assert self._math is not None
        face = font(self._theme, "body")
        whole = self._make(self._math, face)
        if self._math.kind != "row" or self.width() < 40 or whole.width <= self.width():
            return [whole]
        pieces: list[list[Math]] = [[]]
        for part in self._math.parts:
            if part.kind == "symbol" and part.text == "=" and pieces[-1]:
                pieces.append([])
            pieces[-1].append(part)
        lines = [pieces[0]]
        for piece in pieces[1:]:
            together = [*lines[-1], *piece]
            if self._make(Math("row", tuple(together)), face).width <= self.width():
                lines[-1] = together
            else:
                lines.append(piece)
        return [self._make(Math("row", tuple(line)), face) for line in lines]

    def _height(self) -> float:
        return sum((line.ascent + line.descent) * self._fit(line) + _BETWEEN for line in self._lines)

    def sizeHint(self) -> QSize:
        if not self._lines:
            return QSize(10, 0)
        return QSize(round(max(line.width for line in self._lines)), round(self._height()) + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(20, self.sizeHint().height())

    def _fit(self, line: _Box) -> float:
        if self.width() < 40 or line.width <= self.width():
            return 1.0
        return max(_LEAST, self.width() / line.width)

    def _tops(self) -> list[float]:
        tops = [2.0]
        for line in self._lines:
            tops.append(tops[-1] + (line.ascent + line.descent) * self._fit(line) + _BETWEEN)
        return tops

    def resizeEvent(self, event: QResizeEvent) -> None:
        if event.size().width() != event.oldSize().width():
            self._lay_out()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._lines:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for at, (rect, link) in enumerate(self._hits):
            chosen = at == self._at
            if chosen or (self._lit and link.name == self._lit):
                painter.fillRect(rect.adjusted(-1, 0, 1, 0), self._theme.accentbg)
            line = QColor(self._theme.role(self._role(link.name)))
            line.setAlphaF(1.0 if chosen else 0.45)
            painter.fillRect(QRectF(rect.left(), rect.bottom() - 1, rect.width(), 1), line)
        for box, top in zip(self._lines, self._tops()):
            painter.save()
            painter.translate(0, top)
            painter.scale(self._fit(box), self._fit(box))
            box.paint(painter, QPointF(0, box.ascent))
            painter.restore()
        if self._at is not None and self.hasFocus():
            frame(painter, self._hits[self._at][0].adjusted(-3, -1, 3, 2), self._theme.accent, 2, 3)
        painter.end()

    # Pointer and keys ---------------------------------------------------------------------------------------

    def _choose(self, at: int | None) -> None:
        if at != self._at:
            self._at = at
            link = self._hits[at][1] if at is not None else None
            self.setCursor(Qt.CursorShape.PointingHandCursor if at is not None else Qt.CursorShape.ArrowCursor)
            self.setAccessibleDescription(link.text() if link is not None else "")
            self.update()
            self.pointed.emit(link)

    def _found(self, point: QPointF) -> int | None:
        hits = enumerate(self._hits)
        return next((at for at, (rect, _) in hits if rect.adjusted(-2, -2, 2, 2).contains(point)), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._choose(self._found(event.position()))

    def leaveEvent(self, event: QEvent) -> None:
        self._choose(None)
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = self._found(event.position())
        if at is None or event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
        else:
            self.followed.emit(self._hits[at][1])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain_key = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key())) if plain_key else None
        if by is not None and self._hits:
            self._choose(min(max((self._at if self._at is not None else -by) + by, 0), len(self._hits) - 1))
        elif plain_key and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._at is not None:
            self.followed.emit(self._hits[self._at][1])
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._at is None and self._hits and event.reason() != Qt.FocusReason.MouseFocusReason:
            self._choose(0)
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._choose(None)
        super().focusOutEvent(event)

    # Boxes --------------------------------------------------------------------------------------------------

    def _make(self, math: Math, face: QFont) -> _Box:
        if math.kind in ("number", "symbol"):
            role = self._role(math.link.name) if math.link is not None else ""
            text = show(math.value) if math.kind == "number" else math.text
            return self._text(text, face, self._theme.role(role) if role else self._theme.ink, math.link)
        if math.kind == "fraction":
            return self._fraction(math, face)
        if math.kind == "root":
            return self._root(math, face)
        if math.kind == "power":
            return self._power(math, face)
        if math.kind == "sub":
            return self._sub(math, face)
        if math.kind == "sum":
            return self._sum(math, face)
        if math.kind == "bracket":
            return self._bracket(math, face)
        return self._row(math, face)

    def _text(self, text: str, face: QFont, ink: QColor, link: Link | None = None) -> _Box:
        measure, ear = QFontMetricsF(face), self._ear

        def paint(painter: QPainter, at: QPointF) -> None:
            if link is not None and ear.heard is not None:
                high = measure.ascent() + measure.descent()
                place = QRectF(at.x(), at.y() - measure.ascent(), measure.horizontalAdvance(text), high)
                ear.heard.append((place, link))
            painter.setFont(face)
            painter.setPen(ink)
            painter.drawText(at, text)

        return _Box(measure.horizontalAdvance(text), measure.ascent(), measure.descent(), paint)

    def _row(self, math: Math, face: QFont) -> _Box:
        parts = [self._make(part, face) for part in math.parts]
        gap = QFontMetricsF(face).horizontalAdvance(" ") * 1.2

        def paint(painter: QPainter, at: QPointF) -> None:
            x = at.x()
            for part in parts:
                part.paint(painter, QPointF(x, at.y()))
                x += part.width + gap

        return _Box(
            sum(part.width for part in parts) + gap * (len(parts) - 1),
            max(part.ascent for part in parts),
            max(part.descent for part in parts),
            paint,
        )

    def _bracket(self, math: Math, face: QFont) -> _Box:
        inside = self._make(math.parts[0], face)
        left, right = (self._text(sign, face, self._theme.ink) for sign in "()")

        def paint(painter: QPainter, at: QPointF) -> None:
            left.paint(painter, at)
            inside.paint(painter, QPointF(at.x() + left.width, at.y()))
            right.paint(painter, QPointF(at.x() + left.width + inside.width, at.y()))

        return _Box(left.width + inside.width + right.width, max(left.ascent, inside.ascent),
                    max(left.descent, inside.descent), paint)  # fmt: skip

    def _fraction(self, math: Math, face: QFont) -> _Box:
        top, bottom = (self._make(part, face) for part in math.parts)
        measure = QFontMetricsF(face)
        axis, pad = measure.xHeight() / 2 + 1, measure.averageCharWidth() * 0.4
        width = max(top.width, bottom.width) + 2 * pad
        ink = self._theme.ink

        def paint(painter: QPainter, at: QPointF) -> None:
            line = at.y() - axis
            painter.setPen(QPen(ink, 1))
            painter.drawLine(QPointF(at.x(), line), QPointF(at.x() + width, line))
            top.paint(painter, QPointF(at.x() + (width - top.width) / 2, line - top.descent - 2))
            bottom.paint(painter, QPointF(at.x() + (width - bottom.width) / 2, line + bottom.ascent + 1))

        above = axis + top.ascent + top.descent + 2
        return _Box(width, above, bottom.ascent + bottom.descent + 1 - axis, paint)

    def _root(self, math: Math, face: QFont) -> _Box:
        inside = self._make(math.parts[0], face)
        sign = QFontMetricsF(face).averageCharWidth() * 1.3
        ink = self._theme.ink

        def paint(painter: QPainter, at: QPointF) -> None:
            top, bottom = at.y() - inside.ascent - 1, at.y() + inside.descent
            path = QPainterPath(QPointF(at.x(), at.y() - inside.ascent * 0.35))
            path.lineTo(at.x() + sign * 0.3, at.y() - inside.ascent * 0.42)
            path.lineTo(at.x() + sign * 0.6, bottom)
            path.lineTo(at.x() + sign, top)
            path.lineTo(at.x() + sign + inside.width + 2, top)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(ink, 1.1))
            painter.drawPath(path)
            inside.paint(painter, QPointF(at.x() + sign + 1, at.y()))

        return _Box(sign + inside.width + 4, inside.ascent + 3, inside.descent, paint)

    def _small(self, face: QFont) -> QFont:
        small = QFont(face)
        small.setPixelSize(max(7, round(face.pixelSize() * _SMALLER)))
        return small

    def _sub(self, math: Math, face: QFont) -> _Box:
        base, index = self._make(math.parts[0], face), self._make(math.parts[1], self._small(face))
        drop = QFontMetricsF(face).descent() + index.ascent * 0.15

        def paint(painter: QPainter, at: QPointF) -> None:
            base.paint(painter, at)
            index.paint(painter, QPointF(at.x() + base.width + 1, at.y() + drop))

        return _Box(base.width + index.width + 2, base.ascent, max(base.descent, index.descent + drop), paint)

    def _sum(self, math: Math, face: QFont) -> _Box:
        large = QFont(face)
        large.setPixelSize(round(face.pixelSize() * 1.5))
        sign = self._text("Σ", large, self._theme.ink)
        lower, upper = (self._make(part, self._small(face)) for part in math.parts)
        width = max(sign.width, lower.width, upper.width)
        # Letters fill less than their line, so the limits come closer than the lines would.
        above, below = sign.ascent * 0.8, sign.descent * 0.4

        def paint(painter: QPainter, at: QPointF) -> None:
            for box, y in ((sign, at.y() + 1), (upper, at.y() - above - upper.descent * 0.5),
                           (lower, at.y() + below + lower.ascent)):  # fmt: skip
                box.paint(painter, QPointF(at.x() + (width - box.width) / 2, y))

        return _Box(width, above + upper.ascent + upper.descent * 0.5, below + lower.ascent + lower.descent, paint)

    def _power(self, math: Math, face: QFont) -> _Box:
        base, exponent = self._make(math.parts[0], face), self._make(math.parts[1], self._small(face))
        lift = QFontMetricsF(face).ascent() * 0.5 + exponent.descent

        def paint(painter: QPainter, at: QPointF) -> None:
            base.paint(painter, at)
            exponent.paint(painter, QPointF(at.x() + base.width + 1, at.y() - lift))

        return _Box(base.width + exponent.width + 2, max(base.ascent, exponent.ascent + lift), base.descent, paint)
