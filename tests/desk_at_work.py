"""A desk at work that takes subscriptions, with a reader that it can ask."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult
from patience import PATIENCE
from sealed import Clock
from websub_reader import Reader, reader_at_work

from syndicate.deliver import Roster
from syndicate.fetch import CallLimits, check_callback, open_caller, registrable_domain
from syndicate.news import Slice
from syndicate.ports import Caller, Storage, Subscriber
from syndicate.storage import open_storage
from syndicate.websub._asked import Declined
from syndicate.websub._desk import SubscriptionDesk
from syndicate.websub._limits import WebSubLimits
from syndicate.websub._subscriptions import Subscriptions

HUB = "https://hub.example"
TOPIC = f"{HUB}/feeds/all.atom"
VISITOR = "192.0.2.7"


class Silent(AbstractResolver):
    """A name server that never answers."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        await asyncio.Event().wait()
        return []

    async def close(self) -> None:
        pass


class Leads(AbstractResolver):
    """Every name leads to one address."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = ResolveResult(
            hostname=host, host=self.address, port=port, family=family, proto=0, flags=socket.AI_NUMERICHOST
        )
        return [found]

    async def close(self) -> None:
        pass


@dataclass
class Hub:
    """A desk at work, with one callback's server beside it."""

    desk: SubscriptionDesk
    subscriptions: Subscriptions
    caller: Caller
    roster: Roster
    storage: Storage
    reader: Reader
    clock: Clock
    ticks: Clock  # the process's own count of seconds
    told: list[str]
    feeds: set[Slice] = field(default_factory=lambda: {Slice()})

    async def ask(self, _visitor: str = VISITOR, /, **changes: str | None) -> Declined | None:
        told: dict[str, str | None] = {
            "hub.mode": "subscribe",
            "hub.topic": TOPIC,
            "hub.callback": self.reader.callback(),
        }
        told |= {f"hub.{name}": value for name, value in changes.items()}
        return await self.desk.take(urlencode({k: v for k, v in told.items() if v}).encode(), _visitor)

    async def outcome(self, many: int = 1) -> list[str]:
        """The words for what became of requests, once there are so many."""
        async with asyncio.timeout(PATIENCE):
            while len(self.told) < many:  # noqa: ASYNC110 - the word is given after the answer came
                await asyncio.sleep(0.001)
        return self.told

    async def subscribe(self, **changes: str | None) -> Subscriber:
        self.told.clear()
        assert await self.ask(**changes) is None
        assert await self.outcome() == ["subscribed"]
        return self.only()

    def only(self) -> Subscriber:
        (subscriber,) = self.roster
        return subscriber


@asynccontextmanager
async def at_work(
    folder: Path,
    *,
    allow: bool = True,
    judged: bool = True,
    seconds: float = PATIENCE,
    resolver: AbstractResolver | None = None,
    **limits: Any,
) -> AsyncIterator[Hub]:
    async with contextlib.AsyncExitStack() as stack:
        reader = await stack.enter_async_context(reader_at_work())
        allowed = [("127.0.0.1", reader.port)] if allow else []
        storage = await stack.enter_async_context(open_storage(folder / "hub.sqlite3"))
        caller = await stack.enter_async_context(
            open_caller(
                allow=allowed,
                user_agent="test",
                limits=CallLimits(total_seconds=seconds, answer_bytes=1_000),
                resolver=resolver,
            )
        )
        roster = Roster(storage, most=10_000)
        await roster.load()
        told: list[str] = []
        clock, feeds = Clock(), {Slice()}

        async def has_feed(slice_: Slice) -> bool:
            return slice_ in feeds

        bounds = WebSubLimits(**limits)
        ticks = Clock()
        subscriptions = Subscriptions(
            roster, clock, has_feed=has_feed, head=lambda: 41, limits=bounds,
            site_of=registrable_domain, ticks=ticks.now,
        )  # fmt: skip
        desk = SubscriptionDesk(
            subscriptions,
            caller,
            clock,
            base_url=HUB,
            judge=partial(check_callback, allow=allowed) if judged else lambda _: None,
            limits=bounds,
            told=lambda word: None if word == "taken" else told.append(word),
        )
        running = asyncio.create_task(desk.run())
        try:
            yield Hub(desk, subscriptions, caller, roster, storage, reader, clock, ticks, told, feeds)
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running


def answers(status: int, body: bytes | None = None, **headers: str) -> Any:
    async def answer(request: web.BaseRequest) -> web.Response:
        said = request.rel_url.query["hub.challenge"].encode() if body is None else body
        return web.Response(status=status, body=said, headers=headers)

    return answer
