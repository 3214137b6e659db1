"""What every Storage must do for the one order: indices, pages, slices, an archive."""

from kept import Opens, keep, published, verified
from press import NOON, PressRoom
from stored import ALL, WIDE, names

from syndicate.news import Index, Mark, MemberCode, Slice, facets_of
from syndicate.ports import Logged, Storage


async def test_indices_begin_at_0_and_follow_the_order_of_keeping(
    storage: Storage, vn: PressRoom, th: PressRoom
) -> None:
    first, second = published(vn, "one", "two")
    await keep(storage, second, *published(th, "three"))
    await keep(storage, first)
    assert await storage.seal(NOON + 2.5) == 3
    page = await storage.page(ALL, -1, 10)
    assert [each.index for each in page] == [0, 1, 2]
    assert names(page) == ["two", "three", "one"]
    assert await storage.size() == 3


async def test_a_sealed_version_carries_its_token_byte_for_byte(storage: Storage, vn: PressRoom) -> None:
    token = vn.publish("one", iat=NOON - 7_000)
    late = verified(vn, token)
    await keep(storage, late)
    await storage.seal(NOON + 2.5)
    expected = Logged(
        index=Index(0),
        token=token,
        digest=late.digest,
        sub=late.item.sub,
        ver=1,
        agency=vn.id,
        received_at=NOON + 1,
        sealed_at=NOON + 2.5,
        marks=frozenset({Mark.LATE}),
        facets=facets_of(late.item),
    )
    assert await storage.version(late.item.sub, 1) == expected
    assert await storage.page(ALL, -1, 1) == (expected,)
    assert await storage.window(ALL, WIDE) == (expected,)


async def test_what_has_no_index_is_not_to_be_read(storage: Storage, vn: PressRoom) -> None:
    (one,) = published(vn, "one")
    await keep(storage, one)
    assert await storage.page(ALL, -1, 10) == ()
    assert await storage.window(ALL, WIDE) == ()
    assert await storage.version(one.item.sub, 1) is None
    assert await storage.size() == 0


async def test_sealing_takes_at_most_so_many_and_again_finds_nothing(storage: Storage, vn: PressRoom) -> None:
    await keep(storage, *published(vn, "one", "two", "three"))
    assert [await storage.seal(NOON + 2.0, most=2) for _ in range(3)] == [2, 1, 0]
    assert [each.index for each in await storage.page(ALL, -1, 10)] == [0, 1, 2]


async def test_times_of_sealing_never_run_backwards(storage: Storage, vn: PressRoom) -> None:
    await keep(storage, *published(vn, "one"))
    await storage.seal(NOON + 50.0)
    await keep(storage, *published(vn, "two"))
    await storage.seal(NOON + 2.0)
    assert [each.sealed_at for each in await storage.page(ALL, -1, 10)] == [NOON + 50.0, NOON + 50.0]


async def test_a_page_continues_where_the_last_one_ended(storage: Storage, vn: PressRoom) -> None:
    await keep(storage, *published(vn, *"bcdefgh"))
    await storage.seal(NOON + 2.0)
    assert names(await storage.page(ALL, -1, 3)) == ["b", "c", "d"]
    assert names(await storage.page(ALL, 2, 3)) == ["e", "f", "g"]
    assert names(await storage.page(ALL, 5, 3)) == ["h"]
    assert await storage.page(ALL, 6, 3) == ()


async def test_slices_are_by_member_agency_and_language(
    storage: Storage, vn: PressRoom, th: PressRoom
) -> None:
    gov = PressRoom("vn.gov", seed=3)
    await keep(storage, *published(vn, "one"), *published(th, "two", lang="th"))
    await keep(storage, *published(gov, "three"))
    await storage.seal(NOON + 2.0)
    for slice_, expected in (
        (ALL, ["one", "two", "three"]),
        (Slice(member=MemberCode("th")), ["two"]),
        (Slice(member=MemberCode("vn")), ["one", "three"]),
        (Slice(agency=th.id), ["two"]),
        (Slice(agency=vn.id), ["one"]),
        (Slice(agency=gov.id), ["three"]),
        (Slice(lang="th"), ["two"]),
        (Slice(lang="vi"), ["one", "three"]),
    ):
        assert names(await storage.page(slice_, -1, 9)) == expected, slice_.path
    assert await storage.newest(Slice(member=MemberCode("vn"))) == 2
    assert await storage.newest(Slice(agency=th.id)) == 1
    assert await storage.newest(Slice(lang="my")) == -1
    assert await storage.page(Slice(lang="my"), -1, 9) == ()


async def test_everything_is_still_there_when_opened_again(opens: Opens, vn: PressRoom) -> None:
    async with opens() as storage:
        await keep(storage, *published(vn, "one", "two"))
        await storage.seal(NOON + 2.0, most=1)
    async with opens() as storage:
        assert names(await storage.page(ALL, -1, 9)) == ["one"]
        assert await storage.size() == 1
        assert await storage.newest(Slice(lang="vi")) == 0
        assert await storage.newest(Slice(agency=vn.id)) == 0
        assert await storage.seal(NOON + 3.0) == 1
        assert [each.index for each in await storage.page(ALL, 0, 9)] == [1]


async def test_the_pages_of_an_archive_follow_each_other_without_gap_or_overlap(
    storage: Storage, vn: PressRoom, th: PressRoom
) -> None:
    for name in "bcdefgh":
        await keep(storage, *published(vn, name), *published(th, f"th{name}", lang="th"))
    await storage.seal(NOON + 2.0)
    thai = Slice(lang="th")
    assert [await storage.archived(thai, 3, upto=upto) for upto in (4, 5, 10, 11, 13)] == [-1, 5, 5, 11, 11]
    assert await storage.archived(thai, 3, upto=13, after=5) == 11
    assert await storage.archived(ALL, 3, upto=13) == 11
    assert await storage.archived(Slice(lang="km"), 3, upto=13) == -1
    newest = await storage.stretch(thai, 3, 11)
    assert newest is not None
    assert (newest.first, newest.last, newest.before) == (7, 11, 5)
    assert names(newest.logged) == ["thg", "thf", "the"]
    oldest = await storage.stretch(thai, 3, 5)
    assert oldest is not None
    assert (oldest.first, oldest.before, names(oldest.logged)) == (1, None, ["thd", "thc", "thb"])
    for last in (-1, 0, 4, 9, 13, 14, 99):
        assert await storage.stretch(thai, 3, last) is None


async def test_what_a_law_takes_back_leaves_its_page_and_every_other_page_as_it_is(
    storage: Storage, vn: PressRoom
) -> None:
    kept = published(vn, *"bcdefg")
    await keep(storage, *kept)
    await storage.seal(NOON + 2.0)
    await storage.write(lambda book: book.erase([kept[1].digest], b'{"act":"erase"}'))
    page, next_page = await storage.stretch(ALL, 3, 2), await storage.stretch(ALL, 3, 5)
    assert page is not None
    assert next_page is not None
    assert (page.first, page.last, names(page.logged)) == (0, 2, ["d", "b"])
    assert (next_page.before, names(next_page.logged)) == (2, ["g", "f", "e"])
    assert await storage.archived(ALL, 3, upto=5) == 5


async def test_a_page_is_there_only_once_all_of_it_is_shown(storage: Storage, vn: PressRoom) -> None:
    await keep(storage, *published(vn, *"bcd"))
    await storage.seal(NOON + 2.0, show=False)
    assert await storage.stretch(ALL, 3, 2) is None
