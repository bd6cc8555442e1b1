"""One masked pass against token-by-token passes, and what a cache of keys and values saves (why 14)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.decoding import logits_of
from tutor.engine.ops import Tokens
from tutor.engine.program import Program
from tutor.engine.trace import Trace
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
    Series,
    Settings,
    Toggle,
    Unfit,
    Value,
)
from tutor.lessons.finding import (
    again,
    attention_at,
    keys_of,
    labels,
    need_engine,
    real,
    rms,
    row_of,
    size,
    spans,
    text_of,
)

#: What two ways of computing the same number may differ by, as a share of the largest: roundings of float32. Logits
#: have gone through more of them than keys.
ROUNDING, KEY_ROUNDING = 1e-4, 2e-5
#: The longest sentence that is decoded token by token here.
MOST = 48


class ParallelDecoding(Experiment):
    """Every row of one masked pass against the last row of a pass over the tokens up to there."""

    key = "parallel_decoding"
    whys = (14, 8)
    flip: Mapping[str, Value] = MappingProxyType({"mask": False})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        _need_causal(lab)
        tokens = int(text_of(lab.trace).lengths[row_of(lab)])
        if tokens < 2:
            raise Unfit("short")
        most = min(tokens, MOST)
        return (Toggle("mask", True), Number("tokens", min(most, 12), 2, max(most, 3)))

    def run(self, lab: Lab, settings: Settings) -> Result:
        text, row = text_of(lab.trace), row_of(lab)
        ids = text.real_ids[row][: int(settings["tokens"])]
        whole = again(lab, ids)
        if not settings["mask"]:
            whole = lab.change("mask=off", of=whole)
        name = logits_of(whole.program)
        rows = real(whole, name, 0)
        largest = float(np.abs(rows).max())
        apart, same = [], 0
        work = [_macs(whole)]
        for number in range(1, len(ids) + 1):
            lab.progress(number / (len(ids) + 1))
            one = again(lab, ids[:number])
            last = real(one, name, 0)[-1]
            apart.append(float(np.abs(last - rows[number - 1]).max()))
            same += int(last.argmax() == rows[number - 1].argmax())
            work.append(_macs(one))
        limit = ROUNDING * largest
        claim = max(apart) <= limit
        passes = np.array(work[1:], np.float64)
        numbers: dict[str, Value] = {
            "tokens": len(ids), "apart": size(max(apart)), "same": same, "largest": largest,
            "times": float(passes.sum()) / work[0],
        }  # fmt: skip
        at = np.arange(len(ids))
        shown = np.maximum(np.array(apart), np.finfo(np.float32).tiny)
        shown[np.array(apart) == 0] = np.nan
        plots = (
            Curves("apart", at, (Series(Said("difference"), shown), Series(Said("rounding"), np.full(len(ids), limit),
                                                                           "reference")), log_y=True),
            Bars("work", (Said("one_pass"), Said("passes")),
                 (Series(Said("macs"), np.array([work[0], passes.sum()])),)),
        )  # fmt: skip
        facts = (Fact("apart", max(apart), name), Fact("largest", largest, name), Fact("work_one", work[0]),
                 Fact("work_passes", int(passes.sum())))  # fmt: skip
        return Result(plots, claim, Said("equal" if claim else "differ", numbers), facts,
                      (Said("training"),), dict(settings))  # fmt: skip


class KvCache(Experiment):
    """The work of writing n tokens one by one, with and without keeping the keys and values of earlier tokens.

    Multiply-adds are the program's own costs. The keys themselves are compared: those of a shorter pass must be those
    of the whole, or there is nothing that can be kept.
    """

    key = "kv_cache"
    whys = (14,)
    flip: Mapping[str, Value] = MappingProxyType({"mask": False})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        _need_causal(lab)
        if int(text_of(lab.trace).lengths[row_of(lab)]) < 2:
            raise Unfit("short")
        paths = tuple(path for path, kind in spans(lab.trace.program, lab.trace.shapes).items() if kind == "causal")
        here = attention_at(lab, ("causal",)) or paths[0]
        return (
            Toggle("mask", True),
            Choice("attention", paths, here),
            Number("tokens", min(64, lab.trace.spec.n_ctx), 2, min(1024, lab.trace.spec.n_ctx), log=True),
        )

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, row_of(lab)
        text, path = text_of(trace), str(settings["attention"])
        tokens, masked = int(settings["tokens"]), bool(settings["mask"])
        ids = text.real_ids[row][:MOST]
        whole, shorter = again(lab, ids), again(lab, ids[:-1])
        lab.progress(0.5)
        if not masked:
            whole, shorter = (lab.change("mask=off", of=one) for one in (whole, shorter))
        program = whole.program
        changed, largest = 0.0, 0.0
        paths = [one for one, kind in spans(program, whole.shapes).items() if kind in ("causal", "self")
                 and program[keys_of(program, one)[0]].section in _track(program)]  # fmt: skip
        for one in paths:
            for name in keys_of(program, one):
                before, after = real(shorter, name, 0), real(whole, name, 0)
                changed = max(changed, float(np.abs(after[..., :-1, :] - before).max()))
                largest = max(largest, float(np.abs(after).max()))
        lab.progress(0.7)
        reusable = changed <= KEY_ROUNDING * largest
        without, cached = work(program, tokens, whole.batch.n_pos, reusable)
        saved = float(without.sum() / cached.sum())
        claim = reusable and saved > 1.5
        key_name = keys_of(program, path)[0]
        sizes = np.sqrt(np.square(real(whole, key_name, 0)).mean((0, -1)))
        values = np.tril(np.broadcast_to(sizes, (len(ids), len(ids)))).astype(np.float64)
        # A token that is not read yet has no key: drawn as what is masked.
        values[np.triu_indices(len(ids), 1)] = -np.inf
        grey = np.tril(np.ones((len(ids), len(ids)), bool), -1) if reusable else None
        shown = labels(text, row)[: len(ids)]
        # A curve of a few points shows as much as one of each.
        at = np.unique(np.linspace(1, tokens, 17).astype(int))
        sums = {name: np.cumsum(one)[at - 1] for name, one in (("without", without), ("cached", cached))}
        kept = [name for one in paths for name in keys_of(program, one)]
        memory = 4 * sum(ax.count(trace.shapes[name]) // trace.shapes[name][0].size for name in kept)
        memory = memory // text.n_pos * tokens
        numbers: dict[str, Value] = {
            "tokens": tokens, "saved": saved, "changed": size(changed), "largest": largest,
            "memory": memory / 1024, "last": float(without[-1] / cached[-1]),
        }  # fmt: skip
        plots = (
            Map("keys", values, shown, shown, "plain", grey, key_name),
            Curves("work", at, tuple(Series(Said(name), one) for name, one in sums.items()), log_y=True),
        )  # fmt: skip
        facts = (
            Fact("work_without", int(without.sum())), Fact("work_cached", int(cached.sum())), Fact("saved", saved),
            Fact("memory", memory), Fact("changed", changed, key_name), Fact("key_size", rms(sizes), key_name),
        )  # fmt: skip
        notes = (Said("memory", numbers), Said("grey"), *([Said("one_block")] if len(paths) == 1 else []))
        verdict = "saves" if claim else "little" if reusable else "wrong"
        return Result(plots, claim, Said(verdict, numbers), facts, notes, dict(settings))  # fmt: skip


def work(program: Program, tokens: int, source: int, reusable: bool = True) -> tuple[np.ndarray, np.ndarray]:
    """Multiply-adds of each step of decoding, without and with a cache: two arrays [tokens].

    At step t the program's costs for t tokens are those without a cache. With one, only the newest row is computed: of
    a step whose rows are target tokens, one in t. Behind the last block nobody needs more than the newest row, with or
    without. What the source alone decides is computed once, but for the keys and values that the decoder makes of it,
    which are made anew without a cache. Where the keys of earlier tokens change, nothing can be kept.
    """
    # Costs grow with t as a polynomial of degree 2, so three of them tell all.
    at = np.arange(1, tokens + 1, dtype=np.float64)
    first = [_costs(program, number, source) for number in (1, 2, 3)]
    shapes = program.shapes(1, *((source, 1) if len(program.streams) > 1 else (1,)))
    texts = program.texts(shapes)
    own, target = _track(program), program.downstream(program.streams[-1])
    last = max(program.order[step.name] for step in program.steps if step.section in own and _is_block(step.section))
    without, cached = np.zeros(tokens), np.zeros(tokens)
    for step in program.steps:
        if isinstance(step.op, Tokens):
            continue
        a, b, c = (costs[step.name] for costs in first)
        all_of_it = a + (b - a) * (at - 1) + (c - 2 * b + a) / 2 * (at - 1) * (at - 2)
        if step.name not in target:
            once = np.where(at == 1, all_of_it, 0)
            without += all_of_it if step.section in own else once
            cached += once
            continue
        rows = any(axis.name in (ax.POS, ax.QUERY) and stream == program.streams[-1]
                   for axis, stream in zip(shapes[step.name], texts[step.name]))  # fmt: skip
        newest = all_of_it / at if rows else all_of_it
        without += newest if program.order[step.name] > last else all_of_it
        cached += newest
    return without, cached if reusable else without


def _costs(program: Program, tokens: int, source: int) -> dict[str, int]:
    shapes = program.shapes(1, *((source, tokens) if len(program.streams) > 1 else (tokens,)))
    return {name: cost.macs for name, cost in program.costs(shapes).items()}


def _is_block(section: str) -> bool:
    return section.rpartition(".")[2].isdigit()


def _track(program: Program) -> set[str]:
    """The sections of the text that the output goes on with."""
    return {section.name for section in program.tracks[-1]}


def _macs(trace: Trace) -> int:
    return sum(cost.macs for cost in trace.program.costs(trace.shapes).values())


def _need_causal(lab: Lab) -> None:
    need_engine(lab)
    if "causal" not in spans(lab.trace.program, lab.trace.shapes).values():
        raise Unfit("no_mask")


EXPERIMENTS = (ParallelDecoding(), KvCache())
