"""How far stories have followed the log, and which versions may hold each other's passages.

Everything is asked as of the index of the version that is looked at: whoever comes later to the same log, and
in other steps, finds the same.
"""

import asyncio
import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection

from syndicate.dedupe import Related
from syndicate.news import AgencyId, Index
from syndicate.ports import Sketched
from syndicate.storage._kin import WINDOW_SECONDS, put_back
from syndicate.storage._rows import RELATION, relation_row
from syndicate.storage._ruled import mark_ruled
from syndicate.storage._stories import gather

T = TypeVar("T")
NOBODY: Final[Mapping[Index, Collection[AgencyId]]] = MappingProxyType({})

_CANDIDATES: Final = 24  # of one version; one of each agency, so that all who tell a story are among them
_CARRIERS: Final = 512  # versions that are looked at to choose them

_DAYS_OF_FIGURES: Final = 8  # for who receives late what was published within two
_FIGURE: Final = "INSERT OR REPLACE INTO figure (idx, key) VALUES (?, ?)"
_CREDIT: Final = "INSERT OR IGNORE INTO credit (idx, agency) VALUES (?, ?)"
_OLD_FIGURES: Final = "DELETE FROM figure WHERE idx < ?"
_SAME_FIGURES: Final = "SELECT idx FROM figure WHERE key = ? AND idx < ? ORDER BY idx DESC LIMIT ?"
_DECLARED: Final = """
    SELECT 1 FROM relation WHERE score IS NULL
    AND ((sub = :a AND to_sub = :b) OR (sub = :b AND to_sub = :a)) LIMIT 1
"""
_STATE: Final = "SELECT reached, edition, folding, sketched, sketch_until FROM gathered"
_SKETCH_FROM: Final = "UPDATE gathered SET folding = ?, sketched = ?, sketch_until = ?"
_REACH: Final = "UPDATE gathered SET reached = ?, edition = edition + ?"
_NEAREST: Final = "SELECT idx, sealed_at FROM log WHERE idx >= ? ORDER BY idx LIMIT 1"
_THESE: Final = """
    SELECT log.idx, log.sealed_at, it.item_id, it.agency, it.lang, item.sub, it.ver
    FROM json_each(?) AS asked JOIN log ON log.idx = asked.value
    JOIN version AS it ON it.id = log.version_id JOIN item ON item.id = it.item_id
    WHERE NOT EXISTS (SELECT 1 FROM erased WHERE erased.version_id = it.id)
"""
# What stands of an item as of an index; see ``_order``.
_STOOD: Final = """
    SELECT log.idx FROM version AS it JOIN log ON log.version_id = it.id
    WHERE it.item_id = ? AND log.idx <= ?
    ORDER BY it.act = 'retract' DESC, CASE it.act WHEN 'retract' THEN -it.ver ELSE it.ver END DESC LIMIT 1
"""
_KNOWN: Final = """
    SELECT 1 FROM relation WHERE score IS NOT NULL
    AND ((sub = :a AND ver = :a_ver AND to_sub = :b AND to_ver = :b_ver)
         OR (sub = :b AND ver = :b_ver AND to_sub = :a AND to_ver = :a_ver)) LIMIT 1
"""
_HERE: Final = """
    SELECT it.received_at FROM version AS it JOIN item ON item.id = it.item_id
    WHERE item.sub = ? AND it.ver = ? AND NOT EXISTS (SELECT 1 FROM erased WHERE version_id = it.id)
"""


class _Threads(Protocol):
    """What these need of their storage."""

    async def reading(self, ask: Callable[[Connection], T]) -> T: ...
    async def writing(self, work: Callable[[], T]) -> T: ...
    def transaction(self) -> AbstractContextManager[Connection]: ...


class SqliteGathering:
    """``ports.Gathering`` over the storage's file."""

    def __init__(self, storage: _Threads) -> None:
        self._storage = storage
        self.edition = 0
        self._reached = -1
        self._follows = False  # whether anybody has taken the stories further in this process
        self._moved = asyncio.Event()

    def look(self, connection: Connection) -> None:
        """Read where the stories stand."""
        row = connection.exec_driver_sql(_STATE).one()
        self.edition, self._reached = int(row.edition), int(row.reached)

    async def reached(self) -> int:
        """The index up to which stories have been gathered."""
        return await self._storage.reading(reached)

    async def come_to(self, index: int, seconds: float) -> bool:
        """Whether stories have come to an index; waited for, if they were seen to follow, so long at most."""
        try:
            async with asyncio.timeout(seconds if self._follows else 0):
                while self._reached < index:
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True

    async def since(self, index: Index) -> int:
        """The first index that is near enough in time to be compared with the one at ``index``."""
        return await self._storage.reading(lambda view: _since(view, index))

    async def worth_comparing(
        self, shared: Mapping[Index, Mapping[Index, int]]
    ) -> Mapping[Index, Sequence[Index]]:
        """Of versions that share passages with one: which to compare with it."""
        return await self._storage.reading(lambda view: _worth_comparing(view, shared))

    async def same_figures(self, keys: Mapping[Index, int]) -> Mapping[Index, Sequence[Index]]:
        """Keep these versions' keys; which before each has the same one."""

        def transaction() -> dict[Index, list[Index]]:
            with self._storage.transaction() as connection:
                return _same_figures(connection, keys)

        return await self._storage.writing(transaction)

    async def unsketched(self, folding: int) -> tuple[int, int]:
        """After which index, and up to which, versions are to be put back for this folding."""
        row = await self._storage.reading(lambda view: view.exec_driver_sql(_STATE).one())
        if row.folding == folding:
            return int(row.sketched), int(row.sketch_until)

        def transaction() -> tuple[int, int]:
            with self._storage.transaction() as connection:
                return _begin(connection, folding)

        return await self._storage.writing(transaction)

    async def put_back(self, sketched: Sequence[Sketched], upto: int) -> None:
        """Have new versions be compared with these, where they still stand for their items."""

        def transaction() -> None:
            with self._storage.transaction() as connection:
                put_back(connection, sketched)
                connection.exec_driver_sql("UPDATE gathered SET sketched = ?", (upto,))

        await self._storage.writing(transaction)

    async def gather(
        self, found: Sequence[Related], reached: int, credits_: Mapping[Index, Collection[AgencyId]] = NOBODY
    ) -> None:
        """Keep what was found, and have the stories follow to ``reached``."""

        def transaction() -> None:
            with self._storage.transaction() as connection:
                moved = _gather(connection, found, reached, credits_)
            self.edition += moved  # after the commit, in this thread: the only one that moves it

        await self._storage.writing(transaction)
        self._reached, self._follows = reached, True
        self._moved.set()
        self._moved = asyncio.Event()


def reached(connection: Connection) -> int:
    """The index up to which stories have been gathered."""
    return int(connection.exec_driver_sql(_STATE).one().reached)


def _begin(connection: Connection, folding: int) -> tuple[int, int]:
    newest = connection.exec_driver_sql("SELECT max(idx) FROM log").scalar()
    until = -1 if newest is None else int(newest)
    after = until if newest is None else _since(connection, Index(until)) - 1
    connection.exec_driver_sql(_SKETCH_FROM, (folding, after, until))
    return after, until


def _gather(
    connection: Connection,
    found: Sequence[Related],
    upto: int,
    credits_: Mapping[Index, Collection[AgencyId]],
) -> int:
    first = reached(connection) + 1
    rows = [relation_row(each, at) for each in found if (at := _received(connection, each)) is not None]
    if rows:
        connection.exec_driver_sql(RELATION, rows)
        for sub in {each.sub for each in found}:
            mark_ruled(connection, sub)
    credited = [(index, each) for index, agencies in credits_.items() for each in sorted(agencies)]
    if credited:
        connection.exec_driver_sql(_CREDIT, credited)
    moved = int(gather(connection, first, upto + 1))
    connection.exec_driver_sql(_REACH, (upto, moved))
    return moved


def _received(connection: Connection, said: Related) -> int | None:
    """When the version was received that a relation is of; None if one of the two is gone."""
    there = connection.exec_driver_sql(_HERE, (said.to_sub, said.to_ver)).scalar()
    return None if there is None else connection.exec_driver_sql(_HERE, (said.sub, said.ver)).scalar()


def _since(connection: Connection, index: int, seconds: int = WINDOW_SECONDS) -> int:
    at = connection.exec_driver_sql(_NEAREST, (index,)).one().sealed_at
    low, high = 0, index
    while low < high:
        middle = (low + high) // 2
        row = connection.exec_driver_sql(_NEAREST, (middle,)).one()
        low, high = (low, middle) if row.sealed_at > at - seconds else (row.idx + 1, high)
    return low


def _worth_comparing(
    connection: Connection, shared: Mapping[Index, Mapping[Index, int]]
) -> dict[Index, list[Index]]:
    chosen = {index: _chosen(connection, index, found) for index, found in shared.items()}
    return {index: others for index, others in chosen.items() if others}


def _chosen(connection: Connection, index: int, found: Mapping[Index, int]) -> list[Index]:
    ranked = sorted((-hits, other) for other, hits in found.items())
    carriers = [other for _, other in ranked[:_CARRIERS]]
    rows: dict[int, Any] = {row.idx: row for row in _these(connection, [index, *carriers])}
    asker = rows.get(index)
    if asker is None or not _stood(connection, asker, index):
        return []
    others: dict[str, Index] = {}
    for other in carriers:
        row = rows.get(other)
        if (
            row is not None
            and row.agency not in {asker.agency, *others}
            and row.sealed_at > asker.sealed_at - WINDOW_SECONDS
            and _stood(connection, row, index)
        ):
            others[row.agency] = other
    few = list(others.values())[:_CANDIDATES]
    return [other for other in few if not _known(connection, asker, rows[other])]


def _same_figures(connection: Connection, keys: Mapping[Index, int]) -> dict[Index, list[Index]]:
    if not keys:
        return {}
    connection.exec_driver_sql(_FIGURE, sorted(keys.items()))
    connection.exec_driver_sql(_OLD_FIGURES, (_since(connection, min(keys), _DAYS_OF_FIGURES * 86_400),))
    chosen = {index: _translated(connection, index, key) for index, key in keys.items()}
    return {index: others for index, others in chosen.items() if others}


def _translated(connection: Connection, index: Index, key: int) -> list[Index]:
    near = connection.exec_driver_sql(_SAME_FIGURES, (key, index, _CARRIERS)).scalars().all()
    rows: dict[int, Any] = {row.idx: row for row in _these(connection, [index, *near])} if near else {}
    asker = rows.get(index)
    if asker is None or not _stood(connection, asker, index):
        return []
    others: dict[tuple[str, str], Index] = {}
    for other in near:
        row = rows.get(other)
        if (
            row is not None
            and row.item_id != asker.item_id
            and row.lang != asker.lang
            and (row.agency, row.lang) not in others
            and _stood(connection, row, index)
            and not _declared(connection, asker.sub, row.sub)
        ):
            others[row.agency, row.lang] = Index(other)
    few = list(others.values())[:_CANDIDATES]
    return [other for other in few if not _known(connection, asker, rows[other])]


def _declared(connection: Connection, sub: str, other: str) -> bool:
    return connection.exec_driver_sql(_DECLARED, {"a": sub, "b": other}).scalar() is not None


def forget(connection: Connection, index: int) -> None:
    """Keep nothing of the version at an index: it was erased."""
    connection.exec_driver_sql("DELETE FROM figure WHERE idx = ?", (index,))
    connection.exec_driver_sql("DELETE FROM credit WHERE idx = ?", (index,))


def _these(connection: Connection, indices: Iterable[int]) -> Sequence[Any]:
    return connection.exec_driver_sql(_THESE, (json.dumps(list(indices)),)).all()


def _stood(connection: Connection, row: Any, index: int) -> bool:  # noqa: ANN401 - a row
    """Whether a version stood for its item when another one came."""
    return bool(connection.exec_driver_sql(_STOOD, (row.item_id, index)).scalar() == row.idx)


def _known(connection: Connection, one: Any, other: Any) -> bool:  # noqa: ANN401 - rows
    asked = {"a": one.sub, "a_ver": one.ver, "b": other.sub, "b_ver": other.ver}
    return connection.exec_driver_sql(_KNOWN, asked).scalar() is not None
