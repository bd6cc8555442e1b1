"""Thumbnails of results: made off the GUI thread one after the other, and kept for as long as the run is on screen."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from tutor import work
from tutor.engine.picture import Panel, Selection
from tutor.engine.trace import Trace
from tutor.runner import Runner
from tutor.session import Session
from tutor.views import present
from tutor.views.heatdata import Map

THUMBNAIL = "thumbnail"
#: How many are kept.
_MOST = 400


class ThumbsDesk(QObject):
    """Between the Session, the engine and whoever shows thumbnails.

    Signals:
        came(str)  a thumbnail of this step is there now
    """

    came = Signal(str)

    def __init__(self, session: Session, runner: Runner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._runner = session, runner
        self._made: dict[tuple[str, Selection], Map | None] = {}
        self._wanted: list[tuple[str, Selection]] = []
        self._doing: tuple[str, Selection] | None = None
        #: Steps whose result must not be seen just now.
        self.veiled: frozenset[str] = frozenset()
        session.traceChanged.connect(self.forget)
        runner.done.connect(self._done)
        runner.failed.connect(self._failed)

    def forget(self) -> None:
        """Another run: all its thumbnails are others."""
        self._runner.cancel(THUMBNAIL)
        self._made.clear()
        self._wanted.clear()
        self._doing = None

    def have(self, path: str) -> Map | None:
        """The thumbnail of a step for the head and the sentence on screen, where it is made."""
        return None if path in self.veiled else self._made.get((path, self._session.selection))

    def want(self, path: str) -> Map | None:
        """The thumbnail where it is made; else it is asked for, before all others, and `came` tells."""
        key = (path, self._session.selection)
        if path in self.veiled:
            return None
        if self._session.trace is None or key in self._made:
            return self._made.get(key)
        if key != self._doing:
            if key in self._wanted:
                self._wanted.remove(key)
            self._wanted.append(key)
            self._next()
        return None

    def leave(self, path: str) -> None:
        """This one is wanted no longer; if it is being made, it is kept."""
        self._wanted = [key for key in self._wanted if key[0] != path]

    def _next(self) -> None:
        trace = self._session.trace
        if self._doing is None and self._wanted and trace is not None:
            self._doing = self._wanted.pop()
            self._runner.submit(THUMBNAIL, partial(_thumbnail, trace, *self._doing))

    def _done(self, channel: str, result: object) -> None:
        if channel == THUMBNAIL:
            self._keep(present.small(result) if isinstance(result, Panel) else None)

    def _failed(self, channel: str, error: BaseException) -> None:
        if channel == THUMBNAIL:  # the stage itself will say what is wrong
            self._keep(None)

    def _keep(self, made: Map | None) -> None:
        if self._doing is None:
            return
        key, self._doing = self._doing, None
        self._made[key] = made
        while len(self._made) > _MOST:
            self._made.pop(next(iter(self._made)))
        if made is not None:
            self.came.emit(key[0])
        self._next()


def _thumbnail(trace: Trace, path: str, selection: Selection, job: work.Handle) -> Panel | None:
    return work.thumbnail(trace, path, selection)
