import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from end_to_end.hub_folder import Place, place
from web.newsroom import Clock
from web.raw_client import Reply, ask

from syndicate.assembly import Hub, open_hub


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Place]:
    async with place(tmp_path) as made:
        yield made


async def get(hub: Hub, path: str, *lines: str) -> Reply:
    return await ask(urlsplit(hub.url).port or 0, path, *lines)


async def submit(hub: Hub, *tokens: str) -> list[dict[str, object]]:
    reply = await ask(
        urlsplit(hub.url).port or 0,
        "/v1/submit",
        "Content-Type: text/plain",
        method="POST",
        body="\n".join(tokens).encode(),
    )
    assert reply.status == 200, reply
    results: list[dict[str, object]] = json.loads(reply.body)["results"]
    return results


async def until_sealed(hub: Hub, size: int) -> None:
    async with asyncio.timeout(10):
        while await hub.storage.size() < size:  # noqa: ASYNC110 - sealing is what the hub does by itself
            await asyncio.sleep(0.02)


async def test_what_an_agency_signed_and_served_stands_in_the_unified_feed(here: Place) -> None:
    token = here.newsroom.release("storm")
    async with open_hub(here.settings(), clock=Clock()) as hub:
        await hub.poll_now()
        for path in ("/feeds/all.atom", "/feeds/aa.atom", "/feeds/agency/aa.news.json", "/feeds/lang/en.json"):
            reply = await get(hub, path)
            assert reply.status == 200, path
            assert token.encode() in reply.body, path
        assert b"Story storm" in (await get(hub, "/")).body


async def test_what_an_agency_pushes_stands_in_the_unified_feed(here: Place) -> None:
    token = here.newsroom.release("alarm")
    async with open_hub(here.settings(), clock=Clock()) as hub:
        results = await submit(hub, token)
        assert results[0]["outcome"] == "admitted"
        await until_sealed(hub, 1)
        assert token.encode() in (await get(hub, "/feeds/all.atom")).body
        assert (await submit(hub, token))[0]["outcome"] == "known"
