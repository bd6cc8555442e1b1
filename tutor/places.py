"""Places: where a learner is, as plain data that travels in step codes and session files. No Qt, no engine state.

What is read here may come from a stranger: every value is checked for its kind and its bounds, nothing is executed, and
whatever is wrong raises PlaceError with one sentence.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tutor.engine import axes as ax
from tutor.engine.records import dataclass

#: Bounds on what is read: no learner needs more, and no file may ask for more.
MOST_TEXT, MOST_ROWS, MOST_IDS = 100_000, 64, 100_000
MOST_BOOKMARKS, MOST_NOTE = 200, 4_000
MOST_STEPS, MOST_CHANGES = 20_000, 200
MOST_NAME = 1_000
MOST_NUMBER = 2**31 - 1
MOST_LAYERS = 1_000
_DEPTH, _ENTRIES = 6, 100_000
_STEP = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")
_WORD = re.compile(r"[a-z_]{0,40}")

#: A what-if or a pinned tensor as plain data, which its own module reads.
Plain = Mapping[str, Any]


class PlaceError(ValueError):
    """A step code or session file that cannot be read; the message is one sentence with the mend."""


class Damaged(PlaceError):
    """A value that cannot be right; the message names it, without being a sentence yet."""


@dataclass(frozen=True)
class Place:
    """Where a learner is in a run.

    Attributes:
        step: the step's full name; "" for wherever a run begins.
        inside: whether among its stage's operations.
        at: which entry is shown of each axis that is not on screen.
        cell: the pinned cell's index, None for none.
        followed: the token that is followed, by the name of its ids.
        view: which view of the step, "" for the usual one.
        several: axes, or texts, of which several entries are shown as one, and which.
        how: how they are made one, "" for the usual way.
    """

    step: str
    inside: bool = False
    at: tuple[tuple[str, int], ...] = ()
    cell: tuple[int, ...] | None = None
    followed: tuple[tuple[str, int], ...] = ()
    view: str = ""
    several: tuple[tuple[str, tuple[int, ...]], ...] = ()
    how: str = ""


@dataclass(frozen=True)
class Bookmark:
    """A place that a learner marked, and what they wrote about it."""

    place: Place
    note: str = ""


@dataclass(frozen=True)
class Asked:
    """What was run: sentences (or ids, where their own tokens would be others) through a model, changed or not."""

    model: str
    layers: int | None = None
    texts: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    ids: tuple[tuple[int, ...], ...] = ()
    changes: tuple[Plain, ...] = ()


# -- to JSON ------------------------------------------------------------------------------------------------------


def place_to_json(place: Place) -> dict[str, Any]:
    """Only what differs from a place without choices, so that a file stays readable."""
    found: dict[str, Any] = {"step": place.step}
    if place.inside:
        found["inside"] = True
    if place.at:
        found["at"] = dict(place.at)
    if place.cell is not None:
        found["cell"] = list(place.cell)
    if place.followed:
        found["followed"] = dict(place.followed)
    if place.view:
        found["view"] = place.view
    if place.several:
        found["several"] = {name: list(entries) for name, entries in place.several}
    if place.how:
        found["how"] = place.how
    return found


def bookmark_to_json(mark: Bookmark) -> dict[str, Any]:
    return {"place": place_to_json(mark.place), **({"note": mark.note} if mark.note else {})}


def asked_to_json(asked: Asked) -> dict[str, Any]:
    found: dict[str, Any] = {"model": asked.model, "texts": list(asked.texts)}
    if asked.layers is not None:
        found["layers"] = asked.layers
    if asked.targets:
        found["targets"] = list(asked.targets)
    if asked.ids:
        found["ids"] = [list(row) for row in asked.ids]
    if asked.changes:
        found["changes"] = [dict(one) for one in asked.changes]
    return found


# -- from JSON ----------------------------------------------------------------------------------------------------


def table(value: object, what: str, known: Sequence[str], needed: Sequence[str] = ()) -> dict[str, Any]:
    """A table with none but `known` keys, `needed` among them. Raises Damaged."""
    if not isinstance(value, dict):
        raise Damaged(f"{what} is no table")
    for key in value:
        if key not in known:
            raise Damaged(f"{what} holds {short(key)}")
    for key in needed:
        if key not in value:
            raise Damaged(f"{what} lacks {key}")
    return value


def sequence(value: object, what: str, most: int) -> list[Any]:
    """A list of at most `most` entries. Raises Damaged."""
    if not isinstance(value, list):
        raise Damaged(f"{what} is no list")
    if len(value) > most:
        raise Damaged(f"{what} has more than {most} entries")
    return value


def text(value: object, what: str, most: int = MOST_TEXT) -> str:
    """A text that can be written again, of at most `most` characters. Raises Damaged."""
    if not isinstance(value, str):
        raise Damaged(f"{what} is no text")
    if len(value) > most:
        raise Damaged(f"{what} has more than {most} characters")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise Damaged(f"{what} holds half a character")
    return value


def number(value: object, what: str, most: int = MOST_NUMBER, least: int = 0) -> int:
    """A whole number within bounds. Raises Damaged."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise Damaged(f"{what} is no whole number")
    if not least <= value <= most:
        raise Damaged(f"{what} is out of range")
    return value


def step(value: object, what: str = "a step") -> str:
    """A step's name, or "". Raises Damaged."""
    found = text(value, what, 200)
    if found and not _STEP.fullmatch(found):
        raise Damaged(f"{what} has no name of a step")
    return found


def model(value: object) -> str:
    """The name of a model, or of its folder on this computer; a folder elsewhere on a network is never asked for.
    Raises Damaged."""
    found = text(value, "the model", MOST_NAME)
    if not found or not found.isprintable() or found[:2] in ("//", "\\\\", "/\\", "\\/"):
        raise Damaged("the model has no name")
    return found


def place(value: object, what: str = "the place") -> Place:
    """A place from JSON. Raises Damaged."""
    found = table(value, what, ("step", "inside", "at", "cell", "followed", "view", "several", "how"), ("step",))
    inside = found.get("inside", False)
    if not isinstance(inside, bool):
        raise Damaged(f"{what} has no yes or no inside")
    cell = None
    if found.get("cell") is not None:
        cell = tuple(number(one, "the cell") for one in sequence(found["cell"], "the cell", len(ax.NAMES)))
    return Place(
        step(found["step"]), inside, _counts(found.get("at", {}), "the choices", ax.NAMES), cell,
        _counts(found.get("followed", {}), "the tokens"), word(found.get("view", ""), "the view"),
        _several(found.get("several", {})), word(found.get("how", ""), "the way"),
    )  # fmt: skip


def _several(value: object) -> tuple[tuple[str, tuple[int, ...]], ...]:
    if not isinstance(value, dict) or len(value) > 32:
        raise Damaged("the selected entries are no table")
    found = {
        step(key, "a selection"): tuple(number(one, "an entry") for one in sequence(entries, "the entries", MOST_IDS))
        for key, entries in value.items()
    }
    return tuple(sorted(found.items()))


def word(value: object, what: str) -> str:
    """A short name of our own making, or "". Raises Damaged."""
    found = text(value, what, 40)
    if not _WORD.fullmatch(found):
        raise Damaged(f"{what} has no name")
    return found


def _counts(value: object, what: str, known: Sequence[str] | None = None) -> tuple[tuple[str, int], ...]:
    if not isinstance(value, dict) or len(value) > 32:
        raise Damaged(f"{what} are no table")
    for key in value:
        if known is not None and key not in known:
            raise Damaged(f"{what} hold {short(key)}")
        step(key, what)
    return tuple(sorted((key, number(at, what)) for key, at in value.items()))


def bookmark(value: object) -> Bookmark:
    """A bookmark from JSON. Raises Damaged."""
    found = table(value, "a bookmark", ("place", "note"), ("place",))
    return Bookmark(place(found["place"], "a bookmark"), text(found.get("note", ""), "a note", MOST_NOTE))


def asked(value: object) -> Asked:
    """What was run, from JSON. Raises Damaged."""
    found = table(value, "the run", ("model", "layers", "texts", "targets", "ids", "changes"), ("model", "texts"))
    layers = found.get("layers")
    rows = sequence(found.get("ids", []), "the ids", MOST_ROWS)
    ids = tuple(tuple(number(one, "an id") for one in sequence(row, "the ids", MOST_IDS)) for row in rows)
    made = Asked(
        model(found["model"]),
        None if layers is None else number(layers, "the number of blocks", MOST_LAYERS, 1),
        tuple(text(one, "a sentence") for one in sequence(found["texts"], "the sentences", MOST_ROWS)),
        tuple(text(one, "a target") for one in sequence(found.get("targets", []), "the targets", MOST_ROWS)),
        ids,
        plains(found.get("changes", []), "the what-ifs"),
    )
    return fitting(made)


def fitting(asked: Asked) -> Asked:
    """The same, once sentences, targets and ids are as many as one another. Raises Damaged."""
    if not asked.texts:
        raise Damaged("the sentences are none")
    for rows, what in ((asked.targets, "the targets"), (asked.ids, "the ids")):
        if rows and len(rows) != len(asked.texts):
            raise Damaged(f"{what} are not as many as the sentences")
    if any(not row for row in asked.ids):
        raise Damaged("the ids are none")
    return asked


def plains(value: object, what: str) -> tuple[Plain, ...]:
    """Tables of plain values that another module reads: what is checked here is that they are small. Raises Damaged."""
    found = sequence(value, what, MOST_CHANGES)
    left = [_ENTRIES]
    for one in found:
        if not isinstance(one, dict):
            raise Damaged(f"{what} are no tables")
        _plain(one, what, _DEPTH, left)
    return tuple(found)


def _plain(value: object, what: str, depth: int, left: list[int]) -> None:
    left[0] -= 1
    if depth < 0 or left[0] < 0:
        raise Damaged(f"{what} are too many")
    if isinstance(value, dict):
        for key, entry in value.items():
            text(key, what, 200)
            _plain(entry, what, depth - 1, left)
    elif isinstance(value, list):
        for entry in value:
            _plain(entry, what, depth - 1, left)
    elif isinstance(value, str):
        text(value, what)
    elif isinstance(value, (int, float)) and not -(2**53) <= value <= 2**53:  # NaN is not, either
        raise Damaged(f"{what} hold a number out of range")
    elif value is not None and not isinstance(value, (bool, int, float)):
        raise Damaged(f"{what} hold what is no number")


def short(value: str) -> str:
    """A stranger's word, fit for a sentence."""
    return "".join(char if char.isprintable() else "?" for char in value[:30])
