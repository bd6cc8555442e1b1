"""What masks hide: padding (why 7) and the future (why 8)."""

from __future__ import annotations

from types import MappingProxyType

import numpy as np

from tutor.engine.token_bytes import Token
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
from tutor.lessons.looking import Attention

PADS = ("-inf", "-1000", "none")
#: What padding may change of a real token's numbers, by their size, and still be hidden: other shapes are added up in
#: another order.
ROUNDING = 1e-4
#: Weight on padding below this is none.
NOTHING = 1e-6


class PaddingMask(Experiment):
    """The sentence alone, and beside a longer one, so that it is padded: are its numbers the same?

    Hidden by −∞ they are, up to rounding, whatever the size of the scores. −1000 does as well while scores stay far
    below 1000: `factor` multiplies the real rows of scores, and the weight that pads then get is worked out from them.
    The control hides nothing. Where a causal mask hides what comes after, pads included, it is lifted in both runs, so
    that the padding mask is seen by itself.
    """

    key = "padding_mask"
    whys = (7,)
    flip = MappingProxyType({"pad": "none"})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        if not looking.attentions(lab.trace):
            raise Unfit("no_attention")
        trace = lab.trace
        room = trace.spec.n_ctx - looking.length(trace, trace.program.streams[0], looking.row_of(lab))
        if room < 1:
            raise Unfit("no_room", most=trace.spec.n_ctx)
        more = Number("more", min(6, room), 1, min(24, room))
        found: list[Control] = [Choice("pad", PADS, "-inf"), Number("factor", 1, 1, 4096, log=True), more]
        return (*found, Toggle("causal")) if self._causal(lab.trace) else tuple(found)

    @staticmethod
    def _causal(trace: Trace) -> bool:
        """Whether every attention that reads the padded text hides pads by its causal mask already."""
        source = trace.program.streams[0]
        return all(one.causal for one in looking.attentions(trace) if one.keys == source)

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, looking.row_of(lab)
        pad, factor = str(settings["pad"]), float(settings["factor"])
        alone, padded = self._both(lab, row, int(settings["more"]))
        source = trace.program.streams[0]
        n, m = looking.length(alone, source, 0), padded.batches[source].n_pos
        off = ["mask=off"] if self._causal(trace) and not settings["causal"] else []
        if off:
            alone = looking.ready(lab, lab.change(*off, of=alone), 0.0, 0.2)
        ways = {}
        for part, one in enumerate(PADS):
            changes = [*off, *([] if one == "-inf" else [f"pad={one}"])]
            ways[one] = looking.ready(lab, lab.change(*changes, of=padded), 0.2 + 0.2 * part, 0.4 + 0.2 * part)
        attention = next(one for one in looking.attentions(trace) if one.keys == source)
        result = finding.stream(trace.program)[-1]
        last = min(looking.length(alone, looking.output_stream(trace), 0), looking.MOST_SAMPLED)
        want = self._rows(alone, result, 0, last)
        size = max(float(np.abs(want).max()), 1e-30)
        away = {one: float(np.abs(self._rows(run, result, 0, last) - want).max()) for one, run in ways.items()}
        # Pads come last, so a causal mask that is kept hides them from every real query.
        kept = bool(settings.get("causal", False))

        x = 2.0 ** np.arange(13)
        scores = self._scores(ways["none"], attention, m)
        shares = {
            one: np.zeros(len(x)) if kept else np.array([self._share(scores, n, one, by) for by in x]) for one in PADS
        }
        at = int(np.argmin(np.abs(x - factor)))
        share = float(shares[pad][at])
        changed = away[pad] / size
        claim = share < NOTHING and changed < ROUNDING
        # What −1000 must outdo: how far the largest score of a pad lies above that of a real key, in the worst row.
        top = float((scores[..., n:].max(-1) - scores[..., :n].max(-1)).max())

        names = (*looking.tokens(alone, source, 0), *("⟨pad⟩",) * min(m - n, 4))
        shown = min(len(names), looking.MOST_SHOWN)
        pattern = ways[pad].read(attention.pattern, (0, 0, slice(0, min(n, shown)), slice(0, m)))
        plots = (
            Curves("share", x, tuple(Series(Said(self._word(one)), shares[one], style) for one, style in
                                     zip(PADS, ("line", "dashed", "points"))), log_x=True, mark=factor,
                   mark_label=Said("here")),
            Bars("change", tuple(Said(self._word(one)) for one in PADS),
                 (Series(Said("away"), np.array([away[one] for one in PADS])),)),
            Map("pattern", pattern[:, :shown], names[: min(n, shown)], names[:shown], "probability"),
        )  # fmt: skip
        told: dict[str, Value] = {
            "way": pad.replace("-inf", "−∞").replace("-", "−"), "pads": m - n, "factor": factor, "share": share,
            "away": away[pad], "size": size, "largest": top * factor, "path": attention.path,
        }  # fmt: skip
        notes = [Said("lifted")] if off else [Said("causal")] if "causal" in settings else []
        if pad == "-1000" and not kept:
            notes.append(Said("until", {"largest": top, "limit": 1000 / top}) if top > 0 else Said("never"))
        facts = (Fact("share", share, attention.pattern), Fact("away", away[pad], result),
                 Fact("away_none", away["none"], result), Fact("largest", top, attention.masked))  # fmt: skip
        key = "hidden" if claim else "seen" if pad == "none" or share < NOTHING else "outgrown"
        return Result(plots, claim, Said(key, told), facts, tuple(notes), dict(settings))

    @staticmethod
    def _word(pad: str) -> str:
        return {"-inf": "infinity", "-1000": "thousand", "none": "nothing"}[pad]

    @staticmethod
    def _both(lab: Lab, row: int, more: int) -> tuple[Trace, Trace]:
        """The sentence by itself, and as the first row beside itself made longer."""
        trace = lab.trace
        if trace.target is None:
            ids = list(trace.batch.real_ids[row])
            longer = ids + (ids * (more // len(ids) + 1))[:more]
            alone = trace if trace.batch.n_rows == 1 else lab.run((), ids=(tuple(ids),))
            return alone, lab.run((), ids=(tuple(ids), tuple(longer)))
        text, target = trace.batch.texts[row], trace.target.real_ids[row]
        words = text.split() or [text]
        longer_text = " ".join([text, *(words * (more // len(words) + 1))[:more]])
        alone = trace if trace.batch.n_rows == 1 else lab.run((text,), ids=(target,))
        return alone, lab.run((text, longer_text), ids=(target, target))

    @staticmethod
    def _rows(trace: Trace, name: str, row: int, n: int) -> np.ndarray:
        return trace.read(name, (row, slice(0, n), slice(None))).astype(np.float64)

    @staticmethod
    def _scores(trace: Trace, one: Attention, m: int) -> np.ndarray:
        """The first row's scores before the mask, divided as the model does: float64 [heads, queries, m keys]."""
        queries = min(looking.length(trace, one.queries, 0), looking.MOST_SAMPLED)
        return trace.read(one.scores, (0, slice(None), slice(0, queries), slice(0, m))).astype(np.float64) / one.divisor

    @staticmethod
    def _share(scores: np.ndarray, n: int, pad: str, factor: float) -> float:
        """The most weight that the pads of a row, keys from n on, get together where its scores are × factor."""
        more = (scores * factor).astype(np.float32)
        more[..., n:] += np.float32({"-inf": -np.inf, "-1000": -1000.0, "none": 0.0}[pad])
        return float(looking.softmax(more)[..., n:].sum(-1).max())


class CausalLeak(Experiment):
    """One token changed, and how far the residual stream moves at every token and block.

    Claim: with the causal mask nothing before that token moves, not by one bit. The control lifts the mask. An encoder
    has none, so there the tokens before do move, as they should.
    """

    key = "causal_leak"
    whys = (8,)
    flip = MappingProxyType({"mask": False})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        stream = looking.output_stream(lab.trace)
        n = looking.length(lab.trace, stream, looking.row_of(lab))
        if n < 2:
            raise Unfit("one_token")
        place = looking.place_control(lab, stream, "token", max(1, n * 2 // 3))
        # The first token has none before it, and a decoder's begins every target.
        place = Choice(place.key, place.options[1:], place.default)
        return (place, Toggle("mask", True), Seed()) if self._masked(lab.trace) else (place, Seed())

    @staticmethod
    def _masked(trace: Trace) -> bool:
        stream = looking.output_stream(trace)
        return any(one.causal for one in looking.attentions(trace) if one.queries == stream and one.itself)

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, looking.row_of(lab)
        stream = looking.output_stream(trace)
        n, at = looking.length(trace, stream, row), looking.place_of(settings["token"])
        masked = self._masked(trace)
        here = masked and bool(settings["mask"])
        batch = trace.batches[stream]
        old = batch.real_ids[row][at]
        new = self._other(batch.rows[row], trace.spec.d_vocab, old, int(settings["seed"]))
        set_to = f"{stream}[{row},{at}]={new}"
        pairs = {True: (trace, looking.ready(lab, lab.change(set_to), 0.0, 0.2))} if masked else {}
        off = ("mask=off",) if masked else ()
        lifted = looking.ready(lab, lab.change(*off), 0.2, 0.4) if off else trace
        pairs[False] = lifted, looking.ready(lab, lab.change(*off, set_to), 0.4, 0.6)
        names = finding.stream(trace.program, stream)
        now = np.zeros((len(names), n))
        for at_block, name in enumerate(names):
            now[at_block] = self._moved(*pairs[here], name, row, n)
            lab.progress(0.6 + 0.4 * at_block / len(names))
        last = {on: now[-1] if on == here else self._moved(*pair, names[-1], row, n) for on, pair in pairs.items()}
        earlier = float(now[:, :at].max())
        exact = not (trace.laid or pairs[here][1].laid)
        claim = earlier == 0 if exact else earlier < ROUNDING * max(float(now.max()), 1e-30)

        first = max(0, min(at - looking.MOST_SHOWN // 2, n - looking.MOST_SHOWN))
        part = slice(first, first + looking.MOST_SHOWN)
        labels: tuple[Label, ...] = looking.tokens(trace, stream, row)[part]
        words = {True: "with", False: "without"}
        plots = (
            Bars("last", labels, tuple(Series(Said(words[on]), last[on][part]) for on in sorted(pairs)[::-1])),
            Map("depth", now[:, part], names, labels, "plain", tensor=names[-1]),
            Grid("tokens", (Said("was"), Said("became"), Said("earlier"), Said("moved")),
                 ((looking.tokens(trace, stream, row)[at],
                   finding.labels(pairs[here][1].batches[stream], row)[at], at,
                   int((now[:, :at].max(0) > 0).sum())),)),
        )  # fmt: skip
        told: dict[str, Value] = {"token": looking.tokens(trace, stream, row)[at],
                "other": finding.labels(pairs[here][1].batches[stream], row)[at], "earlier": earlier, "count": at,
                "own": float(now[-1, at]), "later": n - 1 - at}  # fmt: skip
        facts = (Fact("earlier", earlier, names[-1]), Fact("own", float(now[-1, at]), names[-1]),
                 Fact("moved", int((now[:, :at].max(0) > 0).sum())))  # fmt: skip
        key = "still" if claim else "leaks" if masked else "both_ways"
        return Result(plots, claim, Said(key, told), facts, (), dict(settings))

    @staticmethod
    def _other(tokens: tuple[Token, ...], vocabulary: int, old: int, seed: int) -> int:
        """Another token: one of the sentence's own where there are others, else any of the vocabulary."""
        known = sorted({one.id for one in tokens if not (one.special or one.pad)} - {old})
        draw = np.random.default_rng(seed)
        if known:
            return int(known[draw.integers(len(known))])
        return int((old + 1 + draw.integers(vocabulary - 1)) % vocabulary)

    @staticmethod
    def _moved(before: Trace, after: Trace, name: str, row: int, n: int) -> np.ndarray:
        """The largest |difference| of each token's vector: float64 [n]."""
        part = (row, slice(0, n), slice(None))
        return np.abs(after.read(name, part).astype(np.float64) - before.read(name, part)).max(-1)


EXPERIMENTS = (PaddingMask(), CausalLeak())
