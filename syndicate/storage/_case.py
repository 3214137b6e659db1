"""All that a hub's database keeps of one item, read beside the running hub."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection

from syndicate.errors import TrustError
from syndicate.ledger import ProofFile, prove_inclusion, tiles_for_inclusion
from syndicate.news import UNPROVED, AgencyId, Index, ItemId, Reason, TokenDigest
from syndicate.ports import Case, Delivered, HeldToken, KeptAct, KeptVersion, Notable, RefusalRecord
from syndicate.republish import parse_slice
from syndicate.storage import _log, _order, _refusals
from syndicate.storage._facets import facets_from
from syndicate.storage._hub_tables import HUB
from syndicate.storage._migrate import check_readable
from syndicate.storage._rows import marks_of
from syndicate.storage._sqlite import in_our_words, open_readers
from syndicate.trust import recall

_VERSIONS: Final = """
    SELECT it.ver, it.agency, it.stream, it.seq, it.received_at, it.marks, it.digest, it.token, log.idx,
           log.sealed_at, erased.act, facets.topics, cell.lang, cell.kind, cell.urgency, cell.corrected
    FROM item JOIN version AS it ON it.item_id = item.id
    JOIN facets ON facets.version_id = it.id JOIN cell ON cell.id = facets.cell
    LEFT JOIN log ON log.version_id = it.id LEFT JOIN erased ON erased.version_id = it.id
    WHERE item.sub = ? ORDER BY it.ver LIMIT ?
"""
_NAMED: Final = "SELECT item.sub FROM version JOIN item ON item.id = version.item_id WHERE version.digest = ?"
_HELD: Final = "SELECT digest, source, reason, detail, held_at, token FROM held"
_ACTS: Final = "SELECT idx, digest, body FROM act ORDER BY id DESC LIMIT ?"
_FIGURES: Final = """
    SELECT what, notified_at, notified, acknowledged, nullif(acknowledged_at, 0) AS acknowledged_at
    FROM delivery WHERE idx = ?
"""
_SUBSCRIBERS: Final = "SELECT slice, reached FROM subscriber WHERE state != 'ended'"
_OF_AN_ITEM: Final = ("erase", "relation-confirm", "relation-reject")
_SAME: Final = ("ver", "agency", "stream", "seq", "received_at", "digest", "token", "sealed_at")
_MOST_VERSIONS: Final = 1_000
_MOST_REFUSALS: Final = 2_000  # of an agency that are looked through
_MOST_ACTS: Final = 10_000

Read = Callable[[ItemId | None, TokenDigest | None], Case]


@contextmanager
def read_case(path: Path) -> Iterator[Read]:
    """Look at one item of a hub without being its writer, while it runs or not: (item, digest) → case.

    One of the two is enough; a digest alone finds its item, or what was refused or held under it.

    Raises:
        StorageError: there is no such file, or it is no hub's database of this program's schema.
    """
    readers = open_readers(path)
    try:
        with in_our_words(path), readers.connect() as connection:
            check_readable(connection, HUB, path)
            yield lambda sub, digest: _case(connection, sub, digest)
    finally:
        readers.dispose()


def _case(connection: Connection, sub: ItemId | None, digest: TokenDigest | None) -> Case:
    if sub is None:
        sub = connection.exec_driver_sql(_NAMED, (digest,)).scalar()
    agency = None if sub is None else AgencyId(sub.partition(":")[0])
    return Case(
        sub=sub,
        versions=() if sub is None else tuple(_versions(connection, sub)),
        refused=tuple(_refused(connection, agency, sub, digest)),
        held=tuple(_held(connection, sub, digest)),
        acts=() if sub is None else tuple(_acts(connection, sub, agency)),
    )


def _versions(connection: Connection, sub: ItemId) -> Iterator[KeptVersion]:
    visible = _order.visible(connection)
    subscribers = [(parse_slice(path), reached) for path, reached in connection.exec_driver_sql(_SUBSCRIBERS)]
    for row in connection.exec_driver_sql(_VERSIONS, (sub, _MOST_VERSIONS)).all():
        facets = facets_from(row)
        theirs = [reached for slice_, reached in subscribers if slice_ is not None and slice_.holds(facets)]
        proof, quorum = (None, False) if row.idx is None else _proof(connection, Index(row.idx))
        yield KeptVersion(
            **{name: getattr(row, name) for name in _SAME},
            marks=marks_of(row.marks),
            index=row.idx,
            shown=row.idx is not None and row.idx < visible,
            proof=proof,
            quorum=quorum,
            erased_by=row.act,
            figures=_figures(connection, sub, row),
            subscribers=len(theirs),
            acknowledged=0 if row.idx is None else sum(reached >= row.idx for reached in theirs),
        )


def _proof(connection: Connection, index: Index) -> tuple[bytes | None, bool]:
    kept = _log.checkpoint_over(connection, index)
    if kept is None:
        return None, False
    tiles = _log.tiles(connection, tiles_for_inclusion(index, kept.size))
    return ProofFile(index, prove_inclusion(index, kept.size, tiles), kept.note).raw, kept.quorum


def _figures(connection: Connection, sub: ItemId, row: Any) -> Delivered | None:  # noqa: ANN401 - a row
    found = connection.exec_driver_sql(_FIGURES, (row.idx,)).mappings().first()
    if found is None:
        return None
    return Delivered(index=row.idx, sub=sub, ver=row.ver, **{**found, "what": Notable(found["what"])})


def _refused(
    connection: Connection, agency: AgencyId | None, sub: ItemId | None, digest: TokenDigest | None
) -> Iterable[RefusalRecord]:
    """Refusals under this digest, and of tokens that speak of this item with its agency's signature."""
    for each in reversed(_refusals.refusals(connection, agency, _MOST_REFUSALS)):
        signed = each.reason not in UNPROVED  # nobody's word is read
        if each.digest is not None and (each.digest == digest or (signed and _speaks_of(each.evidence, sub))):
            yield each


def _held(connection: Connection, sub: ItemId | None, digest: TokenDigest | None) -> Iterator[HeldToken]:
    if sub is None:
        rows = connection.exec_driver_sql(f"{_HELD} WHERE digest = ?", (digest,)).mappings()
    else:
        named = (sub.partition(":")[0],)
        rows = connection.exec_driver_sql(f"{_HELD} WHERE agency = ? ORDER BY id", named).mappings()
    for row in rows:
        if sub is None or _speaks_of(row["token"], sub):
            yield HeldToken(**{**row, "reason": Reason(row["reason"])})


def _speaks_of(token: str, sub: ItemId | None) -> bool:
    try:
        return sub is not None and recall(token).sub == sub
    except TrustError:
        return False


def _acts(connection: Connection, sub: ItemId, agency: AgencyId | None) -> Iterator[KeptAct]:
    """Erasures of this item, and quarantines of its agency."""
    for index, digest, body in reversed(connection.exec_driver_sql(_ACTS, (_MOST_ACTS,)).all()):
        said = json.loads(body)
        quarantine = said["act"].startswith("quarantine-") and said["agency"] == agency
        if quarantine or (said["act"] in _OF_AN_ITEM and sub in (said["sub"], said.get("to_sub"))):
            yield KeptAct(index=index, digest=digest, body=body)
