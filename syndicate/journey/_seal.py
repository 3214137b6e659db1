"""Sealing: every kept version gets its index, in batches, in the order in which they were kept.

There is one sealer and no second order. It keeps nothing in memory that a crash could take: what waits
for an index is in storage, and sealing the same again finds nothing to do.
"""

import asyncio
import logging
from typing import Final

from syndicate.errors import StorageError
from syndicate.ports import Clock, Storage, Wakeup

log = logging.getLogger(__name__)

WINDOW_SECONDS: Final = 0.1  # how long versions gather before they are given their indices together
_AFTER_TROUBLE_SECONDS: Final = 1.0
_MOST: Final = 1_000  # in one transaction


class Sealer:
    """Gives indices to what was admitted, and wakes whoever waits for them."""

    def __init__(self, storage: Storage, clock: Clock, wakeup: Wakeup) -> None:
        self._storage = storage
        self._clock = clock
        self._wakeup = wakeup

    async def run(self) -> None:
        """Seal in every window until cancelled; a full disk is logged and tried again, never the end."""
        while True:
            pause = WINDOW_SECONDS
            try:
                await self.seal_once()
            except StorageError as exc:
                log.error("nothing can be sealed, trying again: %s. %s", exc, exc.hint)  # noqa: TRY400 - expected
                pause = _AFTER_TROUBLE_SECONDS
            except Exception:
                log.exception("sealing failed; it is tried again")
                pause = _AFTER_TROUBLE_SECONDS
            await asyncio.sleep(pause)

    async def seal_once(self) -> int:
        """Seal all that waits and ring after each transaction; how many indices were given.

        Raises:
            StorageError: the database could not do it; what it had sealed before stays sealed.
        """
        sealed = 0
        while True:
            given = await self._storage.seal(self._clock.now(), _MOST)
            sealed += given
            if given:
                self._wakeup.ring()
            if given < _MOST:
                return sealed
