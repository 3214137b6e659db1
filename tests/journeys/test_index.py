"""The worker that makes whole texts searchable: it goes on whatever storage says, and sweeps."""

import asyncio
import logging

import pytest

from syndicate.errors import StorageError
from syndicate.journey import Indexer, LocalWakeup
from syndicate.ports import Storage


class Shelf:
    """So many versions wait, and then so many steps of sweeping; the first look fails."""

    def __init__(self, waiting: int, swept: int) -> None:
        self.waiting, self.swept, self.failures = waiting, swept, 1
        self.steps: list[int] = []

    async def index(self, most: int) -> int:
        if self.failures:
            self.failures -= 1
            raise StorageError("no room left")
        done = min(most, self.waiting)
        self.waiting -= done
        self.steps.append(done)
        return done

    async def sweep(self) -> bool:
        self.swept -= 1
        return self.swept > 0


def as_storage(shelf: Shelf) -> Storage:
    """As far as an indexer asks it."""
    return shelf  # type: ignore[return-value]  # it has the two promises that are needed


async def test_it_indexes_a_few_at_a_time_to_the_end_and_sweeps(caplog: pytest.LogCaptureFixture) -> None:
    shelf, bell = Shelf(waiting=40, swept=5), LocalWakeup()
    indexer = Indexer(as_storage(shelf), bell)
    with caplog.at_level(logging.ERROR):
        running = asyncio.create_task(indexer.run())
        while shelf.failures:  # noqa: ASYNC110 - nobody rings when it has failed
            await asyncio.sleep(0)
        while shelf.waiting:  # somebody rings until it has heard
            bell.ring()
            await asyncio.sleep(0)
        while shelf.swept > 0:  # noqa: ASYNC110 - nor when it is done
            await asyncio.sleep(0)
        running.cancel()
    assert "no room left" in caplog.text
    assert (shelf.steps[:3], sum(shelf.steps)) == ([16, 16, 8], 40)


async def test_a_text_on_which_it_fails_stops_no_hub_and_is_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Fails(Shelf):
        async def index(self, most: int) -> int:
            if self.failures:
                self.failures -= 1
                raise RuntimeError("a text that nobody thought of")
            return await super().index(most)

    shelf = Fails(waiting=3, swept=0)
    indexer = Indexer(as_storage(shelf), LocalWakeup())
    await indexer.look()
    assert "a text that nobody thought of" in caplog.text
    await indexer.look()
    assert shelf.waiting == 0
