"""Between rows and values, for what both the writer and the readers ask."""

import json
from collections.abc import Collection, Iterable, Mapping
from itertools import chain, repeat
from typing import Any

from sqlalchemy import Connection, Row

from syndicate.dedupe import Related, RelatedAs, Rule, Span, Standing
from syndicate.news import Act, AgencyId, FeedId, ItemId, KeyId, Mark, Reason, StreamName, TokenDigest
from syndicate.ports import Backfill, FeedError, FeedState, StreamKey, Validators
from syndicate.trust import ItemState, StreamState

_RELATIONS = """
    SELECT sub, ver, type, to_sub, to_ver, to_url, rule, evidence, score, spans, folding, state
    FROM relation
    WHERE id IN (
        SELECT id FROM (SELECT id FROM relation WHERE sub = ? ORDER BY id LIMIT 1000)
        UNION
        SELECT id FROM (SELECT id FROM relation WHERE to_sub = ? ORDER BY id LIMIT 1000)
    )
    ORDER BY id LIMIT 1000
"""
_STREAMS_OF = """
    SELECT agency, stream, seq, digest, kids, forked FROM stream WHERE agency = ? ORDER BY stream LIMIT ?
"""
_STREAMS_NAMED = """
    SELECT stream.agency, stream.stream, stream.seq, stream.digest, stream.kids, stream.forked
    FROM json_each(?) AS asked
    JOIN stream ON stream.agency = json_extract(asked.value, '$[0]')
               AND stream.stream = json_extract(asked.value, '$[1]')
"""
_FEEDS = """
    SELECT feed, etag, last_modified, basis, due_at, last_try, last_success, last_new, last_heartbeat,
           failures, mismatches, errors
    FROM feed
"""
_FEED_ERRORS = 25


def known(connection: Connection, digests: Collection[TokenDigest]) -> frozenset[TokenDigest]:
    """Which of these tokens have been admitted."""
    asked = (json.dumps(list(digests)),)
    return frozenset(
        connection.exec_driver_sql(
            "SELECT digest FROM version WHERE digest IN (SELECT value FROM json_each(?))", asked
        ).scalars()
    )


def item_state(highest: int, act: str, retracted_at: int | None) -> ItemState:
    """What step 12 must know of an item."""
    return ItemState(highest=highest, act=Act(act), retracted_at=retracted_at)


def streams_of(connection: Connection, agency: AgencyId, limit: int) -> dict[StreamKey, StreamState]:
    """The state of an agency's streams, by name."""
    return _stream_states(connection.exec_driver_sql(_STREAMS_OF, (agency, limit)))


def streams_named(connection: Connection, keys: Collection[StreamKey]) -> dict[StreamKey, StreamState]:
    """The state of each of these streams that was ever seen."""
    # Never all of them: one agency can open as many as it likes, and the others would pay for them.
    return _stream_states(connection.exec_driver_sql(_STREAMS_NAMED, (json.dumps(list(keys)),)))


def _stream_states(found: Iterable[Any]) -> dict[StreamKey, StreamState]:
    return {
        (AgencyId(agency), StreamName(stream)): StreamState(
            seq=seq, digest=digest, kids=_kids_of(kids), starts=_starts_of(kids), forked=bool(forked)
        )
        for agency, stream, seq, digest, kids, forked in found
    }


def numbers(connection: Connection, key: StreamKey, after: int) -> int:
    """How many tokens with a number above ``after`` are here of a stream."""
    asked = "SELECT count(*) FROM version WHERE agency = ? AND stream = ? AND seq > ?"
    return int(connection.exec_driver_sql(asked, (*key, after)).scalar_one())


def late(connection: Connection, key: StreamKey, after: int) -> int:
    """How many tokens of a stream with a number above ``after`` are marked late."""
    asked = "SELECT marks FROM version WHERE agency = ? AND stream = ? AND seq > ?"
    found = connection.exec_driver_sql(asked, (*key, after)).scalars()
    return sum(Mark.LATE in marks_of(marks) for marks in found)


def held_reasons(connection: Connection, agency: AgencyId) -> dict[Reason, int]:
    """How many tokens of an agency are held, and why."""
    asked = "SELECT reason, count(*) FROM held WHERE agency = ? GROUP BY reason ORDER BY reason"
    return {Reason(reason): count for reason, count in connection.exec_driver_sql(asked, (agency,))}


def backfills(connection: Connection) -> dict[StreamKey, Backfill]:
    """What is remembered of every search for missing numbers."""
    found = connection.exec_driver_sql("SELECT agency, stream, sought, target, url, pages FROM backfill")
    said = [Backfill(**row) for row in found.mappings()]
    return {(each.agency, each.stream): each for each in said}


def kids_text(state: StreamState) -> str:
    """The keys of a stream as one column holds them: "kid@number", joined by commas."""
    numbers = chain(state.starts, repeat(0))
    return ",".join(f"{kid}@{number}" for kid, number in zip(state.kids, numbers, strict=False))


def _kids_of(text: str) -> tuple[KeyId, ...]:
    """Keys from their column."""
    return tuple(KeyId(each.partition("@")[0]) for each in text.split(",") if each)


def _starts_of(text: str) -> tuple[int, ...]:
    return tuple(int(each.partition("@")[2] or 0) for each in text.split(",") if each)


def receipts(connection: Connection) -> dict[AgencyId, int]:
    """When each agency's newest version was received."""
    found = connection.exec_driver_sql("SELECT agency, received_at FROM receipt")
    return {agency: received_at for agency, received_at in found}  # noqa: C416 - a Row is no pair to mypy


def marks_text(marks: Collection[Mark]) -> str:
    """Marks as one column holds them."""
    return ",".join(sorted(marks)) if marks else ""


def marks_of(text: str) -> frozenset[Mark]:
    """Marks from their column."""
    return frozenset(Mark(word) for word in text.split(",") if word)


RELATION = """
    INSERT INTO relation (sub, ver, type, to_sub, to_ver, to_url, rule, evidence, score, spans, folding,
                          state, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def relation_row(said: Related, at: int | None) -> tuple[object, ...]:
    """A relation as its table holds it; ``at`` is when its version was received."""
    found = said.score is not None
    spans = json.dumps([(*each.a, *each.b) for each in said.spans]) if found else None
    return (
        said.sub,
        said.ver,
        said.type,
        said.to_sub,
        said.to_ver,
        said.to_url,
        said.rule,
        said.evidence,
        said.score,
        spans,
        said.folding,
        said.state,
        at if found else None,
    )


def relations(connection: Connection, sub: ItemId) -> tuple[Related, ...]:
    """Every relation from this item or to it, in the order kept; at most 1,000."""
    return tuple(map(related_from, connection.exec_driver_sql(_RELATIONS, (sub, sub))))


def related_from(row: Any) -> Related:  # noqa: ANN401 - a row
    """A relation from its columns."""
    return Related(
        sub=row.sub,
        ver=row.ver,
        type=RelatedAs(row.type),
        to_sub=row.to_sub,
        to_ver=row.to_ver,
        to_url=row.to_url,
        rule=Rule(row.rule),
        evidence=row.evidence,
        score=row.score,
        spans=() if row.spans is None else _spans(row.spans),
        folding=row.folding,
        state=Standing(row.state),
    )


def _spans(text: str) -> tuple[Span, ...]:
    return tuple(Span(a=(a, b), b=(c, d)) for a, b, c, d in json.loads(text))


def feed_row(state: FeedState) -> tuple[object, ...]:
    """A feed's state as its table holds it."""
    errors = [(error.at, error.code, error.detail) for error in state.errors[:_FEED_ERRORS]]
    return (
        state.feed,
        state.validators.etag,
        state.validators.last_modified,
        state.basis,
        state.due_at,
        state.last_try,
        state.last_success,
        state.last_new,
        state.last_heartbeat,
        state.failures,
        state.mismatches,
        json.dumps(errors),
    )


def feed_states(connection: Connection) -> Mapping[FeedId, FeedState]:
    """What is remembered of every feed ever polled."""
    found = connection.exec_driver_sql(_FEEDS)
    return {state.feed: state for state in map(_feed_state, found)}


def _feed_state(row: Row[Any]) -> FeedState:
    return FeedState(
        feed=row.feed,
        validators=Validators(etag=row.etag, last_modified=row.last_modified),
        basis=row.basis,
        due_at=row.due_at,
        last_try=row.last_try,
        last_success=row.last_success,
        last_new=row.last_new,
        last_heartbeat=row.last_heartbeat,
        failures=row.failures,
        mismatches=row.mismatches,
        errors=tuple(
            FeedError(at=at, code=code, detail=detail) for at, code, detail in json.loads(row.errors)
        ),
    )
