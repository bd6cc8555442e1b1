"""Sentences of what things are like, what somebody has, and what is where."""

from __future__ import annotations

from random import Random

from tutor.training.parallel.lexicon import GROUPS, NOUNS, OWNED, SORTS, Adjective, names
from tutor.training.parallel.phrases import (
    AFTER,
    Item,
    Phrase,
    Sentence,
    Word,
    known_actor,
    noun_phrase,
    pick,
    pronoun,
    words,
)
from tutor.training.parallel.places import INHABITED, PLACES, SIDES, STANDS_IN, STANDS_ON
from tutor.training.parallel.relative import has_fate, what_was
from tutor.training.parallel.verbs import BE, placed

_THEMES = tuple(name for name in NOUNS if AFTER[name])
_MOODS = frozenset({"累", "忙", "饿", "高兴"})
#: The degrees that say more than 很, and what they are followed by.
_DEGREES = (("", "很", ""), ("", "很", ""), ("very", "非常", ""), ("too", "太", "了"))
#: Nothing is too kind or too delicious.
_NEVER_TOO = frozenset({"高兴", "好", "善良", "新鲜", "干净", "好吃", "漂亮", "可爱", "有趣", "聪明", "强壮", "便宜",
                        "有名"})  # fmt: skip


def theme(rng: Random, name: str) -> Phrase:
    """Of what something is said: 这本书, 我妈妈, 老师, 女孩买的书."""
    kind = NOUNS[name].kind
    chance = rng.random()
    if kind == "thing" and chance < 0.15 and has_fate(name):
        return what_was(rng, name, plural=rng.random() < 0.3)
    if name in OWNED and chance > 0.85:
        many = kind == "pair" or (chance > 0.95 and kind in ("person", "thing", "animal"))
        return noun_phrase(rng, name, "mys" if many else "my", "theme", 0)
    if kind == "pair":
        return noun_phrase(rng, name, "thes" if chance < 0.5 else "this", "theme", 0)
    if kind == "mass" or chance < 0.55:
        return noun_phrase(rng, name, "the", "theme", 0)
    return noun_phrase(rng, name, "thes" if chance < 0.65 and name != "fish" else "this", "theme", 0)


def described(rng: Random) -> Sentence:
    """ "The cat is very small": 这只猫非常小. Colours take 是…的. Denials and questions as well. """
    name = pick(rng, _THEMES)
    one = pick(rng, AFTER[name])
    moody = one.chinese in _MOODS and NOUNS[name].kind in ("person", "kin")
    subject = pronoun(rng) if moody and rng.random() < 0.4 else theme(rng, name)
    be, quality = Word(BE[subject.person]), Word(one.english)
    used = [*subject.used, *((noun, one.english) for noun in subject.nouns)]
    mood = rng.random()
    colour: list[Item] = [("是", (be,)), (one.chinese, (quality,)), ("的", (quality,))]
    said: list[Item] = colour if one.order == "colour" else [(one.chinese, (quality,))]
    if mood < 0.15:
        return Phrase([be, *subject.english, quality], [*subject.chinese, *said, ("吗", (be,))], used=used), "?"
    middle: list[Word] = []
    if mood < 0.3:
        no = Word("not")
        if rng.random() < 0.5 and be.text != "am":
            be.text += "n't"
            no = be
        else:
            middle = [no]
        if one.order != "colour" and rng.random() < 0.3:
            very = Word("very")
            middle.append(very)
            said = [("太", (very,)), *said]
        said = [("不", (no,)), *said]
    elif one.order != "colour":
        degree, chinese, after = pick(rng, _DEGREES)
        if degree == "too" and one.chinese in _NEVER_TOO:
            degree, chinese, after = "very", "非常", ""
        middle = words(degree)
        source = tuple(middle) or (be,)
        said = [(chinese, source), *said, *([(after, source)] if after else [])]
    return Phrase([*subject.english, be, *middle, quality], [*subject.chinese, *said], used=used), "."


def described_as(subject: Phrase, one: Adjective) -> Phrase:
    """The plain statement that `subject` is `one`: 很, or 是…的 of a colour."""
    be, quality = Word(BE[subject.person]), Word(one.english)
    said: list[Item] = [("很", (be,)), (one.chinese, (quality,))]
    if one.order == "colour":
        said = [("是", (be,)), (one.chinese, (quality,)), ("的", (quality,))]
    used = [*subject.used, *((noun, one.english) for noun in subject.nouns)]
    return Phrase([*subject.english, be, quality], [*subject.chinese, *said], subject.person, subject.nouns, used)


#: Adjectives that compare, with the sorts of nouns they compare.
_COMPARED = tuple(
    (one, alike)
    for one in sorted({one for found in AFTER.values() for one in found if one.compared}, key=lambda one: one.chinese)
    for sort in SORTS
    if len(alike := tuple(name for name in one.after if name in sort)) > 1
)


def compared(rng: Random) -> Sentence:
    """ "The dog is bigger than the cat": 这只狗比那只猫大. """
    one, alike = pick(rng, _COMPARED)
    first = pick(rng, alike)
    second = pick(rng, [name for name in alike if name != first])
    person = NOUNS[second].kind == "person"
    subject = noun_phrase(rng, first, _definite(rng, first), "theme", 0)
    standard = noun_phrase(rng, second, _definite(rng, second), "subject" if person else "object", 0)
    be, than = Word(BE[subject.person]), Word("than")
    quality = words(one.compared if one.compared != one.english else f"more {one.english}")
    english = [*subject.english, be, *quality, than, *standard.english]
    chinese = [*subject.chinese, ("比", (than,)), *standard.chinese, (one.chinese, tuple(quality))]
    return Phrase(english, chinese, used=[(first, one.english), (second, one.english)]), "."


def _definite(rng: Random, name: str) -> str:
    return "my" if name in OWNED and rng.random() < 0.3 else "the"


# ---------------------------------------------------------------- being somebody, having something

_TRADES = names("student teacher doctor nurse farmer driver singer artist")


def trade(rng: Random) -> Sentence:
    """ "My mother is a doctor": 我妈妈是医生; with an adjective it is 是一位好医生. """
    chance = rng.random()
    if chance < 0.4:
        subject = pronoun(rng)
    elif chance < 0.8:
        subject = noun_phrase(rng, pick(rng, GROUPS["KIN"]), "my", "subject", 0)
    else:
        subject = noun_phrase(rng, pick(rng, names("man woman")), "this", "subject", 0)
    denied = rng.random() < 0.2
    asked = not denied and rng.random() < 0.2
    be, no = Word(BE[subject.person]), Word("not")
    # "You" is one person here: "you are teachers" would be 你们.
    single = subject.person not in ("we", "they")
    plain = denied or asked or not single
    what = noun_phrase(rng, pick(rng, _TRADES), "a" if single else "bare", "object", 0 if plain else 0.4)
    said = what.chinese[2:] if single and not what.used else what.chinese
    chinese = [*subject.chinese, *([("不", (no,))] if denied else []), ("是", (be,)), *said]
    if asked:
        return Phrase([be, *subject.english, *what.english], [*chinese, ("吗", (be,))], used=what.used), "?"
    return Phrase([*subject.english, be, *([no] if denied else []), *what.english], chinese, used=what.used), "."


_POSSESSIONS = names("book cat dog rabbit car bike house hat umbrella phone computer camera piano guitar watch map "
                     "ball toy dictionary ticket bag key pen horse coat dress boat shoes gloves glasses")  # fmt: skip


def having(rng: Random) -> Sentence:
    """ "The girl has a cat": 女孩有一只猫; "does not have a cat" is 没有猫, without "a". """
    subject = known_actor(rng, pick(rng, GROUPS["ALL"]), 0)
    name = pick(rng, _POSSESSIONS)
    third = subject.person == "he"
    mood = rng.random()
    if mood < 0.6:
        what = noun_phrase(rng, name, pick(rng, ("a", "a", "number", "some", "many")), "object", 0.5)
        verb = Word("has" if third else "have")
        return Phrase([*subject.english, verb, *what.english], [*subject.chinese, ("有", (verb,)), *what.chinese],
                      used=subject.used + what.used), "."  # fmt: skip
    what = noun_phrase(rng, name, "any" if NOUNS[name].kind == "pair" or rng.random() < 0.3 else "a", "object", 0)
    bare: Item = (NOUNS[name].chinese, (what.english[-1],))
    do, verb = Word("does" if third else "do"), Word("have")
    if mood > 0.8:
        return Phrase([do, *subject.english, verb, *what.english],
                      [*subject.chinese, ("有", (verb,)), bare, ("吗", (do,))], used=subject.used), "?"  # fmt: skip
    helper = [do, Word("not")]
    if rng.random() < 0.5:
        do.text += "n't"
        helper = [do]
    return Phrase([*subject.english, *helper, verb, *what.english],
                  [*subject.chinese, ("没有", (helper[-1], verb)), bare], used=subject.used), "."  # fmt: skip


_SHOWN = tuple(name for name in NOUNS if NOUNS[name].kind in ("thing", "animal", "pair"))
_POINTERS = {"this": ("这", False), "that": ("那", False), "these": ("这", True), "those": ("那", True)}


def this_is(rng: Random) -> Sentence:
    """ "This is my book": 这是我的书; "the biggest dog in the village": 村子里最大的狗. """
    chance = rng.random()
    if chance < 0.3:
        return _extreme(rng)
    name = pick(rng, _SHOWN)
    pair = NOUNS[name].kind == "pair"
    pointer = Word(pick(rng, ("these", "those") if pair else tuple(_POINTERS)))
    chinese, plural = _POINTERS[pointer.text]
    if chance < 0.5 and has_fate(name):
        what = what_was(rng, name, plural)
    elif chance < 0.75 and name in OWNED:
        what = noun_phrase(rng, name, "mys" if plural else "my", "object", 0.3)
    elif pair or plural:
        what = noun_phrase(rng, name, "mys" if name in OWNED else "bare", "object", 0)
    else:
        what = noun_phrase(rng, name, "a", "object", 0.6)
    be = Word("are" if plural else "is")
    said: list[Item] = [(chinese, (pointer,)), *([("些", (pointer,))] if plural and not pair else []), ("是", (be,))]
    mood = rng.random()
    if mood < 0.15:
        return Phrase([be, pointer, *what.english], [*said, *what.chinese, ("吗", (be,))], used=what.used), "?"
    if mood < 0.3 and what.english[0].text not in ("a", "an"):
        no = Word("not")
        said.insert(-1, ("不", (no,)))
        return Phrase([pointer, be, no, *what.english], [*said, *what.chinese], used=what.used), "."
    return Phrase([pointer, be, *what.english], [*said, *what.chinese], used=what.used), "."


def _extreme(rng: Random) -> Sentence:
    one, alike = pick(rng, _COMPARED)
    name = pick(rng, alike)
    noun = NOUNS[name]
    first, be, the, *most, head = words(f"this is the {superlative(one)} {noun.one}")
    if rng.random() < 0.3:
        first.text = "that"
    place: list[Word] = []
    items: list[Item] = []
    used = [(name, one.english)]
    where = [key for key, things in INHABITED.items() if name in things]
    if where:
        key = pick(rng, where)
        place, items = placed(PLACES[key])
        items = items[1:] or items
        used.append((name, key))
    de: list[Item] = [("的", (place[0],))] if place and len(items) == 1 else []
    return Phrase([first, be, the, *most, head, *place],
                  [(_POINTERS[first.text][0], (first,)), ("是", (be,)), *items, *de, ("最", (most[0],)),
                   (one.chinese, (most[-1],)), ("的", tuple(most)), (noun.chinese, (head,))],
                  used=used), "."  # fmt: skip


def superlative(one: Adjective) -> str:
    """ "biggest", "best", "most beautiful". """
    if one.compared == one.english:
        return f"most {one.english}"
    return "best" if one.compared == "better" else one.compared[:-1] + "st"


# ---------------------------------------------------------------- where things are

def _spot(rng: Random) -> tuple[str, list[Word], list[Item], tuple[str, ...]]:
    """A spot by a piece of furniture: its noun, "under the table", 桌子下面, and what can be there."""
    name, where, side = pick(rng, SIDES)
    stands = tuple(one for one in STANDS_ON[where] if one in STANDS_IN.get(name, STANDS_ON[where]) and one != name)
    preposition, the, noun = words(where), Word("the"), Word(name)
    return name, [*preposition, the, noun], [(NOUNS[name].chinese, (noun,)), (side, tuple(preposition))], stands


def there_is(rng: Random) -> Sentence:
    """ "There are two cats under the table": 桌子下面有两只猫. """
    where, english, chinese, stands = _spot(rng)
    if rng.random() < 0.3:
        where = pick(rng, tuple(INHABITED))
        stands = INHABITED[where]
        english, chinese = placed(PLACES[where])
        chinese = chinese[1:]
    thing = pick(rng, stands)
    pair = NOUNS[thing].kind == "pair"
    how = pick(rng, ("a", "a") if pair else ("a", "a", "number", "some", "many"))
    what = noun_phrase(rng, thing, how, "object", 0.4)
    first = what.english[0].text
    there, be = Word("there"), Word("is" if what.person == "he" or first in ("a", "an") else "are")
    used = [*what.used, (thing, where)]
    is_there: list[Item] = [*chinese, ("有", (there, be)), *what.chinese]
    if how == "a" and not pair and rng.random() < 0.2:
        what.english[0].text = "no"
        return Phrase([there, be, *what.english, *english],
                      [*chinese, ("没有", (be, what.english[0])), *what.chinese[2:]], used=used), "."  # fmt: skip
    if how == "a" and rng.random() < 0.2:
        return Phrase([be, there, *what.english, *english], [*is_there, ("吗", (be,))], used=used), "?"
    return Phrase([there, be, *what.english, *english], is_there, used=used), "."


def located(rng: Random) -> Sentence:
    """ "The cat is under the table": 猫在桌子下面; "Where is the cat?": 猫在哪里？ """
    where, english, chinese, stands = _spot(rng)
    thing = pick(rng, stands)
    chance = rng.random()
    # "My cat under the table is black" would be 桌子下面的我的猫 …, which nobody says.
    mine = thing in OWNED and chance < 0.8 and rng.random() < 0.35
    how = ("my" if mine else "the") + ("s" if NOUNS[thing].kind == "pair" else "")
    what = noun_phrase(rng, thing, how, "plain", 0)
    be = Word(BE[what.person])
    used = [(thing, where)]
    if chance < 0.2:
        there = Word("where")
        return Phrase([there, be, *what.english], [*what.chinese, ("在", (be,)), ("哪里", (there,))]), "?"
    if chance < 0.35:
        return Phrase([be, *what.english, *english], [*what.chinese, ("在", (be,)), *chinese, ("吗", (be,))],
                      used=used), "?"  # fmt: skip
    if chance < 0.5:
        no = Word("not")
        return Phrase([*what.english, be, no, *english], [*what.chinese, ("不", (no,)), ("在", (be,)), *chinese],
                      used=used), "."  # fmt: skip
    if chance < 0.8 or not AFTER[thing] or NOUNS[thing].kind == "person":
        return Phrase([*what.english, be, *english], [*what.chinese, ("在", (be,)), *chinese], used=used), "."
    one = pick(rng, AFTER[thing])
    quality = Word(one.english)
    said: list[Item] = [("是", (be,)), (one.chinese, (quality,)), ("的", (quality,))]
    if one.order != "colour":
        said = [("很", (be,)), (one.chinese, (quality,))]
    return Phrase([*what.english, *english, be, quality], [*chinese, ("的", (english[0],)), *what.chinese, *said],
                  used=[*used, (thing, one.english)]), "."  # fmt: skip
