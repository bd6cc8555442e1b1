"""Why ÷ √d_k (why 6): the variance of q·k, and what softmax and its gradient make of large scores."""

from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np

from tutor.engine.trace import Trace
from tutor.lessons import looking
from tutor.lessons.experiment import (
    Bars,
    Choice,
    Control,
    Curves,
    Experiment,
    Fact,
    Lab,
    Map,
    Number,
    Result,
    Said,
    Seed,
    Series,
    Settings,
    Unfit,
    Value,
)
from tutor.lessons.looking import Attention

#: d_k drawn in the plot.
SIZES = tuple(2**power for power in range(9))
#: Drawn pairs a point, and keys a row of the second plot.
PAIRS, KEYS = 4096, 16
#: A drawn variance may be off by this share: the standard error of 4,096 pairs is under 5 %.
OFF = 0.25
#: Variances of the model that differ from theory by less than this factor lie on the line.
NEAR = 1.25

#: Rows of fewer keys say little: two scores that are far apart are no saturated softmax of many.
FEW = 4
#: A gradient is clearly larger from this factor on.
CLEARLY = 1.25


class QKVariance(Experiment):
    """Var(q·k) of drawn q and k over d_k, with and without ÷ √d_k, and this model's own q and k as a point.

    Drawn components have mean 0, variance 1 and correlation ρ with one another: Var(q·k) = d + d(d − 1)ρ². Claim: at
    every d the variance is d, and 1 after ÷ √d. The control takes the independence away: ρ > 0.
    """

    key = "qk_variance"
    whys = (6,)
    flip = MappingProxyType({"correlation": 0.5})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        d_head = looking.focused(lab).d_head
        d_k = Number("d_k", float(min(d_head, SIZES[-1])), 1, SIZES[-1], log=True)
        # Off the powers of 2 a slider in factors of 2 would not stop where the model is.
        if d_head & (d_head - 1):
            d_k = Number("d_k", float(min(d_head, SIZES[-1])), 1, SIZES[-1])
        correlation = Number("correlation", 0.0, 0.0, 1.0, 0.1, whole=False)
        return looking.attention_control(lab), looking.head_control(lab), d_k, correlation, Seed()

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, looking.row_of(lab)
        one = looking.attention_of(trace, settings["attention"])
        head, d_k, rho = looking.head_of(one, settings), int(settings["d_k"]), float(settings["correlation"])
        draw = np.random.default_rng(int(settings["seed"]))
        sizes = sorted({*SIZES, one.d_head, d_k})
        plain, scaled, top, calm = [], [], [], []
        for done, d in enumerate(sizes):
            lab.progress(done / len(sizes))
            q, k = drawn(draw, PAIRS, d, rho), drawn(draw, PAIRS, d, rho)
            products = (q * k).sum(1)
            plain.append(float(products.var()))
            scaled.append(float((products / d**0.5).var()))
            # One query against KEYS keys.
            rows = drawn(draw, PAIRS // KEYS, d, rho)[:, None, :] * k.reshape(-1, KEYS, d)
            scores = rows.sum(-1)
            top.append(float(looking.softmax(scores).max(-1).mean()))
            calm.append(float(looking.softmax(scores / d**0.5).max(-1).mean()))
        x = np.array(sizes, float)
        at, own = sizes.index(d_k), sizes.index(one.d_head)
        var_q, var_k, found, count = of_model(trace, one, row, head, draw)
        claim = bool(np.all(np.abs(np.array(plain) / x - 1) < OFF) and np.all(np.abs(np.array(scaled) - 1) < OFF))

        diamond = np.full(len(x), np.nan)
        diamond[own] = found
        theory = x + x * (x - 1) * rho**2
        series = [Series(Said("plain"), np.array(plain)), Series(Said("scaled"), np.array(scaled), "dashed"),
                  Series(Said("model"), diamond, "points"), Series(Said("y_d"), x, "reference"),
                  Series(Said("y_1"), np.ones(len(x)), "reference")]  # fmt: skip
        if rho:
            series.append(Series(Said("y_rho", {"rho": rho}), theory, "reference"))
        plots = (
            Curves("variance", x, tuple(series), log_x=True, log_y=True, mark=float(d_k), mark_label=Said("here")),
            Curves("top", x, (Series(Said("plain"), np.array(top)), Series(Said("scaled"), np.array(calm), "dashed")),
                   log_x=True, mark=float(d_k), mark_label=Said("here")),
        )  # fmt: skip
        told: dict[str, Value] = {
            "d": d_k, "plain": plain[at], "scaled": scaled[at], "top": top[at], "calm": calm[at], "keys": KEYS,
            "rho": rho, "theory": float(theory[at]), "high": sizes[-1],
        }  # fmt: skip
        simple = one.d_head * var_q * var_k
        model: dict[str, Value] = {
            "path": one.path, "head": head, "d": one.d_head, "found": found, "var_q": var_q, "var_k": var_k,
            "simple": simple, "count": count,
        }  # fmt: skip
        lies = "above" if found > one.d_head * NEAR else "below" if found * NEAR < one.d_head else "on"
        notes = [Said("pairs", {"pairs": PAIRS, "seed": int(settings["seed"])}), Said(lies, model)]
        if lies != "on" and not 1 / NEAR < found / max(simple, 1e-30) < NEAR:
            notes.append(Said("dependent", model))
        if one.divisor == 1:
            notes.append(Said("undivided", {"path": one.path}))
        facts = (Fact("plain", plain[at]), Fact("scaled", scaled[at]), Fact("found", found, one.scores),
                 Fact("var_q", var_q, one.q), Fact("var_k", var_k, one.k))  # fmt: skip
        return Result(plots, claim, Said("grows" if claim else "grows_faster", told), facts, tuple(notes),
                      dict(settings))  # fmt: skip


def drawn(draw: np.random.Generator, rows: int, d: int, rho: float) -> np.ndarray:
    """Vectors [rows, d] whose components have mean 0, variance 1 and correlation ρ with one another."""
    own = draw.standard_normal((rows, d))
    return math.sqrt(1 - rho) * own + math.sqrt(rho) * draw.standard_normal((rows, 1))


def of_model(trace: Trace, one: Attention, row: int, head: int, draw: np.random.Generator) -> tuple[float, ...]:
    """Of one head on the sentence: the variance of the numbers in q, of those in k, that of q·k over the pairs that
    may meet, and how many pairs those are."""
    n, m = looking.length(trace, one.queries, row), looking.length(trace, one.keys, row)
    rows = np.sort(draw.permutation(n)[: looking.MOST_SAMPLED])
    q = looking.vectors(trace, one.q, row, head, n)[rows]
    k = looking.vectors(trace, one.k, row, head, m)
    products = (q @ k.T)[looking.allowed(trace, one, row)[rows]]
    return float(q.var()), float(k.var()), float(products.var()), len(products)


class SoftmaxGradient(Experiment):
    """The Jacobian of softmax, ∂p_i/∂s_j = p_i(δ_ij − p_j), at real rows of scores, by what the scores are divided by.

    Its size is ‖J‖ (Frobenius), the mean over rows with a few keys at least. Claim: at scores ÷ √d_k it is clearly
    larger than at raw scores, where softmax is saturated. The control first brings the raw scores to variance 1: then
    there is nothing to mend, and dividing only flattens the rows.
    """

    key = "softmax_gradient"
    whys = (6,)
    flip = MappingProxyType({"rows": "calm"})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        one = looking.focused(lab)
        if looking.length(lab.trace, one.keys, looking.row_of(lab)) < 2:
            raise Unfit("one_token")
        rows = Choice("rows", ("model", "theory", "calm"), "model")
        return (looking.attention_control(lab), looking.head_control(lab), rows,
                looking.place_control(lab, one.queries))  # fmt: skip

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, looking.row_of(lab)
        one = looking.attention_of(trace, settings["attention"])
        head = looking.head_of(one, settings)
        n, m = looking.length(trace, one.queries, row), looking.length(trace, one.keys, row)
        at = min(looking.place_of(settings["query"]), n - 1)
        seen = looking.allowed(trace, one, row)
        least = min(FEW, int(seen.sum(1).max()))
        some = np.flatnonzero(seen.sum(1) >= least)[-looking.MOST_SAMPLED :]
        if least < 2:
            raise Unfit("one_token")
        at = int(some[np.argmin(np.abs(some - at))])
        raw = trace.read(one.scores, (row, head, slice(0, n), slice(0, m))).astype(np.float64)[some]
        seen = seen[some]
        own = float(raw[seen].std())
        if settings["rows"] != "model":
            raw = raw / max(own, 1e-30) * (one.d_head**0.5 if settings["rows"] == "theory" else 1.0)
        spread = float(raw[seen].std())
        raw = np.where(seen, raw, -np.inf)
        divisor = one.d_head**0.5
        x = np.unique(np.concatenate([2.0 ** np.arange(-2, 9), [divisor]]))
        sizes, bits, largest = [], [], []
        for done, by in enumerate(x):
            lab.progress(done / len(x))
            p = looking.softmax(raw / by)
            sizes.append(float(jacobian_size(p).mean()))
            bits.append(float(looking.entropy(p).mean()))
            largest.append(float((p * (1 - p)).max(-1).mean()))
        one_at, here = int(np.argmin(np.abs(x - 1))), int(np.argmin(np.abs(x - divisor)))
        claim = sizes[here] > CLEARLY * sizes[one_at]

        line = int(np.flatnonzero(some == at)[0])
        keys = np.flatnonzero(seen[line])[-looking.MOST_SHOWN :]
        names = looking.tokens(trace, one.keys, row)
        p_raw, p_calm = (looking.softmax(raw[line] / by) for by in (1.0, divisor))
        labels = tuple(names[j] for j in keys)
        jacobian = (np.diag(p_calm) - np.outer(p_calm, p_calm))[np.ix_(keys, keys)]
        plots = (
            Curves("size", x, (Series(Said("size"), np.array(sizes)),
                               Series(Said("largest"), np.array(largest), "dashed")), log_x=True, mark=divisor,
                   mark_label=Said("sqrt")),
            Curves("entropy", x, (Series(Said("entropy"), np.array(bits)),
                                  Series(Said("even"), np.full(len(x), float(np.log2(seen.sum(1)).mean())),
                                         "reference")), log_x=True, mark=divisor, mark_label=Said("sqrt")),
            Bars("row", labels, (Series(Said("raw"), p_raw[keys]), Series(Said("divided"), p_calm[keys]))),
            Map("jacobian", jacobian, labels, labels),
        )  # fmt: skip
        told: dict[str, Value] = {
            "raw": sizes[one_at], "divided": sizes[here], "d": one.d_head, "bits_raw": bits[one_at],
            "bits_divided": bits[here], "spread": spread, "own": own, "rows": len(some),
        }  # fmt: skip
        facts = (
            Fact("raw", sizes[one_at], one.scores), Fact("divided", sizes[here], one.pattern),
            Fact("bits_raw", bits[one_at]), Fact("bits_divided", bits[here]), Fact("spread", spread, one.scores),
        )  # fmt: skip
        notes = [Said("textbook", {"own": own, "sqrt": divisor, "variance": own**2, "d": one.d_head})]
        if settings["rows"] != "model":
            notes.append(Said("rescaled", {"spread": spread}))
        return Result(plots, claim, Said("saturated" if claim else "not_saturated", told), facts, tuple(notes),
                      dict(settings))  # fmt: skip


def jacobian_size(p: np.ndarray) -> np.ndarray:
    """‖diag(p) − p pᵀ‖ of each row [..., keys] → [...], without making the matrices: Σp² − 2Σp³ + (Σp²)²."""
    two, three = (p**2).sum(-1), (p**3).sum(-1)
    return np.sqrt(np.maximum(two - 2 * three + two**2, 0.0))


EXPERIMENTS = (QKVariance(), SoftmaxGradient())
