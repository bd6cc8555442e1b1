"""The translator's vocabulary as a tiktoken encoding: every word of the grammar is one token, in both languages.

tiktoken cuts a text by a regular expression, takes a piece that is in the ranks whole, and merges the bytes of any
other. So whole words need no merges, and an unknown word falls apart into bytes, which the tutor can show. English
words carry the space before them, as in GPT-2; those that begin a sentence exist without it, capital and small.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tutor.engine.encodings import words_pattern
from tutor.training.parallel.actions import ACTIVITIES, GIFTS, VERBS
from tutor.training.parallel.being import superlative
from tutor.training.parallel.lexicon import ADJECTIVES, MEASURES, NOUNS
from tutor.training.parallel.phrases import NUMBERS, OBJECTS, POSSESSIVES, SUBJECTS
from tutor.training.parallel.places import FUTURE, HABIT, OFTEN, PAST, PLACES, SIDES, VEHICLES

PAD, START, END = "<|pad|>", "<|start|>", "<|end|>"

#: Words of the grammar that are in none of its tables, those that may begin a sentence first.
_STARTERS = (
    "a an the this that these those one I you he she we they my your his her our their two three four five six ten it "
    "if when do does did will can is are am who what how where there yesterday today tomorrow tonight last next "
    "every on now"
)
_ENGLISH = (
    "some many any not no pair pairs of and with to for by that who than more very too in front under behind beside "
    "don't doesn't didn't won't can't cannot shouldn't isn't aren't should must want wants like likes have has going "
    "go goes went put because if it rains snows rain snow raining snowing rained snowed when was were came also no but "
    "hour hours minutes writing telling making reading drawing"
)
_CHINESE = (
    "我 你 他 她 我们 他们 一 一些 很多 几 这 那 些 们 和 一起 在 正在 现在 没有 不 会 能 要 应该 必须 想 喜欢 吗 "
    "是 有 很 非常 太 了 比 谁 什么 哪里 给 去 来 回 的 。 ？ ， 把 放 最 因为 所以 如果 但是 时候 也 "
    "下 雨 雪 小时 分钟 个"
)


class Encoding(NamedTuple):
    """What tiktoken.Encoding takes: token bytes -> rank, the regular expression that cuts, the special tokens."""

    ranks: dict[bytes, int]
    pattern: str
    specials: dict[str, int]


def english_words() -> tuple[str, ...]:
    """Every English word inside a sentence, once."""
    found: list[Iterable[str]] = [_STARTERS.split(), _ENGLISH.split(), SUBJECTS, OBJECTS, POSSESSIVES, NUMBERS, OFTEN]
    found += [(noun.one, noun.many if noun.kind != "kin" else "") for noun in NOUNS.values()]
    found += [row[:2] for rows in MEASURES.values() for row in rows]
    found += [(one.english, one.compared) for one in ADJECTIVES]
    found += [(*verb.forms, *verb.particle.split(), *verb.fixed) for verb in (*VERBS, *ACTIVITIES)]
    found += [(forms[0], forms[2]) for forms, *_ in GIFTS]
    found += [superlative(one).split() for one in ADJECTIVES if one.compared]
    found += [place.english for place in PLACES.values()]
    found += [VEHICLES, *(where.split() for _, where, _ in SIDES)]
    found += [time.english for time in (*PAST, *FUTURE, *HABIT)]
    return tuple(dict.fromkeys(word for words in found for word in words if word not in ("", "-")))


def chinese_words() -> tuple[str, ...]:
    """Every Chinese word, once."""
    found: list[Iterable[str]] = [_CHINESE.split(), NUMBERS.values(), OFTEN.values()]
    found += [(noun.chinese, noun.classifier) for noun in NOUNS.values()]
    found += [row[2:] for rows in MEASURES.values() for row in rows]
    found += [(one.chinese,) for one in ADJECTIVES]
    found += [(verb.chinese, verb.fixed_chinese) for verb in (*VERBS, *ACTIVITIES)]
    found += [(row[2],) for row in GIFTS]
    found += [(place.chinese, place.side) for place in PLACES.values()]
    found += [*VEHICLES.values(), *((side,) for _, _, side in SIDES)]
    found += [time.chinese for time in (*PAST, *FUTURE, *HABIT)]
    return tuple(dict.fromkeys(word for words in found for word in words if word))


@cache
def build_encoding() -> Encoding:
    """The encoding, always the same: 256 bytes, then the words, then the special tokens. Do not change it."""
    ranks = {bytes([byte]): byte for byte in range(256)}
    starters = [form for word in _STARTERS.split() for form in (word[0].upper() + word[1:], word)]
    chinese = chinese_words()
    for text in (*starters, *(f" {word}" for word in english_words()), *chinese):
        ranks.setdefault(text.encode(), len(ranks))
    return Encoding(ranks, words_pattern(ranks), {text: len(ranks) + at for at, text in enumerate((PAD, START, END))})


def write_ranks(path: Path) -> None:
    """Writes the rank file: one token a line, its bytes in base64 and its rank."""
    lines = [b"%s %d\n" % (base64.b64encode(data), rank) for data, rank in build_encoding().ranks.items()]
    path.write_bytes(b"".join(lines))
