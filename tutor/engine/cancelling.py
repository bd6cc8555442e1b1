"""Whether what a thread is at has been given up: asked deep inside a computation, without handing a job down to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_asked: ContextVar[Callable[[], bool]] = ContextVar("given_up", default=lambda: False)


def given_up() -> bool:
    """Whether this thread's work is no longer wanted; False where nobody could say so."""
    return _asked.get()()


@contextmanager
def can_be_given_up(asked: Callable[[], bool]) -> Iterator[None]:
    """Within this, `given_up` in this thread is what `asked` says."""
    token = _asked.set(asked)
    try:
        yield
    finally:
        _asked.reset(token)
