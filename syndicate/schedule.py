"""The ticker: calls what must be done again and again. Nothing else lives here.

What is due, and when, stands in our own tables; APScheduler only says that time has passed. So no job
store of its is used, a missed tick is made up for by one, and stopping waits for what is under way.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Self

from apscheduler.schedulers.asyncio import AsyncIOScheduler

_LOG = logging.getLogger(__name__)

Work = Callable[[], Awaitable[object]]


class Ticker:
    """Calls each given coroutine function at once, and then every so many seconds.

    Promises: of one function there is never more than one call under way; calls that it was too busy for
    become one; an exception is logged with its traceback, and the next tick comes all the same; leaving
    the context starts nothing more and waits ``patience_seconds`` for what is under way before it is
    cancelled.

        async with Ticker() as ticker:
            ticker.every(1.0, poller.poll_due)
            await stopped.wait()
    """

    def __init__(self, *, patience_seconds: float = 20.0) -> None:
        self._scheduler = AsyncIOScheduler(timezone=UTC)
        self._patience_seconds = patience_seconds
        self._under_way: dict[asyncio.Task[object], Work] = {}
        # It tells of every tick, twice, at the level at which we tell what happened to the news.
        logging.getLogger("apscheduler").setLevel(logging.WARNING)

    def every(self, seconds: float, work: Work) -> None:
        """Call ``work`` at once and every ``seconds`` from now on; to be used inside the context."""
        self._scheduler.add_job(
            partial(self._tick, work),
            trigger="interval",
            seconds=seconds,
            next_run_time=datetime.now(UTC),
            max_instances=2,  # `_tick` lets one work; at one, the scheduler would warn of each tick left out
            coalesce=True,
            misfire_grace_time=None,
        )

    async def __aenter__(self) -> Self:
        self._scheduler.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scheduler.pause()
        await asyncio.sleep(0)  # what it has started and the loop has not yet begun is under way, too
        try:
            if self._under_way:
                await asyncio.wait(self._under_way, timeout=self._patience_seconds)
        finally:
            left = list(self._under_way)
            # It cancels what it started, whatever `wait` says: by now that is only what outlasted us.
            self._scheduler.shutdown(wait=False)
            await asyncio.sleep(0)  # it shuts down in the loop's next round
            await asyncio.gather(*left, return_exceptions=True)

    async def _tick(self, work: Work) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - for the type checker: a coroutine runs in a task
        if work in self._under_way.values():
            return
        self._under_way[task] = work
        try:
            await work()
        except Exception:  # noqa: BLE001 - the edge of the loop: a bug must not stop the clock
            _LOG.exception("a tick of %r failed; the next one comes in time", work)
        finally:
            del self._under_way[task]
