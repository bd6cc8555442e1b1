"""The page "Lesson" of the right side: a lesson, the list of all, or the glossary, under one row of buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from tutor.views.icons import icon
from tutor.views.theme import Theme, font

if TYPE_CHECKING:
    from tutor.views.glossaryview import GlossaryView
    from tutor.views.lessonlist import LessonList
    from tutor.views.reader import Reader

PAGE = "lesson"
LESSON, ALL, GLOSSARY = "lesson", "all", "glossary"
FACES = (LESSON, ALL, GLOSSARY)


class LessonPage(QWidget):
    """Empty until somebody builds it, which it asks for when it is shown for the first time.

    Signals:
        wanted()           it is shown and still empty
        faceChosen(str)    lesson, list or glossary was asked for
        wentBack(), wentForward()
        here()             back to the lesson of the stage on screen
    """

    wanted = Signal()
    faceChosen = Signal(str)
    wentBack = Signal()
    wentForward = Signal()
    here = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.reader: Reader | None = None
        self.list: LessonList | None = None
        self.glossary: GlossaryView | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)

    def build(self, panel: Callable[[str], QWidget | None]) -> None:
        """Make the parts; `panel` makes that of an experiment."""
        from tutor.views.glossaryview import GlossaryView
        from tutor.views.lessonlist import LessonList
        from tutor.views.reader import Reader

        self._back, self._forward = QToolButton(), QToolButton()
        self._minutes, self._here = QLabel(), QPushButton()
        self._here.setFlat(True)
        self._head = QWidget()
        self._faces = QButtonGroup(self)
        self._faces.setExclusive(True)
        row = QHBoxLayout(self._head)
        row.setContentsMargins(8, 3, 14, 3)
        row.setSpacing(2)
        for button in (self._back, self._forward):
            button.setAutoRaise(True)
            row.addWidget(button)
        row.addSpacing(6)
        for at, _ in enumerate(FACES):
            tool = QToolButton()
            tool.setCheckable(True)
            tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            tool.setProperty("segment", ("first", "middle", "last")[at])
            self._faces.addButton(tool, at)
            row.addWidget(tool)
        row.addStretch(1)
        row.addWidget(self._minutes)
        self.reader = Reader(self._theme, panel)
        self.list = LessonList(self._theme)
        self.glossary = GlossaryView(self._theme)
        self._stack = QStackedWidget()
        for widget in (self.reader, self.list, self.glossary):
            self._stack.addWidget(widget)
        band = QHBoxLayout()
        band.setContentsMargins(10, 0, 14, 0)
        band.addWidget(self._here)
        band.addStretch(1)
        self._column.addWidget(self._head)
        self._column.addLayout(band)
        self._column.addWidget(self._stack, 1)
        self._here.hide()
        self._here.clicked.connect(self.here)
        self._back.clicked.connect(self.wentBack)
        self._forward.clicked.connect(self.wentForward)
        self._faces.idClicked.connect(self._face_clicked)
        self.show_face(LESSON)
        self.set_theme(self._theme)
        self.retranslate()

    def _face_clicked(self, at: int) -> None:
        self.faceChosen.emit(FACES[at])

    # What is shown ------------------------------------------------------------------------------------------

    def show_face(self, face: str) -> None:
        self._stack.setCurrentIndex(FACES.index(face))
        self._faces.button(FACES.index(face)).setChecked(True)
        self._minutes.setVisible(face == LESSON)
        self._here.setVisible(face == LESSON and bool(self._here.text()))

    def face(self) -> str:
        return FACES[self._stack.currentIndex()] if self.reader is not None else LESSON

    def set_minutes(self, text: str) -> None:
        self._minutes.setText(text)

    def minutes(self) -> str:
        return self._minutes.text()

    def set_here(self, text: str) -> None:
        """Offer the lesson of the stage on screen, where another one is open; "" where it is that one."""
        self._here.setText(text)
        self._here.setVisible(bool(text) and self.face() == LESSON)

    def here_button(self) -> QPushButton:
        return self._here

    def set_ways(self, back: bool, forward: bool) -> None:
        self._back.setEnabled(back)
        self._forward.setEnabled(forward)

    def first_focus(self) -> QWidget:
        """Where the keys go first."""
        shown = {LESSON: self.reader, ALL: self.list, GLOSSARY: self.glossary}[self.face()]
        if shown is None:
            return self
        first = getattr(shown, "first_focus", None)
        return first() if first is not None else shown

    # Look and words -----------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self.reader is None or self.list is None or self.glossary is None:
            return
        self._here.setIcon(icon("book", theme))
        self._back.setIcon(icon("chevron-left", theme))
        self._forward.setIcon(icon("chevron-right", theme))
        for widget in (self._minutes, self._here, *self._faces.buttons()):
            widget.setFont(font(theme, "dense"))
        colours = self._minutes.palette()
        colours.setColor(self._minutes.foregroundRole(), theme.ink2)
        self._minutes.setPalette(colours)
        for widget, ground in ((self._head, theme.pane), (self, theme.pane)):
            colours = widget.palette()
            colours.setColor(colours.ColorRole.Window, ground)
            widget.setPalette(colours)
            widget.setAutoFillBackground(True)
        for view in (self.reader, self.list, self.glossary):
            view.set_theme(theme)

    def retranslate(self) -> None:
        if self.reader is None:
            return
        for at, text in enumerate((self.tr("Read"), self.tr("All"), self.tr("Glossary"))):
            self._faces.button(at).setText(text)
        for button, text in ((self._back, self.tr("Back to the lesson before")), (self._forward, self.tr("Forward"))):
            button.setToolTip(text)
            button.setAccessibleName(text)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        if self.reader is None:
            self.wanted.emit()
        super().showEvent(event)
