"""From logits to probabilities (why 17), and what attention weights do and do not say about the answer."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

import numpy as np

from tutor.engine.trace import Trace
from tutor.engine.vocabulary import of_trace
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
    Number,
    Result,
    Said,
    Series,
    Settings,
    Unfit,
    Value,
)

#: How many entries of the vocabulary are drawn.
TOP = 10
#: A probability above this is certain as far as percentages can tell.
CERTAIN = 0.9999
#: Of two keys one clearly comes first where its number is so many times the other's.
CLEARLY = 1.1
#: Numbers below this part of the largest are all as good as nothing.
NOTHING = 1e-3


def answer_control(lab: Lab, stream: str, key: str) -> Choice:
    """The token whose answer is looked at: the learner's, else the gap of a model that fills gaps, else the last."""
    trace = lab.trace
    at = lab.focus.at
    if at is None and trace.spec.head == "mlm":
        tokens = trace.batches[stream].rows[looking.row_of(lab)]
        at = next((i for i, one in enumerate(tokens) if one.special and b"mask" in one.data.lower()), None)
    return looking.place_control(lab, stream, key, at)


class Temperature(Experiment):
    """softmax(l / T) of one row of logits.

    Claim: the row is sharper than at T = 1: the likeliest entry gains and the entropy falls. The control is T = 2:
    flatter. The order of the entries never changes.
    """

    key = "temperature"
    whys = (17,)
    flip = MappingProxyType({"temperature": 2.0})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        looking.logits_of(lab.trace)
        return Number("temperature", 0.5, 0.125, 8.0, log=True, whole=False), answer_control(
            lab, looking.output_stream(lab.trace), "token"
        )  # fmt: skip

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, looking.row_of(lab)
        name, at, t = looking.logits_of(trace), looking.place_of(settings["token"]), float(settings["temperature"])
        logits = trace.read(name, (row, at, slice(None))).astype(np.float64)
        plain, now = looking.softmax(logits), looking.softmax(logits / t)
        order = np.argsort(-logits, kind="stable")
        top = order[:TOP]
        entropy = float(looking.entropy(plain)), float(looking.entropy(now))
        same_order = bool((np.diff(now[order]) <= 0).all())
        claim = bool(now[top[0]] > plain[top[0]] and entropy[1] < entropy[0])
        x = 2.0 ** np.arange(-3, 3.5, 0.5)
        rows = [looking.softmax(logits / by) for by in x]

        names = of_trace(trace, lab.model).names(top)
        plots = (
            Bars("top", tuple(names), (Series(Said("plain"), plain[top]), Series(Said("now"), now[top]))),
            Curves("entropy", x, (Series(Said("entropy"), np.array([float(looking.entropy(p)) for p in rows])),
                                  Series(Said("even"), np.full(len(x), np.log2(len(logits))), "reference")),
                   log_x=True, mark=t, mark_label=Said("here")),
            Curves("largest", x, (Series(Said("largest"), np.array([float(p.max()) for p in rows])),), log_x=True,
                   mark=t, mark_label=Said("here")),
        )  # fmt: skip
        told: dict[str, Value] = {
            "t": t, "top": names[0], "plain": float(plain[top[0]]), "now": float(now[top[0]]),
            "bits_plain": entropy[0], "bits_now": entropy[1], "entries": len(logits),
            "even": float(np.log2(len(logits))), "after": looking.tokens(trace, looking.output_stream(trace), row)[at],
        }  # fmt: skip
        facts = (
            Fact("plain", float(plain[top[0]]), name), Fact("now", float(now[top[0]])),
            Fact("bits_plain", entropy[0], name), Fact("bits_now", entropy[1]), Fact("same_order", int(same_order)),
        )  # fmt: skip
        certain = t < 1 and (not claim or plain[top[0]] > CERTAIN)
        key = "certain" if certain else "sharper" if claim else "same" if t == 1 else "flatter"
        return Result(plots, claim, Said(key, told), facts, (Said("order" if same_order else "order_lost"),),
                      dict(settings))  # fmt: skip


class WeightsAndInfluence(Experiment):
    """Each key hidden from one query, in one head or in all heads of the attention (its scores set to −∞): what that
    changes, beside the weight it had there, the mean over the heads.

    Influence is measured at the answer (bits between the probabilities before and after), at the head's result z
    (length of the difference), or at the weights themselves (total variation, which is the weight taken away: the
    control). Claim: there are two keys of which the one with the larger weight has the smaller influence.
    """

    key = "weights_and_influence"
    whys = (1, 2)
    flip = MappingProxyType({"measure": "weights"})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        one = looking.focused(lab)
        looking.logits_of(lab.trace)
        query = answer_control(lab, one.queries, "query")
        if looking.allowed(lab.trace, one, looking.row_of(lab))[looking.place_of(query.default)].sum() < 3:
            raise Unfit("too_short")
        return (
            looking.attention_control(lab), Choice("scope", ("head", "block"), "block"), looking.head_control(lab),
            query, Choice("measure", ("answer", "result", "weights"), "answer"),
        )  # fmt: skip

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, looking.row_of(lab)
        one = looking.attention_of(trace, settings["attention"])
        measure, whole = str(settings["measure"]), settings["scope"] == "block"
        heads = range(one.n_heads) if whole else [looking.head_of(one, settings)]
        at = min(looking.place_of(settings["query"]), looking.length(trace, one.queries, row) - 1)
        n = looking.length(trace, one.keys, row)
        keys = np.flatnonzero(looking.allowed(trace, one, row)[at])
        if len(keys) < 3:
            raise Unfit("too_short")
        weights = trace.read(one.pattern, (row, slice(None), at, slice(0, n))).astype(np.float64)[list(heads)].mean(0)
        # Every key is a run of its own: of many, those with the largest weights.
        most = looking.runs(trace, looking.MOST_SHOWN)
        keys = np.sort(keys[np.argsort(-weights[keys], kind="stable")[:most]])
        found = np.zeros(len(keys))
        for done, key in enumerate(keys):
            after = lab.change(*(f"{one.masked}[{row},{head},{at},{key}]=-inf" for head in heads))
            if measure == "answer":
                looking.ready(lab, after, done / len(keys), (done + 1) / len(keys))
            found[done] = self._influence(trace, after, one, row, at, heads, measure)
        share = weights[keys]
        scale = max(float(found.max()), 1e-30)
        turned = clearly_first(share) & clearly_first(found).T
        claim = bool(turned.any())
        example = np.argwhere(turned)
        # The pair that disagrees most.
        heavy, strong = max(example.tolist(), key=lambda pair: share[pair[0]] * found[pair[1]], default=(0, 0))

        names = [looking.tokens(trace, one.keys, row)[key] for key in keys]
        by_weight, by_influence = int(np.argmax(share)), int(np.argmax(found))
        order = np.argsort(share, kind="stable")
        plots = (
            Bars("both", tuple(names), (Series(Said("weight"), share), Series(Said("influence"), found / scale))),
            Curves("scatter", share[order], (Series(Said(measure), found[order], "points"),)),
            Grid("largest", (Said("key"), Said("weight"), Said(measure)),
                 tuple((names[i], float(share[i]), float(found[i])) for i in np.argsort(-found, kind="stable")[:5])),
        )  # fmt: skip
        told: dict[str, Value] = {
            "turned": int(turned.sum()), "pairs": len(keys) * (len(keys) - 1) // 2, "heavy": names[heavy],
            "heavy_weight": float(share[heavy]), "heavy_influence": float(found[heavy]), "strong": names[strong],
            "strong_weight": float(share[strong]), "strong_influence": float(found[strong]),
            "heaviest": names[by_weight], "heaviest_weight": float(share[by_weight]),
            "heaviest_influence": float(found[by_weight]), "strongest": names[by_influence],
            "strongest_weight": float(share[by_influence]), "strongest_influence": scale, "count": len(keys),
            "query": looking.tokens(trace, one.queries, row)[at], "path": one.path,
        }  # fmt: skip
        facts = (Fact("turned", int(turned.sum())), Fact("pairs", len(keys) * (len(keys) - 1) // 2),
                 Fact("weight", float(share.max()), one.pattern), Fact("influence", scale))  # fmt: skip
        verdict = "differ" if claim else "by_definition" if measure == "weights" else "agree"
        return Result(plots, claim, Said(verdict, told), facts, (Said("measured_" + measure),), dict(settings))

    @staticmethod
    def _influence(trace: Trace, after: Trace, one: looking.Attention, row: int, at: int, heads: Iterable[int],
                   measure: str) -> float:  # fmt: skip
        if measure == "answer":
            name = looking.logits_of(trace)
            stream = looking.output_stream(trace)
            places = slice(at, at + 1) if one.queries == stream else slice(0, looking.length(trace, stream, row))
            before, now = (looking.log_softmax(run.read(name, (row, places, slice(None)))) for run in (trace, after))
            return looking.bits_between(before, now)
        name = one.z if measure == "result" else one.pattern
        part = (row, slice(None), at, slice(None))
        moved = (after.read(name, part).astype(np.float64) - trace.read(name, part))[list(heads)]
        return float(np.linalg.norm(moved) if measure == "result" else np.abs(moved).sum(-1).mean() / 2)


def clearly_first(values: np.ndarray) -> np.ndarray:
    """Of each pair whether the first number clearly is the larger: bool [n, n]."""
    counts = values[:, None] > NOTHING * max(float(values.max()), 1e-30)
    return counts & (values[:, None] > CLEARLY * values[None, :])


EXPERIMENTS = (Temperature(), WeightsAndInfluence())
