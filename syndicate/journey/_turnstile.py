"""Who makes a document next: one at a time, and nobody is kept waiting by those who ask for everything.

There are a few documents that nearly everybody asks for, and any number that somebody can think of. So the
few wait for each other and for one of the others at most; the others line up among themselves.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from syndicate.errors import Crowded


class Turnstile:
    """Lets one through at a time; ``most`` of those that are not ``first`` wait for it."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._waiting = 0
        self._one = asyncio.Lock()
        self._other = asyncio.Lock()

    @asynccontextmanager
    async def turn(self, *, first: bool) -> AsyncIterator[None]:
        """Hold the one place; ``first`` is for names out of a small set.

        Raises:
            Crowded: it is not, and enough of its kind wait already.
        """
        if first:
            async with self._one:
                yield
            return
        if self._waiting >= self._most:
            raise Crowded("so much is asked for at this moment that it cannot be made; ask again soon")
        self._waiting += 1
        try:
            async with self._other, self._one:
                yield
        finally:
            self._waiting -= 1
