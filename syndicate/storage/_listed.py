"""What there is, by name alone: for whoever makes a copy of everything and reads texts only where it must."""

from sqlalchemy import Connection

from syndicate.news import Index, Slice
from syndicate.ports import Named
from syndicate.storage._order import visible
from syndicate.storage._slices import find

_NAMED = """
    SELECT log.idx, item.sub, version.ver, erased.version_id IS NOT NULL AS gone
    FROM log JOIN version ON version.id = log.version_id JOIN item ON item.id = version.item_id
    LEFT JOIN erased ON erased.version_id = version.id
    WHERE log.idx > ? AND log.idx < ? ORDER BY log.idx LIMIT ?
"""
_ACTS = "SELECT idx, digest FROM act WHERE idx > ? AND idx < ? ORDER BY idx LIMIT ?"


def named(connection: Connection, after: int, limit: int) -> tuple[Named, ...]:
    """At most ``limit`` versions that are shown, erased or not, with an index above ``after``, ascending."""
    found = connection.exec_driver_sql(_NAMED, (after, visible(connection), limit))
    return tuple(Named(index=row.idx, sub=row.sub, ver=row.ver, erased=bool(row.gone)) for row in found)


def acts(connection: Connection, after: int, limit: int) -> tuple[tuple[Index, str], ...]:
    """At most ``limit`` acts that are shown (index, digest), with an index above ``after``, in order."""
    found = connection.exec_driver_sql(_ACTS, (after, visible(connection), limit))
    return tuple((Index(row.idx), row.digest) for row in found)


def archive_ends(connection: Connection, slice_: Slice, every: int) -> tuple[Index, ...]:
    """The last index of each page of a slice's archive, ascending."""
    ends: list[Index] = []
    below, last = visible(connection), -1
    while len(page := find(connection, slice_, every, above=last, below=below, erased=True)) == every:
        last = page[-1]
        ends.append(Index(last))
    return tuple(ends)
