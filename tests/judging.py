"""What `trust` says of a token, under a registry of the rooms named."""

import json

from press import NOON, PressRoom, envelope, registry

from syndicate.news import Held, Reason, Refused, digest_of, encode
from syndicate.trust import Verified, VerifiedHeartbeat, verify

# What is refused before a key is found; everything after that is told to the agency whose key it was.
BEFORE_ANY_KEY = {
    Reason.TOKEN_TOO_LARGE,
    Reason.TOKEN_MALFORMED,
    Reason.BASE64_NOT_CANONICAL,
    Reason.HEADER_UNKNOWN,
    Reason.KEY_UNKNOWN,
}


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


def claims(room: PressRoom, **changes: object) -> str:
    told = json.loads(encode(room.item())) | changes
    return room.token(
        json.dumps({k: v for k, v in told.items() if v is not ...}, ensure_ascii=False).encode()
    )
