"""A lesson as it is read: its title, its text, the experiments where they stand, and where to read on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from tutor.lessons.lesson import Lesson
from tutor.lessons.markdown import Block, Listing, Place, Quote, Span, Target
from tutor.views.lessontext import LessonText, Resolve, subscripts
from tutor.views.theme import Theme, font


class Often(QWidget):
    """What is often said and is not quite so, with a bar at its side."""

    def __init__(self, theme: Theme, text: LessonText) -> None:
        super().__init__()
        self._theme, self.text = theme, text
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 2, 0, 2)
        column.addWidget(text)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRect(0, 0, round(self._theme.px(3)), self.height()), self._theme.warn)
        painter.end()


class Reader(QScrollArea):
    """One lesson.

    Signals:
        pointed(object)   the `Leads` under the pointer or the keys; None for none
        followed(object)  a `Leads` was clicked, or chosen with Enter
        ended()           the end of the lesson is in view
    """

    pointed = Signal(object)
    followed = Signal(object)
    ended = Signal()

    def __init__(self, theme: Theme, panel: Callable[[str], QWidget | None], parent: QWidget | None = None) -> None:
        """`panel` makes the panel of an experiment, or None where there is no such experiment."""
        super().__init__(parent)
        self._theme, self._panel = theme, panel
        self._lesson: Lesson | None = None
        self._texts: list[tuple[LessonText, tuple[Block, ...]]] = []
        self._parts: list[QWidget] = []
        self._panels: dict[str, QWidget] = {}
        self._title, self._more_head = QLabel(), QLabel()
        self._more: LessonText | None = None
        self._others: tuple[Lesson, ...] = ()
        for label in (self._title, self._more_head):
            label.setWordWrap(True)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._title.setTextFormat(Qt.TextFormat.RichText)
        self._inner = QWidget()
        self._column = QVBoxLayout(self._inner)
        self._column.setContentsMargins(14, 10, 14, 16)
        self._column.setSpacing(8)
        self._column.addWidget(self._title)
        self._column.addWidget(self._more_head)
        self._column.addStretch(1)
        self.setWidget(self._inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.verticalScrollBar().valueChanged.connect(self._scrolled)
        self.set_theme(theme)
        self.retranslate()

    # What is shown ------------------------------------------------------------------------------------------

    def set_lesson(
        self, lesson: Lesson | None, others: Sequence[Lesson], resolve: Resolve, facts: Mapping[str, str]
    ) -> None:
        """Show a lesson, with `others` to read on."""
        same = lesson is not None and self._lesson == lesson
        self._others = tuple(others)
        if not same:
            self._lesson = lesson
            self._clear()
            for at, part in enumerate(_parts(lesson.blocks if lesson is not None else ())):
                self._add(part, at)
            self.verticalScrollBar().setValue(0)
        self._title.setText(subscripts(lesson.title) if lesson is not None else "")
        self._set_more()
        self.refresh(resolve, facts)
        self.retranslate()

    def _add(self, part: tuple[Block, ...], at: int) -> None:
        widget: QWidget | None
        if isinstance(part[0], Place):
            widget = self._panel(part[0].key)
            if widget is None:
                return
            self._panels[part[0].key] = widget
        else:
            text = self._text()
            self._texts.append((text, part))
            widget = Often(self._theme, text) if isinstance(part[0], Quote) else text
        self._parts.append(widget)
        self._column.insertWidget(self._column.indexOf(self._more_head), widget)

    def _text(self) -> LessonText:
        text = LessonText(self._theme)
        text.pointed.connect(self.pointed)
        text.followed.connect(self.followed)
        return text

    def _set_more(self) -> None:
        """Where to read on."""
        if self._more is not None:
            self._column.removeWidget(self._more)
            self._more.hide()
            self._more.deleteLater()
            self._more = None
        self._more_head.setVisible(bool(self._others))
        if self._others:
            items = tuple((Span(one.title, link=Target("lesson", one.name)),) for one in self._others)
            self._more = self._text()
            self._column.insertWidget(self._column.indexOf(self._more_head) + 1, self._more)
            self._more_blocks = (Listing(items),)

    def refresh(self, resolve: Resolve, facts: Mapping[str, str]) -> None:
        """Where its words lead now, and the numbers of the run on screen."""
        for text, blocks in self._texts:
            text.set_blocks(blocks, resolve, facts)
        if self._more is not None:
            self._more.set_blocks(self._more_blocks, resolve, facts)

    def _clear(self) -> None:
        for one in self._parts:
            self._column.removeWidget(one)
            one.hide()
            one.deleteLater()
        self._parts.clear()
        self._texts.clear()
        self._panels.clear()

    def lesson(self) -> Lesson | None:
        return self._lesson

    def texts(self) -> list[LessonText]:
        """All its texts, in order."""
        return [text for text, _ in self._texts] + ([self._more] if self._more is not None else [])

    def panels(self) -> Mapping[str, QWidget]:
        """Its experiments by key."""
        return dict(self._panels)

    def set_lit(self, name: str) -> None:
        """Mark the words that stand for a tensor."""
        for text in self.texts():
            text.set_lit(name)

    def show_experiment(self, key: str) -> None:
        """Scroll to an experiment, and give it the keys."""
        panel = self._panels.get(key)
        if panel is not None:
            self.verticalScrollBar().setValue(panel.pos().y() - 8)
            first = getattr(panel, "first_focus", None)
            (first() if first is not None else panel).setFocus(Qt.FocusReason.OtherFocusReason)

    def first_focus(self) -> QWidget:
        """Where the keys go first: to the first link."""
        return next((text for text in self.texts() if text.links()), self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._inner.setMaximumWidth(self.viewport().width())  # what is too wide is cut, never the lesson

    def _scrolled(self, value: int) -> None:
        if value >= self.verticalScrollBar().maximum():
            self.ended.emit()

    # Look and words -----------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._title.setFont(font(theme, "title"))
        self._more_head.setFont(font(theme, "header"))
        colours = self._more_head.palette()
        colours.setColor(self._more_head.foregroundRole(), theme.ink2)
        self._more_head.setPalette(colours)
        colours = self._inner.palette()
        colours.setColor(colours.ColorRole.Window, theme.pane)
        self._inner.setPalette(colours)
        self._inner.setAutoFillBackground(True)
        for widget in (*self.texts(), *self._parts):
            dress = getattr(widget, "set_theme", None)
            if dress is not None:
                dress(theme)

    def retranslate(self) -> None:
        self._more_head.setText(self.tr("Read on"))
        title = self._lesson.title if self._lesson is not None else ""
        self.setAccessibleName(self.tr("Lesson: {title}").format(title=title))

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def _parts(blocks: Sequence[Block]) -> list[tuple[Block, ...]]:
    """Runs of blocks that are one text; a quote and an experiment stand alone."""
    found: list[list[Block]] = []
    for block in blocks:
        alone = isinstance(block, (Quote, Place))
        if found and not alone and not isinstance(found[-1][-1], (Quote, Place)):
            found[-1].append(block)
        else:
            found.append([block])
    return [tuple(one) for one in found]
