"""Why many heads (why 3): heads silenced one by one, and the same numbers cut into fewer heads."""

from __future__ import annotations

from dataclasses import replace
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
    Label,
    Map,
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

#: As many heads are silenced at most in one go: each is a run of its own.
MOST_RUNS = 48
#: Rows that patterns of many heads are worked out for: up to the query's.
MOST_ROWS = 64
#: The option that takes all tokens together, and how many logits that may be.
ALL, MOST_LOGITS = "all", 4_000_000
#: A change of the probabilities smaller than this many bits is nothing: float32 logits leave about 1e-9.
NOTHING = 1e-6
#: Rows of a pattern that differ by less than this share are one view.
SAME = 0.01


class AblateHeads(Experiment):
    """Each head silenced alone; how far the probabilities move, in bits: the mean over all tokens, or at one.

    Claim: every head is missed. The control does it where all heads of the attention are silent already: then nothing
    is left to take away.
    """

    key = "ablate_heads"
    whys = (3,)
    flip = MappingProxyType({"silent": True})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        looking.logits_of(lab.trace)
        tokens = looking.place_control(lab, looking.output_stream(lab.trace), "token")
        few = len(tokens.options) * lab.trace.spec.d_vocab <= MOST_LOGITS
        whole = replace(tokens, options=(ALL, *tokens.options), default=ALL) if few else tokens
        return looking.attention_control(lab), whole, Toggle("silent")

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, looking.row_of(lab)
        chosen = looking.attention_of(trace, settings["attention"])
        stream = looking.output_stream(trace)
        all_of_them = settings["token"] == ALL
        at = 0 if all_of_them else looking.place_of(settings["token"])
        places = slice(0, looking.length(trace, stream, row)) if all_of_them else slice(at, at + 1)
        every = [one for one in looking.attentions(trace) if one.queries == chosen.queries]
        # All of a small model, of a large one the attention that is looked at.
        if settings["silent"] or sum(one.n_heads for one in every) > looking.runs(trace, MOST_RUNS):
            every = [chosen]
        silenced = [f"head={chosen.path}.{head}:zero" for head in range(chosen.n_heads)] if settings["silent"] else []
        before = lab.change(*silenced) if silenced else trace
        logits = looking.logits_of(trace)
        whole = looking.log_softmax(before.read(logits, (row, places, slice(None))))
        favoured = np.argmax(whole, -1)[:, None]
        runs = [(one, head) for one in every for head in range(one.n_heads)][:MOST_RUNS]
        bits, chances = {}, {}
        for done, (one, head) in enumerate(runs):
            after = lab.change(*silenced, f"head={one.path}.{head}:zero")
            looking.ready(lab, after, done / len(runs), (done + 1) / len(runs))
            now = looking.log_softmax(after.read(logits, (row, places, slice(None))))
            bits[one.path, head] = looking.bits_between(whole, now)
            chances[one.path, head] = float(np.exp(np.take_along_axis(now, favoured, -1)).mean())
        here = [head for path, head in bits if path == chosen.path]
        own = np.array([bits[chosen.path, head] for head in here])
        chance = float(np.exp(np.take_along_axis(whole, favoured, -1)).mean())
        (path, most), large = max(bits.items(), key=lambda item: item[1])
        (least_path, least), small = min(bits.items(), key=lambda item: item[1])
        claim = small > NOTHING

        labels: tuple[Label, ...] = tuple(map(str, here))
        plots: list[Plot] = [
            Bars("bits", labels, (Series(Said("bits"), own),)),
            Bars("chance", labels, (Series(Said("without"), np.array([chances[chosen.path, head] for head in here])),
                                    Series(Said("with"), np.full(len(here), chance)))),
        ]  # fmt: skip
        if len(every) > 1:
            width = max(one.n_heads for one in every)
            values = np.array([[bits.get((one.path, head), np.nan) for head in range(width)] for one in every])
            plots.append(Map("all", values, tuple(one.path for one in every), tuple(map(str, range(width))), "plain"))
        told: dict[str, Value] = {
            "heads": len(bits), "path": path, "head": most, "large": large, "small": small, "chance": chance,
            "without": chances[path, most], "least_path": least_path, "least": least,
        }  # fmt: skip
        facts = (Fact("large", large), Fact("small", small), Fact("chance", chance, logits))
        key = "missed" if claim else "silent_already" if settings["silent"] else "not_missed"
        token = Said("one_token", {"token": looking.tokens(trace, stream, row)[at]})
        notes = (Said("all_tokens", {"count": len(whole)}) if all_of_them else token,)
        return Result(tuple(plots), claim, Said(key, told), facts, notes, dict(settings))


class OneHead(Experiment):
    """The same queries and keys, side by side as wide as all heads are, cut into n heads.

    Claim: cut into several heads they hold several views (rows of the pattern that differ by a share of their weight)
    for the same parameters and the same multiply-adds. With one head there is one view: the control.
    """

    key = "one_head"
    whys = (3,)
    flip = MappingProxyType({"heads": "1"})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        one = looking.focused(lab)
        if one.n_heads == 1:
            raise Unfit("one_already")
        heads = Choice("heads", tuple(map(str, self._cuts(one))), str(one.n_heads))
        return looking.attention_control(lab), heads, looking.place_control(lab, one.queries)

    @staticmethod
    def _cuts(one: Attention) -> list[int]:
        """Into how many heads the width can be cut: halved or doubled, no finer than four features a head nor than
        eight times as many heads as the model has."""
        cuts = [one.n_heads]
        while cuts[0] % 2 == 0:
            cuts.insert(0, cuts[0] // 2)
        cuts = cuts if cuts[0] == 1 else [1, *cuts]
        width = one.n_heads * one.d_head
        while width % (cuts[-1] * 2) == 0 and width // (cuts[-1] * 2) >= 4 and cuts[-1] < 8 * one.n_heads:
            cuts.append(cuts[-1] * 2)
        return cuts

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, looking.row_of(lab)
        one = looking.attention_of(trace, settings["attention"])
        n, m = looking.length(trace, one.queries, row), looking.length(trace, one.keys, row)
        at = min(looking.place_of(settings["query"]), n - 1)
        first = max(0, min(at + 1 - MOST_ROWS, n - MOST_ROWS))
        rows = slice(first, min(first + MOST_ROWS, n))
        q, k = self._wide(trace, one.q, row, rows), self._wide(trace, one.k, row, slice(0, m))
        seen = looking.allowed(trace, one, row)[rows]
        cuts = self._cuts(one)
        wanted = min(cuts, key=lambda cut: abs(cut - int(settings["heads"])))
        views, spreads, shown = [], [], np.zeros((1, m))
        for done, cut in enumerate(cuts):
            lab.progress(done / len(cuts))
            patterns = self._patterns(q, k, seen, cut, one)
            views.append(_apart(patterns))
            spreads.append(float(looking.entropy(patterns).mean()))
            if cut == wanted:
                shown = patterns[:, at - first]
        stored = trace.read(one.pattern, (row, slice(None), rows, slice(0, m)))
        off = float(np.abs(self._patterns(q, k, seen, one.n_heads, one) - stored).max())
        apart = views[cuts.index(wanted)]
        params = self._params(trace, one)
        macs = int(2 * n * m * q.shape[1])
        claim = apart > SAME

        names = looking.tokens(trace, one.keys, row)
        x = np.array(cuts, float)
        most = np.argsort(-shown.max(0), kind="stable")[: looking.MOST_SHOWN]
        keys = np.sort(most)
        plots = (
            Curves("apart", x, (Series(Said("apart"), np.array(views)),), log_x=True, mark=float(one.n_heads),
                   mark_label=Said("own")),
            Curves("spread", x, (Series(Said("spread"), np.array(spreads)),), log_x=True, mark=float(one.n_heads),
                   mark_label=Said("own")),
            Map("views", shown[: looking.MOST_SHOWN][:, keys], tuple(map(str, range(min(wanted, looking.MOST_SHOWN)))),
                tuple(names[j] for j in keys), "probability"),
        )  # fmt: skip
        told: dict[str, Value] = {
            "heads": wanted, "own": one.n_heads, "width": q.shape[1], "d": q.shape[1] // wanted, "apart": apart,
            "params": params, "macs": macs, "looks": len(set(np.argmax(shown, 1).tolist())), "off": off,
            "query": looking.tokens(trace, one.queries, row)[at],
        }  # fmt: skip
        facts = (Fact("apart", apart, one.pattern), Fact("params", params), Fact("macs", macs, one.scores),
                 Fact("off", off, one.pattern))  # fmt: skip
        notes = (Said("trained", {"own": one.n_heads}),)
        return Result(plots, claim, Said("several" if claim else "single" if wanted == 1 else "alike", told),
                      facts, notes, dict(settings))  # fmt: skip

    @staticmethod
    def _wide(trace: Trace, name: str, row: int, rows: slice) -> np.ndarray:
        """All heads side by side: float64 [rows, heads · d_head]."""
        heads = trace.read(name, (row, slice(None), rows, slice(None)))
        return np.concatenate(list(heads), axis=-1).astype(np.float64)

    @staticmethod
    def _patterns(q: np.ndarray, k: np.ndarray, seen: np.ndarray, cut: int, one: Attention) -> np.ndarray:
        """The patterns of `cut` heads: float64 [cut, queries, keys]. Scores are divided as the model would: √ of the
        width of a head where it divides at all."""
        width = q.shape[1] // cut
        divisor = one.divisor * (width / one.d_head) ** 0.5 if one.divisor != 1 else 1.0
        found = []
        for at in range(cut):
            part = slice(at * width, (at + 1) * width)
            found.append(looking.softmax(np.where(seen, q[:, part] @ k[:, part].T / divisor, -np.inf)))
        return np.stack(found)

    @staticmethod
    def _params(trace: Trace, one: Attention) -> int:
        """How many numbers the four matrices of the attention hold, biases with them."""
        steps = [looking.made_by(trace.program, name) for name in (one.q, one.k, one.v)]
        out = trace.program[one.z]
        while not out.weights:
            out = trace.program.consumers[out.name][0][0]
        names = {name for step in (*steps, out) if step is not None for name in step.weights}
        return sum(int(np.prod([axis.size for axis in trace.shapes[name]])) for name in names)


def _apart(patterns: np.ndarray) -> float:
    """How much of their weight two heads place otherwise (total variation), the mean over pairs of heads and rows with
    more than one key; 0 for one head."""
    heads = len(patterns)
    rows = patterns[:, (patterns > 0).sum(-1).max(0) > 1]
    if heads < 2 or not rows.shape[1]:
        return 0.0
    # The mean of |a − b| over all pairs from sorted values: a sum, not heads².
    ranked = np.sort(rows, axis=0)
    weights = (2 * np.arange(heads) - heads + 1)[:, None, None]
    return float((ranked * weights).sum(0).sum(-1).mean() / 2 / (heads * (heads - 1) / 2))


EXPERIMENTS = (AblateHeads(), OneHead())
