"""The facets of items as rows: a cell for all but the topics, and the topics as JSON beside it.

Few combinations of agency, language, kind, urgency and "corrected" ever occur, so each is a row of its own,
a cell, and every version names one. A slice is a set of cells, and perhaps a topic: one index by cell
answers for every combination, where each would else need its own (decision 51).
"""

import json
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import Connection

from syndicate.news import AgencyId, Facets, Kind, MemberCode, limits

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

_LANGUAGES: Final = "SELECT DISTINCT lang FROM cell WHERE agency = ? AND lang <> ''"

Cell = tuple[AgencyId, str, str, int, bool]


class Tongues:
    """Which languages may open slices, within one transaction.

    Those of ``known`` always may. Of others each agency has so many as it signs in first: names are cheap,
    and each would be cells that every question about its member or a topic has to look through.
    """

    def __init__(self, connection: Connection, known: Collection[str]) -> None:
        self._connection = connection
        self._known = frozenset(known)
        self._opened: dict[AgencyId, set[str]] = {}

    def open(self, agency: AgencyId, lang: str) -> bool:
        """Whether items of this agency stand in the slice of this language, which counts it as opened."""
        if lang in self._known:
            return True
        opened = self._opened.get(agency)
        if opened is None:
            found = self._connection.exec_driver_sql(_LANGUAGES, (agency,)).scalars()
            opened = self._opened[agency] = set(found) - self._known
        if lang not in opened and len(opened) < limits.AGENCY_LANGUAGES:
            opened.add(lang)
        return lang in opened


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
