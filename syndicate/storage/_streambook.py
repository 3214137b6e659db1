"""The agency's stream book on SQLite."""

import json
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import (
    Connection,
    CursorResult,
    RowMapping,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    select,
)

from syndicate.errors import StorageBusy, StorageError
from syndicate.news import Act, AgencyId, ItemId, StreamName, TokenDigest, UnixTime, b64url, encode
from syndicate.ports import Reading, Signed, StreamBook, Waiting, Why
from syndicate.storage._database import open_database
from syndicate.storage._sqlite import in_our_words
from syndicate.storage._streambook_tables import (
    BARRED,
    FLOOR,
    NOTED,
    OWNER,
    REACHED,
    READING,
    SIGNED,
    STREAM_BOOK,
    WAITING,
)
from syndicate.trust import recall

_TRY_AGAIN_SECONDS = 0.02
_NO_NUMBER = 1  # what waits has no number yet; the claim needs one


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

    def append(self, signed: Sequence[Signed], *, settled: Collection[int] = ()) -> None:
        """Add tokens at the head and take the ``settled`` ones off the waiting list: all, or nothing."""
        if not signed:
            return
        with self._transaction() as connection:
            self._check(connection, signed)
            connection.execute(insert(SIGNED), [asdict(each) for each in signed])
            connection.execute(delete(WAITING).where(WAITING.c.id.in_(list(settled))))

    def newest(self, limit: int) -> tuple[Signed, ...]:
        """The highest version of each item, by number, newest first, at most ``limit``."""
        with self._transaction() as connection:
            return _signed(connection.execute(_newest(limit)))

    def page(self, after: int, limit: int) -> tuple[Signed, ...]:
        """At most ``limit`` tokens with a number above ``after``, ascending."""
        with self._transaction() as connection:
            wanted = select(SIGNED).where(SIGNED.c.seq > after).order_by(SIGNED.c.seq).limit(limit)
            return _signed(connection.execute(wanted))

    def before(self, number: int) -> int:
        """The highest number below ``number`` that a token has; 0 if there is none."""
        with self._transaction() as connection:
            wanted = select(func.coalesce(func.max(SIGNED.c.seq), 0)).where(SIGNED.c.seq < number)
            return int(connection.execute(wanted).scalar_one())

    def history(self, subs: Collection[ItemId]) -> Mapping[ItemId, tuple[Signed, ...]]:
        """Every version of each of these items that was ever signed, by number."""
        with self._transaction() as connection:
            wanted = select(SIGNED).where(SIGNED.c.sub.in_(_each_of(subs))).order_by(SIGNED.c.seq)
            found = _signed(connection.execute(wanted))
        return {sub: tuple(each for each in found if each.sub == sub) for sub in {one.sub for one in found}}

    def reached(self, goal: str) -> int:
        """The number up to which the stream has been brought to ``goal``; 0 at first."""
        with self._transaction() as connection:
            found = connection.execute(select(REACHED.c.number).where(REACHED.c.goal == goal)).scalar()
            return int(found or 0)

    def reach(self, goal: str, number: int) -> None:
        """Remember that it has been brought there up to ``number``."""
        with self._transaction() as connection:
            connection.execute(delete(REACHED).where(REACHED.c.goal == goal))
            connection.execute(insert(REACHED), {"goal": goal, "number": number})

    def waiting(self) -> tuple[Waiting, ...]:
        """All that waits, in order of its ids."""
        with self._transaction() as connection:
            found = connection.execute(select(WAITING).order_by(WAITING.c.id)).mappings()
            return tuple(_waits(row) for row in found)

    def hold(self, waiting: Sequence[Waiting]) -> None:
        """Let these wait: all, or none. One with an ``id`` replaces what waits under it."""
        with self._transaction() as connection:
            for each in waiting:
                connection.execute(delete(WAITING).where(WAITING.c.id == each.id))
                connection.execute(insert(WAITING), _waiting_row(each))

    def drop(self, ids: Collection[int]) -> None:
        """Take these off the waiting list."""
        with self._transaction() as connection:
            connection.execute(delete(WAITING).where(WAITING.c.id.in_(list(ids))))

    def signings(self, since: int) -> tuple[int, ...]:
        """The ``iat`` of every publication and update signed at or after ``since``, ascending."""
        iat, act = SIGNED.c.iat, SIGNED.c.act
        wanted = select(iat).where(iat >= since, act.in_((Act.PUBLISH, Act.UPDATE))).order_by(iat)
        with self._transaction() as connection:
            return tuple(connection.execute(wanted).scalars())

    def barred(self, marks: Collection[str]) -> frozenset[str]:
        """Those of ``marks`` that were barred."""
        with self._transaction() as connection:
            found = connection.execute(select(BARRED.c.mark).where(BARRED.c.mark.in_(_each_of(marks))))
            return frozenset(found.scalars())

    def bar(self, marks: Collection[str]) -> None:
        """Remember these marks for ever."""
        new = set(marks) - self.barred(marks)
        with self._transaction() as connection:
            if new:
                connection.execute(insert(BARRED), [{"mark": mark} for mark in sorted(new)])

    def unbar(self, marks: Collection[str]) -> None:
        """Forget these marks: a person let the text go out."""
        with self._transaction() as connection:
            connection.execute(delete(BARRED).where(BARRED.c.mark.in_(_each_of(marks))))

    def jotted(self, name: str) -> str | None:
        """What was jotted down last under ``name``."""
        with self._transaction() as connection:
            found: str | None = connection.execute(select(NOTED.c.said).where(NOTED.c.name == name)).scalar()
            return found

    def jot(self, name: str, said: str | None) -> None:
        """Jot it down under ``name``, in place of what stood there; None takes it away."""
        with self._transaction() as connection:
            connection.execute(delete(NOTED).where(NOTED.c.name == name))
            if said is not None:
                connection.execute(insert(NOTED), {"name": name, "said": said})

    def restore(
        self,
        signed: Sequence[Signed],
        *,
        goes_on_after: int,
        prev: TokenDigest | None,
        displaced: Collection[TokenDigest] = (),
        waiting: Sequence[Waiting] = (),
    ) -> None:
        """Keep tokens that were signed before and are not here; the stream goes on after this number."""
        with self._transaction() as connection:
            connection.execute(delete(SIGNED).where(SIGNED.c.digest.in_(_each_of(displaced))))
            for each in waiting:
                connection.execute(insert(WAITING), _waiting_row(each))
            self._check_free(connection, signed)
            if signed:
                connection.execute(insert(SIGNED), [asdict(each) for each in signed])
            highest = connection.execute(select(func.max(SIGNED.c.seq))).scalar() or 0
            if goes_on_after < highest:
                raise StorageError(f"{self._path}: cannot go on after {goes_on_after}: {highest} is taken")
            connection.execute(delete(FLOOR))
            connection.execute(insert(FLOOR), {"seq": goes_on_after, "prev": prev})

    def readings(self, subs: Collection[ItemId]) -> Mapping[ItemId, Reading]:
        """How these entries were found the last time, where they were."""
        with self._transaction() as connection:
            found = connection.execute(select(READING).where(READING.c.sub.in_(_each_of(subs))))
            return {row["sub"]: Reading(**row) for row in found.mappings()}

    def read_before(self, contents: Collection[str]) -> Mapping[str, frozenset[ItemId]]:
        """The items that were ever read with these titles and texts."""
        item = func.coalesce(READING.c.stands_for, READING.c.sub)
        wanted = select(READING.c.content, item).where(READING.c.content.in_(_each_of(contents)))
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
            connection.execute(delete(READING).where(READING.c.sub.in_(subs)))
            connection.execute(insert(READING), [asdict(each) for each in readings])

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

    def _check_free(self, connection: Connection, signed: Sequence[Signed]) -> None:
        numbers = [each.seq for each in signed]
        taken = connection.execute(select(SIGNED.c.seq).where(SIGNED.c.seq.in_(_each_of(numbers)))).first()
        if taken is not None:
            raise StorageError(f"{self._path}: number {taken.seq} is taken already")
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
    owner = connection.execute(select(OWNER)).first()
    if owner is None:
        connection.execute(insert(OWNER), {"agency": agency, "stream": stream})
    elif (owner.agency, owner.stream) != (agency, stream):
        raise StorageError(
            f"{path} is the book of {owner.agency}, stream {owner.stream!r}, not of {agency}, {stream!r}",
            hint="Name that stream's own file.",
        )


def _head(connection: Connection) -> tuple[int, TokenDigest | None]:
    last = connection.execute(select(SIGNED).order_by(SIGNED.c.seq.desc()).limit(1)).first()
    floor = connection.execute(select(FLOOR)).first()
    if floor is not None and floor.seq >= (0 if last is None else last.seq):
        return floor.seq, None if floor.prev is None else TokenDigest(floor.prev)
    return (0, None) if last is None else (last.seq, TokenDigest(last.digest))


def _latest(subs: Collection[ItemId]) -> Select[Any]:
    sub, ver = SIGNED.c.sub, SIGNED.c.ver
    top = select(sub, func.max(ver).label("ver")).where(sub.in_(_each_of(subs))).group_by(sub).subquery()
    return select(SIGNED).join(top, and_(sub == top.c.sub, ver == top.c.ver))


def _each_of(names: Collection[str] | Collection[int]) -> Select[Any]:
    # One JSON array, not one parameter each: however many items a CMS shows, it is one short statement.
    return select(func.json_each(json.dumps(list(names))).table_valued("value").c.value)


def _newest(limit: int) -> Select[Any]:
    later = SIGNED.alias("later")
    superseded = exists().where(later.c.sub == SIGNED.c.sub, later.c.ver > SIGNED.c.ver)
    return select(SIGNED).where(~superseded).order_by(SIGNED.c.seq.desc()).limit(limit)


def _taken(connection: Connection, versions: Collection[tuple[ItemId, int]]) -> Iterator[tuple[ItemId, int]]:
    for sub, ver in versions:
        taken = select(SIGNED.c.seq).where(SIGNED.c.sub == sub, SIGNED.c.ver == ver)
        if connection.execute(taken).first() is not None:
            yield sub, ver


def _waiting_row(each: Waiting) -> dict[str, object]:
    row = {name: getattr(each, name) for name in ("cms_id", "fingerprint", "why", "arrived", "due")}
    item = replace(each.item, seq=_NO_NUMBER, prev=None, iat=UnixTime(each.arrived))
    row |= {"sub": item.sub, "payload": encode(item)}
    return row | ({"id": each.id} if each.id else {})


def _waits(row: RowMapping) -> Waiting:
    said = {name: row[name] for name in ("id", "cms_id", "fingerprint", "arrived", "due")}
    return Waiting(item=recall(f".{b64url(row['payload'])}."), why=Why(row["why"]), **said)


def _signed(found: CursorResult[Any]) -> tuple[Signed, ...]:
    return tuple(Signed(**(dict(row) | {"act": Act(row["act"])})) for row in found.mappings())
