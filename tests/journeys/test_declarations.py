"""A declaration moves whoever makes it, and nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from press import PressRoom
from telling import JOINT, OTHER, Hub, body, hub_of

from syndicate.news import Act, ItemId, Relation, RelationType

Rooms = dict[str, PressRoom]


@pytest.fixture
def rooms() -> Rooms:
    return {code: PressRoom(f"{code}.demo", seed=at) for at, code in enumerate(("sg", "my", "ph", "vn"), 1)}


@pytest.fixture
async def hub(tmp_path: Path, rooms: Rooms) -> AsyncIterator[Hub]:
    async with hub_of(tmp_path / "hub.db", *rooms.values()) as opened:
        yield opened


def said(room: PressRoom, lines: tuple[str, ...] = JOINT, ver: int = 1, **more: Any) -> str:
    act = {"act": Act.CORRECT, "note": "said why"} if ver > 1 else {}
    claims: dict[str, Any] = {"title": f"Clean beaches ({room.id})", "lang": "en", "ver": ver} | act | more
    return room.publish("it", content=body(lines), **claims)


def sub(room: PressRoom) -> ItemId:
    return room.item("it").sub


def derives(room: PressRoom) -> dict[str, Any]:
    return {"relations": (Relation(type=RelationType.DERIVES, sub=sub(room)),)}


async def told(hub: Hub) -> list[list[str]]:
    return sorted(map(sorted, await hub.told()))


async def test_attack_a_copy_that_declares_to_be_anothers_brings_nobody_together(
    hub: Hub, rooms: Rooms
) -> None:
    await hub.take(said(rooms["sg"]), said(rooms["vn"], OTHER))
    await hub.take(said(rooms["my"], **derives(rooms["vn"])))
    assert await told(hub) == [["my", "vn"], ["sg"]]
    await hub.take(said(rooms["ph"]))
    assert await told(hub) == [["my", "vn"], ["ph", "sg"]]


async def test_attack_a_copy_that_declares_it_later(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"]), said(rooms["vn"], OTHER), said(rooms["my"]))
    await hub.take(said(rooms["my"], ver=2, **derives(rooms["vn"])))
    assert await told(hub) == [["my", "vn"], ["sg"]]
    await hub.take(said(rooms["vn"], OTHER, ver=2))
    assert await told(hub) == [["my", "vn"], ["sg"]]


async def test_attack_a_copy_that_declares_what_will_come(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"]), said(rooms["my"], **derives(rooms["vn"])))
    await hub.take(said(rooms["vn"], OTHER))
    assert await told(hub) == [["my", "vn"], ["sg"]]


async def test_attack_who_comes_first_and_declares_something_else(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["vn"], OTHER), said(rooms["my"], **derives(rooms["vn"])))
    await hub.take(said(rooms["sg"]), said(rooms["ph"]))
    assert await told(hub) == [["my", "vn"], ["ph", "sg"]]


async def test_attack_who_comes_first_and_declares_what_will_come(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["my"], **derives(rooms["vn"])), said(rooms["sg"]), said(rooms["ph"]))
    await hub.take(said(rooms["vn"], OTHER))
    assert await told(hub) == [["my", "vn"], ["ph", "sg"]]


async def test_attack_who_comes_first_and_declares_later(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["my"]), said(rooms["sg"]), said(rooms["ph"]), said(rooms["vn"], OTHER))
    await hub.take(said(rooms["my"], ver=2, **derives(rooms["vn"])))
    assert await told(hub) == [["my", "vn"], ["ph", "sg"]]


async def test_a_source_that_comes_last_and_says_the_same_has_all_of_them_with_it(
    hub: Hub, rooms: Rooms
) -> None:
    await hub.take(said(rooms["my"], **derives(rooms["sg"])), said(rooms["ph"]))
    await hub.take(said(rooms["sg"]))
    (story,) = await hub.told()
    assert (story[0], sorted(story)) == ("sg", ["my", "ph", "sg"])


async def test_a_source_of_which_an_agency_has_an_item_already_calls_none_of_it_away(
    hub: Hub, rooms: Rooms
) -> None:
    mine: dict[str, Any] = {
        "relations": (Relation(type=RelationType.DERIVES, sub=rooms["my"].item("other").sub),)
    }
    await hub.take(said(rooms["sg"]), rooms["my"].publish("other", lang="en", content=body(OTHER)))
    await hub.take(said(rooms["my"], **mine))
    assert await told(hub) == [["my"], ["my", "sg"]]


async def test_whoever_declares_goes_with_its_source_when_the_operator_parts_others(
    hub: Hub, rooms: Rooms
) -> None:
    await hub.take(said(rooms["ph"]), said(rooms["my"], **derives(rooms["sg"])), said(rooms["sg"]))
    assert await told(hub) == [["my", "ph", "sg"]]
    await hub.rule("reject", sub(rooms["ph"]), sub(rooms["sg"]))
    assert await told(hub) == [["my", "sg"], ["ph"]]
