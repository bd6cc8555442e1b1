"""Token chips: what the model reads, token by token, with ids and with the bytes of a broken character together."""

from __future__ import annotations

import bisect
import math
from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from tutor.views.chippaint import Chip, bracket_height, paint_bracket, paint_chip
from tutor.views.paint import draw_text, token_width, visible
from tutor.views.theme import Theme, font, metrics


class TokenStrip(QWidget):
    """Rows of token chips (one row for each text of a batch). Scrolls sideways when they do not fit.

    Left and right move along a row, up and down between rows, Enter or Space chooses; with Shift a chip is added to
    those that are selected, or taken from them.

    Signals:
        clicked(int, int)   row and index of the chosen chip
        toggled(int, int)   row and index of a chip that joins the others, or leaves them
    """

    clicked = Signal(int, int)
    toggled = Signal(int, int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[tuple[Chip, ...], ...] = ()
        self._titles: tuple[str, ...] = ()
        self._boxes: list[list[QRectF]] = []
        self._notes: tuple[str, ...] = ()
        self._banded = True
        self._selected = 0
        self._query: int | None = None
        self._query_named = True
        self._query_row: int | None = None
        self._also: frozenset[int] = frozenset()
        self._key: int | None = None
        self._key_row: int | None = None
        self._focused = (0, 0)
        self._hover: tuple[int, int] | None = None
        self._offsets: list[float] = []  # how far each row is scrolled
        self.setMouseTracking(True)
        self._start = 0.0
        self._widths: dict[tuple[str, str, str], int] = {}  # of chips, by what is written on them
        self._laid: tuple[int | bool | None, ...] = (None,) * 6
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setProperty("paintsFocus", True)
        self.retranslate()

    # What is shown ------------------------------------------------------------------------------------------

    def set_rows(self, rows: Sequence[Sequence[Chip]], selected_row: int = 0, titles: Sequence[str] = (),
                 notes: Sequence[str] = (), banded: bool = True) -> None:
        """Shows these rows; `titles` (“Tokens”, “Source”, a second line small) stand at their left and `notes` behind
        their last chip, both already translated. Of several rows the selected one has a band; without, its title alone
        is lit."""
        shown = tuple(tuple(row) for row in rows)
        if (shown, tuple(titles), tuple(notes), banded) == (self._rows, self._titles, self._notes, self._banded):
            self.set_selected_row(selected_row)
            return
        self._rows, self._titles, self._notes, self._banded = shown, tuple(titles), tuple(notes), banded
        self._selected = selected_row
        self._focused, self._hover, self._offsets = (selected_row, 0), None, [0.0] * len(shown)
        self._layout()
        self.retranslate()

    def set_selected_row(self, row: int) -> None:
        if row != self._selected:
            self._selected = row
            self._mark()

    def set_query(self, index: int | None, named: bool = True, row: int | None = None) -> None:
        """Marks a chip as the query, in the selected row where no other is given."""
        if (index, named, row) != (self._query, self._query_named, self._query_row):
            self._query, self._query_named, self._query_row = index, named, row
            self._mark()
        at = self._selected if row is None else row
        if index is not None and len(self._rows) > 1 and at < len(self._rows) and index < len(self._rows[at]):
            self._bring_into_sight(at, index)

    def set_key(self, index: int | None, row: int | None = None) -> None:
        """Marks a chip as the key, in the selected row where no other is given."""
        if (index, row) != (self._key, self._key_row):
            self._key, self._key_row = index, row
            self._mark()

    def set_also(self, indices: Collection[int] = ()) -> None:
        """Marks more chips as the query's row does: tokens that are selected together with it."""
        if frozenset(indices) != self._also:
            self._also = frozenset(indices)
            self.retranslate()

    def _is_query(self, row: int, index: int) -> bool:
        found = index == self._query or index in self._also
        return found and row == (self._selected if self._query_row is None else self._query_row)

    def _is_key(self, row: int, index: int) -> bool:
        return index == self._key and row == (self._selected if self._key_row is None else self._key_row)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._widths.clear()
        self._layout()
        self.update()

    # Words --------------------------------------------------------------------------------------------------

    def _second_line(self, row: int, index: int) -> tuple[str, str]:
        """The word below a token, if any, and what follows it."""
        chip = self._rows[row][index]
        if self._is_query(row, index) and self._query_named:
            return self.tr("query"), str(chip.id)
        if self._is_key(row, index):
            return self.tr("key"), str(chip.id)
        if chip.kind == "special":
            return "", self.tr("special")
        if chip.kind == "pad":
            return "", self.tr("masked")
        return "", str(chip.id)

    def describe(self, row: int, index: int) -> str:
        """One chip in words, for the tooltip and for a screen reader."""
        chip = self._rows[row][index]
        text = self.tr("Token {number} of {total}: {text}, id {id}.").format(
            number=index, total=len(self._rows[row]), text=visible(chip.text), id=chip.id)
        if len(self._rows) > 1 and row < len(self._titles):
            text = f"{self._titles[row].replace(chr(10), ', ')} · {text}"
        if chip.group >= 0 and chip.group_text:
            text += " " + self.tr("One of the bytes of {character}.").format(character=chip.group_text)
        if chip.kind == "pad":
            text += " " + self.tr("Padding: masked, it is never looked at.")
        if chip.kind == "special":
            text += " " + self.tr("A special token.")
        if self._is_query(row, index) and self._query_named:
            text += " " + self.tr("This is the query.")
        if self._is_key(row, index):
            text += " " + self.tr("This is the key.")
        return text

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Tokens"))
        self._layout()
        self._tell()
        self.update()

    def _tell(self) -> None:
        row, index = self._focused
        there = row < len(self._rows) and index < len(self._rows[row])
        self.setAccessibleDescription(self.describe(row, index) if there else self.tr("No tokens yet."))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    # Geometry -----------------------------------------------------------------------------------------------

    def _chip_height(self) -> float:
        theme = self._theme
        return math.ceil(metrics(theme, "body").height() + metrics(theme, "ids").height() + theme.px(5))

    def _row_height(self, row: int) -> float:
        grouped = any(chip.group >= 0 and chip.group_text for chip in self._rows[row])
        extra = bracket_height(self._theme) if grouped else 0
        return self._chip_height() + self._theme.px(8) + math.ceil(extra)

    def _title_width(self) -> float:
        return self._start

    def _widest_title(self) -> float:
        measure = metrics(self._theme, "dense")
        small = metrics(self._theme, "ids")
        lines = [line for title in self._titles for line in title.split("\n")[:1]]
        below = [line for title in self._titles for line in title.split("\n")[1:]]
        widest = max((*map(measure.horizontalAdvance, lines), *map(small.horizontalAdvance, below)), default=0.0)
        return math.ceil(widest) + self._theme.px(24) if self._titles else self._theme.px(6)

    def _width(self, row: int, index: int) -> int:
        """How wide a chip is with what is written on it now."""
        theme, chip = self._theme, self._rows[row][index]
        ids, bold = metrics(theme, "ids"), metrics(theme, "ids", True)
        word, rest = self._second_line(row, index)
        key = chip.text, word, rest
        if key not in self._widths:
            lower = ids.horizontalAdvance(rest)
            lower += bold.horizontalAdvance(word) + ids.horizontalAdvance(" ") if word else 0
            wide = max(token_width(chip.text, metrics(theme, "body")), lower) + 2 * theme.px(8)
            self._widths[key] = math.ceil(min(max(wide, theme.px(32)), theme.px(240)))
        return self._widths[key]

    def _layout(self) -> None:
        theme = self._theme
        gap, height = round(theme.px(5)), self._chip_height()
        self._start = self._widest_title()
        self._boxes, top = [], 0.0
        for row, chips in enumerate(self._rows):
            boxes, left, y = [], 0.0, top + round(theme.px(4))
            for index in range(len(chips)):
                width = self._width(row, index)
                boxes.append(QRectF(left, y, width, height))
                left += width + gap
            self._boxes.append(boxes)
            top += self._row_height(row)
        self._laid = self._marks()
        self._scroll_all()
        self.updateGeometry()

    def _marks(self) -> tuple[int | bool | None, ...]:
        """Which chips have a word before their number."""
        return self._query, self._query_named, self._query_row, self._key, self._key_row, self._selected

    def _mark(self) -> None:
        """Other chips are marked: only they, and those that were, may have another width."""
        rows = range(len(self._rows))
        changed = {(row, index) for marks in (self._laid, self._marks()) for index in (marks[0], marks[3])
                   if isinstance(index, int) for row in rows if index < len(self._rows[row])}  # fmt: skip
        if any(self._width(row, index) != self._boxes[row][index].width() for row, index in changed):
            self._layout()
        self._tell()
        self.update()

    def _span(self, row: int) -> float:
        return self._boxes[row][-1].right() if self._boxes[row] else 0.0

    def _scroll(self, row: int, offset: float) -> None:
        room = self.width() - self._title_width() - self._theme.px(16)
        self._offsets[row] = max(0.0, min(offset, self._span(row) - room))
        self.update()

    def _scroll_all(self) -> None:
        for row, offset in enumerate(self._offsets):
            self._scroll(row, offset)

    def chip_rect(self, row: int, index: int) -> QRectF:
        """Where a chip is painted now, in this widget's coordinates."""
        return self._boxes[row][index].translated(self._title_width() - self._offsets[row], 0)

    def sizeHint(self) -> QSize:
        height = sum(self._row_height(row) for row in range(len(self._rows)))
        widest = max((self._span(row) for row in range(len(self._rows))), default=0.0)
        return QSize(round(self._title_width() + widest + self._theme.px(16)),
                     math.ceil(height or self._theme.height("chips")))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._theme.px(160)), self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._scroll_all()
        super().resizeEvent(event)

    # Painting -----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, start = QPainter(self), self._theme, self._title_width()
        top = 0.0
        for row in range(len(self._rows)):
            height = self._row_height(row)
            title = self._titles[row] if row < len(self._titles) else ""
            many, chosen = len(self._rows) > 1, row == self._selected
            if many and chosen and self._banded:
                painter.fillRect(QRectF(0, top, self.width(), height), theme.accentbg)
                painter.fillRect(QRectF(0, top, theme.px(3), height), theme.accent)
            box = QRectF(theme.px(12), top + theme.px(4), start - theme.px(14), self._chip_height())
            first, _, second = title.partition("\n")
            if second:
                half = box.height() / 2
                below = QRectF(box.left(), box.top() + half, box.width(), half)
                draw_text(painter, below, second, font(theme, "ids"), theme.ink3, Qt.AlignmentFlag.AlignLeft)
                box.setHeight(half + theme.px(2))
            draw_text(painter, box, first, font(theme, "dense", many and chosen),
                      theme.accentink if many and chosen else theme.ink2, Qt.AlignmentFlag.AlignLeft)
            top += height
        painter.setClipRect(QRectF(start - 5, 0, self.width() - start + 5, self.height()))
        for row, chips in enumerate(self._rows):
            away, boxes = start - self._offsets[row], self._boxes[row]
            leftmost = bisect.bisect_left(boxes, event.rect().left() - away - 6, key=QRectF.right)
            for index in range(leftmost, len(chips)):
                if boxes[index].left() > event.rect().right() - away + 6:
                    break
                self._paint_chip(painter, row, index)
            self._paint_groups(painter, row)
            self._paint_note(painter, row)
        self._paint_more(painter, start)
        painter.end()

    def _paint_chip(self, painter: QPainter, row: int, index: int) -> None:
        role = "Q" if self._is_query(row, index) else "K" if self._is_key(row, index) else ""
        paint_chip(painter, self._theme, self.chip_rect(row, index), self._rows[row][index],
                   self._second_line(row, index), role, (row, index) == self._hover,
                   self.hasFocus() and (row, index) == self._focused)

    def _paint_groups(self, painter: QPainter, row: int) -> None:
        spans: dict[int, tuple[int, int, str]] = {}
        for index, chip in enumerate(self._rows[row]):
            if chip.group >= 0 and chip.group_text:
                first = spans[chip.group][0] if chip.group in spans else index
                spans[chip.group] = (first, index, chip.group_text)
        for first, last, character in spans.values():
            paint_bracket(painter, self._theme, self.chip_rect(row, first).united(self.chip_rect(row, last)),
                          self.tr("together: {character}").format(character=character))

    def _paint_note(self, painter: QPainter, row: int) -> None:
        """What is said behind the last chip of a row, where there is room."""
        if row >= len(self._notes) or not self._notes[row]:
            return
        theme = self._theme
        last = self.chip_rect(row, len(self._rows[row]) - 1).right() if self._rows[row] else self._title_width()
        left, top = last + theme.px(12), sum(self._row_height(one) for one in range(row)) + theme.px(4)
        box = QRectF(left, top, self.width() - left - theme.px(12), self._chip_height())
        if box.width() > theme.px(60):
            draw_text(painter, box, self._notes[row], font(theme, "dense"), theme.ink3, Qt.AlignmentFlag.AlignLeft)

    def _paint_more(self, painter: QPainter, start: float) -> None:
        """A quiet arrow at an end of a row beyond which there is more."""
        theme, height = self._theme, self._chip_height()
        room = self.width() - start - theme.px(16)
        width, top = theme.px(16), 0.0
        for row, offset in enumerate(self._offsets):
            for there, left, sign in ((offset > 0, start - 5, "\u2039"),
                                      (self._span(row) - offset > room + 1, self.width() - width, "\u203a")):
                if there:
                    box = QRectF(left, top, width, height + theme.px(8))
                    painter.fillRect(box, theme.strip)
                    draw_text(painter, box, sign, font(theme, "body", True), theme.ink2)
            top += self._row_height(row)

    # Pointer and keys ---------------------------------------------------------------------------------------

    def _chip_at(self, point: QPointF) -> tuple[int, int] | None:
        if point.x() < self._title_width() - 5:
            return None
        for row, boxes in enumerate(self._boxes):
            for index in range(len(boxes)):
                if self.chip_rect(row, index).contains(point):
                    return row, index
        return None

    def terms_at(self, at: QPoint) -> list[str]:
        """What a chip is called in the glossary."""
        return ["token", "token_id"] if self._chip_at(QPointF(at)) is not None else []

    def terms_here(self) -> list[str]:
        return ["token", "token_id"]

    def _row_at(self, y: float) -> int | None:
        bottom = 0.0
        for row in range(len(self._rows)):
            bottom += self._row_height(row)
            if y < bottom:
                return row
        return len(self._rows) - 1 if self._rows else None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hover = self._chip_at(event.position())
        if hover != self._hover:
            self._hover = hover
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = None
        self.update()
        super().leaveEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._chip_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or place is None:
            event.ignore()
            return
        self._go(*place)
        (self.toggled if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else self.clicked).emit(*place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().x() or event.angleDelta().y()
        row = self._row_at(event.position().y())
        if row is None:
            event.ignore()
            return
        before = self._offsets[row]
        self._scroll(row, before - turn / 120 * self._theme.px(60))
        event.setAccepted(self._offsets[row] != before)

    def _go(self, row: int, index: int) -> None:
        self._focused = (row, index)
        self._bring_into_sight(row, index)
        self._tell()
        self.update()

    def _bring_into_sight(self, row: int, index: int) -> None:
        box = self._boxes[row][index]
        room = self.width() - self._title_width() - self._theme.px(32)
        if box.left() < self._offsets[row]:
            self._scroll(row, box.left() - self._theme.px(20))
        elif box.right() > self._offsets[row] + room:
            self._scroll(row, box.right() - room)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not any(self._rows) or event.modifiers() & Qt.KeyboardModifier.AltModifier:
            event.ignore()
            return
        row, index = self._focused
        last = len(self._rows[row]) - 1
        moves = {Qt.Key.Key_Left: (row, index - 1), Qt.Key.Key_Right: (row, index + 1), Qt.Key.Key_Home: (row, 0),
                 Qt.Key.Key_End: (row, last), Qt.Key.Key_Up: (row - 1, index), Qt.Key.Key_Down: (row + 1, index)}
        key = Qt.Key(event.key())
        add = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            (self.toggled if add else self.clicked).emit(row, index)
        elif key in moves and 0 <= moves[key][0] < len(self._rows) and self._rows[moves[key][0]]:
            row, index = moves[key]
            before = self._focused
            self._go(row, max(0, min(len(self._rows[row]) - 1, index)))
            if add and self._focused != before:
                self.toggled.emit(*self._focused)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.update()
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            place = self._chip_at(QPointF(event.pos()))
            if place is not None:
                QToolTip.showText(event.globalPos(), self.describe(*place), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)
