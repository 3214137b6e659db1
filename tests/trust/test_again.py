"""What is said of an admitted token once its key was revoked as of a moment in the past."""

import base64
from dataclasses import replace

import pytest
from press import DAY, NOON, PressRoom, registry

from syndicate.errors import TrustError
from syndicate.news import KeyStatus, Mark, UnixTime, b64url
from syndicate.trust import marks_since


@pytest.mark.parametrize(
    ("revoked_at", "received_at", "marked"),
    [
        pytest.param(NOON, NOON, True, id="at that very second"),
        pytest.param(NOON, NOON + DAY, True, id="after it"),
        pytest.param(NOON, NOON - 1, False, id="before it"),
        pytest.param(None, NOON - 99 * DAY, True, id="as of no moment: from the beginning"),
    ],
)
def test_a_revocation_reaches_what_was_received_from_then_on(
    revoked_at: int | None, received_at: int, marked: bool
) -> None:
    room = PressRoom()
    token = room.publish()
    when = None if revoked_at is None else UnixTime(revoked_at)
    room.change_key(room.signer, status=KeyStatus.REVOKED, revoked_at=when)
    wanted = frozenset({Mark.KEY_REVOKED}) if marked else frozenset()
    assert marks_since(token, registry(room), received_at) == wanted


def test_other_keys_and_keys_that_are_gone_say_nothing() -> None:
    room = PressRoom()
    token = room.publish()
    assert marks_since(token, registry(room), NOON + 9_000 * DAY) == frozenset()
    room.change_key(room.successor, status=KeyStatus.REVOKED, revoked_at=UnixTime(0))
    assert marks_since(token, registry(room), NOON) == frozenset()
    assert marks_since(token, replace(registry(room), keys={}), NOON) == frozenset()


def behind_the_header(more: str) -> str:
    header, _, rest = PressRoom().publish().partition(".")
    raw = base64.urlsafe_b64decode(header + "=" * (-len(header) % 4))
    return f"{b64url(raw + more.encode())}.{rest}"


def test_a_header_is_read_as_a_whole() -> None:
    assert marks_since(behind_the_header(""), registry(PressRoom()), NOON) == frozenset()


@pytest.mark.parametrize("damaged", ["", "x", "....", "eyJ.x.y", "é.x.y", behind_the_header("\n")])
def test_a_damaged_token_is_said_to_be_one(damaged: str) -> None:
    with pytest.raises(TrustError, match="a kept token"):
        marks_since(damaged, registry(PressRoom()), NOON)
