"""What every Storage must do for its subscribers."""

from dataclasses import replace

import pytest
from kept import Opens, keep, next_version, published
from press import NOON, PressRoom

from syndicate.errors import StorageError
from syndicate.news import AgencyId, Index, MemberCode, Slice
from syndicate.ports import (
    Delivered,
    Notable,
    Storage,
    Subscriber,
    SubscriberKind,
    SubscriberState,
    Told,
)

DESK = Subscriber(
    id="aGVsbG8",
    kind=SubscriberKind.WEBHOOK,
    callback="https://desk.example/hook?a=b",
    slice=Slice(),
    lang="vi",
    secrets=("whsec_new", "whsec_old"),
    created_at=NOON,
    reached=6,
)
READER = Subscriber(
    id="cmVhZGVy",
    kind=SubscriberKind.WEBSUB,
    callback="https://reader.example/",
    slice=Slice(member=MemberCode("vn")),
    format="atom",
    lease_until=NOON + 864_000,
)


async def test_subscribers_are_there_again_as_they_were_put(opens: Opens) -> None:
    async with opens() as first:
        assert await first.subscribers.all() == ()
        await first.subscribers.put(READER)
        await first.subscribers.put(DESK)
    async with opens() as second:
        assert await second.subscribers.all() == (READER, DESK)


@pytest.mark.parametrize(
    "slice_",
    [Slice(), Slice(member=MemberCode("vn")), Slice(agency=AgencyId("vn.vna")), Slice(lang="zh-Hans")],
)
async def test_a_subscriber_keeps_its_slice(storage: Storage, slice_: Slice) -> None:
    await storage.subscribers.put(replace(DESK, slice=slice_))
    assert [each.slice for each in await storage.subscribers.all()] == [slice_]


async def test_the_same_id_put_again_replaces_the_row_and_keeps_its_place(storage: Storage) -> None:
    await storage.subscribers.put(DESK)
    await storage.subscribers.put(READER)
    changed = replace(
        DESK, callback="https://desk.example/other", state=SubscriberState.PAUSED, reason="asked"
    )
    await storage.subscribers.put(changed)
    assert await storage.subscribers.all() == (changed, READER)


async def test_one_callback_is_told_of_one_slice_once(storage: Storage) -> None:
    await storage.subscribers.put(DESK)
    with pytest.raises(StorageError, match="already"):
        await storage.subscribers.put(replace(DESK, id="b3RoZXI"))
    await storage.subscribers.put(replace(DESK, id="b3RoZXI", slice=Slice(lang="th")))
    await storage.subscribers.put(replace(DESK, id="c3Vi", kind=SubscriberKind.WEBSUB))
    assert len(await storage.subscribers.all()) == 3


async def test_what_is_removed_is_gone_and_progress_does_not_bring_it_back(storage: Storage) -> None:
    await storage.subscribers.put(DESK)
    await storage.subscribers.remove(DESK.id)
    await storage.subscribers.remove(DESK.id)
    await storage.subscribers.record([replace(DESK, reached=9)], [])
    assert await storage.subscribers.all() == ()


async def test_progress_touches_nothing_but_progress(storage: Storage) -> None:
    await storage.subscribers.put(DESK)
    await storage.subscribers.put(READER)
    moved = replace(DESK, reached=7, tried=8, next_at=NOON + 5.5, failures=2, reason="answered 500")
    moved = replace(moved, state=SubscriberState.PAUSED)
    await storage.subscribers.record([replace(moved, callback="https://else.example", secrets=())], [])
    assert await storage.subscribers.all() == (moved, READER)


def told(index: int, at: int, *, first: bool = True, acknowledged: bool = True) -> Told:
    return Told(index=Index(index), what=Notable.CORRECT, at=at, first=first, acknowledged=acknowledged)


@pytest.fixture
async def corrected(storage: Storage) -> PressRoom:
    """An item at index 0, its correction at 1."""
    room = PressRoom("vn.demo", seed=1)
    (item,) = published(room, "a")
    await keep(storage, item, next_version(room, item.item))
    await storage.seal(NOON + 5)
    return room


async def test_figures_count_who_was_told_and_who_acknowledged(
    storage: Storage, corrected: PressRoom
) -> None:
    await storage.subscribers.record([], [told(1, NOON + 10, acknowledged=False), told(1, NOON + 9)])
    await storage.subscribers.record([], [told(1, NOON + 20, first=False)])
    await storage.subscribers.record([], [told(1, NOON + 15, acknowledged=False)])
    (figure,) = await storage.subscribers.deliveries(-1, 10)
    assert figure == Delivered(
        index=Index(1),
        sub=(await storage.page(Slice(), 0, 1))[0].sub,
        ver=2,
        what=Notable.CORRECT,
        notified_at=NOON + 9,
        notified=3,
        acknowledged=2,
        acknowledged_at=NOON + 20,
    )


async def test_what_nobody_acknowledged_has_no_time_of_it(storage: Storage, corrected: PressRoom) -> None:
    for _ in range(2):
        await storage.subscribers.record([], [told(1, NOON + 10, acknowledged=False)])
    (figure,) = await storage.subscribers.deliveries(-1, 10)
    assert (figure.notified, figure.acknowledged, figure.acknowledged_at) == (2, 0, None)


async def test_figures_are_paged_by_index_and_leave_out_what_is_erased(
    storage: Storage, corrected: PressRoom
) -> None:
    await storage.subscribers.record([], [told(1, NOON), told(0, NOON)])
    assert [each.index for each in await storage.subscribers.deliveries(-1, 1)] == [0]
    assert [each.index for each in await storage.subscribers.deliveries(0, 1)] == [1]
    (second,) = await storage.page(Slice(), 0, 1)
    await storage.write(lambda book: book.erase([second.digest], b"by law"))
    assert [each.index for each in await storage.subscribers.deliveries(-1, 9)] == [0]


async def test_a_failed_record_leaves_nothing_behind(storage: Storage, corrected: PressRoom) -> None:
    await storage.subscribers.put(DESK)
    with pytest.raises(StorageError):  # there is no such index
        await storage.subscribers.record([replace(DESK, reached=7)], [told(99, NOON)])
    assert await storage.subscribers.all() == (DESK,)
    assert await storage.subscribers.deliveries(-1, 9) == ()
