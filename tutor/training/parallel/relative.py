"""Relative clauses: behind the noun in English, before it in Chinese, where 的 joins them."""

from __future__ import annotations

from random import Random

from tutor.training.parallel.actions import VERBS, Verb
from tutor.training.parallel.lexicon import NOUNS, names
from tutor.training.parallel.phrases import Phrase, Word, noun_phrase, pick, words

#: Verbs that tell somebody from others by what they did to a thing.
_DEEDS = tuple(
    (verb, tuple(name for name in verb.objects if NOUNS[name].kind == "thing")) for verb in VERBS
    if "p" in verb.tenses and "boy" in verb.subjects and any(NOUNS[name].kind == "thing" for name in verb.objects)
)  # fmt: skip
_TELLING = frozenset({"buy", "write", "draw", "make", "find", "borrow", "lose", "plant", "read", "take"})
#: The verbs that tell a thing from others, by the thing.
_FATES: dict[str, tuple[Verb, ...]] = {
    name: tuple(verb for verb, things in _DEEDS if name in things and verb.base in _TELLING) for name in NOUNS
}  # fmt: skip
_PEOPLE = names("boy girl teacher student artist KIN friend")


def who_did(rng: Random, name: str) -> Phrase:
    """ "the girl who bought the red hat": 买了红色帽子的女孩. """
    verb, things = pick(rng, _DEEDS)
    item = noun_phrase(rng, pick(rng, things), "the", "clause", 0.7, making=verb.chinese in ("做", "种", "拍", "写"))
    first, head, who, main, *particle = words(f"the {name} who {verb.past} {verb.particle}")
    return Phrase(
        [first, head, who, main, *particle, *item.english],
        [(verb.chinese, (main, *particle)), ("了", (main,)), *item.chinese, ("的", (who,)),
         (NOUNS[name].chinese, (head,))],
        nouns=(name,),
        used=item.used,
        long=True,
    )  # fmt: skip


def what_was(rng: Random, name: str, plural: bool = False, besides: str = "") -> Phrase:
    """ "the book that the girl bought": 女孩买的书, which needs no 了.

    Without a verb that fits the noun, other than `besides`, it is "the book" alone.
    """
    verbs = [verb for verb in _FATES[name] if verb.base != besides]
    if not verbs:
        return noun_phrase(rng, name, "thes" if plural else "the", "object", 0)
    verb = pick(rng, verbs)
    by = noun_phrase(rng, pick(rng, _PEOPLE), "the", "plain", 0)
    first, that, main = Word("the"), Word("that"), Word(verb.past)
    head = Word(NOUNS[name].many if plural else NOUNS[name].one)
    return Phrase(
        [first, head, that, *by.english, main],
        [*by.chinese, (verb.chinese, (main,)), ("的", (that,)), (NOUNS[name].chinese, (head,))],
        "they" if plural else "he",
        (name,),
        by.used,
        long=True,
    )


def has_fate(name: str) -> bool:
    """Whether `what_was` has a clause for the noun."""
    return bool(_FATES[name])
