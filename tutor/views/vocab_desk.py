"""Between the engine and the page "Vocabulary": asks for a layer at a time, so that no other answer waits long."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
from PySide6.QtCore import QObject

from tutor import work
from tutor.engine import axes as ax
from tutor.engine import lens
from tutor.engine.axes import Index
from tutor.engine.records import dataclass
from tutor.engine.tokens import Batch
from tutor.engine.trace import Trace, TraceError
from tutor.engine.vocabulary import outputs
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import explanation, following, numbers, present, words
from tutor.views.bars_desk import row_at
from tutor.views.bartable import BarRow
from tutor.views.errors import worded
from tutor.views.lenstable import LensRow
from tutor.views.mask_desk import MaskDesk
from tutor.views.names_desk import Names
from tutor.views.sidetabs import SideTabs
from tutor.views.vocabview import VocabView

PAGE = "vocabulary"
LENS, HERE, NEAR, SURPRISE, TRUTH = "lens", "lens here", "nearest", "surprise", "truth"
_NEAR, _HERE = 8, 6
_LN2 = math.log(2)


@dataclass(frozen=True, eq=False)
class _Layer:
    """The lens on one residual, with the tokens' names; or why there is none."""

    trace: Trace
    path: str
    row: int
    reading: lens.Reading | None
    tokens: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True, eq=False)
class _Here:
    path: str
    at: Index
    ranking: lens.Ranking | None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class _Near:
    path: str
    at: Index
    found: tuple[lens.Near, ...]
    names: tuple[str, ...] = ()
    by_dot: bool = False
    problem: str = ""


@dataclass(frozen=True, eq=False)
class _Surprise:
    trace: Trace
    made: lens.Surprise
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Found:
    """The entry that somebody's word for a gap is, if it is one."""

    trace: Trace
    text: str
    place: tuple[int, int]
    id: int | None


class VocabDesk(QObject):
    """Fills the page while it is shown. Layers of the lens are asked for one after the other and kept for the run."""

    def __init__(
        self, session: Session, runner: Runner, names: Names, gaps: MaskDesk, tabs: SideTabs, view: VocabView,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._runner, self._names = session, runner, names
        self._gaps, self._tabs, self._view = gaps, tabs, view
        self._layers: dict[str, _Layer] = {}
        self._row = 0
        self._surprise: _Surprise | None = None
        self._by_dot = self._in_bits = False
        self._truth: dict[tuple[int, int], int] = {}
        view.lensChosen.connect(self._go_lens)
        view.byDot.connect(self._set_by_dot)
        view.inBits.connect(self._set_in_bits)
        view.surpriseChosen.connect(self._go_surprise)
        view.entryChosen.connect(self._go_entry)
        view.truthTyped.connect(self._tell_truth)
        tabs.pageChanged.connect(self.ask)
        session.traceChanged.connect(self._forget)
        for changed in (session.moved, session.selectionChanged, session.followed, gaps.changed):
            changed.connect(self.ask)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)
        self.ask()

    # Asking -------------------------------------------------------------------------------------------------

    def shown(self) -> bool:
        """Whether the page is the one of its side that is shown."""
        return self._tabs.page() == PAGE

    def _forget(self) -> None:
        self._layers.clear()
        self._surprise = None
        self._truth.clear()
        self.ask()

    def ask(self, _what: object = None) -> None:
        """Have what is missing worked out, where the page is shown."""
        trace = self._session.trace
        if trace is None or not self.shown():
            for channel in (LENS, HERE, NEAR, SURPRISE):
                self._runner.cancel(channel)
            if trace is None:
                self._view.clear(self.tr("Run a sentence to see what its vectors say in words."))
            return
        row = self._session.selection.of(ax.Axis(ax.BATCH, trace.batch.n_rows))
        if row != self._row:
            self._row = row
            self._layers.clear()
            self._surprise = None
        path = self._session.cursor.path
        axes = trace.shapes[path]
        self._view.set_place(explanation.place(trace, path, row_at(self._session, path)) if axes else "")
        self._ask_lens(trace)
        self._ask_here(trace, path)
        self._ask_near(trace, path)
        self._ask_surprise(trace)

    def _paths(self, trace: Trace) -> list[str]:
        """The residuals of the lens: one for each part of the model, and the one on screen among them."""
        program, here = trace.program, self._session.cursor.path
        found = list(lens.layers(program, trace.shapes))
        if lens.can_read(program, trace.shapes, here):
            source = lens.origin(program, here)
            if source not in {lens.origin(program, one) for one in found}:
                found = sorted((*found, source), key=lambda name: program.order[name])
        return found

    def _ask_lens(self, trace: Trace) -> None:
        self._show_lens(trace)
        missing = [path for path in self._paths(trace) if path not in self._layers]
        if missing and not self._runner.busy(LENS):
            self._runner.submit(LENS, partial(_read, trace, self._names, self._names.model(), missing[0], self._row))

    def _ask_here(self, trace: Trace, path: str) -> None:
        if lens.can_read(trace.program, trace.shapes, path):
            at = row_at(self._session, path)
            self._runner.submit(HERE, partial(_rank, trace, self._names, self._names.model(), path, at))
        else:
            self._runner.cancel(HERE)
            self._view.show_here((), "")

    def _ask_near(self, trace: Trace, path: str) -> None:
        if lens.table_for(trace.program, trace.shapes, path) is not None:
            at = row_at(self._session, path)
            job = partial(_nearest, trace, self._names, self._names.model(), path, at, self._by_dot)
            self._runner.submit(NEAR, job)
        else:
            self._runner.cancel(NEAR)
            self._view.show_near((), 0.0, 1.0, "")

    def _ask_surprise(self, trace: Trace) -> None:
        if self._surprise is not None and self._surprise.trace is trace:
            self._show_surprise(trace)
        elif outputs(trace.program, trace.shapes) is None:
            self._view.show_surprise((), 1.0, "", False)
        else:
            mask = self._gaps.mask()
            tokens = enumerate(trace.batch.rows[self._row])
            found = [at for at, token in tokens if mask and following.is_mask(token, mask)]
            known = {at: id for (row, at), id in self._truth.items() if row == self._row}
            job = partial(_surprised, trace, self._names, self._names.model(), self._row, found, known)
            self._runner.submit(SURPRISE, job)

    def _set_by_dot(self, by_dot: bool) -> None:
        self._by_dot = by_dot
        self.ask()

    def _set_in_bits(self, in_bits: bool) -> None:
        self._in_bits = in_bits
        self.ask()

    # Answers ------------------------------------------------------------------------------------------------

    def _done(self, channel: str, result: object) -> None:
        trace = self._session.trace
        if trace is None:
            return
        if channel == LENS and isinstance(result, _Layer):
            if result.trace is trace and result.row == self._row:
                self._layers[result.path] = result
            if self.shown():
                self._ask_lens(trace)
        elif channel == HERE and isinstance(result, _Here):
            self._show_here(trace, result)
        elif channel == NEAR and isinstance(result, _Near):
            self._show_near(trace, result)
        elif channel == SURPRISE and isinstance(result, _Surprise):
            self._surprise = result
            self._show_surprise(trace)
        elif channel == TRUTH and isinstance(result, _Found) and result.trace is trace:
            self._take_truth(result)

    def _failed(self, channel: str, error: BaseException) -> None:
        said = worded(str(error))
        if channel == LENS:
            self._view.show_lens((), (), -1, said)
        elif channel == HERE:
            self._view.show_here((), said)
        elif channel == NEAR:
            self._view.show_near((), 0.0, 1.0, said)
        elif channel == SURPRISE:
            self._view.show_surprise((), 1.0, said, False)

    # The logit lens -----------------------------------------------------------------------------------------

    def _text(self, trace: Trace) -> Batch:
        """The tokens along the residual that is read: the target's, where there is one."""
        return trace.target or trace.batch

    def _position(self, trace: Trace) -> int:
        """The position that is looked at, in the text that the outputs are about."""
        found = outputs(trace.program, trace.shapes)
        here = self._session.cursor.path
        if found is None:
            return -1
        if lens.track_of(trace.program, here) == lens.track_of(trace.program, found[0]):
            at = row_at(self._session, here)
            for axis, entry in zip(trace.shapes[here], at):
                if axis.name in (ax.POS, ax.QUERY):
                    return entry
        return row_at(self._session, found[0])[-1]

    def _show_lens(self, trace: Trace) -> None:
        paths = self._paths(trace)
        if not paths:
            self._view.show_lens((), (), -1, "")
            return
        program, here = trace.program, self._session.cursor.path
        readable = lens.can_read(program, trace.shapes, here)
        source = lens.origin(program, here) if readable else ""
        length = int(self._text(trace).lengths[self._row])
        problem = next((one.problem for one in self._layers.values() if one.problem), "")
        rows = []
        for path in paths:
            layer = self._layers.get(path)
            made = layer.reading if layer is not None else None
            if made is None and layer is not None:
                continue
            tokens = layer.tokens[:length] if layer is not None else None
            shares = made.shares[:length] if made is not None else None
            rows.append(LensRow(self._title(trace, path), tokens, shares, lens.origin(program, path) == source))
        columns = [present.token_label(self._text(trace), self._row, at) for at in range(length)]
        self._view.show_lens(rows, columns, self._position(trace), worded(problem) or self._caveat(trace))

    def _title(self, trace: Trace, path: str) -> str:
        title = words.part(trace.program[path].section)
        return title if path in lens.layers(trace.program, trace.shapes) else f"{title} {present.short_name(path)}"

    def _caveat(self, trace: Trace) -> str:
        if lens.has_norm(trace.program, trace.shapes):
            return self.tr(
                "Each residual as if the model ended there: its own last steps applied to it. Only the last row was "
                "trained to be read so."
            )
        return self.tr(
            "Each residual as if the model ended there: the output matrix applied to it, without a further norm. Only "
            "the last row was trained to be read so."
        )

    def _go_lens(self, row: int, position: int) -> None:
        """Go to a layer's residual, at a position."""
        trace = self._session.trace
        if trace is None:
            return
        paths = [path for path in self._paths(trace) if path not in self._layers or self._layers[path].reading]
        if row < len(paths):
            with self._session.moves.together():
                self._session.go(paths[row])
                cell = self._session.cell
                column = cell[-1] if cell is not None else 0
                self._session.pin((self._row, position, column))

    def _show_here(self, trace: Trace, made: _Here) -> None:
        if made.path != self._session.cursor.path:
            return
        ranking = made.ranking
        if ranking is None:
            self._view.show_here((), "")  # the lens says why
            return
        rows = [
            BarRow(numbers.count(entry.rank) if entry.rank else "–", name, entry.id, entry.value,
                   numbers.share(entry.value), tip=numbers.exact(np.float32(entry.value)))
            for entry, name in zip(ranking.entries, made.names)
        ]  # fmt: skip
        others = self.tr("%n other token(s)", "", ranking.others)
        others = others.replace(str(ranking.others), numbers.count(ranking.others))
        rows.append(BarRow("", others, None, ranking.share, numbers.share(ranking.share), note=True))
        place = explanation.place(trace, made.path, made.at)
        self._view.show_here(rows, self.tr("What it would predict, {place}.").format(place=place))

    # Nearest tokens and surprise ----------------------------------------------------------------------------

    def _show_near(self, trace: Trace, made: _Near) -> None:
        if made.path != self._session.cursor.path:
            return
        if made.problem:
            self._view.show_near((), 0.0, 1.0, worded(made.problem))
            return
        values = [one.dot if made.by_dot else one.cosine for one in made.found]
        rows = []
        for number, (one, name, value) in enumerate(zip(made.found, made.names, values)):
            tip = self.tr("row {id} of the embedding table: cosine {cosine}, dot {dot}").format(
                id=one.id, cosine=numbers.fixed(one.cosine, 6), dot=numbers.fixed(one.dot, 6)
            )
            shown = numbers.fixed(value, 3)
            rows.append(BarRow(str(number + 1), name, one.id, value, shown, "signed", tip=tip))
        finite = [value for value in values if math.isfinite(value)]
        reach = max((abs(value) for value in finite), default=1.0) if made.by_dot else 1.0
        place = explanation.place(trace, made.path, made.at)
        said = self.tr("Rows of the embedding table nearest to this vector, {place}.").format(place=place)
        self._view.show_near(rows, min(0.0, *finite, 0.0), reach or 1.0, said)

    def _show_surprise(self, trace: Trace) -> None:
        result = self._surprise
        if result is None:
            return
        made = result.made
        unit = 1 / _LN2 if self._in_bits else 1.0
        name = self.tr("bits") if self._in_bits else self.tr("nats")
        here = self._position(trace)
        rows = []
        for at, id, token, nats in zip(made.positions, made.ids, result.names, made.nats.tolist()):
            share = math.exp(-nats) if math.isfinite(nats) else nats
            tip = self.tr("−log p({token}) = {nats} nats = {bits} bits; p = {share}").format(
                token=token, nats=numbers.fixed(nats, 6), bits=numbers.fixed(nats / _LN2, 6), share=numbers.share(share)
            )
            place = at if made.gaps else at + 1
            rows.append(
                BarRow(str(place), token, id, nats * unit, numbers.fixed(nats * unit, 3), "signed", tip=tip,
                       marked=at == here)
            )  # fmt: skip
        finite = [row.length for row in rows if math.isfinite(row.length)]
        self._view.show_surprise(rows, max(finite, default=1.0) or 1.0, self._about(made, unit, name), made.gaps and
                                 bool(made.unknown or made.positions))  # fmt: skip

    def _about(self, made: lens.Surprise, unit: float, name: str) -> str:
        """The mean, and what it is; or why there is none."""
        if not made.positions:
            if made.unknown:
                return self.tr("The text does not say what its %n gap(s) hid, so the model's surprise at it is not "
                               "known.", "", made.unknown)  # fmt: skip
            if made.gaps or self._gaps.mask():
                return self.tr("This model is trained on gaps: put a mask in the sentence, and say what it hid.")
            return self.tr("One token has no next one: type a longer text.")
        mean = numbers.fixed(made.mean * unit, 4)
        if made.gaps:
            text = self.tr("−log p of what the gaps hid: mean {mean} {unit} over %n gap(s).", "", len(made.positions))
        else:
            text = self.tr(
                "−log p of each true next token: mean {mean} {unit} over %n token(s). In nats the mean is the training "
                "loss of this text; e to its power, {perplexity}, is the perplexity.", "", len(made.positions),
            )  # fmt: skip
        perplexity = math.inf if made.mean >= 700 else math.exp(made.mean)  # of NaN it is NaN
        return text.format(mean=mean, unit=name, perplexity=numbers.fixed(perplexity, 2))

    def _go_surprise(self, row: int) -> None:
        """Go to the probability that the surprise is the logarithm of, and pin it."""
        trace, result = self._session.trace, self._surprise
        found = outputs(trace.program, trace.shapes) if trace is not None else None
        if found is None or result is None or row >= len(result.made.positions):
            return
        with self._session.moves.together():
            self._session.go(found[1])
            self._session.pin((result.made.row, result.made.positions[row], result.made.ids[row]))

    def _go_entry(self, id: int) -> None:
        """Go to a token's probability in the output, at the position that is looked at."""
        trace = self._session.trace
        found = outputs(trace.program, trace.shapes) if trace is not None else None
        if trace is not None and found is not None and id < trace.shapes[found[1]][-1].size:
            at = self._position(trace)
            self._session.go(found[1])
            self._session.pin((self._row, at, id))

    def _tell_truth(self, text: str) -> None:
        """What the gap that is looked at hid."""
        trace = self._session.trace
        if trace is None or not text:
            return
        place = (self._row, self._position(trace))
        self._runner.submit(TRUTH, partial(_find, trace, self._names, self._names.model(), text, place))

    def _take_truth(self, found: _Found) -> None:
        if found.id is None:
            self._view.truth_box().selectAll()
            self._view.set_truth_problem(self.tr("“{text}” is no single token of this model.").format(text=found.text))
            return
        self._truth[found.place] = found.id
        self._surprise = None
        self._view.truth_box().clear()
        self.ask()


def _read(trace: Trace, names: Names, model: str, path: str, row: int, job: work.Handle) -> _Layer:
    try:
        made = lens.reading(trace, path, row)
    except TraceError as error:
        return _Layer(trace, path, row, None, problem=str(error))
    named = names.of(trace, model).names(made.ids)
    # Where a share is no number, no token is the likeliest.
    said = tuple("–" if math.isnan(share) else name for name, share in zip(named, made.shares.tolist()))
    return _Layer(trace, path, row, made, said)


def _rank(trace: Trace, names: Names, model: str, path: str, at: Index, job: work.Handle) -> _Here:
    try:
        made = lens.lens_ranking(trace, path, at, _HERE)
    except TraceError:
        return _Here(path, at, None)
    return _Here(path, at, made, tuple(names.of(trace, model).names(entry.id for entry in made.entries)))


def _nearest(
    trace: Trace, names: Names, model: str, path: str, at: Index, by_dot: bool, job: work.Handle
) -> _Near:  # fmt: skip
    try:
        found = lens.nearest(trace, path, at, _NEAR, by_dot, job.cancelled)
    except TraceError as error:
        return _Near(path, at, (), problem=str(error))
    return _Near(path, at, found, tuple(names.of(trace, model).names(one.id for one in found)), by_dot)


def _surprised(
    trace: Trace, names: Names, model: str, row: int, gaps: list[int], truth: dict[int, int], job: work.Handle
) -> _Surprise:
    made = lens.surprise(trace, row, gaps, truth)
    return _Surprise(trace, made, tuple(names.of(trace, model).names(made.ids)))


def _find(
    trace: Trace, names: Names, model: str, text: str, place: tuple[int, int], job: work.Handle
) -> _Found:  # fmt: skip
    vocabulary = names.of(trace, model)
    wanted = text.replace(" ", "·").removeprefix("·")
    same = [id for id in vocabulary.search(text) if vocabulary.name(id).removeprefix("·") == wanted]
    # Within a sentence a word mostly has its space in front.
    spaced = [id for id in same if vocabulary.name(id).startswith("·")]
    return _Found(trace, text, place, next(iter(spaced or same), None))
