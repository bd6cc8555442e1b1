"""The engine's process as its parent sees it: how it is started and ended, and what may cross to it and back.

`subprocess` starts the interpreter that runs here; nothing of the window is imported there. It ends with its pipe.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import tutor
from tutor.engine import plain
from tutor.engine.pipe import Pipe
from tutor.work import Request, Run, TargetError

#: What may cross to the process and back.
KINDS: tuple[type, ...] = (*plain.KINDS, Request, Run)
ERRORS: tuple[type[BaseException], ...] = (TargetError, *plain.ERRORS)
#: How long, in seconds, the process may take to read a message: it does nothing else meanwhile.
_PATIENCE_S = 60.0
#: What the interpreter there is told: where this program lies, which end of the pipe, which module serves.
_CODE = """\
import importlib, sys
if sys.argv[1] not in sys.path:
    sys.path.insert(0, sys.argv[1])
importlib.import_module(sys.argv[3]).main(sys.argv[2])
"""


class Child:
    """The process and this end of its pipe."""

    def __init__(self, module: str = "tutor.serving") -> None:
        """`module` has the `main` that serves."""
        ours, theirs = socket.socketpair()
        root = str(Path(tutor.__file__).parent.parent)
        windows = sys.platform == "win32"
        command = [sys.executable, "-P", "-c", _CODE, root, "-" if windows else str(theirs.fileno()), module]
        with theirs:
            self._process = subprocess.Popen(
                command, env=_environment(), stdin=subprocess.PIPE if windows else subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=None if sys.stderr is not None else subprocess.DEVNULL,
                pass_fds=() if windows else (theirs.fileno(),),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )  # fmt: skip
            if windows and self._process.stdin is not None:
                self._process.stdin.write(theirs.share(self._process.pid))  # type: ignore[attr-defined]
                self._process.stdin.close()
        self.pipe = Pipe(ours, _PATIENCE_S)

    @property
    def pid(self) -> int:
        return self._process.pid

    def has_ended(self) -> bool:
        """Whether it is no more."""
        return self._process.poll() is not None

    def kill(self) -> None:
        """End it at once, without waiting."""
        self._process.kill()

    def end(self, patience: float) -> int:
        """Wait for its end, at most so many seconds, then kill it. Returns its exit status, negative for a signal."""
        try:
            return self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()


def _environment() -> dict[str, str]:
    """One thread fewer than the cores, for the window's sake; what the learner has set is left."""
    there = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return {"OMP_NUM_THREADS": str(max(1, there - 1)), **os.environ}
