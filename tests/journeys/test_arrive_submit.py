"""Attack 34, submit: flooding must cost whoever floods, and nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path
from string import ascii_lowercase

import pytest
from arriving import Hub, hub_with, registry_of
from press import NOON, PressRoom

from syndicate.journey import SubmissionDesk, SubmitLimits
from syndicate.news import Admitted, Held, KeyStatus, Outcome, Reason, Refused, UnixTime, limits, rfc3339


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    async with hub_with(tmp_path, PressRoom("vn.demo"), PressRoom("tl.demo", seed=2)) as opened:
        yield opened


def desk_of(hub: Hub, **bounds: float) -> SubmissionDesk:
    limits = SubmitLimits(**bounds)  # type: ignore[arg-type]  # whole numbers where they are asked for
    return SubmissionDesk(hub.admission, lambda: hub.registry, hub.clock, limits)


async def judged(desk: SubmissionDesk, *tokens: str) -> list[str]:
    outcomes = await desk.submit(tokens)
    assert not isinstance(outcomes, Refused)
    return [_word(outcome) for outcome in outcomes]


def _word(outcome: Outcome) -> str:
    return outcome.reason.value if isinstance(outcome, Refused) else type(outcome).__name__


def names(count: int, prefix: str = "") -> list[str]:
    return [prefix + ascii_lowercase[n // 26] + ascii_lowercase[n % 26] for n in range(count)]


def publish(room: PressRoom, count: int, prefix: str = "") -> list[str]:
    return [room.publish(name) for name in names(count, prefix)]


def junk(token: str, count: int) -> list[str]:
    """Tokens that carry the header of a real one, and nothing that its agency signed."""
    header, payload, signature = token.split(".")
    return [f"{header}.{payload}.{'A' * n}{signature[n:]}" for n in range(4, 4 + count)]


async def test_what_is_acknowledged_is_on_the_disk_and_told_in_order(hub: Hub) -> None:
    vn, tl = (source.room for source in hub.sources)
    tokens = [vn.publish("storm"), "not a token", tl.publish("flood"), "ữ.ữ.ữ"]
    outcomes = await desk_of(hub).submit([*tokens, tokens[0]])

    assert not isinstance(outcomes, Refused)
    assert [_word(outcome) for outcome in outcomes] == [
        "Admitted",
        "token-malformed",
        "Admitted",
        "token-malformed",
        "Known",
    ]
    digests = [outcome.digest for outcome in outcomes if isinstance(outcome, Admitted) and outcome.digest]
    assert await hub.storage.known(digests) == set(digests)


async def test_a_submission_that_is_too_long_is_refused_as_a_whole(hub: Hub) -> None:
    room = hub.sources[0].room
    token = room.publish("storm")
    desk = desk_of(hub)
    refused = await desk.submit([token] + ["x"] * limits.FEED_ENTRIES)

    assert isinstance(refused, Refused)
    assert refused.reason is Reason.WIRE_TOO_MANY
    assert await hub.admitted() == []
    outcomes = await desk.submit([token] + ["x"] * (limits.FEED_ENTRIES - 1))
    assert not isinstance(outcomes, Refused)
    assert isinstance(outcomes[0], Admitted)


async def test_an_empty_submission_is_nothing(hub: Hub) -> None:
    assert await desk_of(hub).submit([]) == ()


async def test_attack_34_an_agency_that_floods_is_told_to_wait_and_then_heard_again(hub: Hub) -> None:
    room = hub.sources[0].room
    desk = desk_of(hub, burst=3, per_second=0.5)
    assert await judged(desk, *publish(room, 3)) == ["Admitted"] * 3
    late = publish(room, 1, "late")
    outcomes = await desk.submit(late)

    assert not isinstance(outcomes, Refused)
    (refused,) = outcomes
    assert isinstance(refused, Refused)
    assert (refused.reason, refused.agency) == (Reason.RATE_LIMITED, "vn.demo")
    assert "again in 3 seconds" in refused.detail
    hub.clock.at += 1.9
    assert await judged(desk, *late) == ["rate-limited"]
    hub.clock.at += 0.1
    assert await judged(desk, *late) == ["Admitted"]


async def test_attack_34_one_agencys_flood_is_not_felt_by_another(hub: Hub) -> None:
    vn, tl = (source.room for source in hub.sources)
    desk = desk_of(hub, burst=5)
    await desk.submit(publish(vn, 40))
    assert await judged(desk, vn.publish("more"), tl.publish("storm")) == ["rate-limited", "Admitted"]


async def test_attack_34_whoever_floods_with_a_stolen_key_does_not_silence_its_successor(hub: Hub) -> None:
    room = hub.sources[0].room
    desk = desk_of(hub, burst=5)
    room.change_key(room.signer, status=KeyStatus.REVOKED, revoked_at=UnixTime(NOON - 1))
    hub.registry = registry_of(hub.sources, "2")
    stolen = [room.token(room.item(name)) for name in names(20)]
    assert await judged(desk, *stolen) == ["key-revoked"] * 20
    assert await judged(desk, room.token(room.item("more"))) == ["rate-limited"]
    floor = room.publish("floor", signer=room.successor, seq=1_002, prev=None)
    assert await judged(desk, floor) == ["Admitted"]


async def test_attack_34_junk_that_names_a_public_key_costs_its_agency_nothing(hub: Hub) -> None:
    room = hub.sources[0].room
    desk = desk_of(hub, burst=5)
    sample = room.token(room.item("sample"))
    assert set(await judged(desk, *junk(sample, 60))) == {"signature-bad"}
    assert await judged(desk, *publish(room, 5)) == ["Admitted"] * 5


async def test_attack_34_tokens_copied_from_public_feeds_cost_their_agency_nothing(hub: Hub) -> None:
    room = hub.sources[0].room
    desk = desk_of(hub, burst=6)
    public = publish(room, 5)
    assert await judged(desk, *public) == ["Admitted"] * 5
    for _ in range(5):
        assert await judged(desk, *public) == ["Known"] * 5
    assert await judged(desk, room.publish("storm")) == ["Admitted"]


async def test_attack_34_a_signed_token_that_is_refused_is_charged_once_however_often_it_is_sent(
    hub: Hub,
) -> None:
    room = hub.sources[0].room
    desk = desk_of(hub, burst=3)
    ahead = room.token(room.item("ahead", iat=UnixTime(NOON + 900)))
    for _ in range(20):
        assert await judged(desk, ahead) == ["clock-ahead"]
    assert await judged(desk, room.publish("storm")) == ["Admitted"]


async def test_signed_tokens_that_are_held_or_refused_are_charged_like_others(hub: Hub) -> None:
    room = hub.sources[0].room
    desk = desk_of(hub, burst=4)
    fork = room.token(room.item("fork"))
    outcomes = await desk.submit([room.publish("storm"), fork])
    assert not isinstance(outcomes, Refused)
    assert [type(outcome) for outcome in outcomes] == [Admitted, Held]
    refused = [room.token(room.item(name, iat=UnixTime(NOON + 900))) for name in names(2)]
    assert await judged(desk, *refused) == ["clock-ahead"] * 2
    assert await judged(desk, room.publish("more")) == ["rate-limited"]


async def test_a_token_that_was_turned_away_is_neither_kept_nor_counted(hub: Hub) -> None:
    room = hub.sources[0].room
    desk = desk_of(hub, burst=1)
    await desk.submit(publish(room, 1))
    await desk.submit(publish(room, 30, "b"))
    await desk.submit(publish(room, 30, "c"))
    assert [record.reason for record in await hub.storage.refusals()] == []


async def test_a_debt_is_never_longer_than_a_full_allowance(hub: Hub) -> None:
    room = hub.sources[0].room
    desk = desk_of(hub, burst=10, per_second=1.0)
    await desk.submit(publish(room, 100))
    hub.clock.at += 11
    assert await judged(desk, room.publish("after")) == ["Admitted"]


async def test_a_clock_that_is_set_back_gives_nothing_and_locks_nobody_out(hub: Hub) -> None:
    room = hub.sources[0].room
    desk = desk_of(hub, burst=1, per_second=1.0)
    await desk.submit(publish(room, 1))
    hub.clock.at -= 1_000
    then = rfc3339(NOON - 1_000)
    late = room.publish("late", iat=UnixTime(NOON - 1_000), published=then, updated=then)
    assert await judged(desk, late) == ["rate-limited"]
    hub.clock.at += 2
    assert await judged(desk, late) == ["Admitted"]


async def test_keys_that_nobody_knows_are_refused_and_charge_nobody(hub: Hub) -> None:
    stranger = PressRoom("xx.demo", seed=9)
    assert set(await judged(desk_of(hub, burst=1), *publish(stranger, 20))) == {"key-unknown"}


async def test_what_is_remembered_as_charged_is_bounded(hub: Hub) -> None:
    room = hub.sources[0].room
    desk = desk_of(hub, charged=5)
    await desk.submit(publish(room, 20))
    assert len(desk._charged) == 5


async def test_a_new_registry_is_heeded_at_once(hub: Hub) -> None:
    room = hub.sources[0].room
    desk = desk_of(hub, burst=1)
    await desk.submit(publish(room, 1))
    assert await judged(desk, room.publish("more")) == ["rate-limited"]
    hub.registry = registry_of([hub.sources[1]], version="2")
    assert await judged(desk, room.publish("again")) == ["key-unknown"]
