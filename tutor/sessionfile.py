"""Session files: what was run, where the learner is in it, and what they marked, as one small JSON file.

The numbers themselves are not in it: the model runs again where the file is opened. Its hash says whether that is the
same model.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tutor import places
from tutor.engine.files import replacing
from tutor.engine.records import dataclass
from tutor.places import Asked, Bookmark, Damaged, Place, PlaceError, Plain

SUFFIX = ".tutor"
FORMAT = "transformer-tutor-session"
VERSION = 1
#: The largest file that is read.
MOST = 4_000_000
_HASH = re.compile(r"(sha256:[0-9a-f]{64})?")
_KEYS = ("format", "run", "hash", "place", "visited", "bookmarks", "pins", "scales")


@dataclass(frozen=True)
class SessionFile:
    """What a session file holds.

    Attributes:
        asked: what was run.
        hash: the hash of the model's weights, "" where it was not known.
        place: where the learner was.
        visited: names of the stages they had seen.
        bookmarks: what they marked.
        pins: tensors pinned beside the current one, as plain data that the comparing views read.
        scales: ranges of colour scales that the learner chose, as plain data.
    """

    asked: Asked
    place: Place
    hash: str = ""
    visited: tuple[str, ...] = ()
    bookmarks: tuple[Bookmark, ...] = ()
    pins: tuple[Plain, ...] = ()
    scales: tuple[Plain, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "format": f"{FORMAT}/{VERSION}",
            "run": places.asked_to_json(self.asked),
            "hash": self.hash,
            "place": places.place_to_json(self.place),
            "visited": list(self.visited),
            "bookmarks": [places.bookmark_to_json(one) for one in self.bookmarks],
            "pins": [dict(one) for one in self.pins],
            "scales": [dict(one) for one in self.scales],
        }


def is_session(path: Path) -> bool:
    """Whether a file's name is that of a session file."""
    return path.suffix.lower() == SUFFIX


def write(path: Path, session: SessionFile) -> None:
    """Write a session file, whole or not at all. Raises FileError."""
    text = json.dumps(session.to_json(), ensure_ascii=False, indent=1)
    with replacing(path) as file:
        file.write(text.encode() + b"\n")


def read(path: Path) -> SessionFile:
    """Open a session file. Raises PlaceError, with one sentence."""
    try:
        with open(path, "rb") as file:
            data = file.read(MOST + 1)
    except (OSError, ValueError) as error:  # ValueError: no name that the system takes
        reason = getattr(error, "strerror", None) or str(error)
        raise PlaceError(f"{path.name} cannot be opened ({reason}): choose another session file.") from error
    return parse(data, path.name)


def parse(data: bytes, name: str) -> SessionFile:
    """A session from the bytes of its file. Raises PlaceError, with one sentence."""
    if len(data) > MOST:
        raise PlaceError(f"{name} is too large for a session file: choose one that Save session wrote.")
    try:
        loaded = json.loads(data.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise PlaceError(f"{name} is cut short or is no session file: choose another one.") from None
    kind = loaded.get("format") if isinstance(loaded, dict) else None
    match = re.fullmatch(rf"{FORMAT}/([0-9]{{1,9}})", kind) if isinstance(kind, str) else None
    if match is None:
        raise PlaceError(f"{name} is no session file: choose one that Save session wrote.")
    if int(match[1]) > VERSION:
        raise PlaceError(f"{name} was saved by a newer version of the tutor: update to open it.")
    try:
        return _session(loaded)
    except Damaged as error:
        raise PlaceError(f"{name} is damaged ({error}): choose another session file.") from error


def _session(loaded: Any) -> SessionFile:
    found = places.table(loaded, "the file", _KEYS, ("format", "run", "place"))
    digest = places.text(found.get("hash", ""), "the hash", 100)
    if not _HASH.fullmatch(digest):
        raise Damaged("the hash is none")
    marks = places.sequence(found.get("bookmarks", []), "the bookmarks", places.MOST_BOOKMARKS)
    visited = places.sequence(found.get("visited", []), "the stages seen", places.MOST_STEPS)
    return SessionFile(
        places.asked(found["run"]), places.place(found["place"]), digest, tuple(places.step(one) for one in visited),
        tuple(places.bookmark(one) for one in marks), places.plains(found.get("pins", []), "the pins"),
        places.plains(found.get("scales", []), "the scales"),
    )  # fmt: skip


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found
