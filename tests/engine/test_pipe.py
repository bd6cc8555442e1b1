"""The pipe to the engine's process: whatever array goes in comes out, to the bit; no memory is left anywhere."""

from __future__ import annotations

import gc
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tutor.engine.pipe import CAN_SHARE, SHARED_FROM, Pipe

FILES = Path("/proc/self/fd")
KINDS = [pytest.param(True, id="shared", marks=pytest.mark.skipif(not CAN_SHARE, reason="no file can be handed over")),
         pytest.param(False, id="through the pipe")]  # fmt: skip
LARGE = SHARED_FROM // 4 + 3


@pytest.fixture(params=KINDS)
def pair(request) -> Iterator[tuple[Pipe, Pipe]]:
    ends = [Pipe(end, 20.0, request.param) for end in socket.socketpair()]
    yield ends[0], ends[1]
    for end in ends:
        end.close()


def through(pair: tuple[Pipe, Pipe], message: Any, *arrays: np.ndarray) -> tuple[Any, list[np.ndarray]]:
    """A message received while it is sent."""
    found: list[tuple[Any, list[np.ndarray]]] = []
    hears = threading.Thread(target=lambda: found.append(pair[1].receive()))
    hears.start()
    pair[0].send(message, arrays)
    hears.join(20)
    return found[0]


def odd_bits() -> np.ndarray:
    """NaN of several kinds, infinities, both zeros, the smallest numbers."""
    bits = [0x7FC00001, 0xFFC12345, 0x7F800001, 0x7F800000, 0xFF800000, 0x80000000, 0, 1, 0x80000001]
    return np.array(bits, np.uint32).view(np.float32)


ARRAYS: dict[str, Callable[[], np.ndarray]] = {
    "a number": lambda: np.array(1.5, np.float32),
    "nothing": lambda: np.empty((3, 0, 2), np.float32),
    "odd bits": odd_bits,
    "ids": lambda: np.arange(7, dtype=np.int64).reshape(1, 7),
    "bools": lambda: np.array([True, False]),
    "just too small": lambda: np.arange(SHARED_FROM // 4 - 1, dtype=np.float32),
    "just large enough": lambda: np.arange(SHARED_FROM // 4, dtype=np.float32),
    "large": lambda: np.arange(3 * LARGE, dtype=np.float32).reshape(3, LARGE),
    "large, turned": lambda: np.arange(2 * LARGE, dtype=np.float64).reshape(LARGE, 2).T,
    "large, every third backwards": lambda: np.arange(3 * LARGE, dtype=np.float32)[::-3],
    "one number spread": lambda: np.broadcast_to(np.float32(2.5), (2, LARGE)),
    "large, odd bits": lambda: np.tile(odd_bits(), LARGE),
}


@pytest.mark.parametrize("kind", ARRAYS)
def test_an_array_comes_out_to_the_bit_and_cannot_be_written(pair, kind: str) -> None:
    values = ARRAYS[kind]()
    message, (found,) = through(pair, {"name": kind}, values)
    assert message == {"name": kind}
    assert (found.shape, found.dtype) == (values.shape, values.dtype)
    assert found.tobytes() == values.tobytes()
    assert not found.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        found[...] = 0


def test_several_of_them_in_one_message_keep_their_order(pair) -> None:
    arrays = [make() for make in ARRAYS.values()]
    arrays += [np.full(SHARED_FROM, at, np.uint8) for at in range(70)]  # more than a message carries files
    message, found = through(pair, [1, "two", None, float("inf")], *arrays)
    assert message == [1, "two", None, float("inf")]
    assert [one.tobytes() for one in found] == [one.tobytes() for one in arrays]


def test_messages_follow_one_another(pair) -> None:
    for at in range(50):
        assert through(pair, at, np.full(at, at))[0] == at


def test_the_end_of_the_other_side_is_heard(pair) -> None:
    ours, theirs = pair
    assert not ours.waits(0)
    theirs.close()
    assert ours.waits(20)
    with pytest.raises(EOFError):
        ours.receive()
    with pytest.raises(EOFError):
        for _ in range(3):  # the first may still find room
            ours.send({}, [np.zeros(LARGE)])


def test_half_a_message_is_the_end_too() -> None:
    one, other = socket.socketpair()
    pipe = Pipe(one, 20.0)
    other.sendall(b"\0\0\0")
    other.close()
    with pytest.raises(EOFError):
        pipe.receive()
    pipe.close()


def test_where_memory_runs_out_the_rest_of_a_message_is_not_taken_for_the_next(pair, monkeypatch) -> None:
    def refuse(*_: object) -> np.ndarray:
        raise MemoryError

    ours, theirs = pair
    theirs.send({}, [np.ones(3)])
    theirs.send("next")
    with monkeypatch.context() as patch:
        patch.setattr(np, "empty", refuse)
        with pytest.raises(MemoryError):
            ours.receive()
    with pytest.raises(EOFError):
        for _ in range(3):
            ours.receive()


def test_who_does_not_go_on_with_a_message_is_gone() -> None:
    one, other = socket.socketpair()
    pipe = Pipe(one, 0.05)
    other.sendall(b"\0\0\0\0\0\0\0\7[1,")
    with pytest.raises(EOFError):
        pipe.receive()
    pipe.close()
    other.close()


@pytest.mark.skipif(not FILES.is_dir(), reason="this system does not list open files")
def test_no_file_and_no_shared_memory_stays(pair) -> None:
    gc.collect()
    files, memory = len(os.listdir(FILES)), os.listdir("/dev/shm")
    kept = [through(pair, 0, np.ones(LARGE, np.float32))[1][0] for _ in range(5)]
    assert os.listdir("/dev/shm") == memory, "it has no name while it is used"
    parts = [one[5:] for one in kept]
    del kept
    assert all((one == 1).all() for one in parts), "a part keeps what it is a part of"
    del parts
    gc.collect()
    assert len(os.listdir(FILES)) == files


@pytest.mark.skipif(not CAN_SHARE or not FILES.is_dir(), reason="no file can be handed over")
def test_files_are_not_handed_on_to_other_processes(pair) -> None:
    _, (found,) = through(pair, 0, np.ones(LARGE, np.float32))
    numbers = [int(one) for one in os.listdir(FILES)]
    inherited = []
    for number in numbers:
        try:
            if os.get_inheritable(number) and "tutor" in os.readlink(FILES / str(number)):
                inherited.append(number)
        except OSError:
            continue
    assert not inherited and found.size


def test_where_no_shared_memory_is_to_be_had_the_pipe_serves(pair, monkeypatch) -> None:
    def refuse(*_: object) -> int:
        raise OSError("no room")

    monkeypatch.setattr(os, "memfd_create" if hasattr(os, "memfd_create") else "dup", refuse, raising=False)
    values = np.arange(LARGE, dtype=np.float32)
    assert through(pair, 0, values)[1][0].tobytes() == values.tobytes()


def test_where_shared_memory_runs_out_half_way_the_pipe_serves(pair, monkeypatch) -> None:
    real, sizes = os.write, []

    def full(file: int, data: memoryview) -> int:
        sizes.append(len(data))
        if len(sizes) > 1:
            raise OSError(28, "No space left on device")
        return real(file, data[: len(data) // 2])

    monkeypatch.setattr(os, "write", full)
    values = np.arange(LARGE, dtype=np.float32)
    assert through(pair, 0, values)[1][0].tobytes() == values.tobytes()
    assert len(sizes) in (0, 2)  # none where numbers go through the pipe anyway


@pytest.mark.skipif(sys.platform == "win32" or not CAN_SHARE, reason="no file can be handed over")
def test_systems_without_anonymous_memory_use_a_file_without_a_name(pair, monkeypatch) -> None:
    monkeypatch.delattr(os, "memfd_create", raising=False)
    values = np.arange(LARGE, dtype=np.float32)
    assert through(pair, 0, values)[1][0].tobytes() == values.tobytes()
