"""The operator's word on two items, as an act of the log has it: kept, and marked on what was found."""

import json
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection

_ACT: Final = "SELECT body FROM act WHERE digest = ?"
_RULE: Final = """
    INSERT INTO ruling (sub, to_sub, verdict, act) VALUES (?, ?, ?, ?)
    ON CONFLICT (sub, to_sub) DO UPDATE SET verdict = excluded.verdict, act = excluded.act
"""
_MARK: Final = """
    UPDATE relation SET state = :state WHERE score IS NOT NULL
    AND ((sub = :a AND to_sub = :b) OR (sub = :b AND to_sub = :a))
"""
_MARK_NEW: Final = """
    UPDATE relation SET state = iif(ruling.verdict = 'confirm', 'confirmed', 'rejected')
    FROM ruling WHERE relation.sub = ? AND relation.score IS NOT NULL
    AND ruling.sub = min(relation.sub, relation.to_sub) AND ruling.to_sub = max(relation.sub, relation.to_sub)
"""
_STATES: Final = {"confirm": "confirmed", "reject": "rejected"}


class Ruling(NamedTuple):
    """Two items, in the order of their ids, what was said of them, and when, as the act says."""

    a: str
    b: str
    verdict: str
    at: float  # Unix seconds; 0 if it does not say


def take(connection: Connection, digest: str) -> Ruling | None:
    """Keep what an act says as the newest word on two items, if it is about a relation."""
    told = json.loads(bytes(connection.exec_driver_sql(_ACT, (digest,)).scalar_one()))
    verdict = str(told.get("act", "")).removeprefix("relation-")
    if verdict not in _STATES:
        return None
    a, b = sorted((str(told["sub"]), str(told["to_sub"])))
    connection.exec_driver_sql(_RULE, (a, b, verdict, digest))
    connection.exec_driver_sql(_MARK, {"a": a, "b": b, "state": _STATES[verdict]})
    return Ruling(a, b, verdict, _seconds(str(told.get("at"))))


def mark_ruled(connection: Connection, sub: str) -> None:
    """Have what was just found of an item stand as the operator has said of it before."""
    connection.exec_driver_sql(_MARK_NEW, (sub,))


def _seconds(said: str) -> float:
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        return 0.0
    return at.timestamp() if at.tzinfo is not None else 0.0
