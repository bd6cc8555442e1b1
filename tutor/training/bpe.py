"""A byte-pair encoding of its own for any text (Sennrich, Haddow, Birch 2016), as a tiktoken rank file.

The first 256 ranks are the bytes, so nothing that is typed is unknown. Then, again and again, the pair of neighbours
that is most frequent becomes a token; its rank, the order in which it was learned, is its id.
"""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import pairwise
from pathlib import Path

from tutor.engine.encodings import HOUSE_PATTERN
from tutor.engine.files import replacing

Word = tuple[bytes, ...]


def words_of(texts: Iterable[str]) -> Counter[bytes]:
    """How often each stretch that merges never cross occurs, as bytes."""
    import regex  # type: ignore[import-untyped]  # tiktoken needs it as well

    cut = regex.compile(HOUSE_PATTERN)
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(cut.findall(text))
    return Counter({word.encode(): count for word, count in counts.items()})


def learn(words: Mapping[bytes, int], n_ranks: int, least: int = 2) -> dict[bytes, int]:
    """Ranks of at most `n_ranks` tokens, bytes included; fewer where no pair occurs `least` times.

    Of equally frequent pairs the first in the order of their bytes is taken, so that the result is the same always.
    """
    ranks = {bytes([byte]): byte for byte in range(256)}
    split: dict[bytes, Word] = {word: tuple(bytes([byte]) for byte in word) for word in words}
    pairs: Counter[tuple[bytes, bytes]] = Counter()
    where: defaultdict[tuple[bytes, bytes], set[bytes]] = defaultdict(set)
    for word, parts in split.items():
        for pair in pairwise(parts):
            pairs[pair] += words[word]
            where[pair].add(word)
    while len(ranks) < n_ranks and pairs:
        best = min(pairs, key=lambda pair: (-pairs[pair], pair))
        if pairs[best] < least:
            break
        # Two ways to the same bytes are one token: the later pair merges under the rank it already has.
        ranks.setdefault(best[0] + best[1], len(ranks))
        for word in where.pop(best):
            old, new = split[word], _merged(split[word], best)
            for pair in pairwise(old):
                pairs[pair] -= words[word]
            for pair in pairwise(new):
                pairs[pair] += words[word]
                where[pair].add(word)
            split[word] = new
        del pairs[best]
    return ranks


def _merged(parts: Word, pair: tuple[bytes, bytes]) -> Word:
    made: list[bytes] = []
    at = 0
    while at < len(parts):
        if parts[at : at + 2] == pair:
            made.append(pair[0] + pair[1])
            at += 2
        else:
            made.append(parts[at])
            at += 1
    return tuple(made)


def write(path: Path, ranks: Mapping[bytes, int]) -> None:
    """Write a rank file: a line for each token, its bytes in base64 and its rank. Raises FileError."""
    ordered = sorted(ranks.items(), key=lambda one: one[1])
    lines = [b"%s %d\n" % (base64.b64encode(data), rank) for data, rank in ordered]
    with replacing(path) as file:
        file.write(b"".join(lines))
