"""Bookmarks, step codes and session files: where the learner is, kept, sent and found again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from weakref import WeakKeyDictionary

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget

from tutor import places, sessionfile, stepcode, work
from tutor.autosave import Autosave
from tutor.engine import models
from tutor.engine.axes import AxesError
from tutor.engine.compare import Look
from tutor.engine.files import FileError
from tutor.engine.fingerprint import Fingerprints
from tutor.engine.records import dataclass
from tutor.engine.spec import SpecError
from tutor.engine.trace import Trace
from tutor.engine.weights import WeightsError
from tutor.places import Asked, Place, PlaceError, Plain
from tutor.runner import Runner
from tutor.session import OPERATION, STAGE, Session
from tutor.sessionfile import SessionFile
from tutor.views import carried, present, words
from tutor.views.carried import Pin
from tutor.views.errors import worded
from tutor.views.marks import Mark, MarksView
from tutor.views.outline import Outline
from tutor.views.quietline import QuietLine
from tutor.views.sentence_desk import SentenceDesk
from tutor.views.stagepane import StagePane
from tutor.views.timeline_desk import TimelineDesk

OPEN, SAVE, KEEP = "open", "save", "keep"

#: How another part's state becomes plain data, and how it is taken up again; the latter says what it could not do.
Give = Callable[[], Sequence[Plain]]
Take = Callable[[Sequence[Plain]], str]


@dataclass(frozen=True)
class Found:
    """A session that was read: what is wrong with its model, if anything, and whether its weights are others."""

    session: SessionFile
    name: str = ""
    path: Path | None = None
    problem: str = ""
    differs: bool = False


@dataclass(frozen=True)
class Kept:
    """A session that was written: where, and the hash of its model."""

    path: Path
    hash: str


class PlacesDesk(QObject):
    """Between the session, the sentence desk, the files and the list of bookmarks.

    Signals:
        said(str)       a sentence for the status line
        opened(object)  a session file was opened or saved under this path
        marked()        a bookmark came or went, or the run has other stages for them
    """

    said = Signal(str)
    opened = Signal(object)
    marked = Signal()

    def __init__(
        self, session: Session, desk: SentenceDesk, stage: StagePane, lanes: TimelineDesk, outline: Outline,
        marks: MarksView, line: QuietLine, jumps: Sequence[QAction], window: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._session, self._desk, self._stage, self._lanes = session, desk, stage, lanes
        self._outline, self._view, self._line, self._window = outline, marks, line, window
        self._jumps = {action: number for number, action in enumerate(jumps)}
        self._disk = Runner(self)  # files and hashes of weights: a large model must not keep a picture waiting
        self._prints = Fingerprints()
        self._hash: tuple[tuple[str, int | None], str] = (("", None), "")
        self._autosave: Autosave | None = None
        self._written: SessionFile | None = None
        self._run: work.Run | None = None
        #: What was asked for, of the runs that somebody still holds.
        self._asked: WeakKeyDictionary[Trace, Asked] = WeakKeyDictionary()
        self._pending: Found | None = None
        self._restoring = False
        #: The run of what was pinned, which comes first; and whether it could not be had.
        self._first: Pin | None = None
        self._unpinned = False
        self._later = ""
        self._hold: Callable[[Look], None] | None = None
        self._parts: dict[str, tuple[Give, Take]] = {}
        marks.jumped.connect(self.jump)
        marks.noted.connect(session.bookmarks.note)
        marks.removed.connect(session.bookmarks.remove)
        session.bookmarks.changed.connect(self._show_marks)
        session.bookmarks.changed.connect(self._changed)
        session.traceChanged.connect(self._show_marks)
        for moved in (session.moved, session.selectionChanged, session.followed, session.scales.changed):
            moved.connect(self._changed)
        session.moved.connect(self._show_marks)
        stage.viewChanged.connect(self._changed)
        session.pins.changed.connect(self._changed)
        session.changes.changed.connect(self._say_later)
        desk.ran.connect(self._arrive)
        desk.erred.connect(self._erred)
        line.accepted.connect(self._restore)
        line.dismissed.connect(self._forget)
        self._disk.done.connect(self._done)
        self._disk.failed.connect(self._failed)
        self._show_marks()

    def join(self, slot: str, give: Give, take: Take) -> None:
        """Another part's state travels with runs: "changes" (what-ifs). `take` returns a sentence about what it could
        not take up, "" for nothing."""
        self._parts[slot] = give, take

    def join_pins(self, hold: Callable[[Look], None]) -> None:
        """What is pinned to be compared travels with sessions; `hold` pins a tensor."""
        self._hold = hold

    # Where the learner is -----------------------------------------------------------------------------------

    def place(self) -> Place:
        """The place on screen."""
        session = self._session
        view = self._stage.view()
        return Place(
            session.cursor.path, session.inside, cell=session.cell, followed=tuple(sorted(session.positions.items())),
            view="" if view == self._usual() else view, **carried.selected(session.selection),
        )  # fmt: skip

    def _usual(self) -> str:
        """The view that the step on screen has where nobody chose another one."""
        from tutor.engine import lens

        trace = self._session.trace
        over = trace is not None and lens.is_over_vocabulary(trace.shapes[self._session.cursor.path])
        return "bars" if over else "heat"

    def asked(self) -> Asked | None:
        """What was run, None before anything was."""
        if self._run is None:
            return None
        return replace(_asked(self._run), changes=tuple(self._given("changes")))

    def _given(self, slot: str) -> Sequence[Plain]:
        return self._parts[slot][0]() if slot in self._parts else ()

    def state(self) -> SessionFile | None:
        """All that a session file holds, None before anything was run."""
        asked = self.asked()
        if asked is None:
            return None
        key, digest = self._hash
        return SessionFile(
            asked, self.place(), digest if key == (asked.model, asked.layers) else "", self._session.seen(),
            self._session.bookmarks.marks, self._pins(), tuple(self._session.scales.plain()),
        )  # fmt: skip

    def _pins(self) -> tuple[Plain, ...]:
        """What is pinned to be compared; not of a run with changes, which nobody could run again by itself."""
        pins = self._session.pins
        asked = self._asked.get(pins.held.look.trace) if pins.held is not None else None
        return (carried.pin_of(pins.held, asked, pins.mode).to_plain(),) if pins.held and asked else ()

    # Bookmarks ----------------------------------------------------------------------------------------------

    def toggle(self) -> None:
        """Bookmark the stage on screen, or take its bookmark away."""
        if self._session.trace is None:
            return
        marks = self._session.bookmarks
        if marks.at(self._session.cursor.path) is None and len(marks.marks) >= places.MOST_BOOKMARKS:
            self.said.emit(self.tr("There are {most} bookmarks already: delete one first.").format(
                most=places.MOST_BOOKMARKS))  # fmt: skip
            return
        there = marks.toggle(self.place())
        name = self._title(self._session.cursor.path)
        text = self.tr("Bookmarked: {place}.") if there else self.tr("No longer bookmarked: {place}.")
        self.said.emit(text.format(place=name))

    def jump(self, number: int) -> None:
        """To a bookmark, by its number from 0."""
        marks = self._session.bookmarks.marks
        if self._session.trace is not None and number < len(marks):
            self._say(self._visit(marks[number].place))

    def jump_by_key(self) -> None:
        """To the bookmark of the action that was triggered."""
        action = self.sender()
        if isinstance(action, QAction):
            self.jump(self._jumps[action])

    def _visit(self, place: Place) -> str:
        """Go to a place, as far as the run on screen has it. Returns a sentence about what it has not."""
        session = self._session
        trace = session.trace
        if trace is None or not place.step:
            return ""
        if place.step not in trace.program.by_name:
            text = self.tr("This model has no step {step}: choose the model of that place.")
            return text.format(step=place.step)
        outside = False
        with session.moves.together():
            session.go(place.step, OPERATION if place.inside else STAGE)
            session.choose(carried.selection_of(place))
            for stream, at in place.followed:
                session.follow(stream, at)
            try:
                session.pin(place.cell)
            except AxesError:
                outside = True
        try:
            self._stage.show_view(place.view or self._usual())
        except ValueError:  # a view of another version
            self._stage.show_view(self._usual())
        return self.tr("The pinned cell lies outside the tensor of this sentence.") if outside else ""

    def _say(self, sentence: str) -> None:
        """Say it, if it says anything; where a run with changes is on its way, after that."""
        if self._session.changes.waiting():
            self._later = sentence
        elif sentence:
            self.said.emit(sentence)

    def _say_later(self) -> None:
        """The run with changes is there, or is not to come."""
        if self._later and not self._session.changes.waiting():
            sentence, self._later = self._later, ""
            self.said.emit(sentence)

    def _title(self, step: str) -> str:
        """A step's name for people; its full name where the run has no such step."""
        trace = self._session.trace
        if trace is None or step not in trace.program.by_name:
            return step
        stop = trace.program.stop_of(step)
        parts = [words.section(stop.section), words.stage(stop.stage.title)]
        if step not in {one.name for one in stop.results}:
            parts.append(present.short_name(step))
        return " · ".join(parts)

    def _show_marks(self) -> None:
        """The list, the stars on the timeline, and the menu."""
        trace, marks = self._session.trace, self._session.bookmarks.marks
        known = trace.program.by_name if trace is not None else {}
        here = self._session.cursor.path
        self._view.set_marks([
            Mark(self._title(one.place.step), one.note, one.place.step in known, one.place.step == here)
            for one in marks
        ])  # fmt: skip
        self._lanes.set_bookmarks(self.stars())
        self._outline.set_bookmarks(self.stars())
        for action, number in self._jumps.items():
            action.setVisible(number < len(marks))
            if number < len(marks):
                action.setText(self._title(marks[number].place.step).replace("&", "&&"))
        self.marked.emit()

    def stars(self) -> tuple[int, ...]:
        """The stages of this run that have a bookmark, by their place on the timeline."""
        trace = self._session.trace
        if trace is None:
            return ()
        marks = (one.place.step for one in self._session.bookmarks.marks)
        return tuple(sorted({trace.program.stop_of(step).number for step in marks if step in trace.program.by_name}))

    def retranslate(self) -> None:
        self._show_marks()
        if self._line.isVisible():
            self._offer()

    # Step codes ---------------------------------------------------------------------------------------------

    def copy_code(self) -> None:
        """The step code of what is on screen, to the clipboard."""
        asked = self.asked()
        if asked is None:
            return
        try:
            QApplication.clipboard().setText(stepcode.write(asked, self.place()))
        except PlaceError as error:
            self.said.emit(worded(str(error)))
            return
        self.said.emit(self.tr("The step code is on the clipboard: whoever opens it sees what you see."))

    def open_code(self) -> None:
        """Open the step code on the clipboard."""
        text = QApplication.clipboard().text()
        if not stepcode.is_code(text):
            self.said.emit(self.tr("There is no step code on the clipboard: copy one first; it begins with v1;."))
            return
        self.start_code(text)

    def start_code(self, code: str) -> None:
        """Run what a step code says, and go there."""
        try:
            asked, place = stepcode.read(code)
        except PlaceError as error:
            self.said.emit(worded(str(error)))
            return
        self._disk.submit(OPEN, partial(_look_up, Found(SessionFile(asked, place)), self._prints))

    # Session files ------------------------------------------------------------------------------------------

    def open_session(self) -> None:
        name = self.ask_open()
        if name:
            self.open_file(Path(name))

    def open_file(self, path: Path) -> None:
        """Open a session file: run its sentences and go to its place."""
        self._disk.submit(OPEN, partial(_open, path, self._prints))

    def save_session(self) -> None:
        """Save where the learner is, with what they marked."""
        state = self.state()
        name = self.ask_save() if state is not None else ""
        if name and state is not None:
            path = Path(name)
            path = path if path.suffix else path.with_suffix(sessionfile.SUFFIX)
            self._disk.submit(SAVE, partial(_write, path, state, self._prints))

    def ask_open(self) -> str:
        """The file dialog, apart so that a test can answer in its place."""
        kinds = self.tr("Sessions (*.tutor)")
        return QFileDialog.getOpenFileName(self._window, self.tr("Open a session"), "", kinds)[0]

    def ask_save(self) -> str:
        """The file dialog, apart so that a test can answer in its place."""
        kinds, name = self.tr("Sessions (*.tutor)"), self.tr("session") + sessionfile.SUFFIX
        return QFileDialog.getSaveFileName(self._window, self.tr("Save this session"), name, kinds)[0]

    def _done(self, channel: str, result: object) -> None:
        if isinstance(result, Found):
            self._take(result)
        elif isinstance(result, Kept):
            state = self.asked()
            if state is not None and result.hash:
                self._hash = (state.model, state.layers), result.hash
            if channel == SAVE:
                self.said.emit(self.tr("Saved as {name}.").format(name=result.path.name))
                self.opened.emit(result.path)

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == KEEP:  # a full disk is said when something is saved on purpose
            return
        if channel == OPEN and self._restoring:
            self._forget()  # what cannot be read is not offered again
        self.said.emit(self._desk.sentence(error) if not isinstance(error, PlaceError) else worded(str(error)))

    def _take(self, found: Found) -> None:
        """A session was read: run it, or where its model is not here, put what there is of it into the window."""
        asked = found.session.asked
        if found.name:
            self._session.bookmarks.set_all(found.session.bookmarks)
        if found.path is not None:
            self.opened.emit(found.path)
        self._pending, self._first, self._unpinned = found, None, False
        if found.problem:
            self._desk.put(replace(self._desk.request, texts=asked.texts, targets=(), ids=()))
            self.said.emit(worded(found.problem))
            return
        pin = _pin(found.session)
        if pin is not None and pin.asked != replace(asked, changes=()):
            self._first = pin  # what is compared with is run first, so that the session's own run stays on screen
            self._start(pin.asked)
        else:
            self._unpinned = pin is None and bool(found.session.pins)
            self._start(asked)

    def _start(self, asked: Asked) -> None:
        self._desk.start(replace(
            self._desk.request, texts=asked.texts, model=asked.model, layers=asked.layers, targets=asked.targets,
            ids=asked.ids, extend=0,
        ))  # fmt: skip

    def _arrive(self, run: work.Run) -> None:
        """A run is on screen: where it was a session's, go to its place."""
        self._run = run
        self._asked[run.trace] = _asked(run)
        found, first = self._pending, self._first
        self._first = None
        if found is not None and first is not None and _is_run_of(run, first.asked):
            self._take_part("changes", ())  # what is pinned is of a run as it is
            self._unpinned = not self._pin(first, run.trace)
            self._start(found.session.asked)
            return
        self._pending = None
        if found is None:
            self._changed()
        elif _is_run_of(run, found.session.asked):
            self._settle_in(found, run)

    def _erred(self) -> None:
        """The run of what was pinned cannot be had: the session's own run goes on."""
        if self._first is not None and self._pending is not None:
            self._first, self._unpinned = None, True
            self._start(self._pending.session.asked)

    def _take_part(self, slot: str, plain: Sequence[Plain]) -> str:
        """Another part takes its state up, or gives up what it has. Returns what it could not do, "" for nothing."""
        if slot in self._parts:
            return self._parts[slot][1](plain)
        return self.tr("This version cannot take up all that the session holds: update the tutor.") if plain else ""

    def _pin(self, pin: Pin, trace: Trace) -> bool:
        """Pin a tensor again. Returns whether it is there."""
        look = pin.look(trace)
        if look is None or self._hold is None:
            return False
        self._hold(look)
        self._session.pins.set_mode(pin.mode)
        return True

    def _settle_in(self, found: Found, run: work.Run) -> None:
        """The session's own run is on screen: everything else goes to its place."""
        if self._restoring:
            self._forget()
        session, asked = found.session, found.session.asked
        problems = []
        if found.differs:
            text = self.tr("The weights of {model} are not those of the session: numbers may differ.")
            problems.append(text.format(model=asked.model))
        pin = _pin(session)
        if pin is not None and pin.asked == replace(asked, changes=()):
            self._unpinned = not self._pin(pin, run.trace)
        self._session.see(session.visited)
        if found.name:  # a step code says nothing of colours
            self._session.scales.take(session.scales)
        problems.append(self._visit(session.place))
        problems.append(self._take_part("changes", asked.changes))
        if self._unpinned:
            problems.append(self.tr("What was pinned in the session could not be had again."))
        self._say(next((one for one in problems if one), ""))

    # Kept while the window is open --------------------------------------------------------------------------

    def keep(self, folder: Path) -> None:
        """From now on keep where the learner is in a file of this folder; offer what a crash left there."""
        self._autosave = Autosave(folder, self)
        self._autosave.due.connect(self._keep)
        if self._autosave.recovered.is_file():
            self._offer()

    def last(self) -> Path | None:
        """What the window showed that closed last, where that was kept."""
        path = self._autosave.last if self._autosave is not None else None
        return path if path is not None and path.is_file() else None

    def _offer(self) -> None:
        self._line.offer(self.tr("The window closed unexpectedly the last time."), self.tr("Restore where you were"))

    def _restore(self) -> None:
        if self._autosave is not None:
            self._restoring = True
            self._disk.submit(OPEN, partial(_recover, self._autosave.recovered, self._prints))

    def _forget(self) -> None:
        self._restoring = False
        if self._autosave is not None:
            self._autosave.forget()

    def _changed(self) -> None:
        if self._autosave is not None and self._run is not None:
            self._autosave.soon()

    def _keep(self) -> None:
        state, path = self.state(), self._autosave.path if self._autosave is not None else None
        if state is None or path is None:
            return
        bare = replace(state, hash="")  # becoming known is no change
        if bare != self._written:
            self._written = bare
            self._disk.submit(KEEP, partial(_write, path, state, self._prints))

    def close(self) -> None:
        """The window closes: keep its last state, stop everything."""
        self._disk.close()
        if self._autosave is not None:
            state = self.state()
            self._autosave.close(None if state is None else partial(_write_now, state))
            self._autosave = None


def _asked(run: work.Run) -> Asked:
    """What was run, without changes: sentences, or ids where these cannot be told by a text."""
    trace, request = run.trace, run.request
    texts = tuple(text or present.written(trace.batch, row) for row, text in enumerate(trace.batch.texts))
    targets: tuple[str, ...] = ()
    ids: tuple[tuple[int, ...], ...] = ()
    if trace.target is None:
        # A row that no text is cut into can only be told by its ids.
        ids = () if all(trace.batch.texts) else trace.batch.real_ids
    elif request is None or (request.targets and not request.extend):
        targets = trace.target.texts if all(trace.target.texts) else ()
        ids = () if targets else trace.target.real_ids
    elif request.extend or request.ids:
        ids = trace.target.real_ids  # what the model writes from the source alone needs no telling
    model = request.model if request is not None else trace.spec.name
    return Asked(model, request.layers if request is not None else None, texts, targets, ids)


def _is_run_of(run: work.Run, asked: Asked) -> bool:
    """Whether this is what was asked for, through whichever model, and not another sentence."""
    return run.request is not None and run.request.texts == asked.texts


def _pin(session: SessionFile) -> Pin | None:
    """What was pinned, None for nothing that can be read."""
    try:
        return carried.pin_from(session.pins[0]) if session.pins else None
    except PlaceError:
        return None


def _open(path: Path, prints: Fingerprints, job: work.Handle) -> Found:
    return _look_up(Found(sessionfile.read(path), path.name, path), prints, job)


def _recover(path: Path, prints: Fingerprints, job: work.Handle) -> Found:
    return _look_up(Found(sessionfile.read(path), path.name), prints, job)


def _look_up(found: Found, prints: Fingerprints, job: work.Handle) -> Found:
    """Whether the session's model is here, and is the same."""
    asked = found.session.asked
    try:
        model = models.find(asked.model, asked.layers)
        differs = bool(found.session.hash) and prints.of(model, job.cancelled) != found.session.hash
    except (SpecError, WeightsError) as error:
        return replace(found, problem=str(error))
    return replace(found, differs=differs)


def _write(path: Path, state: SessionFile, prints: Fingerprints, job: work.Handle) -> Kept:
    """Write a session with its model's hash. Raises FileError."""
    try:
        digest = prints.of(models.find(state.asked.model, state.asked.layers), job.cancelled)
    except (SpecError, WeightsError):  # a saved trace of a model that is not here
        digest = ""
    sessionfile.write(path, replace(state, hash=digest))
    return Kept(path, digest)


def _write_now(state: SessionFile, path: Path) -> None:
    try:
        sessionfile.write(path, state)
    except FileError:
        return
