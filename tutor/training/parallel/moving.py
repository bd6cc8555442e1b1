"""Sentences in which things change hands or place, and people go somewhere."""

from __future__ import annotations

from random import Random

from tutor.training.parallel.actions import GIFTS, Gift, Verb
from tutor.training.parallel.lexicon import GROUPS, NOUNS, OWNED
from tutor.training.parallel.phrases import (
    Item,
    Phrase,
    Sentence,
    Word,
    known_actor,
    noun_phrase,
    pick,
    receiver,
    words,
)
from tutor.training.parallel.places import (
    FAR,
    GOALS,
    GOES_FAR,
    GOES_NEAR,
    PLACES,
    PUT,
    VEHICLES,
)
from tutor.training.parallel.verbs import conjugated, in_order, timed


def giving(rng: Random) -> Sentence:
    """ "gave the girl a flower" and "gave a flower to the girl" are both 给了女孩一朵花. """
    gift = pick(rng, GIFTS)
    tense = pick(rng, "pppfwg" if gift[2] in "写讲做读画" else "pppfw")
    asked = rng.random() < 0.08 and tense != "g"
    subject = known_actor(rng, pick(rng, GROUPS["ALL"]))
    return _give(rng, gift, tense, subject, receiver(rng, GROUPS["ALL"], subject), asked), "?" if asked else "."


_AS_OBJECT = {"I": "me", "you": "you", "he": "him", "she": "her", "we": "us", "they": "them"}


def given(rng: Random, subject: Phrase, whom: Phrase) -> Phrase:
    """A clause in which `subject` gave something to somebody, whose pronoun is made from that of a subject."""
    word = Word(_AS_OBJECT[whom.english[0].text])
    whom.english = [word]
    whom.chinese = [(whom.chinese[0][0], (word,))]
    return _give(rng, pick(rng, GIFTS[:3]), "p", subject, whom, timeless=True)


def _give(
    rng: Random, gift: Gift, tense: str, subject: Phrase, whom: Phrase, asked: bool = False, timeless: bool = False
) -> Phrase:
    forms, preposition, chinese, early, things = gift
    verb = Verb(*forms, "", chinese, "", (), (), ())
    action = conjugated(rng, verb, tense, subject.person, asked=asked)
    how = pick(rng, ("a", "a", "a", "number", "some"))
    what = noun_phrase(rng, pick(rng, things), how, "object", 0.35, making=chinese in ("做", "写"))
    time, chinese_time = ([], []) if timeless else timed(rng, tense, action)
    link = [Word(preposition)] if rng.random() < 0.5 else []
    both = [*what.english, *link, *whom.english] if link else [*whom.english, *what.english]
    done: list[Item] = [(chinese, (action.verb,)), *action.after]
    if early:
        items = [("给", tuple(link) or (action.verb,)), *whom.chinese, *done, *what.chinese]
    else:
        items = [*done, *whom.chinese, *what.chinese]
    if asked:
        items.append(("吗", tuple(action.front)))
    return Phrase([*action.around(subject, asked), *both, *time],
                  [*in_order(subject, tense, chinese_time), *action.before, *items],
                  used=what.used + subject.used)  # fmt: skip


# ---------------------------------------------------------------- going

_GO = Verb("go", "goes", "went", "going", "", "去", "", (), (), ())
_NEAR = tuple(key for key in GOALS if key not in FAR)


def going(rng: Random) -> Sentence:
    """ "went to Beijing by train last week": 上个星期…坐火车去了北京. """
    tense = pick(rng, "ppfwh")
    mood = rng.random() if tense != "h" else 1.0
    asked, denied = mood < 0.1, 0.1 <= mood < 0.22
    subject = known_actor(rng, pick(rng, GROUPS["ALL"]))
    action = conjugated(rng, _GO, tense, subject.person, denied, asked)
    goal = PLACES[pick(rng, _NEAR if tense == "h" else GOALS)]
    place = [Word("to"), *(Word(part) for part in goal.english[1:])]
    ride: list[Item] = []
    by: list[Word] = []
    if not denied and rng.random() < 0.5:
        by = [Word("by"), Word(pick(rng, GOES_FAR if goal.key in FAR else GOES_NEAR))]
        ride = [(text, (word,)) for text, word in zip(VEHICLES[by[1].text], by, strict=True)]
    time, chinese_time = timed(rng, tense, action, goal.key in FAR)
    items = [*in_order(subject, tense, chinese_time), *action.before, *ride, ("去", (action.verb,)), *action.after,
             (goal.chinese, (place[-1],))]  # fmt: skip
    if asked:
        items.append(("吗", tuple(action.front)))
    used = [*subject.used, *((name, goal.key) for name in subject.nouns)]
    return Phrase([*action.around(subject, asked), *place, *by, *time], items, used=used), "?" if asked else "."


# ---------------------------------------------------------------- putting

_PUT = Verb("put", "puts", "put", "putting", "", "放", "", (), (), ())


def putting(rng: Random) -> Sentence:
    """ "put the book on the table": 把那本书放在了桌子上, where 把 brings the object before the verb. """
    tense = pick(rng, "pppfwm")
    mood = rng.random()
    denied, asked = mood < 0.12 and tense in "pf", 0.12 <= mood < 0.2 and tense in "pf"
    subject = known_actor(rng, pick(rng, GROUPS["ALL"]))
    action = conjugated(rng, _PUT, tense, subject.person, denied, asked)
    where, preposition, side, things = pick(rng, PUT)
    thing = pick(rng, things)
    how = pick(rng, ("the", "the", "this", "my", "thes", "a" if not denied and not asked else "the"))
    what = noun_phrase(rng, thing, how if how != "my" or thing in OWNED else "the")
    time, chinese_time = timed(rng, tense, action)
    spot = [*words(preposition), Word("the"), Word(where)]
    english = [*action.around(subject, asked), *what.english, *spot, *time]
    into = tuple(spot[:-2])
    chinese = [*in_order(subject, tense, chinese_time), *action.before, ("把", (action.verb,)), *what.chinese,
               ("放", (action.verb,)), ("在", into), *action.after, (NOUNS[where].chinese, (spot[-1],)),
               (side, into)]  # fmt: skip
    if asked:
        chinese.append(("吗", tuple(action.front)))
    return Phrase(english, chinese, used=[*subject.used, *what.used, (thing, where)]), "?" if asked else "."
