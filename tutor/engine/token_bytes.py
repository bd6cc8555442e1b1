"""One token: its bytes, the characters it touches, and how they are shown.

A token is a run of *bytes*, not of characters: `Token.text` shows whole characters as they are and the
bytes of a cut character as bytes (⟨E5 96⟩), so that nothing on screen stands for something else.
"""

from __future__ import annotations

import re
import unicodedata
from operator import index

import numpy as np

from tutor.engine.records import dataclass


class TokenError(ValueError):
    """Text or ids that cannot be used; the message is one clear sentence that names the mend."""


# ---------------------------------------------------------------- showing bytes

#: What `surrogateescape` makes of bytes that are no UTF-8. Valid UTF-8 never decodes to these.
_BROKEN = re.compile("([\udc80-\udcff]+)")


class _Pictures(dict):
    """Code point -> what to show for it, filled in as characters are met (for `str.translate`)."""

    def __missing__(self, code: int) -> str:
        # U+FFFD typed by a user would look like a decoding failure, so it is named as well.
        invisible = unicodedata.category(chr(code)) in ("Cc", "Cf", "Zs", "Zl", "Zp") or code == 0xFFFD
        self[code] = f"⟨U+{code:04X}⟩" if invisible else chr(code)
        return self[code]


_PICTURES = _Pictures({code: chr(0x2400 + code) for code in range(32)})
_PICTURES.update({0x20: "·", 0x0A: "⏎", 0x09: "⇥", 0x7F: "␡"})


def _named_bytes(broken: str) -> str:
    return "⟨" + " ".join(f"{ord(c) - 0xDC00:02X}" for c in broken) + "⟩"


def decode(data: bytes) -> str:
    """`data` as text; each run of bytes that is no UTF-8 becomes its hex between angle brackets: ⟨E5 96⟩."""
    text = data.decode("utf-8", "surrogateescape")
    return text if text.isascii() else _BROKEN.sub(lambda m: _named_bytes(m[0]), text)


def char_spans(data: bytes, starts: np.ndarray, stops: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Character spans in `decode(data)` of the byte spans `starts`, `stops`; all four are int64 [n].

    A span that holds a part of a character holds all of it; so does one that holds a part of a ⟨E5 96⟩.
    An empty byte span gives an empty character span.
    """
    if data.isascii():
        return starts, stops
    first, last, at = [], [], 0
    # Odd pieces of the split are the broken runs, shown as one unit each; even ones are good text.
    for number, piece in enumerate(_BROKEN.split(data.decode("utf-8", "surrogateescape"))):
        if number % 2:
            width = len(_named_bytes(piece))
            first.append(np.full(len(piece), at))
            last.append(np.full(len(piece), at + width))
            at += width
        else:
            raw = np.frombuffer(piece.encode(), np.uint8)
            char = np.cumsum((raw & 0xC0) != 0x80) - 1 + at
            first.append(char)
            last.append(char + 1)
            at += len(piece)
    begin = np.concatenate([*first, [at]])[starts]
    end = np.concatenate([*last, [at]])[np.maximum(stops - 1, 0)]
    return begin, np.where(stops > starts, end, begin)


# ---------------------------------------------------------------- tokens

@dataclass(frozen=True, init=False)
class Token:
    """One token of one text.

    `start:stop` are the characters of the text it touches (a piece of a split character touches all of it),
    `byte_start:byte_stop` its bytes in the text's UTF-8. A pad touches nothing: its spans are empty.
    `data` is empty only where no tokenizer is known; then the token is shown as its id, #5.
    """

    id: int
    data: bytes
    start: int
    stop: int
    special: bool = False
    pad: bool = False
    byte_start: int = 0
    byte_stop: int = 0

    def __init__(
        self,
        id: int,
        data: bytes,
        start: int,
        stop: int,
        special: bool = False,
        pad: bool = False,
        byte_start: int = 0,
        byte_stop: int = 0,
    ):
        # What a frozen dataclass would write, but twice as fast: a long text has tens of thousands of tokens.
        fields = self.__dict__
        fields["id"] = id
        fields["data"] = data
        fields["start"] = start
        fields["stop"] = stop
        fields["special"] = special
        fields["pad"] = pad
        fields["byte_start"] = byte_start
        fields["byte_stop"] = byte_stop

    @property
    def text(self) -> str:
        """What to show: spaces as ·, newline ⏎, tab ⇥, control characters as ␀ and the like, other invisible
        characters as ⟨U+200B⟩, bytes that are no whole character as ⟨E5 96⟩; never U+FFFD."""
        if not self.data:
            return f"#{self.id}"
        text = self.data.decode("utf-8", "surrogateescape").translate(_PICTURES)
        return _BROKEN.sub(lambda m: _named_bytes(m[0]), text)

    @property
    def whole(self) -> bool:
        """Whether the bytes are whole characters."""
        try:
            self.data.decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True


@dataclass(frozen=True)
class Merge:
    """One merge on the way to a token: `left` + `right` = `result`, whose rank (and id) is `rank`."""

    left: bytes
    right: bytes
    result: bytes
    rank: int


def refuse_surrogates(text: str) -> None:
    """Raises TokenError where `text` holds half of a surrogate pair."""
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        code = ord(text[error.start])
        raise TokenError(
            f"Character {error.start + 1:,} of the text is U+{code:04X}, half of a surrogate pair: remove it."
        ) from None


def as_id(value: object) -> int:
    """`value` as a Python int. Raises TokenError where it is no whole number, or is True or False."""
    if isinstance(value, (bool, np.bool_)):
        raise TokenError(f"{value!r} is not a token id: give a whole number.")
    try:
        return index(value)  # type: ignore[arg-type]
    except TypeError:
        raise TokenError(f"{value!r:.40} is not a token id: give a whole number.") from None
