"""The Runner: answers come on the GUI thread, only the newest counts, and closing leaves nothing behind."""

from __future__ import annotations

import gc
import threading
import time
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QThread

from tutor.engine.trace import Cancelled
from tutor.runner import Runner

LONG_S = 20.0


class Gate:
    """A job that waits until it is let go, or cancelled where it is cooperative."""

    def __init__(self, answer: object = "answer", cooperative: bool = True) -> None:
        self.answer, self.cooperative = answer, cooperative
        self.started, self.go_on, self.ended = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, job):
        self.started.set()
        try:
            end = time.monotonic() + LONG_S
            while not self.go_on.wait(0.005) and time.monotonic() < end:
                if self.cooperative and job.cancelled():
                    raise Cancelled
            return self.answer
        finally:
            self.ended.set()


@pytest.fixture
def runner(qapp):
    one = Runner()
    one.said = []
    one.done.connect(lambda channel, result: one.said.append(("done", channel, result)))
    one.failed.connect(lambda channel, error: one.said.append(("failed", channel, error)))
    one.progressed.connect(lambda channel, share: one.said.append(("progressed", channel, share)))
    one.idle.connect(lambda: one.said.append(("idle",)))
    yield one
    assert one.close()
    one.said.clear()
    one.deleteLater()


def answers(runner) -> list[tuple]:
    return [one for one in runner.said if one[0] in ("done", "failed")]


def deliver() -> None:
    """What the worker has sent by now reaches the GUI thread."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents()
        QCoreApplication.processEvents()


def test_an_answer_arrives_on_the_gui_thread_and_the_work_is_done_elsewhere(qtbot, runner):
    worked, heard = [], []
    runner.done.connect(lambda channel, result: heard.append(QThread.currentThread()))

    def work(job):
        worked.append(QThread.currentThread())
        return {"anything": job.channel}

    with qtbot.waitSignal(runner.idle):
        runner.submit("run", work)
        assert runner.busy("run")
        assert not runner.is_idle()
    assert runner.said == [("done", "run", {"anything": "run"}), ("idle",)]
    assert heard == [QCoreApplication.instance().thread()]
    assert worked[0] is not heard[0]
    assert not runner.busy("run")
    assert runner.is_idle()


def test_a_new_request_voids_the_older_ones_answer(qtbot, runner):
    old, new = Gate("old", cooperative=False), Gate("new")
    first = runner.submit("run", old)
    qtbot.waitUntil(old.started.is_set)
    runner.submit("run", new)
    assert first.cancelled()
    old.go_on.set()  # it does not listen and answers all the same
    new.go_on.set()
    qtbot.waitSignal(runner.idle).wait()
    assert answers(runner) == [("done", "run", "new")]


def test_a_request_already_voided_never_starts(qtbot, runner):
    held = Gate()
    runner.submit("other", held)
    qtbot.waitUntil(held.started.is_set)
    gates = [Gate(number) for number in range(20)]
    for gate in gates:
        gate.go_on.set()
        runner.submit("run", gate)
    held.go_on.set()
    qtbot.waitSignal(runner.idle).wait()
    assert answers(runner) == [("done", "other", "answer"), ("done", "run", 19)]
    assert [gate.started.is_set() for gate in gates] == [False] * 19 + [True]


def test_channels_do_not_void_each_other(qtbot, runner):
    with qtbot.waitSignal(runner.idle):
        for channel in ("run", "picture", "working"):
            runner.submit(channel, lambda job: job.channel.upper())
    assert answers(runner) == [("done", one, one.upper()) for one in ("run", "picture", "working")]


def test_jobs_run_one_after_the_other(qtbot, runner):
    at_work, most, lock = 0, 0, threading.Lock()

    def work(job):
        nonlocal at_work, most
        with lock:
            at_work += 1
            most = max(most, at_work)
        threading.Event().wait(0.002)
        with lock:
            at_work -= 1

    with qtbot.waitSignal(runner.idle):
        for number in range(10):
            runner.submit(str(number), work)
    assert most == 1


def test_cancel_stops_a_job_that_listens_and_nothing_is_heard_of_it(qtbot, runner):
    gate = Gate()
    runner.submit("run", gate)
    qtbot.waitUntil(gate.started.is_set)
    runner.cancel("run")
    assert not runner.busy("run")
    assert not runner.is_idle(), "the thread is still on its way out"
    qtbot.waitSignal(runner.idle).wait()
    assert gate.ended.is_set()
    assert runner.said == [("idle",)]
    runner.cancel("run")
    runner.cancel("never heard of")
    with qtbot.waitSignal(runner.idle):
        runner.submit("run", lambda job: 1)
    assert answers(runner) == [("done", "run", 1)], "it works again afterwards"


def test_progress_is_passed_on_and_stops_a_cancelled_job(qtbot, runner):
    reached = threading.Event()
    went_on = threading.Event()
    past = []

    def work(job):
        job.progress(0.25)
        job.progress(0.5)
        reached.set()
        went_on.wait(LONG_S)
        job.progress(0.75)  # cancelled by now: it ends here
        past.append(1)

    runner.submit("run", work)
    qtbot.waitUntil(lambda: reached.is_set() and len(runner.said) == 2)
    assert runner.said == [("progressed", "run", 0.25), ("progressed", "run", 0.5)]
    runner.cancel("run")
    went_on.set()
    qtbot.waitSignal(runner.idle).wait()
    assert past == []
    assert runner.said[2:] == [("idle",)]


def test_progress_of_a_voided_job_is_not_heard(qtbot, runner):
    def work(job):
        job.progress(0.5)

    runner.submit("run", work)
    runner.cancel("run")
    qtbot.waitSignal(runner.idle).wait()
    assert runner.said == [("idle",)]


@pytest.mark.parametrize("error", [ValueError("no such thing"), MemoryError(), KeyboardInterrupt(), SystemExit(3)])
def test_a_failure_carries_its_exception(qtbot, runner, error):
    def work(job):
        raise error

    with qtbot.waitSignal(runner.idle):
        runner.submit("run", work)
    assert runner.said == [("failed", "run", error), ("idle",)]
    assert runner.said[0][2] is error
    with qtbot.waitSignal(runner.idle):
        runner.submit("run", lambda job: "fine")
    assert answers(runner)[-1] == ("done", "run", "fine"), "the thread survives"


def test_a_failure_of_a_voided_job_is_not_heard(qtbot, runner):
    started, go_on = threading.Event(), threading.Event()

    def work(job):
        started.set()
        go_on.wait(LONG_S)
        raise ValueError("nobody asked any more")

    runner.submit("run", work)
    qtbot.waitUntil(started.is_set)
    runner.submit("run", lambda job: "new")
    go_on.set()
    qtbot.waitSignal(runner.idle).wait()
    assert answers(runner) == [("done", "run", "new")]


def test_idle_is_said_once_when_the_last_job_is_done(qtbot, runner):
    with qtbot.waitSignal(runner.idle):
        for number in range(5):
            runner.submit(str(number), lambda job: None)
    deliver()
    assert runner.said[-1] == ("idle",)
    assert runner.said.count(("idle",)) == 1


def test_a_job_may_ask_for_more_from_its_answer(qtbot, runner):
    def follow(channel, result):
        if result < 3:
            runner.submit("run", lambda job: result + 1)

    runner.done.connect(follow)
    with qtbot.waitSignal(runner.idle):
        runner.submit("run", lambda job: 0)
    assert [one[2] for one in answers(runner)] == [0, 1, 2, 3]
    assert runner.said.count(("idle",)) == 1, "not idle in between"


def test_closing_with_a_running_job_is_quick_and_nothing_is_heard_afterwards(qtbot, runner):
    running, waiting = Gate(), Gate()
    runner.submit("run", running)
    runner.submit("picture", waiting)
    qtbot.waitUntil(running.started.is_set)
    begun = time.monotonic()
    assert runner.close()
    assert time.monotonic() - begun < 2
    assert running.ended.is_set()
    assert not waiting.started.is_set()
    deliver()
    assert runner.said == []


def test_an_answer_on_its_way_when_the_window_closes_is_dropped(qtbot, runner):
    gate = Gate()
    gate.go_on.set()
    runner.submit("run", gate)
    assert gate.ended.wait(LONG_S)
    runner._pool.waitForDone()  # its answer is posted but not delivered
    assert runner.said == []
    assert runner.close()
    deliver()
    assert runner.said == []


def test_closing_says_when_a_job_will_not_end(qtbot, runner):
    deaf = Gate(cooperative=False)
    runner.submit("run", deaf)
    qtbot.waitUntil(deaf.started.is_set)
    begun = time.monotonic()
    assert not runner.close(patience_ms=50)
    assert time.monotonic() - begun < 2
    deaf.go_on.set()
    assert runner.close()
    deliver()
    assert runner.said == []


def test_closing_twice_and_closing_idle_is_no_trouble(runner):
    assert runner.close()
    assert runner.close()


class Large:
    """Stands for a trace: a job holds it and must let it go."""

    def __call__(self, job):
        return self


def test_what_a_job_held_is_let_go(qtbot, runner):
    left = []
    for _ in range(20):
        with qtbot.waitSignal(runner.idle):
            for number in range(10):
                work = Large()
                left.append(weakref.ref(work))
                runner.submit(str(number % 3), work)
    del work
    assert runner.close()  # the thread may still be on its way out of the last job
    runner.said.clear()
    gc.collect()
    assert sum(one() is not None for one in left) == 0


def test_what_waited_when_the_window_closed_is_let_go(qtbot, runner):
    gate = Gate()
    runner.submit("run", gate)
    qtbot.waitUntil(gate.started.is_set)
    left = []
    for number in range(20):
        work = Large()
        left.append(weakref.ref(work))
        runner.submit(str(number), work)
    del work
    assert runner.close()
    deliver()
    gc.collect()
    assert sum(one() is not None for one in left) == 0


def test_a_failed_job_is_let_go_with_its_error(qtbot, runner):
    class Broken(Large):
        def __call__(self, job):
            raise ValueError("no")

    work = Broken()
    left = weakref.ref(work)
    with qtbot.waitSignal(runner.idle):
        runner.submit("run", work)
    del work
    assert runner.close()  # the thread may still be on its way out of the last job
    runner.said.clear()
    gc.collect()
    assert left() is None


def test_of_urgent_jobs_the_first_goes_first_even_where_the_thread_was_at_rest(qtbot, runner):
    # Qt's pool gives a task that finds a thread at rest no priority, and lets the next one pass it.
    for _ in range(30):
        order = []
        with qtbot.waitSignal(runner.idle, timeout=20_000):
            runner.submit("one", lambda job, order=order: order.append("one"), urgent=True)
            runner.submit("two", lambda job, order=order: order.append("two"), urgent=True)
            runner.submit("three", lambda job, order=order: order.append("three"))
        assert order == ["one", "two", "three"]


def test_an_urgent_job_passes_those_that_wait(qtbot, runner):
    gate, order = Gate(), []
    runner.submit("held", gate)
    assert gate.started.wait(LONG_S)
    with qtbot.waitSignal(runner.idle, timeout=20_000):
        for name, urgent in (("one", False), ("two", False), ("three", True), ("four", True)):
            runner.submit(name, lambda job, name=name: order.append(name), urgent=urgent)
        gate.go_on.set()
    assert order == ["three", "four", "one", "two"]
