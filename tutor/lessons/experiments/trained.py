"""The same sentence through a model's training (why 15)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from tutor.engine import lens, vocabulary
from tutor.engine.changes import attentions, heads_of
from tutor.engine.heads import entropy
from tutor.engine.models import at_step, steps_of
from tutor.engine.trace import Trace
from tutor.lessons.experiment import (
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
from tutor.lessons.finding import attention_at, need_engine, real, row_of, text_of


class Checkpoints(Experiment):
    """Loss, certainty and a head's pattern at every step of training there are weights of, up to `last`."""

    key = "checkpoints"
    whys = (15,)
    flip: Mapping[str, Value] = MappingProxyType({"last": "0"})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        need_engine(lab)
        steps = steps_of(at_step(lab.model)[0]) if lab.model else ()
        if len(steps) < 2:
            raise Unfit("no_steps", model=lab.trace.spec.name)
        if lab.trace.spec.head == "none":
            raise Unfit("no_logits", model=lab.trace.spec.name)
        path = attention_at(lab, ("causal", "self", "cross"))
        found: list[Control] = [Choice("last", tuple(map(str, steps)), str(steps[-1]))]
        if path is not None:
            heads = heads_of(lab.trace, path)
            found.append(Choice("attention", tuple(attentions(lab.trace.program)), path))
            if heads > 1:
                found.append(Number("head", min(lab.focus.head, heads - 1), 0, heads - 1))
        return tuple(found)

    def run(self, lab: Lab, settings: Settings) -> Result:
        plain = at_step(lab.model)[0]
        steps = steps_of(plain)
        last = int(settings["last"])
        asked = [step for step in steps if step <= last]
        traces: dict[int, Trace] = {}
        for number, step in enumerate([*asked, *([steps[-1]] if last != steps[-1] else [])]):
            lab.progress(number / (len(asked) + 1))
            traces[step] = _same(lab, f"{plain}@{step}")
        final = traces[steps[-1]]
        places, answers = _asked(final)
        losses = np.array([_loss(traces[step], places, answers) for step in asked])
        sure = np.array([float(np.mean(np.exp(-losses_of(traces[step], places, answers)))) for step in asked])
        likeliest = [_next(traces[step], places) for step in asked]
        path, head = settings.get("attention"), int(settings.get("head", 0))
        spread = np.array([_entropy(traces[step], str(path), head) for step in asked]) if path else np.zeros(0)
        names = vocabulary.of_trace(final, plain)
        kind = "gaps" if final.spec.head == "mlm" else "tokens"
        chance = float(np.log(final.spec.d_vocab))
        claim = len(asked) > 1 and bool(losses[-1] < losses[0] - 0.5)
        x = np.array(asked, np.float64)
        plots = [
            Curves("loss", x, (Series(Said("loss"), losses), Series(Said("chance"), np.full(len(x), chance),
                                                                     "reference"))),
            Curves("sure", x, (Series(Said(f"sure_{kind}"), 100 * sure),)),
        ]  # fmt: skip
        if path:
            plots.append(Curves("entropy", x, (Series(Said("entropy"), spread),)))
        said = Grid("next", (Said("step"), Said("answer"), Said("probability")),
                    tuple((str(at), names.name(one), f"{100 * share:.1f}%")
                          for at, (one, share) in zip(asked, likeliest)))  # fmt: skip
        numbers: dict[str, Value] = {
            "first_step": asked[0], "last_step": asked[-1], "first": float(losses[0]), "last": float(losses[-1]),
            "chance": chance, "token": names.name(likeliest[-1][0]), "share": 100 * likeliest[-1][1],
            "vocabulary": final.spec.d_vocab,
        }  # fmt: skip
        facts = [Fact("loss_first", float(losses[0])), Fact("loss_last", float(losses[-1])), Fact("chance", chance)]
        if path:
            facts += [Fact("entropy_first", float(spread[0])), Fact("entropy_last", float(spread[-1]))]
        verdict = "learned" if claim else "one_step" if len(asked) < 2 else "not_learned"
        return Result((*plots, said), claim, Said(verdict, numbers), tuple(facts), (Said(f"what_{kind}"),),
                      dict(settings))  # fmt: skip


def _same(lab: Lab, model: str) -> Trace:
    """The sentence that is looked at through the model at another step of its training."""
    row = row_of(lab)
    trace = lab.trace
    text = trace.batch.texts[row]
    ids = text_of(trace).real_ids[row]
    # By its ids: with a target these are the target's, and the source is read from its text.
    return lab.run((text,) if trace.target is not None or text else ("",), model, ids=(ids,))


def _asked(final: Trace) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Where a token is asked for, and which is right: each token's next; of a model that fills gaps what the trained
    one puts there, at its masks (without a mask, everywhere)."""
    text = text_of(final)
    ids = text.real_ids[0]
    if final.spec.head == "mlm":
        gaps = tuple(at for at, token in enumerate(text.rows[0][: len(ids)]) if token.special) or tuple(range(len(ids)))
        best = real(final, _logits(final), 0).argmax(-1)
        return gaps, tuple(int(best[at]) for at in gaps)
    if len(ids) < 2:
        best = real(final, _logits(final), 0).argmax(-1)
        return (0,), (int(best[0]),)
    return tuple(range(len(ids) - 1)), ids[1:]


def losses_of(trace: Trace, places: tuple[int, ...], answers: tuple[int, ...]) -> np.ndarray:
    """−log p of the right token at each place, in nats."""
    rows = real(trace, _logits(trace), 0)
    return np.array([-np.log(max(float(lens.softmax(rows[at])[one]), 1e-300)) for at, one in zip(places, answers)])


def _loss(trace: Trace, places: tuple[int, ...], answers: tuple[int, ...]) -> float:
    return float(losses_of(trace, places, answers).mean())


def _next(trace: Trace, places: tuple[int, ...]) -> tuple[int, float]:
    """The likeliest token at the place that the sentence ends with (of gaps: the first), and its probability."""
    at = places[0] if trace.spec.head == "mlm" else int(text_of(trace).lengths[0]) - 1
    shares = lens.softmax(real(trace, _logits(trace), 0)[at])
    best = int(shares.argmax())
    return best, float(shares[best])


def _entropy(trace: Trace, path: str, head: int) -> float:
    """The mean entropy of a head's rows, in bits."""
    rows = real(trace, attentions(trace.program)[path][0].name, 0)
    return entropy(rows[min(head, len(rows) - 1)] if rows.ndim == 3 else rows)


def _logits(trace: Trace) -> str:
    found = vocabulary.outputs(trace.program, trace.shapes)
    if found is None:
        raise Unfit("no_logits", model=trace.spec.name)
    return found[0]


EXPERIMENTS = (Checkpoints(),)
