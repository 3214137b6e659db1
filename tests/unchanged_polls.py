"""How fast unchanged sources are polled, beside a bare aiohttp loop asking the same server the same.

PYTHONPATH=.:tests python -m unchanged_polls
"""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
from aiohttp import web
from arriving import StoppedClock
from press import PressRoom, registry

from syndicate.fetch import FetchLimits, open_fetcher
from syndicate.journey import Admission, Poller
from syndicate.news import FeedId, Registry, SignedFeed, StreamName
from syndicate.storage import open_storage

_ETAG = '"as-it-was"'
_EMPTY = b'<feed xmlns="http://www.w3.org/2005/Atom"/>'


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """Polls a second, of each kind."""

    bare: float
    ours: float

    @property
    def ratio(self) -> float:
        """Ours in terms of the bare loop; the goal is at least 0.5."""
        return self.ours / self.bare


async def measure(folder: Path, *, sources: int = 16, rounds: int = 50, times: int = 5) -> Speed:
    """Poll ``sources`` feeds, ``rounds`` times each and all at once in each round, both ways in turn.

    Both are warm: connections stand, validators are known. Ours goes the whole way, from what is due
    through the guarded fetcher to the states in the database. The best of ``times`` tries counts for
    each, because whatever else this machine does only ever makes one slower.
    """
    bare, ours = [], []
    async with _servers(sources) as ports:
        for number in range(times):
            bare.append(await _bare(ports, rounds))
            ours.append(await _ours(folder / f"{number}.sqlite", ports, rounds))
    return Speed(bare=max(bare), ours=max(ours))


async def _bare(ports: list[int], rounds: int) -> float:
    async with aiohttp.ClientSession() as session:

        async def ask(port: int) -> None:
            headers = {"If-None-Match": _ETAG}
            async with session.get(f"http://127.0.0.1:{port}/feed", headers=headers) as answer:
                await answer.read()
                assert answer.status == 304

        await asyncio.gather(*map(ask, ports))
        began = time.perf_counter()
        for _ in range(rounds):
            await asyncio.gather(*map(ask, ports))
        return rounds * len(ports) / (time.perf_counter() - began)


async def _ours(database: Path, ports: list[int], rounds: int) -> float:
    known = _registry(ports)
    clock = StoppedClock()
    allow = [("127.0.0.1", port) for port in ports]
    async with (
        open_storage(database) as storage,
        open_fetcher(FetchLimits(), allow=allow, user_agent="measuring") as fetcher,
    ):
        poller = Poller(fetcher, storage, Admission(storage, lambda: known, clock), lambda: known, clock)
        for _ in range(2):  # the first brings the validators
            await poller.poll_due()
            clock.at += 100
        began = time.perf_counter()
        for _ in range(rounds):
            assert await poller.poll_due() == len(ports)
            clock.at += 100
        took = time.perf_counter() - began
        states = (await storage.feed_states()).values()
        assert {state.failures for state in states} == {0}
    return rounds * len(ports) / took


def _registry(ports: list[int]) -> Registry:
    letters = "abcdefghijklmnopqrstuvwxyz"
    rooms = [PressRoom(f"v{letters[n]}.demo", seed=n + 1) for n in range(len(ports))]
    known = registry(*rooms)
    feeds = {
        room.id: SignedFeed(
            id=FeedId(f"{room.id}/main"),
            agency=room.id,
            url=f"http://127.0.0.1:{port}/feed",
            format="atom",
            stream=StreamName("main"),
            cadence_seconds=60,
        )
        for room, port in zip(rooms, ports, strict=True)
    }
    agencies = {id_: replace(agency, feeds=(feeds[id_],)) for id_, agency in known.agencies.items()}
    return replace(known, agencies=agencies)


@asynccontextmanager
async def _servers(count: int) -> AsyncIterator[list[int]]:
    """A process of its own that answers 304 on ``count`` ports."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, count), daemon=True)
    process.start()
    try:
        yield await asyncio.to_thread(ours.recv)
    finally:
        ours.send("stop")
        await asyncio.to_thread(process.join, 10)
        ours.close()
        theirs.close()


def _serve(pipe: Connection, count: int) -> None:
    asyncio.run(_answer(pipe, count))


async def _answer(pipe: Connection, count: int) -> None:
    async def feed(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == _ETAG:
            return web.Response(status=304, headers={"ETag": _ETAG})
        return web.Response(body=_EMPTY, headers={"ETag": _ETAG, "Content-Type": "application/atom+xml"})

    app = web.Application()
    app.router.add_get("/feed", feed)
    runner = web.AppRunner(app)
    await runner.setup()
    ports = []
    for _ in range(count):
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        ports.append(runner.addresses[-1][1])
    pipe.send(ports)
    await asyncio.to_thread(pipe.recv)
    await runner.cleanup()


if __name__ == "__main__":
    with TemporaryDirectory() as made:
        speed = asyncio.run(measure(Path(made)))
    print(f"bare {speed.bare:,.0f}/s, ours {speed.ours:,.0f}/s, ratio {speed.ratio:.2f}")
