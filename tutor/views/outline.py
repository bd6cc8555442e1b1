"""The outline: sections and their stages as a tree, with what was seen, what is current, and each shape."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QPointF, QRectF, QSize, Qt, Signal
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

from tutor.engine.records import dataclass
from tutor.views.icons import paint_icon
from tutor.views.keys import prints
from tutor.views.overview import paint_mark
from tutor.views.paint import draw_text
from tutor.views.theme import Theme, font, metrics

_STAGE = Qt.ItemDataRole.UserRole
_SHAPE = Qt.ItemDataRole.UserRole + 1
_STATE = Qt.ItemDataRole.UserRole + 2
_FOLD = Qt.ItemDataRole.UserRole + 3
_STAR = Qt.ItemDataRole.UserRole + 4
_CHANGED = Qt.ItemDataRole.UserRole + 5
_ASKED = Qt.ItemDataRole.UserRole + 6
_VEILED = Qt.ItemDataRole.UserRole + 7
#: With more blocks than these, all but the first, the last and the current one fold into a row between them.
_MOST_BLOCKS = 4


@dataclass(frozen=True)
class Entry:
    """One stage: its title, its place on the timeline, its shape in short (`4·16·16`); neighbours of one `group`
    stand below its name."""

    title: str
    stage: int
    shape: str
    group: str = ""


@dataclass(frozen=True)
class Branch:
    """One section with its stages; a block has its number."""

    title: str
    entries: tuple[Entry, ...]
    number: int | None = None


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
        fold = index.data(_FOLD) is not None
        top = index.data(_STAGE) is None and not fold
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
        if index.data(_ASKED) and not current and not top:
            name = "question"
        if not fold:
            paint_icon(painter, name, box, ink, theme.pane)
        shape = "?" if index.data(_VEILED) else index.data(_SHAPE) or ""
        face = font(theme, "dense")
        wide = metrics(theme, "dense").horizontalAdvance(shape) + theme.px(10)
        left = box.right() + theme.px(6)
        mark = theme.px(13) if index.data(_CHANGED) else 0.0
        if mark:
            paint_mark(painter, theme, QPointF(rect.right() - wide - mark / 2, rect.center().y()), "changed")
        words = QRectF(left, rect.top(), rect.right() - left - wide - mark - theme.px(2), rect.height())
        body = font(theme, "body", True if top or current else None)
        text_ink = theme.accentink if current else theme.ink if top or state != "unvisited" else theme.ink2
        text_ink = theme.ink2 if fold else text_ink
        starred = theme.px(18) if index.data(_STAR) else 0.0
        words.setWidth(words.width() - starred)
        draw_text(painter, words, index.data(), body, text_ink, Qt.AlignmentFlag.AlignLeft)
        if starred:
            measure = metrics(theme, "body", True if top or current else None)
            at = words.left() + min(measure.horizontalAdvance(index.data()), words.width()) + theme.px(5)
            paint_icon(painter, "star", QRectF(at, rect.center().y() - side * 0.45, side * 0.9, side * 0.9), theme.warn)
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

    def terms_at(self, at: QPoint) -> list[str]:
        """The row at a point."""
        index = self.indexAt(self.viewport().mapFrom(self, at))
        return [str(index.data())] if index.isValid() else []

    def terms_here(self) -> list[str]:
        """The row that the keys are at."""
        index = self.currentIndex()
        return [str(index.data())] if index.isValid() else []


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
        self._places: dict[int, QStandardItem] = {}
        self._states: dict[int, str] = {}
        self._runs: list[list[QStandardItem]] = []
        self._here: tuple[int, ...] | None = None
        self._numbers: dict[int, int] = {}
        self._items: list[QStandardItem] = []  # held, so that each stays one and the same object
        self._header = QLabel()
        self._tree = _Tree()
        self._model = QStandardItemModel(self)
        self._delegate = _Delegate(theme, self)
        self._tree.setModel(self._model)
        self._tree.setItemDelegate(self._delegate)
        self._tree.setHeaderHidden(True)
        self._tree.setIndentation(16)
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

    def set_headed(self, headed: bool) -> None:
        """Whether the pane says its own name; a tab may say it already."""
        self._header.setVisible(headed)

    def set_branches(self, branches: Sequence[Branch]) -> None:
        """Show another model."""
        if tuple(branches) == self._branches:
            return
        self._branches = tuple(branches)
        self._model.clear()
        self._places, self._states, self._runs, self._here, self._items = {}, {}, [], None, []
        self._numbers = {}
        blocks: list[QStandardItem] = []
        for at, branch in enumerate(self._branches):
            head = self._head(branch.title)
            self._fill(head, branch.entries)
            if branch.number is None:
                blocks = []
            elif not blocks:
                self._runs.append(blocks)
            if branch.number is not None:
                blocks.append(head)
                self._numbers[id(head)] = branch.number
                deep = sum(one.number is not None for one in self._branches[at - len(blocks) + 1 :]) > _MOST_BLOCKS
                if deep and len(blocks) > 1:
                    self._model.appendRow(self._fold_row())
            self._model.appendRow(head)
        self._runs = [run for run in self._runs if len(run) > _MOST_BLOCKS]
        for row in range(self._model.rowCount()):
            if self._model.item(row).data(_FOLD) is not None:
                self._tree.setRowHidden(row, QModelIndex(), True)

    def _head(self, title: str) -> QStandardItem:
        item = QStandardItem(title)
        self._items.append(item)
        item.setData("unvisited", _STATE)
        return item

    def _fold_row(self) -> QStandardItem:
        """A row that stands for the blocks behind it while they are folded."""
        item = self._head("")
        item.setData(0, _FOLD)
        return item

    def _fill(self, head: QStandardItem, entries: Sequence[Entry]) -> None:
        group, below = "", head
        for entry in entries:
            if entry.group != group:
                group, below = entry.group, head
                if group:
                    below = self._head(group)
                    head.appendRow(below)
            item = self._head(entry.title)
            item.setData(entry.stage, _STAGE)
            item.setData(entry.shape, _SHAPE)
            below.appendRow(item)
            self._places[entry.stage] = item

    def set_bookmarks(self, stages: Collection[int]) -> None:
        """Stars at these stages, and at the sections and groups that have some of them."""
        for row in range(self._model.rowCount()):
            self._star(self._model.item(row), stages)

    def set_questions(self, stages: Collection[int], veiled: Collection[int]) -> None:
        """Stages where a question waits, and stages whose shape must not be told."""
        for stage, item in self._places.items():
            for role, on in ((_ASKED, stage in stages), (_VEILED, stage in veiled)):
                if bool(item.data(role)) != on:
                    item.setData(on, role)
                    words = self.tr("a question waits") if stage in stages else None
                    item.setData(words, Qt.ItemDataRole.AccessibleDescriptionRole)

    def _star(self, item: QStandardItem, stages: Collection[int]) -> bool:
        below = [self._star(item.child(at), stages) for at in range(item.rowCount())]
        starred = any(below) or item.data(_STAGE) in stages
        if starred != bool(item.data(_STAR)):
            item.setData(starred, _STAR)
            words = self.tr("bookmarked")
            item.setData(f"{item.text()}, {words}" if starred else None, Qt.ItemDataRole.AccessibleTextRole)
        return starred

    def set_place(self, current: int, visited: Sequence[int]) -> None:
        """Mark what was seen and where the learner is; the current section unfolds, many others fold.

        What the learner unfolded stays so until another section or group is the current one.
        """
        seen = set(visited)
        item = self._places.get(current)
        way: list[QStandardItem] = []
        above = item.parent() if item is not None else None
        while above is not None:
            way.append(above)
            above = above.parent()
        for row in range(self._model.rowCount()):
            self._mark(self._model.item(row), current, seen)
        here = tuple(id(one) for one in way)
        moved, self._here = here != self._here, here
        if moved:
            few = len(self._branches) <= 3
            for row in range(self._model.rowCount()):
                head = self._model.item(row)
                self._tree.setExpanded(head.index(), few or head in way)
                for at in range(head.rowCount()):
                    if head.child(at).hasChildren():
                        self._tree.setExpanded(head.child(at).index(), head.child(at) in way)
            self._fold_blocks(way[-1] if way else None)
        if item is not None:
            self._tree.setCurrentIndex(item.index())
            self._tree.scrollTo(item.index())

    def set_changed(self, stages: Collection[int]) -> None:
        """Mark the stages whose numbers a what-if has changed, and the sections that have one."""
        for row in range(self._model.rowCount()):
            self._mark_changed(self._model.item(row), stages)

    def _mark_changed(self, item: QStandardItem, stages: Collection[int]) -> bool:
        stage = item.data(_STAGE)
        below = [self._mark_changed(item.child(at), stages) for at in range(item.rowCount())]
        changed = stage in stages if stage is not None else any(below)
        if bool(item.data(_CHANGED)) != changed:
            item.setData(changed, _CHANGED)
            item.setToolTip(self.tr("What if: changed") if changed else "")
            item.setData(item.toolTip(), Qt.ItemDataRole.AccessibleDescriptionRole)
        return changed

    def _mark(self, item: QStandardItem, current: int, seen: set[int]) -> tuple[bool, bool, bool]:
        """Set an item's state and its children's. Returns whether it has the current stage, whether all of it was
        seen, and whether some was."""
        stage = item.data(_STAGE)
        if stage is not None:
            here, done, some = stage == current, stage in seen, stage in seen
        else:
            below = [self._mark(item.child(at), current, seen) for at in range(item.rowCount())]
            here, some = any(one[0] for one in below), any(one[2] for one in below)
            done = bool(below) and all(one[1] for one in below)
        state = "current" if here else "visited" if done else "partial" if some else "unvisited"
        if self._states.get(id(item)) != state:
            self._states[id(item)] = state
            item.setData(state, _STATE)
        return here, done, some

    def _fold_blocks(self, current: QStandardItem | None) -> None:
        """Of many blocks, all but the first, the last and the current one stand as one row each side of it."""
        for run in self._runs:
            at = next((n for n, one in enumerate(run) if one is current), None)
            kept = {0, len(run) - 1} | ({at} if at is not None else set())
            ends = sorted(kept)
            for one in run:
                self._show_row(one.row(), True)
                if one is not run[0]:
                    self._show_row(one.row() - 1, False)
            for first, last in ((low + 1, high - 1) for low, high in pairwise(ends)):
                if last > first:
                    fold = self._model.item(run[first].row() - 1)
                    fold.setData(last - first + 1, _FOLD)
                    numbers = [self._numbers[id(run[at])] for at in (first, last)]
                    fold.setText(self.tr("Blocks {first}–{last}").format(first=numbers[0], last=numbers[1]))
                    self._show_row(fold.row(), True)
                    for one in run[first : last + 1]:
                        self._show_row(one.row(), False)

    def _show_row(self, row: int, shown: bool) -> None:
        self._tree.setRowHidden(row, QModelIndex(), not shown)

    def _unfold(self, index: QModelIndex) -> None:
        """Show the blocks that a row stands for, one line each."""
        self._show_row(index.row(), False)
        for at in range(index.data(_FOLD)):
            self._show_row(index.row() + 1 + 2 * at, True)

    def _clicked(self, index: QModelIndex) -> None:
        if index.data(_STAGE) is None and index.data(_FOLD) is None:
            self._tree.setExpanded(index, not self._tree.isExpanded(index))
        else:
            self._chosen(index)

    def _chosen(self, index: QModelIndex) -> None:
        if index.data(_FOLD) is not None:
            self._unfold(index)
        elif index.data(_STAGE) is not None:
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
