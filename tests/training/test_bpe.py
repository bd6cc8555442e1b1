"""Byte-pair encoding: valid ranks, nothing unknown, and the shipped file is the one our script makes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutor.engine.encodings import END_OF_TEXT, HOUSE_PATTERN, MASK, Tokenizer, from_file, load
from tutor.engine.token_bytes import TokenError
from tutor.training import bpe, tokenizer


def tokenizer_of(ranks: dict[bytes, int]) -> Tokenizer:
    return Tokenizer("test", ranks, HOUSE_PATTERN, {})


def slow(words: dict[bytes, int], n_ranks: int) -> dict[bytes, int]:
    """The definition: count all pairs anew for every merge."""
    ranks = {bytes([byte]): byte for byte in range(256)}
    split = {word: [bytes([byte]) for byte in word] for word in words}
    while len(ranks) < n_ranks:
        counts: dict[tuple[bytes, bytes], int] = {}
        for word, parts in split.items():
            for pair in pairwise(parts):
                counts[pair] = counts.get(pair, 0) + words[word]
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if best is None or counts[best] < 2:
            break
        ranks.setdefault(best[0] + best[1], len(ranks))
        for parts in split.values():
            at = 0
            while at + 1 < len(parts):
                if (parts[at], parts[at + 1]) == best:
                    parts[at : at + 2] = [best[0] + best[1]]
                at += 1
    return ranks


@given(st.lists(st.text("abc é", min_size=1, max_size=30), min_size=1, max_size=6), st.integers(256, 300))
def test_merges_are_those_of_the_definition(texts: list[str], n_ranks: int) -> None:
    words = bpe.words_of(texts)
    assert bpe.learn(words, n_ranks) == slow(words, n_ranks)


def test_every_merge_is_of_earlier_tokens() -> None:
    made = tokenizer_of(bpe.learn(bpe.words_of(["the cat sat on the mat with the other cats " * 5]), 300))
    for number in range(256, made.n_vocab):
        merges = made.merges(number)
        assert merges[-1].left + merges[-1].right == made.token(number).data
        assert all(merge.rank <= number for merge in merges)


def test_shipped_ranks_are_what_the_script_makes() -> None:
    made, shipped = tokenizer.ranks(), load(tokenizer.NAME)
    assert {data: shipped.ids_of(data.decode())[0] for data in made if data in (b" Tom", b" the", b"One", b'."')} == {
        data: made[data] for data in (b" Tom", b" the", b"One", b'."')
    }
    assert [shipped.token(number).data for number in range(len(made))] == sorted(made, key=made.__getitem__)


def test_shipped_vocabulary_covers_every_byte() -> None:
    shipped = load(tokenizer.NAME)
    assert [shipped.token(byte).data for byte in range(256)] == [bytes([byte]) for byte in range(256)]
    assert shipped.specials == {END_OF_TEXT: 1278, MASK: 1279}
    assert shipped.eot_id == 1278
    assert shipped.n_vocab == 1280


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_whatever_is_typed_comes_back(text: str) -> None:
    shipped = load(tokenizer.NAME)
    assert b"".join(token.data for token in shipped.encode(text)).decode() == text


def test_names_are_single_tokens() -> None:
    shipped = load(tokenizer.NAME)
    assert len(shipped.ids_of(" Tom")) == len(shipped.ids_of(" Lily")) == 1
    assert len(shipped.ids_of("你好")) == 6


def test_a_written_file_is_read_again(tmp_path: Path) -> None:
    ranks = bpe.learn(bpe.words_of(["one two one two one"]), 270)
    bpe.write(tmp_path / "tokenizer.tiktoken", ranks)
    found = from_file(tmp_path / "tokenizer.tiktoken")
    assert found.specials == {END_OF_TEXT: len(ranks), MASK: len(ranks) + 1}
    assert found.ids_of("one two three") == tokenizer_of(ranks).ids_of("one two three")


@pytest.mark.parametrize("content", [b"", b"YQ== 0\n", b"no rank file", b"YQ== x\n", b"\xff\xfe"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tokenizer.tiktoken").write_bytes(content)
    with pytest.raises(TokenError, match="rank file"):
        from_file(tmp_path / "tokenizer.tiktoken")
    with pytest.raises(TokenError, match="cannot be read"):
        from_file(tmp_path / "missing.tiktoken")
