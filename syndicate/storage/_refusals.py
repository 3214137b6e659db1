"""What was refused, counted and capped; and what is held until it can be judged again.

Whoever sends rubbish must not be able to fill the disk with it: the same again is a number, each source
keeps its newest thousand, and evidence is cut at the size of the largest token. What nobody's key signed is
counted apart, so that it cannot push out the evidence of what somebody's did.
"""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Connection, RowMapping, select

from syndicate.news import UNPROVED, AgencyId, Held, Reason, Refused, limits
from syndicate.ports import RefusalRecord
from syndicate.storage._hub_tables import HUB

REFUSALS_A_SOURCE: Final = 1_000
HELD_AN_AGENCY: Final = 1_000

_KEEP = """
    INSERT INTO refusal (first_at, last_at, count, source, reason, detail, agency, digest, evidence)
    VALUES (?, ?, 1, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (source, reason, digest) DO UPDATE
    SET count = count + 1, last_at = max(last_at, excluded.last_at), detail = excluded.detail
"""
_COUNT = """
    INSERT INTO refusal_count (agency, reason, count) VALUES (?, ?, ?)
    ON CONFLICT (agency, reason) DO UPDATE SET count = count + excluded.count
"""
_FORGET_OLD = """
    DELETE FROM refusal WHERE id IN (
        SELECT id FROM refusal
        WHERE source = ? AND (reason IN (SELECT value FROM json_each(?))) = ?
        ORDER BY last_at DESC, id DESC LIMIT -1 OFFSET ?
    )
"""
_HOLD = """
    INSERT INTO held (digest, agency, source, reason, detail, held_at, token) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (digest) DO NOTHING
"""
_FORGET_HELD = """
    DELETE FROM held WHERE id IN (SELECT id FROM held WHERE agency = ? ORDER BY id DESC LIMIT -1 OFFSET ?)
"""
_REFUSAL_TABLE = HUB.tables.tables["refusal"]


def keep_refused(connection: Connection, refused: Sequence[tuple[Refused, str, str]], at: int) -> None:
    """Keep refusals with their source and evidence; the same again (source, reason, digest) is counted."""
    if not refused:
        return
    connection.exec_driver_sql(_KEEP, [_refusal_row(*each, at) for each in refused])
    counts = Counter((said.agency or "", said.reason.value) for said, _, _ in refused)
    connection.exec_driver_sql(_COUNT, [(*key, count) for key, count in counts.items()])
    kinds = sorted({(source, said.reason in UNPROVED) for said, source, _ in refused})
    told = json.dumps(sorted(UNPROVED))
    connection.exec_driver_sql(
        _FORGET_OLD, [(source, told, kind, REFUSALS_A_SOURCE) for source, kind in kinds]
    )


def hold(connection: Connection, held: Sequence[tuple[Held, str, str]], at: int) -> None:
    """Keep held tokens for another judgement, once per digest."""
    if not held:
        return
    connection.exec_driver_sql(
        _HOLD,
        [
            (said.digest, said.agency, source, said.reason.value, said.detail, at, token)
            for said, source, token in held
        ],
    )
    agencies = sorted({said.agency for said, _, _ in held})
    connection.exec_driver_sql(_FORGET_HELD, [(agency, HELD_AN_AGENCY) for agency in agencies])


def refusals(
    connection: Connection, agency: AgencyId | None, limit: int, *, proved: bool | None = None
) -> tuple[RefusalRecord, ...]:
    """Refusals, those that came last first; ``proved``: only what a key stands behind, or only the rest."""
    columns = _REFUSAL_TABLE.c
    wanted = select(_REFUSAL_TABLE).order_by(columns.last_at.desc(), columns.id.desc()).limit(limit)
    if agency is not None:
        wanted = wanted.where(_REFUSAL_TABLE.c.agency == agency)
    if proved is not None:
        wanted = wanted.where(columns.reason.in_(UNPROVED) != proved)
    return tuple(map(_record, connection.execute(wanted).mappings()))


def refusal_counts(connection: Connection) -> Mapping[tuple[AgencyId | None, Reason], int]:
    """How often which agency's tokens were refused, and why, since the hub began."""
    found = connection.exec_driver_sql("SELECT agency, reason, count FROM refusal_count")
    return {(AgencyId(agency) if agency else None, Reason(reason)): count for agency, reason, count in found}


def _refusal_row(said: Refused, source: str, evidence: str, at: int) -> tuple[object, ...]:
    kept = evidence[: limits.TOKEN_CHARACTERS].encode("utf-8", "backslashreplace").decode("utf-8")
    return (at, at, source, said.reason.value, said.detail, said.agency, said.digest or "", kept)


def _record(row: RowMapping) -> RefusalRecord:
    told = dict(row)
    told["reason"] = Reason(told["reason"])
    told["digest"] = told["digest"] or None
    return RefusalRecord(**told)
