"""The end of the one order, as events: each version read and written once, however many listen."""

import asyncio
from bisect import bisect_right
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

from syndicate.journey import LocalWakeup
from syndicate.news import Slice
from syndicate.ports import Logged, Storage

_KEPT: Final = 500  # versions, and
_KEPT_BYTES: Final = 8_000_000  # of events: who is further behind is read for by itself
_PAGE: Final = 100  # versions read at a time of what is new
_PAGE_CHARACTERS: Final = 4_000_000  # of tokens among them
_BEHIND: Final = 10  # and of what one listener missed: it holds them until it has sent them
_BEHIND_CHARACTERS: Final = 60_000  # of their tokens, or one of them: two thousand may hold as much
_AT_ONCE: Final = 4  # listeners that are read for at a time


@dataclass(slots=True)
class _Event:
    logged: Logged
    raw: bytes
    state: Hashable


class Tail:
    """The newest versions of the order.

    ``write`` makes an event of a version; it is asked again when ``state`` of it has become another, so
    that nobody hears an old verdict.
    """

    def __init__(
        self,
        storage: Storage,
        wakeup: LocalWakeup,
        write: Callable[[Logged], bytes],
        state: Callable[[Logged], Hashable],
    ) -> None:
        self._storage = storage
        self._wakeup = wakeup
        self._write = write
        self._state = state
        self._events: list[_Event] = []
        self._bytes = 0
        self._below = self._top = -1  # what is kept is all of the order above the one, up to the other
        self._seen: tuple[int, int] | None = None
        self._reading = asyncio.Lock()
        self._catching_up = asyncio.Semaphore(_AT_ONCE)

    async def after(self, slice_: Slice, place: int) -> tuple[list[bytes], int]:
        """What stands in a slice above ``place``, as events in order, and the place reached with them.

        It may be only a part; nothing more is there once the place stays what it was.

        Raises:
            StorageError: the order cannot be read.
        """
        await self._look()
        if place >= self._below:
            wanted = self._from(place)
            return [self._raw(one) for one in wanted if slice_.holds(one.logged.facets)], max(
                place, self._top
            )
        async with self._catching_up:
            top = self._top  # an empty page leaves out nothing of what was shown before it was read
            page = await self._storage.page(slice_, place, _BEHIND, characters=_BEHIND_CHARACTERS)
            reached = page[-1].index if page else max(top, place)
            return [self._write(one) for one in page], reached

    async def _look(self) -> None:
        """Read what is new, unless nobody rang since; whoever comes first reads for all."""
        if self._seen == self._moves():
            return
        async with self._reading:
            moves = self._moves()  # before reading: a ring meanwhile counts
            if self._seen == moves:
                return
            if self._seen is None or self._seen[1] != moves[1]:  # a law took something back: read all again
                self._begin(await self._storage.size())
            await self._read(await self._storage.size())
            self._seen = moves

    def _moves(self) -> tuple[int, int]:
        return self._wakeup.rings, self._storage.log.erased

    def _begin(self, size: int) -> None:
        self._events.clear()
        self._bytes = 0
        self._below = self._top = max(-1, size - 1 - _KEPT)

    async def _read(self, size: int) -> None:
        if size - 1 - self._top > _KEPT:  # nobody listened for a long time
            self._begin(size)
        while self._top < size - 1:
            page = await self._storage.page(Slice(), self._top, _PAGE, characters=_PAGE_CHARACTERS)
            for logged in page:
                event = _Event(logged, self._write(logged), self._state(logged))
                self._events.append(event)
                self._bytes += len(event.raw)
            self._top = (
                page[-1].index if len(page) == _PAGE else max([size - 1, *(one.index for one in page)])
            )
        self._forget()

    def _forget(self) -> None:
        gone = max(0, len(self._events) - _KEPT)
        self._bytes -= sum(len(one.raw) for one in self._events[:gone])
        while self._bytes > _KEPT_BYTES:
            self._bytes -= len(self._events[gone].raw)
            gone += 1
        if gone:
            self._below = self._events[gone - 1].logged.index
            del self._events[:gone]

    def _from(self, place: int) -> list[_Event]:
        return self._events[bisect_right(self._events, place, key=lambda one: one.logged.index) :]

    def _raw(self, event: _Event) -> bytes:
        state = self._state(event.logged)
        if event.state != state:
            event.raw, event.state = self._write(event.logged), state
        return event.raw
