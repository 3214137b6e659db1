"""A part of a text is found wherever its passages stand, whichever came first; and floods change nothing."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from random import Random
from typing import Any

import pytest
from press import DAY, PressRoom
from telling import JOINT, OTHER, Hub, body, hub_of

from syndicate.dedupe import shared
from syndicate.errors import StorageError
from syndicate.journey import _depart, _gather
from syndicate.news import Act, Content, MemberCode, Slice
from syndicate.storage import _passages

Rooms = dict[str, PressRoom]
CODES = ("sg", "my", "ph", "vn", "th", "la")
PART = JOINT[1:4]  # too little of LONG for their bands to meet


@pytest.fixture
def rooms() -> Rooms:
    return {code: PressRoom(f"{code}.demo", seed=at) for at, code in enumerate(CODES, 1)}


@pytest.fixture
async def hub(tmp_path: Path, rooms: Rooms) -> AsyncIterator[Hub]:
    async with hub_of(tmp_path / "hub.db", *rooms.values()) as opened:
        yield opened


def words(name: str, many: int = 40) -> list[str]:
    """Lines of words that nobody else has."""
    random = Random(name)
    letters = "abcdefghijklmnoprstuvwy"
    line = ["".join(random.choices(letters, k=random.randint(3, 9))) for _ in range(many * 12)]
    return [" ".join(line[at : at + 12]) for at in range(0, len(line), 12)]


def long(name: str = "long") -> list[str]:
    """A long text of which ``PART`` is a small part."""
    own = words(name)
    return [*own[:20], *PART, *own[20:]]


def said(room: PressRoom, name: str, lines: Sequence[str], **more: Any) -> str:
    claims: dict[str, Any] = {"title": f"{room.id} {name}", "lang": "en", "content": body(lines)} | more
    return room.publish(name, **claims)


async def told(hub: Hub) -> list[list[str]]:
    return sorted(await hub.told())


@pytest.mark.parametrize("first", ["the long one", "the excerpt"])
async def test_an_excerpt_is_found_whichever_came_first(hub: Hub, rooms: Rooms, first: str) -> None:
    tokens = [said(rooms["sg"], "long", long()), said(rooms["my"], "part", PART)]
    for token in tokens if first == "the long one" else tokens[::-1]:
        await hub.take(token)
    assert await hub.found(rooms["my"].item("part").sub) == [("my", "excerpt", "sg")]
    (related,) = await hub.storage.found(10)
    assert (related.rule, related.score) == ("contained", 1.0)
    assert related.spans
    assert [sorted(each) for each in await told(hub)] == [["my", "sg"]]


async def test_an_excerpt_with_another_number_is_none(hub: Hub, rooms: Rooms) -> None:
    line = "The plan names {} beaches in the first year and asks for reports from each and every one of them."
    await hub.take(said(rooms["sg"], "long", [*long(), line.format(12)]))
    await hub.take(said(rooms["my"], "part", [*PART, line.format(35)]))
    assert await hub.found(rooms["my"].item("part").sub) == []


async def test_han_needs_fifty_letters(hub: Hub, rooms: Rooms) -> None:
    random = Random(5)
    lines = ["".join(chr(0x4E00 + random.randrange(3_000)) for _ in range(29)) + "。" for _ in range(50)]
    await hub.take(said(rooms["sg"], "long", ["".join(lines)]))
    await hub.take(
        said(rooms["my"], "part", ["".join(lines[20:22])]), said(rooms["ph"], "less", lines[40:41])
    )
    assert await hub.found(rooms["my"].item("part").sub) == [("my", "excerpt", "sg")]
    assert await hub.found(rooms["ph"].item("less").sub) == []


async def test_an_excerpt_that_joins_later_moves_updated_and_nothing_else(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"], "long", long()))
    (before,) = await hub.stories()
    await hub.take(said(rooms["my"], "part", PART))
    (after,) = await hub.stories()
    (also,) = after["_syndicate"].pop("also")
    assert (also["agency"], also["as"]) == ("my.demo", "excerpt")
    assert after["date_modified"] > before["date_modified"]
    assert after | {"date_modified": ""} == before | {"date_modified": ""}


async def test_where_stories_do_not_come_to_a_version_it_stands_alone(
    hub: Hub, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_depart, "GATHER_SECONDS", 0.01)
    await hub.take(said(rooms["sg"], "long", long()), said(rooms["my"], "part", PART))
    assert len(await hub.stories()) == 1
    gone = rooms["my"].publish("part", ver=2, act=Act.RETRACT, note="Wrong.", content=None, title="Gone")
    await hub.take(gone, seal=False)
    hub.clock.hands += 1
    await hub.storage.seal(hub.clock.hands)
    assert [each for each in await hub.told() if len(each) > 1] == [], "what is gone stands alone"
    assert hub.gatherer.behind == 1
    assert await hub.gatherer.look()
    assert hub.gatherer.behind == 0


async def test_who_is_corrected_leaves_and_comes_back(hub: Hub, rooms: Rooms) -> None:
    correct = {"act": Act.CORRECT, "note": "said why"}
    await hub.take(said(rooms["sg"], "long", long()), said(rooms["my"], "part", PART))
    await hub.take(said(rooms["my"], "part", OTHER, ver=2, **correct))
    assert await told(hub) == [["my"], ["sg"]]
    await hub.take(said(rooms["my"], "part", PART, ver=3, **correct))
    assert [sorted(each) for each in await told(hub)] == [["my", "sg"]]
    await hub.take(said(rooms["sg"], "long", [*long(), *OTHER], ver=2, **correct))
    assert [sorted(each) for each in await told(hub)] == [["my", "sg"]]


async def test_a_flood_of_excerpts_from_one_agency_keeps_nobody_else_out(
    hub: Hub, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More than a fingerprint counts for, all from one hand, and in more than one run."""
    monkeypatch.setattr(_passages, "_WAITING_MOST", 40)
    await hub.take(said(rooms["sg"], "long", long()))
    letters = "abcdefghij"
    names = [f"f{a}{b}" for a in letters for b in letters]
    flood = [said(rooms["my"], name, [*PART, f"By desk {name}."]) for name in names]
    for start in range(0, len(flood), 25):
        await hub.take(*flood[start : start + 25])
    await hub.take(said(rooms["vn"], "part", PART))
    assert ("vn", "excerpt", "sg") in await hub.found(rooms["vn"].item("part").sub)
    (together,) = [each for each in await told(hub) if "vn" in each]
    assert (together[0], set(together)) == ("sg", {"sg", "my", "vn"}), "what both are cut from is first"


async def test_what_everybody_carries_is_nobodys_excerpt(hub: Hub, rooms: Rooms) -> None:
    """Whether it came before the others, or after them."""
    boilerplate = PART
    await hub.take(said(rooms["la"], "before", boilerplate))
    for code in ("sg", "my", "ph", "vn"):
        await hub.take(said(rooms[code], "news", [*words(code), *boilerplate]))
    await hub.take(said(rooms["th"], "after", boilerplate))
    assert [sorted(each) for each in await told(hub) if len(each) > 1] == [["la", "th"]], (
        "two that say the same"
    )
    assert len(await hub.found(rooms["th"].item("after").sub)) == 5, "what was found stays to be seen"


async def test_one_agency_parts_no_excerpt_from_its_story(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"], "long", long()), said(rooms["my"], "part", PART))
    await hub.take(*(said(rooms["ph"], f"apart{letter}", long(letter)) for letter in "abcdef"))
    assert [sorted(each) for each in await told(hub) if len(each) > 1] == [["my", "sg"]]


@pytest.mark.parametrize("text", ["a" * 60_000, "ab" * 30_000, "ខ្មែរ" * 3_000, "🎉" * 10_000])
async def test_a_text_of_one_letter_is_part_of_nothing(hub: Hub, rooms: Rooms, text: str) -> None:
    plain = {"content": Content(type="text/plain", body=text)}
    for number, code in enumerate(CODES):
        short = {"content": Content(type="text/plain", body=text[: 600 + number])}
        await hub.take(said(rooms[code], "one", (), **plain), said(rooms[code], "less", (), **short))
    assert await hub.storage.found(10) == ()


async def test_what_is_older_than_the_window_is_not_asked(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"], "long", long()))
    hub.clock.hands += 31 * DAY
    await hub.take(said(rooms["my"], "part", PART, iat=int(hub.clock.hands)))
    assert await hub.storage.found(10) == ()


async def test_what_a_law_takes_back_takes_its_excerpts_along(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"], "long", long()), said(rooms["my"], "part", PART))
    (gone,) = await hub.storage.page(Slice(member=MemberCode("sg")), -1, 9)
    await hub.storage.write(lambda book: book.erase([gone.digest], b'{"act":"erase"}'))
    await hub.seal()
    assert await told(hub) == [["my"]]
    assert await hub.storage.found(10) == ()
    await hub.take(said(rooms["ph"], "part", PART))
    assert [sorted(each) for each in await told(hub)] == [["my", "ph"]]


async def test_what_is_erased_while_it_is_compared_is_kept_nowhere(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"], "long", long()), said(rooms["my"], "part", PART))
    (related,) = await hub.storage.found(10)
    (gone,) = await hub.storage.page(Slice(member=MemberCode("sg")), -1, 9)
    await hub.storage.write(lambda book: book.erase([gone.digest], b'{"act":"erase"}'))
    await hub.storage.gathering.gather([related], await hub.storage.gathering.reached())
    assert await hub.storage.found(10) == ()


async def test_the_operator_parts_them_and_takes_it_back(hub: Hub, rooms: Rooms) -> None:
    await hub.take(said(rooms["sg"], "long", long()), said(rooms["my"], "part", PART))
    subs = [rooms["my"].item("part").sub, rooms["sg"].item("long").sub]
    await hub.rule("reject", *subs)
    assert await told(hub) == [["my"], ["sg"]]
    await hub.rule("confirm", *subs)
    assert [sorted(each) for each in await told(hub)] == [["my", "sg"]]


async def test_a_mirror_comes_to_the_same_stories_however_it_follows(
    tmp_path: Path, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Behind at once, one by one, or with runs cut otherwise: the same relations, and the same stories."""
    correct = {"act": Act.CORRECT, "note": "said why"}
    tokens = [
        said(rooms["my"], "part", PART), said(rooms["sg"], "long", long()), said(rooms["ph"], "copy", long()),
        said(rooms["vn"], "other", PART[:2]), said(rooms["my"], "part", OTHER, ver=2, **correct),
        *(said(rooms["th"], f"flood{letter}", [*PART, *words(letter, 2)]) for letter in "abcdefgh"),
        said(rooms["la"], "part", PART), said(rooms["my"], "part", PART, ver=3, **correct),
        said(rooms["vn"], "own", [*words("own"), *PART]), said(rooms["ph"], "copy", OTHER, ver=2, **correct),
    ]  # fmt: skip
    seen = []
    for size, waiting in ((1, 4_096), (3, 4), (len(tokens), 7)):
        monkeypatch.setattr(_passages, "_WAITING_MOST", waiting)
        monkeypatch.setattr(_gather, "_BATCH", 1 + size // 2)
        async with hub_of(tmp_path / f"{size}.db", *rooms.values()) as hub:
            for number, token in enumerate(tokens, 1):
                await hub.take(token, seal=False)
                if number % size == 0:
                    await hub.storage.seal(1_795_000_000.0)
                    await hub.gatherer.catch_up()
            await hub.storage.seal(1_795_000_000.0)
            await hub.gatherer.catch_up()
            seen.append(await _all_of(hub))
    assert seen[0] == seen[1] == seen[2]
    assert any(stories for _, stories in seen)


async def _all_of(hub: Hub) -> tuple[list[Any], list[Any]]:
    related = sorted(
        (each.sub, each.ver, each.type, str(each.to_sub), each.to_ver, each.score, each.spans)
        for each in await hub.storage.found(1_000)
    )
    shown = await hub.storage.page(Slice(), -1, 100)
    stories = await hub.storage.stories([each.index for each in shown])
    return related, sorted({(each.origin, each.others, each.changed) for each in stories.values()}, key=str)


async def test_a_text_that_it_fails_on_costs_no_story_anything(
    hub: Hub, rooms: Rooms, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(*_: object) -> object:
        raise RuntimeError("a text that nobody thought of")

    for broken in ("winnow", "weigh"):
        with monkeypatch.context() as patched:
            patched.setattr(_gather, broken, fails)
            await hub.take(said(rooms["sg"], f"long{broken}", long()), said(rooms["my"], broken, PART))
        assert "a text that nobody thought of" in caplog.text
        caplog.clear()
    assert hub.gatherer.behind == 0
    assert await hub.storage.found(10, agency=rooms["my"].id) == () or len(await told(hub)) >= 2


async def test_where_passages_cannot_be_looked_up_stories_go_on(
    hub: Hub, rooms: Rooms, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from syndicate.journey import _passages as index  # noqa: PLC0415 - beside the storage's

    def fails(*_: object) -> object:
        raise RuntimeError("a text that nobody thought of")

    monkeypatch.setattr(index, "printed_of", fails)
    await hub.take(said(rooms["sg"], "long", long()), said(rooms["my"], "copy", long()))
    assert [sorted(each) for each in await told(hub)] == [["my", "sg"]]
    assert "excerpts of what was shown last may be missed" in caplog.text


async def test_nobody_asks_for_nothing() -> None:
    assert shared.Shared({}).counted() == {}
    nothing = shared.Shared({3: [1, 2]})
    nothing.look_among([])
    nothing.look(0, nothing.buckets(0)[0], b"")
    assert nothing.counted() == {}


async def test_two_excerpts_of_one_part_are_one_story_and_of_two_parts_are_not(
    hub: Hub, rooms: Rooms
) -> None:
    lines = [*words("a", 6), *PART, *words("b", 20), *OTHER, *words("c", 6)]
    await hub.take(said(rooms["sg"], "long", lines))
    await hub.take(said(rooms["my"], "part", lines[5:9]))
    await hub.take(said(rooms["ph"], "part", lines[6:11]), said(rooms["vn"], "other", OTHER))
    assert sorted(sorted(each) for each in await told(hub)) == [["my", "ph", "sg"], ["vn"]]


async def test_a_feed_of_stories_waits_for_them(hub: Hub, rooms: Rooms) -> None:
    """So what joins never stands there by itself first."""
    await hub.take(said(rooms["sg"], "long", long()))
    await hub.take(said(rooms["my"], "part", PART), seal=False)
    hub.clock.hands += 1
    await hub.storage.seal(hub.clock.hands)
    hub.bell.ring()
    (told, _) = await asyncio.gather(hub.told(), hub.gatherer.catch_up())
    assert [sorted(each) for each in told] == [["my", "sg"]]


@pytest.mark.parametrize("failure", [StorageError("the disk is full"), RuntimeError("a bug")])
async def test_what_cannot_be_done_now_is_told_and_done_later(
    hub: Hub,
    rooms: Rooms,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    failure: Exception,
) -> None:
    async def fails(*_: object) -> None:
        raise failure

    await hub.take(said(rooms["sg"], "long", long()))
    await hub.take(said(rooms["my"], "part", PART), seal=False)
    hub.clock.hands += 1
    await hub.storage.seal(hub.clock.hands)
    with monkeypatch.context() as broken:
        broken.setattr(hub.storage.gathering, "gather", fails)
        assert not await hub.gatherer.look()
    assert str(failure) in caplog.text
    assert hub.gatherer.behind == 1
    assert await hub.gatherer.look()
    assert [sorted(each) for each in await told(hub)] == [["my", "sg"]]


async def test_an_index_of_passages_that_cannot_be_read_holds_stories_up_until_it_can(
    hub: Hub, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object) -> None:
        raise StorageError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(hub.storage.passages, "reached", fails)
        with pytest.raises(StorageError, match="full"):
            await hub.take(said(rooms["sg"], "long", long()))
    await hub.gatherer.catch_up()
    assert await hub.told() == [["sg"]]
