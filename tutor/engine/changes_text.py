"""Changes as people write them: `--set mask=off`, `head=1.2:zero`, `blocks.0.attn.W_Q[3,4]=0`; and as JSON."""

from __future__ import annotations

import math
import re
from typing import Any

from tutor.engine.changes import (
    SWITCHES,
    UNIFORM,
    ZERO,
    Cell,
    Change,
    ChangeError,
    Changes,
    Head,
    Replace,
    Switch,
    Tie,
    attentions,
    folded,
)
from tutor.engine.program import Program

#: What `--set` takes, as its help and its errors list it.
FORMS = (
    *(f"{key}={'|'.join(values)}" for key, values in SWITCHES.items()), "W_Q=W_K", f"head=BLOCK.HEAD:{ZERO}|{UNIFORM}",
    "TENSOR[0,2,5,4]=3.5", "TENSOR=from:SENTENCE",
)  # fmt: skip
_PART = re.compile(r"([\w.]+)(?:\[([^\]]*)\])?")
_LONGEST = 20_000


def parse(text: str, program: Program) -> Change:
    """One change. Raises ChangeError, one sentence that lists what there is where the key is unknown."""
    key, equals, value = text.partition("=")
    key = key.strip()
    if not equals or not value:
        raise ChangeError(f"{text[:60]!r} changes nothing: choose from {'; '.join(FORMS)}.")
    if key in SWITCHES:
        return Switch(key, value.strip())
    if key == "W_Q":
        if value.strip() != "W_K":
            raise ChangeError(f"W_Q can be tied to W_K alone, not to {value.strip()[:40]!r}: W_Q=W_K.")
        return Tie()
    if key == "head":
        return _head(value.strip(), program)
    found = _PART.fullmatch(key)
    name = found[1] if found is not None else ""
    if found is None or not (name in program.by_name or name in program.weight_by_name):
        raise ChangeError(f"There is no setting {key[:60]!r}: choose from {'; '.join(FORMS)}.")
    if value.startswith("from:"):
        return Replace(name, value.removeprefix("from:"), _places(found[2]))
    at = _places(found[2])
    if not at or None in at:
        raise ChangeError(f"Say which cell of {name}, as in {name}[0,1]=3.5, or {name}=from:SENTENCE.")
    return Cell(name, tuple(one for one in at if one is not None), _number(value))


def _places(text: str | None) -> tuple[int | None, ...]:
    if not text or not text.strip():
        return ()
    try:
        return tuple(None if part.strip() == ":" else int(part) for part in text.split(","))
    except ValueError:
        raise ChangeError(f"The index [{text[:40]}] should be whole numbers with commas between.") from None


def _number(text: str) -> float:
    try:
        return float(text.strip().replace("−", "-").replace("∞", "inf"))
    except ValueError:
        raise ChangeError(f"{text.strip()[:40]!r} is no number: write one such as 3.5, or -inf.") from None


def _head(text: str, program: Program) -> Head:
    """`1.2:zero`, `blocks.1.attn.2:uniform`: a block's number serves where it has one attention."""
    where, _, how = text.partition(":")
    block, _, head = where.strip().rpartition(".")
    if not head.isdecimal() or not block or not how:
        raise ChangeError(f"{text[:40]!r} should be like 1.2:{ZERO}: a block, a head of it, and {ZERO} or {UNIFORM}.")
    paths = attentions(program)
    if block in paths:
        return Head(block, int(head), how)
    sections = {one.name for one in program.sections if block in (one.name, str(one.number))}
    found = [path for path, (pattern, _) in paths.items() if pattern.section in sections]
    if len(found) != 1:
        listed = ", ".join(found or paths)
        problem = "has several attentions" if found else "is no block"
        raise ChangeError(f"{block[:40]!r} {problem}: choose from {listed}.")
    return Head(found[0], int(head), how)


# -- JSON ------------------------------------------------------------------------------------------------------------


def to_json(changes: Changes) -> list[dict[str, Any]]:
    """Plain data, from which `from_json` makes the same changes."""
    return [one.to_json() for one in changes]


def from_json(data: Any) -> Changes:
    """The changes that `to_json` wrote. Raises ChangeError (one sentence) for anything else."""
    if not isinstance(data, list):
        raise ChangeError("The changes are not a list.")
    return folded([_one(item) for item in data])


_KEYS = {
    "switch": {"key", "value"}, "tie": set(), "head": {"attention", "head", "how"}, "cell": {"name", "index", "value"},
    "replace": {"name", "at", "text"},
}  # fmt: skip


def _one(item: Any) -> Change:
    kind = item.get("change") if isinstance(item, dict) else None
    if not isinstance(kind, str) or kind not in _KEYS:
        raise ChangeError(f"A change of the kind {kind!r:.40} is not known to this version of the tutor.")
    if set(item) != _KEYS[kind] | {"change"}:
        raise ChangeError(f"A change of the kind {kind} should have {', '.join(sorted(_KEYS[kind])) or 'no more'}.")
    if kind == "switch":
        return Switch(_text(item["key"]), _text(item["value"]))
    if kind == "tie":
        return Tie()
    if kind == "head":
        return Head(_text(item["attention"]), _whole(item["head"]), _text(item["how"]))
    name = _text(item["name"])
    if kind == "replace":
        at = tuple(None if one is None else _whole(one) for one in _list(item["at"]))
        return Replace(name, _text(item["text"]), at)
    value = item["value"]
    if value in ("inf", "-inf"):
        value = math.inf if value == "inf" else -math.inf
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ChangeError(f"A change of a cell has {value!r:.40} for a number.")
    try:
        number = float(value)
    except OverflowError:
        raise ChangeError("A change of a cell has a number that is too large for a float32.") from None
    return Cell(name, tuple(map(_whole, _list(item["index"]))), number)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise ChangeError(f"A change has {value!r:.40} where a text should be.")
    return value


def _whole(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ChangeError(f"A change has {value!r:.40} where a whole number should be.")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or len(value) > 16:
        raise ChangeError(f"A change has {value!r:.40} where a list of places should be.")
    return value
