"""Reading what stands in the one order: pages and windows of slices, and the versions of an item."""

import json
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Final

from sqlalchemy import Connection

from syndicate.news import AgencyId, Index, ItemId, Slice, TokenDigest
from syndicate.ports import Amended, Changed, Logged, Stretch, Window
from syndicate.storage._facets import facets_from
from syndicate.storage._order import visible
from syndicate.storage._rows import marks_of
from syndicate.storage._slices import count, find, newest

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
_HISTORY: Final = _LOGGED + "WHERE item.sub = ? AND log.idx < ? ORDER BY it.ver DESC LIMIT ?"
_SHOWN: Final = """
    SELECT shown.idx FROM item JOIN shown ON shown.item_id = item.id
    WHERE item.sub IN (SELECT value FROM json_each(?))
"""
_AMENDED: Final = """
    SELECT cell.agency, count(*) AS items, sum(shown.retracts) AS withdrawn
    FROM cell CROSS JOIN shown ON shown.cell = cell.id WHERE cell.corrected GROUP BY cell.agency
"""
_STANDING: Final = _LOGGED + f"WHERE log.idx IN ({_SHOWN})"


def page(  # noqa: PLR0913 - a slice, a stretch, and how much of it
    connection: Connection,
    slice_: Slice,
    after: int,
    limit: int,
    *,
    end: int | None = None,
    characters: int | None = None,
) -> tuple[Logged, ...]:
    """At most ``limit`` versions of a slice with an index above ``after`` and below ``end``, ascending.

    ``end`` left out: as far as the log is shown. Fewer when there is more than ``characters`` of tokens.
    """
    # First the narrow rows of one index; only what they name is joined to its token.
    below = visible(connection) if end is None else end
    found = find(connection, slice_, limit, above=after, below=below)
    with connection.exec_driver_sql(_THESE, (json.dumps(found),)) as rows:
        return tuple(map(_logged, rows if characters is None else _up_to(characters, rows)))


def window(connection: Connection, slice_: Slice, window_: Window) -> tuple[Logged, ...]:
    """The version shown of each item in a slice's window, newest index first."""
    wanted = placed(connection, slice_, window_)
    with connection.exec_driver_sql(_THESE_BACKWARDS, (json.dumps(wanted),)) as rows:
        return tuple(map(_logged, _up_to(window_.characters, rows)))


def placed(connection: Connection, slice_: Slice, window_: Window) -> list[int]:
    """The indices of a slice's window, newest first, however large its tokens are."""
    size = visible(connection)
    below = size if window_.before is None else min(window_.before, size)
    last = newest(connection, slice_, below)
    if last < 0:
        return []

    def sealed_at(idx: int) -> float:
        return float(connection.exec_driver_sql(_SEALED_AT, (idx,)).scalar_one())

    found = find(connection, slice_, window_.most + 1, above=-1, below=below, shown=True, newest_first=True)
    since = sealed_at(last) - window_.seconds
    in_time = bisect_left(found, True, key=lambda idx: sealed_at(idx) < since)  # noqa: FBT003 - the first one
    return found[: window_.shown(max(in_time, min(window_.least, window_.most)))]


def these(connection: Connection, indices: Collection[int]) -> tuple[Logged, ...]:
    """The versions at these indices, ascending."""
    return tuple(map(_logged, connection.exec_driver_sql(_THESE, (json.dumps(list(indices)),))))


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
    return tuple(map(_logged, connection.exec_driver_sql(_HISTORY, (sub, visible(connection), limit))))


def standing(connection: Connection, subs: Collection[ItemId]) -> dict[ItemId, Logged]:
    """The version that stands for each of these items, where one is shown."""
    found = connection.exec_driver_sql(_STANDING, (json.dumps(list(subs)),))
    return {one.sub: one for one in map(_logged, found)}


def amended(connection: Connection) -> dict[AgencyId, Amended]:
    """How many items of each agency were ever corrected or taken away, where any were."""
    found = connection.exec_driver_sql(_AMENDED)
    return {row.agency: Amended(items=row.items, withdrawn=row.withdrawn) for row in found}


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
