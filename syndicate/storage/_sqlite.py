"""SQLite as both databases here use it: durable at every commit, one writer, readers beside it.

WAL lets readers go on while one writes. `synchronous=FULL` puts every commit on the disk before it
returns: with NORMAL a power cut could take back an index that the world has already seen.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

from syndicate.errors import StorageBusy, StorageError

_BUSY_SECONDS: Final = 5.0  # how long to wait for somebody's sqlite3 shell
_READERS: Final = 4
_HIDE: Final = True  # no exception repeats what was to be written: subscribers' secrets are among it
_PAGE_BYTES: Final = 16_384  # holds two or three whole tokens, where 4,096 would chain each over three pages
_WRITER_PRAGMAS: Final = (
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA temp_store=MEMORY",
    "PRAGMA cache_size=-16384",  # KiB: the hot pages of the indexes by digest and by `sub`
    "PRAGMA wal_autocheckpoint=1000",  # pages, 16 MB: pages written many times are copied back once
    "PRAGMA journal_size_limit=67108864",  # bytes that the WAL keeps after a burst
)
_READER_PRAGMAS: Final = ("PRAGMA query_only=ON", "PRAGMA cache_size=-4096", "PRAGMA temp_store=MEMORY")


@contextmanager
def in_our_words(path: Path) -> Iterator[None]:
    """Turn the driver's failures into ``StorageError`` that name the database and what to do."""
    try:
        yield
    except DBAPIError as exc:
        raise _told(path, exc.orig) from exc
    except sqlite3.Error as exc:  # of a pragma, which goes past SQLAlchemy
        raise _told(path, exc) from exc


def _told(path: Path, exc: BaseException | None) -> StorageError:
    code = getattr(exc, "sqlite_errorcode", 0) & 0xFF  # the low byte is the primary code
    match code:
        case sqlite3.SQLITE_NOTADB:
            return StorageError(
                f"{path} is not a database",
                hint="It was left as it is. Restore it from a back-up, or name another file.",
            )
        case sqlite3.SQLITE_CORRUPT:
            return StorageError(f"{path} is damaged: {exc}")
        case sqlite3.SQLITE_FULL:
            return StorageError(
                f"no room left on the disk of {path}; nothing was half-written", hint="Free some space."
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StorageBusy(f"another program holds {path} locked")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return StorageError(
                f"cannot open or write {path}: {exc}",
                hint="The folder must exist, and this user must be able to write in it.",
            )
        case _:
            return StorageError(f"{path}: {exc}")


def open_writer(path: Path) -> Connection:
    """The one connection that writes; each of its transactions is ``BEGIN IMMEDIATE``.

    Raises:
        StorageError: the file cannot be opened or made, or is not a database.
    """

    def connect() -> sqlite3.Connection:
        return _connect(path, "rwc")

    engine = create_engine("sqlite://", creator=connect, poolclass=NullPool, hide_parameters=_HIDE)
    engine = _begins_with("BEGIN IMMEDIATE", engine)
    with in_our_words(path):
        connection = engine.connect()
    try:
        with in_our_words(path):
            _prepare_writer(connection, path)
    except StorageError:
        connection.close()
        raise
    return connection


def _prepare_writer(connection: Connection, path: Path) -> None:
    raw = connection.connection.cursor()  # outside of any transaction: the journal mode cannot change in one
    raw.execute(f"PRAGMA page_size={_PAGE_BYTES}")  # of a new file; an old one keeps its own
    mode = raw.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise StorageError(
            f"the disk of {path} cannot hold a write-ahead log",
            hint="Use a local disk, not a network folder.",
        )
    for pragma in _WRITER_PRAGMAS:
        raw.execute(pragma)
    raw.close()


def open_readers(path: Path) -> Engine:
    """Connections that can only read, each transaction one unchanging view; at most four at a time."""
    engine = create_engine(
        "sqlite://",
        creator=_reader(path),
        poolclass=QueuePool,
        pool_size=_READERS,
        max_overflow=0,
        hide_parameters=_HIDE,
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _record: ConnectionPoolEntry) -> None:
        for pragma in _READER_PRAGMAS:
            connection.execute(pragma)

    return _begins_with("BEGIN", engine)


def _reader(path: Path) -> Callable[[], sqlite3.Connection]:
    return lambda: _connect(path, "ro")


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # Each connection is used by one thread at a time, not always the same one; transactions are ours to
    # begin (isolation_level=None): the driver's own would begin too late and end at each DDL statement.
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


def _begins_with(statement: str, engine: Engine) -> Engine:
    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    return engine
