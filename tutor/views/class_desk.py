"""Lessons for a class: a teacher picks stops and questions, and a file holds them with the run they are about."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from tutor import work
from tutor.engine import saved
from tutor.engine.trace import Trace
from tutor.lessons import questions, texts, tour
from tutor.lessons.tour import Stop, Tour, TourError
from tutor.places import Bookmark
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import present, words
from tutor.views.class_dialog import ClassDialog, Offered
from tutor.views.errors import worded
from tutor.views.theme import Theme
from tutor.views.tour_desk import TourDesk

CLASS = "class"


class ClassDesk(QObject):
    """Between the bookmarks, the dialog, and the file.

    Signals:
        said(str)  a sentence for the status line
    """

    said = Signal(str)

    def __init__(self, session: Session, runner: Runner, tours: TourDesk, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._runner, self._tours, self._window = session, runner, tours, window
        self._dialog: ClassDialog | None = None
        self._marks: tuple[Bookmark, ...] = ()
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)

    # Making one ---------------------------------------------------------------------------------------------

    def open(self, theme: Theme) -> ClassDialog | None:
        """Ask what the lesson has; its stops are the bookmarks, in the order of the model."""
        trace = self._session.trace
        if trace is None:
            return None
        known = [one for one in self._session.bookmarks.marks if one.place.step in trace.program.by_name]
        self._marks = tuple(sorted(known, key=lambda one: trace.program.order[one.place.step]))
        if self._dialog is not None:
            self._dialog.close()
        self._dialog = box = ClassDialog(theme, [self._offered(trace, one) for one in self._marks], self._window)
        box.saveWanted.connect(self._save_as)
        box.destroyed.connect(self._gone)
        box.show()
        return box

    def _gone(self) -> None:
        self._dialog = None

    def _offered(self, trace: Trace, mark: Bookmark) -> Offered:
        step = trace.program[mark.place.step]
        stop = trace.program.stop_of(step.name)
        title = f"{words.section(stop.section)} · {words.stage(stop.stage.title)}"
        if step.name not in {one.name for one in stop.results}:
            title += f" · {present.short_name(step.name)}"
        language = words.language()
        kinds = [
            (kind, texts.question_title(kind, language)) for kind, one in questions.every().items()
            if one.fits(trace, step)
        ]  # fmt: skip
        return Offered(title, mark.note, tuple(kinds))

    def _save_as(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save the lesson"), "lesson.safetensors", self.tr("Lessons (*.safetensors)")
        )
        if name:
            path = Path(name)
            self.save(path if path.suffix else path.with_suffix(".safetensors"))

    def save(self, path: Path) -> None:
        """Write the lesson that is picked in the dialog."""
        trace, box = self._session.trace, self._dialog
        if trace is None or box is None:
            return
        picked = box.picked()
        if not picked:
            box.say(self.tr("Pick at least one stop."))
            return
        stops = tuple(self._stop(self._marks[at], note, kind) for at, note, kind in picked)
        title = box.name.text().strip() or self.tr("A lesson")
        lesson = Tour("", title, "", stops)
        self._runner.submit(CLASS, partial(_write, trace, path, lesson))

    @staticmethod
    def _stop(mark: Bookmark, note: str, kind: str) -> Stop:
        place = mark.place
        return Stop(place.step, note, place.inside, place.at, place.cell, kind)

    def _done(self, channel: str, result: object) -> None:
        if channel == CLASS and isinstance(result, Path):
            told = self.tr("The lesson is saved as {name}.").format(name=result.name)
            self.said.emit(told)
            if self._dialog is not None:
                self._dialog.say(told)

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == CLASS:
            told = worded(str(error))
            self.said.emit(told)
            if self._dialog is not None:
                self._dialog.say(told)

    # Opening one --------------------------------------------------------------------------------------------

    def take(self, run: work.Run) -> None:
        """A run that came with a lesson: lead through it."""
        trace = run.trace
        text = getattr(trace, "lesson", "")
        if not text or trace is not self._session.trace:
            return
        try:
            self._tours.take(tour.from_text(text))
        except TourError as error:
            self.said.emit(worded(str(error)))


def _write(trace: Trace, path: Path, lesson: Tour, job: work.Handle) -> Path:
    saved.save(trace, path, progress=job.progress, cancelled=job.cancelled, lesson=tour.to_text(lesson))
    return path
