"""Tokens are what they say: the article's ids, honest bytes, true spans, merges that can be replayed."""

from __future__ import annotations

import copy
import json
import pickle
import random
import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tutor import resources
from tutor.engine import encodings
from tutor.engine.tokens import (
    Batch,
    Merge,
    Token,
    TokenError,
    batch_of_ids,
    batch_of_texts,
    check_text,
    load,
)

ARTICLE = {
    ".\nBy mastering the art of identifying underlying motivations and desires, we equip ourselves with":
        "627 1383 88861 279 1989 315 25607 16940 65931 323 32097 11 584 26458 13520 449",
    " professionals to truly understand their customers' needs, concerns, and desires. By actively":
        "15749 311 9615 3619 872 6444 6 3966 11 10742 11 323 32097 13 3296 22815",
    " aspect of using technology in sales is mastering digital communication tools. "
    "These tools include email":
        "13189 315 1701 5557 304 6763 374 88861 7528 10758 7526 13 4314 7526 2997 2613",
    " and setting clear objectives before entering a negotiation.\n"
    "3. Developing Effective Negotiation Techniques":
        "323 6376 2867 26470 1603 16661 264 49148 627 18 13 81745 48023 75311 7246 66044",
    "Chapter 1: Building Rapport and Capturing":
        "26072 220 16 25 17283 23097 403 323 17013 1711",
}  # fmt: skip
CHINESE = "我喜欢机器学习"
PRONOUN = "机器人第二法则：机器人必须遵守人类给它的命令，除非该命令违背了第一法则"
NAMES = ("cl100k_base", "r50k_base", "bytes")

anything = st.text(st.characters(exclude_categories=("Cs",)))
#: Texts that a token cut is likely to fall apart in.
awkward = st.text(st.sampled_from("a '1\n\t\r.é我欢𠮷👩\u200d\u200b\u0301\u3000ſK漢العर्"))
texts = st.one_of(anything, awkward)


def sentence(error: pytest.ExceptionInfo[TokenError]) -> str:
    """The message, which must be one line and one sentence."""
    message = str(error.value)
    assert "\n" not in message
    assert re.fullmatch(r"\S.*[^.]\.", message), message
    return message


# ---------------------------------------------------------------- the article

@pytest.mark.parametrize(("text", "ids"), ARTICLE.items())
def test_the_articles_rows_have_the_articles_ids(text: str, ids: str) -> None:
    wanted = [int(number) for number in ids.split()]
    tokenizer = load("cl100k_base")
    assert [token.id for token in tokenizer.encode(text)] == tokenizer.ids_of(text) == wanted
    assert tokenizer.text_of(wanted) == text


def test_the_article_speaks_of_these_tokens() -> None:
    tokenizer = load("cl100k_base")
    assert tokenizer.token(100069).data == b"Clar"
    shown = [token.text for token in tokenizer.encode("Chapter 1: Building Rapport and Capturing")]
    assert shown == ["Chapter", "·", "1", ":", "·Building", "·Rap", "port", "·and", "·Capt", "uring"]


def test_the_articles_four_rows_make_a_batch_of_four_by_sixteen() -> None:
    rows = list(ARTICLE.items())[:4]
    batch = batch_of_texts(load("cl100k_base"), [text for text, _ in rows], n_ctx=16, d_vocab=100277)
    assert batch.ids.shape == (4, 16) == (batch.n_rows, batch.n_pos)
    assert batch.ids.tolist() == [[int(number) for number in ids.split()] for _, ids in rows]
    assert batch.lengths.tolist() == [16] * 4


# ---------------------------------------------------------------- what is shown

def test_split_characters_show_their_bytes() -> None:
    tokens = load("cl100k_base").encode(CHINESE)
    assert [token.text for token in tokens] == [
        "我", "⟨E5 96⟩", "⟨9C⟩", "⟨E6 AC⟩", "⟨A2⟩", "机", "器", "学", "⟨E4 B9⟩", "⟨A0⟩",
    ]  # fmt: skip
    assert [(token.start, token.stop) for token in tokens] == [
        (0, 1), (1, 2), (1, 2), (2, 3), (2, 3), (3, 4), (4, 5), (5, 6), (6, 7), (6, 7),
    ]  # fmt: skip
    assert [token.whole for token in tokens] == [True, *[False] * 4, True, True, True, False, False]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", [CHINESE, PRONOUN, "👩\u200d👧 \ufffd𠮷"])
def test_no_broken_glyph_is_ever_shown(name: str, text: str) -> None:
    tokens = load(name).encode(text)
    assert "\ufffd" not in "".join(token.text for token in tokens)
    assert all(token.text for token in tokens)


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"  a", "··a"), (b"a\nb\t", "a⏎b⇥"), (b"\x00\x1b\x7f", "␀␛␡"), (b"\xc2\x85", "⟨U+0085⟩"),
        ("\u200b".encode(), "⟨U+200B⟩"), ("\u202e".encode(), "⟨U+202E⟩"), ("\u3000".encode(), "⟨U+3000⟩"),
        ("\ufffd".encode(), "⟨U+FFFD⟩"), (" 我".encode() + b"\xe5\x96", "·我⟨E5 96⟩"),
        (b"\xa0" + "我".encode() + b"\xe5", "⟨A0⟩我⟨E5⟩"), (b"\xed\xa0\x80", "⟨ED A0 80⟩"), (b"", "#7"),
    ],
)  # fmt: skip
def test_what_a_token_shows(data: bytes, shown: str) -> None:
    assert Token(7, data, 0, 0).text == shown


def test_special_tokens_show_their_name_and_cannot_be_typed() -> None:
    for name, eot in (("cl100k_base", 100257), ("r50k_base", 50256), ("bytes", 256)):
        tokenizer = load(name)
        assert (tokenizer.eot_id, tokenizer.specials["<|endoftext|>"]) == (eot, eot)
        assert tokenizer.token(eot).special
        assert tokenizer.token(eot).text == "<|endoftext|>"
        assert tokenizer.merges(eot) == ()
        typed = tokenizer.encode("<|endoftext|>")
        assert len(typed) > 1
        assert not any(token.special for token in typed)


# ---------------------------------------------------------------- spans

def covers(tokens: tuple[Token, ...], text: str) -> None:
    """The tokens' bytes are the text's, in order, and each touches the characters its bytes belong to."""
    raw, at = text.encode(), 0
    assert b"".join(token.data for token in tokens) == raw
    for before, token in pairwise(tokens):
        assert before.start <= token.start <= before.stop <= token.stop
    for token in tokens:
        assert (token.byte_start, raw[token.byte_start : token.byte_stop]) == (at, token.data)
        at = token.byte_stop
        inside = len(text[: token.start].encode()), len(text[: token.stop].encode())
        assert inside[0] <= token.byte_start < token.byte_stop <= inside[1]
        assert not token.whole or text[token.start : token.stop] == token.data.decode()
    assert at == len(raw)
    assert not tokens or (tokens[0].start, tokens[-1].stop) == (0, len(text))


@pytest.mark.parametrize("name", NAMES)
@given(text=texts)
def test_tokens_cover_any_text(name: str, text: str) -> None:
    tokenizer = load(name)
    tokens = tokenizer.encode(text)
    covers(tokens, text)
    assert tokenizer.text_of(token.id for token in tokens) == text
    assert tokenizer.from_ids([token.id for token in tokens]) == tokens


@pytest.mark.parametrize("name", ["cl100k_base", "r50k_base"])
@given(text=texts)
@example(text="\U00018e00:A")  # a letter to Unicode 17, unassigned before
def test_no_token_crosses_a_cut(name: str, text: str) -> None:
    tokenizer = load(name)
    pieces, tokens = tokenizer.pieces(text), tokenizer.encode(text)
    assert all(a < b for a, b in pieces)
    assert "".join(text[a:b] for a, b in pieces) == text
    assert not any(token.start < cut < token.stop for cut, _ in pieces for token in tokens)


@pytest.mark.parametrize("name", ["cl100k_base", "r50k_base"])
@given(text=st.text(st.characters(max_codepoint=0x52F)) | awkward)
def test_each_piece_is_encoded_on_its_own(name: str, text: str) -> None:
    tokenizer = load(name)
    pieces = tokenizer.pieces(text)
    assert [number for a, b in pieces for number in tokenizer.ids_of(text[a:b])] == tokenizer.ids_of(text)


@pytest.mark.parametrize("name", ["cl100k_base", "r50k_base"])
@given(text=texts)
@example(text="x" * 1999)
@example(text=("Attention 我们 " * 200)[:1500])
def test_the_tokens_within_a_text_encode_it_as_all_of_them_do(name: str, text: str) -> None:
    tokenizer = load(name)
    assert tokenizer._encode_by_few(text) == whole(name)(text)


@cache
def whole(name: str) -> Callable[[str], list[int]]:
    """tiktoken with the whole encoding."""
    return load(name)._encoder(load(name)._ranks)


@given(ids=st.lists(st.integers(0, 50256), max_size=12))
def test_spans_of_any_ids_are_into_their_text(ids: list[int]) -> None:
    tokenizer = load("gpt2")
    tokens, text = tokenizer.from_ids(ids), tokenizer.text_of(ids)
    assert [token.id for token in tokens] == ids
    assert "\ufffd" not in text or any("\ufffd".encode() in token.data for token in tokens)
    assert (tokens[0].start, tokens[-1].stop) == (0, len(text)) if ids else text == ""
    for token in tokens:
        touched = text[token.start : token.stop]
        assert touched == token.data.decode() if token.whole else touched
        assert tokenizer.token(token.id).data == token.data


def test_broken_bytes_have_a_text_of_their_own() -> None:
    tokenizer = load("cl100k_base")
    me, half, *_ = tokenizer.ids_of(CHINESE)
    assert tokenizer.text_of([me, half, me]) == "我⟨E5 96⟩我"
    tokens = tokenizer.from_ids([me, half, me])
    assert [(token.start, token.stop) for token in tokens] == [(0, 1), (1, 8), (8, 9)]


# ---------------------------------------------------------------- merges

def test_the_last_merge_is_the_token() -> None:
    chosen = random.Random(0)
    for name, count in (("cl100k_base", 100256), ("r50k_base", 50256)):
        tokenizer = load(name)
        for number in chosen.sample(range(count), 2000):
            data, merges = tokenizer.token(number).data, tokenizer.merges(number)
            assert len(merges) == len(data) - 1
            assert [merge.rank for merge in merges] == sorted(merge.rank for merge in merges)
            assert all(merge.result == merge.left + merge.right for merge in merges)
            assert all(tokenizer.token(merge.rank).data == merge.result for merge in merges)
            if merges:
                assert (merges[-1].result, merges[-1].rank) == (data, number)


def test_the_merges_of_clar() -> None:
    assert load("cl100k_base").merges(100069) == (
        Merge(b"a", b"r", b"ar", 277), Merge(b"C", b"l", b"Cl", 5176), Merge(b"Cl", b"ar", b"Clar", 100069),
    )  # fmt: skip


# ---------------------------------------------------------------- the byte tokenizer

def test_bytes_are_their_own_ids() -> None:
    tokenizer = load("bytes")
    assert tokenizer.n_vocab == 257
    assert tokenizer.ids_of("é!") == [0xC3, 0xA9, 0x21]
    assert tokenizer.merges(65) == ()
    assert tokenizer.pieces("é!") == ((0, 1), (1, 2))
    assert [(token.start, token.stop) for token in tokenizer.encode("é!")] == [(0, 1), (0, 1), (1, 2)]


# ---------------------------------------------------------------- loading

def test_names() -> None:
    assert load("gpt2") is load("r50k_base") is load("r50k_base")
    assert [load(name).name for name in NAMES] == list(NAMES)
    assert [load(name).n_vocab for name in NAMES] == [100277, 50257, 257]


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(TokenError) as caught:
        load("p50k\n" * 50)
    assert sentence(caught).endswith("choose one of cl100k_base, r50k_base, stories, words, bytes, gpt2.")


def test_the_sums_are_the_published_ones() -> None:
    published = Path(pytest.importorskip("tiktoken_ext.openai_public").__file__).read_text()
    own = ("stories", "words")
    for sha256, pattern, _ in (one for name, one in encodings._FILES.items() if name not in own):
        assert f'expected_hash="{sha256}"' in published
        assert f'r"""{pattern}"""' in published


def test_another_folder_serves_as_well(tmp_path: Path) -> None:
    shutil.copy(resources.path("tokenizers", "r50k_base.tiktoken"), tmp_path)
    assert load("gpt2", tmp_path).ids_of("Thinking Machines") == load("gpt2").ids_of("Thinking Machines")


@pytest.mark.parametrize(
    "spoil", [lambda raw: raw.replace(b" 300\n", b" 301\n"), lambda raw: raw[:-9], lambda raw: b""]
)
def test_a_changed_rank_file_is_refused(tmp_path: Path, spoil) -> None:
    raw = resources.path("tokenizers", "r50k_base.tiktoken").read_bytes()
    (tmp_path / "r50k_base.tiktoken").write_bytes(spoil(raw))
    with pytest.raises(TokenError) as caught:
        load("r50k_base", tmp_path)
    assert "r50k_base.tiktoken differs from the published one: put the original back" in sentence(caught)


def test_a_missing_rank_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TokenError) as caught:
        load("cl100k_base", tmp_path)
    assert "cl100k_base.tiktoken cannot be read" in sentence(caught)
    monkeypatch.setattr(resources, "_ROOTS", (tmp_path / "nowhere",))
    encodings._load.cache_clear()
    with pytest.raises(TokenError) as caught:
        load("cl100k_base")
    assert "it is missing" in sentence(caught)


def test_loading_never_touches_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    encodings._load.cache_clear()
    for name in NAMES:
        assert load(name).encode("Thinking Machines")
        assert load(name).merges(65) == ()


def test_no_heavy_module_is_imported() -> None:
    code = (
        "import sys, tutor.engine.tokens as t; assert 'tiktoken' not in sys.modules;"
        "t.load('gpt2').encode('a'); print([m for m in ('torch', 'PySide6', 'requests') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("name", "number", "says"),
    [
        ("cl100k_base", 100261, "The id 100261 is not in cl100k_base; ids run from 0 to 100276 with gaps at"),
        ("cl100k_base", 100256, "with gaps at 100256 and 100261–100275: choose one of these."),
        ("cl100k_base", -1, "The id -1 is not in"), ("r50k_base", 50257, "ids run from 0 to 50256: choose"),
        ("bytes", 257, "ids run from 0 to 256"), ("bytes", 1.5, "1.5 is not a token id"),
        ("bytes", True, "True is not a token id"), ("bytes", "5", "'5' is not a token id"),
    ],
)  # fmt: skip
def test_ids_that_are_none(name: str, number: object, says: str) -> None:
    tokenizer = load(name)
    for ask, given_as in (
        (tokenizer.token, number), (tokenizer.merges, number),
        (tokenizer.from_ids, [number]), (tokenizer.text_of, [number]),
    ):  # fmt: skip
        with pytest.raises(TokenError) as caught:
            ask(given_as)
        assert says in sentence(caught)


# ---------------------------------------------------------------- texts that cannot be read

@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The text is empty: write"), (" \n\t\u3000", "The text is blank: write"),
        ("bell\a", "Character 5 of the text is the control character U+0007: remove it."),
        ("a\r\n", "U+000D"), ("a\x85", "U+0085"), ("a\x7f", "U+007F"), ("\x00", "Character 1 of the text"),
        ("ab\ud83d", "Character 3 of the text is U+D83D, half of a surrogate pair: remove it."),
        ("a" * 100_000, "The text has 100,000 characters; 20,000 can be read at once: remove 80,000 char"),
        ("a" * 20_001, "remove 1 character."),
    ],
)  # fmt: skip
def test_bad_texts_are_named(text: str, says: str) -> None:
    with pytest.raises(TokenError) as caught:
        check_text(text)
    assert says in sentence(caught)
    with pytest.raises(TokenError) as caught:
        batch_of_texts(load("bytes"), ["fine", text], n_ctx=30_000)
    assert sentence(caught) == f"Sentence 1: {_message(text)}"


def _message(text: str) -> str:
    try:
        return check_text(text)
    except TokenError as error:
        return str(error)


def test_a_lone_surrogate_is_never_replaced_in_silence() -> None:
    for name in NAMES:
        with pytest.raises(TokenError):
            load(name).encode("a\udc80")


@pytest.mark.parametrize("text", ["a", "a\n\tb", "\u200bזה\u202e", "a" * 20_000, CHINESE])
def test_good_texts_come_back_unchanged(text: str) -> None:
    assert check_text(text) is text


# ---------------------------------------------------------------- batches

def test_rows_are_padded_on_the_right() -> None:
    batch = batch_of_texts(load("gpt2"), ["Thinking Machines", "a", CHINESE], n_ctx=32, d_vocab=50257)
    assert batch.texts[1] == "a"
    assert batch.ids.dtype == batch.lengths.dtype == np.int64
    assert batch.ids.shape == (3, batch.lengths.max())
    assert batch.ids[1].tolist() == [64] + [50256] * (batch.n_pos - 1)
    pad = batch.rows[1][-1]
    assert (pad.pad, pad.special, pad.text, pad.start, pad.stop) == (True, True, "<|endoftext|>", 1, 1)
    for row, length in zip(batch.rows, batch.lengths, strict=True):
        assert [token.pad for token in row] == [False] * length + [True] * (batch.n_pos - length)
    for array in (batch.ids, batch.lengths):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
    assert set(batch.merges) == set(batch.ids.ravel().tolist())
    assert pickle.loads(pickle.dumps(batch)) == copy.deepcopy(batch) == batch
    assert hash(batch) == hash(copy.deepcopy(batch))


def test_which_id_pads() -> None:
    tokenizer = load("cl100k_base")
    assert batch_of_texts(tokenizer, ["a b", "a"], 8).ids[1, 1] == 100257
    assert batch_of_texts(tokenizer, ["a b", "a"], 8, 100070).ids[1, 1] == 0
    assert batch_of_texts(tokenizer, ["a b", "a"], 8, pad_id=5).ids[1, 1] == 5
    assert batch_of_ids(None, [[1, 2], [3]], 8, 9).ids.tolist() == [[1, 2], [3, 0]]
    for wrong in (-1, 100277):
        with pytest.raises(TokenError, match=f"no id {wrong} to pad with"):
            batch_of_texts(tokenizer, ["a b", "a"], 8, 100277, pad_id=wrong)


def test_ids_without_a_tokenizer_are_shown_as_numbers() -> None:
    batch = batch_of_ids(None, [[5, 6, 7], np.array([5])], n_ctx=4, d_vocab=8)
    assert [token.text for token in batch.rows[0]] == ["#5", "#6", "#7"]
    assert [token.pad for token in batch.rows[1]] == [False, True, True]
    assert (batch.texts, batch.tokenizer, dict(batch.merges)) == (("", ""), "", {})
    assert Batch.from_json(batch.to_json()) == batch


def test_ids_with_a_tokenizer_are_its_tokens() -> None:
    batch = batch_of_ids(load("gpt2"), [[464, 50256, 464]], n_ctx=4, d_vocab=50257)
    assert [token.text for token in batch.rows[0]] == ["The", "<|endoftext|>", "The"]
    assert batch.lengths.tolist() == [3]


@pytest.mark.parametrize(
    ("texts", "n_ctx", "d_vocab", "says"),
    [
        (["ab" * 150], 256, None, "The sentence has 300 tokens; this model reads 256: remove 44 tokens."),
        (["a", "a" * 9], 8, None, "Sentence 1 has 9 tokens; this model reads 8: remove 1 token."),
        (["a"], 8, 97, "The sentence has the id 97; this model has ids from 0 to 96: choose the tokenizer"),
        ([], 8, None, "There is no sentence to read: give at least one."),
    ],
)
def test_texts_a_model_cannot_read(texts: list[str], n_ctx: int, d_vocab: int | None, says: str) -> None:
    with pytest.raises(TokenError) as caught:
        batch_of_texts(load("bytes"), texts, n_ctx, d_vocab)
    assert says in sentence(caught)


@pytest.mark.parametrize("name", [None, "cl100k_base"])
@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([[1, -3]], "The row has the id -3; this model has ids from 0 to 99: choose one of these."),
        ([[1], [100]], "Row 1 has the id 100;"), ([[]], "The row has no ids: give at least one."),
        ([[1], []], "Row 1 has no ids"), ([], "There is no row"), ([[2**70]], "The row has the id"),
        ([[1] * 9], "The row has 9 tokens; this model reads 8: remove 1 token."),
        ([[1.0]], "1.0 is not a token id: give a whole number."), ([[None]], "None is not a token id"),
    ],
)  # fmt: skip
def test_ids_a_model_cannot_read(name: str | None, rows: list, says: str) -> None:
    with pytest.raises(TokenError) as caught:
        batch_of_ids(load(name) if name else None, rows, 8, 100)
    assert says in sentence(caught)


def test_an_id_in_the_models_table_but_not_in_the_tokenizer() -> None:
    with pytest.raises(TokenError, match="id 100256 is not in cl100k_base"):
        batch_of_ids(load("cl100k_base"), [[100256]], 8, 100277)


def test_one_text_is_not_taken_for_many() -> None:
    with pytest.raises(TypeError):
        batch_of_texts(load("bytes"), "abc", 8)


# ---------------------------------------------------------------- saving a batch

readable = texts.filter(lambda text: _message(text) == text)


@pytest.mark.parametrize("name", NAMES)
@given(rows=st.lists(readable, min_size=1, max_size=3))
def test_a_batch_survives_json(name: str, rows: list[str]) -> None:
    batch = batch_of_texts(load(name), rows, n_ctx=100_000)
    again = Batch.from_json(json.loads(json.dumps(batch.to_json())))
    assert again == batch
    assert again.ids.tolist() == batch.ids.tolist()


@given(rows=st.lists(st.lists(st.integers(0, 50256), min_size=1, max_size=6), min_size=1, max_size=3))
def test_a_batch_of_ids_survives_json(rows: list[list[int]]) -> None:
    batch = batch_of_ids(load("gpt2"), rows, 8, 50257)
    assert Batch.from_json(json.loads(json.dumps(batch.to_json()))) == batch


def _saved() -> dict:
    return batch_of_texts(load("cl100k_base"), [f"Clar {CHINESE}", "Clar"], n_ctx=32).to_json()


def _set(saved: dict, *path_and_value: object) -> None:
    *path, last, value = path_and_value
    for part in path:
        saved = saved[part]  # type: ignore[index]
    saved[last] = value


@pytest.mark.parametrize(
    "change",
    [
        ("texts", ["Clar"]), ("texts", ["Clar 我", "Clar"]), ("texts", [None, "Clar"]), ("texts", "Clar"),
        ("texts", 1, "\ud800"), ("texts", 1, "Clas"), ("tokenizer", 5), ("tokenizer", "\udfff"), ("more", 1),
        ("rows", []), ("rows", [[], []]), ("rows", None), ("rows", 0, []), ("rows", 0, 0, None),
        ("rows", 0, 0, "id", -1), ("rows", 0, 0, "id", True), ("rows", 0, 0, "id", 1e3),
        ("rows", 0, 0, "id", 2**40), ("rows", 0, 0, "id", 7), ("rows", 0, 0, "data", "4"),
        ("rows", 0, 0, "data", "zz"), ("rows", 0, 0, "data", 4), ("rows", 0, 0, "data", "436c6173"),
        ("rows", 0, 0, "data", "61" * 2000), ("rows", 0, 0, "more", 1),
        ("rows", 0, 0, "start", -1), ("rows", 0, 0, "stop", 3), ("rows", 0, 0, "stop", 10**30),
        ("rows", 0, 0, "byte_start", 1), ("rows", 0, 0, "byte_stop", 10**30), ("rows", 0, 0, "pad", True),
        ("rows", 0, 0, "pad", 0), ("rows", 0, 0, "special", True), ("rows", 1, 1, "special", False),
        ("rows", 1, 0, "pad", True), ("rows", 1, 1, "byte_stop", 0), ("merges", []),
        ("merges", "x", []), ("merges", "-5", []),
        ("merges", "9" * 5000, []), ("merges", "5", []), ("merges", "100069", None),
        ("merges", "100069", [[]]),
        ("merges", "100069", [["61", "72", 277]]), ("merges", "100069", 0, ["62", "72", 277]),
        ("merges", "100069", 2, 2, 5), ("merges", "100069", 0, 2, "277"), ("merges", "100069", 0, 2, -1),
    ],
)  # fmt: skip
def test_a_damaged_batch_is_refused(change: tuple) -> None:
    saved = _saved()
    assert Batch.from_json(saved)
    _set(saved, *change)
    with pytest.raises(TokenError) as caught:
        Batch.from_json(saved)
    sentence(caught)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["tokenizer", "texts", "rows", "merges", "1"]), inner, max_size=5),
    max_leaves=12,
)


@given(saved=json_values)
@settings(max_examples=200)
def test_no_strange_json_breaks_anything(saved: object) -> None:
    with pytest.raises(TokenError):
        Batch.from_json(saved)


# ---------------------------------------------------------------- speed

@pytest.mark.parametrize("text", ["Chapter 1: Building Rapport and Capturing. " * 500, "a" * 20_000])
def test_a_long_text_is_quick(text: str) -> None:
    tokenizer, times = load("cl100k_base"), []
    for _ in range(5):
        began = time.perf_counter()
        tokenizer.encode(text[:20_000])
        times.append(time.perf_counter() - began)
    assert min(times) < 0.05
