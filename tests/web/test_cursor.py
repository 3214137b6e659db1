"""The cursor over plain HTTP: everything once, in order, whole or of a slice."""

import json

import pytest
from hub_folder import Place, hub_at_work

from syndicate.news import Kind, digest_of
from syndicate.web import WebLimits


async def test_the_cursor_gives_everything_once_and_in_order(here: Place) -> None:
    async with hub_at_work(here) as served:
        tokens = await served.release(*"abcdefg")
        seen: list[dict[str, object]] = []
        path = "/v1/items?limit=3"
        while (page := await served.json(path))["items"]:
            seen += page["items"]
            path = page["next"].removeprefix(served.hub.url)
        assert [item["token"] for item in seen] == tokens
        assert [item["index"] for item in seen] == list(range(1, 8)), "0 is the registry's"
        later = await served.release("h")
        assert [item["token"] for item in (await served.json(path))["items"]] == later


async def test_an_item_comes_with_all_that_is_known_of_it(here: Place) -> None:
    async with hub_at_work(here) as served:
        [token] = await served.release("storm")
        [item] = (await served.json("/v1/items"))["items"]
        address = f"/v1/items/{item['sub']}/1.jws"
        assert (await served.json("/v1/items"))["log"] == {
            "checkpoint_url": f"{served.hub.url}/log/checkpoint",
            "quorum": "the operator alone",
        }
        assert item == {
            "index": 1,
            "sub": here.newsroom.item("storm").sub,
            "ver": 1,
            "agency": "aa.news",
            "digest": digest_of(token),
            "received_at": "2026-11-23T12:00:00Z",
            "logged_at": "2026-11-23T12:00:00Z",
            "marks": [],
            "verdicts": {"signature": "yes", "issuer": "yes", "log": "yes"},
            "token_url": served.hub.url + address,
            "proof_url": served.hub.url + address.replace(".jws", ".tlog-proof"),
            "token": token,
        }
        reply = await served.get(address)
        assert reply.body == token.encode()
        assert reply.headers["content-type"] == "application/jose"
        assert "immutable" in reply.headers["cache-control"]
        assert (await served.get(address, f"If-None-Match: {reply.headers['etag']}")).status == 304


async def test_the_cursor_can_be_asked_for_a_slice(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("english", categories=("medtop:04000000",), urgency=2)
        [vietnamese] = await served.release("viet", lang="vi", kind=Kind.NOTICE)
        await served.until_sealed(2)
        for query, count in (
            ("member=aa", 2),
            ("member=bb", 0),
            ("agency=aa.news", 2),
            ("lang=vi", 1),
            ("topic=04000000", 1),
            ("urgency=2", 1),
            ("urgency=1", 0),
            ("kind=notice", 1),
            ("kind=corrections", 0),
            ("member=aa&lang=vi&kind=notice", 1),
            ("agency=aa.news&lang=en&topic=04000000&urgency=9&kind=story", 1),
            ("member=aa&lang=vi&topic=04000000", 0),
            ("topic=16000000", 0),
        ):
            page = await served.json(f"/v1/items?{query}")
            assert len(page["items"]) == count, query
            assert page["next"].endswith(f"&{query}")
        asked = "kind=story&topic=04000000&lang=en"
        page = await served.json(f"/v1/items?{asked}")
        assert page["next"].endswith("&lang=en&topic=04000000&kind=story"), "in the order of a path"
        assert (await served.json("/v1/items?lang=vi"))["items"][0]["token"] == vietnamese


@pytest.mark.parametrize(
    "query",
    [
        "since=1",
        "after=1&after=1",
        "after=x",
        "after=-2",
        "limit=0",
        "limit=1001",
        "limit=99999",
        "member=VN",
        "member=aa&agency=aa.news",
        "topic=4000000",
        "urgency=0",
        "urgency=10",
        "kind=gossip",
        "kind=alert&kind=story",
        "after",
        "&",
        "lang=%3Cscript%3E",
    ],
)
async def test_a_query_that_cannot_be_meant_is_refused_as_a_problem(here: Place, query: str) -> None:
    async with hub_at_work(here) as served:
        reply = await served.get(f"/v1/items?{query}")
        assert reply.status == 400
        assert reply.headers["content-type"] == "application/problem+json"
        told = json.loads(reply.body)
        assert (told["status"], told["title"]) == (400, "Bad Request")
        assert b"<script" not in reply.body


@pytest.mark.parametrize("query", ["member=zz", "agency=aa.nobody", "lang=xx"])
async def test_what_neither_the_registry_nor_the_log_knows_is_not_found(here: Place, query: str) -> None:
    async with hub_at_work(here) as served:
        for path in ("/v1/items", "/v1/stream"):
            reply = await served.get(f"{path}?{query}")
            assert (reply.status, reply.headers["content-type"]) == (404, "application/problem+json")


async def test_a_page_ends_early_rather_than_grow_beyond_its_bytes(here: Place) -> None:
    async with hub_at_work(here, web=WebLimits(page_bytes=2_000)) as served:
        tokens = await served.release(*"abcd")
        first = await served.json("/v1/items")
        assert 0 < len(first["items"]) < 4
        second = await served.json(first["next"].removeprefix(served.hub.url))
        got = [item["token"] for item in first["items"] + second["items"]]
        assert got == tokens[: len(got)]


@pytest.mark.parametrize("path", ["aa.news:nothing/1.jws", "x/0.jws", "aa.news:a/9999999999999999.jws"])
async def test_a_token_that_is_not_here_is_not_found(here: Place, path: str) -> None:
    async with hub_at_work(here) as served:
        assert (await served.get(f"/v1/items/{path}")).status == 404
