"""Where you were, kept on disk while the window is open, so that neither a crash nor a power cut loses it.

Each open window has a file of its own in one folder, and a lock beside it. A window that closes takes its file away as
`last`; a file whose lock nobody holds any more was left by a crash and becomes `recovered`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from tutor.sessionfile import SUFFIX

#: How long the learner has to rest before their place is written, and how many windows may be open at once.
PAUSE_MS, _MOST = 1500, 9


class Autosave(QObject):
    """Says when to write, and where.

    Signals:
        due(): something changed a while ago, and it should be written now.
    """

    due = Signal()

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self._lock: QLockFile | None = None
        self.path: Path | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE_MS)
        self._timer.timeout.connect(self.due)
        self._take()

    def _take(self) -> None:
        """A file that no other window writes. What a crash left there is set aside first."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError:  # no place to write: the window goes on without
            return
        for number in range(1, _MOST + 1):
            lock = QLockFile(str(self._folder / f"window-{number}.lock"))
            lock.setStaleLockTime(0)  # never by age; by whether its process lives
            if not lock.tryLock(0):
                continue
            path = self._folder / f"window-{number}{SUFFIX}"
            with suppress(OSError):
                if path.is_file():
                    os.replace(path, self.recovered)
            if self._lock is None:
                self._lock, self.path = lock, path
            else:
                lock.unlock()

    @property
    def recovered(self) -> Path:
        """What a crash left."""
        return self._folder / f"recovered{SUFFIX}"

    @property
    def last(self) -> Path:
        """What the window that closed last showed."""
        return self._folder / f"last{SUFFIX}"

    def soon(self) -> None:
        """Something changed: write once the learner rests."""
        if self.path is not None:
            self._timer.start()

    def forget(self) -> None:
        """Nobody wants what a crash left."""
        with suppress(OSError):
            self.recovered.unlink(missing_ok=True)

    def close(self, write: Callable[[Path], None] | None = None) -> None:
        """The window closes: `write` its last state, which becomes `last`; without, leave nothing."""
        self._timer.stop()
        if self._lock is None or self.path is None:
            return
        with suppress(OSError):
            if write is not None:
                write(self.path)
            if self.path.is_file():
                os.replace(self.path, self.last)
        self._lock.unlock()
        self._lock = self.path = None
