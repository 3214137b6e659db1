"""What stands in a public log: judged for whose words it is, and for nothing that passes with time."""

import pytest
from press import DAY, NOON, PressRoom, envelope, registry

from syndicate.news import (
    Act,
    FederationId,
    Heartbeat,
    KeyStatus,
    Mark,
    Reason,
    Refused,
    SeatState,
    Since,
    StreamName,
    TokenDigest,
    UnixTime,
    digest_of,
)
from syndicate.trust import ItemState, StreamState, Verified, item_after, stand, verify_logged

MARKS = frozenset({Mark.LATE, Mark.GAP})


def logged(token: str, *rooms: PressRoom, at: int = NOON) -> Verified | Refused:
    return verify_logged(envelope(token), registry(*rooms), at, MARKS)


def standing(room: PressRoom, token: str) -> Verified:
    outcome = logged(token, room)
    assert isinstance(outcome, Verified), outcome
    return outcome


def test_it_comes_back_with_the_receipt_and_the_marks_of_its_day() -> None:
    room = PressRoom()
    item = room.item()
    token = room.token(item)
    verified = standing(room, token)
    assert (verified.item, verified.digest, verified.kid) == (item, digest_of(token), room.signer.kid)
    assert (verified.received_at, verified.marks, verified.envelope.token) == (NOON, MARKS, token)


def test_what_was_revoked_suspended_or_moved_since_still_stands() -> None:
    room = PressRoom()
    token = room.token(room.item(url="https://moved.example/a"))
    room.change_key(room.signer, status=KeyStatus.REVOKED)
    room.states = (Since(state=SeatState.SUSPENDED, since=UnixTime(0)),)
    assert isinstance(logged(token, room, at=NOON - 999 * DAY), Verified)


def test_whose_words_it_is_is_judged_as_ever() -> None:
    room, other = PressRoom(), PressRoom("th.demo", seed=2)
    beat = Heartbeat(
        aud=FederationId("demo"), iss=room.id, stream=StreamName("main"), seq=0, prev=None, iat=UnixTime(NOON)
    )
    rows: list[tuple[str, Reason, str | None]] = [
        (room.publish()[:-4] + "AAAA", Reason.SIGNATURE_BAD, room.id),
        (room.token(b"{}"), Reason.VERSION_UNKNOWN, room.id),
        (room.token(room.item(aud=FederationId("asean"))), Reason.AUDIENCE_WRONG, room.id),
        (room.token(room.item(), signer=other.signer), Reason.ISSUER_NOT_KEY_OWNER, other.id),
        (room.token(room.item(sub=other.item().sub)), Reason.SUBJECT_FOREIGN, room.id),
        (room.token(beat), Reason.CLAIM_INVALID, room.id),
        ("A" * 98_305, Reason.TOKEN_TOO_LARGE, None),
        ("é.b.c", Reason.TOKEN_MALFORMED, None),
    ]
    for token, reason, agency in rows:
        outcome = logged(token, room, other)
        assert isinstance(outcome, Refused), reason
        assert (outcome.reason, outcome.agency) == (reason, agency)
        assert outcome.digest == (digest_of(token) if token.isascii() else None)
        assert outcome.detail.count(" ") > 2, "a sentence"
        assert "Reason" not in outcome.detail


def test_it_moves_the_head_of_its_stream_or_fills_in_behind_it() -> None:
    room = PressRoom()
    one, two = (standing(room, room.publish(name)) for name in ("one", "two"))
    head = stand(two, item=ItemState(), stream=StreamState(), marks=MARKS)
    assert (head.marks, head.item) == (MARKS, ItemState(highest=1, act=Act.PUBLISH))
    assert head.stream == StreamState(seq=2, digest=two.digest, kids=(two.kid,), starts=(2,))
    behind = stand(one, item=ItemState(), stream=head.stream, marks=frozenset())
    assert behind.marks == frozenset()
    assert behind.stream == StreamState(seq=2, digest=two.digest, kids=(two.kid,), starts=(1,))


def test_nothing_is_refused_where_it_stands_already() -> None:
    room = PressRoom()
    odd = standing(room, room.token(room.item(seq=2, prev=TokenDigest("A" * 43))))
    before = StreamState(seq=2, digest=TokenDigest("B" * 43), kids=(odd.kid,), starts=(1,), forked=True)
    after = stand(odd, item=ItemState(highest=3, act=Act.RETRACT, retracted_at=3), stream=before, marks=MARKS)
    assert after.stream == before
    assert after.item == ItemState(highest=3, act=Act.RETRACT, retracted_at=3)


@pytest.mark.parametrize(
    ("known", "ver", "act", "after"),
    [
        pytest.param(ItemState(), 1, Act.PUBLISH, ItemState(highest=1, act=Act.PUBLISH), id="the first"),
        pytest.param(
            ItemState(highest=2, act=Act.UPDATE), 1, Act.PUBLISH, ItemState(highest=2, act=Act.UPDATE),
            id="a late one",
        ),
        pytest.param(
            ItemState(highest=2, act=Act.RETRACT, retracted_at=2), 3, Act.RETRACT,
            ItemState(highest=3, act=Act.RETRACT, retracted_at=2), id="retracted again, later",
        ),
        pytest.param(
            ItemState(highest=3, act=Act.RETRACT, retracted_at=3), 2, Act.RETRACT,
            ItemState(highest=3, act=Act.RETRACT, retracted_at=2), id="retracted again, sooner",
        ),
        pytest.param(
            ItemState(highest=2, act=Act.WITHHOLD), 2, Act.UPDATE, ItemState(highest=2, act=Act.WITHHOLD),
            id="a version that stands",
        ),
    ],
)  # fmt: skip
def test_an_item_is_known_by_its_highest_version_and_its_lowest_retraction(
    known: ItemState, ver: int, act: Act, after: ItemState
) -> None:
    assert item_after(ver, act, known) == after
