"""What a WebSub subscriber is sent of a document, and what is passed over."""

from dataclasses import replace
from pathlib import Path

import pytest
from kept import keep, published
from press import NOON, PressRoom

from syndicate.deliver import Piece
from syndicate.journey import Supplement
from syndicate.news import Slice
from syndicate.ports import Call, Logged, Subscriber, SubscriberKind
from syndicate.storage import open_storage
from syndicate.websub import Distribution, Supply

HUB = "https://hub.example"
READER = Subscriber(
    id="cmVhZGVy",
    kind=SubscriberKind.WEBSUB,
    callback="https://reader.example/in?id=7",
    slice=Slice(lang="vi"),
    format="atom",
    reached=-1,
    secrets=("só một",),
)


@pytest.fixture
async def logged(tmp_path: Path) -> Logged:
    async with open_storage(tmp_path / "hub.db") as storage:
        await keep(storage, *published(PressRoom("vn.demo", seed=1), "storm"))
        await storage.seal(NOON)
        (one,) = await storage.page(Slice(), -1, 9)
        return one


def always(given: Supplement) -> Supply:
    async def supply(_slice: Slice, _format: str, _after: int) -> Supplement:
        return given

    return supply


def voice(*given: Supplement | None) -> Distribution:
    left = list(given)

    async def supply(slice_: Slice, format_: str, after: int) -> Supplement | None:
        assert (slice_, format_, after) == (READER.slice, "atom", -1)
        return left.pop(0)

    return Distribution(supply, f"{HUB}/")


async def test_it_is_sent_the_document_with_both_links_and_a_signature(logged: Logged) -> None:
    made = Supplement(upto=9, body=b"<feed/>", media_type="application/atom+xml", new=(logged,))
    message = await voice(made).message(READER, Piece(logged), NOON)
    assert message.call == Call(
        url=READER.callback,
        body=b"<feed/>",
        media_type="application/atom+xml",
        headers={
            "Link": f'<{HUB}/websub>; rel="hub", <{HUB}/feeds/lang/vi.atom>; rel="self"',
            # printf '<feed/>' | openssl dgst -sha256 -hmac 'só một'
            "X-Hub-Signature": "sha256=fcff9e943dc5c48b825f40802397ee278cfaa0a59a971df20129e6abbaaf9bc9",
        },
        status_only=True,
    )
    assert (message.upto, [piece.logged for piece in message.pieces]) == (9, [logged])


async def test_what_is_known_of_a_document_is_found_out_once(logged: Logged) -> None:
    made = Supplement(upto=9, body=b"<feed/>", media_type="application/atom+xml", new=(logged,))
    speaks = voice(made, made)
    first, second = [await speaks.message(READER, Piece(logged), NOON) for _ in range(2)]
    assert first.pieces[0] is second.pieces[0]


async def test_it_is_told_of_nothing_that_it_had_acknowledged(logged: Logged) -> None:
    made = Supplement(upto=9, body=b"{}", media_type="application/feed+json", new=(logged,))
    speaks = Distribution(always(made), HUB)
    assert (await speaks.message(replace(READER, reached=-1), Piece(logged), NOON)).pieces != ()
    assert (await speaks.message(replace(READER, reached=0), Piece(logged), NOON)).pieces == ()


async def test_where_nothing_is_to_be_seen_it_is_passed_over(logged: Logged) -> None:
    message = await voice(Supplement(upto=9)).message(READER, Piece(logged), NOON)
    assert (message.call, message.upto, message.wait) == (None, 9, 0.0)
    message = await voice(None).message(READER, Piece(logged), NOON)
    assert (message.call, message.upto) == (None, logged.index)


async def test_where_there_will_be_more_to_be_told_it_waits(logged: Logged) -> None:
    message = await voice(Supplement(upto=4, wait=2.5)).message(READER, Piece(logged), NOON)
    assert (message.call, message.upto, message.wait) == (None, 4, 2.5)
