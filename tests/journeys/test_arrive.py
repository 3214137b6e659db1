import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import pytest
from arriving import Hub, StoppedClock, hub_with, registry_of, running
from patience import PATIENCE, leap, until
from press import FEDERATION, NOON, PressRoom
from raw_server import response

from syndicate.errors import StorageError
from syndicate.journey import Poller
from syndicate.news import (
    Act,
    Envelope,
    FeedId,
    Heartbeat,
    Outcome,
    Reason,
    Refused,
    SeatState,
    Since,
    Slice,
    StreamName,
    UnixTime,
)
from syndicate.ports import FetchFault, FetchOutcome, Storage, Unchanged, Validators


def reasons(outcomes: Sequence[Outcome]) -> list[Reason | str]:
    return [
        outcome.reason if isinstance(outcome, Refused) else type(outcome).__name__ for outcome in outcomes
    ]


async def test_what_an_agency_signed_is_admitted_and_its_source_remembered(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        source.publish("flood")
        polled = await hub.poller.poll(source.feed)

        assert reasons(polled.outcomes) == ["Admitted", "Admitted"]
        assert sorted(await hub.admitted()) == [
            "vn.demo:floodaaaaaaaaaaaaaaaaaaaaa",
            "vn.demo:stormaaaaaaaaaaaaaaaaaaaaa",
        ]
        state = await hub.state(source)
        assert polled.state == replace(state, basis=polled.state.basis)
        assert state.validators.etag == '"2-0"'
        assert (state.last_try, state.last_success, state.last_new) == (NOON, NOON, NOON)
        assert NOON + 600 <= state.due_at <= NOON + 660
        assert (state.failures, state.mismatches, state.errors) == (0, 0, ())


async def test_an_unchanged_source_is_asked_conditionally_and_brings_nothing(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        await hub.poller.poll(source.feed)
        hub.clock.at += 700
        polled = await hub.poller.poll(source.feed)

        assert source.served.headers[-1]["if-none-match"] == '"1-0"'
        assert polled.outcomes == ()
        state = await hub.state(source)
        assert (state.last_success, state.last_new) == (NOON + 700, NOON)
        assert state.due_at >= NOON + 1_300


async def test_attack_10_an_old_feed_replayed_brings_zero_new_items(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        for name in ("storm", "flood", "wind"):
            source.publish(name)
        await hub.poller.poll(source.feed)
        before = await hub.admitted()
        source.tokens.pop()  # another ETag, an older document
        hub.clock.at += 86_400
        polled = await hub.poller.poll(source.feed)

        assert reasons(polled.outcomes) == ["Known", "Known"]
        assert await hub.admitted() == before
        assert (await hub.state(source)).last_new == NOON


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


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(
            b"<html><title>Just a moment...</title></html>", Reason.WIRE_UNSUPPORTED, id="a challenge page"
        ),
        pytest.param(b'<!DOCTYPE lolz [<!ENTITY a "a">]><feed/>', Reason.WIRE_DOCTYPE, id="an entity bomb"),
        pytest.param(b"\xff\xfe<feed/>", Reason.WIRE_ENCODING, id="another encoding"),
    ],
)
async def test_a_document_that_is_no_feed_is_refused_with_evidence_and_costs_nothing_that_stands(
    tmp_path: Path, body: bytes, reason: Reason
) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        await hub.poller.poll(source.feed)
        good = await hub.state(source)
        source.served.answers["/signed.atom"] = response(body, ETag='"bad"')
        hub.clock.at += 700
        for _ in range(2):
            polled = await hub.poller.poll(source.feed)

        assert reasons(polled.outcomes) == [reason]
        state = await hub.state(source)
        assert (state.failures, state.last_success) == (2, NOON)
        assert state.validators == good.validators
        assert [error.code for error in state.errors] == [reason]
        (kept,) = await hub.storage.refusals()
        assert (kept.source, kept.reason, kept.agency, kept.count) == ("vn.demo/main", reason, "vn.demo", 2)
        assert kept.evidence == body.decode(errors="replace")
        assert len(await hub.admitted()) == 1


async def test_the_evidence_of_a_refused_document_is_its_beginning(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.served.answers["/signed.atom"] = response("<ນີ້".encode() * 100_000)
        await hub.poller.poll(source.feed)

        (kept,) = await hub.storage.refusals()
        assert kept.evidence == ("<ນີ້" * 2_000)[:4_096]


async def test_a_forged_token_is_refused_beside_the_agencys_own_and_told(
    tmp_path: Path,
) -> None:
    room, thief = PressRoom("vn.demo"), PressRoom("th.demo", seed=2)
    async with hub_with(tmp_path, room) as hub:
        (source,) = hub.sources
        forged = room.token(room.item("flood"), signer=thief.signer)  # a key that the registry does not list
        source.tokens.append(forged)
        source.publish("storm")
        polled = await hub.poller.poll(source.feed)

        assert reasons(polled.outcomes) == ["Admitted", Reason.KEY_UNKNOWN]
        state = await hub.state(source)
        assert [(error.code, error.at) for error in state.errors] == [(Reason.KEY_UNKNOWN, NOON)]
        assert state.failures == 0
        # What will not change is not asked for again.
        await hub.poller.poll(source.feed)
        assert "if-none-match" in source.served.headers[-1]


async def test_attack_27_a_hijacked_host_can_lie_beside_the_tokens_and_is_counted(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        for name in ("storm", "flood", "wind"):
            source.publish(name)
        source.shown[source.tokens[0]] = {"title": "Không có bão"}
        source.shown[source.tokens[1]] = {"url": "https://news.vn-demo.example/other"}
        altered = source.tokens[2].replace(source.tokens[2].split(".")[1][40:44], "AAAA")
        source.tokens.append(altered)
        polled = await hub.poller.poll(source.feed)

        assert reasons(polled.outcomes) == [Reason.SIGNATURE_BAD, "Admitted", "Admitted", "Admitted"]
        assert (await hub.state(source)).mismatches == 2
        titles = {logged.token for logged in await _sealed(hub)}
        assert titles == set(source.tokens[:3])
        # Also when all of it is known: the count is of the last document.
        source.shown.popitem()
        assert (await hub.poller.poll(source.feed)).state.mismatches == 1


async def _sealed(hub: Hub) -> Sequence[Any]:
    await hub.admitted()
    return await hub.storage.page(Slice(), -1, 100)


async def test_a_withdrawn_item_that_says_so_before_its_title_is_no_lie(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        for ver, act in ((2, Act.WITHHOLD), (3, Act.RETRACT)):
            source.publish("storm", ver=ver, act=act, note="Sai số liệu.", content=None)
        polled = await hub.poller.poll(source.feed)

        assert b"[WITHDRAWN]" in source.document()
        assert reasons(polled.outcomes) == ["Admitted"] * 3
        assert polled.state.mismatches == 0
        source.shown[source.tokens[-1]] = {"title": "[WITHDRAWN] Không có bão"}
        assert (await hub.poller.poll(source.feed)).state.mismatches == 1


async def test_a_heartbeat_is_remembered_as_one(tmp_path: Path) -> None:
    room = PressRoom("vn.demo")
    async with hub_with(tmp_path, room) as hub:
        (source,) = hub.sources
        source.publish("storm")
        beat = Heartbeat(
            aud=FEDERATION,
            iss=room.id,
            stream=StreamName("main"),
            seq=room.seq,
            prev=room.prev,
            iat=UnixTime(NOON),
        )
        source.tokens.append(room.token(beat))
        polled = await hub.poller.poll(source.feed)

        assert reasons(polled.outcomes) == ["Known", "Admitted"]
        state = await hub.state(source)
        assert (state.last_heartbeat, state.mismatches) == (NOON, 0)


async def test_entries_without_a_token_are_told(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        bare = source.document().replace(b"</feed>", b"<entry><title>x</title></entry></feed>")
        source.served.answers["/signed.atom"] = response(bare)
        polled = await hub.poller.poll(source.feed)

        assert reasons(polled.outcomes) == ["Admitted"]
        assert [(error.code, error.detail) for error in polled.state.errors] == [
            ("feed-bare-entries", "1 entries carry no token")
        ]


async def test_a_token_from_a_clock_that_is_ahead_is_judged_again_in_time(
    tmp_path: Path,
) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm", iat=UnixTime(NOON + 900))
        polled = await hub.poller.poll(source.feed)
        assert reasons(polled.outcomes) == [Reason.CLOCK_AHEAD]
        assert polled.state.validators == Validators()

        hub.clock.at += 650
        assert reasons((await hub.poller.poll(source.feed)).outcomes) == ["Admitted"]


async def test_under_another_registry_an_unchanged_document_is_read_again(tmp_path: Path) -> None:
    room = PressRoom("vn.demo")
    async with hub_with(tmp_path, room) as hub:
        (source,) = hub.sources
        source.publish("storm")
        enrolled = hub.registry
        hub.registry = replace(enrolled, keys={}, version="0")
        assert reasons((await hub.poller.poll(source.feed)).outcomes) == [Reason.KEY_UNKNOWN]

        hub.registry = enrolled
        assert reasons((await hub.poller.poll(source.feed)).outcomes) == ["Admitted"]


async def test_validators_are_never_sent_to_another_address(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        await hub.poller.poll(source.feed)
        source.served.answers["/moved.atom"] = source.answer
        await hub.poller.poll(replace(source.feed, url=source.served.url("/moved.atom")))

        assert "if-none-match" not in source.served.headers[-1]


async def test_a_source_that_moved_for_good_is_told_and_its_address_kept(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        source.served.answers["/new.atom"] = source.answer
        source.served.answers["/signed.atom"] = response(b"", "301 Moved Permanently", Location="/new.atom")
        for _ in range(2):
            polled = await hub.poller.poll(source.feed)

        assert source.served.asked == ["/signed.atom", "/new.atom"] * 2
        (error,) = (await hub.state(source)).errors
        assert (error.code, source.served.url("/new.atom") in error.detail) == ("feed-moved", True)
        assert polled.state.failures == 0


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


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    while not writer.is_closing():
        writer.write(b"<feed>" * 2_000)
        await writer.drain()


async def _silent(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def test_bad_sources_never_stop_another(tmp_path: Path) -> None:
    rooms = [
        PressRoom(f"{member}.demo", seed=seed)
        for seed, member in enumerate(("vn", "th", "la", "kh", "tl"), 1)
    ]
    async with hub_with(tmp_path, *rooms, header_seconds=1_000.0) as hub:
        hang, endless, junk, down, good = hub.sources
        hang.served.answers["/signed.atom"] = _silent
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
        slow.served.answers["/signed.atom"] = _silent
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


class Noting:
    """A fetcher that notes what it was asked for, and finds nothing new."""

    def __init__(self, order: list[str]) -> None:
        self._order = order

    async def fetch(self, url: str, validators: Validators | None = None) -> FetchOutcome:
        self._order.append(url)
        await asyncio.sleep(0)
        return Unchanged()


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


async def test_two_calls_at_once_visit_no_agency_twice(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        visits = await asyncio.gather(hub.poller.poll_due(), hub.poller.poll_due())

        assert sum(visits) == 1
        assert len(source.served.asked) == 1


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


async def test_an_empty_feed_is_a_good_answer(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        polled = await hub.poller.poll(source.feed)

        assert polled.outcomes == ()
        assert (polled.state.failures, polled.state.last_success, polled.state.last_new) == (0, NOON, None)
