"""Sentences that the experiments' tests share, and how an experiment is run on one."""

from __future__ import annotations

from typing import Any

from tests.lessons.labs import lab
from tutor.lab import RunLab
from tutor.lessons.experiment import Result
from tutor.lessons.experiments import every

#: Two models with a mask over what comes later, one that reads both ways and one of two texts; two sentences each.
CASES: tuple[tuple[str, str], ...] = (
    ("storyteller", 'One day, Tom met Lily in the park. "Hi, Lily," said'),
    ("storyteller", "The cat sat on the mat and the dog ran to the big red ball."),
    ("article", "Chapter 1: Building Rapport and Capturing"),
    ("article", ".\nBy mastering the art of identifying underlying motivations and desires, we equip ourselves with"),
    ("gap-filler", "One day, Tom met<|mask|> in the park."),
    ("gap-filler", "Lily had a red ball. Tom wanted the<|mask|> too."),
    ("translator", "The cat drinks milk."),
    ("translator", "The small dog sleeps under the table."),
)
CAUSAL = tuple(one for one in CASES if one[0] != "gap-filler")
OF = {model: tuple(one for one in CASES if one[0] == model) for model in dict(CASES)}


def do(key: str, of: RunLab, **settings: Any) -> Result:
    """An experiment by its key, with its own settings but for these."""
    one = every()[key]
    return one.run(of, {**one.defaults(of), **settings})


def both(key: str, case: tuple[str, str]) -> tuple[Result, Result]:
    """As it begins, and with the settings that must turn its claim round."""
    of = lab(*case)
    return do(key, of), do(key, of, **every()[key].flip)
