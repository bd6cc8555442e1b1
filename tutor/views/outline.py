"""The outline: sections and their stages as a tree, with what was seen, what is current, and each shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QLabel,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.views.icons import paint_icon
from tutor.views.keys import prints
from tutor.views.paint import draw_text
from tutor.views.theme import Theme, font, metrics

_STAGE = Qt.ItemDataRole.UserRole
_SHAPE = Qt.ItemDataRole.UserRole + 1
_STATE = Qt.ItemDataRole.UserRole + 2


@dataclass(frozen=True)
class Entry:
    """One stage: its title, its place on the timeline and its shape in short (`4·16·16`)."""

    title: str
    stage: int
    shape: str


@dataclass(frozen=True)
class Branch:
    """One section with its stages."""

    title: str
    entries: tuple[Entry, ...]


class _Delegate(QStyledItemDelegate):
    """Paints state, name (elided) and shape (never elided)."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, self.theme.height("tree_row"))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme, rect = self.theme, QRectF(option.rect)
        state = index.data(_STATE)
        top = index.data(_STAGE) is None
        current = state == "current" and not top
        if current or option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(QRectF(0, rect.top(), rect.right() + 1, rect.height()), theme.accentbg)
        if current:
            painter.fillRect(QRectF(0, rect.top(), 3, rect.height()), theme.accent)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.strip)
        side = theme.px(16)
        box = QRectF(rect.left() + 2, rect.center().y() - side / 2, side, side)
        ink = theme.accent if current else theme.ink3 if state == "unvisited" else theme.ink2
        name = {"current": "partial" if top else "current"}.get(state, state)
        paint_icon(painter, name, box, ink, theme.pane)
        shape = index.data(_SHAPE) or ""
        face = font(theme, "dense")
        wide = metrics(theme, "dense").horizontalAdvance(shape) + theme.px(10)
        left = box.right() + theme.px(6)
        words = QRectF(left, rect.top(), rect.right() - left - wide - theme.px(2), rect.height())
        body = font(theme, "body", True if top or current else None)
        text_ink = theme.accentink if current else theme.ink if top or state != "unvisited" else theme.ink2
        draw_text(painter, words, index.data(), body, text_ink, Qt.AlignmentFlag.AlignLeft)
        shape_ink = theme.accentink if current else theme.ink3
        draw_text(painter, QRectF(rect.right() - wide, rect.top(), wide - theme.px(4), rect.height()), shape, face,
                  shape_ink, Qt.AlignmentFlag.AlignRight)  # fmt: skip


class _Tree(QTreeView):
    """A tree that leaves letters to the window: they are commands, not a search."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if prints(event):
            event.ignore()
        else:
            super().keyPressEvent(event)


class Outline(QWidget):
    """The model's sections and stages.

    Signals:
        stageChosen(int)  a stage was clicked or chosen with the keys
    """

    stageChosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._branches: tuple[Branch, ...] = ()
        self._header = QLabel()
        self._tree = _Tree()
        self._model = QStandardItemModel(self)
        self._delegate = _Delegate(theme, self)
        self._tree.setModel(self._model)
        self._tree.setItemDelegate(self._delegate)
        self._tree.setHeaderHidden(True)
        self._tree.setIndentation(20)
        self._tree.setUniformRowHeights(True)
        self._tree.setMouseTracking(True)
        self._tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._tree.setFrameShape(QTreeView.Shape.NoFrame)
        self._tree.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._tree.setExpandsOnDoubleClick(False)
        self._header.setContentsMargins(12, 0, 12, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._tree, 1)
        self._tree.clicked.connect(self._clicked)
        self._tree.activated.connect(self._chosen)
        self.setFocusProxy(self._tree)
        self.set_theme(theme)
        self.retranslate()

    def set_branches(self, branches: Sequence[Branch]) -> None:
        """Show another model."""
        if tuple(branches) == self._branches:
            return
        self._branches = tuple(branches)
        self._model.clear()
        for branch in self._branches:
            head = QStandardItem(branch.title)
            head.setData("unvisited", _STATE)
            for entry in branch.entries:
                item = QStandardItem(entry.title)
                item.setData(entry.stage, _STAGE)
                item.setData(entry.shape, _SHAPE)
                item.setData("unvisited", _STATE)
                head.appendRow(item)
            self._model.appendRow(head)

    def set_place(self, current: int, visited: Sequence[int]) -> None:
        """Mark what was seen and where the learner is; the current section unfolds, many others fold."""
        seen = set(visited)
        few = len(self._branches) <= 3
        for row in range(self._model.rowCount()):
            head = self._model.item(row)
            stages = [head.child(at).data(_STAGE) for at in range(head.rowCount())]
            for at, stage in enumerate(stages):
                state = "current" if stage == current else "visited" if stage in seen else "unvisited"
                head.child(at).setData(state, _STATE)
                if stage == current:
                    self._tree.setCurrentIndex(head.child(at).index())
            here = current in stages
            done = seen.issuperset(stages)
            head.setData("current" if here else "visited" if done else "partial" if seen & set(stages) else "unvisited",
                         _STATE)  # fmt: skip
            self._tree.setExpanded(head.index(), here or few)
            if here:
                self._tree.scrollTo(head.child(stages.index(current)).index())

    def _clicked(self, index: QModelIndex) -> None:
        if index.data(_STAGE) is None:
            self._tree.setExpanded(index, not self._tree.isExpanded(index))
        else:
            self.stageChosen.emit(index.data(_STAGE))

    def _chosen(self, index: QModelIndex) -> None:
        if index.data(_STAGE) is not None:
            self.stageChosen.emit(index.data(_STAGE))

    def tree(self) -> QTreeView:
        return self._tree

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._delegate.theme = theme
        self._header.setFont(font(theme, "header"))
        self._header.setFixedHeight(theme.height("pane_header"))
        colours = self._tree.palette()
        for role in (colours.ColorRole.Base, colours.ColorRole.Window):
            colours.setColor(role, theme.pane)
        self._tree.setPalette(colours)
        self._tree.doItemsLayout()
        self._tree.viewport().update()

    def retranslate(self) -> None:
        self._header.setText(self.tr("Outline"))
        self._tree.setAccessibleName(self.tr("Outline"))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
