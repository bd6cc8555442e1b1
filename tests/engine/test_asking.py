"""Asking another process: cancelling, losing it, starting it again; and nothing of it is left."""

from __future__ import annotations

import gc
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tutor.engine import remote as remote_module
from tutor.engine.cancelling import can_be_given_up, given_up
from tutor.engine.pipe import SHARED_FROM, Pipe
from tutor.engine.plain import ERRORS
from tutor.engine.remote import Kept, Remote, RemoteTrace
from tutor.engine.trace import Cancelled, EngineLost, TraceError
from tutor.engine_child import Child

ROOT = Path(__file__).resolve().parents[2]
LONG_S = 20.0
KILLED = "The engine was ended from outside, perhaps for want of memory: start it again."
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the odd process is told its pipe as a file")
start = partial(Child, "tests.engine.odd_serving")


@pytest.fixture(scope="module")
def shared() -> Iterator[Remote]:
    """One process for the tests that leave it as it is."""
    made = Remote(start)
    yield made
    made.close()


@pytest.fixture
def own() -> Iterator[Remote]:
    """A process of one's own, to be lost."""
    made = Remote(start, patience=0.2)
    yield made
    made.close()


def until(true: Callable[[], object]) -> None:
    end = time.monotonic() + LONG_S
    while not true():
        assert time.monotonic() < end, "it never came"
        threading.Event().wait(0.005)


def is_alive(pid: int) -> bool:
    """Whether a process is there, ended ones that nobody has heard of not counted."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def process(remote: Remote) -> Child:
    found = remote._asker._process
    assert isinstance(found, Child)
    return found


class Stop:
    """Gives up as soon as the first progress is told."""

    def __init__(self) -> None:
        self.told: list[float] = []

    def progress(self, done: float) -> None:
        self.told.append(done)

    def cancelled(self) -> bool:
        return bool(self.told)


# -- asking ----------------------------------------------------------------------------------------------------------


def test_what_is_given_comes_back_and_torch_is_loaded_nowhere(shared) -> None:
    values = np.arange(SHARED_FROM, dtype=np.float64).reshape(2, -1)
    given = (1, "two", (None, slice(3)), values)
    found = shared.ask(None, "echo", given)
    assert found[:3] == given[:3]
    assert found[3].tobytes() == values.tobytes()


@pytest.mark.parametrize("kind", [one for one in ERRORS if one is not Cancelled], ids=lambda one: one.__name__)
def test_errors_are_raised_here(shared, kind) -> None:
    with pytest.raises(kind) as caught:
        shared.ask(None, "fail", (kind.__name__, "One sentence: mend it."))
    assert type(caught.value) is kind
    assert str(caught.value).strip("'") == "One sentence: mend it."


def test_an_error_that_nobody_foresaw_is_named_and_its_trail_is_in_the_log(shared, caplog) -> None:
    with caplog.at_level(logging.ERROR, "tutor"), pytest.raises(RuntimeError, match="Unheard: odd"):
        shared.ask(None, "fail", ("Unheard", "odd"))
    assert "Traceback" in caplog.text and "odd_serving.py" in caplog.text
    caplog.clear()
    with caplog.at_level(logging.ERROR, "tutor"), pytest.raises(TraceError):
        shared.ask(None, "fail", ("TraceError", "A sentence."))
    assert not caplog.text


def test_what_does_not_travel_is_an_error_and_the_process_goes_on(shared) -> None:
    with pytest.raises(TypeError, match="object does not travel"):
        shared.ask(None, "object")
    with pytest.raises(TypeError, match="object does not travel"):
        shared.ask(None, "echo", (object(),))
    with pytest.raises(KeyError):
        shared.ask(None, "never heard of")
    assert shared.ask(None, "echo", (1,)) == (1,)


def test_progress_is_told_and_may_stop_it(shared) -> None:
    told: list[float] = []
    assert shared.ask(None, "tell", (4,), told.append) == "told"
    assert told == [0, 0.25, 0.5, 0.75]

    def enough(done: float) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        shared.ask(None, "tell", (1000,), enough)
    assert shared.ask(None, "tell", (0,), told.append) == "told"


def test_two_threads_ask_one_after_the_other(shared) -> None:
    found: list[Any] = []

    def asks(number: int) -> None:
        found.extend(shared.ask(None, "echo", (number, np.full(SHARED_FROM, number, np.uint8)))[0] for _ in range(5))

    threads = [threading.Thread(target=asks, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(LONG_S)
    assert sorted(found) == [0] * 5 + [1] * 5 + [2] * 5 + [3] * 5


# -- cancelling ------------------------------------------------------------------------------------------------------


def test_who_gives_up_is_let_go_at_once_and_the_process_stops(shared) -> None:
    before, stop = shared.ask(None, "stops"), Stop()
    with pytest.raises(Cancelled):
        shared.ask(None, "wait", (), stop.progress, stop.cancelled)
    assert shared.ask(None, "stops") == before + 1
    assert stop.told == [0.5]


def test_a_job_that_is_given_up_gives_up_what_it_waits_for(shared) -> None:
    trace = shared.ask(None, "trace", (2.0,))
    asked: list[int] = []

    def enough() -> bool:
        asked.append(1)
        return len(asked) > 3  # so that it is under way

    with can_be_given_up(enough), pytest.raises(Cancelled):
        trace["tokens"]  # waits for ever otherwise
    assert not given_up()
    assert trace["embed"][0, 0, 0] == 2


def test_what_is_given_up_before_it_begins_is_never_asked(shared) -> None:
    before = shared._asker._number
    with pytest.raises(Cancelled):
        shared.ask(None, "stops", (), None, lambda: True)
    assert shared._asker._number == before


def test_who_waits_for_another_threads_answer_can_give_up(shared) -> None:
    stop, begun = Stop(), threading.Event()
    go_on = threading.Event()

    def progress(done: float) -> None:
        begun.set()

    def first() -> None:
        with pytest.raises(Cancelled):
            shared.ask(None, "wait", (), progress, go_on.is_set)

    thread = threading.Thread(target=first)
    thread.start()
    assert begun.wait(LONG_S)
    stop.told.append(1)
    with pytest.raises(Cancelled):
        shared.ask(None, "stops", (), None, stop.cancelled)
    go_on.set()
    thread.join(LONG_S)


def test_one_that_does_not_hear_is_ended_where_something_else_is_wanted(own) -> None:
    first, stop = own.ask(None, "pid"), Stop()
    trace = own.ask(None, "trace", (3.0,))
    trace.made_by("trace", 3.0)
    with pytest.raises(Cancelled):
        own.ask(None, "deaf", (), stop.progress, stop.cancelled)
    assert is_alive(first), "it may yet come back"
    assert trace["embed"][0, 0, 0] == 3, "and is made again in the next process"
    assert own.ask(None, "pid") != first
    assert not is_alive(first)
    assert own.lost is None, "that was no loss: nobody has to be told"


# -- losing it -------------------------------------------------------------------------------------------------------


def test_a_killed_process_is_lost_until_it_is_started_again(own) -> None:
    trace = own.ask(None, "trace", (3.0,))
    trace.made_by("trace", 3.0)
    changed = trace.with_override("embed", np.full((1, 3, 12), 4, np.float32))
    assert changed.told == ("embed",)
    process(own).kill()
    for _ in range(2):
        with pytest.raises(EngineLost) as caught:
            trace["embed"]
        assert str(caught.value) == KILLED
        assert isinstance(caught.value, TraceError), "it is told as every error of the engine is"
    assert str(own.look()) == KILLED
    own.start()
    with pytest.raises(EngineLost):
        own.ask(None, "pid")
    own.start_again()
    assert own.look() is None
    # Each is made as it was made, what it was made of first.
    assert changed["embed"][0, 0, 0] == 4 and trace["embed"][0, 0, 0] == 3
    assert own.ask(None, "traces") == 2


def test_handles_of_another_process_are_not_confused(own) -> None:
    traces = [own.ask(None, "trace", (float(at),)) for at in range(3)]
    for at, trace in enumerate(traces):
        trace.made_by("trace", float(at))
    own.start_again()
    assert traces[2]["embed"][0, 0, 0] == 2, "it is the first there"
    new = [own.ask(None, "trace", (float(at),)) for at in range(5, 9)]
    assert [one["embed"][0, 0, 0] for one in (*new, *traces)] == [5, 6, 7, 8, 0, 1, 2]
    assert len({id(one) for one in (*new, *traces)}) == 7


def test_it_is_lost_while_it_computes(own) -> None:
    pid = own.ask(None, "pid")

    def kill(done: float) -> None:
        os.kill(pid, signal.SIGKILL)

    with pytest.raises(EngineLost, match=KILLED):
        own.ask(None, "wait", (), kill)


def test_another_thread_may_end_it_without_waiting(own) -> None:
    own.ask(None, "pid")
    begun, ended = threading.Event(), threading.Event()

    def asks() -> None:
        with pytest.raises(EngineLost):
            own.ask(None, "deaf", (), lambda done: begun.set())
        ended.set()

    thread = threading.Thread(target=asks)
    thread.start()
    assert begun.wait(LONG_S)
    own.kill()
    assert ended.wait(LONG_S)
    thread.join(LONG_S)
    own.start_again()
    assert own.ask(None, "echo", (1,)) == (1,)


def test_how_it_ended_is_said(own) -> None:
    with pytest.raises(EngineLost, match=r"^The engine stopped by itself \(exit status 7\): start it again\.$"):
        own.ask(None, "leave", (7,))


def test_a_loss_is_found_out_without_asking(own) -> None:
    assert own.look() is None
    own.start()
    assert own.look() is None
    process(own).kill()
    until(own.look)
    assert str(own.look()) == KILLED


def test_a_trace_whose_model_is_another_now_says_so(own) -> None:
    trace = own.ask(None, "trace", (3.0,))
    trace.made_by("trace", 3.0)
    process(own).kill()
    until(own.look)
    own.start_again()
    trace.program = type(trace.program)(trace.program.steps[:1], trace.program.weights)
    with pytest.raises(TraceError, match=r"^The files of small have changed since: run the sentence again\.$"):
        trace["embed"]


# -- traces ----------------------------------------------------------------------------------------------------------


def test_what_a_trace_tells_follows_its_reading(shared) -> None:
    trace = shared.ask(None, "trace", (1.0,))
    assert isinstance(trace, RemoteTrace)
    assert (trace.where, trace.notices) == ("read 0 times", [])
    notices = trace.notices
    trace["embed"]
    assert (trace.where, notices) == ("read 1 times", ["Notice 1."])


def test_what_was_read_is_kept_and_parts_of_it_are_found(shared) -> None:
    trace = shared.ask(None, "trace", (1.5,))
    whole = trace["logits"]
    assert trace.where == "read 1 times"
    assert np.shares_memory(trace["logits"], whole)
    part = trace.read("logits", (0, slice(1, None), 3))
    assert part.tolist() == [1.5, 1.5] and not part.flags.writeable
    cell = trace.read("logits", (0, 1, 2))
    assert isinstance(cell, np.ndarray) and cell.shape == ()
    assert trace.where == "read 1 times"
    with pytest.raises(IndexError):
        trace.read("logits", (0, 3, 0))
    with pytest.raises(TraceError, match="no tensor named nothing"):
        trace.read("nothing", ())


def test_what_is_kept_goes_where_numbers_have_another_edition(shared) -> None:
    trace = shared.ask(None, "trace", (1.5,))
    for name in ("logits", "probs"):
        trace[name]
    trace["logits"]
    assert trace.where == "read 2 times"
    trace["embed"]  # the third reading: a new edition
    trace["logits"]
    assert trace.where == "read 4 times"


def test_the_process_lets_go_what_nobody_has_here(shared) -> None:
    gc.collect()
    before = shared.ask(None, "traces")
    traces = [shared.ask(None, "trace", (float(at),)) for at in range(5)]
    again = traces[0].with_override("embed", np.zeros((1, 3, 12), np.float32))
    assert shared.ask(None, "traces") == before + 6
    traces[0]["logits"]
    held = len(shared.kept)
    del again, traces
    gc.collect()
    assert shared.ask(None, "traces") == before
    assert len(shared.kept) < held


def test_a_method_that_is_not_listed_is_not_called(shared) -> None:
    trace = shared.ask(None, "trace", (1.0,))
    for name in ("__class__", "value", "stats"):
        with pytest.raises(ValueError, match="is not asked of a trace"):
            shared.ask(trace, name)


def test_one_line_makes_another_method(shared, monkeypatch) -> None:
    monkeypatch.setattr(remote_module, "THERE", set(remote_module.THERE))
    method = remote_module.there("with_override")
    trace = shared.ask(None, "trace", (1.0,))
    assert method(trace, "logits", np.ones((1, 3, 29), np.float32)).told == ("logits",)


def test_a_trace_of_one_process_does_not_travel_to_another(shared, own) -> None:
    trace = shared.ask(None, "trace", (1.0,))
    assert shared.ask(None, "echo", (trace,))[0] is trace
    with pytest.raises(TypeError, match="not kept by this process"):
        own.ask(None, "echo", (trace,))


class Scripted:
    """Stands for a process of which every message is written here."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.pipe, self.other = Pipe(ours, LONG_S), Pipe(theirs, LONG_S)

    def has_ended(self) -> bool:
        return False

    def kill(self) -> None: ...

    def end(self, patience: float) -> int:
        self.other.close()
        return 0


def test_an_answer_that_comes_too_late_is_dropped_with_what_was_made_for_it() -> None:
    script, stop = Scripted(), Stop()
    remote = Remote(lambda: script)
    script.other.send({"up": True})
    script.other.send({"to": 1, "told": 0.5})
    with pytest.raises(Cancelled):
        remote.ask(None, "make", (), stop.progress, stop.cancelled)
    assert script.other.receive()[0]["ask"] == 1 and script.other.receive()[0] == {"stop": 1}
    # It was made all the same, and is told of before what is asked next.
    script.other.send({"to": 1, "value": 1, "made": [7, 8], "edition": 0})
    script.other.send({"to": 2, "value": "two", "made": [], "edition": 0})
    script.other.send({"to": 3, "value": "three", "made": [], "edition": 0})
    assert remote.ask(None, "next") == "two"
    assert remote.ask(None, "last") == "three"
    assert [script.other.receive()[0]["drop"] for _ in range(2)] == [[], [7, 8]]
    remote.close()


def test_only_so_much_is_kept() -> None:
    kept, one = Kept(100), np.zeros(10, np.float32)
    for at in range(5):
        kept.put(1, f"n{at}", (slice(None),), one)
    assert [kept.get(1, f"n{at}", (slice(None),)) is not None for at in range(5)] == [False, False, False, True, True]
    kept.put(2, "large", (slice(None),), np.zeros(1000, np.float32))
    assert len(kept) == 1 and kept.get(2, "large", (0,)) is not None, "the last one always"
    kept.drop(2)
    kept.put(1, "a", (0, slice(2, 5)), one)
    assert kept.get(1, "a", (0, slice(2, 5))) is one and kept.get(1, "a", (0, slice(2, 6))) is None


# -- nothing is left -------------------------------------------------------------------------------------------------


def test_closing_ends_the_process_and_nothing_can_be_asked(own) -> None:
    pid = own.ask(None, "pid")
    trace = own.ask(None, "trace", (1.0,))
    files = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else 0
    own.close()
    own.close()
    assert not is_alive(pid)
    assert not files or len(os.listdir("/proc/self/fd")) < files
    with pytest.raises(EngineLost, match="closed"):
        trace["embed"]


def test_closing_lets_go_who_waits(own) -> None:
    begun, ended = threading.Event(), threading.Event()

    def asks() -> None:
        with pytest.raises(EngineLost):
            own.ask(None, "wait", (), lambda done: begun.set())
        ended.set()

    thread = threading.Thread(target=asks)
    thread.start()
    assert begun.wait(LONG_S)
    own.close()
    assert ended.wait(LONG_S)
    thread.join(LONG_S)


PARENT = '''
import sys
from functools import partial
from tutor.engine.remote import Remote
from tutor.engine_child import Child
remote = Remote(partial(Child, "tests.engine.odd_serving"))
large = remote.ask(None, "numbers", (3_000_000,))
print(remote.ask(None, "pid"), flush=True)
if sys.argv[1] == "computing":
    remote.ask(None, "deaf")
elif sys.argv[1] == "leaving":
    sys.exit(3)
sys.stdin.read()
'''


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes cannot be looked at here")
@pytest.mark.parametrize("state", ["idle", "computing", "leaving"])
def test_it_ends_with_the_window_however_that_ends(state: str) -> None:
    memory = os.listdir("/dev/shm")
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PARENT, state], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as parent:  # fmt: skip
        assert parent.stdout is not None and parent.stderr is not None
        line = parent.stdout.readline()
        assert line, parent.stderr.read()
        pid = int(line)
        if state != "leaving":
            assert is_alive(pid)
            parent.kill()
        until(lambda: not is_alive(pid))
    assert os.listdir("/dev/shm") == memory

