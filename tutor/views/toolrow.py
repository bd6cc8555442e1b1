"""The stage pane's toolbar: what is shown and how on the left, what can be done on the right.

Where there is not room for every word, words go in turn: first those of the tools, whose icons say enough, then those
of the views that are not shown, last that of the one that is.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QToolButton, QWidget

_TEXT = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
_ICON = Qt.ToolButtonStyle.ToolButtonIconOnly


class ToolRow(QWidget):
    """Widgets in a row. Buttons among them lose their words, never themselves, where the row is short."""

    def __init__(self, least: int, parent: QWidget | None = None) -> None:
        """`least` is the width below which the row does not ask for more."""
        super().__init__(parent)
        self._least = least
        self._tools: list[QToolButton] = []
        self._views: list[QToolButton] = []
        self._spare: list[QWidget] = []
        self._last: list[QWidget] = []
        self._fitting = False
        self._fitted: tuple[object, ...] = ()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 2, 16, 2)
        self._row.setSpacing(8)

    def row(self) -> QHBoxLayout:
        """The layout, for what always stays as it is."""
        return self._row

    def add_spare(self, widget: QWidget) -> None:
        """What is hidden before any button loses its word: the last added after those before it."""
        self._spare.append(widget)

    def add_last(self, widget: QWidget) -> None:
        """What is hidden where all that is not enough."""
        self._last.append(widget)

    def add_view(self, button: QToolButton) -> None:
        """A button, already placed, that says which view is shown."""
        self._views.append(button)
        button.toggled.connect(self._fit_again)
        button.installEventFilter(self)

    def add_tool(self, widget: QWidget) -> None:
        """One more widget at the right end."""
        self._row.addWidget(widget)
        for button in [widget, *widget.findChildren(QToolButton)]:
            if isinstance(button, QToolButton) and not button.icon().isNull():
                self._tools.append(button)
                button.installEventFilter(self)
        self.fit()

    def _state(self) -> tuple[object, ...]:
        """All that the fit depends on. To fit changes sizes, which asks for another fit: only what is new needs one."""
        buttons = [*self._tools, *self._views]
        others = []
        for at in range(self._row.count()):
            item = self._row.itemAt(at)
            widget = item.widget() if item is not None else None
            if item is None or (widget is not None and (widget in (*self._spare, *self._last) or widget.isHidden())):
                continue
            if widget is None or not any(widget is one or widget.isAncestorOf(one) for one in buttons):
                others.append(item.minimumSize().width())
        words = [(one.text(), one.isHidden(), one.isChecked(), one.font().key()) for one in buttons]
        return self.width(), tuple(words), tuple(others)

    def fit(self) -> None:
        """Find the most words there is room for."""
        if self._fitting or self.width() < 2:
            return
        state = self._state()
        if state == self._fitted:
            return
        self._fitting, self._fitted = True, state
        spare = len(self._spare)
        for level in range(spare + 5):
            for at, widget in enumerate([*self._spare, *self._last]):
                widget.setVisible(level <= (at if at < spare else spare + 2))
            for tool in self._tools:
                tool.setToolButtonStyle(_ICON if level > spare else _TEXT)
            for view in self._views:
                worded = level <= spare + 1 or (view.isChecked() and level <= spare + 3)
                view.setToolButtonStyle(_TEXT if worded else _ICON)
            for holder in {one.parentWidget() for one in (*self._spare, *self._last, *self._tools, *self._views)}:
                inner = holder.layout() if holder is not None and holder is not self else None
                if holder is not None and inner is not None:  # else the row goes on with the width it had
                    inner.invalidate()
                    holder.updateGeometry()
            self._row.invalidate()
            if self._row.minimumSize().width() <= self.width():
                break
        self._fitting = False

    def minimumSizeHint(self) -> QSize:
        return QSize(self._least, self._row.minimumSize().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self.fit()
        return handled

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # An icon-only button has no words on screen: its tooltip says them.
        if event.type() == QEvent.Type.ToolTip and isinstance(watched, QAbstractButton) and not watched.toolTip():
            watched.setToolTip(watched.text())
        return super().eventFilter(watched, event)

    def _fit_again(self, on: bool) -> None:
        self.fit()
