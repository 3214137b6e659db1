"""The facets of items as rows: a cell for all but the topics, and the topics as JSON beside it.

Few combinations of agency, language, kind, urgency and "corrected" ever occur, so each is a row of its own,
a cell, and every version names one. A slice is a set of cells, and perhaps a topic: one index by cell
answers for every combination, where each would else need its own (decision 51).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection

from syndicate.news import AgencyId, Facets, Kind, MemberCode

_FIND = """
    SELECT cell.agency, cell.lang, cell.kind, cell.urgency, cell.corrected, cell.id
    FROM json_each(?) AS asked
    JOIN cell ON cell.agency = json_extract(asked.value, '$[0]')
             AND cell.lang = json_extract(asked.value, '$[1]')
             AND cell.kind = json_extract(asked.value, '$[2]')
             AND cell.urgency = json_extract(asked.value, '$[3]')
             AND cell.corrected = json_extract(asked.value, '$[4]')
"""
_NEW = "INSERT INTO cell (agency, lang, kind, urgency, corrected, member) VALUES (?, ?, ?, ?, ?, ?)"
_FACETS = "INSERT INTO facets (version_id, cell, topics) VALUES (?, ?, ?)"
_NO_URGENCY: Final = 10  # less urgent than any

Cell = tuple[AgencyId, str, str, int, bool]


def keep_facets(connection: Connection, facets: Mapping[int, Facets]) -> None:
    """Keep the facets of versions, by the versions' ids."""
    told = [(id_, _cell(each), each.topics) for id_, each in facets.items()]
    cells = _cells(connection, {cell for _, cell, _ in told})
    rows = [(id_, cells[cell], _topics_text(topics)) for id_, cell, topics in told]
    connection.exec_driver_sql(_FACETS, rows)


def facets_from(row: Any) -> Facets:  # noqa: ANN401 - a row with all columns of a cell and topics
    """Facets from their columns."""
    return Facets(
        member=MemberCode(row.agency[:2]),
        agency=row.agency,
        lang=row.lang,
        topics=frozenset() if row.topics == "[]" else frozenset(json.loads(row.topics)),
        urgency=None if row.urgency == _NO_URGENCY else row.urgency,
        kind=Kind(row.kind) if row.kind else None,
        corrected=bool(row.corrected),
    )


def _cell(facets: Facets) -> Cell:
    return (
        facets.agency,
        facets.lang,
        facets.kind or "",
        facets.urgency or _NO_URGENCY,
        facets.corrected,
    )


def _topics_text(topics: frozenset[str]) -> str:
    # Nothing but digits: there is nothing to escape.
    return '["' + '", "'.join(sorted(topics)) + '"]' if topics else "[]"


def _cells(connection: Connection, wanted: set[Cell]) -> dict[Cell, int]:
    found = _found(connection, wanted)
    fresh = wanted - found.keys()
    if fresh:
        connection.exec_driver_sql(_NEW, [(*cell, cell[0][:2]) for cell in sorted(fresh)])
        found |= _found(connection, fresh)
    return found


def _found(connection: Connection, wanted: Iterable[Cell]) -> dict[Cell, int]:
    rows = connection.exec_driver_sql(_FIND, (json.dumps(list(wanted)),))
    return {
        (AgencyId(agency), lang, kind, urgency, bool(corrected)): id_
        for agency, lang, kind, urgency, corrected, id_ in rows
    }
