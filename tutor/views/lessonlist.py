"""All lessons, those of the stages and the whys, with a mark at what was opened."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from tutor.engine.records import dataclass
from tutor.views.icons import paint_icon
from tutor.views.keys import prints
from tutor.views.lessontext import lowered
from tutor.views.paint import draw_text
from tutor.views.theme import Theme, font, metrics

_ROW = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Row:
    """One lesson in the list, or, without a name, what stands above some."""

    name: str
    title: str
    detail: str = ""
    opened: bool = False
    current: bool = False


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        head = not index.data(_ROW).name
        return QSize(0, round(self.theme.px(30)) if head else self.theme.height("tree_row") + 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme, rect = self.theme, QRectF(option.rect)
        row: Row = index.data(_ROW)
        if not row.name:
            line = rect.adjusted(theme.px(14), theme.px(8), -theme.px(14), 0)
            draw_text(painter, line, row.title, font(theme, "header"), theme.ink2, Qt.AlignmentFlag.AlignLeft)
            draw_text(painter, line, row.detail, font(theme, "caption"), theme.ink3, Qt.AlignmentFlag.AlignRight)
            return
        if option.state & QStyle.StateFlag.State_Selected or row.current:
            painter.fillRect(rect, theme.accentbg)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.strip)
        side = theme.px(15)
        mark = QRectF(rect.left() + theme.px(14), rect.center().y() - side / 2, side, side)
        if row.current:
            painter.fillRect(QRectF(rect.left(), rect.top(), theme.px(3), rect.height()), theme.accent)
        name = "current" if row.current else "visited" if row.opened else "unvisited"
        paint_icon(painter, name, mark, theme.accent if row.current else theme.ink2 if row.opened else theme.ink3)
        wide = metrics(theme, "caption").horizontalAdvance(row.detail) + theme.px(8)
        right = rect.right() - theme.px(14)
        draw_text(painter, QRectF(right - wide, rect.top(), wide, rect.height()), row.detail, font(theme, "caption"),
                  theme.ink3, Qt.AlignmentFlag.AlignRight)  # fmt: skip
        left = mark.right() + theme.px(8)
        draw_text(painter, QRectF(left, rect.top(), max(10.0, right - wide - left), rect.height()), lowered(row.title),
                  font(theme, "body", row.current or None), theme.ink, Qt.AlignmentFlag.AlignLeft)  # fmt: skip


class LessonList(QListWidget):
    """The list.

    Signals:
        chosen(str)  a lesson, by its name
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self._delegate = _Delegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.itemClicked.connect(self._choose)
        self.retranslate()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these; the row of the keys stays where it was."""
        at = self.currentRow()
        while self.count() > len(rows):
            self.takeItem(self.count() - 1)
        while self.count() < len(rows):
            self.addItem(QListWidgetItem())
        for number, row in enumerate(rows):
            item = self.item(number)
            item.setData(_ROW, row)
            enabled = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            item.setFlags(enabled if row.name else Qt.ItemFlag.NoItemFlags)
            state = self.tr("opened") if row.opened else ""
            said = self.tr(", ").join(one for one in (row.title, row.detail, state) if one)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
            item.setToolTip(row.title)
        current = next((number for number, row in enumerate(rows) if row.current), 1)
        self.setCurrentRow(at if 0 < at < len(rows) and rows[at].name else current)

    def rows(self) -> list[Row]:
        return [self.item(at).data(_ROW) for at in range(self.count())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentItem() is not None:
            self._choose(self.currentItem())
        elif prints(event):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _choose(self, item: QListWidgetItem) -> None:
        name = item.data(_ROW).name
        if name:
            self.chosen.emit(name)

    def set_theme(self, theme: Theme) -> None:
        self._delegate.theme = theme
        self.setFont(font(theme, "body"))
        colours = self.palette()
        colours.setColor(colours.ColorRole.Base, theme.pane)
        self.setPalette(colours)
        self.scheduleDelayedItemsLayout()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("All lessons"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
