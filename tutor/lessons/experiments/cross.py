"""What the encoder hands to the decoder: cross-attention against the true alignment of words (why 13)."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import numpy as np

from tutor.engine.changes import attentions, heads_of
from tutor.engine.trace import Trace
from tutor.lessons.experiment import (
    Bars,
    Choice,
    Control,
    Experiment,
    Fact,
    Lab,
    Map,
    Number,
    Plot,
    Result,
    Said,
    Seed,
    Series,
    Settings,
    Toggle,
    Unfit,
    Value,
)
from tutor.lessons.finding import labels, need_engine, real, row_of, spans
from tutor.training.pairs import Pair, held_out

#: The tokenizer whose tokens are the words of the pairs, so that their alignment holds for tokens too.
WORDS = "words"
BEST, MEAN = "best", "mean"


class CrossAlignment(Experiment):
    """Where a head of cross-attention looks when it writes a word, against the words that this word comes from.

    The word is written at the position before it. With `shuffled` the words within the source are put in another order,
    and the attention is held against the places where they used to be: what is left is chance. Where no alignment is
    known, the look is held against an even one, and `even` makes every head look evenly.
    """

    key = "cross_alignment"
    whys = (13,)
    flip: Mapping[str, Value] = MappingProxyType({"shuffled": True, "even": True})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        paths = crossings(lab.trace)
        if not paths:
            raise Unfit("no_cross")
        options = tuple(heads_by_name(lab.trace, paths))
        if lab.trace.spec.tokenizer != WORDS or lab.trace.where == "saved":
            return (Choice("head", (MEAN, *options), MEAN), Toggle("even"))
        return (
            Choice("head", (BEST, MEAN, *options), BEST),
            Number("pairs", 16, 4, 64, 4),
            Seed(),
            Toggle("shuffled"),
        )

    def run(self, lab: Lab, settings: Settings) -> Result:
        paths = crossings(lab.trace)
        if not paths:
            raise Unfit("no_cross")
        if "pairs" not in settings:
            return _without_truth(lab, paths, settings)
        need_engine(lab)
        seed, shuffled = int(settings["seed"]), bool(settings["shuffled"])
        pairs = held_out(int(settings["pairs"]), seed)
        sources = [mixed(pair, seed) if shuffled else pair.source for pair in pairs]
        lab.progress(0.1)
        trace = lab.run(sources, targets=[pair.target for pair in pairs])
        lab.progress(0.8)
        words = [[(word, sources) for word, sources in pair.alignment if sources and
                  not (shuffled and {0, len(pair.source_words) - 1} & set(sources))] for pair in pairs]  # fmt: skip
        shares = {path: aligned(trace, path, words) for path in paths}
        chance = _chance(trace, paths[0], words)
        names = tuple(heads_by_name(trace, paths))
        each = [float(share) for found in shares.values() for share in found]
        wanted = str(settings["head"])
        at = int(np.argmax(each)) if wanted in (BEST, MEAN) else names.index(wanted)
        share = float(np.mean(each)) if wanted == MEAN else each[at]
        claim = share > 2 * chance
        numbers: dict[str, Value] = {
            "share": 100 * share, "chance": 100 * chance, "times": share / chance, "head": names[at],
            "pairs": len(pairs), "best": 100 * max(each),
        }  # fmt: skip
        shown = _map(lab, lab.trace, names[at] if wanted != MEAN else "", paths)
        plots: tuple[Plot, ...] = (
            Bars("heads", names, (Series(Said("aligned"), 100 * np.array(each)),
                                  Series(Said("even"), np.full(len(each), 100 * chance), "reference"))),
            shown,
        )  # fmt: skip
        facts = (Fact("aligned_share", 100 * share), Fact("even_share", 100 * chance),
                 Fact("words", sum(map(len, words))))  # fmt: skip
        verdict = ("aligned" if claim else "elsewhere") + ("_mean" if wanted == MEAN else "")
        return Result(plots, claim, Said(verdict, numbers), facts, (Said("where"), Said("shift")), dict(settings))


def crossings(trace: Trace) -> tuple[str, ...]:
    """The cross-attentions of a run."""
    return tuple(path for path, kind in spans(trace.program, trace.shapes).items() if kind == "cross")


def heads_by_name(trace: Trace, paths: Sequence[str]) -> dict[str, tuple[str, int]]:
    """The heads of some attentions as `block.head`."""
    found = {}
    for path in paths:
        section = attentions(trace.program)[path][0].section
        for head in range(heads_of(trace, path)):
            found[f"{section.rpartition('.')[2]}.{head}"] = path, head
    return found


def mixed(pair: Pair, seed: int) -> str:
    """The source with the words between its first and its last in another order, as few as chance allows where they
    were. The tokens stay the same: a word that begins a sentence is another token within it."""
    first, *inner, last = pair.source_words
    order = list(range(len(inner)))
    rng = random.Random(f"{seed} {pair.source}")
    tried = []
    for _ in range(20):
        rng.shuffle(order)
        tried.append((sum(at == one for at, one in enumerate(order)), list(order)))
    words = [first, *(inner[one] for one in min(tried)[1]), last]
    return " ".join(words[:-1]).replace(" ,", ",") + (last if last in ".?" else f" {last}")


#: For each target word its number and the numbers of the source words that it comes from.
Words = Sequence[tuple[int, tuple[int, ...]]]


def aligned(trace: Trace, path: str, pairs: Sequence[Words]) -> np.ndarray:
    """The mean attention of each head, when a word is written, to the source words that it comes from: [head]."""
    pattern, _ = attentions(trace.program)[path]
    total, count = np.zeros(heads_of(trace, path)), 0
    for row, words in enumerate(pairs):
        weights = _heads_first(real(trace, pattern.name, row))
        for word, sources in words:
            total += weights[:, word, list(sources)].sum(-1)
            count += 1
    return total / max(1, count)


def _chance(trace: Trace, path: str, pairs: Sequence[Words]) -> float:
    """What an even look at every source token would give."""
    pattern, _ = attentions(trace.program)[path]
    keys = [real(trace, pattern.name, row).shape[-1] for row in range(len(pairs))]
    return float(np.mean([len(sources) / n for n, words in zip(keys, pairs) for _, sources in words]))


def _without_truth(lab: Lab, paths: Sequence[str], settings: Settings) -> Result:
    """Where no alignment is known: whether the look is at some source tokens more than at others."""
    trace, row = lab.trace, row_of(lab)
    wanted = str(settings["head"])
    if settings["even"]:
        need_engine(lab)
        trace = lab.change(*(f"head={path}.{head}:uniform" for path in paths for head in range(heads_of(trace, path))))
    largest = []
    for path in paths:
        weights = _heads_first(real(trace, attentions(trace.program)[path][0].name, row))
        largest += [float(one.max(-1).mean()) for one in weights]
    keys = weights.shape[-1]
    even = 1 / keys
    found = dict(zip(heads_by_name(trace, paths), largest))
    share = found.get(wanted, float(np.mean(list(found.values()))))
    claim = share > 2 * even
    numbers: dict[str, Value] = {"share": 100 * share, "even": 100 * even, "keys": keys}
    plots: tuple[Plot, ...] = (
        Bars("largest", tuple(found), (Series(Said("strongest"), 100 * np.array(list(found.values()))),
                                       Series(Said("even"), np.full(len(found), 100 * even), "reference"))),
        _map(lab, trace, "" if wanted == MEAN else wanted, paths),
    )  # fmt: skip
    return Result(plots, claim, Said("peaked" if claim else "spread", numbers),
                  (Fact("strongest_share", 100 * share), Fact("even_share", 100 * even)), (Said("no_truth"),),
                  dict(settings))  # fmt: skip


def _map(lab: Lab, trace: Trace, head: str, paths: Sequence[str]) -> Map:
    """The sentence on screen: rows are target tokens, columns source tokens; "" is the mean over all heads."""
    row = row_of(lab)
    assert trace.target is not None
    path, number = heads_by_name(trace, paths).get(head, ("", 0))
    names = {one: attentions(trace.program)[one][0].name for one in paths}
    if head:
        values, tensor = _heads_first(real(trace, names[path], row))[number], names[path]
    else:
        values = np.concatenate([_heads_first(real(trace, one, row)) for one in names.values()]).mean(0)
        tensor = ""
    return Map("pattern", values, labels(trace.target, row), labels(trace.batch, row), "probability", tensor=tensor)


def _heads_first(pattern: np.ndarray) -> np.ndarray:
    """[head, query, key], also of an attention without heads."""
    return pattern if pattern.ndim == 3 else pattern[None]


EXPERIMENTS = (CrossAlignment(),)
