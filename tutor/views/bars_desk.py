"""Between the step on screen and its bars: which row they are of, what is looked for in the vocabulary."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QObject, Signal

from tutor import several, work
from tutor.engine import axes as ax
from tutor.engine import lens, picture
from tutor.engine.axes import Index
from tutor.engine.compare import Look
from tutor.engine.records import dataclass
from tutor.engine.trace import Trace
from tutor.engine.vocabulary import outputs
from tutor.pins import DIFFERENCE
from tutor.runner import Runner, Work
from tutor.session import Session
from tutor.views import explanation, numbers, present
from tutor.views.bars import DEFAULT_COUNT, BarsView
from tutor.views.bartable import BarRow
from tutor.views.names_desk import Names
from tutor.views.stagepane import StagePane

BARS = "bars"
#: How many of the entries that a search finds are shown.
_FOUND = 8


def row_at(session: Session, path: str) -> Index:
    """The row that is looked at: a tensor's index without its last axis. The pinned cell's, else the followed token's,
    else the last real token's; of the axes that are no tokens the entries on screen."""
    trace = session.trace
    assert trace is not None
    axes, streams = trace.shapes[path], session.streams(path)
    if session.cell is not None and session.cursor.path == path:
        return session.cell[:-1]
    found = []
    for axis, stream in zip(axes[:-1], streams[:-1]):
        if stream is not None and axis.name in ax.TOKEN_AXES:
            text = trace.batches[stream]
            row = min(dict(session.selection.at).get(ax.BATCH, 0), text.n_rows - 1)
            last = max(0, int(text.lengths[row]) - 1)
            found.append(min(session.positions.get(stream, last), last))
        else:
            found.append(session.selection.of(axis))
    return tuple(found)


@dataclass(frozen=True)
class Asked:
    """What the bars are of: a row of a tensor; how many entries, which besides, and what is looked for."""

    path: str
    at: Index
    count: int
    kept: tuple[int, ...] = ()
    query: str = ""


@dataclass(frozen=True, eq=False)
class Ranked:
    """A row over the vocabulary: its ranking, the names of what is shown, and what the search found."""

    asked: Asked
    ranking: lens.Ranking
    names: dict[int, str]
    found: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Columns:
    """A row of any other tensor, and how far its colour scale reaches."""

    asked: Asked
    values: np.ndarray
    scale: tuple[str, float]


class BarsDesk(QObject):
    """Asks for the bars while they are on screen.

    Signals:
        failed(object)  the engine could not give them: the exception
    """

    failed = Signal(object)

    def __init__(
        self, session: Session, runner: Runner, names: Names, stage: StagePane, view: BarsView,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._runner, self._names = session, runner, names
        self._stage, self._view = stage, view
        self._count, self._query = DEFAULT_COUNT, ""
        self._kept: tuple[int, ...] = ()
        self._shown: Ranked | Columns | None = None
        self._asked_for: tuple[object, ...] = ()
        #: Which view the learner last chose, over the vocabulary and elsewhere.
        self._wanted = {True: "bars", False: "heat"}
        #: Of each tensor of the run, once asked for: the kind and reach of its colour scale.
        self._scales: dict[str, tuple[str, float]] = {}
        self._over = False
        self._switching = False
        view.countChosen.connect(self._set_count)
        view.searched.connect(self._search)
        view.foundPinned.connect(self._pin_found)
        view.entryChosen.connect(self._pin_entry)
        view.columnChosen.connect(self._pin_column)
        view.hovered.connect(self._hovered)
        stage.viewChanged.connect(self._view_changed)
        session.traceChanged.connect(self._forget)
        session.backward.changed.connect(self._moved)
        session.moved.connect(self._moved)
        for changed in (
            session.moved, session.selectionChanged, session.followed, session.pins.changed, session.changes.viewed,
        ):  # fmt: skip
            changed.connect(self.ask)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)
        if session.trace is not None:
            self._moved()

    # Which view ---------------------------------------------------------------------------------------------

    def _moved(self) -> None:
        """Over the vocabulary bars say more than fifty thousand columns; each kind of step keeps the view it had."""
        trace = self._session.trace
        over = trace is not None and lens.is_over_vocabulary(trace.shapes[self._session.cursor.path])
        over = over and not self._session.backward.on  # then its gradient is looked at, which the maps show
        if over != self._over:
            self._over = over
            self._switching = True
            self._stage.show_view(self._wanted[over])
            self._switching = False

    def _view_changed(self, key: str) -> None:
        if not self._switching:
            self._wanted[self._over] = key
        self.ask()

    def toggle(self) -> None:
        """The bars, or the heat maps."""
        self._stage.show_view("heat" if self._stage.view() == "bars" else "bars")

    def find(self) -> None:
        """Bring the bars up with the cursor in the search box; from a step without a vocabulary go to the outputs."""
        trace = self._session.trace
        found = outputs(trace.program, trace.shapes) if trace is not None else None
        if not self._over and found is not None:
            self._session.go(found[1])
        if self._over:
            self._stage.show_view("bars")
            self._view.search_box().setFocus()
            self._view.search_box().selectAll()

    # Asking -------------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        self._kept = ()
        self._shown = None
        self._asked_for = ()  # it names the run that has gone
        self._scales.clear()

    def ask(self) -> None:
        """Have the bars made again, where they are on screen."""
        trace, view = self._session.trace, self._view
        if trace is None or self._stage.view() != "bars":
            self._runner.cancel(BARS)
            return
        path = self._session.cursor.path
        axes = trace.shapes[path]
        if path in trace.program.sources or not axes:
            self._runner.cancel(BARS)
            self._shown = None
            view.show_words(self.tr("These are ids: a larger one is not more, so they have no bars."))
            return
        asked = Asked(path, row_at(self._session, path), self._count, self._kept, self._query.strip("\n"))
        if lens.is_over_vocabulary(axes):
            cell = self._session.cell
            if cell is not None and cell[-1] not in asked.kept:
                asked = Asked(path, asked.at, asked.count, (*asked.kept, cell[-1]), asked.query)
            self._submit(asked, partial(_rank, trace, self._names, self._names.model(), asked))
        else:
            self._submit(asked, partial(_columns, trace, asked, self._scales.get(path)))

    def _submit(self, asked: Asked, job: Work) -> None:
        # A move asks several times. Who looks at bars sees one row: it comes before the whole tensor, which may take
        # seconds where there is a large vocabulary.
        wanted = (self._session.trace, asked)
        if self._asked_for != wanted or not self._runner.busy(BARS):
            self._asked_for = wanted
            self._runner.submit(BARS, job, urgent=True)

    def _set_count(self, count: int) -> None:
        self._count = count
        self.ask()

    def _search(self, text: str) -> None:
        self._query = text
        self.ask()

    def _pin_found(self) -> None:
        shown = self._shown
        if isinstance(shown, Ranked) and shown.found:
            self._keep(shown.found[0])
            self._view.clear_search()
            self._query = ""
            self._pin_entry(shown.found[0])
            self.ask()

    def _keep(self, id: int) -> None:
        self._kept = tuple(dict.fromkeys((*self._kept, id)))[-_FOUND:]

    def _pin_entry(self, id: int) -> None:
        """Pin the entry's cell in the row on screen; again unpins it."""
        if self._shown is not None and self._shown.asked.path == self._session.cursor.path:
            self._keep(id)
            cell = (*self._shown.asked.at, id)
            self._session.pin(None if cell == self._session.cell else cell)

    def _pin_column(self, column: int) -> None:
        if self._shown is not None and self._shown.asked.path == self._session.cursor.path:
            cell = (*self._shown.asked.at, column)
            self._session.pin(None if cell == self._session.cell else cell)

    def _hovered(self, column: int) -> None:
        shown, trace = self._shown, self._session.trace
        if column < 0 or trace is None or not isinstance(shown, Columns) or column >= len(shown.values):
            self._stage.set_readout("")
            return
        place = explanation.place(trace, shown.asked.path, (*shown.asked.at, column))
        self._stage.set_readout(place, numbers.fixed(float(shown.values[column]), 4))

    # Showing ------------------------------------------------------------------------------------------------

    def _done(self, channel: str, result: object) -> None:
        if channel != BARS or not isinstance(result, (Ranked, Columns)):
            return
        trace = self._session.trace
        if trace is None or result.asked.path != self._session.cursor.path:
            return
        self._shown = result
        if isinstance(result, Ranked):
            self._show_ranked(trace, result)
        else:
            self._scales[result.asked.path] = result.scale
            self._show_columns(trace, result)

    def wait(self) -> None:
        """A step takes long: bars of another do not stand under its title meanwhile."""
        if self._shown is not None and self._shown.asked.path != self._session.cursor.path:
            self._shown = None
            self._view.show_words(self.tr("Computing…"))

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == BARS:
            self._shown = None
            self.failed.emit(error)

    def _show_ranked(self, trace: Trace, made: Ranked) -> None:
        ranking, pinned = made.ranking, self._session.cell
        rows = [self._row(made, entry, pinned is not None and pinned[-1] == entry.id) for entry in ranking.shown]
        if ranking.others:
            share = numbers.share(ranking.share)
            others = self.tr("the other %n token(s) together", "", ranking.others)
            others = others.replace(str(ranking.others), numbers.count(ranking.others))
            length = ranking.share if ranking.probability else math.nan
            if not ranking.probability:
                share = self.tr("p {share}").format(share=share)
            rows.append(BarRow("", others, None, length, share, note=True))
        ends = [ranking.low, ranking.high, *(entry.value for entry in ranking.shown)]
        ends = [one for one in ends if math.isfinite(one)] or [0.0]
        low, high = (0.0, 1.0) if ranking.probability else (min(ends), max(ends))
        self._view.set_headers(
            self.tr("rank"), self.tr("token"), "",
            self.tr("probability") if ranking.probability else self.tr("logit"),
        )  # fmt: skip
        self._view.show_ranking(self._head(trace, made.asked), rows, low, high, self._told(made))

    def _row(self, made: Ranked, entry: lens.Entry, marked: bool) -> BarRow:
        ranking = made.ranking
        value = numbers.share(entry.value) if ranking.probability else numbers.fixed(entry.value, 4)
        tip = self.tr("{path}[{index}] = {value}; probability {share}; rank {rank} of {total}").format(
            path=ranking.path, index=", ".join(map(str, (*ranking.at, entry.id))),
            value=numbers.exact(np.float32(entry.value)), share=numbers.exact(np.float32(entry.share)),
            rank=_rank_text(entry.rank), total=numbers.count(len(ranking.shown) + ranking.others),
        )  # fmt: skip
        return BarRow(
            _rank_text(entry.rank), made.names[entry.id], entry.id, entry.value, value,
            "prob" if ranking.probability else "signed", marked=marked, found=entry.id in made.found, tip=tip,
        )  # fmt: skip

    def _head(self, trace: Trace, asked: Asked) -> str:
        """Which row it is: after which token, or in which gap."""
        text = next((one for one in reversed(trace.texts(asked.path)) if one is not None), None)
        if text is None:
            return explanation.place(trace, asked.path, asked.at)
        row = asked.at[0]
        token = explanation.token_text(text, row, asked.at[-1])
        after = trace.spec.head == "lm"
        words = self.tr("After {token} ({at})") if after else self.tr("In the place of {token} ({at})")
        return words.format(token=token, at=asked.at[-1])

    def _told(self, made: Ranked) -> str:
        """A sentence below the bars: what the search found, or where the others lie."""
        if apart := self._apart(made.asked.path):
            return apart
        if made.asked.query and not made.found:
            return self.tr("No token has “{text}” in it: try a part of it, or an id below {total}.").format(
                text=made.asked.query, total=numbers.count(len(made.ranking.shown) + made.ranking.others)
            )
        if made.asked.query:
            return self.tr("%n token(s) found; Return pins the first.", "", len(made.found))
        ranking = made.ranking
        if ranking.probability or not ranking.others:
            return ""
        return self.tr("The others lie between {low} and {high}; p is what softmax will make of them.").format(
            low=numbers.fixed(ranking.low, 4), high=numbers.fixed(ranking.high, 4)
        )

    def _apart(self, path: str) -> str:
        """Where the maps show a difference, a mean or a sum, that the bars do not; "" elsewhere."""
        session = self._session
        assert session.trace is not None
        look = Look(session.trace, path, several.shown(session))
        pins = session.pins
        minus = pins.mode == DIFFERENCE and pins.against(look) is not None
        if minus or session.changes.against(look) is not None:
            return self.tr("The bars are the numbers of this run itself, not the difference.")
        if several.is_derived(session):
            return self.tr("The bars are one row of the tensor itself, not the mean or sum.")
        return ""

    def _show_columns(self, trace: Trace, made: Columns) -> None:
        axes = trace.shapes[made.asked.path]
        text = trace.texts(made.asked.path)[-1]
        row = made.asked.at[0] if axes[0].name == ax.BATCH and made.asked.at else 0
        labels: Sequence[str] | None = None
        if text is not None:
            labels = present.token_labels(text, row)
        cell = self._session.cell
        self._view.show_columns(
            explanation.place(trace, made.asked.path, made.asked.at), made.values, labels, *made.scale,
            made.asked.path, cell[-1] if cell is not None else None, self._apart(made.asked.path),
        )  # fmt: skip


def _rank_text(rank: int) -> str:
    """A rank; what is no number has none."""
    return numbers.count(rank) if rank else "–"


def _rank(trace: Trace, names: Names, model: str, asked: Asked, job: work.Handle) -> Ranked:
    vocabulary = names.of(trace, model)
    found = tuple(vocabulary.search(asked.query, _FOUND)) if asked.query else ()
    made = lens.ranking(trace, asked.path, asked.at, asked.count, (*asked.kept, *found))
    return Ranked(asked, made, {entry.id: vocabulary.name(entry.id) for entry in made.shown}, found)


def _columns(trace: Trace, asked: Asked, scale: tuple[str, float] | None, job: work.Handle) -> Columns:
    values = trace.read(asked.path, (*asked.at, slice(None)))
    if scale is None:
        kind, low, high, _ = picture.scale_of(trace, asked.path)
        scale = "prob" if kind == "probability" else "signed", max(abs(low), abs(high))
    return Columns(asked, values, scale)
