"""What every Storage must say of what changed in a slice since an index."""

from kept import keep, next_version, published
from press import NOON, PressRoom

from syndicate.news import Act, MemberCode, Slice
from syndicate.ports import Changed, Storage
from syndicate.trust import recall

ALL = Slice()
MANY = 10_000_000


def said(changed: Changed) -> tuple[list[tuple[int, int]], bool]:
    return [(each.index, each.ver) for each in changed.logged], changed.more


async def test_what_is_new_comes_oldest_first_and_in_parts(storage: Storage, vn: PressRoom) -> None:
    await keep(storage, *published(vn, *"bcdef"))
    await storage.seal(NOON + 2.0)
    assert said(await storage.changed(ALL, -1, 2, MANY)) == ([(0, 1), (1, 1)], True)
    assert said(await storage.changed(ALL, 1, 2, MANY)) == ([(2, 1), (3, 1)], True)
    assert said(await storage.changed(ALL, 3, 2, MANY)) == ([(4, 1)], False)
    assert said(await storage.changed(ALL, 4, 2, MANY)) == ([], False)


async def test_a_part_holds_no_more_of_tokens_than_fits(storage: Storage, vn: PressRoom) -> None:
    await keep(storage, *published(vn, *"bcd"))
    await storage.seal(NOON + 2.0)
    sizes = [len(each.token) for each in (await storage.changed(ALL, -1, 9, MANY)).logged]
    assert said(await storage.changed(ALL, -1, 9, sum(sizes))) == ([(0, 1), (1, 1), (2, 1)], False)
    assert said(await storage.changed(ALL, -1, 9, sum(sizes) - 1)) == ([(0, 1), (1, 1)], True)
    assert said(await storage.changed(ALL, -1, 9, 1)) == ([(0, 1)], True)


async def test_an_item_comes_once_as_it_is_now(storage: Storage, vn: PressRoom) -> None:
    one, two = published(vn, "one", "two")
    await keep(storage, one, two)
    later = next_version(vn, one.item)
    await keep(storage, later)
    await storage.seal(NOON + 2.0)
    assert said(await storage.changed(ALL, -1, 9, MANY)) == ([(1, 1), (2, 2)], False)
    assert said(await storage.changed(ALL, 0, 9, MANY)) == ([(1, 1), (2, 2)], False)
    await keep(storage, next_version(vn, later.item, Act.RETRACT))
    await storage.seal(NOON + 3.0)
    (gone,) = (await storage.changed(ALL, 2, 9, MANY)).logged
    assert recall(gone.token).act is Act.RETRACT


async def test_only_what_is_in_the_slice_and_shown_and_not_taken_back_comes(
    storage: Storage, vn: PressRoom
) -> None:
    th = PressRoom("th.demo", seed=2)
    one, two = published(vn, "one", "two")
    await keep(storage, one, *published(th, "three", lang="th"), two)
    await storage.seal(NOON + 2.0)
    await storage.write(lambda book: book.erase([one.digest], b"by law"))
    member = Slice(member=MemberCode("vn"))
    assert said(await storage.changed(member, -1, 9, MANY)) == ([(2, 1)], False)
    assert said(await storage.changed(Slice(lang="th"), -1, 9, MANY)) == ([(1, 1)], False)
    await keep(storage, *published(vn, "four"))
    await storage.seal(NOON + 3.0, show=False)
    assert said(await storage.changed(member, 2, 9, MANY)) == ([], False)
