"""The one order: giving indices, and reading what has one."""

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Table, func, select

from syndicate.errors import StorageError
from syndicate.ledger import Edge
from syndicate.news import AgencyId, Index, ItemId, MemberCode, Slice, TokenDigest, b64url
from syndicate.ports import Entry, Logged, Stretch, Window
from syndicate.storage._hub_tables import HubTable
from syndicate.storage._log import LeafRow, follow_act, grow, lag, seal_acts
from syndicate.storage._rows import marks_of

# An item stays in the language in which it was first kept: whoever read the story there sees there, too, that
# it was withdrawn, in whatever language that is said.
_UNSEALED = """
    SELECT it.id, first.lang, it.agency, item.sub, it.ver, it.stream, it.seq, it.act, it.digest
    FROM version AS it JOIN item ON item.id = it.item_id
    JOIN version AS first ON first.id = (SELECT min(id) FROM version WHERE item_id = it.item_id)
    WHERE it.id > (SELECT coalesce(max(version_id), 0) FROM log) ORDER BY it.id LIMIT ?
"""
_LAST = "SELECT sealed_at FROM log ORDER BY idx DESC LIMIT 1"
_LOG = "INSERT INTO log (idx, version_id, sealed_at, member, agency, lang) VALUES (?, ?, ?, ?, ?, ?)"
# Among versions of one item a retraction stands before all others (the lowest, if there were two), then
# the highest number.
_SHOW = """
    INSERT INTO shown (item_id, idx, ver, retracts, sealed_at, member, agency, lang)
    SELECT it.item_id, log.idx, it.ver, it.act = 'retract', log.sealed_at, log.member, log.agency, log.lang
    FROM log JOIN version AS it ON it.id = log.version_id
    WHERE log.idx >= ? AND log.idx < ? ORDER BY log.idx
    ON CONFLICT (item_id) DO UPDATE SET
        idx = excluded.idx, ver = excluded.ver, retracts = excluded.retracts,
        sealed_at = excluded.sealed_at
    WHERE excluded.retracts > retracts
       OR (excluded.retracts = retracts AND excluded.retracts = 0 AND excluded.ver > ver)
       OR (excluded.retracts = retracts AND excluded.retracts = 1 AND excluded.ver < ver)
"""
_HORIZON = "SELECT visible FROM horizon WHERE id = 1"
_MOVE_HORIZON = "UPDATE horizon SET visible = ? WHERE id = 1"
_TOUCHED = """
    SELECT member, agency, lang, max(idx) FROM log WHERE idx >= ? AND idx < ? GROUP BY member, agency, lang
"""
_SLICED_BY: Final = ("member", "agency", "lang")
_LOG_TABLE = HubTable.metadata.tables["log"]
_SHOWN_TABLE = HubTable.metadata.tables["shown"]
_VERSION_TABLE = HubTable.metadata.tables["version"]
_ITEM_TABLE = HubTable.metadata.tables["item"]
_ERASED_TABLE = HubTable.metadata.tables["erased"]
_LOGGED = (
    select(
        _LOG_TABLE.c.idx,
        _LOG_TABLE.c.sealed_at,
        _VERSION_TABLE.c.token,
        _VERSION_TABLE.c.digest,
        _ITEM_TABLE.c.sub,
        _VERSION_TABLE.c.ver,
        _VERSION_TABLE.c.agency,
        _VERSION_TABLE.c.received_at,
        _VERSION_TABLE.c.marks,
    )
    .join_from(_LOG_TABLE, _VERSION_TABLE)
    .join(_ITEM_TABLE)
)


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
        log = [(idx, row.id, when, row.agency[:2], row.agency, row.lang) for idx, row in numbered]
        connection.exec_driver_sql(_LOG, log)
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
        log.append((idx, row.id, when, row.agency[:2], row.agency, row.lang))
    if next(waiting, None) is not None:
        raise StorageError("more was kept than there are leaves")
    if log:
        connection.exec_driver_sql(_LOG, log)
    return grow(connection, edge, [entry.leaf for entry in entries])


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
    connection.exec_driver_sql(_SHOW, (before, size))
    connection.exec_driver_sql(_MOVE_HORIZON, (size,))
    newest: dict[Slice, int] = {}
    for member, agency, lang, idx in connection.exec_driver_sql(_TOUCHED, (before, size)):
        for slice_ in _slices_of(member, agency, lang):
            newest[slice_] = max(idx, newest.get(slice_, -1))
    return newest


def visible(connection: Connection) -> int:
    """How many leaves of the log are shown."""
    return int(connection.exec_driver_sql(_HORIZON).scalar_one())


def newest(connection: Connection) -> dict[Slice, int]:
    """The highest index that is shown in every slice that holds something."""
    size = visible(connection)
    found = ((slice_, _newest(connection, slice_, size)) for slice_ in _every_slice(connection))
    return {slice_: last[0] for slice_, last in found if last is not None}


def page(
    connection: Connection, slice_: Slice, after: int, limit: int, end: int | None = None
) -> tuple[Logged, ...]:
    """At most ``limit`` versions of a slice with an index above ``after`` and below ``end``, ascending.

    ``end`` left out: as far as the log is shown.
    """
    # The inner selection reads narrow rows of one index; only what it finds is joined to its token.
    idx = _LOG_TABLE.c.idx
    below = visible(connection) if end is None else end
    gone = select(_ERASED_TABLE.c.version_id)
    here = _LOG_TABLE.c.version_id.not_in(gone)
    within = select(idx).where(idx > after, idx < below, here, *_of(slice_, _LOG_TABLE))
    wanted = within.order_by(idx).limit(limit)
    return _logged(connection.execute(_LOGGED.where(idx.in_(wanted)).order_by(idx)))


def window(connection: Connection, slice_: Slice, window_: Window) -> tuple[Logged, ...]:
    """The version shown of each item in a slice's window, newest index first."""
    below = visible(connection) if window_.before is None else min(window_.before, visible(connection))
    last = _newest(connection, slice_, below)
    if last is None:
        return ()
    idx = _SHOWN_TABLE.c.idx
    gone = select(_LOG_TABLE.c.idx).join_from(
        _ERASED_TABLE, _LOG_TABLE, _LOG_TABLE.c.version_id == _ERASED_TABLE.c.version_id
    )
    here = select(idx, _SHOWN_TABLE.c.sealed_at).where(
        *_of(slice_, _SHOWN_TABLE), idx < below, idx.not_in(gone)
    )
    newest_first = here.order_by(idx.desc())
    most = newest_first.limit(window_.most).subquery()
    in_time = select(func.count()).select_from(most).where(most.c.sealed_at >= last[1] - window_.seconds)
    count = min(max(connection.execute(in_time).scalar_one(), window_.least), window_.most)
    wanted = newest_first.with_only_columns(idx).limit(count)
    logged = _LOG_TABLE.c.idx
    with connection.execute(_LOGGED.where(logged.in_(wanted)).order_by(logged.desc())) as found:
        return _logged(_up_to(window_.characters, found))


def _up_to(characters: int, found: Iterable[Any]) -> Iterator[Any]:
    """The first row, and those after it while all their tokens have no more characters than this."""
    for number, row in enumerate(found):  # read one by one: what is too much never comes into memory
        characters -= len(row.token)
        if characters < 0 and number:
            return
        yield row


def archived(connection: Connection, slice_: Slice, every: int, upto: int, after: int) -> int:
    """The highest index, up to ``upto``, of a slice at which ``every`` versions are full, see the port."""
    idx = _LOG_TABLE.c.idx
    above = [idx > after, idx <= upto, *_of(slice_, _LOG_TABLE)]
    beyond = connection.execute(select(func.count()).select_from(_LOG_TABLE).where(*above)).scalar_one()
    if beyond < every:
        return after
    last = select(idx).where(*above).order_by(idx.desc()).limit(1).offset(beyond % every)
    return int(connection.execute(last).scalar_one())


def stretch(connection: Connection, slice_: Slice, every: int, last: int) -> Stretch | None:
    """The ``every`` versions of a slice that end at index ``last``, see the port."""
    idx = _LOG_TABLE.c.idx
    upto = [idx <= last, idx < visible(connection), *_of(slice_, _LOG_TABLE)]
    count = connection.execute(select(func.count()).select_from(_LOG_TABLE).where(*upto)).scalar_one()
    down = connection.execute(select(idx).where(*upto).order_by(idx.desc()).limit(every + 1)).scalars().all()
    if not count or count % every or down[0] != last:
        return None
    here = _LOG_TABLE.c.version_id.not_in(select(_ERASED_TABLE.c.version_id))
    return Stretch(
        first=Index(down[every - 1]),
        last=Index(last),
        before=Index(down[every]) if len(down) > every else None,
        logged=_logged(connection.execute(_LOGGED.where(idx.in_(down[:every]), here).order_by(idx.desc()))),
    )


def version(connection: Connection, sub: ItemId, ver: int) -> Logged | None:
    """One sealed version."""
    named = _LOGGED.where(_ITEM_TABLE.c.sub == sub, _VERSION_TABLE.c.ver == ver)
    found = _logged(connection.execute(named))
    return found[0] if found else None


def history(connection: Connection, sub: ItemId, limit: int) -> tuple[Logged, ...]:
    """The versions of an item that are shown, the highest first; at most ``limit``."""
    shown = _LOG_TABLE.c.idx < visible(connection)
    named = _LOGGED.where(_ITEM_TABLE.c.sub == sub, shown)
    return _logged(connection.execute(named.order_by(_VERSION_TABLE.c.ver.desc()).limit(limit)))


def standing(connection: Connection, subs: Collection[ItemId]) -> dict[ItemId, Logged]:
    """The version that stands for each of these items, where one is shown."""
    items = select(_ITEM_TABLE.c.id).where(_ITEM_TABLE.c.sub.in_(sorted(subs)))
    stands = select(_SHOWN_TABLE.c.idx).where(_SHOWN_TABLE.c.item_id.in_(items))
    found = _logged(connection.execute(_LOGGED.where(_LOG_TABLE.c.idx.in_(stands))))
    return {one.sub: one for one in found}


def _slices_of(member: MemberCode, agency: AgencyId, lang: str) -> Sequence[Slice]:
    return (Slice(), Slice(member=member), Slice(agency=agency), Slice(lang=lang))


def _every_slice(connection: Connection) -> Iterator[Slice]:
    yield Slice()
    for name in _SLICED_BY:
        column = _LOG_TABLE.c[name]
        # One seek for each different value, where SELECT DISTINCT would read the whole index.
        value = connection.execute(select(func.min(column))).scalar_one()
        while value is not None:
            yield Slice(**{name: value})
            value = connection.execute(select(func.min(column)).where(column > value)).scalar_one()


def _newest(connection: Connection, slice_: Slice, below: int) -> tuple[int, float] | None:
    """The highest index below ``below`` in a slice, and when it was given."""
    columns = select(_LOG_TABLE.c.idx, _LOG_TABLE.c.sealed_at).where(
        _LOG_TABLE.c.idx < below, *_of(slice_, _LOG_TABLE)
    )
    last = connection.execute(columns.order_by(_LOG_TABLE.c.idx.desc()).limit(1)).first()
    return None if last is None else (last.idx, last.sealed_at)


def _of(slice_: Slice, table: Table) -> list[ColumnElement[bool]]:
    """What a row of ``table`` must fulfil to be in the slice."""
    wanted = ((table.c[name], getattr(slice_, name)) for name in _SLICED_BY)
    return [column == value for column, value in wanted if value is not None]


def _logged(found: Iterable[Row[Any]]) -> tuple[Logged, ...]:
    return tuple(
        Logged(
            index=Index(row.idx),
            token=row.token,
            digest=TokenDigest(row.digest),
            sub=row.sub,
            ver=row.ver,
            agency=row.agency,
            received_at=row.received_at,
            sealed_at=row.sealed_at,
            marks=marks_of(row.marks),
        )
        for row in found
    )
