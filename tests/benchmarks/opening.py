"""One start of the window, watched: what `tests.benchmarks.start` runs in a fresh process.

    python -c "from tests.benchmarks import opening; opening.main()" SETTINGS [ARGUMENT …]

`main.py`'s own way is taken; only what the window shows is looked at, from outside: an event filter on the stage's
heat maps sees them painted, and one key is sent. Prints a line for each moment, with the seconds by the clock that the
parent reads too: `shown` (the window), `painted` (its first picture), `stepped` (the next one, after the
key), `settled` (nothing left to do); then the window closes.
"""

import importlib.machinery
import sys
import time


def say(moment: str) -> None:
    print(f"{moment} {time.perf_counter()!r}", flush=True)


class Watch:
    """Sees `tutor.app` imported by whoever imports it, so that nothing comes earlier or later than it does without."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def find_spec(self, name, path=None, target=None):  # type: ignore[no-untyped-def]
        if name != "tutor.app":
            return None
        sys.meta_path.remove(self)  # type: ignore[arg-type]
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        assert spec is not None and spec.loader is not None
        load = spec.loader.exec_module

        def loaded(module):  # type: ignore[no-untyped-def]
            load(module)
            self._watch(module)

        spec.loader.exec_module = loaded  # type: ignore[method-assign]
        return spec

    def _watch(self, app) -> None:  # type: ignore[no-untyped-def]
        make = app.make_window

        def made(*given):  # type: ignore[no-untyped-def]
            window = make(*given)
            window.watcher = watcher(window)
            return window

        app.make_window = made
        app.settings_file = lambda: app.QSettings(f"{self._folder}/settings.ini", app.QSettings.Format.IniFormat)


def watcher(window):  # type: ignore[no-untyped-def]
    """What sees the window paint and answers with a key."""
    from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
    from PySide6.QtGui import QKeyEvent

    class Watcher(QObject):
        """Posts itself an event with every painting of the maps, which arrives when the whole window is painted."""

        def __init__(self) -> None:
            super().__init__(window)
            self.seen: list[str] = []
            window.stage.equation.installEventFilter(self)

        def eventFilter(self, watched, event) -> bool:  # type: ignore[no-untyped-def]
            if event.type() == QEvent.Type.Paint:
                QCoreApplication.postEvent(self, QEvent(QEvent.Type.User))
            return False

        def customEvent(self, event) -> None:  # type: ignore[no-untyped-def]
            path = window.session.cursor.path if window.session.trace is not None else ""
            if not self.seen:
                self.say("shown")
            if not path or not window.stage_desk.ready():
                return
            if self.seen == ["shown"]:
                self.say("painted")
                self.first = path
                for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                    key = QKeyEvent(kind, Qt.Key.Key_Period, Qt.KeyboardModifier.NoModifier, ".")
                    QCoreApplication.postEvent(window.focusWidget() or window, key)
            elif len(self.seen) == 2 and path != self.first:
                self.say("stepped")
                window.settled.connect(self.end)
                if window.is_settled():
                    self.end()

        def end(self) -> None:
            self.say("settled")
            window.close()

        def say(self, moment: str) -> None:
            self.seen.append(moment)
            say(moment)

    return Watcher()


def main() -> int:
    folder, sys.argv[1:] = sys.argv[1], sys.argv[2:]
    sys.meta_path.insert(0, Watch(folder))  # type: ignore[arg-type]
    from tutor.cli import main as start

    return start()


if __name__ == "__main__":
    sys.exit(main())
