"""Asking a process of its own, one thing at a time: waiting, cancelling, and what happens when it is lost.

Whoever waits is let go at once where it gives up; the process hears of it and stops at its next step. One that does not
come back from that is ended where something else is asked. One that ends by itself is lost: that is said, and it is
started again only where somebody wants it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from tutor.engine.pipe import Pipe
from tutor.engine.trace import Cancelled, EngineLost

#: How often a thread that waits looks whether it was given up, in seconds.
_LOOK_S = 0.02
#: A process that has not come back so many seconds after it was told to stop is ended, where something else is wanted.
PATIENCE_S = 10.0

Progress = Callable[[float], None]
#: A message and its arrays.
Message = tuple[dict[str, Any], list[np.ndarray]]


class Process(Protocol):
    """A process that serves: how to talk to it, and how to be rid of it."""

    pipe: Pipe

    def has_ended(self) -> bool:
        """Whether it is no more."""

    def kill(self) -> None:
        """End it at once, without waiting."""

    def end(self, patience: float) -> int:
        """Wait for its end, at most so many seconds, then kill it. Returns its exit status, negative for a signal."""


class _Deaf(Exception):
    """The process does not come back from what it was told to stop."""


class Asker:
    """Safe to use from several threads; while one asks, others wait.

    Attributes:
        age: how many processes there were.
        lost: how the process was lost, None while all is well.
    """

    def __init__(
        self, start: Callable[[], Process], unheard: Callable[[dict[str, Any]], None], patience: float = PATIENCE_S
    ) -> None:
        """`start` starts a process; `unheard` takes answers that came too late."""
        self._start, self._unheard, self._patience = start, unheard, patience
        self._lock = threading.RLock()
        self._process: Process | None = None
        self._closed = self._is_up = False
        self._number = 0
        #: The last request that was given up and not yet answered, and when it was.
        self._void: tuple[int, float] | None = None
        self.age = 0
        self.lost: EngineLost | None = None

    def start(self) -> None:
        """Start the process where none runs, so that it is ready when it is asked; after a loss, nothing is done."""
        with self._lock:
            if self._process is None and self.lost is None and not self._closed:
                self._process, self._is_up, self._void = self._start(), False, None
                self.age += 1

    def look(self) -> EngineLost | None:
        """How the process was lost, found out without waiting: who asks it just now finds out by himself."""
        if self._lock.acquire(blocking=False):
            try:
                if self._process is not None and self._process.has_ended():
                    self._is_lost()
            finally:
                self._lock.release()
        return self.lost

    def kill(self) -> None:
        """End the process, without waiting for it: what is asked of it is lost."""
        process = self._process
        if process is not None:
            process.kill()

    def start_again(self) -> None:
        """Start another process in the place of one that was lost, or that is there."""
        self.kill()
        with self._lock:
            if self._process is not None:
                self._process.end(0)
                self._forget()
            self.lost = None
            self.start()

    def close(self, patience: float = 2.0) -> None:
        """End the process for good; nothing is answered any more."""
        self._closed = True
        process = self._process
        if process is not None:
            process.pipe.end()
            process.end(patience)
        with self._lock:
            self._forget()

    def _forget(self) -> None:
        if self._process is not None:
            self._process.pipe.close()
        self._process = self._void = None

    def _is_lost(self) -> EngineLost:
        """The process is gone: find out how."""
        process = self._process
        if process is None or self._closed:
            return EngineLost("The engine is closed.")
        status = process.end(1.0)
        self._forget()
        logging.getLogger("tutor").error("the engine's process ended with exit status %s", status)
        if status == -9:
            self.lost = EngineLost("The engine was ended from outside, perhaps for want of memory: start it again.")
        else:
            self.lost = EngineLost(f"The engine stopped by itself (exit status {status}): start it again.")
        return self.lost

    def ask(
        self, message: Callable[[], Message], take: Callable[[Message], Any], progress: Progress | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Any:  # fmt: skip
        """What `take` makes of the answer to a message, which is made when the process is there and nobody else asks.

        Raises Cancelled as soon as `stopped` says so, EngineLost, and what `take` and `progress` raise.
        """
        while not self._lock.acquire(timeout=_LOOK_S):
            if stopped():
                raise Cancelled
        try:
            for _ in range(2):
                if self.lost is not None:
                    raise EngineLost(str(self.lost))
                self.start()
                if stopped():
                    raise Cancelled
                made = message()
                try:
                    answer = self._ask(made, progress, stopped)
                except _Deaf:
                    self.start_again()
                except EOFError:
                    raise self._is_lost() from None
                else:
                    return take(answer)
            self.lost = EngineLost("The engine does not answer: start it again.")
            raise self.lost
        finally:
            self._lock.release()

    def _ask(self, made: Message, progress: Progress | None, stopped: Callable[[], bool]) -> Message:
        if self._process is None:
            raise EOFError
        pipe = self._process.pipe
        self._number += 1
        number = self._number
        try:
            pipe.send({"ask": number, "tell": progress is not None, **made[0]}, made[1])
            while True:
                found = self._receive(pipe, stopped)
                if found is None or found[0].get("to") != number:
                    continue
                if "told" not in found[0]:
                    return found
                if progress is not None:
                    progress(found[0]["told"])
        except (EOFError, _Deaf):
            raise
        except BaseException:
            pipe.send({"stop": number})
            self._void = (number, time.monotonic())
            raise

    def _receive(self, pipe: Pipe, stopped: Callable[[], bool]) -> Message | None:
        """What comes next, None where nothing came for a moment. Raises Cancelled."""
        if stopped():
            raise Cancelled
        if not pipe.waits(_LOOK_S):
            # While it is still loading it cannot hear.
            if self._void is not None and self._is_up and time.monotonic() > self._void[1] + self._patience:
                raise _Deaf
            return None
        found = pipe.receive()
        told = found[0]
        if "up" in told:
            self._is_up = True
        elif told["to"] != self._number and "told" not in told:
            self._unheard(told)
            if self._void is not None and told["to"] == self._void[0]:
                self._void = None
        return found
