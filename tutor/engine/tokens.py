"""Text in, rows of tokens out: checks what a user gives, and pads several rows to one length.

This is the module to import from; `token_bytes` holds one token, `encodings` the tokenizers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from functools import cached_property

import numpy as np

from tutor.engine.encodings import ALIASES, END_OF_TEXT, NAMES, Tokenizer, load
from tutor.engine.folder_tokens import FolderTokenizer
from tutor.engine.records import dataclass
from tutor.engine.token_bytes import Merge, Token, TokenError, as_id, decode, refuse_surrogates
from tutor.engine.token_json import (
    MAX_ID,
    check_merges,
    check_row,
    is_exact,
    merge_from_json,
    require,
    token_from_json,
    typed,
)

__all__ = [
    "ALIASES", "END_OF_TEXT", "NAMES", "AnyTokenizer", "Batch", "Merge", "Token", "TokenError", "Tokenizer",
    "batch_of_ids", "batch_of_texts", "check_text", "decode", "load",
]  # fmt: skip

#: A shipped encoding, or a model's own.
AnyTokenizer = Tokenizer | FolderTokenizer

#: Control characters a text may hold.
_ALLOWED_CONTROLS = "\n\t"
_CONTROLS = frozenset(map(chr, (*range(0x20), *range(0x7F, 0xA0)))) - set(_ALLOWED_CONTROLS)


def check_text(text: str, limit_chars: int = 20000) -> str:
    """`text` unchanged, if it can be read. Invisible format characters are allowed: tokens show them.

    Raises TokenError for more than `limit_chars` characters, half surrogate pairs, control characters other
    than newline and tab, and text that is empty or blank.
    """
    if len(text) > limit_chars:
        raise TokenError(
            f"The text has {_many(len(text), 'character')}; {limit_chars:,} can be read at once: "
            f"remove {_many(len(text) - limit_chars, 'character')}."
        )
    refuse_surrogates(text)
    if not _CONTROLS.isdisjoint(text):
        at = next(at for at, char in enumerate(text) if char in _CONTROLS)
        raise TokenError(
            f"Character {at + 1:,} of the text is the control character U+{ord(text[at]):04X}: remove it."
        )
    if not text or text.isspace():
        raise TokenError(f"The text is {'blank' if text else 'empty'}: write at least one word.")
    return text


@dataclass(frozen=True)
class Batch:
    """Rows of tokens, padded on the right to one length.

    `texts` has "" for a row given by ids; `tokenizer` is a name, "" where none is known. `merges` tells for
    every id in the rows how its token came about, so that a saved trace needs no tokenizer; never change it.
    `exact` where the tokens are the very bytes of their texts, as in byte-level encodings; else they are pieces of a
    vocabulary, whose spans say which characters they came from.
    Raises TokenError where rows do not fit together or a token is not the bytes its text has there.
    """

    rows: tuple[tuple[Token, ...], ...]
    texts: tuple[str, ...]
    tokenizer: str
    merges: Mapping[int, tuple[Merge, ...]] = field(default_factory=dict, hash=False)
    exact: bool = True

    def __post_init__(self) -> None:
        require(bool(self.rows) and bool(self.rows[0]), "there are no tokens")
        require(len(self.texts) == len(self.rows), "rows and texts differ in number")
        require(all(len(row) == self.n_pos for row in self.rows), "rows differ in length")
        for row, text in zip(self.rows, self.texts, strict=True):
            check_row(row, text, self.exact)
        known: dict[int, Token] = {}
        for token in (token for row in self.rows for token in row):
            first = known.setdefault(token.id, token)
            same = (first.data, first.special) == (token.data, token.special)
            require(same, f"id {token.id} stands for two different tokens")
        require(not self.merges or set(self.merges) == set(known), "merges of other tokens than the rows'")
        for number, merges in self.merges.items():
            check_merges(known[number], merges)

    @property
    def n_rows(self) -> int:
        return len(self.rows)

    @property
    def n_pos(self) -> int:
        """Positions in a row, pads included."""
        return len(self.rows[0])

    @property
    def real_ids(self) -> tuple[tuple[int, ...], ...]:
        """The ids of each row without its pads."""
        return tuple(tuple(token.id for token in row if not token.pad) for row in self.rows)

    @cached_property
    def ids(self) -> np.ndarray:
        """int64 [batch, pos], read-only."""
        return _read_only([[token.id for token in row] for row in self.rows])

    @cached_property
    def lengths(self) -> np.ndarray:
        """Tokens of each row without its pads: int64 [batch], read-only."""
        return _read_only([sum(not token.pad for token in row) for row in self.rows])

    def to_json(self) -> dict:
        """Plain lists and dicts for JSON, bytes as hex: `from_json` gives an equal Batch back."""
        return {
            "tokenizer": self.tokenizer,
            "texts": list(self.texts),
            "rows": [[{**vars(token), "data": token.data.hex()} for token in row] for row in self.rows],
            # The result of a merge is left + right, so it is not written.
            "merges": {
                str(number): [[m.left.hex(), m.right.hex(), m.rank] for m in merges]
                for number, merges in self.merges.items()
            },
            # Left out where it is true, as in every file of the first versions.
            **({} if self.exact else {"exact": False}),
        }

    @classmethod
    def from_json(cls, saved: object) -> Batch:
        """The Batch `to_json` wrote. Raises TokenError for anything else."""
        fields = typed(saved, dict, "the batch")
        parts = {"tokenizer", "texts", "rows", "merges"}
        require(set(fields) in (parts, {*parts, "exact"}), "parts are missing or unknown")
        exact = typed(fields.get("exact", True), bool, "exact")
        texts = tuple(typed(text, str, "a text") for text in typed(fields["texts"], list, "texts"))
        name = typed(fields["tokenizer"], str, "the tokenizer")
        for text in (*texts, name):
            refuse_surrogates(text)
        rows = typed(fields["rows"], list, "rows")
        merges = {}
        for key, steps in typed(fields["merges"], dict, "merges").items():
            number = typed(key, str, "an id")
            require(number.isascii() and number.isdigit() and len(number) < 11, "an id is no number")
            merges[int(number)] = tuple(merge_from_json(step) for step in typed(steps, list, "merges"))
        return cls(
            tuple(tuple(token_from_json(token) for token in typed(row, list, "a row")) for row in rows),
            texts,
            name,
            merges,
            exact,
        )


def batch_of_texts(
    tokenizer: AnyTokenizer,
    texts: Sequence[str],
    n_ctx: int,
    d_vocab: int | None = None,
    pad_id: int | None = None,
) -> Batch:
    """One row for each text, of at most `n_ctx` tokens with ids below `d_vocab` (None: any id).

    Pads are `pad_id`, else the tokenizer's own pad, else its end-of-text token, else id 0 (where it has neither).
    Raises TokenError for a text `check_text` refuses, too many tokens, ids the model does not have, no texts.
    """
    if isinstance(texts, str):
        raise TypeError("texts is a sequence of texts, not one text")
    for number, text in enumerate(texts):
        try:
            check_text(text)
        except TokenError as error:
            raise error if len(texts) == 1 else TokenError(f"Sentence {number}: {error}") from None
    # Lengths and ids first, since they cost far less than tokens: nothing is laid out in vain.
    _check_ids([tokenizer.ids_of(text) for text in texts], n_ctx, d_vocab, "sentence")
    return _pad([tokenizer.encode(text) for text in texts], tuple(texts), tokenizer, d_vocab, pad_id)


def batch_of_ids(
    tokenizer: AnyTokenizer | None,
    rows: Sequence[Sequence[int]],
    n_ctx: int,
    d_vocab: int | None,
    pad_id: int | None = None,
) -> Batch:
    """One row for each list of ids; without a tokenizer a token is shown as its id, #5.

    Limits and pads as in `batch_of_texts`. Raises TokenError for ids that are no whole numbers, negative, not
    in the tokenizer or not below `d_vocab`, for too many in a row, for empty rows, and for no rows.
    """
    numbers = [[as_id(number) for number in row] for row in rows]
    _check_ids(numbers, n_ctx, d_vocab, "row")
    if tokenizer is None:
        tokens = [tuple(Token(number, b"", 0, 0) for number in row) for row in numbers]
    else:
        tokens = [tokenizer.from_ids(row) for row in numbers]
    return _pad(tokens, ("",) * len(tokens), tokenizer, d_vocab, pad_id)


# ---------------------------------------------------------------- making a batch

def _check_ids(rows: Sequence[Sequence[int]], n_ctx: int, d_vocab: int | None, kind: str) -> None:
    if not rows:
        raise TokenError(f"There is no {kind} to read: give at least one.")
    largest = MAX_ID if d_vocab is None else d_vocab - 1
    for number, row in enumerate(rows):
        which = f"The {kind}" if len(rows) == 1 else f"{kind.capitalize()} {number}"
        if not len(row):
            if kind == "sentence":  # a tokenizer may leave out what it takes for no text
                raise TokenError(f"{which} leaves no token to read: write at least one word.")
            raise TokenError(f"{which} has no ids: give at least one.")
        if len(row) > n_ctx:
            raise TokenError(
                f"{which} has {_many(len(row), 'token')}; this model reads {n_ctx:,}: "
                f"remove {_many(len(row) - n_ctx, 'token')}."
            )
        wrong = next((number for number in row if not 0 <= number <= largest), None)
        if wrong is not None:
            mend = "choose one of these" if kind == "row" else "choose the tokenizer this model was made with"
            raise TokenError(f"{which} has the id {wrong}; this model has ids from 0 to {largest}: {mend}.")


def _pad(
    rows: Sequence[tuple[Token, ...]],
    texts: tuple[str, ...],
    tokenizer: AnyTokenizer | None,
    d_vocab: int | None,
    pad_id: int | None,
) -> Batch:
    if pad_id is None:
        own = (tokenizer.pad_id, tokenizer.eot_id) if tokenizer else ()
        pad_id = next((number for number in own if number is not None), 0)
        if d_vocab is not None and pad_id >= d_vocab:
            pad_id = 0  # a table shorter than the tokenizer's: pads are masked, so any row of it serves
    elif not 0 <= pad_id <= (MAX_ID if d_vocab is None else d_vocab - 1):
        raise TokenError(f"This model has no id {pad_id} to pad with: choose another pad id.")
    n_pos = max(map(len, rows))
    if any(len(row) < n_pos for row in rows):
        pad = tokenizer.token(pad_id) if tokenizer else Token(pad_id, b"", 0, 0)
        rows = [row + (_after(row[-1], pad),) * (n_pos - len(row)) for row in rows]
    ids = {token.id for row in rows for token in row}
    merges = {number: tokenizer.merges(number) for number in sorted(ids)} if tokenizer else {}
    # A shipped encoding is held to its promise; a model's own is looked at.
    exact = tokenizer is None or tokenizer.exact or all(map(is_exact, rows, texts))
    return Batch(tuple(rows), texts, tokenizer.name if tokenizer else "", merges, exact)


def _after(last: Token, pad: Token) -> Token:
    """`pad` as a pad behind `last`, touching no text."""
    return Token(pad.id, pad.data, last.stop, last.stop, pad.special, True, last.byte_stop, last.byte_stop)


def _many(count: int, thing: str) -> str:
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def _read_only(values: list) -> np.ndarray:
    array = np.array(values, dtype=np.int64)
    array.setflags(write=False)
    return array
