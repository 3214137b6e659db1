"""The public log on the hub's SQLite file, beside the storage whose threads it shares."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from syndicate.ledger import Edge, Tile
from syndicate.news import Index, Slice, b64url
from syndicate.ports import KeptCheckpoint, Logged
from syndicate.storage import _listed as listed
from syndicate.storage import _log as rows
from syndicate.storage import _order as order
from syndicate.storage import _reading as read
from syndicate.storage._erase import count_erased

T = TypeVar("T")


class _Threads(Protocol):
    """What this log needs of its storage."""

    def transaction(self) -> AbstractContextManager[Connection]: ...

    async def writing(self, work: Callable[[], T]) -> T: ...

    async def reading(self, ask: Callable[[Connection], T]) -> T: ...

    def shown(self, newest: Mapping[Slice, int], size: int | None) -> None: ...


class SqliteLog:
    """``ports.PublicLog`` over the hub's file; its numbers move after the commit that moved them."""

    def __init__(self, storage: _Threads) -> None:
        self._storage = storage
        self.edge = Edge()
        self.visible = 0
        self.proven = 0
        self.erased = 0

    def open(self) -> None:
        """Read where the log stands; give a database of before the log its tree. In the writer's thread."""
        with self._storage.transaction() as connection:
            self.look(connection)
            missing = rows.lag(connection, self.edge)
        while missing > 0:
            with self._storage.transaction() as connection:
                edge = rows.catch_up(connection, self.edge)
            missing -= edge.size - self.edge.size
            self.edge = edge

    def look(self, connection: Connection) -> None:
        """Read where the log stands."""
        self.edge = rows.load_edge(connection)
        self.visible = order.visible(connection)
        newest = rows.newest_checkpoint(connection, proved=True)
        self.proven = 0 if newest is None else newest.size
        self.erased = count_erased(connection)

    async def show(self, size: int) -> None:
        """Show the log up to ``size`` leaves."""

        def transaction() -> None:
            with self._storage.transaction() as connection:
                newest = order.show(connection, size)
            if newest or size > self.visible:
                self._storage.shown(newest, max(size, self.visible))

        await self._storage.writing(transaction)

    async def hidden(self, limit: int) -> tuple[Logged, ...]:
        """At most ``limit`` versions that have their index and are not shown yet, in order."""
        after, end = self.visible - 1, self.edge.size
        if after + 1 >= end:
            return ()
        return await self._storage.reading(lambda view: read.page(view, Slice(), after, limit, end=end))

    async def add_act(self, body: bytes) -> str:
        """Keep an act of the operator until it is sealed; its digest."""
        digest = b64url(hashlib.sha256(body).digest())
        await self._write(lambda view: rows.add_act(view, digest, body))
        return digest

    async def act(self, digest: str) -> bytes | None:
        """The bytes of an act that has its index."""
        return await self._storage.reading(lambda view: rows.act(view, digest))

    async def acts(self, after: int, limit: int) -> tuple[tuple[Index, str], ...]:
        """At most ``limit`` acts that are shown (index, digest), with an index above ``after``, in order."""
        return await self._storage.reading(lambda view: listed.acts(view, after, limit))

    async def tiles(self, asked: Sequence[Tile]) -> Mapping[Tile, bytes]:
        """Those of these tiles and entry bundles that the log has, each as wide as asked."""
        return await self._storage.reading(lambda view: rows.tiles(view, asked))

    async def keep_checkpoint(self, kept: KeptCheckpoint) -> None:
        """Keep what was signed, and show its leaves if it satisfied the policy."""

        def transaction() -> None:
            with self._storage.transaction() as connection:
                rows.keep_checkpoint(connection, kept)
                newest = order.show(connection, kept.size) if kept.quorum else {}
            if kept.quorum:
                self._storage.shown(newest, max(kept.size, self.visible))
                self.proven = max(kept.size, self.proven)

        await self._storage.writing(transaction)

    async def newest_checkpoint(self, *, proved: bool) -> KeptCheckpoint | None:
        """The newest one kept, or the newest that satisfied the policy."""
        return await self._storage.reading(lambda view: rows.newest_checkpoint(view, proved=proved))

    async def checkpoint_shown(self) -> KeptCheckpoint | None:
        """The newest one whose leaves are all shown."""
        return await self._storage.reading(rows.checkpoint_shown)

    async def checkpoint_over(self, index: Index) -> KeptCheckpoint | None:
        """The first checkpoint that satisfied the policy with this leaf in it; else the first of any."""
        return await self._storage.reading(lambda view: rows.checkpoint_over(view, index))

    async def untouched(self) -> bool:
        """Whether nothing was ever kept here: neither a version nor an act."""
        return await self._storage.reading(rows.untouched)

    async def stop(self, why: str) -> None:
        """Remember why nothing may be sealed; "" for: it may."""
        await self._write(lambda view: rows.stop(view, why))

    async def clear(self) -> None:
        """Let it be sealed again, by the operator's word."""
        await self.stop(rows.CLEARED)

    async def cleared(self) -> bool:
        """Whether the operator's word let it be sealed again."""
        return await self._storage.reading(rows.stopped) == rows.CLEARED

    async def stopped(self) -> str:
        """Why nothing may be sealed; "" if it may."""
        why = await self._storage.reading(rows.stopped)
        return "" if why == rows.CLEARED else why

    async def _write(self, work: Callable[[Connection], None]) -> None:
        def transaction() -> None:
            with self._storage.transaction() as connection:
                work(connection)

        await self._storage.writing(transaction)
