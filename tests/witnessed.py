"""A hub with witnesses at work on loopback, named in a registry that is really signed."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from hub_folder import Place, Served, hub_at_work

from syndicate.assembly import open_witness
from syndicate.ledger import KeyKind, NoteKey, Policy, quorum_size, read_policy, write_policy
from syndicate.news import Registry
from syndicate.settings import Address
from syndicate.signing import ephemeral_signer
from syndicate.witness import found_memory


@dataclass(frozen=True)
class Witnessed:
    """A hub at work with witnesses at work."""

    served: Served
    policy: Policy

    @property
    def registry(self) -> Registry:
        return self.served.hub.registry

    async def until_shown(self, size: int) -> None:
        await self.served.until_sealed(size)


@asynccontextmanager
async def witnessed(here: Place, count: int = 5) -> AsyncIterator[Witnessed]:
    async with AsyncExitStack() as stack:
        async with hub_at_work(here) as first:
            log = first.hub.log_key
        keys: dict[str, NoteKey] = {}
        addresses: dict[str, str] = {}
        for number in range(count):
            name = f"w{number}.example"
            signer = ephemeral_signer(bytes([60 + number]) * 32)
            folder = here.folder / name
            if not folder.exists():
                folder.mkdir()
                found_memory(folder, [log.vkey])
            url = await stack.enter_async_context(
                open_witness(folder, name, signer, Address("127.0.0.1", 0), clock=first.clock)
            )
            keys[name], addresses[name] = NoteKey(name, KeyKind.COSIGNER, signer.public), url
        raw = write_policy([log], keys, quorum_size(count), addresses)
        here.signed.publish(policy=raw)
        allow = tuple(Address("127.0.0.1", urlsplit(url).port or 0) for url in addresses.values())
        served = await stack.enter_async_context(hub_at_work(here, allow=allow))
        yield Witnessed(served, read_policy(raw))
