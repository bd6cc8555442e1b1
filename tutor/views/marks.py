"""The list of bookmarks below the outline: a star, a name, a note, and the key that jumps there."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)  # fmt: skip
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.engine.records import dataclass
from tutor.views.icons import icon, paint_icon
from tutor.views.keys import prints
from tutor.views.paint import draw_text
from tutor.views.theme import Theme, font, metrics

_MARK = Qt.ItemDataRole.UserRole
#: Bookmarks with a key of their own, Ctrl+1 to Ctrl+9; rows shown before the list scrolls.
KEYED, _ROWS = 9, 6


@dataclass(frozen=True)
class Mark:
    """One row: its name, its note, and whether the run on screen has the place."""

    title: str
    note: str = ""
    there: bool = True
    current: bool = False


def key_of(number: int) -> str:
    """The key that jumps to a bookmark, by its number from 0; "" beyond the ninth."""
    return f"Ctrl+{number + 1}" if number < KEYED else ""


class _Delegate(QStyledItemDelegate):
    """Paints star, name and key, the note below them; edits the note."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        mark: Mark = index.data(_MARK)
        lines = self.theme.height("tree_row")
        return QSize(0, lines + (round(self.theme.px(16)) if mark.note else 0))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme, mark, rect = self.theme, index.data(_MARK), QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected or mark.current:
            painter.fillRect(rect, theme.accentbg)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.strip)
        line = QRectF(rect.left(), rect.top(), rect.width(), theme.height("tree_row"))
        side = theme.px(15)
        star = QRectF(line.left() + theme.px(12), line.center().y() - side / 2, side, side)
        paint_icon(painter, "star", star, theme.warn if mark.there else theme.ink3)
        key = QKeySequence(key_of(index.row())).toString(QKeySequence.SequenceFormat.NativeText).replace("+", " ")
        wide = metrics(theme, "dense").horizontalAdvance(key) + theme.px(8)
        draw_text(painter, QRectF(line.right() - wide - theme.px(6), line.top(), wide, line.height()), key,
                  font(theme, "dense"), theme.ink3, Qt.AlignmentFlag.AlignRight)  # fmt: skip
        left = star.right() + theme.px(7)
        words = QRectF(left, line.top(), max(10.0, line.right() - left - wide - theme.px(8)), line.height())
        draw_text(painter, words, mark.title, font(theme, "body"), theme.ink if mark.there else theme.ink3,
                  Qt.AlignmentFlag.AlignLeft)  # fmt: skip
        if mark.note:
            below = QRectF(left, line.bottom() - theme.px(3), rect.right() - left - theme.px(8), theme.px(17))
            draw_text(painter, below, mark.note, font(theme, "dense"), theme.ink2, Qt.AlignmentFlag.AlignLeft)

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        editor = QLineEdit(parent)
        editor.setFont(font(self.theme, "dense"))
        editor.setPlaceholderText(self.tr("Note"))
        editor.setAccessibleName(self.tr("Note on {place}").format(place=index.data(_MARK).title))
        editor.setMaxLength(4000)
        return editor

    def setEditorData(self, editor: QWidget, index: QModelIndex | QPersistentModelIndex) -> None:
        assert isinstance(editor, QLineEdit)
        editor.setText(index.data(_MARK).note)

    def setModelData(
        self, editor: QWidget, model: QAbstractItemModel, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        assert isinstance(editor, QLineEdit)
        model.setData(index, editor.text(), Qt.ItemDataRole.EditRole)

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        # As wide as the row and as high as a box is, also where the row has no note yet.
        editor.setGeometry(option.rect)
        editor.setFixedHeight(max(option.rect.height(), editor.sizeHint().height()))


class _List(QListWidget):
    """A list that leaves letters to the window, and deletes with Delete."""

    removed = Signal(int)

    def event(self, event: QEvent) -> bool:
        # Here F2 means the note, whatever it means elsewhere in the window.
        asked = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if asked and event.key() == Qt.Key.Key_F2:  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.currentRow()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and row >= 0:
            self.itemActivated.emit(self.item(row))
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and row >= 0:
            self.removed.emit(row)
        elif prints(event) or event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()
        else:
            super().keyPressEvent(event)


class MarksView(QWidget):
    """The bookmarks.

    A click or Enter jumps, F2 or a double click edits the note, Delete takes the bookmark away.

    Signals:
        jumped(int)          to the bookmark of this number
        noted(int, str)      its note is now this
        removed(int)
    """

    jumped = Signal(int)
    noted = Signal(int, str)
    removed = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._header, self._count = QLabel(), QLabel()
        self._hint = QLabel()
        self._hint.setWordWrap(True)
        self._edit, self._delete = QToolButton(), QToolButton()
        self._list = _List()
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.setMouseTracking(True)
        self._delegate = _Delegate(theme, self._list)
        self._list.setItemDelegate(self._delegate)
        self._top = QWidget()
        top = QHBoxLayout(self._top)
        top.setContentsMargins(12, 0, 8, 0)
        top.setSpacing(4)
        top.addWidget(self._header)
        top.addStretch(1)
        top.addWidget(self._edit)
        top.addWidget(self._delete)
        top.addWidget(self._count)
        for button in (self._edit, self._delete):
            button.setAutoRaise(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._top)
        column.addWidget(self._hint)
        column.addWidget(self._list)
        self._list.itemClicked.connect(self._chosen)
        self._list.itemActivated.connect(self._chosen)
        self._list.itemChanged.connect(self._changed)
        self._list.removed.connect(self.removed)
        self._list.currentRowChanged.connect(self._refresh_buttons)
        self._list.customContextMenuRequested.connect(self._menu)
        self._edit.clicked.connect(self.edit_note)
        self._delete.clicked.connect(self._delete_current)
        self._marks: tuple[Mark, ...] = ()
        self.set_theme(theme)
        self.retranslate()

    # What is shown ------------------------------------------------------------------------------------------

    def set_marks(self, marks: Sequence[Mark]) -> None:
        """Show these bookmarks; the chosen row stays chosen."""
        if tuple(marks) == self._marks:
            return
        self._marks = tuple(marks)
        row = self._list.currentRow()
        with QSignalBlocker(self._list):
            while self._list.count() > len(marks):
                self._list.takeItem(self._list.count() - 1)
            while self._list.count() < len(marks):
                item = QListWidgetItem()
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
                self._list.addItem(item)
            for at, mark in enumerate(marks):
                item = self._list.item(at)
                item.setData(_MARK, mark)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, self._words(at, mark))
                item.setToolTip(f"{mark.title}\n{mark.note}" if mark.note else mark.title)
            self._list.setCurrentRow(min(row, len(marks) - 1))
        self._fit()

    def _words(self, at: int, mark: Mark) -> str:
        key = QKeySequence(key_of(at)).toString(QKeySequence.SequenceFormat.NativeText)
        return ", ".join(part for part in (mark.title, mark.note, key) if part)

    def _fit(self) -> None:
        marks = self._marks
        self._count.setText(str(len(marks)) if marks else "")
        self._hint.setVisible(not marks)
        self._list.setVisible(bool(marks))
        rows = [self._list.sizeHintForRow(at) for at in range(min(len(marks), _ROWS))]
        self._list.setFixedHeight(sum(rows) + 4)
        self._list.scheduleDelayedItemsLayout()
        self._refresh_buttons()

    def list(self) -> QListWidget:
        return self._list

    def edit_note(self) -> None:
        """Write into the chosen bookmark's note."""
        item = self._list.currentItem() or self._list.item(0)
        if item is not None:
            self._list.setCurrentItem(item)
            self._list.editItem(item)

    def note_box(self) -> QLineEdit | None:
        """The box that a note is being written in, if any."""
        return self._list.findChild(QLineEdit)

    def _refresh_buttons(self) -> None:
        chosen = bool(self._marks) and self._list.currentRow() >= 0
        for button in (self._edit, self._delete):
            button.setVisible(bool(self._marks))
            button.setEnabled(chosen)

    def set_theme(self, theme: Theme) -> None:
        self._theme = self._delegate.theme = theme
        self._header.setFont(font(theme, "header"))
        self._count.setFont(font(theme, "dense"))
        self._hint.setFont(font(theme, "dense"))
        for label, ink in ((self._header, theme.ink2), (self._count, theme.ink3), (self._hint, theme.ink3)):
            colours = label.palette()
            colours.setColor(label.foregroundRole(), ink)
            label.setPalette(colours)
        self._hint.setContentsMargins(round(theme.px(12)), 4, round(theme.px(8)), round(theme.px(8)))
        for button, name in ((self._edit, "pencil"), (self._delete, "close")):
            button.setIcon(icon(name, theme))
            button.setFixedSize(round(theme.px(22)), round(theme.px(22)))
        self._top.setFixedHeight(theme.height("pane_header"))
        for widget, colour in ((self._top, theme.strip), (self, theme.pane)):
            colours = widget.palette()
            colours.setColor(colours.ColorRole.Window, colour)
            widget.setPalette(colours)
            widget.setAutoFillBackground(True)
        colours = self._list.palette()
        colours.setColor(colours.ColorRole.Base, theme.pane)
        self._list.setPalette(colours)
        self._fit()

    # Words and input ----------------------------------------------------------------------------------------

    def retranslate(self) -> None:
        self._header.setText(self.tr("Marks"))
        self.setAccessibleName(self.tr("Marks"))
        self._list.setAccessibleName(self.tr("Bookmarks"))
        key = QKeySequence("Ctrl+B").toString(QKeySequence.SequenceFormat.NativeText)
        self._hint.setText(self.tr("{key} bookmarks this stage.").format(key=key))
        tips = (
            (self._edit, self.tr("Edit the note ({key})").format(key="F2")),
            (self._delete, self.tr("Delete the bookmark")),
        )
        for button, text in tips:
            button.setToolTip(text)
            button.setAccessibleName(text)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def _chosen(self, item: QListWidgetItem) -> None:
        self.jumped.emit(self._list.row(item))

    def _changed(self, item: QListWidgetItem) -> None:
        text = item.data(Qt.ItemDataRole.EditRole)
        if isinstance(text, str):
            self.noted.emit(self._list.row(item), text)

    def _delete_current(self) -> None:
        if self._list.currentRow() >= 0:
            self.removed.emit(self._list.currentRow())

    def _menu(self, at: QPoint) -> None:
        item = self._list.itemAt(at)
        if item is None:
            return
        self._list.setCurrentItem(item)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Edit the note"), self.edit_note)
        menu.addAction(self.tr("Delete the bookmark"), self._delete_current)
        menu.popup(self._list.viewport().mapToGlobal(at))
