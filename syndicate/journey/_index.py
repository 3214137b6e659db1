"""Index: whole texts become searchable after their items are shown, a few at a time, to the end of the log.

What it did is in storage, in the transaction that did it: whoever stops it, and however, it goes on there.
"""

import asyncio
import logging
from typing import Final

from syndicate.errors import StorageError
from syndicate.ports import Storage, Wakeup

_log = logging.getLogger(__name__)
_BATCH: Final = 16  # versions in one transaction: nobody waits long for the writer
_WAIT_SECONDS: Final = 30.0  # when nobody rings, and after a failure


class Indexer:
    """Follows the log of one storage, and sweeps what was taken out of the index."""

    def __init__(self, storage: Storage, wakeup: Wakeup) -> None:
        self._storage = storage
        self._wakeup = wakeup

    async def run(self) -> None:
        """Index until cancelled. What storage cannot do now is told, and tried again."""
        while True:
            await self.look()
            await self._wakeup.wait(_WAIT_SECONDS)

    async def look(self) -> None:
        """Index what there is now; what goes wrong is told."""
        try:
            await self.catch_up()
        except StorageError as exc:
            _log.error("texts wait to be searchable: %s", exc)
        except Exception:  # noqa: BLE001 - the edge of a worker loop: a text that we fail on stops no hub
            _log.exception("a bug while indexing texts; tried again")

    async def catch_up(self) -> None:
        """Index and sweep until nothing is left to do.

        Raises:
            StorageError: the database could not do it; the next call goes on.
        """
        while await self._step():
            pass

    async def _step(self) -> bool:
        loop = asyncio.get_running_loop()
        began = loop.time()
        done = bool(await self._storage.index(_BATCH)) | await self._storage.sweep()
        if done:  # as long again for whoever else needs the writer, and the processor
            await asyncio.sleep(loop.time() - began)
        return done
