"""What holds of every experiment's result, and a short way to run one."""

from __future__ import annotations

from tests.lessons.labs import lab
from tutor.lessons import texts
from tutor.lessons.experiment import Bars, Curves, Focus, Grid, Lab, Label, Map, Result, Said, Value
from tutor.lessons.experiments import every

#: Two sentences for each model: what is claimed should not hang on one of them.
STORY, STORY_2 = 'One day, Tom met Lily in the park. "Hi, Lily," said', "Mia had a red ball. She liked the ball."
GIRL, COW = "The girl saw two small cats.", "The big cow drank the milk by the river."
CHAPTER, THINKING = "Chapter 1: Building Rapport and Capturing", "Thinking Machines"


def run(key: str, one: Lab, **changed: Value) -> Result:
    """An experiment with its own settings but for some; the result is whole and worded in every language."""
    experiment = every()[key]
    settings = {**experiment.defaults(one), **changed}
    made = experiment.run(one, settings)
    assert dict(made.settings) == settings, "it can be made again"
    check(key, made)
    return made


def both(key: str, model: str, text: str, **changed: Value) -> tuple[Result, Result]:
    """With its own settings, and with those that must turn the claim round."""
    one = lab(model, text, focus=Focus())
    return run(key, one, **changed), run(key, one, **{**changed, **every()[key].flip})


def check(key: str, made: Result) -> None:
    """Every plot has as many numbers as places, and every key its text in both languages."""
    for plot in made.plots:
        _said(key, Said(plot.key), "plots")
        if not isinstance(plot, Grid):
            _said(key, Said(f"{plot.key}_x"), "axes")
            _said(key, Said(f"{plot.key}_y"), "axes")
        if isinstance(plot, Curves):
            assert all(len(one.y) == len(plot.x) for one in plot.series), plot.key
            _said(key, plot.mark_label)
        if isinstance(plot, Bars):
            assert all(len(one.y) == len(plot.labels) for one in plot.series), plot.key
        if isinstance(plot, (Curves, Bars)):
            for one in plot.series:
                _said(key, one.label)
        if isinstance(plot, Map):
            assert plot.values.shape == (len(plot.rows), len(plot.columns)), plot.key
            assert plot.greyed is None or plot.greyed.shape == plot.values.shape
        if isinstance(plot, Grid):
            assert all(len(row) == len(plot.columns) for row in plot.rows), plot.key
            for label in [*plot.columns, *(cell for row in plot.rows for cell in row if isinstance(cell, (Said, str)))]:
                _said(key, label)
    _said(key, made.verdict, "verdicts")
    for note in made.notes:
        _said(key, note, "notes")
    for fact in made.facts:
        _said(key, Said(fact.key), "facts")


def _said(key: str, label: Label, table: str = "words") -> None:
    if isinstance(label, Said):
        for language in texts.LANGUAGES:
            assert texts.say(key, language, table, label.key, label.numbers)
