"""The remote back of a trace: a live one that another process keeps, behind the same interface. No torch here.

The window must never stand still, and importing torch in its process holds it for half a second; an engine that runs
out of memory, or is killed, must not take the window with it. So a `Remote` asks a process of its own (`asking.py`;
`serve.py` is the other side), and a `RemoteTrace` has here all that describes a run, and asks for its numbers.

Every remote trace knows how it was made: where the process was lost and started again, it is made anew there, to the
same bits, as soon as it is asked for something.
"""

from __future__ import annotations

import logging
import threading
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from tutor.engine.asking import PATIENCE_S, Asker, Message, Process, Progress
from tutor.engine.axes import Slices
from tutor.engine.cancelling import given_up
from tutor.engine.goals import Goal
from tutor.engine.gradients import Gradients
from tutor.engine.plain import ERRORS, KINDS, Codec, error_from_plain
from tutor.engine.trace import Stats, Trace, TraceError, frozen

#: What may be asked of a trace in its process, as `there` lists it.
THERE: set[str] = {"read", "prepare", "backward"}
#: Arrays that were read are kept up to so many bytes and so many pieces; the last one always, whatever its size.
KEPT, _MOST_KEPT = 128 << 20, 256

#: Whom to ask (None: the process itself), what to do, and with what.
Recipe = tuple["RemoteTrace | None", str, tuple[Any, ...]]


def there(name: str) -> Any:
    """A method of a trace that its process carries out; what it returns may be a trace."""
    THERE.add(name)

    def method(self: RemoteTrace, *given: Any) -> Any:
        return self.remote.ask(self, name, given)

    return method


class RemoteTrace(Trace):
    """A live trace that another process keeps. Made by `Remote`."""

    def __init__(self, remote: Remote, facts: dict[str, Any], recipe: Recipe) -> None:
        """`facts` are what the process tells of it; what they leave out is as in the trace that was asked."""
        of = recipe[0]
        given = [facts[one] if one in facts else getattr(of, one) for one in ("program", "spec", "batch", "target")]
        super().__init__(*given)
        self.remote, self._recipe = remote, recipe
        self._origin = None if facts["is_origin"] or of is None else of.origin
        self.told, self.touched, self.patches = facts["told"], facts["touched"], facts["patches"]
        self._take(facts)
        #: A name for what is kept of it, in all processes.
        self.serial = remote.next_serial()
        weakref.finalize(self, remote.dropped.append, (0, 0, self.serial)).atexit = False

    def _take(self, facts: dict[str, Any]) -> None:
        """A place in the process."""
        self._age, self._handle = self.remote.age, facts["handle"]
        self.take(facts)
        self.remote.keep(self._handle, self)
        weakref.finalize(self, self.remote.dropped.append, (self._age, self._handle, 0)).atexit = False

    def take(self, facts: dict[str, Any]) -> None:
        """What may change while it is read."""
        self._where, self._laid = facts["where"], facts["laid"]
        self.notices[:] = facts["notices"]

    def made_by(self, do: str, *given: Any) -> None:
        """What the process can be asked to make this very trace again."""
        self._recipe = (None, do, given)

    def is_there(self) -> bool:
        """Whether the process that runs now keeps it."""
        return self._age == self.remote.age

    def handle(self) -> int:
        """Its name in the process that runs now; made anew there where it was made in another."""
        if not self.is_there():
            facts = self.remote.facts(self._recipe)
            if facts.get("program", self.program) != self.program:
                raise TraceError(f"The files of {self.spec.name} have changed since: run the sentence again.")
            self._take(facts)
        return self._handle

    def read(self, name: str, slices: Slices) -> np.ndarray:
        if name not in self.shapes:
            raise TraceError(f"This model has no tensor named {name}.")
        slices = tuple(slices)
        found = self.remote.kept.get(self.serial, name, slices)
        if found is None:
            found = self.remote.ask(self, "read", (name, slices))
            self.remote.kept.put(self.serial, name, slices, found)
        return found

    def prepare(
        self, progress: Progress = lambda done: None, cancelled: Callable[[], bool] = lambda: False
    ) -> None:  # fmt: skip
        self.remote.ask(self, "prepare", (), progress, cancelled)

    # One line for each method that its process carries out.
    with_override = there("with_override")
    changed = there("changed")
    with_source = there("with_source")
    find_stats = there("find_stats")
    slopes = there("slopes")
    find_fixed = there("find_fixed")
    find_reach = there("find_reach")
    _same_there = there("same_as")

    def backward(
        self, goal: Goal, progress: Progress = lambda done: None, cancelled: Callable[[], bool] = lambda: False
    ) -> Gradients:  # fmt: skip
        found = self.remote.ask(self, "backward", (goal,), progress, cancelled)
        return RemoteGradients(self, goal, found, frozenset(self.find_fixed()))

    def same_as(self, other: Trace, name: str, roughly: bool = False) -> bool:
        if isinstance(other, RemoteTrace) and other.remote is self.remote:
            return bool(self._same_there(other, name, roughly))
        return super().same_as(other, name, roughly)

    @property
    def laid(self) -> bool:
        return self._laid

    @property
    def where(self) -> str:
        return self._where

    @property
    def origin(self) -> Trace:
        return self if self._origin is None else self._origin


class RemoteGradients(Gradients):
    """Gradients whose numbers another process has: explained here, read there."""

    def __init__(self, of: RemoteTrace, goal: Goal, there: Trace, fixed: frozenset[str]) -> None:
        """`there` is the trace of the same numbers in that process."""
        super().__init__(of, goal)
        self._there, self._fixed = there, fixed

    @property
    def fixed(self) -> frozenset[str]:
        return self._fixed

    def read(self, name: str, slices: Slices) -> np.ndarray:
        self.need(name)
        return self._there.read(name, slices)

    def find_stats(self, name: str) -> Stats:
        return self._there.find_stats(name)


class Remote:
    """Traces in a process of their own. Safe to use from several threads.

    Cancelling is asked of `given_up`, and of what a caller hands over.
    """

    def __init__(
        self, start: Callable[[], Process], kinds: Sequence[type] = KINDS,
        errors: Sequence[type[BaseException]] = ERRORS, patience: float = PATIENCE_S,
    ) -> None:  # fmt: skip
        """`start` starts a process; `kinds` and `errors` are what may cross."""
        self._asker = Asker(start, self._unheard, patience)
        self._kinds, self._errors = kinds, errors
        self._serials = 0
        self._traces: weakref.WeakValueDictionary[tuple[int, int], RemoteTrace] = weakref.WeakValueDictionary()
        #: What nobody has any more: the age and handle of a trace, or the serial under which arrays are kept.
        self.dropped: deque[tuple[int, int, int]] = deque()
        self.kept = Kept()
        self.start, self.look = self._asker.start, self._asker.look
        self.kill, self.close = self._asker.kill, self._asker.close

    @property
    def age(self) -> int:
        """How many processes there were: a handle is good in one of them."""
        return self._asker.age

    @property
    def lost(self) -> TraceError | None:
        """How the process was lost, None while all is well."""
        return self._asker.lost

    def start_again(self) -> None:
        """Start another process in the place of one that was lost, or that is there."""
        self._asker.start_again()
        self.kept.clear()

    def ask(
        self, of: RemoteTrace | None, do: str, given: tuple[Any, ...] = (), progress: Progress | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Any:  # fmt: skip
        """What a trace answers, or (None) the process itself. Raises what it raises, Cancelled, EngineLost."""
        return self._ask((of, do, given), lambda codec, value, found: codec.value(value, found), progress, cancelled)

    def facts(self, recipe: Recipe) -> dict[str, Any]:
        """What there is to tell of the trace that is the answer."""
        found: dict[str, Any] = self._ask(recipe, lambda codec, value, found: codec.value(value["trace"], found))
        return found

    def _ask(
        self, recipe: Recipe, take: Callable[[Codec, Any, list[np.ndarray]], Any], progress: Progress | None = None,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Any:  # fmt: skip
        of, do, given = recipe
        codec = Codec(self._name, lambda plain, found: self._trace(codec.value(plain, found), recipe), self._kinds)

        def message() -> Message:
            handle = None if of is None else of.handle()
            arrays: list[np.ndarray] = []
            plain = [codec.plain(one, arrays) for one in given]
            return {"of": handle, "do": do, "given": plain, "drop": self._no_more()}, arrays

        def taken(message: Message) -> Any:
            answer, found = message
            self.kept.set_edition((self.age, answer["edition"]))
            if of is not None:
                of.take(answer["state"])
            if "error" in answer:
                if "trail" in answer:
                    logging.getLogger("tutor").error("in the engine's process\n%s", answer["trail"])
                raise error_from_plain(answer["error"], self._errors)
            return take(codec, answer["value"], found)

        return self._asker.ask(message, taken, progress, lambda: cancelled() or given_up())

    # Traces -------------------------------------------------------------------------------------------------

    def keep(self, handle: int, trace: RemoteTrace) -> None:
        """This trace has that handle in the process that runs now."""
        self._traces[self.age, handle] = trace

    def next_serial(self) -> int:
        self._serials += 1
        return self._serials

    def _name(self, trace: Trace, arrays: list[np.ndarray]) -> int:
        if not isinstance(trace, RemoteTrace) or trace.remote is not self:
            raise TypeError("a trace that is not kept by this process does not travel")
        return trace.handle()

    def _trace(self, facts: dict[str, Any], recipe: Recipe) -> RemoteTrace:
        known = self._traces.get((self.age, facts["handle"]))
        return RemoteTrace(self, facts, recipe) if known is None else known

    def _no_more(self) -> list[int]:
        """Handles that nobody here has any more."""
        found = []
        while self.dropped:
            age, handle, serial = self.dropped.popleft()
            if serial:
                self.kept.drop(serial)
            elif age == self.age:
                found.append(handle)
        return found

    def _unheard(self, answer: dict[str, Any]) -> None:
        """An answer that nobody waited for: traces in it are not wanted."""
        self.dropped.extend((self.age, handle, 0) for handle in answer.get("made", ()))


class Kept:
    """Arrays that were read, by trace, name and part: the last ones within a budget. A part of a whole that is kept is
    found in it."""

    def __init__(self, budget: int = KEPT) -> None:
        self._budget, self._bytes = budget, 0
        self._edition: Any = None
        self._arrays: OrderedDict[tuple[int, str, Any], np.ndarray] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, serial: int, name: str, slices: Slices) -> np.ndarray | None:
        """The part where it is kept. Raises IndexError where a whole that is kept has no such part."""
        with self._lock:
            whole = self._arrays.get((serial, name, _WHOLE))
            if whole is not None:
                self._arrays.move_to_end((serial, name, _WHOLE))
                return frozen(np.asarray(whole[slices]))
            found = self._arrays.get((serial, name, _key(slices)))
            if found is not None:
                self._arrays.move_to_end((serial, name, _key(slices)))
            return found

    def put(self, serial: int, name: str, slices: Slices, values: np.ndarray) -> None:
        """Keep a part, and drop what was used least recently beyond the budget."""
        with self._lock:
            key = (serial, name, _key(slices))
            if key in self._arrays:
                return
            self._arrays[key] = values
            self._bytes += values.nbytes
            while len(self._arrays) > 1 and (self._bytes > self._budget or len(self._arrays) > _MOST_KEPT):
                self._bytes -= self._arrays.popitem(last=False)[1].nbytes

    def drop(self, serial: int) -> None:
        """Forget everything of a trace."""
        with self._lock:
            for key in [one for one in self._arrays if one[0] == serial]:
                self._bytes -= self._arrays.pop(key).nbytes

    def set_edition(self, edition: Any) -> None:
        """Numbers of another edition may differ from these by a rounding: then these go."""
        if edition != self._edition:
            self._edition = edition
            self.clear()

    def clear(self) -> None:
        with self._lock:
            self._arrays.clear()
            self._bytes = 0

    def __len__(self) -> int:
        return len(self._arrays)


_WHOLE = "whole"


def _key(slices: Slices) -> Any:
    """A part as a key: slices have no hash before Python 3.12."""
    if all(isinstance(one, slice) and one == slice(None) for one in slices):
        return _WHOLE
    return tuple((one.start, one.stop, one.step) if isinstance(one, slice) else one for one in slices)
