"""What an experiment says, in the language of the lesson, and its plots as tables. No Qt."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tutor.engine.records import dataclass
from tutor.lessons import texts
from tutor.lessons.experiment import Bars, Curves, Grid, Label, Map, Plot, Said, Unfit
from tutor.views import numbers


@dataclass(frozen=True)
class Says:
    """The texts of one experiment in one language. A text that is missing is said by its key, so that nothing stops."""

    key: str
    language: str

    def text(self, table: str, name: str, values: Mapping[str, Any] | None = None) -> str:
        """One sentence of a table."""
        try:
            return texts.say(self.key, self.language, table, name, values)
        except texts.TextMissing:
            return name.replace("_", " ")

    def title(self) -> str:
        return self._whole("title")

    def about(self) -> str:
        return self._whole("about")

    def _whole(self, name: str) -> str:
        try:
            return str(texts.experiment(self.key, self.language)[name])
        except (texts.TextMissing, KeyError):
            return self.key.replace("_", " ")

    def option(self, name: str) -> str:
        """An option of a choice; one without a word stands for itself."""
        try:
            worded = texts.experiment(self.key, self.language).get("options", {})
        except texts.TextMissing:
            worded = {}
        return str(worded.get(name, name))

    def label(self, label: Label | float | int) -> str:
        """A label: a word by its key, a text that stands for itself, or a number."""
        if isinstance(label, Said):
            return self.text("words", label.key, label.numbers)
        if isinstance(label, str):
            return label
        return number(label)

    def axis(self, plot: str, way: str) -> str:
        """The label of an axis (`x`, `y`) of a plot, "" for none."""
        try:
            return str(texts.experiment(self.key, self.language).get("axes", {}).get(f"{plot}_{way}", ""))
        except texts.TextMissing:
            return ""

    def unfit(self, why: Unfit) -> str:
        return self.text("unfit", why.key, why.numbers)


def number(value: float | int) -> str:
    """A number as it is read off: whole ones whole, others to four digits."""
    if isinstance(value, (bool, np.bool_)):
        return "1" if value else "0"
    if isinstance(value, (int, np.integer)) or (abs(value) < 1e15 and float(value) == int(value)):
        return numbers.count(int(value))
    if 1000 <= abs(value) < 1e15:
        return numbers.count(round(value))
    return numbers.significant(float(value))


@dataclass(frozen=True)
class Table:
    """A plot as a table: the heads of its columns, and rows of texts and numbers."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str | float, ...], ...]

    def text(self, between: str = "\t") -> str:
        """For other programs: every digit, a plain hyphen as minus."""
        def cell(one: str | float) -> str:
            text = one if isinstance(one, str) else repr(float(one)) if not float(one).is_integer() else str(int(one))
            return f'"{text.replace(chr(34), chr(34) * 2)}"' if between in text or '"' in text else text

        return "\n".join(between.join(map(cell, row)) for row in (self.heads, *self.rows)) + "\n"


def table(plot: Plot, says: Says) -> Table:
    """The numbers of a plot, each in a cell."""
    if isinstance(plot, Curves):
        heads = (says.axis(plot.key, "x") or "x", *(says.label(one.label) for one in plot.series))
        rows = tuple(
            (float(x), *(_cell(one.y[at]) for one in plot.series)) for at, x in enumerate(plot.x)
        )  # fmt: skip
    elif isinstance(plot, Bars):
        heads = (says.axis(plot.key, "x"), *(says.label(one.label) for one in plot.series))
        rows = tuple(
            (says.label(label), *(_cell(one.y[at]) for one in plot.series)) for at, label in enumerate(plot.labels)
        )  # fmt: skip
    elif isinstance(plot, Map):
        heads = ("", *(says.label(one) for one in plot.columns))
        rows = tuple(
            (says.label(label), *(_cell(one) for one in plot.values[at])) for at, label in enumerate(plot.rows)
        )  # fmt: skip
    else:
        assert isinstance(plot, Grid)
        heads = tuple(says.label(one) for one in plot.columns)
        rows = tuple(
            tuple(float(one) if isinstance(one, (int, float)) else says.label(one) for one in row) for row in plot.rows
        )  # fmt: skip
    return Table(heads, rows)


def _cell(value: Any) -> str | float:
    """A number, or nothing for a gap."""
    found = float(value)
    return "" if np.isnan(found) else found
