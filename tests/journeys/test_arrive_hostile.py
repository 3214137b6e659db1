"""Hostile agencies, publishers and impostors, against the whole way in: feed or push, to the one order."""

from pathlib import Path

import pytest
from arriving import hub_with
from press import PressRoom
from raw_server import response

from syndicate.journey import SubmissionDesk
from syndicate.news import Admitted, Known, Mark, Outcome, Reason, Refused

BOMB = '<!DOCTYPE feed [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;">]>'
FILE = '<!DOCTYPE feed [<!ENTITY b SYSTEM "file:///etc/passwd">]>'


def word(outcome: Outcome) -> str:
    return outcome.reason.value if isinstance(outcome, Refused) else type(outcome).__name__


async def test_attack_4_an_agency_cannot_publish_in_anothers_name_whatever_it_serves(tmp_path: Path) -> None:
    vn, tl = PressRoom("vn.demo"), PressRoom("tl.demo", seed=2)
    async with hub_with(tmp_path, vn, tl) as hub:
        _, theirs = hub.sources
        theirs.tokens.append(vn.token(vn.item("posing"), signer=tl.signer))
        theirs.tokens.append(tl.token(tl.item("speaking", sub=vn.item("storm").sub)))
        polled = await hub.poller.poll(theirs.feed)
        assert {word(outcome) for outcome in polled.outcomes} == {
            Reason.ISSUER_NOT_KEY_OWNER,
            Reason.SUBJECT_FOREIGN,
        }
        # What another agency really signed stays that agency's, whoever carries it.
        theirs.tokens = [vn.publish("storm")]
        theirs.served.answers["/signed.atom"] = response(theirs.document())
        (outcome,) = (await hub.poller.poll(theirs.feed)).outcomes
        assert isinstance(outcome, Admitted)
        assert outcome.agency == "vn.demo"


@pytest.mark.parametrize("doctype", [BOMB, FILE], ids=["an entity bomb", "a file as an entity"])
async def test_attack_24_a_feed_that_declares_entities_brings_nothing_and_costs_the_others_nothing(
    tmp_path: Path, doctype: str
) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo"), PressRoom("tl.demo", seed=2)) as hub:
        bad, good = hub.sources
        bad.publish("storm")
        good.publish("flood")
        body = bad.document().replace(b"</title>", b"&b;</title>", 1)
        begun = body.index(b"<feed")
        bad.served.answers["/signed.atom"] = response(body[:begun] + doctype.encode() + body[begun:])
        await hub.poller.poll_due()
        assert await hub.admitted() == [good.room.item("flood").sub]
        assert [error.code for error in (await hub.state(bad)).errors] == [Reason.WIRE_DOCTYPE]


async def test_attack_20_a_token_wrapped_in_another_entry_spoils_the_document_and_nothing_else(
    tmp_path: Path,
) -> None:
    async with hub_with(tmp_path, PressRoom("vn.demo")) as hub:
        (source,) = hub.sources
        source.publish("storm")
        honest = source.document()
        wrapped = honest.replace(b"<entry", b"<entry><title>No storm</title><entry", 1)
        wrapped = wrapped.replace(b"</entry>", b"</entry></entry>", 1)
        source.served.answers["/signed.atom"] = response(wrapped)
        (refused,) = (await hub.poller.poll(source.feed)).outcomes
        assert word(refused) == Reason.WIRE_TOKEN_MISPLACED
        source.served.answers["/signed.atom"] = response(honest)
        (outcome,) = (await hub.poller.poll(source.feed)).outcomes
        assert isinstance(outcome, Admitted)


async def test_attack_35_an_impostors_altered_copy_is_refused_however_it_is_pushed(tmp_path: Path) -> None:
    vn, impostor = PressRoom("vn.demo"), PressRoom("vn.demo", seed=7)
    look_alike = f"https://news.vn-demo.example.evil.example/{vn.item().sub[-26:]}"
    async with hub_with(tmp_path, vn) as hub:
        desk = SubmissionDesk(hub.admission, lambda: hub.registry, hub.clock)
        true = vn.publish("storm")
        head, _, signature = true.split(".")
        _, payload, _ = vn.token(vn.item("storm", title="Không có bão", seq=1, prev=None)).split(".")
        outcomes = await desk.submit([
            true,
            f"{head}.{payload}.{signature}",
            impostor.token(impostor.item("storm", title="Không có bão", url=look_alike)),
            vn.token(vn.item("copy", url=look_alike)),
            true,
        ])  # fmt: skip
        assert not isinstance(outcomes, Refused)
        assert [word(outcome) for outcome in outcomes] == [
            "Admitted",
            Reason.SIGNATURE_BAD,
            Reason.KEY_UNKNOWN,
            Reason.HOST_NOT_LISTED,
            "Known",
        ]
        assert await hub.admitted() == [vn.item("storm").sub]


async def test_attack_26_a_feed_that_alternates_two_bodies_each_poll_brings_nothing_twice(
    tmp_path: Path,
) -> None:
    room = PressRoom("vn.demo")
    async with hub_with(tmp_path, room) as hub:
        (source,) = hub.sources
        tokens = [source.publish(name) for name in ("a", "b", "c", "d")]
        first: list[Outcome] = []
        for turn in range(6):
            source.tokens = tokens[:2] if turn % 2 else tokens[2:]
            source.served.answers["/signed.atom"] = response(source.document())
            first += (await hub.poller.poll(source.feed)).outcomes
        assert [type(outcome) for outcome in first] == [Admitted] * 4 + [Known] * 8
        marks = [outcome.marks for outcome in first[:4] if isinstance(outcome, Admitted)]
        assert {mark for each in marks for mark in each} == {Mark.GAP, Mark.BACKFILLED}
