"""How queries meet keys: one matrix for both (why 4), and a sum through tanh in place of a product (why 5)."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from tutor.engine.changes import ChangeError, Tie
from tutor.lessons import looking
from tutor.lessons.experiment import (
    Bars,
    Choice,
    Control,
    Curves,
    Experiment,
    Fact,
    Grid,
    Lab,
    Map,
    Result,
    Said,
    Seed,
    Series,
    Settings,
    Toggle,
    Unfit,
    Value,
)
from tutor.lessons.looking import Attention

#: A matrix is symmetric where S − Sᵀ is smaller than this part of it: float32 products leave about 1e-7.
SYMMETRIC = 1e-5
#: A ratio of spreads that grows faster than d to this power outgrows: halfway between √d and not at all.
GROWS = 0.25
#: How often features and weights are drawn for each d.
DRAWS = 32
#: Queries, keys and features that additive scores are worked out for, at most.
MOST_PLACES, MOST_FEATURES = 32, 256


class TiedQK(Experiment):
    """W_Q = W_K in every attention, and the asymmetry ‖S − Sᵀ‖ / ‖S‖ of the raw scores.

    Claim: tied, with their biases, S is symmetric: i looks at j as j looks at i. The control leaves them as they are.
    """

    key = "tied_qk"
    whys = (4,)
    flip = MappingProxyType({"tie": "no"})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        if not any(one.itself for one in looking.attentions(lab.trace)):
            raise Unfit("no_self_attention")
        try:
            Tie().check(lab.trace)
        except ChangeError:
            raise Unfit("shared_heads") from None
        control = looking.attention_control(lab, itself=True)
        return control, looking.head_control(lab), Choice("tie", ("no", "weights", "both"), "both")

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, looking.row_of(lab)
        one = looking.attention_of(trace, settings["attention"])
        head, tie = looking.head_of(one, settings), str(settings["tie"])
        n = min(looking.length(trace, one.queries, row), looking.MOST_SAMPLED)
        part = (row, slice(None), slice(0, n), slice(0, n))
        own = trace.read(one.scores, part).astype(np.float64)
        now, biased = own, False
        if tie != "no":
            tied = looking.ready(lab, lab.change("W_Q=W_K"), 0.0, 0.8)
            step = looking.made_by(trace.program, one.q)
            biased = step is not None and len(step.weights) > 1
            now = tied.read(one.scores, part).astype(np.float64)
            if tie == "both":  # the keys' bias, and whatever else is done to keys alone, for the queries too
                k = tied.read(one.k, (row, slice(None), slice(0, n), slice(None))).astype(np.float64)
                now = k @ k.swapaxes(-1, -2)
        before, after = _asymmetry(own), _asymmetry(now)
        lab.progress(0.9)
        claim = bool((after < SYMMETRIC).all())
        diagonal = [float((s[head].argmax(-1) == np.arange(n)).mean()) for s in (own, now)]
        pair = np.unravel_index(np.argmax(np.abs(own[head] - own[head].T)), (n, n))
        i, j = int(pair[0]), int(pair[1])

        names = looking.tokens(trace, one.queries, row)
        shown = min(n, looking.MOST_SHOWN)
        labels, block = names[:shown], now[head][:shown, :shown]
        plots = (
            Map("scores", block, labels, labels, tensor=one.scores),
            Map("difference", block - block.T, labels, labels),
            Bars("asymmetry", tuple(map(str, range(one.n_heads))),
                 (Series(Said("own"), before), Series(Said("now"), after))),
        )  # fmt: skip
        told: dict[str, Value] = {
            "head": head, "before": float(before[head]), "after": float(after[head]), "largest": float(after.max()),
            "one": names[i], "other": names[j], "there": float(now[head, i, j]), "back": float(now[head, j, i]),
        }  # fmt: skip
        notes = [Said("diagonal", {"before": diagonal[0], "after": diagonal[1]})] if tie != "no" else []
        if biased and tie == "weights":
            notes.append(Said("biases", {"largest": float(after.max())}))
        facts = (Fact("before", float(before.max()), one.scores), Fact("after", float(after.max())),
                 Fact("diagonal_before", diagonal[0], one.scores), Fact("diagonal_after", diagonal[1]))  # fmt: skip
        key = "symmetric" if claim else "apart" if tie == "no" else "still_apart"
        return Result(plots, claim, Said(key, told), facts, tuple(notes), dict(settings))


def _asymmetry(scores: np.ndarray) -> np.ndarray:
    """‖S − Sᵀ‖ / ‖S‖ of each head [heads]; 0 where all scores are 0."""
    size = np.sqrt((scores**2).sum((-1, -2)))
    away = np.sqrt(((scores - scores.swapaxes(-1, -2)) ** 2).sum((-1, -2)))
    return np.divide(away, size, out=np.zeros_like(size), where=size > 0)


class AdditiveScores(Experiment):
    """v·tanh(W_q q + W_k k) (Bahdanau et al. 2015) beside q·k on the same q and k, with d of their features.

    The weights of the additive score are drawn from Xavier's normal distribution (Glorot & Bengio 2010), since no model
    at hand has learned any. Spread is the standard deviation over pairs. Claim: the
    spread of q·k outgrows the additive one's as d grows. The control divides by √d: then it does not.
    """

    key = "additive_scores"
    whys = (5,)
    flip = MappingProxyType({"scaled": True})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        control = looking.attention_control(lab)
        return control, Choice("vectors", ("model", "drawn"), "model"), Toggle("scaled"), Seed()

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, looking.row_of(lab)
        one = looking.attention_of(trace, settings["attention"])
        draw = np.random.default_rng(int(settings["seed"]))
        n, m = looking.length(trace, one.queries, row), looking.length(trace, one.keys, row)
        q, k = self._vectors(lab, one, row, draw) if settings["vectors"] == "model" else (
            draw.standard_normal((min(n, MOST_PLACES), one.n_heads * one.d_head)),
            draw.standard_normal((min(m, MOST_PLACES), one.n_heads * one.d_head)),
        )  # fmt: skip
        width = q.shape[1]
        most = min(width, MOST_FEATURES)
        sizes = [2**power for power in range(most.bit_length()) if 2**power <= most]
        sizes = sizes if sizes[-1] == most else [*sizes, most]
        found: dict[str, list[float]] = {"dot": [], "scaled": [], "additive": []}
        for done, d in enumerate(sizes):
            lab.progress(done / len(sizes))
            dots, adds = [], []
            # Several choices of features and of weights, so that no single one decides.
            for _ in range(DRAWS):
                some = draw.permutation(width)[:d]
                dots.append(float((q[:, some] @ k[:, some].T).std()))
                adds.append(float(additive(q[:, some], k[:, some], draw).std()))
            found["dot"].append(float(np.mean(dots)))
            found["scaled"].append(float(np.mean(dots)) / d**0.5)
            found["additive"].append(float(np.mean(adds)))
        x = np.array(sizes, float)
        dot, scaled, add = (np.array(found[name]) for name in ("dot", "scaled", "additive"))
        chosen = scaled if settings["scaled"] else dot
        power = exponent(x, chosen / add)
        claim = power > GROWS
        costs = counted(n, m, x)

        plots = (
            Curves("spread", x, (Series(Said("dot"), dot, "line"), Series(Said("scaled"), scaled, "dashed"),
                                 Series(Said("additive"), add, "points")), log_x=True, log_y=True,
                   mark=float(one.d_head), mark_label=Said("own")),
            Curves("cost", x, (Series(Said("dot"), costs["dot"]), Series(Said("additive"), costs["additive"], "points"),
                               Series(Said("tanh"), costs["tanh"], "dashed")), log_x=True, log_y=True,
                   mark=float(one.d_head), mark_label=Said("own")),
            Grid("ends", (Said("d"), Said("dot"), Said("scaled"), Said("additive")),
                 tuple((int(x[at]), float(dot[at]), float(scaled[at]), float(add[at])) for at in (0, -1))),
        )  # fmt: skip
        at = int(np.argmin(np.abs(x - one.d_head)))
        told: dict[str, Value] = {
            "low": int(x[0]), "high": int(x[-1]), "power": power, "dot": float(dot[-1]), "scaled": float(scaled[-1]),
            "additive": float(add[-1]), "times": float(costs["additive"][at] / costs["dot"][at]),
            "tanh": int(costs["tanh"][at]), "d": int(x[at]), "unscaled": exponent(x, dot / add),
        }  # fmt: skip
        facts = (
            Fact("dot", float(dot[-1]), one.scores), Fact("scaled", float(scaled[-1])),
            Fact("additive", float(add[-1])), Fact("power", power), Fact("tanh", int(costs["tanh"][at])),
        )  # fmt: skip
        notes = (Said("cost", told), Said("drawn", {"seed": int(settings["seed"])}))
        key = ("scaled_outgrows" if settings["scaled"] else "outgrows") if claim else (
            "closes" if settings["scaled"] else "level")  # fmt: skip
        return Result(plots, claim, Said(key, told), facts, notes, dict(settings))

    @staticmethod
    def _vectors(lab: Lab, one: Attention, row: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Queries and keys of some places, all heads side by side: float64 [places, heads · d_head]."""
        found = []
        for name, stream in ((one.q, one.queries), (one.k, one.keys)):
            n = looking.length(lab.trace, stream, row)
            places = np.sort(draw.permutation(n)[: MOST_PLACES])
            heads = lab.trace.read(name, (row, slice(None), slice(0, n), slice(None)))[:, places]
            found.append(np.concatenate(list(heads), axis=-1).astype(np.float64))
        return found[0], found[1]


def additive(q: np.ndarray, k: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """v·tanh(W_q q + W_k k) with drawn weights, as wide inside as the vectors are: [queries, keys]."""
    d = q.shape[1]
    w_q, w_k = (draw.standard_normal((d, d)) * (1 / d) ** 0.5 for _ in range(2))
    v = draw.standard_normal(d) * (2 / (d + 1)) ** 0.5
    return np.tanh((q @ w_q)[:, None, :] + (k @ w_k)[None, :, :]) @ v


def exponent(x: np.ndarray, y: np.ndarray) -> float:
    """The power of x that y grows like: the slope of the straight line through log y over log x; 0 for one point."""
    return float(np.polyfit(np.log(x), np.log(y), 1)[0]) if len(x) > 1 else 0.0


def counted(n: int, m: int, d: np.ndarray) -> dict[str, np.ndarray]:
    """Multiply-adds of the scores of n queries and m keys of d features, and evaluations of tanh: counted, not timed.

    Additive: both projections once a token (d² each), then for each pair d tanh and d multiply-adds with v.
    """
    return {"dot": n * m * d, "additive": (n + m) * d**2 + n * m * d, "tanh": n * m * d}


EXPERIMENTS = (TiedQK(), AdditiveScores())
