"""Politeness: how many fetches at a time one host, and one registrable domain, has to bear."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache, lru_cache
from ipaddress import ip_address

from publicsuffixlist import PublicSuffixList
from yarl import URL

from syndicate.fetch._limits import FetchLimits


class Manners:
    """Gives turns. A host is a name and a port; a domain is what is registered below a public suffix.

    All ministries of one state may live under one suffix (go.th, gov.sg): it is the suffix's children
    that count, or a whole state would wait in one queue.
    """

    def __init__(self, limits: FetchLimits) -> None:
        self._limits = limits
        self._queues: dict[str, _Queue] = {}

    @asynccontextmanager
    async def turn(self, url: URL) -> AsyncIterator[None]:
        """Hold a turn at the host of ``url``, and at its domain.

        Raises:
            TimeoutError: the turn did not come within ``turn_seconds``.
        """
        # The host first: who waits there must not hold a place that other hosts of the domain could use.
        held = []
        try:
            for name, places in self._places(url.host or "", url.port):
                await self._take(name, places)
                held.append(name)
            yield
        finally:
            for name in held:
                self._give_back(name)

    def _places(self, host: str, port: int | None) -> Iterator[tuple[str, int]]:
        yield f"{host}:{port}", self._limits.per_host
        if (domain := registrable_domain(host)) is not None:
            yield f"*.{domain}", self._limits.per_domain

    async def _take(self, name: str, places: int) -> None:
        queue = self._queues.get(name)
        if queue is None:
            queue = self._queues[name] = _Queue(places)
        queue.users += 1
        try:
            if queue.places.locked():
                await self._wait(queue.places)
            else:
                await queue.places.acquire()
        except BaseException:  # cancelled, or out of patience: no place was taken
            self._leave(name, queue)
            raise

    def _give_back(self, name: str) -> None:
        queue = self._queues[name]
        queue.places.release()
        self._leave(name, queue)

    def _leave(self, name: str, queue: "_Queue") -> None:
        queue.users -= 1
        if not queue.users:  # or every host ever redirected to would be remembered for ever
            del self._queues[name]

    async def _wait(self, places: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(self._limits.turn_seconds):
                await places.acquire()
        except TimeoutError as exc:
            raise TimeoutError("its host was busy with others of our fetches for too long") from exc


class _Queue:
    """The places at one host or domain, and how many stand at it."""

    __slots__ = ("places", "users")

    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.users = 0


@lru_cache(10_000)  # not more than what is asked for between two restarts, in sane times
def registrable_domain(host: str) -> str | None:
    """What is registered below the public suffix of ``host``; None for an IP address or a suffix itself."""
    try:
        ip_address(host)
    except ValueError:
        domain: str | None = _suffixes().privatesuffix(host.rstrip(".").lower())
        return domain
    return None


@cache
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()  # 50 ms, once, when first asked
