"""How fast unchanged sources are polled, beside a bare aiohttp loop asking the same server the same.

PYTHONPATH=.:tests python -m unchanged_polls
"""

import asyncio
import multiprocessing
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
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
    """What ``polls`` polls took, in seconds: by the clock, and of this process's CPU."""

    polls: int
    wall: float
    cpu: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Bare loop and ours, measured in turn: one pair a try. The goal for both ratios is at least 0.5."""

    bare: tuple[Speed, ...]
    ours: tuple[Speed, ...]

    @property
    def ratio(self) -> float:
        """Our polls a second in terms of the bare loop's, the median of all tries."""
        return median(bare.wall / ours.wall for bare, ours in zip(self.bare, self.ours, strict=True))

    @property
    def cpu_ratio(self) -> float:
        """The same by CPU, which feels less of what else this machine does."""
        return median(bare.cpu / ours.cpu for bare, ours in zip(self.bare, self.ours, strict=True))


async def measure(folder: Path, *, sources: int = 16, rounds: int = 40, times: int = 9) -> Comparison:
    """Poll ``sources`` feeds, ``rounds`` times each and all at once in each round, both ways in turn.

    Both are warm: connections stand, validators are known. Ours goes the whole way, from what is due
    through the guarded fetcher to what is remembered of each feed. The server is a process of its own.
    """
    bare, ours = [], []
    async with _servers(sources) as ports:
        for number in range(times):
            bare.append(await _bare(ports, rounds))
            ours.append(await _ours(folder / f"{number}.sqlite", ports, rounds))
    return Comparison(bare=tuple(bare), ours=tuple(ours))


async def _timed(one_round: Callable[[], Awaitable[object]], rounds: int, sources: int) -> Speed:
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(rounds):
        await one_round()
    return Speed(polls=rounds * sources, wall=time.perf_counter() - wall, cpu=time.process_time() - cpu)


async def _bare(ports: list[int], rounds: int) -> Speed:
    async with aiohttp.ClientSession() as session:

        async def ask(port: int) -> None:
            headers = {"If-None-Match": _ETAG}
            async with session.get(f"http://127.0.0.1:{port}/feed", headers=headers) as answer:
                await answer.read()
                assert answer.status == 304

        async def one_round() -> None:
            await asyncio.gather(*map(ask, ports))

        await one_round()
        return await _timed(one_round, rounds, len(ports))


async def _ours(database: Path, ports: list[int], rounds: int) -> Speed:
    known = _registry(ports)
    clock = StoppedClock()
    allow = [("127.0.0.1", port) for port in ports]
    async with (
        open_storage(database) as storage,
        open_fetcher(FetchLimits(), allow=allow, user_agent="measuring") as fetcher,
    ):
        poller = Poller(fetcher, storage, Admission(storage, lambda: known, clock), lambda: known, clock)

        async def one_round() -> None:
            assert await poller.poll_due() == len(ports)
            clock.at += 100

        for _ in range(2):  # the first brings the validators
            await one_round()
        speed = await _timed(one_round, rounds, len(ports))
        states = (await storage.feed_states()).values()
        assert {state.failures for state in states} == {0}
    return speed


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
        seen = asyncio.run(measure(Path(made)))
    for name, speeds in (("bare", seen.bare), ("ours", seen.ours)):
        wall = median(speed.polls / speed.wall for speed in speeds)
        cpu = median(speed.cpu / speed.polls for speed in speeds)
        print(f"{name}: {wall:,.0f} polls a second, {cpu * 1e6:.0f} us of CPU each")
    print(f"ratio {seen.ratio:.2f}, by CPU {seen.cpu_ratio:.2f}")
