"""When a source is asked again: as often as it may be, never sooner than it says, and each in its turn."""

import asyncio
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from arriving import Hub, Noting, StoppedClock, hub_with, reasons, registry_of, running, silent
from patience import PATIENCE
from press import NOON, PressRoom
from raw_server import response

from syndicate.news import FeedId, SeatState, Since, UnixTime
from syndicate.ports import FetchFault


async def test_a_failing_source_is_asked_ever_more_rarely_and_never_given_up(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        source.served.answers["/signed.atom"] = response(b"", "410 Gone")
        waits = []
        for _ in range(12):
            polled = await hub.poller.poll(source.feed)
            waits.append(polled.state.due_at - hub.clock.at)
            hub.clock.at = polled.state.due_at
        assert waits[0] < 34
        assert all(later > earlier for earlier, later in pairwise(waits[:7]))
        assert all(3_600 <= wait <= 3_960 for wait in waits[-3:])
        assert polled.state.failures == 12
        assert [error.code for error in polled.state.errors] == [FetchFault.STATUS]

        source.served.answers["/signed.atom"] = source.answer
        healed = await hub.poller.poll(source.feed)
        assert reasons(healed.outcomes) == ["Admitted"]
        assert healed.state.failures == 0


async def test_a_source_that_says_when_to_come_back_is_left_alone_until_then(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.served.answers["/signed.atom"] = response(b"", "503 Service Unavailable", Retry_After="7200")
        assert await hub.poller.poll_due() == 1
        hub.clock.at += 7_199
        assert await hub.poller.poll_due() == 0
        hub.clock.at += 722
        assert await hub.poller.poll_due() == 1


async def test_a_document_that_stays_fresh_is_not_asked_for_sooner(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.extra = {"Cache_Control": "max-age=1800"}
        source.publish("storm")
        assert await hub.poller.poll_due() == 1
        hub.clock.at += 1_799
        assert await hub.poller.poll_due() == 0
        hub.clock.at += 200
        assert await hub.poller.poll_due() == 1


async def test_a_clock_that_was_set_back_a_year_does_not_silence_a_source(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        assert await hub.poller.poll_due() == 1
        hub.clock.at -= 365 * 86_400
        room = hub.sources[0].room
        room.states = (Since(state=SeatState.ACTIVE, since=UnixTime(0)),)
        hub.registry = registry_of(hub.sources)
        assert await hub.poller.poll_due() == 1


async def test_due_times_outlive_the_process(tmp_path: Path) -> None:
    clock = StoppedClock()
    async with hub_with(tmp_path, PressRoom("vn.demo"), clock=clock) as hub:
        assert await hub.poller.poll_due() == 1
        await hub.storage.close()
        async with running(tmp_path, hub.sources, clock) as restarted:
            assert await restarted.poller.poll_due() == 0


async def test_that_nothing_changed_is_written_now_and_then_and_not_each_time(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        await hub.poller.poll_due()
        hub.clock.at += 700
        await hub.poller.poll_due()
        assert (await hub.state(source)).last_success == NOON

        hub.poller._written_at -= 5
        hub.clock.at += 700
        await hub.poller.poll_due()
        assert (await hub.state(source)).last_success == NOON + 1_400


async def test_nothing_of_who_is_only_invited_is_polled(tmp_path: Path) -> None:
    room = PressRoom("vn.demo")
    room.states = (Since(state=SeatState.INVITED, since=UnixTime(NOON - 99)),)
    async with hub_with(tmp_path, room) as hub:
        assert await hub.poller.poll_due() == 0
        assert hub.sources[0].served.asked == []


async def until_admitted(hub: Hub, count: int, *, each_look: float = 0) -> None:
    """Look again and again; the hub's clock goes on by ``each_look`` seconds every time."""
    async with asyncio.timeout(PATIENCE):
        while len(await hub.admitted()) < count:
            hub.clock.at += each_look
            await asyncio.sleep(0.02)


async def test_a_slow_source_does_not_keep_others_from_becoming_due(tmp_path: Path) -> None:
    slow_room, quick_room = PressRoom("vn.demo"), PressRoom("tl.demo", seed=2)
    async with hub_with(tmp_path, slow_room, quick_room, header_seconds=30) as hub:
        slow, quick = hub.sources
        slow.served.answers["/signed.atom"] = silent
        quick.publish("storm")
        polling = asyncio.ensure_future(hub.poller.poll_due())
        await until_admitted(hub, 1)
        quick.publish("flood")
        await until_admitted(hub, 2, each_look=20)  # one leap could fall into the end of the first visit
        assert not polling.done()
        assert slow.served.asked == ["/signed.atom"]
        polling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await polling


async def test_an_agency_with_many_feeds_takes_turns_with_the_others(tmp_path: Path) -> None:
    many_room, one_room = PressRoom("id.demo"), PressRoom("tl.demo", seed=2)
    async with hub_with(tmp_path, many_room, one_room, at_once=1) as hub:
        many, one = hub.sources
        feeds = tuple(
            replace(many.feed, id=FeedId(f"id.demo/{number}"), url=many.served.url(f"/{number}"))
            for number in range(5)
        )
        order: list[str] = []
        agencies = dict(hub.registry.agencies)
        agencies[many_room.id] = replace(agencies[many_room.id], feeds=feeds)
        hub.registry = replace(hub.registry, agencies=agencies)
        hub.poller._fetcher = Noting(order)
        assert await hub.poller.poll_due() == 6

        assert order.index(one.feed.url) <= 1


async def test_two_calls_at_once_visit_no_agency_twice(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        visits = await asyncio.gather(hub.poller.poll_due(), hub.poller.poll_due())

        assert sum(visits) == 1
        assert len(source.served.asked) == 1
