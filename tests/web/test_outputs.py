"""What a hub serves besides its feeds: archives, ninjs, OPML, the news sitemap."""

import json
from dataclasses import replace

from hub_folder import Place, Served, hub_at_work
from lxml import etree

from syndicate.journey import ARCHIVE_PAGE
from syndicate.news import Act, Alert, AlertArea, Kind, digest_of
from syndicate.trust import recall

ALERT = Alert(
    event="Storm",
    category="Met",
    urgency="Immediate",
    severity="Severe",
    certainty="Observed",
    area=(AlertArea(desc="Aaland"),),
    expires="2026-11-24T00:00:00Z",
)
NOTHING = "Accept-Encoding: identity;q=0, *;q=0"
NINJS = '<https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json>; rel="describedby"'
SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


async def fill(served: Served, count: int) -> None:
    letters = "abcdefghij"
    names = ["".join(letters[int(digit)] for digit in f"{number:03d}") for number in range(count)]
    for first in range(0, count, 50):
        await served.release(*names[first : first + 50])


async def test_a_feed_leads_to_its_archive_over_http(here: Place) -> None:
    async with hub_at_work(here) as served:
        await fill(served, ARCHIVE_PAGE + 1)
        feed = await served.json("/feeds/aa.json")
        path = feed["next_url"].removeprefix(served.hub.url)
        page = await served.json(path)
        assert len(page["items"]) == ARCHIVE_PAGE
        assert "next_url" not in page
        reply = await served.get(path.replace(".json", ".atom"), "Accept-Encoding: br")
        assert (reply.status, reply.headers["content-encoding"]) == (200, "br")
        assert reply.headers["cache-control"] == "public, max-age=86400, immutable"
        again = await served.get(path.replace(".json", ".atom"), f"If-None-Match: {reply.headers['etag']}",
                                 "Accept-Encoding: br")  # fmt: skip
        assert again.status == 304
        assert (await served.get(path, NOTHING)).status == 406
        last = path.rpartition("/")[2].partition(".")[0]
        for wrong in (
            f"aa/archive/{int(last) - 1}.atom",
            f"aa/archive/0{last}.atom",
            f"aa/archive/{last}.rss",
            f"AA/archive/{last}.atom",
            f"zz/archive/{last}.atom",
            f"aa/archive/{'9' * 30}.atom",
            "aa/archive/.atom",
        ):
            reply = await served.get(f"/feeds/{wrong}")
            assert (reply.status, reply.headers["content-type"]) == (404, "application/problem+json"), wrong


async def test_a_version_and_a_slice_are_there_in_ninjs(here: Place) -> None:
    async with hub_at_work(here) as served:
        [token] = await served.release("storm", urgency=2)
        item = recall(token)
        reply = await served.get(f"/v1/items/{item.sub}/1.ninjs")
        told = json.loads(reply.body)
        assert (reply.status, reply.headers["content-type"]) == (200, "application/json")
        assert reply.headers["link"] == NINJS
        assert (told["uri"], told["urgency"], told["pubStatus"]) == (f"urn:syndicate:{item.sub}", 2, "usable")
        slice_ = await served.get("/feeds/agency/aa.news.ninjs")
        assert slice_.headers["link"].endswith(f", {NINJS}")
        assert "hub" not in slice_.headers["link"], "only what is pushed can be subscribed to"
        (one,) = json.loads(slice_.body)["associations"]
        assert {name: value for name, value in one.items() if name != "name"} == told
        for wrong in (f"{item.sub}/2", f"{item.sub}/01", f"{item.sub}/", "aa.news:x/1"):
            assert (await served.get(f"/v1/items/{wrong}.ninjs")).status == 404


async def test_a_signed_alert_and_what_follows_it_are_there_in_cap(here: Place) -> None:
    async with hub_at_work(here) as served:
        [token, story] = [
            *await served.release("storm", kind=Kind.ALERT, alert=ALERT),
            *await served.release("story"),
        ]
        item = recall(token)
        reply = await served.get(f"/v1/items/{item.sub}/1.cap")
        assert (reply.status, reply.headers["content-type"]) == (200, "application/cap+xml")
        assert reply.headers["cache-control"] == "public, max-age=15, must-revalidate"
        tag = f"If-None-Match: {reply.headers['etag']}"
        assert (await served.get(f"/v1/items/{item.sub}/1.cap", tag)).status == 304
        assert (await served.get(f"/v1/items/{item.sub}/1.cap", NOTHING)).status == 406
        first = etree.fromstring(reply.body)
        assert first.findtext("{*}msgType") == "Alert"
        await served.release("storm", ver=2, kind=Kind.ALERT, act=Act.RETRACT, note="over", content=None)
        cancel = etree.fromstring((await served.get(f"/v1/items/{item.sub}/2.cap")).body)
        assert cancel.findtext("{*}msgType") == "Cancel"
        said = ",".join(first.findtext(f"{{*}}{name}") or "" for name in ("sender", "identifier", "sent"))
        assert cancel.findtext("{*}references") == said
        for wrong in (f"{recall(story).sub}/1", f"{item.sub}/3", f"{item.sub}/x"):
            reply = await served.get(f"/v1/items/{wrong}.cap")
            assert (reply.status, reply.headers["content-type"]) == (404, "application/problem+json")


async def test_a_withdrawal_of_kind_alert_whose_alert_nobody_saw_is_no_message(here: Place) -> None:
    async with hub_at_work(here) as served:
        [token] = await served.release("odd")
        await served.release("odd", ver=2, kind=Kind.ALERT, act=Act.RETRACT, note="over", content=None)
        assert (await served.get(f"/v1/items/{recall(token).sub}/2.cap")).status == 404


async def test_what_a_law_took_back_is_gone_in_every_format(here: Place) -> None:
    async with hub_at_work(here) as served:
        [token] = await served.release("gone")
        await served.hub.storage.write(lambda book: book.erase([digest_of(token)], b'{"act":"erase"}'))
        for ending in ("ninjs", "cap"):
            assert (await served.get(f"/v1/items/{recall(token).sub}/1.{ending}")).status == 410


async def test_the_index_of_alerts_lists_those_in_force_and_their_cancellation(here: Place) -> None:
    async with hub_at_work(here) as served:

        async def listed() -> list[str | None]:
            reply = await served.get("/cap/index.atom")
            assert reply.headers["cache-control"] == "public, max-age=15, must-revalidate"
            links = etree.fromstring(reply.body).findall("{*}entry/{*}link")
            assert {link.get("type") for link in links} <= {"application/cap+xml"}
            return [(link.get("href") or "").removeprefix(served.hub.url) for link in links]

        assert await listed() == []
        [token, *_] = [
            *await served.release("storm", kind=Kind.ALERT, alert=ALERT),
            *await served.release(
                "over", kind=Kind.ALERT, alert=replace(ALERT, expires="2026-11-23T00:00:00Z")
            ),
            *await served.release("story"),
        ]
        await served.until_sealed(3)
        assert await listed() == [f"/v1/items/{recall(token).sub}/1.cap"]
        assert (await served.get((await listed())[0] or "")).status == 200
        await served.release("storm", ver=2, kind=Kind.ALERT, act=Act.RETRACT, note="over", content=None)
        await served.until_sealed(4)
        assert await listed() == [f"/v1/items/{recall(token).sub}/2.cap"]
        served.clock.time += 86_400
        assert await listed() == []


async def test_what_stands_withdrawn_has_a_tombstone_in_a_feed_of_its_own(here: Place) -> None:
    async with hub_at_work(here) as served:

        async def stones(path: str) -> list[str | None]:
            reply = await served.get(f"/feeds/{path}.tombstones")
            assert reply.headers["content-type"] == "application/atom+xml; charset=utf-8"
            root = etree.fromstring(reply.body)
            assert root.find("{*}entry") is None
            return [stone.get("ref") for stone in root.findall("{*}deleted-entry")]

        tokens = await served.release("kept", "held", "gone")
        held, gone = (f"urn:syndicate:{recall(token).sub}" for token in tokens[1:])
        assert await stones("all") == []
        await served.release("kept", ver=2, act=Act.CORRECT, note="better")
        await served.release("held", ver=2, act=Act.WITHHOLD, note="wait", content=None)
        await served.release("gone", ver=2, act=Act.RETRACT, note="no", content=None)
        await served.until_sealed(6)
        for path in ("all", "aa", "agency/aa.news", "lang/en/kind/corrections", "kind/story"):
            assert await stones(path) == [gone, held]
        for path in ("bb", "lang/vi", "kind/alert"):
            assert await stones(path) == []
        await served.release("held", ver=3, act=Act.UPDATE, note="use it again")
        await served.until_sealed(7)
        assert await stones("all") == [gone]
        feed = etree.fromstring((await served.get("/feeds/all.atom")).body)
        assert feed.find("{*}deleted-entry") is None


async def test_the_list_of_feeds_names_only_feeds_that_are_there(here: Place) -> None:
    async with hub_at_work(here) as served:
        reply = await served.get("/feeds.opml")
        assert reply.headers["content-type"] == "text/x-opml; charset=utf-8"
        root = etree.fromstring(reply.body)
        groups = [each for each in root.iterfind("body/outline") if each.get("type") is None]
        assert [len(group) for group in groups] == [3, 2]
        feeds = [str(each.get("xmlUrl")) for each in root.iter("outline") if each.get("type") == "rss"]
        assert len(feeds) == len(set(feeds)) >= 6
        for address in feeds:
            assert (await served.get(address.removeprefix(served.hub.url))).status == 200


async def test_the_news_sitemap_leads_to_the_pages_of_what_is_news(here: Place) -> None:
    async with hub_at_work(here) as served:
        empty = etree.fromstring((await served.get("/sitemap-news.xml")).body)
        assert len(empty) == 0
        old = {"published": "2026-01-01T00:00:00Z"}
        [token, *_] = [*await served.release("one"), *await served.release("old", **old)]
        item = recall(token)
        reply = await served.get("/sitemap-news.xml")
        assert reply.headers["content-type"] == "application/xml"
        pages = etree.fromstring(reply.body).findall("s:url/s:loc", SITEMAP)
        assert [page.text for page in pages] == [f"{served.hub.url}/item/{item.sub}"]
        served.clock.time += 10
        await served.release("one", ver=2, act=Act.RETRACT, note="why", content=None)
        await served.until_sealed(3)
        assert len(etree.fromstring((await served.get("/sitemap-news.xml")).body)) == 0


async def test_feeds_have_a_picture(here: Place) -> None:
    async with hub_at_work(here) as served:
        feed = etree.fromstring((await served.get("/feeds/all.rss")).body)
        address = feed.findtext("channel/image/url") or ""
        reply = await served.get(address.removeprefix(served.hub.url))
        assert (reply.status, reply.headers["content-type"]) == (200, "image/png")
        assert reply.body.startswith(b"\x89PNG")
