"""What lies over the window while presenting: a black screen, and a ring around the pointer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QCursor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

_FRAME_MS = 16
_BLACK = QColor("#000000")


class BlankScreen(QWidget):
    """All black, over the whole window. It takes the focus, so that no key acts on what cannot be seen, and gives it
    back; keys of commands go on to the window."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._focus: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.BlankCursor)
        self.setProperty("paintsFocus", True)
        self.hide()

    def cover(self) -> None:
        self._focus = QApplication.focusWidget()
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def uncover(self) -> None:
        self.hide()
        if self._focus is not None and self._focus.isVisible():
            self._focus.setFocus(Qt.FocusReason.OtherFocusReason)
        self._focus = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), _BLACK)
        painter.end()


class PointerRing(QWidget):
    """A large ring that goes with the pointer; clicks pass through it."""

    def __init__(self, colour: QColor, halo: QColor, side: float, parent: QWidget) -> None:
        super().__init__(parent)
        self._colour, self._halo = colour, halo
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._timer = QTimer(self)  # a child may swallow the pointer's moves, so they are not waited for
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self.follow)
        self.set_look(colour, halo, side)
        self.hide()

    def set_look(self, colour: QColor, halo: QColor, side: float) -> None:
        self._colour, self._halo = colour, halo
        self.resize(round(side), round(side))

    def turn(self, on: bool) -> None:
        """Show or hide the ring."""
        self.setVisible(on)
        if on:
            self.raise_()
            self.follow()
            self._timer.start()
        else:
            self._timer.stop()

    def follow(self) -> None:
        """Go to where the pointer is."""
        parent = self.parentWidget()
        at = QCursor.pos() if parent is None else parent.mapFromGlobal(QCursor.pos())
        to = at - QPoint(self.width() // 2, self.height() // 2)
        if to != self.pos():
            self.move(to)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        centre, radius = QPointF(self.width() / 2, self.height() / 2), self.width() / 2 - 6
        for colour, width in ((self._halo, 9), (self._colour, 5)):
            painter.setPen(QPen(colour, width))
            painter.drawEllipse(centre, radius, radius)
        painter.end()
