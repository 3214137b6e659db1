"""What every Storage must show of its newest: each item once, as it stands now, and its whole history."""

from dataclasses import replace

import pytest
from kept import keep, next_version, published
from press import NOON, PressRoom
from stored import ALL, WIDE, names

from syndicate.news import Act, Index, ItemId, Slice
from syndicate.ports import Storage, Window


async def sealed_at(storage: Storage, room: PressRoom, *, times: str, first: float) -> None:
    """One item a letter, sealed a hundred seconds apart."""
    for step, letter in enumerate(times):
        await keep(storage, *published(room, letter))
        await storage.seal(first + 100.0 * step)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        pytest.param(Window(seconds=200, least=1, most=9), "fed", id="as long as the newest is fresh"),
        pytest.param(Window(seconds=199, least=1, most=9), "fe", id="one second less"),
        pytest.param(Window(seconds=0, least=4, most=9), "fedc", id="never fewer than the least"),
        pytest.param(Window(seconds=9_999, least=1, most=2), "fe", id="never more than the most"),
        pytest.param(Window(seconds=9_999, least=9, most=99), "fedcb", id="all there is"),
    ],
)
async def test_a_window_goes_back_from_the_newest_index(
    storage: Storage, vn: PressRoom, window: Window, expected: str
) -> None:
    await sealed_at(storage, vn, times="bcdef", first=NOON)
    assert names(await storage.window(ALL, window)) == list(expected)
    assert names(await storage.window(Slice(lang="vi"), window)) == list(expected)


async def test_attack_26_a_window_holds_no_more_of_tokens_than_fits(storage: Storage, vn: PressRoom) -> None:
    await sealed_at(storage, vn, times="bcd", first=NOON)
    sizes = [len(each.token) for each in await storage.window(ALL, WIDE)]
    for characters, expected in ((sum(sizes), "dcb"), (sum(sizes) - 1, "dc"), (sizes[0], "d"), (1, "d")):
        window = Window(seconds=9_999, least=9, most=9, characters=characters)
        assert names(await storage.window(ALL, window)) == list(expected)


async def test_a_window_can_be_had_without_its_tokens_and_versions_by_their_indices(
    storage: Storage, vn: PressRoom
) -> None:
    await sealed_at(storage, vn, times="bcdef", first=NOON)
    for window in (Window(seconds=200, least=1, most=9), Window(seconds=0, least=2, most=2, before=Index(3))):
        shown = await storage.window(ALL, window)
        placed = await storage.placed(ALL, replace(window, characters=1))
        assert placed == tuple(each.index for each in shown)
        assert await storage.these(placed) == shown[::-1]
    assert await storage.placed(Slice(lang="xx"), window) == ()
    assert await storage.these([Index(99)]) == ()


async def test_who_has_read_as_far_as_an_index_goes_on_with_what_is_older(
    storage: Storage, vn: PressRoom
) -> None:
    await sealed_at(storage, vn, times="bcdef", first=NOON)
    two = Window(seconds=0, least=2, most=2)
    for slice_ in (ALL, Slice(lang="vi")):
        assert names(await storage.window(slice_, replace(two, before=Index(3)))) == ["d", "c"]
        assert names(await storage.window(slice_, replace(two, before=Index(1)))) == ["b"]
        assert await storage.window(slice_, replace(two, before=Index(0))) == ()
        assert names(await storage.window(slice_, replace(two, before=Index(99)))) == ["f", "e"]


async def test_a_quiet_slice_keeps_its_own_window(storage: Storage, vn: PressRoom, th: PressRoom) -> None:
    await sealed_at(storage, th, times="bc", first=NOON)
    await sealed_at(storage, vn, times="d", first=NOON + 5_000)
    window = Window(seconds=150, least=1, most=9)
    assert names(await storage.window(Slice(agency=th.id), window)) == ["c", "b"]
    assert names(await storage.window(ALL, window)) == ["d"]


async def test_a_window_shows_each_item_once_in_its_newest_version(storage: Storage, vn: PressRoom) -> None:
    one, two = published(vn, "one", "two")
    later = next_version(vn, one.item)
    await keep(storage, one, two)
    await storage.seal(NOON + 2.0)
    await keep(storage, later)
    assert [(*names((each,)), each.ver) for each in await storage.window(ALL, WIDE)] == [
        ("two", 1),
        ("one", 1),
    ]
    await storage.seal(NOON + 3.0)
    assert [(*names((each,)), each.ver) for each in await storage.window(ALL, WIDE)] == [
        ("one", 2),
        ("two", 1),
    ]


async def test_an_older_version_that_comes_late_is_not_shown(storage: Storage, vn: PressRoom) -> None:
    (one,) = published(vn, "one")
    later = next_version(vn, one.item)
    await keep(storage, later)
    await storage.seal(NOON + 2.0)
    await keep(storage, one)
    await storage.seal(NOON + 3.0)
    assert [each.ver for each in await storage.window(ALL, WIDE)] == [2]
    assert [each.ver for each in await storage.page(ALL, -1, 9)] == [2, 1]
    assert await storage.newest(ALL) == 1


async def test_versions_sealed_together_leave_one_to_show(storage: Storage, vn: PressRoom) -> None:
    (one,) = published(vn, "one")
    two = next_version(vn, one.item)
    three = next_version(vn, two.item)
    await keep(storage, two, three, one)
    await storage.seal(NOON + 2.0)
    assert [(each.index, each.ver) for each in await storage.window(ALL, WIDE)] == [(1, 3)]


@pytest.mark.parametrize("order", ["by number", "retraction first", "retraction last"])
async def test_a_retraction_is_shown_whatever_came_after_it(
    storage: Storage, vn: PressRoom, order: str
) -> None:
    (one,) = published(vn, "one")
    two = next_version(vn, one.item, Act.RETRACT)
    three = next_version(vn, replace(one.item, ver=2))
    batches = {
        "by number": (one, two, three),
        "retraction first": (two, one, three),
        "retraction last": (one, three, two),
    }
    for each in batches[order]:
        await keep(storage, each)
        await storage.seal(NOON + 2.0)
    assert [each.ver for each in await storage.window(ALL, WIDE)] == [2]


async def test_of_two_retractions_the_lower_one_is_shown(storage: Storage, vn: PressRoom) -> None:
    (one,) = published(vn, "one")
    two = next_version(vn, one.item, Act.RETRACT)
    three = next_version(vn, replace(one.item, ver=2), Act.RETRACT)
    for each in (one, three, two):
        await keep(storage, each)
        await storage.seal(NOON + 2.0)
    assert [each.ver for each in await storage.window(ALL, WIDE)] == [2]


@pytest.mark.parametrize("together", [True, False])
async def test_a_version_in_another_language_stays_in_the_slice_of_the_first(
    storage: Storage, vn: PressRoom, *, together: bool
) -> None:
    (one,) = published(vn, "one")
    two = next_version(vn, one.item, Act.RETRACT, lang="en")
    for each in ([one, two],) if together else ([one], [two]):
        await keep(storage, *each)
        await storage.seal(NOON + 2.0)
    assert [each.ver for each in await storage.window(Slice(lang="vi"), WIDE)] == [2]
    assert [each.ver for each in await storage.page(Slice(lang="vi"), -1, 9)] == [1, 2]
    assert await storage.newest(Slice(lang="vi")) == 1
    assert await storage.window(Slice(lang="en"), WIDE) == ()


async def test_an_items_history_is_all_its_versions_and_one_of_them_stands(
    storage: Storage, vn: PressRoom
) -> None:
    one, other = published(vn, "one", "other")
    two = next_version(vn, one.item, Act.RETRACT)
    three = next_version(vn, replace(one.item, ver=2))
    await keep(storage, one, other, two)
    await storage.seal(NOON + 2.0)
    await keep(storage, three)
    await storage.seal(NOON + 3.0, show=False)
    sub = one.item.sub
    assert [each.ver for each in await storage.history(sub)] == [2, 1], "what is not shown yet is not there"
    await storage.log.show(storage.log.edge.size)
    assert [each.ver for each in await storage.history(sub)] == [3, 2, 1]
    assert [each.ver for each in await storage.history(sub, 1)] == [3]
    assert await storage.history(ItemId("vn.demo:nothing")) == ()
    stands = await storage.standing([sub, other.item.sub, ItemId("vn.demo:nothing")])
    assert {name: each.ver for name, each in stands.items()} == {sub: 2, other.item.sub: 1}


async def test_an_erased_version_stays_in_its_items_history(storage: Storage, vn: PressRoom) -> None:
    (one,) = published(vn, "one")
    await keep(storage, one)
    await storage.seal(NOON + 2.0)
    await storage.write(lambda book: book.erase([one.digest], b"{}"))
    [kept] = await storage.history(one.item.sub)
    assert (kept.ver, kept.erased) == (1, True)
    assert (await storage.standing([one.item.sub]))[one.item.sub].erased
