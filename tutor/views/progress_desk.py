"""Keeps what was seen and answered, and has what is due asked again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDate, QLocale, QObject, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from tutor import progress, work
from tutor.engine.files import FileError
from tutor.lessons import picking, texts
from tutor.lessons.question import Question
from tutor.progress import Answer, Progress, ProgressError
from tutor.quiz import SKIPPED, Quiz
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import words
from tutor.views.errors import worded
from tutor.views.progress_dialog import ProgressDialog, Row
from tutor.views.theme import Theme

KEEP = "progress"
#: How long after a change it is written.
PAUSE_MS = 1500


class ProgressDesk(QObject):
    """Between the questions, the file of progress and its dialog. Without `keep` nothing is written.

    Signals:
        said(str)  a sentence for the status line
    """

    said = Signal(str)

    def __init__(
        self, session: Session, runner: Runner, quiz: Quiz, window: QWidget, today: Callable[[], date] = date.today
    ) -> None:
        super().__init__(window)
        self._session, self._runner, self._quiz, self._window, self._today = session, runner, quiz, window, today
        self.progress = Progress()
        self._path: Path | None = None
        self._dialog: ProgressDialog | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self._write)
        quiz.answered.connect(self._answered)
        session.moved.connect(self._moved)
        runner.failed.connect(self._failed)

    def keep(self, path: Path) -> None:
        """Read the progress in a file, and keep it there from now on. A damaged file is left as it is."""
        try:
            self.progress = progress.load(path)
            self._path = path
        except ProgressError as error:
            self.said.emit(worded(str(error)))
        self._tell()

    def _tell(self) -> None:
        """Let the questions know what is due and what is known."""
        self._quiz.due, self._quiz.known = self.progress.due(self._today()), self.progress.known()

    # What happens -------------------------------------------------------------------------------------------

    def _moved(self) -> None:
        trace = self._session.trace
        if trace is not None and self.progress.saw(trace.spec.name, [self._session.stop.stage.key]):
            self._changed()

    def read(self, lesson: str) -> None:
        """A lesson was opened."""
        if self.progress.read(lesson):
            self._changed()

    def _answered(self, question: Question, at: int) -> None:
        trace = self._session.trace
        if trace is None:
            return
        right = None if at == SKIPPED else question.choices[at].right
        stage = trace.program.stop_of(question.path).stage.key
        self.progress.answered(Answer(picking.kind_of(question), stage, trace.spec.name, right, self._today()))
        self._tell()
        self._changed()

    def _changed(self) -> None:
        if self._path is not None:
            self._timer.start()
        self._show()

    def _write(self) -> None:
        if self._path is not None:
            self._runner.submit(KEEP, partial(_save, Progress.from_json(self.progress.to_json()), self._path))

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == KEEP:
            self.said.emit(worded(str(error)))

    def close(self) -> None:
        """Write what is not written yet."""
        if self._timer.isActive() and self._path is not None:
            self._timer.stop()
            with suppress(OSError):  # the window is closing: there is nobody to tell
                self.progress.save(self._path)

    # The dialog ---------------------------------------------------------------------------------------------

    def open(self, theme: Theme) -> ProgressDialog:
        """Show the dialog."""
        if self._dialog is None:
            self._dialog = box = ProgressDialog(theme, self._window)
            box.reviewWanted.connect(self.review)
            box.exportWanted.connect(self._export)
            box.resetWanted.connect(self._reset)
            box.destroyed.connect(self._gone)
        self._show()
        self._dialog.show()
        self._dialog.raise_()
        return self._dialog

    def _gone(self) -> None:
        self._dialog = None

    def _show(self) -> None:
        if self._dialog is None:
            return
        language = words.language()
        rows = []
        for kind, (asked, right) in self.progress.by_kind().items():
            try:
                title = texts.question_title(kind, language)
            except texts.TextMissing:  # a kind that a newer version asked
                title = kind
            review = self.progress.reviews.get(kind)
            again = ""
            if review is not None:
                day = QDate(review.due.year, review.due.month, review.due.day)
                again = QLocale().toString(day, QLocale.FormatType.ShortFormat)
            rows.append(Row(title, asked, right, again))
        self._dialog.show_progress(self.progress.summary(self._today()), rows)

    def review(self) -> None:
        """Ask what is due in the run on screen, and go to the first of it."""
        self._tell()
        first = self._quiz.review()
        if not first:
            self.said.emit(self.tr("Nothing that is due can be asked of this model: run another one."))
            return
        if self._dialog is not None:
            self._dialog.close()
        if self._session.cursor.path == first:
            self._session.moved.emit()
        self._session.go(first)

    def _export(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Export progress"), "progress.json", self.tr("Progress (*.json)")
        )
        if name:
            self.export(Path(name))

    def export(self, path: Path) -> None:
        """Write a copy of everything that is kept."""
        try:
            self.progress.save(path)
        except FileError as error:
            told = worded(str(error))
        else:
            told = self.tr("Exported as {name}.").format(name=path.name)
        self.said.emit(told)
        if self._dialog is not None:
            self._dialog.say(told)

    def _reset(self) -> None:
        self.progress.reset()
        self._tell()
        self._changed()


def _save(kept: Progress, path: Path, job: work.Handle) -> None:
    kept.save(path)
