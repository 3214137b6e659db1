"""Many tokens at once are judged as each by itself, and none costs another anything."""

import gc
import random
import weakref
from dataclasses import fields, replace

import pytest
from judging import claims
from press import DAY, NOON, PressRoom, envelope, registry

from syndicate.news import (
    Envelope,
    FederationId,
    Heartbeat,
    Held,
    Quarantine,
    Reason,
    Refused,
    Registry,
    StreamName,
    UnixTime,
)
from syndicate.signing import ephemeral_signer
from syndicate.trust import Verified, VerifiedHeartbeat, _claims, _verify, verify, verify_each

MINE, HELD, GONE = PressRoom(), PressRoom("th.demo", seed=2), PressRoom("my.demo", seed=3)


def known() -> Registry:
    order = Quarantine(since=UnixTime(NOON - 60), until=UnixTime(NOON + DAY), reason="thirty alerts at once")
    return replace(registry(MINE, HELD), quarantined={HELD.id: order})


def receipts() -> list[tuple[Envelope, int]]:
    beat = Heartbeat(
        aud=FederationId("demo"), iss=MINE.id, stream=StreamName("main"), seq=0, prev=None, iat=UnixTime(NOON)
    )
    good = [MINE.token(MINE.item(name)) for name in ("one", "two", "three")]
    tokens = [
        *good,
        HELD.token(HELD.item()),
        GONE.token(GONE.item()),
        MINE.token(MINE.item("four"), signer=ephemeral_signer()),
        MINE.token(beat),
        MINE.token(b"{}"),
        MINE.token(b"null"),
        MINE.token(b'{"v":1,"v":1}'),
        claims(MINE, title=7),
        claims(MINE, content={"type": "text/html", "body": "<p>never closed"}),
        good[0] + "=",
        "",
        "no token",
        "é.é.é",
    ]
    return [(envelope(token), NOON + 60) for token in tokens] + [(envelope(good[0]), NOON - 90 * DAY)]


@pytest.mark.parametrize("most", [250_000, 2_000, 0], ids=["together", "some at a time", "each alone"])
@pytest.mark.parametrize("seed", range(8))
def test_each_of_many_is_judged_as_by_itself(seed: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_verify, "_CHARACTERS", most)
    given = receipts()
    random.Random(seed).shuffle(given)
    judged = verify_each(given, known())
    assert judged == [verify(token, known(), at) for token, at in given]
    for (token, _), each in zip(given, judged, strict=True):
        if isinstance(each, Verified | VerifiedHeartbeat):
            assert each.envelope is token
    assert {type(each) for each in judged} == {Verified, VerifiedHeartbeat, Refused, Held}


def test_of_nothing_nothing_is_said() -> None:
    assert verify_each([], known()) == []


@pytest.mark.parametrize(
    ("lengths", "lots"),
    [
        ([], [[]]),
        ([4, 6], [[4, 6]]),
        ([4, 6, 1], [[4, 6], [1]]),
        ([4, 7], [[4], [7]]),
        ([4, 7, 3, 1], [[4], [7, 3], [1]]),
        ([11, 1], [[11], [1]]),
        ([11, 11], [[11], [11]]),
        ([1, 11, 10], [[1], [11], [10]]),
    ],
)
def test_no_more_than_so_many_characters_are_read_together(
    lengths: list[int], lots: list[list[int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_verify, "_CHARACTERS", 10)
    given = [(envelope("x" * length), NOON) for length in lengths]
    assert [[len(token.token) for token, _ in some] for some in _verify._lots(given)] == lots


def test_what_is_refused_keeps_nothing_of_its_batch_alive() -> None:
    """Without the garbage collector: a flood of bad tokens would keep all the good ones until it comes."""

    class Watched(Registry):
        """A value that can be looked at from afar."""

        __slots__ = ("__weakref__",)

    told = known()
    under = Watched(**{each.name: getattr(told, each.name) for each in fields(told)})
    gc.collect()
    gc.disable()
    try:
        verify_each(receipts(), under)
        seen = weakref.ref(under)
        del under
        assert seen() is None
    finally:
        gc.enable()


def test_a_reader_that_leaves_one_out_vouches_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    really = _claims.read_claims_each
    monkeypatch.setattr(_verify, "read_claims_each", lambda payloads: really(payloads)[1:])
    with pytest.raises(ValueError, match="shorter"):
        verify_each(receipts(), known())


def test_reasons_are_those_of_the_steps() -> None:
    judged = verify_each(receipts(), known())
    assert [each.reason for each in judged if isinstance(each, Refused)] == [
        Reason.KEY_UNKNOWN,
        Reason.KEY_UNKNOWN,
        Reason.VERSION_UNKNOWN,
        Reason.JSON_INVALID,
        Reason.JSON_DUPLICATE_KEY,
        Reason.CLAIM_INVALID,
        Reason.CONTENT_OUTSIDE_PROFILE,
        Reason.BASE64_NOT_CANONICAL,
        Reason.TOKEN_MALFORMED,
        Reason.TOKEN_MALFORMED,
        Reason.TOKEN_MALFORMED,
        Reason.CLOCK_AHEAD,
    ]
