"""Pages by address: made when somebody asks, and again once what they show may have moved.

The press keeps documents by names of a bounded set; there are as many pages as there are items. So these are
kept as far as their bytes go, the one asked for last the longest.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Final

from syndicate.last_used import LastUsed
from syndicate.web._answer import FEED_CACHE, Ready, squeezed
from syndicate.web._operation import HTML
from syndicate.web._world import World

_MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A page as it was made, before it is squeezed; ``extra`` are header fields of its own."""

    body: bytes
    extra: Mapping[str, str]
    media_type: str = HTML
    cache: str = FEED_CACHE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    ready: Ready
    law: Hashable  # who may speak, and what was erased: a page from before must not be shown once more
    order: Hashable  # how far the order went
    made_at: float


class Busy(Exception):
    """So many pages are waited for that one more has to come back."""


class KeptPages:
    """Keeps pages within ``limits.pages_bytes``, and makes one at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: LastUsed[str, _Kept] = LastUsed(world.limits.pages_bytes, lambda kept: kept.ready.size)
        self._one = asyncio.Lock()
        self._asked: Counter[str] = Counter()

    def standing(self, name: str, *, minutes: bool = False) -> Ready | None:
        """The page kept as ``name``, if it still stands."""
        kept = self._kept.get(name)
        if kept is None or kept.law != self._law():
            return None
        young = 0 <= self._world.clock.now() - kept.made_at < self._world.press.limits.rebuild_seconds
        if not young and kept.order != self._order(minutes=minutes):
            return None
        return kept.ready

    async def get(self, name: str, make: Callable[[], Awaitable[Made]], *, minutes: bool = False) -> Ready:
        """The page kept as ``name``, or what ``make`` gives; ``minutes``: it shows what moves with time.

        Raises:
            Busy: too many other pages are being waited for.
        """
        if (ready := self.standing(name, minutes=minutes)) is not None:
            return ready
        if name not in self._asked and len(self._asked) >= self._world.limits.pages_waiting:
            raise Busy
        self._asked[name] += 1
        try:
            async with self._one:
                standing = self.standing(name, minutes=minutes)
                return standing if standing is not None else await self._make(name, make, minutes=minutes)
        finally:
            self._asked[name] -= 1
            if not self._asked[name]:
                del self._asked[name]

    async def _make(self, name: str, make: Callable[[], Awaitable[Made]], *, minutes: bool) -> Ready:
        # Before anything is read: what moves meanwhile has the page made again.
        law, order, now = self._law(), self._order(minutes=minutes), self._world.clock.now()
        made = await make()
        ready = await asyncio.to_thread(
            squeezed, made.body, made.media_type, cache=made.cache, extra=made.extra
        )
        return self._kept.put(name, _Kept(ready=ready, law=law, order=order, made_at=now)).ready

    def _law(self) -> Hashable:
        registry = self._world.registry()
        return registry.version, tuple(sorted(registry.quarantined)), self._world.storage.log.erased

    def _order(self, *, minutes: bool) -> Hashable:
        log = self._world.storage.log
        return log.visible, log.proven, int(self._world.clock.now() // _MINUTE) if minutes else 0
