"""Proofs made from tiles: first which tiles, so that the caller can fetch them at once, then the proof."""

from collections.abc import Iterator, Mapping

from syndicate.errors import LedgerError
from syndicate.ledger._tiles import TILE_WIDTH, Tile
from syndicate.ledger._tree import HASH_BYTES, SIZE_MOST, node_hash, perfect_root
from syndicate.news import Reason

Range = tuple[int, int]  # leaves from, up to and without


def tiles_for_inclusion(index: int, size: int) -> tuple[Tile, ...]:
    """The tiles that ``prove_inclusion`` will read.

    Raises:
        LedgerError: ``log-not-included``: the tree has no such leaf.
    """
    return _tiles_of(_inclusion(index, size), size)


def prove_inclusion(index: int, size: int, tiles: Mapping[Tile, bytes]) -> tuple[bytes, ...]:
    """The hashes that lead from leaf ``index`` to the root of the first ``size`` leaves.

    Raises:
        LedgerError: the tree has no such leaf, or a tile is missing or cut short.
    """
    return tuple(_hash_of(each, size, tiles) for each in _inclusion(index, size))


def tiles_for_consistency(old_size: int, new_size: int) -> tuple[Tile, ...]:
    """The tiles that ``prove_consistency`` will read.

    Raises:
        LedgerError: ``log-inconsistent``: no tree of these sizes can be compared.
    """
    return _tiles_of(_consistency(old_size, new_size), new_size)


def prove_consistency(old_size: int, new_size: int, tiles: Mapping[Tile, bytes]) -> tuple[bytes, ...]:
    """The hashes that show the first ``new_size`` leaves to begin with the first ``old_size``.

    Raises:
        LedgerError: no tree of these sizes can be compared, or a tile is missing or cut short.
    """
    return tuple(_hash_of(each, new_size, tiles) for each in _consistency(old_size, new_size))


def _inclusion(index: int, size: int) -> list[Range]:
    """PATH of RFC 6962, section 2.1.1, as ranges of leaves."""
    if not 0 <= index < size <= SIZE_MOST:
        raise LedgerError(f"a tree of {size} leaves has no leaf {index}", code=Reason.LOG_NOT_INCLUDED)
    path, low, high = [], 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    return path[::-1]


def _consistency(old_size: int, new_size: int) -> list[Range]:
    """PROOF and SUBPROOF of RFC 6962, section 2.1.2, as ranges of leaves."""
    if not 0 < old_size <= new_size <= SIZE_MOST:
        raise LedgerError(
            f"no proof leads from {old_size} to {new_size} leaves", code=Reason.LOG_INCONSISTENT
        )
    path, low, high = [], 0, new_size
    while high != old_size:
        middle = low + _split(high - low)
        if old_size <= middle:
            path.append((middle, high))
            high = middle
        else:
            path.append((low, middle))
            low = middle
    if low:  # what is left is no tree of its own that the verifier knows the root of
        path.append((low, high))
    return path[::-1]


def _split(count: int) -> int:
    """The largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1


def _nodes(leaves: Range) -> Iterator[tuple[int, int]]:
    """The perfect trees that a range of a proof consists of, as height and number, from the left."""
    low, high = leaves
    while low < high:
        height = (high - low).bit_length() - 1
        yield height, low >> height
        low += 1 << height


def _tile_of(height: int, number: int, size: int) -> tuple[Tile, int]:
    """The tile with the hashes below this node, and how far into it they begin."""
    level, inside = divmod(height, 8)
    first = number << inside
    index = first // TILE_WIDTH
    width = min(TILE_WIDTH, (size >> 8 * level) - index * TILE_WIDTH)
    return Tile(level, index, width), first % TILE_WIDTH * HASH_BYTES


def _tiles_of(ranges: list[Range], size: int) -> tuple[Tile, ...]:
    found = {_tile_of(*node, size)[0] for leaves in ranges for node in _nodes(leaves)}
    return tuple(sorted(found, key=lambda tile: (tile.level, tile.index)))


def _hash_of(leaves: Range, size: int, tiles: Mapping[Tile, bytes]) -> bytes:
    """The tree hash over a range: perfect trees, folded from the right."""
    *rest, found = (_node(height, number, size, tiles) for height, number in _nodes(leaves))
    for left in reversed(rest):
        found = node_hash(left, found)
    return found


def _node(height: int, number: int, size: int, tiles: Mapping[Tile, bytes]) -> bytes:
    tile, begin = _tile_of(height, number, size)
    told = tiles.get(tile)
    if told is None or len(told) != tile.width * HASH_BYTES:
        raise LedgerError(f"{tile.path} is missing or cut short")
    return perfect_root(told[begin : begin + (HASH_BYTES << height % 8)])
