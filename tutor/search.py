"""Finding stages and tensors: by words, shape, operation or axis; and the looser match of the command palette. No Qt.

A query is words and filters, all of which must hold: `softmax block 1`, `[*,4,*,*]`, `op:mask`, `axis:head`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tutor.engine.records import dataclass

ANY = "*"
_RANGE = re.compile(r"(\d+)\s*(?:-|–|\.\.)\s*(\d+)")
_AT_MOST = re.compile(r"(<=|>=|<|>)\s*(\d+)")


class SearchError(ValueError):
    """A query that cannot be understood; `key` says which sentence to say and `facts` what stands in it."""

    def __init__(self, key: str, **facts: str) -> None:
        super().__init__(f"{key}: {facts}")
        self.key, self.facts = key, facts


@dataclass(frozen=True)
class Entry:
    """Something to be found.

    Attributes:
        path: the step's name.
        stop: the number of its stage.
        own: what it is called itself, in every language: its name and its operation.
        common: what it shares with its neighbours, in every language: the names of its stage and its section.
        ops: its operation, in every language.
        axes: names and sizes of its axes.
        leads: whether its stage is known by it.
    """

    path: str
    stop: int
    own: tuple[str, ...]
    common: tuple[str, ...]
    ops: tuple[str, ...]
    axes: tuple[tuple[str, int], ...]
    leads: bool = False


@dataclass(frozen=True)
class Extent:
    """What one place of a shape pattern asks of an axis: its name, "" for any, and its size, from `low` to `high`."""

    name: str = ""
    low: int = 0
    high: int | None = None

    def fits(self, axis: tuple[str, int]) -> bool:
        name, size = axis
        return (not self.name or name.startswith(self.name)) and self.low <= size and (
            self.high is None or size <= self.high
        )  # fmt: skip


@dataclass(frozen=True)
class Query:
    """What is looked for; `shape` is None where any will do, an Extent of None in it stands for any number of axes."""

    words: tuple[str, ...] = ()
    ops: tuple[str, ...] = ()
    axes: tuple[str, ...] = ()
    shape: tuple[Extent | None, ...] | None = None

    @property
    def empty(self) -> bool:
        return not (self.words or self.ops or self.axes or self.shape is not None)

    def rank(self, entry: Entry) -> int | None:
        """How well an entry fits, 0 best; None where it does not.

        What fits only by the name of its stage or section is found once, by the tensor the stage is known by.
        """
        if not all(any(_fold(op) in _fold(one) for one in entry.ops) for op in self.ops):
            return None
        if not all(any(name.startswith(axis) for name, _ in entry.axes) for axis in self.axes):
            return None
        if self.shape is not None and not _fits(self.shape, entry.axes):
            return None
        own = [_fold(one) for one in entry.own]
        common = [_fold(one) for one in entry.common]
        by_itself = bool(self.ops or self.axes or self.shape is not None)
        worst = 0
        for word in self.words:
            if word in own or word in common or any(one.rsplit(".", 1)[-1] == word for one in own):
                rank = 0
            elif any(_begins(word, one) for one in (*own, *common)):
                rank = 1
            elif any(_has(word, one) for one in (*own, *common)):
                rank = 2
            else:
                return None
            by_itself |= any(_has(word, one) for one in own)
            worst = max(worst, rank)
        if not by_itself and not entry.leads:
            return None
        return worst * 2 + (0 if entry.leads else 1)


def parse(text: str) -> Query:
    """A query from what was typed. Raises SearchError."""
    words: list[str] = []
    ops: list[str] = []
    axes: list[str] = []
    shape: tuple[Extent | None, ...] | None = None
    rest = text
    opened, closed = rest.find("["), rest.find("]")
    if opened >= 0 or closed >= 0:
        if opened < 0 or closed < opened:
            raise SearchError("bracket")
        shape = _shape(rest[opened + 1 : closed])
        rest = f"{rest[:opened]} {rest[closed + 1 :]}"
        if "[" in rest or "]" in rest:
            raise SearchError("one shape")
    for word in rest.replace("：", ":").split():
        key, colon, value = word.partition(":")
        known = key.lower() in ("op", "axis")
        if not colon or (not value and key and not known):
            words.append(_fold(key))
        elif known:
            if not value:
                raise SearchError("nothing after", name=key.lower())
            (ops if key.lower() == "op" else axes).append(value.lower())
        else:
            raise SearchError("unknown filter", name=key)
    return Query(tuple(words), tuple(ops), tuple(axes), shape)


def find(query: Query, entries: Iterable[Entry], here: int = 0) -> list[Entry]:
    """What fits, the best first; of equals, what is nearest to the stage `here`, forward before back.

    Where nothing is called so, words that are the names of axes stand for these.
    """
    entries = tuple(entries)
    query = replace(query, words=_phrases(query.words, entries))
    ranked = []
    for at, entry in enumerate(entries):
        rank = None if query.empty else query.rank(entry)
        if rank is not None:
            away = entry.stop - here if entry.stop >= here else 10**6 + here - entry.stop
            ranked.append((rank, away, at, entry))
    axes = {name for entry in entries for name, _ in entry.axes}
    named = tuple(word for word in query.words if word in axes)
    if named and not ranked:
        words = tuple(word for word in query.words if word not in axes)
        return find(replace(query, words=words, axes=(*query.axes, *named)), entries, here)
    return [one[-1] for one in sorted(ranked, key=lambda one: one[:3])]


def _phrases(words: tuple[str, ...], entries: tuple[Entry, ...]) -> tuple[str, ...]:
    """The words, a number put together with the word before it where something is called so: `block 1`."""
    found: list[str] = []
    for word in words:
        phrase = f"{found[-1]} {word}" if found else ""
        if word.isdigit() and phrase and any(_has(phrase, _fold(one)) for entry in entries for one in entry.common):
            found[-1] = phrase
        else:
            found.append(word)
    return tuple(found)


def step_number(text: str, operations: Sequence[int]) -> tuple[int, int | None] | None:
    """A stage's number (from 1) and perhaps that of one of its operations, `22` or `22.3`, kept to what there is.

    `operations` says how many each stage has. None where the text is no number. Returns both counted from 0.
    """
    found = re.fullmatch(r"\s*#?(\d{1,9})(?:\s*[.,:/]\s*(\d{1,9}))?\s*", text)
    if found is None or not operations:
        return None
    stage = min(max(int(found[1]), 1), len(operations)) - 1
    if found[2] is None:
        return stage, None
    return stage, min(max(int(found[2]), 1), operations[stage]) - 1


def fuzzy(typed: str, text: str) -> float | None:
    """How far a text is from what was typed, 0 closest; None where its letters do not stand in the text in order.

    Letters that stand together, or begin a word, count as near.
    """
    wanted, there = _fold(typed).replace(" ", ""), _fold(text)
    if not wanted:
        return 0.0
    whole = there.find(_fold(typed).strip())
    if whole >= 0:
        return 0.0 if whole == 0 else 0.5 if not there[whole - 1].isalnum() else 1.0
    best: float | None = None
    for begin in (at for at, letter in enumerate(there) if letter == wanted[0]):
        cost, last = 2.0 + (0 if begin == 0 or not there[begin - 1].isalnum() else 1), begin
        for letter in wanted[1:]:
            starts = (
                at for at in range(last + 1, len(there))
                if there[at] == letter and (at == last + 1 or not there[at - 1].isalnum())
            )  # fmt: skip
            at = next(starts, there.find(letter, last + 1))
            if at < 0:
                break
            if at > last + 1:
                cost += 0.5 if not there[at - 1].isalnum() else 3 + 0.1 * (at - last)
            last = at
        else:
            best = cost if best is None else min(best, cost)
    # So many leaps are no likeness.
    return best if best is not None and best <= 2.0 + 1.5 * len(wanted) else None


def _fold(text: str) -> str:
    return text.casefold()


def _has(word: str, text: str) -> bool:
    """Whether a word stands anywhere in a text; a number only as a whole, so that block 1 is not block 12."""
    at = text.find(word)
    while at >= 0:
        if not _cuts_number(word, text, at):
            return True
        at = text.find(word, at + 1)
    return False


def _cuts_number(word: str, text: str, at: int) -> bool:
    """Whether a number that is looked for is but a part of the number that stands there."""
    end = at + len(word)
    before = at > 0 and word[0].isdigit() and text[at - 1].isdigit()
    return before or (end < len(text) and word[-1].isdigit() and text[end].isdigit())


def _begins(word: str, text: str) -> bool:
    """Whether a word stands at the beginning of one of the text's words."""
    at = text.find(word)
    while at >= 0:
        if (at == 0 or not text[at - 1].isalnum()) and not _cuts_number(word, text, at):
            return True
        at = text.find(word, at + 1)
    return False


def _shape(text: str) -> tuple[Extent | None, ...]:
    """The places of a pattern: `*`, a size, a range (`4-16`, `>8`), an axis (`head`, `head=4`), `…` for any axes."""
    places = [one.strip() for one in re.split(r"[,，×]", text)] if text.strip() else []
    found: list[Extent | None] = []
    for place in places:
        name, equals, size = (one.strip() for one in place.partition("="))
        if place in ("…", "..."):
            found.append(None)
        elif not equals and re.fullmatch(r"[a-z_]+", place):
            found.append(Extent(place))
        elif equals and re.fullmatch(r"[a-z_]+", name):
            found.append(_size(size, place, name))
        elif place.startswith(("<=", ">=")) or not equals:
            found.append(_size(place, place))
        else:
            raise SearchError("place", place=place)
    if found.count(None) > 1:
        raise SearchError("ellipsis")
    return tuple(found)


def _size(text: str, place: str, name: str = "") -> Extent:
    if text == ANY:
        return Extent(name)
    if text.isdecimal():
        return Extent(name, int(text), int(text))
    between = _RANGE.fullmatch(text)
    if between is not None:
        low, high = int(between[1]), int(between[2])
        if low > high:
            raise SearchError("empty range", place=place)
        return Extent(name, low, high)
    bound = _AT_MOST.fullmatch(text)
    if bound is not None:
        edge = int(bound[2])
        if bound[1].startswith("<"):
            return Extent(name, 0, edge - (bound[1] == "<"))
        return Extent(name, edge + (bound[1] == ">"))
    raise SearchError("place", place=place)


def _fits(shape: tuple[Extent | None, ...], axes: tuple[tuple[str, int], ...]) -> bool:
    if None in shape:
        at = shape.index(None)
        behind = len(shape) - at - 1
        if len(axes) < at + behind:
            return False
        pairs = [*zip(shape[:at], axes[:at]), *zip(shape[at + 1 :], axes[len(axes) - behind :])]
    elif len(shape) == len(axes):
        pairs = list(zip(shape, axes))
    else:
        return False
    return all(extent is not None and extent.fits(axis) for extent, axis in pairs)
