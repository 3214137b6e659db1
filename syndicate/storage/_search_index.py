"""The index of texts: their terms in SQLite's FTS5, and never a text itself.

Title and summary stand in one table from the moment their version is kept. The whole text stands in another,
which follows the log: up to ``search_reach`` all is there. Whether a version is shown is not for an index to
know: who searches looks at ``shown``. FTS5 gets terms with spaces between them, so its own tokeniser only
cuts at spaces; a facet is a term with a sign before it that no text's term has.

A row goes by writing once more the terms that it was made of (the tables hold no content, and FTS5 does not
look at where they stood). That leaves it in the files until they are merged: ``sweep`` does that,
step by step, with every freed byte overwritten.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import ClassVar, Final, NamedTuple

from sqlalchemy import Connection
from sqlmodel import Field

from syndicate.news import CORRECTIONS, Facets, Item, Slice, paragraphs
from syndicate.storage._facets import facets_from
from syndicate.storage._hub_table import HubTable
from syndicate.text import TERMS, Terms, terms_each
from syndicate.trust import recall

SIGN: Final = "\u00a4"  # before a facet; folding takes it out of every text
BREAK: Final = f"{SIGN}{SIGN}"  # between two texts: no phrase reaches across
TABLES: Final = ("search_head", "search_whole")
_HEAD: Final = "INSERT INTO search_head (rowid, title, summary, beside) VALUES (?, ?, ?, ?)"
_WHOLE: Final = "INSERT INTO search_whole (rowid, text, beside) VALUES (?, ?, ?)"
_NO_HEAD: Final = (
    "INSERT INTO search_head (search_head, rowid, title, summary, beside) VALUES ('delete', ?, ?, ?, ?)"
)
_NO_WHOLE: Final = "INSERT INTO search_whole (search_whole, rowid, text, beside) VALUES ('delete', ?, ?, ?)"
_REACH: Final = "SELECT terms, began, reach, sweeping FROM search_reach WHERE id = 1"
_LAST: Final = "SELECT coalesce(max(version_id), 0) FROM log"
_NEXT: Final = """
    SELECT it.id, it.token, facets.topics, cell.agency, cell.lang, cell.kind, cell.urgency, cell.corrected
    FROM version AS it JOIN facets ON facets.version_id = it.id JOIN cell ON cell.id = facets.cell
    WHERE it.id > ? AND it.id <= ? ORDER BY it.id LIMIT ?
"""
_THIS: Final = _NEXT.replace("it.id > ? AND it.id <= ? ORDER BY it.id LIMIT ?", "it.digest = ?")
_GONE: Final = "SELECT version_id FROM erased WHERE version_id IN (SELECT value FROM json_each(?))"
_CHARACTERS: Final = 500_000  # of tokens that are read in one step
_PAGES: Final = 500  # of an index that are merged in one step, some 4 kB each
_RESTED, _ASKED, _SWEEPING = 0, 1, 2
_NO_URGENCY: Final = 9  # the least there is


class SearchReachRow(HubTable, table=True):
    """How far the index of texts is, in one row. The index itself is FTS5's (``_search_index``)."""

    __tablename__: ClassVar[str] = "search_reach"

    id: int = Field(primary_key=True)
    terms: int  # the version of the terms that it is made of
    began: int  # versions above this id have title and summary in it since they were kept
    reach: int  # versions up to this id have their whole text in it
    sweeping: int  # whether what was taken out has to be swept from the files: 0 no, 1 yes, 2 under way


class Reach(NamedTuple):
    """How far the index is: whole texts up to version ``reach``; heads of those, and above ``began``."""

    terms: int
    began: int
    reach: int
    sweeping: int

    def has_head(self, id_: int) -> bool:
        """Whether a version's title and summary are in the index."""
        return id_ > self.began or id_ <= self.reach


class Step(NamedTuple):
    """Versions whose terms were made, to be put in: rows of both tables; and where the index stood."""

    before: Reach
    heads: Sequence[tuple[object, ...]]
    wholes: Sequence[tuple[object, ...]]
    reach: int


def reach_of(connection: Connection) -> Reach:
    """How far the index is."""
    return Reach(*connection.exec_driver_sql(_REACH).one())


def behind(connection: Connection) -> int:
    """How many versions have their index in the log, and their whole text not in this one."""
    last = int(connection.exec_driver_sql(_LAST).scalar_one())
    return max(0, last - reach_of(connection).reach)


def make_again(connection: Connection) -> None:
    """Begin the index anew if it was made of other terms than these."""
    if reach_of(connection).terms == TERMS:
        return
    for table in TABLES:
        connection.exec_driver_sql(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")  # noqa: S608 - our own table
    connection.exec_driver_sql(
        "UPDATE search_reach SET terms = ?, began = (SELECT coalesce(max(id), 0) FROM version),"
        " reach = 0, sweeping = 0",
        (TERMS,),
    )


def keep_heads(connection: Connection, kept: Iterable[tuple[int, Item, Facets]]) -> None:
    """Put in title and summary of versions that are being kept."""
    connection.exec_driver_sql(_HEAD, list(_heads(list(kept))))


def next_step(connection: Connection, most: int) -> Step:
    """The terms of the next versions that have their index in the log, ``most`` at most; reads only."""
    before = reach_of(connection)
    last = int(connection.exec_driver_sql(_LAST).scalar_one())
    heads: list[tuple[object, ...]] = []
    wholes = []
    reach, room = before.reach, _CHARACTERS
    with connection.exec_driver_sql(_NEXT, (before.reach, last, most)) as rows:
        for row in rows:
            room -= len(row.token)
            if room < 0 and reach > before.reach:
                break
            reach = row.id
            if not row.token:
                continue
            item, facets = recall(row.token), facets_from(row)
            wholes.append(_whole(row.id, item, facets))
            if not before.has_head(row.id):
                heads += _heads([(row.id, item, facets)])
    return Step(before, heads, wholes, reach)


def take_step(connection: Connection, step: Step) -> int:
    """Put in what was made; how far the index went. What a law took back meanwhile stays out."""
    if step.reach == step.before.reach or reach_of(connection)[:3] != step.before[:3]:
        return 0
    ids = [row[0] for row in step.wholes]
    gone = set(connection.exec_driver_sql(_GONE, (json.dumps(ids),)).scalars())
    for statement, rows in ((_HEAD, step.heads), (_WHOLE, step.wholes)):
        if left := [row for row in rows if row[0] not in gone]:
            connection.exec_driver_sql(statement, left)
    connection.exec_driver_sql("UPDATE search_reach SET reach = ?", (step.reach,))
    return step.reach - step.before.reach


def take_out(connection: Connection, digest: str) -> None:
    """Take a version out of the index whose token is still there; the files are to be swept."""
    row = connection.exec_driver_sql(_THIS, (digest,)).one()
    reach = reach_of(connection)
    item, facets = recall(row.token), facets_from(row)
    if reach.has_head(row.id):
        connection.exec_driver_sql(_NO_HEAD, next(_heads([(row.id, item, facets)])))
    if row.id <= reach.reach:
        connection.exec_driver_sql(_NO_WHOLE, _whole(row.id, item, facets))
    connection.exec_driver_sql("UPDATE search_reach SET sweeping = ?", (_ASKED,))


def sweep(connection: Connection) -> bool:
    """One step of merging the index's files until nothing taken out is left; whether there is more to do."""
    stands = reach_of(connection).sweeping
    if stands == _RESTED:
        return False
    connection.exec_driver_sql("PRAGMA secure_delete=ON")
    pages = -_PAGES if stands == _ASKED else _PAGES  # below 0: all of it is to become one
    moved = [_merge(connection, table, pages) for table in TABLES]
    connection.exec_driver_sql("PRAGMA secure_delete=OFF")
    connection.exec_driver_sql(
        "UPDATE search_reach SET sweeping = ?", (_SWEEPING if any(moved) else _RESTED,)
    )
    return any(moved)


def facet_terms(slice_: Slice) -> list[str]:
    """What a version of a slice has beside its text."""
    named = {"m": slice_.member, "a": slice_.agency, "l": slice_.lang, "t": slice_.topic}
    found = [_facet(letter, value) for letter, value in named.items() if value is not None]
    if slice_.urgency is not None:
        found.append(_facet("u", str(slice_.urgency)))
    if slice_.kind is not None:
        found.append(_facet("c", "") if slice_.kind == CORRECTIONS else _facet("k", slice_.kind))
    return found


@lru_cache(1_000)  # few differ from another item's
def _facets_of(facets: Facets) -> Sequence[str]:
    found = [_facet("m", facets.member), _facet("a", facets.agency)]
    found += [_facet("t", topic) for topic in sorted(facets.topics)]
    if facets.lang:
        found.append(_facet("l", facets.lang))
    if facets.kind is not None:
        found.append(_facet("k", facets.kind))
    if facets.corrected:
        found.append(_facet("c", ""))
    if facets.urgency is not None:
        found += [_facet("u", str(urgency)) for urgency in range(facets.urgency, _NO_URGENCY + 1)]
    return found


def _facet(letter: str, value: str) -> str:
    return SIGN + letter + "".join(each if each.isalnum() else SIGN for each in value.lower())


def _merge(connection: Connection, table: str, pages: int) -> bool:
    def changes() -> int:
        return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one())

    before = changes()
    connection.exec_driver_sql(f"INSERT INTO {table} ({table}, rank) VALUES ('merge', ?)", (pages,))  # noqa: S608 - our own table
    return changes() - before > 1  # as FTS5's documentation says how to know


def _heads(versions: Sequence[tuple[int, Item, Facets]]) -> Iterator[tuple[object, ...]]:
    made = terms_each([text for _, item, _ in versions for text in (item.title, "\n".join(_summary(item)))])
    for (id_, _, facets), title, summary in zip(versions, made, made, strict=True):
        yield id_, _stream(title), _stream(summary), _beside((title, summary), facets)


def _whole(id_: int, item: Item, facets: Facets) -> tuple[object, ...]:
    said = item.title, "\n".join(_summary(item)), "\n".join(_body(item))
    parts = list(terms_each(said))
    return id_, f" {BREAK} ".join(map(_stream, parts)), _beside(parts, facets)


def _stream(part: Terms) -> str:
    return " ".join(part.stream)


def _beside(parts: Sequence[Terms], facets: Facets) -> str:
    """What stands beside the streams, in no order: nobody asks where a term of it stands."""
    every = frozenset[str]().union(*(part.beside for part in parts))
    return " ".join([*every, *_facets_of(facets)])


def _summary(item: Item) -> list[str]:
    """What a reader sees first besides the title; of what was withdrawn its agency's note alone."""
    summary = None if item.withdrawn else item.summary
    return [text for text in (summary, item.note) if text]


def _body(item: Item) -> list[str]:
    if item.withdrawn:
        return []
    said = paragraphs(item.content)
    if item.alert is not None:
        said += [item.alert.event, *(area.desc for area in item.alert.area), item.alert.instruction or ""]
    if item.claim is not None:
        said.append(item.claim.text)
    return said
