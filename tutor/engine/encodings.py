"""Encodings: text to tokens and back, and the merges by which byte-pair encoding arrives at a token.

Rank files are read from disk and their sums checked; nothing is ever downloaded.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np

from tutor import resources
from tutor.engine.token_bytes import Merge, Token, TokenError, as_id, char_spans, decode, refuse_surrogates

#: From how many tokens on an encoding is large, and up to how many bytes a text is short.
_LARGE, _SHORT = 30_000, 2_000
END_OF_TEXT = "<|endoftext|>"
MASK = "<|mask|>"


class Tokenizer:
    """One encoding: `name`, `n_vocab` (largest id + 1), `eot_id` (None where there is none), `specials`.

    `mask` is the text that is encoded as the mask token, None where the encoding has none; every other special
    token cannot be typed. `pad_id` is None: these encodings pad with their end-of-text.
    `ranks` maps the bytes of each ordinary token to its rank, which is its id. `pattern` is the regular
    expression that cuts a text before merging; without one, every byte is a token and nothing merges. With
    `whole_words`, a cut that is in the ranks is taken as it is, so that no merges lead to it.
    """

    #: Whether every text's tokens are its bytes, in order.
    exact = True

    def __init__(
        self,
        name: str,
        ranks: Mapping[bytes, int],
        pattern: str | None,
        specials: Mapping[str, int],
        whole_words: bool = False,
    ):
        self.name = name
        self._whole_words = whole_words
        self.specials = dict(specials)
        self.eot_id = self.specials.get(END_OF_TEXT)
        self.pad_id: int | None = None
        self.mask = MASK if MASK in self.specials else None
        self._ranks = ranks
        self._pattern = pattern
        self._bytes = {rank: data for data, rank in ranks.items()}
        self._bytes.update((number, text.encode()) for text, number in self.specials.items())
        self._special_ids = frozenset(self.specials.values())
        self.n_vocab = max(self._bytes) + 1
        self._encode: Callable[[str], list[int]]
        if pattern is None:
            self._encode = lambda text: [ranks[bytes([byte])] for byte in text.encode()]
        elif len(ranks) >= _LARGE:
            self._longest = max(map(len, ranks))
            self._encode = self._encode_by_few
        else:
            self._encode = self._encoder(ranks)

    def _encoder(self, ranks: Mapping[bytes, int]) -> Callable[[str], list[int]]:
        import tiktoken  # here, since the window opens before any text is encoded

        assert self._pattern is not None
        return tiktoken.Encoding(
            self.name, pat_str=self._pattern, mergeable_ranks=dict(ranks), special_tokens=self.specials
        ).encode_ordinary

    def _encode_by_few(self, text: str) -> list[int]:
        """The ids of a text by those tokens alone whose bytes are in it: merging looks at no others. To hand over a
        large encoding whole takes a tenth of a second, in which no other thread of Python runs."""
        data = text.encode()
        if len(data) > _SHORT:
            self._encode = self._encoder(self._ranks)
            return self._encode(text)
        ranks = self._ranks
        within = {
            data[at:stop] for at in range(len(data)) for stop in range(at + 1, min(at + self._longest, len(data)) + 1)
        }
        few = {part: ranks[part] for part in within if part in ranks}
        return self._encoder(few | {bytes([byte]): ranks[bytes([byte])] for byte in range(256)})(text)

    def encode(self, text: str) -> tuple[Token, ...]:
        """The tokens of `text`. All of it is ordinary text, `mask` aside: a typed '<|endoftext|>' is no special token.

        Raises TokenError for lone surrogates, which no UTF-8 can hold.
        """
        return self._lay_out(self.ids_of(text))

    def ids_of(self, text: str) -> list[int]:
        """The ids of `encode(text)` alone: a fifth of the work, for counting while someone types.

        Raises TokenError for lone surrogates.
        """
        refuse_surrogates(text)
        if self.mask is None or self.mask not in text:
            return self._encode(text)
        first, *more = (self._encode(part) for part in text.split(self.mask))
        return [*first, *(number for part in more for number in (self.specials[self.mask], *part))]

    def token(self, id: int) -> Token:
        """The token of one id, with empty spans. Raises TokenError for an id the encoding does not have."""
        number = as_id(id)
        if number not in self._bytes:
            gaps = _ranges(sorted(set(range(self.n_vocab)) - set(self._bytes)))
            raise TokenError(
                f"The id {number} is not in {self.name}; ids run from 0 to {self.n_vocab - 1}"
                f"{f' with gaps at {gaps}' if gaps else ''}: choose one of these."
            )
        return Token(number, self._bytes[number], 0, 0, special=number in self._special_ids)

    def from_ids(self, ids: Iterable[int]) -> tuple[Token, ...]:
        """The tokens of `ids`; byte spans are into their bytes joined, character spans into `text_of(ids)`.

        Raises TokenError for an id the encoding does not have.
        """
        return self._lay_out([self.token(number).id for number in ids])

    def text_of(self, ids: Iterable[int]) -> str:
        """The text of `ids`, spaces and newlines as they are. Bytes that are no UTF-8 become ⟨E5 96⟩.

        Raises TokenError for an id the encoding does not have.
        """
        return decode(b"".join(self.token(number).data for number in ids))

    def merges(self, id: int) -> tuple[Merge, ...]:
        """How byte-pair encoding arrives at the token, merge by merge, lowest rank first and leftmost first.

        The last result is the token's bytes and its rank the id. () for single bytes and special tokens, and in an
        encoding of whole words, which takes a word as it is.
        Raises TokenError for an id the encoding does not have.
        """
        token = self.token(id)
        parts = [] if token.special or self._whole_words else [bytes([byte]) for byte in token.data]
        done = []
        while len(parts) > 1:
            ranks = [self._ranks.get(a + b) for a, b in pairwise(parts)]
            possible = [(rank, at) for at, rank in enumerate(ranks) if rank is not None]
            if not possible:
                raise TokenError(
                    f"No merges lead to the id {token.id} of {self.name}: put its original rank file back."
                )
            rank, at = min(possible)
            merge = Merge(parts[at], parts[at + 1], parts[at] + parts[at + 1], rank)
            parts[at : at + 2] = [merge.result]
            done.append(merge)
        return tuple(done)

    def pieces(self, text: str) -> tuple[tuple[int, int], ...]:
        """How the text is cut before any merging: (start, stop) in characters; no token crosses a cut.

        Raises TokenError for lone surrogates.
        """
        if self._pattern is None:
            return tuple((at, at + 1) for at in range(len(text)))
        import regex  # type: ignore[import-untyped]  # tiktoken needs it as well

        # tiktoken does not tell its cuts. `regex` finds the same ones, except round characters of which only
        # the newer of the two Unicode tables knows that they are letters: a cut inside a token is dropped.
        tokens = self.encode(text)
        between = {after.start for before, after in pairwise(tokens) if before.stop == after.start}
        cuts = [match.end() for match in regex.finditer(self._pattern, text) if match.end() in between]
        return tuple(pairwise([0, *cuts, len(text)])) if text else ()

    def _lay_out(self, ids: Sequence[int]) -> tuple[Token, ...]:
        datas = [self._bytes[number] for number in ids]
        ends = np.fromiter(accumulate(map(len, datas)), np.int64, len(datas))
        begins = ends - np.fromiter(map(len, datas), np.int64, len(datas))
        starts, stops = char_spans(b"".join(datas), begins, ends)
        specials = self._special_ids
        spans = (span.tolist() for span in (starts, stops, begins, ends))
        columns = zip(ids, datas, *spans, strict=True)
        return tuple([Token(i, d, s, e, i in specials, False, bs, be) for i, d, s, e, bs, be in columns])


def _ranges(numbers: Sequence[int]) -> str:
    """'100256 and 100261–100275' of sorted numbers."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return " and ".join(f"{a}" if a == b else f"{a}–{b}" for a, b in runs)


# ---------------------------------------------------------------- the encodings by name

_CL100K = (
    r"""'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"""
    r"""|\s++$|\s*[\r\n]|\s+(?!\S)|\s"""
)
_R50K = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""

#: How our own encodings cut a text before merging: as GPT-2's.
HOUSE_PATTERN = _R50K



def words_pattern(ranks: Iterable[bytes]) -> str:
    """How an encoding of whole words cuts a text: into English words with the space before them, the longest of its
    Chinese words, or single characters. No look-ahead: without one the whole is one automaton, many times as fast."""
    chinese = [data.decode() for data in ranks if len(data) > 1 and not data.isascii()]
    longest_first = "|".join(sorted(chinese, key=lambda word: (-len(word), word)))
    return rf" ?[A-Za-z]+(?:'[a-z]+)?|(?:{longest_first})|\S|\s"


#: name -> sha256 of the rank file (as tiktoken publishes it), pattern (None: whole words), special tokens.
_FILES: dict[str, tuple[str, str | None, dict[str, int]]] = {
    "cl100k_base": (
        "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
        _CL100K,
        {END_OF_TEXT: 100257, "<|fim_prefix|>": 100258, "<|fim_middle|>": 100259, "<|fim_suffix|>": 100260,
         "<|endofprompt|>": 100276},
    ),
    "r50k_base": (
        "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930",
        _R50K,
        {END_OF_TEXT: 50256},
    ),
    # Our own, for the shipped models: made by tutor/training/bpe.py from the stories they learn from.
    "stories": (
        "9d66b59f13f2e78d9ce324ca0ccc10f49cb1543b7fea7f87954c29aea9eb132b",
        HOUSE_PATTERN,
        {END_OF_TEXT: 1278, MASK: 1279},
    ),
    # Our own, for the translator: whole words of both languages, made by tutor/training/vocabulary.py.
    "words": (
        "4102615033190884a842da60c57a136e0b6baf7e2a98dae79dde434c34c9f17c",
        None,
        {"<|pad|>": 1343, "<|start|>": 1344, "<|end|>": 1345},
    ),
}
ALIASES = {"gpt2": "r50k_base"}
NAMES = ("cl100k_base", "r50k_base", "stories", "words", "bytes")


def load(name: str, directory: Path | None = None) -> Tokenizer:
    """The tokenizer `name`: cl100k_base, r50k_base (or gpt2) or bytes; read once per process and kept.

    `directory` holds the rank files; by default the program's own. Raises TokenError for an unknown name, and
    for a rank file that is missing or is not the published one. Reads local files only.
    """
    name = ALIASES.get(name, name)
    if name not in NAMES:
        known = ", ".join([*NAMES, *ALIASES])
        raise TokenError(f"There is no tokenizer {name!r:.60}: choose one of {known}.")
    return _load(name, Path(directory) if directory is not None and name in _FILES else None)


def from_file(path: Path) -> Tokenizer:
    """An encoding of our own making, as `tutor/training/bpe.py` writes it: its special tokens follow the ranks.

    Raises TokenError for a file that cannot be read or is no rank file with every byte.
    """
    try:
        raw = path.read_bytes()
        ranks = {base64.b64decode(data, validate=True): int(rank) for data, rank in map(bytes.split, raw.splitlines())}
    except OSError as error:
        raise TokenError(
            f"The tokenizer file {path.name} cannot be read ({error.strerror or error}): put it back, or train again."
        ) from error
    except ValueError:
        ranks = {}
    whole = sorted(ranks.values()) == list(range(len(ranks))) and all(bytes([byte]) in ranks for byte in range(256))
    if not whole or raw.count(b"\n") != len(ranks):
        raise TokenError(f"{path.name} is no rank file with every byte in it: put the original back, or train again.")
    return Tokenizer(path.stem, ranks, HOUSE_PATTERN, {END_OF_TEXT: len(ranks), MASK: len(ranks) + 1})


@cache
def _load(name: str, directory: Path | None) -> Tokenizer:
    if name not in _FILES:
        return Tokenizer(name, {bytes([byte]): byte for byte in range(256)}, None, {END_OF_TEXT: 256})
    sha256, pattern, specials = _FILES[name]
    try:
        file = (directory or resources.path("tokenizers")) / f"{name}.tiktoken"
        raw = file.read_bytes()
    except OSError as error:
        raise TokenError(
            f"The tokenizer file {name}.tiktoken cannot be read ({error.strerror or 'it is missing'}): "
            "install Transformer Tutor again."
        ) from error
    if hashlib.sha256(raw).hexdigest() != sha256:
        raise TokenError(
            f"The tokenizer file {file} differs from the published one: put the original back or "
            "install Transformer Tutor again."
        )
    # The sum vouches for every line, so that none needs a check of its own.
    ranks = {base64.b64decode(data): int(rank) for data, rank in (line.split() for line in raw.splitlines())}
    if pattern is None:
        return Tokenizer(name, ranks, words_pattern(ranks), specials, whole_words=True)
    return Tokenizer(name, ranks, pattern, specials)
