"""What follows the log that is shown, behind everything else: as it is rung, and again after trouble."""

import asyncio
import logging
from abc import ABC, abstractmethod
from typing import Final

from syndicate.errors import SyndicateError
from syndicate.ports import Wakeup

_LOOK_SECONDS: Final = 5.0  # how often one looks when nobody rings
_AGAIN_SECONDS: Final = 5.0  # after trouble


class Follower(ABC):
    """A worker that has nobody wait for it; ``task`` says in words what waits while it cannot work."""

    def __init__(self, wakeup: Wakeup, task: str, log: logging.Logger) -> None:
        self._wakeup = wakeup
        self._task = task
        self._log = log

    async def run(self) -> None:
        """Keep up, until cancelled."""
        while True:
            if await self.look():
                await self._wakeup.wait(_LOOK_SECONDS)
            else:
                await asyncio.sleep(_AGAIN_SECONDS)

    async def look(self) -> bool:
        """Follow to what is shown now; what goes wrong is told. Whether all is well."""
        try:
            await self.catch_up()
        except SyndicateError as exc:
            self._log.error("%s; tried again: %s", self._task, exc)
            return False
        except Exception:  # noqa: BLE001 - the edge of a worker loop: a text that we fail on stops no hub
            self._log.exception("a bug, so %s; tried again", self._task)
            return False
        return True

    @abstractmethod
    async def catch_up(self) -> None:
        """Follow to what is shown now.

        Raises:
            StorageError: it cannot be read or written; the next call goes on.
        """
