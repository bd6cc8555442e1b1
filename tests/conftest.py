"""What every test runs under: one thread for torch, no display, and nothing left over from the test before."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator

# Before torch, numpy or Qt is imported; none of them is imported here, so that most tests start without them.
os.environ["OMP_NUM_THREADS"] = "1"
os.environ["OPENBLAS_NUM_THREADS"] = "1"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The models that somebody fetched are not the tests' business, nor is their folder.
os.environ["TRANSFORMER_TUTOR_DATA"] = tempfile.mkdtemp(prefix="tutor-tests-")
# No test reaches the network; transformers would otherwise ask for what it does not find.
os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
from hypothesis import settings

#: How long a thread that is already on its way out may take.
PATIENCE_S = 2.0

settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "gui: opens widgets (set by itself for tests that use qtbot or qapp)")


def pytest_unconfigure() -> None:
    shutil.rmtree(os.environ["TRANSFORMER_TUTOR_DATA"], ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if is_gui(item):
            item.add_marker("gui")


def is_gui(item: pytest.Item) -> bool:
    return bool({"qtbot", "qapp", "qtmodeltester"} & set(getattr(item, "fixturenames", ())))


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fails a test that leaves a Python thread running."""
    before = set(threading.enumerate())
    yield
    left = [thread for thread in set(threading.enumerate()) - before if _counts(thread)]
    for thread in left:
        thread.join(PATIENCE_S)
    left = [thread.name for thread in left if thread.is_alive()]
    if left:
        pytest.fail(f"Threads are still running: {', '.join(left)}. Join them, or close what started them.")


def _counts(thread: threading.Thread) -> bool:
    # Threads that Qt or torch made are seen here as dummies for ever; `nothing_of_qt_left` asks Qt itself.
    return not isinstance(thread, threading._DummyThread) and not thread.name.startswith("pytest_timeout")


_frozen = ""


@pytest.fixture(autouse=True)
def nothing_of_qt_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """For tests with widgets: no cyclic garbage collection while Qt dispatches, and no widget or thread left.

    The collector may run inside Qt's event dispatch and free a widget that Qt is about to use, which ends the
    process. So it is off during such a test; between tests deletions are delivered and cycles collected.
    """
    global _frozen
    if not is_gui(request.node):
        yield
        return
    from PySide6.QtWidgets import QApplication

    request.getfixturevalue("qapp")
    deliver()
    if _frozen != str(request.path):
        gc.freeze()  # what imports and other files' tests made needs no second look after every test
        _frozen = str(request.path)
    before = {id(widget): widget for widget in QApplication.topLevelWidgets()}
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
        running = running_threads()
        deliver()
        left = [name_of(one) for one in QApplication.topLevelWidgets() if id(one) not in before and not is_tip(one)]
    finally:
        if enabled:
            gc.enable()
    if running:
        pytest.fail(
            f"Still running: {', '.join(running)}. Close the runner (`runner.close()`) or the window that owns it."
        )
    if left:
        pytest.fail(
            f"Top-level widgets are left: {', '.join(left)}. Give them to `qtbot.addWidget`, or a parent, and keep "
            "no reference to them (a lambda that holds self is one)."
        )


def deliver() -> None:
    """Carry out what `deleteLater` asked for, which processing events alone does not, and collect cycles."""
    from PySide6.QtCore import QCoreApplication, QEvent

    for _ in range(2):  # freeing a cycle may ask for more deletions
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def running_threads() -> list[str]:
    """Pools and threads of Qt that are at work, after a moment to finish."""
    import shiboken6
    from PySide6.QtCore import QThread, QThreadPool

    patience = int(PATIENCE_S * 1000)
    found = []
    # By type: `isinstance` asks some of torch's objects for their class, which warns that they are deprecated.
    made = [one for one in gc.get_objects() if issubclass(type(one), (QThread, QThreadPool))]
    for one in [QThreadPool.globalInstance(), *made]:
        if not shiboken6.isValid(one):
            continue
        if isinstance(one, QThreadPool):
            if not one.waitForDone(patience):
                found.append(f"a QThreadPool ({one.activeThreadCount()} at work)")
        elif one is not QThread.currentThread() and one.isRunning() and not one.wait(patience):
            found.append(name_of(one))
    return found


def is_tip(widget: object) -> bool:
    """Qt keeps one label for tooltips and hides it in its own time."""
    return widget.metaObject().className() == "QTipLabel"  # type: ignore[attr-defined]


def name_of(one: object) -> str:
    return f"{type(one).__name__} {one.objectName()!r}"  # type: ignore[attr-defined]
