"""A strip of all heads of the step on screen: a thumbnail each on one scale, the shown one framed."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
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
    QLabel,
    QListView,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor.engine.heads import Thumb
from tutor.views import thumbs
from tutor.views.paint import draw_text, frame, triangle
from tutor.views.theme import Theme, font, metrics
from tutor.views.thumbs import Scale

_Index = QModelIndex | QPersistentModelIndex
_THUMB = Qt.ItemDataRole.UserRole
#: Side of a thumbnail in the design at 100 %: on a page of its own, and in a band.
_LEAST, _MOST, _BAND_SIDE = 56.0, 110.0, 56.0
#: So many heads stand side by side on a page, where it is wide enough for their least size.
_ACROSS = 4


class HeadModel(QAbstractListModel):
    """The heads as a list; those that are not computed yet are there without a thumbnail."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count = 0
        self.thumbs: tuple[Thumb, ...] = ()
        self.current = 0
        self.several: tuple[int, ...] = ()

    def set_count(self, count: int) -> None:
        if count != self.count:
            self.beginResetModel()
            self.count = count
            self.endResetModel()

    def changed(self) -> None:
        if self.count:
            self.dataChanged.emit(self.index(0), self.index(self.count - 1))

    def thumb(self, head: int) -> Thumb | None:
        return next((one for one in self.thumbs if one.head == head), None)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self.count

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        head = index.row()
        thumb = self.thumb(head)
        if role == _THUMB:
            return thumb
        if role == Qt.ItemDataRole.DisplayRole:
            return self.tr("head {at}").format(at=head)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            found = [self.tr("head {at}").format(at=head)]
            if thumb is not None:
                found.append(thumbs.describe(thumb))
            if head in self.several:
                found.append(self.tr("selected with others"))
            elif head == self.current:
                found.append(self.tr("on screen"))
            return ", ".join(found)
        return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, strip: HeadList) -> None:
        super().__init__(strip)
        self._strip = strip

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return self._strip.item_size()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        self._strip.paint_item(painter, option.rect, index.row())  # type: ignore[attr-defined]


class HeadList(QListView):
    """The thumbnails. Click or an arrow key shows a head; with Shift it is added to those that are selected or taken
    from them, as Space does for the one with the focus.

    Signals:
        chosen(int)   show this head
        toggled(int)  add it to those that are selected, or take it from them
    """

    chosen = Signal(int)
    toggled = Signal(int)

    def __init__(self, theme: Theme, banded: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._banded = theme, banded
        self._scale = Scale()
        self._lit: tuple[int, ...] = ()
        self._pixmaps: dict[int, tuple[Thumb, QPixmap]] = {}
        self.heads = HeadModel(self)
        self.setModel(self.heads)
        self.setItemDelegate(_Delegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(not banded)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("paintsFocus", True)
        never, needed = Qt.ScrollBarPolicy.ScrollBarAlwaysOff, Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setHorizontalScrollBarPolicy(needed if banded else never)
        self.setVerticalScrollBarPolicy(never if banded else needed)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.set_theme(theme)

    # What is shown ------------------------------------------------------------------------------------------

    def set_heads(self, count: int, found: Sequence[Thumb], scale: Scale) -> None:
        """So many heads, of which these are there already."""
        if scale != self._scale:
            self._pixmaps.clear()
        self._scale = scale
        self.heads.thumbs = tuple(found)
        self.heads.set_count(count)
        self._lay_out()
        self.heads.changed()
        self._point()

    def set_lit(self, rows: Collection[int]) -> None:
        """Rows that are followed: lit in every head."""
        self._lit = tuple(rows)
        self.viewport().update()

    def set_current(self, head: int, several: Collection[int] = ()) -> None:
        # The keys stay on the head they have just added or taken away.
        moved = head != self.heads.current and not several
        self.heads.current, self.heads.several = head, tuple(several)
        self.heads.changed()
        self._point(moved)

    def _point(self, moved: bool = False) -> None:
        at = self.heads.index(self.heads.current)
        if at.isValid() and (moved or not self.hasFocus() or not self.currentIndex().isValid()):
            self.setCurrentIndex(at)
            self.scrollTo(at)
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._pixmaps.clear()
        colours = self.palette()
        colours.setColor(colours.ColorRole.Base, theme.pane)
        self.setPalette(colours)
        self.setSpacing(0)
        if self._banded:
            self.setFixedHeight(self.item_size().height() + round(theme.px(14)))
        self._lay_out()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        """Give the items the size that the width allows."""
        size = self.item_size()
        if size != self.gridSize():
            self._pixmaps.clear()
            self.setGridSize(size)

    # Painting -----------------------------------------------------------------------------------------------

    def side(self) -> int:
        px = self._theme.px
        if self._banded:
            return round(px(_BAND_SIDE))
        across = min(_ACROSS, max(2, self.heads.count))
        room = self.viewport().width() - self.verticalScrollBar().sizeHint().width() - 2
        return int(max(px(_LEAST), min(px(_MOST), room / across - px(13))))

    def item_size(self) -> QSize:
        line = metrics(self._theme, "caption").height()
        return QSize(self.side() + round(self._theme.px(12)), self.side() + round(2 * line + self._theme.px(16)))

    def picture_rect(self, rect: QRect) -> QRectF:
        """Where in an item its thumbnail is painted."""
        line = metrics(self._theme, "caption").height()
        return QRectF(rect.left() + round(self._theme.px(6)), rect.top() + round(line + self._theme.px(6)),
                      self.side(), self.side())  # fmt: skip

    def paint_item(self, painter: QPainter, rect: QRect, head: int) -> None:
        theme, heads = self._theme, self.heads
        thumb, here = heads.thumb(head), head == heads.current and not heads.several
        line, picked = metrics(theme, "caption").height(), head in heads.several
        box = self.picture_rect(rect)
        title = QRectF(box.left(), rect.top(), rect.right() - box.left(), line + 1)
        colour = theme.accentink if here or picked else theme.ink2
        if here:
            tip = QPointF(title.left() + theme.px(3), title.center().y())
            triangle(painter, tip, theme.px(6), "right", theme.accent)
        text = self.tr("head {at}").format(at=head)
        shift = theme.px(9) if here else 0
        draw_text(painter, title.adjusted(shift, 0, 0, 0), f"✓ {text}" if picked else text,
                  font(theme, "caption", True if here or picked else None), colour, Qt.AlignmentFlag.AlignLeft)
        if thumb is None:  # not computed yet
            frame(painter, box, theme.line, 1, style=Qt.PenStyle.DashLine)
        else:
            painter.drawPixmap(box.topLeft(), self._pixmap(thumb))
            foot = QRectF(box.left(), box.bottom() + theme.px(2), rect.right() - box.left(), line + 2)
            draw_text(painter, foot, thumbs.caption(thumb), font(theme, "caption"), theme.ink2,
                      Qt.AlignmentFlag.AlignLeft)
            frame(painter, box.adjusted(-1, -1, 1, 1), theme.ctl, 1)
            self._paint_lit(painter, box, thumb)
        if here or picked:
            frame(painter, box.adjusted(-2, -2, 2, 2), theme.accent, 2)
        if self.hasFocus() and self.currentIndex().row() == head:
            frame(painter, box.adjusted(-5, -5, 5, 5), theme.accent, 1, theme.px(3))

    def _paint_lit(self, painter: QPainter, box: QRectF, thumb: Thumb) -> None:
        count = thumb.size[0]
        for row in self._lit:
            if row < count:
                top, high = box.top() + box.height() * row / count, max(3.0, box.height() / count)
                line = QRectF(box.left() - 1, round(top) - 1, box.width() + 2, round(high) + 1)
                frame(painter, line, self._theme.outline("query_pos"), 1)

    def _pixmap(self, thumb: Thumb) -> QPixmap:
        known = self._pixmaps.get(thumb.head)
        if known is None or known[0] is not thumb:
            made = thumbs.pixmap(thumb, self._scale, self._theme, QSize(self.side(), self.side()),
                                 self.devicePixelRatioF())  # fmt: skip
            known = self._pixmaps[thumb.head] = (thumb, made)
        return known[1]

    # Pointer and keys ---------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if event.button() != Qt.MouseButton.LeftButton or not index.isValid():
            event.ignore()
            return
        self.setCurrentIndex(index)
        self._act(index.row(), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, shift = Qt.Key(event.key()), bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        at, across = self.currentIndex().row(), self.per_row()
        by = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -across, Qt.Key.Key_Down: across}.get(key)
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: self.heads.count - 1}
        if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
            event.ignore()
        elif by is not None or key in ends:
            to = at + by if by is not None else ends[key]
            if 0 <= to < self.heads.count and to != at:
                self.setCurrentIndex(self.heads.index(to))
                self._act(to, shift)
        elif key == Qt.Key.Key_Space and at >= 0:
            self.toggled.emit(at)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and at >= 0:
            self.chosen.emit(at)
        else:
            event.ignore()

    def per_row(self) -> int:
        """How many heads stand side by side."""
        if self._banded:
            return max(1, self.heads.count)
        return max(1, self.viewport().width() // max(1, self.item_size().width()))

    def _act(self, head: int, add: bool) -> None:
        (self.toggled if add else self.chosen).emit(head)


class HeadStrip(QWidget):
    """The list of heads under a line that says of what they are, on which scale, and what the numbers mean.

    Signals:
        chosen(int)   show this head
        toggled(int)  add it to those that are selected, or take it from them
        appeared()    it has come on screen, and so is worth filling
    """

    chosen = Signal(int)
    toggled = Signal(int)
    appeared = Signal()

    def __init__(self, theme: Theme, banded: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._banded = theme, banded
        self._title, self._about, self._hint = QLabel(), QLabel(), QLabel()
        self.list = HeadList(theme, banded)
        self.list.chosen.connect(self.chosen)
        self.list.toggled.connect(self.toggled)
        self._hint.setWordWrap(True)
        self._about.setWordWrap(not banded)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 6, 6, 2 if banded else 8)
        column.setSpacing(2 if banded else 4)
        top = QHBoxLayout() if banded else QVBoxLayout()
        top.setSpacing(10 if banded else 1)
        top.addWidget(self._title)
        top.addWidget(self._about, 1)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        column.addWidget(self._hint)
        self._hint.setVisible(not banded)
        tall = QSizePolicy.Policy.Fixed if banded else QSizePolicy.Policy.Preferred
        self.setSizePolicy(QSizePolicy.Policy.Preferred, tall)
        self._words = ("", "")
        self.set_theme(theme)
        self.retranslate()

    def set_heads(self, title: str, about: str, count: int, found: Sequence[Thumb], scale: Scale) -> None:
        """The heads of one step; `title` and `about` are translated already. With no head the line says why."""
        self._words = (title, about)
        self._title.setText(title)
        self._about.setText(about)
        self.list.setVisible(count > 0)
        self._hint.setVisible(count > 0 and not self._banded)
        self.list.set_heads(count, found, scale)
        self.list.setAccessibleDescription(f"{title}, {about}")

    def set_current(self, head: int, several: Collection[int] = ()) -> None:
        self.list.set_current(head, several)

    def set_lit(self, rows: Collection[int]) -> None:
        self.list.set_lit(rows)

    def set_headed(self, headed: bool) -> None:
        """The tab above says already that these are the heads; the line still says of which block."""

    def title(self) -> str:
        return self._words[0]

    def about(self) -> str:
        return self._words[1]

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._title.setFont(font(theme, "header"))
        self._about.setFont(font(theme, "caption"))
        self._hint.setFont(font(theme, "caption"))
        for label in (self._about, self._hint):
            colours = label.palette()
            colours.setColor(colours.ColorRole.WindowText, theme.ink3)
            label.setPalette(colours)
        self.list.set_theme(theme)
        colours = self.palette()
        colours.setColor(colours.ColorRole.Window, theme.pane)
        self.setPalette(colours)
        self.setAutoFillBackground(True)

    def retranslate(self) -> None:
        self.list.setAccessibleName(self.tr("Heads"))
        self._hint.setText(self.tr("Shift+click or Space adds a head: the picture then shows their mean or sum."))
        self.list.heads.changed()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.appeared.emit()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
