from dataclasses import replace

import pytest
from press import DAY, NOON, PressRoom, envelope, registry

from syndicate.client import Verdict, verify_token
from syndicate.news import (
    Held,
    KeyStatus,
    Mark,
    MemberCode,
    Quarantine,
    Reason,
    Refused,
    UnixTime,
    digest_of,
)
from syndicate.trust import Verified, verify

VN = MemberCode("vn")


def judged(room: PressRoom, *, fresh: int | None = None, vouched: int | None = None) -> Verified | Held:
    known = replace(
        registry(room),
        fresh_until=None if fresh is None else UnixTime(fresh),
        vouched_until={} if vouched is None else {VN: UnixTime(vouched)},
    )
    outcome = verify(envelope(room.token(room.item())), known, NOON)
    assert isinstance(outcome, Verified | Held), outcome
    return outcome


def marks(outcome: Verified | Held) -> frozenset[Mark]:
    assert isinstance(outcome, Verified), outcome
    return outcome.marks


@pytest.mark.parametrize("ran_out", [None, NOON + 1, NOON], ids=["never", "in a second", "this very second"])
def test_what_has_not_run_out_marks_nothing(ran_out: int | None) -> None:
    assert marks(judged(PressRoom(), fresh=ran_out, vouched=ran_out)) == frozenset()


@pytest.mark.parametrize("ago", [1, DAY], ids=["a second ago", "a day ago"])
def test_a_registry_that_ran_out_marks_new_items_for_a_day(ago: int) -> None:
    assert marks(judged(PressRoom(), fresh=NOON - ago)) == {Mark.REGISTRY_STALE}


def test_after_that_day_new_items_wait() -> None:
    outcome = judged(PressRoom(), fresh=NOON - DAY - 1)
    assert isinstance(outcome, Held)
    assert (outcome.reason, outcome.agency) == (Reason.REGISTRY_STALE, "vn.demo")
    assert "2026-11-22T11:59:59Z" in outcome.detail


@pytest.mark.parametrize("ago", [1, 30 * DAY], ids=["a second ago", "30 days ago"])
def test_a_member_that_did_not_sign_again_marks_its_items_for_thirty_days(ago: int) -> None:
    assert marks(judged(PressRoom(), vouched=NOON - ago)) == {Mark.ISSUER_STALE}


def test_after_those_days_its_new_items_wait() -> None:
    outcome = judged(PressRoom(), vouched=NOON - 30 * DAY - 1)
    assert isinstance(outcome, Held)
    assert (outcome.reason, outcome.agency) == (Reason.ISSUER_STALE, "vn.demo")
    assert "nobody has vouched for the agencies of vn since 2026-10-24T11:59:59Z" in outcome.detail


def test_what_a_member_signed_and_nobody_can_read_is_not_said_to_have_run_out() -> None:
    outcome = judged(PressRoom(), vouched=0)
    assert isinstance(outcome, Held)
    assert outcome.reason is Reason.ISSUER_STALE
    assert outcome.detail == "what vn signed cannot be read whole: a revocation might not be known here"


def test_both_can_have_run_out() -> None:
    both = {Mark.REGISTRY_STALE, Mark.ISSUER_STALE}
    assert marks(judged(PressRoom(), fresh=NOON - 1, vouched=NOON - 1)) == both


def test_one_member_that_lapsed_leaves_the_others_alone() -> None:
    assert marks(judged(PressRoom("th.demo"), vouched=NOON - 90 * DAY)) == frozenset()


def test_an_agency_in_quarantine_waits_until_the_operator_says_otherwise() -> None:
    room, other = PressRoom(), PressRoom("th.demo", seed=2)
    order = Quarantine(since=UnixTime(NOON - 60), until=UnixTime(NOON + DAY), reason="thirty alerts at once")
    known = replace(registry(room, other), quarantined={room.id: order})
    token = room.token(room.item())
    outcome = verify(envelope(token), known, NOON)
    assert isinstance(outcome, Held)
    assert (outcome.reason, outcome.agency) == (Reason.AGENCY_QUARANTINED, "vn.demo")
    assert outcome.digest == digest_of(token)
    told = "this hub's operator has it wait until 2026-11-24T12:00:00Z: thirty alerts at once"
    assert outcome.detail == told
    assert isinstance(verify(envelope(other.token(other.item())), known, NOON), Verified)


def test_a_revocation_counts_however_stale_the_registry_is() -> None:
    room = PressRoom()
    room.change_key(room.signer, status=KeyStatus.REVOKED, revoked_at=UnixTime(NOON))
    known = replace(registry(room), fresh_until=UnixTime(NOON - 90 * DAY))
    outcome = verify(envelope(room.token(room.item())), known, NOON)
    assert isinstance(outcome, Refused)
    assert outcome.reason is Reason.KEY_REVOKED


def test_whoever_verifies_by_themselves_is_told_not_yet() -> None:
    room = PressRoom()
    known = replace(registry(room), fresh_until=UnixTime(NOON - 2 * DAY))
    report = verify_token(room.token(room.item()), known, now=NOON)
    assert (report.signature, report.issuer, report.ok) == (Verdict.YES, Verdict.NOT_YET, False)
    assert report.reasons == (Reason.REGISTRY_STALE,)
    assert report.item is not None


@pytest.mark.parametrize("day", range(0, 480, 20))
def test_four_hundred_days_without_a_human_act(day: int) -> None:
    """The operator's ticker runs on; every ministry is on holiday. What stops, and when."""
    signed_until = NOON + 400 * DAY
    room = PressRoom()
    room.change_key(room.signer, exp=UnixTime(NOON + 500 * DAY))
    at = NOON + day * DAY
    known = replace(
        registry(room), fresh_until=UnixTime(at + DAY), vouched_until={VN: UnixTime(signed_until)}
    )
    outcome = verify(envelope(room.token(room.item(iat=UnixTime(at)))), known, at)
    if day <= 400:
        assert marks(outcome) == frozenset()  # type: ignore[arg-type]  # it is no Refused, says the line below
    elif day <= 430:
        assert marks(outcome) == {Mark.ISSUER_STALE}  # type: ignore[arg-type]  # as above
    else:
        assert isinstance(outcome, Held)
    assert not isinstance(outcome, Refused)
