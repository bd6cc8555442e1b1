"""The glossary: a search box, the terms in both languages, and the entry of the chosen one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from tutor import typeset
from tutor.engine.records import dataclass
from tutor.lessons.markdown import Block
from tutor.views.keys import prints
from tutor.views.lessontext import LessonText, Resolve, drawing, subscripts
from tutor.views.paint import draw_text
from tutor.views.theme import Theme, font, metrics

_ROW = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class Entry:
    """A row of the list: key, term in the window's language, and in the other."""

    key: str
    term: str
    other: str


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, self.theme.height("tree_row"))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme, rect = self.theme, QRectF(option.rect)
        row: Entry = index.data(_ROW)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(rect, theme.accentbg)
            painter.fillRect(QRectF(rect.left(), rect.top(), theme.px(3), rect.height()), theme.accent)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, theme.strip)
        left, right = rect.left() + theme.px(14), rect.right() - theme.px(14)
        wide = min(metrics(theme, "body").horizontalAdvance(row.term) + theme.px(10), (right - left) * 0.7)
        draw_text(painter, QRectF(left, rect.top(), wide, rect.height()), row.term, font(theme, "body"), theme.ink,
                  Qt.AlignmentFlag.AlignLeft)  # fmt: skip
        draw_text(painter, QRectF(left + wide, rect.top(), right - left - wide, rect.height()), row.other,
                  font(theme, "dense"), theme.ink2, Qt.AlignmentFlag.AlignRight)  # fmt: skip


class _List(QListWidget):
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if prints(event):
            event.ignore()
        else:
            super().keyPressEvent(event)


class _Box(QLineEdit):
    """The search box; Up and Down go through the list below it."""

    moved = Signal(int)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        by = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if by is not None:
            self.moved.emit(by)
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


class Symbol(QWidget):
    """A symbol, set as in a formula."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._latex = theme, ""

    def set_symbol(self, latex: str) -> None:
        self._latex = latex
        self.setAccessibleName(typeset.words(latex) if latex else "")
        self.setVisible(bool(latex))
        self.updateGeometry()
        self.update()

    def latex(self) -> str:
        return self._latex

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def _made(self) -> QSvgRenderer | None:
        return drawing(self._latex, self._theme, self._theme.ink.name()) if self._latex else None

    def sizeHint(self) -> QSize:
        made = self._made()
        box = made.viewBoxF() if made is not None else QRectF(0, 0, 20, 20)
        scale = self._theme.px(1.15)
        return QSize(round(box.width() * scale) + 2, round(box.height() * scale) + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        made = self._made()
        if made is not None:
            painter = QPainter(self)
            box, scale = made.viewBoxF(), self._theme.px(1.15)
            made.render(painter, QRectF(0, 0, box.width() * scale, box.height() * scale))
            painter.end()


class GlossaryView(QWidget):
    """The glossary.

    Signals:
        typed(str)        what is searched for
        chosen(str)       an entry, by its key
        pointed(object)   the `Leads` under the pointer or the keys; None for none
        followed(object)  a `Leads` was clicked, or chosen with Enter
    """

    typed = Signal(str)
    chosen = Signal(str)
    pointed = Signal(object)
    followed = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.box, self._list = _Box(), _List()
        self.box.setClearButtonEnabled(True)
        self._none, self._term, self._other = QLabel(), QLabel(), QLabel()
        self.symbol = Symbol(theme)
        self.text = LessonText(theme)
        for label in (self._none, self._term, self._other):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._term.setTextFormat(Qt.TextFormat.RichText)
        self._other.setTextFormat(Qt.TextFormat.PlainText)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setMouseTracking(True)
        self._delegate = _Delegate(theme, self._list)
        self._list.setItemDelegate(self._delegate)
        self._build()
        self.box.textChanged.connect(self.typed)
        self.box.moved.connect(self._move)
        self._list.currentRowChanged.connect(self._row_changed)
        self.text.pointed.connect(self.pointed)
        self.text.followed.connect(self.followed)
        self.set_theme(theme)
        self.retranslate()

    def _build(self) -> None:
        top = QWidget()
        column = QVBoxLayout(top)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(6)
        boxed = QVBoxLayout()
        boxed.setContentsMargins(14, 0, 14, 0)
        boxed.addWidget(self.box)
        boxed.addWidget(self._none)
        column.addLayout(boxed)
        column.addWidget(self._list, 1)
        inner = QWidget()
        inner.setAutoFillBackground(True)
        self._inner = inner
        entry = QVBoxLayout(inner)
        entry.setContentsMargins(14, 10, 14, 14)
        entry.setSpacing(6)
        for widget in (self._term, self._other, self.symbol, self.text):
            entry.addWidget(widget)
        entry.setAlignment(self.symbol, Qt.AlignmentFlag.AlignLeft)
        entry.addStretch(1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(top)
        splitter.addWidget(area)
        splitter.setSizes([240, 260])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(splitter)

    # What is shown ------------------------------------------------------------------------------------------

    def set_entries(self, entries: Sequence[Entry], current: str) -> None:
        """The list; `current` is the chosen one, where it is among them."""
        self._list.blockSignals(True)
        self._list.clear()
        for one in entries:
            item = QListWidgetItem()
            item.setData(_ROW, one)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{one.term}, {one.other}")
            item.setToolTip(f"{one.term}\n{one.other}")
            self._list.addItem(item)
        at = next((number for number, one in enumerate(entries) if one.key == current), -1)
        self._list.setCurrentRow(at)
        self._list.blockSignals(False)
        if at >= 0:
            self._list.scrollToItem(self._list.item(at))
        self._none.setVisible(not entries)

    def entries(self) -> list[Entry]:
        return [self._list.item(at).data(_ROW) for at in range(self._list.count())]

    def list(self) -> QListWidget:
        return self._list

    def set_entry(self, term: str, other: str, symbol: str, blocks: Sequence[Block], resolve: Resolve) -> None:
        """The entry below the list."""
        self._term.setText(subscripts(term))
        self._other.setText(other)
        self.symbol.set_symbol(symbol)
        self.text.set_blocks(blocks, resolve, {})

    def entry(self) -> tuple[str, str]:
        """The term of the entry in both languages."""
        return self._term.text(), self._other.text()

    def first_focus(self) -> QWidget:
        return self.box

    def _move(self, by: int) -> None:
        at = min(max(self._list.currentRow() + by, 0), self._list.count() - 1)
        self._list.setCurrentRow(at)

    def _row_changed(self, at: int) -> None:
        if at >= 0:
            self.chosen.emit(self._list.item(at).data(_ROW).key)

    # Look and words -----------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = self._delegate.theme = theme
        self.box.setFont(font(theme, "body"))
        self._term.setFont(font(theme, "question"))
        self._other.setFont(font(theme, "body"))
        self._none.setFont(font(theme, "dense"))
        for label, ink in ((self._other, theme.ink2), (self._none, theme.ink2)):
            colours = label.palette()
            colours.setColor(label.foregroundRole(), ink)
            label.setPalette(colours)
        for widget, role in ((self._list, "Base"), (self._inner, "Window"), (self, "Window")):
            colours = widget.palette()
            colours.setColor(getattr(colours.ColorRole, role), theme.pane)
            widget.setPalette(colours)
        self.setAutoFillBackground(True)
        self.text.set_theme(theme)
        self.symbol.set_theme(theme)
        self._list.scheduleDelayedItemsLayout()

    def retranslate(self) -> None:
        self.box.setPlaceholderText(self.tr("Term, symbol, or a name from elsewhere"))
        self.box.setAccessibleName(self.tr("Search the glossary"))
        self._list.setAccessibleName(self.tr("Terms"))
        self._none.setText(self.tr("No term is called so: try another name."))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
