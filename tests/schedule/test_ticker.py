import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

from syndicate.schedule import Ticker


async def test_work_is_called_at_once_and_again_and_again() -> None:
    calls = 0

    async def work() -> None:
        nonlocal calls
        calls += 1

    async with Ticker() as ticker:
        ticker.every(0.05, work)
        await asyncio.sleep(0.02)
        assert calls == 1
        await asyncio.sleep(0.2)
    assert 3 <= calls <= 6
    stopped_at = calls
    await asyncio.sleep(0.1)
    assert calls == stopped_at


async def test_of_one_function_never_two_calls_are_under_way() -> None:
    now = most = calls = 0

    async def slow() -> None:
        nonlocal now, most, calls
        calls += 1
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.08)
        now -= 1

    async with Ticker() as ticker:
        ticker.every(0.02, slow)
        await asyncio.sleep(0.3)
    assert most == 1
    assert calls >= 2


async def test_a_slow_function_does_not_keep_another_waiting() -> None:
    calls = 0

    async def slow() -> None:
        await asyncio.sleep(0.2)

    async def quick() -> None:
        nonlocal calls
        calls += 1

    async with Ticker() as ticker:
        ticker.every(0.02, slow)
        ticker.every(0.02, quick)
        await asyncio.sleep(0.2)
    assert calls >= 4


async def test_an_exception_is_logged_with_its_traceback_and_ticking_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls = 0

    async def broken() -> None:
        nonlocal calls
        calls += 1
        raise RuntimeError("a bug of ours")

    async with Ticker() as ticker:
        ticker.every(0.03, broken)
        await asyncio.sleep(0.15)
    assert calls >= 2
    logged = [record for record in caplog.records if record.name == "syndicate.schedule"]
    assert len(logged) == calls
    assert logged[0].exc_info is not None
    assert "a bug of ours" in str(logged[0].exc_info[1])


async def test_stopping_waits_for_the_tick_under_way_and_starts_no_other() -> None:
    began = ended = 0

    async def slow() -> None:
        nonlocal began, ended
        began += 1
        await asyncio.sleep(0.15)
        ended += 1

    async with Ticker() as ticker:
        ticker.every(0.02, slow)
        await asyncio.sleep(0.05)
    assert (began, ended) == (1, 1)


async def test_what_outlasts_the_patience_is_cancelled_and_may_clean_up() -> None:
    cleaned_up = False

    async def endless() -> None:
        nonlocal cleaned_up
        try:
            await asyncio.sleep(60)
        finally:
            cleaned_up = True

    async with asyncio.timeout(2):
        async with Ticker(patience_seconds=0.05) as ticker:
            ticker.every(0.02, endless)
            await asyncio.sleep(0.03)
    assert cleaned_up


async def test_leaving_by_an_exception_or_cancelling_stops_just_as_cleanly() -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    ended = 0

    async def slow() -> None:
        nonlocal ended
        begun.set()
        await may_end.wait()
        ended += 1

    async def serve() -> None:
        async with Ticker() as ticker:
            ticker.every(60, slow)
            await asyncio.sleep(60)

    serving = asyncio.ensure_future(serve())
    await begun.wait()
    serving.cancel()
    await asyncio.sleep(0)
    assert ended == 0
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await serving
    assert ended == 1


async def test_ticks_that_the_loop_was_too_busy_for_become_one_however_late() -> None:
    calls = 0

    async def work() -> None:
        nonlocal calls
        calls += 1

    async with Ticker() as ticker:
        ticker.every(1, work)
        await asyncio.sleep(0.02)
        (job,) = ticker._scheduler.get_jobs()
        # As after a night with the lid closed: thousands of ticks lie in the past.
        job.modify(next_run_time=datetime.now(UTC) - timedelta(hours=3))
        await asyncio.sleep(0.05)
        assert calls == 2


async def test_nothing_of_a_healthy_tick_is_logged_above_info(caplog: pytest.LogCaptureFixture) -> None:
    async def work() -> None:
        await asyncio.sleep(0.05)

    caplog.set_level(logging.DEBUG)
    async with Ticker() as ticker:
        ticker.every(0.02, work)
        await asyncio.sleep(0.1)
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
        ticker.every(3_600.0, work)
        for _ in range(rounds):  # of the event loop, so that one of them leaves between start and beginning
            await asyncio.sleep(0)
    assert began == ended
    assert caplog.records == []
