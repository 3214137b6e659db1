"""Request tokens: who asks, where, when, and only once."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from press import DAY, NOON, PressRoom, envelope, registry

from syndicate.news import KeyStatus, Reason, Refused, SeatState, Since, UnixTime
from syndicate.trust import Asking, compose_request, verify, verify_request

HUB, PATH = "https://hub.example", "/v1/agency/status"
VECTOR = Path(__file__).parents[1] / "vectors" / "request.json"


@pytest.fixture
def vn() -> PressRoom:
    return PressRoom("vn.demo", seed=1)


def asked(room: PressRoom, **changes: Any) -> str:
    said: dict[str, Any] = {"hub": HUB, "path": PATH, "time": NOON, "nonce": bytes(16)}
    return compose_request(**(said | {"kid": room.signer.kid, "sign": room.signer.sign} | changes))


def judged(room: PressRoom, token: str, now: int = NOON) -> Asking | Refused:
    return verify_request(token, registry(room), hub=HUB, path=PATH, now=now)


def reason(room: PressRoom, token: str, now: int = NOON) -> Reason:
    answer = judged(room, token, now)
    assert isinstance(answer, Refused), answer
    nobody = answer.reason in {Reason.HEADER_UNKNOWN, Reason.KEY_UNKNOWN}
    assert answer.agency == (None if nobody else room.id)
    return answer.reason


def test_an_agency_shows_who_it_is(vn: PressRoom) -> None:
    answer = judged(vn, asked(vn))
    assert answer == Asking(agency=vn.id, kid=vn.signer.kid, time=NOON, nonce="A" * 22)  # type: ignore[arg-type]
    assert isinstance(judged(vn, asked(vn, hub=HUB + "/")), Asking)
    theirs = verify_request(asked(vn), registry(vn), hub=HUB + "/", path=PATH, now=NOON)
    assert isinstance(theirs, Asking)
    below = verify_request(asked(vn), registry(vn), hub=f"{HUB}/~", path=PATH, now=NOON)
    assert isinstance(below, Refused)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({"hub": "https://other.example"}, Reason.AUDIENCE_WRONG, id="meant for another hub"),
        pytest.param({"hub": f"{HUB}/~"}, Reason.AUDIENCE_WRONG, id="meant for what is below it"),
        pytest.param({"hub": f"{HUB}/Z"}, Reason.AUDIENCE_WRONG, id="meant for what is below it, a letter"),
        pytest.param({"path": "/v1/items"}, Reason.AUDIENCE_WRONG, id="meant for another address"),
        pytest.param({"time": NOON + 121}, Reason.CLOCK_AHEAD, id="from too far ahead"),
        pytest.param({"time": NOON - 121}, Reason.REQUEST_STALE, id="too old"),
        pytest.param({"nonce": bytes(15)}, Reason.CLAIM_INVALID, id="a nonce too short"),
        pytest.param({"hub": 'https://x","path":"/y'}, Reason.CLAIM_INVALID, id="a claim smuggled in"),
        pytest.param(
            {"time": f'{NOON},"nonce":"{"A" * 22}"}}'}, Reason.CLAIM_INVALID, id="a claim behind the last"
        ),
        pytest.param({"kid": "A" * 43}, Reason.KEY_UNKNOWN, id="a key nobody knows"),
        pytest.param({"sign": lambda _: bytes(64)}, Reason.SIGNATURE_BAD, id="another's signature"),
    ],
)
def test_what_is_not_right_is_refused(vn: PressRoom, changes: dict[str, Any], expected: Reason) -> None:
    assert reason(vn, asked(vn, **changes)) is expected


def test_two_minutes_either_way_are_taken(vn: PressRoom) -> None:
    assert isinstance(judged(vn, asked(vn, time=NOON + 120)), Asking)
    assert isinstance(judged(vn, asked(vn, time=NOON - 120)), Asking)


def a(count: int, before: str = "") -> str:
    return before + "a" * (count - len(before))


@pytest.mark.parametrize(
    ("last", "beyond"),
    [
        pytest.param({"hub": a(8)}, {"hub": a(7)}, id="a hub of 8 characters"),
        pytest.param({"hub": a(2_000)}, {"hub": a(2_001)}, id="a hub of 2,000"),
        pytest.param({"path": "/"}, {"path": ""}, id="a path of nothing"),
        pytest.param({"path": a(1_001, "/")}, {"path": a(1_002, "/")}, id="a path of 1,000"),
        pytest.param({"nonce": bytes(16)}, {"nonce": bytes(17)}, id="a nonce of 16 bytes"),
    ],
)
def test_the_longest_and_the_shortest_are_taken(
    vn: PressRoom, last: dict[str, Any], beyond: dict[str, Any]
) -> None:
    for said, taken in ((last, True), (beyond, False)):
        here = {name: said.get(name, honest) for name, honest in (("hub", HUB), ("path", PATH))}
        answer = verify_request(asked(vn, **said), registry(vn), **here, now=NOON)
        assert isinstance(answer, Asking if taken else Refused)
        assert taken or answer.reason is Reason.CLAIM_INVALID  # type: ignore[union-attr]  # it is Refused


def test_a_time_has_at_most_16_digits(vn: PressRoom) -> None:
    assert reason(vn, asked(vn, time=10**16 - 1)) is Reason.CLOCK_AHEAD
    assert reason(vn, asked(vn, time=10**16)) is Reason.CLAIM_INVALID
    assert reason(vn, asked(vn, time=0), now=60) is Reason.KEY_NOT_YET_VALID
    assert reason(vn, asked(vn, time=7), now=60) is Reason.KEY_NOT_YET_VALID


def test_a_request_token_has_at_most_4_096_characters(vn: PressRoom) -> None:
    hub = a(1_900)
    sized = {len(token): (token, path) for path in (a(n, "/") for n in range(800, 1_000))
             for token in [asked(vn, hub=hub, path=path)]}  # fmt: skip
    for length, taken in ((4_096, True), (4_098, False)):  # none has just one more
        token, path = sized[length]
        answer = verify_request(token, registry(vn), hub=hub, path=path, now=NOON)
        assert isinstance(answer, Asking) is taken
    answer = judged(vn, f"{a(4_093)}.A.A")
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.TOKEN_TOO_LARGE


def test_an_item_is_no_request_and_a_request_no_item(vn: PressRoom) -> None:
    assert reason(vn, vn.publish("storm")) is Reason.HEADER_UNKNOWN
    answer = verify(envelope(asked(vn)), registry(vn), NOON)
    assert isinstance(answer, Refused)
    assert answer.reason is Reason.HEADER_UNKNOWN


def test_every_flipped_character_is_refused(vn: PressRoom) -> None:
    token = asked(vn)
    for at in range(0, len(token), 3):
        flipped = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        assert isinstance(judged(vn, flipped), Refused), at
    for junk in ("", ".", "\ud800.b.c", "a.b", "a.b.c.d", "é.b.c", "A" * 5_000, token + "."):
        assert isinstance(judged(vn, junk), Refused)


def test_revoked_and_expired_keys_may_not_ask_and_a_suspended_agency_may(vn: PressRoom) -> None:
    kid = vn.signer.kid
    key = vn.keys[kid]
    vn.states += (Since(state=SeatState.SUSPENDED, since=UnixTime(NOON - DAY)),)
    assert isinstance(judged(vn, asked(vn)), Asking)
    vn.keys[kid] = replace(key, status=KeyStatus.REVOKED, revoked_at=UnixTime(NOON - 1))
    assert reason(vn, asked(vn)) is Reason.KEY_REVOKED
    vn.keys[kid] = replace(key, exp=UnixTime(NOON - 8 * DAY))
    assert reason(vn, asked(vn)) is Reason.KEY_EXPIRED
    vn.keys[kid] = key
    for state in (SeatState.INVITED, SeatState.OBSERVER):
        vn.states = (Since(state=state, since=UnixTime(0)),)
        assert reason(vn, asked(vn)) is Reason.AGENCY_NOT_ENROLLED


def test_the_vector_is_made_again_byte_for_byte(vn: PressRoom) -> None:
    """The key is PressRoom's: Ed25519 of 32 bytes of 1."""
    vector = json.loads(VECTOR.read_text())
    assert asked(vn, nonce=bytes(range(16))) == vector["token"]
    assert (vector["hub"], vector["path"], vector["time"]) == (HUB, PATH, NOON)
