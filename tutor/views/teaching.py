"""The menu Learn: lessons and glossary, whose parts are imported and made when they are first asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings, Signal

from tutor.runner import Runner
from tutor.session import Session
from tutor.views.finder_desk import FinderDesk
from tutor.views.lessonpage import PAGE, LessonPage
from tutor.views.look_desk import LookDesk
from tutor.views.panes import Panes
from tutor.views.sentence_desk import SentenceDesk
from tutor.views.theme import Theme
from tutor.views.working_desk import WorkingDesk

if TYPE_CHECKING:
    from tutor.views.lesson_desk import LessonDesk


class Teaching(QObject):
    """The page "Lesson", empty at first, and the desk behind it.

    Signals:
        said(str)  a sentence for the status line
        read(str)  a lesson was opened for the first time, by its name
    """

    said = Signal(str)
    read = Signal(str)

    def __init__(
        self, session: Session, runner: Runner, desk: SentenceDesk, panes: Panes, working: WorkingDesk,
        look: LookDesk, settings: QSettings, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._given = session, runner, desk, panes, working, settings
        self._theme = look.theme
        self._made: LessonDesk | None = None
        self.page = LessonPage(look.theme)
        self.page.wanted.connect(self._wanted)
        look.dress(self)
        panes.right.fill(PAGE, self.page)

    @property
    def desk(self) -> LessonDesk:
        """What does the work."""
        if self._made is None:
            # Here, since the window opens before anybody reads.
            from tutor.views.lesson_desk import LessonDesk

            self._made = LessonDesk(*self._given, self.page, self._theme, self)
            self._made.said.connect(self.said)
            self._made.read.connect(self.read)
        return self._made

    def _wanted(self) -> None:
        self.desk.build()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        if self._made is not None:
            self._made.set_theme(theme)
        else:
            self.page.set_theme(theme)

    # Finding ------------------------------------------------------------------------------------------------

    def join(self, finding: FinderDesk) -> None:
        """Lessons and terms are found with everything else."""
        finding.join("lesson", self._lessons, lambda name: self.desk.open_lesson(name))
        finding.join("term", self._terms, lambda key: self.desk.open_term(key))

    def _lessons(self) -> Iterator[tuple[str, str, str, str, tuple[str, ...]]]:
        for one in self.desk.lessons().values():
            yield one.name, one.title, self.tr("Lesson"), "book", (one.name.replace("-", " "),)

    def _terms(self) -> Iterator[tuple[str, str, str, str, tuple[str, ...]]]:
        for one in self.desk.terms():
            yield one.key, one.term, self.tr("Glossary"), "book", one.other

    # Commands -----------------------------------------------------------------------------------------------

    def open_lesson(self, name: str) -> None:
        """A lesson by its name."""
        self.desk.open_lesson(name)

    def show_lesson(self) -> None:
        self.desk.show_lesson()

    def show_all(self) -> None:
        self.desk.show_all()

    def show_glossary(self) -> None:
        self.desk.show_glossary()

    def back(self) -> None:
        self.desk.back()

    def forward(self) -> None:
        self.desk.forward()

    def busy(self) -> bool:
        """Whether an experiment takes so long that it shows its progress."""
        return self._made is not None and self._made.experiments.shows_progress()

    def cancel(self) -> None:
        """Give up the experiments that do."""
        if self._made is not None:
            self._made.experiments.give_up()
