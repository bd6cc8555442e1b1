"""Why positions, and why sines (why 9): words shuffled, wavelengths, and a shift that is one matrix."""

from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.changes import ChangeError, Switch
from tutor.engine.ops import Positions, Rotate, Sinusoid
from tutor.engine.program import Step
from tutor.engine.trace import Trace
from tutor.lessons import finding, looking
from tutor.lessons.experiment import (
    Bars,
    Choice,
    Control,
    Curves,
    Experiment,
    Fact,
    Grid,
    Lab,
    Label,
    Map,
    Number,
    Result,
    Said,
    Seed,
    Series,
    Settings,
    Toggle,
    Unfit,
    Value,
)

#: Rows that differ by less than this part of the largest number are the same, added up in another order.
ROUNDING = 1e-4
#: A shift is exact where its error stays below this: codes are stored as float32, of at most 1 in size.
EXACT = 1e-5
#: Features of M_k that are drawn, and positions that codes are compared over.
MOST_FEATURES, MOST_POSITIONS = 16, 256
#: The width of a random table.
MOST_WIDE = 128


class ShuffleWords(Experiment):
    """The same words in another order, through the model without its positions.

    Claim: every word's vector is the very one it had, only at another place: the words come out permuted. The control
    leaves the positions on. A causal mask also tells places apart, so it is lifted unless asked for.
    """

    key = "shuffle_words"
    whys = (9,)
    flip = MappingProxyType({"positions": True})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        trace = lab.trace
        if looking.length(trace, trace.program.streams[0], looking.row_of(lab)) < 3:
            raise Unfit("too_short")
        try:
            Switch("positions").check(trace)
        except ChangeError:
            raise Unfit("no_positions") from None
        return (Toggle("positions"), *((Toggle("mask"),) if self._causal(trace) else ()), Seed())

    @staticmethod
    def _causal(trace: Trace) -> bool:
        return any(one.causal for one in looking.attentions(trace) if one.queries == trace.program.streams[0])

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, looking.row_of(lab)
        source = trace.program.streams[0]
        ids = np.array(trace.batches[source].real_ids[row])
        n = len(ids)
        order = np.arange(n)
        draw = np.random.default_rng(int(settings["seed"]))
        while (ids[order] == ids).all() and len(set(ids.tolist())) > 1:
            order = draw.permutation(n)
        lab.progress(0.2)
        if trace.target is None:
            other, there = lab.run((), ids=(tuple(int(one) for one in ids[order]),)), 0
        else:
            changes = [f"{source}[{row},{at}]={one}" for at, one in enumerate(ids[order]) if one != ids[at]]
            other, there = lab.change(*changes), row
        result = finding.stream(trace.program, source)[-1]
        lifted = ["mask=off"] if self._causal(trace) and not settings["mask"] else []
        moved, size = {}, 0.0
        for on, begin in ((True, 0.2), (False, 0.6)):
            changes = lifted if on else [*lifted, "positions=off"]
            runs = [lab.change(*changes, of=one) if changes else one for one in (trace, other)]
            for part, one in enumerate(runs):
                looking.ready(lab, one, begin + 0.2 * part, begin + 0.2 + 0.2 * part)
            before, after = self._rows(runs[0], result, row, n), self._rows(runs[1], result, there, n)
            moved[on] = np.abs(after - before[order]).max(-1)
            size = float(np.abs(before).max()) if on == bool(settings["positions"]) else size
        on = bool(settings["positions"])
        largest = float(moved[on].max())
        claim = largest < ROUNDING * max(size, 1e-30)

        names = looking.tokens(trace, source, row)
        shown = order[: looking.MOST_SHOWN]
        labels: tuple[Label, ...] = tuple(names[at] for at in shown)
        plots = (
            Bars("moved", labels, (Series(Said("with"), moved[True][: len(shown)]),
                                   Series(Said("without"), moved[False][: len(shown)]))),
            Grid("order", (Said("now_at"), Said("token"), Said("was_at"), Said("difference")),
                 tuple((at, names[was], int(was), float(moved[on][at])) for at, was in enumerate(shown))),
        )  # fmt: skip
        told: dict[str, Value] = {"largest": largest, "size": size, "count": n, "with": float(moved[True].max()),
                "without": float(moved[False].max()), "seed": int(settings["seed"])}  # fmt: skip
        notes = [Said("lifted")] if lifted else [Said("masked")] if "mask" in settings else []
        notes.append(Said("sentence", {"text": "".join(names[at].replace("·", " ") for at in shown).strip()}))
        facts = (
            Fact("largest", largest, result), Fact("size", size, result),
            Fact("with", float(moved[True].max()), result), Fact("without", float(moved[False].max()), result),
        )  # fmt: skip
        key = "permuted" if claim else "told_apart" if on else "mask_tells" if settings.get("mask") else "not_permuted"
        return Result(plots, claim, Said(key, told), facts, tuple(notes), dict(settings))

    @staticmethod
    def _rows(trace: Trace, name: str, row: int, n: int) -> np.ndarray:
        return trace.read(name, (row, slice(0, n), slice(None))).astype(np.float64)


def position_step(trace: Trace) -> Step:
    """The step that brings positions in: of the text that is written. Raises Unfit."""
    for step in reversed(trace.program.steps):
        if isinstance(step.op, (Sinusoid, Rotate, Positions)):
            return step
    raise Unfit("no_positions")


def waves(step: Step, n: int, d_head: int) -> tuple[np.ndarray, np.ndarray]:
    """Sines and cosines of positions 0 to n − 1 as the operation itself makes them, fastest pair first: float64
    [n, pairs] each. Raises Unfit for a learned table, which has none."""
    op = step.op
    if isinstance(op, Sinusoid):
        code = op.table(ax.axes((ax.POS, n)))["code_"].astype(np.float64)
        pairs = op.d_model // 2
        if op.halves:
            return code[:, :pairs], code[:, (op.d_model + 1) // 2 :][:, :pairs]
        return code[:, 0::2][:, :pairs], code[:, 1::2]
    if isinstance(op, Rotate):
        made = op.table(ax.axes((ax.POS, n), (ax.D_HEAD, d_head)))
        half = op.dim // 2
        return (made["sin"][:, half : op.dim].astype(np.float64) / op.attention,
                made["cos"][:, :half].astype(np.float64) / op.attention)  # fmt: skip
    raise Unfit("learned")


def measured(sines: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """By what angle each pair turns from one position to the next, in radians, read off the table: float64 [pairs]."""
    return np.arctan2(sines[1], cosines[1])


def _d_head(trace: Trace, step: Step) -> int:
    return trace.shapes[step.name][-1].size


class Wavelengths(Experiment):
    """How many positions each pair of sine and cosine takes for a turn, and how far apart the codes of two positions
    are.

    Claim: with all pairs the nearest code to a position's is its neighbour's: none comes back like it, since the waves
    are of so many lengths. The control keeps the fastest pair alone, which is nearly the same again after 6 positions.
    """

    key = "wavelengths"
    whys = (9,)
    flip = MappingProxyType({"pairs": 1})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        step = position_step(lab.trace)
        count = waves(step, 2, _d_head(lab.trace, step))[0].shape[1]
        most = max(8, min(MOST_POSITIONS, lab.trace.spec.n_ctx))
        return Number("pairs", count, 1, count), Number("positions", most, 8, most)

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace = lab.trace
        step, n = position_step(trace), int(settings["positions"])
        sines, cosines = waves(step, n, _d_head(trace, step))
        turns = measured(sines, cosines)
        lengths = 2 * math.pi / turns
        pairs = min(int(settings["pairs"]), len(turns))
        code = np.concatenate([sines[:, :pairs], cosines[:, :pairs]], axis=1)
        # The same from every position on: the mean is over all that have a partner so far away.
        distance = np.array([np.linalg.norm(code[k:] - code[: n - k], axis=1).mean() for k in range(n)])
        nearest = int(np.argmin(distance[1:])) + 1
        claim = nearest == 1
        off = self._off(lab, step)

        x = np.arange(len(turns), dtype=float)
        places = np.arange(n, dtype=float)
        some = sorted({0, len(turns) // 8, len(turns) // 4, len(turns) // 2} & set(range(pairs)))
        plots = (
            Curves("lengths", x, (Series(Said("measured"), lengths, "points"),
                                  Series(Said("formula"), self._formula(step, len(turns)), "reference"),
                                  Series(Said("context"), np.full(len(x), float(n)), "reference")),
                   log_y=True, mark=float(pairs - 1), mark_label=Said("last_pair")),
            Curves("distance", places[1:], (Series(Said("distance"), distance[1:]),), mark=float(nearest),
                   mark_label=Said("nearest")),
            Curves("waves", places[:64], tuple(Series(Said("pair", {"pair": at}), sines[:64, at]) for at in some)),
        )  # fmt: skip
        told: dict[str, Value] = {
            "pairs": pairs, "all": len(turns), "first": float(lengths[0]), "last": float(lengths[-1]), "n": n,
            "nearest": nearest, "next": float(distance[1]), "smallest": float(distance[nearest]),
            "ratio": float((lengths[-1] / lengths[0]) ** (1 / max(len(lengths) - 1, 1))),
        }  # fmt: skip
        rotary = isinstance(step.op, Rotate)
        notes = (Said("rotary" if rotary else "table", {"name": step.name, "off": off}),)
        facts = (Fact("first", float(lengths[0]), step.name), Fact("last", float(lengths[-1]), step.name),
                 Fact("nearest", nearest), Fact("next", float(distance[1])), Fact("off", off, step.name))  # fmt: skip
        return Result(plots, claim, Said("neighbours" if claim else "comes_back", told), facts, notes, dict(settings))

    @staticmethod
    def _off(lab: Lab, step: Step) -> float:
        """How far the run's own tensor is from the table these numbers come from; for a rotation, from turning the
        run's own vectors by them."""
        trace = lab.trace
        if isinstance(step.op, Rotate):
            row, n = looking.row_of(lab), min(trace.shapes[step.name][-2].size, MOST_POSITIONS)
            part = (row, 0, slice(0, n), slice(None))
            x, y = (trace.read(name, part).astype(np.float64) for name in (step.inputs[0], step.name))
            half = step.op.dim // 2
            sines, cosines = waves(step, n, x.shape[1])
            made = x[:, :half] * cosines - x[:, half : step.op.dim] * sines
            return float(np.abs(made * step.op.attention - y[:, :half]).max())
        tensor = trace[step.name][:MOST_POSITIONS]
        made = step.op.table(ax.axes((ax.POS, len(tensor))))["code_"]
        return float(np.abs(tensor - made).max())

    @staticmethod
    def _formula(step: Step, pairs: int) -> np.ndarray:
        """2π · base^(2i/d): of a rotation before anything stretches it."""
        base, d = (step.op.base, step.op.dim) if isinstance(step.op, Rotate) else (10000.0, step.op.d_model)  # type: ignore[attr-defined]
        return 2 * math.pi * base ** (2 * np.arange(pairs) / d)


class PositionShift(Experiment):
    """PE(pos + k) = M_k PE(pos): one matrix of rotations, made from k alone, moves every position's code by k.

    Claim: the error is that of float32. The control takes a table of random rows, for which the best matrix is sought
    by least squares on every other position and tried on the rest; so is it for a learned table.
    """

    key = "position_shift"
    whys = (9,)
    flip = MappingProxyType({"table": "random"})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        position_step(lab.trace)
        most = max(2, min(MOST_POSITIONS, lab.trace.spec.n_ctx) // 4)
        return Number("k", min(3, most), 1, most), Choice("table", ("model", "random"), "model"), Seed()

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, k = lab.trace, int(settings["k"])
        step = position_step(trace)
        n = min(MOST_POSITIONS, max(trace.spec.n_ctx, 4))
        kind = str(settings["table"])
        if kind == "model" and isinstance(step.op, Positions):
            kind = "learned"
            code = trace[step.weights[0]][step.op.offset :][:n].astype(np.float64)
        else:
            sines, cosines = waves(step, n, _d_head(trace, step)) if kind == "model" else (np.empty((n, 0)),) * 2
            code = np.stack([sines, cosines], axis=-1).reshape(n, -1)
        if kind == "random":  # as large as sines are, and enough rows that a matrix could be found if there were one
            width = min(trace.shapes[step.name][-1].size, MOST_WIDE)
            code = np.random.default_rng(int(settings["seed"])).standard_normal((6 * width, width)) / 2**0.5
        n = len(code)
        lab.progress(0.3)
        matrix = rotation(measured(sines, cosines), k) if kind == "model" else fitted(code, k)
        made = code[: n - k] @ matrix.T
        error = np.abs(made - code[k:]).max(-1)
        # What a fit was made from proves nothing.
        tried = error if kind == "model" else error[1::2]
        largest, size = float(tried.max()), float(np.abs(code).max())
        claim = largest < EXACT * max(size, 1.0)

        m = min(MOST_FEATURES, matrix.shape[0])
        x = np.arange(n - k, dtype=float) if kind == "model" else np.arange(1, n - k, 2, dtype=float)
        shifts = np.arange(n // 2, dtype=float)
        names = tuple(map(str, range(m)))
        plots = (
            Map("matrix", matrix[:m, :m], names, names),
            Curves("error", x, (Series(Said("error"), tried),
                                Series(Said("untouched"), np.abs(code[k:] - code[: n - k]).max(-1)[x.astype(int)],
                                       "dashed"))),
            Curves("products", shifts, (Series(Said("from_0"), code[: n // 2] @ code[0]),
                                        Series(Said("from_middle"), code[n // 2 : n // 2 * 2] @ code[n // 2],
                                               "points"))),
        )  # fmt: skip
        apart = float(np.abs(code[: n // 2] @ code[0] - code[n // 2 : n // 2 * 2] @ code[n // 2]).max())
        untouched = float(np.abs(code[k:] - code[: n - k]).max())
        told: dict[str, Value] = {"k": k, "largest": largest, "size": size, "n": n, "apart": apart, "name": step.name,
                "untouched": untouched}  # fmt: skip
        notes = [Said("orthogonal", {"off": float(np.abs(matrix @ matrix.T - np.eye(len(matrix))).max())})]
        notes = notes if kind == "model" else [Said("held_out")]
        if kind == "model" and isinstance(step.op, Rotate):
            notes.append(Said("rotary", told))
        facts = (Fact("largest", largest, step.name), Fact("untouched", untouched), Fact("apart", apart))
        key = "shifts" if claim else "learned" if kind == "learned" else "random" if kind == "random" else "inexact"
        return Result(plots, claim, Said(key, told), facts, tuple(notes), dict(settings))


def rotation(turns: np.ndarray, k: int) -> np.ndarray:
    """M_k of pairs (sine, cosine) that turn by `turns` a position: float64 [2 · pairs, 2 · pairs]."""
    made = np.zeros((2 * len(turns), 2 * len(turns)))
    for at, angle in enumerate(turns * k):
        c, s = math.cos(angle), math.sin(angle)
        made[2 * at : 2 * at + 2, 2 * at : 2 * at + 2] = [[c, s], [-s, c]]
    return made


def fitted(code: np.ndarray, k: int) -> np.ndarray:
    """The matrix that moves codes by k best, by least squares over positions 0, 2, 4, …"""
    before, after = code[:-k][::2], code[k:][::2]
    return np.linalg.lstsq(before, after, rcond=None)[0].T


EXPERIMENTS = (ShuffleWords(), Wavelengths(), PositionShift())
