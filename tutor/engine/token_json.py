"""Checks on rows of tokens, and reading tokens from JSON: a saved file may be damaged, or a stranger's.

Everything here raises TokenError, with a sentence that says what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from tutor.engine.token_bytes import Merge, Token, TokenError, char_spans

#: Ids fit a 32-bit table index in every model file we know; larger ones are mistakes.
MAX_ID = 2**31 - 1
#: Bytes in one token. The longest of any encoding here has 128; replaying merges takes the square of it.
_MAX_BYTES = 1024

_KINDS = {"id": int, "data": str, "start": int, "stop": int, "special": bool, "pad": bool,
          "byte_start": int, "byte_stop": int}  # fmt: skip


def damaged(what: str) -> TokenError:
    """The error for saved tokens that cannot be right."""
    return TokenError(f"The saved tokens are damaged ({what}): save the trace again.")


def require(true: bool, what: str) -> None:
    """Raises TokenError unless `true`; `what` says what would be wrong."""
    if not true:
        raise damaged(what)


def typed(value: Any, kind: type, what: str) -> Any:
    """`value`, which must be exactly of `kind`."""
    # `type is` and not isinstance: True is no id.
    require(type(value) is kind, f"{what} is no {kind.__name__}")
    return value


def _hex(value: object) -> bytes:
    text = typed(value, str, "bytes")
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise damaged("bytes that are no hex") from None


def token_from_json(saved: object) -> Token:
    """A token from the dict of its fields, its bytes as hex."""
    fields = typed(saved, dict, "a token")
    require(set(fields) == set(_KINDS), "a token's parts are not those of a token")
    for name, kind in _KINDS.items():
        typed(fields[name], kind, f"{name} of a token")
    data = _hex(fields["data"])
    require(len(data) <= _MAX_BYTES, "a token is too long")
    return Token(**{**fields, "data": data})


def merge_from_json(saved: object) -> Merge:
    """A merge from [left, right, rank], bytes as hex."""
    parts = typed(saved, list, "a merge")
    require(len(parts) == 3, "a merge has not three parts")
    left, right = _hex(parts[0]), _hex(parts[1])
    return Merge(left, right, left + right, typed(parts[2], int, "the rank of a merge"))


def check_row(row: Sequence[Token], text: str, exact: bool = True) -> None:
    """Ids fit a table, pads come last, and the tokens' bytes and characters are the text's, in order.

    Where the tokens are pieces of a vocabulary and not `exact` bytes, each lies within its text, none begins before
    the one to its left does, and pads and spans of bytes and characters still belong together.
    """
    real = [token for token in row if not token.pad]
    require(bool(real), "a row holds pads alone")
    require(not any(token.pad for token in row[: len(real)]), "a pad stands before a token")
    require(all(0 <= token.id <= MAX_ID for token in row), "an id is out of range")
    source = text.encode() if text else b"".join(token.data for token in real)
    if exact or not text:
        _check_cover(row, source)
    else:
        _check_pieces(row, source)
    begins = np.array([token.byte_start for token in row], dtype=np.int64)
    ends = np.array([token.byte_stop for token in row], dtype=np.int64)
    starts, stops = char_spans(source, begins, ends)
    spans = list(zip(starts.tolist(), stops.tolist(), strict=True))
    require(spans == [(token.start, token.stop) for token in row], "a span is not that of the token's bytes")


def is_exact(row: Sequence[Token], text: str) -> bool:
    """Whether the tokens are the very bytes of the text, nothing more and nothing less."""
    try:
        check_row(row, text)
    except TokenError:
        return False
    return True


def _check_cover(row: Sequence[Token], source: bytes) -> None:
    at = 0
    for token in row:
        require(token.byte_start == at <= token.byte_stop <= len(source), "a span is out of order")
        # Pads, special tokens that frame a text and tokens known by id alone touch none of the text.
        if token.byte_stop > at or not (token.special or token.pad):
            require(source[at : token.byte_stop] == token.data, "a token is not the bytes of its text")
        at = token.byte_stop
    require(at == len(source), "the tokens do not cover the text")


def _check_pieces(row: Sequence[Token], source: bytes) -> None:
    at = 0
    for token in row:
        require(at <= token.byte_start <= token.byte_stop <= len(source), "a span is out of order")
        require(token.byte_start == token.byte_stop or not token.pad, "a pad touches the text")
        at = token.byte_start


def check_merges(token: Token, merges: Sequence[Merge]) -> None:
    """Replaying the merges on the token's bytes, or on its characters, gives the token."""
    if not merges:
        return
    require(all(merge.result == merge.left + merge.right for merge in merges), "a merge that cannot be made")
    require(all(0 <= merge.rank <= MAX_ID for merge in merges), "a rank is out of range")
    units = [[bytes([byte]) for byte in token.data]]
    if token.whole and not token.data.isascii():
        units.append([char.encode() for char in token.data.decode()])
    require(any(_replay(parts, merges) for parts in units), "merges that do not end in their token")
    require(merges[-1].rank == token.id, "merges that do not end in their token")


def _replay(parts: list[bytes], merges: Iterable[Merge]) -> bool:
    for merge in merges:
        at = next((at for at, pair in enumerate(pairwise(parts)) if pair == (merge.left, merge.right)), -1)
        if at < 0:
            return False
        parts[at : at + 2] = [merge.result]
    return len(parts) == 1
