"""Streams as they are admitted: gaps, forks and what is held, heartbeats."""

import pytest
from admitting import MAIN, Hub, heard, heartbeat, kinds, reasons
from press import DAY, NOON, PressRoom

from syndicate.errors import StorageError
from syndicate.journey import Admission
from syndicate.news import Admitted, Known, Mark, Reason, StreamName, digest_of
from syndicate.ports import Storage


@pytest.fixture
def hub(storage: Storage, vn: PressRoom, th: PressRoom) -> Hub:
    return Hub(storage, vn, th)


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
