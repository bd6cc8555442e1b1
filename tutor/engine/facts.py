"""What was found out about a run and is asked for again: the range of a scale, statistics, coarser copies."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

T = TypeVar("T")
_BUDGET = 192 << 20
#: What a fact is counted as, where it does not say how many bytes it holds.
_SMALL = 256


class Facts:
    """Facts by key, the least recently used dropped first where they hold more than `budget` bytes.

    Safe to use from several threads; a fact may then be found out twice.
    """

    def __init__(self, budget: int = _BUDGET) -> None:
        self._budget, self._bytes = budget, 0
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable, find: Callable[[], T]) -> T:
        """The fact, found out now where it is not known."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]  # type: ignore[no-any-return]
        found = find()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = found
                self._bytes += _size(found)
            while self._bytes > self._budget and len(self._kept) > 1:
                self._bytes -= _size(self._kept.popitem(last=False)[1])
        return found

    def __len__(self) -> int:
        return len(self._kept)


def _size(fact: Any) -> int:
    return int(getattr(fact, "nbytes", _SMALL))
