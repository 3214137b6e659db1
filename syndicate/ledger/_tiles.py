"""C2SP tlog-tiles: the tree as files of at most 256 hashes, and the leaves beside them.

A tile on level 0 holds leaf hashes; on every level above, each hash is the root of a full tile below. Full
tiles never change. The last tile of a level may be partial: it is named by its width, so it never changes
either.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from syndicate.errors import LedgerError
from syndicate.ledger._tree import EMPTY_ROOT, HASH_BYTES, SIZE_MOST, node_hash, perfect_root

TILE_WIDTH: Final = 256  # hashes or entries
ENTRIES: Final = -1  # the "level" on which the leaves themselves stand
ENTRY_BYTES: Final = 65_535  # of one leaf: its length is a uint16
BUNDLE_BYTES: Final = TILE_WIDTH * (2 + ENTRY_BYTES)
_HIGHEST_LEVEL: Final = 63
_FULL_TILES: Final = SIZE_MOST // TILE_WIDTH  # the highest index of a tile
_PATH: Final = re.compile(
    r"tile/(entries|0|[1-9][0-9]?)/((?:x[0-9]{3}/){0,5})([0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?"
)


@dataclass(frozen=True, slots=True)
class Tile:
    """The name of one file of the log."""

    level: int  # or ENTRIES
    index: int
    width: int = TILE_WIDTH

    def __post_init__(self) -> None:
        within = ENTRIES <= self.level <= _HIGHEST_LEVEL and 0 <= self.index <= _FULL_TILES
        if not within or not 1 <= self.width <= TILE_WIDTH:
            raise LedgerError("no log has a tile of this level, index and width")

    @property
    def path(self) -> str:
        """Where it is served and kept: ``tile/0/x001/x234/067``, a partial one with ``.p/`` and its width."""
        level = "entries" if self.level == ENTRIES else str(self.level)
        thousands = f"{self.index:,}".split(",")
        spelled = "/".join(f"x{part:0>3}" for part in thousands)
        at = spelled.rindex("x")
        partial = "" if self.width == TILE_WIDTH else f".p/{self.width}"
        return f"tile/{level}/{spelled[:at]}{spelled[at + 1 :]}{partial}"


def read_tile_path(path: str) -> Tile:
    """The tile that a path names, in the one spelling it has.

    Raises:
        LedgerError: it names none.
    """
    matched = _PATH.fullmatch(path)
    if matched is None:
        raise LedgerError("not the path of a tile")
    level, thousands, last, width = matched.groups()
    index = int(re.sub("[x/]", "", thousands) + last)
    tile = Tile(
        ENTRIES if level == "entries" else int(level), index, TILE_WIDTH if width is None else int(width)
    )
    if tile.path != path:
        raise LedgerError("not the one spelling of a tile's path")
    return tile


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a tree: all that is needed to append to it and to know its root.

    ``levels`` holds, from the leaves up, the hashes of each level's partial tile, joined: nothing is
    rebuilt when a log of a million leaves starts. ``Edge()`` is the empty tree.
    """

    size: int = 0
    levels: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.size <= SIZE_MOST:
            raise LedgerError(f"no log has {self.size} leaves")
        if [len(level) for level in self.levels] != [
            tile_width * HASH_BYTES for tile_width in _widths(self.size)
        ]:
            raise LedgerError(f"these hashes are not the right edge of {self.size} leaves")

    @property
    def root(self) -> bytes:
        """The Merkle tree hash over all leaves."""
        found = None
        for level in self.levels:
            for peak in _peaks(level):
                found = peak if found is None else node_hash(peak, found)
        return EMPTY_ROOT if found is None else found

    def append(self, hashes: Iterable[bytes]) -> tuple["Edge", tuple[tuple[Tile, bytes], ...]]:
        """The edge after these leaf hashes, and the tiles to write first: full ones, then partial ones.

        Raises:
            LedgerError: one of them is not 32 bytes long, or the log is full.
        """
        added = list(hashes)
        if any(len(each) != HASH_BYTES for each in added):
            raise LedgerError("a leaf hash has 32 bytes")
        size = self.size + len(added)
        full: list[tuple[Tile, bytes]] = []
        edge: list[bytes] = []
        rising, level = b"".join(added), 0
        while rising or level < len(self.levels):
            held = self.levels[level] if level < len(self.levels) else b""
            first = (self.size >> 8 * level) // TILE_WIDTH
            tiles, rest = _cut(held + rising)
            full += [(Tile(level, first + at), tile) for at, tile in enumerate(tiles)]
            edge.append(rest)
            rising, level = b"".join(perfect_root(tile) for tile in tiles), level + 1
        after = Edge(size, tuple(edge))
        standing = edge_tiles(self.size)
        partial = zip(edge_tiles(size), (level for level in edge if level), strict=True)
        return after, (*full, *((tile, told) for tile, told in partial if tile not in standing))


def edge_tiles(size: int) -> tuple[Tile, ...]:
    """The partial tiles that hold the right edge of a tree, from the leaves up: what to read at the start."""
    return tuple(
        Tile(level, (size >> 8 * level) // TILE_WIDTH, width)
        for level, width in enumerate(_widths(size))
        if width
    )


def edge_from(size: int, tiles: Sequence[bytes]) -> Edge:
    """The edge that ``edge_tiles(size)``, read in that order, hold. Its root says whether they are genuine.

    Raises:
        LedgerError: they are not of these widths.
    """
    if len(tiles) != len(edge_tiles(size)):
        raise LedgerError(f"the right edge of {size} leaves stands in another number of tiles")
    unread = iter(tiles)
    return Edge(size, tuple(next(unread) if width else b"" for width in _widths(size)))


def write_entries(leaves: Iterable[bytes]) -> bytes:
    """An entry bundle: each leaf behind its length, a uint16.

    Raises:
        LedgerError: a leaf is too long.
    """
    told = []
    for leaf in leaves:
        if len(leaf) > ENTRY_BYTES:
            raise LedgerError(f"a leaf has at most {ENTRY_BYTES} bytes")
        told += [len(leaf).to_bytes(2, "big"), leaf]
    return b"".join(told)


def read_entries(bundle: bytes, width: int) -> tuple[bytes, ...]:
    """The ``width`` leaves of an entry bundle.

    Raises:
        LedgerError: it does not hold exactly so many.
    """
    leaves: list[bytes] = []
    at = 0
    while at < len(bundle) and len(leaves) < width:
        end = at + 2 + int.from_bytes(bundle[at : at + 2], "big")
        leaves.append(bundle[at + 2 : end])
        at = end
    # A length or a leaf that is cut off leaves `at` behind the end.
    if at != len(bundle) or len(leaves) != width:
        raise LedgerError(f"not a bundle of {width} entries")
    return tuple(leaves)


def _widths(size: int) -> Iterator[int]:
    """The width of each level's partial tile, 0 where the last tile is full, up to the highest level used."""
    while size:
        yield size % TILE_WIDTH
        size //= TILE_WIDTH


def _cut(hashes: bytes) -> tuple[list[bytes], bytes]:
    """The full tiles at the beginning, and the rest."""
    step = TILE_WIDTH * HASH_BYTES
    whole = len(hashes) - len(hashes) % step
    return [hashes[at : at + step] for at in range(0, whole, step)], hashes[whole:]


@lru_cache(maxsize=16)  # a level above the leaves changes once in 256 leaves, its part of the root with it
def _peaks(hashes: bytes) -> tuple[bytes, ...]:
    """The roots of the perfect trees that part of a tile consists of, from the smallest, on the right."""
    count, end, found = len(hashes) // HASH_BYTES, len(hashes), []
    while count:
        low = count & -count
        begin = end - low * HASH_BYTES
        found.append(perfect_root(hashes[begin:end]))
        count, end = count - low, begin
    return tuple(found)
