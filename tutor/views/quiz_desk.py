"""Between the session's questions and the window: when one is asked, what is veiled, what is said afterwards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLineEdit, QPlainTextEdit

from tutor import work
from tutor.engine import axes as ax
from tutor.engine.trace import Trace
from tutor.lessons import picking, texts
from tutor.lessons.experiment import Focus
from tutor.lessons.question import Choice, Question, Shape
from tutor.quiz import SKIPPED, Quiz
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import combined, words
from tutor.views.announcer import Announcer
from tutor.views.answermarks import AnswerMarks
from tutor.views.learning import SETTING
from tutor.views.questioncard import Face, QuestionCard
from tutor.views.stage_desk import StageDesk
from tutor.views.stagepane import StagePane
from tutor.views.veil import GateView

QUESTION = "question"


class QuizDesk(QObject):
    """Asks, veils and reveals.

    Signals:
        gated(bool)        a result is veiled, or no longer
        lessonWanted(str)  the lesson that teaches what was asked
        said(str)          a sentence for the status line
        failed(object)     the question could not be made: the exception
    """

    gated = Signal(bool)
    lessonWanted = Signal(str)
    said = Signal(str)
    failed = Signal(object)

    def __init__(
        self, session: Session, runner: Runner, quiz: Quiz, model: Callable[[], str], stage: StagePane,
        stage_desk: StageDesk, card: QuestionCard, gate: GateView, marks: AnswerMarks, announcer: Announcer,
        switch: QAction, settings: QSettings, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._runner, self.quiz, self._model = session, runner, quiz, model
        self._stage, self._stage_desk, self._settings = stage, stage_desk, settings
        self._card, self._gate, self._marks, self._announcer = card, gate, marks, announcer
        self._switch = switch
        self._language = "en"
        #: The step whose result is veiled; the question that is on the card, and the answer it got.
        self._veiled = ""
        self._open: Question | None = None
        self._chosen: int | None = None
        self._made_for: tuple[Any, ...] = ()
        card.submitted.connect(self._submit)
        card.skipped.connect(self.skip)
        card.hinted.connect(self._hint)
        card.left.connect(self._leave)
        card.lessonWanted.connect(self._lesson)
        session.traceChanged.connect(self._close)
        session.moved.connect(self._moved)
        session.selectionChanged.connect(self._again)
        session.changes.viewed.connect(self._moved)
        session.backward.changed.connect(self._moved)
        stage_desk.shown.connect(self._show_operands)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)

    # On and off ---------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Ask on the way if the learner wants it; to be called once every part of the window knows what to veil."""
        self.turn(str(self._settings.value(SETTING, "false")) == "true")

    def turn(self, on: bool) -> None:
        """Ask questions on the way, or none; not remembered."""
        self.quiz.turn(on)
        self._switch.setChecked(on)
        self._moved()

    def toggle(self) -> None:
        """Ask questions, or no more."""
        self.turn(not self.quiz.on)
        self._settings.setValue(SETTING, "true" if self.quiz.on else "false")
        self.said.emit(self.tr("Questions are asked on the way: Esc skips one.") if self.quiz.on
                       else self.tr("No more questions are asked."))  # fmt: skip

    def ask_here(self) -> None:
        """A question about the step on screen, beyond the few of the run."""
        if self._session.trace is None:
            return
        if self._session.trace.told:
            self.said.emit(self.tr("Questions are about the model's own numbers: reset the what-if first."))
            return
        self._close()
        self.quiz.ask_here(self._session.cursor.path)
        self._moved()

    def retranslate(self) -> None:
        """The words of the question on screen in the window's language."""
        self._language = words.language()
        question = self._open
        if question is not None:
            told = "" if self._chosen is None else self._feedback(question, self._chosen)
            self._card.reword(self._ask(question), self._faces(question), self._count(question), told)

    def waits_here(self) -> bool:
        """Whether the step on screen waits for a prediction."""
        return bool(self._veiled)

    # Opening and closing ------------------------------------------------------------------------------------

    def _moved(self) -> None:
        session, trace = self._session, self._session.trace
        path = session.cursor.path
        elsewhere = session.trail.given is not None or session.backward.on  # following a number, or walking backwards
        if trace is None or not self.quiz.waits(path) or elsewhere:
            self._close()
            return
        if self._open is not None and self._open.path == path and self._chosen is None:
            return
        self._close()
        made = self.quiz.made(path)
        if made is not None and self._made_for == (trace, path, self._focus()):
            self._show(made)
        else:
            self._request(trace, path)

    def _request(self, trace: Trace, path: str) -> None:
        """Veil the step at once; the question comes when it is made."""
        self._veil(path)
        self._card.wait(self.tr("A question is being made…"))
        self._made_for = (trace, path, self._focus())
        kind, seed = self.quiz.kind(path), self.quiz.seed_at(path)
        self._runner.submit(
            QUESTION, partial(_ask, trace, path, kind, self._focus(), seed, self._model()), urgent=True
        )  # fmt: skip

    def _again(self) -> None:
        """Another head or sentence is on screen: an open question is asked about it."""
        trace, path = self._session.trace, self._session.cursor.path
        if trace is None or self._card.isHidden() or not self._card.is_open() or not self.quiz.waits(path):
            return
        if self._made_for != (trace, path, self._focus()):
            self._request(trace, path)

    def _focus(self) -> Focus:
        session, trace = self._session, self._session.trace
        assert trace is not None
        path = session.cursor.path
        chosen = dict(session.selection.at)
        streams = [one for one in session.streams(path) if one is not None]
        at = session.positions.get(streams[0]) if streams else None
        return Focus(path, session.section.number or 0, chosen.get(ax.HEAD, 0), chosen.get(ax.BATCH, 0), at)

    def _done(self, channel: str, result: object) -> None:
        if channel != QUESTION:
            return
        path = self._session.cursor.path
        if not isinstance(result, Question):
            asked = path in self.quiz.waiting() and not self.quiz.on
            self.quiz.drop(path)
            self._close()
            if asked or self._made_for[1:2] == (path,):
                self.said.emit(self.tr("These numbers decide nothing clearly enough to ask about them."))
            return
        if result.path == path and self.quiz.waits(path):
            self.quiz.took(result)
            self._show(result)

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == QUESTION:
            self.quiz.drop(self._session.cursor.path)
            self._close()
            self.failed.emit(error)

    def _show(self, question: Question) -> None:
        self._open, self._chosen = question, None
        if question.veil == "none":
            self._unveil()
        else:
            self._veil(question.path)
        self._card.ask(self._ask(question), self._faces(question), self._count(question))
        self._announcer.say(self._card.question())
        if not _typing():
            self._card.setFocus(Qt.FocusReason.OtherFocusReason)

    def _veil(self, path: str) -> None:
        """Hide a result and its shape."""
        trace = self._session.trace
        assert trace is not None
        self._gate.veil.set_result(trace.program[path].short, "=", "")
        self._stage.badge().set_veiled(True)
        if self._veiled != path:
            self._veiled = path
            self._gate.set_operands((), "")
            self._stage.set_gate(self._gate, self._card)
            self._show_operands()
            self.gated.emit(True)

    def _show_operands(self) -> None:
        """What goes into the veiled result, once it is laid out."""
        trace, picture = self._session.trace, self._stage_desk.picture()
        if not self._veiled or trace is None or picture is None or picture.path != self._veiled:
            return
        made, sign, caption = combined.parts(trace, picture)
        self._gate.veil.set_result(made[-1].name, sign if len(made) == 2 else "=", caption)
        self._gate.set_operands(made[:-1], sign)

    def _unveil(self) -> None:
        if self._veiled:
            self._veiled = ""
            self._stage.set_gate(None)
            self._stage.badge().set_veiled(False)
            self.gated.emit(False)

    def _close(self) -> None:
        """No question on screen; the result as it is."""
        self._runner.cancel(QUESTION)
        self._open, self._chosen = None, None
        self._marks.mark((), ())
        self._unveil()
        if not self._card.isHidden():
            focus = QApplication.focusWidget()
            focused = focus is not None and (focus is self._card or self._card.isAncestorOf(focus))
            self._card.hide()
            if focused:
                self._stage.current_view().setFocus(Qt.FocusReason.OtherFocusReason)

    # Answering ----------------------------------------------------------------------------------------------

    def _submit(self, at: int) -> None:
        if self._open is not None and self._chosen is None:
            self._reveal(self._open, at)

    def skip(self) -> bool:
        """Show the result without an answer. Returns whether a question was open, or its feedback."""
        if self._card.isHidden():
            return False
        if self._open is None:  # still being made
            self.quiz.answer(self._veiled, SKIPPED)
            self._close()
        elif self._chosen is None:
            self.quiz.answer(self._open.path, SKIPPED)
            self._close()
        else:
            self._leave()
        return True

    def reveal(self) -> bool:
        """Show the right answer to an audience. Returns whether there was a question to answer."""
        if self._open is None or self._chosen is not None:
            return False
        self._reveal(self._open, SKIPPED)
        return True

    def _reveal(self, question: Question, at: int) -> None:
        self._chosen, typing = at, _typing()
        self._unveil()
        feedback = self._feedback(question, at)
        self._card.answered(question.right, at, feedback)
        self._card.set_lesson(bool(question.lesson))
        self._mark(question, at)
        self.quiz.answer(question.path, at)
        self._announcer.say(feedback)
        if not typing:
            self._card.setFocus(Qt.FocusReason.OtherFocusReason)

    def _mark(self, question: Question, at: int) -> None:
        """The true cell and the chosen one on the picture, where the answers are single cells of it."""
        picture = self._stage_desk.picture()
        right = question.choices[question.right]
        if picture is None or picture.path != question.path or not right.lit or len(right.lit) > 2:
            return
        true = picture.result.place(right.lit[0])
        chosen = None
        if 0 <= at != question.right and question.choices[at].lit:
            chosen = picture.result.place(question.choices[at].lit[0])
        self._marks.mark([true] if true is not None else (), [chosen] if chosen not in (None, true) else ())

    def _hint(self) -> None:
        if self._open is not None and self._chosen is None:
            hint = texts.question(self._open.kind, self._language, "hint", self._open.ask.numbers)
            self._card.say(hint)
            self._announcer.say(hint)

    def _leave(self) -> None:
        """The feedback was read."""
        self._close()

    def _lesson(self) -> None:
        if self._open is not None and self._open.lesson:
            self.lessonWanted.emit(self._open.lesson)

    # Words --------------------------------------------------------------------------------------------------

    def _ask(self, question: Question) -> str:
        return texts.question(question.kind, self._language, question.ask.key, question.ask.numbers)

    def _faces(self, question: Question) -> list[Face]:
        return [self._face(question, one) for one in question.choices]

    def _face(self, question: Question, choice: Choice) -> Face:
        face = choice.face
        if isinstance(face, Shape):
            return Face("", tuple((axis.name, axis.size) for axis in face.axes))
        return Face(picking.worded(question.kind, face, self._language))

    def _count(self, question: Question) -> str:
        at, of = self.quiz.number(question.path)
        return self.tr("{at} of {of} in this section").format(at=at, of=of) if of > 1 else ""

    def _feedback(self, question: Question, at: int) -> str:
        """What is said: of the answer, if there was one, and why it is so."""
        why = texts.question(question.kind, self._language, question.why.key, question.why.numbers)
        if at < 0:
            return why
        said = question.choices[at].feedback
        told = texts.question(question.kind, self._language, said.key, said.numbers, "feedback")
        return f"{told}\n{why}"


def _typing() -> bool:
    """Whether the learner is writing: then the card must not take the keys."""
    return isinstance(QApplication.focusWidget(), (QLineEdit, QPlainTextEdit, QAbstractSpinBox))


def _ask(trace: Trace, path: str, kind: str, focus: Focus, seed: int, model: str, job: work.Handle) -> Any:
    return picking.ask(trace, path, kind, focus, seed, model)


def stages(trace: Trace, paths: Sequence[str]) -> tuple[int, ...]:
    """The stages of these steps, by their place on the timeline."""
    return tuple(sorted({trace.program.stop_of(path).number for path in paths if path in trace.program.by_name}))
