"""Verbs in a tense, places and times: what English says by forms and Chinese by words before and behind the verb."""

from __future__ import annotations

from random import Random

from tutor.engine.records import dataclass
from tutor.training.parallel.actions import Verb
from tutor.training.parallel.phrases import Item, Phrase, Word, pick
from tutor.training.parallel.places import FUTURE, HABIT, OFTEN, PAST, Place, Time

BE = {"I": "am", "you": "are", "we": "are", "they": "are", "he": "is"}
WAS = {"I": "was", "you": "were", "we": "were", "they": "were", "he": "was"}
_SHORT = {"will": "won't", "can": "can't", "do": "don't"}
_TIMES = {"p": PAST, "d": PAST, "f": FUTURE, "h": HABIT}
_SOON = {tense: tuple(time for time in times if time.english[-1] not in ("month", "year"))
         for tense, times in _TIMES.items()}  # fmt: skip
_NOW = Time(("now",), ("现在",), (0,))


@dataclass
class Action:
    """A verb in one tense.

    English: `front` stands before the subject in a question and behind it in a statement, `back` behind it in
    both. Chinese: `before` and `after` the verb.
    """

    front: list[Word]
    back: list[Word]
    verb: Word
    before: list[Item]
    after: list[Item]

    def around(self, subject: Phrase, asked: bool) -> list[Word]:
        """The subject and the English verb in order."""
        if asked:
            return [*self.front, *subject.english, *self.back, self.verb]
        return [*subject.english, *self.front, *self.back, self.verb]


def conjugated(rng: Random, verb: Verb, tense: str, person: str, denied: bool = False, asked: bool = False) -> Action:
    """`verb` in `tense` (letters as in Verb, and b for "was doing") for a subject of `person`."""
    plain = Word(verb.base)
    if tense in "gb":
        be, main = Word((BE if tense == "g" else WAS)[person]), Word(verb.ing)
        return Action([be], [], main, [("正在", (be, main))], [])
    if tense == "f":
        if not denied and not asked and rng.random() < 0.3:
            be, going = Word(BE[person]), Word("going")
            return Action([be], [going, Word("to")], plain, [("要", (be, going))], [])
        # 会游泳 would be "can swim": what is a skill one 要 do.
        return _helped(rng, "will", "要" if verb.can == "会" and not denied else "会", plain, denied)
    if tense == "c":
        return _helped(rng, "can", verb.can, plain, denied)
    if tense == "m":
        must = not denied and not asked and rng.random() < 0.4
        return _helped(rng, *(("must", "必须") if must else ("should", "应该")), plain, denied)
    if tense in "pd":
        return _past(rng, verb, denied, asked)
    third = person == "he"
    changed = third and not denied and not asked
    action = Action([], [], Word(verb.third if changed else verb.base), [], [])
    if denied or asked:
        action = _helped(rng, "does" if third else "do", "", plain, denied)
    if tense in "wl":
        one, many, chinese = ("want", "wants", "想") if tense == "w" else ("like", "likes", "喜欢")
        wish = Word(many if changed else one)
        action.verb = plain
        action.back += [wish, Word("to")]
        action.before.append((chinese, (wish,)))
    return action


def _past(rng: Random, verb: Verb, denied: bool, asked: bool) -> Action:
    """The past: 了 behind the verb, or 没有 before it."""
    if denied:
        action = _helped(rng, "did", "", Word(verb.base), True)
        _, source = action.before[0]
        action.before = [("没有", source)]
        return action
    if asked:
        did = Word("did")
        return Action([did], [], Word(verb.base), [], [("了", (did,))])
    main = Word(verb.past)
    return Action([], [], main, [], [("了", (main,))])


def _helped(rng: Random, helper: str, chinese: str, main: Word, denied: bool) -> Action:
    """A helping verb before the main one, with "not" or "n't" where denied."""
    word = no = Word(helper)
    back: list[Word] = []
    if denied and rng.random() < 0.5:
        word.text = _SHORT.get(helper, helper + "n't")
    elif denied and helper == "can":
        word.text = "cannot"
    elif denied:
        no = Word("not")
        back = [no]
    before: list[Item] = [("不", (no,))] if denied else []
    if chinese:
        before.append((chinese, (word,)))
    return Action([word], back, main, before, [])


# ---------------------------------------------------------------- where and when

def placed(place: Place) -> tuple[list[Word], list[Item]]:
    """ "in the park", and 在公园里: the word after the noun comes from the preposition as well. """
    english = [Word(part) for part in place.english]
    first, last = english[0], english[-1]
    chinese: list[Item] = [("在", (first,)), (place.chinese, (last,))]
    if place.side:
        chinese.append((place.side, (first,)))
    return english, chinese


def timed(rng: Random, tense: str, action: Action, far: bool = False) -> tuple[list[Word], list[Item]]:
    """A time that fits the tense, or none; an adverb of frequency goes to the verb instead.

    Last month and next year are only for what is worth it (`far`).
    """
    chance = rng.random()
    if tense == "h" and chance >= 0.6:
        often = Word(pick(rng, tuple(OFTEN)))
        action.back.append(often)
        action.before.append((OFTEN[often.text], (often,)))
        return [], []
    if tense == "g" and chance < 0.1:
        time = _NOW
    elif tense in _TIMES and chance < (0.6 if tense == "h" else 0.45):
        time = pick(rng, (_TIMES if far else _SOON)[tense])
    else:
        return [], []
    english = [Word(part) for part in time.english]
    return english, [(text, (english[at],)) for text, at in zip(time.chinese, time.sources, strict=True)]


def in_order(subject: Phrase, tense: str, time: list[Item]) -> list[Item]:
    """Subject and time in Chinese: the time of a habit follows the subject, as does any behind a long subject.

    昨天做了玩具的学生… would say that the toy was made yesterday.
    """
    follows = tense == "h" or subject.long
    return [*subject.chinese, *time] if follows else [*time, *subject.chinese]
