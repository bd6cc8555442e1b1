"""The forward pass of every family under every choice, for what a text may name."""

from __future__ import annotations

from functools import cache

from tutor import typeset
from tutor.engine import families
from tutor.engine.program import Program
from tutor.lessons import targets


@cache
def programs() -> tuple[Program, ...]:
    """One program for each different set of tensors and stages."""
    found: dict[object, Program] = {}
    for spec in typeset.specs():
        program = families.program(spec)
        found.setdefault(tuple((step.name, step.stage.key) for step in program.steps), program)
    return tuple(found.values())


@cache
def stages() -> dict[str, str]:
    """Every stage's key, and its title."""
    return {step.stage.key: step.stage.title for program in programs() for step in program.steps}


@cache
def leads_to_a_tensor(target: str) -> bool:
    """Whether a tensor that a text names, as a link does, is one of some family's."""
    return any(targets.tensor(program, section.name, target) for program in programs() for section in program.sections)


@cache
def names() -> frozenset[str]:
    """Every tensor and weight by its full name."""
    return frozenset(name for program in programs() for name in (*program.by_name, *program.weight_by_name))
