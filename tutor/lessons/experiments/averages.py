"""What attention is: a weighted average of values (why 1), by weights that a query finds among the keys (why 2)."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from tutor.engine.trace import Trace
from tutor.lessons import looking
from tutor.lessons.experiment import (
    Bars,
    Control,
    Experiment,
    Fact,
    Grid,
    Lab,
    Label,
    Map,
    Number,
    Plot,
    Result,
    Said,
    Series,
    Settings,
    Toggle,
    Unfit,
    Value,
)
from tutor.lessons.looking import Attention

#: How far a sum of float32 numbers, added again in float64, may be off, by the size of its terms.
ROUNDING = 1e-5
#: Directions closer than this are the same.
SAME = 0.999


def shown(weights: np.ndarray) -> np.ndarray:
    """The keys to draw: all of them, or those with the largest weights in the order of the text."""
    if len(weights) <= looking.MOST_SHOWN:
        return np.arange(len(weights))
    return np.sort(np.argsort(-np.abs(weights), kind="stable")[: looking.MOST_SHOWN])


class WeightedAverage(Experiment):
    """One row of z, added up again from the values by its weights.

    Claim: the weights are ≥ 0, sum to 1, and give the run's row: an average. The control takes scores without softmax
    for weights: the sum is no average any more.
    """

    key = "weighted_average"
    whys = (1,)
    flip = MappingProxyType({"softmax": False})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        one = looking.focused(lab)
        feature = Number("feature", 0, 0, lab.trace.shapes[one.v][-1].size - 1)
        return (looking.attention_control(lab), looking.head_control(lab), looking.place_control(lab, one.queries),
                feature, Toggle("softmax", True))  # fmt: skip

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, looking.row_of(lab)
        one = looking.attention_of(trace, settings["attention"])
        head, feature = looking.head_of(one, settings), int(settings["feature"])
        n = looking.length(trace, one.keys, row)
        at = min(looking.place_of(settings["query"]), looking.length(trace, one.queries, row) - 1)
        v = looking.vectors(trace, one.v, row, head, n)
        stored = trace.read(one.z, (row, head, at, slice(None))).astype(np.float64)
        scores = trace.read(one.masked, (row, head, at, slice(0, n))).astype(np.float64)
        if settings["softmax"]:
            weights = trace.read(one.pattern, (row, head, at, slice(0, n))).astype(np.float64)
        else:
            weights = np.where(np.isfinite(scores), scores, 0.0)
        made = weights @ v
        total, off = float(weights.sum()), float(np.abs(made - stored).max())
        seen = np.isfinite(scores)
        outside = int(((made < v[seen].min(0) - ROUNDING) | (made > v[seen].max(0) + ROUNDING)).sum())
        size = float((np.abs(weights)[:, None] * np.abs(v)).sum(0).max())
        average = bool((weights >= 0).all()) and abs(total - 1) < ROUNDING and not outside
        claim = average and off <= ROUNDING * max(size, 1.0)

        names = looking.tokens(trace, one.keys, row)
        query = looking.tokens(trace, one.queries, row)[at]
        keys = shown(weights)
        top = int(np.argmax(weights))
        terms: list[tuple[Label | float | int, ...]] = [
            (names[j], float(weights[j]), float(v[j, feature]), float(weights[j] * v[j, feature])) for j in keys
        ]
        terms.append((Said("sum"), total, "", float(made[feature])))
        labels = tuple(names[j] for j in keys)
        plots: tuple[Plot, ...] = (
            Bars("weights", labels, (Series(Said("weight"), weights[keys]),)),
            Map("parts", weights[keys, None] * v[keys], labels, tuple(map(str, range(v.shape[1]))), tensor=one.v),
            Grid("terms", (Said("key"), Said("weight"), Said("value"), Said("product")), tuple(terms)),
        )
        told: dict[str, Value] = {
            "query": query, "key": names[top], "share": float(weights[top]), "sum": total, "count": int(seen.sum()),
            "feature": feature, "made": float(made[feature]), "stored": float(stored[feature]), "off": off,
            "outside": outside, "width": v.shape[1],
        }  # fmt: skip
        notes = (Said("left_out", {"shown": len(keys), "count": n}),) if len(keys) < n else ()
        facts = (Fact("sum", total, one.pattern), Fact("off", off, one.z), Fact("outside", outside, one.z),
                 Fact("keys", int(seen.sum()), one.masked))  # fmt: skip
        return Result(plots, claim, Said("average" if claim else "no_average", told), facts, notes, dict(settings))


class Retrieval(Experiment):
    """One query against every key, and the three projections of the same x.

    Claim: the results of the three projections point in different directions, and softmax of q·k over the divisor is
    the run's row: the query decides by the keys alone. The control makes all three by the keys' matrix, so that
    Q = K = V, as is often said: then the three are one and the row is another.
    """

    key = "retrieval"
    whys = (2,)
    flip = MappingProxyType({"equal": True})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        one = looking.focused(lab)
        return (looking.attention_control(lab), looking.head_control(lab), looking.place_control(lab, one.queries),
                Toggle("equal"))  # fmt: skip

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, looking.row_of(lab)
        one = looking.attention_of(trace, settings["attention"])
        head, equal = looking.head_of(one, settings), bool(settings["equal"])
        n = looking.length(trace, one.keys, row)
        at = min(looking.place_of(settings["query"]), looking.length(trace, one.queries, row) - 1)
        k, v = (looking.vectors(trace, name, row, head, n) for name in (one.k, one.v))
        stored = trace.read(one.pattern, (row, head, at, slice(0, n))).astype(np.float64)
        added = trace.read(one.masked, (row, head, at, slice(0, n)))
        q = trace.read(one.q, (row, head, at, slice(None))).astype(np.float64)
        if equal:
            q, v = (k[at] if one.itself else self._by_keys(trace, one, row, head, at)), k
        scores = np.where(np.isfinite(added), k @ q / one.divisor, -np.inf)
        weights = looking.softmax(scores)
        off = float(np.abs(weights - stored).max())
        top = int(np.argmax(weights))
        # Of one token: the query's own where it is among the keys, else that of the key it takes most from.
        x = at if one.itself else top
        three = {"query": q, "key": k[x], "value": v[x]}
        cosines = {pair: _cosine(three[pair[0]], three[pair[1]]) for pair in
                   (("query", "key"), ("query", "value"), ("key", "value"))}  # fmt: skip
        nearest = max(map(abs, cosines.values()))
        claim = nearest < SAME and off < ROUNDING * max(float(np.abs(scores[np.isfinite(scores)]).max()), 1.0)

        names = looking.tokens(trace, one.keys, row)
        query = looking.tokens(trace, one.queries, row)[at]
        keys = shown(weights)
        labels = tuple(names[j] for j in keys)
        drawn = np.where(np.isfinite(scores), scores, np.nan)[keys]
        plots = (
            Bars("scores", labels, (Series(Said("score"), drawn),)),
            Bars("weights", labels, (Series(Said("found"), weights[keys]),
                                     Series(Said("stored"), stored[keys]))),
            Map("three", np.stack(list(three.values())), tuple(Said(name) for name in three),
                tuple(map(str, range(len(q)))), tensor=one.q),
            Grid("cosines", (Said("pair"), Said("cosine")),
                 tuple((Said("_".join(pair)), value) for pair, value in cosines.items())),
        )  # fmt: skip
        told: dict[str, Value] = {
            "query": query, "key": names[top], "share": float(weights[top]), "off": off, "nearest": nearest,
            "score": float(scores[top]), "token": names[x],
        }  # fmt: skip
        facts = (Fact("off", off, one.pattern), Fact("nearest", nearest, one.q),
                 *(Fact("_".join(pair), value) for pair, value in cosines.items()))  # fmt: skip
        notes = () if one.itself else (Said("cross", {"token": names[x]}),)
        return Result(plots, claim, Said("found" if claim else "one_and_the_same" if equal else "not_found", told),
                      facts, notes, dict(settings))  # fmt: skip

    def _by_keys(self, trace: Trace, one: Attention, row: int, head: int, at: int) -> np.ndarray:
        """The query of another text, made by the keys' matrix: float64 [d_head]. Raises Unfit."""
        query, key = (looking.made_by(trace.program, name) for name in (one.q, one.k))
        if query is None or key is None:
            raise Unfit("no_matrices")
        x = trace.read(query.inputs[0], (row, at, slice(None))).astype(np.float64)
        part = (slice(None), slice(head * one.d_head, (head + 1) * one.d_head))
        made = x @ trace.read(key.weights[0], part)
        return made + trace.read(key.weights[1], part[1:]) if len(key.weights) > 1 else made


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    """0 where one of them is 0: it points nowhere."""
    size = float(np.linalg.norm(one) * np.linalg.norm(other))
    return float(one @ other) / size if size else 0.0


EXPERIMENTS = (WeightedAverage(), Retrieval())
