"""What may be the same in another language is proposed, merges nothing, and goes when somebody says so."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from press import DAY, PressRoom
from telling import Hub, hub_of

from syndicate.dedupe import RelatedAs, Standing
from syndicate.news import Act, Content, MemberCode, Relation, RelationType, Slice

Rooms = dict[str, PressRoom]
ENGLISH = "On 23 November 2026 the river rose to 1,250 cm; 34,817 people left 6,420 houses, 351 by boat."
THAI = "วันที่ ๒๓ พฤศจิกายน ๒๕๖๙ แม่น้ำสูง ๑,๒๕๐ ซม. ประชาชน ๓๔,๘๑๗ คน จาก ๖,๔๒๐ หลัง และ ๓๕๑ คนทางเรือ"
VIET = "Ngày 23 tháng 11 năm 2026 nước sông dâng 1.250 cm; 34.817 người rời 6.420 ngôi nhà, 351 người đi."


@pytest.fixture
def rooms() -> Rooms:
    return {code: PressRoom(f"{code}.demo", seed=at) for at, code in enumerate(("sg", "th", "vn"), 1)}


@pytest.fixture
async def hub(tmp_path: Path, rooms: Rooms) -> AsyncIterator[Hub]:
    async with hub_of(tmp_path / "hub.db", *rooms.values()) as opened:
        yield opened


def said(room: PressRoom, name: str, text: str, lang: str, **more: Any) -> str:
    return room.publish(name, title=name, lang=lang, content=Content(type="text/plain", body=text), **more)


async def proposed(hub: Hub, room: PressRoom, name: str = "flood") -> list[tuple[str, str, str]]:
    return await hub.found(room.item(name).sub)


async def test_the_same_figures_in_another_language_are_proposed_and_merge_nothing(
    hub: Hub, rooms: Rooms
) -> None:
    await hub.take(said(rooms["sg"], "flood", ENGLISH, "en"))
    (before,) = await hub.stories()
    await hub.take(said(rooms["th"], "flood", THAI, "th"), said(rooms["vn"], "flood", VIET, "vi"))
    as_ = "translation-possible"
    assert await proposed(hub, rooms["sg"]) == [("th", as_, "sg"), ("vn", as_, "sg")]
    assert ("vn", as_, "th") in await proposed(hub, rooms["vn"])
    assert sorted(await hub.told()) == [["sg"], ["th"], ["vn"]]
    assert before in await hub.stories(), "nothing of it moved"


async def test_the_operator_takes_a_proposal_back_for_later_versions_too(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"], "flood", ENGLISH, "en"), said(rooms["th"], "flood", THAI, "th"))
    await hub.rule("reject", rooms["sg"].item("flood").sub, rooms["th"].item("flood").sub)
    update = {"ver": 2, "act": Act.UPDATE, "note": "more"}
    await hub.take(said(rooms["th"], "flood", THAI + " เพิ่มเติม", "th", **update))
    states = {each.state for each in await hub.storage.relations(rooms["th"].item("flood").sub) if each.score}
    assert states == {Standing.REJECTED}


async def test_declared_beats_proposed(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"], "flood", ENGLISH, "en"))
    relations = (Relation(type=RelationType.TRANSLATES, sub=rooms["sg"].item("flood").sub),)
    await hub.take(said(rooms["th"], "flood", THAI, "th", relations=relations))
    assert await proposed(hub, rooms["th"]) == []
    assert any(
        each.type is RelatedAs.TRANSLATES
        for each in await hub.storage.relations(rooms["th"].item("flood").sub)
    )


async def test_a_flood_of_one_agency_pushes_nobody_out(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"], "flood", ENGLISH, "en"))
    await hub.take(*(said(rooms["th"], f"near{a}{b}", THAI, "th") for a in "abcdefgh" for b in "abcdefgh"))
    await hub.take(said(rooms["vn"], "flood", VIET, "vi"))
    found = await proposed(hub, rooms["vn"])
    assert ("vn", "translation-possible", "sg") in found
    assert len(found) == 2, "one of each agency and language"


async def test_a_correction_in_a_figure_ends_it(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"], "flood", ENGLISH, "en"))
    correct = {"ver": 2, "act": Act.CORRECT, "note": "a figure"}
    await hub.take(said(rooms["sg"], "flood", ENGLISH.replace("351", "352"), "en", **correct))
    await hub.take(said(rooms["th"], "flood", THAI, "th"))
    assert await proposed(hub, rooms["th"]) == []


async def test_what_is_eight_days_older_is_swept_and_what_is_erased_goes(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"], "flood", ENGLISH, "en"), said(rooms["th"], "flood", THAI, "th"))
    assert await figures(hub) == 2
    (gone,) = await hub.storage.page(Slice(member=MemberCode("sg")), -1, 9)
    await hub.storage.write(lambda book: book.erase([gone.digest], b'{"act":"erase"}'))
    await hub.seal()
    assert (await figures(hub), await proposed(hub, rooms["th"])) == (1, [])
    hub.clock.hands += 9 * DAY
    await hub.take(said(rooms["vn"], "flood", VIET, "vi", iat=int(hub.clock.hands)))
    assert await figures(hub) == 1


async def figures(hub: Hub) -> int:
    reading = hub.storage.reading  # type: ignore[attr-defined]  # the one that is under test has it
    count: int = await reading(lambda view: view.exec_driver_sql("SELECT count(*) FROM figure").scalar_one())
    return count
