"""Which tokens are followed: what they mark on the strip and light in the heat maps. No state, no drawing."""

from __future__ import annotations

import itertools

from tutor import several
from tutor.engine import axes as ax
from tutor.engine.picture import Lit, Picture, choose
from tutor.engine.token_bytes import Token
from tutor.session import Session
from tutor.views import combined
from tutor.views.chips import TokenStrip
from tutor.views.present import lit


def mark(strip: TokenStrip, session: Session) -> None:
    """Mark tokens on the strip: query and key, or a position, which is neither.

    They are those of the pinned cell; where none is pinned, the tokens that are followed, as far as the step on screen
    has their rows or columns.
    """
    trace, path = session.trace, session.cursor.path
    assert trace is not None
    streams = trace.program.streams
    rows, columns = _followed(session)
    query = key = None
    named = False
    for axis, stream, at in zip(trace.shapes[path], session.streams(path), session.cell or itertools.repeat(None)):
        if stream is not None and axis.name in (ax.QUERY, ax.POS):
            query, named = (stream, at if session.cell is not None else rows), axis.name == ax.QUERY
        elif stream is not None and axis.name == ax.KEY:
            key = (stream, at if session.cell is not None else columns)
    strip.set_also(several.tokens(session, query[0]) if query else ())
    strip.set_query(query[1] if query else None, named, streams.index(query[0]) if query else None)
    strip.set_key(key[1] if key else None, streams.index(key[0]) if key else None)


def _followed(session: Session) -> tuple[int | None, int | None]:
    """The row and the column of the step on screen that belong to followed tokens.

    A column does only where it is a token of another text than the rows': in self-attention one token is followed.
    """
    assert session.trace is not None
    path = session.cursor.path
    found = {axis.name: stream for axis, stream in zip(session.trace.shapes[path], session.streams(path))}
    rows, columns = found.get(ax.QUERY, found.get(ax.POS)), found.get(ax.KEY)
    places = session.positions
    return places.get(rows or ""), places.get(columns or "") if columns != rows else None


def rows(session: Session) -> tuple[int, ...]:
    """The rows of the step on screen that are lit: the pinned cell's, the selected tokens', or the followed one's."""
    trace, path = session.trace, session.cursor.path
    if trace is None:
        return ()
    axes = trace.shapes[path]
    at = choose(axes)[0]
    if at is None or axes[at].name not in ax.TOKEN_AXES:
        return ()
    some = several.tokens(session, session.streams(path)[at])
    if some:
        return some
    if session.cell is not None:
        return (session.cell[at],)
    row = _followed(session)[0]
    return () if row is None else (row,)


def followed(session: Session, picture: Picture) -> tuple[tuple[Lit, Lit] | None, ...]:
    """What the followed tokens light while no cell is pinned: their row (and column) in the result, and the rows of
    the operands that the result's row comes from."""
    trace = session.trace
    assert trace is not None
    result = picture.result
    if picture.layout == "derived":
        return (combined.rows_of(picture), None), None
    row, column = _followed(session)
    if result.rows is None or result.rows.name not in ax.TOKEN_AXES or row is None or row >= result.values.shape[0]:
        return ()
    last = result.values.shape[1] - 1
    if combined.is_compared(picture):
        return tuple((row, None) if row < panel.values.shape[0] else None for panel in picture.panels)
    # What the first and the last cell of the row read alike, the whole row reads.
    first, other = (lit(trace, picture, result.index(row, at)) for at in (0, last))
    found: list[tuple[Lit, Lit] | None] = []
    for one, two in zip(first[:-1], other[:-1]):
        same = one is not None and two is not None and one[0] is not None and one[0] == two[0]
        found.append((one[0], None) if one is not None and same else None)
    shown = result.columns is not None and result.columns.name == ax.KEY and column is not None and column <= last
    return (*found, (row, column if shown else None))


def is_mask(token: Token, mask: str) -> bool:
    """Whether a token is the model's mask."""
    return not token.pad and (token.text == mask or token.data == mask.encode())
