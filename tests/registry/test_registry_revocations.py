from dataclasses import replace

import pytest
from press import DAY, NOON, PressRoom
from signed_registry import entry

from syndicate.news import AgencyKey, KeyStatus, UnixTime
from syndicate.registry import BACK_SECONDS, Revocation
from syndicate.registry._revocations import Known, revoked

ROOM = PressRoom("aa.news")
KEY = ROOM.keys[ROOM.signer.kid]


def known(*entries: Revocation, looked_at: int | None = None) -> Known:
    return Known(entries={}).met(entries, None if looked_at is None else UnixTime(looked_at))


def since(key: AgencyKey, told: Known) -> int | None:
    judged = revoked(key, told)
    return judged.revoked_at if judged.status is KeyStatus.REVOKED else None


@pytest.mark.parametrize(
    ("back", "counts_back"),
    [
        pytest.param(0, 0, id="from now on"),
        pytest.param(BACK_SECONDS - 1, BACK_SECONDS - 1, id="a second less than 30 days"),
        pytest.param(BACK_SECONDS, BACK_SECONDS, id="30 days"),
        pytest.param(BACK_SECONDS + 1, BACK_SECONDS, id="a second more: 30 days count"),
        pytest.param(1_000 * DAY, BACK_SECONDS, id="years: 30 days count"),
    ],
)
def test_one_person_reaches_back_thirty_days(back: int, counts_back: int) -> None:
    told = known(entry(ROOM, revoked_at=NOON - back, entered_at=NOON))
    assert since(KEY, told) == NOON - counts_back


def test_a_revocation_may_lie_in_the_future() -> None:
    assert since(KEY, known(entry(ROOM, revoked_at=NOON + DAY, entered_at=NOON))) == NOON + DAY


def test_who_looked_before_is_not_told_of_a_long_past_entry() -> None:
    """A stolen state key that dates its entry a year back would void a year of news."""
    dated_back = entry(ROOM, revoked_at=NOON - 380 * DAY, entered_at=NOON - 365 * DAY)
    assert since(KEY, known(dated_back, looked_at=NOON)) == NOON - BACK_SECONDS


def test_an_entry_met_before_keeps_its_moment() -> None:
    first = entry(ROOM, revoked_at=NOON - 20 * DAY, entered_at=NOON)
    later = known(first).met([first], UnixTime(NOON + 300 * DAY))
    assert since(KEY, later) == NOON - 20 * DAY


def test_nothing_that_was_known_is_forgotten() -> None:
    first = entry(ROOM, revoked_at=NOON, entered_at=NOON)
    assert since(KEY, known(first).met([], UnixTime(NOON + DAY))) == NOON


def test_of_several_entries_the_earliest_counts_with_its_reason() -> None:
    told = known(
        entry(ROOM, revoked_at=NOON + 5, entered_at=NOON + 9, reason="second thoughts"),
        entry(ROOM, revoked_at=NOON + 4, entered_at=NOON + 9, reason="first"),
    )
    judged = revoked(KEY, told)
    assert (judged.revoked_at, judged.reason) == (NOON + 4, "first")


@pytest.mark.parametrize(
    ("reinstated_at", "counts"),
    [
        pytest.param(NOON - 1, True, id="reinstated before the entry"),
        pytest.param(NOON, False, id="at its very second"),
        pytest.param(NOON + 1, False, id="after it"),
    ],
)
def test_a_state_reinstates_what_was_entered_until_then(reinstated_at: int, *, counts: bool) -> None:
    key = replace(KEY, reinstated_at=UnixTime(reinstated_at))
    assert (since(key, known(entry(ROOM, revoked_at=NOON, entered_at=NOON))) is not None) is counts


def test_a_state_as_a_whole_reaches_back_further() -> None:
    key = replace(KEY, status=KeyStatus.REVOKED, revoked_at=UnixTime(NOON - 90 * DAY), reason="audit")
    told = known(entry(ROOM, revoked_at=NOON, entered_at=NOON))
    assert (since(key, told), revoked(key, told).reason) == (NOON - 90 * DAY, "audit")


def test_one_person_may_date_a_states_revocation_back_within_the_bound() -> None:
    key = replace(KEY, status=KeyStatus.REVOKED, revoked_at=UnixTime(NOON), reason="audit")
    told = known(entry(ROOM, revoked_at=NOON - DAY, entered_at=NOON))
    assert since(key, told) == NOON - DAY


def test_a_key_revoked_for_ever_stays_so() -> None:
    key = replace(KEY, status=KeyStatus.REVOKED, revoked_at=None)
    assert revoked(key, known(entry(ROOM, revoked_at=NOON, entered_at=NOON))) == key


def test_what_is_said_of_one_key_leaves_the_others_alone() -> None:
    other = ROOM.keys[ROOM.successor.kid]
    assert revoked(other, known(entry(ROOM, revoked_at=NOON, entered_at=NOON))) == other
