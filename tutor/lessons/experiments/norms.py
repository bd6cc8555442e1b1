"""What a norm does to each row, and where it stands: before a sub-layer or behind the sum (whys 11)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from tutor.engine.ops import Normalize, ScaleShift
from tutor.engine.program import Program
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
    Unfit,
    Value,
)
from tutor.lessons.finding import need_engine, norms, random_decoder, real, rms, row_of, size, stream

#: How far a mean may be from 0, and a variance from 1, to count as such.
NEAR = 0.01
#: Blocks of the deepest random model.
DEEPEST = 32


class NormMoments(Experiment):
    """Mean and variance of each row before a norm, behind its division, and behind γ and β."""

    key = "norm_moments"
    whys = (11,)
    flip: Mapping[str, Value] = MappingProxyType({"place": "before"})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        found = norms(lab.trace.program)
        if not found:
            raise Unfit("no_norm")
        names = tuple(step.name for step in found)
        here = next((name for name in names if lab.trace.program.stop_of(name) == _stop(lab)), "")
        block = next((step.name for step in found if step.section.endswith(f"blocks.{lab.focus.block}")), names[0])
        return (
            Choice("norm", names, here or block),
            Choice("place", ("before", "normalized", "after"), "normalized"),
        )

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, row_of(lab)
        program = trace.program
        step = program[str(settings["norm"])]
        layer = isinstance(step.op, Normalize)
        after = next((one for one, _ in program.consumers.get(step.name, ()) if isinstance(one.op, ScaleShift)), step)
        held = {"before": step.inputs[0], "normalized": step.name, "after": after.name}
        rows = {place: real(trace, name, row) for place, name in held.items()}
        chosen = rows[str(settings["place"])]
        means, sizes = chosen.mean(-1), _spread(chosen, layer)
        eps = float(step.op.eps)  # type: ignore[attr-defined]
        # What ε leaves of a variance of 1: σ² / (σ² + ε).
        before = _spread(rows["before"], layer)
        expected = before / (before + eps)
        off = float(np.abs(means).max())
        wide = float(np.abs(sizes - 1).max())
        claim = wide <= NEAR and (off <= NEAR or not layer)
        at = np.arange(chosen.shape[0])
        kind = "layer" if layer else "rms"
        numbers: dict[str, Value] = {
            "mean": size(off), "low": float(sizes.min()), "high": float(sizes.max()),
            "before_low": float(before.min()), "before_high": float(before.max()),
        }  # fmt: skip

        def series(of: Callable[[np.ndarray], np.ndarray]) -> tuple[Series, ...]:
            return tuple(Series(Said(place), of(one), "dashed" if place == "after" else "line")
                         for place, one in rows.items())  # fmt: skip

        plots = [Curves("spread" if layer else "square", at, series(lambda one: _spread(one, layer)), log_y=True)]
        if layer:
            plots.insert(0, Curves("means", at, series(lambda one: one.mean(-1))))
        facts = [Fact("largest_mean", float(np.abs(rows["normalized"].mean(-1)).max()), step.name),
                 Fact("eps", eps), Fact("eps_costs", float(np.abs(1 - expected).max()))]  # fmt: skip
        if after is not step:
            gamma = trace[after.weights[0]].astype(np.float64)
            facts += [Fact("gamma_low", float(gamma.min()), after.weights[0]),
                      Fact("gamma_high", float(gamma.max()), after.weights[0])]  # fmt: skip
            if len(after.weights) > 1:
                beta = trace[after.weights[1]].astype(np.float64)
                facts.append(Fact("beta_size", rms(beta), after.weights[1]))
        verdict = f"{kind}_{'holds' if claim else 'fails'}"
        if not claim and settings["place"] != "before":
            verdict = f"{kind}_{settings['place']}"
        return Result(tuple(plots), claim, Said(verdict, numbers), tuple(facts), (Said(kind),),
                      dict(settings))  # fmt: skip


class NormPlace(Experiment):
    """The size of the residual stream with depth, with the norm before each sub-layer and behind each sum."""

    key = "norm_place"
    whys = (11,)
    flip: Mapping[str, Value] = MappingProxyType({"place": "post"})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        need_engine(lab)
        return (
            Choice("place", ("pre", "post"), "pre"),
            Number("layers", 12, 2, DEEPEST),
            Seed(),
        )

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, row_of(lab)
        layers, seed = int(settings["layers"]), int(settings["seed"])
        sizes = {}
        for number, place in enumerate(("pre", "post")):
            lab.progress(number / 2)
            made = random_decoder(trace, row, layers, seed, place)
            sizes[place] = np.array([rms(real(made, name, 0)) for name in stream(made.program)])
        own = np.array([rms(real(trace, name, row)) for name in stream(trace.program)])
        lab.progress(1.0)
        chosen, other = (sizes["pre"], sizes["post"])[:: 1 if settings["place"] == "pre" else -1]
        # From behind the first block on: what the embeddings begin with is another matter.
        grown = float(chosen[-1] / chosen[1])
        depth = np.arange(max(layers + 1, len(own)), dtype=np.float64)
        series = [Series(Said(place), _padded(one, len(depth))) for place, one in sizes.items()]
        series.append(Series(Said("own"), _padded(own, len(depth)), "dashed"))
        claim = grown > 1.1
        shown: dict[str, Value] = {
            "layers": layers, "grown": grown, "other": float(other[-1] / other[1]),
        }  # fmt: skip
        facts = (
            Fact("pre_last", float(sizes["pre"][-1])), Fact("post_last", float(sizes["post"][-1])),
            Fact("own_last", float(own[-1]), stream(trace.program)[-1]),
        )  # fmt: skip
        return Result(
            (Curves("size", depth, tuple(series)),), claim,
            Said("grows" if claim else "stays", shown), facts, (Said(f"own_{trace.spec.norm}"),), dict(settings),
        )  # fmt: skip


def _stop(lab: Lab) -> object:
    program: Program = lab.trace.program
    return program.stop_of(lab.focus.path) if lab.focus.path in program.by_name else None


def _spread(rows: np.ndarray, layer: bool) -> np.ndarray:
    """The variance of each row; for RMSNorm, which takes no mean away, its mean square."""
    return rows.var(-1) if layer else np.square(rows).mean(-1)


def _padded(values: np.ndarray, length: int) -> np.ndarray:
    return np.concatenate([values, np.full(length - len(values), np.nan)])


EXPERIMENTS = (NormMoments(), NormPlace())
