"""The box that finds: a line and a list below it, over the window. Search, go to and the palette share it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip
from shiboken6 import isValid

from tutor.engine.records import dataclass
from tutor.views.badge import badge_size, paint_badge
from tutor.views.icons import NAMES, paint_icon
from tutor.views.paint import draw_text, frame
from tutor.views.theme import Theme, font, metrics

_CHOICE = Qt.ItemDataRole.UserRole
_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
#: At most so many rows are in sight at once.
_ROWS = 9
_MOVES = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: _ROWS - 1, Qt.Key.Key_PageUp: 1 - _ROWS}


@dataclass(frozen=True)
class Choice:
    """One row: what it is called, what is said of it, and what stands at its right: a shape, or keys.

    `key` is handed back when it is chosen.
    """

    key: object
    title: str
    detail: str = ""
    axes: tuple[tuple[str, int], ...] = ()
    keys: str = ""
    icon: str = ""
    enabled: bool = True

    @property
    def words(self) -> str:
        """All of it in one line, for a screen reader."""
        return ", ".join(one for one in (self.title, self.detail, self.keys) if one)


class _Model(QAbstractListModel):
    """The choices as Qt's list takes them."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.choices: tuple[Choice, ...] = ()

    def set_choices(self, choices: Sequence[Choice]) -> None:
        self.beginResetModel()
        self.choices = tuple(choices)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.choices)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if not index.isValid():
            return None
        choice = self.choices[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return choice.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return choice.words
        return choice if role == _CHOICE else None

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        able = index.isValid() and self.choices[index.row()].enabled
        return Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEnabled if able else Qt.ItemFlag.NoItemFlags


class _Delegate(QStyledItemDelegate):
    """Paints a row of two lines; the shape or the keys at its right."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, round(self.theme.px(40)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem,
              index: QModelIndex | QPersistentModelIndex) -> None:  # fmt: skip
        theme, choice, rect = self.theme, index.data(_CHOICE), QRectF(option.rect)
        if choice is None:
            return
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen:
            painter.fillRect(rect, theme.accentbg)
            painter.fillRect(QRectF(rect.left(), rect.top(), theme.px(3), rect.height()), theme.accent)
        ink = theme.ink3 if not choice.enabled else theme.accentink if chosen else theme.ink
        left = rect.left() + theme.px(12)
        if choice.icon in NAMES:
            side = theme.px(15)
            paint_icon(painter, choice.icon, QRectF(left, rect.center().y() - side / 2, side, side), ink, theme.pane)
        left += theme.px(24)
        right = rect.right() - theme.px(12)
        if choice.axes:
            size = badge_size(choice.axes, theme, True)
            right -= size.width()
            paint_badge(painter, QPointF(right, rect.center().y() - size.height() / 2), choice.axes, theme, True)
        elif choice.keys:
            wide = metrics(theme, "dense").horizontalAdvance(choice.keys) + theme.px(2)
            right -= wide
            draw_text(painter, QRectF(right, rect.top(), wide, rect.height()), choice.keys, font(theme, "dense"),
                      theme.ink3 if not choice.enabled else theme.ink2, _RIGHT)  # fmt: skip
        room = max(0.0, right - left - theme.px(10))
        upper = QRectF(left, rect.top() + theme.px(3), room, theme.px(18))
        if not choice.detail:
            upper = QRectF(left, rect.top(), room, rect.height())
        draw_text(painter, upper, choice.title, font(theme, "body", chosen or None), ink, _LEFT)
        if choice.detail:
            lower = QRectF(left, rect.top() + theme.px(20), room, theme.px(16))
            draw_text(painter, lower, choice.detail, font(theme, "caption"), theme.ink3 if not chosen else theme.ink2,
                      _LEFT)  # fmt: skip


class _Line(QLineEdit):
    """A line that keeps the keys of the list and Esc for the box, and tells when it is left.

    Signals:
        moved(int)   so many rows down, or up
        left()       the focus has gone elsewhere
    """

    moved = Signal(int)
    left = Signal()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
            if plain and (event.key() == Qt.Key.Key_Escape or Qt.Key(event.key()) in _MOVES):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _MOVES and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.moved.emit(_MOVES[key])
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            self.left.emit()


class Finder(QFrame):
    """The box over the window. What it offers comes from outside, as does what a choice does.

    Signals:
        typed(str)      other text stands in the line
        chosen(object)  the key of a row, after the box has closed
        closed()        the box has closed
    """

    typed = Signal(str)
    chosen = Signal(object)
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._before: QWidget | None = None
        self._line, self._list, self._note = _Line(), QListView(), QLabel()
        self._model, self._delegate = _Model(self), _Delegate(theme, self)
        self._list.setModel(self._model)
        self._list.setItemDelegate(self._delegate)
        self._list.setUniformItemSizes(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._note.setWordWrap(True)
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._line.setClearButtonEnabled(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 8)
        column.setSpacing(6)
        column.addWidget(self._line)
        column.addWidget(self._list)
        column.addWidget(self._note)
        self._line.textChanged.connect(self.typed)
        self._line.moved.connect(self._move)
        self._line.left.connect(self.close_box)
        self._line.returnPressed.connect(self._take)
        self._list.clicked.connect(self._clicked)
        parent.installEventFilter(self)
        self.hide()
        self.set_theme(theme)

    # Opening and closing ------------------------------------------------------------------------------------------

    def open_box(self, name: str, hint: str) -> None:
        """Show the box, empty; `name` is said to a screen reader, `hint` stands in the empty line."""
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self._line.setAccessibleName(name)
        self._line.setPlaceholderText(hint)
        self._line.clear()
        self.show()
        self.raise_()
        self._place()
        self._line.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.typed.emit("")

    def close_box(self) -> None:
        """Close it; the focus goes back to where it was."""
        if not self.isVisible():
            return
        focus = QApplication.focusWidget()
        within = focus is None or self.isAncestorOf(focus)
        self.hide()
        before, self._before = self._before, None
        if within and before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        self.closed.emit()

    # What it offers -----------------------------------------------------------------------------------------------

    def set_choices(self, choices: Sequence[Choice], note: str = "", wrong: bool = False) -> None:
        """The rows; `note` is said below them, as an error where it is `wrong`."""
        self._model.set_choices(choices)
        first = next((at for at, one in enumerate(choices) if one.enabled), -1)
        self._list.setVisible(bool(choices))
        if first >= 0:
            self._list.setCurrentIndex(self._model.index(first, 0))
            self._list.scrollToTop()
        self._note.setText(note)
        self._note.setVisible(bool(note))
        colours = self._note.palette()
        colours.setColor(colours.ColorRole.WindowText, self._theme.err if wrong else self._theme.ink2)
        self._note.setPalette(colours)
        self._place()
        if wrong:
            self._say(note)

    def choices(self) -> tuple[Choice, ...]:
        return self._model.choices

    def current(self) -> Choice | None:
        at = self._list.currentIndex()
        return self._model.choices[at.row()] if at.isValid() else None

    def line(self) -> QLineEdit:
        return self._line

    def note(self) -> str:
        return self._note.text() if self._note.isVisibleTo(self) else ""

    def list(self) -> QListView:
        return self._list

    def _move(self, by: int) -> None:
        """To the next row that can be chosen; round the ends by single steps."""
        able = [at for at, one in enumerate(self._model.choices) if one.enabled]
        if not able:
            return
        row = self._list.currentIndex().row()
        at = able.index(row) if row in able else 0
        at = (at + by) % len(able) if abs(by) == 1 else min(max(at + by, 0), len(able) - 1)
        self._list.setCurrentIndex(self._model.index(able[at], 0))
        self._say(self._model.choices[able[at]].words)

    def _say(self, text: str) -> None:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._line, text))

    def _take(self) -> None:
        choice = self.current()
        if choice is not None and choice.enabled:
            self.close_box()
            self.chosen.emit(choice.key)

    def _clicked(self, index: QModelIndex) -> None:
        if self._model.choices[index.row()].enabled:
            self._list.setCurrentIndex(index)
            self._take()

    # Room and look ------------------------------------------------------------------------------------------------

    def _place(self) -> None:
        """At the top of the window, in its middle, as high as what it offers."""
        parent = self.parentWidget()
        if parent is None or not self.isVisible():
            return
        wide = min(round(self._theme.px(600)), parent.width() - 24)
        row = self._delegate.sizeHint(QStyleOptionViewItem(), QModelIndex()).height()
        room = max(1, (parent.height() - round(self._theme.px(140))) // row)
        self._list.setFixedHeight(row * min(len(self._model.choices), _ROWS, room))
        column = self.layout()
        assert column is not None
        column.activate()
        high = column.totalHeightForWidth(wide) if column.hasHeightForWidth() else column.totalSizeHint().height()
        self.setGeometry((parent.width() - wide) // 2, round(self._theme.px(8)), wide, high)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        frame(painter, QRectF(self.rect()), self._theme.ctl, 1, 4, self._theme.strip)
        painter.end()

    def set_theme(self, theme: Theme) -> None:
        self._theme = self._delegate.theme = theme
        self._line.setFont(font(theme, "body"))
        self._line.setMinimumHeight(theme.height("button"))
        self._note.setFont(font(theme, "caption"))
        colours = self._list.palette()
        colours.setColor(colours.ColorRole.Base, theme.pane)
        self._list.setPalette(colours)
        self._list.doItemsLayout()
        self._place()
