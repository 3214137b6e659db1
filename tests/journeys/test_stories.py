"""One story once, whoever tells it; nothing merged that does not belong together; nothing hidden from all."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from press import PressRoom
from telling import JOINT, OTHER, WEATHER, Hub, body, hub_of

from syndicate.news import Act, CORRECTIONS, ItemId, MemberCode, Relation, RelationType, Slice


@pytest.fixture
def rooms() -> dict[str, PressRoom]:
    return {code: PressRoom(f"{code}.demo", seed=at) for at, code in enumerate(("sg", "my", "ph", "vn"), 1)}


@pytest.fixture
async def hub(tmp_path: Path, rooms: dict[str, PressRoom]) -> AsyncIterator[Hub]:
    async with hub_of(tmp_path / "hub.db", *rooms.values()) as opened:
        yield opened


def joint(room: PressRoom, name: str = "joint", headline: str = "Clean beaches", **more: object) -> str:
    """The joint statement under a headline and a credit line of this newsroom's own."""
    lines = [f"{room.id} news desk.", *JOINT]
    return room.publish(name, title=f"{headline} ({room.id})", lang="en", content=body(lines), **more)


async def test_a_statement_of_three_agencies_is_one_story_the_origin_first(
    hub: Hub, rooms: dict[str, PressRoom]
) -> None:
    await hub.take(joint(rooms["my"], published="2026-11-23T11:50:00Z"))
    await hub.take(joint(rooms["sg"], published="2026-11-23T11:40:00Z"))
    await hub.take(joint(rooms["ph"]), rooms["vn"].publish("bus", lang="en", content=body(OTHER)))
    assert await hub.told() == [["vn"], ["sg", "my", "ph"]] or await hub.told() == [
        ["sg", "my", "ph"],
        ["vn"],
    ]
    for slice_ in (Slice(member=MemberCode("ph")), Slice(member=MemberCode("my"))):
        assert await hub.told(slice_) == [["sg", "my", "ph"]]
    assert len(await hub.storage.page(Slice(), -1, 10)) == 4


async def test_joining_later_moves_updated_and_nothing_else(hub: Hub, rooms: dict[str, PressRoom]) -> None:
    await hub.take(joint(rooms["sg"]))
    (before,) = await hub.stories()
    await hub.take(joint(rooms["my"]))
    (after,) = await hub.stories()
    assert after["id"] == before["id"]
    assert after["date_modified"] > before["date_modified"]
    (also,) = after["_syndicate"].pop("also")
    assert (also["agency"], also["as"]) == ("my.demo", "copy")
    assert after | {"date_modified": ""} == before | {"date_modified": ""}


async def test_bulletins_that_differ_in_a_number_are_kept_apart(
    hub: Hub, rooms: dict[str, PressRoom]
) -> None:
    def bulletin(room: PressRoom, name: str, degrees: int) -> str:
        lines = [line.format(degrees) for line in WEATHER]
        return room.publish(name, title="Weather", lang="en", content=body(lines))

    await hub.take(bulletin(rooms["sg"], "one", 31), bulletin(rooms["my"], "two", 34))
    await hub.take(bulletin(rooms["sg"], "three", 32))
    assert sorted(await hub.told()) == [["my"], ["sg"], ["sg"]]
    assert ("my", "sibling", "sg") in await hub.found(rooms["my"].item("two").sub)
