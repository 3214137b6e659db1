"""Real parts for the tests of arriving: agencies that sign, servers that serve, a hub that takes in."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from press import NOON, PressRoom, registry
from raw_server import RawServer, raw_server, response

from syndicate.errors import TrustError
from syndicate.fetch import FetchLimits, open_fetcher
from syndicate.journey import Admission, Poller
from syndicate.news import Entry, FeedId, Outcome, Reason, Refused, Registry, SignedFeed, Slice, StreamName
from syndicate.ports import FeedState, FetchOutcome, Storage, Unchanged, Validators
from syndicate.republish import compose_agency, entry_of
from syndicate.storage import open_storage
from syndicate.trust import recall
from syndicate.wire import Typesetter


@dataclass
class StoppedClock:
    """A clock whose hands a test turns."""

    at: float = float(NOON)

    def now(self) -> float:
        return self.at


@dataclass
class Source:
    """An agency's signed feed on a real server: conditional, and hostile when told to be."""

    room: PressRoom
    served: RawServer
    cadence_seconds: int = 600
    tokens: list[str] = field(default_factory=list)
    shown: dict[str, dict[str, Any]] = field(default_factory=dict)  # token → visible fields that lie
    extra: Mapping[str, str] = field(default_factory=dict)  # headers

    @property
    def feed(self) -> SignedFeed:
        return SignedFeed(
            id=FeedId(f"{self.room.id}/main"),
            agency=self.room.id,
            url=self.served.url("/signed.atom"),
            format="atom",
            stream=StreamName("main"),
            cadence_seconds=self.cadence_seconds,
        )

    def publish(self, name: str, **changes: Any) -> str:
        self.tokens.append(self.room.publish(name, **changes))
        return self.tokens[-1]

    def document(self) -> bytes:
        known = registry(self.room)
        agency = known.agencies[self.room.id]
        entries = [self._entry(token, known) for token in reversed(self.tokens)]
        feed = compose_agency(agency, entries, atom_url=self.feed.url, rss_url=self.served.url("/light.rss"))
        return Typesetter().render(feed, "atom")

    def _entry(self, token: str, known: Registry) -> Entry:
        try:
            said = recall(token)
        except TrustError:  # a heartbeat, or no token at all: it can stand in a feed under any visible text
            said = self.room.item()
        entry = entry_of(said, token, known, token_url=self.served.url("/signed.atom"))
        return replace(entry, **self.shown.get(token, {}))

    async def answer(self, writer: asyncio.StreamWriter) -> None:
        etag = f'"{len(self.tokens)}-{len(self.shown)}"'
        if self.served.headers[-1].get("if-none-match") == etag:
            writer.write(f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode())
        else:
            told = {"Content_Type": "application/atom+xml", "ETag": etag, **self.extra}
            writer.write(response(self.document(), **told))
        await writer.drain()


@dataclass
class Hub:
    """What arriving needs of a hub, over a real database."""

    storage: Storage
    admission: Admission
    poller: Poller
    clock: StoppedClock
    sources: list[Source]
    registry: Registry
    limits: FetchLimits

    async def state(self, source: Source) -> FeedState:
        return (await self.storage.feed_states())[source.feed.id]

    async def admitted(self) -> list[str]:
        """The ids of all that was admitted, in the one order."""
        await self.storage.seal(self.clock.now())
        return [logged.sub for logged in await self.storage.page(Slice(), -1, 1_000)]


@asynccontextmanager
async def hub_with(
    path: Path, *rooms: PressRoom, clock: StoppedClock | None = None, at_once: int = 32, **limits: float
) -> AsyncIterator[Hub]:
    """A hub that polls these agencies, each on a server of its own."""
    hands = clock or StoppedClock()
    async with AsyncExitStack() as stack:
        sources = []
        for room in rooms:
            source = Source(room=room, served=await stack.enter_async_context(raw_server()))
            source.served.answers["/signed.atom"] = source.answer
            sources.append(source)
        async with running(path, sources, hands, at_once=at_once, **limits) as hub:
            yield hub


@asynccontextmanager
async def running(
    path: Path, sources: list[Source], clock: StoppedClock, *, at_once: int = 32, **limits: float
) -> AsyncIterator[Hub]:
    """A hub process over what is in ``path``: leave it and enter another one for a restart."""
    bounds = FetchLimits(**limits)  # type: ignore[arg-type]  # whole numbers where they are asked for
    async with AsyncExitStack() as stack:
        storage = await stack.enter_async_context(open_storage(path / "hub.sqlite"))
        allow = [source.served.place for source in sources]
        fetcher = await stack.enter_async_context(open_fetcher(bounds, allow=allow, user_agent="tests"))
        hub: Hub

        def current() -> Registry:
            return hub.registry

        admission = Admission(storage, current, clock)
        hub = Hub(
            storage=storage,
            admission=admission,
            poller=Poller(fetcher, storage, admission, current, clock, at_once=at_once),
            clock=clock,
            sources=sources,
            registry=registry_of(sources),
            limits=bounds,
        )
        yield hub


def registry_of(sources: list[Source], version: str = "1") -> Registry:
    """The federation of these sources' agencies, with their feeds."""
    bare = registry(*(source.room for source in sources))
    agencies = {
        source.room.id: replace(bare.agencies[source.room.id], feeds=(source.feed,)) for source in sources
    }
    return replace(bare, agencies=agencies, version=version)


def reasons(outcomes: Sequence[Outcome]) -> list[Reason | str]:
    return [
        outcome.reason if isinstance(outcome, Refused) else type(outcome).__name__ for outcome in outcomes
    ]


async def silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


class Noting:
    """A fetcher that notes what it was asked for, and finds nothing new."""

    def __init__(self, order: list[str]) -> None:
        self._order = order

    async def fetch(self, url: str, validators: Validators | None = None) -> FetchOutcome:
        self._order.append(url)
        await asyncio.sleep(0)
        return Unchanged()
