"""What every Storage must do so that stories follow its log."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from kept import next_version, published, put, shown
from press import DAY, NOON, PressRoom

from syndicate.dedupe import Related, RelatedAs, Rule, postings
from syndicate.errors import StorageError
from syndicate.news import AgencyId, Index
from syndicate.ports import Printed, Sketched, Storage
from syndicate.storage import open_storage, open_view
from syndicate.trust import Verified

KEY = 77


def excerpt(one: Verified, other: Verified) -> Related:
    return Related(
        sub=one.item.sub, ver=one.item.ver, to_sub=other.item.sub, to_ver=other.item.ver,
        type=RelatedAs.EXCERPT, rule=Rule.CONTAINED, evidence="a part", score=0.9, folding=1,
    )  # fmt: skip


async def test_shared_passages_are_counted_in_a_row_and_only_of_what_came_before(storage: Storage) -> None:
    passages = storage.passages
    await passages.reached("test")
    prints = {at: [(at * 100 + each) << 30 for each in range(10)] for at in range(4)}
    scattered = [prints[0][0], *prints[3][:3], prints[0][4], *prints[3][3:6], prints[0][8]]
    texts: list[Sequence[int]] = [prints[0], [*prints[1][:5], *prints[0][2:8]], prints[2], scattered]
    printed = [Printed(index=Index(at), prints=postings.packed(each)) for at, each in enumerate(texts)]
    await passages.keep(printed, 3)
    asked = {Index(at): each for at, each in enumerate(texts)}
    found = await passages.shared(asked, 0)
    assert found == {1: {0: 6}, 3: {0: 1, 1: 1}}, "scattered ones are no passage"
    assert await passages.shared({}, 0) == {}


async def test_worth_comparing_is_who_stood_of_another_agency_once(
    storage: Storage, rooms: list[PressRoom]
) -> None:
    vn, th, la = rooms
    (one, same), (two,), (three,) = published(vn, "one", "same"), published(th, "two"), published(la, "three")
    await shown(storage, one, two, same)
    await shown(storage, next_version(th, two.item))
    await shown(storage, three)
    shared = {Index(at): {Index(before): 5 + (before == 2) for before in range(at)} for at in range(1, 5)}
    worth = await storage.gathering.worth_comparing(shared)
    assert worth == {1: [0], 2: [1], 3: [2], 4: [2, 3]}, "as things stood when each came"
    await storage.gathering.gather([excerpt(three, same)], 4)
    assert (await storage.gathering.worth_comparing({Index(4): shared[Index(4)]}))[Index(4)] == [3]


async def test_what_is_too_old_is_not_compared(storage: Storage, rooms: list[PressRoom]) -> None:
    (one,), (two,), (three,) = (published(room, "one") for room in rooms)
    await shown(storage, one)
    await shown(storage, two, at=NOON + 29 * DAY)
    await shown(storage, three, at=NOON + 31 * DAY)
    assert await storage.gathering.since(Index(2)) == 1
    assert await storage.gathering.since(Index(1)) == 0
    assert await storage.gathering.worth_comparing({Index(2): {Index(0): 9, Index(1): 9}}) == {2: [1]}


async def test_stories_follow_and_who_waits_is_told(storage: Storage, rooms: list[PressRoom]) -> None:
    (one,), (two,), _ = (published(room, "one") for room in rooms)
    await shown(storage, one, two)
    gathering = storage.gathering
    assert not await gathering.come_to(1, 5.0), "nobody is seen to follow, so nobody waits"
    await gathering.gather([], 0)
    before = gathering.edition
    came, _ = await asyncio.gather(gathering.come_to(1, 5.0), gathering.gather([excerpt(two, one)], 1))
    assert came
    assert await gathering.come_to(0, 0.0)
    assert not await gathering.come_to(2, 0.0)
    assert gathering.edition > before
    assert await gathering.reached() == 1
    story = await storage.story_of(one.item.sub)
    assert story is not None
    assert [each.joined_as for each in story.others] == ["excerpt"]


async def test_whom_items_credit_decides_who_stands_first(storage: Storage, rooms: list[PressRoom]) -> None:
    (one,), (two,), _ = (published(room, "one") for room in rooms)
    await shown(storage, one, two)
    await storage.gathering.gather([excerpt(one, two)], 1, {Index(0): [AgencyId("th.demo")]})
    story = await storage.story_of(one.item.sub)
    assert story is not None
    assert (story.origin.sub, story.rule) == (two.item.sub, "credited")


async def test_the_same_figures_find_another_language(storage: Storage, rooms: list[PressRoom]) -> None:
    vn, th, la = rooms
    (one, again), (two,), (three,) = published(vn, "one", "again"), published(th, "two", lang="th"), (
        published(la, "three", lang="lo")
    )  # fmt: skip
    await shown(storage, one)
    await shown(storage, again)
    await shown(storage, two)
    await shown(storage, three, at=NOON + 9 * DAY)
    keys = {Index(at): KEY for at in range(3)}
    assert await storage.gathering.same_figures(keys) == {2: [1]}, "the nearest of an agency and language"
    assert await storage.gathering.same_figures(keys) == {2: [1]}, "a second time is a no-op"
    assert await storage.gathering.same_figures({Index(3): KEY}) == {}, "those of before are forgotten"
    assert await storage.gathering.same_figures({}) == {}


async def test_older_versions_are_put_back_once_for_a_folding(
    storage: Storage, rooms: list[PressRoom]
) -> None:
    (one,), (two,), _ = (published(room, "one") for room in rooms)
    await shown(storage, one)
    gathering = storage.gathering
    assert await gathering.unsketched(7) == (-1, 0)
    said = one.item
    back = Sketched(
        sub=said.sub, ver=said.ver, agency=said.iss, received_at=NOON, folding=7, bands=(1, 2, 3), met=False
    )
    for _ in range(2):
        await gathering.put_back([back], 0)
    assert await gathering.unsketched(7) == (0, 0)
    asked = Sketched(
        sub=two.item.sub, ver=1, agency=two.item.iss, received_at=NOON, folding=7, bands=(1, 2, 9), met=False
    )

    def work(book: object) -> list[str]:
        put(book, two)  # type: ignore[arg-type] # a book
        return [each.sub for each in book.alike([asked])[two.item.sub, 1]]  # type: ignore[attr-defined]

    assert await storage.write(work) == [said.sub]


async def test_a_view_tells_how_far_stories_are_and_takes_them_nowhere(
    tmp_path: Path, rooms: list[PressRoom]
) -> None:
    async with open_storage(tmp_path / "hub.db") as storage:
        await shown(storage, *published(rooms[0], "one"))
        await storage.gathering.gather([], 0)
        async with open_view(tmp_path / "hub.db") as view:
            assert await view.gathering.reached() == 0
            assert await view.gathering.come_to(0, 5.0)
            with pytest.raises(StorageError):
                await view.gathering.gather([], 0)
