"""What finds versions that may be alike: buckets by band, each with a few versions of each agency.

A version has a row for each of its bands, for as long as it is what its item says, and thirty days at most.
In a bucket each agency keeps the few that came last, so nobody's flood pushes out another's, nor makes
anybody's look-up longer. What is found depends on the order of keeping alone, not on how it was cut into
transactions: a mirror that keeps the same versions in the same order finds the same.

Keys come in no order, and each row among many would be written into a page of its own. So rows stand in a
small table first, and each version that is kept moves a stretch of its keys into the large one (decision 69).
"""

import json
import struct
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from syndicate.news import AgencyId, ItemId
from syndicate.ports import Candidate, Sketched, VersionKey

WINDOW_SECONDS: Final = 30 * 86_400
_OF_ONE_AGENCY: Final = 4  # in one bucket
_HITS: Final = 2  # bands in common, at least
_CANDIDATES: Final = 8  # of one version; one of each agency
_PARTNERS: Final = 25  # items that an item was found to say the same as before, one of each agency
_SWEPT: Final = 200  # versions that leave the window in one transaction

_SKETCH = """
    INSERT INTO sketch (version_id, item_id, agency, received_at, folding, bands) VALUES (?, ?, ?, ?, ?, ?)
"""
_OUT = "DELETE FROM sketch WHERE version_id = ?"
_BAND = "INSERT INTO band_new (key, agency, version_id) VALUES (?, ?, ?)"
_OUT_OF_BAND = "DELETE FROM band WHERE key = ? AND agency = ? AND version_id = ?"
_OUT_OF_NEW = "DELETE FROM band_new WHERE key = ? AND agency = ? AND version_id = ?"
_BAND_WITH_ROOM = """
    INSERT INTO band_new (key, agency, version_id) SELECT :key, :agency, :id
    WHERE (SELECT count(*) FROM band WHERE key = :key AND agency = :agency)
        + (SELECT count(*) FROM band_new WHERE key = :key AND agency = :agency) < :most
"""
_STRETCHES: Final = 4_096  # of all keys
_SETTLE: Final = (
    """
    INSERT INTO band (key, agency, version_id)
    SELECT key, agency, version_id FROM band_new WHERE key BETWEEN ? AND ?
    """,
    "DELETE FROM band_new WHERE key BETWEEN ? AND ?",
)
_STILL = """
    SELECT it.id, it.item_id FROM item JOIN version AS it ON it.item_id = item.id
    WHERE item.sub = ? AND it.ver = ? AND it.ver = item.highest AND it.token <> ''
"""
_BUCKETS = """
    WITH asked AS MATERIALIZED (SELECT value FROM json_each(?))
    SELECT band.key, band.agency, band.version_id FROM asked JOIN band ON band.key = asked.value
    UNION ALL
    SELECT new.key, new.agency, new.version_id FROM asked JOIN band_new AS new ON new.key = asked.value
    ORDER BY version_id
"""
_SKETCHES: Final = "SELECT version_id, item_id, agency, received_at, folding, bands FROM sketch "
_OF_VERSIONS: Final = _SKETCHES + "WHERE version_id IN (SELECT value FROM json_each(?))"  # noqa: S608 - our own words
_OF_ITEMS: Final = _SKETCHES + "WHERE item_id IN (SELECT value FROM json_each(?))"  # noqa: S608 - likewise
_OLD: Final = """
    SELECT version_id FROM (SELECT version_id, received_at FROM sketch ORDER BY version_id LIMIT :most)
    WHERE received_at < :before
"""
_TOKENS = """
    SELECT it.id, item.sub, it.ver, it.agency, it.token FROM version AS it JOIN item ON item.id = it.item_id
    WHERE it.id IN (SELECT value FROM json_each(?)) AND it.token <> ''
"""
# Of each agency what came first: whoever floods crowds out nobody else. Of excerpts see ``_gathering``.
_PARTNERS_OF: Final = """
    SELECT (SELECT it.id FROM version AS it JOIN item ON item.id = it.item_id
            WHERE item.sub = other.sub AND it.id < :id ORDER BY it.ver DESC LIMIT 1) AS id
    FROM (SELECT sub, min(id) AS first FROM (
              SELECT * FROM (SELECT to_sub AS sub, id FROM relation
                             WHERE sub = :sub AND type IN ('copy', 're-identified')
                             ORDER BY id LIMIT 1000)
              UNION ALL
              SELECT * FROM (SELECT sub, id FROM relation
                             WHERE to_sub = :sub AND type IN ('copy', 're-identified')
                             ORDER BY id LIMIT 1000))
          GROUP BY substr(sub, 1, instr(sub, ':')) ORDER BY first LIMIT :most) AS other
"""
_ALIASES = """
    SELECT count(*) FROM relation
    WHERE type = 're-identified' AND at > ? AND score IS NOT NULL AND sub > ? || ':' AND sub < ? || ';'
"""


class Kept(NamedTuple):
    """A version that was just kept, by its number and its item's."""

    id: int
    item: int
    said: Sketched


class _Sketch(NamedTuple):
    id: int
    item: int
    agency: str
    received_at: int
    folding: int
    bands: Sequence[int]


class _Place(NamedTuple):
    """Where in a bucket a version stands."""

    agency: str
    id: int


def alike(connection: Connection, kept: Sequence[Kept]) -> Mapping[VersionKey, tuple[Candidate, ...]]:
    """Keep sketches, ascending by number; which versions kept before each may be like it."""
    buckets = Buckets(connection, kept)
    chosen: dict[int, list[int]] = {}
    for one in kept:
        chosen[one.id] = buckets.like(one)
        if one.said.met:
            asked = {"id": one.id, "sub": one.said.sub, "most": _PARTNERS}
            partners = connection.exec_driver_sql(_PARTNERS_OF, asked).scalars()
            chosen[one.id] += [id_ for id_ in partners if id_ is not None]
        buckets.take(one)
    buckets.keep(connection)
    tokens = _tokens(connection, {id_ for ids in chosen.values() for id_ in ids})
    return {
        (one.said.sub, one.said.ver): tuple(
            tokens[id_] for id_ in dict.fromkeys(chosen[one.id]) if id_ in tokens
        )
        for one in kept
        if chosen[one.id]
    }


def put_back(connection: Connection, sketched: Sequence[Sketched]) -> None:
    """Keep sketches of older versions that still stand for their items, where newer ones leave room."""
    for said in sketched:
        row = connection.exec_driver_sql(_STILL, (said.sub, said.ver)).first()
        if row is None:
            continue
        here = _sketches(connection, _OF_ITEMS, [row.item_id])
        if any(each.id > row.id or each.folding == said.folding for each in here):
            continue
        _take_out(connection, here)
        if said.bands:
            bands = sorted(set(said.bands))
            sketch = (row.id, row.item_id, said.agency, said.received_at, said.folding, _packed(bands))
            connection.exec_driver_sql(_SKETCH, sketch)
            here_is = {"agency": said.agency, "id": row.id, "most": _OF_ONE_AGENCY}
            connection.exec_driver_sql(_BAND_WITH_ROOM, [here_is | {"key": key} for key in bands])
            _settle(connection, row.id, row.id)


def sweep(connection: Connection, now: int) -> int:
    """Take some of what is older than the window out of the buckets; how many versions."""
    asked = {"before": now - WINDOW_SECONDS, "most": _SWEPT}
    old = connection.exec_driver_sql(_OLD, asked).scalars().all()
    _take_out(connection, _sketches(connection, _OF_VERSIONS, old))
    return len(old)


def forget(connection: Connection, version: int) -> None:
    """Take a version out of the buckets: its text must go."""
    _take_out(connection, _sketches(connection, _OF_VERSIONS, [version]))


def aliases(connection: Connection, agency: AgencyId, since: int) -> int:
    """How many items of an agency were taken for others under a new id since then."""
    return int(connection.exec_driver_sql(_ALIASES, (since, agency, agency)).scalar_one())


class Buckets:
    """The buckets that a batch touches: looked up and filled one version after the other, written at once."""

    def __init__(self, connection: Connection, kept: Sequence[Kept]) -> None:
        keys = sorted({key for one in kept for key in one.said.bands})
        self._buckets: dict[int, list[_Place]] = {}  # ascending by version
        for key, agency, id_ in connection.exec_driver_sql(_BUCKETS, (json.dumps(keys),)) if keys else ():
            self._buckets.setdefault(key, []).append(_Place(agency, id_))
        found = {each.id for bucket in self._buckets.values() for each in bucket}
        met = [one.item for one in kept if one.said.met]
        here = [*_sketches(connection, _OF_VERSIONS, found), *_sketches(connection, _OF_ITEMS, met)]
        self._here = {each.id: each for each in here}
        self._of_item = {each.item: each.id for each in here}
        self._before = dict(self._here)
        self._out: set[tuple[int, str, int]] = set()

    def like(self, one: Kept) -> list[int]:
        """The numbers of versions to be compared with this one: one of each agency, a few in all."""
        shared = [bucket for key in one.said.bands if (bucket := self._buckets.get(key))]
        if len(shared) < _HITS:
            return []
        best: dict[str, tuple[int, int]] = {}
        for id_, count in Counter(each.id for bucket in shared for each in bucket).items():
            each = self._here[id_]
            if count >= _HITS and self._counts(one, each):
                # Of others what shares most and came first, of its own agency what came last.
                rank = (-count, -id_ if each.agency == one.said.agency else id_)
                best[each.agency] = min(rank, best.get(each.agency, rank))
        return [abs(id_) for _, id_ in sorted(best.values())[:_CANDIDATES]]

    @staticmethod
    def _counts(one: Kept, each: _Sketch) -> bool:
        """Whether it is another item's, in this window and in this folding."""
        said = one.said
        in_window = each.received_at > said.received_at - WINDOW_SECONDS
        return each.item != one.item and each.folding == said.folding and in_window

    def take(self, one: Kept) -> None:
        """Put a version into its buckets in place of the one before it of its item."""
        before = self._here.pop(self._of_item.pop(one.item, -1), None)
        if before is not None:
            for key in before.bands:
                self._remove(key, _Place(before.agency, before.id))
        if not one.said.bands:
            return
        said, place = one.said, _Place(one.said.agency, one.id)
        bands = sorted(set(said.bands))
        self._here[one.id] = _Sketch(one.id, one.item, said.agency, said.received_at, said.folding, bands)
        self._of_item[one.item] = one.id
        for key in bands:
            bucket = self._buckets.get(key)
            if bucket is None:
                self._buckets[key] = [place]
                continue
            bucket.append(place)
            own = [each for each in bucket if each.agency == place.agency]
            if len(own) > _OF_ONE_AGENCY:
                self._remove(key, own[0])

    def _remove(self, key: int, place: _Place) -> None:
        bucket = self._buckets.get(key, [])
        if place in bucket:
            bucket.remove(place)
        self._out.add((key, *place))

    def keep(self, connection: Connection) -> None:
        """Write what has changed."""
        new = [each for id_, each in self._here.items() if id_ not in self._before]
        came = {(key, each.agency, each.id) for each in new for key in each.bands} - self._out
        out = sorted(row for row in self._out if row[2] in self._before)
        for statement, values in (
            (_OUT_OF_BAND, out),
            (_OUT_OF_NEW, out),
            (_BAND, sorted(came)),
            (_OUT, [(id_,) for id_ in self._before if id_ not in self._here]),
            (_SKETCH, [(*each[:5], _packed(each.bands)) for each in new]),
        ):
            if values:
                connection.exec_driver_sql(statement, values)
        if new:
            _settle(connection, min(each.id for each in new), max(each.id for each in new))


def _settle(connection: Connection, first: int, last: int) -> None:
    """Move rows that came lately to where they stay: of each version's number a stretch of keys."""
    begin, many = first % _STRETCHES, min(last - first + 1, _STRETCHES)
    wide = 2**64 // _STRETCHES
    for low, high in ((begin, min(begin + many, _STRETCHES)), (0, begin + many - _STRETCHES)):
        if low < high:
            keys = (low * wide - 2**63, high * wide - 2**63 - 1)
            for statement in _SETTLE:
                connection.exec_driver_sql(statement, keys)


def _sketches(connection: Connection, statement: str, asked: Collection[int]) -> list[_Sketch]:
    if not asked:
        return []
    return [_sketch(row) for row in connection.exec_driver_sql(statement, (json.dumps(list(asked)),))]


def _sketch(row: Any) -> _Sketch:  # noqa: ANN401 - a row
    return _Sketch(row[0], row[1], row[2], row[3], row[4], _unpacked(row[5]))


def _take_out(connection: Connection, sketches: Sequence[_Sketch]) -> None:
    if sketches:
        rows = [(key, each.agency, each.id) for each in sketches for key in each.bands]
        for statement in (_OUT_OF_BAND, _OUT_OF_NEW):
            connection.exec_driver_sql(statement, rows)
        connection.exec_driver_sql(_OUT, [(each.id,) for each in sketches])


def _tokens(connection: Connection, ids: Collection[int]) -> dict[int, Candidate]:
    if not ids:
        return {}
    rows = connection.exec_driver_sql(_TOKENS, (json.dumps(list(ids)),))
    return {
        id_: Candidate(sub=ItemId(sub), ver=ver, agency=AgencyId(agency), token=token)
        for id_, sub, ver, agency, token in rows
    }


def _packed(bands: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(bands)}q", *bands)


def _unpacked(bands: bytes) -> Sequence[int]:
    return struct.unpack(f"<{len(bands) // 8}q", bands)
