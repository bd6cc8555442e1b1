"""The window: puts the panes together, and gives menus, keys, look and language to them.

Views send signals up; everything goes through the Session or the Runner and comes back down as `set_…` calls. What
happens between them is in the desks: sentence, stage, place and the others. Nothing is computed here.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QWidget

from tutor import commands, work
from tutor.engine import axes as ax
from tutor.engine import models
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import present, words
from tutor.views.actions import Actions
from tutor.views.bars import BarsView
from tutor.views.bars_desk import BarsDesk
from tutor.views.chips import TokenStrip
from tutor.views.chips_desk import ChipsDesk
from tutor.views.compare_desk import CompareDesk
from tutor.views.continue_desk import ContinueDesk
from tutor.views.continuebar import ContinueBar
from tutor.views.copy_desk import CopyDesk
from tutor.views.escapes import Escapes, Rank
from tutor.views.export_desk import ExportDesk
from tutor.views.files_desk import FilesDesk
from tutor.views.finder import Finder
from tutor.views.finder_desk import FinderDesk
from tutor.views.heads_desk import HeadsDesk
from tutor.views.headviews import HeadViews
from tutor.views.help_desk import HelpDesk
from tutor.views.inspector import Inspector
from tutor.views.look_desk import LookDesk
from tutor.views.map_desk import MapDesk
from tutor.views.mappane import MapPane
from tutor.views.marks import KEYED, MarksView
from tutor.views.mask_desk import MaskDesk
from tutor.views.models_desk import ModelsDesk
from tutor.views.motion import Motion
from tutor.views.mousekeys import MouseKeys
from tutor.views.names_desk import Names
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
from tutor.views.rowdrawer import RowDrawer
from tutor.views.scale_desk import ScaleDesk
from tutor.views.sentence_desk import SentenceDesk
from tutor.views.sentencebar import SentenceBar
from tutor.views.stage_desk import StageDesk
from tutor.views.stagepane import StagePane
from tutor.views.statusline import StatusLine
from tutor.views.teaching import Teaching
from tutor.views.theme import LIGHT, Theme
from tutor.views.thumbs_desk import ThumbsDesk
from tutor.views.timeline import Timeline
from tutor.views.timeline_desk import TimelineDesk
from tutor.views.trainingbar import TrainingBar
from tutor.views.transport import Corner, Transport
from tutor.views.vocab_desk import VocabDesk
from tutor.views.vocabview import VocabView
from tutor.views.what_is import WhatIs
from tutor.views.whatif_desk import WhatIfDesk
from tutor.views.whatif_views import WhatIfViews
from tutor.views.working_desk import WorkingDesk
from tutor.views.writing import Writing

#: What the choices in the menu bar's corner show.
_CORNER = {"english": "EN", "chinese": "中文", "smaller": "A−", "normal": "A", "larger": "A+"}
#: What the empty window offers; sentences of the source articles.
SAMPLES = ("Thinking Machines", "我喜欢机器学习")
_PATIENCE_MS = 500


class MainWindow(QMainWindow):
    """The one window.

    Signals:
        settled()  nothing is being computed and everything on screen is up to date
    """

    settled = Signal()

    def __init__(
        self, settings: QSettings, run: work.RunRequest, look: Theme = LIGHT, parent: QWidget | None = None
    ) -> None:
        """`run` computes a request; it is called on the runner's thread only."""
        super().__init__(parent)
        self._settings = settings
        self._run_seconds = 0.0
        self._said = ""
        self.session = Session(self)
        self.runner = Runner(self)
        self.acts = Actions(self)
        self.actions_: dict[str, QAction] = self.acts.by_id
        self.look_desk = LookDesk(settings, look, self.acts, self)
        self._make_views(look)
        self._make_desks(run)
        self._dress()
        self._connect()
        self._restore()
        self.look_desk.set_cjk(look.cjk)
        self.retranslate()

    # Making it ----------------------------------------------------------------------------------------------

    def _make_views(self, look: Theme) -> None:
        self.sentence = SentenceBar(look, [(name, name) for name in models.names()], models.MOST_LAYERS)
        self.strip = TokenStrip(look)
        self.continuing = ContinueBar(look)
        self.outline = Outline(look)
        self.stage = StagePane(look)
        self.nan_band = NanBand(look)
        self.stage.add_band(self.nan_band)
        self.inspector = Inspector(look)
        self.drawer = RowDrawer(look)
        self.stage.add_drawer(self.drawer)
        self.timeline = Timeline(look)
        steps = [self.actions_[one] for one in ("first", "previous", "next", "into", "out", "last")]
        self.transport = Transport(look, steps, self.actions_["next"])
        self.training = TrainingBar(look)
        self.writing = Writing(look)
        self.transport.add(self.writing)
        self.playbar = PlayBar(look, "F5")
        self.transport.add_group(self.playbar)
        self.transport.add_actions(self.actions_["bookmark"], self.actions_["copy_code"])
        self.marks, self.offer = MarksView(look), QuietLine(look)
        self.panes = Panes(look, self.stage)
        self.left, self.right = self.panes.left, self.panes.right
        self.side_map, self.map = MapPane(look, compact=True), MapPane(look)
        self.left.add("outline", self.outline)
        self.left.add("map", self.side_map)
        self.left.add_below(self.marks)
        self.right.add("inspector", self.inspector)
        self.bars, self.vocab = BarsView(look), VocabView(look)
        self.stage.add_view("bars", self.bars, "bars")
        self.heads = HeadViews(look, self.stage, self.right, self.acts)
        self.right.add("vocabulary", self.vocab)
        self.panes.add_above(self.sentence, self.strip, self.continuing, self.offer)
        self.panes.add_below(self.timeline)
        self.panes.add_below(self.transport, self.training)
        self.panes.assemble()
        self.panes.add_cover(self.map)
        self.panes.set_stops(
            self.sentence.box(), self.strip, self.outline.tree(), self.side_map.canvas, self.marks.list(),
            self.map.canvas, self.stage, self.right, self.timeline,
        )  # fmt: skip
        self.setCentralWidget(self.panes)
        self.finder = Finder(look, self.panes)
        self.look_desk.dress(self.finder)
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

    def _make_desks(self, run: work.RunRequest) -> None:
        self.chips = ChipsDesk(self.session, self.strip, self.writing, self)
        self.desk = SentenceDesk(self.session, self.runner, run, self.sentence, self.chips, self)
        self.help = HelpDesk(self.session, self.desk, self)
        self.continue_desk = ContinueDesk(self.session, self.runner, self.desk, self.continuing, self)
        self.gaps = MaskDesk(self.session, self.desk, self.sentence, self)
        self.models_desk = ModelsDesk(self.runner, self)
        self.files = FilesDesk(self.session, self.desk, self.models_desk, self)
        # Before the stage's own desk: a row of bars is asked for first, since it is there long before a giant's map.
        self.names = Names(self.session, self.runner, self.desk, self)
        self.bars_desk = BarsDesk(self.session, self.runner, self.names, self.stage, self.bars, self)
        self.stage_desk = StageDesk(self.session, self.runner, self.stage, self.inspector, self.strip, self.chips, self)
        self.heads_desk = HeadsDesk(self.session, self.runner, self.stage, self.right, self.heads, self)
        self.compare_desk = CompareDesk(self.session, self.runner, self.desk, self.stage_desk, self.heads, self)
        self.what_if = WhatIfDesk(self.session, self.runner, self.desk, self)
        edits = (self.actions_["what_if_undo"], self.actions_["what_if_redo"], self.actions_["what_if_reset"])
        self.what_if_views = WhatIfViews(self.session, self.runner, self.what_if, self.right, edits, self.look, self)
        self.stage.add_band(self.what_if_views.bar)
        self.stage.add_tool(self.what_if_views.tool(self.actions_["what_if"]))
        self.scale_desk = ScaleDesk(self.session, self.runner, self.stage, self.stage_desk, self)
        self.copy_desk = CopyDesk(self.runner, self.stage, self.stage_desk, self)
        self.nan_desk = NanDesk(self.session, self.runner, self.stage_desk, self.nan_band, self)
        self.working_desk = WorkingDesk(
            self.session, self.runner, self.stage, self.inspector, self.stage_desk, self.drawer, self
        )
        self.finding = FinderDesk(self.session, self.finder, self.actions_, models.names, self.desk.samples, self)
        self.maps = MapDesk(self.session, self.runner, (self.side_map, self.map), self)
        self.thumbs = ThumbsDesk(self.session, self.runner, self)
        self.lanes = TimelineDesk(self.session, self.timeline, self.thumbs, self)
        self.place_desk = PlaceDesk(
            self.session, self.outline, self.timeline, self.lanes, self.stage, self.inspector, self
        )
        self.teaching = Teaching(self.session, self.runner, self.desk, self.panes, self.working_desk,
                                 self.look_desk, self._settings, self)  # fmt: skip
        self.teaching.join(self.finding)
        self.what_is = WhatIs(self.teaching, self)
        self._make_moves()
        self._make_vocabulary()
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

    def _make_vocabulary(self) -> None:
        """The page Vocabulary, and what is written to files of it and of everything else."""
        self.names.changed.connect(self.working_desk.set_names)
        self.vocab_desk = VocabDesk(self.session, self.runner, self.names, self.gaps, self.right, self.vocab, self)
        self.exporter = ExportDesk(
            self.session, self.runner, self.stage, self.stage_desk, self.look_desk, self._settings, self
        )  # fmt: skip

    def _make_places(self) -> None:
        """Bookmarks, sessions, presenting, and the order in which Esc asks the parts of the window."""
        jumps = [self.actions_[f"jump_{number}"] for number in range(1, KEYED + 1)]
        self.places = PlacesDesk(
            self.session, self.desk, self.stage, self.timeline, self.outline, self.marks, self.offer, jumps, self
        )  # fmt: skip
        self.places.join_pins(self.compare_desk.hold)
        self.recent = Recent(self._settings, self.acts.menu(str(commands.FILE)), self.actions_["save_session"], self)
        self.presenting = Presenting(
            self, self.session, self.acts, self.look_desk, self.panes, self.stage, self.inspector
        )  # fmt: skip
        self.presenting.hide_too(self.menuBar(), self.sentence, self.strip, self.continuing, self.offer, self.training)
        self.presenting.changed.connect(self._adapt)
        self.presenting.said.connect(self.say)
        self.files.sessionChosen.connect(self.places.open_file)
        self.recent.chosen.connect(self.places.open_file)
        self.places.opened.connect(self.recent.add)
        self.places.said.connect(self.say)
        self.places.join("changes", self.what_if.plain, self.what_if.take)
        self.escapes = Escapes()
        for close in (self.maps.escape, self.continue_desk.escape, self.presenting.unblank):
            self.escapes.add(Rank.POPUP, close)
        for cancel in (self.teaching.escape, self._cancel_export, self._cancel_what_if, self._cancel_run):
            self.escapes.add(Rank.RUN, cancel)
        for unpin in (self._unpin, self.session.trail.leave):
            self.escapes.add(Rank.UNPIN, unpin)
        for clear in (self.compare_desk.unpin, self.compare_desk.clear):
            self.escapes.add(Rank.UNPIN_COMPARE, clear)
        self.escapes.add(Rank.PRESENTING, self.presenting.leave)

    def _dress(self) -> None:
        """Which views have the theme, and which backgrounds are its colours."""
        self.look_desk.dress(
            self.sentence, self.strip, self.continuing, self.outline, self.stage, self.inspector, self.drawer,
            self.timeline, self.transport, self.playbar, self.training, self.writing, self._corner, self._status,
            self.panes, self.side_map, self.map, self.bars, self.vocab, self.nan_band, self.marks, self.offer,
            self.presenting, *self.heads.all(), self.what_if_views,
        )  # fmt: skip
        self.look_desk.ground("strip", self.panes.bottom, self.sentence, self.strip, self.continuing, self.menuBar(),
                              self.offer)  # fmt: skip
        self.look_desk.ground("win", self._status)

    def _connect(self) -> None:
        self.acts.connect_to(self)
        self.look_desk.dressed.connect(self._adapt)
        self.panes.folded.connect(self._adapt)
        self.maps.opened.connect(self._show_map)
        self.finding.modelChosen.connect(self.desk.use_model)
        self.finding.sentenceChosen.connect(self.desk.start_sample)
        self.finding.went.connect(self._leave_text)
        self.continue_desk.left.connect(self._focus_stage)
        self.stage.sampleChosen.connect(self.desk.start_sample)
        self.training.stepChosen.connect(self.desk.use_step)
        self.models_desk.used.connect(self.desk.use_model_on)
        self.models_desk.came.connect(self.sentence.offer)
        self.models_desk.said.connect(self.say)
        self.teaching.said.connect(self.say)
        self.desk.busyChanged.connect(self._busy_changed)
        self.desk.progressed.connect(self._progressed)
        self.desk.ran.connect(self._ran)
        self.desk.said.connect(self.say)
        self.desk.erred.connect(self.help.note_error)
        self.help.said.connect(self.say)
        self.desk.idle.connect(self._idle)
        self.gaps.changed.connect(self._refresh)
        self.what_if.busyChanged.connect(self._busy_changed)
        self.what_if.progressed.connect(self._progressed)
        self.what_if.failed.connect(self._stage_failed)
        self.what_if.said.connect(self.say)
        self.what_if_views.toldChanged.connect(self.sentence.set_what_if)
        self.sentence.whatIfWanted.connect(self.what_if_views.open)
        for told in (self.session.changes.changed, self.session.changes.compared, self.session.changes.viewed):
            told.connect(self._refresh)
            told.connect(self._show_changed)
        self.stage_desk.shown.connect(self._refresh)
        self.stage_desk.shown.connect(self.panes.bring_cells_up)
        self.stage_desk.failed.connect(self._stage_failed)
        self.stage_desk.said.connect(self.say)
        self.heads_desk.compared.connect(self.compare_desk.hold)
        self.compare_desk.said.connect(self.say)
        self.copy_desk.said.connect(self.say)
        self.stage.table.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.stage.table.addActions([self.actions_[one] for one in ("copy", "copy_numpy", "copy_markdown")])
        self.working_desk.failed.connect(self._stage_failed)
        self.bars_desk.failed.connect(self._stage_failed)
        self.exporter.busyChanged.connect(self._busy_changed)
        self.exporter.progressed.connect(self._progressed)
        self.exporter.said.connect(self.say)
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

    def _cancel_run(self) -> bool:
        busy = self.desk.busy()
        if busy:
            self.desk.cancel()
        return busy

    def _show_changed(self) -> None:
        self.maps.set_changed(self.session.changes.steps())

    def _cancel_what_if(self) -> bool:
        busy = self.what_if.busy()
        if busy:
            self.what_if.cancel()
        return busy

    def _cancel_export(self) -> bool:
        busy = self.exporter.busy()
        if busy:
            self.exporter.cancel()
        return busy

    def _unpin(self) -> bool:
        pinned = self.session.cell is not None
        self.session.pin(None)
        return pinned

    def _busy_changed(self, busy: bool) -> None:
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
        self._status.show_progress(self.desk.busy() or self.what_if.busy() or self.exporter.busy())

    def _progressed(self, done: float) -> None:
        self._status.set_progress(round(100 * done))

    def _ran(self, run: work.Run) -> None:
        self._run_seconds = run.seconds
        self.training.set_steps(*self.desk.training())
        if any(box.hasFocus() for box in self.sentence.boxes()) and self.desk.shows_its_run():
            # The sentence is run: the keys now step through it. (Unless the next one is being typed already.)
            self.stage.current_view().setFocus(Qt.FocusReason.OtherFocusReason)
        self._refresh()

    def _stage_failed(self, error: BaseException) -> None:
        self.help.note_error(f"{type(error).__name__}: {error}")
        self.say(self.desk.sentence(error))

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

    def is_settled(self) -> bool:
        """Whether everything on screen is up to date."""
        return self.runner.is_idle() and self.desk.is_settled()

    # Where the learner is -----------------------------------------------------------------------------------

    def _moved(self) -> None:
        self._said = ""
        self._refresh()
        self.place_desk.announce()

    def _refresh(self) -> None:
        there = self.session.trace is not None
        for name in ("next", "previous", "into", "first", "last", "next_block", "previous_block", "save", "export",
                     "next_head", "previous_head", "undo_move", "redo_move", "play", "bookmark", "copy_code",
                     "save_session", "all_heads", "head_grid", "pin", "difference", "blink"):  # fmt: skip
            self.actions_[name].setEnabled(there)
        self.actions_["out"].setEnabled(there and self.session.inside)
        for name, useful in (("target", self.sentence.has_target()), ("mask", bool(self.gaps.mask()))):
            self.actions_[name].setVisible(useful)
            self.actions_[name].setEnabled(useful)
        if there:
            self.stage.set_empty("")
            self.place_desk.refresh(self.stage_desk.ready())
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
            where = self.place_desk.where(self.stage_desk.ready())
            said = (self.what_if_views.told(), words.section(self.session.stop.section),
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

    def _leave_text(self) -> None:
        """The keys step through the model, no longer through a text."""
        if any(box.hasFocus() for box in self.sentence.boxes()):
            self._focus_stage()

    def _focus_stage(self) -> None:
        self.stage.current_view().setFocus(Qt.FocusReason.OtherFocusReason)

    def _show_map(self, shown: bool) -> None:
        self.panes.show_cover(shown)
        (self.map.canvas if shown else self.stage.current_view()).setFocus(Qt.FocusReason.OtherFocusReason)

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

    @property
    def look(self) -> Theme:
        return self.look_desk.theme

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
        self.right.set_title("inspector", self.tr("Inspector"))
        self.right.set_title("heads", self.tr("Heads"))
        self.right.set_title("whatif", self.tr("What if"))
        self.right.set_title("vocabulary", self.tr("Vocabulary"))
        self.stage.set_view_title("bars", self.tr("Bars"), self.tr("The chosen row as bars (Shift+T)"))
        self.stage.set_view_title("grid", self.tr("Grid"), self.tr("The same step of every block, head by head"))
        self.place_desk.show_model()
        self.places.retranslate()
        self.recent.retranslate()
        self.presenting.refresh()
        self.maps.show_map()
        self.desk.show_chips()
        self.stage_desk.show_again()
        self.heads_desk.ask()
        self.compare_desk.refresh()
        self.what_if_views.refresh()
        self.working_desk.ask()
        self.bars_desk.ask()
        self.vocab_desk.ask()
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
            self._mouse.watch(self.windowHandle())
            self.stage.equation.setFocus(Qt.FocusReason.OtherFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.presenting.leave()
        self._settings.setValue("geometry", self.saveGeometry())
        self.panes.save(self._settings)
        self._patience.stop()
        self.places.close()
        self.player.pause()
        self.desk.close()
        self.runner.close()
        super().closeEvent(event)
