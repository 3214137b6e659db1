"""Steps 1 to 11: what an agency signed is verified as theirs, and nothing else is."""

import re
from dataclasses import FrozenInstanceError, replace

import pytest
from judging import admitted, claims, judge, refused
from press import NOON, PressRoom, envelope, registry

from syndicate.errors import TrustError
from syndicate.news import FederationId, Heartbeat, Reason, Refused, StreamName, UnixTime, digest_of
from syndicate.signing import ephemeral_signer
from syndicate.trust import Verified, VerifiedHeartbeat, recall, verify


def test_what_an_agency_signed_is_verified_as_theirs() -> None:
    room = PressRoom()
    item = room.item()
    verified = admitted(room.token(item), room)
    assert verified.item == item
    assert verified.kid == room.signer.kid
    assert verified.marks == frozenset()
    assert recall(verified.envelope.token) == item


def test_a_heartbeat_is_verified_without_an_item() -> None:
    room = PressRoom()
    beat = Heartbeat(
        aud=FederationId("demo"), iss=room.id, stream=StreamName("main"), seq=0, prev=None, iat=UnixTime(NOON)
    )
    outcome = judge(room.token(beat), room)
    assert isinstance(outcome, VerifiedHeartbeat)
    assert outcome.beat == beat
    with pytest.raises(TrustError, match="heartbeat"):
        recall(room.token(beat))


@pytest.mark.parametrize(
    ("seq", "prev"), [(0, "storm"), (1, None)], ids=["an empty stream with a head", "a head without its name"]
)
def test_a_heartbeat_names_the_head_of_every_stream_but_an_empty_one(seq: int, prev: str | None) -> None:
    room = PressRoom()
    beat = Heartbeat(
        aud=FederationId("demo"),
        iss=room.id,
        stream=StreamName("main"),
        seq=seq,
        prev=None if prev is None else digest_of(prev),
        iat=UnixTime(NOON),
    )
    assert refused(room.token(beat), room) is Reason.CLAIM_INVALID


@pytest.mark.parametrize(
    "token",
    ["", "a", "a.!.c", "é.e30.c", "a.e30.c"],
    ids=["empty", "one part", "no base64url", "no ASCII", "no claims"],
)
def test_a_damaged_record_is_a_trust_error(token: str) -> None:
    with pytest.raises(TrustError, match="no longer be read"):
        recall(token)


def test_only_trust_can_make_a_verified() -> None:
    room = PressRoom()
    verified = admitted(room.publish(), room)
    other = envelope("another token")
    with pytest.raises(ValueError, match="InitVar"):
        replace(verified, envelope=other)  # type: ignore[call-arg]  # what a forger would try first
    with pytest.raises(TypeError, match="only syndicate"):
        replace(verified, envelope=other, mint=object())
    with pytest.raises(FrozenInstanceError):
        verified.item = room.item("other")  # type: ignore[misc]  # likewise


def test_attack_5_every_flipped_character_of_a_token_is_refused() -> None:
    room = PressRoom()
    token = room.publish()
    for at, old in enumerate(token):
        changed = token[:at] + ("A" if old != "A" else "B") + token[at + 1 :]
        assert isinstance(judge(changed, room), Refused), at


def test_attack_4_every_agency_with_every_key_only_the_owner_verifies() -> None:
    rooms = [PressRoom(f"{cc}.demo", seed=n) for n, cc in enumerate(("vn", "th", "id", "tl"), start=1)]
    for owner in rooms:
        for signer in rooms:
            outcome = judge(owner.token(owner.item(), signer=signer.signer), *rooms)
            if owner is signer:
                assert isinstance(outcome, Verified)
            else:
                assert isinstance(outcome, Refused)
                assert outcome.reason is Reason.ISSUER_NOT_KEY_OWNER
                assert outcome.agency == signer.id  # the one whose key it was is told


def test_attack_4_an_agency_cannot_speak_of_anothers_item() -> None:
    mine, theirs = PressRoom("vn.demo"), PressRoom("th.demo", seed=2)
    token = mine.token(mine.item(sub=theirs.item().sub))
    assert refused(token, mine, theirs) is Reason.SUBJECT_FOREIGN


def test_a_key_that_nobody_listed_is_unknown() -> None:
    room = PressRoom()
    assert refused(room.token(room.item(), signer=ephemeral_signer()), room) is Reason.KEY_UNKNOWN


@pytest.mark.parametrize("lost", ["agencies", "members"])
def test_a_key_of_an_agency_or_a_member_that_the_registry_lost_is_refused(lost: str) -> None:
    room, other = PressRoom(), PressRoom("th.demo", seed=2)
    known = replace(registry(room, other), **{lost: getattr(registry(other), lost)})
    outcome = verify(envelope(room.publish()), known, NOON)
    assert isinstance(outcome, Refused)
    assert (outcome.reason, outcome.agency) == (Reason.AGENCY_NOT_ENROLLED, room.id)
    assert (
        outcome.detail == "the registry has no agency vn.demo"
    )  # found missing before its dates are looked at


def test_refusals_name_the_token_but_repeat_nothing_of_it() -> None:
    room = PressRoom()
    secret = "UNSIGNED-WORDS"
    token = claims(room, **{"title": secret, secret.lower(): secret, "kind": secret})
    outcome = judge(token, room)
    assert isinstance(outcome, Refused)
    assert outcome.digest == digest_of(token)
    assert secret not in outcome.detail
    assert re.fullmatch(r"[\x20-\x7e]+", outcome.detail)
