"""Trouble of our own: a database that is away for a while, a full roster, changes midway."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest
from delivering import AT_ONCE, OK, Sink, Works, reached, subscriber
from kept import keep, published
from patience import PATIENCE
from press import NOON, PressRoom
from raw_server import response

from syndicate.deliver import Roster
from syndicate.errors import DeliverError, StorageError
from syndicate.ports import Storage, SubscriberState


def broken_once(call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    """The same, but that the first call fails."""
    calls = 0

    async def call_it(*words: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise StorageError("the disk is away")
        return await call(*words)

    return call_it


async def test_what_is_new_is_read_when_the_disk_is_back(
    works: Works, sink: Sink, storage: Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.deliver._worker._AGAIN_SECONDS", 0.001)
    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        monkeypatch.setattr(delivery.deliverer._storage, "page", broken_once(storage.page))
        await keep(storage, *published(PressRoom("vn.demo", seed=1), "a"))
        await storage.seal(NOON + 5)
        delivery.wakeup.ring()
        assert await sink.until_told(1) == [0]


async def test_who_lags_behind_is_told_when_the_disk_is_back(
    works: Works, sink: Sink, storage: Storage, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    await keep(storage, *published(PressRoom("vn.demo", seed=1), "a"))
    await storage.seal(NOON)
    await storage.subscribers.put(subscriber(sink.url()))
    monkeypatch.setattr(storage, "page", broken_once(storage.page))
    async with works():
        assert await sink.until_told(1) == [0]
    assert "a subscriber cannot be told right now: the disk is away" in caplog.text


async def test_what_cannot_be_written_at_the_end_is_told_again(
    works: Works, sink: Sink, storage: Storage, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    async def away(*_: object) -> None:
        raise StorageError("the disk is away")

    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        record = storage.subscribers.record
        monkeypatch.setattr(storage.subscribers, "record", away)
        await delivery.publish("a")
        await sink.until_told(1)
        async with asyncio.timeout(PATIENCE):
            while not delivery.deliverer.tally.acknowledged:  # noqa: ASYNC110 - no event of its own
                await asyncio.sleep(0)
    assert "is not written down" in caplog.text
    monkeypatch.setattr(storage.subscribers, "record", record)
    async with works():
        assert await sink.until_told(2) == [0, 0]
    assert len({each.id for each in sink.messages}) == 1


async def test_who_is_paused_or_ended_is_not_told_when_the_hub_starts(
    works: Works, sink: Sink, storage: Storage
) -> None:
    await keep(storage, *published(PressRoom("vn.demo", seed=1), "a"))
    await storage.seal(NOON)
    for state in SubscriberState:
        await storage.subscribers.put(subscriber(sink.url(f"/{state}"), state, state=state))
    async with works() as delivery:
        await delivery.until("active", reached(0))
    assert {each.path for each in sink.messages} == {"/active"}


async def test_who_is_removed_or_changed_while_in_line_is_told_nothing_old(works: Works, sink: Sink) -> None:
    go = asyncio.Event()

    async def when_told(writer: asyncio.StreamWriter) -> None:
        await go.wait()
        writer.write(OK)
        await writer.drain()

    sink.answers["/first"] = [when_told]
    async with works(limits=replace(AT_ONCE, per_host=1)) as delivery:
        await delivery.roster.add(subscriber(sink.url("/first"), "first"))
        await delivery.publish("a")
        await sink.until_told(1, "/first")
        for name in ("gone", "moved", "last"):
            await delivery.roster.add(subscriber(sink.url(f"/{name}"), name))
        await delivery.roster.remove("gone")
        await delivery.roster.change("moved", callback=sink.url("/new"))
        go.set()
        await sink.until_told(1, "/last")
        await sink.until_told(1, "/new")
    assert (sink.at("/gone"), sink.at("/moved")) == ([], [])


async def test_a_failure_of_one_that_was_paused_meanwhile_leaves_it_as_it_was_put(
    works: Works, sink: Sink
) -> None:
    go = asyncio.Event()

    async def refuse(writer: asyncio.StreamWriter) -> None:
        await go.wait()
        writer.write(response(status="500 Internal Server Error"))
        await writer.drain()

    sink.answers["/hook"] = [refuse]
    async with works() as delivery:
        await delivery.roster.add(subscriber(sink.url()))
        await delivery.publish("a")
        await sink.until_told(1)
        await delivery.roster.change("ZGVzaw", state=SubscriberState.PAUSED, reason="asked")
        go.set()
        kept = await delivery.until("ZGVzaw", lambda each: each.tried == 0)
    assert (kept.state, kept.reason, kept.failures) == (SubscriberState.PAUSED, "asked", 0)


async def test_there_is_an_end_to_how_many_may_subscribe(storage: Storage) -> None:
    roster = Roster(storage, most=2)
    for name in ("one", "two"):
        await roster.add(subscriber(f"https://{name}.example/", name))
    with pytest.raises(DeliverError, match="no room for more"):
        await roster.add(subscriber("https://three.example/", "three"))
    assert roster.counts() == {"active": 2, "paused": 0, "ended": 0}
    assert len(await storage.subscribers.all()) == 2
