"""One writer at a time: a lock of the operating system on a file beside the database.

The system lets go of it when the process ends, however it ends; so a lock file left behind by a crash
locks nothing, and the file itself is never removed (removing it could let two processes in).
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from syndicate.errors import StorageBusy, StorageError


@contextmanager
def writers_place(database: Path) -> Iterator[None]:
    """Hold the one writer's place of ``database`` while the block runs.

    Raises:
        StorageBusy: another process holds it; the message names its process id.
        StorageError: the lock file cannot be made or written.
    """
    lock = lock_of(database)
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as exc:
        raise StorageError(
            f"cannot write beside {database}: {exc.strerror}",
            hint="The folder must exist, and this user must be able to write in it.",
        ) from exc
    try:
        _take(handle, database)
        try:
            yield
            os.ftruncate(handle, 0)
        finally:
            # Closing is not enough: a process that is just being forked holds the file open for a moment.
            fcntl.flock(handle, fcntl.LOCK_UN)
    finally:
        os.close(handle)


def lock_of(database: Path) -> Path:
    """The file that whoever writes a database holds."""
    return database.with_name(f"{database.name}.lock")


def _take(handle: int, database: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        holder = os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "unknown"
        raise StorageBusy(f"{database} is written by another process (pid {holder})") from exc
    except OSError as exc:  # a file system without locks
        raise StorageError(
            f"cannot lock {lock_of(database)}: {exc.strerror}",
            hint="Keep the database on a disk of this machine: two writers at once would spoil it.",
        ) from exc
    try:
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode("ascii"), 0)
    except OSError as exc:
        raise StorageError(
            f"cannot write beside {database}: {exc.strerror}", hint="Free some space."
        ) from exc
