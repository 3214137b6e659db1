"""Politeness: how many fetches at a time one host, and one registrable domain, has to bear."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
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
        host = f"{url.host}:{url.port}"
        # The host first: who waits there must not hold a place that other hosts of the domain could use.
        async with self._place(host, self._limits.per_host):
            if (domain := registrable_domain(url.host or "")) is None:
                yield
                return
            async with self._place(f"*.{domain}", self._limits.per_domain):
                yield

    async def _wait(self, places: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(self._limits.turn_seconds):
                await places.acquire()
        except TimeoutError as exc:
            raise TimeoutError("its host was busy with others of our fetches for too long") from exc

    @asynccontextmanager
    async def _place(self, name: str, places: int) -> AsyncIterator[None]:
        queue = self._queues.setdefault(name, _Queue(places))
        queue.users += 1
        try:
            if queue.places.locked():
                await self._wait(queue.places)
            else:
                await queue.places.acquire()
            try:
                yield
            finally:
                queue.places.release()
        finally:
            queue.users -= 1
            if not queue.users:  # or every host ever redirected to would be remembered for ever
                del self._queues[name]


class _Queue:
    """The places at one host or domain, and how many stand at it."""

    __slots__ = ("places", "users")

    def __init__(self, places: int) -> None:
        self.places = asyncio.Semaphore(places)
        self.users = 0


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
