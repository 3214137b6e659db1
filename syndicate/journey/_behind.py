"""What follows the log that is shown, behind everything else: as it is rung, and again after trouble."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Final

from syndicate.errors import SyndicateError
from syndicate.news import Slice
from syndicate.ports import Logged, Storage, Wakeup

_CHARACTERS: Final = 2_000_000  # of the tokens read at a time
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


class LogFollower(Follower):
    """One that goes through the log by index, some versions at a time, and knows how far it has come."""

    def __init__(self, storage: Storage, wakeup: Wakeup, task: str, log: logging.Logger) -> None:
        super().__init__(wakeup, task, log)
        self._storage = storage
        self._reached = -1
        self._one_at_a_time = asyncio.Lock()

    @property
    def behind(self) -> int:
        """How many indices that are shown it has not come to."""
        return max(0, self._storage.log.visible - 1 - self._reached)

    async def _read_on(self, after: int, most: int) -> tuple[Sequence[Logged], int]:
        """At most ``most`` versions above an index, and the index that one has reached with them."""
        last = self._storage.log.visible - 1
        page = await self._storage.page(Slice(), after, most, characters=_CHARACTERS)
        return page, page[-1].index if page else last  # acts have an index, too, and nothing to read
