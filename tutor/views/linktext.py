"""Text some of whose words are links: pointed at, clicked, or walked through with Tab and Enter."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtCore import QPoint, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFocusEvent, QFont, QResizeEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser, QTextEdit, QWidget

from tutor.engine.working import Link

#: A word of a text: where it begins and ends, what it stands for, and its colour.
Mark = tuple[int, int, Link, QColor]


def marked(text: str, marks: Sequence[Mark]) -> tuple[str, list[Link]]:
    """The text as HTML with its marked words as links, and what they are."""
    found: list[Link] = []
    pieces, last = [], 0
    for start, stop, link, colour in sorted(marks, key=lambda mark: mark[0]):
        if start < last:
            continue
        pieces.append(escape(text[last:start]))
        style = f"color:{colour.name()};text-decoration:underline"
        pieces.append(f'<a href="{len(found)}" style="{style}">{escape(text[start:stop])}</a>')
        found.append(link)
        last = stop
    pieces.append(escape(text[last:]))
    return "".join(pieces).replace("\n", "<br>"), found


def terms_of_tensor(name: str) -> list[str]:
    """What a tensor may be called in the glossary: by its name without the block, and by ever less of it."""
    parts = [one for one in name.split(".") if not one.isdigit() and one not in ("blocks", "encoder", "decoder")]
    return [".".join(parts[at:]) for at in range(len(parts))]


class LinkText(QTextBrowser):
    """A few lines with links in them, as high as they are.

    Signals:
        pointed(object)   the Link under the pointer or the keys; None for none
        followed(object)  a Link was clicked, or chosen with Enter
    """

    pointed = Signal(object)
    followed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._links: list[Link] = []
        self._html = self._lit = ""
        self._ground = QColor()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.viewport().setAutoFillBackground(False)
        self.document().setDocumentMargin(0)
        self.anchorClicked.connect(self._clicked)
        self.highlighted.connect(self._highlighted)

    def set_html(self, html: str, links: Sequence[Link]) -> None:
        """Show a text whose anchors are numbered as `links` are."""
        if html != self._html:
            self._html = html
            self.setHtml(html)
        self.took(links)

    def took(self, links: Sequence[Link]) -> None:
        """What the document's anchors, which are numbers, stand for."""
        self._links = list(links)
        self._mark()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self._links else Qt.FocusPolicy.ClickFocus)
        self._fit()

    def set_face(self, face: QFont) -> None:
        self.document().setDefaultFont(face)
        self.setFont(face)
        self._fit()

    def set_ground(self, ground: QColor) -> None:
        """What lies behind words that are lit."""
        self._ground = ground
        self._mark()

    def set_lit(self, name: str) -> None:
        """Mark the words that stand for the tensor of this name; "" for none."""
        if name != self._lit:
            self._lit = name
            self._mark()

    def lit_words(self) -> list[str]:
        """The words that are marked."""
        return [one.cursor.selectedText() for one in self.extraSelections()]

    def _mark(self) -> None:
        # The text itself stays as it is, so that the pointer stays on its word.
        found = []
        block = self.document().begin()
        while self._lit and block.isValid():
            pieces = block.begin()
            while not pieces.atEnd():
                piece = pieces.fragment()
                address = piece.charFormat().anchorHref()
                if address.isdigit() and self._links[int(address)].name == self._lit:
                    selection = QTextEdit.ExtraSelection()
                    selection.cursor = QTextCursor(self.document())
                    selection.cursor.setPosition(piece.position())
                    selection.cursor.setPosition(piece.position() + piece.length(), QTextCursor.MoveMode.KeepAnchor)
                    selection.format.setBackground(self._ground)
                    found.append(selection)
                pieces += 1  # noqa: SIM113
            block = block.next()
        self.setExtraSelections(found)

    def links(self) -> list[Link]:
        return list(self._links)

    def text(self) -> str:
        return self.toPlainText()

    # Size ---------------------------------------------------------------------------------------------------

    def sizeHint(self) -> QSize:
        return QSize(100, self.minimumHeight())

    def _fit(self) -> None:
        self.document().setTextWidth(max(40, self.viewport().width()))
        self.setFixedHeight(round(self.document().size().height()) + 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    # Looking up ---------------------------------------------------------------------------------------------

    def terms_at(self, at: QPoint) -> list[str]:
        """What the word at a point may be called in the glossary."""
        place = self.viewport().mapFrom(self, at)
        cursor = self.cursorForPosition(place)
        if self.textCursor().hasSelection():
            marked = self.textCursor().selectedText()
        else:
            cursor.select(QTextCursor.SelectionType.WordUnderCursor)
            marked = cursor.selectedText()
        return [*self.terms_of(self._link(QUrl(self.anchorAt(place)))), marked.strip()]

    def terms_here(self) -> list[str]:
        """The same for the link that the keys are at, or what is marked."""
        cursor = self.textCursor()
        link = self._link(QUrl(cursor.charFormat().anchorHref())) if cursor.hasSelection() else None
        return [*self.terms_of(link), cursor.selectedText().strip()]

    def terms_of(self, link: Link | None) -> list[str]:
        """What a link may be called: a tensor by its name, then by its last part."""
        return terms_of_tensor(link.name) if link is not None and link.name else []

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.textCursor().hasSelection() and not self.anchorAt(event.pos()):
            super().contextMenuEvent(event)
        else:
            event.ignore()  # the window offers what it knows of the word

    # Pointer and keys ---------------------------------------------------------------------------------------

    def _link(self, address: QUrl) -> Link | None:
        text = address.toString()
        return self._links[int(text)] if text.isdigit() and int(text) < len(self._links) else None

    def _clicked(self, address: QUrl) -> None:
        link = self._link(address)
        if link is not None:
            self.followed.emit(link)

    def _highlighted(self, address: QUrl) -> None:
        self.pointed.emit(self._link(address))

    def focusNextPrevChild(self, next_: bool) -> bool:
        moved = super().focusNextPrevChild(next_)
        if self.hasFocus():
            cursor = self.textCursor()
            self.pointed.emit(self._link(QUrl(cursor.charFormat().anchorHref())) if cursor.hasSelection() else None)
        return moved

    def focusOutEvent(self, event: QFocusEvent) -> None:
        cursor = self.textCursor()
        cursor.clearSelection()
        self.setTextCursor(cursor)
        self.pointed.emit(None)
        super().focusOutEvent(event)
