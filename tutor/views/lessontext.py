"""Blocks of a lesson as running text: formulas in their line, words that are links, numbers of the run filled in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from html import escape

from PySide6.QtCore import QByteArray, QPoint, QRect, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPyTextObject,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
)
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from tutor import typeset
from tutor.engine.records import dataclass
from tutor.lessons.markdown import (
    CODE,
    FACT,
    FORMULA,
    Block,
    Display,
    Heading,
    Listing,
    Place,
    Span,
    Spans,
    Target,
)
from tutor.views.linktext import LinkText, terms_of_tensor
from tutor.views.theme import Theme, font

_OBJECT = int(QTextFormat.ObjectTypes.UserObject) + 1
_LATEX, _SCALE, _COLOUR = (int(QTextFormat.Property.UserProperty) + at for at in range(1, 4))
#: Size of formulas in a line and on a line of their own, beside the 20 units in which they are set.
_INLINE, _SHOWN = 0.78, 0.84
_LETTERS = {"query": "Q", "key": "K", "value": "V"}
#: A letter with an index: d_k, W_Q, n_heads; no name of a file or a tensor.
_SUB = re.compile(r"(?<![A-Za-z0-9_.])([A-Za-z\u0391-\u03c9])_(\{[^{}]{1,9}\}|[A-Za-z0-9]{1,6})(?![A-Za-z0-9_.]*_)\b")


_SMALL = str.maketrans("aehijklmnoprstuvx0123456789", "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ₀₁₂₃₄₅₆₇₈₉")
_HAVE = set("aehijklmnoprstuvx0123456789")


@dataclass(frozen=True)
class Leads:
    """Where a word leads: what the lesson names, and the full name of the tensor, "" for what is none."""

    target: Target
    name: str = ""
    role: str = ""
    tip: str = ""


#: What a lesson's target is on the run on screen; None where this model has none such, so that it is plain words.
Resolve = Callable[[Target], Leads | None]


def subscripts(text: str) -> str:
    """Plain text as HTML, its `d_k` written as letters with an index."""
    return _SUB.sub(lambda found: f"{found[1]}<sub>{found[2].strip('{}')}</sub>", escape(text, quote=False))


def lowered(text: str) -> str:
    """Plain text where nothing can be set lower: `d_k` with the small letter that print has, where it has one."""
    return _SUB.sub(lambda found: found[1] + found[2].translate(_SMALL) if set(found[2]) <= _HAVE else found[0], text)


@lru_cache(maxsize=256)
def _drawing(latex: str, colours: tuple[tuple[str, str], ...]) -> QSvgRenderer | None:
    svg = typeset.svg(latex)
    for placeholder, colour in colours:
        svg = svg.replace(f'"{placeholder}"', f'"{colour}"')
    return QSvgRenderer(QByteArray(svg.encode())) if svg else None


def drawing(latex: str, theme: Theme, ink: str) -> QSvgRenderer | None:
    """A formula in the theme's colours; None where it cannot be set, so that its words stand for it."""
    roles = tuple(
        (typeset.PLACEHOLDERS[role], theme.role(letter).name()) for role, letter in _LETTERS.items()
    )  # fmt: skip
    return _drawing(latex, (("black", ink), *roles))


class _Formulas(QPyTextObject):
    """Draws formulas as if they were letters: on the baseline of their line."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.room = 0.0

    def _of(self, form: QTextFormat) -> tuple[QSvgRenderer | None, float, float]:
        """The drawing, its scale and the descent of its line."""
        char = form.toCharFormat()
        made = drawing(str(form.property(_LATEX)), self.theme, str(form.property(_COLOUR)))
        scale = float(form.property(_SCALE)) * self.theme.font_scale
        if made is not None and self.room > 0:
            scale = min(scale, self.room / max(1.0, made.viewBoxF().width()))
        return made, scale, QFontMetricsF(char.font()).descent()

    def intrinsicSize(self, doc: QTextDocument, pos: int, form: QTextFormat) -> QSizeF:
        made, scale, descent = self._of(form)
        if made is None:
            words = typeset.words(str(form.property(_LATEX)))
            measure = QFontMetricsF(form.toCharFormat().font())
            return QSizeF(measure.horizontalAdvance(words), measure.height())
        box = made.viewBoxF()
        return QSizeF(box.width() * scale, -box.top() * scale + max(descent, box.bottom() * scale))

    def drawObject(
        self, painter: QPainter, rect: QRectF | QRect, doc: QTextDocument, pos: int, form: QTextFormat
    ) -> None:
        made, scale, descent = self._of(form)
        rect = QRectF(rect)
        if made is None:
            painter.setPen(QColor(str(form.property(_COLOUR))))
            painter.setFont(form.toCharFormat().font())
            painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, typeset.words(str(form.property(_LATEX))))
            return
        box = made.viewBoxF()
        below = max(descent, box.bottom() * scale)
        top = rect.bottom() - below + box.top() * scale
        made.render(painter, QRectF(rect.left(), top, box.width() * scale, box.height() * scale))


class LessonText(LinkText):
    """Paragraphs, headings, lists and formulas of a lesson.

    Its links are `Leads`; `pointed` and `followed` carry them. A screen reader hears the formulas in words.
    """

    def __init__(self, theme: Theme, role: str = "body", ink: str = "ink", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._role, self._ink = theme, role, ink
        self._formulas = _Formulas(theme, self)
        self._blocks: tuple[Block, ...] = ()
        self._resolve: Resolve = lambda target: None
        self._facts: Mapping[str, str] = {}
        self._made: object = None
        self._said: list[str] = []
        self.setProperty("paintsFocus", True)  # the link that the keys are at is marked
        self.document().documentLayout().registerHandler(_OBJECT, self._formulas)
        self.set_theme(theme)

    # What is shown ------------------------------------------------------------------------------------------

    def set_blocks(self, blocks: Sequence[Block], resolve: Resolve, facts: Mapping[str, str]) -> None:
        """Show blocks; `resolve` says where links lead, `facts` has the numbers that stand in the text."""
        self._blocks, self._resolve, self._facts = tuple(blocks), resolve, facts
        self._show()

    def set_theme(self, theme: Theme) -> None:
        self._theme = self._formulas.theme = theme
        self.set_face(font(theme, self._role))
        self.set_ground(theme.accentbg)
        self._made = None
        self._show()

    def terms_of(self, link: object) -> list[str]:
        """What a word of a lesson may be called."""
        if not isinstance(link, Leads):
            return []
        return terms_of_tensor(link.name) if link.name else [link.target.name]

    def terms_at(self, at: QPoint) -> list[str]:
        found = super().terms_at(at)
        place = self.viewport().mapFrom(self, at)
        latex = self.cursorForPosition(place).charFormat().property(_LATEX)
        return [*found, str(latex)] if latex else found

    def words(self) -> str:
        """The text as it is heard: formulas in words."""
        return "\n".join(self._said)

    def _show(self) -> None:
        leads = {span.link: self._resolve(span.link) for span in _spans_of(self._blocks) if span.link is not None}
        made = (self._blocks, tuple(leads.items()), tuple(self._facts.items()))
        if made == self._made:
            return
        self._made = made
        self._said = []
        links: list[Leads] = []
        self.document().clear()
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDefaultTextOption(option)
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        first = True
        for block in self._blocks:
            for at, item in enumerate(_items(block)):
                form = self._form(block, first, at)
                if first:
                    cursor.setBlockFormat(form)
                else:
                    cursor.insertBlock(form)
                first = False
                self._write(cursor, block, item, at, leads, links)
        cursor.endEditBlock()
        self.took(links)  # type: ignore[arg-type]
        self.setAccessibleName(self.words())

    def _form(self, block: Block, first: bool, at: int) -> QTextBlockFormat:
        theme = self._theme
        form = QTextBlockFormat()
        above = 0.0 if first else theme.px(12) if isinstance(block, Heading) else theme.px(
            3 if isinstance(block, Listing) and at else 8
        )  # fmt: skip
        form.setTopMargin(above)
        line = {"body": 19, "dense": 17}.get(self._role, 14)
        form.setLineHeight(theme.px(line), int(QTextBlockFormat.LineHeightTypes.MinimumHeight.value))
        if isinstance(block, Display):
            form.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            form.setNonBreakableLines(True)
        if isinstance(block, Listing):
            form.setLeftMargin(theme.px(18))
            form.setTextIndent(-theme.px(14))
        if isinstance(block, Heading):
            form.setHeadingLevel(2)
        return form

    def _write(
        self, cursor: QTextCursor, block: Block, spans: Spans, at: int, leads: Mapping[Target, Leads | None],
        links: list[Leads],
    ) -> None:  # fmt: skip
        said = []
        if isinstance(block, Listing):
            sign = f"{at + 1}." if block.numbered else "•"
            form = self._char(Span(""), None)
            cursor.insertText(f"{sign}\u2002", form)
            said.append(f"{sign} ")
        last: Target | None = None
        for span in spans:
            lead = leads.get(span.link) if span.link is not None else None
            if lead is not None and (span.link != last or not links):
                links.append(lead)
            last = span.link
            form = self._char(span, lead, isinstance(block, Heading))
            if lead is not None:
                form.setAnchor(True)
                form.setAnchorHref(str(len(links) - 1))
                if lead.tip:
                    form.setToolTip(lead.tip)
            if span.kind == FORMULA:
                form.setObjectType(_OBJECT)
                form.setProperty(_LATEX, span.text)
                form.setProperty(_SCALE, _SHOWN if isinstance(block, Display) else _INLINE * self._size())
                form.setProperty(_COLOUR, form.foreground().color().name())
                form.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignBaseline)
                cursor.insertText("\ufffc", form)
                said.append(typeset.words(span.text))
            else:
                text = self._facts.get(span.text, "—") if span.kind == FACT else span.text
                self._put(cursor, text, form, span.kind != CODE)
                said.append(text)
        self._said.append("".join(said))

    def _put(self, cursor: QTextCursor, text: str, form: QTextCharFormat, lowers: bool) -> None:
        """Text whose `d_k` is written with a lowered index."""
        at = 0
        for found in _SUB.finditer(text) if lowers else ():
            cursor.insertText(text[at : found.end(1)], form)
            lowered = QTextCharFormat(form)
            lowered.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignSubScript)
            cursor.insertText(found[2].strip("{}"), lowered)
            at = found.end()
        cursor.insertText(text[at:], form)

    def _size(self) -> float:
        """This text's type beside the body's."""
        return font(self._theme, self._role).pixelSize() / max(1, font(self._theme, "body").pixelSize())

    def _char(self, span: Span, lead: Leads | None, heading: bool = False) -> QTextCharFormat:
        theme = self._theme
        form = QTextCharFormat()
        face = font(theme, "tensor" if span.kind == CODE else "question" if heading else self._role)
        if span.bold:
            face.setWeight(QFont.Weight.DemiBold)
        face.setItalic(span.emphasis and not theme.cjk)
        if span.emphasis and theme.cjk:  # slanted Chinese is hard to read
            face.setWeight(QFont.Weight.DemiBold)
        form.setFont(face)
        colour = getattr(theme, self._ink)
        if lead is not None:
            colour = theme.role(lead.role) if lead.role else theme.accentink
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
            form.setUnderlineColor(colour if lead.target.kind == "lesson" else theme.ctl)
        form.setForeground(QBrush(colour))
        return form

    def _fit(self) -> None:
        self._formulas.room = float(max(40, self.viewport().width()))
        super()._fit()


def _items(block: Block) -> tuple[Spans, ...]:
    """The paragraphs of a block."""
    if isinstance(block, Listing):
        return block.items
    if isinstance(block, Display):
        return ((Span(block.latex, FORMULA),),)
    return () if isinstance(block, Place) else (block.spans,)


def _spans_of(blocks: Sequence[Block]) -> list[Span]:
    return [span for block in blocks for item in _items(block) for span in item]

