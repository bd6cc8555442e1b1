"""Gradients with depth, with and without residual connections (why 10).

With norms in it, a deep network's gradients keep their size even without residual connections, since each norm divides
by the size of its row: what is lost then is the difference between tokens (Dong et al. 2021). So norms can be taken out
too, to see the residual connections' own effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from tutor.engine import vocabulary
from tutor.engine.goals import logit
from tutor.engine.trace import Trace
from tutor.lessons import gradients
from tutor.lessons.experiment import (
    Choice,
    Control,
    Curves,
    Experiment,
    Fact,
    Lab,
    Number,
    Result,
    Said,
    Seed,
    Series,
    Settings,
    Toggle,
    Value,
)
from tutor.lessons.finding import alike, need_engine, random_decoder, real, row_of, size, stream, text_of, without_norms

#: The gradient reaches the first block where at least this share of it is left.
LEFT = 0.1
DEEPEST = 32


class ResidualGradient(Experiment):
    """The size of ∂logit/∂x for the residual stream before and behind each block.

    A random decoder of this model's width, `layers` deep, and this model itself. The goal is the logit of the
    sentence's last token, one position before it.
    """

    key = "residual_gradient"
    whys = (10,)
    flip: Mapping[str, Value] = MappingProxyType({"residual": False})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        need_engine(lab)
        return (
            Toggle("residual", True),
            Choice("norm", ("none", "pre", "post"), "none"),
            Number("layers", 16, 2, DEEPEST),
            Seed(),
        )

    def run(self, lab: Lab, settings: Settings) -> Result:
        norm, layers = str(settings["norm"]), int(settings["layers"])
        place = "post" if norm == "post" else "pre"
        made = random_decoder(lab.trace, row_of(lab), layers, int(settings["seed"]), place)
        if norm == "none":
            made = without_norms(made)
        runs = {"with": made, "without": lab.change("residual=off", of=made)}
        row = {"with": 0, "without": 0}
        if vocabulary.outputs(lab.trace.program, lab.trace.shapes) is not None:
            runs |= {"own": lab.trace, "own_without": lab.change("residual=off")}
            row |= {"own": row_of(lab), "own_without": row_of(lab)}
        found, same = {}, {}
        for number, (name, trace) in enumerate(runs.items()):
            lab.progress(number / len(runs))
            found[name] = sizes(trace, row[name])
            same[name] = np.array([alike(real(trace, one, row[name])) for one in stream(trace.program)])
        ratios = {name: _ratio(one) for name, one in found.items()}
        chosen = ratios["with" if settings["residual"] else "without"]
        claim = chosen >= LEFT
        depth = np.arange(max(map(len, found.values())), dtype=np.float64)

        def series(of: Mapping[str, np.ndarray]) -> tuple[Series, ...]:
            return tuple(Series(Said(name), np.concatenate([one, np.full(len(depth) - len(one), np.nan)]),
                                "dashed" if "without" in name else "line") for name, one in of.items())  # fmt: skip

        numbers: dict[str, Value] = {
            "layers": layers, "ratio": size(chosen), "with": size(ratios["with"]), "without": size(ratios["without"]),
            "alike_with": float(same["with"][-1]), "alike_without": float(same["without"][-1]),
            "alike_first": float(same["with"][0]),
        }  # fmt: skip
        shown = {name: np.where(one > 0, one, np.nan) for name, one in found.items()}
        plots = (Curves("gradient", depth, series(shown), log_y=True), Curves("alike", depth, series(same)))
        facts = [Fact(f"ratio_{name}", ratio) for name, ratio in ratios.items()]
        facts += [Fact(f"alike_{name}", float(same[name][-1])) for name in ("with", "without")]
        verdict = f"{'with' if settings['residual'] else 'without'}_{'reaches' if claim else 'vanishes'}"
        return Result(plots, claim, Said(verdict, numbers), tuple(facts),
                      (Said("bare" if norm == "none" else "normed", numbers), Said("alike", numbers)),
                      dict(settings))  # fmt: skip


def sizes(trace: Trace, row: int) -> np.ndarray:
    """The RMS of the gradient of the residual stream, before the first block and behind each. Raises the engine's
    errors."""
    ids = text_of(trace).real_ids[row]
    goal = logit((row, max(0, len(ids) - 2), ids[-1]))
    found = gradients.rms(trace, goal, stream(trace.program))
    return np.array(list(found.values()))


def _ratio(found: np.ndarray) -> float:
    """What is left before the first block of the gradient behind the last."""
    return float(found[0] / found[-1]) if found[-1] else 0.0


EXPERIMENTS = (ResidualGradient(),)
