"""Several heads, or several tokens of a text, selected at once: the picture shows their mean or their sum.

They are part of the session's selection: heads under the name of their axis, tokens under the name of their ids, since
the axis of their rows is another from step to step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tutor.engine import axes as ax
from tutor.engine import derived
from tutor.engine.picture import Selection, choose
from tutor.session import Session


def shown(session: Session) -> Selection:
    """The selection as the step on screen has it: tokens as entries of the axis of its rows."""
    trace, found = session.trace, session.selection
    if trace is None or not found.several:
        return found
    axes = trace.shapes[session.cursor.path]
    row = choose(axes)[0]
    if row is not None:
        some = tokens(session, session.streams(session.cursor.path)[row])
        if len(some) > 1:
            found = found.with_several(axes[row].name, some)
    return found


def is_derived(session: Session) -> bool:
    """Whether the picture shows a mean or a sum, and so no tensor of the model."""
    trace = session.trace
    return trace is not None and derived.is_derived(trace, session.cursor.path, shown(session))


def heads(session: Session) -> tuple[int, ...]:
    """The several heads that are selected of the step on screen; none where it is one."""
    trace = session.trace
    axes = trace.shapes[session.cursor.path] if trace is not None else ()
    return next((session.selection.entries(axis) for axis in axes if axis.name == ax.HEAD), ())


def tokens(session: Session, stream: str | None) -> tuple[int, ...]:
    """The several tokens that are selected of a text, those that the sentence on screen has; none where it is one."""
    trace = session.trace
    if trace is None or stream is None or stream not in trace.batches:
        return ()
    batch = trace.batches[stream]
    row = min(dict(session.selection.at).get(ax.BATCH, 0), batch.n_rows - 1)
    some = tuple(at for at in dict(session.selection.several).get(stream, ()) if at < int(batch.lengths[row]))
    return some if len(some) > 1 else ()


def toggle_head(session: Session, head: int) -> None:
    """Add a head to those that are selected, or take it from them; the last one stays."""
    trace = session.trace
    axes = trace.shapes[session.cursor.path] if trace is not None else ()
    axis = next((one for one in axes if one.name == ax.HEAD), None)
    if axis is None or not 0 <= head < axis.size:
        return
    some = session.selection.entries(axis) or (session.selection.of(axis),)
    session.choose(session.selection.with_several(ax.HEAD, _toggled(some, head) or some))


def toggle_token(session: Session, stream: str, at: int) -> None:
    """Add a token of a text to those that are selected, or take it from them. The first one is followed."""
    trace = session.trace
    if trace is None or stream not in trace.batches:
        return
    batch = trace.batches[stream]
    row = min(dict(session.selection.at).get(ax.BATCH, 0), batch.n_rows - 1)
    if not 0 <= at < int(batch.lengths[row]):
        return
    alone = session.positions.get(stream, _pinned(session, stream))
    some = tokens(session, stream) or (() if alone is None else (alone,))
    chosen = _toggled(some, at) or some or (at,)
    with session.moves.together():
        if len(chosen) > 1:
            session.choose(session.selection.with_several(stream, chosen))
        else:
            session.choose(session.selection.single(stream))
        session.follow(stream, chosen[0])


def set_how(session: Session, how: str) -> None:
    """Show the mean or the sum."""
    session.choose(replace(session.selection, how=how))


def clear(session: Session) -> bool:
    """One head and one token again, those that stood for the others. Returns whether there was anything to clear."""
    if not session.selection.several:
        return False
    session.choose(session.selection.single())
    return True


def _toggled(some: Sequence[int], at: int) -> tuple[int, ...]:
    return tuple(sorted(set(some) ^ {at}))


def _pinned(session: Session, stream: str) -> int | None:
    """The row of the pinned cell, where it is a token of this text."""
    if session.cell is None or session.trace is None:
        return None
    found = zip(session.trace.shapes[session.cursor.path], session.streams(session.cursor.path), session.cell)
    return next((at for axis, text, at in found if text == stream and axis.name in (ax.POS, ax.QUERY)), None)
