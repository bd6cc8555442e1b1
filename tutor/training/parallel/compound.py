"""Sentences of two clauses, whose order can change between the languages, and the weather."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from tutor.training.parallel.actions import ACTIVITIES, VERBS, Verb
from tutor.training.parallel.being import described_as
from tutor.training.parallel.doing import clause
from tutor.training.parallel.lexicon import ADJECTIVES, GROUPS, SORTS, names
from tutor.training.parallel.moving import given
from tutor.training.parallel.phrases import (
    SUBJECTS,
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
from tutor.training.parallel.places import FUTURE, PAST, PLACES, Time

_HE = names("boy man father brother grandfather")
_SHE = names("girl woman mother sister grandmother")
_BY_CHINESE = {one.chinese: one for one in ADJECTIVES}


def _either_way(rng: Random, main: Phrase, mark: Word, clause: Phrase) -> list[Word]:
    """English has the clause behind ("… if it rains") or first, with a comma. Chinese has it first."""
    if rng.random() < 0.5:
        return [*main.english, mark, *clause.english]
    return [mark, *clause.english, Word(","), *main.english]


def _named(rng: Random) -> tuple[Phrase, Phrase]:
    """Somebody, and the pronoun for the same person in a second clause."""
    if rng.random() < 0.3:
        first = pronoun(rng)
        word = Word(first.english[0].text)
        return first, Phrase([word], [(SUBJECTS[word.text][0], (word,))], first.person)
    he = rng.random() < 0.5
    name = pick(rng, _HE if he else _SHE)
    word = Word("he" if he else "she")
    return noun_phrase(rng, name, "the", "subject", 0), Phrase([word], [(SUBJECTS[word.text][0], (word,))])


_TIRING = tuple(verb for verb in ACTIVITIES if "d" in verb.tenses and verb.chinese not in ("睡", "休息", "看", "听"))
_MEALS = Verb("eat", "eats", "ate", "eating", "", "吃", "", (), (), (), ("breakfast",), "早饭")


def because(rng: Random) -> Sentence:
    """ "The girl is tired because she ran for an hour": 因为女孩跑了一个小时步，所以她很累.

    The cause comes first in Chinese, and with it the name: noun and pronoun change places.
    """
    who, again = _named(rng)
    chance = rng.random()
    if chance < 0.4:
        mood = "累"
        cause = clause(rng, again, pick(rng, _TIRING), "d", bare=True, hours=True)
    elif chance < 0.55:
        mood = "饿"
        cause = clause(rng, again, _MEALS, "p", denied=True, bare=True)
    else:
        mood = "高兴"
        givers = [name for name in names("teacher doctor KIN friend") if name not in who.nouns]
        giver = noun_phrase(rng, pick(rng, givers), "the", "subject", 0)
        cause = given(rng, giver, again)
    effect = described_as(who, _BY_CHINESE[mood])
    if who.nouns:
        # Whichever clause is first in Chinese has the name.
        effect.chinese, cause.chinese = _exchanged(effect.chinese, cause.chinese, who.chinese, again.chinese)
    mark = Word("because")
    chinese: list[Item] = [("因为", (mark,)), *cause.chinese, ("，", (mark,)), ("所以", (mark,)), *effect.chinese]
    return Phrase([*effect.english, mark, *cause.english], chinese, used=[*effect.used, *cause.used]), "."


def _exchanged(
    effect: list[Item], cause: list[Item], name: list[Item], other: list[Item]
) -> tuple[list[Item], list[Item]]:
    """Both clauses with the name in the cause and the pronoun in the effect."""
    at = next(at for at, item in enumerate(cause) if item is other[0])
    return [*other, *effect[len(name) :]], [*cause[:at], *name, *cause[at + 1 :]]


# ---------------------------------------------------------------- if and when

_DOABLE = tuple(verb for verb in (*VERBS, *ACTIVITIES) if "f" in verb.tenses and "boy" in verb.subjects)
#: In the rain one stays at home, and does nothing in the park.
_INSIDE = tuple(replace(verb, places=("home",)) for verb in _DOABLE if "home" in verb.places and verb.base != "find")
_OUTSIDE = tuple(
    replace(verb, places=outside) for verb in _DOABLE
    if (outside := tuple(key for key in verb.places if key in ("park", "street", "beach", "river", "sea", "farm")))
)  # fmt: skip
_RAINS = (("rains", "下", "雨"), ("snows", "下", "雪"))
_TOMORROW = tuple(time for time in FUTURE if time.english[0] in ("tomorrow", "tonight", "on"))


def _time(time: Time) -> tuple[list[Word], list[Item]]:
    english = words(" ".join(time.english))
    return english, [(text, (english[at],)) for text, at in zip(time.chinese, time.sources, strict=True)]


def provided(rng: Random) -> Sentence:
    """ "We will stay at home if it rains tomorrow": 如果明天下雨，我们会…. """
    denied = rng.random() < 0.35
    verb = pick(rng, _OUTSIDE if denied else _INSIDE)
    main = clause(rng, known_actor(rng, pick(rng, verb.subjects)), verb, "f", denied, bare=True)
    english, chinese = _time(pick(rng, _TOMORROW))
    text, falls, what = pick(rng, _RAINS)
    mark, it, rains = words(f"if it {text}")
    condition = Phrase([it, rains, *english], [*chinese, (falls, (rains,)), (what, (rains,))])
    items: list[Item] = [("如果", (mark,)), *condition.chinese, ("，", (mark,)), *main.chinese]
    return Phrase(_either_way(rng, main, mark, condition), items, used=main.used), "."


_MEANWHILE = tuple(verb for verb in (*VERBS, *ACTIVITIES) if "g" in verb.tenses)
_MOMENTS = (("came home", "回", "家"), ("opened the door", "打开", "门"), ("closed the window", "关上", "窗户"),
            ("came to school", "来", "学校"), ("found the key", "找到", "钥匙"), ("saw the doctor", "看见", "医生"),
            ("heard the song", "听见", "歌"), ("lost the ticket", "丢", "票"))  # fmt: skip


def when(rng: Random) -> Sentence:
    """ "The cat was sleeping when the girl came home": 女孩回家的时候，猫正在睡觉. """
    verb = pick(rng, _MEANWHILE)
    main = clause(rng, known_actor(rng, pick(rng, verb.subjects)), verb, "b", bare=True)
    name = pick(rng, [name for name in GROUPS["ALL"] if name not in main.nouns])
    # "When she came home, she was …" would not say who.
    who = known_actor(rng, name, 0) if main.nouns else noun_phrase(rng, name, "the", "subject", 0)
    text, does, what = pick(rng, _MOMENTS)
    mark, *moment = words(f"when {text}")
    event = Phrase([*who.english, *moment], [*who.chinese, (does, (moment[0],)), (what, (moment[-1],))], used=who.used)
    chinese: list[Item] = [*event.chinese, ("的", (mark,)), ("时候", (mark,)), ("，", (mark,)), *main.chinese]
    return Phrase(_either_way(rng, main, mark, event), chinese, used=[*main.used, *event.used]), "."


# ---------------------------------------------------------------- but

_OPPOSITES = (("大", "小"), ("小", "大"), ("长", "短"), ("短", "长"), ("新", "旧"), ("旧", "新"), ("高", "矮"),
              ("矮", "高"))  # fmt: skip
#: Adjectives that are opposites, with two sorts of nouns of which one can say them.
_CONTRASTS = tuple(
    (one, firsts, other, seconds)
    for one, other in ((_BY_CHINESE[a], _BY_CHINESE[b]) for a, b in _OPPOSITES)
    for sort in SORTS
    if (firsts := tuple(name for name in one.after if name in sort))
    and len(seconds := tuple(name for name in other.after if name in sort)) > 1
)
_LIKED = tuple(map(names, ("DRINKS", "FRUIT cake egg", "cat dog bird rabbit horse panda", "film story song poem")))


def but(rng: Random) -> Sentence:
    """ "The dog is big, but the cat is small": …，但是…. """
    mark = Word("but")
    if rng.random() < 0.5:
        one, firsts, other, seconds = pick(rng, _CONTRASTS)
        name = pick(rng, firsts)
        noun = pick(rng, [noun for noun in seconds if noun != name])
        parts = [described_as(noun_phrase(rng, name, "the", "theme", 0), one),
                 described_as(noun_phrase(rng, noun, "the", "theme", 0), other)]  # fmt: skip
    else:
        who, again = _named(rng)
        verb = next(verb for verb in VERBS if verb.base == "like")
        sort = pick(rng, _LIKED)
        first = pick(rng, sort)
        second = pick(rng, [second for second in sort if second != first])
        denied = rng.random() < 0.3
        parts = [_likes(rng, who, verb, first, denied), _likes(rng, again, verb, second, not denied)]
    comma = Word(",")
    chinese: list[Item] = [*parts[0].chinese, ("，", (comma,)), ("但是", (mark,)), *parts[1].chinese]
    return Phrase([*parts[0].english, comma, mark, *parts[1].english], chinese,
                  used=[*parts[0].used, *parts[1].used]), "."  # fmt: skip


def _likes(rng: Random, who: Phrase, verb: Verb, what: str, denied: bool) -> Phrase:
    only = replace(verb, objects=(what,))
    return clause(rng, who, only, "s", denied, bare=True, kinds=True)


# ---------------------------------------------------------------- weather

_HOT = (("hot", "热"), ("cold", "冷"))
_CITIES = ("Beijing", "Shanghai", "London")


def weather(rng: Random) -> Sentence:
    """ "It will rain in Beijing tomorrow": 明天北京会下雨. "It" is nothing in Chinese. """
    where = PLACES[pick(rng, _CITIES)]
    inside = words(" ".join(where.english)) if rng.random() < 0.5 else []
    place: list[Item] = [(where.chinese, tuple(inside))] if inside else []
    it = Word("it")
    chance = rng.random()
    base, falls, what = pick(rng, (("rain", "下", "雨"), ("snow", "下", "雪")))
    if chance < 0.3:
        english, chinese = _time(pick(rng, FUTURE))
        will, rain = Word("will"), Word(base)
        no = Word("not")
        denied = rng.random() < 0.25
        said: list[Item] = [*([("不", (no,))] if denied else []), ("会", (will,)), (falls, (rain,)), (what, (rain,))]
        return Phrase([it, will, *([no] if denied else []), rain, *inside, *english], [*chinese, *place, *said]), "."
    if chance < 0.5:
        be, rain = Word("is"), Word(f"{base}ing")
        asked = rng.random() < 0.3
        said = [("正在", (be, rain)), (falls, (rain,)), (what, (rain,))]
        if asked:
            return Phrase([be, it, rain, *inside], [*place, *said, ("吗", (be,))]), "?"
        return Phrase([it, be, rain, *inside], [*place, *said]), "."
    if chance < 0.7:
        english, chinese = _time(pick(rng, PAST))
        rain = Word(f"{base}ed")
        said = [(falls, (rain,)), ("了", (rain,)), (what, (rain,))]
        return Phrase([it, rain, *inside, *english], [*chinese, *place, *said]), "."
    be, (quality, hot) = Word("is"), pick(rng, _HOT)
    degree, very = pick(rng, (("", "很"), ("very", "非常"), ("not", "不")))
    middle = words(degree)
    warm, today = Word(quality), Word("today")
    return Phrase([it, be, *middle, warm, *inside, today],
                  [("今天", (today,)), *place, (very, tuple(middle) or (be,)), (hot, (warm,))]), "."  # fmt: skip
