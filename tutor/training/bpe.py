"""A byte-pair encoding of its own for any text (Sennrich, Haddow, Birch 2016), as a tiktoken rank file.

The first 256 ranks are the bytes, so nothing that is typed is unknown. Then, again and again, the pair of neighbours
that is most frequent becomes a token; its rank, the order in which it was learned, is its id.
"""

from __future__ import annotations

import base64
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush
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
    # A heap of what each count was when it changed; an entry counts only while it is still true.
    heap = [(-count, pair) for pair, count in pairs.items()]
    heapify(heap)
    while len(ranks) < n_ranks and heap:
        count, best = heappop(heap)
        if -count != pairs[best]:
            continue
        if -count < least:
            break
        # Two ways to the same bytes are one token: the later pair merges under the rank it already has.
        ranks.setdefault(best[0] + best[1], len(ranks))
        changed: set[tuple[bytes, bytes]] = set()
        for word in where.pop(best):
            old, new = split[word], _merged(split[word], best)
            for pair in pairwise(old):
                pairs[pair] -= words[word]
                changed.add(pair)
            for pair in pairwise(new):
                pairs[pair] += words[word]
                where[pair].add(word)
                changed.add(pair)
            split[word] = new
        for pair in changed:
            if pairs[pair] > 0:
                heappush(heap, (-pairs[pair], pair))
            else:
                del pairs[pair]
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
