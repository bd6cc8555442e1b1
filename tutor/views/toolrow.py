"""The stage pane's toolbar: what is shown and how on the left, what can be done on the right.

Where there is not room for every word, words go in turn: first those of the tools, whose icons say enough, then those
of the views that are not shown, last that of the one that is.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLayout, QScrollArea, QSizePolicy, QToolButton, QWidget

_TEXT = Qt.ToolButtonStyle.ToolButtonTextBesideIcon
_ICON = Qt.ToolButtonStyle.ToolButtonIconOnly
#: What keeps at least the width it hints at.
_FIRM = (QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.MinimumExpanding)


class ToolRow(QWidget):
    """Widgets in a row. Buttons among them lose their words, never themselves, where the row is short."""

    def __init__(self, least: int, parent: QWidget | None = None) -> None:
        """`least` is the width below which the row does not ask for more."""
        super().__init__(parent)
        self._least = least
        self._tools: list[QToolButton] = []
        self._views: list[QToolButton] = []
        self._spare: list[QWidget] = []
        self._last: tuple[list[QWidget], list[QWidget]] = ([], [])
        self._widths: dict[tuple[object, ...], int] = {}
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 2, 16, 2)
        self._row.setSpacing(8)

    def row(self) -> QHBoxLayout:
        """The layout, for what always stays as it is."""
        return self._row

    def add_spare(self, widget: QWidget) -> None:
        """What is hidden before any button loses its word: the last added after those before it."""
        self._spare.append(widget)

    def add_last(self, *widgets: QWidget) -> None:
        """What is hidden where all that is not enough: these two, one after the other."""
        for some, widget in zip(self._last, widgets, strict=True):
            some.append(widget)

    def add_view(self, button: QToolButton) -> None:
        """A button, already placed, that says which view is shown."""
        self._views.append(button)
        button.toggled.connect(self._fit_again)
        button.installEventFilter(self)

    def add_tool(self, widget: QWidget) -> None:
        """One more widget at the right end. By Tab it comes after the one before it, however late it was added."""
        self._row.addWidget(widget)
        if self._tools:
            self.setTabOrder(self._tools[-1], widget)
        for button in [widget, *widget.findChildren(QToolButton)]:
            if isinstance(button, QToolButton) and not button.icon().isNull():
                self._tools.append(button)
                button.installEventFilter(self)
        self.fit()

    def fit(self) -> None:
        """Show the most words there is room for. What fits is reckoned, not tried: a layout that is tried asks for
        another one, and so on for ever."""
        if self.width() < 2:
            return
        level = next((one for one in range(self._levels()) if self._needed(one) <= self.width()), self._levels() - 1)
        hidden = self._hidden(level)
        for widget in self._spares():
            if widget.isHidden() != (widget in hidden):
                widget.setVisible(widget not in hidden)
        for button in (*self._tools, *self._views):
            if button.toolButtonStyle() != self._style(button, level):
                button.setToolButtonStyle(self._style(button, level))

    def _levels(self) -> int:
        """How many ways there are to be shorter: each spare one gone, tools and then views without words, the first of
        the last gone, not even the view that is shown with its word, all of the last gone."""
        return len(self._spare) + 6

    def _spares(self) -> tuple[QWidget, ...]:
        return *self._spare, *self._last[0], *self._last[1]

    def _hidden(self, level: int) -> list[QWidget]:
        gone, most = self._spare[:level], self._levels() - 1
        return [*gone, *(self._last[0] if level >= most - 2 else ()), *(self._last[1] if level >= most else ())]

    def _style(self, button: QToolButton, level: int) -> Qt.ToolButtonStyle:
        least = 0 if button in self._tools else 3 if button.isChecked() else 1
        return _ICON if level > len(self._spare) + least else _TEXT

    def _needed(self, level: int) -> int:
        """The width of the row at a level."""
        return self._of_layout(self._row, level, self._hidden(level)) or 0

    def _of_layout(self, layout: QLayout, level: int, hidden: list[QWidget]) -> int | None:
        widths = []
        for at in range(layout.count()):
            item = layout.itemAt(at)
            if item is None:
                continue
            inner, widget = item.layout(), item.widget()
            if inner is not None:
                widths.append(self._of_layout(inner, level, hidden))
            elif widget is not None:
                widths.append(self._of_widget(widget, level, hidden))
        there = [width for width in widths if width is not None]
        if not there:
            return None
        margins = layout.contentsMargins()
        return sum(there) + layout.spacing() * (len(there) - 1) + margins.left() + margins.right()

    def _of_widget(self, widget: QWidget, level: int, hidden: list[QWidget]) -> int | None:
        spare = widget in self._spares()
        if widget in hidden or (widget.isHidden() and not spare):
            return None
        if isinstance(widget, QToolButton) and (widget in self._tools or widget in self._views):
            return self._of_button(widget, self._style(widget, level))
        inner = widget.layout()
        mine = (*self._spares(), *self._tools, *self._views)
        if inner is not None and any(widget.isAncestorOf(one) for one in mine):
            return self._of_layout(inner, level, hidden)
        content = widget.widget() if isinstance(widget, QScrollArea) else None
        if content is not None and level < self._levels() - 1:
            return content.sizeHint().width()  # it scrolls only where nothing else gives way
        hint = widget.sizeHint() if widget.sizePolicy().horizontalPolicy() in _FIRM else widget.minimumSizeHint()
        return min(max(hint.width(), widget.minimumWidth()), widget.maximumWidth())

    def _of_button(self, button: QToolButton, style: Qt.ToolButtonStyle) -> int:
        """A button's width in a style, measured once for its words and type."""
        key = (button.text(), button.font().key(), button.iconSize().width(), style)
        if key not in self._widths:
            now = button.toolButtonStyle()
            button.setToolButtonStyle(style)
            self._widths[key] = button.sizeHint().width()
            button.setToolButtonStyle(now)
        return self._widths[key]

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
