"""Readers that mean harm: huge and twisted requests, floods of names, streams that nobody reads."""

import asyncio
import contextlib
from typing import Any

import pytest
from hub_folder import Place, Served, hub_at_work
from listening import listening
from living import living
from raw_client import exchange

from syndicate.journey import PressLimits
from syndicate.news import Act, Content, Slice
from syndicate.web import WebLimits
from syndicate.web._kept import KeptPages
from syndicate.web._negotiate import choose_coding
from syndicate.web._stream import Stream

BIG = Content(type="text/plain", body="trời mưa to " * 4_000)
TRAVERSAL = [
    *("..", "../..", "%2e%2e", "..%2f..", "....//", "%00", "%0d%0aX-Evil:1", "a%00b", "\\..\\", "%5c..%5c"),
    *("etc/passwd", "/etc/passwd", "..%c0%af", "%252e%252e%252f", "all/../all", "./all", "all;x", "all%20"),
    *("vn/vn", "lang/vi/lang/vi", "topic/4", "urgency/0", "urgency/10", "kind/none", "lang/" + "y" * 300),
    *("~root", "ALL", "member/vn"),
    *("archive", "all/archive", "all/archive/-1", "all/archive/00", "all/archive/1e9", "all/archive/9" * 40),
]  # fmt: skip
BELOW = [
    *("/feeds/{}.atom", "/feeds/{}.tombstones", "/feeds/{}/archive/0.atom", "/feeds/all/archive/{}.json"),
    *("/wire/{}", "/item/{}", "/item/{}/1", "/item/{}/1/evidence.html", "/sources/{}"),
    *("/v1/items/{}/1.jws", "/v1/items/{}.jws", "/v1/items/{}/1.ninjs", "/v1/items/{}/1.tlog-proof"),
    *("/log/{}", "/log/tile/{}", "/log/act/{}.json", "/registry/{}", "/registry/targets/{}"),
]
QUERIES = [
    *("?", "?&", "?=", "?a", "?after", "?after=", "?after=-2", "?after=1e3", "?after=%00", "?after=0x1"),
    *("?after=9999999999999999", "?after=\u0661", "?after=1&after=1", "?limit=0", "?limit=1001"),
    *("?limit=-1", "?member=vn&agency=aa.news", "?after=1%0a"),
    *("?lang=%", "?lang=%ff", "?lang=vi'--", "?lang=vi%20", "?member=VN", "?limit=1.0", "?kind=a|b"),
    *("?topic=1' OR '1'='1", "?urgency=0", "?urgency=1;drop", "?after=" + "9" * 4_000, "?" + "&" * 8_000),
    *("?" + "a=1&" * 1_500, "?" + "%" * 4_000, "?x[]=1", "?__proto__=1", "?callback=alert(1)"),
]  # fmt: skip


async def raw(served: Served, path: str, *lines: str) -> Any:
    head = [f"GET {path} HTTP/1.1", "Host: x", "Connection: close", *lines, "", ""]
    return await exchange(served.port, "\r\n".join(head).encode("utf-8", "surrogateescape"))


async def test_attack_no_path_leads_anywhere_and_none_breaks_anything(
    here: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
        for pattern in BELOW:
            replies = await asyncio.gather(*(raw(served, pattern.format(path)) for path in TRAVERSAL))
            for path, reply in zip(TRAVERSAL, replies, strict=True):
                assert reply.status in {400, 404, 414}, pattern.format(path)
                assert b"root:" not in reply.body
                assert "x-evil" not in reply.headers
    assert "a bug" not in caplog.text


async def test_attack_no_query_breaks_anything_and_what_is_misspelt_is_said(
    here: Place, caplog: pytest.LogCaptureFixture
) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
        for address in ("/v1/items", "/v1/deliveries", "/v1/stream"):
            for query in QUERIES[1:]:
                reply = await raw(served, f"{address}{query}", "Connection: close")
                assert reply.status in {400, 414}, (address, query[:40])
        for address in ("/", "/wire", "/wire/all", "/corrections", "/item/aa.news:x"):
            replies = await asyncio.gather(*(raw(served, f"{address}{query}") for query in QUERIES))
            statuses = {reply.status for reply in replies}
            assert statuses <= {200, 303, 400, 404, 414}, address
        for address in ("/v1/keys.json", "/v1/sources"):
            assert (await raw(served, f"{address}?callback=alert(1)")).status == 400
    assert "a bug" not in caplog.text


async def test_attack_a_megabyte_of_tags_or_codings_names_nothing_and_is_not_remembered(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
        tag = (await served.get("/feeds/all.atom")).headers["etag"]
        assert (await raw(served, "/feeds/all.atom", "If-None-Match: " + '"",' * 3_000 + tag)).status == 431
        with contextlib.suppress(ConnectionResetError):  # before it has said all
            await raw(served, "/feeds/all.atom", "If-None-Match: " + '"",' * 350_000 + tag)
        before = choose_coding.cache_info().currsize
        many = ["If-None-Match: " + '"",' * 2_600] * 90
        assert (await raw(served, "/feeds/all.atom", *many, f"If-None-Match: {tag}")).status == 200
        assert (await raw(served, "/feeds/all.atom", f'If-None-Match: "x", {tag}')).status == 304
        for number in range(12):
            codings = [f"Accept-Encoding: {'gzip, ' * 1_100}x{number}"] * 90
            reply = await raw(served, "/feeds/all.atom", *codings)
            assert (reply.status, reply.headers.get("content-encoding")) == (200, None)
        assert choose_coding.cache_info().currsize < before + 12


RANGES = [
    "bytes=0-0",
    "bytes=0-,0-,0-,0-",
    "bytes=-1",
    "bytes=99999999999-",
    "bytes=" + "0-1," * 1_900,
    "lines=1-2",
]


async def test_attack_ranges_are_ignored_and_multiply_nothing(here: Place) -> None:
    async with hub_at_work(here) as served:
        [token] = await served.release("one", content=BIG)
        [item] = (await served.json("/v1/items"))["items"]
        for path in (
            "/feeds/all.atom",
            "/",
            item["token_url"].partition(served.hub.url)[2],
            "/log/checkpoint",
        ):
            whole = await served.get(path)
            for range_ in RANGES:
                reply = await raw(served, path, f"Range: {range_}", f"If-Range: {whole.headers['etag']}")
                assert (reply.status, reply.body) == (200, whole.body), (path, range_[:20])
                assert "content-range" not in reply.headers
        assert len(token) > 60_000


IDS = ["x", "-2", "1e9", "9" * 16, "9" * 8_000, "1\t2", "\u0661", "1,2", "null", "0x10", "+1", " 1 1"]


async def test_attack_an_id_that_no_stream_ever_gave_is_refused_and_one_beyond_the_end_begins_there(
    here: Place,
) -> None:
    async with hub_at_work(here) as served:
        await served.release("one")
        end = served.hub.storage.log.visible - 1
        for id_ in IDS:
            assert (await raw(served, "/v1/stream", f"Last-Event-ID: {id_}")).status == 400, id_[:20]
        for path, *line in (
            ("/v1/stream", "Last-Event-ID: 999999999999999"),
            ("/v1/stream?after=999999999999999",),
        ):
            async with listening(served.port, path, *line) as stream:
                assert (await stream.block())["id"] == str(end)
                await served.release("next" if line else "last")
                assert (await stream.item())["index"] > end
            end = served.hub.storage.log.visible - 1


async def test_attack_who_listens_from_the_beginning_and_never_reads_holds_one_large_item_at_most(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.web._tail._KEPT", 1)
    async with hub_at_work(here) as served:
        await served.release(*"abcdefgh", content=BIG)
        [stream] = [each for each in living(Stream) if each._world.base_url == served.hub.url]
        await stream._tail.after(Slice(), 100)
        held, reached = await stream._tail.after(Slice(), -1)
        assert (len(held), sum(map(len, held)) < 120_000) == (1, True)
        assert reached < served.hub.storage.log.visible - 1, "the others come when this one is sent"


async def test_attack_a_flood_of_combined_names_leaves_the_plain_feeds_and_pages_to_the_others(
    here: Place,
) -> None:
    limits = PressLimits(rebuild_seconds=0.0, waiting_most=4)
    async with hub_at_work(here, feeds=limits, web=WebLimits(pages_waiting=4)) as served:
        await served.release(*"abcdef")
        combined = [f"aa/lang/en/urgency/{n}/kind/{k}" for n in range(1, 10) for k in ("story", "notice")]
        asked = [f"/feeds/{path}.{form}" for path in combined for form in ("atom", "rss", "json")]
        asked += [f"/wire/{path}" for path in combined] + [f"/?before={n}" for n in range(6)]
        flood = [asyncio.create_task(served.get(path)) for path in asked]
        await asyncio.sleep(0)
        await served.release("news")
        plain = [
            "/feeds/all.atom",
            "/feeds/aa.rss",
            "/feeds/lang/en.json",
            "/",
            "/wire/aa",
            "/sources",
            "/log",
        ]
        assert [(await served.get(path)).status for path in plain] == [200] * len(plain)
        replies = await asyncio.gather(*flood)
        statuses = {reply.status for reply in replies}
        assert statuses <= {200, 503}
        assert all("retry-after" in reply.headers for reply in replies if reply.status == 503)
        assert (await served.get(asked[0])).status == 200, "once the flood is over"


def kept_pages(served: Served) -> list[KeptPages]:
    return [each for each in living(KeptPages) if each._world.base_url == served.hub.url]


async def test_while_others_crowd_a_page_is_shown_as_it_stood_a_moment_ago_but_for_the_law(
    here: Place,
) -> None:
    feeds = PressLimits(rebuild_seconds=0.0)
    async with hub_at_work(here, feeds=feeds, web=WebLimits(pages_waiting=1)) as served:
        await served.release("one")
        await served.until_sealed(1)
        page = "/wire/aa/lang/en"
        stood = await served.get(page)
        await served.release("two")
        await served.until_sealed(2)
        async with contextlib.AsyncExitStack() as crowd:
            for kept in kept_pages(served):
                await crowd.enter_async_context(kept._turnstile.turn(first=False))
            assert (await served.get(page)).body == stood.body
            assert (await served.get("/wire/aa/lang/vi")).status in {404, 503}
            served.clock.time += 61
            busy = await served.get(page)
            assert (busy.status, busy.headers["retry-after"]) == (503, "5")
            served.clock.time -= 61
            storage: Any = served.hub.storage
            storage._log.erased += 1
            assert (await served.get(page)).status == 503, "it might show what was taken back"
            storage._log.erased -= 1
        assert "Story two" in (await served.get(page)).body.decode()


async def test_while_others_crowd_a_feed_comes_as_it_stood_a_moment_ago_but_never_without_an_alert(
    here: Place,
) -> None:
    feeds = PressLimits(rebuild_seconds=0.0, waiting_most=1)
    async with hub_at_work(here, feeds=feeds) as served:
        await served.release("one")
        await served.until_sealed(1)
        feed = "/feeds/aa/lang/en.atom"
        stood = await served.get(feed)
        await served.release("one", ver=2, act=Act.CORRECT, note="Not so.")
        await served.until_sealed(2)
        press = next(
            each._world.press for each in living(KeptPages) if each._world.base_url == served.hub.url
        )
        async with press._turnstile.turn(first=False):
            assert (await served.get(feed)).body == stood.body
            served.clock.time += 61
            assert (await served.get(feed)).headers["retry-after"] == "5"
            served.clock.time -= 61
        assert b"Not so." in (await served.get(feed)).body
