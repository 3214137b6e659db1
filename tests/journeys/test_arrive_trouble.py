"""Trouble while fetching: a process that dies, a bug, a full disk, a source that never ends."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import pytest
from arriving import StoppedClock, hub_with, reasons, running, silent
from patience import leap, until
from press import PressRoom
from raw_server import response

from syndicate.errors import StorageError
from syndicate.journey import Poller
from syndicate.news import Envelope, Outcome, Reason
from syndicate.ports import FetchFault, FetchOutcome, Storage, Validators


class DiesAtAdmission:
    """Admission in a process that ends just then."""

    async def admit(self, envelopes: Sequence[Envelope]) -> tuple[Outcome, ...]:
        raise StorageError("the disk is full")


async def test_nothing_is_lost_when_the_process_dies_before_admission(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        dying = Poller(hub.poller._fetcher, hub.storage, DiesAtAdmission(), lambda: hub.registry, hub.clock)
        with pytest.raises(StorageError):
            await dying.poll(source.feed)
        assert await hub.storage.feed_states() == {}
        # The same poller goes on asking for the whole document too.
        with pytest.raises(StorageError):
            await dying.poll(source.feed)
        assert "if-none-match" not in source.served.headers[-1]

        assert reasons((await hub.poller.poll(source.feed)).outcomes) == ["Admitted"]


async def test_nothing_is_doubled_when_the_process_dies_after_admission(tmp_path: Path) -> None:
    clock = StoppedClock()
    async with hub_with(tmp_path, PressRoom("vn.demo"), clock=clock) as hub:
        (source,) = hub.sources
        source.publish("storm")
        await hub.poller._recall()
        await hub.poller._visit(source.feed)  # admitted; what is remembered of the feed is not yet written
        await hub.storage.close()
        async with running(tmp_path, hub.sources, clock) as restarted:
            polled = await restarted.poller.poll(source.feed)

            assert reasons(polled.outcomes) == ["Known"]
            assert len(await restarted.admitted()) == 1


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"<feed>" * 2_000)
        await writer.drain()


async def test_bad_sources_never_stop_another(tmp_path: Path) -> None:
    rooms = [
        PressRoom(f"{member}.demo", seed=seed)
        for seed, member in enumerate(("vn", "th", "la", "kh", "tl"), 1)
    ]
    async with hub_with(tmp_path, *rooms, header_seconds=1_000.0) as hub:
        hang, endless, junk, down, good = hub.sources
        hang.served.answers["/signed.atom"] = silent
        endless.served.answers["/signed.atom"] = _endless
        junk.served.answers["/signed.atom"] = response(b"%PDF-1.7")
        down.served.answers["/signed.atom"] = response(b"", "500 Internal Server Error")
        good.publish("storm")
        polling = asyncio.create_task(hub.poller.poll_due())
        await until(lambda: hub.poller._busy == {hang.room.id})
        leap(1_000.0)
        assert await polling == 5

        assert await hub.admitted() == ["tl.demo:stormaaaaaaaaaaaaaaaaaaaaa"]
        states = await hub.storage.feed_states()
        assert {state.feed: [error.code for error in state.errors] for state in states.values()} == {
            "vn.demo/main": [FetchFault.TIMEOUT],
            "th.demo/main": [FetchFault.TOO_LARGE],
            "la.demo/main": [Reason.WIRE_MALFORMED],
            "kh.demo/main": [FetchFault.STATUS],
            "tl.demo/main": [],
        }


class Buggy:
    """A fetcher with a bug that one address brings out."""

    def __init__(self, fetcher: Any, url: str) -> None:
        self._fetcher = fetcher
        self._url = url

    async def fetch(self, url: str, validators: Validators | None = None) -> FetchOutcome:
        if url == self._url:
            raise LookupError("a bug of ours")
        return cast("FetchOutcome", await self._fetcher.fetch(url, validators))


async def test_a_bug_that_one_source_brings_out_is_logged_recorded_and_stays_with_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo"), PressRoom("tl.demo", seed=2)) as hub:
        bad, good = hub.sources
        good.publish("storm")
        hub.poller._fetcher = Buggy(hub.poller._fetcher, bad.feed.url)
        assert await hub.poller.poll_due() == 2

        assert len(await hub.admitted()) == 1
        (error,) = (await hub.state(bad)).errors
        assert (error.code, error.detail) == ("poll-crashed", "an error of the hub (LookupError)")
        (logged,) = [record for record in caplog.records if record.levelno == logging.ERROR]
        assert logged.exc_info is not None
        assert "a bug of ours" in str(logged.exc_info[1])


class FullDisk:
    """A storage whose disk is full while it is told so; everything else is the real one's."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self.full = True

    async def write(self, work: Callable[[Any], Any]) -> Any:
        if self.full:
            raise StorageError("the disk is full")
        return await self._storage.write(work)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._storage, name)


async def test_a_full_disk_loses_nothing_and_heals(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        disk = FullDisk(hub.storage)
        hub.poller._storage = cast("Storage", disk)
        hub.admission._storage = cast("Storage", disk)
        assert await hub.poller.poll_due() == 1
        assert await hub.admitted() == []
        assert "cannot be written" in caplog.text

        disk.full = False
        hub.clock.at += 60
        assert await hub.poller.poll_due() == 1
        assert len(await hub.admitted()) == 1
        assert (await hub.state(source)).failures == 0


async def test_the_newest_25_different_errors_are_remembered(tmp_path: Path) -> None:
    room = PressRoom("vn.demo")
    async with hub_with(tmp_path, room) as hub:
        (source,) = hub.sources
        for status in range(400, 440):
            source.served.answers["/signed.atom"] = response(b"", f"{status} No")
            for _ in range(2):
                await hub.poller.poll(source.feed)
        errors = (await hub.state(source)).errors

        assert len(errors) == 25
        assert errors[0].detail == "answered 439 and no document"
        assert len({error.detail for error in errors}) == 25
