"""What every Storage must do for likeness and stories."""

from collections.abc import Iterable
from typing import Any

from kept import next_version, published, put
from press import DAY, NOON, PressRoom

from syndicate.dedupe import Related, RelatedAs, Rule, Span, Standing
from syndicate.news import AgencyId, Index, ItemId
from syndicate.ports import Book, Sketched, Storage
from syndicate.trust import Verified

BANDS = tuple(range(100, 108))


def sketched(each: Verified, bands: Iterable[int] = BANDS, *, met: bool = False, at: int = NOON) -> Sketched:
    said = each.item
    return Sketched(
        sub=said.sub, ver=said.ver, agency=said.iss, received_at=at, folding=1, bands=tuple(bands), met=met
    )


async def candidates(storage: Storage, *items: tuple[Verified, Sketched]) -> list[list[str]]:
    """Keep these in one transaction; for each, whose items may be like it."""

    def work(book: Book) -> list[list[str]]:
        put(book, *(each for each, _ in items))
        found = book.alike([said for _, said in items])
        return [[each.sub for each in found.get((said.sub, said.ver), ())] for _, said in items]

    return await storage.write(work)


async def test_what_shares_several_bands_is_found_and_only_what_came_before(
    storage: Storage, rooms: list[PressRoom]
) -> None:
    (one,), (two,) = published(rooms[0], "one"), published(rooms[1], "two")
    far, near = published(rooms[2], "far", "near")
    assert await candidates(storage, (one, sketched(one)), (two, sketched(two))) == [[], [one.item.sub]]
    assert await candidates(storage, (far, sketched(far, [100, 1, 2]))) == [[]], "one band is none"
    assert await candidates(storage, (near, sketched(near, [100, 101, 3]))) == [[one.item.sub, two.item.sub]]


async def test_one_of_each_agency_is_found_whoever_floods(storage: Storage, rooms: list[PressRoom]) -> None:
    vn, th, la = rooms
    (first,) = published(th, "first")
    await candidates(storage, (first, sketched(first)))
    flood = published(vn, *(f"near{letter}" for letter in "abcdefgh"))
    found = await candidates(storage, *((each, sketched(each)) for each in flood))
    assert found[0] == [first.item.sub]
    assert found[-1] == [flood[-2].item.sub, first.item.sub] or found[-1] == [
        first.item.sub,
        flood[-2].item.sub,
    ]
    (last,) = published(la, "last")
    (told,) = await candidates(storage, (last, sketched(last)))
    assert first.item.sub in told
    assert len(told) == 2


async def test_a_new_version_takes_the_place_of_the_one_before(
    storage: Storage, rooms: list[PressRoom]
) -> None:
    vn, th, _ = rooms
    (one,) = published(vn, "one")
    await candidates(storage, (one, sketched(one)))
    later = next_version(vn, one.item)
    await candidates(storage, (later, sketched(later, range(8), met=True)))
    after, same = published(th, "after", "same")
    assert await candidates(storage, (after, sketched(after))) == [[]]
    assert await candidates(storage, (same, sketched(same, range(8)))) == [[one.item.sub]]


async def test_what_is_older_than_thirty_days_is_not_found_and_is_swept(
    storage: Storage, rooms: list[PressRoom]
) -> None:
    (one,), (two,) = published(rooms[0], "one"), published(rooms[1], "two")
    await candidates(storage, (one, sketched(one)))
    assert await storage.write(lambda book: book.sweep(NOON + 29 * DAY)) == 0
    assert await candidates(storage, (two, sketched(two, at=NOON + 31 * DAY))) == [[]]
    assert await storage.write(lambda book: book.sweep(NOON + 31 * DAY)) == 1


def copy_of(one: Verified, other: Verified, **more: Any) -> Related:
    said: dict[str, Any] = {"type": RelatedAs.COPY, "rule": Rule.ALIKE, "score": 0.9, "folding": 1}
    return Related(
        sub=one.item.sub, ver=one.item.ver, to_sub=other.item.sub, to_ver=other.item.ver, evidence="alike",
        spans=(Span(a=(1, 2), b=(3, 4)),), **said | more,
    )  # fmt: skip


async def test_relations_are_given_back_as_they_were_kept(storage: Storage, rooms: list[PressRoom]) -> None:
    (one,), (two,) = published(rooms[0], "one"), published(rooms[1], "two")
    again = copy_of(two, one, type=RelatedAs.REIDENTIFIED, state=Standing.WAITS)

    def work(book: Book) -> int:
        put(book, one, two)
        book.keep_relations([copy_of(two, one), again])
        return book.aliases(AgencyId("th.demo"), NOON - 1)

    assert await storage.write(work) == 1
    assert await storage.relations(one.item.sub) == (copy_of(two, one), again)
    assert await storage.found(10) == (again, copy_of(two, one))
    assert await storage.found(10, state=Standing.WAITS) == (again,)
    assert await storage.found(10, agency=AgencyId("vn.demo")) == ()


async def test_stories_are_gathered_behind_the_log(storage: Storage, rooms: list[PressRoom]) -> None:
    (one,), (two,), (three,) = (published(room, "one") for room in rooms)

    def work(book: Book) -> None:
        put(book, one, two, three)
        book.keep_relations([copy_of(two, one)])

    await storage.write(work)
    await storage.seal(NOON, show=False)
    assert await storage.gathering.reached() == -1
    await storage.log.show(1)
    await storage.gathering.gather([], 0)
    assert await storage.story_of(one.item.sub) is None
    await storage.log.show(3)
    before = storage.gathering.edition
    assert await storage.story_of(one.item.sub) is None, "stories follow behind"
    await storage.gathering.gather([], 2)
    assert storage.gathering.edition > before
    story = await storage.story_of(two.item.sub)
    assert story is not None
    assert (story.origin.sub, [each.sub for each in story.others]) == (one.item.sub, [two.item.sub])
    assert story.changed == 1
    assert await storage.stories([Index(0), Index(1), Index(2)]) == {0: story, 1: story}
    assert await storage.story_of(ItemId("no.one:x")) is None
