"""The engine in a process of its own, as the window uses it: started, asked for runs, started again, closed.

What it takes to talk to a process is imported when somebody first does: the window's first picture needs none of it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from tutor.engine.trace import TraceError
from tutor.work import Handle, Request, Run

if TYPE_CHECKING:
    from tutor.engine.remote import Remote


class EngineProcess:
    """Runs sentences in a process of its own. Starting waits for nothing; safe to use from several threads."""

    def __init__(self, patience: float | None = None) -> None:
        """`patience` is how long the process may take to stop what is no longer wanted, in seconds (None: as long as
        `asking` gives it)."""
        self._patience = patience
        self._made: Remote | None = None
        self._closed = False
        self._making = threading.Lock()

    @property
    def _remote(self) -> Remote:
        with self._making:
            if self._made is None:
                from tutor import engine_child
                from tutor.engine import asking, remote

                patience = asking.PATIENCE_S if self._patience is None else self._patience
                self._made = remote.Remote(engine_child.Child, engine_child.KINDS, engine_child.ERRORS, patience)
                if self._closed:
                    self._made.close()
            return self._made

    def start(self) -> None:
        """Start the process, so that it is ready when it is asked."""
        self._remote.start()

    def run(self, request: Request, job: Handle) -> Run:
        """Run sentences through a model; after a loss in a new process, since somebody wants it. Raises the engine's
        errors, Cancelled or EngineLost."""
        from tutor.engine.remote import RemoteTrace

        if self._remote.look() is not None:
            self._remote.start_again()
        found: Run = self._remote.ask(None, "run", (request,), job.progress, job.cancelled)
        made = found.trace
        assert isinstance(made, RemoteTrace)
        # By its tokens: what the model wrote itself, or what was drawn, is not written or drawn again.
        made.made_by("again", request, made.batch, made.target)
        return found

    def look(self) -> TraceError | None:
        """How the process was lost, None where it was not; found out without waiting for anything."""
        return None if self._made is None else self._made.look()

    def kill(self) -> None:
        """End the process, without waiting for it; whoever waits for its answer hears that it is lost."""
        if self._made is not None:
            self._made.kill()

    def start_again(self) -> None:
        """Start another process in the place of one that was lost."""
        self._remote.start_again()

    def close(self) -> None:
        """End the process; nothing can be asked any more."""
        with self._making:
            self._closed = True
            made = self._made
        if made is not None:
            made.close()
