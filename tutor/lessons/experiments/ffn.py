"""How many units of the feed-forward network are silent for a token (why 12)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from tutor.engine import axes as ax
from tutor.engine.ops import Gelu, GeluTanh, Linear, Multiply, Relu, Silu
from tutor.engine.program import Program, Step
from tutor.lessons.experiment import (
    Bars,
    Choice,
    Control,
    Curves,
    Experiment,
    Fact,
    Lab,
    Number,
    Result,
    Said,
    Series,
    Settings,
    Unfit,
    Value,
)
from tutor.lessons.finding import real, row_of

#: So many silent units make a silent network.
MANY = 0.25
ACTIVATIONS = (Relu, Gelu, GeluTanh, Silu)


class FfnSilence(Experiment):
    """The share of units whose activation is (nearly) nothing, token by token and block by block.

    A unit counts as silent where |x| ≤ `threshold`. ReLU makes exact zeros; GELU and SiLU only come close.
    """

    key = "ffn_silence"
    whys = (12,)
    flip: Mapping[str, Value] = MappingProxyType({"place": "before"})

    def controls(self, lab: Lab) -> tuple[Control, ...]:
        found = activations(lab.trace.program)
        if not found:
            raise Unfit("no_ffn")
        names = tuple(step.name for step in found)
        here = next((step.name for step in found if step.section == _section(lab)), names[0])
        exact = isinstance(found[0].op, Relu)
        return (
            Choice("layer", names, here),
            Choice("place", ("after", "before"), "after"),
            Number("threshold", 0.0 if exact else 0.1, 0.0, 0.5, 0.01, whole=False),
        )

    def run(self, lab: Lab, settings: Settings) -> Result:
        trace, row = lab.trace, row_of(lab)
        program, limit = trace.program, float(settings["threshold"])
        found = activations(program)
        step = program[str(settings["layer"])]
        place = str(settings["place"])

        def silent(one: Step, place: str) -> np.ndarray:
            """The share of silent units of each token: [pos]."""
            name = one.name if place == "after" else one.inputs[0]
            return (np.abs(real(trace, name, row)) <= limit).mean(-1)

        shares = {where: silent(step, where) for where in ("after", "before")}
        blocks = [float(silent(one, place).mean()) for one in found]
        after = real(trace, step.name, row)
        share = float(shares[place].mean())
        other = float(shares["before"].mean())
        units = after.shape[-1]
        width = trace.shapes[before_of(program, step)][-1].size
        never = int((np.abs(after) <= limit).all(0).sum())
        claim = share > max(MANY, 2 * other) if place == "after" else share > MANY
        numbers: dict[str, Value] = {
            "share": 100 * share, "before": 100 * other, "threshold": limit, "units": units,
            "silent": round(share * units), "least": 100 * float(shares[place].min()),
            "most": 100 * float(shares[place].max()),
        }  # fmt: skip
        at = np.arange(len(after))
        plots = (
            Curves("tokens", at, tuple(Series(Said(where), 100 * one, "line" if where == "after" else "dashed")
                                       for where, one in shares.items())),
            Bars("blocks", tuple(_name(one) for one in found), (Series(Said(place), 100 * np.array(blocks)),)),
        )  # fmt: skip
        facts = (
            Fact("width", width), Fact("units", units, step.name), Fact("widening", units / width),
            Fact("zeros", 100 * float((after == 0).mean()), step.name), Fact("never", never),
            Fact("ffn_share", 100 * ffn_share(program, step)),
        )  # fmt: skip
        kind = "relu" if isinstance(step.op, Relu) else "smooth"
        verdict = ("silent" if claim else "busy") + ("" if place == "after" else "_before")
        return Result(plots, claim, Said(verdict, numbers), facts, (Said(kind),), dict(settings))


def activations(program: Program) -> tuple[Step, ...]:
    """The steps that bend the widened vectors of each feed-forward network."""
    shapes = program.shapes(1, 1)
    return tuple(
        step for step in program.steps if isinstance(step.op, ACTIVATIONS) and shapes[step.name][-1].name == ax.D_MLP
    )


def before_of(program: Program, step: Step) -> str:
    """What the first linear layer of a feed-forward network reads."""
    return program[step.inputs[0]].inputs[0]


def ffn_share(program: Program, step: Step) -> float:
    """The share of its block's parameters that a feed-forward network has."""
    own: set[str] = set()
    block: set[str] = set()
    for one in program.steps:
        if one.section == step.section:
            block.update(one.weights)
    widened = {step.name, *step.inputs}
    for one in program.steps:
        if one.section != step.section:
            continue
        if isinstance(one.op, Multiply) and step.name in one.inputs:
            widened.update((one.name, *one.inputs))
        if isinstance(one.op, Linear) and (one.name in widened or not widened.isdisjoint(one.inputs)):
            own.update(one.weights)
    size = {weight.name: ax.count(weight.axes) for weight in program.weights}
    return sum(size[name] for name in own) / sum(size[name] for name in block)


def _section(lab: Lab) -> str:
    program = lab.trace.program
    if lab.focus.path in program.by_name:
        return program[lab.focus.path].section
    return next((one.name for one in program.tracks[-1] if one.number == lab.focus.block), "")


def _name(step: Step) -> str:
    return step.section.replace("blocks.", "")


EXPERIMENTS = (FfnSilence(),)

