"""Whoever holds a token can judge it: three verdicts and their reasons."""

import json

import pytest
from feed_pages import NOW, Desk
from press import DAY, NOON, PressRoom

from syndicate.client import TokenReport, Verdict, verify_token
from syndicate.news import (
    Act,
    Heartbeat,
    KeyStatus,
    Reason,
    SeatState,
    Since,
    StreamName,
    UnixTime,
    digest_of,
)

YES, NO, NOT_YET = Verdict.YES, Verdict.NO, Verdict.NOT_YET


def verdicts(report: TokenReport) -> tuple[Verdict, Verdict, Verdict]:
    return report.signature, report.issuer, report.log


def test_what_an_agency_signed_is_told_with_its_name_and_its_words() -> None:
    desk = Desk()
    item = desk.rich()
    token = desk.vn.token(item)
    report = verify_token(token, desk.registry, now=NOW)
    assert report.ok
    assert verdicts(report) == (YES, YES, NOT_YET)
    assert (report.agency, report.agency_name) == ("vn.demo", "Demo News Agency")
    assert (report.item, report.act, report.sub, report.digest) == (
        item,
        Act.CORRECT,
        item.sub,
        digest_of(token),
    )
    assert report.reasons == ()


def test_a_report_is_plain_values_for_whoever_prints_it() -> None:
    desk = Desk()
    told = json.loads(json.dumps(verify_token(desk.vn.token(desk.rich()), desk.registry, now=NOW).as_json()))
    assert (told["ok"], told["signature"], told["issuer"], told["log"]) == (True, "yes", "yes", "not yet")
    assert told["item"]["title"] == desk.rich().title
    assert "content" not in told["item"]
    bad = verify_token("a.b.c", desk.registry, now=NOW).as_json()
    assert json.loads(json.dumps(bad))["reasons"] == ["base64-not-canonical"]
    assert bad["item"] is None


def test_a_heartbeat_is_told_as_one() -> None:
    desk = Desk()
    beat = Heartbeat(
        aud=desk.registry.federation,
        iss=desk.vn.id,
        stream=StreamName("main"),
        seq=0,
        prev=None,
        iat=UnixTime(NOON),
    )
    report = verify_token(desk.vn.token(beat), desk.registry, now=NOW)
    assert report.ok
    assert (report.act, report.item, report.sub, report.agency) == (Act.HEARTBEAT, None, None, "vn.demo")
    late = verify_token(desk.vn.token(beat), desk.registry, now=NOON + 400 * DAY)
    assert (late.issuer, late.item, late.act) == (NOT_YET, None, None)


def test_a_forged_or_altered_token_has_no_signature() -> None:
    desk = Desk()
    token = desk.vn.token(desk.vn.item())
    stranger = PressRoom("vn.demo", seed=9)
    for forged, reason in (
        (stranger.token(stranger.item()), Reason.KEY_UNKNOWN),
        (token[:-20] + ("A" if token[-20] != "A" else "B") + token[-19:], Reason.SIGNATURE_BAD),
        (desk.vn.token(b'{"v":1}'), Reason.CLAIM_MISSING),
        ("", Reason.TOKEN_MALFORMED),
        ("é.é.é", Reason.TOKEN_MALFORMED),
    ):
        report = verify_token(forged, desk.registry, now=NOW)
        assert verdicts(report) == (NO, NO, NOT_YET)
        assert not report.ok
        assert report.reasons == (reason,)
        assert report.details[0]
        assert report.item is None


def test_a_signed_token_that_may_not_say_so_keeps_its_signature() -> None:
    desk = Desk()
    report = verify_token(desk.vn.token(desk.vn.item(url="https://copy.example/x")), desk.registry, now=NOW)
    assert verdicts(report) == (YES, NO, NOT_YET)
    assert report.reasons == (Reason.HOST_NOT_LISTED,)
    assert report.item is not None
    assert report.agency_name == "Demo News Agency"
    assert not report.ok


def test_an_item_older_than_its_keys_end_is_not_called_false() -> None:
    desk = Desk()
    token = desk.vn.token(desk.vn.item())
    last = NOON + 307 * DAY
    assert verify_token(token, desk.registry, now=last).issuer is YES
    report = verify_token(token, desk.registry, now=last + 1)
    assert verdicts(report) == (YES, NOT_YET, NOT_YET)
    assert report.reasons == (Reason.KEY_EXPIRED,)
    assert not report.ok


def test_revoked_keys_and_suspended_agencies_may_not_speak() -> None:
    desk = Desk()
    token = desk.vn.token(desk.vn.item())
    desk.vn.change_key(desk.vn.signer, status=KeyStatus.REVOKED, revoked_at=UnixTime(NOON))
    assert verify_token(token, desk.registry, now=NOW).reasons == (Reason.KEY_REVOKED,)
    suspended = Desk()
    suspended.vn.states = (Since(state=SeatState.SUSPENDED, since=UnixTime(0)),)
    assert verify_token(token, suspended.registry, now=NOW).reasons == (Reason.AGENCY_SUSPENDED,)


@pytest.mark.parametrize("now", [NOON - 301, NOON - 10 * 365 * DAY])
def test_a_slow_clock_is_named(now: int) -> None:
    desk = Desk()
    report = verify_token(desk.vn.token(desk.vn.item()), desk.registry, now=now)
    assert report.reasons == (Reason.CLOCK_AHEAD,)
    assert "clock" in report.details[0]
