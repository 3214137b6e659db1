"""States and agencies that join, pause and leave, through a registry that is really signed each time."""

from dataclasses import replace

import pytest
from press import DAY, NOON, PressRoom
from signed_registry import AA, BB, CC, TRIAL, Office, at

from syndicate.ceremony import Papers, RoleSigner, draft, publish
from syndicate.errors import RegistryError
from syndicate.news import Agency, Envelope, Reason, Refused, Registry, SeatState, Since, UnixTime
from syndicate.registry import Refreshed, folder_dial
from syndicate.trust import Verified, verify


def judged(registry: Registry, token: str, when: float) -> Reason | None:
    """Why a token that was received at ``when`` does not count; None if it does."""
    found = verify(Envelope(token=token, source="test"), registry, UnixTime(int(when)))
    if isinstance(found, Verified):
        return None
    assert isinstance(found, Refused)
    return found.reason


def signed(room: PressRoom, name: str, iat: float) -> str:
    return room.publish(name, aud=TRIAL, iat=UnixTime(int(iat)))


def with_states(papers: Registry, agency: Agency, *states: tuple[SeatState, float]) -> Registry:
    seat = tuple(Since(state=state, since=UnixTime(int(since))) for state, since in states)
    return replace(
        papers,
        agencies={**papers.agencies, agency.id: replace(agency, states=(*agency.states, *seat))},
    )


def test_attack_30_an_agency_is_suspended_and_comes_back_and_what_it_said_still_verifies(
    office: Office,
) -> None:
    room = office.rooms[AA]
    agency = office.papers.agencies[room.id]
    before, during, after = (
        signed(room, name, NOON + n * DAY) for n, name in enumerate(("one", "two", "six"))
    )
    office.publish(
        with_states(
            office.papers,
            agency,
            (SeatState.SUSPENDED, NOON + 0.5 * DAY),
            (SeatState.ACTIVE, NOON + 1.5 * DAY),
        )
    )
    registry = office.look().registry
    assert judged(registry, before, NOON) is None
    assert judged(registry, during, NOON + DAY) is Reason.AGENCY_SUSPENDED
    assert judged(registry, after, NOON + 2 * DAY) is None
    assert judged(registry, before, NOON + 2 * DAY) is None


def test_attack_30_a_whole_state_leaves_and_what_it_said_still_verifies(office: Office) -> None:
    """All agree that a state is suspended: its agencies fall silent, its past stands, the others go on."""
    token, later = (signed(office.rooms[AA], name, NOON + n * DAY) for n, name in enumerate(("one", "two")))
    other = signed(office.rooms[BB], "one", NOON + DAY)
    member = office.papers.members[AA]
    left = replace(member, states=(Since(state=SeatState.SUSPENDED, since=UnixTime(NOON + DAY // 2)),))
    office.publish(replace(office.papers, members={**office.papers.members, AA: left}))
    registry = office.look().registry
    assert judged(registry, token, NOON) is None
    assert judged(registry, later, NOON + DAY) is Reason.AGENCY_SUSPENDED
    assert judged(registry, other, NOON + DAY) is None


def test_attack_30_an_agency_counts_from_the_moment_it_joins(office: Office) -> None:
    room = office.rooms[CC]
    agency = replace(office.papers.agencies[room.id], states=())
    office.publish(with_states(office.papers, agency, (SeatState.ACTIVE, NOON + DAY)))
    registry = office.look().registry
    assert judged(registry, signed(room, "one", NOON), NOON) is Reason.AGENCY_NOT_ENROLLED
    assert judged(registry, signed(room, "two", NOON + DAY), NOON + DAY) is None


def test_attack_30_a_state_that_suspends_anothers_agency_changes_nothing(office: Office) -> None:
    """A state may suspend its own agencies; what it says of others is left out, and told."""
    foreign = office.papers.agencies[office.rooms[BB].id]
    hostile = replace(foreign, states=(Since(state=SeatState.SUSPENDED, since=UnixTime(0)),))
    papers = replace(
        office.papers, agencies={**office.papers.agencies, foreign.id: hostile}, stage="rehearsal"
    )
    made = draft(Papers(registry=papers, roles=office.people.roles), office.published, at(office.now))
    assert set(made.metadata) == {"bb"}, "only bb can say so"
    for signer in office.people.states[AA]:
        made.metadata["bb"].sign(RoleSigner(signer), append=True)
    with pytest.raises(RegistryError, match="bb was signed by 0/2 keys"):
        publish(made, office.published, office.people.operator, at(office.now))
    assert judged(office.look().registry, signed(office.rooms[BB], "one", NOON), NOON) is None


def test_what_is_disowned_is_neither_kept_nor_served(office: Office) -> None:
    """Ministries name another root than the one in use: what verified under it is not passed on."""

    def disown(_: Refreshed) -> None:
        raise RegistryError("the ministries name another root")

    client, where = office.client(), folder_dial(office.published.folder)
    with pytest.raises(RegistryError, match="the ministries name another root"):
        client.refresh(where, office.now, disown)
    assert not client.mirror.exists()
    assert client.recall(office.now) is None
    assert client.refresh(where, office.now).problems == ()
