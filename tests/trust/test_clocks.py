"""Clocks that are off, and the windows of keys and seats (step 10)."""

import pytest
from judging import admitted, judge
from press import DAY, NOON, PressRoom

from syndicate.news import KeyStatus, Mark, Reason, Refused, SeatState, Since, UnixTime
from syndicate.trust import Verified


@pytest.mark.parametrize(
    ("iat", "expected"),
    [
        pytest.param(NOON, frozenset(), id="now"),
        pytest.param(NOON + 300, frozenset(), id="exactly five minutes ahead"),
        pytest.param(NOON + 301, Reason.CLOCK_AHEAD, id="one second more"),
        pytest.param(NOON + 365 * DAY, Reason.CLOCK_AHEAD, id="a year ahead"),
        pytest.param(NOON - 600, frozenset(), id="ten minutes slow"),
        pytest.param(NOON - 3_600, frozenset(), id="exactly an hour late"),
        pytest.param(NOON - 3_601, frozenset({Mark.LATE}), id="one second later"),
        pytest.param(NOON - 365 * DAY, frozenset({Mark.LATE}), id="a year slow"),
    ],
)
def test_attack_15_clocks_that_are_off(iat: int, expected: frozenset[Mark] | Reason) -> None:
    room = PressRoom()
    outcome = judge(room.token(room.item(iat=iat)), room, at=NOON)
    assert (outcome.reason if isinstance(outcome, Refused) else outcome.marks) == expected  # type: ignore[union-attr]  # the row says which
    if isinstance(outcome, Refused):
        assert outcome.detail == f"signed {iat - NOON} seconds ahead of this machine's clock ({NOON})"
        assert outcome.agency == room.id


@pytest.mark.parametrize("claim", ["published", "updated"])
@pytest.mark.parametrize(
    ("date", "taken"),
    [
        pytest.param("1000-01-01T00:00:00Z", True, id="of another age"),
        pytest.param("2026-11-23T12:05:00Z", True, id="exactly five minutes ahead"),
        pytest.param("2026-11-23T12:05:01Z", False, id="one second more"),
        pytest.param("2999-12-31T23:59:59Z", False, id="on top of every reader for ever"),
    ],
)
def test_attack_15_an_item_from_the_future_is_refused(claim: str, date: str, *, taken: bool) -> None:
    room = PressRoom()
    outcome = judge(room.token(room.item(**{claim: date})), room, at=NOON)
    assert isinstance(outcome, Verified) is taken
    if isinstance(outcome, Refused):
        assert (outcome.reason, outcome.agency) == (Reason.CLOCK_AHEAD, room.id)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"nbf": NOON}, frozenset(), id="its first second"),
        pytest.param({"nbf": NOON + 1}, Reason.KEY_NOT_YET_VALID, id="a second before it"),
        pytest.param({"exp": NOON}, frozenset(), id="its last second"),
        pytest.param({"exp": NOON - 1}, frozenset({Mark.LATE}), id="a second after it"),
        pytest.param({"exp": NOON - 7 * DAY}, frozenset({Mark.LATE}), id="the last second of grace"),
        pytest.param({"exp": NOON - 7 * DAY - 1}, Reason.KEY_EXPIRED, id="a second after the grace"),
        pytest.param(
            {"status": KeyStatus.RETIRED, "exp": NOON - 1}, frozenset({Mark.LATE}), id="retired, in grace"
        ),
        pytest.param(
            {"status": KeyStatus.REVOKED, "revoked_at": NOON + 1}, frozenset(), id="revoked a second later"
        ),
        pytest.param({"status": KeyStatus.REVOKED, "revoked_at": NOON}, Reason.KEY_REVOKED, id="revoked now"),
        pytest.param({"status": KeyStatus.REVOKED}, Reason.KEY_REVOKED, id="revoked, nobody says when"),
    ],
)
def test_a_key_counts_within_its_window(
    changes: dict[str, object], expected: frozenset[Mark] | Reason
) -> None:
    room = PressRoom()
    room.change_key(room.signer, **changes)
    outcome = judge(room.token(room.item()), room, at=NOON)
    assert (outcome.reason if isinstance(outcome, Refused) else outcome.marks) == expected  # type: ignore[union-attr]  # the row says which
    assert getattr(outcome, "agency", room.id) == room.id


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (SeatState.ACTIVE, frozenset()),
        (SeatState.CONTESTED, frozenset({Mark.CONTESTED})),
        (SeatState.INVITED, Reason.AGENCY_NOT_ENROLLED),
        (SeatState.OBSERVER, Reason.AGENCY_NOT_ENROLLED),
        (SeatState.SUSPENDED, Reason.AGENCY_SUSPENDED),
        (SeatState.SUCCEEDED, Reason.AGENCY_SUCCEEDED),
    ],
)
def test_an_agency_speaks_as_its_seat_stood_at_the_receipt(
    state: SeatState, expected: frozenset[Mark] | Reason
) -> None:
    room = PressRoom()
    room.states = (*room.states, Since(state=state, since=UnixTime(NOON)))
    outcome = judge(room.token(room.item()), room, at=NOON)
    assert (outcome.reason if isinstance(outcome, Refused) else outcome.marks) == expected  # type: ignore[union-attr]  # the row says which
    assert getattr(outcome, "agency", room.id) == room.id
    before = admitted(room.token(room.item(iat=NOON - 60)), room, at=NOON - 1)
    assert before.marks == frozenset()


def test_a_late_token_of_a_contested_seat_bears_both_marks() -> None:
    room = PressRoom()
    room.states = (*room.states, Since(state=SeatState.CONTESTED, since=UnixTime(NOON - DAY)))
    late = admitted(room.token(room.item(iat=NOON - 3_601)), room, at=NOON)
    assert late.marks == {Mark.LATE, Mark.CONTESTED}
