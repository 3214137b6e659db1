"""Every subscriber is told of every version of its slice, in order, at least once."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from delivering import (
    AT_ONCE,
    OK,
    Sink,
    Works,
    at,
    bodies_by_id,
    counted,
    delivering,
    reached,
    subscriber,
)
from kept import HandClock, keep, next_version, published
from patience import PATIENCE
from press import NOON, PressRoom
from raw_server import response

from syndicate.errors import StorageError
from syndicate.news import Act, Kind, MemberCode, Slice
from syndicate.ports import Storage, SubscriberState
from syndicate.trust import recall

BROKEN = response(status="500 Internal Server Error")


async def test_what_is_shown_is_told_in_order_and_written_down(works: Works, sink: Sink) -> None:
    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        await delivery.publish("a", "b")
        await delivery.publish("c")
        assert await sink.until_told(3) == [0, 1, 2]
        kept = await delivery.until("ZGVzaw", reached(2))
    assert (kept.tried, kept.failures, kept.state) == (2, 0, SubscriberState.ACTIVE)
    assert delivery.deliverer.tally.acknowledged == 3


async def test_each_is_told_of_its_slice_and_of_nothing_else(storage: Storage, sink: Sink) -> None:
    vn, th = PressRoom("vn.demo", seed=1), PressRoom("th.demo", seed=2)
    async with delivering(storage, vn, th, allow=[("127.0.0.1", sink.port)]) as delivery:
        slices = {"all": Slice(), "th": Slice(member=MemberCode("th")), "alerts": Slice(kind="alert")}
        for name, slice_ in slices.items():
            await delivery.roster.add(subscriber(sink.url(f"/{name}"), name, slice=slice_))
        await delivery.publish("a", "b", room=vn)
        await delivery.publish("c", room=th)
        await delivery.publish("d", room=vn, kind=Kind.EXPLAINER)
        await delivery.publish("e", room=th)
        assert await sink.until_told(5, "/all") == [0, 1, 2, 3, 4]
        assert await sink.until_told(2, "/th") == [2, 4]
    assert sink.at("/alerts") == []


async def test_it_goes_on_where_it_stood_when_the_hub_starts_again(works: Works, sink: Sink) -> None:
    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        await delivery.publish("a", "b")
        await delivery.until("ZGVzaw", reached(1))
    async with works() as delivery:
        await delivery.publish("c")
        assert await sink.until_told(3) == [0, 1, 2]


async def test_what_came_while_the_hub_was_down_is_told(works: Works, sink: Sink, storage: Storage) -> None:
    room = PressRoom("vn.demo", seed=1)
    await storage.subscribers.put(subscriber(sink.url()))
    await keep(storage, *published(room, *"abcdefghij"))
    await storage.seal(NOON)
    async with works():
        assert await sink.until_told(10) == list(range(10))


async def test_who_begins_in_the_middle_is_not_told_of_what_was_before(works: Works, sink: Sink) -> None:
    async with works() as delivery:
        await delivery.publish("a", "b")
        await delivery.roster.add(subscriber(sink.url(), reached=0))
        assert await sink.until_told(1) == [1]


async def test_what_is_not_acknowledged_comes_again_with_the_same_id_and_the_rest_waits(
    works: Works, sink: Sink
) -> None:
    sink.answers["/hook"] = [BROKEN, BROKEN, OK]
    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        await delivery.publish("a", "b")
        assert await sink.until_told(4) == [0, 0, 0, 1]
        kept = await delivery.until("ZGVzaw", reached(1))
    assert sorted(counted(sink.messages).values()) == [1, 3]
    assert all(len(bodies) == 1 for bodies in bodies_by_id(sink.messages).values())
    assert (kept.failures, kept.reason) == (0, "")


async def test_a_crash_repeats_what_was_not_written_down_and_loses_nothing(
    works: Works, sink: Sink, storage: Storage
) -> None:
    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        await delivery.publish("a", "b", "c")
        await sink.until_told(3)
    (kept,) = await storage.subscribers.all()
    await storage.subscribers.put(replace(kept, reached=0))  # as if the rest had never been written
    async with works():
        assert await sink.until_told(5) == [0, 1, 2, 1, 2]
    assert max(counted(sink.messages).values()) == 2


async def test_after_many_failures_it_is_paused_and_resumes_where_it_stood(works: Works, sink: Sink) -> None:
    sink.answers["/hook"] = [OK, BROKEN]
    async with works(limits=replace(AT_ONCE, failures_most=4)) as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        await delivery.publish("a", "b", "c")
        paused = await delivery.until("ZGVzaw", at(SubscriberState.PAUSED))
        assert (paused.reached, paused.tried, paused.failures) == (0, 1, 4)
        assert paused.reason == "4 failures in a row; the last: answered 500"
        assert sink.indices() == [0, 1, 1, 1, 1]
        await delivery.publish("d")  # nobody is told
        sink.answers["/hook"] = [OK]
        afresh: dict[str, Any] = {"state": SubscriberState.ACTIVE, "failures": 0, "next_at": 0.0}
        await delivery.roster.change("ZGVzaw", **afresh)
        assert (await sink.until_told(8))[5:] == [1, 2, 3]


async def test_who_answers_410_is_never_told_again(works: Works, sink: Sink) -> None:
    sink.answers["/hook"] = [response(status="410 Gone")]
    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        await delivery.roster.add(subscriber(sink.url("/other"), "b3RoZXI"))
        await delivery.publish("a")
        ended = await delivery.until("ZGVzaw", at(SubscriberState.ENDED))
        await delivery.publish("b")
        assert await sink.until_told(2, "/other") == [0, 1]
    assert ended.reason == "answered 410: it is gone for good"
    assert sink.indices() == [0]


@pytest.mark.parametrize("status", ["200 OK", "201 Created", "202 Accepted", "204 No Content"])
async def test_every_2xx_acknowledges(works: Works, sink: Sink, status: str) -> None:
    sink.answers["/hook"] = [response(status=status)]
    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        await delivery.publish("a")
        await delivery.until("ZGVzaw", reached(0))


async def test_who_is_paused_or_removed_while_a_message_is_under_way_gets_no_other(
    works: Works, sink: Sink
) -> None:
    go = asyncio.Event()

    async def when_told(writer: asyncio.StreamWriter) -> None:
        await go.wait()
        writer.write(OK)
        await writer.drain()

    sink.answers |= {"/hook": [OK, when_told], "/gone": [OK, when_told]}
    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        await delivery.roster.add(subscriber(sink.url("/gone"), "Z29uZQ"))
        await delivery.publish("a")
        await sink.until(lambda: len(sink.messages) == 2)
        await delivery.publish("b", "c")
        await sink.until(lambda: len(sink.messages) == 4)
        await delivery.roster.change("ZGVzaw", state=SubscriberState.PAUSED, reason="asked")
        await delivery.roster.remove("Z29uZQ")
        go.set()
        paused = await delivery.until("ZGVzaw", reached(1))
        await delivery.roster.add(subscriber(sink.url("/last"), "bGFzdA"))
        await sink.until_told(3, "/last")
    assert (paused.state, paused.reason) == (SubscriberState.PAUSED, "asked")
    assert (sink.indices("/hook"), sink.indices("/gone")) == ([0, 1], [0, 1])
    assert {each.id for each in await delivery.storage.subscribers.all()} == {"ZGVzaw", "bGFzdA"}


async def test_a_new_address_counts_from_the_next_message_on(works: Works, sink: Sink) -> None:
    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        await delivery.publish("a")
        await delivery.until("ZGVzaw", reached(0))
        await delivery.roster.change("ZGVzaw", callback=sink.url("/new"))
        await delivery.publish("b")
        assert await sink.until_told(1, "/new") == [1]


async def test_who_lags_behind_the_window_in_memory_still_gets_everything(works: Works, sink: Sink) -> None:
    go = asyncio.Event()

    async def late(writer: asyncio.StreamWriter) -> None:
        await go.wait()
        writer.write(OK)
        await writer.drain()

    sink.answers["/late"] = [late]
    async with works(limits=replace(AT_ONCE, recent_versions=2)) as delivery:
        await delivery.roster.add(subscriber(sink.url("/late"), "bGF0ZQ"))
        await delivery.roster.add(subscriber(sink.url()))
        for name in "abcdefghijklmnopqrstuvwxy":
            await delivery.publish(name)
        assert await sink.until_told(25) == list(range(25))
        go.set()
        assert await sink.until_told(25, "/late") == list(range(25))


async def test_who_is_idle_for_long_is_told_of_what_comes_at_last(storage: Storage, sink: Sink) -> None:
    vn, th = PressRoom("vn.demo", seed=1), PressRoom("th.demo", seed=2)
    limits = replace(AT_ONCE, recent_versions=2)
    async with delivering(storage, vn, th, allow=[("127.0.0.1", sink.port)], limits=limits) as delivery:
        rare = Slice(member=MemberCode("th"))
        await delivery.roster.add(subscriber(sink.url("/rare"), "cmFyZQ", slice=rare))
        await delivery.roster.add(subscriber(sink.url()))
        for name in "abcdefgh":
            await delivery.publish(name, room=vn)
        await sink.until_told(8)
        await delivery.publish("i", room=th)
        assert await sink.until_told(1, "/rare") == [8]
        for each in delivery.roster:
            await delivery.until(each.id, reached(8))


async def test_many_versions_at_once_are_told_one_by_one(works: Works, sink: Sink) -> None:
    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        names = [f"{first}{second}z" for first in "abcdefghijklmnop" for second in "abcdefghijklmnop"]
        await delivery.publish(*names)
        assert await sink.until_told(256) == list(range(256))


async def test_a_lease_that_ran_out_is_told_nothing_and_misses_nothing_once_renewed(
    works: Works, sink: Sink
) -> None:
    clock = HandClock()
    async with works(clock=clock) as delivery:
        await delivery.roster.add(subscriber(sink.url(), lease_until=NOON + 100))
        await delivery.roster.add(subscriber(sink.url("/other"), "b3RoZXI"))
        await delivery.publish("a")
        await sink.until_told(1)
        clock.hands = NOON + 100
        await delivery.publish("b")
        await sink.until_told(2, "/other")
        await delivery.roster.change("ZGVzaw", lease_until=NOON + 1_000)
        assert await sink.until_told(2) == [0, 1]


@pytest.mark.parametrize("jump", [-365 * 86_400, 365 * 86_400], ids=["a year back", "a year on"])
async def test_a_clock_that_jumps_neither_stalls_nor_floods(works: Works, sink: Sink, jump: int) -> None:
    sink.answers["/hook"] = [OK, BROKEN, BROKEN, OK]
    clock = HandClock()
    async with works(clock=clock) as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        await delivery.publish("a")
        await sink.until_told(1)
        clock.hands += jump
        await delivery.publish("b")
        await sink.until_told(2)
        clock.hands -= jump
        assert await sink.until_told(4) == [0, 1, 1, 1]


async def test_a_wait_that_was_written_down_before_the_clock_was_set_back_is_no_longer_than_its_rung(
    works: Works, sink: Sink, storage: Storage
) -> None:
    room = PressRoom("vn.demo", seed=1)
    await keep(storage, *published(room, "a"))
    await storage.seal(NOON)
    await storage.subscribers.put(subscriber(sink.url(), failures=1, next_at=NOON + 365 * 86_400.0))
    async with works():
        assert await sink.until_told(1) == [0]


async def test_while_nothing_can_be_written_down_nothing_is_sent(
    works: Works, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = asyncio.Event()
    monkeypatch.setattr("syndicate.deliver._worker._AGAIN_SECONDS", 0.001)
    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        record = delivery.storage.subscribers.record
        tries = 0

        async def no_room(*_: object) -> None:
            nonlocal tries
            tries += 1
            full.set()
            raise StorageError("no room left on the disk")

        monkeypatch.setattr(delivery.storage.subscribers, "record", no_room)
        await delivery.publish("a")
        await sink.until_told(1)
        await full.wait()
        await delivery.roster.add(subscriber(sink.url("/other"), "b3RoZXI"))
        before = tries
        async with asyncio.timeout(PATIENCE):
            while tries < before + 3:  # noqa: ASYNC110 - it tries again by itself
                await asyncio.sleep(0)
        assert sink.at("/other") == []
        monkeypatch.setattr(delivery.storage.subscribers, "record", record)
        assert await sink.until_told(1, "/other") == [0]
        await delivery.until("ZGVzaw", reached(0))


async def test_a_bug_with_one_subscriber_stops_nobody_else(
    works: Works, sink: Sink, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url(), lang="tlh"))  # no words of ours in Klingon
        await delivery.roster.add(subscriber(sink.url("/other"), "b3RoZXI"))
        await delivery.publish("a", "b")
        assert await sink.until_told(2, "/other") == [0, 1]
    assert "a bug while telling a subscriber" in caplog.text
    assert sink.at("/hook") == []


async def test_the_figures_count_corrections_withdrawals_and_alerts_and_say_nothing_of_rebuttals(
    works: Works, sink: Sink, storage: Storage, vn: PressRoom
) -> None:
    sink.answers["/bad"] = [BROKEN]
    async with works(limits=replace(AT_ONCE, failures_most=2)) as delivery:
        for path in ("/one", "/two", "/bad"):
            await delivery.roster.add(subscriber(sink.url(path), path[1:]))
        (story,) = await delivery.publish("a")
        (alert,) = await delivery.publish("b", kind=Kind.NOTICE)
        for act in (Act.CORRECT, Act.WITHHOLD, Act.RETRACT):
            item = (
                recall((await storage.page(Slice(), -1, 100))[-1].token) if act is not Act.CORRECT else None
            )
            await keep(storage, next_version(vn, item or recall(story.token), act))
            await storage.seal(NOON + 6)
            delivery.wakeup.ring()
        await sink.until(lambda: len(sink.at("/one")) == len(sink.at("/two")) == 5)
        await delivery.until("bad", at(SubscriberState.PAUSED))
        for name in ("one", "two"):
            await delivery.until(name, reached(4))
    figures = await storage.subscribers.deliveries(-1, 10)
    assert [(each.index, each.what, each.notified, each.acknowledged) for each in figures] == [
        (2, "correct", 2, 2),
        (3, "withhold", 2, 2),
        (4, "retract", 2, 2),
    ]
    assert alert.index == 1
