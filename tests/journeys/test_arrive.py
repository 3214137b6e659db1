"""None"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from arriving import Hub, hub_with, reasons
from press import FEDERATION, NOON, PressRoom
from raw_server import response

from syndicate.news import Act, Heartbeat, Reason, Slice, StreamName, UnixTime
from syndicate.ports import Validators


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


async def test_an_empty_feed_is_a_good_answer(tmp_path: Path) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        polled = await hub.poller.poll(source.feed)

        assert polled.outcomes == ()
        assert (polled.state.failures, polled.state.last_success, polled.state.last_new) == (0, NOON, None)
