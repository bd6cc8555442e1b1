"""Pairs of an English sentence and its Chinese translation, without end: what the translator learns from.

A translation is a function of its sentence, so that an exact match is a fair score. About one in ten combinations
of a noun with an adjective or a place is held out: training never meets a sentence with one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from random import Random
from zlib import crc32

from tutor.engine.records import dataclass
from tutor.training.parallel.being import compared, described, having, located, there_is, this_is, trade
from tutor.training.parallel.compound import because, but, provided, weather, when
from tutor.training.parallel.doing import asking, doing
from tutor.training.parallel.moving import giving, going, putting
from tutor.training.parallel.phrases import Sentence, pick

#: The kinds of sentence, each as often as it stands here.
_KINDS: tuple[Callable[[Random], Sentence], ...] = (
    *[doing] * 12, *[described] * 3, *[there_is] * 2, *[giving] * 2, *[going] * 2, *[asking] * 2, *[putting] * 2,
    *[because] * 2, *[when] * 2, provided, but, weather, this_is, compared, trade, having, located,
)  # fmt: skip
#: One combination in this many is held out.
_ONE_IN = 10


@dataclass(frozen=True)
class Pair:
    """A sentence in two languages. Words are one to one the tokens of `vocabulary`, spaces aside.

    `alignment` has for each target word its index and the indices of the source words it comes from: a classifier
    comes from its noun, 了 from the verb, 吗 from the question's first word. `combinations` are the nouns of the
    sentence with their adjectives and places.
    """

    source: str
    target: str
    source_words: tuple[str, ...]
    target_words: tuple[str, ...]
    alignment: tuple[tuple[int, tuple[int, ...]], ...]
    combinations: tuple[tuple[str, str], ...]


@cache
def is_held_out(noun: str, other: str) -> bool:
    """Whether the combination of a noun with an adjective or a place is kept from training: always the same."""
    return crc32(f"{noun} {other}".encode()) % _ONE_IN == 0


def train_pairs(seed: int) -> Iterator[Pair]:
    """Pairs without end, always the same for a seed, none with a combination that is held out."""
    rng = Random(seed)
    while True:
        sentence = pick(rng, _KINDS)(rng)
        if not any(is_held_out(noun, other) for noun, other in sentence[0].used):
            yield _pair(rng, sentence)


def held_out(n: int, seed: int) -> list[Pair]:
    """`n` different pairs, always the same for a seed, each with a combination that training never has."""
    rng = Random(f"held out {seed}")
    found: dict[str, Pair] = {}
    while len(found) < n:
        sentence = pick(rng, _KINDS)(rng)
        if any(is_held_out(noun, other) for noun, other in sentence[0].used):
            pair = _pair(rng, sentence)
            found.setdefault(pair.source, pair)
    return list(found.values())


def _pair(rng: Random, sentence: Sentence) -> Pair:
    phrase, stop = sentence
    source = [word.text for word in phrase.english]
    target = [text for text, _ in phrase.chinese]
    places = {id(word): at for at, word in enumerate(phrase.english)}
    alignment = [tuple(sorted(places[id(word)] for word in sources)) for _, sources in phrase.chinese]
    # People type without capitals and full stops too.
    if rng.random() < 0.9:
        source[0] = source[0][0].upper() + source[0][1:]
    text = " ".join(source).replace(" ,", ",")
    if rng.random() < 0.9:
        alignment.append((len(source),))
        source.append(stop)
        target.append("。" if stop == "." else "？")
        text += stop
    return Pair(text, "".join(target), tuple(source), tuple(target), tuple(enumerate(alignment)),
                tuple(phrase.used))  # fmt: skip
