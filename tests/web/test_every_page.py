"""What holds for every page: small, no script, no dead link, the same bytes until something moves."""

import re
from html import unescape

from hub_folder import Place, hub_at_work
from page_room import TEXTS, PageRoom
from read_pages import read, shown

from syndicate.news import Act, Content, Kind
from syndicate.web import WebLimits


def everything(room: PageRoom) -> list[str]:
    items = [f"/item/{room.sub(f'one{lang}')}" for lang in TEXTS]
    special = [
        f"/item/{room.sub(name)}" for name in ("flood", "gone", "held", "warning", "dam", "translated")
    ]
    return [
        "/", "/wire", "/wire/lang/km", "/sources", "/sources/aa.news", "/sources/bb.gov", "/corrections",
        "/stories", "/stories/lang/km", "/log", "/lookup", "/subscribe", "/search", "/search?q=flood",
        *items, *special,
        f"/item/{room.sub('flood')}/1", f"/item/{room.sub('nofloods', room.bb)}",
    ]  # fmt: skip


async def test_every_page_is_small_needs_no_script_and_lets_nothing_in(room: PageRoom) -> None:
    for path in everything(room):
        reply = await room.served.get(path)
        assert reply.status == 200, path
        assert len(reply.body) < 50_000, path
        policy = reply.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-"), path
        assert "unsafe" not in policy
        assert reply.headers["referrer-policy"] == "no-referrer"
        page = reply.body.decode()
        assert not re.findall(
            r"<(?:img|iframe|object|embed|video|audio|base)\b|\son[a-z]+=|javascript:", page
        ), path
        assert re.findall(r"<script[^>]*>", page) in ([], ['<script type="application/ld+json">']), path


async def test_every_link_of_ours_leads_somewhere(room: PageRoom) -> None:
    """But to the stream, which does not end, and to what this federation has nothing of."""
    links: set[str] = set()
    for path in everything(room):
        page = (await shown(room, path)).replace(room.served.hub.url, "")
        links |= set(re.findall(r'href="(/[^"#]*)', page))
    assert len(links) > 100
    for link in sorted(links):
        if not link.startswith("/v1/stream"):
            assert (await room.served.get(unescape(link))).status == 200, link


async def test_every_place_in_a_page_that_is_pointed_at_is_there(room: PageRoom) -> None:
    page = await shown(room, "/subscribe")
    for name in re.findall(r'href="(?:/subscribe)?#([a-z]+)"', page):
        assert f'id="{name}"' in page, name


async def test_every_page_is_the_same_bytes_until_something_moves(room: PageRoom) -> None:
    for path in everything(room):
        reply = await room.served.get(path)
        assert (await room.served.get(path, f"If-None-Match: {reply.headers['etag']}")).status == 304, path
        squeezed = await room.served.get(path, "Accept-Encoding: br")
        assert squeezed.headers["content-encoding"] == "br", path
        assert len(squeezed.body) < 12_000, path
        head = await room.served.get(path, method="HEAD")
        assert (head.status, head.body) == (200, b""), path


async def test_a_page_follows_what_it_shows(here: Place) -> None:
    async with hub_at_work(here) as served:
        await served.release("one", kind=Kind.STORY, content=Content(type="text/plain", body="Before."))
        sub = here.newsroom.item("one").sub
        before = [await served.get(path) for path in ("/", f"/item/{sub}", "/corrections", "/log")]
        note = {"act": Act.CORRECT, "note": "Mended."}
        await served.release("one", ver=2, content=Content(type="text/plain", body="After."), **note)
        await served.until_sealed(2)
        after = [await served.get(path) for path in ("/", f"/item/{sub}", "/corrections", "/log")]
        for old, new in zip(before, after, strict=True):
            assert old.headers["etag"] != new.headers["etag"]
        assert "<del>Before</del><ins>After</ins>" in after[1].body.decode()


async def test_more_pages_than_may_be_waited_for_ask_to_come_back(here: Place) -> None:
    async with hub_at_work(here, web=WebLimits(pages_waiting=0)) as served:
        assert (await served.get("/")).status == 200, "what everybody asks for is not held up by the others"
        reply = await served.get("/wire/aa/kind/alert")
        assert (reply.status, reply.headers["retry-after"]) == (503, "5")
        assert "Come back in a few seconds" in read(reply.body.decode())


async def test_pages_are_kept_only_as_far_as_their_bytes_go(here: Place) -> None:
    async with hub_at_work(here, web=WebLimits(pages_bytes=1)) as served:
        for path in ("/", "/log", "/sources", "/"):
            assert (await served.get(path)).status == 200
