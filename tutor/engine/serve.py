"""The other side of `remote.py`: keeps traces and answers what is asked of them, until the pipe ends.

One thing at a time, in the order in which it is asked; a thread of its own hears meanwhile that something is no longer
wanted, and ends the process at once where the other side is gone, so that it never outlives the window.
"""

from __future__ import annotations

import os
import queue
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any

import numpy as np

from tutor.engine.cancelling import can_be_given_up
from tutor.engine.pipe import Pipe
from tutor.engine.plain import ERRORS, KINDS, Codec, error_to_plain, is_foreseen
from tutor.engine.remote import THERE
from tutor.engine.trace import Cancelled, Trace


class Task:
    """What is being done for one request: whether it is still wanted, and how to tell how far it is."""

    def __init__(self, server: Server, number: int, tell: bool) -> None:
        self._server, self._number, self._tell = server, number, tell

    def cancelled(self) -> bool:
        return self._number <= self._server.stopped

    def progress(self, done: float) -> None:
        """Tell how much is done, 0 to 1. Raises Cancelled."""
        if self.cancelled():
            raise Cancelled
        if self._tell:
            self._server.pipe.send({"to": self._number, "told": done})


class Server:
    """Traces by their handles, and what can be asked without one."""

    def __init__(
        self, pipe: Pipe, does: Mapping[str, Callable[..., Any]], kinds: Sequence[type] = KINDS,
        errors: Sequence[type[BaseException]] = ERRORS,
    ) -> None:  # fmt: skip
        """`does` is what the process itself does: each is called with the Task and what was given."""
        self.pipe, self._does, self._errors = pipe, does, errors
        #: Requests up to this number are no longer wanted.
        self.stopped = 0
        self._codec = Codec(self._described, lambda handle, arrays: self._traces[handle], kinds)
        self._traces: dict[int, Trace] = {}
        self._count = 0
        self._made: list[int] = []
        self._of: Trace | None = None
        self._asked: queue.SimpleQueue[tuple[dict[str, Any], list[np.ndarray]]] = queue.SimpleQueue()

    def serve(self, load: Callable[[], Any] = lambda: None) -> None:
        """Answer until the process ends with the pipe. What `load` loads is there before the first question."""
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        load()
        with suppress(EOFError):  # the other side is gone
            self.pipe.send({"up": True})
            while True:
                self._answer(*self._asked.get())

    def _listen(self) -> None:
        while True:
            try:
                message, arrays = self.pipe.receive()
            except EOFError:
                os._exit(0)
            if "stop" in message:
                self.stopped = max(self.stopped, message["stop"])
            else:
                self._asked.put((message, arrays))

    def _answer(self, message: dict[str, Any], arrays: list[np.ndarray]) -> None:
        number = message["ask"]
        for handle in message["drop"]:
            self._traces.pop(handle, None)
        self._of = self._traces[message["of"]] if message["of"] is not None else None
        self._made = []
        task = Task(self, number, message["tell"])
        answer: dict[str, Any] = {"to": number}
        found: list[np.ndarray] = []
        try:
            with can_be_given_up(task.cancelled):
                made = self._do(message["do"], self._codec.value(message["given"], arrays), task)
                if task.cancelled():
                    raise Cancelled
            answer["value"] = self._codec.plain(made, found)
            del made
        except BaseException as error:  # the other side is told of everything and decides
            answer |= {"error": error_to_plain(error, self._errors)}
            if not is_foreseen(error):
                answer["trail"] = traceback.format_exc()
            found = []
        if self._of is not None:
            answer["state"] = _state(self._of)
        answer |= {"made": self._made, "edition": sum(trace.edition for trace in self._traces.values())}
        self._of = None
        self.pipe.send(answer, found)

    def _do(self, do: str, given: Sequence[Any], task: Task) -> Any:
        if self._of is None:
            return self._does[do](task, *given)
        if do not in THERE:
            raise ValueError(f"{do} is not asked of a trace")
        if do in ("prepare", "backward"):
            return getattr(self._of, do)(*given, task.progress, task.cancelled)
        return getattr(self._of, do)(*given)

    def _described(self, trace: Trace, arrays: list[np.ndarray]) -> Any:
        """All there is to tell of a trace but its numbers; what it shares with the one that was asked is left out."""
        handle = next((handle for handle, one in self._traces.items() if one is trace), 0)
        if not handle:
            self._count += 1
            handle = self._count
            self._traces[handle] = trace
            self._made.append(handle)
        facts = {
            one: getattr(trace, one) for one in ("program", "spec", "batch", "target")
            if self._of is None or getattr(trace, one) is not getattr(self._of, one)
        }  # fmt: skip
        facts |= {
            "handle": handle, "is_origin": trace.origin is trace, "told": trace.told, "touched": trace.touched,
            "patches": dict(trace.patches), **_state(trace),
        }  # fmt: skip
        return self._codec.plain(facts, arrays)


def _state(trace: Trace) -> dict[str, Any]:
    """What may change while a trace is read."""
    return {"where": trace.where, "laid": trace.laid, "notices": list(trace.notices)}
