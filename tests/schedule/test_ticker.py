import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta

import pytest
from patience import PATIENCE, until

from syndicate.schedule import Ticker

SOON = 0.01
NOT_NOW = 3_600.0


class Work:
    """Counts its calls; each lasts until ``may_end`` is set, which it is unless a test clears it."""

    def __init__(self) -> None:
        self.begun = self.ended = self.under_way = self.most = 0
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def __call__(self) -> None:
        self.begun += 1
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            await self.may_end.wait()
        finally:
            self.under_way -= 1
        self.ended += 1


async def test_work_is_called_at_once() -> None:
    work = Work()
    async with Ticker() as ticker:
        ticker.every(NOT_NOW, work)
        await until(lambda: work.begun)
    assert work.begun == 1


async def test_work_is_called_again_and_again_but_not_more_often_than_asked() -> None:
    work, began = Work(), time.monotonic()
    async with Ticker() as ticker:
        ticker.every(0.05, work)
        await until(lambda: work.begun >= 4)
    assert work.begun <= 2 + (time.monotonic() - began) / 0.05
    stopped_at = work.begun
    await asyncio.sleep(0.1)
    assert work.begun == stopped_at


async def test_of_one_function_never_two_calls_are_under_way() -> None:
    slow, quick = Work(), Work()
    slow.may_end.clear()
    async with Ticker() as ticker:
        ticker.every(SOON, slow)
        ticker.every(SOON, quick)
        await until(lambda: slow.begun and quick.begun >= 4)
        assert slow.begun == 1
        slow.may_end.set()
        await until(lambda: slow.begun >= 2)
    assert slow.most == 1


async def test_a_slow_function_does_not_keep_another_waiting() -> None:
    slow, quick = Work(), Work()
    slow.may_end.clear()
    async with Ticker() as ticker:
        ticker.every(SOON, slow)
        ticker.every(SOON, quick)
        await until(lambda: quick.ended >= 4)
        assert slow.ended == 0
        slow.may_end.set()


async def test_an_exception_is_logged_with_its_traceback_and_ticking_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls = 0

    async def broken() -> None:
        nonlocal calls
        calls += 1
        raise RuntimeError("a bug of ours")

    async with Ticker() as ticker:
        ticker.every(SOON, broken)
        await until(lambda: calls >= 2)
    logged = [record for record in caplog.records if record.name == "syndicate.schedule"]
    assert len(logged) == calls
    assert logged[0].exc_info is not None
    assert "a bug of ours" in str(logged[0].exc_info[1])


async def test_stopping_waits_for_the_tick_under_way_and_starts_no_other() -> None:
    work = Work()
    work.may_end.clear()
    async with Ticker() as ticker:
        ticker.every(SOON, work)
        await until(lambda: work.begun)
        asyncio.get_running_loop().call_later(0.1, work.may_end.set)
    assert (work.begun, work.ended) == (1, 1)


async def test_what_outlasts_the_patience_is_cancelled_and_may_clean_up() -> None:
    endless = Work()
    endless.may_end.clear()
    async with asyncio.timeout(PATIENCE):
        async with Ticker(patience_seconds=0.05) as ticker:
            ticker.every(SOON, endless)
            await until(lambda: endless.begun)
    assert (endless.begun, endless.ended, endless.under_way) == (1, 0, 0)


async def test_leaving_by_an_exception_or_cancelling_stops_just_as_cleanly() -> None:
    slow = Work()
    slow.may_end.clear()

    async def serve() -> None:
        async with Ticker() as ticker:
            ticker.every(NOT_NOW, slow)
            await asyncio.Event().wait()

    serving = asyncio.ensure_future(serve())
    await until(lambda: slow.begun)
    serving.cancel()
    await asyncio.sleep(0)
    assert slow.ended == 0
    slow.may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert slow.ended == 1


async def test_ticks_that_the_loop_was_too_busy_for_become_one_however_late() -> None:
    work = Work()
    async with Ticker() as ticker:
        ticker.every(600, work)
        await until(lambda: work.begun)
        (job,) = ticker._scheduler.get_jobs()
        # As after a night with the lid closed: many ticks lie in the past.
        job.modify(next_run_time=datetime.now(UTC) - timedelta(days=30))
        await until(lambda: work.begun >= 2)
        await asyncio.sleep(0.05)
    assert work.begun == 2


async def test_nothing_of_a_healthy_tick_is_logged_above_info(caplog: pytest.LogCaptureFixture) -> None:
    slow, quick = Work(), Work()
    slow.may_end.clear()
    caplog.set_level(logging.DEBUG)
    async with Ticker() as ticker:
        ticker.every(SOON, slow)
        ticker.every(SOON, quick)
        await until(lambda: quick.ended >= 4)  # ticks of the slow one were left out meanwhile
        slow.may_end.set()
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


@pytest.mark.parametrize("rounds", range(12))
async def test_a_tick_that_has_just_been_started_is_waited_for_and_not_cut_short(
    rounds: int, caplog: pytest.LogCaptureFixture
) -> None:
    began, ended = [], []

    async def work() -> None:
        began.append(rounds)
        await asyncio.sleep(0.01)
        ended.append(rounds)

    async with Ticker() as ticker:
        ticker.every(NOT_NOW, work)
        for _ in range(rounds):  # of the event loop, so that one of them leaves between start and beginning
            await asyncio.sleep(0)
    assert began == ended
    assert caplog.records == []
