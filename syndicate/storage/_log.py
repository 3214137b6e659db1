"""The public log in the database: tiles that grow with the one order, acts beside versions, checkpoints.

Tiles are written in the transaction that gives the indices, so no power cut parts the two. A tile is one row,
as wide as it is by now; each narrower one that a checkpoint named is its beginning. Leaves are not kept: they
are made again from the versions, and from the acts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from syndicate.errors import StorageError
from syndicate.ledger import (
    ENTRIES,
    HASH_BYTES,
    TILE_WIDTH,
    ActLeaf,
    Edge,
    ItemLeaf,
    Tile,
    edge_from,
    edge_tiles,
    leaf_hash,
    write_entries,
)
from syndicate.news import Act, AgencyId, Index, ItemId, StreamName, TokenDigest
from syndicate.ports import KeptCheckpoint

_ITEM_LEAVES = """
    SELECT log.idx, it.agency, item.sub, it.ver, it.stream, it.seq, it.act, it.digest
    FROM log JOIN version AS it ON it.id = log.version_id JOIN item ON item.id = it.item_id
    WHERE log.idx >= ? AND log.idx < ?
"""
_ACT_LEAVES = "SELECT idx, digest FROM act WHERE idx >= ? AND idx < ?"
_LAST = "SELECT max((SELECT coalesce(max(idx), -1) FROM log), (SELECT coalesce(max(idx), -1) FROM act))"
_LAST_TILE = "SELECT number, length(hashes) FROM tile WHERE level = 0 ORDER BY number DESC LIMIT 1"
_TILE = "SELECT hashes FROM tile WHERE level = ? AND number = ?"
_KEEP_TILE = """
    INSERT INTO tile (level, number, hashes) VALUES (?, ?, ?)
    ON CONFLICT (level, number) DO UPDATE SET hashes = excluded.hashes
"""
_NEW_ACT = "INSERT INTO act (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING"
_WAITING_ACTS = "SELECT id, digest FROM act WHERE idx IS NULL ORDER BY id LIMIT ?"
_SEAL_ACT = "UPDATE act SET idx = ? WHERE id = ? AND idx IS NULL"
_CHECKPOINT = """
    INSERT INTO checkpoint (size, note, quorum) VALUES (?, ?, ?)
    ON CONFLICT (size) DO UPDATE SET note = excluded.note, quorum = excluded.quorum
    WHERE quorum = 0
"""
_PASSED = """
    DELETE FROM checkpoint WHERE quorum = 0
    AND size < (SELECT size FROM checkpoint WHERE quorum ORDER BY size DESC LIMIT 1)
"""
_NEWEST = "SELECT size, note, quorum FROM checkpoint ORDER BY size DESC LIMIT 1"
_NEWEST_PROVED = "SELECT size, note, quorum FROM checkpoint WHERE quorum ORDER BY size DESC LIMIT 1"
_NEWEST_SHOWN = """
    SELECT size, note, quorum FROM checkpoint WHERE size <= (SELECT visible FROM horizon WHERE id = 1)
    ORDER BY size DESC LIMIT 1
"""
_FIRST_PROVED = "SELECT size, note, quorum FROM checkpoint WHERE size > ? AND quorum ORDER BY size LIMIT 1"
_FIRST_ANY = "SELECT size, note, quorum FROM checkpoint WHERE size > ? ORDER BY size LIMIT 1"
_FOLLOW_ACT = """
    INSERT INTO act (digest, body, idx) VALUES (?, ?, ?)
    ON CONFLICT (digest) DO UPDATE SET idx = excluded.idx WHERE idx IS NULL
"""
CLEARED: Final = "cleared by the operator"  # in place of a reason why nothing may be sealed
_AT_A_TIME: Final = 8_192  # leaves that a tree catches up with in one transaction


class LeafRow(NamedTuple):
    """What a version's leaf is made from."""

    agency: str
    sub: str
    ver: int
    stream: str
    seq: int
    act: str
    digest: str

    @property
    def raw(self) -> bytes:
        """The leaf."""
        return ItemLeaf(
            iss=AgencyId(self.agency),
            sub=ItemId(self.sub),
            ver=self.ver,
            stream=StreamName(self.stream),
            seq=self.seq,
            act=Act(self.act),
            digest=TokenDigest(self.digest),
        ).raw


def load_edge(connection: Connection) -> Edge:
    """The right edge of the tree as its tiles stand."""
    last = connection.exec_driver_sql(_LAST_TILE).first()
    size = 0 if last is None else last[0] * TILE_WIDTH + last[1] // HASH_BYTES
    wanted = edge_tiles(size)
    return edge_from(size, [_hashes(connection, tile) or b"" for tile in wanted])


def lag(connection: Connection, edge: Edge) -> int:
    """How many indices were given that the tree does not hold: all of them, in a database that had no tree.

    Raises:
        StorageError: the tree holds more than was given.
    """
    given = int(connection.exec_driver_sql(_LAST).scalar_one()) + 1
    if edge.size > given:
        raise StorageError(
            f"the log's tree has {edge.size} leaves, and only {given} indices were given",
            hint="The database is damaged: restore it from a back-up (docs/operating.md).",
        )
    return given - edge.size


def catch_up(connection: Connection, edge: Edge) -> Edge:
    """The edge after some more of the leaves that have their index already."""
    leaves = [raw for _, raw in _leaves(connection, edge.size, edge.size + _AT_A_TIME)]
    return grow(connection, edge, leaves)


def grow(connection: Connection, edge: Edge, leaves: Iterable[bytes]) -> Edge:
    """The edge after these leaves; its tiles are written."""
    after, tiles = edge.append(map(leaf_hash, leaves))
    connection.exec_driver_sql(_KEEP_TILE, [(tile.level, tile.index, hashes) for tile, hashes in tiles])
    return after


def add_act(connection: Connection, digest: str, body: bytes) -> None:
    """Keep an act until it is sealed; the same again is the same."""
    connection.exec_driver_sql(_NEW_ACT, (digest, body))


def seal_acts(connection: Connection, first: int, most: int) -> list[bytes]:
    """Give the next indices to acts that have none; their leaves."""
    waiting = connection.exec_driver_sql(_WAITING_ACTS, (most,)).all()
    if waiting:
        connection.exec_driver_sql(_SEAL_ACT, [(idx, row[0]) for idx, row in enumerate(waiting, first)])
    return [ActLeaf(digest=row[1]).raw for row in waiting]


def follow_act(connection: Connection, idx: int, digest: str, body: bytes) -> None:
    """Keep an act with the index that it has in another's log."""
    connection.exec_driver_sql(_FOLLOW_ACT, (digest, body, idx))


def act(connection: Connection, digest: str) -> bytes | None:
    """The bytes of an act that has its index."""
    found = connection.exec_driver_sql(
        "SELECT body FROM act WHERE digest = ? AND idx IS NOT NULL", (digest,)
    ).scalar_one_or_none()
    return None if found is None else bytes(found)


def tiles(connection: Connection, asked: Sequence[Tile]) -> Mapping[Tile, bytes]:
    """Those of these tiles and entry bundles that are here, each as wide as asked."""
    found = ((tile, _entries(connection, tile) if tile.level == ENTRIES else _hashes(connection, tile))
             for tile in asked)  # fmt: skip
    return {tile: told for tile, told in found if told is not None}


def keep_checkpoint(connection: Connection, kept: KeptCheckpoint) -> None:
    """Keep what was signed; what is not a quorum's goes when something newer is."""
    connection.exec_driver_sql(_CHECKPOINT, (kept.size, kept.note, kept.quorum))
    if kept.quorum:
        connection.exec_driver_sql(_PASSED)


def newest_checkpoint(connection: Connection, *, proved: bool) -> KeptCheckpoint | None:
    """The newest one, or the newest that satisfied the policy."""
    return _kept(connection.exec_driver_sql(_NEWEST_PROVED if proved else _NEWEST).first())


def checkpoint_shown(connection: Connection) -> KeptCheckpoint | None:
    """The newest one whose leaves are all shown."""
    return _kept(connection.exec_driver_sql(_NEWEST_SHOWN).first())


def checkpoint_over(connection: Connection, index: Index) -> KeptCheckpoint | None:
    """The first checkpoint that satisfied the policy with this leaf in it; else the first of any."""
    for asked in (_FIRST_PROVED, _FIRST_ANY):
        if (found := connection.exec_driver_sql(asked, (index,)).first()) is not None:
            return _kept(found)
    return None


def untouched(connection: Connection) -> bool:
    """Whether nothing was ever kept here: neither a version nor an act."""
    asked = "SELECT EXISTS (SELECT 1 FROM version) OR EXISTS (SELECT 1 FROM act)"
    return not connection.exec_driver_sql(asked).scalar_one()


def stop(connection: Connection, why: str) -> None:
    """Remember why nothing may be sealed."""
    connection.exec_driver_sql("UPDATE horizon SET stopped = ? WHERE id = 1", (why,))


def stopped(connection: Connection) -> str:
    """Why nothing may be sealed, or ``CLEARED``; "" if nothing was ever said."""
    return str(connection.exec_driver_sql("SELECT stopped FROM horizon WHERE id = 1").scalar_one())


def _kept(row: Any) -> KeptCheckpoint | None:  # noqa: ANN401 - a row or none
    return None if row is None else KeptCheckpoint(size=row[0], note=bytes(row[1]), quorum=bool(row[2]))


def _hashes(connection: Connection, tile: Tile) -> bytes | None:
    row = connection.exec_driver_sql(_TILE, (tile.level, tile.index)).first()
    wide = tile.width * HASH_BYTES
    return None if row is None or len(row[0]) < wide else bytes(row[0][:wide])


def _entries(connection: Connection, tile: Tile) -> bytes | None:
    first = tile.index * TILE_WIDTH
    leaves = [raw for _, raw in _leaves(connection, first, first + tile.width)]
    return write_entries(leaves) if len(leaves) == tile.width else None


def _leaves(connection: Connection, first: int, end: int) -> list[tuple[int, bytes]]:
    """The leaves from an index up to another, with their indices, in order."""
    return sorted([*_item_leaves(connection, first, end), *_act_leaves(connection, first, end)])


def _item_leaves(connection: Connection, first: int, end: int) -> Iterator[tuple[int, bytes]]:
    for idx, *row in connection.exec_driver_sql(_ITEM_LEAVES, (first, end)):
        yield idx, LeafRow(*row).raw


def _act_leaves(connection: Connection, first: int, end: int) -> Iterator[tuple[int, bytes]]:
    for idx, digest in connection.exec_driver_sql(_ACT_LEAVES, (first, end)):
        yield idx, ActLeaf(digest=digest).raw
