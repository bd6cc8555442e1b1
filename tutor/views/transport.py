"""Rows of buttons for actions: the transport below the timeline, and the choices in the corner of the menu bar."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QIcon, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QWidget,
)  # fmt: skip

from tutor.views.icons import paint_icon
from tutor.views.paint import draw_text, frame
from tutor.views.style import primary
from tutor.views.theme import Theme, font, metrics

#: How much of itself a button shows: icon, words and key; without the key; the icon alone.
FULL, NO_KEY, ICON = 0, 1, 2


class KeyButton(QPushButton):
    """A button that shows its key in a small cap. Where room is short it gives up the cap, then the words."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._key = self._icon = ""
        self._room = FULL
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_key(self, key: str, icon: str) -> None:
        """The key in the cap ("" for none) and the name of the icon."""
        self._key, self._icon = key, icon
        self.updateGeometry()
        self.update()

    def set_room(self, room: int) -> None:
        """How much of itself to show."""
        if room != self._room:
            self._room = room
            self.updateGeometry()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def _parts(self, room: int) -> list[tuple[str, float]]:
        """What stands in the button, left to right, with widths: icon, words, key."""
        found = [("icon", self._theme.px(14))]
        if self.text() and room < ICON:
            found.append(("words", metrics(self._theme, "body").horizontalAdvance(self.text()) + 1))
        if self._key and room < NO_KEY:
            wide = metrics(self._theme, "caption").horizontalAdvance(self._key) + self._theme.px(9)
            found.append(("key", max(wide, self._theme.px(16))))
        return found

    def wide(self, room: int) -> int:
        """How wide it is when it shows so much of itself."""
        parts = self._parts(room)
        return round(sum(width for _, width in parts) + self._theme.px(7) * (len(parts) - 1) + self._theme.px(22))

    def sizeHint(self) -> QSize:
        return QSize(self.wide(self._room), super().sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text, option.icon = "", QIcon()  # type: ignore[assignment]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        main = bool(self.property("primary")) and self.isEnabled()
        ink = theme.onaccent if main else theme.ink if self.isEnabled() else theme.ink3
        parts = self._parts(self._room)
        x = (self.width() - sum(width for _, width in parts) - theme.px(7) * (len(parts) - 1)) / 2
        for part, wide in parts:
            if part == "icon":
                box = QRectF(x, (self.height() - wide) / 2, wide, wide)
                paint_icon(painter, self._icon, box, ink)
            elif part == "words":
                face = font(theme, "body", main or None)
                words = QRectF(x, 0, wide + 1, self.height())
                draw_text(painter, words, self.text(), face, ink, Qt.AlignmentFlag.AlignLeft)
            else:
                high = metrics(theme, "caption").height() + theme.px(2)
                cap = QRectF(x, (self.height() - high) / 2, wide, high)
                frame(painter, cap, theme.onaccent if main else theme.ctl, 1, 3)
                draw_text(painter, cap, self._key, font(theme, "caption"), ink if main else theme.ink2)
            x += wide + theme.px(7)
        painter.end()


def _others(layout: QLayout) -> int:
    """What a row of buttons needs besides them: margins, gaps, and whatever else stands in it."""
    margins = layout.contentsMargins()
    found, count = margins.left() + margins.right(), 0
    for at in range(layout.count()):
        item = layout.itemAt(at)
        widget = item.widget() if item is not None else None
        if item is None or (widget is not None and widget.isHidden()):
            continue
        if widget is None:
            found += item.minimumSize().width()
            continue
        count += 1
        inner = widget.layout()
        if inner is not None and widget.findChild(KeyButton) is not None:
            found += _others(inner)
        elif not isinstance(widget, KeyButton):
            found += item.minimumSize().width()
    return found + layout.spacing() * max(0, count - 1)


class Corner(QWidget):
    """Segmented choices: language, theme, size of type. Each button is its action.

    Signals: none; each button triggers its action.
    """

    def __init__(self, theme: Theme, groups: Sequence[Sequence[QAction]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: list[QToolButton] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 10, 2)
        row.setSpacing(8)
        for group in groups:
            joined = QHBoxLayout()
            joined.setSpacing(0)
            for at, action in enumerate(group):
                button = QToolButton()
                button.setDefaultAction(action)
                button.setProperty("segment", "first" if at == 0 else "last" if at == len(group) - 1 else "middle")
                self._buttons.append(button)
                joined.addWidget(button)
            row.addLayout(joined)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        for button in self._buttons:
            button.setFont(font(theme, "dense"))
            button.setFixedHeight(round(theme.px(22)))
            button.setAccessibleName(button.defaultAction().text().replace("&", ""))


class Transport(QWidget):
    """A row of buttons for actions; the one named `main` is the primary one. Where room is short the buttons give up
    their keys, then their words, the primary one last.

    Signals: none; each button triggers its action.
    """

    def __init__(self, theme: Theme, actions: Sequence[QAction], main: QAction, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._buttons: list[tuple[KeyButton, QAction]] = []
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 12, 6)
        row.setSpacing(8)
        for action in actions:
            button = KeyButton(theme)
            button.clicked.connect(action.trigger)
            if action is main:
                primary(button)
            self._buttons.append((button, action))
            row.addWidget(button)
        row.addStretch(1)
        self._row, self._first, self._groups = row, len(actions), 0
        self.set_theme(theme)

    def add_actions(self, *actions: QAction) -> None:
        """Buttons for more actions, at the right end."""
        for action in actions:
            button = KeyButton(self._theme)
            button.clicked.connect(action.trigger)
            self._buttons.append((button, action))
            self._row.addWidget(button)
        self.refresh()

    def add(self, widget: QWidget) -> None:
        """A widget at the right end."""
        self._row.addWidget(widget)

    def add_group(self, widget: QWidget) -> None:
        """A widget after the buttons, a little apart from them."""
        at = self._groups = self._groups + 2
        self._row.insertSpacing(self._first + at - 2, 14)
        self._row.insertWidget(self._first + at - 1, widget)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for button, _ in self._buttons:
            button.set_theme(theme)
        self.refresh()

    def minimumSizeHint(self) -> QSize:
        return QSize(320, self._row.minimumSize().height())

    def _rank(self, button: KeyButton) -> int:
        """How long a button keeps its words: the primary one longest, then those of going on and back, then those
        of levels, then those at the right end."""
        if button.property("primary"):
            return 0
        own = [one for one, _ in self._buttons]
        main = next((at for at, one in enumerate(own) if one.property("primary")), len(own))
        if button not in own:
            return 1 if button.parentWidget() is not self else 3
        return 1 if own.index(button) <= main else 2 if own.index(button) < self._first else 3

    def _fit(self) -> None:
        """The most words there is room for. It is reckoned, not tried: to try asks for another layout, for ever."""
        buttons = [one for one in self.findChildren(KeyButton) if not one.isHidden()]
        ranks = [self._rank(one) for one in buttons]
        room = self.width() - _others(self._row)
        rooms: list[int] = []
        for keys, words in ((9, 9), (1, 9), (1, 3), (1, 2), (0, 1), (0, 0)):
            rooms = [FULL if rank < keys else NO_KEY if rank < words else ICON for rank in ranks]
            if sum(one.wide(much) for one, much in zip(buttons, rooms, strict=True)) <= room:
                break
        for button, much in zip(buttons, rooms, strict=True):
            button.set_room(much)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return handled

    def refresh(self) -> None:
        """Take text, icon and state from the actions again."""
        for button, action in self._buttons:
            short = action.property("short") or ""
            button.setText(short)
            key = action.property("cap") or ""
            native = QKeySequence.SequenceFormat.NativeText
            cap = QKeySequence(key).toString(native).replace("Shift+", "⇧") if short and key else ""
            cap = cap.replace("+", " ") if len(cap) > 1 else cap
            button.set_key(cap, action.property("drawing") or "")
            button.setEnabled(action.isEnabled())
            button.setAccessibleName(action.text().replace("&", ""))
            keys = ", ".join(key.toString() for key in action.shortcuts())
            button.setToolTip(f"{action.text()} ({keys})" if keys else action.text())

    def button(self, action: QAction) -> QPushButton:
        return next(button for button, own in self._buttons if own is action)
