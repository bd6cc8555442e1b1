"""The window: puts the panes together, and gives menus, keys, look and language to them.

Views send signals up; everything goes through the Session or the Runner and comes back down as `set_…` calls. What
happens between them is in the three desks: sentence, stage, place. Nothing is computed here.
"""

from __future__ import annotations

from dataclasses import replace
from operator import attrgetter
from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QSettings, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QCloseEvent, QKeyEvent, QKeySequence, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QProgressBar,
    QSplitter,
    QTabBar,
    QVBoxLayout,
    QWidget,
)  # fmt: skip

from tutor import commands, work
from tutor.engine import axes as ax
from tutor.engine import models
from tutor.runner import Runner
from tutor.session import Session
from tutor.versions import versions
from tutor.views import dialogs, present, style, theme, words
from tutor.views.chips import TokenStrip
from tutor.views.chips_desk import ChipsDesk
from tutor.views.continue_desk import ContinueDesk
from tutor.views.continuebar import ContinueBar
from tutor.views.files_desk import FilesDesk
from tutor.views.icons import icon
from tutor.views.inspector import Inspector
from tutor.views.keys import prints
from tutor.views.mask_desk import MaskDesk
from tutor.views.models_desk import ModelsDesk
from tutor.views.outline import Outline
from tutor.views.place_desk import PlaceDesk
from tutor.views.sentence_desk import SentenceDesk
from tutor.views.sentencebar import SentenceBar
from tutor.views.stage_desk import StageDesk
from tutor.views.stagepane import KeylessScrollArea, StagePane
from tutor.views.theme import DARK, LIGHT, Theme
from tutor.views.timeline import Timeline
from tutor.views.trainingbar import TrainingBar
from tutor.views.transport import Corner, Transport
from tutor.views.writing import Writing

#: What the choices in the menu bar's corner show.
_CORNER = {"english": "EN", "chinese": "中文", "smaller": "A−", "normal": "A", "larger": "A+"}
#: What the empty window offers; sentences of the source articles.
SAMPLES = ("Thinking Machines", "我喜欢机器学习")
_PATIENCE_MS = 500
_SMALLEST_TYPE, _LARGEST_TYPE = 80, 250
#: Below these widths and this height, in units of the design at 100 %, panes make room for the stage.
_INSPECTOR_WIDTH, _OUTLINE_WIDTH, _FULL_HEIGHT = 1000, 760, 600


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
        self._theme = look
        self._run_seconds = 0.0
        self._said = self._last_error = ""
        self._narrow = False
        self.session = Session(self)
        self.runner = Runner(self)
        self._make_actions()
        self._make_panes()
        self._make_menus()
        self.chips = ChipsDesk(self.session, self.strip, self.writing, self)
        self.desk = SentenceDesk(self.session, self.runner, run, self.sentence, self.chips, self)
        self.continue_desk = ContinueDesk(self.session, self.runner, self.desk, self.continuing, self)
        self.gaps = MaskDesk(self.session, self.desk, self.sentence, self)
        self.models_desk = ModelsDesk(self.runner, self)
        self.files = FilesDesk(self.session, self.desk, self.models_desk, self)
        self.stage_desk = StageDesk(self.session, self.runner, self.stage, self.inspector, self.strip, self.chips, self)
        self.place_desk = PlaceDesk(self.session, self.outline, self.timeline, self.stage, self.inspector, self)
        self._connect()
        self._restore()
        self.set_cjk(look.cjk)
        self.retranslate()

    # Making it ----------------------------------------------------------------------------------------------

    def _make_actions(self) -> None:
        self.actions_: dict[str, QAction] = {}
        for command in commands.COMMANDS:
            action = QAction(self)
            action.setObjectName(command.id)
            action.setShortcuts([QKeySequence(keys) for keys in command.keys])
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
        self.sentence = SentenceBar(look, [(name, name) for name in models.names()], models.MOST_LAYERS)
        self.strip = TokenStrip(look)
        self.continuing = ContinueBar(look)
        self.outline = Outline(look)
        self.stage = StagePane(look)
        self.inspector = Inspector(look)
        self.timeline = Timeline(look)
        steps = [self.actions_[one] for one in ("first", "previous", "next", "into", "out", "last")]
        self.transport = Transport(look, steps, self.actions_["next"])
        self.training = TrainingBar(look)
        self.writing = Writing(look)
        self.transport.add(self.writing)
        self._centre_tabs = QTabBar()
        self._centre_tabs.setDrawBase(False)
        self._centre_tabs.addTab("")
        self._centre_tabs.addTab("")
        self._centre_tabs.hide()
        self._centre_tabs.currentChanged.connect(self._show_centre)
        self._centre = QWidget()
        self._centre_column = centre = QVBoxLayout(self._centre)
        centre.setContentsMargins(0, 0, 0, 0)
        centre.setSpacing(0)
        centre.addWidget(self._centre_tabs)
        # Where the window is too low for the stage at this size of type, the stage scrolls.
        self._stage_area = KeylessScrollArea()
        self._stage_area.setWidget(self.stage)
        self._stage_area.setMinimumHeight(140)
        centre.addWidget(self._stage_area, 1)
        self.splitter = QSplitter(Qt.Orientation.Horizontal)
        for pane in (self.outline, self._centre, self.inspector):
            self.splitter.addWidget(pane)
        self.splitter.setStretchFactor(1, 1)
        self.splitter.setChildrenCollapsible(False)
        self._bottom = QWidget()
        bottom = QVBoxLayout(self._bottom)
        bottom.setContentsMargins(0, 4, 0, 0)
        bottom.setSpacing(2)
        bottom.addWidget(self.timeline)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addWidget(self.transport, 1)
        row.addWidget(self.training)
        bottom.addLayout(row)
        whole = QWidget()
        column = QVBoxLayout(whole)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.sentence)
        column.addWidget(self.strip)
        column.addWidget(self.continuing)
        column.addWidget(self.splitter, 1)
        column.addWidget(self._bottom)
        self.setCentralWidget(whole)
        self._make_status()

    def _make_status(self) -> None:
        self._status_left, self._status_right = QLabel(), QLabel()
        self._status_left.setMinimumWidth(40)
        self._progress = QProgressBar()
        self._progress.setRange(0, 100)
        self._progress.setTextVisible(False)
        self._progress.setFixedWidth(120)
        self._progress.hide()
        bar = self.statusBar()
        bar.addWidget(self._status_left, 1)
        bar.addPermanentWidget(self._progress)
        bar.addPermanentWidget(self._status_right)
        bar.setSizeGripEnabled(False)
        bar.setContentsMargins(10, 0, 10, 0)

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
        for command in commands.COMMANDS:
            self.actions_[command.id].triggered.connect(attrgetter(command.slot)(self))
        self.stage.sampleChosen.connect(self.desk.start_sample)
        self.training.stepChosen.connect(self.desk.use_step)
        self.models_desk.used.connect(self.desk.use_model_on)
        self.models_desk.came.connect(self.sentence.offer)
        self.models_desk.said.connect(self.say)
        self.desk.busyChanged.connect(self._busy_changed)
        self.desk.progressed.connect(self._progressed)
        self.desk.ran.connect(self._ran)
        self.desk.said.connect(self.say)
        self.desk.erred.connect(self._erred)
        self.desk.idle.connect(self._idle)
        self.gaps.changed.connect(self._refresh)
        self.stage_desk.shown.connect(self._refresh)
        self.stage_desk.shown.connect(self._bring_cells_up)
        self.stage_desk.failed.connect(self._stage_failed)
        self.stage_desk.said.connect(self.say)
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
        panes = self._settings.value("panes")
        if not (isinstance(panes, QByteArray) and self.splitter.restoreState(panes)):
            self.splitter.setSizes([190, 764, 326])

    # Running ------------------------------------------------------------------------------------------------

    def start(self, request: work.Request) -> None:
        """Put sentences into the box and run them."""
        self.desk.start(request)

    def open(self, path: Path) -> None:
        """Open a saved trace, or run a model folder or file on the sentence in the box."""
        self.files.open(path)

    def escape(self) -> None:
        """Cancel the run, else close what was opened, else unpin."""
        if self.desk.busy():
            self.desk.cancel()
        elif self.continuing.isVisible():
            self.continue_desk.close()
        else:
            self.session.pin(None)

    def _busy_changed(self, busy: bool) -> None:
        if busy:
            self._said = ""
            self._progress.setValue(0)
            self._patience.start()
        else:
            self._patience.stop()
            self._progress.hide()
        self._refresh()

    def show_progress(self) -> None:
        """The progress bar, once work has taken half a second."""
        self._progress.setVisible(self.desk.busy())

    def _progressed(self, done: float) -> None:
        self._progress.setValue(round(100 * done))

    def _ran(self, run: work.Run) -> None:
        self._run_seconds = run.seconds
        self.training.set_steps(*self.desk.training())
        if any(box.hasFocus() for box in self.sentence.boxes()) and self.desk.shows_its_run():
            # The sentence is run: the keys now step through it. (Unless the next one is being typed already.)
            self.stage.current_view().setFocus(Qt.FocusReason.OtherFocusReason)
        self._refresh()

    def _stage_failed(self, error: BaseException) -> None:
        self._erred(f"{type(error).__name__}: {error}")
        self.say(self.desk.sentence(error))

    def say(self, sentence: str) -> None:
        """One sentence in the status line, until the learner moves or runs."""
        self._said = sentence
        self._refresh_status()

    def _erred(self, error: str) -> None:
        self._last_error = error

    def report(self, kind: str, log: str) -> None:
        """Say that something went wrong that nobody foresaw."""
        self._erred(f"{kind}, see {log}")
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
        for name in ("next", "previous", "into", "first", "last", "next_block", "previous_block", "save",
                     "next_head", "previous_head"):  # fmt: skip
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
            left = " · ".join((words.section(self.session.stop.section), present.step_title(self.session), where))
        self._status_left.setText(left)
        self._status_left.setToolTip(left)
        if trace is None:
            self._status_right.setText("")
            return
        parts = [
            self.tr("%n block(s)", "", trace.spec.n_layers),
            self.tr("{count} parameters").format(count=present.parameters(trace)), "float32", trace.where,
            self.tr("{ms} ms").format(ms=round(self._run_seconds * 1000)),
        ]  # fmt: skip
        self._status_right.setToolTip(words.remark(trace.spec.note) if trace.spec.note else "")
        self._status_right.setText("  ·  ".join(parts))

    def status_text(self) -> str:
        return self._status_left.text()

    # Commands -----------------------------------------------------------------------------------------------

    def next_head(self) -> None:
        self.session.turn(ax.HEAD, 1)

    def previous_head(self) -> None:
        self.session.turn(ax.HEAD, -1)

    def toggle_table(self) -> None:
        """The heat maps, or the same numbers as a table."""
        self.stage.show_view(1 - self.stage.view())

    def focus_sentence(self) -> None:
        self.sentence.box().setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.sentence.box().selectAll()

    def focus_target(self) -> None:
        if self.sentence.has_target():
            self.sentence.target_box().setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.sentence.target_box().selectAll()

    def next_pane(self) -> None:
        self._by_pane(1)

    def previous_pane(self) -> None:
        self._by_pane(-1)

    def _by_pane(self, by: int) -> None:
        views = (self.sentence.box(), self.strip, self.outline.tree(), self.stage.current_view(), self.inspector,
                 self.timeline)  # fmt: skip
        panes: list[QWidget] = [view for view in views if view.isVisible()]
        focus = QApplication.focusWidget()
        at = next((n for n, pane in enumerate(panes) if focus is pane or (focus and pane.isAncestorOf(focus))), 0)
        target = panes[(at + by) % len(panes)]
        if target is self.inspector:
            target = self.inspector.first_focus()
        target.setFocus(Qt.FocusReason.TabFocusReason)

    def show_models(self) -> None:
        self.models_desk.open(self._theme)

    def show_keys(self) -> None:
        dialogs.show_keys(self)

    def show_about(self) -> None:
        dialogs.show_about(self)

    def diagnose(self) -> None:
        """Copy what a report of a problem needs."""
        trace, request = self.session.trace, self.desk.request
        lines = [
            *versions(),
            f"model {request.model}, layers {request.layers}, device {request.device}",
            f"trace {trace.spec.to_json() if trace is not None else None}",
            f"place {self.session.cursor.path} {self.session.cell}",
            f"computed on {trace.where if trace is not None else None}",
            f"last error: {self._last_error or 'none'}",
        ]
        QApplication.clipboard().setText("\n".join(lines))
        self.say(self.tr("Diagnostics are on the clipboard: paste them into your report."))

    # Look and language --------------------------------------------------------------------------------------

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
        look = replace(look, cjk=self._theme.cjk)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            look = theme.apply(app, look, look.font_scale)
            style.install(app, look)
        self._settings.setValue("theme", look.name)
        self._settings.setValue("type", round(look.font_scale * 100))
        self._apply_theme(look)

    def _apply_theme(self, look: Theme) -> None:
        self._theme = look
        self.actions_["light"].setChecked(not look.dark)
        self.actions_["dark"].setChecked(look.dark)
        for command in commands.COMMANDS:
            if command.icon:
                self.actions_[command.id].setIcon(icon(command.icon, look))
        for view in (self.sentence, self.strip, self.continuing, self.outline, self.stage, self.inspector,
                     self.timeline, self.transport, self.training, self.writing, self._corner):  # fmt: skip
            view.set_theme(look)
        for widget, colour in ((self._bottom, look.strip), (self.sentence, look.strip), (self.strip, look.strip),
                               (self.continuing, look.strip), (self.menuBar(), look.strip),
                               (self.statusBar(), look.win)):  # fmt: skip
            colours = widget.palette()
            colours.setColor(colours.ColorRole.Window, colour)
            widget.setPalette(colours)
            widget.setAutoFillBackground(True)
        for label in (self._status_left, self._status_right):
            label.setFont(theme.font(look, "dense"))
        self.outline.setMinimumWidth(round(look.px(150)))
        self.inspector.setMinimumWidth(round(look.px(220)))
        self._adapt()

    @property
    def look(self) -> Theme:
        return self._theme

    def _adapt(self) -> None:
        """Make room where the window is small for its type: the stage comes first."""
        wide, high = self.width() / self._theme.font_scale, self.height() / self._theme.font_scale
        narrow = wide < _INSPECTOR_WIDTH
        if narrow != self._narrow:
            self._narrow = narrow
            self._centre_tabs.setVisible(narrow)
            if narrow:
                self._centre_column.addWidget(self.inspector)
            else:
                self.splitter.insertWidget(2, self.inspector)
                self.inspector.show()
                self._stage_area.show()
            self._show_centre(self._centre_tabs.currentIndex())
        self.outline.setVisible(wide >= _OUTLINE_WIDTH)
        self.stage.set_compact(high < _FULL_HEIGHT)
        self.sentence.set_compact(narrow)
        self.transport.setVisible(high >= _FULL_HEIGHT)

    def _bring_cells_up(self) -> None:
        """Where the stage has to scroll, its cells come before its title: the status line says which stage it is."""
        bar = self._stage_area.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _show_centre(self, at: int) -> None:
        if self._narrow:
            self._stage_area.setVisible(at == 0)
            self.inspector.setVisible(at == 1)

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
        self._corner.set_theme(self._theme)
        self._centre_tabs.setTabText(0, self.tr("Stage"))
        self._centre_tabs.setTabText(1, self.tr("Inspector"))
        self._centre_tabs.setAccessibleName(self.tr("Stage or inspector"))
        self._progress.setAccessibleName(self.tr("Progress"))
        self.place_desk.show_model()
        self.desk.show_chips()
        self.stage_desk.ask()
        self._refresh()

    # Qt's own -----------------------------------------------------------------------------------------------

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Keys of single characters reach here only where the focused view did not want them.
        focus = QApplication.focusWidget()
        typing = (isinstance(focus, QLineEdit) and prints(event)) or isinstance(focus, (QAbstractSpinBox, QComboBox))
        name = None if typing else self._scoped_keys.get(event.keyCombination().toCombined())
        if name is not None and self.actions_[name].isEnabled():
            self.actions_[name].trigger()
            event.accept()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._adapt()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.stage.equation.setFocus(Qt.FocusReason.OtherFocusReason)

    def closeEvent(self, event: QCloseEvent) -> None:
        self._settings.setValue("geometry", self.saveGeometry())
        self._settings.setValue("panes", self.splitter.saveState())
        self._patience.stop()
        self.desk.close()
        self.runner.close()
        super().closeEvent(event)
