"""The card of a question: what is asked, the answers to choose among by mouse or keys, and what is said afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from tutor.engine.records import dataclass
from tutor.views.choicebox import OPEN, OTHER, RIGHT, WRONG, Axes, ChoiceBox
from tutor.views.elided import Elided
from tutor.views.paint import draw_text, frame
from tutor.views.style import primary
from tutor.views.theme import Theme, font

#: The most answers a card has room for.
MOST = 4


@dataclass(frozen=True)
class Face:
    """What stands on an answer: a text, or the axes of a shape."""

    text: str
    axes: Axes | None = None


class QuestionCard(QFrame):
    """One question at a time.

    Keys 1 to 4 choose, Enter submits and then goes on; Esc is the window's.

    Signals:
        submitted(int)  an answer was submitted, by its number from 0
        skipped()
        hinted()        a hint is asked for
        left()          the feedback was read
        lessonWanted()
    """

    submitted = Signal(int)
    skipped = Signal()
    hinted = Signal()
    left = Signal()
    lessonWanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._state = OPEN
        self._verdict = ""
        self._ask = QLabel()
        self._count, self._told = Elided(theme, "dense", "ink2"), QLabel()
        self._note = Elided(theme, "dense", "ink2")
        self._group = QButtonGroup(self)
        self._boxes = [ChoiceBox(theme, at + 1) for at in range(MOST)]
        self.submit, self.skip, self.hint = QPushButton(), QPushButton(), QPushButton()
        self.lesson, self.go_on = QPushButton(), QPushButton()
        self._build()
        self.set_theme(theme)
        self.retranslate()
        self.hide()

    def _build(self) -> None:
        for label in (self._ask, self._told):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._count.set_align(Qt.AlignmentFlag.AlignRight)
        top = QHBoxLayout()
        top.addSpacing(34)
        top.addWidget(self._ask, 1)
        top.addWidget(self._count, 0, Qt.AlignmentFlag.AlignTop)
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        for at, box in enumerate(self._boxes):
            self._group.addButton(box, at)
            grid.addWidget(box, at // 2, at % 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        primary(self.submit)
        primary(self.go_on)
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.submit, self.skip, self.hint, self.go_on, self.lesson):
            button.setAutoDefault(False)
            row.addWidget(button)
        row.addWidget(self._note, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(6)
        column.addLayout(top)
        column.addLayout(grid)
        column.addWidget(self._told)
        column.addLayout(row)
        self._group.idToggled.connect(self._chosen)
        self.submit.clicked.connect(self._submit)
        self.skip.clicked.connect(self.skipped)
        self.hint.clicked.connect(self.hinted)
        self.go_on.clicked.connect(self.left)
        self.lesson.clicked.connect(self.lessonWanted)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("paintsFocus", True)

    # What is shown ------------------------------------------------------------------------------------------

    def wait(self, ask: str) -> None:
        """A question is being made: say so, without choices."""
        self.ask(ask, (), "")
        self.submit.setEnabled(False)

    def ask(self, ask: str, faces: Sequence[Face], count: str) -> None:
        """Show a question that is open; `count` says which of how many."""
        self._state = OPEN
        self._verdict = ""
        self._ask.setText(ask)
        self._count.set_text(count)
        self._told.setText("")
        self._told.hide()
        self._group.setExclusive(False)
        for at, box in enumerate(self._boxes):
            box.setVisible(at < len(faces))
            box.setChecked(False)
            box.set_state(OPEN)
            if at < len(faces):
                box.set_face(faces[at].text, faces[at].axes)
        self._group.setExclusive(True)
        self._buttons()
        self.show()

    def reword(self, ask: str, faces: Sequence[Face], count: str, told: str = "") -> None:
        """The same question in another language; what was chosen stays."""
        self._ask.setText(ask)
        self._count.set_text(count)
        for box, face in zip(self._boxes, faces):
            box.set_face(face.text, face.axes)
        if told:
            self._told.setText(told)

    def say(self, hint: str) -> None:
        """Show a hint under the choices."""
        self._told.setText(hint)
        self._told.show()

    def answered(self, right: int, chosen: int, feedback: str) -> None:
        """Show which was right and which was chosen (−1 for none), side by side, and what is to be said."""
        self._state = RIGHT if chosen == right else WRONG if chosen >= 0 else OTHER
        if any(box.hasFocus() for box in self._boxes):
            self.setFocus()  # a box that is hidden would hand the keys to whatever comes next
        for at, box in enumerate(self._boxes):
            box.set_state(RIGHT if at == right else WRONG if at == chosen else OTHER)
            # The maps need the room: what was neither chosen nor right has had its say.
            box.setVisible(box.state() != OTHER)
        self._told.setText(feedback)
        self._told.show()
        self._buttons()
        self.setAccessibleDescription(feedback)
        self.update()

    def _buttons(self) -> None:
        is_open = self._state == OPEN
        for button in (self.submit, self.skip, self.hint):
            button.setVisible(is_open)
        for button in (self.go_on, self.lesson):
            button.setVisible(not is_open)
        self.submit.setEnabled(self._group.checkedId() >= 0)
        self._note.set_text(self.tr("Made from this run's tensors; keys 1–4 choose, no clock runs.") if is_open else "")
        colours = self._told.palette()
        ink = {RIGHT: self._theme.ok, WRONG: self._theme.err}.get(self._state, self._theme.ink)
        colours.setColor(colours.ColorRole.WindowText, self._theme.ink)
        self._told.setPalette(colours)
        self._edge = ink if self._state in (RIGHT, WRONG) else self._theme.accent

    def chosen(self) -> int:
        """The number of the chosen answer from 0; −1 for none."""
        return self._group.checkedId()

    def boxes(self) -> list[ChoiceBox]:
        """The answers on screen."""
        return [box for box in self._boxes if not box.isHidden()]

    def question(self) -> str:
        return self._ask.text()

    def told(self) -> str:
        """The hint or the feedback on screen."""
        return "" if self._told.isHidden() else self._told.text()

    def is_open(self) -> bool:
        """Whether it waits for an answer."""
        return self._state == OPEN

    def set_lesson(self, there: bool) -> None:
        """Whether a lesson can be opened from here."""
        self.lesson.setEnabled(there)
        self.lesson.setVisible(there and not self.is_open())

    # Choosing -----------------------------------------------------------------------------------------------

    def choose(self, at: int) -> None:
        """Choose an answer, as by its key."""
        boxes = self.boxes()
        if self.is_open() and 0 <= at < len(boxes):
            boxes[at].setChecked(True)
            boxes[at].setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _chosen(self, at: int, on: bool) -> None:
        self.submit.setEnabled(self.chosen() >= 0)
        self.update()

    def _submit(self) -> None:
        if self.is_open() and self.chosen() >= 0:
            self.submitted.emit(self.chosen())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, plain = event.key(), not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and Qt.Key.Key_1 <= key <= Qt.Key.Key_4 and self.is_open():
            self.choose(key - Qt.Key.Key_1)
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.is_open():
                self._submit()
            else:
                self.left.emit()
        else:
            event.ignore()

    # Looks --------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        rect = QRectF(self.rect())
        edge = self._edge
        frame(painter, rect, edge, 1, theme.px(4), theme.pane)
        painter.fillRect(QRectF(0, 2, theme.px(4), rect.height() - 4), edge)
        disc = QRectF(theme.px(16), theme.px(8), theme.px(22), theme.px(22))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(edge)
        painter.setBrush(edge)
        painter.drawEllipse(disc)
        sign = {RIGHT: "✓", WRONG: "×"}.get(self._state, "?")
        draw_text(painter, disc, sign, font(theme, "body", True), theme.onaccent, elide=False)
        painter.end()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._ask.setFont(font(theme, "question"))
        self._told.setFont(font(theme, "body"))
        for box in self._boxes:
            box.set_theme(theme)
        for elided in (self._count, self._note):
            elided.set_theme(theme)
        for button in (self.submit, self.skip, self.hint, self.lesson, self.go_on):
            button.setFont(font(theme, "body"))
            button.setMinimumHeight(theme.height("button"))
        self._buttons()
        self.update()

    def retranslate(self) -> None:
        self.setAccessibleName(self.tr("Question"))
        self.submit.setText(self.tr("Submit"))
        self.submit.setToolTip(self.tr("Submit the chosen answer (Enter)"))
        self.skip.setText(self.tr("Skip (Esc)"))
        self.skip.setToolTip(self.tr("Show the result without answering (Esc)"))
        self.hint.setText(self.tr("Hint"))
        self.go_on.setText(self.tr("Go on"))
        self.go_on.setToolTip(self.tr("Close the question (Enter)"))
        self.lesson.setText(self.tr("Lesson"))
        self._buttons()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
