"""Between the dialog of Export, the engine and the disk: pictures, tensors, handouts."""

from __future__ import annotations

import re
from functools import partial
from pathlib import Path

from PySide6.QtCore import QLocale, QObject, QSettings, QStandardPaths, Signal
from PySide6.QtWidgets import QMainWindow

from tutor import work
from tutor.engine import axes as ax
from tutor.engine import tensor_export
from tutor.engine.axes import AxesError
from tutor.engine.files import FileError, replacing
from tutor.engine.picture import Selection
from tutor.engine.trace import Trace, TraceError
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import captions, combined, figure, present, render
from tutor.views.errors import worded
from tutor.views.export_dialog import ExportDialog, Wanted
from tutor.views.handout import Handout
from tutor.views.look_desk import LookDesk
from tutor.views.stage_desk import StageDesk
from tutor.views.stagepane import StagePane
from tutor.whatif import DIFFERENCE

EXPORT = "export"


class ExportDesk(QObject):
    """Carries out one export at a time. What is slow is done on the runner's thread, a step at a time.

    Signals:
        busyChanged(bool)   an export began or ended
        progressed(float)   how far it is, 0 to 1
        said(str)           a sentence for the status line
    """

    busyChanged = Signal(bool)
    progressed = Signal(float)
    said = Signal(str)

    def __init__(
        self, session: Session, runner: Runner, stage: StagePane, stage_desk: StageDesk, look: LookDesk,
        settings: QSettings, window: QMainWindow,
    ) -> None:  # fmt: skip
        super().__init__(window)
        self._session, self._runner, self._stage, self._stage_desk = session, runner, stage, stage_desk
        self._look, self._settings, self._window = look, settings, window
        self._dialog: ExportDialog | None = None
        self._wanted: Wanted | None = None
        self._handout: Handout | None = None
        self._todo: list[str] = []
        self._steps = 0
        self._trace: Trace | None = None
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)
        runner.progressed.connect(self._progressed)

    def busy(self) -> bool:
        """Whether something is being written."""
        return self._runner.busy(EXPORT)

    def cancel(self) -> None:
        """Give it up; nothing is left behind."""
        self._runner.cancel(EXPORT)
        self._end()
        self.said.emit(self.tr("The export was cancelled; nothing was written."))

    # The dialog ---------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Ask what to export."""
        if self._session.trace is None or self._dialog is not None or self.busy():
            return
        step = self._session.step
        tensors = list(dict.fromkeys((step.name, *step.operands)))
        dialog = self._dialog = ExportDialog(self._look.theme, self._stems(), self._folder(), tensors, self._window)
        dialog.offer("figure", self._stage_desk.ready())
        kept = (str(self._settings.value(f"export/{key}", "")) for key in ("what", "format"))
        dialog.choose(*kept)
        if self._stage.view() != "heat" and dialog.chosen().what == "figure":
            dialog.choose("view", dialog.chosen().form)
        dialog.wanted.connect(self.start)
        dialog.finished.connect(self._closed)
        dialog.open()

    def dialog(self) -> ExportDialog | None:
        """The dialog while it is open."""
        return self._dialog

    def _closed(self) -> None:
        self._dialog = None

    def _folder(self) -> Path:
        """The folder of the last time, else that of documents, which need not be there."""
        kept = self._settings.value("export/folder")
        if isinstance(kept, str) and Path(kept).is_dir():
            return Path(kept)
        documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        return Path(documents) if documents and Path(documents).is_dir() else Path.home()

    def _stems(self) -> dict[str, str]:
        """File names that say what is in them."""
        trace = self._session.trace
        assert trace is not None
        model = re.sub(r"[^\w-]+", "-", trace.spec.name)
        tensor = re.sub(r"[^\w.-]+", "-", f"{model}-{self._session.cursor.path}").replace(".", "-")
        return {"figure": tensor, "view": f"{tensor}-{self._stage.view()}", "window": f"{model}-window",
                "tensor": tensor, "handout": f"{model}-handout", "model": model}  # fmt: skip

    # Carrying it out ----------------------------------------------------------------------------------------

    def start(self, wanted: Wanted) -> None:
        """Export, and remember the choice."""
        trace = self._session.trace
        if trace is None:
            return
        for key, value in (("what", wanted.what), ("format", wanted.form), ("folder", str(wanted.path.parent))):
            self._settings.setValue(f"export/{key}", value)
        self._wanted, self._trace = wanted, trace
        if wanted.what == "tensor":
            name = wanted.tensor or self._session.cursor.path
            self._runner.submit(EXPORT, partial(_write_tensor, trace, name, wanted.path, wanted.form))
        elif wanted.what == "handout":
            self._begin_handout(trace, wanted)
        else:
            self._write(self._picture(wanted))
        if self._dialog is not None:
            self._dialog.set_busy(True)
        self.busyChanged.emit(True)

    def _write(self, data: bytes) -> None:
        assert self._wanted is not None
        self._runner.submit(EXPORT, partial(_write_bytes, data, self._wanted.path))

    def _picture(self, wanted: Wanted) -> bytes:
        theme, shown = self._look.theme, self._stage_desk.shown_now()
        caption = self._caption()
        if wanted.what == "figure" and shown is not None and self._trace is not None:
            _, sign, above = combined.parts(self._trace, shown.picture)
            # The very maps on screen, with the range that the learner may have given them.
            parts = self._stage.equation.parts()
            return render.figure(figure.equation(parts, sign, above, caption, theme), wanted.form)
        title = self._session.cursor.path
        if wanted.what == "window":
            return render.widget(self._window, (), theme, wanted.form, title)
        return render.widget(self._stage.current_view(), caption, theme, wanted.form, title)

    def _caption(self) -> list[str]:
        shown, trace = self._stage_desk.shown_now(), self._session.trace
        if shown is None or trace is None:
            return []
        stop = self._session.stop
        step = self.tr("{title}, stage {number} of {total}").format(
            title=present.step_title(self._session), number=stop.number + 1, total=len(self._session.stops)
        )
        parts = self._stage.equation.parts()
        found = captions.lines(trace, shown.picture, step, parts[-1].data.limits if parts else None)
        # The difference from the original goes before one from what is pinned.
        held = None if self._session.changes.view == DIFFERENCE else self._session.pins.held
        told = combined.caption(trace, shown.picture, held)
        return [*found, told] if told else list(found)

    # A handout ----------------------------------------------------------------------------------------------

    def _begin_handout(self, trace: Trace, wanted: Wanted) -> None:
        program, stop = trace.program, self._session.stop
        if wanted.steps == "stage":
            self._todo = [step.name for step in stop.steps]
        elif wanted.steps == "block":
            self._todo = [step.name for one in program.stops if one.section == stop.section for step in one.results]
        else:
            self._todo = [step.name for one in program.stops for step in one.results]
        self._steps = len(self._todo)
        row = self._session.selection.of(ax.Axis(ax.BATCH, trace.batch.n_rows))
        self._handout = Handout(trace, row, QLocale().name())
        self._next()

    def _next(self) -> None:
        """Lay out the next step, or write what is there."""
        assert self._handout is not None and self._trace is not None
        self.progressed.emit(1 - len(self._todo) / max(1, self._steps))
        if self._todo:
            self._runner.submit(EXPORT, partial(_show, self._trace, self._todo.pop(0), self._session.selection))
        else:
            self._write(self._handout.html().encode())
            self._handout = None

    # Answers ------------------------------------------------------------------------------------------------

    def _done(self, channel: str, result: object) -> None:
        if channel != EXPORT:
            return
        if isinstance(result, work.Shown) and self._handout is not None:
            self._handout.add(result)
            self._next()
        elif isinstance(result, Path):
            self._end()
            if self._dialog is not None:
                self._dialog.accept()
            self.said.emit(self.tr("Exported as {name}.").format(name=result.name))

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel != EXPORT:
            return
        self._end()
        known = isinstance(error, (FileError, TraceError, AxesError))
        sentence = worded(str(error)) if known else self.tr("The export failed ({error}): try another format.").format(
            error=f"{type(error).__name__}: {error}"[:120]
        )  # fmt: skip
        if self._dialog is not None:
            self._dialog.say(sentence)
        else:
            self.said.emit(sentence)

    def _end(self) -> None:
        self._handout, self._todo, self._wanted, self._trace = None, [], None, None
        if self._dialog is not None:
            self._dialog.set_busy(False)
        self.busyChanged.emit(False)

    def _progressed(self, channel: str, done: float) -> None:
        if channel == EXPORT:
            self.progressed.emit(done)


def _write_tensor(trace: Trace, name: str, path: Path, form: str, job: work.Handle) -> Path:
    return tensor_export.write(trace, name, path, form, job.progress, job.cancelled)


def _write_bytes(data: bytes, path: Path, job: work.Handle) -> Path:
    with replacing(path) as file:
        file.write(data)
    return path


def _show(trace: Trace, path: str, selection: Selection, job: work.Handle) -> work.Shown:
    return work.show(trace, path, selection)
