"""A context-free grammar with persons and things: rules in, stories out, each knowing which words follow from it.

In a rule `[a|b]` is a choice, `<end>` another rule, and `{A}` a slot. A slot is drawn once a story and kept:
`{A}`, `{B}` are persons, `{thing}`, `{thing2}`, … members of the kinds in `world.KINDS`. After a dot comes what goes
with it: `{A.his}`, `{animal.call}`, `{thing.a}` (with its article). `{A.His}` and `{Thing.a}` begin a sentence.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

from tutor.engine.records import dataclass
from tutor.training import world

PERSONS = ("A", "B")
_PART = re.compile(r"\{([^{}]+)\}|<([a-z_0-9]+)>|\[|\]|\||[^\[\]|<{]+")


@dataclass(frozen=True)
class Piece:
    """A stretch of a story.

    Attributes:
        text: its characters.
        slot: whom or what it is about, as `A` or `thing`; "" for plain text.
        form: which word for it: "" the name itself, `he`, `call`, …
        determined: whether what came before, with the world's facts, leaves one word only.
    """

    text: str
    slot: str = ""
    form: str = ""
    determined: bool = False


@dataclass(frozen=True)
class Story:
    """Pieces in order, and the words that the slots were given."""

    pieces: tuple[Piece, ...]
    cast: Mapping[str, str]
    plot: str

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    def spans(self) -> tuple[tuple[int, int, Piece], ...]:
        """Where in `text` each piece begins and ends."""
        found, at = [], 0
        for piece in self.pieces:
            found.append((at, at + len(piece.text), piece))
            at += len(piece.text)
        return tuple(found)


class Grammar:
    """Rules by name. Raises ValueError for a rule that cannot be read."""

    def __init__(self, rules: Mapping[str, Sequence[str]]) -> None:
        self.plots = tuple(name for name in rules if name.startswith("plot_"))
        self._rules = {name: tuple(_Reader(text).choice(whole=True) for text in texts) for name, texts in rules.items()}

    def story(self, seed: int, number: int) -> Story:
        """Story `number` of the endless stream `seed`: the same on every machine."""
        # Of `random` only random() is promised to stay the same, so everything is drawn with that.
        rng = random.Random((seed << 40) + number)
        plot = self.plots[int(rng.random() * len(self.plots))]
        return self.tell(plot, rng)

    def tell(self, plot: str, rng: random.Random) -> Story:
        """A story with this plot."""
        telling = _Telling(self._rules, rng)
        telling.rule(plot)
        cast = {slot: member[""] for slot, member in telling.cast.items()}
        return Story(tuple(_joined(telling.pieces)), cast, plot)


class _Reader:
    """A rule's text as nested lists: a sequence is a list, a choice is a tuple of sequences."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts = [(m.group(0), m.group(1), m.group(2)) for m in _PART.finditer(text)]
        if "".join(part[0] for part in self._parts) != text:
            raise ValueError(f"This rule cannot be read: {text!r}")
        self._at = 0

    def choice(self, whole: bool = False) -> Any:
        options: list[list[Any]] = [[]]
        while self._at < len(self._parts):
            part, slot, rule = self._parts[self._at]
            self._at += 1
            if slot:
                options[-1].append(("slot", *slot.partition(".")[::2]))
            elif rule:
                options[-1].append(("rule", rule))
            elif part == "[":
                options[-1].append(self.choice())
            elif part == "]" and not whole:
                return ("choice", options)
            elif part == "|" and not whole:
                options.append([])
            elif part in "]|":
                raise ValueError(f"A bracket is missing in {self._text!r}")
            else:
                options[-1].append(("text", part))
        if not whole:
            raise ValueError(f"A bracket is missing in {self._text!r}")
        return ("choice", options)


class _Telling:
    """One story while it is told: who is in it, and what has been said of them."""

    def __init__(self, rules: Mapping[str, Any], rng: random.Random) -> None:
        self._rules, self._rng = rules, rng
        self.cast: dict[str, Mapping[str, str]] = {}
        self.pieces: list[Piece] = []
        self._named: set[str] = set()
        self._gender_told: set[str] = set()

    def _draw(self, options: Sequence[Any]) -> Any:
        return options[int(self._rng.random() * len(options))]

    def rule(self, name: str) -> None:
        self._tell(self._draw(self._rules[name]))

    def _tell(self, node: Any) -> None:
        kind, *rest = node
        if kind == "text":
            self.pieces.append(Piece(rest[0]))
        elif kind == "rule":
            self.rule(rest[0])
        elif kind == "choice":
            for one in self._draw(rest[0]):
                self._tell(one)
        else:
            self._slot(*rest)

    def _slot(self, slot: str, form: str) -> None:
        capital = form[:1].isupper() or (slot[0].isupper() and slot not in PERSONS)
        slot, form = slot if slot in PERSONS else slot.lower(), form.lower()
        member = self._member(slot)
        if slot in PERSONS:
            piece = self._person(slot, form)
        elif form == "a":
            article = "an " if member[""][0] in "aeiou" else "a "
            self.pieces.append(Piece(article.capitalize() if capital else article))
            capital = False
            piece = Piece(member[""], slot, "", slot in self._named)
            self._named.add(slot)
        else:
            piece = Piece(member[form], slot, form, slot in self._named)
            if not form:
                self._named.add(slot)
        if capital:
            piece = Piece(piece.text[0].upper() + piece.text[1:], piece.slot, piece.form, piece.determined)
        self.pieces.append(piece)

    def _person(self, slot: str, form: str) -> Piece:
        member, named = self.cast[slot], slot in self._named
        others = [self.cast[one]["kid"] for one in PERSONS if one in self.cast and one != slot]
        # A pronoun stands only where it can mean one person; elsewhere the name does.
        if form in ("he", "him", "his") and member["kid"] in others:
            text = member[""] + ("'s" if form == "his" else "")
            return Piece(text, slot, "", named)
        if form:
            told = slot in self._gender_told
            self._gender_told.add(slot)
            return Piece(member[form], slot, form, told)
        self._named.add(slot)
        self._gender_told.add(slot)
        return Piece(member[""], slot, "", named)

    def _member(self, slot: str) -> Mapping[str, str]:
        if slot not in self.cast:
            self.cast[slot] = self._new_person() if slot in PERSONS else self._new_member(slot)
        return self.cast[slot]

    def _new_person(self) -> Mapping[str, str]:
        taken = {member[""] for member in self.cast.values()}
        kids = {member.get("kid") for member in self.cast.values()}
        girl = self._rng.random() < 0.5
        # Two children are most often a girl and a boy, so that pronouns tell them apart.
        if self._rng.random() < 0.6 and kids & {"girl", "boy"}:
            girl = "boy" in kids
        names = world.GIRLS if girl else world.BOYS
        name = self._draw([one for one in names if one not in taken])
        return {"": name, **{form: pair[0 if girl else 1] for form, pair in world.FORMS.items()}}

    def _new_member(self, slot: str) -> Mapping[str, str]:
        kind = slot.rstrip("0123456789")
        taken = {member[""] for member in self.cast.values()}
        member: Mapping[str, str] = self._draw([one for one in world.KINDS[kind] if one[""] not in taken])
        return member


def _joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Neighbouring plain texts as one."""
    made: list[Piece] = []
    for piece in pieces:
        if made and not piece.slot and not made[-1].slot:
            made[-1] = Piece(made[-1].text + piece.text)
        else:
            made.append(piece)
    return made
