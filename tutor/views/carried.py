"""What a session file carries of the tensor that is pinned beside the current one, and of what is selected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor import pins, places
from tutor.engine.compare import Look
from tutor.engine.picture import MEAN, SUM, Selection
from tutor.engine.records import dataclass
from tutor.engine.trace import Trace
from tutor.pins import Held
from tutor.places import Asked, Damaged, Place

_MODES = (pins.ALONE, pins.BESIDE, pins.DIFFERENCE)


@dataclass(frozen=True)
class Pin:
    """A pinned tensor: the run it is of, where it is in it, and how it is compared."""

    asked: Asked
    place: Place
    mode: str

    def look(self, trace: Trace) -> Look | None:
        """The tensor in its run, None where the run has no such step."""
        if self.place.step not in trace.program.by_name:
            return None
        return Look(trace, self.place.step, selection_of(self.place))

    def to_plain(self) -> dict[str, Any]:
        return {
            "run": places.asked_to_json(self.asked), "place": places.place_to_json(self.place), "mode": self.mode,
        }  # fmt: skip


def pin_of(held: Held, asked: Asked, mode: str) -> Pin:
    """What is held, as it travels."""
    return Pin(asked, Place(held.look.path, **selected(held.look.selection)), mode)


def pin_from(plain: Mapping[str, Any]) -> Pin:
    """A pin from plain data. Raises Damaged."""
    found = places.table(dict(plain), "a pin", ("run", "place", "mode"), ("run", "place"))
    mode = places.word(found.get("mode", pins.BESIDE), "the way to compare")
    if mode not in _MODES:
        raise Damaged("a pin is compared in no way that is known")
    return Pin(places.asked(found["run"]), places.place(found["place"], "a pin"), mode)


def selected(selection: Selection) -> dict[str, Any]:
    """What is selected, as the parts of a Place; the first entry of an axis goes without saying."""
    several = tuple((name, entries) for name, entries in sorted(selection.several) if len(entries) > 1)
    how = selection.how if several and selection.how != MEAN else ""
    return {"at": tuple((name, at) for name, at in selection.at if at), "several": several, "how": how}


def selection_of(place: Place) -> Selection:
    """What is selected at a place."""
    return Selection(place.at, place.several, SUM if place.how == SUM else MEAN)
