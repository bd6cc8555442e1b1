"""What else would give a veiled result away: outline, timeline, map and the pages beside it keep still about it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject

from tutor.lessons.question import Question
from tutor.quiz import Quiz
from tutor.session import Session
from tutor.views.map_desk import MapDesk
from tutor.views.outline import Outline
from tutor.views.play import PlayDesk
from tutor.views.quiz_desk import QuizDesk, stages
from tutor.views.sidetabs import SideTabs
from tutor.views.thumbs_desk import ThumbsDesk
from tutor.views.timeline_desk import TimelineDesk

#: Pages that say nothing of the result.
_KEPT = ("lesson",)


class Curtain(QObject):
    """Tells every part of the window where questions wait, and what it must not show."""

    def __init__(
        self, session: Session, quiz: Quiz, desk: QuizDesk, pages: SideTabs, outline: Outline, lanes: TimelineDesk,
        thumbs: ThumbsDesk, maps: MapDesk, player: PlayDesk, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._quiz, self._desk, self._pages = session, quiz, desk, pages
        self._outline, self._lanes, self._thumbs, self._maps, self._player = outline, lanes, thumbs, maps, player
        self._waiting: tuple[str, ...] = ()
        quiz.changed.connect(self.refresh)
        desk.gated.connect(self.refresh)
        session.traceChanged.connect(self.refresh)
        session.moved.connect(self.refresh)

    def refresh(self) -> None:
        """Show where questions wait."""
        trace, quiz = self._session.trace, self._quiz
        if trace is None:
            return
        waiting = quiz.waiting()
        # What is on screen without a question, as once a tour was left, is veiled nowhere else either.
        current = self._session.cursor.path
        veiled = tuple(one for one in quiz.veiled() if one != current or self._desk.waits_here())
        asks_shape = {one for one in veiled if _asks_shape(quiz.made(one), quiz.kind(one))}
        shapes = tuple(one for one in veiled if one == current or one in asks_shape)
        asked = stages(trace, waiting)
        if current in asks_shape:
            # The stages that follow tell the same sizes.
            here = trace.program.stop_of(current)
            shapes += tuple(
                step.name for stop in trace.program.stops[here.number :] if stop.section == here.section
                for step in stop.steps
            )  # fmt: skip
        self._thumbs.veiled = frozenset(veiled)
        self._outline.set_questions(asked, stages(trace, shapes))
        self._lanes.set_questions(asked, shapes)
        self._maps.set_veiled(veiled)
        if waiting != self._waiting:
            self._waiting = waiting
            self._player.set_pauses(waiting)
        words = QCoreApplication.translate("Curtain", "Predict first: what belongs here is shown once you answer or "
                                           "skip the question.")  # fmt: skip
        self._pages.set_veil(words if self._desk.waits_here() else "", _KEPT)


def _asks_shape(question: Question | None, kind: str) -> bool:
    return question.veil == "shape" if question is not None else kind.startswith("shape_")
