"""What every Storage must do for its public log; judged by the ledger, which knows nothing of it."""

import hashlib
from collections.abc import Sequence
from itertools import islice, product

import pytest
from kept import Opens, keep, next_version, published
from press import NOON, PressRoom

from syndicate.ledger import (
    ENTRIES,
    ActLeaf,
    Edge,
    Tile,
    check_inclusion,
    edge_from,
    edge_tiles,
    leaf_hash,
    leaf_of,
    prove_inclusion,
    read_entries,
    tiles_for_inclusion,
)
from syndicate.news import Act, Index, Slice, TokenDigest, b64url
from syndicate.ports import KeptCheckpoint, Named, Storage, Window
from syndicate.trust import Verified

ALL = Slice()
WIDE = Window(seconds=10_000, least=1, most=1_000)


def leaves_of(items: Sequence[Verified]) -> list[bytes]:
    return [leaf_of(each.item, each.digest).raw for each in items]


async def edge_on_disk(storage: Storage) -> Edge:
    wanted = edge_tiles(storage.log.edge.size)
    found = await storage.log.tiles(wanted)
    return edge_from(storage.log.edge.size, [found[tile] for tile in wanted])


async def test_a_new_log_is_empty(storage: Storage) -> None:
    assert (storage.log.edge, storage.log.visible) == (Edge(), 0)
    assert await storage.log.hidden(10) == ()
    assert await storage.log.tiles([Tile(0, 0, 1), Tile(ENTRIES, 0, 1)]) == {}
    assert await storage.log.newest_checkpoint(proved=False) is None
    assert await storage.log.checkpoint_over(Index(0)) is None
    assert await storage.log.act("digest") is None
    assert await storage.log.stopped() == ""


@pytest.mark.parametrize("batch", [1, 7, 1_000])
async def test_every_index_is_a_leaf_and_every_leaf_is_proven(
    storage: Storage, vn: PressRoom, batch: int
) -> None:
    names = islice(product("bcdefgh", repeat=3), 300)
    items = published(vn, *map("".join, names))
    await keep(storage, *items)
    while await storage.seal(NOON, batch):
        pass
    leaves = leaves_of(items)
    assert storage.log.edge == Edge().append(map(leaf_hash, leaves))[0] == await edge_on_disk(storage)
    bundles = await storage.log.tiles([Tile(ENTRIES, 0), Tile(ENTRIES, 1, 44)])
    assert [
        *read_entries(bundles[Tile(ENTRIES, 0)], 256),
        *read_entries(bundles[Tile(ENTRIES, 1, 44)], 44),
    ] == leaves
    for index in (0, 255, 256, 299):
        tiles = await storage.log.tiles(tiles_for_inclusion(index, 300))
        proof = prove_inclusion(index, 300, tiles)
        check_inclusion(leaf_hash(leaves[index]), index, 300, proof, storage.log.edge.root)


async def test_a_tile_is_served_in_every_width_that_a_checkpoint_named(
    storage: Storage, vn: PressRoom
) -> None:
    items = published(vn, *"abc")
    await keep(storage, *items)
    await storage.seal(NOON)
    hashes = b"".join(map(leaf_hash, leaves_of(items)))
    for width in (1, 2, 3):
        asked = [Tile(0, 0, width), Tile(ENTRIES, 0, width)]
        found = await storage.log.tiles(asked)
        assert found[asked[0]] == hashes[: 32 * width]
        assert list(read_entries(found[asked[1]], width)) == leaves_of(items)[:width]
    assert await storage.log.tiles([Tile(0, 0, 4), Tile(ENTRIES, 0, 4), Tile(0, 1, 1), Tile(1, 0, 1)]) == {}


async def test_an_act_takes_its_place_in_the_one_order_and_is_no_item(
    storage: Storage, vn: PressRoom
) -> None:
    one, two = published(vn, "one", "two")
    await keep(storage, one)
    await storage.seal(NOON)
    digest = await storage.log.add_act(b"an act")
    assert await storage.log.add_act(b"an act") == digest
    assert await storage.log.act(digest) is None, "not before it is sealed"
    await keep(storage, two)
    assert await storage.seal(NOON) == 2
    assert await storage.log.act(digest) == b"an act"
    bundle = (await storage.log.tiles([Tile(ENTRIES, 0, 3)]))[Tile(ENTRIES, 0, 3)]
    assert list(read_entries(bundle, 3)) == [
        leaves_of([one])[0],
        ActLeaf(digest=digest).raw,
        leaves_of([two])[0],
    ]
    assert [each.index for each in await storage.page(ALL, -1, 2)] == [0, 2]
    assert await storage.log.add_act(b"an act") == digest
    assert await storage.seal(NOON) == 0, "the same act is one act"


async def test_what_is_hidden_has_its_index_and_is_shown_to_nobody(storage: Storage, vn: PressRoom) -> None:
    items = published(vn, *"abc")
    await keep(storage, items[0])
    await storage.seal(NOON)
    await keep(storage, *items[1:])
    assert await storage.seal(NOON + 1, show=False) == 2
    assert (storage.log.edge.size, storage.log.visible, await storage.size()) == (3, 1, 1)
    assert [each.index for each in await storage.page(ALL, -1, 10)] == [0]
    assert [each.index for each in await storage.window(ALL, WIDE)] == [0]
    assert await storage.newest(ALL) == 0
    assert [each.index for each in await storage.log.hidden(10)] == [1, 2]
    assert [each.index for each in await storage.log.hidden(1)] == [1]
    await storage.log.show(2)
    assert [each.index for each in await storage.page(ALL, -1, 10)] == [0, 1]
    assert await storage.newest(Slice(agency=vn.id)) == 1
    await storage.log.show(3)
    await storage.log.show(1)
    assert [each.index for each in await storage.window(ALL, WIDE)] == [2, 1, 0]
    assert (storage.log.visible, await storage.log.hidden(10)) == (3, ())


async def test_everything_about_the_log_is_there_after_a_restart(opens: Opens, vn: PressRoom) -> None:
    async with opens() as storage:
        await keep(storage, *published(vn, *"abc"))
        await storage.seal(NOON, show=False)
        await storage.log.show(2)
        await storage.log.stop("restored")
        before = storage.log.edge
    async with opens() as storage:
        assert (storage.log.edge, storage.log.visible) == (before, 2)
        assert await storage.newest(ALL) == 1
        assert await storage.log.stopped() == "restored"
        await keep(storage, *published(vn, "d"))
        await storage.seal(NOON)
        assert (storage.log.edge.size, storage.log.visible) == (4, 4)


async def test_a_leaf_keeps_the_first_checkpoint_that_enough_stand_behind(storage: Storage) -> None:
    def kept(size: int, *, quorum: bool) -> KeptCheckpoint:
        return KeptCheckpoint(size=size, note=f"{size} {quorum}".encode(), quorum=quorum)

    log = storage.log
    await log.keep_checkpoint(kept(3, quorum=False))
    assert await log.checkpoint_over(Index(2)) == kept(3, quorum=False)
    assert await log.checkpoint_over(Index(3)) is None
    await log.keep_checkpoint(kept(4, quorum=False))
    assert await log.checkpoint_over(Index(2)) == kept(3, quorum=False)
    await log.keep_checkpoint(kept(4, quorum=True))
    await log.keep_checkpoint(kept(4, quorum=False))
    await log.keep_checkpoint(kept(7, quorum=True))
    await log.keep_checkpoint(kept(8, quorum=False))
    assert await log.checkpoint_over(Index(2)) == kept(4, quorum=True)
    assert await log.checkpoint_over(Index(4)) == kept(7, quorum=True)
    assert await log.checkpoint_over(Index(7)) == kept(8, quorum=False)
    assert await log.newest_checkpoint(proved=True) == kept(7, quorum=True)
    assert await log.newest_checkpoint(proved=False) == kept(8, quorum=False)


async def test_what_stands_under_a_checkpoint_is_shown_before_it_is(storage: Storage, vn: PressRoom) -> None:
    log = storage.log
    assert (await log.untouched(), await log.checkpoint_shown()) == (True, None)
    await keep(storage, *published(vn, "one", "two", "three"))
    assert not await log.untouched()
    for size in (1, 2, 3):
        await storage.seal(NOON, 1, show=False)
        await log.keep_checkpoint(KeptCheckpoint(size=size, note=b"%d" % size, quorum=False))
    assert await log.checkpoint_shown() is None
    assert (await log.cleared(), await log.stopped()) == (False, "")
    await log.stop("why")
    assert (await log.cleared(), await log.stopped()) == (False, "why")
    await log.clear()
    assert (await log.cleared(), await log.stopped()) == (True, "")
    await log.show(2)
    shown = await log.checkpoint_shown()
    assert (shown and shown.note) == b"2", "and not the newest"


async def test_an_erased_text_leaves_everything_but_its_leaf(storage: Storage, vn: PressRoom) -> None:
    one, two = published(vn, "one", "two")
    await keep(storage, one, two)
    await storage.seal(NOON)
    edge, act = storage.log.edge, b"by order"
    gone = await storage.write(lambda book: book.erase([one.digest, TokenDigest("?")], act))
    assert gone == {one.digest}
    assert await storage.write(lambda book: book.erase([one.digest], act)) == frozenset()
    left = await storage.page(ALL, -1, 10)
    assert [each.digest for each in left] == [two.digest]
    assert [each.digest for each in await storage.window(ALL, WIDE)] == [two.digest]
    kept = await storage.version(one.item.sub, 1)
    assert kept is not None
    assert (kept.erased, kept.token, kept.digest) == (True, "", one.digest)
    assert await storage.known([one.digest]) == {one.digest}
    assert await storage.erased_by(two.item.sub, 1) is None
    named = await storage.erased_by(one.item.sub, 1)
    assert named == b64url(hashlib.sha256(act).digest())
    await storage.seal(NOON + 1)
    assert await storage.log.act(named) == act
    [bundle] = (await storage.log.tiles([Tile(ENTRIES, 0, 3)])).values()
    assert list(read_entries(bundle, 3)) == [*leaves_of([one, two]), ActLeaf(digest=named).raw]
    assert storage.log.edge == edge.append([leaf_hash(ActLeaf(digest=named).raw)])[0]


async def test_when_a_withdrawal_is_erased_what_it_withdrew_does_not_come_back(
    storage: Storage, vn: PressRoom
) -> None:
    one, other = published(vn, "one", "other")
    await keep(storage, one, other)
    await storage.seal(NOON)
    two = next_version(vn, one.item, Act.RETRACT)
    await keep(storage, two)
    await storage.seal(NOON)
    assert [each.digest for each in await storage.window(ALL, WIDE)] == [two.digest, other.digest]
    await storage.write(lambda book: book.erase([two.digest], b"by order"))
    assert [each.digest for each in await storage.window(ALL, WIDE)] == [other.digest]
    assert [each.digest for each in await storage.page(ALL, -1, 9)] == [one.digest, other.digest]


async def test_what_is_shown_can_be_read_by_name_alone_also_what_is_erased(
    storage: Storage, vn: PressRoom
) -> None:
    one, two, three = published(vn, "one", "two", "three")
    await keep(storage, one)
    await storage.seal(NOON)
    digest = await storage.log.add_act(b"an act")
    await keep(storage, two)
    await storage.seal(NOON)
    await storage.write(lambda book: book.erase([one.digest], b"by order"))
    await keep(storage, three)
    await storage.seal(NOON + 1, show=False)
    told = [
        Named(index=Index(0), sub=one.item.sub, ver=1, erased=True),
        Named(index=Index(2), sub=two.item.sub, ver=1, erased=False),
    ]
    assert list(await storage.named(-1, 10)) == told
    assert list(await storage.named(-1, 1)) == told[:1]
    assert list(await storage.named(0, 10)) == told[1:]
    assert await storage.log.acts(-1, 10) == ((1, digest),)
    assert await storage.log.acts(1, 10) == ()
    await storage.log.show(storage.log.edge.size)
    assert len(await storage.log.acts(-1, 10)) == 2
    assert len(await storage.named(-1, 10)) == 3


async def test_the_pages_of_an_archive_are_known_by_their_ends(storage: Storage, vn: PressRoom) -> None:
    await keep(storage, *published(vn, *"abcde"))
    await storage.seal(NOON)
    for slice_ in (ALL, Slice(agency=vn.id)):
        ends = await storage.archive_ends(slice_, 2)
        assert ends == (1, 3)
        for last in ends:
            assert await storage.stretch(slice_, 2, last) is not None
    assert await storage.archive_ends(Slice(lang="xx"), 2) == ()
