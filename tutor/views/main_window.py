"""The window: puts the panes together, and gives menus, keys, look and language to them.

Views send signals up; everything goes through the Session or the Runner and comes back down as `set_…` calls. What
happens between them is in the desks: sentence, stage, place and the others. Nothing is computed here.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QToolButton, QWidget

from tutor import commands, work
from tutor.engine import axes as ax
from tutor.engine import models
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import present, words
from tutor.views.actions import Actions
from tutor.views.chips import TokenStrip
from tutor.views.chips_desk import ChipsDesk
from tutor.views.copy_desk import CopyDesk
from tutor.views.engine_desk import EngineDesk
from tutor.views.escapes import Escapes, Rank
from tutor.views.files_desk import FilesDesk
from tutor.views.help_desk import HelpDesk
from tutor.views.inspector import Inspector
from tutor.views.late import PAGES, PARTS
from tutor.views.learning import LEARNING, LearningParts
from tutor.views.look_desk import LookDesk
from tutor.views.marks import KEYED, MarksView
from tutor.views.mask_desk import MaskDesk
from tutor.views.motion import Motion
from tutor.views.mousekeys import MouseKeys
from tutor.views.nan_desk import NanDesk
from tutor.views.nanband import NanBand
from tutor.views.outline import Outline
from tutor.views.panes import Panes
from tutor.views.place_desk import PlaceDesk
from tutor.views.places_desk import PlacesDesk
from tutor.views.play import PlayDesk
from tutor.views.playbar import PlayBar
from tutor.views.presenting import Presenting
from tutor.views.quietline import QuietLine
from tutor.views.recent import Recent
from tutor.views.scale_desk import ScaleDesk
from tutor.views.sentence_desk import SentenceDesk
from tutor.views.sentencebar import SentenceBar
from tutor.views.stage_desk import StageDesk
from tutor.views.stagepane import StagePane
from tutor.views.statusline import StatusLine
from tutor.views.theme import LIGHT, Theme, font
from tutor.views.thumbs_desk import ThumbsDesk
from tutor.views.timeline import Timeline
from tutor.views.timeline_desk import TimelineDesk
from tutor.views.trainingbar import TrainingBar
from tutor.views.transport import Corner, Transport
from tutor.views.whatif_desk import WhatIfDesk
from tutor.views.working_desk import WorkingDesk
from tutor.views.writing import Writing

#: What the choices in the menu bar's corner show.
_CORNER = {"english": "EN", "chinese": "中文", "smaller": "A−", "normal": "A", "larger": "A+"}
#: What the empty window offers; sentences of the source articles.
SAMPLES = ("Thinking Machines", "我喜欢机器学习")
_PATIENCE_MS = 500
#: Qt paints within a frame of being asked to; what is made late comes after that.
_FRAME_MS = 20


class MainWindow(LearningParts):
    """The one window.

    Signals:
        settled()  nothing is being computed and everything on screen is up to date
    """

    settled = Signal()

    def __init__(
        self, settings: QSettings, run: work.RunRequest, look: Theme = LIGHT, engine: work.Restartable | None = None,
        parent: QWidget | None = None,
    ) -> None:  # fmt: skip
        """`run` computes a request; it is called on the runner's thread only. `engine` is what it computes in, where
        that is a process of its own."""
        super().__init__(parent)
        self.setAnimated(False)  # every move is instant but where the learner wants otherwise (`motion`)
        self._settings = settings
        self._run_seconds = 0.0
        self._said = ""
        self.session = Session(self)
        self.runner = Runner(self)
        self.acts = Actions(self)
        self.actions_: dict[str, QAction] = self.acts.by_id
        self.look_desk = LookDesk(settings, look, self.acts, self)
        self._make_views(look)
        self._make_desks(run, engine)
        self._dress()
        self._connect()
        self._restore()
        self.look_desk.begin()
        self.retranslate()
        self._missing = [*PARTS, *LEARNING]
        self._make_late = QTimer(self)
        self._make_late.setSingleShot(True)
        self._make_late.timeout.connect(self._make_next)
        self._make_late.start(0)

    # Making it ----------------------------------------------------------------------------------------------

    def _make_views(self, look: Theme) -> None:
        self.sentence = SentenceBar(look, [(name, name) for name in models.names()], models.MOST_LAYERS)
        self.strip = TokenStrip(look)
        self.outline = Outline(look)
        self.stage = StagePane(look)
        self.nan_band = NanBand(look)
        self.stage.add_band(self.nan_band, "nan")
        self.inspector = Inspector(look)
        self.timeline = Timeline(look)
        steps = [self.actions_[one] for one in ("first", "previous", "next", "into", "out", "last")]
        self.transport = Transport(look, steps, self.actions_["next"])
        self.training = TrainingBar(look)
        self.writing = Writing(look)
        self.transport.add(self.writing)
        self.playbar = PlayBar(look, "F5")
        self.transport.add_group(self.playbar)
        self.transport.add_actions(self.actions_["bookmark"], self.actions_["copy_code"])
        self.marks, self.offer, self.lost = MarksView(look), QuietLine(look), QuietLine(look)
        self.panes = Panes(look, self.stage)
        self.left, self.right = self.panes.left, self.panes.right
        self.left.add("outline", self.outline)
        self.left.add("map")
        self.left.add_below(self.marks)
        self.right.add("inspector", self.inspector)
        for page in ("heads", "vocabulary", "whatif"):
            self.right.add(page)
        self.right.add("lesson", first=True)
        self.stage.add_view("bars", None, "bars")
        self.stage.add_view("grid", None, "blocks")
        self.stage.offer_view("grid", False)
        for name in ("all_heads", "difference", "pin"):
            self.stage.add_tool(self.acts.tool(name, look))
        self.what_if_tool = QToolButton()
        self.what_if_tool.setDefaultAction(self.actions_["what_if"])
        self.what_if_tool.setFont(font(look, "dense"))
        self.stage.add_tool(self.what_if_tool)
        self.panes.add_above(self.sentence, self.strip, self.lost, self.offer)
        self.panes.add_below(self.timeline)
        self.panes.add_below(self.transport, self.training)
        self.panes.assemble()
        self.set_stops()
        self.setCentralWidget(self.panes)
        self.left.set_corner(self.actions_["search"])
        self._status = StatusLine()
        self.setStatusBar(self._status)
        self.acts.fill(self.menuBar())
        self._corner = Corner(look, [
            [self.actions_["english"], self.actions_["chinese"]],
            [self.actions_["light"], self.actions_["dark"]],
            [self.actions_["smaller"], self.actions_["normal"], self.actions_["larger"]],
        ])  # fmt: skip
        self.menuBar().setCornerWidget(self._corner, Qt.Corner.TopRightCorner)

    def _make_desks(self, run: work.RunRequest, engine: work.Restartable | None) -> None:
        self.chips = ChipsDesk(self.session, self.strip, self.writing, self)
        self.desk = SentenceDesk(self.session, self.runner, run, self.sentence, self.chips, self)
        self.help = HelpDesk(self.session, self.desk, self)
        self.gaps = MaskDesk(self.session, self.desk, self.sentence, self)
        self.files = FilesDesk(self.session, self.desk, self)
        self.stage_desk = StageDesk(self.session, self.runner, self.stage, self.inspector, self.strip, self.chips, self)
        self.what_if = WhatIfDesk(self.session, self.runner, self.desk, self)
        self.engine_desk = EngineDesk(self.session, self.runner, self.desk, self.what_if, self.lost, engine, self)
        self.scale_desk = ScaleDesk(self.session, self.runner, self.stage, self.stage_desk, self)
        self.copy_desk = CopyDesk(self.runner, self.stage, self.stage_desk, self)
        self.nan_desk = NanDesk(self.session, self.runner, self.stage_desk, self.nan_band, self)
        self.working_desk = WorkingDesk(
            self.session, self.runner, self.stage, self.inspector, self.stage_desk, self
        )
        self.thumbs = ThumbsDesk(self.session, self.runner, self)
        self.lanes = TimelineDesk(self.session, self.timeline, self.thumbs, self)
        self.place_desk = PlaceDesk(
            self.session, self.outline, self.timeline, self.lanes, self.stage, self.inspector, self
        )
        self._make_moves()
        self._make_places()

    def _make_moves(self) -> None:
        """What moves by itself, and the way back."""
        self.motion = Motion(self._settings, self.actions_, self)
        self.motion.changed.connect(self.timeline.set_still)
        self.timeline.set_still(self.motion.still())
        self.player = PlayDesk(self.session, self.stage_desk, self.playbar, self.place_desk.announcer, self)
        self.player.said.connect(self.say)
        self._mouse = MouseKeys(self)
        self._mouse.back.connect(self.session.undo_move)
        self._mouse.forward.connect(self.session.redo_move)

    def _make_places(self) -> None:
        """Bookmarks, sessions, presenting, and the order in which Esc asks the parts of the window."""
        jumps = [self.actions_[f"jump_{number}"] for number in range(1, KEYED + 1)]
        self.places = PlacesDesk(
            self.session, self.desk, self.stage, self.lanes, self.outline, self.marks, self.offer, jumps, self
        )  # fmt: skip
        self.places.join_pins(self.hold)
        self.recent = Recent(self._settings, self.acts.menu(str(commands.FILE)), self.actions_["save_session"], self)
        self.presenting = Presenting(
            self, self.session, self.acts, self.look_desk, self.panes, self.stage, self.inspector
        )  # fmt: skip
        self.presenting.hide_too(self.menuBar(), self.sentence, self.strip, self.offer, self.training)
        self.presenting.changed.connect(self._adapt)
        self.presenting.said.connect(self.say)
        self.files.sessionChosen.connect(self.places.open_file)
        self.recent.chosen.connect(self.places.open_file)
        self.places.opened.connect(self.recent.add)
        self.places.said.connect(self.say)
        self.places.join("changes", self.what_if.plain, self.what_if.take)
        self.escapes = Escapes()
        for close in (self._close_map, self._close_continuing, self.presenting.unblank):
            self.escapes.add(Rank.POPUP, close)
        for busy in ("teaching", "exporter", "engine_desk", "backward_desk", "what_if", "desk"):
            self.escapes.add(Rank.RUN, partial(self._cancelled, busy))
        self.escapes.add(Rank.QUESTION, self.skip_question)
        self.escapes.add(Rank.TOUR, self.leave_tour)
        for unpin in (self._unpin, self.session.trail.leave):
            self.escapes.add(Rank.UNPIN, unpin)
        for clear in (self.leave_backward, self._unpin_compared, self._clear_compared):
            self.escapes.add(Rank.UNPIN_COMPARE, clear)
        self.escapes.add(Rank.PRESENTING, self.presenting.leave)

    def _dress(self) -> None:
        """Which views have the theme, and which backgrounds are its colours."""
        self.look_desk.dress(
            self.sentence, self.strip, self.outline, self.stage, self.inspector,
            self.timeline, self.transport, self.playbar, self.training, self.writing, self._corner, self._status,
            self.panes, self.nan_band, self.marks, self.offer, self.lost, self.presenting,
        )  # fmt: skip
        self.look_desk.ground("strip", self.panes.bottom, self.sentence, self.strip, self.menuBar(), self.offer,
                              self.lost)  # fmt: skip
        self.look_desk.ground("win", self._status)

    def _connect(self) -> None:
        self.acts.connect_to(self, (*PARTS, *LEARNING))
        self.left.wanted.connect(self._make_page)
        self.right.wanted.connect(self._make_page)
        self.stage.viewWanted.connect(self._make_page)
        self.working_desk.drawerWanted.connect(self._make_drawer)
        self.look_desk.dressed.connect(self._adapt)
        self.panes.folded.connect(self._adapt)
        self.stage.sampleChosen.connect(self.desk.start_sample)
        self.training.stepChosen.connect(self.desk.use_step)
        self.files.packageChosen.connect(self.add_model)
        self.desk.busyChanged.connect(self.set_busy)
        self.desk.progressed.connect(self.set_progress)
        self.desk.ran.connect(self._ran)
        self.desk.said.connect(self.say)
        self.desk.erred.connect(self.help.note_error)
        self.help.said.connect(self.say)
        self.desk.idle.connect(self._idle)
        self.gaps.changed.connect(self._refresh)
        self.what_if.busyChanged.connect(self.set_busy)
        self.what_if.progressed.connect(self.set_progress)
        self.what_if.failed.connect(self.say_failed)
        self.what_if.said.connect(self.say)
        self.engine_desk.busyChanged.connect(self.set_busy)
        self.engine_desk.progressed.connect(self.set_progress)
        self.engine_desk.failed.connect(self.say_failed)
        self.engine_desk.said.connect(self.say)
        self.sentence.whatIfWanted.connect(self._open_what_if)
        for told in (self.session.changes.changed, self.session.changes.compared, self.session.changes.viewed):
            told.connect(self._refresh)
            told.connect(self._show_changed)
        self.stage_desk.shown.connect(self._refresh)
        self.stage_desk.waited.connect(self._refresh)
        self.stage_desk.shown.connect(self.panes.bring_cells_up)
        self.stage_desk.failed.connect(self.say_failed)
        self.stage_desk.said.connect(self.say)
        self.copy_desk.said.connect(self.say)
        self.stage.set_table_actions([self.actions_[one] for one in ("copy", "copy_numpy", "copy_markdown")])
        self.working_desk.failed.connect(self.say_failed)
        self.session.traceChanged.connect(self._refresh)
        self.session.moved.connect(self._moved)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self.show_progress)

    def _restore(self) -> None:
        screen = self.screen().availableGeometry() if self.screen() else None
        # Room for the frame that the system puts round the window.
        high = min(800, screen.height() - 40) if screen is not None else 800
        self.resize(min(1280, screen.width()) if screen is not None else 1280, high)
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        self.panes.restore(self._settings)

    # What is made late --------------------------------------------------------------------------------------

    def _make_next(self) -> None:
        """The next of the parts that are still to be made, in its own turn of the event loop."""
        while self._missing and (self.is_made(self._missing[0]) or not self.is_wanted(self._missing[0])):
            self._missing.pop(0)
        if self._missing and not self.runner.is_idle():
            return  # what the learner waits for comes first; `_idle` goes on
        if self._missing:
            self.make_part(self._missing.pop(0))
            self._make_late.start(0)
        else:
            self._idle()

    def _make_page(self, key: str) -> None:
        self.make_part(PAGES[key])

    def _make_drawer(self) -> None:
        self.make_part("drawer")

    def _close_map(self) -> bool:
        return self.is_made("maps") and self.maps.escape()

    def _close_continuing(self) -> bool:
        return self.is_made("continue_desk") and self.continue_desk.escape()

    def _unpin_compared(self) -> bool:
        return self.compare_desk.unpin()

    def _clear_compared(self) -> bool:
        return self.compare_desk.clear()

    def _open_what_if(self) -> None:
        self.what_if_views.open()

    # Running ------------------------------------------------------------------------------------------------

    def start(self, request: work.Request) -> None:
        """Put sentences into the box and run them."""
        self.desk.start(request)

    def open(self, path: Path) -> None:
        """Open a saved trace, or run a model folder or file on the sentence in the box."""
        self.files.open(path)

    def escape(self) -> None:
        """What Esc means first: close, cancel, unpin, leave presenting."""
        self.escapes.escape()

    def _cancelled(self, name: str) -> bool:
        """Have a desk give up what it waits for. Returns whether it waited for anything."""
        desk = getattr(self, name) if self.is_made(name) else None
        busy = desk is not None and desk.busy()
        if desk is not None and busy:
            desk.cancel()
        return busy

    def _show_changed(self) -> None:
        if self.is_made("maps"):
            self.maps.set_changed(self.session.changes.steps())

    def _unpin(self) -> bool:
        pinned = self.session.cell is not None
        self.session.pin(None)
        return pinned

    def set_busy(self, busy: bool) -> None:
        if busy:
            self._said = ""
            self._status.set_progress(0)
            self._patience.start()
        else:
            self._patience.stop()
            self._status.show_progress(False)
        self._refresh()

    def show_progress(self) -> None:
        """The progress bar, once work has taken half a second."""
        desks = ("desk", "what_if", "exporter", "engine_desk", "backward_desk")
        self._status.show_progress(any(self.is_made(one) and getattr(self, one).busy() for one in desks))

    def set_progress(self, done: float) -> None:
        self._status.set_progress(round(100 * done))

    def _ran(self, run: work.Run) -> None:
        self._run_seconds = run.seconds
        self.training.set_steps(*self.desk.training())
        if any(box.hasFocus() for box in self.sentence.boxes()) and self.desk.shows_its_run():
            # The sentence is run: the keys now step through it. (Unless the next one is being typed already.)
            self.stage.current_view().setFocus(Qt.FocusReason.OtherFocusReason)
        self._refresh()
        if getattr(run.trace, "lesson", ""):
            self.class_desk.take(run)

    def say_failed(self, error: BaseException) -> None:
        self.help.note_error(f"{type(error).__name__}: {error}")
        self.say(self.desk.sentence(error))
        self._refresh()

    def say(self, sentence: str) -> None:
        """One sentence in the status line, until the learner moves or runs."""
        self._said = sentence
        self._refresh_status()

    def report(self, kind: str, log: str) -> None:
        """Say that something went wrong that nobody foresaw."""
        self.help.note_error(f"{kind}, see {log}")
        text = self.tr("Something went wrong ({kind}), and the window goes on: details are in {log}.")
        self.say(text.format(kind=kind, log=log))

    def _idle(self) -> None:
        if self.is_settled():
            self.settled.emit()
        elif self._missing and self.runner.is_idle() and not self._make_late.isActive():
            self._make_late.start(_FRAME_MS)

    def is_settled(self) -> bool:
        """Whether everything on screen is up to date."""
        return self.runner.is_idle() and self.desk.is_settled() and not self._missing

    # Where the learner is -----------------------------------------------------------------------------------

    def _moved(self) -> None:
        self._said = ""
        self._refresh()
        self.place_desk.announce()

    def refresh(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        if self.desk.taking:
            return  # a run comes with half a dozen signals; the last one is enough
        there = self.session.trace is not None
        for name in ("next", "previous", "into", "first", "last", "next_block", "previous_block", "save", "export",
                     "next_head", "previous_head", "undo_move", "redo_move", "play", "bookmark", "copy_code",
                     "save_session", "all_heads", "head_grid", "pin", "difference", "blink", "backward"):  # fmt: skip
            self.actions_[name].setEnabled(there)
        self.actions_["out"].setEnabled(there and self.session.inside)
        for name, useful in (("target", self.sentence.has_target()), ("mask", bool(self.gaps.mask())),
                             ("start_again", self.engine_desk.there())):  # fmt: skip
            self.actions_[name].setVisible(useful)
            self.actions_[name].setEnabled(useful)
        if there:
            self.stage.set_empty("")
            self.place_desk.refresh(self.stage_desk.ready(), self.stage_desk.failed_here())
        else:
            self._refresh_empty()
        self.presenting.refresh()
        self.transport.refresh()
        self._refresh_status()

    def _refresh_empty(self) -> None:
        busy = self.desk.busy()
        if busy:
            self.stage.set_empty(self.tr("The engine is starting. You can type in the meantime."))
        else:
            self.stage.set_empty(self.tr("Type a sentence and press Run, or start with a sample:"), SAMPLES)
        self.stage.set_place((), "")
        self.stage.set_step(self.tr("Starting…") if busy else self.tr("No run yet"), "", ())
        self.stage.set_tabs((), "")
        self.inspector.set_why("")

    def _refresh_status(self) -> None:
        trace = self.session.trace
        if self._said:
            left = self._said
        elif self.desk.busy():
            left = self.tr("Starting the engine…") if trace is None else self.tr("Running…")
        elif trace is None:
            left = self.tr("Type a sentence and press Run.")
        else:
            where = self.place_desk.where(self.stage_desk.ready(), self.stage_desk.failed_here())
            told = self.what_if_views.told() if self.session.changes.made or trace.told else ""
            said = (told, words.section(self.session.stop.section),
                    present.step_title(self.session), where)  # fmt: skip
            left = " · ".join(filter(None, said))
        self._status.set_left(left)
        if trace is None:
            self._status.set_right("")
            return
        parts = [
            self.tr("%n block(s)", "", trace.spec.n_layers),
            self.tr("{count} parameters").format(count=present.parameters(trace)), "float32", trace.where,
            self.tr("{ms} ms").format(ms=round(self._run_seconds * 1000)),
        ]  # fmt: skip
        note = words.remark(trace.spec.note) if trace.spec.note else ""
        self._status.set_right("  ·  ".join(parts), note)

    def status_text(self) -> str:
        return self._status.left()

    # Commands -----------------------------------------------------------------------------------------------

    def next_head(self) -> None:
        self.session.turn(ax.HEAD, 1)

    def previous_head(self) -> None:
        self.session.turn(ax.HEAD, -1)

    def toggle_table(self) -> None:
        """The heat maps, or the same numbers as a table."""
        self.stage.show_view("heat" if self.stage.view() == "table" else "table")

    def show_vocabulary(self) -> None:
        """The page "Vocabulary"; when it is shown already, the inspector again."""
        self.right.show_page("inspector" if self.right.page() == "vocabulary" else "vocabulary")
        self.panes.show_right()

    def show_stats(self) -> None:
        """The statistics of the tensor on screen, in the inspector."""
        self.right.show_page("inspector")
        self.panes.show_right()
        self.inspector.show_stats()

    def focus_sentence(self) -> None:
        self.sentence.box().setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.sentence.box().selectAll()

    def focus_target(self) -> None:
        if self.sentence.has_target():
            self.sentence.target_box().setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.sentence.target_box().selectAll()

    def show_models(self) -> None:
        self.models_desk.open(self.look)

    # Look and language --------------------------------------------------------------------------------------

    def _adapt(self) -> None:
        """Make room where the window is small for its type."""
        narrow = self.panes.adapt(self.width(), self.height())
        self.sentence.set_compact(narrow)
        self.transport.setVisible(not self.panes.is_low(self.height()) and not self.presenting.on)
        self.panes.settle()
        self.working_desk.set_height(self.height() / self.look.font_scale)

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Transformer Tutor"))
        self.acts.retranslate()
        for name, text in _CORNER.items():
            self.actions_[name].setIconText(text)
        self._corner.set_theme(self.look)
        self.left.set_title("outline", self.tr("Outline"))
        self.left.set_title("map", self.tr("Map"))
        self.right.set_title("lesson", self.tr("Lesson"))
        self.right.set_title("inspector", self.tr("Inspector"))
        self.right.set_title("heads", self.tr("Heads"))
        self.right.set_title("whatif", self.tr("What if"))
        self.right.set_title("vocabulary", self.tr("Vocabulary"))
        self.stage.set_view_title("bars", self.tr("Bars"), self.tr("The chosen row as bars (Shift+T)"))
        self.stage.set_view_title("grid", self.tr("Grid"), self.tr("The same step of every block, head by head"))
        self.place_desk.show_model()
        self.places.retranslate()
        self.recent.retranslate()
        self.engine_desk.retranslate()
        self.presenting.refresh()
        self.desk.show_chips()
        self.stage_desk.show_again()
        self.working_desk.ask()
        self.ask_again()
        self.retranslate_learning()
        self._refresh()

    # Qt's own -----------------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Keys of single characters reach here only where the focused view did not want them.
        if self.acts.take_key(event):
            event.accept()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.presenting.resized()
        self._adapt()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            handle = self.windowHandle()
            self._mouse.watch(handle)
            handle.screenChanged.connect(self._other_screen, Qt.ConnectionType.UniqueConnection)
            self.stage.equation.setFocus(Qt.FocusReason.OtherFocusReason)

    def _other_screen(self) -> None:
        self.look_desk.apply(self.look)  # icons are drawn for the screens that there were

    def closeEvent(self, event: QCloseEvent) -> None:
        self.presenting.leave()
        self._settings.setValue("geometry", self.saveGeometry())
        self.panes.save(self._settings)
        self._patience.stop()
        self._make_late.stop()
        self.places.close()
        if self.is_made("progress_desk"):
            self.progress_desk.close()
        self.player.pause()
        self.desk.close()
        self.runner.close()
        super().closeEvent(event)
