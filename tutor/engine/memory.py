"""How the memory of large tensors is taken from the system and given back, on Linux.

A tensor of scores at 1,024 tokens has 48 MiB, and every step makes another one. Two habits of the system make that
slow or wasteful: fresh memory comes in pages of 4 KiB, each with a fault of its own, which takes as long as the
arithmetic; and blocks of some MiB that torch frees leave holes that torch's next, aligned blocks do not fit, so that a
run holds several times what it needs. Elsewhere nothing is changed.
"""

from __future__ import annotations

import ctypes
import os
import sys

_MIB = 1 << 20
#: glibc's names for what `mallopt` sets.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
#: From the size of a large page on, a block is mapped on its own and goes back to the system when it is freed; tiles
#: are smaller, and their memory is used again and again.
APART = 2 * _MIB
#: So much free memory is kept at hand.
AT_HAND = 64 * _MIB


def settle() -> bool:
    """Ask for large pages and set the sizes above; to be called before torch makes its first large tensor. Returns
    whether the system took them."""
    if not sys.platform.startswith("linux"):
        return False
    # Read by torch when it first takes memory: blocks from 2 MiB on are marked for pages of 2 MiB.
    os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):  # another C library
        return False
    return bool(mallopt(_MMAP_THRESHOLD, APART)) and bool(mallopt(_TRIM_THRESHOLD, AT_HAND))
