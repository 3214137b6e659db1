"""The agency's stream book on SQLite."""

import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, CursorResult, Select, and_, delete, exists, func, insert, select

from syndicate.errors import StorageBusy, StorageError
from syndicate.news import Act, AgencyId, ItemId, StreamName, TokenDigest
from syndicate.ports import Reading, Signed, StreamBook
from syndicate.storage._database import open_database
from syndicate.storage._migrate import STREAM_BOOK
from syndicate.storage._sqlite import in_our_words
from syndicate.storage._streambook_tables import BookTable

_TRY_AGAIN_SECONDS = 0.02
_SIGNED = BookTable.metadata.tables["signed"]
_REACHED = BookTable.metadata.tables["reached"]
_READING = BookTable.metadata.tables["reading"]
_OWNER = BookTable.metadata.tables["owner"]


class SqliteStreamBook:
    """``ports.StreamBook`` over one SQLite file."""

    def __init__(self, path: Path, connection: Connection) -> None:
        self._path = path
        self._connection = connection
        self._one_at_a_time = Lock()

    def head(self) -> tuple[int, TokenDigest | None]:
        """The stream's last number and its token's digest; (0, None) before the first."""
        with self._transaction() as connection:
            return _head(connection)

    def latest(self, subs: Collection[ItemId]) -> Mapping[ItemId, Signed]:
        """The highest version of each of these items that was ever signed."""
        with self._transaction() as connection:
            found = _signed(connection.execute(_latest(subs)))
        return {each.sub: each for each in found}

    def append(self, signed: Sequence[Signed]) -> None:
        """Add tokens at the head, all or none."""
        if not signed:
            return
        with self._transaction() as connection:
            self._check(connection, signed)
            connection.execute(insert(_SIGNED), [asdict(each) for each in signed])

    def newest(self, limit: int) -> tuple[Signed, ...]:
        """The highest version of each item, by number, newest first, at most ``limit``."""
        with self._transaction() as connection:
            return _signed(connection.execute(_newest(limit)))

    def page(self, after: int, limit: int) -> tuple[Signed, ...]:
        """At most ``limit`` tokens with a number above ``after``, ascending."""
        with self._transaction() as connection:
            wanted = select(_SIGNED).where(_SIGNED.c.seq > after).order_by(_SIGNED.c.seq).limit(limit)
            return _signed(connection.execute(wanted))

    def before(self, number: int) -> int:
        """The highest number below ``number`` that a token has; 0 if there is none."""
        with self._transaction() as connection:
            wanted = select(func.coalesce(func.max(_SIGNED.c.seq), 0)).where(_SIGNED.c.seq < number)
            return int(connection.execute(wanted).scalar_one())

    def history(self, subs: Collection[ItemId]) -> Mapping[ItemId, tuple[Signed, ...]]:
        """Every version of each of these items that was ever signed, by number."""
        with self._transaction() as connection:
            wanted = select(_SIGNED).where(_SIGNED.c.sub.in_(_each_of(subs))).order_by(_SIGNED.c.seq)
            found = _signed(connection.execute(wanted))
        return {sub: tuple(each for each in found if each.sub == sub) for sub in {one.sub for one in found}}

    def reached(self, goal: str) -> int:
        """The number up to which the stream has been brought to ``goal``; 0 at first."""
        with self._transaction() as connection:
            found = connection.execute(select(_REACHED.c.number).where(_REACHED.c.goal == goal)).scalar()
            return int(found or 0)

    def reach(self, goal: str, number: int) -> None:
        """Remember that it has been brought there up to ``number``."""
        with self._transaction() as connection:
            connection.execute(delete(_REACHED).where(_REACHED.c.goal == goal))
            connection.execute(insert(_REACHED), {"goal": goal, "number": number})

    def readings(self, subs: Collection[ItemId]) -> Mapping[ItemId, Reading]:
        """How these entries were found the last time, where they were."""
        with self._transaction() as connection:
            found = connection.execute(select(_READING).where(_READING.c.sub.in_(_each_of(subs))))
            return {row["sub"]: Reading(**row) for row in found.mappings()}

    def read_before(self, contents: Collection[str]) -> Mapping[str, frozenset[ItemId]]:
        """The items that were ever read with these titles and texts."""
        item = func.coalesce(_READING.c.stands_for, _READING.c.sub)
        wanted = select(_READING.c.content, item).where(_READING.c.content.in_(_each_of(contents)))
        found: dict[str, set[ItemId]] = {}
        with self._transaction() as connection:
            for content, sub in connection.execute(wanted):
                found.setdefault(content, set()).add(ItemId(sub))
        return {content: frozenset(subs) for content, subs in found.items()}

    def note(self, readings: Collection[Reading]) -> None:
        """Remember how entries were found; what was known of the same ids is replaced."""
        if not readings:
            return
        with self._transaction() as connection:
            subs = _each_of([each.sub for each in readings])
            connection.execute(delete(_READING).where(_READING.c.sub.in_(subs)))
            connection.execute(insert(_READING), [asdict(each) for each in readings])

    def close(self) -> None:
        """Let go of the connection; the block that opened the book lets go of the file."""
        self._connection.close()

    def _check(self, connection: Connection, signed: Sequence[Signed]) -> None:
        head, _ = _head(connection)
        for number, each in enumerate(signed, head + 1):
            if each.seq != number:
                raise StorageError(f"{self._path}: number {each.seq} does not follow {number - 1}")
        for sub, ver in _taken(connection, {(each.sub, each.ver) for each in signed}):
            raise StorageError(f"{self._path}: version {ver} of {sub} is signed already")

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with self._one_at_a_time, in_our_words(self._path), self._connection.begin():
            yield self._connection


@contextmanager
def open_streambook(
    path: Path, agency: AgencyId, stream: StreamName, *, wait_seconds: float = 0.0
) -> Iterator[StreamBook]:
    """The book of one stream in the file ``path``, made or brought up to date; its folder must exist.

    Another process may have it for so long as ``wait_seconds``, in which this one tries again.

    Raises:
        StorageBusy: another process writes in it.
        StorageError: it cannot be opened, is no stream book, or is another stream's.
    """
    with _patiently(path, wait_seconds) as connection:
        with in_our_words(path), connection.begin():
            _check_owner(connection, path, agency, stream)
        yield SqliteStreamBook(path, connection)


@contextmanager
def _patiently(path: Path, seconds: float) -> Iterator[Connection]:
    end = time.monotonic() + seconds
    with ExitStack() as stack:
        while True:
            try:
                connection = stack.enter_context(open_database(path, STREAM_BOOK))
                break
            except StorageBusy:
                if time.monotonic() >= end:
                    raise
                time.sleep(_TRY_AGAIN_SECONDS)
        yield connection


def _check_owner(connection: Connection, path: Path, agency: AgencyId, stream: StreamName) -> None:
    owner = connection.execute(select(_OWNER)).first()
    if owner is None:
        connection.execute(insert(_OWNER), {"agency": agency, "stream": stream})
    elif (owner.agency, owner.stream) != (agency, stream):
        raise StorageError(
            f"{path} is the book of {owner.agency}, stream {owner.stream!r}, not of {agency}, {stream!r}",
            hint="Name that stream's own file.",
        )


def _head(connection: Connection) -> tuple[int, TokenDigest | None]:
    last = connection.execute(select(_SIGNED).order_by(_SIGNED.c.seq.desc()).limit(1)).first()
    return (0, None) if last is None else (last.seq, TokenDigest(last.digest))


def _latest(subs: Collection[ItemId]) -> Select[Any]:
    sub, ver = _SIGNED.c.sub, _SIGNED.c.ver
    top = select(sub, func.max(ver).label("ver")).where(sub.in_(_each_of(subs))).group_by(sub).subquery()
    return select(_SIGNED).join(top, and_(sub == top.c.sub, ver == top.c.ver))


def _each_of(names: Collection[str]) -> Select[Any]:
    # One JSON array, not one parameter each: however many items a CMS shows, it is one short statement.
    return select(func.json_each(json.dumps(list(names))).table_valued("value").c.value)


def _newest(limit: int) -> Select[Any]:
    later = _SIGNED.alias("later")
    superseded = exists().where(later.c.sub == _SIGNED.c.sub, later.c.ver > _SIGNED.c.ver)
    return select(_SIGNED).where(~superseded).order_by(_SIGNED.c.seq.desc()).limit(limit)


def _taken(connection: Connection, versions: Collection[tuple[ItemId, int]]) -> Iterator[tuple[ItemId, int]]:
    for sub, ver in versions:
        taken = select(_SIGNED.c.seq).where(_SIGNED.c.sub == sub, _SIGNED.c.ver == ver)
        if connection.execute(taken).first() is not None:
            yield sub, ver


def _signed(found: CursorResult[Any]) -> tuple[Signed, ...]:
    return tuple(Signed(**(dict(row) | {"act": Act(row["act"])})) for row in found.mappings())
