"""The engine in a process of its own, as the window uses it: started, asked for runs, started again, closed.

`subprocess` starts the interpreter that runs here; nothing of the window is imported there. It ends with its pipe.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import tutor
from tutor.engine import asking, plain, remote
from tutor.engine.pipe import Pipe
from tutor.engine.trace import TraceError
from tutor.work import Handle, Request, Run, TargetError

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


class EngineProcess:
    """Runs sentences in a process of its own. Starting waits for nothing; safe to use from several threads."""

    def __init__(self, patience: float = asking.PATIENCE_S) -> None:
        """`patience` is how long the process may take to stop what is no longer wanted, in seconds."""
        self._remote = remote.Remote(Child, KINDS, ERRORS, patience)

    def start(self) -> None:
        """Start the process, so that it is ready when it is asked."""
        self._remote.start()

    def run(self, request: Request, job: Handle) -> Run:
        """Run sentences through a model; after a loss in a new process, since somebody wants it. Raises the engine's
        errors, Cancelled or EngineLost."""
        if self._remote.look() is not None:
            self._remote.start_again()
        found: Run = self._remote.ask(None, "run", (request,), job.progress, job.cancelled)
        made = found.trace
        assert isinstance(made, remote.RemoteTrace)
        # By its tokens: what the model wrote itself, or what was drawn, is not written or drawn again.
        made.made_by("again", request, made.batch, made.target)
        return found

    def look(self) -> TraceError | None:
        """How the process was lost, None where it was not; found out without waiting for anything."""
        return self._remote.look()

    def kill(self) -> None:
        """End the process, without waiting for it; whoever waits for its answer hears that it is lost."""
        self._remote.kill()

    def start_again(self) -> None:
        """Start another process in the place of one that was lost."""
        self._remote.start_again()

    def close(self) -> None:
        """End the process; nothing can be asked any more."""
        self._remote.close()


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
