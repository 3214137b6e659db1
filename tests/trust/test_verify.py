"""Steps 1 to 11: what an agency signed is verified as theirs, and nothing else is."""

import base64
import json
import re
from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from press import DAY, NOON, PressRoom, envelope, registry

from syndicate.errors import TrustError
from syndicate.news import (
    Act,
    Content,
    FederationId,
    Heartbeat,
    Held,
    KeyStatus,
    Kind,
    Mark,
    Media,
    Reason,
    Refused,
    SeatState,
    Since,
    StreamName,
    UnixTime,
    b64url,
    compose_token,
    digest_of,
    encode,
)
from syndicate.signing import ephemeral_signer
from syndicate.trust import Verified, VerifiedHeartbeat, recall, thumbprint, verify
from syndicate.trust._parts import NotCanonicalError, decode

# What is refused before a key is found; everything after that is told to the agency whose key it was.
BEFORE_ANY_KEY = {
    Reason.TOKEN_TOO_LARGE,
    Reason.TOKEN_MALFORMED,
    Reason.BASE64_NOT_CANONICAL,
    Reason.HEADER_UNKNOWN,
    Reason.KEY_UNKNOWN,
}
L = 2**252 + 27742317777372353535851937790883648493


def judge(token: str, *rooms: PressRoom, at: int = NOON + 60) -> Verified | VerifiedHeartbeat | Refused:
    outcome = verify(envelope(token), registry(*rooms), at)
    assert not isinstance(outcome, Held), "these registries never run out"
    return outcome


def refused(token: str, *rooms: PressRoom, at: int = NOON + 60) -> Reason:
    outcome = judge(token, *rooms, at=at)
    assert isinstance(outcome, Refused), outcome
    assert outcome.detail
    assert outcome.agency == (None if outcome.reason in BEFORE_ANY_KEY else rooms[0].id)
    assert outcome.digest == (digest_of(token) if token.isascii() else None)
    return outcome.reason


def admitted(token: str, *rooms: PressRoom, at: int = NOON + 60) -> Verified:
    outcome = judge(token, *rooms, at=at)
    assert isinstance(outcome, Verified), outcome
    return outcome


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


# --- Attack 18: another header; attack 19: malleable signatures, weak keys, base64 --------------------

HEADER = '{"alg":"Ed25519","kid":"%s","typ":"syndicate-item+jws"}'


@pytest.mark.parametrize(
    "header",
    [
        pytest.param('{"alg":"none","kid":"%s","typ":"syndicate-item+jws"}', id="no algorithm"),
        pytest.param(
            '{"alg":"HS256","kid":"%s","typ":"syndicate-item+jws"}', id="the public key as a secret"
        ),
        pytest.param('{"alg":"EdDSA","kid":"%s","typ":"syndicate-item+jws"}', id="the old name"),
        pytest.param('{"alg":"Ed25519","kid":"%s","typ":"JWT"}', id="another type"),
        pytest.param('{"alg":"Ed25519","crit":["b64"],"kid":"%s","typ":"syndicate-item+jws"}', id="crit"),
        pytest.param('{"alg":"Ed25519","jwk":{},"kid":"%s","typ":"syndicate-item+jws"}', id="embedded jwk"),
        pytest.param('{"alg": "Ed25519","kid":"%s","typ":"syndicate-item+jws"}', id="one space"),
        pytest.param('{"kid":"%s","alg":"Ed25519","typ":"syndicate-item+jws"}', id="another order"),
        pytest.param('{"alg":"Ed25519","kid":"%s","typ":"syndicate-item+jws"}\n', id="a line feed after it"),
        pytest.param('{"alg":"Ed25519","kid":"%s","kid":"x","typ":"syndicate-item+jws"}', id="kid twice"),
    ],
)
def test_attack_18_any_other_header_is_refused(header: str) -> None:
    room = PressRoom()
    signed = f"{b64url((header % room.signer.kid).encode())}.{b64url(encode(room.item()))}"
    token = f"{signed}.{b64url(room.signer.sign(signed.encode()))}"
    assert refused(token, room) is Reason.HEADER_UNKNOWN


def test_attack_19_a_malleable_signature_is_refused() -> None:
    room = PressRoom()
    signed, _, signature = room.publish().rpartition(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    s = int.from_bytes(raw[32:], "little")
    twin = raw[:32] + (s + L).to_bytes(32, "little")
    assert refused(f"{signed}.{b64url(twin)}", room) is Reason.SIGNATURE_BAD


def test_attack_19_a_key_of_small_order_signs_nothing() -> None:
    room = PressRoom()
    identity = (1).to_bytes(32, "little")
    kid = thumbprint(identity)
    room.keys[kid] = replace(room.keys[room.signer.kid], kid=kid, public=identity)
    forged = compose_token(encode(room.item()), kid, lambda _: identity + bytes(32))
    assert refused(forged, room) is Reason.KEY_WEAK


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(lambda t: t + "=", Reason.BASE64_NOT_CANONICAL, id="padding"),
        pytest.param(lambda t: t + "\n", Reason.BASE64_NOT_CANONICAL, id="a line feed at the end"),
        pytest.param(lambda t: t.replace(".", ". ", 1), Reason.BASE64_NOT_CANONICAL, id="a space inside"),
        pytest.param(lambda t: t[:-1] + "B", Reason.BASE64_NOT_CANONICAL, id="stray bits at the end"),
        pytest.param(lambda t: t[:-1], Reason.BASE64_NOT_CANONICAL, id="one character short"),
        pytest.param(lambda t: "é" + t, Reason.TOKEN_MALFORMED, id="not ASCII"),
        pytest.param(lambda t: t + ".x", Reason.TOKEN_MALFORMED, id="four parts"),
        pytest.param(lambda t: t.rpartition(".")[0] + ".", Reason.TOKEN_MALFORMED, id="an empty signature"),
        pytest.param(lambda t: t.replace(".", ""), Reason.TOKEN_MALFORMED, id="one part"),
        pytest.param(lambda t: t.replace(".", "", 1), Reason.TOKEN_MALFORMED, id="two parts"),
        pytest.param(lambda t: t[t.index(".") :], Reason.TOKEN_MALFORMED, id="an empty header"),
        pytest.param(
            lambda t: f"{t.split('.')[0]}..{t.split('.')[2]}", Reason.TOKEN_MALFORMED, id="an empty payload"
        ),
        pytest.param(lambda t: t.replace(".", "..", 1), Reason.TOKEN_MALFORMED, id="an empty part between"),
        pytest.param(lambda t: t + "A" * 98_304, Reason.TOKEN_TOO_LARGE, id="one over the limit"),
        pytest.param(
            lambda t: t.replace("-", "+").replace("_", "/") + "+", Reason.BASE64_NOT_CANONICAL, id="std"
        ),
        pytest.param(lambda t: t[:-2] + "A", Reason.BASE64_NOT_CANONICAL, id="85 characters"),
        *[
            pytest.param(
                lambda t, piece=piece: t[:-8] + piece + t[-8:],
                Reason.BASE64_NOT_CANONICAL,
                id=f"{piece!r} inside",
            )
            for piece in ("\n\n\n\n", "    ", "!!!!", "====", "++++", "////", "AA==")
        ],
        pytest.param(
            lambda t: t.rpartition(".")[0] + ".AAAA",
            Reason.SIGNATURE_BAD,
            id="a shorter signature, canonical",
        ),
    ],
)
def test_attack_19_one_value_has_one_spelling(change: Callable[[str], str], reason: Reason) -> None:
    room = PressRoom()
    assert refused(change(room.publish()), room) is reason


def test_a_token_of_exactly_the_largest_size_is_looked_at() -> None:
    room = PressRoom()
    padded = "A" * (98_304 - 4)
    assert refused(f"{padded}.A.A", room) is Reason.BASE64_NOT_CANONICAL


# --- Attack 4: agency A signs as B --------------------------------------------------------------------


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


# --- Attack 21: JSON -----------------------------------------------------------------------------------


def raw(room: PressRoom, change: Callable[[str], str]) -> str:
    return room.token(change(encode(room.item()).decode()).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            lambda j: j.replace('"v":1', '"v":1,"v":1'), Reason.JSON_DUPLICATE_KEY, id="a claim twice"
        ),
        pytest.param(
            lambda j: j.replace('"type"', '"type":"text/plain","type"'),
            Reason.JSON_DUPLICATE_KEY,
            id="inside, twice",
        ),
        pytest.param(lambda j: j.replace('"seq":1', '"seq":1.0'), Reason.JSON_NUMBER, id="a float"),
        pytest.param(lambda j: j.replace('"seq":1', '"seq":1e0'), Reason.JSON_NUMBER, id="an exponent"),
        pytest.param(lambda j: j.replace('"seq":1', '"seq":NaN'), Reason.JSON_NUMBER, id="not a number"),
        pytest.param(lambda j: j.replace('"seq":1', f'"seq":{2**53}'), Reason.JSON_NUMBER, id="2^53"),
        pytest.param(lambda j: j.replace('"seq":1', f'"seq":-{2**53}'), Reason.JSON_NUMBER, id="-2^53"),
        pytest.param(
            lambda j: j.replace('"seq":1', '"seq":' + "9" * 9_999), Reason.JSON_NUMBER, id="endless digits"
        ),
        pytest.param(
            lambda j: j.replace("Bão", "\\ud800"), Reason.JSON_INVALID, id="half a surrogate pair, escaped"
        ),
        pytest.param(
            lambda j: j.replace("Bão", "\ud800"), Reason.JSON_INVALID, id="half a surrogate pair, raw"
        ),
        pytest.param(lambda j: "\ufeff" + j, Reason.JSON_INVALID, id="a byte order mark"),
        pytest.param(lambda j: j + "x", Reason.JSON_INVALID, id="something after it"),
        pytest.param(lambda j: j[:-1], Reason.JSON_INVALID, id="cut off"),
        pytest.param(lambda j: f"[{j}]", Reason.JSON_INVALID, id="a list"),
        pytest.param(lambda j: j.replace("Bão", "\x01"), Reason.JSON_INVALID, id="a raw control character"),
        pytest.param(lambda j: "[" * 70_000, Reason.JSON_DEPTH, id="nested without end"),
        pytest.param(
            lambda j: j[:-1] + ',"ext":{"a":{"a":{"a":{"a":{"a":{}}}}}}}', Reason.JSON_DEPTH, id="seven deep"
        ),
    ],
)
def test_attack_21_json_that_readers_could_disagree_on(change: Callable[[str], str], reason: Reason) -> None:
    room = PressRoom()
    assert refused(raw(room, change), room) is reason


def test_six_deep_and_the_largest_integer_are_fine() -> None:
    room = PressRoom()
    ext = {"a": {"a": {"a": {"a": {"big": 2**53 - 1, "deep": 1 - 2**53}}}}}
    assert admitted(room.token(room.item(ext=ext)), room).item.ext == ext


def test_an_escaped_emoji_is_a_whole_pair() -> None:
    room = PressRoom()
    assert admitted(raw(room, lambda j: j.replace("Bão", "\\ud83c\\udf00")), room).item.title.startswith("🌀")


# --- Steps 6 and 7: the claim table --------------------------------------------------------------------


def claims(room: PressRoom, **changes: object) -> str:
    told = json.loads(encode(room.item())) | changes
    return room.token(
        json.dumps({k: v for k, v in told.items() if v is not ...}, ensure_ascii=False).encode()
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"colour": "red"}, Reason.CLAIM_UNKNOWN, id="a claim nobody knows"),
        pytest.param({"act": ...}, Reason.CLAIM_MISSING, id="no act"),
        pytest.param({"act": "delete"}, Reason.CLAIM_INVALID, id="an act nobody knows"),
        pytest.param({"act": 1}, Reason.CLAIM_INVALID, id="an act that is a number"),
        pytest.param({"title": ...}, Reason.CLAIM_MISSING, id="no title"),
        pytest.param({"note": "why"}, Reason.CLAIM_FORBIDDEN, id="a note when publishing"),
        pytest.param({"act": "correct", "ver": 2}, Reason.CLAIM_MISSING, id="a correction without a note"),
        pytest.param(
            {"act": "retract", "ver": 2, "note": "x"}, Reason.CLAIM_FORBIDDEN, id="a retraction with body"
        ),
        pytest.param({"v": 2}, Reason.VERSION_UNKNOWN, id="version 2"),
        pytest.param({"v": True}, Reason.VERSION_UNKNOWN, id="version true"),
        pytest.param({"v": ...}, Reason.VERSION_UNKNOWN, id="no version"),
        pytest.param({"aud": "asean"}, Reason.AUDIENCE_WRONG, id="another federation"),
        pytest.param({"ver": 2}, Reason.CLAIM_INVALID, id="publish at version 2"),
        pytest.param({"act": "update"}, Reason.CLAIM_INVALID, id="update at version 1"),
        pytest.param({"ver": 0}, Reason.CLAIM_INVALID, id="version 0"),
        pytest.param({"ver": True}, Reason.CLAIM_INVALID, id="version true as number"),
        pytest.param({"ver": "1"}, Reason.CLAIM_INVALID, id="version as text"),
        pytest.param({"seq": 0}, Reason.CLAIM_INVALID, id="number 0"),
        pytest.param({"prev": "x"}, Reason.CLAIM_INVALID, id="prev is no hash"),
        pytest.param({"prev": "A" * 43}, Reason.CLAIM_INVALID, id="prev at number 1"),
        pytest.param({"prev": "A" * 42 + "B"}, Reason.CLAIM_INVALID, id="prev spelled with stray bits"),
        pytest.param({"lang": "Vietnamese"}, Reason.CLAIM_INVALID, id="a language by name"),
        pytest.param({"sub": "vn.demo:short"}, Reason.CLAIM_INVALID, id="a readable item id"),
        pytest.param({"iss": "VN.demo"}, Reason.CLAIM_INVALID, id="an agency in capitals"),
        pytest.param({"kind": "opinion"}, Reason.CLAIM_INVALID, id="a kind nobody knows"),
        pytest.param({"title": ""}, Reason.CLAIM_INVALID, id="an empty title"),
        pytest.param({"title": "a" * 301}, Reason.CLAIM_INVALID, id="a title one too long"),
        pytest.param({"title": "a\nb"}, Reason.CLAIM_INVALID, id="a title on two lines"),
        pytest.param({"title": "a\u202eb"}, Reason.CLAIM_INVALID, id="a title turned around"),
        pytest.param({"title": "a\u0085b"}, Reason.CLAIM_INVALID, id="a C1 control"),
        pytest.param({"title": "a\uffffb"}, Reason.CLAIM_INVALID, id="what XML cannot carry"),
        pytest.param({"title": ["a"]}, Reason.CLAIM_INVALID, id="a title that is a list"),
        pytest.param(
            {"published": "2026-11-23T12:00:00+07:00"}, Reason.CLAIM_INVALID, id="a zone other than Z"
        ),
        pytest.param({"published": "2026-02-30T12:00:00Z"}, Reason.CLAIM_INVALID, id="the 30th of February"),
        pytest.param({"published": "9569-11-23T12:00:00Z"}, Reason.CLAIM_INVALID, id="a year of another age"),
        pytest.param({"published": 5}, Reason.CLAIM_INVALID, id="a time as number"),
        pytest.param({"urgency": 10}, Reason.CLAIM_INVALID, id="urgency 10"),
        pytest.param({"cat": ["sport"]}, Reason.CLAIM_INVALID, id="a category that is no Media Topic"),
        pytest.param({"cat": []}, Reason.CLAIM_INVALID, id="an empty list"),
        pytest.param({"cat": "medtop:15000000"}, Reason.CLAIM_INVALID, id="a list that is text"),
        pytest.param({"ext": []}, Reason.CLAIM_INVALID, id="ext as list"),
        pytest.param({"ext": {"a": "x" * 4_096}}, Reason.CLAIM_INVALID, id="ext too large"),
        pytest.param({"content": "text"}, Reason.CLAIM_INVALID, id="content as text"),
        pytest.param(
            {"content": {"type": "text/html", "body": 5}}, Reason.CLAIM_INVALID, id="body as number"
        ),
        pytest.param({"content": {"body": "x"}}, Reason.CLAIM_INVALID, id="body without type"),
        pytest.param({"content": {"type": "text/rtf", "body": "x"}}, Reason.CLAIM_INVALID, id="body as rtf"),
        pytest.param(
            {"content": {"type": "text/html", "body": "<p>x", "x": 1}},
            Reason.CLAIM_INVALID,
            id="content with more",
        ),
        pytest.param(
            {"content": {"type": "text/html", "body": "<script>x</script>"}},
            Reason.CONTENT_OUTSIDE_PROFILE,
            id="attack 25: a script in the body",
        ),
        pytest.param(
            {
                "content": {
                    "type": "text/html",
                    "body": '<p><img src="https://news.vn-demo.example/a.png" alt=""></p>',
                }
            },
            Reason.MEDIA_UNDECLARED,
            id="a picture that is not declared",
        ),
        pytest.param(
            {"media": [{"url": "https://news.vn-demo.example/a"}]}, Reason.CLAIM_INVALID, id="half a picture"
        ),
        pytest.param({"media": ["x"]}, Reason.CLAIM_INVALID, id="a picture as text"),
        pytest.param({"rel": [{"type": "cites"}]}, Reason.CLAIM_INVALID, id="a relation to nothing"),
        pytest.param(
            {"rel": [{"type": "cites", "sub": "th.demo:" + "a" * 26, "url": "https://a.example/"}]},
            Reason.CLAIM_INVALID,
            id="a relation to two things",
        ),
        pytest.param({"kind": "dispute"}, Reason.CLAIM_INVALID, id="a dispute of nothing"),
        pytest.param({"kind": "endorse"}, Reason.CLAIM_INVALID, id="an endorsement of nothing"),
        pytest.param({"kind": "alert"}, Reason.CLAIM_MISSING, id="an alert without its claims"),
        pytest.param({"kind": "rebuttal"}, Reason.CLAIM_MISSING, id="a rebuttal without its claim"),
    ],
)
def test_what_the_claim_table_does_not_allow_is_refused(changes: dict[str, object], reason: Reason) -> None:
    room = PressRoom()
    assert refused(claims(room, **changes), room) is reason


ALERT = {
    "event": "Bão",
    "category": "Met",
    "urgency": "Immediate",
    "severity": "Severe",
    "certainty": "Likely",
    "area": [{"desc": "Quảng Ninh", "polygon": "21.0,107.0 21.5,107.0 21.5,107.5 21.0,107.0"}],
    "effective": "2026-11-23T12:00:00Z",
    "expires": "2026-11-24T12:00:00Z",
    "instruction": "Ở trong nhà.\nNghe đài.",
}
CLAIM = {
    "text": "Đập nước đã vỡ.",
    "lang": "vi",
    "label": "Tin giả",
    "label_lang": "vi",
    "competence": "Cơ quan quản lý đập.",
    "first_seen": "2026-11-22T12:00:00Z",
    "seen": [b64url(bytes(32))],
    "evidence": [{"url": "https://news.vn-demo.example/dap", "title": "Biên bản"}],
}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({}, None, id="complete"),
        pytest.param({"category": "Weather"}, Reason.CLAIM_INVALID, id="a word that is not CAP's"),
        pytest.param(
            {"area": [{"desc": "x", "polygon": "1,2 3,4 5,6 7,8"}]}, Reason.CLAIM_INVALID, id="open polygon"
        ),
        pytest.param({"area": [{"desc": "x", "polygon": "1,2 1,2"}]}, Reason.CLAIM_INVALID, id="two points"),
        pytest.param({"area": [{"desc": "x", "polygon": 5}]}, Reason.CLAIM_INVALID, id="polygon as number"),
        pytest.param({"area": []}, Reason.CLAIM_INVALID, id="nowhere"),
        pytest.param({"sent": "now"}, Reason.CLAIM_INVALID, id="a name too many"),
    ],
)
def test_an_alert_says_what_cap_needs(change: dict[str, object], reason: Reason | None) -> None:
    room = PressRoom()
    token = claims(room, kind="alert", alert=ALERT | change)
    if reason is None:
        assert json.loads(encode(admitted(token, room).item))["alert"] == ALERT
    else:
        assert refused(token, room) is reason


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        pytest.param({"claim": CLAIM}, None, id="complete"),
        pytest.param({"claim": CLAIM, "ext": {"a": 1}}, Reason.CLAIM_FORBIDDEN, id="ext in a rebuttal"),
        pytest.param({"claim": CLAIM | {"text": "Theo @ai_do"}}, Reason.TARGET_NAMED, id="S3: a handle"),
        pytest.param(
            {"claim": CLAIM | {"text": "xem https://x.example"}}, Reason.TARGET_NAMED, id="S3: an address"
        ),
        pytest.param(
            {"claim": CLAIM | {"text": "xem HTTPS://X.EXAMPLE"}}, Reason.TARGET_NAMED, id="S3: in capitals"
        ),
        pytest.param(
            {"claim": CLAIM | {"competence": "www.x.example"}}, Reason.TARGET_NAMED, id="S3: a host"
        ),
        pytest.param(
            {"claim": CLAIM | {"label": "(@x)"}}, Reason.TARGET_NAMED, id="S3: a handle in brackets"
        ),
        pytest.param(
            {"claim": CLAIM | {"evidence": [{"url": "https://social.example/1", "title": "x"}]}},
            Reason.HOST_NOT_LISTED,
            id="S3: evidence that points at a third party",
        ),
        pytest.param({"alert": ALERT, "claim": CLAIM}, Reason.CLAIM_FORBIDDEN, id="an alert in a rebuttal"),
        pytest.param({"kind": "story", "claim": CLAIM}, Reason.CLAIM_FORBIDDEN, id="a claim in a story"),
    ],
)
def test_a_rebuttal_answers_a_claim_and_names_nobody(
    changes: dict[str, object], reason: Reason | None
) -> None:
    room = PressRoom()
    token = claims(room, **{"kind": "rebuttal", **changes})
    if reason is None:
        assert json.loads(encode(admitted(token, room).item))["claim"] == CLAIM
    else:
        assert refused(token, room) is reason


def test_every_optional_claim_comes_through_unchanged() -> None:
    room, zeros = PressRoom(), b64url(bytes(32))
    told = {
        "summary": "Tóm tắt",
        "content": {"type": "text/html", "url": f"https://{room.host}/b", "sha256": zeros, "len": 9_999},
        "expires": "2026-12-23T12:00:00Z",
        "byline": "Nguyễn Văn A",
        "credit": "VN Demo",
        "rights": "CC BY 4.0",
        "urgency": 1,
        "cat": ["medtop:17000000"],
        "media": [
            {"url": f"https://a.cdn.{room.host}/1.jpg", "type": "image/jpeg", "alt": "", "credit": "B",
             "len": 5, "sha256": zeros}
        ],
        "rel": [{"type": "translates", "sub": "th.demo:" + "a" * 26, "sha256": b64url(bytes(32))},
                {"type": "cites", "url": f"https://{room.host}/c"}],
        "ext": {"desk": [1, {"a": None}]},
    }  # fmt: skip
    said = json.loads(encode(admitted(claims(room, **told), room).item))
    assert {name: said[name] for name in told} == told


def test_text_that_scripts_need_is_not_refused() -> None:
    room = PressRoom()
    item = room.item(
        title="ປະ\u200bເທດ\u200c\u200d \u200f🌀", content=Content(type="text/plain", body="a\n\tb")
    )
    assert admitted(room.token(item), room).item == item


def test_withheld_rebuttals_and_alerts_need_no_body() -> None:
    room = PressRoom()
    for kind in (Kind.REBUTTAL, Kind.ALERT):
        item = room.item(kind=kind, ver=2, act=Act.WITHHOLD, note="Đang kiểm tra.", content=None)
        assert admitted(room.token(item), room).item.withdrawn


# --- Attack 22: hosts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        pytest.param("https://news.vn-demo.example:8443/a", Reason.URL_INVALID, id="a port"),
        pytest.param("https://news.vn-demo.example@evil.example/", Reason.URL_INVALID, id="userinfo"),
        pytest.param("https://news.vn-demo.example./a", Reason.URL_INVALID, id="a trailing dot"),
        pytest.param("https://news.vn-dem\u043e.example/a", Reason.URL_INVALID, id="a Cyrillic o"),
        pytest.param(
            "https://news.xn--vn-dem-lkg.example/a", Reason.HOST_NOT_LISTED, id="the same as A-label"
        ),
        pytest.param(
            "https://news.vn-demo.example\u3002evil.example/", Reason.URL_INVALID, id="an ideographic dot"
        ),
        pytest.param("https://127.0.0.1/a", Reason.URL_INVALID, id="an address literal"),
        pytest.param("javascript:alert(1)", Reason.URL_INVALID, id="a script"),
        pytest.param("https://news.vn-demo.example/\u202e", Reason.URL_INVALID, id="a direction override"),
        pytest.param(
            "https://news.vn-demo.example.evil.example/", Reason.HOST_NOT_LISTED, id="the host as prefix"
        ),
        pytest.param("https://evil-news.vn-demo.example/", Reason.HOST_NOT_LISTED, id="the host as suffix"),
        pytest.param("https://sub.news.vn-demo.example/", Reason.HOST_NOT_LISTED, id="a host below"),
        pytest.param("https://vn-demo.example/", Reason.HOST_NOT_LISTED, id="the host above"),
        pytest.param("https://news.vn-demo.example/" + "a" * 2_000, Reason.URL_INVALID, id="too long"),
    ],
)
def test_attack_22_a_host_that_only_looks_listed(url: str, reason: Reason) -> None:
    room = PressRoom()
    assert refused(claims(room, url=url), room) is reason


def test_an_address_is_text() -> None:
    room = PressRoom()
    assert refused(claims(room, url=7), room) is Reason.CLAIM_INVALID


def test_a_host_is_compared_in_lower_case() -> None:
    room = PressRoom()
    admitted(claims(room, url="https://NEWS.vn-demo.example/a"), room)


@pytest.mark.parametrize("name", ["media", "content", "rel"])
def test_pictures_bodies_and_relations_stay_on_listed_hosts(name: str) -> None:
    room = PressRoom()
    evil = "https://evil.example/x"
    told: dict[str, object] = {
        "media": [{"url": evil, "type": "image/png", "alt": ""}],
        "content": {"type": "text/plain", "url": evil, "sha256": b64url(bytes(32)), "len": 1},
        "rel": [{"type": "rebuts", "url": evil}],
    }
    reason = refused(claims(room, **{name: told[name]}), room)
    assert reason is (Reason.HOST_NOT_LISTED if name == "rel" else Reason.MEDIA_HOST_NOT_LISTED)


def test_a_relation_may_lead_to_any_agency_of_the_federation_and_to_nobody_else() -> None:
    mine, theirs = PressRoom("vn.demo"), PressRoom("th.demo", seed=2)
    for host, reason in ((theirs.host, None), (mine.host, None), ("evil.example", Reason.HOST_NOT_LISTED)):
        token = claims(mine, rel=[{"type": "cites", "url": f"https://{host}/c"}])
        outcome = judge(token, mine, theirs)
        assert getattr(outcome, "reason", None) is reason


def test_a_wildcard_covers_what_is_below_it_and_not_itself() -> None:
    room = PressRoom()
    for host, fine in ((f"a.cdn.{room.host}", True), (f"cdn.{room.host}", False)):
        media = (Media(url=f"https://{host}/1", type="image/png", alt=""),)
        assert isinstance(judge(room.token(room.item(media=media)), room), Verified) is fine


# --- Attack 15 and step 10: clocks and windows ---------------------------------------------------------


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


def test_a_refusal_says_why_in_one_sentence() -> None:
    room = PressRoom()
    outcomes = [judge(token, room) for token in (claims(room, v=2), claims(room, aud="asean"), "a.b.c")]
    outcomes += [judge(claims(room, **told), room) for told in ({"alert": ALERT}, {"claim": CLAIM})]
    assert [outcome.detail for outcome in outcomes if isinstance(outcome, Refused)] == [
        "this is version 1 of the protocol",
        "signed for another federation than demo",
        "a part is not spelled canonically",
        "kind story does not allow 'alert'",
        "kind story does not allow 'claim'",
    ]


def test_a_late_token_of_a_contested_seat_bears_both_marks() -> None:
    room = PressRoom()
    room.states = (*room.states, Since(state=SeatState.CONTESTED, since=UnixTime(NOON - DAY)))
    late = admitted(room.token(room.item(iat=NOON - 3_601)), room, at=NOON)
    assert late.marks == {Mark.LATE, Mark.CONTESTED}


def test_refusals_name_the_token_but_repeat_nothing_of_it() -> None:
    room = PressRoom()
    secret = "UNSIGNED-WORDS"
    token = claims(room, **{"title": secret, secret.lower(): secret, "kind": secret})
    outcome = judge(token, room)
    assert isinstance(outcome, Refused)
    assert outcome.digest == digest_of(token)
    assert secret not in outcome.detail
    assert re.fullmatch(r"[\x20-\x7e]+", outcome.detail)


@pytest.mark.parametrize("length", range(1, 9))
def test_a_part_may_end_only_as_some_bytes_do(length: int) -> None:
    ends = set()
    for letter in map(chr, range(128)):
        try:
            ends.add((letter, b64url(decode(f"{'A' * (length - 1)}{letter}".encode()))[-1]))
        except NotCanonicalError:
            continue
    assert len(ends) == (64, 0, 4, 16)[length % 4]
    assert all(given == meant for given, meant in ends)


@given(st.text("ABab01-_+/=\n", max_size=12))
def test_a_part_is_taken_only_in_the_one_spelling_that_encoding_gives(part: str) -> None:
    try:
        raw = decode(part.encode("utf-8"))
    except NotCanonicalError:
        return
    assert b64url(raw) == part
