"""A model's own tokenizer, as its folder or file describes it: the `tokenizers` library, with tokens shown honestly.

Byte-level encodings give the real bytes of each token. Others give the piece as it stands in the vocabulary
(`##ing`, `▁the`, `<0xE5>`), with the characters of the original text that it came from.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.engine.token_bytes import Merge, Token, TokenError, as_id, char_spans, decode, refuse_surrogates

if TYPE_CHECKING:  # the window opens before any text is encoded
    import tokenizers


def _alphabet() -> dict[str, int]:
    """The character by which byte-level vocabularies write each byte: itself where it can be seen (GPT-2)."""
    seen = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [byte for byte in range(256) if byte not in seen]
    return {chr(byte): byte for byte in seen} | {chr(0x100 + at): byte for at, byte in enumerate(hidden)}


_ALPHABET = _alphabet()


class FolderTokenizer:
    """One model's tokenizer, with the interface of `encodings.Tokenizer`.

    `mask` is the text that is encoded as the one mask token, None where there is none; `pad_id` and `eot_id` are
    None where the model names none. Special tokens typed in a text are what the library makes of them: themselves.
    """

    #: Whether every text's tokens are its bytes. Here that is found out text by text.
    exact = False

    def __init__(
        self,
        name: str,
        backend: tokenizers.Tokenizer,
        description: dict[str, Any],
        mask: str | None = None,
        eot_id: int | None = None,
        pad_id: int | None = None,
    ) -> None:
        """`description` is the backend as JSON: what its tokenizer.json says."""
        self.name, self.mask, self.eot_id, self.pad_id = name, mask, eot_id, pad_id
        self._backend = backend
        self._model = {key: value for key, value in description["model"].items() if key != "vocab"}
        added = backend.get_added_tokens_decoder()
        self._added = {number: token.content for number, token in added.items()}
        self.specials = {token.content: number for number, token in added.items() if token.special}
        self._special_ids = frozenset(self.specials.values())
        self.n_vocab = max((*backend.get_vocab(with_added_tokens=True).values(), *self._added), default=-1) + 1
        self._byte_level = any(
            '"type": "ByteLevel"' in _flat(description.get(part)) for part in ("pre_tokenizer", "normalizer")
        )
        self._known: dict[int, Token] = {}

    def encode(self, text: str) -> tuple[Token, ...]:
        """The tokens of `text`, with the special tokens that the model puts around it.

        Where the tokens are the very bytes of the text, spans are of these; else they are the characters that each
        piece came from. Raises TokenError for lone surrogates and for what the library cannot encode.
        """
        found = self._encoding(text)
        tokens = [self.token(number) for number in found.ids]
        framing = [bool(framed) for framed in found.special_tokens_mask]
        return _exact(text, tokens, framing) or _pieces(text, tokens, framing, found.offsets)

    def ids_of(self, text: str) -> list[int]:
        """The ids of `encode(text)` alone. Raises TokenError as `encode` does."""
        return list(self._encoding(text).ids)

    def token(self, id: int) -> Token:
        """The token of one id, with empty spans. Raises TokenError for an id the tokenizer does not have."""
        number = as_id(id)
        if number not in self._known:
            piece = self._backend.id_to_token(number) if 0 <= number < self.n_vocab else None
            if piece is None:
                raise TokenError(
                    f"The id {number} is not in {self.name}; its ids run from 0 to {self.n_vocab - 1}: choose one of "
                    "these."
                )
            self._known[number] = Token(number, self._bytes(number, piece), 0, 0, number in self._special_ids)
        return self._known[number]

    def from_ids(self, ids: Iterable[int]) -> tuple[Token, ...]:
        """The tokens of `ids`; spans are into their bytes joined. Raises TokenError for an unknown id."""
        tokens = [self.token(number) for number in ids]
        text = b"".join(token.data for token in tokens)
        return _lay_out(text, tokens, _ends(tokens, [False] * len(tokens)))

    def text_of(self, ids: Iterable[int]) -> str:
        """The text of `ids`, as the tokenizer puts its pieces together. Bytes that are no UTF-8 become ⟨E5 96⟩.

        Raises TokenError for an id the tokenizer does not have.
        """
        tokens = [self.token(number) for number in ids]
        if self._byte_level:
            return decode(b"".join(token.data for token in tokens))
        text: str = self._backend.decode([token.id for token in tokens], skip_special_tokens=False)
        return text

    def merges(self, id: int) -> tuple[Merge, ...]:
        """How byte-pair encoding arrives at the token, or () where that cannot be told: other kinds of vocabulary,
        added tokens, and vocabularies whose ids do not follow the order of merging.

        Raises TokenError for an id the tokenizer does not have.
        """
        token = self.token(id)
        piece = self._backend.id_to_token(token.id) or ""
        if token.id in self._added or not self._ranks:
            return ()
        parts, done = list(piece), []
        while len(parts) > 1:
            possible = [(self._ranks[pair], at) for at, pair in enumerate(pairwise(parts)) if pair in self._ranks]
            if not possible:
                return ()
            at = min(possible)[1]
            joined = parts[at] + parts[at + 1]
            number = self._backend.token_to_id(joined)
            left, right = (self._bytes(-1, part) for part in parts[at : at + 2])
            done.append(Merge(left, right, left + right, -1 if number is None else number))
            parts[at : at + 2] = [joined]
        return tuple(done) if not done or done[-1].rank == token.id else ()

    @cached_property
    def _ranks(self) -> dict[tuple[str, str], int]:
        """Pairs in the order of merging; {} where a merge's rank cannot be told by the id of its result."""
        model = self._model
        if model.get("type") != "BPE" or model.get("continuing_subword_prefix") or model.get("end_of_word_suffix"):
            return {}
        listed = [tuple(one.split(" ", 1) if isinstance(one, str) else one) for one in model["merges"]]
        found = (self._backend.token_to_id("".join(pair)) for pair in listed)
        results = [-1 if number is None else number for number in found]
        if min(results, default=0) < 0 or any(a > b for a, b in pairwise(results)):
            return {}
        return {pair: rank for rank, pair in enumerate(listed)}

    def _bytes(self, number: int, piece: str) -> bytes:
        # Added tokens are written as they are, in byte-level vocabularies too.
        if self._byte_level and number not in self._added and all(char in _ALPHABET for char in piece):
            return bytes(_ALPHABET[char] for char in piece)
        return piece.encode("utf-8", "replace")

    def _encoding(self, text: str) -> tokenizers.Encoding:
        refuse_surrogates(text)
        with one_sentence(self.name):
            return self._backend.encode(text)


class one_sentence:
    """Turns whatever the library raises, its panics included, into a TokenError about the tokenizer of `name`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if error is None or isinstance(error, (TokenError, MemoryError)):
            return
        # A panic of the library is no Exception, so that nobody catches it by mistake.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            reason = " ".join(str(error).split())[:120].rstrip(". ") or type(error).__name__
            raise TokenError(
                f"The tokenizer of {self._name} cannot be used ({reason}): use the model's own file, or give token ids."
            ) from error


# ---------------------------------------------------------------- where tokens lie in their text

def _exact(text: str, tokens: Sequence[Token], framing: Sequence[bool]) -> tuple[Token, ...] | None:
    """The tokens laid out by their bytes, or None where these are not the text's."""
    raw = text.encode()
    if b"".join(token.data for token, framed in zip(tokens, framing) if not framed) != raw:
        return None
    return _lay_out(raw, tokens, _ends(tokens, framing))


def _ends(tokens: Sequence[Token], framing: Sequence[bool]) -> np.ndarray:
    widths = [0 if framed else len(token.data) for token, framed in zip(tokens, framing)]
    return np.cumsum(np.array([0, *widths], np.int64))


def _lay_out(raw: bytes, tokens: Sequence[Token], cuts: np.ndarray) -> tuple[Token, ...]:
    starts, stops = char_spans(raw, cuts[:-1], cuts[1:])
    spans = zip(tokens, starts.tolist(), stops.tolist(), cuts[:-1].tolist(), cuts[1:].tolist())
    return tuple([Token(t.id, t.data, a, b, t.special, False, c, d) for t, a, b, c, d in spans])


def _pieces(
    text: str, tokens: Sequence[Token], framing: Sequence[bool], offsets: Sequence[tuple[int, int]]
) -> tuple[Token, ...]:
    """The tokens with the characters that the library says each came from."""
    byte_at = np.cumsum([0, *(len(char.encode()) for char in text)]).tolist()
    found, last = [], 0
    begins = [*(begin for begin, _ in offsets[1:]), len(text)]
    for token, framed, (start, stop), following in zip(tokens, framing, offsets, begins):
        # A space that the tokenizer put before the text has none of its characters.
        invented = not token.data.decode("utf-8", "replace").strip(" ▁") and not text[start:stop].isspace()
        if framed:
            start = stop = last
        elif invented:
            stop = start
        elif stop > start:
            # An accent written as a character of its own goes with its letter, where it is kept and where it is not.
            while stop < (following or len(text)) and unicodedata.combining(text[stop]):
                stop += 1
        last = stop
        found.append(Token(token.id, token.data, start, stop, token.special, False, byte_at[start], byte_at[stop]))
    return tuple(found)


def _flat(part: object) -> str:
    import json

    return json.dumps(part)
