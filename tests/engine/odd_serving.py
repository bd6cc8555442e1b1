"""A process that serves without torch: what the tests of asking need of it, good and bad. No tests of its own."""

from __future__ import annotations

import os
import socket
import threading
from typing import Any

import numpy as np

from tutor.engine import axes as ax
from tutor.engine import families
from tutor.engine.axes import Slices
from tutor.engine.cancelling import given_up
from tutor.engine.pipe import Pipe
from tutor.engine.plain import ERRORS
from tutor.engine.serve import Server, Task
from tutor.engine.spec import ModelSpec
from tutor.engine.tokens import batch_of_ids
from tutor.engine.trace import Cancelled, Trace, frozen

SPEC = ModelSpec("small", "decoder_only", d_model=12, n_heads=3, d_head=4, n_layers=1, d_mlp=20, d_vocab=29, n_ctx=16)
_ever = threading.Event()


class Unheard(Exception):
    """An error that is no other."""


class Plain(Trace):
    """A run of which every number is the same; reading `tokens` waits until it is given up."""

    def __init__(self, value: float) -> None:
        super().__init__(families.program(SPEC), SPEC, batch_of_ids(None, [[1, 2, 3]], SPEC.n_ctx, SPEC.d_vocab))
        self.value, self.reads_done = value, 0

    @property
    def where(self) -> str:
        return f"read {self.reads_done} times"

    @property
    def edition(self) -> int:
        return self.reads_done // 3

    def read(self, name: str, slices: Slices) -> np.ndarray:
        self.reads_done += 1
        if name == "tokens":
            while not given_up():
                _ever.wait(0.001)
            raise Cancelled
        if name == "embed":
            self.notices.append(f"Notice {self.reads_done}.")
        return frozen(np.asarray(np.full(ax.shape(self.shapes[name]), self.value, np.float32)[tuple(slices)]))

    def with_override(self, name: str, values: np.ndarray) -> Trace:
        made = Plain(float(np.mean(values)))
        made.told = (*self.told, name)
        return made


def wait(task: Task) -> None:
    """Until it is told to stop."""
    task.progress(0.5)
    while not task.cancelled():
        _ever.wait(0.001)
    stops.append(1)
    raise Cancelled


def deaf(task: Task) -> None:
    """It does not hear that it should stop."""
    task.progress(0.5)
    _ever.wait()


def tell(task: Task, times: int) -> str:
    for at in range(times):
        task.progress(at / times)
    return "told"


def fail(task: Task, kind: str, text: str) -> None:
    raise {one.__name__: one for one in (*ERRORS, Unheard, ZeroDivisionError, FileNotFoundError)}[kind](text)


stops: list[int] = []
server: Server


def main(end: str) -> None:
    global server
    does: dict[str, Any] = {
        "echo": lambda task, *given: given,
        "wait": wait, "deaf": deaf, "tell": tell, "fail": fail,
        "stops": lambda task: len(stops),
        "leave": lambda task, status: os._exit(status),
        "pid": lambda task: os.getpid(),
        "numbers": lambda task, count: np.arange(count, dtype=np.float32),
        "trace": lambda task, value: Plain(value),
        "traces": lambda task: len(server._traces),
        "object": lambda task: object(),
    }  # fmt: skip
    server = Server(Pipe(socket.socket(fileno=int(end))), does)
    server.serve()
