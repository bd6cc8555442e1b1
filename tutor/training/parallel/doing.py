"""Sentences in which somebody does something, and questions about it.

Chinese says when and where first: [time] subject [aspect, modal or 不] [和…一起] [在 place] verb [了] object.
"""

from __future__ import annotations

from random import Random

from tutor.training.parallel.actions import ACTIVITIES, VERBS, Verb
from tutor.training.parallel.lexicon import NOUNS, OWNED, names
from tutor.training.parallel.phrases import (
    Item,
    Phrase,
    Sentence,
    Word,
    actor,
    joined,
    known_actor,
    noun_phrase,
    object_pronoun,
    pick,
    receiver,
    words,
)
from tutor.training.parallel.places import PLACES
from tutor.training.parallel.relative import what_was, who_did
from tutor.training.parallel.verbs import conjugated, in_order, placed, timed

#: Determiners an object can have in each tense; what is denied takes no "a" (没有读一本书 is no Chinese).
_DETERMINERS = {
    "p": ("a", "a", "a", "number", "some", "the", "the", "this", "my", "thes", "mys"),
    "g": ("a", "a", "the", "the", "this", "my", "thes"),
    "f": ("a", "a", "number", "some", "the", "this", "my"),
    "w": ("a", "a", "number", "some", "the", "this", "my"),
    "m": ("the", "the", "this", "my", "thes"),
    "h": ("bare",),
    "l": ("bare",),
    "b": ("a", "a", "the", "the", "this", "my", "thes"),
    "s": ("bare", "the", "this", "my", "thes"),
    "c": ("the", "this", "a", "my", "thes"),
}
_DENIED = {"p": ("the", "this", "my", "any"), "f": ("the", "this", "my"), "w": ("the", "this", "any"),
           "m": ("the", "this", "my"), "s": ("the", "this", "bare", "my"), "c": ("the", "this", "my")}  # fmt: skip
_ASKED = {"p": ("the", "this", "my"), "f": ("the", "this", "my"), "w": ("the", "this", "my")}
#: Seeing, hearing, finding take what is new or definite, never kinds.
_EVENTS = frozenset({"看见", "听见", "找到", "抓住"})
#: What is only just coming about is nobody's yet, and not old.
_MAKING = frozenset({"做", "拍", "种", "写"})
_NOT_YET = {"this": "a", "my": "a", "thes": "some", "mys": "some"}
#: What one tells of a year later.
_MEMORABLE = frozenset({"买", "卖", "写", "参观", "看望", "种", "修", "教", "帮助", "画", "工作"})
_ALIVE = frozenset({"person", "kin"})


def doing(rng: Random) -> Sentence:
    """Somebody does something somewhere at some time: statement, denial, or a yes-or-no question."""
    verb = pick(rng, VERBS) if rng.random() < 0.72 else pick(rng, ACTIVITIES)
    tense = pick(rng, verb.tenses)
    mood = rng.random()
    denied = mood < 0.15 and tense in _DENIED and _can_be_denied(verb, tense)
    asked = 0.15 <= mood < 0.25 and tense in "pgfwcs" and not (tense == "s" and verb.chinese in _EVENTS)
    subject = _subject(rng, verb, known=denied or asked or tense not in "pg")
    asked = asked and subject.person != "I"
    return clause(rng, subject, verb, tense, denied, asked), "?" if asked else "."


def _can_be_denied(verb: Verb, tense: str) -> bool:
    """不看见 and 不能找到 are no Chinese (it is 看不见, 找不到); 不会游泳 would mean that one cannot swim."""
    if verb.chinese in _EVENTS:
        return tense not in "sc"
    return not (tense == "f" and "c" in verb.tenses and verb.can == "会")


def clause(
    rng: Random, subject: Phrase, verb: Verb, tense: str, denied: bool = False, asked: bool = False, bare: bool = False,
    kinds: bool = False, hours: bool = False,
) -> Phrase:  # fmt: skip
    """`subject` does what `verb` says.

    `bare` is without a time, for clauses that take theirs from another; `kinds` has an object of a kind (cats, tea);
    `hours` makes a duration long.
    """
    action = conjugated(rng, verb, tense, subject.person, denied, asked)
    if tense == "s" and not denied and not asked and not bare and rng.random() < 0.12:
        also = Word("also")
        action.back.append(also)
        action.before.append(("也", (also,)))
    target = _target(rng, verb, tense, denied, asked, action.verb, subject)
    if kinds:
        target = noun_phrase(rng, verb.objects[0], "bare", "object", 0)
    heads = [*subject.nouns, *target.nouns]
    used = [*subject.used, *target.used]

    end: list[Word] = []
    place: list[Item] = []
    company: list[Item] = []
    stative = tense == "s" or (tense == "c" and verb.chinese not in _EVENTS)
    if verb.places and not stative and tense != "d" and rng.random() < (0.5 if verb.objects else 0.6):
        where = PLACES[pick(rng, verb.places)]
        end, place = placed(where)
        if tense in "gb":
            # 正在 and 在 are one: 正在公园里.
            action.before = [("正在", (*action.before[0][1], *place[0][1]))]
            place = place[1:]
        used += [(name, where.key) for name in heads]
    elif tense == "d":
        end, lasting = _lasting(rng, hours)
        action.after += lasting
        if verb.chinese == "睡":
            target.chinese = []  # 睡了两个小时 needs no 觉
    elif not verb.objects and tense in "pfgw" and _is_person(subject) and rng.random() < 0.25:
        whom = receiver(rng, names("ADULTS child student"), subject)
        along = Word("with")
        end = [along, *whom.english]
        company = [("和", (along,)), *whom.chinese, ("一起", (along,))]

    time, chinese_time = ([], []) if bare else timed(rng, tense, action, verb.chinese in _MEMORABLE)
    fronted = bool(time) and not asked and rng.random() < 0.25
    particle = words(verb.particle)
    english = [*(time if fronted else []), *action.around(subject, asked), *particle, *target.english, *end,
               *([] if fronted else time)]  # fmt: skip
    chinese = [*in_order(subject, tense, chinese_time), *action.before, *company, *place,
               (verb.chinese, (action.verb, *particle)), *action.after, *target.chinese]  # fmt: skip
    if asked:
        chinese.append(("吗", tuple(action.front)))
    return Phrase(english, chinese, subject.person, subject.nouns, used)


_HOURS = (("an hour", "一", "小时"), ("two hours", "两", "小时"), ("three hours", "三", "小时"),
          ("five hours", "五", "小时"), ("ten minutes", "十", "分钟"), ("five minutes", "五", "分钟"))  # fmt: skip


def _lasting(rng: Random, long: bool) -> tuple[list[Word], list[Item]]:
    """ "for two hours": 两个小时, behind 了; minutes take no classifier. """
    text, number, unit = pick(rng, _HOURS[:4] if long else _HOURS)
    english = words(f"for {text}")
    _, count, hours = english
    classifier: list[Item] = [("个", (hours,))] if unit == "小时" else []
    return english, [(number, (count,)), *classifier, (unit, (hours,))]


def _is_person(phrase: Phrase) -> bool:
    return bool(phrase.nouns) and NOUNS[phrase.nouns[0]].kind in _ALIVE


def _subject(rng: Random, verb: Verb, known: bool) -> Phrase:
    """Who does it: sometimes two people, or a person with a relative clause; somebody definite if `known`."""
    name = pick(rng, verb.subjects)
    chance = rng.random()
    kind = NOUNS[name].kind
    if chance < 0.08 and kind in _ALIVE:
        second = pick(rng, verb.subjects)
        if NOUNS[second].kind == kind and second != name:
            return joined(noun_phrase(rng, name, "the", "subject", 0), noun_phrase(rng, second, "the", "subject", 0))
    if chance < 0.16 and kind == "person" and name not in ("friend", "baby"):
        return who_did(rng, name)
    return known_actor(rng, name) if known else actor(rng, name)


def _target(
    rng: Random, verb: Verb, tense: str, denied: bool, asked: bool, main: Word, subject: Phrase
) -> Phrase:
    """The object: the verb's own ("play football"), or one it chooses."""
    if verb.objects:
        return _object(rng, verb, tense, subject, denied, asked)
    fixed = [Word(part) for part in verb.fixed]
    if not verb.fixed_chinese:
        return Phrase(fixed, [])
    # 唱歌 is one word in English: both come from it.
    return Phrase(fixed, [(verb.fixed_chinese, (fixed[-1] if fixed else main,))])


def _object(
    rng: Random, verb: Verb, tense: str, subject: Phrase, denied: bool = False, asked: bool = False
) -> Phrase:
    name = pick(rng, verb.objects)
    while name in subject.nouns:
        name = pick(rng, verb.objects)
    kind = NOUNS[name].kind
    if kind == "person" and rng.random() < 0.15:
        return object_pronoun(rng, subject)
    if kind == "kin":
        return noun_phrase(rng, name, "my")
    hows = _DENIED if denied else _ASKED if asked else _DETERMINERS
    how = pick(rng, hows.get(tense) or _DETERMINERS[tense])
    if how == "bare" and verb.chinese in _EVENTS:
        how = "the" if denied else "a"
    if verb.chinese in _MAKING and not denied and not asked:
        how = _NOT_YET.get(how, how)
    if how in ("my", "mys") and (name not in OWNED or verb.chinese in ("借", "卖", *_MAKING)):
        how = "the"
    if kind == "mass" and NOUNS[verb.subjects[0]].kind == "animal":
        # A horse drinks water, by no glass and of no temperature.
        return noun_phrase(rng, name, {"bare": "bare", "some": "some"}.get(how, "the"), "object", 0)
    if name == "fish":
        how = {"thes": "the", "mys": "my"}.get(how, how)
    if how == "the" and tense == "p" and not denied and kind == "thing" and rng.random() < 0.3:
        return what_was(rng, name, besides=verb.base)
    adjectives = 0 if how in ("bare", "any") or verb.chinese == "拍" else 0.4
    return noun_phrase(rng, name, how, "object", adjectives, making=verb.chinese in _MAKING)


# ---------------------------------------------------------------- asking

_ASKABLE = tuple(
    (verb, tense) for verb in VERBS if "boy" in verb.subjects for tense in "ppgf" if tense in verb.tenses
)  # fmt: skip


def asking(rng: Random) -> Sentence:
    """ "What did the boy buy?": 男孩买了什么？ "How many books …?": 几本书？ "Who bought …?": 谁买了…？ """
    verb, tense = pick(rng, _ASKABLE)
    particle = words(verb.particle)
    chance = rng.random()
    if chance < 0.35:
        who = Word("who")
        action = conjugated(rng, verb, tense, "he")
        target = _object(rng, verb, tense, Phrase([], []), asked=True)
        english = [who, *action.front, *action.back, action.verb, *particle, *target.english]
        return Phrase(english, [("谁", (who,)), *action.before, (verb.chinese, (action.verb, *particle)),
                                *action.after, *target.chinese], used=target.used), "?"  # fmt: skip
    subject = known_actor(rng, pick(rng, verb.subjects))
    action = conjugated(rng, verb, tense, subject.person, asked=True)
    name = pick(rng, verb.objects)
    noun = NOUNS[name]
    if noun.kind in ("person", "kin"):
        asked = [Word("who")]
        answer: list[Item] = [("谁", (asked[0],))]
    elif chance < 0.6 and tense in "pf" and noun.kind in ("thing", "animal"):
        asked = words(f"how many {noun.many}")
        answer = [("几", (asked[0], asked[1])), (noun.classifier, (asked[2],)), (noun.chinese, (asked[2],))]
    else:
        asked = [Word("what")]
        answer = [("什么", (asked[0],))]
    english = [*asked, *action.around(subject, True), *particle]
    return Phrase(english, [*subject.chinese, *action.before, (verb.chinese, (action.verb, *particle)),
                            *action.after, *answer], used=subject.used), "?"  # fmt: skip
