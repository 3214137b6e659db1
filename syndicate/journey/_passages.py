"""What is asked for later: fingerprints of every version that the log shows, made behind the journey.

It follows the log as everybody does, by index: what it had done when the process died is on the disk, and it
goes on from there. It is never in the way of what arrives: a lookup says how far behind it is.
"""

import asyncio
import logging
from collections.abc import Iterator
from typing import Final

from syndicate.dedupe import postings, winnow
from syndicate.journey._address import address_keys, title_key
from syndicate.journey._behind import LogFollower
from syndicate.news import Item, paragraphs
from syndicate.ports import Logged, Printed, Storage, Wakeup
from syndicate.text import FOLDING, fold
from syndicate.trust import recall

_log = logging.getLogger("syndicate.passages")
MADE_BY: Final = f"folding {FOLDING}, fingerprints 1, keys 1"
_BATCH: Final = 200  # versions at a time


class PassageIndex(LogFollower):
    """Keeps ``storage.passages`` up with the log; of passages, those of the newest ``window`` versions."""

    def __init__(self, storage: Storage, wakeup: Wakeup, *, window: int) -> None:
        super().__init__(storage, wakeup, "fingerprints wait", _log)
        self._window = window

    async def catch_up(self) -> None:
        """Take in all that is shown now. Raises StorageError."""
        async with self._one_at_a_time:
            passages = self._storage.passages
            self._reached = await passages.reached(MADE_BY)
            while self.behind:
                await self._step()
                while await passages.tidy(self._window):
                    pass

    async def _step(self) -> None:
        page, reached = await self._read_on(self._reached, _BATCH)
        printed = await asyncio.to_thread(lambda: [printed_of(logged) for logged in page])
        await self._storage.passages.keep(printed, reached)
        self._reached = reached


def printed_of(logged: Logged) -> Printed:
    """What a version is found by."""
    item = recall(logged.token)
    prints = [each.value for each in winnow(text_of(item))]
    return Printed(index=logged.index, prints=postings.packed(prints), keys=tuple(_keys(item)))


def text_of(item: Item) -> str:
    """All that an item says in words: headline, summary, body."""
    return "\n".join((item.title, *(() if item.summary is None else (item.summary,)), body_of(item)))


def body_of(item: Item) -> str:
    """The body's text, a paragraph a line."""
    return "\n".join(paragraphs(item.content))


def _keys(item: Item) -> Iterator[int]:
    if title := fold(item.title):
        yield title_key(title)
    yield from address_keys(item.url)
