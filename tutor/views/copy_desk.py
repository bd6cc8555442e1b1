"""Copies the cells that are selected in the table, or on screen in the heat map, for other programs."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QAbstractItemView, QApplication

from tutor import work
from tutor.engine.gradients import Gradients
from tutor.runner import Runner
from tutor.views import copying, numbers
from tutor.views.copying import MARKDOWN, NUMPY, TSV
from tutor.views.heatdata import Part
from tutor.views.stage_desk import StageDesk
from tutor.views.stagepane import StagePane
from tutor.views.tabletwin import header

COPY = "copy"
#: Up to so many cells are copied at once; more of them away from the window, with progress.
_AT_ONCE = 100_000


class CopyDesk(QObject):
    """Between what is selected and the clipboard.

    Signals:
        said(str)  a sentence for the status line
    """

    said = Signal(str)

    def __init__(self, runner: Runner, stage: StagePane, stage_desk: StageDesk, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner, self._stage, self._stage_desk = runner, stage, stage_desk
        self._cells = 0
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)
        runner.progressed.connect(self._progressed)
        stage.copyCancelled.connect(self.cancel)

    def copy_tsv(self) -> None:
        """What is selected, to paste into a spreadsheet. In another list or table its current entry."""
        focus = QApplication.focusWidget()
        if isinstance(focus, QAbstractItemView) and focus is not self._stage.table:
            if focus.currentIndex().isValid():
                QApplication.clipboard().setText(str(focus.currentIndex().data() or ""))
            return
        self._copy(TSV)

    def copy_numpy(self) -> None:
        """What is selected, as a line of Python."""
        self._copy(NUMPY)

    def copy_markdown(self) -> None:
        """What is selected, as a table with its headers."""
        self._copy(MARKDOWN)

    def _selected(self) -> tuple[int, Part, slice, slice] | None:
        """Which part, and which of its cells: what is selected; of heat maps, where nothing is, what is on screen."""
        parts = self._stage.equation.parts()
        if not parts or self._stage_desk.picture() is None:
            return None
        if self._stage.view() == "table":
            at = self._stage.tables.which.currentIndex()
            return at, parts[at], *self._stage.table.selected()
        return len(parts) - 1, parts[-1], *self._stage.equation.selected()

    def _copy(self, kind: str) -> None:
        found = self._selected()
        if found is None:
            return
        at, part, rows, columns = found
        data = part.data
        values = data.values[rows, columns]
        if data.whole:
            values = values.astype("int64")
        self._cells = values.size
        if kind == TSV:
            write = partial(copying.tsv, values)
        elif kind == NUMPY:
            write = partial(copying.numpy_literal, values, self._address(at, rows, columns))
        else:
            names = [header(data, one, False) for one in range(rows.start, rows.stop)]
            heads = [header(data, one, True) for one in range(columns.start, columns.stop)]
            write = partial(copying.markdown, values, names, heads, self._stage.table.form(), data.whole)
        if values.size <= _AT_ONCE:
            self._put(write())
        else:
            self._stage.tables.set_progress(0.0)
            self.said.emit(self.tr("Copying {count} values…").format(count=numbers.count(self._cells)))
            self._runner.submit(COPY, partial(_write, write))

    def _address(self, at: int, rows: slice, columns: slice) -> str:
        """The cells by the tensor's name and full index: `blocks.1.attn.scores[0, 2, 0:4, 0:3]`."""
        picture = self._stage_desk.picture()
        assert picture is not None
        panel = (*picture.operands, picture.result)[at]
        spans = {"row": f"{rows.start}:{rows.stop}", "column": f"{columns.start}:{columns.stop}"}
        index = ", ".join(spans[one] if isinstance(one, str) else str(one) for one in panel.where)
        run = picture.traces[at] if picture.traces else None
        before = f"∂({run.goal.text})/∂ " if isinstance(run, Gradients) else ""
        return f"{before}{panel.name}[{index}]"

    def _put(self, text: str) -> None:
        QApplication.clipboard().setText(text)
        self.said.emit(self.tr("%n value(s) copied.", "", self._cells))

    def cancel(self) -> None:
        """Stop copying; the clipboard stays as it was."""
        self._runner.cancel(COPY)
        self._stage.tables.set_progress(None)
        self.said.emit(self.tr("Copying was stopped."))

    def copying(self) -> bool:
        return self._runner.busy(COPY)

    def _progressed(self, channel: str, done: float) -> None:
        if channel == COPY:
            self._stage.tables.set_progress(done)

    def _done(self, channel: str, result: object) -> None:
        if channel == COPY and isinstance(result, str):
            self._stage.tables.set_progress(None)
            self._put(result)

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == COPY:
            self._stage.tables.set_progress(None)
            self.said.emit(self.tr("That is too much to copy: select fewer cells."))


def _write(write: partial[str], job: work.Handle) -> str:
    return write(progress=job.progress)
