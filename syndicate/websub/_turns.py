"""Whose callbacks are asked now, and how many requests of whom wait for that."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from syndicate.websub._limits import WebSubLimits


class Turns:
    """So many callbacks at a time, of them so many of one visitor, and at one site.

    Nothing is remembered of a visitor or a site that has nothing waiting.
    """

    def __init__(self, limits: WebSubLimits) -> None:
        self._limits = limits
        self._all = asyncio.Semaphore(limits.asking_at_once)
        self._places: dict[str, asyncio.Semaphore] = {}
        self._waiting: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._waiting)

    def of_visitor(self, visitor: str) -> int:
        """How many of this visitor wait or are being asked."""
        return self._waiting[_visitor(visitor)]

    def at_site(self, site: str) -> int:
        """How many with callbacks at this site wait or are being asked."""
        return self._waiting[_site(site)]

    def enter(self, visitor: str, site: str) -> None:
        """One more waits, until it is left by the turn that it gets."""
        for name, most in self._named(visitor, site):
            self._waiting[name] += 1
            if name not in self._places:
                self._places[name] = asyncio.Semaphore(most)

    @asynccontextmanager
    async def turn(self, visitor: str, site: str) -> AsyncIterator[None]:
        """Hold a turn for what entered. Who waits for a slow site holds no place that another could use."""
        (by_visitor, _), (by_site, _) = self._named(visitor, site)
        try:
            async with self._places[by_visitor], self._places[by_site], self._all:
                yield
        finally:
            for name in (by_visitor, by_site):
                self._waiting[name] -= 1
                if not self._waiting[name]:
                    del self._waiting[name], self._places[name]

    def _named(self, visitor: str, site: str) -> tuple[tuple[str, int], tuple[str, int]]:
        limits = self._limits
        return (
            (_visitor(visitor), limits.asking_per_visitor),
            (_site(site), limits.asking_per_site),
        )


def _visitor(visitor: str) -> str:
    return f"visitor {visitor}"


def _site(site: str) -> str:
    return f"site {site}"
