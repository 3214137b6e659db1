"""Pages by address: made when somebody asks, and again once what they show may have moved.

The press keeps documents by names of a bounded set; there are as many pages as there are items. So these are
kept as far as their bytes go, the one asked for last the longest.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Final
from weakref import WeakValueDictionary

from syndicate.errors import Crowded
from syndicate.journey import Turnstile
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


class KeptPages:
    """Keeps pages within ``limits.pages_bytes``, and makes one at a time.

    Pages out of a small set are ``first``. Of the others so many are waited for that none is long in coming;
    whoever asks for one more gets it as it stood a moment ago, or has to come back.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: LastUsed[str, _Kept] = LastUsed(world.limits.pages_bytes, lambda kept: kept.ready.size)
        self._turnstile = Turnstile(world.limits.pages_waiting)
        # Weakly: what nobody waits for needs no lock, however many names were asked for.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def standing(self, name: str, *, minutes: bool = False) -> Ready | None:
        """The page kept as ``name``, if it still stands."""
        kept = self._kept.get(name)
        if kept is None or kept.law != self._law():
            return None
        young = 0 <= self._world.clock.now() - kept.made_at < self._world.press.limits.rebuild_seconds
        if not young and kept.order != self._order(minutes=minutes):
            return None
        return kept.ready

    async def get(
        self, name: str, make: Callable[[], Awaitable[Made]], *, minutes: bool = False, first: bool = False
    ) -> Ready:
        """The page kept as ``name``, or what ``make`` gives; ``minutes``: it shows what moves with time.

        Raises:
            Crowded: too many other pages are being waited for.
        """
        if (ready := self.standing(name, minutes=minutes)) is not None:
            return ready
        lock = self._locks.setdefault(name, asyncio.Lock())
        async with lock:
            if (ready := self.standing(name, minutes=minutes)) is not None:
                return ready
            try:
                async with self._turnstile.turn(first=first):
                    return await self._make(name, make, minutes=minutes)
            except Crowded:
                if (ready := self._just_now(name)) is not None:
                    return ready
                raise

    def _just_now(self, name: str) -> Ready | None:
        """The page as it stood a moment ago, unless a law or the registry has changed since."""
        kept = self._kept.get(name)
        if kept is None or kept.law != self._law():
            return None
        return kept.ready if 0 <= self._world.clock.now() - kept.made_at < _MINUTE else None

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
        storage, log = self._world.storage, self._world.storage.log
        told = log.visible, storage.gathering.edition, log.proven
        return *told, int(self._world.clock.now() // _MINUTE) if minutes else 0
