"""One story once, whoever tells it; nothing merged that does not belong together; nothing hidden from all."""

import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from press import DAY, PressRoom
from telling import JOINT, OTHER, WEATHER, Hub, body, hub_of

from syndicate.dedupe import RelatedAs, Standing
from syndicate.news import Act, ItemId, MemberCode, Relation, RelationType, Slice

Rooms = dict[str, PressRoom]


@pytest.fixture
def rooms() -> Rooms:
    return {code: PressRoom(f"{code}.demo", seed=at) for at, code in enumerate(("sg", "my", "ph", "vn"), 1)}


@pytest.fixture
async def hub(tmp_path: Path, rooms: Rooms) -> AsyncIterator[Hub]:
    async with hub_of(tmp_path / "hub.db", *rooms.values()) as opened:
        yield opened


def joint(room: PressRoom, name: str = "joint", lines: tuple[str, ...] = JOINT, **more: Any) -> str:
    """The joint statement under a headline and a credit line of this newsroom's own."""
    said = {"title": f"Clean beaches ({room.id})", "lang": "en"} | more
    return room.publish(name, content=body([f"{room.id} news desk.", *lines]), **said)


def again(room: PressRoom, ver: int, lines: tuple[str, ...], name: str = "joint", **more: Any) -> str:
    return joint(room, name, lines, ver=ver, act=Act.CORRECT, note="said why", **more)


def bulletin(room: PressRoom, name: str, degrees: int, **more: Any) -> str:
    lines = [line.format(degrees) for line in WEATHER]
    return room.publish(name, title="Weather", lang="en", content=body(lines), **more)


def sub(room: PressRoom, name: str = "joint") -> ItemId:
    return room.item(name).sub


def shuffled(name: str) -> tuple[str, ...]:
    """Some lines of the same words, which say nothing that another one says."""
    words = " ".join((*JOINT, *OTHER, *WEATHER)).replace("{} ", "").split()
    random.Random(name).shuffle(words)
    return (" ".join(words[:70]),)


def derives(room: PressRoom, name: str = "joint") -> dict[str, Any]:
    return {"relations": (Relation(type=RelationType.DERIVES, sub=sub(room, name)),)}


async def test_a_statement_of_three_agencies_is_one_story_the_origin_first(hub: Hub, rooms: Rooms) -> None:
    await hub.take(joint(rooms["my"], published="2026-11-23T11:50:00Z"))
    await hub.take(joint(rooms["sg"], published="2026-11-23T11:40:00Z"))
    await hub.take(joint(rooms["ph"]), rooms["vn"].publish("bus", lang="en", content=body(OTHER)))
    assert sorted(await hub.told()) == [["sg", "my", "ph"], ["vn"]]
    for member in ("ph", "my"):
        assert await hub.told(Slice(member=MemberCode(member))) == [["sg", "my", "ph"]]
    assert len(await hub.storage.page(Slice(), -1, 10)) == 4, "nothing is hidden from all"
    story = await hub.storage.story_of(sub(rooms["ph"]))
    assert story is not None
    assert story.rule == "published-first"


async def test_joining_later_moves_updated_and_nothing_else(hub: Hub, rooms: Rooms) -> None:
    await hub.take(joint(rooms["sg"]))
    (before,) = await hub.stories()
    await hub.take(joint(rooms["my"]))
    (after,) = await hub.stories()
    assert after["id"] == before["id"]
    assert after["date_modified"] > before["date_modified"]
    (also,) = after["_syndicate"].pop("also")
    assert (also["agency"], also["as"]) == ("my.demo", "copy")
    assert after | {"date_modified": ""} == before | {"date_modified": ""}


async def test_leaving_moves_updated_of_who_leaves_and_of_who_is_left(hub: Hub, rooms: Rooms) -> None:
    """Else a reader who keeps the newer of two entries would show who also published it for ever."""
    await hub.take(joint(rooms["sg"]), joint(rooms["my"]))
    (together,) = await hub.stories()
    hub.clock.hands += 100
    await hub.rule("reject", sub(rooms["sg"]), sub(rooms["my"]))
    parted = await hub.stories()
    assert [each["_syndicate"].get("also") for each in parted] == [None, None]
    assert all(each["date_modified"] > together["date_modified"] for each in parted)
    hub.clock.hands += 100
    await hub.rule("confirm", sub(rooms["sg"]), sub(rooms["my"]))
    (again_,) = await hub.stories()
    assert again_["date_modified"] > parted[0]["date_modified"]


@pytest.mark.parametrize("at", ["x", "2030-01-01T00:00:00", "2001-01-01T00:00:00Z"])
async def test_an_act_that_does_not_say_when_counts_from_what_was_sealed_last(
    hub: Hub, rooms: Rooms, at: str
) -> None:
    await hub.take(joint(rooms["sg"]), joint(rooms["my"]))
    (together,) = await hub.stories()
    await hub.rule("reject", sub(rooms["sg"]), sub(rooms["my"]), at)
    parted = await hub.stories()
    assert [each["date_modified"] for each in parted] == [together["date_modified"]] * 2


async def test_who_is_left_by_a_correction_says_so_too(hub: Hub, rooms: Rooms) -> None:
    await hub.take(joint(rooms["sg"]), joint(rooms["my"]))
    (together,) = await hub.stories()
    await hub.take(again(rooms["my"], 2, OTHER))
    left = next(each for each in await hub.stories() if each["_syndicate"]["agency"] == "sg.demo")
    assert left["date_modified"] > together["date_modified"]
    assert await hub.storage.story_of(sub(rooms["sg"])) is None


@pytest.mark.parametrize("format_", ["atom", "rss", "json", "ninjs"])
async def test_every_format_says_who_else_published(hub: Hub, rooms: Rooms, format_: str) -> None:
    await hub.take(joint(rooms["sg"]))
    alone = (await hub.press.document(Slice(), format_, stories=True)).body
    assert b"Demo News of my" not in alone
    await hub.take(joint(rooms["my"]))
    hub.clock.hands += 6
    together = (await hub.press.document(Slice(), format_, stories=True)).body
    assert together.count(b"Clean beaches (sg.demo)") >= 1
    for told in (b"Demo News of my", b"https://hub.example/item/my.demo", b"/feeds/stories"):
        assert told in together, told
    plain = (await hub.press.document(Slice(), format_)).body
    assert b"Clean beaches (my.demo)" in plain
    assert b"/feeds/stories" not in plain


async def test_bulletins_that_differ_in_a_number_are_kept_apart(hub: Hub, rooms: Rooms) -> None:
    await hub.take(bulletin(rooms["sg"], "one", 31))
    await hub.take(bulletin(rooms["my"], "two", 34), bulletin(rooms["sg"], "three", 32))
    assert sorted(await hub.told()) == [["my"], ["sg"], ["sg"]]
    assert ("my", "sibling", "sg") in await hub.found(sub(rooms["my"], "two"))
    assert ("sg", "sibling", "sg") in await hub.found(sub(rooms["sg"], "three")), "a series"


async def test_declared_beats_inferred(hub: Hub, rooms: Rooms) -> None:
    await hub.take(joint(rooms["sg"], **derives(rooms["my"])))
    await hub.take(joint(rooms["my"]))
    assert await hub.told() == [["my", "sg"]]
    await hub.take(joint(rooms["ph"], lines=OTHER, **derives(rooms["sg"])))
    assert await hub.told() == [["my", "sg", "ph"]], "by its own word, whatever its text"


@pytest.mark.parametrize("type_", [RelationType.REBUTS, RelationType.DISPUTES])
@pytest.mark.parametrize("by", ["id", "address"])
async def test_attack_who_quotes_a_text_to_speak_against_it_is_not_told_with_it(
    hub: Hub, rooms: Rooms, type_: RelationType, by: str
) -> None:
    against = (
        Relation(type=type_, sub=sub(rooms["sg"]))
        if by == "id"
        else Relation(
            type=type_, url=rooms["sg"].item("joint").url.replace("https:", "http:") + "?utm_source=x"
        )
    )
    lines = ("This text that goes around is wrong in every word of it.", *JOINT)
    await hub.take(joint(rooms["sg"]), joint(rooms["my"], lines=lines))
    assert [sorted(each) for each in await hub.told()] == [["my", "sg"]]
    await hub.take(again(rooms["my"], 2, lines, relations=(against,)))
    await hub.take(joint(rooms["ph"]), joint(rooms["vn"], lines=lines, **derives(rooms["my"])))
    assert sorted(map(sorted, await hub.told())) == [["my", "vn"], ["ph", "sg"]]


async def test_a_late_copy_does_not_take_the_first_place_by_an_earlier_date(hub: Hub, rooms: Rooms) -> None:
    await hub.take(joint(rooms["sg"], published="2026-11-23T11:59:00Z"))
    hub.clock.hands += 3_600
    await hub.take(joint(rooms["my"], published="2026-11-23T10:00:00Z"))
    assert await hub.told() == [["sg", "my"]]


async def test_who_is_corrected_in_a_number_leaves_and_may_come_back(hub: Hub, rooms: Rooms) -> None:
    lines = (*JOINT, "The plan names 12 beaches in the first year and asks for reports from each of them.")
    other = (*JOINT, "The plan names 35 beaches in the first year and asks for reports from each of them.")
    await hub.take(*(joint(rooms[code], lines=lines) for code in ("sg", "my", "ph")))
    assert [len(each) for each in await hub.told()] == [3]
    await hub.take(again(rooms["my"], 2, other))
    assert sorted(map(sorted, await hub.told())) == [["my"], ["ph", "sg"]]
    await hub.take(again(rooms["my"], 3, lines))
    assert [sorted(each) for each in await hub.told()] == [["my", "ph", "sg"]]


async def test_who_turns_its_text_into_another_keeps_nobody(hub: Hub, rooms: Rooms) -> None:
    """Attack 38, slowly: first say the same, and when others have joined say something else."""
    await hub.take(*(joint(rooms[code]) for code in ("my", "ph", "sg")))
    assert await hub.told() == [["my", "ph", "sg"]]
    await hub.take(again(rooms["my"], 2, OTHER))
    assert sorted(await hub.told()) == [["my"], ["ph", "sg"]]


async def test_what_is_withdrawn_stands_alone_and_the_others_stay_a_story(hub: Hub, rooms: Rooms) -> None:
    await hub.take(*(joint(rooms[code]) for code in ("my", "ph", "sg")))
    await hub.take(
        rooms["my"].publish("joint", ver=2, act=Act.RETRACT, note="Wrong.", content=None, title="Gone")
    )
    assert sorted(await hub.told()) == [["my"], ["my"], ["ph", "sg"]], "it, the notice of it, and the others"
    titles = {each["title"] for each in await hub.stories()}
    assert "[WITHDRAWN] Gone" in titles
    gone = (await hub.press.document(Slice(), "tombstones", stories=True)).body
    assert b"deleted-entry" in gone
    assert b"/feeds/stories.tombstones" in gone


async def test_a_flood_of_near_copies_pulls_nobody_into_a_story(hub: Hub, rooms: Rooms) -> None:
    """Attack 38: one agency floods with near-copies of two others' stories, and with both in one."""
    await hub.take(joint(rooms["sg"]), rooms["ph"].publish("bus", lang="en", content=body(OTHER)))
    flood = [joint(rooms["my"], f"near{letter}", JOINT[:5]) for letter in "abcdefghijkl"]
    flood += [joint(rooms["my"], f"both{letter}", (*JOINT, *OTHER)) for letter in "abcdefghijkl"]
    await hub.take(*flood)
    assert ["sg", "my"] in await hub.told()
    await hub.take(joint(rooms["vn"]))
    told = await hub.told()
    assert ["sg", "my", "vn"] in told, "who comes after the flood is found with the origin"
    assert [each[0] for each in told if "ph" in each] == ["ph"], "and the origin stays first"
    assert sum(each == ["my"] for each in told) >= len(flood) - 7, (
        "five a day are taken for the same item; the rest is seen"
    )
    assert len(await hub.storage.page(Slice(), -1, 100)) == len(flood) + 3
    assert await _rows(hub, "SELECT max(n) FROM (SELECT count(*) AS n FROM band GROUP BY key, agency)") == 4


async def _rows(hub: Hub, asked: str) -> int:
    """What one question to the database is answered with."""
    reading = hub.storage.reading  # type: ignore[attr-defined]  # the one that is under test has it
    found: int = await reading(lambda view: view.exec_driver_sql(asked).scalar_one())
    return found


async def test_a_round_up_does_not_make_one_story_of_what_it_holds(hub: Hub, rooms: Rooms) -> None:
    await hub.take(joint(rooms["my"], lines=(*JOINT, *OTHER)))
    await hub.take(joint(rooms["sg"]))
    await hub.take(joint(rooms["ph"], lines=OTHER))
    together = [each for each in await hub.told() if {"sg", "ph"} <= set(each)]
    assert together == []


async def test_an_item_under_a_new_id_is_not_announced_again(hub: Hub, rooms: Rooms) -> None:
    await hub.take(joint(rooms["sg"], "before"))
    (before,) = await hub.stories()
    await hub.take(joint(rooms["sg"], "after"))
    (after,) = await hub.stories()
    assert after["date_modified"] == before["date_modified"]
    (also,) = after["_syndicate"]["also"]
    assert also["as"] == "re-identified"
    assert len(await hub.storage.page(Slice(), -1, 10)) == 2


async def test_many_new_ids_at_once_wait_for_a_person(hub: Hub, rooms: Rooms) -> None:
    texts = {name: shuffled(name) for name in "abcdefg"}
    sg = rooms["sg"]
    for name, lines in texts.items():
        hub.clock.hands += 1
        await hub.take(joint(sg, f"old{name}", lines, published=f"2026-11-23T11:0{ord(name) - 97}:00Z"))
    for name, lines in texts.items():
        await hub.take(joint(sg, f"new{name}", lines, published=f"2026-11-23T11:0{ord(name) - 97}:00Z"))
    found = await hub.storage.found(100, agency=sg.id)
    aliases = [each for each in found if each.type is RelatedAs.REIDENTIFIED]
    waiting = [each for each in aliases if each.state is Standing.WAITS]
    assert (len(aliases), len(waiting)) == (7, 2)
    assert len(await hub.stories()) == 9
    to_sub = waiting[0].to_sub
    assert to_sub is not None
    await hub.rule("confirm", waiting[0].sub, to_sub)
    assert len(await hub.stories()) == 8


async def test_the_operators_word_wins_over_likeness_and_can_be_taken_back(hub: Hub, rooms: Rooms) -> None:
    await hub.take(*(joint(rooms[code]) for code in ("my", "ph", "sg")))
    await hub.rule("reject", sub(rooms["ph"]), sub(rooms["my"]))
    assert sorted(await hub.told()) == [["my", "sg"], ["ph"]]
    (rejected,) = await hub.storage.found(10, state=Standing.REJECTED)
    assert {rejected.sub, rejected.to_sub} == {sub(rooms["ph"]), sub(rooms["my"])}
    await hub.rule("confirm", sub(rooms["my"]), sub(rooms["ph"]))
    assert [sorted(each) for each in await hub.told()] == [["my", "ph", "sg"]]
    await hub.take(rooms["vn"].publish("bus", lang="en", content=body(OTHER)))
    await hub.rule("confirm", sub(rooms["vn"], "bus"), sub(rooms["sg"]))
    assert [sorted(each) for each in await hub.told()] == [["my", "ph", "sg", "vn"]]
    await hub.rule("reject", sub(rooms["vn"], "bus"), sub(rooms["sg"]))
    assert sorted(map(sorted, await hub.told())) == [["my", "ph", "sg"], ["vn"]]


async def test_the_operators_word_never_wins_over_what_is_declared(hub: Hub, rooms: Rooms) -> None:
    await hub.take(joint(rooms["my"]), joint(rooms["sg"], **derives(rooms["my"])))
    await hub.rule("reject", sub(rooms["sg"]), sub(rooms["my"]))
    assert await hub.told() == [["my", "sg"]]


async def test_what_a_law_takes_back_leaves_no_trace_of_its_text(hub: Hub, rooms: Rooms) -> None:
    tokens = [joint(rooms[code]) for code in ("my", "ph", "sg")]
    await hub.take(*tokens)
    gone = [each.digest for each in await hub.storage.page(Slice(member=MemberCode("my")), -1, 9)]
    await hub.storage.write(lambda book: book.erase(gone, b'{"act":"erase"}'))
    await hub.seal()
    assert await hub.told() == [["ph", "sg"]]
    for table in ("sketch", "band"):
        assert await _rows(hub, f"SELECT count(*) FROM {table} WHERE agency = 'my.demo'") == 0
    assert await hub.found(sub(rooms["my"])) == []


async def test_what_is_older_than_the_window_is_swept_and_not_compared(hub: Hub, rooms: Rooms) -> None:
    await hub.take(joint(rooms["my"]))
    hub.clock.hands += 31 * DAY
    await hub.take(joint(rooms["sg"], iat=int(hub.clock.hands)))
    assert await hub.found(sub(rooms["sg"])) == []
    assert await _rows(hub, "SELECT count(*) FROM sketch") == 1


async def test_stories_follow_from_the_log_however_it_was_cut_into_batches(
    tmp_path: Path, rooms: Rooms
) -> None:
    """So a mirror, or whoever begins again from the tokens, has the same ones."""
    tokens = [
        joint(rooms["my"]), joint(rooms["my"], "near", JOINT[:5]), again(rooms["my"], 2, OTHER),
        joint(rooms["ph"]), joint(rooms["sg"]), bulletin(rooms["sg"], "one", 31),
        bulletin(rooms["vn"], "two", 32), joint(rooms["vn"]), again(rooms["vn"], 2, OTHER),
    ]  # fmt: skip
    seen = []
    for size in (1, 2, len(tokens)):
        async with hub_of(tmp_path / f"{size}.db", *rooms.values()) as hub:
            hub.clock.hands += 100
            for start in range(0, len(tokens), size):
                await hub.take(*tokens[start : start + size], seal=False)
            await hub.storage.seal(hub.clock.hands, show=size == 1)
            await hub.storage.log.show(len(tokens))
            await hub.gatherer.catch_up()
            related = sorted(
                (each.sub, each.ver, each.type, str(each.to_sub), each.to_ver, each.score, each.spans)
                for each in await hub.storage.found(100)
            )
            heads = await _stories(hub)
            seen.append((related, heads))
    assert seen[0] == seen[1] == seen[2]


async def _stories(hub: Hub) -> list[Any]:
    shown = await hub.storage.page(Slice(), -1, 100)
    stories = await hub.storage.stories([each.index for each in shown])
    return sorted({(each.origin, each.others, each.changed, each.rule) for each in stories.values()}, key=str)


async def test_whom_others_credit_stands_first(hub: Hub, rooms: Rooms) -> None:
    """As lookup has it: by the names that the registry gives an agency."""
    credit: dict[str, Any] = {"credit": "With material of Demo News of my"}
    await hub.take(joint(rooms["sg"], published="2026-11-23T11:40:00Z", **credit))
    await hub.take(joint(rooms["ph"], byline="Demo News of my, Manila"))
    assert [each[0] for each in await hub.told()] == ["sg"], "who is not here is nobody's origin"
    await hub.take(joint(rooms["my"]))
    (story,) = await hub.told()
    assert story[0] == "my"
    told = await hub.storage.story_of(sub(rooms["ph"]))
    assert told is not None
    assert (told.rule, told.evidence) == ("credited", "2 of the others credit my.demo")
    (gone,) = await hub.storage.page(Slice(member=MemberCode("sg")), -1, 9)
    await hub.storage.write(lambda book: book.erase([gone.digest], b'{"act":"erase"}'))
    assert await _rows(hub, "SELECT count(*) FROM credit") == 1, "what it said goes with its text"


async def test_who_credits_somebody_and_is_credited_back_counts_for_nothing(hub: Hub, rooms: Rooms) -> None:
    await hub.take(joint(rooms["sg"], published="2026-11-23T11:40:00Z", credit="Demo News of my"))
    await hub.take(joint(rooms["my"], published="2026-11-23T11:50:00Z", credit="Demo News of sg"))
    assert await hub.told() == [["sg", "my"]]
