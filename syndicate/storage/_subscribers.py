"""The subscribers on the hub's SQLite file, beside the storage whose threads they share."""

import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection, Row
from sqlalchemy.exc import IntegrityError

from syndicate.errors import StorageError
from syndicate.news import Slice
from syndicate.ports import (
    Delivered,
    Notable,
    Subscriber,
    SubscriberKind,
    SubscriberState,
    Told,
)
from syndicate.republish import parse_slice

T = TypeVar("T")

_FIGURES: Final = 10_000  # rows: years of corrections, days of a crisis
_PROGRESS: Final = ("reached", "tried", "next_at", "failures", "state", "reason")
_COLUMNS: Final = (
    *("id", "kind", "callback", "slice", "format", "lang", "secrets", "created_at", "lease_until"),
    *_PROGRESS,
)
_ALL: Final = f"SELECT {', '.join(_COLUMNS)} FROM subscriber ORDER BY rowid"  # noqa: S608 - our own names
_PUT: Final = f"""
    INSERT INTO subscriber ({", ".join(_COLUMNS)}) VALUES ({", ".join("?" * len(_COLUMNS))})
    ON CONFLICT (id) DO UPDATE SET {", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])}
"""  # noqa: S608 - our own names
_REMOVE: Final = "DELETE FROM subscriber WHERE id = ?"
_MOVE: Final = f"UPDATE subscriber SET {', '.join(f'{name} = ?' for name in _PROGRESS)} WHERE id = ?"  # noqa: S608
_COUNT: Final = """
    INSERT INTO delivery (idx, what, notified_at, notified, acknowledged, acknowledged_at)
    VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (idx) DO UPDATE SET
        notified_at = min(notified_at, excluded.notified_at),
        notified = notified + excluded.notified,
        acknowledged = acknowledged + excluded.acknowledged,
        acknowledged_at = max(coalesce(acknowledged_at, 0), coalesce(excluded.acknowledged_at, 0))
"""
_FORGET: Final = """
    DELETE FROM delivery WHERE idx <= (SELECT idx FROM delivery ORDER BY idx DESC LIMIT 1 OFFSET ?)
"""
_DELIVERED: Final = """
    SELECT told.idx AS "index", item.sub, it.ver, told.what, told.notified_at, told.notified,
        told.acknowledged, nullif(told.acknowledged_at, 0) AS acknowledged_at
    FROM delivery AS told JOIN log ON log.idx = told.idx JOIN version AS it ON it.id = log.version_id
    JOIN item ON item.id = it.item_id
    WHERE told.idx > ? AND it.id NOT IN (SELECT version_id FROM erased) ORDER BY told.idx LIMIT ?
"""


class _Threads(Protocol):
    """What these need of their storage."""

    def transaction(self) -> AbstractContextManager[Connection]: ...

    async def writing(self, work: Callable[[], T]) -> T: ...

    async def reading(self, ask: Callable[[Connection], T]) -> T: ...


class SqliteSubscribers:
    """``ports.Subscribers`` over the hub's file."""

    def __init__(self, storage: _Threads) -> None:
        self._storage = storage

    async def all(self) -> tuple[Subscriber, ...]:
        """Every subscriber, whatever its state, in the order in which they came."""
        return await self._storage.reading(
            lambda view: tuple(_subscriber(row) for row in view.exec_driver_sql(_ALL))
        )

    async def put(self, subscriber: Subscriber) -> None:
        """Keep a new subscriber, or replace the one with this id."""
        row = _row(subscriber)

        def put(connection: Connection) -> None:
            try:
                connection.exec_driver_sql(_PUT, row)
            except IntegrityError as exc:
                raise StorageError(
                    f"another {subscriber.kind} of {subscriber.slice.path} goes to this callback already",
                    hint="Resume or remove that one: `syndicate subscribers list` shows it.",
                ) from exc

        await self._write(put)

    async def remove(self, id: str) -> None:  # noqa: A002 - as in the port
        """Forget a subscriber; nothing if there is none."""
        await self._write(lambda connection: connection.exec_driver_sql(_REMOVE, (id,)))

    async def record(self, moved: Sequence[Subscriber], told: Sequence[Told]) -> None:
        """Keep how far these have come, and count what they were told, in one transaction."""
        rows = [(*(getattr(each, name) for name in _PROGRESS), each.id) for each in moved]
        counts = [
            (
                *(each.index, each.what, each.at, int(each.first), int(each.acknowledged)),
                each.at if each.acknowledged else None,
            )
            for each in told
        ]

        def record(connection: Connection) -> None:
            if rows:
                connection.exec_driver_sql(_MOVE, rows)
            if counts:
                connection.exec_driver_sql(_COUNT, counts)
                connection.exec_driver_sql(_FORGET, (_FIGURES,))

        await self._write(record)

    async def deliveries(self, after: int, limit: int) -> tuple[Delivered, ...]:
        """At most ``limit`` figures of versions with an index above ``after``, ascending; none erased."""
        return await self._storage.reading(
            lambda view: tuple(_delivered(row) for row in view.exec_driver_sql(_DELIVERED, (after, limit)))
        )

    async def _write(self, work: Callable[[Connection], object]) -> None:
        def transaction() -> None:
            with self._storage.transaction() as connection:
                work(connection)

        await self._storage.writing(transaction)


def _row(subscriber: Subscriber) -> tuple[object, ...]:
    columns = {name: getattr(subscriber, name) for name in _COLUMNS}
    columns |= {"slice": subscriber.slice.path, "secrets": json.dumps(subscriber.secrets)}
    return tuple(columns.values())


def _subscriber(row: Row[Any]) -> Subscriber:
    return Subscriber(
        **dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name for it
        | {
            "kind": SubscriberKind(row.kind),
            "slice": _slice_of(row.slice),
            "secrets": tuple(json.loads(row.secrets)),
            "state": SubscriberState(row.state),
        }
    )


def _slice_of(path: str) -> Slice:
    found = parse_slice(path)
    if found is None:
        raise StorageError(f"a subscriber is kept with a slice that does not exist, {path!r}")
    return found


def _delivered(row: Row[Any]) -> Delivered:
    return Delivered(**dict(row._mapping) | {"what": Notable(row.what)})  # noqa: SLF001
