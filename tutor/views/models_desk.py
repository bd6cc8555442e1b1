"""Between the list of models and the engine: what there is, using one, getting one."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from tutor import work
from tutor.engine import catalogue, fetch
from tutor.engine.catalogue import Entry, State
from tutor.runner import Runner
from tutor.views import numbers, words
from tutor.views.errors import worded
from tutor.views.modellist import ModelList, Row
from tutor.views.theme import Theme

LIST, FETCH = "models", "fetch"


class ModelsDesk(QObject):
    """Opens the list of models and carries out what is chosen there.

    Signals:
        used(str, str)     run this model, with this first sentence
        came(str)          a model is there that was not
        said(str)          a sentence for the status line
    """

    used = Signal(str, str)
    came = Signal(str)
    said = Signal(str)

    def __init__(self, runner: Runner, window: QWidget) -> None:
        super().__init__(window)
        self._runner, self._window = runner, window
        self._list: ModelList | None = None
        self._fetching = ""
        self._use = False
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)
        runner.progressed.connect(self._progressed)

    def open(self, theme: Theme) -> None:
        """Show the list."""
        if self._list is None:
            self._list = ModelList(theme, self._window)
            self._list.finished.connect(self._closed)
            self._list.used.connect(self.used)
            self._list.fetched.connect(self.get)
            self._list.cancelled.connect(self.cancel)
            self._list.open()
        self._runner.submit(LIST, _entries)

    def list(self) -> ModelList | None:
        """The list, where it is open."""
        return self._list

    def get(self, name: str) -> None:
        """Fetch a model; the list may be closed in the meantime."""
        if self._fetching:
            return
        self._fetching = name
        self._show(0.0)
        self._runner.submit(FETCH, partial(_get, name))

    def add(self, path: Path) -> None:
        """Take the model out of a downloaded package and run it."""
        if self._fetching:
            return
        self._fetching, self._use = path.name, True
        self.said.emit(self.tr("Adding {name} …").format(name=path.name))
        self._runner.submit(FETCH, partial(_add, path))

    def cancel(self) -> None:
        """Give the fetching up."""
        if self._fetching:
            self._runner.cancel(FETCH)
            self._fetched(self.tr("Fetching {name} was cancelled; nothing was kept.").format(name=self._fetching))

    def _closed(self) -> None:
        if self._list is not None:
            self._list.deleteLater()
            self._list = None

    def _show(self, done: float | None) -> None:
        if self._list is not None:
            self._list.set_progress(self._fetching, done)
            self._list.set_problem(self._fetching, "")

    def _fetched(self, sentence: str) -> None:
        name, self._fetching, self._use = self._fetching, "", False
        if self._list is not None:
            self._list.set_progress(name, None)
            self._list.set_problem(name, sentence)
        self.said.emit(sentence)

    def _done(self, channel: str, result: object) -> None:
        if channel == LIST and isinstance(result, tuple):
            if self._list is not None:
                self._list.set_rows([self.row(one) for one in result])
                if self._fetching:
                    self._show(0.0)
        elif channel == FETCH and isinstance(result, Path):
            name, use = result.stem, self._use
            self._fetched(self.tr("{name} is there.").format(name=name))
            self.came.emit(name)
            if use:
                self.used.emit(name, catalogue.entry(name).sample)
            if self._list is not None:
                self._runner.submit(LIST, _entries)

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == FETCH and self._fetching:
            self._fetched(worded(str(error)))
        elif channel == LIST:
            self.said.emit(worded(str(error)))

    def _progressed(self, channel: str, done: float) -> None:
        if channel == FETCH:
            self._show(done)

    def row(self, entry: Entry) -> Row:
        """What the list shows of a model."""
        facts = []
        if entry.n_layers:
            facts.append(self.tr("%n block(s)", "", entry.n_layers))
            facts.append(self.tr("{count} parameters").format(count=numbers.count(entry.parameters)))
        if entry.size:
            facts.append(self.tr("{size} MB").format(size=f"{entry.size / 1e6:.1f}"))
        facts += [entry.licence] if entry.licence else []
        facts.append(words.state(entry.state.value))
        facts += [words.remark(entry.note)] if entry.note else []
        what = words.remark(entry.what)
        return Row(
            entry.name, what[:1].upper() + what[1:], "  ·  ".join(facts), entry.sample,
            entry.state is State.ON_REQUEST, worded(entry.problem) if entry.problem else "",
        )  # fmt: skip


def _entries(job: work.Handle) -> tuple[Entry, ...]:
    return catalogue.entries()


def _add(path: Path, job: work.Handle) -> Path:
    return fetch.add(path, job.progress, job.cancelled)


def _get(name: str, job: work.Handle) -> Path:
    return fetch.get(name, job.progress, job.cancelled)
