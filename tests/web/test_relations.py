"""How an item stands to others, asked of a hub at work: for programs, for people, and by its operator."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hub_folder import Newsroom, Served, hub_at_work, place
from page_room import OtherRoom, _enrol_the_other
from telling import JOINT, WEATHER, body

from syndicate.assembly import rule_relation
from syndicate.cli import main
from syndicate.errors import DeliverError
from syndicate.news import Act, ItemId
from syndicate.web._pages import _stories


@dataclass
class Room:
    served: Served
    aa: Newsroom
    bb: OtherRoom

    @property
    def subs(self) -> tuple[ItemId, ItemId]:
        return self.aa.item("joint").sub, self.bb.item("joint").sub

    @property
    def database(self) -> Path:
        return self.served.here.folder / "hub.sqlite3"

    async def stories(self) -> list[dict[str, Any]]:
        await self.served.hub.gatherer.catch_up()
        self.served.clock.time += 6
        found: list[dict[str, Any]] = (await self.served.json("/feeds/stories.json"))["items"]
        return found


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with place(tmp_path) as here:
        _enrol_the_other(here)
        async with hub_at_work(here) as served:
            room = Room(served, here.newsroom, OtherRoom())
            for each, extra in ((room.aa, ()), (room.bb, ("By our own desk.",))):
                token = each.release("joint", title=f"Beaches ({each.id})", content=body((*JOINT, *extra)))
                assert [one["outcome"] for one in await served.submit(token)] == ["admitted"]
            await served.hub.gatherer.catch_up()
            yield room


async def test_the_api_tells_story_relations_and_evidence(room: Room) -> None:
    first, second = room.subs
    told = await room.served.json(f"/v1/items/{second}/relations.json")
    assert [each["sub"] for each in told["story"]["items"]] == [first, second]
    (found,) = told["relations"]
    assert (found["type"], found["rule"], found["state"], found["current"]) == (
        "copy",
        "alike",
        "stands",
        True,
    )
    assert found["score"] > 0.9
    (difference,) = found["differences"]
    assert "By our own desk" in difference["here"]
    for wrong in ("no.one:aaaaaaaaaaaaaaaaaaaaaaaaaa", "nonsense"):
        assert (await room.served.get(f"/v1/items/{wrong}/relations.json")).status == 404


async def test_the_page_of_each_tells_who_else_published_it(room: Room) -> None:
    for sub, other in (room.subs, room.subs[::-1]):
        page = (await room.served.get(f"/item/{sub}")).body.decode()
        assert f'href="/item/{other}"' in page
        assert "One story, the origin first" in page
        assert f"/v1/items/{sub}/relations.json" in page


async def test_a_page_says_why_two_that_are_alike_stand_apart(room: Room) -> None:
    for each, degrees in ((room.aa, 31), (room.bb, 34)):
        lines = [line.format(degrees) for line in WEATHER]
        await room.served.submit(each.release("weather", content=body(lines)))
    await room.stories()
    page = (await room.served.get(f"/item/{room.bb.item('weather').sub}")).body.decode()
    assert "Alike, but with other figures or words" in page
    assert "· <bdi>" in page
    assert "where one has “34” the other has “31”" in page
    assert "What is declared" not in page, "nothing is"


async def test_a_feed_of_stories_names_no_hub_and_leads_to_all_items(room: Room) -> None:
    (story,) = await room.stories()
    (also,) = story["_syndicate"]["also"]
    assert also["agency"] == "bb.gov"
    reply = await room.served.get("/feeds/stories.atom")
    assert f'syn:title="{also["title"]}"'.encode() in reply.body, "nobody's headline is hidden"
    assert b'rel="hub"' not in reply.body
    assert "hub" not in reply.headers.get("link", "")
    assert len((await room.served.json("/feeds/all.json"))["items"]) == 2
    assert (await room.served.get("/feeds/stories/aa.rss")).status == 200
    assert (await room.served.get("/feeds/stories/nope.rss")).status == 404
    asked = await room.served.get("/feeds/stories/all.rss")
    assert (asked.status, b"/feeds/stories.rss" in asked.body) == (404, True)


async def test_the_operator_parts_two_items_of_a_running_hub_and_takes_it_back(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    for verdict, stories in (("reject", 2), ("confirm", 1)):
        told = await rule_relation(room.database, verdict, *room.subs, "another statement")
        await room.served.hub.sealer.seal_once()
        assert len(await room.stories()) == stories
        act = await room.served.json(f"/log/act/{told['act']}.json")
        assert (act["act"], act["reason"]) == (f"relation-{verdict}", "another statement")
    assert (
        await asyncio.to_thread(
            main, ["relations", "list", "--state", "confirmed", "--json", "--db", str(room.database)]
        )
        == 0
    )
    (found,) = json.loads(capsys.readouterr().out)
    assert {found["sub"], found["to_sub"]} == set(room.subs)
    assert await asyncio.to_thread(main, ["relations", "list", "--db", str(room.database)]) == 0
    listed = capsys.readouterr().out
    for words in ("(copy) says nearly the same as", "Beaches (aa.news)", "Beaches (bb.gov)", "1 relation."):
        assert words in listed
    assert await asyncio.to_thread(main, ["case", room.subs[0], "--db", str(room.database)]) == 0
    assert "the operator says that it does not belong" in capsys.readouterr().out


@pytest.mark.parametrize("sub", ["aa.news:aaaaaaaaaaaaaaaaaaaaaaaaaa", None])
async def test_no_word_is_noted_on_what_is_not_here_or_is_one_item(room: Room, sub: str | None) -> None:
    with pytest.raises(DeliverError, match=r"nothing of|one item"):
        await rule_relation(room.database, "reject", room.subs[0], ItemId(sub or room.subs[0]), "x")


async def test_explain_tells_it_beside_the_running_hub(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = room.subs
    assert await asyncio.to_thread(main, ["explain", second, first, "--db", str(room.database)]) == 0
    told = capsys.readouterr().out
    for words in (
        "One story of 2, the origin first",
        "copy",
        "By our own desk",
        f"Compared now with {first}",
    ):
        assert words in told
    assert await asyncio.to_thread(main, ["explain", second, second, "--db", str(room.database)]) == 2
    assert "one item, not two" in capsys.readouterr().err
    assert await asyncio.to_thread(main, ["explain", second, "--json", "--db", str(room.database)]) == 0
    assert json.loads(capsys.readouterr().out)["story"]["origin"] == first
    assert (
        await asyncio.to_thread(
            main, ["explain", "aa.news:aaaaaaaaaaaaaaaaaaaaaaaaaa", "--db", str(room.database)]
        )
        == 2
    )


async def test_explain_says_what_was_withdrawn_and_a_revision_is_never_past(
    room: Room, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = room.bb.release("joint", ver=2, act=Act.RETRACT, note="Wrong.", title="Beaches", content=None)
    await room.served.submit(gone)
    await room.stories()
    assert await asyncio.to_thread(main, ["explain", room.subs[1], "--db", str(room.database)]) == 0
    told = capsys.readouterr().out
    assert ", version 2: [WITHDRAWN] Beaches" in told
    (revised,) = [line for line in told.splitlines() if " revision " in line]
    assert "no longer" not in revised


@pytest.mark.parametrize(
    ("named", "told"),
    [
        pytest.param(
            ["--limit", "99999999999999999999"], "from 1 to 999999", id="more than a database counts"
        ),
        pytest.param(["--limit", "-1"], "from 1 to 999999", id="less than none"),
        pytest.param(["--agency", "\udcff"], "an agency's id is", id="what is no text"),
    ],
)
def test_an_operator_who_asks_for_nonsense_is_told_so(
    named: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["relations", "list", *named])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


async def page_of(room: Room, path: str) -> str:
    room.served.clock.time += 6
    reply = await room.served.get(path)
    assert reply.status == 200, path
    return reply.body.decode()


async def test_the_page_of_stories_has_each_once_the_origin_first(room: Room) -> None:
    first, second = room.subs
    page = await page_of(room, "/stories")
    assert page.count("<h2 ") == 1
    for told in (
        f'<a href="/item/{first}/1">', f'href="/item/{second}/1"', "Also published by", "says nearly",
        f'href="/v1/items/{first}/relations.json"', 'href="/feeds/stories.rss"', 'name="stories" value="1"',
    ):  # fmt: skip
        assert told in page, told
    assert page.count("<h2 ") == 1
    assert 'type="application/atom+xml"' in page
    assert await page_of(room, "/stories?before=1") != page
    wire = await page_of(room, "/")
    assert wire.count("<h2 ") == 2, "nothing is hidden"
    for way in ('<li><a href="/stories">', 'href="/feeds/stories.json"'):
        assert way in wire, way


async def test_a_story_stands_in_every_slice_that_one_of_its_items_is_in(room: Room) -> None:
    first, second = room.subs
    for member in ("aa", "bb"):
        page = await page_of(room, f"/stories/{member}")
        assert f'<a href="/item/{first}/1">' in page, member
        assert f'href="/item/{second}/1"' in page, member
    assert (await room.served.get("/stories/kind/nope")).status == 404
    assert (await room.served.get("/stories/all")).status == 404
    assert (await room.served.get("/stories/zz")).status == 404


async def test_the_filter_leads_to_the_stories_of_a_slice(room: Room) -> None:
    for asked, where in (("?stories=1", "/stories"), ("?stories=1&member=aa&lang=", "/stories/aa")):
        reply = await room.served.get(f"/wire{asked}")
        assert (reply.status, reply.headers["location"]) == (303, where)


async def test_pages_of_stories_go_on_and_show_none_twice(room: Room) -> None:
    for number in range(35):
        letters = chr(98 + number // 20) + chr(98 + number % 20)
        title = f"Another matter {number} " + "ដ" * 250
        token = room.aa.release(f"n{letters}", title=title, content=body((f"Matter {letters} " * 30,)))
        await room.served.submit(token)
    await room.served.hub.gatherer.catch_up()
    path, seen = "/stories", list[str]()
    while path:
        page = await page_of(room, path)
        assert len(page.encode()) < 50_000
        seen += re.findall(r'<h2 [^>]*><a href="/item/([^/"]+)', page)
        turn = re.search(r'href="(/stories\?before=\d+)"', page)
        path = turn[1] if turn else ""
    assert len(seen) == len(set(seen)) == 36


async def test_a_story_of_very_many_says_how_many_more(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_stories, "_OTHERS", 0)
    monkeypatch.setattr(_stories, "_TITLE", 5)
    assert "and 1 more" in await page_of(room, "/stories")


async def test_opml_and_the_page_on_subscribing_name_stories_and_searches(room: Room) -> None:
    opml = await page_of(room, "/feeds.opml")
    assert 'xmlUrl="http' in opml
    assert "/feeds/stories.rss" in opml
    assert "/feeds/stories/lang/" in opml
    page = await page_of(room, "/subscribe")
    for way in ('href="/feeds/stories.rss"', 'href="/feeds/search.rss?q=mekong"', "/stories/aa/lang/"):
        assert way in page, way
    assert (await room.served.get("/feeds/search.rss?q=mekong")).status == 200
