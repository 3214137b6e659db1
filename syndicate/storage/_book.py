"""One write transaction on SQLite: look up, then keep, a batch in each statement.

Every statement's text is constant and takes its batch as one JSON array, so SQLite compiles it once.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import Connection

from syndicate.dedupe import Related
from syndicate.ledger import ItemLeaf
from syndicate.news import (
    AgencyId,
    Facets,
    FeedId,
    Held,
    Item,
    ItemId,
    MemberCode,
    Refused,
    StreamName,
    TokenDigest,
    amends,
    facets_of,
)
from syndicate.ports import Backfill, Candidate, FeedState, Place, Sketched, StreamKey, VersionKey
from syndicate.storage import _kin
from syndicate.storage import _rows as rows
from syndicate.storage._erase import erase, mark_erased
from syndicate.storage._facets import Tongues, facets_from, keep_facets
from syndicate.storage._refusals import hold, keep_refused
from syndicate.storage._search_index import keep_heads
from syndicate.trust import ItemState, Numbered, Placed, StreamState, Verified

_ITEMS = """
    SELECT item.id, item.sub, item.highest, item.act, item.retracted_at,
           facets.topics, cell.agency, cell.lang, cell.kind, cell.urgency, cell.corrected
    FROM item LEFT JOIN facets ON facets.version_id = item.newest LEFT JOIN cell ON cell.id = facets.cell
    WHERE item.sub IN (SELECT value FROM json_each(?))
"""
_VERSIONS = """
    SELECT item.sub, version.ver, version.digest
    FROM json_each(?) AS asked
    JOIN item ON item.sub = json_extract(asked.value, '$[0]')
    JOIN version ON version.item_id = item.id AND version.ver = json_extract(asked.value, '$[1]')
"""
_PLACES = "SELECT seq, digest, prev FROM version WHERE agency = ? AND stream = ? AND seq BETWEEN ? AND ?"
_NEW_ITEM = "INSERT INTO item (highest, act, retracted_at, newest, sub, id) VALUES (?, ?, ?, ?, ?, ?)"
_SAME_ITEM = "UPDATE item SET highest = ?, act = ?, retracted_at = ?, newest = ? WHERE sub = ? AND id = ?"
_VERSION = """
    INSERT INTO version (id, item_id, ver, act, agency, lang, stream, seq, prev, received_at, marks, digest,
                         token)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_NEXT = "SELECT coalesce(max(id), 0) + 1 FROM version"
_RECEIPT = """
    INSERT INTO receipt (agency, received_at) VALUES (?, ?)
    ON CONFLICT (agency) DO UPDATE SET received_at = max(received_at, excluded.received_at)
"""
_STREAM = """
    INSERT INTO stream (agency, stream, seq, digest, kids, forked) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (agency, stream) DO UPDATE
    SET seq = excluded.seq, digest = excluded.digest, kids = excluded.kids, forked = excluded.forked
"""
_FEED = """
    INSERT INTO feed (feed, etag, last_modified, basis, due_at, last_try, last_success, last_new,
                      last_heartbeat, failures, mismatches, errors)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (feed) DO UPDATE SET
        etag = excluded.etag, last_modified = excluded.last_modified, basis = excluded.basis,
        due_at = excluded.due_at, last_try = excluded.last_try, last_success = excluded.last_success,
        last_new = excluded.last_new,
        last_heartbeat = max(coalesce(last_heartbeat, excluded.last_heartbeat),
                             coalesce(excluded.last_heartbeat, last_heartbeat)),
        failures = excluded.failures, mismatches = excluded.mismatches, errors = excluded.errors
"""
_HEARTBEAT = """
    INSERT INTO feed (feed, basis, due_at, last_heartbeat, failures, mismatches, errors)
    VALUES (?, '', 0, ?, 0, 0, '[]')
    ON CONFLICT (feed) DO UPDATE
    SET last_heartbeat = max(coalesce(last_heartbeat, 0), excluded.last_heartbeat)
"""
_BACKFILL = """
    INSERT OR REPLACE INTO backfill (agency, stream, sought, target, url, pages) VALUES (?, ?, ?, ?, ?, ?)
"""
_NEAR = 8  # places further apart than this are looked up apart


class SqliteBook:
    """``ports.Book`` inside one transaction of the writer's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._asked: set[ItemId] = set()  # in this transaction, whether they are here or not
        self._item_ids: dict[ItemId, int] = {}
        self._facets: dict[ItemId, Facets] = {}  # of their versions so far
        self._kept: dict[VersionKey, tuple[int, int]] = {}  # id and receipt of what was kept here

    def known(self, digests: Collection[TokenDigest]) -> frozenset[TokenDigest]:
        """Which of these tokens have been admitted."""
        return rows.known(self._connection, digests)

    def items(self, subs: Collection[ItemId]) -> Mapping[ItemId, ItemState]:
        """The state of each of these items that was ever seen."""
        found = self._connection.exec_driver_sql(_ITEMS, (json.dumps(list(subs)),)).all()
        self._asked.update(subs)
        self._item_ids.update((row[1], row[0]) for row in found)
        self._facets.update((row[1], facets_from(row)) for row in found if row.topics is not None)
        return {row[1]: rows.item_state(row[2], row[3], row[4]) for row in found}

    def versions(self, keys: Collection[VersionKey]) -> Mapping[VersionKey, TokenDigest]:
        """The token that stands for each of these versions, where one does."""
        found = self._connection.exec_driver_sql(_VERSIONS, (json.dumps(list(keys)),))
        return {(sub, ver): digest for sub, ver, digest in found}

    def streams(self, keys: Collection[StreamKey]) -> Mapping[StreamKey, StreamState]:
        """The state of each of these streams that was ever seen."""
        return rows.streams_named(self._connection, keys)

    def numbered(self, places: Collection[Place]) -> Mapping[Place, Numbered]:
        """The tokens that stand at these places, and at the numbers before and after each, if any do."""
        answer: dict[Place, Numbered] = {}
        for agency, stream, seqs in _runs(places):
            asked = (agency, stream, seqs[0] - 1, seqs[-1] + 1)
            for seq, digest, prev in self._connection.exec_driver_sql(_PLACES, asked):
                answer[(agency, stream, seq)] = (digest, prev)
        return answer

    def keep(self, items: Sequence[tuple[Verified, Placed]], languages: Collection[str] = ()) -> None:
        """Keep admitted versions with their marks, and the states of their items as placed."""
        if not items:
            return
        tongues = Tongues(self._connection, languages)
        first = self._next_version()
        states = {verified.item.sub: placed.item for verified, placed in items}
        self._keep_items(states, {each[0].item.sub: id_ for id_, each in enumerate(items, first)})
        ids = self._item_ids
        rows_ = [(id_, *_version_row(ids[each[0].item.sub], *each)) for id_, each in enumerate(items, first)]
        self._many(_VERSION, rows_)
        said = [verified.item for verified, _ in items]
        for id_, (verified, _) in enumerate(items, first):
            self._kept[(verified.item.sub, verified.item.ver)] = (id_, verified.received_at)
        facets = {id_: self._facets_after(each, tongues) for id_, each in enumerate(said, first)}
        keep_facets(self._connection, facets)
        keep_heads(self._connection, zip(facets, said, facets.values(), strict=True))
        newest = {verified.item.iss: verified.received_at for verified, _ in items}
        self._many(_RECEIPT, list(newest.items()))

    def keep_relations(self, relations: Sequence[Related]) -> None:
        """Keep how admitted versions stand to items or addresses."""
        nowhere = (0, None)
        self._many(
            rows.RELATION,
            [rows.relation_row(each, self._kept.get((each.sub, each.ver), nowhere)[1]) for each in relations],
        )

    def alike(self, sketched: Sequence[Sketched]) -> Mapping[VersionKey, tuple[Candidate, ...]]:
        """Keep the sketches of versions just kept; which earlier versions may be like each."""
        kept = (
            _kin.Kept(self._kept[(each.sub, each.ver)][0], self._item_ids[each.sub], each)
            for each in sketched
        )
        return _kin.alike(self._connection, sorted(kept))

    def aliases(self, agency: AgencyId, since: int) -> int:
        """How many items of an agency were found again under another id since ``since``."""
        return _kin.aliases(self._connection, agency, since)

    def sweep(self, now: int) -> int:
        """Take some of what is too old to be compared with out of the way; how many versions."""
        return _kin.sweep(self._connection, now)

    def keep_streams(self, states: Mapping[StreamKey, StreamState]) -> None:
        """Replace the state of these streams."""
        self._many(
            _STREAM,
            [
                (*key, said.seq, said.digest, rows.kids_text(said), said.forked)
                for key, said in states.items()
            ],
        )

    def keep_refused(self, refused: Sequence[tuple[Refused, str, str]], at: int) -> None:
        """Keep refusals with their source and evidence; the same again is counted."""
        keep_refused(self._connection, refused, at)

    def hold(self, held: Sequence[tuple[Held, str, str]], at: int) -> None:
        """Keep held tokens for another judgement; once per digest."""
        hold(self._connection, held, at)

    def held(self, agency: AgencyId) -> tuple[tuple[str, str, int], ...]:
        """The held tokens of an agency (token, source, first receipt), oldest first."""
        found = self._connection.exec_driver_sql(
            "SELECT token, source, held_at FROM held WHERE agency = ? ORDER BY id", (agency,)
        )
        return tuple((token, source, held_at) for token, source, held_at in found)

    def release(self, digests: Collection[TokenDigest]) -> None:
        """Forget held tokens that have been admitted or refused since."""
        self._connection.exec_driver_sql(
            "DELETE FROM held WHERE digest IN (SELECT value FROM json_each(?))", (json.dumps(list(digests)),)
        )

    def erase(self, digests: Collection[TokenDigest], act: bytes) -> frozenset[TokenDigest]:
        """Take back these tokens, by an act that waits for its index; which of them were here until now."""
        return erase(self._connection, digests, act)

    def keep_erased(self, leaf: ItemLeaf, state: ItemState, act: str) -> None:
        """Keep a version of another's log whose token is gone already."""
        id_ = self._next_version()
        self._keep_items({leaf.sub: state}, {leaf.sub: id_})
        place = (leaf.iss, "", leaf.stream, leaf.seq, None)
        self._many(
            _VERSION, [(id_, self._item_ids[leaf.sub], leaf.ver, leaf.act, *place, 0, "", leaf.digest, "")]
        )
        before = self._facets.get(leaf.sub) or Facets(member=MemberCode(leaf.iss[:2]), agency=leaf.iss)
        facets = replace(before, corrected=before.corrected or amends(leaf.act))
        self._facets[leaf.sub] = facets
        keep_facets(self._connection, {id_: facets})
        mark_erased(self._connection, leaf.digest, act)

    def keep_feed(self, state: FeedState) -> None:
        """Replace what is remembered of a polled feed; its ``last_heartbeat`` never goes back."""
        self._connection.exec_driver_sql(_FEED, rows.feed_row(state))

    def keep_backfill(self, state: Backfill) -> None:
        """Replace what is remembered of the search for a stream's missing numbers."""
        said = (state.agency, state.stream, state.sought, state.target, state.url, state.pages)
        self._connection.exec_driver_sql(_BACKFILL, said)

    def note_heartbeat(self, feed: FeedId, at: int) -> None:
        """Remember that this feed's stream was said to be alive at ``at``."""
        self._connection.exec_driver_sql(_HEARTBEAT, (feed, at))

    def _next_version(self) -> int:
        return int(self._connection.exec_driver_sql(_NEXT).scalar_one())

    def _facets_after(self, item: Item, tongues: Tongues) -> Facets:
        before = self._facets.get(item.sub)
        after = facets_of(item) if before is None else before.then(item)
        if (before is None or not before.lang) and not tongues.open(after.agency, after.lang):
            after = replace(after, lang="")
        self._facets[item.sub] = after
        return after

    def _keep_items(self, states: Mapping[ItemId, ItemState], newest: Mapping[ItemId, int]) -> None:
        unasked = states.keys() - self._asked
        if unasked:
            self.items(unasked)
        seen = dict(self._item_ids)
        latest: int = self._connection.exec_driver_sql("SELECT coalesce(max(id), 0) FROM item").scalar_one()
        fresh = [sub for sub in states if sub not in seen]
        self._item_ids.update(zip(fresh, range(latest + 1, latest + 1 + len(fresh)), strict=True))
        for statement, subs in ((_NEW_ITEM, fresh), (_SAME_ITEM, [sub for sub in states if sub in seen])):
            self._many(
                statement, [_item_row(self._item_ids[sub], sub, states[sub], newest[sub]) for sub in subs]
            )

    def _many(self, statement: str, values: list[tuple[object, ...]]) -> None:
        if values:
            self._connection.exec_driver_sql(statement, values)


def _item_row(id_: int, sub: ItemId, state: ItemState, newest: int) -> tuple[object, ...]:
    return state.highest, state.act, state.retracted_at, newest, sub, id_


def _version_row(item_id: int, verified: Verified, placed: Placed) -> tuple[object, ...]:
    said = verified.item
    return (
        item_id,
        said.ver,
        said.act,
        said.iss,
        said.lang,
        said.stream,
        said.seq,
        said.prev,
        verified.received_at,
        rows.marks_text(placed.marks),
        verified.digest,
        verified.envelope.token,
    )


def _runs(places: Collection[Place]) -> Iterator[tuple[AgencyId, StreamName, list[int]]]:
    """Places of one stream that are near each other: each run is one range of an index."""
    run: list[int] = []
    owner: StreamKey | None = None
    for agency, stream, seq in sorted(set(places)):
        if owner != (agency, stream) or seq > run[-1] + _NEAR:
            if owner is not None:
                yield *owner, run
            owner, run = (agency, stream), []
        run.append(seq)
    if owner is not None:
        yield *owner, run
