"""The token strip: what is typed as tokens at once, what was run with its query and key; a click follows a token."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject

from tutor import several
from tutor.engine import axes as ax
from tutor.engine.tokens import Batch
from tutor.session import Session
from tutor.views import following, present
from tutor.views.chips import Chip, TokenStrip
from tutor.views.writing import Writing


class ChipsDesk(QObject):
    """Between the Session, the sentence desk and the strip."""

    def __init__(
        self, session: Session, strip: TokenStrip, writing: Writing, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._strip, self._writing = session, strip, writing
        self._source: Sequence[Chip] = ()
        self._target: Sequence[Chip] | None = None
        self._note = ""
        self._decoded = False  # whether the model wrote the target itself
        strip.clicked.connect(self._clicked)
        strip.toggled.connect(self._toggled)
        session.moved.connect(self._refresh)
        session.followed.connect(self.mark)
        writing.chosen.connect(self._write)
        for changed in (session.followed, session.traceChanged, session.selectionChanged):
            changed.connect(self._show_writing)

    def show_run(self, row: int, decoded: bool) -> None:
        """The tokens of the run on screen, of one sentence; `decoded` where the model wrote the target itself."""
        trace = self._session.trace
        if trace is None:
            self.show_nothing(False)
            return
        self._source = present.chips(trace.batch, min(row, trace.batch.n_rows - 1))
        self._target, self._note, self._decoded = None, "", False
        if trace.target is not None:
            self._target = present.chips(trace.target, min(row, trace.target.n_rows - 1))
            self._decoded = decoded
        self._refresh()
        self.mark()

    def show_nothing(self, has_target: bool) -> None:
        """No tokens yet."""
        self._source, self._note = (), ""
        self._target = () if has_target else None
        self._refresh()

    def show_source(self, batch: Batch | None, target_is_given: bool) -> None:
        """The tokens of a sentence that is being typed; what the model wrote for the one before is gone."""
        self._source = present.chips(batch, 0) if batch is not None else ()
        if self._target is not None and not target_is_given:
            self._target, self._note = (), self.tr("the model writes it when you run")
        self._refresh()

    def show_target(self, batch: Batch | None) -> None:
        """The tokens of a target that is being typed; None where it is empty."""
        self._target, self._decoded = (present.chips(batch, 0) if batch is not None else ()), False
        self._note = "" if batch is not None else self.tr("the model writes it when you run")
        self._refresh()

    def mark(self) -> None:
        """Mark query and key: of the pinned cell, else of the tokens that are followed."""
        session = self._session
        if session.trace is not None:
            following.mark(self._strip, session)

    def _refresh(self) -> None:
        if self._target is None:
            self._strip.set_rows([self._source], 0, [self.tr("Tokens")])
            return
        trace = self._session.trace
        at = 0
        if trace is not None and self._session.section.track in trace.program.streams:
            at = trace.program.streams.index(self._session.section.track)
        written = "\n" + self.tr("by the model") if self._decoded and self._target else ""
        rows, titles = [self._source, self._target], [self.tr("Source"), self.tr("Target") + written]
        self._strip.set_rows(rows, at, titles, ["", self._note], banded=False)

    def _show_writing(self) -> None:
        """Which target token is being written, in a model that writes one."""
        trace = self._session.trace
        if trace is None or trace.target is None:
            self._writing.set_place(None, 0)
            return
        row = min(dict(self._session.selection.at).get(ax.BATCH, 0), trace.target.n_rows - 1)
        at = self._session.positions.get(trace.program.streams[-1], 0)
        self._writing.set_place(at, int(trace.target.lengths[row]))

    def _write(self, at: int) -> None:
        if self._session.trace is not None:
            stream = self._session.trace.program.streams[-1]
            self._session.choose(self._session.selection.single(stream))
            self._session.follow(stream, at)

    def _clicked(self, row: int, index: int) -> None:
        """Follow a token through the stages; a click on the one that is followed, with no cell pinned, ends it."""
        session = self._session
        if session.trace is None:
            return
        streams = session.trace.program.streams
        if row >= len(streams):
            return
        stream = streams[row]
        session.choose(session.selection.single(stream))
        if stream == streams[-1] and len(streams) > 1:
            session.follow(stream, index)
        else:
            session.follow(stream, None if session.positions.get(stream) == index and session.cell is None else index)

    def _toggled(self, row: int, index: int) -> None:
        """Select a token together with others, or no more."""
        trace = self._session.trace
        if trace is not None and row < len(trace.program.streams):
            several.toggle_token(self._session, trace.program.streams[row], index)
            self.mark()
