"""Opening a database to write in it: the one writer's place first, then the file, then its schema."""

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection

from syndicate.errors import StorageError
from syndicate.storage._lock import writers_place
from syndicate.storage._migrate import VersionLine, migrate
from syndicate.storage._sqlite import in_our_words, open_writer

_BESIDE = ("", "-wal", "-shm", "-journal")


@contextmanager
def open_database(path: Path, line: VersionLine) -> Iterator[Connection]:
    """The writer's connection to ``path``, made if it is not there, at this program's schema.

    If it cannot be made, nothing of it stays behind.

    Raises:
        StorageBusy: another process writes to it.
        StorageError: it cannot be opened, is some other database, or is a newer program's.
    """
    with writers_place(path):
        connection = _open(path, line)
        try:
            yield connection
        finally:
            connection.close()


def _open(path: Path, line: VersionLine) -> Connection:
    fresh = not path.exists()
    if fresh:
        _check_nothing_left(path)
    try:
        if fresh:
            make_private(path)
        connection = open_writer(path)
        try:
            with in_our_words(path):
                migrate(connection, line, path)
        except BaseException:
            connection.close()
            raise
    except BaseException:
        if fresh:
            _remove(path)
        raise
    return connection


def make_private(path: Path) -> None:
    """An empty file that only its own user can read: secrets of subscribers will stand in it.

    SQLite gives what it puts beside a database the same permissions. Where it cannot be made, SQLite says so.
    """
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _check_nothing_left(path: Path) -> None:
    """What another database left behind would be played over a new one."""
    for ending in _BESIDE[1:]:
        left = path.with_name(path.name + ending)
        if left.exists():
            raise StorageError(
                f"{left} is what is left of another database", hint="Move it to where that database is."
            )


def _remove(path: Path) -> None:
    for ending in _BESIDE:
        path.with_name(path.name + ending).unlink(missing_ok=True)
