"""Following a log: as many leaves at a time as one entry bundle holds, each proven before it is kept.

    checkpoint ─► leaves, proven to be the beginning of its tree ─► tokens and acts, each the one that its
    leaf names ─► one transaction ─► the checkpoints that enough witnesses stand behind, first ones first

It stops at what is not right and says which leaf; what came before is good, and stays.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from syndicate.client import Get, Given, LogReader, SeenCheckpoint, read_page
from syndicate.errors import FalseLeaf, FetchError, ForkedLog, LedgerError, WithheldLeaf
from syndicate.ledger import (
    ENTRIES,
    TILE_WIDTH,
    ActLeaf,
    ItemLeaf,
    Policy,
    Tile,
    check_consistency,
    edge_from,
    edge_tiles,
    leaf_hash,
    leaf_of,
    read_entries,
    read_leaf,
    read_proof,
)
from syndicate.mirror._keep import Acted, Gone, Signed, Taken, keep
from syndicate.news import Envelope, Reason, Refused, Registry, TokenDigest, limits
from syndicate.ports import Clock, KeptCheckpoint, Storage
from syndicate.trust import Verified, verify_logged


class _Leaf(NamedTuple):
    at: int
    raw: bytes
    said: ItemLeaf | ActLeaf


async def _nobody() -> None:
    """Nobody to ask for a newer registry."""


class Follower:
    """Takes over one log into one storage. ``look_again`` refreshes what ``registry`` gives."""

    def __init__(  # noqa: PLR0913 - the one place where a log, its judges and its keeper meet
        self,
        storage: Storage,
        get: Get,
        policy: Callable[[], Policy],
        registry: Callable[[], Registry],
        clock: Clock,
        *,
        look_again: Callable[[], Awaitable[object]] = _nobody,
    ) -> None:
        self._storage = storage
        self._log = storage.log
        self._get = get
        self._policy = policy
        self._registry = registry
        self._clock = clock
        self._look_again = look_again
        self._one_at_a_time = asyncio.Lock()
        self._gone: Mapping[TokenDigest, str] | None = None  # by which act each of these tokens was erased

    async def catch_up(self, told: Callable[[int, int], None] = lambda _have, _of: None) -> int:
        """Take over all that the log shows now; how many leaves were new. ``told`` hears how far it is.

        Raises:
            ForkedLog, WithheldLeaf, FalseLeaf: it does not go on, or a leaf's text is missing or false.
            LedgerError: no log of the policy signed it, or its files are none.
            FetchError: it is not to be had.
            StorageError: it cannot be kept.
        """
        async with self._one_at_a_time:
            return await self._catch_up(told)

    async def _catch_up(self, told: Callable[[int, int], None]) -> int:
        reader = LogReader(self._get, self._policy())
        seen = await reader.checkpoint()
        before, size = self._log.edge.size, seen.checkpoint.size
        self._gone = None
        if size <= before:
            await self._check_root(seen)
        while (have := self._log.edge.size) < size:
            await self._take(reader, min(have - have % TILE_WIDTH + TILE_WIDTH, size), seen)
            told(self._log.edge.size, size)
        await self._keep_checkpoints(reader, seen)
        return self._log.edge.size - before

    async def _take(self, reader: LogReader, end: int, seen: SeenCheckpoint) -> None:
        edge, newest = self._log.edge, seen.checkpoint
        raw = await reader.leaves(edge.size, end)
        after, _ = edge.append(map(leaf_hash, raw))
        try:
            proof = () if end == newest.size else await reader.proof_between(end, newest.size)
            check_consistency(end, newest.size, proof, after.root, newest.root)
        except LedgerError as exc:
            raise await self._not_one(reader, seen) from exc
        leaves = [_Leaf(index, each, read_leaf(each)) for index, each in enumerate(raw, edge.size)]
        given = await self._given(leaves)
        taken = [await self._resolve(reader, leaf, given.get(leaf.at), seen) for leaf in leaves]
        await self._storage.follow(
            edge.size, partial(keep, taken=taken, languages=self._registry().languages)
        )

    async def _resolve(
        self, reader: LogReader, leaf: _Leaf, given: Given | None, seen: SeenCheckpoint
    ) -> Taken:
        """What a leaf stands for, as the hub has it."""
        if isinstance(leaf.said, ActLeaf):
            return Acted(leaf.raw, await reader.act(leaf.at, leaf.said.digest))
        if given is None:
            return Gone(leaf.raw, leaf.said, await self._why_gone(reader, leaf.at, leaf.said, seen))
        return Signed(leaf.raw, await self._judge(leaf, given), given.sealed_at)

    async def _judge(self, leaf: _Leaf, given: Given) -> Verified:
        latest = max(given.received_at, given.sealed_at)
        if latest > self._clock.now() + limits.CLOCK_AHEAD_SECONDS:
            why = f"was received in the future ({latest})"
            raise FalseLeaf(leaf.at, why, hint="Is this machine's clock right?")
        envelope = Envelope(token=given.token, source="mirror")
        judged = verify_logged(envelope, self._registry(), given.received_at, given.marks)
        if isinstance(judged, Refused) and judged.reason is Reason.KEY_UNKNOWN:
            await self._look_again()
            judged = verify_logged(envelope, self._registry(), given.received_at, given.marks)
        if isinstance(judged, Refused):
            why = f"is shown with what no agency signed: {judged.reason} ({judged.detail})"
            raise FalseLeaf(leaf.at, why)
        if leaf_of(judged.item, judged.digest).raw != leaf.raw:
            raise FalseLeaf(leaf.at, "is shown with another token than its own")
        return judged

    async def _given(self, leaves: Sequence[_Leaf]) -> Mapping[int, Given]:
        """What the hub has beside these leaves, by index."""
        after, end = leaves[0].at - 1, leaves[-1].at
        found: dict[int, Given] = {}
        while after < end:
            page = read_page(await self._file(f"v1/items?after={after}"))
            if not page:
                break
            for each in page:
                if each.index <= after:
                    raise FetchError("its /v1/items does not go on")
                found[each.index] = each
                after = each.index
        return found

    async def _why_gone(self, reader: LogReader, index: int, said: ItemLeaf, seen: SeenCheckpoint) -> str:
        """The act by which a token was erased; without one it is withheld."""
        if self._gone is None:
            self._gone = await reader.erasures(index, seen)
        act = self._gone.get(said.digest)
        if act is None:
            raise WithheldLeaf(index, f"version {said.ver} of {said.sub}")
        return act

    async def _keep_checkpoints(self, reader: LogReader, newest: SeenCheckpoint) -> None:
        """Keep the first checkpoint over each leaf that enough stand behind: its time is the leaf's own."""
        log = self._log
        while (leaf := await self._next_item(log.proven)) is not None:
            raw = await self._get(f"v1/items/{leaf.sub}/{leaf.ver}.tlog-proof")
            if raw is None and newest.quorum:
                raise FetchError(f"it has no proof of version {leaf.ver} of {leaf.sub}")
            if raw is None:
                break
            seen = reader.judge(read_proof(raw).checkpoint)
            if not seen.quorum or not log.proven < seen.checkpoint.size <= log.edge.size:
                break
            await self._check_root(seen)
            await log.keep_checkpoint(_kept(seen))
        if log.proven < newest.checkpoint.size:
            await log.keep_checkpoint(_kept(newest))
            await log.show(newest.checkpoint.size)

    async def _next_item(self, at: int) -> ItemLeaf | None:
        """The first version at or after an index that is here, erased or not."""
        size = self._log.edge.size
        while at < size:
            bundle = Tile(ENTRIES, at // TILE_WIDTH, min(TILE_WIDTH, size - at // TILE_WIDTH * TILE_WIDTH))
            leaves = read_entries((await self._log.tiles([bundle]))[bundle], bundle.width)
            for raw in leaves[at % TILE_WIDTH :]:
                if isinstance(said := read_leaf(raw), ItemLeaf):
                    return said
            at += bundle.width - at % TILE_WIDTH
        return None

    async def _check_root(self, seen: SeenCheckpoint) -> None:
        """Refuse a checkpoint, no larger than the log here, that signs another beginning of it."""
        size = seen.checkpoint.size
        wanted = edge_tiles(size)
        tiles = await self._log.tiles(wanted)
        if edge_from(size, [tiles[tile] for tile in wanted]).root != seen.checkpoint.root:
            raise await self._forked(seen)

    async def _not_one(self, reader: LogReader, seen: SeenCheckpoint) -> LedgerError | ForkedLog:
        """Why its leaves do not lead to what it signed: it forked, or it only shows what it did not sign."""
        edge, newest = self._log.edge, seen.checkpoint
        try:
            if edge.size:
                proof = await reader.proof_between(edge.size, newest.size)
                check_consistency(edge.size, newest.size, proof, edge.root, newest.root)
        except LedgerError:
            return await self._forked(seen)
        why = f"it shows leaves after {edge.size:,} that do not lead to the root that it signed"
        return LedgerError(why, code=Reason.LOG_INCONSISTENT)

    async def _forked(self, seen: SeenCheckpoint) -> ForkedLog:
        ours = await self._log.checkpoint_shown()
        have, size = self._log.edge.size, seen.checkpoint.size
        return ForkedLog(
            f"what it signs of {size:,} leaves does not fit the {have:,} here: there are two histories",
            evidence=(*(() if ours is None else (ours.note,)), seen.note),
        )

    async def _file(self, path: str) -> bytes:
        body = await self._get(path)
        if body is None:
            raise FetchError(f"it has no {path}")
        return body


def _kept(seen: SeenCheckpoint) -> KeptCheckpoint:
    return KeptCheckpoint(size=seen.checkpoint.size, note=seen.note, quorum=seen.quorum)
