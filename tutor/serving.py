"""The engine's process: what `engine_process.py` starts. Runs sentences and keeps their traces; imports torch."""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tutor.engine.pipe import Pipe
from tutor.engine.serve import Server
from tutor.engine_child import ERRORS, KINDS
from tutor.running import Engine

#: Linux: where memory runs out, this process goes before the window does (0 to 1000).
_GOES_FIRST = "500"


def main(end: str) -> None:
    """Serve at one end of a pipe: a file's number, or "-" where it is told on the standard input."""
    # Ctrl+C in a terminal is for the window; this process ends with its pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write(_GOES_FIRST)
    there = socket.socket(fileno=int(end)) if end != "-" else _inherited(sys.stdin.buffer.read())
    os.set_inheritable(there.fileno(), False)
    engine = Engine()
    does: dict[str, Callable[..., Any]] = {
        "run": lambda job, request: engine.run(request, job),
        "again": lambda job, request, batch, target: engine.again(request, batch, target, job),
    }
    Server(Pipe(there), does, KINDS, ERRORS).serve(_load)


def _inherited(told: bytes) -> socket.socket:
    return socket.fromshare(told)  # type: ignore[attr-defined, no-any-return]  # Windows alone has it


def _load() -> None:
    """Import torch ahead of the first run; where that cannot be, the run says so."""
    with suppress(Exception):
        import tutor.engine.live  # noqa: F401
