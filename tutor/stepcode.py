"""Step codes: one line that says what was run and where in it the learner is, to be sent to somebody else.

    v1;model=storyteller;text=Tom%20met%20Lily;step=blocks.1.attn.scores;head=2;cell=0,2,5,4

The parts stand in any order; `text`, `target`, `ids`, `follow`, `several` and `set` may be repeated. A checkpoint is
part of the model's name (`storyteller@1000`). Whatever has a meaning in the code itself is percent-encoded.
"""

from __future__ import annotations

import json
import re

from tutor import places
from tutor.engine import axes as ax
from tutor.places import Asked, Damaged, Place, PlaceError

VERSION = "v1"
#: The longest code that is read or made.
MOST = 32_000
#: What need not be encoded: letters and digits of any language read best as they are, but chat programs and shells cut
#: at blanks and quotes, so only ASCII that none of them touches is left alone.
_SAFE = "@,:.-_/~"
_REPEATED = ("text", "target", "ids", "follow", "several", "set", "change")
_SINGLE = ("model", "layers", "step", "inside", "cell", "view", "how")


def is_code(text: str) -> bool:
    """Whether a text looks like a step code, of whichever version."""
    return bool(re.match(r"\s*[\"'`]?v\d+;", text))


def write(asked: Asked, place: Place) -> str:
    """The code of a place in a run. Raises PlaceError where it would be too long to send."""
    parts = [("model", asked.model)]
    if asked.layers is not None:
        parts.append(("layers", str(asked.layers)))
    parts += [("text", one) for one in asked.texts]
    parts += [("target", one) for one in asked.targets]
    parts += [("ids", ",".join(map(str, row))) for row in asked.ids]
    if place.step:
        parts.append(("step", place.step))
    if place.inside:
        parts.append(("inside", "1"))
    parts += [(axis, str(at)) for axis, at in place.at]
    if place.cell is not None:
        parts.append(("cell", ",".join(map(str, place.cell))))
    parts += [("follow", f"{name}:{at}") for name, at in place.followed]
    parts += [("several", f"{name}:{','.join(map(str, entries))}") for name, entries in place.several if entries]
    if place.how:
        parts.append(("how", place.how))
    if place.view:
        parts.append(("view", place.view))
    for change in asked.changes:
        if set(change) == {"set"} and isinstance(change["set"], str):  # as `--set` takes it
            parts.append(("set", change["set"]))
        else:
            parts.append(("change", json.dumps(dict(change), ensure_ascii=False, separators=(",", ":"))))
    from urllib.parse import quote  # slow to load, and rarely needed

    code = ";".join((VERSION, *(f"{key}={quote(value, _SAFE)}" for key, value in parts)))
    if len(code) > MOST:
        raise PlaceError("This run is too long for a step code: save it as a session instead.")
    return code


def read(code: str) -> tuple[Asked, Place]:
    """What a code says. Raises PlaceError, with one sentence."""
    if len(code) > MOST:
        raise PlaceError("This is too long for a step code: open a session file instead.")
    line = code.strip().strip("\"'`").strip()
    version, _, rest = line.partition(";")
    if not re.fullmatch(r"v\d{1,9}", version):
        raise PlaceError("This is no step code: one begins with v1; and names a model and a sentence.")
    if version != VERSION:
        raise PlaceError(f"This step code is of a newer version ({version}): update the tutor to open it.")
    try:
        return _parts(rest)
    except Damaged as error:
        raise PlaceError(f"This step code cannot be read ({error}): copy it again, the whole line.") from error


def _parts(rest: str) -> tuple[Asked, Place]:
    single: dict[str, str] = {}
    many: dict[str, list[str]] = {key: [] for key in _REPEATED}
    for part in rest.split(";"):
        if not part:
            continue
        key, equals, raw = part.partition("=")
        if not equals or (key not in _SINGLE and key not in _REPEATED and key not in ax.NAMES):
            raise Damaged(f"it holds {places.short(key)}")
        value = _decoded(raw, key)
        if key in many:
            many[key].append(value)
        elif key in single:
            raise Damaged(f"it names {key} twice")
        else:
            single[key] = value
    if "model" not in single:
        raise Damaged("it lacks model")
    layers = single.get("layers")
    asked = places.fitting(Asked(
        places.model(single["model"]),
        None if layers is None else places.number(_number(layers, "layers"), "layers", places.MOST_LAYERS, 1),
        tuple(places.text(one, "text") for one in _rows(many["text"])),
        tuple(places.text(one, "target") for one in _rows(many["target"])),
        tuple(_numbers(one, "ids", places.MOST_IDS) for one in _rows(many["ids"])),
        places.plains([*({"set": one} for one in many["set"]), *map(_json, many["change"])], "the what-ifs"),
    ))  # fmt: skip
    if single.get("inside", "0") not in ("0", "1"):
        raise Damaged("inside is neither 0 nor 1")
    cell = single.get("cell")
    return asked, Place(
        places.step(single.get("step", "")),
        single.get("inside") == "1",
        tuple(sorted((key, _number(value, key)) for key, value in single.items() if key in ax.NAMES)),
        None if cell is None else _numbers(cell, "cell", len(ax.NAMES)),
        tuple(sorted(_followed(many["follow"]).items())),
        places.word(single.get("view", ""), "view"),
        tuple(sorted(_several(many["several"]).items())),
        places.word(single.get("how", ""), "how"),
    )


def _rows(found: list[str]) -> list[str]:
    if len(found) > places.MOST_ROWS:
        raise Damaged(f"it has more than {places.MOST_ROWS} sentences")
    return found


def _decoded(raw: str, key: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", raw):
        raise Damaged(f"{key} is cut off")
    from urllib.parse import unquote

    try:
        return unquote(raw, errors="strict")
    except UnicodeDecodeError:
        raise Damaged(f"{key} is no text") from None


def _number(text: str, key: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise Damaged(f"{key} is no whole number")
    return places.number(int(text), key)


def _numbers(text: str, key: str, most: int) -> tuple[int, ...]:
    parts = text.split(",")
    if len(parts) > most:
        raise Damaged(f"{key} has more than {most} entries")
    return tuple(_number(one, key) for one in parts)


def _followed(found: list[str]) -> dict[str, int]:
    if len(found) > 32:
        raise Damaged("it follows more than 32 tokens")
    tokens = {}
    for one in found:
        name, _, at = one.partition(":")
        tokens[places.step(name, "follow")] = _number(at, "follow")
    return tokens


def _several(found: list[str]) -> dict[str, tuple[int, ...]]:
    if len(found) > 32:
        raise Damaged("it selects along more than 32 axes")
    parts = (one.partition(":") for one in found)
    return {places.step(name, "several"): _numbers(entries, "several", places.MOST_IDS) for name, _, entries in parts}


def _json(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Damaged("a what-if cannot be read") from None


def _no_constant(name: str) -> object:
    raise ValueError(name)
