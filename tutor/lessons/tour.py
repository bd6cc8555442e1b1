"""Guided tours: stops on the way through a run, with a sentence or two at each. And lessons for a class, which are a
tour that a teacher picked, kept within a saved trace. No Qt.

A shipped tour is `resources/tours/NAME.toml`, which says what is run and where it stops, and
`resources/tours/LANGUAGE/NAME.toml` with its words. Numbers in them are filled in from the run.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from tutor import resources
from tutor.engine import axes as ax
from tutor.engine.axes import AxesError, Index
from tutor.engine.records import dataclass
from tutor.engine.trace import Trace, TraceError
from tutor.lessons.question import Figure
from tutor.lessons.texts import filled

#: The tours that ship, in the order they are offered.
NAMES = ("first", "translator", "article")
FORMAT = "transformer-tutor-lesson/1"
_MOST_STOPS, _LONGEST = 200, 4_000


class TourError(ValueError):
    """A tour that cannot be read or taken; the message is one sentence with the mend."""


@dataclass(frozen=True)
class Stop:
    """One stop.

    Attributes:
        step: the tensor's full name. text: what is said there.
        inside: whether one is among the stage's operations.
        at: which entry is shown of an axis: `(("head", 1),)`. cell: the one that is pinned.
        kind, seed: the question that is asked there; "" for none.
    """

    step: str
    text: str = ""
    inside: bool = False
    at: tuple[tuple[str, int], ...] = ()
    cell: Index | None = None
    kind: str = ""
    seed: int = 7


@dataclass(frozen=True)
class Tour:
    """What is run, and the stops on the way through it. `model` is "" where the run comes with it."""

    name: str
    title: str
    about: str
    stops: tuple[Stop, ...]
    model: str = ""
    texts: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()

    def fitting(self, trace: Trace) -> Tour:
        """The tour without the stops that a run does not have. Raises TourError where none is left."""
        kept = tuple(one for one in self.stops if one.step in trace.program.by_name)
        if not kept:
            raise TourError(f"This run has none of the stops of “{self.title}”: open the lesson's own file.")
        return replace(self, stops=tuple(_fitted(one, trace) for one in kept))


def _fitted(stop: Stop, trace: Trace) -> Stop:
    sizes = {axis.name: axis.size for axis in trace.shapes[stop.step]}
    at = tuple((name, min(max(entry, 0), sizes[name] - 1)) for name, entry in stop.at if name in sizes)
    try:
        cell = None if stop.cell is None else ax.cell(trace.shapes[stop.step], stop.cell)
    except AxesError:
        cell = None
    return replace(stop, at=at, cell=cell)


def words(stop: Stop, trace: Trace) -> str:
    """What is said at a stop of a shipped tour, its numbers filled in from the run.

    `{value}` the pinned cell, `{row}` and `{column}` its tokens, `{best}` and `{best_value}` the largest number of its
    row and the token there, `{shape}`, `{tokens}`, and the model's sizes as in its spec. Raises TourError.
    """
    if "{" not in stop.text:
        return stop.text
    try:
        return filled(stop.text, values(stop, trace))
    except (KeyError, ValueError, IndexError, TraceError) as error:
        raise TourError(f"What is said at {stop.step} cannot be filled in: open the tour on its own model.") from error


def values(stop: Stop, trace: Trace) -> dict[str, Any]:
    """See `words`."""
    spec, axes = trace.spec, trace.shapes[stop.step]
    found: dict[str, Any] = {
        "d_model": spec.d_model, "n_heads": spec.n_heads, "d_head": spec.d_head, "n_layers": spec.n_layers,
        "d_mlp": spec.d_mlp, "d_vocab": spec.d_vocab, "tokens": int(trace.batch.lengths[0]),
        "sentences": trace.batch.n_rows, "shape": " × ".join(str(axis.size) for axis in axes),
        "parameters": sum(ax.count(trace.shapes[one.name]) for one in trace.program.weights),
        "stages": len(trace.program.stops),
    }  # fmt: skip
    if trace.target is not None:
        found["targets"] = int(trace.target.lengths[0])
    if stop.cell is not None:
        found |= _of_cell(stop.cell, stop, trace)
    return found


def _of_cell(cell: Index, stop: Stop, trace: Trace) -> dict[str, Any]:
    axes, texts = trace.shapes[stop.step], trace.texts(stop.step)
    row = cell[0] if axes[0].name == ax.BATCH else 0
    value = float(trace.read(stop.step, cell))
    found: dict[str, Any] = {"value": Figure(value, 0 if value.is_integer() else 3).printed()}

    def token(at: int, entry: int) -> str | None:
        text = texts[at]
        return None if text is None else text.rows[row][entry].text

    for name, at in (("row", len(cell) - 2), ("column", len(cell) - 1)):
        said = token(at, cell[at]) if at >= 0 else None
        if said is not None:
            found[name] = said
    line = np.asarray(trace.read(stop.step, (*cell[:-1], slice(None)))).astype(float)
    best = int(np.nanargmax(line)) if np.isfinite(line).any() else 0
    found["best_value"] = Figure(float(line[best])).printed()
    found["sum"] = Figure(float(line[np.isfinite(line)].sum())).printed()
    said = token(len(cell) - 1, best)
    if said is not None:
        found["best"] = said
    return found


# The shipped ones --------------------------------------------------------------------------------------------------


def shipped(name: str, language: str) -> Tour:
    """A tour that ships, in a language. Raises TourError."""
    try:
        plan = tomllib.loads(resources.path("tours", f"{name}.toml").read_text("utf-8"))
        said = tomllib.loads(resources.path("tours", language, f"{name}.toml").read_text("utf-8"))
        stops = [_stop({**one, "text": text}) for one, text in zip(plan["stops"], said["stops"], strict=True)]
        return Tour(name, said["title"], said["about"], tuple(stops), plan["model"], tuple(plan["texts"]),
                    tuple(plan.get("targets", ())))  # fmt: skip
    except (resources.ResourceMissing, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise TourError(f"The tour {name} cannot be read: install Transformer Tutor again.") from error


# Lessons for a class -----------------------------------------------------------------------------------------------


def to_text(tour: Tour) -> str:
    """A tour as the text that a saved trace keeps."""
    stops = [
        {"step": one.step, "text": one.text, "inside": one.inside, "at": [list(pair) for pair in one.at],
         "cell": None if one.cell is None else list(one.cell), "kind": one.kind, "seed": one.seed}
        for one in tour.stops
    ]  # fmt: skip
    return json.dumps({"format": FORMAT, "title": tour.title, "about": tour.about, "stops": stops}, ensure_ascii=False)


def from_text(text: str) -> Tour:
    """A tour from a saved trace, read strictly; braces in a teacher's words mean themselves. Raises TourError."""
    try:
        data = json.loads(text)
        if data["format"] != FORMAT or len(data["stops"]) > _MOST_STOPS:
            raise ValueError("another format")
        stops = tuple(_stop(one) for one in data["stops"])
        if not stops:
            raise ValueError("no stops")
        return Tour("", _line(data["title"]), _line(data["about"]), stops)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise TourError("The lesson in this file cannot be read, so only its trace is shown: save the lesson "
                        "again.") from error  # fmt: skip


def _stop(data: Mapping[str, Any]) -> Stop:
    cell = data.get("cell")
    return Stop(
        _line(data["step"]), _line(data.get("text", "")), bool(data.get("inside", False)),
        tuple((_line(name), _whole(entry)) for name, entry in _pairs(data.get("at", ()))),
        None if cell is None else tuple(map(_whole, cell)), _line(data.get("kind", "")), _whole(data.get("seed", 7)),
    )  # fmt: skip


def _pairs(given: Any) -> list[tuple[Any, Any]]:
    return list(given.items()) if isinstance(given, dict) else [(name, entry) for name, entry in given]


def _line(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise TypeError("no text")
    return value


def _whole(value: Any) -> int:
    if type(value) is not int:
        raise TypeError("no whole number")
    return value
