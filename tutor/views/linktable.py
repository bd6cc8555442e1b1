"""A table some of whose numbers are links: pointed at, clicked, or walked through with the arrow keys and Enter."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    Qt,
    Signal,
)  # fmt: skip
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)  # fmt: skip

from tutor.engine.working import Link
from tutor.views.keys import prints
from tutor.views.theme import Theme

#: What a cell leads to.
LINK = Qt.ItemDataRole.UserRole + 1

_Index = QModelIndex | QPersistentModelIndex


class _Underline(QStyledItemDelegate):
    """Paints a line below what is a link: faint, and clear under the pointer or the keys."""

    def __init__(self, parent: "LinkTable") -> None:
        super().__init__(parent)
        self._table = parent

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        plain = QStyleOptionViewItem(option)
        plain.state &= ~QStyle.StateFlag.State_HasFocus  # type: ignore[attr-defined]
        if index.row() == self._table.marked():
            painter.fillRect(plain.rect, self._table.ground())  # type: ignore[attr-defined]
        super().paint(painter, plain, index)
        if index.data(LINK) is None:
            return
        self.initStyleOption(plain, index)
        chosen = self._table.pointed_at() == (index.row(), index.column())
        ink = plain.palette.text().color()  # type: ignore[attr-defined]
        ink.setAlphaF(1.0 if chosen else 0.4)
        text = min(plain.fontMetrics.horizontalAdvance(plain.text), plain.rect.width() - 6)  # type: ignore[attr-defined]
        rect = QRectF(plain.rect)  # type: ignore[attr-defined]
        right = bool(plain.displayAlignment & Qt.AlignmentFlag.AlignRight)  # type: ignore[attr-defined]
        left = rect.right() - 3 - text if right else rect.left() + 3
        below = rect.center().y() + plain.fontMetrics.ascent() / 2 + 2  # type: ignore[attr-defined]
        painter.fillRect(QRectF(left, min(below, rect.bottom() - 1), text, 1), ink)


class LinkTable(QTableView):
    """A plain table whose model says with the role LINK what leads where.

    Signals:
        pointed(object)   the Link under the pointer or the keys; None for none
        followed(object)  a Link was clicked, or chosen with Enter
        touched(int)      the row under the pointer or the keys, −1 for none
    """

    pointed = Signal(object)
    followed = Signal(object)
    touched = Signal(int)

    def __init__(self, theme: Theme, model: QAbstractItemModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._hover: tuple[int, int] | None = None
        self._marked = -1
        self.setModel(model)
        self.setItemDelegate(_Underline(self))
        self.verticalHeader().hide()
        self.verticalHeader().setMinimumSectionSize(1)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QTableView.Shape.NoFrame)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme

    def ground(self) -> QColor:
        """What lies behind a row that is pointed at elsewhere."""
        return self._theme.accentbg

    def pointed_at(self) -> tuple[int, int] | None:
        """The cell under the pointer, or else under the keys."""
        if self._hover is not None:
            return self._hover
        current = self.currentIndex()
        return (current.row(), current.column()) if current.isValid() and self.hasFocus() else None

    def activate(self, row: int, column: int) -> None:
        """Follow the link of a cell; where it has none, the first one of its row."""
        model = self.model()
        columns = [column, *range(model.columnCount())]
        links = (model.index(row, at).data(LINK) for at in columns)
        link = next((one for one in links if one is not None), None)
        if link is not None:
            self.followed.emit(link)

    def restart(self) -> None:
        """Begin again at the first link, after the model has changed."""
        self._hover = None
        if self.hasFocus():
            self._to_first_link()
            self._tell()

    def mark(self, row: int) -> None:
        """Show a row as the one that is pointed at elsewhere; −1 for none."""
        if row >= 0:
            self.scrollTo(self.model().index(row, 0))
        self._marked = row
        self.viewport().update()

    def marked(self) -> int:
        return self._marked

    def _tell(self) -> None:
        at = self.pointed_at()
        link = self.model().index(*at).data(LINK) if at is not None else None
        self.pointed.emit(link if isinstance(link, Link) else None)
        self.touched.emit(at[0] if at is not None else -1)
        self.viewport().update()

    def _set_hover(self, hover: tuple[int, int] | None) -> None:
        if hover != self._hover:
            self._hover = hover
            link = hover is not None and self.model().index(*hover).data(LINK) is not None
            self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if link else Qt.CursorShape.ArrowCursor)
            self._tell()

    # Pointer and keys ---------------------------------------------------------------------------------------

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self.indexAt(event.position().toPoint())
        self._set_hover((found.row(), found.column()) if found.isValid() else None)
        super().mouseMoveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        found = self.indexAt(event.position().toPoint())
        if found.isValid() and event.button() == Qt.MouseButton.LeftButton:
            if found.data(LINK) is not None:
                self.followed.emit(found.data(LINK))
            else:
                self.pressed_plain(found.row(), found.column())

    def pressed_plain(self, row: int, column: int) -> None:
        """A cell without a link was clicked."""

    def leaveEvent(self, event: QEvent) -> None:
        self._set_hover(None)
        super().leaveEvent(event)

    def currentChanged(self, current: _Index, previous: _Index) -> None:
        super().currentChanged(current, previous)  # type: ignore[arg-type]
        if self.hasFocus():
            self._tell()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() or self.currentIndex().data(LINK) is None:
            self._to_first_link()
        if self.currentIndex().isValid():
            self.selectionModel().select(self.currentIndex(), QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._tell()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.clearSelection()  # what was chosen with the keys is chosen no more
        self._tell()

    def _to_first_link(self) -> None:
        model = self.model()
        for row in range(min(model.rowCount(), 64)):
            for column in range(model.columnCount()):
                if model.index(row, column).data(LINK) is not None:
                    self.setCurrentIndex(model.index(row, column))
                    return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and current.isValid() and not _held(event):
            self.activate(current.row(), current.column())
        elif prints(event) or event.key() == Qt.Key.Key_Backspace or _held(event):
            event.ignore()  # letters are the window's commands, not a search
        else:
            super().keyPressEvent(event)


def _held(event: QKeyEvent) -> bool:
    """Whether Ctrl, Alt or Meta is held: those are the window's."""
    plain = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
    return bool(event.modifiers() & ~plain)
