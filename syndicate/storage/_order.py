"""The one order: giving indices, and reading what has one."""

import hashlib
import json
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from syndicate.errors import StorageError
from syndicate.ledger import Edge
from syndicate.news import Index, ItemId, Slice, TokenDigest, b64url
from syndicate.ports import Changed, Entry, Logged, Stretch, Window
from syndicate.storage._facets import facets_from
from syndicate.storage._log import LeafRow, follow_act, grow, lag, seal_acts
from syndicate.storage._rows import marks_of
from syndicate.storage._slices import count, find, newest, plain_slices

_UNSEALED = """
    SELECT it.id, facets.cell, it.agency, item.sub, it.ver, it.stream, it.seq, it.act, it.digest
    FROM version AS it JOIN item ON item.id = it.item_id JOIN facets ON facets.version_id = it.id
    WHERE it.id > (SELECT coalesce(max(version_id), 0) FROM log) ORDER BY it.id LIMIT ?
"""
_LAST = "SELECT sealed_at FROM log ORDER BY idx DESC LIMIT 1"
_LOG = "INSERT INTO log (idx, version_id, sealed_at, cell) VALUES (?, ?, ?, ?)"
_LOG_TOPICS = """
    INSERT INTO log_topic (topic, cell, idx)
    SELECT topic.value, log.cell, log.idx
    FROM log JOIN facets ON facets.version_id = log.version_id JOIN json_each(facets.topics) AS topic
    WHERE log.idx >= ?
"""
# Among versions of one item a retraction stands before all others (the lowest, if there were two), then
# the highest number.
_SHOW = """
    INSERT INTO shown (item_id, idx, ver, retracts, sealed_at, cell)
    SELECT it.item_id, log.idx, it.ver, it.act = 'retract', log.sealed_at, log.cell
    FROM log JOIN version AS it ON it.id = log.version_id
    WHERE log.idx >= ? AND log.idx < ? ORDER BY log.idx
    ON CONFLICT (item_id) DO UPDATE SET
        idx = excluded.idx, ver = excluded.ver, retracts = excluded.retracts,
        sealed_at = excluded.sealed_at, cell = excluded.cell
    WHERE excluded.retracts > retracts
       OR (excluded.retracts = retracts AND excluded.retracts = 0 AND excluded.ver > ver)
       OR (excluded.retracts = retracts AND excluded.retracts = 1 AND excluded.ver < ver)
"""
# What the versions that stood for these items until now have among the topics goes, and comes anew.
_HIDE_TOPICS = """
    DELETE FROM shown_topic WHERE (topic, cell, idx) IN (
        SELECT topic.value, shown.cell, shown.idx
        FROM (SELECT DISTINCT it.item_id FROM log JOIN version AS it ON it.id = log.version_id
              WHERE log.idx >= ? AND log.idx < ?) AS touched
        JOIN shown ON shown.item_id = touched.item_id
        JOIN log ON log.idx = shown.idx JOIN facets ON facets.version_id = log.version_id
        JOIN json_each(facets.topics) AS topic)
"""
_SHOW_TOPICS = """
    INSERT INTO shown_topic (topic, cell, idx)
    SELECT topic.value, shown.cell, shown.idx
    FROM (SELECT DISTINCT it.item_id FROM log JOIN version AS it ON it.id = log.version_id
          WHERE log.idx >= ? AND log.idx < ?) AS touched
    JOIN shown ON shown.item_id = touched.item_id
    JOIN log ON log.idx = shown.idx JOIN facets ON facets.version_id = log.version_id
    JOIN json_each(facets.topics) AS topic
"""
_HORIZON = "SELECT visible FROM horizon WHERE id = 1"
_MOVE_HORIZON = "UPDATE horizon SET visible = ? WHERE id = 1"
_TOUCHED = """
    SELECT cell.member, cell.agency, cell.lang, max(log.idx) FROM log JOIN cell ON cell.id = log.cell
    WHERE log.idx >= ? AND log.idx < ? GROUP BY log.cell
"""
_SEALED_AT = "SELECT sealed_at FROM log WHERE idx = ?"
_LOGGED: Final = """
    SELECT log.idx, log.sealed_at, it.token, it.digest, item.sub, it.ver, it.received_at, it.marks,
           facets.topics, cell.agency, cell.lang, cell.kind, cell.urgency, cell.corrected
    FROM log JOIN version AS it ON it.id = log.version_id JOIN item ON item.id = it.item_id
    JOIN facets ON facets.version_id = it.id JOIN cell ON cell.id = facets.cell
"""
_THESE: Final = _LOGGED + "WHERE log.idx IN (SELECT value FROM json_each(?)) ORDER BY log.idx"  # noqa: S608 - our own words
_THESE_BACKWARDS = _THESE + " DESC"
_HERE_BACKWARDS = _THESE_BACKWARDS.replace("ORDER BY", "AND it.token <> '' ORDER BY")
_NAMED = _LOGGED + "WHERE item.sub = ? AND it.ver = ?"
_HISTORY = _LOGGED + "WHERE item.sub = ? AND log.idx < ? ORDER BY it.ver DESC LIMIT ?"
_STANDING = _LOGGED + "JOIN shown ON shown.idx = log.idx WHERE item.sub IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own words


class Sealed(NamedTuple):
    """What one sealing did: how many indices it gave, and the tree with them in it."""

    given: int
    edge: Edge


def seal(connection: Connection, edge: Edge, at: float, most: int) -> Sealed:
    """Give the next indices to at most ``most`` acts and kept versions that have none.

    Raises:
        StorageError: somebody else has given indices since ``edge`` was read: there is one sealer.
    """
    _check_alone(connection, edge)
    leaves = seal_acts(connection, edge.size, most)
    waiting = connection.exec_driver_sql(_UNSEALED, (most - len(leaves),)).all()
    if waiting:
        last = connection.exec_driver_sql(_LAST).first()
        when = at if last is None else max(at, last.sealed_at)
        numbered = enumerate(waiting, edge.size + len(leaves))
        _order(connection, [(idx, row.id, when, row.cell) for idx, row in numbered])
        leaves += [LeafRow(*row[2:]).raw for row in waiting]
    return Sealed(len(leaves), grow(connection, edge, leaves) if leaves else edge)


def follow(connection: Connection, edge: Edge, entries: Sequence[Entry]) -> Edge:
    """Give another log's indices to the versions kept last, and to acts: exactly those leaves.

    Raises:
        StorageError: they make other leaves, or somebody else has given indices.
    """
    _check_alone(connection, edge)
    log = []
    last = connection.exec_driver_sql(_LAST).first()
    when = 0.0 if last is None else last.sealed_at
    waiting = iter(connection.exec_driver_sql(_UNSEALED, (len(entries) + 1,)).all())
    for idx, entry in enumerate(entries, edge.size):
        if entry.act is not None:
            follow_act(connection, idx, b64url(hashlib.sha256(entry.act).digest()), entry.act)
            continue
        row = next(waiting, None)
        if row is None or LeafRow(*row[2:]).raw != entry.leaf:
            raise StorageError(f"what was kept is not leaf {idx:,}")
        when = max(when, entry.sealed_at)
        log.append((idx, row.id, when, row.cell))
    if next(waiting, None) is not None:
        raise StorageError("more was kept than there are leaves")
    if log:
        _order(connection, log)
    return grow(connection, edge, [entry.leaf for entry in entries])


def _order(connection: Connection, log: list[tuple[int, int, float, int]]) -> None:
    """Write indices: (index, version, time, cell), ascending."""
    connection.exec_driver_sql(_LOG, log)
    connection.exec_driver_sql(_LOG_TOPICS, (log[0][0],))


def _check_alone(connection: Connection, edge: Edge) -> None:
    if lag(connection, edge):
        raise StorageError(
            "somebody else has given indices in this database",
            hint="Two hubs must never share one: stop the other, then start this one again.",
        )


def show(connection: Connection, size: int) -> dict[Slice, int]:
    """Show the log up to ``size`` leaves; the newest index in each slice that this touched."""
    before = visible(connection)
    if size <= before:
        return {}
    for statement in (_HIDE_TOPICS, _SHOW, _SHOW_TOPICS):
        connection.exec_driver_sql(statement, (before, size))
    connection.exec_driver_sql(_MOVE_HORIZON, (size,))
    return plain_slices(connection.exec_driver_sql(_TOUCHED, (before, size)))


def visible(connection: Connection) -> int:
    """How many leaves of the log are shown."""
    return int(connection.exec_driver_sql(_HORIZON).scalar_one())


def page(
    connection: Connection, slice_: Slice, after: int, limit: int, end: int | None = None
) -> tuple[Logged, ...]:
    """At most ``limit`` versions of a slice with an index above ``after`` and below ``end``, ascending.

    ``end`` left out: as far as the log is shown.
    """
    # First the narrow rows of one index; only what they name is joined to its token.
    below = visible(connection) if end is None else end
    found = find(connection, slice_, limit, above=after, below=below)
    return tuple(map(_logged, connection.exec_driver_sql(_THESE, (json.dumps(found),))))


def window(connection: Connection, slice_: Slice, window_: Window) -> tuple[Logged, ...]:
    """The version shown of each item in a slice's window, newest index first."""
    size = visible(connection) if window_.before is None else min(window_.before, visible(connection))
    last = newest(connection, slice_, size)
    if last < 0:
        return ()

    def sealed_at(idx: int) -> float:
        return float(connection.exec_driver_sql(_SEALED_AT, (idx,)).scalar_one())

    found = find(connection, slice_, window_.most, above=-1, below=size, shown=True, newest_first=True)
    since = sealed_at(last) - window_.seconds
    in_time = bisect_left(found, True, key=lambda idx: sealed_at(idx) < since)  # noqa: FBT003 - the first one
    wanted = found[: max(in_time, window_.least)]
    with connection.exec_driver_sql(_THESE_BACKWARDS, (json.dumps(wanted),)) as rows:
        return tuple(map(_logged, _up_to(window_.characters, rows)))


def changed(connection: Connection, slice_: Slice, after: int, most: int, characters: int) -> Changed:
    """The version shown of each item in a slice whose index is above ``after``, ascending."""
    size = visible(connection)
    found = find(connection, slice_, most + 1, above=after, below=size, shown=True)
    with connection.exec_driver_sql(_THESE, (json.dumps(found[:most]),)) as rows:
        fitting = tuple(map(_logged, _up_to(characters, rows)))
    return Changed(logged=fitting, more=len(fitting) < len(found))


def _up_to(characters: int, found: Iterable[Any]) -> Iterator[Any]:
    """The first row, and those after it while all their tokens have no more characters than this."""
    for number, row in enumerate(found):  # read one by one: what is too much never comes into memory
        characters -= len(row.token)
        if characters < 0 and number:
            return
        yield row


def archived(connection: Connection, slice_: Slice, every: int, upto: int, after: int) -> int:
    """The index of the version that fills a slice's newest page of ``every``, see the port."""
    beyond = count(connection, slice_, above=after, below=upto + 1)
    if beyond < every:
        return after
    return _backwards(connection, slice_, upto, beyond % every + 1)[-1]


def stretch(connection: Connection, slice_: Slice, every: int, last: int) -> Stretch | None:
    """The page of a slice's archive that ends at index ``last``, see the port."""
    if last >= visible(connection):
        return None
    down = _backwards(connection, slice_, last, every + 1)
    if len(down) < every or down[0] != last or count(connection, slice_, above=-1, below=last + 1) % every:
        return None
    here = connection.exec_driver_sql(_HERE_BACKWARDS, (json.dumps(down[:every]),))
    return Stretch(
        first=Index(down[every - 1]),
        last=Index(last),
        before=Index(down[every]) if len(down) > every else None,
        logged=tuple(map(_logged, here)),
    )


def _backwards(connection: Connection, slice_: Slice, last: int, most: int) -> list[int]:
    return find(connection, slice_, most, above=-1, below=last + 1, newest_first=True, erased=True)


def version(connection: Connection, sub: ItemId, ver: int) -> Logged | None:
    """One sealed version."""
    found = connection.exec_driver_sql(_NAMED, (sub, ver)).first()
    return None if found is None else _logged(found)


def history(connection: Connection, sub: ItemId, limit: int) -> tuple[Logged, ...]:
    """The versions of an item that are shown, the highest first; at most ``limit``."""
    found = connection.exec_driver_sql(_HISTORY, (sub, visible(connection), limit))
    return tuple(map(_logged, found))


def standing(connection: Connection, subs: Collection[ItemId]) -> dict[ItemId, Logged]:
    """The version that stands for each of these items, where one is shown."""
    found = connection.exec_driver_sql(_STANDING, (json.dumps(sorted(subs)),))
    return {one.sub: one for one in map(_logged, found)}


def _logged(row: Any) -> Logged:  # noqa: ANN401 - a row
    return Logged(
        index=Index(row.idx),
        token=row.token,
        digest=TokenDigest(row.digest),
        sub=row.sub,
        ver=row.ver,
        agency=row.agency,
        received_at=row.received_at,
        sealed_at=row.sealed_at,
        marks=marks_of(row.marks),
        facets=facets_from(row),
    )
