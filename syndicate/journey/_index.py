"""Index: whole texts become searchable after their items are shown, a few at a time, to the end of the log.

What it did is in storage, in the transaction that did it: whoever stops it, and however, it goes on there.
"""

import asyncio
import logging
from typing import Final

from syndicate.journey._behind import Follower
from syndicate.ports import Storage, Wakeup

_log = logging.getLogger(__name__)
_BATCH: Final = 16  # versions in one transaction: nobody waits long for the writer


class Indexer(Follower):
    """Follows the log of one storage, and sweeps what was taken out of the index."""

    def __init__(self, storage: Storage, wakeup: Wakeup) -> None:
        super().__init__(wakeup, "texts wait to be searchable", _log)
        self._storage = storage

    async def catch_up(self) -> None:
        """Index and sweep until nothing is left to do. Raises StorageError."""
        while await self._step():
            pass

    async def _step(self) -> bool:
        loop = asyncio.get_running_loop()
        began = loop.time()
        done = bool(await self._storage.index(_BATCH)) | await self._storage.sweep()
        if done:  # as long again for whoever else needs the writer, and the processor
            await asyncio.sleep(loop.time() - began)
        return done
