"""Tiles: their names, their bytes, and that a log starts from its right edge alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from logroom import MemoryLog, leaf, mth

from syndicate.errors import LedgerError
from syndicate.ledger import (
    BUNDLE_BYTES,
    EMPTY_ROOT,
    ENTRIES,
    HASH_BYTES,
    TILE_WIDTH,
    Edge,
    Tile,
    check_inclusion,
    edge_from,
    edge_tiles,
    leaf_hash,
    node_hash,
    prove_inclusion,
    read_entries,
    read_tile_path,
    tiles_for_consistency,
    tiles_for_inclusion,
    write_entries,
)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 999), "tile/0/999"),
        (Tile(0, 1000), "tile/0/x001/000"),
        (Tile(0, 1_234_067), "tile/0/x001/x234/067"),  # the example of C2SP tlog-tiles
        (Tile(1, 5, 17), "tile/1/005.p/17"),
        (Tile(63, 2**55 - 1, 1), "tile/63/x036/x028/x797/x018/x963/967.p/1"),
        (Tile(ENTRIES, 12_345, 255), "tile/entries/x012/345.p/255"),
        (Tile(10, 0), "tile/10/000"),
    ],
)
def test_a_tile_has_one_path_and_a_path_one_tile(tile: Tile, path: str) -> None:
    assert tile.path == path
    assert read_tile_path(path) == tile


@given(st.integers(ENTRIES, 63), st.integers(0, 2**55 - 1), st.integers(1, 256))
def test_every_tile_is_found_by_its_path(level: int, index: int, width: int) -> None:
    assert read_tile_path(Tile(level, index, width).path) == Tile(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        "", "tile/0/0", "tile/0/0000", "tile/00/000", "tile/64/000", "tile/-1/000", "tile/0/x000/000",
        "tile/0/x001/x000", "tile/0/001/000", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01",
        "tile/0/000.p/", "tile/0/000/", "/tile/0/000", "tile/0/000\n", "tile/data/000", "tile/0/٠٠٠",
        "tile/0/x036/x028/x797/x018/x963/968", "tile/0/" + "x001/" * 7 + "000",
        "tile/0/../000", "tile/0/000.p/999",
    ],
)  # fmt: skip
def test_no_other_path_names_a_tile(path: str) -> None:
    with pytest.raises(LedgerError):
        read_tile_path(path)


@pytest.mark.parametrize(
    ("level", "index", "width"), [(-2, 0, 1), (64, 0, 1), (0, -1, 1), (0, 2**55, 1), (0, 0, 0), (0, 0, 257)]
)
def test_no_log_has_such_a_tile(level: int, index: int, width: int) -> None:
    with pytest.raises(LedgerError, match="level, index and width"):
        Tile(level, index, width)


def test_70_000_leaves_stand_in_the_tiles_that_the_standard_names() -> None:
    # The example of C2SP tlog-tiles, "Partial Tiles".
    assert [tile.path for tile in edge_tiles(70_000)] == [
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    edge, tiles = Edge().append([EMPTY_ROOT] * 70_000)
    written = [tile for tile, _ in tiles]
    assert [tile for tile in written if tile.width < TILE_WIDTH] == list(edge_tiles(70_000))
    full = [tile for tile in written if tile.width == TILE_WIDTH]
    assert full == [*(Tile(0, index) for index in range(273)), Tile(1, 0)]
    assert edge.size == 70_000


def test_256_leaves_are_a_full_tile_and_one_hash_above() -> None:
    assert [tile.path for tile in edge_tiles(256)] == ["tile/1/000.p/1"]
    log = MemoryLog().grow(256)
    assert set(log.files) == {Tile(ENTRIES, 0), Tile(0, 0), Tile(1, 0, 1)}
    assert log.files[Tile(1, 0, 1)] == log.edge.root == mth(log.leaves)


@given(st.lists(st.integers(0, 300), max_size=6))
def test_however_it_grew_a_log_has_the_same_edge_root_and_full_tiles(windows: list[int]) -> None:
    log = MemoryLog()
    for count in windows:
        log.seal([leaf(number) for number in range(log.edge.size, log.edge.size + count)])
    size = sum(windows)
    at_once, tiles = Edge().append(leaf_hash(leaf(number)) for number in range(size))
    assert log.edge == at_once
    assert all(log.files[tile] == told for tile, told in tiles)
    assert log.edge.root == mth([leaf(number) for number in range(size)])


@given(st.integers(0, 700), st.integers(0, 300))
def test_a_log_starts_again_from_its_partial_tiles_alone(size: int, more: int) -> None:
    log = MemoryLog().grow(size)
    started = edge_from(size, [log.files[tile] for tile in edge_tiles(size)])
    assert started == log.edge
    added = [leaf_hash(leaf(number)) for number in range(more)]
    assert started.append(added) == log.edge.append(added)


def test_every_level_above_65_536_leaves_is_the_root_of_the_one_below() -> None:
    hashes = [leaf_hash(leaf(number)) for number in range(65_536 + 257)]
    edge, told = Edge().append(hashes[:65_000])
    tiles = dict(told)
    edge, told = edge.append(hashes[65_000:])
    tiles |= dict(told)
    assert [len(level) // HASH_BYTES for level in edge.levels] == [1, 1, 1]
    assert tiles[Tile(2, 0, 1)] == _fold([tiles[Tile(1, 0)][at : at + 32] for at in range(0, 8192, 32)])
    for index in (0, 65_535, 65_536, 65_792):
        proof = prove_inclusion(index, edge.size, tiles)
        assert len(proof) == (17 if index < 65_536 else 10 if index < 65_792 else 2)
        check_inclusion(hashes[index], index, edge.size, proof, edge.root)


def _fold(hashes: list[bytes]) -> bytes:
    while len(hashes) > 1:
        hashes = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=True)]
    return hashes[0]


def test_the_last_tile_of_the_largest_log_has_a_path() -> None:
    last = (2**63 - 1) // 256
    assert Tile(0, last).path == "tile/0/x036/x028/x797/x018/x963/967"
    assert read_tile_path(Tile(0, last).path) == Tile(0, last)
    for path in ("tile/0/x036/x028/x797/x018/x963/968", "tile/0/x001/x036/x028/x797/x018/x963/967"):
        with pytest.raises(LedgerError):
            read_tile_path(path)


def edge_of(size: int) -> Edge:
    """The edge of a tree of that many leaves, of any hashes."""
    widths: list[int] = []
    while size >> 8 * len(widths):
        widths.append((size >> 8 * len(widths)) % 256)
    return Edge(size, tuple(bytes(32 * width) for width in widths))


def test_a_log_of_millions_goes_on_at_its_second_tile_of_every_level() -> None:
    _, tiles = edge_of(131_071).append([EMPTY_ROOT])
    assert [tile for tile, _ in tiles] == [Tile(0, 511), Tile(1, 1), Tile(2, 0, 2)]
    _, tiles = edge_of(2 * 256**3 - 1).append([EMPTY_ROOT])
    assert [tile for tile, _ in tiles] == [Tile(0, 131_071), Tile(1, 511), Tile(2, 1), Tile(3, 0, 2)]


def test_a_log_is_full_when_it_has_as_many_leaves_as_one_can() -> None:
    full, _ = edge_of(2**63 - 2).append([EMPTY_ROOT])
    assert full.size == 2**63 - 1
    with pytest.raises(LedgerError, match="no log has"):
        full.append([EMPTY_ROOT])


@pytest.mark.parametrize("size", [0, 256, 512, 65_536, 65_537, 65_792])
def test_a_log_whose_tiles_are_full_starts_again_from_those_that_are_not(size: int) -> None:
    edge = edge_of(size)
    tiles = [level for level in edge.levels if level]
    assert [tile.width * HASH_BYTES for tile in edge_tiles(size)] == [len(each) for each in tiles]
    assert edge_from(size, tiles) == edge


def test_nothing_is_written_for_no_leaves() -> None:
    log = MemoryLog().grow(3)
    assert log.edge.append([]) == (log.edge, ())


def test_a_partial_tile_that_did_not_change_is_not_written_again() -> None:
    log = MemoryLog().grow(257)
    _, tiles = log.edge.append([EMPTY_ROOT])
    assert [tile for tile, _ in tiles] == [Tile(0, 1, 2)]


@pytest.mark.parametrize(
    ("size", "levels"),
    [
        (-1, ()), (2**63, ()), (1, ()), (0, (bytes(32),)), (1, (bytes(31),)), (1, (bytes(64),)),
        (1, (bytes(32), b"")), (256, (bytes(32),)), (256, (b"", bytes(64))),
    ],
)  # fmt: skip
def test_an_edge_of_another_shape_is_refused(size: int, levels: tuple[bytes, ...]) -> None:
    with pytest.raises(LedgerError):
        Edge(size, levels)


@pytest.mark.parametrize(
    ("size", "tiles"),
    [(1, []), (0, [bytes(32)]), (256, [b"", bytes(32)]), (2, [bytes(32)]), (257, [bytes(32)] * 3)],
)
def test_other_tiles_than_those_of_the_edge_are_refused(size: int, tiles: list[bytes]) -> None:
    with pytest.raises(LedgerError):
        edge_from(size, tiles)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_only_hashes_are_appended(length: int) -> None:
    with pytest.raises(LedgerError, match="32 bytes"):
        Edge().append([EMPTY_ROOT, bytes(length)])


@given(st.lists(st.binary(max_size=300), max_size=300))
def test_entries_come_back_as_they_were_written(leaves: list[bytes]) -> None:
    assert read_entries(write_entries(leaves), len(leaves)) == tuple(leaves)


def test_an_entry_is_a_big_endian_length_and_the_leaf() -> None:
    assert write_entries([b"", b"ab", bytes(258)]) == b"\0\0" + b"\0\2ab" + b"\1\2" + bytes(258)


def test_the_longest_leaf_has_65_535_bytes() -> None:
    longest = bytes(65_535)
    assert len(write_entries([longest] * 256)) == BUNDLE_BYTES
    assert read_entries(write_entries([longest]), 1) == (longest,)
    with pytest.raises(LedgerError, match="65535"):
        write_entries([longest + b"\0"])


@pytest.mark.parametrize(
    ("bundle", "width"),
    [
        (b"", 1), (b"\0", 1), (b"\0\1", 1), (b"\0\1a", 0), (b"\0\1a", 2), (b"\0\1ab", 1), (b"\0\1a\0", 1),
        (b"\0\1a\0", 2), (b"\0\2a", 1), (b"\0\0\0\0", 1),
    ],
)  # fmt: skip
def test_a_bundle_of_another_length_or_number_is_refused(bundle: bytes, width: int) -> None:
    with pytest.raises(LedgerError, match="not a bundle"):
        read_entries(bundle, width)


@given(st.data())
def test_the_tiles_that_are_named_are_enough_and_all_are_needed(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 1_000))
    log = MemoryLog().grow(size)
    index = data.draw(st.integers(0, size - 1))
    named = tiles_for_inclusion(index, size)
    files = {tile: log.files[tile] for tile in named}
    assert prove_inclusion(index, size, files) == prove_inclusion(index, size, log.files)
    for tile in named:
        for told in ({}, {tile: files[tile][:-1]}, {tile: files[tile] + b"\0"}):
            with pytest.raises(LedgerError, match="missing or cut short"):
                prove_inclusion(index, size, {**{t: b for t, b in files.items() if t != tile}, **told})


def test_a_proof_needs_few_tiles() -> None:
    assert tiles_for_inclusion(0, 1) == ()
    assert tiles_for_inclusion(0, 2) == (Tile(0, 0, 2),)
    assert tiles_for_inclusion(500_000, 1_000_000) == (
        Tile(0, 1953), Tile(0, 3906, 64), Tile(1, 7), Tile(1, 15, 66), Tile(2, 0, 15)
    )  # fmt: skip
    assert tiles_for_consistency(5, 5) == ()
    assert tiles_for_consistency(256, 257) == (Tile(0, 1, 1),)
