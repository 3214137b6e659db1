"""Where the versions of a slice stand in the one order.

A slice is a set of cells, so its versions stand in as many ascending runs of one index, which are merged. The
place of some cell's n-th row is a bound: up to the nearest such bound lie at most n rows of each cell, and n
rows at least. So no question reads past more rows than it has cells times rows to answer, however rare the
combination is, and however deep in the order it is asked for.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection

from syndicate.news import CORRECTIONS, SLICED_BY, Slice

_CONDITIONS: Final = {
    "member": "cell.member = :member",
    "agency": "cell.agency = :agency",
    "lang": "cell.lang = :lang",
    "topic": "",  # a condition on the place, not on the cell
    "urgency": "cell.urgency <= :urgency",
    "kind": "cell.kind = :kind",
    CORRECTIONS: "cell.corrected",
}
_PLAIN: Final = ((), ("member",), ("agency",), ("lang",))
_STAYS: Final = """
    NOT EXISTS (SELECT 1 FROM log AS gone JOIN erased ON erased.version_id = gone.version_id
                WHERE gone.idx = place.idx)
"""
_EVERY = """
    SELECT cell.member, cell.agency, cell.lang,
           (SELECT max(log.idx) FROM log WHERE log.cell = cell.id AND log.idx < ?)
    FROM cell
"""
_STEPS: Final = 8  # an answer is put together in at most so many, mostly in two
_LEAST_STEP: Final = 32

Names = tuple[str, ...]


def find(  # noqa: PLR0913 - a slice, a stretch of the order, and how to read it
    connection: Connection,
    slice_: Slice,
    most: int,
    *,
    above: int,
    below: int,
    shown: bool = False,
    newest_first: bool = False,
    erased: bool = False,
) -> list[int]:
    """At most ``most`` indices of a slice between two others, ascending or newest first.

    ``shown`` leaves those of the versions that stand for their items in feeds, ``erased`` gives also those
    that a law took back.
    """
    asked: dict[str, object] = {**_values(slice_), "above": above, "below": below, "most": most}
    if slice_ == Slice():
        return list(connection.exec_driver_sql(_along(shown, newest_first, erased), asked).scalars().all())
    turn_at, between = _merging(_names(slice_), shown, newest_first, erased)
    asked["step"] = max(most // _STEPS, _LEAST_STEP) - 1
    found: list[int] = []
    while True:
        turn = connection.exec_driver_sql(turn_at, asked).scalar_one()
        ends = {} if turn is None else {"above": turn - 1} if newest_first else {"below": turn + 1}
        found += (
            connection.exec_driver_sql(between, asked | ends | {"most": most - len(found)}).scalars().all()
        )
        if turn is None or len(found) >= most:
            return found
        asked["below" if newest_first else "above"] = turn


def newest(connection: Connection, slice_: Slice, below: int) -> int:
    """The highest index below ``below`` in a slice, be it erased or not; -1 if it is empty."""
    asked = {**_values(slice_), "below": below}
    found = connection.exec_driver_sql(_highest(_names(slice_)), asked).scalar_one()
    return -1 if found is None else int(found)


def count(connection: Connection, slice_: Slice, *, above: int, below: int) -> int:
    """How many indices of a slice lie between two others, be they erased or not."""
    asked = {**_values(slice_), "above": above, "below": below}
    return int(connection.exec_driver_sql(_counting(_names(slice_)), asked).scalar_one() or 0)


def newest_of_plain(connection: Connection, below: int) -> dict[Slice, int]:
    """The highest index below ``below`` in every plain slice that holds something."""
    return plain_slices(connection.exec_driver_sql(_EVERY, (below,)))


def plain_slices(found: Iterable[Any]) -> dict[Slice, int]:
    """The highest index in every plain slice that these touch: (member, agency, language, index or None)."""
    highest: dict[Slice, int] = {}
    for member, agency, lang, idx in found:
        for slice_ in (Slice(), Slice(member=member), Slice(agency=agency), Slice(lang=lang)):
            if idx is not None and idx > highest.get(slice_, -1):
                highest[slice_] = idx
    return highest


def is_plain(slice_: Slice) -> bool:
    """Whether a slice is all, a member's, an agency's or a language's: whose newest index is remembered."""
    return _names(slice_) in _PLAIN


def _names(slice_: Slice) -> Names:
    """What a slice asks for; corrections under a name of their own."""
    names = tuple(name for name in SLICED_BY if getattr(slice_, name) is not None)
    return (*names[:-1], CORRECTIONS) if slice_.kind == CORRECTIONS else names


def _values(slice_: Slice) -> Mapping[str, object]:
    return {name: getattr(slice_, name) for name in SLICED_BY}


@cache
def _along(shown: bool, newest_first: bool, erased: bool) -> str:  # noqa: FBT001 - the key of a cache
    """A stretch of everything, along the table's own order."""
    table, order = ("shown" if shown else "log"), ("DESC" if newest_first else "ASC")
    stays = "1 " if erased else _STAYS
    return (
        f"SELECT idx FROM {table} AS place WHERE place.idx > :above AND place.idx < :below AND {stays}"  # noqa: S608 - words of our own
        f"ORDER BY place.idx {order} LIMIT :most"
    )


@cache
def _merging(names: Names, shown: bool, newest_first: bool, erased: bool) -> tuple[str, str]:  # noqa: FBT001 - likewise
    """Where the first of a slice's cells has a step's last row; and what all of them have in a stretch."""
    table, cells, stays = _places(names, shown=shown), _cells(names), "1 " if erased else _STAYS
    nearest, order = ("max", "DESC") if newest_first else ("min", "ASC")
    stretch = f"place.cell = cell.id AND place.idx > :above AND place.idx < :below {_topic(names)}"
    turn_at = (
        f"SELECT {nearest}((SELECT place.idx FROM {table} AS place WHERE {stretch}"  # noqa: S608 - words of our own
        f" ORDER BY place.idx {order} LIMIT 1 OFFSET :step)) FROM cell WHERE {cells}"
    )
    between = (
        f"SELECT place.idx FROM cell CROSS JOIN {table} AS place ON {stretch} WHERE {cells} AND {stays}"  # noqa: S608 - likewise
        f"ORDER BY place.idx {order} LIMIT :most"
    )
    return turn_at, between


@cache
def _counting(names: Names) -> str:
    if not names:
        return "SELECT count(*) FROM log WHERE idx > :above AND idx < :below"
    stretch = f"place.cell = cell.id AND place.idx > :above AND place.idx < :below {_topic(names)}"
    return (
        f"SELECT sum((SELECT count(*) FROM {_places(names, shown=False)} AS place WHERE {stretch}))"  # noqa: S608 - words of our own
        f" FROM cell WHERE {_cells(names)}"
    )


@cache
def _highest(names: Names) -> str:
    table = _places(names, shown=False)
    stretch = f"place.cell = cell.id AND place.idx < :below {_topic(names)}"
    return (
        f"SELECT max((SELECT max(place.idx) FROM {table} AS place WHERE {stretch}))"  # noqa: S608 - words of our own
        f" FROM cell WHERE {_cells(names)}"
    )


def _places(names: Names, *, shown: bool) -> str:
    return ("shown" if shown else "log") + ("_topic" if "topic" in names else "")


def _topic(names: Names) -> str:
    return "AND place.topic = :topic" if "topic" in names else ""


def _cells(names: Names) -> str:
    return " AND ".join(filter(None, (_CONDITIONS[name] for name in names))) or "1"
