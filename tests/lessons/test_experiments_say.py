"""Whatever an experiment says, shows or asks has its words in both languages, with the numbers they need."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from tests.lessons.cases import CASES
from tests.lessons.labs import lab
from tutor.lab import RunLab
from tutor.lessons import texts
from tutor.lessons.experiment import (
    Bars,
    Choice,
    Control,
    Curves,
    Experiment,
    Grid,
    Label,
    Map,
    Number,
    Plot,
    Result,
    Said,
    Seed,
    Settings,
    Toggle,
    Unfit,
    Value,
)
from tutor.lessons.experiments import every

KEYS = sorted(every())
LABS = (CASES[1], CASES[2], CASES[5], CASES[6])


def words(key: str, table: str, name: str, numbers: Settings | None = None) -> None:
    """Both languages have the sentence, and the numbers fit it."""
    for language in texts.LANGUAGES:
        assert texts.say(key, language, table, name, numbers).strip()


def label(key: str, one: Label | float | int) -> None:
    if isinstance(one, Said):
        words(key, "words", one.key, one.numbers)


def ways(controls: tuple[Control, ...]) -> Iterator[dict[str, Value]]:
    """Each control at its ends, the others as they begin."""
    for one in controls:
        if isinstance(one, Toggle):
            yield {one.key: not one.default}
        elif isinstance(one, Choice):
            worded = one.options if len(one.options) < 4 else (one.options[0], one.options[-1])
            yield from ({one.key: option} for option in worded)
        elif isinstance(one, Number):
            yield from ({one.key: end} for end in (one.low, one.high))
        elif isinstance(one, Seed):
            yield {one.key: one.default + 1}


def asked(experiment: Experiment, of: RunLab) -> None:
    """Every control is labelled, lies where it says, and its worded options are worded in both languages."""
    for one in experiment.controls(of):
        words(experiment.key, "controls", one.key)
        if isinstance(one, Choice):
            assert one.default in one.options and len(set(one.options)) == len(one.options), one.key
            tables = [texts.experiment(experiment.key, language).get("options", {}) for language in texts.LANGUAGES]
            assert all((option in tables[0]) == (option in tables[1]) for option in one.options)
        if isinstance(one, Number):
            assert one.low <= one.default <= one.high and one.step > 0, one.key


def told(key: str, result: Result, settings: Settings) -> None:
    """Verdict, notes, facts and plots can be said, and what is drawn has as many labels as numbers."""
    words(key, "verdicts", result.verdict.key, result.verdict.numbers)
    assert result.settings == settings and isinstance(result.claim, bool)
    for note in result.notes:
        words(key, "notes", note.key, note.numbers)
    for fact in result.facts:
        words(key, "facts", fact.key)
        assert not np.isnan(fact.value), fact.key
    assert result.plots
    for plot in result.plots:
        words(key, "plots", plot.key)
        drawn(key, plot)


def drawn(key: str, plot: Plot) -> None:
    if not isinstance(plot, Grid):
        words(key, "axes", f"{plot.key}_x")
        words(key, "axes", f"{plot.key}_y")
    if isinstance(plot, Grid):
        for cells in (plot.columns, *plot.rows):
            assert len(cells) == len(plot.columns)
            for cell in cells:
                label(key, cell)
    elif isinstance(plot, Map):
        assert plot.values.shape == (len(plot.rows), len(plot.columns)), plot.key
        assert plot.greyed is None or plot.greyed.shape == plot.values.shape
        for one in (*plot.rows, *plot.columns):
            label(key, one)
    else:
        size = len(plot.labels) if isinstance(plot, Bars) else len(plot.x)
        assert size
        for series in plot.series:
            label(key, series.label)
            assert series.y.shape == (size,) and np.isfinite(series.y).any(), (plot.key, series.label)
        for one in plot.labels if isinstance(plot, Bars) else (plot.mark_label,):
            label(key, one)
        if isinstance(plot, Curves):
            assert np.isfinite(plot.x).all() and (np.diff(plot.x) >= 0).all()
            assert not plot.log_x or (plot.x > 0).all()


@pytest.mark.parametrize("case", LABS, ids=[case[0] for case in LABS])
@pytest.mark.parametrize("key", KEYS)
def test_what_it_says_has_words(key: str, case: tuple[str, str]) -> None:
    experiment, of = every()[key], lab(*case)
    try:
        begins = experiment.defaults(of)
    except Unfit as unfit:
        words(key, "unfit", unfit.key, unfit.numbers)
        return
    asked(experiment, of)
    turned = {name: value for name, value in experiment.flip.items() if name in begins}
    # All of it on the first, as it begins and turned round on the others.
    more = list(ways(experiment.controls(of))) if case == LABS[0] else []
    for changes in ({}, turned, *more):
        settings = {**begins, **changes}
        try:
            result = experiment.run(of, settings)
        except Unfit as unfit:
            assert changes, unfit.key  # as it begins it fits: that is what `controls` is asked for
            words(key, "unfit", unfit.key, unfit.numbers)
        else:
            told(key, result, settings)


@pytest.mark.parametrize("key", KEYS)
def test_the_same_settings_give_the_same_numbers(key: str) -> None:
    experiment, of = every()[key], lab(*LABS[0])
    try:
        begins = experiment.defaults(of)
    except Unfit:
        of = lab(*LABS[-1])
        begins = experiment.defaults(of)
    one, other = (experiment.run(of, begins) for _ in range(2))
    assert (one.verdict, one.claim, one.notes) == (other.verdict, other.claim, other.notes)
    assert [fact.value for fact in one.facts] == [fact.value for fact in other.facts]


@cache
def strings(path: Path) -> frozenset[str]:
    """Every text in a module's code."""
    tree = ast.parse(path.read_text("utf-8"))
    found = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return frozenset(one for one in found if isinstance(one, str))


@pytest.mark.parametrize("key", KEYS)
def test_no_text_is_left_over(key: str) -> None:
    """A sentence whose key nothing names would never be seen. Keys may be put together of parts with _ between."""
    folder = Path(inspect.getfile(sys.modules["tutor.lessons"])).parent
    own = Path(inspect.getfile(type(every()[key])))
    known = strings(own).union(*map(strings, folder.glob("*.py")))
    for table, found in texts.experiment(key, "en").items():
        for name in () if isinstance(found, str) else found:
            if table == "options" and "." in name:  # the name of a tensor, which the run has and no code
                continue
            plain = name.removesuffix("_x").removesuffix("_y") if table == "axes" else name
            parts = [known & {part, f"{part}_", f"_{part}"} for part in plain.split("_")]
            assert plain in known or all(parts), name
