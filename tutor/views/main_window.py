"""The window: puts the panes together and turns what the Session says into what they show.

Views send signals up; everything goes through the Session or the Runner and comes back down as `set_…` calls.
Nothing is computed here.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAction,
    QCloseEvent,
    QKeyEvent,
    QKeySequence,
    QShowEvent,
)  # fmt: skip
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QMessageBox,
    QProgressBar,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor import commands, work
from tutor.engine import axes as ax
from tutor.engine import models
from tutor.engine.axes import AxesError
from tutor.engine.files import FileError
from tutor.engine.spec import SpecError
from tutor.engine.tokens import TokenError
from tutor.engine.trace import TraceError
from tutor.engine.weights import WeightsError
from tutor.runner import Runner
from tutor.session import OPERATION, STAGE, Session
from tutor.versions import versions
from tutor.views import numbers, present, style, theme, words
from tutor.views.chips import TokenStrip
from tutor.views.icons import icon
from tutor.views.inspector import Inspector
from tutor.views.outline import Outline
from tutor.views.sentencebar import SentenceBar
from tutor.views.stagepane import StagePane, Tab
from tutor.views.theme import DARK, LIGHT, Theme
from tutor.views.timeline import Timeline
from tutor.views.timelinepaint import Segment, StageChip
from tutor.views.transport import Corner, Transport

RUN, PICTURE, WORKING, SAVE, TOKENS = "run", "picture", "working", "save", "tokens"
#: Errors whose message is a sentence for people.
WORDED = (AxesError, FileError, SpecError, TokenError, TraceError, WeightsError)
_TYPING_PAUSE_MS = 80
#: What the choices in the menu bar's corner show.
_CORNER = {"english": "EN", "chinese": "中文", "smaller": "A−", "normal": "A", "larger": "A+"}
#: What the empty window offers; sentences of the source articles.
SAMPLES = ("Thinking Machines", "我喜欢机器学习")
_PATIENCE_MS = 500
_SMALLEST_TYPE, _LARGEST_TYPE = 80, 250


class MainWindow(QMainWindow):
    """The one window.

    Signals:
        languageChosen(str)  another language was asked for; the application installs it
        settled()            nothing is being computed and everything on screen is up to date
    """

    languageChosen = Signal(str)
    settled = Signal()

    def __init__(
        self, settings: QSettings, run: work.RunRequest, look: Theme = LIGHT, parent: QWidget | None = None
    ) -> None:
        """`run` computes a request; it is called on the runner's thread only."""
        super().__init__(parent)
        self._settings = settings
        self._run_request = run
        self._theme = look
        self._texts: list[str] = [""]
        self._row = 0
        self._request = work.Request(("",))
        self._run_seconds = 0.0
        self._shown: work.Shown | None = None
        self._problem = ""
        self._last_error = ""
        self._announced = ""
        self.session = Session(self)
        self.runner = Runner(self)
        self.typing_runner = Runner(self)
        self._make_actions()
        self._make_panes()
        self._make_menus()
        self._connect()
        self._restore()
        self.set_cjk(look.cjk)
        self.retranslate()
        self._refresh_all()

    # ---------------------------------------------------------------------------------------------- making it

    def _make_actions(self) -> None:
        self.actions_: dict[str, QAction] = {}
        for command in commands.COMMANDS:
            action = QAction(self)
            action.setObjectName(command.id)
            action.setShortcuts([QKeySequence(keys) for keys in command.keys])
            action.triggered.connect(getattr(self, command.slot))
            action.setCheckable(command.choice)
            self.addAction(action)
            self.actions_[command.id] = action
        self._scoped_keys = {
            QKeySequence(keys)[0].toCombined(): command.id  # type: ignore[index]
            for command in commands.COMMANDS
            for keys in command.scoped
        }

    def _make_panes(self) -> None:
        look = self._theme
        names = [(name, name) for name in models.names()]
        self.sentence = SentenceBar(look, names)
        self.strip = TokenStrip(look)
        self.outline = Outline(look)
        self.stage = StagePane(look)
        self.inspector = Inspector(look)
        self.timeline = Timeline(look)
        steps = [self.actions_[one] for one in ("first", "previous", "next", "into", "out", "last")]
        self.transport = Transport(look, steps, self.actions_["next"])
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        for pane in (self.outline, self.stage, self.inspector):
            self.splitter.addWidget(pane)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self.outline.setMinimumWidth(150)
        self.inspector.setMinimumWidth(220)
        self.stage.setMinimumWidth(420)
        self._bottom = QWidget()
        bottom = QVBoxLayout(self._bottom)
        bottom.setContentsMargins(0, 4, 0, 0)
        bottom.setSpacing(2)
        bottom.addWidget(self.timeline)
        bottom.addWidget(self.transport)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.sentence)
        column.addWidget(self.strip)
        column.addWidget(self.splitter, 1)
        column.addWidget(self._bottom)
        self._whole = whole
        self.setCentralWidget(whole)
        self._status_left, self._status_right = QLabel(), QLabel()
        self._progress = QProgressBar()
        self._progress.setRange(0, 100)
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(120)
        self._progress.hide()
        self.statusBar().addWidget(self._status_left, 1)
        self.statusBar().addPermanentWidget(self._progress)
        self.statusBar().addPermanentWidget(self._status_right)
        self.statusBar().setSizeGripEnabled(False)
        self.statusBar().setContentsMargins(10, 0, 10, 0)

    def _make_menus(self) -> None:
        self._menus: dict[str, QMenu] = {}
        for menu in commands.MENUS:
            self._menus[str(menu)] = self.menuBar().addMenu("")
        for command in commands.COMMANDS:
            self._menus[command.menu].addAction(self.actions_[command.id])

        self._corner = Corner(self._theme, [
            [self.actions_["english"], self.actions_["chinese"]],
            [self.actions_["light"], self.actions_["dark"]],
            [self.actions_["smaller"], self.actions_["normal"], self.actions_["larger"]],
        ])  # fmt: skip
        self.menuBar().setCornerWidget(self._corner, Qt.Corner.TopRightCorner)

    def _connect(self) -> None:
        bar = self.sentence
        bar.edited.connect(self._edited)
        bar.runRequested.connect(self.run)
        bar.cancelRequested.connect(self.cancel_run)
        bar.rowChosen.connect(self._choose_row)
        bar.rowAdded.connect(self._add_row)
        bar.rowRemoved.connect(self._remove_row)
        bar.modelChosen.connect(self._choose_model)
        bar.layersChosen.connect(self._choose_layers)
        bar.deviceChosen.connect(self._choose_device)
        self.strip.clicked.connect(self._chip_clicked)
        self.outline.stageChosen.connect(self.session.go_stop)
        self.timeline.stageChosen.connect(self.session.go_stop)
        self.timeline.operationChosen.connect(self._choose_operation)
        self.stage.stepChosen.connect(self._choose_step)
        self.stage.selected.connect(self.session.select)
        self.stage.hovered.connect(self._hovered)
        self.stage.clicked.connect(self._clicked)
        self.stage.table.cellChosen.connect(self._table_chosen)
        self.stage.sampleChosen.connect(self._run_sample)
        self.session.traceChanged.connect(self._trace_changed)
        self.session.moved.connect(self._moved)
        self.session.selectionChanged.connect(self._selection_changed)
        for runner in (self.runner, self.typing_runner):
            runner.done.connect(self._done)
            runner.failed.connect(self._failed)
            runner.idle.connect(self._idle)
        self.runner.progressed.connect(self._progressed)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_PAUSE_MS)
        self._typing.timeout.connect(self._tokenize)
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._show_progress)

    def _restore(self) -> None:
        screen = self.screen().availableGeometry() if self.screen() else None
        # Room for the frame that the system puts round the window.
        high = min(800, screen.height() - 40) if screen is not None else 800
        self.resize(min(1280, screen.width()) if screen is not None else 1280, high)
        geometry = self._settings.value("geometry")
        if isinstance(geometry, QByteArray):
            self.restoreGeometry(geometry)
        panes = self._settings.value("panes")
        if not (isinstance(panes, QByteArray) and self.splitter.restoreState(panes)):
            self.splitter.setSizes([190, 764, 326])

    # ------------------------------------------------------------------------------------------------ running

    def start(self, request: work.Request) -> None:
        """Put sentences into the box and run them."""
        self._request = request
        self._texts = list(request.texts) or [""]
        self._row = 0
        self._show_request()
        self.run()

    def open(self, path: Path) -> None:
        """Open a saved trace."""
        self.runner.submit(RUN, partial(_open, path))
        self._set_busy(True)

    def run(self) -> None:
        """Run what is in the box; an older run is voided."""
        self._typing.stop()
        self._texts[self._row] = self.sentence.text()
        self._request = replace(self._request, texts=tuple(self._texts))
        self.sentence.set_problem("")
        self.runner.submit(RUN, partial(self._run_request, self._request))
        self._set_busy(True)

    def _run_sample(self, text: str) -> None:
        self.start(replace(self._request, texts=(text,)))

    def cancel_run(self) -> None:
        """Give the run up; what was on screen stays."""
        self.runner.cancel(RUN)
        self._set_busy(False)

    def escape(self) -> None:
        """Cancel the run, else unpin."""
        if self.runner.busy(RUN):
            self.cancel_run()
        else:
            self.session.pin(None)

    def _set_busy(self, busy: bool) -> None:
        self.sentence.set_busy(busy)
        if busy:
            self._problem = ""
            self._progress.setValue(0)
            self._patience.start()
        else:
            self._patience.stop()
            self._progress.hide()
        if self.session.trace is None:
            self._refresh_place()
        self._refresh_status()

    def _show_progress(self) -> None:
        if self.runner.busy(RUN) or self.runner.busy(SAVE):
            self._progress.show()

    def _progressed(self, channel: str, done: float) -> None:
        if channel in (RUN, SAVE):
            self._progress.setValue(round(100 * done))

    def _done(self, channel: str, result: object) -> None:
        if channel == RUN and isinstance(result, work.Run):
            self._set_busy(False)
            self._take_run(result)
        elif channel == PICTURE and isinstance(result, work.Shown):
            self._show_picture(result)
        elif channel == WORKING:
            self._show_working(result)
        elif channel == TOKENS:
            self._show_typed(result)
        elif channel == SAVE and isinstance(result, Path):
            self._set_busy(False)
            self._say(self.tr("Saved as {name}.").format(name=result.name))

    def _failed(self, channel: str, error: BaseException) -> None:
        sentence = str(error) if isinstance(error, WORDED) else ""
        self._last_error = f"{type(error).__name__}: {error}"
        if isinstance(error, MemoryError):
            sentence = self.tr("There is not enough memory for this: use a shorter sentence or fewer blocks.")
        if not sentence:
            sentence = self.tr("Something unexpected happened ({error}): try again, or change the sentence.")
            sentence = sentence.format(error=f"{type(error).__name__}: {error}"[:160])
        if channel == RUN:
            self._set_busy(False)
        if channel in (RUN, TOKENS) and isinstance(error, (TokenError, SpecError)):
            self.sentence.set_problem(sentence)
            if channel == TOKENS:
                self.strip.set_rows([()], 0, [self.tr("Tokens")])
        elif channel == WORKING:
            self.inspector.set_explanation(None)
            self._say(sentence)
        else:
            if channel == SAVE:
                self._set_busy(False)
            self._say(sentence)

    def _say(self, sentence: str) -> None:
        """One sentence in the status line, until the learner moves or runs."""
        self._problem = sentence
        self._refresh_status()

    def report(self, kind: str, log: str) -> None:
        """Say that something went wrong that nobody foresaw."""
        self._last_error = f"{kind}, see {log}"
        self._say(self.tr("Something went wrong ({kind}), and the window goes on: details are in {log}.").format(
            kind=kind, log=log))  # fmt: skip

    def _take_run(self, run: work.Run) -> None:
        self._run_seconds = run.seconds
        trace = run.trace
        if run.request is None:
            texts = trace.batch.texts
            self._texts = list(texts)
            self._row = 0
            self._request = work.Request(tuple(self._texts), trace.spec.name)
        self._show_request()
        self.session.set_trace(trace)
        if self.sentence.box().hasFocus():
            # The sentence is run: the keys now step through it.
            self.stage.equation.setFocus(Qt.FocusReason.OtherFocusReason)
        if trace.notices:
            self._say(trace.notices[-1])

    def _idle(self) -> None:
        if self.is_settled():
            self.settled.emit()

    def is_settled(self) -> bool:
        """Whether everything on screen is up to date."""
        return self.runner.is_idle() and self.typing_runner.is_idle() and not self._typing.isActive()

    # ------------------------------------------------------------------------------------------- the sentence

    def _show_request(self) -> None:
        self.sentence.set_rows(self._row, len(self._texts))
        self.sentence.set_text(self._texts[self._row])
        preset = self._request.model in models.names()
        layers = self._request.layers
        if preset and layers is None:
            layers = models.find(self._request.model).spec.n_layers
        self.sentence.set_model(self._request.model, layers or 1, not preset)
        self.sentence.set_device(self._request.device)

    def _edited(self, text: str) -> None:
        self._texts[self._row] = text
        self._typing.start()

    def _tokenize(self) -> None:
        text = self._texts[self._row]
        self.typing_runner.submit(TOKENS, partial(_tokens, self._request.model, text))

    def _show_typed(self, batch: object) -> None:
        self.sentence.set_problem("")
        self.strip.set_rows([present.chips(batch, 0)], 0, [self.tr("Tokens")])  # type: ignore[arg-type]
        self._mark_chips(None)

    def _choose_row(self, row: int) -> None:
        """Another sentence of the batch: in the box, and on screen where it was run."""
        self._texts[self._row] = self.sentence.text()
        self._row = min(row, len(self._texts) - 1)
        self._show_request()
        trace = self.session.trace
        if trace is not None and self._row < trace.batch.n_rows:
            self.session.select(ax.BATCH, self._row)
        if not self._is_run(self._row):
            self._tokenize()
        else:
            self._show_chips()

    def _is_run(self, row: int) -> bool:
        trace = self.session.trace
        return trace is not None and row < trace.batch.n_rows and trace.batch.texts[row] == self._texts[row]

    def _add_row(self) -> None:
        self._texts[self._row] = self.sentence.text()
        self._texts.append("")
        self._row = len(self._texts) - 1
        self._show_request()
        self.strip.set_rows([()], 0, [self.tr("Tokens")])
        self.focus_sentence()

    def _remove_row(self) -> None:
        if len(self._texts) > 1:
            del self._texts[self._row]
            self._row = min(self._row, len(self._texts) - 1)
            self._show_request()
            self.run()

    def _choose_model(self, name: str) -> None:
        self._request = replace(self._request, model=name, layers=None)
        self._show_request()
        self.run()

    def _choose_layers(self, layers: int) -> None:
        self._request = replace(self._request, layers=layers)
        self.run()

    def _choose_device(self, device: str) -> None:
        self._request = replace(self._request, device=device)
        self.run()

    def _chip_clicked(self, _row: int, index: int) -> None:
        """A token: pin it where the step has its row, keeping the column."""
        trace, session = self.session.trace, self.session
        if trace is None or self._shown is None or self._shown.picture.path != session.cursor.path:
            return
        panel = self._shown.picture.result
        if panel.rows is not None and panel.rows.name in ax.TOKEN_AXES and index < panel.values.shape[0]:
            place = panel.place(session.cell) if session.cell is not None else None
            session.pin(panel.index(index, place[1] if place else 0))

    # ----------------------------------------------------------------------------------------------- the view

    def _trace_changed(self) -> None:
        self._shown = None
        trace = self.session.trace
        if trace is not None:
            self.outline.set_branches(present.branches(trace))
            sections = trace.program.sections
            self.timeline.set_segments(
                [Segment(words.section(one.name), one.stops[0].number, len(one.stops)) for one in sections]
            )
            self.timeline.set_stage_titles([words.stage(stop.stage.title) for stop in trace.program.stops])
        self._show_chips()

    def _moved(self) -> None:
        self._problem = ""
        self._refresh_place()
        self._ask_picture()
        self._ask_working()
        self._announce()

    def _selection_changed(self) -> None:
        trace = self.session.trace
        if trace is not None:
            row = self.session.selection.of(ax.Axis(ax.BATCH, trace.batch.n_rows))
            if row != self._row and row < len(self._texts):
                self._texts[self._row] = self.sentence.text()
                self._row = row
                self._show_request()
            if self._is_run(self._row):
                self._show_chips()
        self._refresh_choices()
        self._ask_picture()
        self._ask_working()

    def _show_chips(self) -> None:
        trace = self.session.trace
        if trace is None:
            self.strip.set_rows([()], 0, [self.tr("Tokens")])
            return
        row = min(self._row, trace.batch.n_rows - 1)
        self.strip.set_rows([present.chips(trace.batch, row)], 0, [self.tr("Tokens")])
        self._mark_chips(self.session.cell)

    def _ask_picture(self) -> None:
        session = self.session
        if session.trace is not None:
            job = partial(_show, session.trace, session.cursor.path, session.selection)
            self.runner.submit(PICTURE, job)

    def _ask_working(self) -> None:
        session = self.session
        if session.trace is None or session.cell is None:
            self.runner.cancel(WORKING)
            self.inspector.set_explanation(None)
            self._mark_chips(None)
        else:
            self.runner.submit(WORKING, partial(_explain, session.trace, session.cursor.path, session.cell))

    def _show_picture(self, shown: work.Shown) -> None:
        trace = self.session.trace
        if trace is None or shown.picture.path != self.session.cursor.path:
            return
        self._shown = shown
        made, sign, caption = present.parts(trace, shown.picture)
        self.stage.equation.set_parts(made, sign, caption, self._step_title())
        self.stage.table.set_map(made[-1].data, shown.picture.path)
        self.stage.set_formula(shown.formula, shown.latex, shown.code)
        self.inspector.set_code(shown.code)
        scales: dict[tuple[str, float, float], list[str]] = {}
        for panel in (shown.picture.result, *shown.picture.operands):
            if panel.kind != "ids" and panel.high > panel.low:
                kind = "prob" if panel.kind == "probability" else "signed"
                scales.setdefault((kind, panel.low, panel.high), []).append(panel.name.rsplit(".", 1)[-1])
        bars = [(", ".join(dict.fromkeys(names)), *key) for key, names in list(scales.items())[:2]]
        shared = shown.picture.result.shared
        if shown.picture.result.kind == "probability":
            about = self.tr("Scale fixed from 0 to 1")
        elif len(shared) > 1:
            about = self.tr("One scale for {names}").format(names=", ".join(n.rsplit(".", 1)[-1] for n in shared))
        else:
            about = ""
        self.stage.set_scales(bars, about)
        ids = shown.picture.result.kind == "ids"
        self.inspector.set_stats(() if ids else present.stats(shown.picture.stats))
        self._refresh_place()
        self._light_pinned()
        self.stage.set_readout("")

    def _show_working(self, working: object) -> None:
        trace, cell = self.session.trace, self.session.cell
        if trace is None or cell is None or working.name != self.session.cursor.path or working.index != cell:  # type: ignore[attr-defined]
            return
        if self._shown is not None and self._shown.picture.path == working.name:  # type: ignore[attr-defined]
            panel = self._shown.picture.result
            self.inspector.set_explanation(present.explanation(trace, panel, working))  # type: ignore[arg-type]
            self._light_pinned()

    def _light_pinned(self) -> None:
        trace, cell, shown = self.session.trace, self.session.cell, self._shown
        if trace is None or shown is None or shown.picture.path != self.session.cursor.path:
            return
        if cell is None:
            self.stage.equation.set_pinned(None)
            self.stage.table.set_pinned(None)
        else:
            place = shown.picture.result.place(cell)
            self.stage.equation.set_pinned(place, present.lit(trace, shown.picture, cell))
            self.stage.table.set_pinned(place)
        self._mark_chips(cell)

    def _mark_chips(self, cell: tuple[int, ...] | None) -> None:
        trace = self.session.trace
        query = key = None
        if trace is not None and cell is not None:
            for axis, at in zip(trace.shapes[self.session.cursor.path], cell):
                if axis.name in (ax.QUERY, ax.POS):
                    query = at
                elif axis.name == ax.KEY:
                    key = at
        self.strip.set_query(query)
        self.strip.set_key(key)

    def _hovered(self, part: int, row: int, col: int) -> None:
        trace, shown = self.session.trace, self._shown
        if trace is None or shown is None or part < 0:
            self.stage.set_readout("")
            self.stage.equation.set_hover_lit(())
            return
        panels = (*shown.picture.operands, shown.picture.result)
        panel = panels[part]
        index = panel.index(row, col)
        value = panel.values[row, col]
        text = str(int(value)) if panel.kind == "ids" else numbers.fixed(float(value), 4)
        self.stage.set_readout(f"{present.place_words(trace, panel, index)}   {text}")
        if part == len(panels) - 1:
            self.stage.equation.set_hover_lit(present.lit(trace, shown.picture, index))

    def _clicked(self, part: int, row: int, col: int) -> None:
        trace, shown = self.session.trace, self._shown
        if trace is None or shown is None:
            return
        panels = (*shown.picture.operands, shown.picture.result)
        index = panels[part].index(row, col)
        if part == len(panels) - 1:
            self.session.pin(None if index == self.session.cell else index)

    def _table_chosen(self, row: int, col: int) -> None:
        shown = self._shown
        if shown is not None and shown.picture.path == self.session.cursor.path:
            self.session.pin(shown.picture.result.index(row, col))

    # ---------------------------------------------------------------------------------------- words and places

    def _step_title(self) -> str:
        step = self.session.step
        title = words.stage(step.stage.title)
        return f"{title} · {words.operation(step.op.title)}" if self.session.inside else title

    def _refresh_all(self) -> None:
        self._trace_changed()
        self._refresh_place()
        self._refresh_choices()
        self._refresh_status()

    def _refresh_place(self) -> None:
        session, trace = self.session, self.session.trace
        there = trace is not None
        for name in ("next", "previous", "into", "out", "first", "last", "next_block", "previous_block", "save",
                     "next_head", "previous_head"):  # fmt: skip
            self.actions_[name].setEnabled(there)
        busy = self.runner.busy(RUN)
        if trace is not None:
            self.stage.set_empty("")
        elif busy:
            self.stage.set_empty(self.tr("The engine is starting. You can type in the meantime."))
        else:
            self.stage.set_empty(self.tr("Type a sentence and press Run, or start with a sample:"), SAMPLES)
        if trace is None:
            self.stage.set_place((), "")
            self.stage.set_step(self.tr("Starting…") if busy else self.tr("No run yet"), "", ())
            self.stage.set_tabs((), "")
            self.inspector.set_why("")
            self.transport.refresh()
            self._refresh_status()
            return
        stop, step = session.stop, session.step
        visited = [one.number for one in session.stops if session.visited(one)]
        self.outline.set_place(stop.number, visited)
        self.timeline.set_stage(stop.number)
        self.timeline.set_visited(visited)
        self.timeline.set_stages([
            StageChip(words.stage(one.stage.title), one.number, session.visited(one)) for one in session.section.stops
        ])  # fmt: skip
        if session.inside:
            at = [one.name for one in stop.steps].index(step.name)
            chips = [StageChip(_short(one.name), number, number < at) for number, one in enumerate(stop.steps)]
            self.timeline.set_operations(chips, at)
        else:
            self.timeline.set_operations(None)
        inside = stop if session.inside else None
        self.timeline.set_uses(present.uses(trace, step.name, session.section.stops, inside))
        crumbs = [self.tr("Model"), words.section(stop.section), words.stage(stop.stage.title)]
        if session.inside:
            crumbs.append(step.name.rsplit(".", 1)[-1])
        ready = self._shown is not None and self._shown.picture.path == step.name
        self.stage.set_place(crumbs, self._where(ready), not ready)
        axes = trace.shapes[step.name]
        self.stage.set_step(self._step_title(), step.name, [(axis.name, axis.size) for axis in axes])
        # Inside a stage the timeline already shows its operations.
        shown = () if session.inside else stop.results
        tabs = [Tab(one.name, _short(one.name)) for one in shown] if len(shown) > 1 else []
        self.stage.set_tabs(tabs, step.name)
        self.inspector.set_why(words.why(stop.stage.key))
        self.actions_["out"].setEnabled(session.inside)
        self.transport.refresh()
        self._refresh_choices()
        self._refresh_status()

    def _where(self, ready: bool) -> str:
        session = self.session
        total = len(session.stops)
        if session.inside:
            at = [one.name for one in session.stop.steps].index(session.step.name) + 1
            place = self.tr("operation {k} of {n}, stage {s} of {total}").format(
                k=at, n=len(session.stop.steps), s=session.stop.number + 1, total=total
            )
        else:
            place = self.tr("stage {s} of {total}").format(s=session.stop.number + 1, total=total)
        return self.tr("✓ result shown · {place}").format(place=place) if ready else self.tr(
            "computing… · {place}").format(place=place)  # fmt: skip

    def _refresh_choices(self) -> None:
        trace = self.session.trace
        if trace is None:
            self.stage.set_axes_choices(())
            return
        from tutor.engine.picture import choose

        step = self.session.step
        axes = trace.shapes[step.name]
        shown = choose(axes, step.op.picture == "alone")
        names = {ax.HEAD: self.tr("Head")}
        self.stage.set_axes_choices([
            (axis.name, names.get(axis.name, axis.name), self.session.selection.of(axis), axis.size)
            for at, axis in enumerate(axes)
            if at not in shown and axis.size > 1 and axis.name != ax.BATCH  # sentences are chosen at the top
        ])  # fmt: skip

    def _refresh_status(self) -> None:
        trace = self.session.trace
        if self._problem:
            left = self._problem
        elif self.runner.busy(RUN):
            left = self.tr("Starting the engine…") if trace is None else self.tr("Running…")
        elif trace is None:
            left = self.tr("Type a sentence and press Run.")
        else:
            left = " · ".join((words.section(self.session.stop.section), self._step_title(),
                               self._where(self._shown is not None)))  # fmt: skip
        self._status_left.setText(left)
        self._status_left.setToolTip(left)
        if trace is None:
            self._status_right.setText("")
            return
        params = sum(math.prod(axis.size for axis in weight.axes) for weight in trace.program.weights)
        blocks = self.tr("%n block(s)", "", trace.spec.n_layers)
        parts = [
            blocks, self.tr("{count} parameters").format(count=numbers.count(params)), "float32", trace.where,
            self.tr("{ms} ms").format(ms=round(self._run_seconds * 1000)),
        ]  # fmt: skip
        if trace.spec.note:
            self._status_right.setToolTip(trace.spec.note)
        self._status_right.setText("  ·  ".join(parts))

    def status_text(self) -> str:
        return self._status_left.text()

    def _announce(self) -> None:
        """Tell a screen reader where the learner is now."""
        if self.session.trace is None:
            return
        text = self.timeline.describe(self.session.stop.number)
        if text != self._announced:
            self._announced = text
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.timeline, text))

    # ------------------------------------------------------------------------------------------------ commands

    def next_step(self) -> None:
        self.session.next()

    def previous_step(self) -> None:
        self.session.previous()

    def into(self) -> None:
        self.session.into()

    def out(self) -> None:
        self.session.out()

    def first(self) -> None:
        self.session.first()

    def last(self) -> None:
        self.session.last()

    def next_block(self) -> None:
        self._by_block(1)

    def previous_block(self) -> None:
        self._by_block(-1)

    def _by_block(self, by: int) -> None:
        trace = self.session.trace
        if trace is not None:
            sections = trace.program.sections
            at = [one.name for one in sections].index(self.session.stop.section) + by
            if 0 <= at < len(sections):
                self.session.go_stop(sections[at].stops[0].number)

    def next_head(self) -> None:
        self._by_head(1)

    def previous_head(self) -> None:
        self._by_head(-1)

    def _by_head(self, by: int) -> None:
        trace = self.session.trace
        if trace is not None:
            head = next((one for one in trace.shapes[self.session.cursor.path] if one.name == ax.HEAD), None)
            if head is not None:
                self.session.select(ax.HEAD, (self.session.selection.of(head) + by) % head.size)

    def _choose_operation(self, at: int) -> None:
        if at < 0:
            self.session.out()
        elif self.session.trace is not None and at < len(self.session.stop.steps):
            self.session.go(self.session.stop.steps[at].name, OPERATION)

    def _choose_step(self, path: str) -> None:
        self.session.go(path, OPERATION if self.session.inside else STAGE)

    def toggle_table(self) -> None:
        """The heat maps, or the same numbers as a table."""
        self.stage.show_view(1 - self.stage.view())

    def diagnose(self) -> None:
        """Copy what a report of a problem needs."""
        trace, spec = self.session.trace, self._request
        lines = [
            *versions(),
            f"model {spec.model}, layers {spec.layers}, device {spec.device}",
            f"trace {trace.spec.to_json() if trace is not None else None}",
            f"place {self.session.cursor.path} {self.session.cell}",
            f"computed on {trace.where if trace is not None else None}",
            f"last error: {self._last_error or 'none'}",
        ]
        QApplication.clipboard().setText("\n".join(lines))
        self._say(self.tr("Diagnostics are on the clipboard: paste them into your report."))

    def focus_sentence(self) -> None:
        self.sentence.box().setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.sentence.box().selectAll()

    def next_pane(self) -> None:
        self._by_pane(1)

    def previous_pane(self) -> None:
        self._by_pane(-1)

    def _by_pane(self, by: int) -> None:
        panes: list[QWidget] = [self.sentence.box(), self.strip, self.outline.tree(), self.stage.current_view(),
                                self.inspector, self.timeline]  # fmt: skip
        focus = QApplication.focusWidget()
        at = next((n for n, pane in enumerate(panes) if focus is pane or (focus and pane.isAncestorOf(focus))), 0)
        target = panes[(at + by) % len(panes)]
        if target is self.inspector:
            target = self.inspector.first_focus()
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def open_trace(self) -> None:
        name = self.ask_open()
        if name:
            self.open(Path(name))

    def save_trace(self) -> None:
        trace = self.session.trace
        name = self.ask_save() if trace is not None else ""
        if name and trace is not None:
            path = Path(name)
            path = path if path.suffix else path.with_suffix(".safetensors")
            self._set_busy(True)
            self.runner.submit(SAVE, partial(work.save_trace, trace, path))

    def ask_open(self) -> str:
        """The file dialog, apart so that a test can answer in its place."""
        return QFileDialog.getOpenFileName(
            self, self.tr("Open a saved trace"), "", self.tr("Saved traces (*.safetensors)")
        )[0]

    def ask_save(self) -> str:
        """The file dialog, apart so that a test can answer in its place."""
        return QFileDialog.getSaveFileName(
            self, self.tr("Save this trace"), "trace.safetensors", self.tr("Saved traces (*.safetensors)")
        )[0]

    def show_keys(self) -> None:
        """The sheet of keys, made from the command table."""
        sheet = QDialog(self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.setWindowTitle(self.tr("Keys"))
        rows = [(one, [*one.keys, *one.scoped]) for one in commands.COMMANDS if one.keys or one.scoped]
        table = QTableWidget(len(rows), 2, sheet)
        table.setHorizontalHeaderLabels([self.tr("Keys"), self.tr("What they do")])
        table.verticalHeader().hide()
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        for at, (command, keys) in enumerate(rows):
            table.setItem(at, 0, QTableWidgetItem("   ".join(
                QKeySequence(one).toString(QKeySequence.SequenceFormat.NativeText) for one in keys)))  # fmt: skip
            table.setItem(at, 1, QTableWidgetItem(commands.title(command.text)))
        table.setColumnWidth(0, 200)
        table.horizontalHeader().setStretchLastSection(True)
        table.setAccessibleName(self.tr("Keys"))
        column = QVBoxLayout(sheet)
        column.addWidget(table)
        sheet.resize(520, 560)
        sheet.open()

    def show_about(self) -> None:
        from tutor import __version__

        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setWindowTitle(self.tr("About"))
        box.setText(self.tr("Transformer Tutor {version}").format(version=__version__))
        box.setInformativeText(self.tr("Every number on screen is the model's own and can be re-derived by hand."))
        box.open()

    # ----------------------------------------------------------------------------------------- look and language

    def use_light(self) -> None:
        self.set_look(replace(LIGHT, font_scale=self._theme.font_scale))

    def use_dark(self) -> None:
        self.set_look(replace(DARK, font_scale=self._theme.font_scale))

    def larger(self) -> None:
        self._set_type(self._theme.font_scale * 100 + 10)

    def smaller(self) -> None:
        self._set_type(self._theme.font_scale * 100 - 10)

    def normal_size(self) -> None:
        self._set_type(100)

    def _set_type(self, percent: float) -> None:
        percent = min(max(round(percent), _SMALLEST_TYPE), _LARGEST_TYPE)
        self.set_look(replace(self._theme, font_scale=percent / 100))

    def set_look(self, look: Theme) -> None:
        """Another theme or size of type, at once and everywhere."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            look = replace(theme.apply(app, look, look.font_scale), cjk=self._theme.cjk)
            style.install(app, look)
        self._settings.setValue("theme", look.name)
        self._settings.setValue("type", round(look.font_scale * 100))
        self._apply_theme(look)

    def _apply_theme(self, look: Theme) -> None:
        self._theme = look
        self.actions_["light"].setChecked(not look.dark)
        self.actions_["dark"].setChecked(look.dark)
        self._corner.set_theme(look)
        for view in (self.sentence, self.strip, self.outline, self.stage, self.inspector, self.timeline,
                     self.transport):  # fmt: skip
            view.set_theme(look)
        for command in commands.COMMANDS:
            if command.icon:
                self.actions_[command.id].setIcon(icon(command.icon, look, command.id == "next"))
        for widget, colour in ((self._bottom, look.strip), (self.sentence, look.strip), (self.strip, look.strip),
                               (self.menuBar(), look.strip), (self.statusBar(), look.win)):  # fmt: skip
            colours = widget.palette()
            colours.setColor(colours.ColorRole.Window, colour)
            widget.setPalette(colours)
            widget.setAutoFillBackground(True)
        for label in (self._status_left, self._status_right):
            label.setFont(theme.font(look, "dense"))
        self.transport.refresh()

    @property
    def look(self) -> Theme:
        return self._theme

    def use_english(self) -> None:
        self.languageChosen.emit("en")

    def use_chinese(self) -> None:
        self.languageChosen.emit("zh_CN")

    def set_cjk(self, cjk: bool) -> None:
        """Chinese headers have no capitals and no tracking."""
        self.actions_["chinese"].setChecked(cjk)
        self.actions_["english"].setChecked(not cjk)
        self._apply_theme(replace(self._theme, cjk=cjk))

    def retranslate(self) -> None:
        self.setWindowTitle(self.tr("Transformer Tutor"))
        short = {
            "next": self.tr("Next"), "previous": self.tr("Back"), "into": self.tr("Into"), "out": self.tr("Out"),
        }  # fmt: skip
        for command in commands.COMMANDS:
            action = self.actions_[command.id]
            action.setText(commands.title(command.text))
            action.setProperty("short", short.get(command.id, ""))
            action.setProperty("drawing", command.icon)
            action.setProperty("cap", next(iter((*command.scoped, *command.keys)), ""))
        for name, text in _CORNER.items():
            self.actions_[name].setIconText(text)
        for name, menu in self._menus.items():
            menu.setTitle(commands.title(name))
        self.timeline.setAccessibleName(self.tr("Timeline"))
        self._progress.setAccessibleName(self.tr("Progress"))
        trace = self.session.trace
        if trace is not None:
            self._trace_changed()
            self._shown = None
            self._ask_picture()
            self._ask_working()
        self._refresh_place()

    # ------------------------------------------------------------------------------------------------- Qt's own

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Keys of single characters reach here only where the focused view did not want them.
        focus = QApplication.focusWidget()
        prints = bool(event.text().strip()) and event.text().isprintable()
        typing = (isinstance(focus, QLineEdit) and prints) or isinstance(focus, (QAbstractSpinBox, QComboBox))
        name = None if typing else self._scoped_keys.get(event.keyCombination().toCombined())
        if name is not None and self.actions_[name].isEnabled():
            self.actions_[name].trigger()
            event.accept()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.stage.equation.setFocus(Qt.FocusReason.OtherFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("panes", self.splitter.saveState())
        self._typing.stop()
        self._patience.stop()
        for runner in (self.typing_runner, self.runner):
            runner.close()
        super().closeEvent(event)


def _short(path: str) -> str:
    """The end of a tensor's name; with the part before it where the end alone says little (`ln1.mean`)."""
    parts = path.split(".")
    return ".".join(parts[-2:]) if len(parts) > 1 and parts[-1] in ("mean", "var", "normalized") else parts[-1]


def _open(path: Path, job: work.Handle) -> work.Run:
    return work.open_trace(path)


def _show(trace: object, path: str, selection: object, job: work.Handle) -> work.Shown:
    return work.show(trace, path, selection)  # type: ignore[arg-type]


def _explain(trace: object, path: str, index: tuple[int, ...], job: work.Handle) -> object:
    return work.explain(trace, path, index)  # type: ignore[arg-type]


def _tokens(model: str, text: str, job: work.Handle) -> object:
    return work.tokens(model, (text,))

