"""Hubs that lie to an agency which lost its book: what they hide, repeat or never end."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from bad_night import STREAM, of
from hub_folder import AGENCY, Place, hub_at_work
from patience import leap
from press import PressRoom
from raw_server import Answer, raw_server, response
from selling import SIGNER, Seller

from syndicate.errors import AgencyError
from syndicate.fetch import FetchLimits, open_fetcher
from syndicate.news import FederationId, KeyId, compose_token, encode
from syndicate.newsdesk import Desk, fetch_own, recover
from syndicate.signing import ephemeral_signer
from syndicate.trust import recall


def as_pages(tokens: Sequence[str]) -> dict[str, Answer]:
    """What a hub with this log answers."""
    told = {"items": [{"token": each} for each in tokens], "last": len(tokens) - 1}
    query = f"limit=100&agency={AGENCY}"
    empty = {"items": [], "last": len(tokens) - 1}
    return {
        f"/v1/items?after=-1&{query}": response(json.dumps(told).encode()),
        f"/v1/items?after={len(tokens) - 1}&{query}": response(json.dumps(empty).encode()),
    }


async def given(seller: Seller, *hubs: tuple[str, int]) -> list[str]:
    found: list[str] = []
    for base, port in hubs:
        async with open_fetcher(FetchLimits(), allow=[("127.0.0.1", port)], user_agent="tests") as fetcher:
            found += await fetch_own(base, seller.config, fetcher)
    return found


@pytest.fixture
def seller(tmp_path: Path) -> Seller:
    return Seller(tmp_path)


def lose_the_laptop(seller: Seller) -> None:
    seller.config.book_file.unlink()
    shutil.rmtree(seller.config.folder)


@asynccontextmanager
async def at_desk(seller: Seller, now: float | None = None) -> AsyncIterator[Desk]:
    with seller.opens() as book:
        yield Desk(config=seller.config, signer=SIGNER, book=book, now=now or seller.now)


async def test_a_hub_that_hides_the_newest_is_outweighed_by_one_that_does_not(
    here: Place, seller: Seller
) -> None:
    signed = [each.token for each in seller.sign("one", "two", "three")]
    lose_the_laptop(seller)
    async with hub_at_work(here) as served, raw_server(as_pages(signed[:1])) as liar:
        await served.submit(*signed)
        tokens = await given(seller, of(liar), (served.hub.url, served.port))
        async with at_desk(seller) as desk:
            found = recover(tokens, desk)
        assert (found.found, found.highest, found.next, found.forked) == (3, 3, 1_003, False)
        (four,) = seller.sign("four")
        (answer,) = await served.submit(four.token)
        assert answer["outcome"] == "admitted"
        assert not (await served.hub.storage.stream_states(STREAM[0]))[STREAM].forked


async def test_a_hub_that_hides_the_newest_and_is_alone_makes_no_fork(here: Place, seller: Seller) -> None:
    signed = [each.token for each in seller.sign("one", "two", "three")]
    lose_the_laptop(seller)
    async with hub_at_work(here) as served, raw_server(as_pages(signed[:1])) as liar:
        await served.submit(*signed)
        async with at_desk(seller) as desk:
            found = recover(await given(seller, of(liar)), desk)
        assert (found.highest, found.next) == (1, 1_001)
        (four,) = seller.sign("four")
        (answer,) = await served.submit(four.token)
        assert answer["outcome"] == "admitted", "above whatever was hidden, there is room"
        assert not (await served.hub.storage.stream_states(STREAM[0]))[STREAM].forked


async def test_a_hub_that_gives_what_others_signed_is_not_believed(here: Place, seller: Seller) -> None:
    signed = [each.token for each in seller.sign("one", "two")]
    foreign = PressRoom("bb.gov", seed=9).publish("storm", aud=FederationId("trial"))
    thief = ephemeral_signer(b"a key that nobody ever enrolled!")
    said = recall(signed[0])
    forged = compose_token(encode(said), KeyId(SIGNER.kid), thief.sign)
    head, claims, _ = signed[1].split(".")
    altered = ".".join([head, claims, signed[0].split(".")[2]])
    lose_the_laptop(seller)
    async with hub_at_work(here) as served, raw_server(as_pages([foreign, forged, altered, "x"])) as liar:
        await served.submit(*signed)
        async with at_desk(seller) as desk:
            found = recover(await given(seller, of(liar), (served.hub.url, served.port)), desk)
        assert (found.found, found.believed_not, found.highest) == (2, 4, 2)


async def test_attack_26_a_hub_that_never_ends_is_left(seller: Seller) -> None:
    keys = seller.config.own_registry(SIGNER.kid, SIGNER.public).keys
    seller.config = replace(seller.config, keys=tuple(keys.values()))
    junk = "x" * 3_500_000

    async def more(writer: asyncio.StreamWriter) -> None:
        after = int(parse_qs(urlsplit(endless.asked[-1]).query)["after"][0])
        page = {"items": [{"token": f"{after}.{junk}."}], "last": after + 1}
        writer.write(response(json.dumps(page).encode()))
        await writer.drain()

    addresses = [f"/v1/items?after={after}&limit=100&agency={AGENCY}" for after in range(-1, 50)]
    async with raw_server() as endless:
        endless.answers |= dict.fromkeys(addresses, more)
        with pytest.raises(AgencyError, match="gives more and more"):
            await given(seller, of(endless))
        assert len(endless.asked) == 19, "64 MB of what nobody here has signed are enough"


async def test_attack_26_a_hub_that_trickles_for_ever_is_left(seller: Seller) -> None:
    async def more(writer: asyncio.StreamWriter) -> None:
        after = int(parse_qs(urlsplit(endless.asked[-1]).query)["after"][0])
        if after == 5:
            leap(1_000.0)
        page = {"items": [{"token": f"{after}.x."}], "last": after + 1}
        writer.write(response(json.dumps(page).encode()))
        await writer.drain()

    addresses = [f"/v1/items?after={after}&limit=100&agency={AGENCY}" for after in range(-1, 100)]
    async with raw_server() as endless:
        endless.answers |= dict.fromkeys(addresses, more)
        base, port = of(endless)
        page_by_page = FetchLimits(header_seconds=9_999, idle_seconds=9_999, total_seconds=9_999)
        async with open_fetcher(page_by_page, allow=[("127.0.0.1", port)], user_agent="tests") as fetcher:
            with pytest.raises(AgencyError, match="has not come to its end in 1000 seconds"):
                await fetch_own(base, seller.config, fetcher, seconds=1_000.0)
        assert 7 <= len(endless.asked) <= 8


async def test_a_hub_that_gives_the_same_page_for_ever_has_come_to_its_end(seller: Seller) -> None:
    async with raw_server() as endless:
        for after in range(-1, 50):
            same = {"items": [{"token": "x"}], "last": after + 1}
            address = f"/v1/items?after={after}&limit=100&agency={AGENCY}"
            endless.answers[address] = response(json.dumps(same).encode())
        assert await given(seller, of(endless)) == ["x"]
        assert len(endless.asked) == 2
