"""Admission over real storage: what is admitted, known, refused, held, and what stays of each."""

import asyncio
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest
from admitting import Hub, heard, heartbeat, kinds, reasons
from patience import PATIENCE
from press import DAY, NOON, PressRoom

from syndicate.dedupe import RelatedAs
from syndicate.journey import _admit, _desk
from syndicate.news import (
    Act,
    Admitted,
    Envelope,
    Item,
    KeyStatus,
    Known,
    Mark,
    Reason,
    Relation,
    RelationType,
    UnixTime,
    Unjudged,
    digest_of,
)
from syndicate.ports import Storage
from syndicate.trust import _claims, _verify


@pytest.fixture
def hub(storage: Storage, vn: PressRoom, th: PressRoom) -> Hub:
    return Hub(storage, vn, th)


async def test_what_an_agency_signed_is_admitted_as_theirs(hub: Hub, vn: PressRoom) -> None:
    token = vn.publish("one")
    (outcome,) = await hub.admit(token)
    expected = Admitted(sub=vn.item("one").sub, ver=1, agency=vn.id, digest=digest_of(token))
    assert outcome == expected
    assert await hub.logged() == ["one/1"]


async def test_the_same_batch_twice_is_a_no_op(hub: Hub, vn: PressRoom) -> None:
    tokens = [vn.publish(name) for name in ("one", "two")]
    assert kinds(await hub.admit(*tokens)) == ["Admitted", "Admitted"]
    streams = await hub.storage.stream_states(vn.id)
    assert await hub.admit(*tokens) == [Known(digest=digest_of(token)) for token in tokens]
    assert await hub.storage.stream_states(vn.id) == streams
    assert await hub.logged() == ["one/1", "two/1"]


async def test_what_is_known_is_skipped_before_any_cryptography(
    hub: Hub, vn: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = vn.publish("one")
    await hub.admit(token)
    monkeypatch.delattr(_admit, "verify")
    monkeypatch.delattr(_admit, "verify_each")
    assert kinds(await hub.admit(token)) == ["Known"]


async def test_nothing_is_admitted_from_nothing(hub: Hub) -> None:
    assert await hub.admit() == []


async def test_a_token_twice_in_a_batch_is_admitted_once(hub: Hub, vn: PressRoom) -> None:
    token = vn.publish("one")
    assert kinds(await hub.admit(token, token)) == ["Admitted", "Known"]
    assert kinds(await hub.admit("x.y.z", "x.y.z")) == ["Refused", "Refused"]
    (record,) = await hub.storage.refusals()
    assert record.count == 1


async def test_outcomes_stand_in_the_order_of_the_envelopes(hub: Hub, vn: PressRoom) -> None:
    good = [vn.publish(name) for name in ("one", "two", "three")]
    forged = good[0][:-4] + "AAAA"
    outcomes = await hub.admit(good[2], forged, good[0], "no token", good[1])
    assert kinds(outcomes) == ["Admitted", "Refused", "Admitted", "Refused", "Admitted"]
    assert await hub.logged() == ["one/1", "two/1", "three/1"]


async def test_one_bad_token_never_stops_another(hub: Hub, vn: PressRoom, th: PressRoom) -> None:
    bad = [
        "",
        "không phải token",
        "\ud800.x.y",
        "a.b.c",
        "x" * 200_000,
        vn.token(b"not JSON"),
        vn.token(th.item("stolen")),
        vn.token(vn.item("old", aud="other")),
    ]
    outcomes = await hub.admit(*bad, vn.publish("good"))
    assert kinds(outcomes) == ["Refused"] * 8 + ["Admitted"]
    assert len(await hub.storage.refusals()) >= 6


async def test_a_refusal_is_kept_with_its_evidence_and_counted(hub: Hub, vn: PressRoom) -> None:
    forged = vn.publish("one")[:-4] + "AAAA"
    await hub.admit(forged, source="vn.demo/main")
    hub.clock.hands += 600
    await hub.admit(forged, source="vn.demo/main")
    (record,) = await hub.storage.refusals()
    assert (record.reason, record.agency, record.source) == (Reason.SIGNATURE_BAD, vn.id, "vn.demo/main")
    assert (record.evidence, record.digest) == (forged, digest_of(forged))
    assert (record.count, record.first_at, record.last_at) == (2, NOON + 1, NOON + 601)


async def test_the_first_receipt_is_kept_for_ever(hub: Hub, vn: PressRoom) -> None:
    token = vn.publish("one")
    await hub.admit(token)
    hub.clock.hands += 10 * DAY
    await hub.admit(token)
    await hub.storage.seal(hub.clock.now())
    logged = await hub.storage.version(vn.item("one").sub, 1)
    assert logged is not None
    assert (logged.received_at, logged.marks) == (NOON + 1, frozenset())


async def test_late_is_not_forged(hub: Hub, vn: PressRoom) -> None:
    token = vn.publish("one")
    hub.clock.hands += 40 * DAY
    (outcome,) = await hub.admit(token)
    assert isinstance(outcome, Admitted)
    assert outcome.marks == {Mark.LATE}


async def test_the_registry_is_asked_anew_for_each_batch(hub: Hub, vn: PressRoom) -> None:
    first, second = vn.publish("one"), vn.publish("two")
    assert kinds(await hub.admit(first)) == ["Admitted"]
    vn.change_key(vn.signer, status=KeyStatus.REVOKED, revoked_at=UnixTime(NOON))
    assert reasons(await hub.admit(second)) == [Reason.KEY_REVOKED]


async def test_attack_16_a_second_token_for_one_version_is_refused_and_the_first_stands(
    hub: Hub, vn: PressRoom
) -> None:
    first = vn.publish("one")
    altered = vn.publish("one", title="Altered")
    assert reasons(await hub.admit(first, altered)) == ["", Reason.VERSION_TAKEN]
    assert reasons(await hub.admit(altered)) == [Reason.VERSION_TAKEN]
    (record,) = await hub.storage.refusals()
    assert (record.evidence, record.count) == (altered, 2)
    assert (await hub.logged()) == ["one/1"]


async def test_versions_in_one_batch_see_each_other(hub: Hub, vn: PressRoom) -> None:
    one = vn.publish("one")
    two = vn.publish("one", ver=2, act=Act.UPDATE)
    gone = vn.publish("one", ver=3, act=Act.RETRACT, note="Wrong.", content=None)
    after = vn.publish("one", ver=4, act=Act.UPDATE)
    assert reasons(await hub.admit(after, gone, two, one)) == [Reason.ITEM_RETRACTED, "", "", ""]
    assert await hub.logged() == ["one/1", "one/2", "one/3"]


async def test_revisions_and_declared_relations_are_kept(hub: Hub, vn: PressRoom, th: PressRoom) -> None:
    other = th.publish("source")
    declared = (Relation(type=RelationType.DERIVES, sub=th.item("source").sub),)
    one = vn.publish("one", relations=declared)
    two = vn.publish("one", ver=2, act=Act.UPDATE)
    await hub.admit(other, one, two)
    await hub.admit(one, two)
    kept = await hub.storage.relations(vn.item("one").sub)
    assert [(each.ver, each.type, each.to_sub, each.to_ver) for each in kept] == [
        (1, RelatedAs.DERIVES, th.item("source").sub, None),
        (2, RelatedAs.REVISION, vn.item("one").sub, 1),
    ]
    assert len(await hub.storage.relations(th.item("source").sub)) == 1


@pytest.mark.parametrize(
    "where",
    [(_verify, "_opened"), (_claims, "_together"), (_verify, "_judge"), (_desk, "place")],
    ids=["its signature", "its claims", "judging", "placing"],
)
async def test_a_bug_costs_one_token_its_judgement_and_no_other_anything(
    hub: Hub,
    vn: PressRoom,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    where: tuple[object, str],
) -> None:
    module, name = where
    real: Callable[..., object] = getattr(module, name)
    tokens = [vn.publish(each) for each in ("one", "two", "three")]

    def is_third(given: Any) -> Any:
        match given:
            case Envelope(token=token):
                return token == tokens[2]
            case Item(sub=sub):
                return sub == vn.item("three").sub
            case _:
                return given.envelope.token == tokens[2]

    def buggy(first: object, *rest: object, **more: object) -> object:
        if is_third(first):
            raise ZeroDivisionError("a bug of ours")
        return real(first, *rest, **more)

    with monkeypatch.context() as bug:
        bug.setattr(module, name, buggy)
        outcomes = await hub.admit(*tokens)
    assert outcomes[2] == Unjudged(digest=digest_of(tokens[2]))
    assert kinds(outcomes[:2]) == ["Admitted", "Admitted"]
    assert "ZeroDivisionError: a bug of ours" in caplog.text
    assert await hub.storage.refusals() == (), "a bug is not filed as a bad source"
    assert kinds(await hub.admit(*tokens)) == ["Known", "Known", "Admitted"]


async def test_more_than_a_batch_is_placed_as_if_it_were_one(hub: Hub, vn: PressRoom, th: PressRoom) -> None:
    names = [f"{first}{second}z" for first in "bcdefg" for second in "bcdefghijklmnopqrstuvwxyz"]
    tokens = [vn.publish(name) for name in names] + [th.publish(name) for name in names[:20]]
    mixed = [*tokens, heartbeat(vn), "no token"]
    random.Random(7).shuffle(mixed)
    outcomes = await hub.admit(*mixed)
    assert sorted(kinds(outcomes)) == ["Admitted"] * 170 + ["Known", "Refused"]
    assert all(each.marks == frozenset() for each in outcomes if isinstance(each, Admitted))
    assert [each for each in await hub.logged() if each in {f"{name}/1" for name in names}][-150:]
    assert await heard(hub) == {"vn.demo/main": NOON}


async def test_a_flood_from_one_source_does_not_starve_another(
    hub: Hub, vn: PressRoom, th: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_admit, "BATCH", 10)
    flood = [vn.publish(f"{first}{second}z") for first in "bcdefghi" for second in "bcdefghijk"]
    flooding = asyncio.create_task(hub.admit(*flood))
    assert kinds(await hub.admit(th.publish("dili"))) == ["Admitted"]
    assert not flooding.done()
    assert set(kinds(await flooding)) == {"Admitted"}


async def test_the_event_loop_runs_on_while_a_batch_is_verified(
    hub: Hub, vn: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop, really, ran_on = asyncio.get_running_loop(), _verify.verify_each, []

    def slowly(*asked: Any) -> Any:
        """Verify, but not before the event loop has done something else."""
        did = threading.Event()
        loop.call_soon_threadsafe(did.set)
        ran_on.append(did.wait(PATIENCE))
        return really(*asked)

    monkeypatch.setattr(_admit, "verify_each", slowly)
    tokens = [vn.publish(name) for name in "bcdef"]
    assert kinds(await hub.admit(*tokens)) == ["Admitted"] * 5
    assert ran_on == [True]


async def test_two_batches_with_the_same_tokens_at_once_admit_each_once(hub: Hub, vn: PressRoom) -> None:
    tokens = [vn.publish(name) for name in "bcdefgh"]
    first, second = await asyncio.gather(hub.admit(*tokens), hub.admit(*reversed(tokens)))
    assert sorted(kinds(first + second)) == ["Admitted"] * 7 + ["Known"] * 7
    assert await hub.logged() == [f"{name}/1" for name in "bcdefgh"]
