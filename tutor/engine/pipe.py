"""The pipe to the engine's process: messages of JSON and arrays; large arrays in shared memory.

The shared memory has no name: an anonymous file is handed over with the message and mapped, so that the system frees
it with the last process that looks at it, however that process ends. Where a system cannot hand files over (Windows),
the numbers go through the pipe itself.
"""

from __future__ import annotations

import json
import mmap
import os
import select
import socket
import struct
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np

#: Arrays from so many bytes on are shared; smaller ones are copied as fast as they would be mapped.
SHARED_FROM = 1 << 20
#: How many files one message may carry (the systems allow some 250).
_MOST_FILES = 64
_HEAD = struct.Struct("!Q")
CAN_SHARE = hasattr(socket, "send_fds")


class Pipe:
    """One end of the pipe. Sending is safe from several threads, receiving from one at a time."""

    def __init__(self, end: socket.socket, patience: float | None = None, share: bool = CAN_SHARE) -> None:
        """`patience` is how long, in seconds, the other side may take for the rest of a message that it has begun, and
        for taking one; None for ever."""
        self._end, self._share = end, share
        self._sending = threading.Lock()
        end.settimeout(patience)

    def send(self, message: Any, arrays: Sequence[np.ndarray] = ()) -> None:
        """Send a message, plain JSON, with arrays. Raises EOFError where the other side is gone."""
        files: list[int] = []
        kinds, inside = [], []
        try:
            for values in arrays:
                file = _shared(values) if self._share and len(files) < _MOST_FILES else None
                if file is None:
                    inside.append(np.ascontiguousarray(values).reshape(-1).view(np.uint8))
                else:
                    files.append(file)
                kinds.append([values.dtype.str, list(values.shape), file is not None])
            text = json.dumps([message, kinds]).encode("ascii")
            with self._sending:
                head = _HEAD.pack(len(text))
                if files:
                    sent = socket.send_fds(self._end, [head], files)
                    self._end.sendall(head[sent:])
                else:
                    self._end.sendall(head)
                self._end.sendall(text)
                for part in inside:
                    self._end.sendall(part.data)
        except OSError as error:
            raise EOFError from error
        finally:
            for file in files:
                os.close(file)

    def waits(self, seconds: float | None) -> bool:
        """Whether something to receive comes within so many seconds (None: however long it takes)."""
        try:
            return bool(select.select([self._end], [], [], seconds)[0])
        except (OSError, ValueError):  # closed meanwhile: receiving says so
            return True

    def receive(self) -> tuple[Any, list[np.ndarray]]:
        """The next message and its arrays, read-only. Raises EOFError where the other side is gone."""
        files: list[int] = []
        try:
            head = bytearray(_HEAD.size)
            got = self._begin(head, files)
            self._fill(memoryview(head)[got:])
            text = bytearray(_HEAD.unpack(head)[0])
            self._fill(memoryview(text))
            message, kinds = json.loads(text)
            arrays = []
            for kind, shape, shared in kinds:
                if shared:
                    arrays.append(_mapped(files.pop(0), np.dtype(kind), shape))
                else:
                    values = np.empty(shape, np.dtype(kind))
                    self._fill(values.reshape(-1).view(np.uint8).data)
                    values.flags.writeable = False
                    arrays.append(values)
            return message, arrays
        except OSError as error:
            raise EOFError from error
        except MemoryError:
            self.end()  # the rest of the message is still in the pipe
            raise
        finally:
            for file in files:
                os.close(file)

    def _begin(self, head: bytearray, files: list[int]) -> int:
        """Receive the first bytes of a message, with the files that came with them, however long that takes."""
        while not self.waits(None):
            pass
        if not self._share:
            return 0
        data, found, _, _ = socket.recv_fds(self._end, len(head), _MOST_FILES, getattr(socket, "MSG_CMSG_CLOEXEC", 0))
        files += found
        for file in found:
            os.set_inheritable(file, False)
        if not data:
            raise EOFError
        head[: len(data)] = data
        return len(data)

    def _fill(self, view: memoryview) -> None:
        while view.nbytes:
            got = self._end.recv_into(view)
            if not got:
                raise EOFError
            view = view[got:]

    def end(self) -> None:
        """Let both sides see the end of the pipe; whoever waits here is let go."""
        with suppress(OSError):
            self._end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """End it, and free what it holds."""
        self.end()
        self._end.close()


def _shared(values: np.ndarray) -> int | None:
    """An anonymous file that holds the numbers; None for few of them, or where there is no room for it."""
    if values.nbytes < SHARED_FROM:
        return None
    try:
        if hasattr(os, "memfd_create"):
            file = os.memfd_create("tutor")
        else:
            with tempfile.TemporaryFile() as made:
                file = os.dup(made.fileno())
    except OSError:
        return None
    try:
        # Written, not mapped: that is faster, and where there is no room it is an error, not the end of the process.
        left = np.ascontiguousarray(values).reshape(-1).view(np.uint8).data
        while left.nbytes:
            left = left[os.write(file, left) :]
    except OSError:
        os.close(file)
        return None
    return file


def _mapped(file: int, kind: np.dtype, shape: Sequence[int]) -> np.ndarray:
    """The numbers of an anonymous file, read-only; the memory is freed with the array. Closes the file."""
    try:
        size = kind.itemsize * int(np.prod(shape, dtype=np.int64))
        memory = mmap.mmap(file, size, access=mmap.ACCESS_READ)
    finally:
        os.close(file)
    return np.frombuffer(memory, kind).reshape(shape)
