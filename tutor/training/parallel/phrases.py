"""Noun phrases of the translator's grammar: determiners, classifiers, adjectives, in English and Chinese at once.

"the" has no word of its own in Chinese. Our convention, so that a translation is a function of its sentence:
a person or animal that acts is named bare (男孩), everything else definite is 那 with its classifier (那本书), and
what something is said of is 这 (这本书很有趣).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from random import Random
from typing import TypeVar

from tutor.engine.records import dataclass
from tutor.training.parallel.lexicon import ADJECTIVES, MEASURES, NOUNS, OWNED, Adjective, Noun

T = TypeVar("T")


class Word:
    """One English word of one sentence; an object, so that Chinese words can point to it before it has a place."""

    __slots__ = ("text",)

    def __init__(self, text: str):
        self.text = text


#: A Chinese word, and the English words it comes from.
Item = tuple[str, tuple[Word, ...]]


@dataclass
class Phrase:
    """A part of a sentence in both languages.

    `person` is I, you, we, he (any third person singular) or they: what an English verb agrees with. `nouns` are
    the heads; `used` the combinations of a noun with an adjective or a place that are inside the phrase; `long`
    says that there is a relative clause.
    """

    english: list[Word]
    chinese: list[Item]
    person: str = "he"
    nouns: tuple[str, ...] = ()
    used: list[tuple[str, str]] = field(default_factory=list)
    long: bool = False


#: What a finished sentence is: its Phrase, and a full stop or question mark.
Sentence = tuple[Phrase, str]


def words(text: str) -> list[Word]:
    """The words of `text`, each an object of its own."""
    return [Word(part) for part in text.split()]


NUMBERS = {"two": "两", "three": "三", "four": "四", "five": "五", "six": "六", "ten": "十"}
SUBJECTS = {"I": ("我", "I"), "you": ("你", "you"), "he": ("他", "he"), "she": ("她", "he"), "we": ("我们", "we"),
            "they": ("他们", "they")}  # fmt: skip
OBJECTS = {"me": "我", "you": "你", "him": "他", "her": "她", "us": "我们", "them": "他们"}
POSSESSIVES = {"my": "我", "your": "你", "his": "他", "her": "她", "our": "我们", "their": "他们"}
_THIS = {"this": ("这", False), "that": ("那", False), "these": ("这", True), "those": ("那", True)}

#: The adjectives of each noun, before it and said of it.
BEFORE: dict[str, tuple[Adjective, ...]] = {
    name: tuple(one for one in ADJECTIVES if name in one.before) for name in NOUNS
}
AFTER: dict[str, tuple[Adjective, ...]] = {
    name: tuple(one for one in ADJECTIVES if name in one.after) for name in NOUNS
}


_NOT_NEW = frozenset({"旧", "新", "脏", "干净", "便宜", "有名", "老"})


def pick(rng: Random, things: Sequence[T]) -> T:
    """One of `things`: several times faster than Random.choice, which this grammar would spend half its time in."""
    return things[int(rng.random() * len(things))]


def article(word: str) -> str:
    """"a" or "an" before `word`."""
    return "an" if word[0] in "aeiou" else "a"


# ---------------------------------------------------------------- noun phrases

def noun_phrase(
    rng: Random, name: str, how: str, role: str = "object", adjectives: float = 0.4, making: bool = False
) -> Phrase:
    """The noun `name` with a determiner.

    `how` is a, number, some, many, bare, any, the, thes (plural), this, my or mys (plural). `role` is subject,
    object, theme (of which something is said), plain (definite but bare: whom something is given to) or clause
    (inside a relative clause, where 的 is spared). `adjectives` is how likely there are some; a thing in the
    making is not old yet.
    """
    noun = NOUNS[name]
    if noun.kind == "kin":
        how = "my"
    elif name == "friend":
        # A friend is always somebody's.
        how = {"the": "my", "this": "my", "thes": "mys"}.get(how, how)
    if noun.kind == "mass":
        return _mass(rng, name, noun, how, role, adjectives)
    if noun.kind == "pair":
        how = {"number": "a", "the": "thes", "my": "mys", "many": "some"}.get(how, how)
    chosen = _adjectives(rng, name, noun, how, role, making) if rng.random() < adjectives else ()
    before = [Word(one.english) for one in chosen]
    plural, english, chinese = _determined(rng, noun, how, role, before, bool(chosen))
    head = Word(noun.many if plural else noun.one)
    english += [*before, head]
    # The classifier comes from the noun, which was not said yet when it was put down.
    chinese = [(text, source or (head,)) for text, source in chinese]
    chinese += _modifiers(chosen, before, spared=role == "clause" or how in ("my", "mys"))
    chinese.append((noun.chinese, (head,)))
    if noun.kind == "person" and (how == "mys" or (how == "thes" and _is_bare(noun, True, role, bool(chosen)))):
        chinese.append(("们", (head,)))
    return Phrase(english, chinese, "they" if plural else "he", (name,), [(name, one.english) for one in chosen])


def _determined(
    rng: Random, noun: Noun, how: str, role: str, before: list[Word], modified: bool
) -> tuple[bool, list[Word], list[Item]]:
    """Whether the noun is plural, and what stands before its adjectives. A source of () is the noun's."""
    classifier: Item = (noun.classifier, ())
    if noun.kind == "pair" and how == "a":
        number = pick(rng, ("a", "a", *NUMBERS)) if role != "clause" else "a"
        first, pair = Word(number), Word("pair" if number == "a" else "pairs")
        return True, [first, pair, Word("of")], [(NUMBERS.get(number, "一"), (first,)), (noun.classifier, (pair,))]
    if how == "a":
        first = Word(article(before[0].text if before else noun.one))
        return False, [first], [("一", (first,)), classifier]
    if how == "number":
        first = Word(pick(rng, (*NUMBERS, "one")))
        return first.text != "one", [first], [(NUMBERS.get(first.text, "一"), (first,)), classifier]
    if how in ("some", "many"):
        first = Word(how)
        return True, [first], [("一些" if how == "some" else "很多", (first,))]
    if how in ("bare", "any"):
        return True, [Word("any")] if how == "any" else [], []
    if how in ("my", "mys"):
        first = Word(pick(rng, tuple(POSSESSIVES)))
        owner: list[Item] = [(POSSESSIVES[first.text], (first,))]
        # 我妈妈, but 我们的妈妈 and 我的朋友.
        if noun.kind != "kin" or first.text in ("our", "their"):
            owner.append(("的", (first,)))
        return how == "mys", [first], owner
    if how == "this":
        first = Word(pick(rng, ("these", "those") if noun.kind == "pair" else tuple(_THIS)))
        pointer, plural = _THIS[first.text]
        some = plural and noun.kind != "pair"
        return plural, [first], [(pointer, (first,)), ("些", (first,)) if some else classifier]
    first = Word("the")
    plural = how == "thes"
    if _is_bare(noun, plural, role, modified):
        return plural, [first], []
    some = plural and noun.kind != "pair"
    return plural, [first], [("这" if role == "theme" else "那", (first,)), ("些", (first,)) if some else classifier]


def _is_bare(noun: Noun, plural: bool, role: str, modified: bool) -> bool:
    """Whether "the" with this noun is the noun alone in Chinese."""
    if role in ("plain", "clause"):
        return True
    if modified:
        return False
    if noun.kind == "animal":
        return role == "subject" and not plural
    return noun.kind == "person" and role in ("subject", "theme")


def _mass(rng: Random, name: str, noun: Noun, how: str, role: str, adjectives: float) -> Phrase:
    """Tea, by the cup or as it is."""
    chosen = _adjectives(rng, name, noun, how, role)[:1] if rng.random() < adjectives else ()
    before = [Word(one.english) for one in chosen]
    head = Word(name)
    english: list[Word] = []
    chinese: list[Item] = []
    if how in ("a", "number"):
        one, many, measure = MEASURES[name][int(rng.random() * len(MEASURES[name]))]
        number = "a" if how == "a" else pick(rng, tuple(NUMBERS))
        first, cup = Word(number), Word(one if how == "a" else many)
        english = [first, cup, Word("of")]
        chinese = [(NUMBERS.get(number, "一"), (first,)), (measure, (cup,))]
    elif how in ("some", "many"):
        english = [Word("some")]
        chinese = [("一些", (english[0],))]
    elif how in ("my", "mys"):
        english = [Word(pick(rng, tuple(POSSESSIVES)))]
        chinese = [(POSSESSIVES[english[0].text], (english[0],)), ("的", (english[0],))]
    elif how != "bare":
        english = [Word("any" if how == "any" else "the")]
    chinese += _modifiers(chosen, before, spared=role == "clause" or how in ("my", "mys"))
    chinese.append((noun.chinese, (head,)))
    return Phrase([*english, *before, head], chinese, "he", (name,), [(name, one.english) for one in chosen])


def _adjectives(rng: Random, name: str, noun: Noun, how: str, role: str, making: bool = False) -> tuple[Adjective, ...]:
    """One adjective, or two that go together, in English order; () where none fits.

    A second 的 reads badly: so where there is one already (我的…, …的女孩), only short adjectives stand, and
    colours before nouns long enough to follow them directly (红色帽子).
    """
    possible = BEFORE[name]
    if making:
        possible = tuple(one for one in possible if one.chinese not in _NOT_NEW)
    if role == "clause" or how in ("my", "mys"):
        long = len(noun.chinese) > 1
        possible = tuple(one for one in possible if one.order == "short" or (one.order == "colour" and long))
    if not possible:
        return ()
    first = possible[int(rng.random() * len(possible))]
    if rng.random() < 0.6:
        return (first,)
    second = possible[int(rng.random() * len(possible))]
    pair = {first.order: first, second.order: second}
    chinese = {first.chinese, second.chinese}
    if len(pair) < 2 or {"colour", "quality"} == set(pair) or "好" in chinese or chinese == {"年轻", "老"}:
        return (first,)
    return tuple(pair[order] for order in ("quality", "short", "colour") if order in pair)


def _modifiers(chosen: tuple[Adjective, ...], before: list[Word], spared: bool) -> list[Item]:
    """The adjectives in Chinese order: what has 的 first (黑色的大狗 for "big black dog")."""
    items: list[Item] = []
    for one, word in sorted(zip(chosen, before, strict=True), key=lambda pair: pair[0].order == "short"):
        items.append((one.chinese, (word,)))
        if one.order != "short" and not (spared and one.order == "colour"):
            items.append(("的", (word,)))
    return items


# ---------------------------------------------------------------- who acts

def pronoun(rng: Random) -> Phrase:
    """I, you, he … as a subject."""
    text = pick(rng, tuple(SUBJECTS))
    chinese, person = SUBJECTS[text]
    word = Word(text)
    return Phrase([word], [(chinese, (word,))], person)


_NOT_ONESELF = {"I": ("you", "him", "her", "them"), "we": ("you", "him", "her", "them"),
                "you": ("me", "him", "her", "us", "them")}  # fmt: skip


def object_pronoun(rng: Random, subject: Phrase) -> Phrase:
    """Me, him, her … as an object; nobody does anything to himself."""
    word = Word(pick(rng, _NOT_ONESELF.get(subject.person, tuple(OBJECTS))))
    return Phrase([word], [(OBJECTS[word.text], (word,))])


def actor(rng: Random, name: str, adjectives: float = 0.2) -> Phrase:
    """Who or what acts: a person, a relative or an animal, or in place of a person a pronoun."""
    if rng.random() < 0.88:
        return known_actor(rng, name, adjectives)
    if NOUNS[name].kind == "kin" or name == "friend":
        return noun_phrase(rng, name, "my", "subject", 0)
    return noun_phrase(rng, name, "a" if rng.random() < 0.6 else "number", "subject", adjectives)


def known_actor(rng: Random, name: str, adjectives: float = 0.15) -> Phrase:
    """An actor that is definite: habits, likings and questions are about somebody known."""
    kind = NOUNS[name].kind
    if kind != "animal" and name != "baby" and rng.random() < 0.25:
        return pronoun(rng)
    chance = rng.random()
    if chance < 0.12 and name in OWNED:
        return noun_phrase(rng, name, "mys" if chance < 0.04 and kind != "kin" else "my", "subject", 0)
    how = "the" if chance < 0.72 else "thes" if chance < 0.86 and name != "fish" else "this"
    return noun_phrase(rng, name, how, "subject", adjectives)


def joined(first: Phrase, second: Phrase) -> Phrase:
    """Two phrases with "and" (和)."""
    word = Word("and")
    return Phrase(
        [*first.english, word, *second.english],
        [*first.chinese, ("和", (word,)), *second.chinese],
        "they",
        first.nouns + second.nouns,
        first.used + second.used,
    )


def receiver(rng: Random, people: tuple[str, ...], subject: Phrase) -> Phrase:
    """Whom something is given to, or who comes along: definite people, bare in Chinese, and not the subject."""
    if rng.random() < 0.25:
        return object_pronoun(rng, subject)
    name = pick(rng, [name for name in people if name not in subject.nouns])
    return noun_phrase(rng, name, "my" if name in OWNED and rng.random() < 0.4 else "the", "plain", 0)
