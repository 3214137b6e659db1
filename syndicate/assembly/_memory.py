"""How a process that runs for months keeps its memory small."""

import contextlib
import ctypes
import gc
from typing import Final

_MMAP_THRESHOLD: Final = -3  # of mallopt(3), in glibc
_LARGE_BYTES: Final = 262_144
_TRIM_THRESHOLD: Final = -1
_KEPT_BYTES: Final = 16_777_216  # of free memory at the end of the heap
_ARENA_MAX: Final = -8
_HEAPS: Final = 1
_ALLOCATIONS: Final = 10_000  # more made than dropped, until the youngest are looked through


def tune_memory() -> None:
    """Have large blocks go back to the system when dropped, and small ones stay, in one heap; glibc only.

    By itself it stops giving back at the first block of some megabytes, and the heaps of the threads then
    grow around what stays: with 100,000 items a hub held half as much again. Told so, it would also give back
    the few megabytes of every batch, only to ask for them again. Threads that take turns, as ours do, need no
    heap each: theirs grow and shrink a page at a time (decision 0006). What the program itself is made of
    stays for ever, so the collector need not look through it again and again; nor need it look at whatever is
    new after every few hundred values: a document is made of thousands, which all go when it is written.
    """
    gc.freeze()
    gc.set_threshold(_ALLOCATIONS)
    with contextlib.suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
        library.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        library.mallopt(_ARENA_MAX, _HEAPS)
