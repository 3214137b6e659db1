"""The fingerprints of passages on the hub's SQLite file, beside the storage whose threads they share.

New versions wait, a row each, until there are enough for a run of the lowest level; small runs become large
ones a few buckets at a time, and each bucket stands in one place at any moment (``dedupe.postings``).
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection

from syndicate.dedupe import postings
from syndicate.dedupe import shared as kin
from syndicate.news import Index
from syndicate.ports import Candidates, Printed

T = TypeVar("T")

_WAITING_MOST: Final = 4_096  # versions that wait for a run, or
_WAITING_BYTES: Final = 2_621_440  # so much of their fingerprints: 80 a version
_AT_A_TIME: Final = 16  # small buckets that are merged in one transaction
_AT_ONCE: Final = 512  # buckets that go in one transaction
_SPAN: Final = 8_192  # from the id of a run's first bucket to that of the next run's

_STATE: Final = "SELECT reached, made_by FROM passage_state"
_REACH: Final = "UPDATE passage_state SET reached = ?"
_ERASED: Final = """
    SELECT log.idx FROM json_each(?) AS asked JOIN log ON log.idx = asked.value
    JOIN erased ON erased.version_id = log.version_id
"""
_WAIT: Final = "INSERT INTO passage_waiting (idx, prints) VALUES (?, ?)"
_KEY: Final = "INSERT OR IGNORE INTO passage_key (key, idx) VALUES (?, ?)"
_WAITING: Final = "SELECT idx, prints FROM passage_waiting ORDER BY idx"
_WAITING_SIZE: Final = "SELECT count(*), coalesce(sum(length(prints)), 0) FROM passage_waiting"
_NEXT_RUN: Final = "SELECT coalesce(max(id), 0) + 1 FROM passage_run"
_RUN: Final = "INSERT INTO passage_run (id, level, first, last, merges) VALUES (?, ?, ?, ?, ?)"
_BUCKET: Final = "INSERT INTO passage_bucket (id, entries) VALUES (?, ?)"
_MERGING: Final = "SELECT id, merges FROM passage_run WHERE merges <> '' ORDER BY id LIMIT 1"
_SMALL: Final = "SELECT id, first, last FROM passage_run WHERE level = 0 ORDER BY id"
_BUCKETS: Final = "SELECT id, entries FROM passage_bucket WHERE id IN (SELECT value FROM json_each(?))"
_TAKE: Final = "DELETE FROM passage_bucket WHERE id IN (SELECT value FROM json_each(?))"
_LEFT: Final = "SELECT min(id) FROM passage_bucket WHERE id >= ? AND id < ?"
_OVER: Final = "UPDATE passage_run SET level = -1 WHERE level >= 0 AND merges = '' AND last < ?"
_GONE: Final = "SELECT id FROM passage_run WHERE level = -1 ORDER BY id LIMIT 1"
_LET_GO: Final = """
    DELETE FROM passage_bucket WHERE id IN (SELECT id FROM passage_bucket WHERE id >= ? AND id < ? LIMIT ?)
"""
_SINCE: Final = """
    SELECT min(coalesce((SELECT min(first) FROM passage_run WHERE level >= 0), 9e18),
               coalesce((SELECT min(idx) FROM passage_waiting), 9e18))
"""
_CARRIED_MOST: Final = (
    1_000  # newest, and oldest, versions with one headline or path, of which each agency's count
)
_BY_KEY: Final = """
    SELECT DISTINCT idx FROM passage_key WHERE key IN (SELECT value FROM json_each(?))
    ORDER BY idx DESC LIMIT ?
"""
_CARRIED: Final = """
    SELECT found.idx, it.agency
    FROM (
        SELECT * FROM (SELECT idx FROM passage_key WHERE key = :key ORDER BY idx DESC LIMIT :most)
        UNION SELECT * FROM (SELECT idx FROM passage_key WHERE key = :key ORDER BY idx LIMIT :most)
    ) AS found
    JOIN log ON log.idx = found.idx JOIN version AS it ON it.id = log.version_id
    ORDER BY found.idx
"""
_BY_PRINT: Final = """
    SELECT run.level, asked.value AS bucket, bucket.entries
    FROM passage_run AS run
    CROSS JOIN json_each(CASE run.level WHEN 0 THEN :small WHEN 1 THEN :large ELSE '[]' END) AS asked
    JOIN passage_bucket AS bucket ON bucket.id = run.id * 8192 + asked.value
"""
_BY_SOME: Final = _BY_PRINT + "WHERE run.last >= :since"
_RUN_OF: Final = "SELECT id FROM passage_run WHERE first <= ? AND last >= ?"
_WHOLE: Final = "SELECT id, entries FROM passage_bucket WHERE id >= ? AND id < ?"
_REWRITE: Final = "UPDATE passage_bucket SET entries = ? WHERE id = ?"


class _Threads(Protocol):
    """What these need of their storage."""

    async def reading(self, ask: Callable[[Connection], T]) -> T: ...
    async def writing(self, work: Callable[[], T]) -> T: ...
    def transaction(self) -> AbstractContextManager[Connection]: ...


class SqlitePassages:
    """``ports.Passages`` over the storage's file."""

    def __init__(self, storage: _Threads) -> None:
        self._storage = storage

    async def reached(self, made_by: str) -> int:
        """The index up to which versions are found; begins anew where another ``made_by`` made them."""
        found = await self._storage.reading(lambda view: view.exec_driver_sql(_STATE).one())
        if found[1] == made_by:
            return int(found[0])
        await self._in_transaction(lambda view: _begin(view, made_by))
        return -1

    async def since(self) -> Index | None:
        """The first index whose passages are kept."""
        first = await self._storage.reading(lambda view: view.exec_driver_sql(_SINCE).scalar_one())
        return None if isinstance(first, float) else Index(first)

    async def keep(self, printed: Sequence[Printed], reached: int) -> None:
        """Keep these, but for what was erased meanwhile; ``reached`` is the index reached from now on."""
        await self._in_transaction(lambda view: _keep(view, printed, reached))

    async def tidy(self, window: int) -> bool:
        """Do a part of what there is to do: drop, merge, or make a run; False if there is nothing."""
        return await self._in_transaction(lambda view: _tidy(view, window))

    async def find(self, prints: Sequence[int], keys: Sequence[int], most: int) -> Candidates:
        """At most ``most`` versions with one of the keys, and at most ``most`` with some fingerprints."""
        return await self._storage.reading(lambda view: _find(view, prints, keys, most))

    async def shared(
        self, prints: Mapping[Index, Sequence[int]], since: int
    ) -> Mapping[Index, Mapping[Index, int]]:
        """For each of these versions: which before it have how many of its fingerprints in a row."""
        return await self._storage.reading(lambda view: _shared(view, prints, since))

    async def _in_transaction(self, work: Callable[[Connection], T]) -> T:
        def transaction() -> T:
            with self._storage.transaction() as connection:
                return work(connection)

        return await self._storage.writing(transaction)


def _begin(connection: Connection, made_by: str) -> None:
    connection.exec_driver_sql("DELETE FROM passage_waiting")
    connection.exec_driver_sql("DELETE FROM passage_key")
    connection.exec_driver_sql("UPDATE passage_run SET level = -1, merges = ''")  # dropped part by part
    connection.exec_driver_sql("UPDATE passage_state SET reached = -1, made_by = ?", (made_by,))


def _keep(connection: Connection, printed: Sequence[Printed], reached: int) -> None:
    asked = json.dumps([each.index for each in printed])
    erased = set(connection.exec_driver_sql(_ERASED, (asked,)).scalars())
    here = [each for each in printed if each.index not in erased]
    _many(connection, _WAIT, [(each.index, each.prints) for each in here if each.prints])
    _many(connection, _KEY, [(key, each.index) for each in here for key in each.keys])
    connection.exec_driver_sql(_REACH, (reached,))


def _tidy(connection: Connection, window: int) -> bool:
    reached = connection.exec_driver_sql(_STATE).one().reached
    connection.exec_driver_sql(_OVER, (reached - window,))
    gone = connection.exec_driver_sql(_GONE).scalar()
    if gone is not None:
        return _drop(connection, gone)
    merging = connection.exec_driver_sql(_MERGING).first()
    if merging is not None:
        return _merge(connection, merging.id, json.loads(merging.merges))
    small = connection.exec_driver_sql(_SMALL).all()
    if len(small) >= postings.FAN:
        parts = small[: postings.FAN]
        ids = [part.id for part in parts]
        return _make_run(connection, postings.LARGE, parts[0].first, parts[-1].last, ids)
    count, size = connection.exec_driver_sql(_WAITING_SIZE).one()
    if count >= _WAITING_MOST or size >= _WAITING_BYTES:
        return _flush(connection)
    return False


def _drop(connection: Connection, run: int) -> bool:
    connection.exec_driver_sql(_LET_GO, (run * _SPAN, (run + 1) * _SPAN, _AT_ONCE))
    if connection.exec_driver_sql(_LEFT, (run * _SPAN, (run + 1) * _SPAN)).scalar() is None:
        connection.exec_driver_sql("DELETE FROM passage_run WHERE id = ?", (run,))
    return True


def _make_run(connection: Connection, level: int, first: int, last: int, merges: Collection[int]) -> bool:
    run = int(connection.exec_driver_sql(_NEXT_RUN).scalar_one())
    told = json.dumps(list(merges)) if merges else ""
    connection.exec_driver_sql(_RUN, (run, level, first, last, told))
    return True


def _merge(connection: Connection, run: int, parts: Sequence[int]) -> bool:
    """Move the next few buckets of small runs into a large one; after the last of them the small ones go."""
    left = [connection.exec_driver_sql(_LEFT, (part * _SPAN, (part + 1) * _SPAN)).scalar() for part in parts]
    begin = min((id_ % _SPAN for id_ in left if id_ is not None), default=None)
    if begin is None:
        connection.exec_driver_sql("UPDATE passage_run SET merges = '' WHERE id = ?", (run,))
        _many(connection, "DELETE FROM passage_run WHERE id = ?", [(part,) for part in parts])
        return True
    for bucket in range(begin, min(begin + _AT_A_TIME, postings.BUCKETS[postings.SMALL])):
        ids = json.dumps([part * _SPAN + bucket for part in parts])
        found = [row.entries for row in connection.exec_driver_sql(_BUCKETS, (ids,))]
        made = postings.large_buckets(bucket, found)
        _many(connection, _BUCKET, [(run * _SPAN + number, entries) for number, entries in made.items()])
        connection.exec_driver_sql(_TAKE, (ids,))
    return True


def _flush(connection: Connection) -> bool:
    """Make a small run of what waits."""
    waiting = [(row.idx, row.prints) for row in connection.exec_driver_sql(_WAITING)]
    run = int(connection.exec_driver_sql(_NEXT_RUN).scalar_one())
    _make_run(connection, postings.SMALL, waiting[0][0], waiting[-1][0], ())
    made = postings.small_run(waiting)
    _many(connection, _BUCKET, [(run * _SPAN + number, entries) for number, entries in made.items()])
    connection.exec_driver_sql("DELETE FROM passage_waiting")
    return True


def _find(connection: Connection, prints: Sequence[int], keys: Sequence[int], most: int) -> Candidates:
    keyed = connection.exec_driver_sql(_BY_KEY, (json.dumps(list(keys)), most)).scalars().all()
    if len(keyed) >= most:
        keyed = [*keyed, *sorted(_of_each_agency(connection, keys) - set(keyed), reverse=True)[:most]]
    hits: Counter[int] = Counter()
    if prints:
        waiting = [(row.idx, row.prints) for row in connection.exec_driver_sql(_WAITING)]
        hits.update(postings.waiting_with(prints, waiting))
        wanted = postings.Wanted(prints)
        asked: Mapping[str, Any] = {
            "small": json.dumps(wanted.buckets(postings.SMALL)),
            "large": json.dumps(wanted.buckets(postings.LARGE)),
        }
        for level, bucket, entries in connection.exec_driver_sql(_BY_PRINT, asked):
            hits.update(wanted.found(level, bucket, entries))
    best = sorted(hits.items(), key=lambda one: (-one[1], one[0]))[:most]
    return Candidates(
        keyed=tuple(map(Index, keyed)), hits=tuple((Index(index), count) for index, count in best)
    )


def _shared(
    connection: Connection, prints: Mapping[Index, Sequence[int]], since: int
) -> dict[Index, dict[Index, int]]:
    wanted = kin.Shared(prints)
    wanted.look_among([(row.idx, row.prints) for row in connection.exec_driver_sql(_WAITING)])
    asked: Mapping[str, Any] = {
        "small": json.dumps(wanted.buckets(postings.SMALL)),
        "large": json.dumps(wanted.buckets(postings.LARGE)),
        "since": since,
    }
    for level, bucket, entries in connection.exec_driver_sql(_BY_SOME, asked):
        wanted.look(level, bucket, entries)
    return {
        Index(index): {Index(other): count for other, count in found.items()}
        for index, found in wanted.counted().items()
    }


def _of_each_agency(connection: Connection, keys: Sequence[int]) -> set[int]:
    """The newest of each agency with each of the keys: nobody's flood of one headline hides another's."""
    found: set[int] = set()
    for key in keys:
        rows = connection.exec_driver_sql(_CARRIED, {"key": key, "most": _CARRIED_MOST})
        found |= set({row.agency: row.idx for row in rows}.values())
    return found


def forget(connection: Connection, index: int) -> None:
    """Keep nothing of the version at an index: it was erased. In whichever run it is, all of that is read."""
    connection.exec_driver_sql("DELETE FROM passage_waiting WHERE idx = ?", (index,))
    connection.exec_driver_sql("DELETE FROM passage_key WHERE idx = ?", (index,))
    for run in connection.exec_driver_sql(_RUN_OF, (index, index)).scalars().all():
        for row in connection.exec_driver_sql(_WHOLE, (run * _SPAN, (run + 1) * _SPAN)).all():
            left = postings.without(row.entries, index)
            if left != row.entries:
                connection.exec_driver_sql(_REWRITE, (left, row.id))


def _many(connection: Connection, statement: str, values: list[tuple[object, ...]]) -> None:
    if values:
        connection.exec_driver_sql(statement, values)
