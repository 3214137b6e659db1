"""Admission over real storage: what is admitted, known, refused, held, and what stays of each."""

import asyncio
import random
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from kept import HandClock
from patience import PATIENCE
from press import DAY, FEDERATION, NOON, PressRoom, envelope, registry

from syndicate import trust
from syndicate.dedupe import RelatedAs
from syndicate.errors import StorageError
from syndicate.journey import Admission, _admit, _desk
from syndicate.news import (
    Act,
    Admitted,
    Agency,
    Envelope,
    FeedId,
    Heartbeat,
    Held,
    KeyStatus,
    Known,
    Mark,
    Outcome,
    Reason,
    Refused,
    Registry,
    Relation,
    RelationType,
    SignedFeed,
    Slice,
    StreamName,
    UnixTime,
    Unjudged,
    digest_of,
)
from syndicate.ports import Storage

MAIN = StreamName("main")


class Hub:
    """An admission over storage, a registry of these rooms as they are now, and a clock."""

    def __init__(self, storage: Storage, *rooms: PressRoom) -> None:
        self.storage = storage
        self.rooms = rooms
        self.clock = HandClock()
        self.admission = Admission(storage, self.registry, self.clock)

    def registry(self) -> Registry:
        """As ``press`` makes it, and each agency has a feed of its main stream and one of another."""
        plain = registry(*self.rooms)
        agencies = {id_: replace(agency, feeds=feeds_of(agency)) for id_, agency in plain.agencies.items()}
        return replace(plain, agencies=agencies)

    async def admit(self, *tokens: str, source: str = "submit") -> list[Outcome]:
        return list(await self.admission.admit([envelope(token, source) for token in tokens]))

    async def logged(self) -> list[str]:
        """What is sealed, by name and version."""
        await self.storage.seal(self.clock.now())
        page = await self.storage.page(Slice(), -1, 10_000)
        return [f"{each.sub.partition(':')[2].rstrip('a')}/{each.ver}" for each in page]


def feeds_of(agency: Agency) -> tuple[SignedFeed, ...]:
    return tuple(
        SignedFeed(
            id=FeedId(f"{agency.id}/{stream}"), agency=agency.id, url=f"https://{agency.domains[0]}/{stream}.atom",
            format="atom", stream=StreamName(stream), cadence_seconds=60,
        )
        for stream in ("main", "other")
    )  # fmt: skip


@pytest.fixture
def hub(storage: Storage, vn: PressRoom, th: PressRoom) -> Hub:
    return Hub(storage, vn, th)


def kinds(outcomes: list[Outcome]) -> list[str]:
    return [type(outcome).__name__ for outcome in outcomes]


def reasons(outcomes: list[Outcome]) -> list[str]:
    return [outcome.reason if isinstance(outcome, Refused | Held) else "" for outcome in outcomes]


def heartbeat(room: PressRoom, **changes: object) -> str:
    said = Heartbeat(
        aud=FEDERATION, iss=room.id, stream=MAIN, seq=room.seq, prev=room.prev, iat=UnixTime(NOON)
    )
    return room.token(replace(said, **changes))  # type: ignore[arg-type]  # any field of a heartbeat


# --- Known, admitted, refused -------------------------------------------------------------------------


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


# --- Versions -----------------------------------------------------------------------------------------


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


# --- Streams ------------------------------------------------------------------------------------------


async def test_a_gap_is_marked_and_filled_from_the_top_down(hub: Hub, vn: PressRoom) -> None:
    tokens = [vn.publish(name) for name in ("one", "two", "three", "four", "five")]
    (outcome,) = await hub.admit(tokens[4])
    assert isinstance(outcome, Admitted)
    assert outcome.marks == {Mark.GAP}
    filled = await hub.admit(*tokens[:4])
    assert [each.marks for each in filled if isinstance(each, Admitted)] == [frozenset({Mark.BACKFILLED})] * 4
    assert await hub.logged() == [
        "five/1",
        "one/1",
        "two/1",
        "three/1",
        "four/1",
    ]  # judged downwards, kept upwards


async def test_what_fills_a_gap_is_checked_against_the_token_after_it(hub: Hub, vn: PressRoom) -> None:
    tokens = [vn.publish(name) for name in ("one", "two", "three")]
    await hub.admit(tokens[2])
    impostor = vn.token(vn.item("two", seq=2, prev=digest_of(tokens[0]), title="Another"))
    outcomes = await hub.admit(tokens[0], impostor)
    assert reasons(outcomes) == [Reason.STREAM_FORKED, Reason.STREAM_FORKED]


async def test_neighbours_in_one_batch_are_checked_against_each_other(hub: Hub, vn: PressRoom) -> None:
    vn.publish("one")
    two = vn.publish("two")
    broken = vn.token(vn.item("three", prev=digest_of("elsewhere")))
    await hub.admit(two)
    assert reasons(await hub.admit(broken)) == [Reason.STREAM_FORKED]


async def test_attack_17_a_fork_holds_that_stream_and_no_other(
    hub: Hub, vn: PressRoom, th: PressRoom
) -> None:
    one = vn.publish("one")
    rival = vn.token(vn.item("rival", seq=1, prev=None))
    two = vn.publish("two")
    alert = vn.token(vn.item("alert", stream=StreamName("alerts"), seq=1, prev=None))
    outcomes = await hub.admit(one, rival, two, alert, th.publish("thai"))
    assert reasons(outcomes) == ["", Reason.STREAM_FORKED, Reason.STREAM_FORKED, "", ""]
    states = await hub.storage.stream_states(vn.id)
    assert {key[1]: state.forked for key, state in states.items()} == {
        "main": True,
        "alerts": False,
    }
    assert reasons(await hub.admit(two)) == [Reason.STREAM_FORKED]
    held = await hub.storage.write(lambda book: book.held(vn.id))
    assert [token for token, _, _ in held] == [rival, two]
    assert await hub.storage.refusals() == ()


async def test_attack_17_the_successor_lifts_a_fork_and_what_was_held_is_judged_again(
    hub: Hub, vn: PressRoom
) -> None:
    one = vn.publish("one")
    rival = vn.token(vn.item("rival", seq=1, prev=None))
    await hub.admit(one, rival)
    vn.seq, vn.prev = 1_001, None
    back = vn.publish("back", signer=vn.successor, seq=1_002, prev=None)
    after = vn.publish("after", signer=vn.successor)
    assert reasons(await hub.admit(after)) == [Reason.STREAM_FORKED]
    assert kinds(await hub.admit(back)) == ["Admitted"]
    assert await hub.logged() == ["one/1", "back/1", "after/1"]
    # The rival came under the key that has been succeeded: refused now, and told to the agency.
    assert await hub.storage.write(lambda book: book.held(vn.id)) == ()
    (record,) = await hub.storage.refusals(agency=vn.id)
    assert (record.reason, record.evidence) == (Reason.KEY_SUCCEEDED, rival)


async def test_what_was_held_is_judged_as_of_its_first_receipt(hub: Hub, vn: PressRoom) -> None:
    await hub.admit(vn.publish("one"), vn.token(vn.item("rival", seq=1, prev=None)))
    vn.seq, vn.prev = 1_001, None
    back = vn.publish("back", signer=vn.successor, seq=1_002, prev=None)
    after = vn.publish("after", signer=vn.successor)
    await hub.admit(after)
    hub.clock.hands += 2 * DAY
    await hub.admit(back)
    await hub.storage.seal(hub.clock.now())
    logged = await hub.storage.version(vn.item("after").sub, 1)
    assert logged is not None
    assert (logged.received_at, logged.marks) == (NOON + 1, frozenset())


async def test_a_crash_between_lift_and_second_judgement_costs_nothing(
    storage: Storage, hub: Hub, vn: PressRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    await hub.admit(vn.publish("one"), vn.token(vn.item("rival", seq=1, prev=None)))
    vn.seq, vn.prev = 1_001, None
    back = vn.publish("back", signer=vn.successor, seq=1_002, prev=None)
    await hub.admit(vn.publish("after", signer=vn.successor))

    async def crash(_self: object, _agencies: object) -> None:
        raise StorageError("the machine went down here")

    with monkeypatch.context() as crashing:
        crashing.setattr(Admission, "_judge_held", crash)
        with pytest.raises(StorageError):
            await hub.admit(back)
    again = Hub(storage, vn)
    await again.admit(vn.publish("later", signer=vn.successor))
    assert sorted(await again.logged()) == ["after/1", "back/1", "later/1", "one/1"]


async def test_a_number_far_above_the_head_is_held_and_the_stream_goes_on(hub: Hub, vn: PressRoom) -> None:
    one, two = vn.publish("one"), vn.publish("two")
    far = vn.token(vn.item("far", seq=20_000, prev=digest_of("gone")))
    assert reasons(await hub.admit(one, far, two)) == ["", Reason.SEQUENCE_JUMP, ""]
    assert not (await hub.storage.stream_states(vn.id))[vn.id, MAIN].forked


async def test_a_feed_of_newest_first_is_kept_in_the_order_of_signing(hub: Hub, vn: PressRoom) -> None:
    tokens = [vn.publish(name) for name in "bcdefgh"]
    await hub.admit(*reversed(tokens))
    assert await hub.logged() == [f"{name}/1" for name in "bcdefgh"]


# --- Heartbeats ---------------------------------------------------------------------------------------


async def heard(hub: Hub) -> dict[str, int | None]:
    states = await hub.storage.feed_states()
    return {str(feed): state.last_heartbeat for feed, state in states.items()}


async def test_a_heartbeat_that_names_the_head_is_noted_for_the_streams_feeds(
    hub: Hub, vn: PressRoom
) -> None:
    tokens = [heartbeat_ := "", vn.publish("one"), vn.publish("two")]
    tokens[0] = heartbeat_ = heartbeat(vn)
    outcomes = await hub.admit(*tokens)
    assert outcomes[0] == Known(digest=digest_of(heartbeat_))
    assert await heard(hub) == {"vn.demo/main": NOON}
    assert await hub.logged() == ["one/1", "two/1"]


async def test_an_empty_stream_may_say_that_it_lives(hub: Hub, vn: PressRoom) -> None:
    assert kinds(await hub.admit(heartbeat(vn))) == ["Known"]
    assert await heard(hub) == {"vn.demo/main": NOON}
    assert await hub.storage.stream_states(vn.id) == {}


async def test_a_replayed_heartbeat_tells_nothing_new(hub: Hub, vn: PressRoom) -> None:
    await hub.admit(vn.publish("one"))
    await hub.admit(heartbeat(vn, iat=NOON + 200))
    assert await heard(hub) == {"vn.demo/main": NOON + 1}, "not later than it was heard"
    hub.clock.hands += DAY
    await hub.admit(heartbeat(vn, iat=NOON))
    assert await heard(hub) == {"vn.demo/main": NOON + 1}


@pytest.mark.parametrize("ahead", [True, False], ids=["tokens have not come", "it is an old one"])
async def test_a_heartbeat_of_another_head_changes_nothing(hub: Hub, vn: PressRoom, ahead: bool) -> None:
    first = vn.publish("one")
    old = heartbeat(vn)
    second = vn.publish("two")
    await hub.admit(*([first] if ahead else [first, second]))
    states = await hub.storage.stream_states(vn.id)
    assert kinds(await hub.admit(heartbeat(vn) if ahead else old)) == ["Known"]
    assert await heard(hub) == {}
    assert await hub.storage.stream_states(vn.id) == states


@pytest.mark.parametrize("at", [1, 2], ids=["below the head", "at the head"])
async def test_a_heartbeat_that_names_another_token_forks_the_stream(
    hub: Hub, vn: PressRoom, at: int
) -> None:
    await hub.admit(vn.publish("one"), vn.publish("two"))
    liar = heartbeat(vn, seq=at, prev=digest_of("another"))
    assert reasons(await hub.admit(liar)) == [Reason.STREAM_FORKED]
    assert (await hub.storage.stream_states(vn.id))[vn.id, MAIN].forked
    (record,) = await hub.storage.refusals()
    assert record.evidence == liar
    assert reasons(await hub.admit(vn.publish("three"))) == [Reason.STREAM_FORKED]


async def test_a_succeeded_key_cannot_fork_by_heartbeat(hub: Hub, vn: PressRoom) -> None:
    await hub.admit(vn.publish("one"), vn.publish("two", signer=vn.successor))
    assert reasons(await hub.admit(heartbeat(vn, prev=digest_of("another")))) == [Reason.KEY_SUCCEEDED]
    assert not (await hub.storage.stream_states(vn.id))[vn.id, MAIN].forked


# --- Bugs, crowds, order ------------------------------------------------------------------------------


@pytest.mark.parametrize("where", [(_admit, "verify"), (_desk, "place")], ids=["verifying", "placing"])
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

    def buggy(first: object, *rest: object, **more: object) -> object:
        letter = first if isinstance(first, Envelope) else first.envelope  # type: ignore[attr-defined]  # called with either
        if letter.token == tokens[2]:
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
    loop, really, ran_on = asyncio.get_running_loop(), trust.verify, []

    def slowly(*asked: Any) -> Any:
        """Verify, but not before the event loop has done something else."""
        did = threading.Event()
        loop.call_soon_threadsafe(did.set)
        ran_on.append(did.wait(PATIENCE))
        return really(*asked)

    monkeypatch.setattr(_admit, "verify", slowly)
    tokens = [vn.publish(name) for name in "bcdef"]
    assert kinds(await hub.admit(*tokens)) == ["Admitted"] * 5
    assert ran_on == [True] * 5


async def test_two_batches_with_the_same_tokens_at_once_admit_each_once(hub: Hub, vn: PressRoom) -> None:
    tokens = [vn.publish(name) for name in "bcdefgh"]
    first, second = await asyncio.gather(hub.admit(*tokens), hub.admit(*reversed(tokens)))
    assert sorted(kinds(first + second)) == ["Admitted"] * 7 + ["Known"] * 7
    assert await hub.logged() == [f"{name}/1" for name in "bcdefgh"]
