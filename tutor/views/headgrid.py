"""A grid of the same step in every block and every head, as thumbnails on one scale."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.engine.heads import Thumb
from tutor.views import thumbs
from tutor.views.colorbar import ColorBar
from tutor.views.keys import prints
from tutor.views.paint import draw_text, frame
from tutor.views.theme import Theme, font, metrics
from tutor.views.thumbs import Scale

_Index = QModelIndex | QPersistentModelIndex
Place = tuple[int, int]
_LEAST, _MOST = 52.0, 132.0


class GridModel(QAbstractTableModel):
    """Blocks by heads; those that are not computed yet are there without a thumbnail."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[str, ...] = ()
        self.columns = 0
        self.thumbs: Mapping[Place, Thumb] = {}
        self.current: Place = (-1, -1)

    def set_shape(self, rows: Sequence[str], columns: int) -> None:
        if (tuple(rows), columns) != (self.rows, self.columns):
            self.beginResetModel()
            self.rows, self.columns = tuple(rows), columns
            self.endResetModel()

    def changed(self) -> None:
        if self.rows and self.columns:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, self.columns - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self.columns

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        place = index.row(), index.column()
        if role not in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return None
        found = [self.rows[place[0]], self.tr("head {at}").format(at=place[1])]
        thumb = self.thumbs.get(place)
        if thumb is not None:
            found.append(thumbs.describe(thumb))
        if place == self.current:
            found.append(self.tr("on screen"))
        return ", ".join(found)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if orientation == Qt.Orientation.Vertical:
            return self.rows[section]
        return self.tr("head {at}").format(at=section)


class _Delegate(QStyledItemDelegate):
    def __init__(self, grid: GridTable) -> None:
        super().__init__(grid)
        self._grid = grid

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        self._grid.paint_cell(painter, option.rect, (index.row(), index.column()))  # type: ignore[attr-defined]


class GridTable(QTableView):
    """The thumbnails. A click, or Enter on the cell that the arrows chose, goes there; a double click, or Shift+Enter,
    holds what was on screen and compares.

    Signals:
        chosen(int, int)    go to this block's step and this head
        compared(int, int)  compare it with what was on screen before
    """

    chosen = Signal(int, int)
    compared = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._scale = Scale()
        self._side = round(theme.px(_LEAST))
        self._pixmaps: dict[Place, tuple[Thumb, QPixmap]] = {}
        self.grid = GridModel(self)
        self.setModel(self.grid)
        self.setItemDelegate(_Delegate(self))
        self.setTabKeyNavigation(False)
        self.setShowGrid(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setHighlightSections(False)
            header.setSectionsClickable(False)
        self.setProperty("paintsFocus", True)
        self.set_theme(theme)

    def set_thumbs(self, found: Mapping[Place, Thumb], scale: Scale) -> None:
        if scale != self._scale:
            self._pixmaps.clear()
        self._scale = scale
        self.grid.thumbs = dict(found)
        self.grid.changed()

    def set_current(self, place: Place) -> None:
        self.grid.current = place
        index = self.grid.index(*place)
        if index.isValid() and not self.hasFocus():
            self.setCurrentIndex(index)
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._pixmaps.clear()
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setFont(font(theme, "caption"))
        measure = metrics(theme, "caption")
        self.verticalHeader().setFixedWidth(round(measure.averageCharWidth() * 11 + theme.px(8)))
        colours = self.palette()
        colours.setColor(colours.ColorRole.Base, theme.pane)
        self.setPalette(colours)
        self.fit()

    def fit(self) -> None:
        """Cells as large as lets all be seen, within bounds; beyond them the grid scrolls."""
        rows, columns = len(self.grid.rows), self.grid.columns
        if not rows or not columns:
            return
        px, line = self._theme.px, metrics(self._theme, "caption").height()
        wide = (self.viewport().width() - 2) // columns
        high = (self.viewport().height() - 2) // rows - line - px(12)
        side = max(px(_LEAST), min(px(_MOST), wide - px(12), high))
        self.horizontalHeader().setDefaultSectionSize(round(max(side + px(12), min(wide, side * 1.7))))
        self.verticalHeader().setDefaultSectionSize(round(side + line + px(12)))
        self._side = round(side)
        self._pixmaps.clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def picture_rect(self, rect: QRect) -> QRectF:
        """Where in a cell its thumbnail is painted."""
        return QRectF(rect.left() + (rect.width() - self._side) // 2, rect.top() + round(self._theme.px(5)),
                      self._side, self._side)  # fmt: skip

    def paint_cell(self, painter: QPainter, rect: QRect, place: Place) -> None:
        theme, thumb, box = self._theme, self.grid.thumbs.get(place), self.picture_rect(rect)
        here = place == self.grid.current
        if thumb is None:  # not computed yet
            frame(painter, box, theme.line, 1, style=Qt.PenStyle.DashLine)
        else:
            painter.drawPixmap(box.topLeft(), self._pixmap(place, thumb))
            frame(painter, box.adjusted(-1, -1, 1, 1), theme.ctl, 1)
            foot = QRectF(rect.left(), box.bottom() + theme.px(1), rect.width(), rect.bottom() - box.bottom())
            draw_text(painter, foot, thumbs.caption(thumb), font(theme, "ids", True if here else None),
                      theme.accentink if here else theme.ink3)  # fmt: skip
        if here:
            frame(painter, box.adjusted(-3, -3, 3, 3), theme.accent, 2)
        if self.hasFocus() and (self.currentIndex().row(), self.currentIndex().column()) == place:
            frame(painter, box.adjusted(-5, -5, 5, 5), theme.accent, 1, theme.px(3))

    def _pixmap(self, place: Place, thumb: Thumb) -> QPixmap:
        known = self._pixmaps.get(place)
        if known is None or known[0] is not thumb:
            made = thumbs.pixmap(thumb, self._scale, self._theme, QSize(self._side, self._side),
                                 self.devicePixelRatioF())  # fmt: skip
            known = self._pixmaps[place] = (thumb, made)
        return known[1]

    # Pointer and keys ---------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            event.ignore()
            return
        self.setCurrentIndex(index)
        self.chosen.emit(index.row(), index.column())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            self.compared.emit(index.row(), index.column())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and index.isValid():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            (self.compared if shift else self.chosen).emit(index.row(), index.column())
        elif prints(event) or event.key() in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            event.ignore()  # the window's: steps and commands
        else:
            super().keyPressEvent(event)


class HeadGrid(QWidget):
    """The grid under a line that says what it shows.

    Signals:
        chosen(int, int)    go to this block's step and this head
        compared(int, int)  compare it with what was on screen before
        appeared()          it has come on screen, and so is worth filling
    """

    chosen = Signal(int, int)
    compared = Signal(int, int)
    appeared = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._about, self._bar = QLabel(), ColorBar(theme)
        self.table = GridTable(theme)
        self.table.chosen.connect(self.chosen)
        self.table.compared.connect(self.compared)
        self.setFocusProxy(self.table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(4)
        top = QHBoxLayout()
        top.addWidget(self._about, 1)
        top.addWidget(self._bar)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        self.set_theme(theme)
        self.retranslate()

    def set_grid(
        self, about: str, rows: Sequence[str], columns: int, found: Mapping[Place, Thumb], scale: Scale
    ) -> None:
        """Blocks by heads, of which these thumbnails are there; `rows` and `about` are translated already."""
        self._about.setText(about)
        reach = scale.reach or 1.0
        self._bar.set_scale(scale.kind, 0.0 if scale.kind == "prob" else -reach, 1.0 if scale.kind == "prob" else reach)
        shaped = (tuple(rows), columns) != (self.table.grid.rows, self.table.grid.columns)
        self.table.grid.set_shape(rows, columns)
        if shaped:
            self.table.fit()
        self.table.set_thumbs(found, scale)
        self.table.setAccessibleDescription(about)

    def set_current(self, row: int, head: int) -> None:
        self.table.set_current((row, head))

    def about(self) -> str:
        return self._about.text()

    def set_theme(self, theme: Theme) -> None:
        self._about.setFont(font(theme, "caption"))
        self._about.setWordWrap(True)
        colours = self._about.palette()
        colours.setColor(colours.ColorRole.WindowText, theme.ink3)
        self._about.setPalette(colours)
        self._bar.set_theme(theme)
        self.table.set_theme(theme)

    def retranslate(self) -> None:
        self.table.setAccessibleName(self.tr("Blocks by heads"))
        self.table.grid.changed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.appeared.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
