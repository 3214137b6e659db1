"""The one order: giving indices, and showing what has one."""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from syndicate.errors import StorageError
from syndicate.ledger import Edge
from syndicate.news import Slice, b64url
from syndicate.ports import Entry
from syndicate.storage._log import LeafRow, follow_act, grow, lag, seal_acts
from syndicate.storage._slices import plain_slices

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
