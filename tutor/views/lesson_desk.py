"""Which lesson is open, where its words lead, and the glossary: between the texts, the Session and the page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QObject, QSettings, QTimer, Signal
from PySide6.QtWidgets import QWidget

from tutor.engine import axes as ax
from tutor.engine.records import dataclass
from tutor.engine.working import Link
from tutor.lessons import glossary, lesson, targets
from tutor.lessons.experiments import every
from tutor.lessons.glossary import Term
from tutor.lessons.lesson import STAGE, Lesson
from tutor.lessons.markdown import Block, LessonError, Paragraph, Span, Target, plain
from tutor.lessons.texts import LANGUAGES, TextMissing
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import words
from tutor.views.experiment_desk import ExperimentDesk
from tutor.views.experiment_panel import ExperimentPanel
from tutor.views.explanation import LETTERS
from tutor.views.glossaryview import Entry
from tutor.views.lessonlist import Row
from tutor.views.lessonpage import ALL, GLOSSARY, LESSON, PAGE, LessonPage
from tutor.views.lessontext import Leads
from tutor.views.linktext import terms_of_tensor
from tutor.views.panes import Panes
from tutor.views.sentence_desk import SentenceDesk
from tutor.views.theme import Theme
from tutor.views.working_desk import WorkingDesk

#: How wide a lesson is at 100 %.
_WIDE = 424
_OPENED = "lessons/opened"


@dataclass(frozen=True)
class _Place:
    """Something that was read: a lesson, the list, or an entry of the glossary."""

    face: str
    name: str = ""


class LessonDesk(QObject):
    """Fills the page "Lesson".

    Signals:
        said(str)  a sentence for the status line
        read(str)  a lesson was opened for the first time, by its name
    """

    said = Signal(str)
    read = Signal(str)

    def __init__(
        self, session: Session, runner: Runner, desk: SentenceDesk, panes: Panes, working: WorkingDesk,
        settings: QSettings, page: LessonPage, theme: Theme, parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._panes, self._working, self._settings = session, panes, working, settings
        self._theme, self.page = theme, page
        self.experiments = ExperimentDesk(session, runner, desk, self.showing, self)
        self._place = _Place(LESSON)
        #: Whether the lesson is that of the stage on screen, whichever that is.
        self._follows = True
        self._going = False
        self._back: list[_Place] = []
        self._forward: list[_Place] = []
        self._search = ""
        self._problem = ""
        #: How wide the side was before the lesson, and with it.
        self._widths: tuple[int, int] | None = None
        opened = settings.value(_OPENED, [])
        self._opened = {str(one) for one in (opened if isinstance(opened, list) else [opened]) if one}
        panes.right.pageChanged.connect(self._page_changed)
        session.moved.connect(self._moved)
        session.selectionChanged.connect(self._refresh)
        session.traceChanged.connect(self._trace_changed)

    # Look and language --------------------------------------------------------------------------------------

    @property
    def language(self) -> str:
        """That of the texts, which is that of the window."""
        return LANGUAGES[1] if self._theme.cjk else LANGUAGES[0]

    def set_theme(self, theme: Theme) -> None:
        other = theme.cjk != self._theme.cjk
        self._theme = theme
        self.page.set_theme(theme)
        if other:
            self._show()

    # Commands -----------------------------------------------------------------------------------------------

    def showing(self) -> bool:
        """Whether a lesson is on screen."""
        return self.page.reader is not None and self.page.isVisible() and self.page.face() == LESSON

    def _open_page(self) -> None:
        self._panes.right.show_page(PAGE)
        self._panes.show_right()
        self.build()

    def show_lesson(self) -> None:
        """The lesson of the stage on screen; where it has the keys already, the stage has them again."""
        self._open_page()
        self._follow()
        self._focus()

    def show_all(self) -> None:
        """The list of all lessons."""
        self._open_page()
        self._go(_Place(ALL))
        self._focus()

    def show_glossary(self) -> None:
        """The glossary, its search box first."""
        self._open_page()
        self._go(_Place(GLOSSARY, self._place.name if self._place.face == GLOSSARY else ""))
        self._focus()

    def open_lesson(self, name: str) -> None:
        """A lesson by its name; it stays open wherever the learner goes."""
        self._open_page()
        self._follows = name == self._own_name()
        self._go(_Place(LESSON, name))
        self._focus()

    def open_term(self, key: str) -> None:
        """An entry of the glossary."""
        self._open_page()
        self._search = ""
        self._go(_Place(GLOSSARY, key))

    def look_up(self, names: Sequence[str]) -> bool:
        """The entry for the first of these names that the glossary knows; else a search for the first. Returns whether
        one is known."""
        key = next((found for name in names if (found := self.term_of(name))), "")
        if key:
            self.open_term(key)
        elif names:
            self._open_page()
            self._go(_Place(GLOSSARY))
            if self.page.glossary is not None:
                self.page.glossary.box.setText(names[0])
        return bool(key)

    def term_of(self, name: str) -> str:
        """The key of a term by any of its names, "" for none."""
        try:
            return next((key for one in self._known_as(name) if (key := glossary.find(one))), "")
        except (TextMissing, LessonError):
            return ""

    def _known_as(self, name: str) -> Iterator[str]:
        """A name; without the number of the second of its kind; and of a stage, its key and what it makes."""
        yield name
        yield name.rstrip("0123456789 ")
        for stop in self._session.stops:
            if name in (stop.stage.title, words.stage(stop.stage.title)):
                yield from (stop.stage.title, stop.stage.key, stop.stage.key.rstrip("0123456789"))
                yield from (part for step in stop.results for part in terms_of_tensor(step.name))
                return

    def term_name(self, key: str) -> str:
        """A term as the glossary shows it."""
        return glossary.glossary(self.language)[key].term

    def back(self) -> None:
        """To what was read before."""
        if self._back:
            self._forward.append(self._place)
            self._arrive(self._back.pop())

    def forward(self) -> None:
        """The way back again."""
        if self._forward:
            self._back.append(self._place)
            self._arrive(self._forward.pop())

    def lessons(self) -> dict[str, Lesson]:
        """All lessons by name; none where they cannot be read, which is then said."""
        try:
            return dict(lesson.lessons(self.language))
        except (LessonError, TextMissing, OSError) as error:
            if str(error) != self._problem:
                self._problem = str(error)
                self.said.emit(self.tr("The lessons cannot be read: {error}").format(error=error))
            return {}

    def terms(self) -> tuple[Term, ...]:
        """All entries of the glossary; none where it cannot be read."""
        try:
            return tuple(glossary.glossary(self.language).values())
        except (LessonError, TextMissing):
            return ()

    # Where the learner is -----------------------------------------------------------------------------------

    def _own(self) -> tuple[Lesson, ...]:
        """The lessons offered on the stage on screen, its own first."""
        if self._session.trace is None:
            return ()
        key = self._session.stop.stage.key
        return tuple(one for one in self.lessons().values() if key in one.stages)

    def _own_name(self) -> str:
        own = self._own()
        if own:
            return own[0].name
        return next(iter(self.lessons()), "") if self._session.trace is None else ""

    def _follow(self) -> None:
        """The lesson of the stage on screen, and from now on that of every stage."""
        self._follows = True
        self._go(_Place(LESSON, self._own_name()))

    def _moved(self) -> None:
        if self._going:
            self._follows = False  # what a word of the lesson leads to is looked at with the lesson open
        if self._follows and self._place.face == LESSON:
            name = self._own_name()
            if name and name != self._place.name:
                self._place = _Place(LESSON, name)
                self._show()
                return
        self._refresh()

    def _trace_changed(self) -> None:
        if self._follows and self._place.face == LESSON:
            self._place = _Place(LESSON, self._own_name() or self._place.name)
        self._show()

    def _page_changed(self, page: str) -> None:
        if page == PAGE:
            self._make_room()
            self._show()
        else:
            self._give_back()
            self.experiments.ask()

    def _make_room(self) -> None:
        """A lesson is wider than the other pages."""
        before = self._panes.right_width()
        if self._panes.ask_width(_WIDE):
            self._widths = before, self._panes.right_width()

    def _give_back(self) -> None:
        """The other pages have what they had, unless the learner has chosen another width."""
        if self._widths is not None and self._panes.right_width() == self._widths[1]:
            self._panes.set_right_width(self._widths[0])
        self._widths = None

    # Going --------------------------------------------------------------------------------------------------

    def _go(self, place: _Place) -> None:
        if place != self._place:
            if self._place.name or self._place.face != LESSON:
                self._back = [*self._back, self._place][-50:]
            self._forward.clear()
        self._arrive(place)

    def _arrive(self, place: _Place) -> None:
        self._place = place
        if place.face == LESSON and place.name:
            self._follows = self._follows and place.name == self._own_name()
        self._show()

    def _focus(self) -> None:
        # Once it is laid out: what is hidden yet takes no keys.
        QTimer.singleShot(0, self.page, self._take_keys)

    def _take_keys(self) -> None:
        self.page.first_focus().setFocus()

    # Showing ------------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Make the page's parts, once."""
        page = self.page
        if page.reader is not None:
            return
        page.build(self._make_panel)
        assert page.reader is not None and page.list is not None and page.glossary is not None
        page.faceChosen.connect(self._choose_face)
        page.wentBack.connect(self.back)
        page.wentForward.connect(self.forward)
        page.here.connect(self.show_lesson)
        page.list.chosen.connect(self.open_lesson)
        page.glossary.typed.connect(self._typed)
        page.glossary.chosen.connect(self._choose_term)
        for view in (page.reader, page.glossary):
            view.pointed.connect(self.point)
            view.followed.connect(self.follow)
        if not self._place.name:
            self._place = _Place(LESSON, self._own_name())
        self._show()

    def _choose_face(self, face: str) -> None:
        if face == LESSON:
            last = next((one for one in reversed(self._back) if one.face == LESSON and one.name), None)
            self._go(last or _Place(LESSON, self._own_name()))
        elif face == ALL:
            self._go(_Place(ALL))
        else:
            self._go(_Place(GLOSSARY))

    def _show(self) -> None:
        """All of what is open, where the page is on screen."""
        page = self.page
        if page.reader is None or page.list is None or page.glossary is None:
            return
        page.show_face(self._place.face)
        page.set_ways(bool(self._back), bool(self._forward))
        if self._place.face == ALL:
            self._show_list()
        elif self._place.face == GLOSSARY:
            self._show_terms()
        else:
            self._show_lesson()
        self._refresh()

    def _show_lesson(self) -> None:
        reader = self.page.reader
        assert reader is not None
        known = self.lessons()
        shown = known.get(self._place.name)
        if shown is not None and self.page.isVisible() and shown.name not in self._opened:
            self._opened.add(shown.name)
            self._settings.setValue(_OPENED, sorted(self._opened))
            self.read.emit(shown.name)
        if shown != reader.lesson():
            self.experiments.clear()
            self.point(None)  # the words that were pointed at go
        before = reader.panels()
        reader.set_lesson(shown, self._others(shown), self.resolve, self._facts())
        for key, panel in reader.panels().items():
            if before.get(key) is not panel and isinstance(panel, ExperimentPanel):
                self.experiments.add(panel)
        self.page.set_minutes(self.tr("%n minute(s)", "", shown.minutes) if shown is not None else "")

    def _others(self, shown: Lesson | None) -> tuple[Lesson, ...]:
        """Where to read on: the whys of the lesson's stages; from a why the lessons of its stages."""
        if shown is None:
            return ()
        known = self.lessons().values()
        if shown.kind == STAGE:
            return tuple(one for one in known if one.kind != STAGE and set(one.stages) & set(shown.stages))
        return tuple(one for one in known if one.kind == STAGE and set(one.stages) & set(shown.stages))

    def _show_list(self) -> None:
        assert self.page.list is not None
        known = list(self.lessons().values())
        rows: list[Row] = []
        for kind, head in ((STAGE, self.tr("Stages")), ("why", self.tr("Whys"))):
            of = [one for one in known if one.kind == kind]
            done = sum(one.name in self._opened for one in of)
            rows.append(Row("", head, self.tr("{done} of {all} opened").format(done=done, all=len(of))))
            current = self._last_lesson()
            rows += [
                Row(one.name, one.title if kind == STAGE else f"{one.number}  {one.title}",
                    self.tr("%n minute(s)", "", one.minutes), one.name in self._opened, one.name == current)
                for one in of
            ]  # fmt: skip
        self.page.list.set_rows(rows)

    def _last_lesson(self) -> str:
        return next((one.name for one in reversed(self._back) if one.face == LESSON), self._own_name())

    def _typed(self, text: str) -> None:
        self._search = text
        self._show_terms()

    def _choose_term(self, key: str) -> None:
        """Another row of the list: no place to come back to."""
        self._place = _Place(GLOSSARY, key)
        self._show_entry()

    def _show_terms(self) -> None:
        view = self.page.glossary
        assert view is not None
        try:
            found = glossary.search(self._search, self.language)
            other = glossary.glossary(self._other_language())
        except (TextMissing, LessonError) as error:
            self.said.emit(self.tr("The glossary cannot be read: {error}").format(error=error))
            return
        if view.box.text() != self._search:
            view.box.setText(self._search)
        entries = [Entry(one.key, one.term, other[one.key].term if one.key in other else "") for one in found]
        keys = [one.key for one in entries]
        if self._place.name not in keys:
            self._place = _Place(GLOSSARY, keys[0] if keys else "")
        view.set_entries(entries, self._place.name)
        self._show_entry()

    def _other_language(self) -> str:
        return next(one for one in LANGUAGES if one != self.language)

    def _show_entry(self) -> None:
        view = self.page.glossary
        assert view is not None
        own = glossary.glossary(self.language).get(self._place.name)
        other = glossary.glossary(self._other_language()).get(self._place.name)
        if own is None:
            view.set_entry("", "", "", (), self.resolve)
            return
        view.set_entry(own.term, other.term if other is not None else "", own.symbol, self._entry(own), self.resolve)

    def _entry(self, term: Term) -> list[Block]:
        """The text of an entry, and the ways that lead on."""
        found: list[Block] = [Paragraph(term.text)]
        if term.other:
            known: list[Span] = [_label(self.tr("Elsewhere:"))]
            for at, name in enumerate(term.other):
                known += [Span(self.tr(", "))] if at else []
                known.append(Span(name, "code" if name.isascii() and ("_" in name or "." in name) else "text"))
            found.append(Paragraph(tuple(known)))
        if term.see:
            names = glossary.glossary(self.language)
            see: list[Span] = [_label(self.tr("See also:"))]
            for at, key in enumerate(term.see):
                see += [Span(self.tr(", "))] if at else []
                see.append(Span(names[key].term, link=Target("term", key)))
            found.append(Paragraph(tuple(see)))
        if term.lesson and term.lesson in self.lessons():
            title = self.lessons()[term.lesson].title
            found.append(Paragraph((_label(self.tr("Lesson:")),
                                    Span(title, link=Target("lesson", term.lesson)))))  # fmt: skip
        if term.tensor:
            found.append(Paragraph((_label(self.tr("On screen:")),
                                    Span(term.tensor, "code", link=Target("tensor", term.tensor)))))  # fmt: skip
        return found

    def _refresh(self) -> None:
        """Where words lead from here, and the numbers of the run."""
        page = self.page
        if page.reader is None or page.glossary is None:
            return
        page.reader.refresh(self.resolve, self._facts())
        own = self._own()
        away = bool(own) and self._place.face == LESSON and self._place.name not in [one.name for one in own]
        page.set_here(self.tr("Lesson of this stage: {stage}").format(
            stage=words.stage(self._session.stop.stage.title)
        ) if away else "")  # fmt: skip
        self.experiments.ask()

    def _facts(self) -> dict[str, str]:
        trace = self._session.trace
        if trace is None:
            return {}
        selection = self._session.selection
        row = selection.of(ax.Axis(ax.BATCH, trace.batch.n_rows))
        head = selection.of(ax.Axis(ax.HEAD, trace.spec.n_heads))
        return targets.facts(trace, self._session.stop.section, row, head)

    # Words that lead somewhere ------------------------------------------------------------------------------

    def resolve(self, target: Target) -> Leads | None:
        """Where a word leads on the run on screen; None where there is nothing of the kind."""
        if target.kind == "tensor":
            name = self.tensor(target.name)
            return Leads(target, name, self._role(name)) if name else None
        if target.kind == "token":
            return Leads(target) if self._token(target.name) is not None else None
        if target.kind == "lesson":
            return Leads(target) if target.name in self.lessons() else None
        if target.kind == "experiment":
            return Leads(target)
        try:
            term = glossary.glossary(self.language).get(target.name)
        except (TextMissing, LessonError):
            return None
        return None if term is None else Leads(target, tip=f"{term.term}: {plain(term.text)}")

    def tensor(self, target: str) -> str:
        """The full name of a tensor that a lesson names, "" where the run has none such."""
        trace = self._session.trace
        return targets.tensor(trace.program, self._session.stop.section, target) if trace is not None else ""

    def _role(self, name: str) -> str:
        trace = self._session.trace
        step = trace.program.by_name.get(name) if trace is not None else None
        letter = LETTERS.get(step.role, "") if step is not None else ""
        return letter if letter in ("Q", "K", "V") else ""

    def _token(self, target: str) -> tuple[str, int] | None:
        trace = self._session.trace
        if trace is None:
            return None
        stream = self._session.section.track
        row = self._session.selection.of(ax.Axis(ax.BATCH, trace.batch.n_rows))
        at = targets.token(trace, stream, row, target, self._session.positions.get(stream, 0))
        return None if at is None else (stream, at)

    def point(self, lead: object) -> None:
        """Light what a word stands for."""
        reader = self.page.reader
        name = lead.name if isinstance(lead, Leads) else ""
        link = Link(name, ()) if name else None
        if isinstance(lead, Leads) and lead.target.kind == "token" and (found := self._token(lead.target.name)):
            row = dict(self._session.selection.at).get(ax.BATCH, 0)
            link = Link(found[0], (row, found[1]))
        self._working.point(link)
        if reader is not None:
            reader.set_lit(name)

    def follow(self, lead: object) -> None:
        """Go where a word leads."""
        if not isinstance(lead, Leads):
            return
        kind, name = lead.target.kind, lead.target.name
        if kind == "tensor" and lead.name:
            self._going = True
            try:
                self._working.follow(Link(lead.name, ()))
            finally:
                self._going = False
        elif kind == "token":
            found = self._token(name)
            if found is not None:
                self._session.follow(*found)
        elif kind == "term":
            self.open_term(name)
            self._focus()
        elif kind == "lesson":
            self.open_lesson(name)
        elif kind == "experiment" and self.page.reader is not None:
            self.page.reader.show_experiment(name)

    def _make_panel(self, key: str) -> QWidget | None:
        if key not in every():
            return None
        panel = ExperimentPanel(self._theme, key, self.language, self.tensor)
        panel.pointed.connect(self.point)
        panel.followed.connect(self.follow)
        return panel


def _label(words: str) -> Span:
    """What stands before a list, with a space where the script has one there."""
    return Span(words + (" " if words.isascii() else ""), bold=True)
