"""A hub with witnesses at work on loopback, named in a registry that is really signed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from hub_folder import Place, Served, held_address, hub_at_work
from patience import PATIENCE
from sealed import Clock

from syndicate.assembly import open_witness
from syndicate.ledger import KeyKind, NoteKey, Policy, quorum_size, read_policy, write_policy
from syndicate.news import Registry
from syndicate.settings import Address
from syndicate.signing import ephemeral_signer
from syndicate.witness import found_memory


class Keeper:
    """A state's witness, which can go away and come back at the same address."""

    def __init__(self, folder: Path, number: int, log: NoteKey, clock: Clock, listen: Address) -> None:
        self.name = f"w{number}.example"
        self._signer = ephemeral_signer(bytes([60 + number]) * 32)
        self._folder = folder / self.name
        self._clock = clock
        self._listen = listen
        self._open = AsyncExitStack()
        self.url = ""
        if not self._folder.exists():
            self._folder.mkdir()
            found_memory(self._folder, [log.vkey])

    @property
    def key(self) -> NoteKey:
        return NoteKey(self.name, KeyKind.COSIGNER, self._signer.public)

    async def come(self) -> None:
        at_work = open_witness(self._folder, self.name, self._signer, self._listen, clock=self._clock)
        self.url = await self._open.enter_async_context(at_work)

    async def go(self) -> None:
        await self._open.aclose()


@dataclass(frozen=True)
class Witnessed:
    """A hub at work with witnesses at work."""

    served: Served
    policy: Policy
    keepers: Sequence[Keeper]

    @property
    def registry(self) -> Registry:
        return self.served.hub.registry

    async def until_shown(self, size: int) -> None:
        await self.served.until_sealed(size)

    async def until_proven(self) -> None:
        """Until enough witnesses stand behind all that has an index."""
        log = self.served.hub.storage.log
        async with asyncio.timeout(PATIENCE):
            while log.proven < max(1, log.edge.size):  # noqa: ASYNC110 - the hub goes on by itself
                await asyncio.sleep(0.02)


@asynccontextmanager
async def witnessed(here: Place, count: int = 5, **changes: Any) -> AsyncIterator[Witnessed]:
    async with AsyncExitStack() as stack:
        async with hub_at_work(here) as first:
            log = first.hub.log_key
        keepers = [
            Keeper(here.folder, number, log, first.clock, stack.enter_context(held_address()))
            for number in range(count)
        ]
        for keeper in keepers:
            await keeper.come()
            stack.push_async_callback(keeper.go)
        keys = {keeper.name: keeper.key for keeper in keepers}
        raw = write_policy([log], keys, quorum_size(count), {keeper.name: keeper.url for keeper in keepers})
        here.signed.publish(policy=raw)
        allow = tuple(Address("127.0.0.1", urlsplit(keeper.url).port or 0) for keeper in keepers)
        served = await stack.enter_async_context(hub_at_work(here, allow=allow, **changes))
        there = Witnessed(served, read_policy(raw), keepers)
        await there.until_proven()
        yield there
