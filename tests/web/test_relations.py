"""How an item stands to others, asked of a hub at work: for programs, for people, and by its operator."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hub_folder import Newsroom, Served, hub_at_work, place
from page_room import OtherRoom, _enrol_the_other
from telling import JOINT, body

from syndicate.assembly import rule_relation
from syndicate.cli import main
from syndicate.errors import DeliverError
from syndicate.news import ItemId


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


async def test_a_feed_of_stories_names_no_hub_and_leads_to_all_items(room: Room) -> None:
    (story,) = await room.stories()
    assert [each["agency"] for each in story["_syndicate"]["also"]] == ["bb.gov"]
    reply = await room.served.get("/feeds/stories.atom")
    assert b'rel="hub"' not in reply.body
    assert "hub" not in reply.headers.get("link", "")
    assert len((await room.served.json("/feeds/all.json"))["items"]) == 2
    assert (await room.served.get("/feeds/stories/aa.rss")).status == 200
    assert (await room.served.get("/feeds/stories/nope.rss")).status == 404


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
    assert await asyncio.to_thread(main, ["explain", second, "--json", "--db", str(room.database)]) == 0
    assert json.loads(capsys.readouterr().out)["story"]["origin"] == first
    assert (
        await asyncio.to_thread(
            main, ["explain", "aa.news:aaaaaaaaaaaaaaaaaaaaaaaaaa", "--db", str(room.database)]
        )
        == 2
    )
