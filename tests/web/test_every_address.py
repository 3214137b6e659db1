"""What RFC 9110 and 9111 ask of an answer holds at every address of a hub, not only where feeds are."""

import gzip

import brotli  # type: ignore[import-untyped] # it comes without stubs
from hub_folder import Place, Served, hub_at_work

from syndicate.web._answer import ALERT_CACHE, ASK_AGAIN, FEED_CACHE, FOREVER

MINUTE = "public, max-age=60"
REPEATED = ("etag", "cache-control", "vary", "access-control-allow-origin", "x-content-type-options")
PAGES = (
    "/",
    "/wire",
    "/wire/aa",
    "/corrections",
    "/sources",
    "/sources/aa.news",
    "/log",
    "/lookup",
    "/subscribe",
)
SQUEEZED = {
    *PAGES,
    "/openapi.json",
    "/robots.txt",
    "/trust.txt",
    "/feeds.opml",
    "/sitemap-news.xml",
    "/cap/index.atom",
}


async def addresses(served: Served) -> dict[str, str]:
    """Every kind of address that can be asked conditionally, and how long its answers may be kept."""
    [token] = await served.release("storm")
    [item] = [one for one in (await served.json("/v1/items"))["items"] if one["token"] == token]
    version = f"/v1/items/{item['sub']}/{item['ver']}"
    feeds = {f"/feeds/all.{format_}": FEED_CACHE for format_ in ("rss", "atom", "json")}
    paths = ("pending-alerts", "kind/alert", "aa/kind/alert")
    alerts = {
        f"/feeds/{path}.{format_}": ALERT_CACHE for path in paths for format_ in ("rss", "atom", "json")
    }
    return feeds | alerts | {
        **dict.fromkeys(PAGES, FEED_CACHE),
        f"/item/{item['sub']}": FEED_CACHE,
        f"/item/{item['sub']}/1": FEED_CACHE,
        f"/item/{item['sub']}/1/evidence.html": FEED_CACHE,
        "/wire/kind/alert": ALERT_CACHE,
        "/cap/index.atom": ALERT_CACHE,
        "/feeds/all.ninjs": FEED_CACHE,
        "/feeds/all.tombstones": FEED_CACHE,
        "/feeds.opml": FEED_CACHE,
        "/sitemap-news.xml": FEED_CACHE,
        f"{version}.ninjs": FEED_CACHE,
        "/openapi.json": FEED_CACHE,
        "/robots.txt": FEED_CACHE,
        "/trust.txt": FEED_CACHE,
        "/v1/items": ASK_AGAIN,
        f"{version}.jws": FOREVER,
        f"{version}.tlog-proof": FOREVER,
        "/v1/keys.json": MINUTE,
        "/v1/sources": "public, max-age=30",
        "/log/checkpoint": ASK_AGAIN,
        "/log/tile/0/000.p/2": FOREVER,
        "/log/tile/entries/000.p/2": FOREVER,
        "/registry/metadata/timestamp.json": MINUTE,
        "/registry/metadata/1.root.json": FOREVER,
    }  # fmt: skip


async def test_every_answer_says_how_long_it_may_be_kept_and_has_a_strong_tag(here: Place) -> None:
    async with hub_at_work(here) as served:
        for path, cache in (await addresses(served)).items():
            reply = await served.get(path)
            told = (reply.status, reply.headers["cache-control"], reply.headers["x-content-type-options"])
            assert told == (200, cache, "nosniff"), path
            assert reply.headers["etag"].startswith('"'), path
            assert reply.headers["access-control-allow-origin"] == "*", path
            assert reply.headers["vary"] == "Accept-Encoding", path
            assert "set-cookie" not in reply.headers, path


async def test_what_a_reader_has_already_is_a_304_at_every_address(here: Place) -> None:
    async with hub_at_work(here) as served:
        for path in await addresses(served):
            whole = await served.get(path)
            for tags in (
                whole.headers["etag"],
                f"W/{whole.headers['etag']}",
                f'"x", {whole.headers["etag"]}',
                "*",
            ):
                reply = await served.get(
                    path, f"If-None-Match: {tags}", "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT"
                )
                assert (reply.status, reply.body) == (304, b""), path
                assert {name: reply.headers[name] for name in REPEATED} == {
                    name: whole.headers[name] for name in REPEATED
                }, path
            reply = await served.get(
                path, 'If-None-Match: "x"', "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT"
            )
            assert (reply.status, reply.body) == (200, whole.body), path


async def test_every_document_that_many_ask_for_is_there_in_gzip_and_brotli(here: Place) -> None:
    async with hub_at_work(here) as served:
        for path in await addresses(served):
            plain = await served.get(path, "Accept-Encoding: gzip;q=0, br;q=0")
            assert "content-encoding" not in plain.headers, path
            for coding, undo in (("gzip", gzip.decompress), ("br", brotli.decompress)):
                reply = await served.get(path, f"Accept-Encoding: {coding}")
                if path in SQUEEZED or path.startswith(("/feeds/", "/item/", "/wire/")):
                    assert (reply.headers["content-encoding"], undo(reply.body)) == (coding, plain.body), path
                    assert reply.headers["etag"] != plain.headers["etag"], path
                else:  # made for this request alone, or of bytes that cannot be squeezed
                    assert (reply.headers["etag"], reply.body) == (plain.headers["etag"], plain.body), path
            assert (await served.get(path, "Accept-Encoding: *;q=0")).status == 406, path


async def test_every_address_answers_head_and_a_preflight_and_says_what_it_does_not_take(here: Place) -> None:
    async with hub_at_work(here) as served:
        for path in [*await addresses(served), "/health", "/metrics"]:
            whole, head = await served.get(path), await served.get(path, method="HEAD")
            assert (head.status, head.body) == (200, b""), path
            assert set(head.headers) == set(whole.headers), path
            taken = "GET, HEAD, OPTIONS" + ", POST" * (path == "/lookup")
            preflight = await served.get(path, "Access-Control-Request-Method: GET", method="OPTIONS")
            assert preflight.headers["access-control-allow-methods"] == taken, path
            refused = await served.get(path, method="PUT")
            assert (refused.status, refused.headers["allow"]) == (405, taken), path


async def test_a_range_gets_the_whole_at_every_address(here: Place) -> None:
    async with hub_at_work(here) as served:
        for path in await addresses(served):
            whole = await served.get(path)
            reply = await served.get(path, "Range: bytes=0-3", f"If-Range: {whole.headers['etag']}")
            assert (reply.status, reply.body) == (200, whole.body), path


async def test_a_token_says_when_it_got_its_place(here: Place) -> None:
    async with hub_at_work(here) as served:
        path = next(path for path in await addresses(served) if path.endswith(".jws"))
        changed = (await served.get(path)).headers["last-modified"]
        assert changed == "Mon, 23 Nov 2026 12:00:00 GMT"
        assert (await served.get(path, f"If-Modified-Since: {changed}")).status == 304
