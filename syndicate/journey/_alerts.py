"""Whether an alert is among what came: looked for once, for every slice that asks."""

import asyncio
from collections import deque
from typing import Final

from syndicate.news import Facets, Kind, Slice
from syndicate.ports import Storage
from syndicate.trust import recall

_PAGE: Final = 200  # versions looked at in one go
_MOST: Final = 1_000  # alerts remembered; who asks for what came before them is told that one came


class Alerts:
    """The alerts of the one order from when it is first asked on."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._seen: int | None = None  # all up to this index were looked at
        self._forgotten = -1  # alerts up to this index are not remembered
        self._found: deque[tuple[int, Facets]] = deque()
        self._one_looking = asyncio.Lock()

    async def begin(self) -> None:
        """From here on alerts are seen, if they were not before."""
        if self._seen is None:
            self._seen = await self._storage.size() - 1

    async def came(self, slice_: Slice, after: int) -> bool:
        """Whether an alert stands in a slice above index ``after``, and came since it was begun.

        Raises:
            StorageError: it cannot be read.
        """
        async with self._one_looking:
            await self._look()
        if after < self._forgotten:
            return True
        return any(index > after and slice_.holds(facets) for index, facets in self._found)

    async def _look(self) -> None:
        await self.begin()
        size = await self._storage.size()
        while self._seen is not None and self._seen < size - 1:
            page = await self._storage.page(Slice(), self._seen, _PAGE)
            for logged in page:
                if recall(logged.token).kind is Kind.ALERT:
                    self._found.append((logged.index, logged.facets))
            while len(self._found) > _MOST:
                self._forgotten, _ = self._found.popleft()
            # A page that is not full reached the end; acts and erased versions stand on none.
            self._seen = (
                page[-1].index if len(page) == _PAGE else max([size - 1, *(one.index for one in page)])
            )
