"""The parts of the window that ask, tell and remember: questions, practice, progress, tours, lessons for a class.

Made late, as the other parts that are not seen at first.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.views.late import LateParts
from tutor.views.place_desk import PlaceDesk
from tutor.views.play import PlayDesk
from tutor.views.thumbs_desk import ThumbsDesk
from tutor.views.timeline_desk import TimelineDesk

if TYPE_CHECKING:
    from tutor.views.backward_desk import BackwardDesk
    from tutor.views.class_desk import ClassDesk
    from tutor.views.curtain import Curtain
    from tutor.views.practise_desk import PractiseDesk
    from tutor.views.progress_desk import ProgressDesk
    from tutor.views.questioncard import QuestionCard
    from tutor.views.quiz_desk import QuizDesk
    from tutor.views.teaching import Teaching
    from tutor.views.tour_desk import TourDesk
    from tutor.views.tourcard import TourCard
    from tutor.views.veil import GateView
    from tutor.views.what_is import WhatIs

#: Under which key the settings keep whether questions are asked on the way.
SETTING = "questions"
#: The order in which they are made while nothing else is to be done.
LEARNING = (
    "backward_desk", "card", "quiz_desk", "curtain", "progress_desk", "tour_card", "tours", "class_desk",
    "practise_desk", "teaching", "what_is",
)  # fmt: skip


class LearningParts(LateParts):
    """The parts, each with what connects it to the others."""

    thumbs: ThumbsDesk
    lanes: TimelineDesk
    place_desk: PlaceDesk
    player: PlayDesk
    #: Where progress is kept; None to keep none.
    progress_path: Path | None = None
    #: Whether the first tour is to be offered.
    offers_tour = False

    def is_wanted(self, part: str) -> bool:
        """Whether a part is made without being asked for: questions where they are asked, or progress is kept."""
        if part in ("backward_desk", "class_desk", "practise_desk"):
            return False
        if part in ("tour_card", "tours"):
            return self.offers_tour
        if part in ("card", "quiz_desk", "curtain", "progress_desk"):
            return self.progress_path is not None or str(self._settings.value(SETTING, "false")) == "true"
        return True

    def retranslate_learning(self) -> None:
        """The words of what is there of them, in the window's language."""
        if self.is_made("quiz_desk"):
            self.quiz_desk.retranslate()
        if self.is_made("tours"):
            self.tours.retranslate()
        if self.is_made("backward_desk"):
            self.backward_desk.refresh()

    # Gradients ----------------------------------------------------------------------------------------------

    @cached_property
    def backward_desk(self) -> BackwardDesk:
        from tutor.views.backward_desk import BackwardDesk

        made = BackwardDesk(
            self.session, self.runner, self.desk, self.names, self.stage, self.actions_["backward"], self.look, self
        )  # fmt: skip
        self.look_desk.dress(made.bar)
        made.busyChanged.connect(self.set_busy)
        made.progressed.connect(self.set_progress)
        made.said.connect(self.say)
        self.session.backward.changed.connect(self.refresh)
        return made

    def leave_backward(self) -> bool:
        """What Esc means to the backward pass. Returns whether the walk led backwards."""
        return self.is_made("backward_desk") and self.backward_desk.leave()

    # Questions ----------------------------------------------------------------------------------------------

    @cached_property
    def card(self) -> QuestionCard:
        from tutor.views.questioncard import QuestionCard

        made = QuestionCard(self.look)
        self.look_desk.dress(made)
        self.panes.add_under(made)
        return made

    @cached_property
    def gate(self) -> GateView:
        from tutor.views.veil import GateView

        made = GateView(self.look, self.stage)
        self.look_desk.dress(made)
        return made

    @cached_property
    def quiz_desk(self) -> QuizDesk:
        from tutor.quiz import Quiz
        from tutor.views.answermarks import AnswerMarks
        from tutor.views.quiz_desk import QuizDesk

        self.answers = AnswerMarks(self.look, self.stage.equation)
        self.look_desk.dress(self.answers)
        made = QuizDesk(
            self.session, self.runner, Quiz(self.session), lambda: self.desk.request.model, self.stage, self.stage_desk,
            self.card, self.gate, self.answers, self.place_desk.announcer, self.actions_["questions"], self._settings,
            self,
        )  # fmt: skip
        made.retranslate()
        self.place_desk.waits = made.waits_here
        made.gated.connect(self.refresh)
        made.said.connect(self.say)
        made.failed.connect(self.say_failed)
        made.lessonWanted.connect(self.open_lesson)
        self.presenting.add_reveal(made.reveal)
        return made

    @cached_property
    def curtain(self) -> Curtain:
        from tutor.views.curtain import Curtain

        made = Curtain(self.session, self.quiz_desk.quiz, self.quiz_desk, self.right, self.outline, self.lanes,
                       self.thumbs, self.maps, self.player, self)  # fmt: skip
        made.refresh()
        self.quiz_desk.begin()
        return made

    def refresh(self) -> None:
        """Say everywhere where one is."""
        raise NotImplementedError

    def ask_about_this(self) -> None:
        """A question about the step on screen."""
        self.make_part("curtain")
        self.quiz_desk.ask_here()

    def toggle_questions(self) -> None:
        """Questions on the way, or none."""
        self.make_part("curtain")
        self.quiz_desk.toggle()

    def skip_question(self) -> bool:
        """What Esc means to a question. Returns whether one was open."""
        return self.is_made("quiz_desk") and self.quiz_desk.skip()

    # Lessons and glossary -----------------------------------------------------------------------------------

    @cached_property
    def teaching(self) -> Teaching:
        from tutor.views.teaching import Teaching

        made = Teaching(self.session, self.runner, self.desk, self.panes, self.working_desk, self.look_desk,
                        self._settings, self)  # fmt: skip
        made.said.connect(self.say)
        made.read.connect(self._note_read)
        made.join(self.finding)
        return made

    def _note_read(self, name: str) -> None:
        """A lesson was opened; noted where progress is."""
        if self.is_made("progress_desk") or self.is_wanted("progress_desk"):
            self.progress_desk.read(name)

    def open_lesson(self, name: str) -> None:
        """A lesson by its name, in its page."""
        self.teaching.open_lesson(name)

    @cached_property
    def what_is(self) -> WhatIs:
        from tutor.views.what_is import WhatIs

        return WhatIs(self.teaching, self)

    # Practice and progress ----------------------------------------------------------------------------------

    @cached_property
    def practise_desk(self) -> PractiseDesk:
        from tutor.views.practise_desk import PractiseDesk

        made = PractiseDesk(self.session, self.runner, self.stage_desk, self)
        made.said.connect(self.say)
        made.failed.connect(self.say_failed)
        return made

    def practise(self) -> None:
        """Work cells of the step on screen out by hand."""
        self.practise_desk.open(self.look)

    @cached_property
    def progress_desk(self) -> ProgressDesk:
        from tutor.views.progress_desk import ProgressDesk

        made = ProgressDesk(self.session, self.runner, self.quiz_desk.quiz, self)
        made.said.connect(self.say)
        if self.progress_path is not None:
            made.keep(self.progress_path)
        return made

    def show_progress_of_learning(self) -> None:
        """What was seen and answered."""
        self.progress_desk.open(self.look)

    # Tours and lessons --------------------------------------------------------------------------------------

    @cached_property
    def tour_card(self) -> TourCard:
        from tutor.views.tourcard import TourCard

        made = TourCard(self.look)
        self.look_desk.dress(made)
        self.panes.add_under(made)
        return made

    @cached_property
    def tours(self) -> TourDesk:
        from tutor.views.tour_desk import TourDesk

        self.make_part("curtain")
        made = TourDesk(
            self.session, self.runner, self.quiz_desk.quiz, lambda: self.desk.request, self.tour_card, self.offer,
            self.place_desk.announcer, self._settings, self,
        )  # fmt: skip
        made.runWanted.connect(self.desk.start)
        made.said.connect(self.say)
        if self.offers_tour:
            made.offer_first()
        return made

    def leave_tour(self) -> bool:
        """What Esc means to a tour. Returns whether one was under way."""
        return self.is_made("tours") and self.tours.leave()

    @cached_property
    def class_desk(self) -> ClassDesk:
        from tutor.views.class_desk import ClassDesk

        made = ClassDesk(self.session, self.runner, self.tours, self)
        made.said.connect(self.say)
        return made

    def make_lesson(self) -> None:
        """Pick the stops and questions of a lesson."""
        self.class_desk.open(self.look)
