"""What the finding box offers and what a choice does: search, go to a step, the palette of commands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from tutor import commands
from tutor.engine.program import Step, Stop
from tutor.engine.trace import Trace
from tutor.search import Entry, SearchError, find, fuzzy, parse, step_number
from tutor.session import OPERATION, Session
from tutor.views import words
from tutor.views.finder import Choice, Finder

SEARCH, NUMBER, PALETTE = "search", "number", "palette"
#: More rows than these nobody reads.
_MOST = 200
#: What else there is: key, title, detail, icon, and other names of each.
Offer = Callable[[], Iterable[tuple[str, str, str, str, tuple[str, ...]]]]


class FinderDesk(QObject):
    """Between the finding box, the Session and the window's commands.

    Signals:
        modelChosen(str)     run the sentence through another model
        sentenceChosen(str)  run another sentence
        went()               the learner is at another step now
    """

    modelChosen = Signal(str)
    sentenceChosen = Signal(str)
    went = Signal()

    def __init__(
        self, session: Session, finder: Finder, actions: Mapping[str, QAction], models: Callable[[], Iterable[str]],
        samples: Callable[[], tuple[str, ...]], parent: QObject | None = None,
    ) -> None:  # fmt: skip
        """`models` and `samples` give the models there are and good sentences for the one on screen."""
        super().__init__(parent)
        self._session, self._finder, self._actions = session, finder, actions
        self._models, self._samples = models, samples
        self._mode = SEARCH
        self._more: list[tuple[str, Offer, Callable[[str], None]]] = []
        self._entries: tuple[Entry, ...] = ()
        self._of: Trace | None = None
        finder.typed.connect(self._typed)
        finder.chosen.connect(self._chosen)

    def join(self, kind: str, offer: Offer, take: Callable[[str], None]) -> None:
        """More that the palette finds: `offer` gives what there is, `take` gets the key of the chosen one."""
        self._more.append((kind, offer, take))

    def search(self) -> None:
        """Find stages and tensors."""
        self._open(SEARCH, self.tr("Search stages and tensors"),
                   self.tr("Name, [*,4,*,*], op:softmax or axis:head"))  # fmt: skip

    def go_to(self) -> None:
        """Go to a step by its number."""
        count = len(self._session.stops)
        self._open(NUMBER, self.tr("Go to step"), self.tr("Number of a stage, 1 to {count}").format(count=count))

    def palette(self) -> None:
        """Find a command, a stage, a model or a sentence."""
        self._open(PALETTE, self.tr("Commands"), self.tr("A command, a stage, a model or a sentence"))

    def _open(self, mode: str, name: str, hint: str) -> None:
        self._mode = mode
        self._of = None  # names follow the language, so they are kept within one opening of the box alone
        self._finder.open_box(name, hint)

    # Offering -----------------------------------------------------------------------------------------------------

    def _typed(self, text: str) -> None:
        {SEARCH: self._offer_search, NUMBER: self._offer_number, PALETTE: self._offer_all}[self._mode](text)

    def _offer_search(self, text: str) -> None:
        if self._session.trace is None:
            self._finder.set_choices((), self.tr("There is no run yet: type a sentence and press Run."))
            return
        try:
            query = parse(text)
        except SearchError as error:
            self._finder.set_choices((), self.sentence(error), True)
            return
        if query.empty:
            self._finder.set_choices((), self.tr(
                "All words must fit. A shape stands in brackets: a size, a range such as 4-16, >8, an axis, * for any, "
                "… for several."
            ))  # fmt: skip
            return
        found = find(query, self._all_entries(), self._session.stop.number)
        note = "" if found else self.tr("Nothing is called so: try fewer words.")
        if len(found) > _MOST:
            note = self.tr("The nearest {count} of {all}.").format(count=_MOST, all=len(found))
        self._finder.set_choices([self._choice(one.path, one.leads) for one in found[:_MOST]], note)

    def _offer_number(self, text: str) -> None:
        stops = self._session.stops
        if not stops:
            self._finder.set_choices((), self.tr("There is no run yet: type a sentence and press Run."))
            return
        where = step_number(text, [len(stop.steps) for stop in stops])
        if where is None:
            wanted = self.tr("Type a number from 1 to {count}: 2 is the second stage, 2.3 the third operation in it.")
            self._finder.set_choices((), wanted.format(count=len(stops)), bool(text.strip()))
            return
        stop = stops[where[0]]
        step = stop.results[0] if where[1] is None else stop.steps[where[1]]
        self._finder.set_choices([self._choice(step.name, where[1] is None)])

    def _offer_all(self, text: str) -> None:
        """Commands first; of the rest what is like the text."""
        found: list[tuple[float, int, Choice]] = []

        def add(choice: Choice, late: float, *names: str) -> None:
            costs = [cost for cost in (fuzzy(text, name) for name in names if name) if cost is not None]
            if costs:
                found.append((min(costs) + late, len(found), choice))

        for command in commands.COMMANDS:
            choice = self._command(command)
            add(choice, 0, choice.title, self._english(command))
        if text.strip():
            for stop in self._session.stops:
                stage, section = words.stage(stop.stage.title), words.section(stop.section)
                english = f"{stop.stage.title} {english_section(stop.section)}"
                add(self._choice(stop.results[0].name, True, go=True), 0.4, f"{stage} {section}", f"{section} {stage}",
                    english, stop.path)  # fmt: skip
            for kind, offer, _ in self._more:
                for key, title, detail, icon, names in offer():
                    add(Choice((kind, key), title, detail, icon=icon), 0.35, title, *names)
            for name in self._models():
                title = self.tr("Use the model {name}").format(name=name)
                add(Choice(("model", name), title, self.tr("Model"), icon="swap"), 0.3, name, title)
            for sample in self._samples():
                one = " ".join(sample.split())
                add(Choice(("sentence", sample), one, self.tr("Run this sentence"), icon="play"), 0.6, one)
        ranked = [choice for *_, choice in sorted(found, key=lambda one: one[:2])]
        if not text.strip():
            ranked.sort(key=lambda choice: not choice.enabled)
        note = "" if ranked else self.tr("Nothing is called so: try fewer words.")
        self._finder.set_choices(ranked[:_MOST], note)

    def _command(self, command: commands.Command) -> Choice:
        action = self._actions[command.id]
        title, english = self._plain(action.text()), self._english(command)
        menu = self._plain(commands.title(command.menu))
        detail = menu if english == title else f"{menu} · {english}"
        keys = "  ".join(
            QKeySequence(one).toString(QKeySequence.SequenceFormat.NativeText)
            for one in (*command.scoped, *command.keys)
        )
        able = action.isEnabled() and action.isVisible()
        return Choice(("command", command.id), title, detail, (), keys, command.icon, able)

    def _english(self, command: commands.Command) -> str:
        return self._plain(command.text.replace("{number}", command.id.rpartition("_")[2]))

    @staticmethod
    def _plain(text: str) -> str:
        return text.replace("&", "").rstrip("…")

    def _choice(self, path: str, stage: bool, go: bool = False) -> Choice:
        """A stage or a tensor as a row."""
        trace = self._session.trace
        assert trace is not None
        step, stop = trace.program[path], trace.program.stop_of(path)
        title = words.stage(stop.stage.title) if stage else path
        if go:
            title = self.tr("Go to {stage}").format(stage=title)
        parts = [words.section(stop.section), path if stage else words.stage(stop.stage.title),
                 words.operation(step.op.title)]  # fmt: skip
        here = stop.number == self._session.stop.number
        state = "current" if here else "visited" if self._session.visited(stop) else "unvisited"
        axes = tuple((axis.name, axis.size) for axis in trace.shapes[path])
        return Choice(("step", path, stage), title, " · ".join(parts), axes, icon=state)

    def _all_entries(self) -> tuple[Entry, ...]:
        """Every step with its names in the language of the window and in English."""
        trace = self._session.trace
        if trace is None:
            return ()
        if self._of is not trace:
            self._of = trace
            self._entries = tuple(
                _entry(trace, step, stop) for stop in trace.program.stops for step in stop.steps
            )
        return self._entries

    # Choosing -----------------------------------------------------------------------------------------------------

    def _chosen(self, key: object) -> None:
        if not isinstance(key, tuple):
            return
        kind, what, *more = key
        if kind == "command":
            self._actions[what].trigger()
        elif kind == "model":
            self.modelChosen.emit(what)
        elif kind == "sentence":
            self.sentenceChosen.emit(what)
        elif any(kind == one for one, *_ in self._more):
            next(take for one, _, take in self._more if one == kind)(what)
        elif self._session.trace is not None and what in self._session.trace.program.by_name:
            results = [step.name for step in self._session.trace.program.stop_of(what).results]
            if more[0] or what in results:
                self._session.go(what)
            else:
                self._session.go(what, OPERATION)
            self.went.emit()

    # Words --------------------------------------------------------------------------------------------------------

    def sentence(self, error: SearchError) -> str:
        """What is wrong with a query, and the mend."""
        said = {
            "bracket": self.tr("A shape stands in a pair of brackets, as in [*,4,*,*]."),
            "one shape": self.tr("Give one shape only, as in [*,4,*,*]."),
            "place": self.tr("“{place}” is no size: write a number, a range such as 4-16, >8, an axis, or *."),
            "ellipsis": self.tr("… may stand in a shape once."),
            "empty range": self.tr("The range {place} is empty: write the smaller number first."),
            "nothing after": self.tr("Write something after {name}:, as in op:softmax or axis:head."),
            "unknown filter": self.tr("There is no filter {name}, only op: and axis:."),
        }  # fmt: skip
        return said[error.key].format(**error.facts)


def english_section(name: str) -> str:
    """A section's name in English, whatever the language of the window: `decoder.blocks.1` → Decoder Block 1."""
    return " ".join(one if one.isdigit() else one.removesuffix("s").capitalize() for one in name.split("."))


def _entry(trace: Trace, step: Step, stop: Stop) -> Entry:
    operations = tuple(dict.fromkeys((step.op.title, words.operation(step.op.title), step.op.kind)))
    common = dict.fromkeys((
        stop.stage.title, words.stage(stop.stage.title), words.section(stop.section), english_section(stop.section)
    ))  # fmt: skip
    axes = tuple((axis.name, axis.size) for axis in trace.shapes[step.name])
    leads = step.name == stop.results[0].name
    return Entry(step.name, stop.number, (step.name, *operations), tuple(common), operations, axes, leads)
