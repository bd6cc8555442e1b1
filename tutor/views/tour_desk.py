"""Leads through a tour: runs what it is about, goes from stop to stop, and says what there is to see."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QSettings, Qt, Signal
from PySide6.QtWidgets import QApplication, QLineEdit

from tutor import work
from tutor.engine.trace import Trace
from tutor.lessons import tour
from tutor.lessons.tour import NAMES, Stop, Tour, TourError
from tutor.quiz import Quiz
from tutor.runner import Runner
from tutor.session import OPERATION, STAGE, Session
from tutor.views import words
from tutor.views.announcer import Announcer
from tutor.views.errors import worded
from tutor.views.quietline import QuietLine
from tutor.views.tourcard import TourCard

TOUR = "tour"
#: Under which key the settings keep that the first tour was offered.
OFFERED = "tour_offered"


class TourDesk(QObject):
    """Between a tour and the window.

    Signals:
        runWanted(object)  a Request that the tour is about
        changed(bool)      a tour began or ended
        said(str)          a sentence for the status line
    """

    runWanted = Signal(object)
    changed = Signal(bool)
    said = Signal(str)

    def __init__(
        self, session: Session, runner: Runner, quiz: Quiz, request: Callable[[], work.Request], card: TourCard,
        offer: QuietLine, announcer: Announcer, settings: QSettings, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._runner, self._quiz, self._request = session, runner, quiz, request
        self._card, self._offer, self._announcer, self._settings = card, offer, announcer, settings
        self._tour: Tour | None = None
        #: The tour whose run is not there yet.
        self._coming: Tour | None = None
        self._trace: Trace | None = None
        self._at = 0
        self._offering = False
        card.nextWanted.connect(self.next)
        card.backWanted.connect(self.back)
        card.left.connect(self.leave)
        offer.accepted.connect(self._accepted)
        offer.dismissed.connect(self._dismissed)
        session.traceChanged.connect(self._new_trace)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)

    # Beginning ----------------------------------------------------------------------------------------------

    def first(self) -> None:
        self.start(NAMES[0])

    def second(self) -> None:
        self.start(NAMES[1])

    def third(self) -> None:
        self.start(NAMES[2])

    def start(self, name: str) -> None:
        """Begin a tour that ships: its sentence is run first, unless it is on screen."""
        try:
            found = tour.shipped(name, words.language())
        except TourError as error:
            self.said.emit(worded(str(error)))
            return
        self.leave()
        trace, asked = self._session.trace, self._request()
        same = trace is not None and trace.batch.texts == found.texts and asked.model == found.model and not trace.told
        if same and trace is not None and trace.spec.name == found.model:
            self.take(found)
            return
        self._coming = found
        self.runWanted.emit(work.Request(
            found.texts, found.model, device=asked.device, budget=asked.budget, targets=found.targets
        ))  # fmt: skip
        self.said.emit(self.tr("The tour begins as soon as its sentence has run."))

    def take(self, found: Tour) -> None:
        """Lead through the run on screen."""
        trace = self._session.trace
        if trace is None:
            return
        try:
            self._tour = found.fitting(trace)
        except TourError as error:
            self.said.emit(worded(str(error)))
            return
        if self._offering:  # what was offered has begun
            self._offer.hide()
            self._dismissed()
        self._trace, self._at = trace, 0
        self._quiz.hush(True)
        for stop in self._tour.stops:
            if stop.kind:
                self._quiz.place(stop.step, stop.kind, stop.seed)
        self.changed.emit(True)
        self._go()

    def offer_first(self) -> None:
        """On the first start, offer the first tour; whoever declines is not asked again."""
        if str(self._settings.value(OFFERED, "")) or self._offer.isVisible():
            return
        self._offering = True
        self._offer.offer(self.tr("New here? A guided tour leads from a sentence to the next token."),
                          self.tr("Take the tour"))  # fmt: skip

    def _accepted(self) -> None:
        if self._offering:
            self._dismissed()
            self.first()

    def _dismissed(self) -> None:
        if self._offering:
            self._offering = False
            self._settings.setValue(OFFERED, "yes")

    def _new_trace(self) -> None:
        trace, coming = self._session.trace, self._coming
        if coming is not None and trace is not None and trace.batch.texts == coming.texts:
            self._coming = None
            self.take(coming)
        elif self._tour is not None and self._trace is not None and (
            trace is None or trace.origin is not self._trace.origin
        ):
            self.leave()  # its numbers are others

    # Underway -----------------------------------------------------------------------------------------------

    def on(self) -> bool:
        """Whether a tour is under way."""
        return self._tour is not None

    def at(self) -> int:
        """The number of the stop, from 0."""
        return self._at

    def next(self) -> None:
        """To the next stop; from the last one, the tour ends."""
        if self._tour is None:
            return
        if self._at + 1 < len(self._tour.stops):
            self._at += 1
            self._go()
        else:
            self.leave()

    def back(self) -> None:
        if self._tour is not None and self._at > 0:
            self._at -= 1
            self._go()

    def leave(self) -> bool:
        """End the tour where it is. Returns whether one was under way."""
        was = self._tour is not None or self._coming is not None
        self._coming = None
        if self._tour is not None:
            self._tour = None
            self._runner.cancel(TOUR)
            self._quiz.hush(False)
            self._card.hide()
            self.changed.emit(False)
        return was

    def _go(self) -> None:
        assert self._tour is not None
        stop, session = self._tour.stops[self._at], self._session
        with session.moves.together():
            session.go(stop.step, OPERATION if stop.inside else STAGE)
            selection = session.selection
            for axis, entry in stop.at:
                selection = selection.with_(axis, entry)
            session.choose(selection)
            session.pin(stop.cell)
        self._say("")
        trace = self._trace
        if not self._tour.name:  # a teacher's own words, which have no numbers to fill in
            self._say(stop.text)
            self._announcer.say(stop.text)
        elif trace is not None:
            self._runner.submit(TOUR, partial(_words, stop, trace, self._at))

    def _done(self, channel: str, result: object) -> None:
        if channel == TOUR and isinstance(result, tuple) and self._tour is not None and result[0] == self._at:
            self._say(result[1])
            self._announcer.say(result[1])

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == TOUR:
            self.said.emit(worded(str(error)))

    def _say(self, text: str) -> None:
        assert self._tour is not None
        focused = isinstance(QApplication.focusWidget(), QLineEdit)
        self._card.show_stop(self._tour.title, text, self._at + 1, len(self._tour.stops))
        if not focused and not self._quiz.waits(self._session.cursor.path):
            self._card.setFocus(Qt.FocusReason.OtherFocusReason)

    def retranslate(self) -> None:
        """A shipped tour goes on in the window's language."""
        if self._tour is not None and self._tour.name and self._trace is not None:
            try:
                self._tour = tour.shipped(self._tour.name, words.language()).fitting(self._trace)
            except TourError:
                return
            self._go()


def _words(stop: Stop, trace: Trace, at: int, job: work.Handle) -> tuple[int, str]:
    return at, tour.words(stop, trace)
