"""Searching the index: the newest matches first, then in order of where they match; bounded in time.

An index gives the versions that match by age, newest first, as fast as they are asked for; to rank them all
would mean reading them all. So the newest 2,000 are ranked: what has the accents that were asked for before
what has not, what matches in its title before the summary before the text, newer before older. FTS5 is asked
for one stretch of the order after the other: between two of them one can stop, and say so.
"""

import json
import time
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from syndicate.ports import RANKED_MOST, Found, Logged, Search, Turn
from syndicate.storage._order import visible
from syndicate.storage._reading import these
from syndicate.storage._search_index import facet_terms, reach_of
from syndicate.text import Way

_SECONDS: Final = 0.1  # so long one looks, and to the end of a stretch
_PATIENT_SECONDS: Final = 1.0  # more, where a stretch was looked through before
_STRETCH: Final = 100_000  # versions that one question is about
_BATCH: Final = 100  # matches of which is looked up whether they are shown
_FROM: Final = "SELECT version_id, sealed_at FROM log WHERE idx >= ? ORDER BY idx LIMIT 1"
_BELOW: Final = "SELECT version_id FROM log WHERE idx < ? ORDER BY idx DESC LIMIT 1"
_SHOWN: Final = """
    SELECT log.version_id, log.idx FROM json_each(?) AS asked JOIN log ON log.version_id = asked.value
    JOIN shown ON shown.idx = log.idx
"""
_MATCH: Final = (
    "SELECT rowid FROM {table} WHERE {table} MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?"
)
_TITLE, _HEAD, _WHOLE = "{title}", "{title summary}", "{text}"
_UNRANKED: Final = 9  # past every rank: by age alone


def search(connection: Connection, asked: Search) -> Found:
    """What matches, see the port."""
    looking = _Looking(connection, asked)
    given: list[int] = []
    last = asked.after
    for turns in looking.in_order():
        shown = _shown(connection, [turn.last for turn in turns])
        for turn in turns:
            if (index := shown.get(turn.last)) is not None:
                if len(given) == asked.most:
                    return Found(hits=_these(connection, given), next=last)
                given.append(index)
            last = turn
    return Found(hits=_these(connection, given), next=looking.stopped)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Versions from ``low`` to ``high``."""

    low: int
    high: int


class _Looking:
    """One search under way; ``stopped`` says where it gave up, if it did."""

    def __init__(self, connection: Connection, asked: Search) -> None:
        self.stopped: Turn | None = None
        self._connection = connection
        self._asked = asked
        self._reach = reach_of(connection).reach
        self._bounds = _bounds(connection, asked)
        self._after = None if asked.after is None else _within(asked.after, self._bounds.high + 1)
        self._until = time.monotonic() + _SECONDS

    def in_order(self) -> Iterator[Sequence[Turn]]:
        """All that matches, in batches; each as the turn after it."""
        low, top, after = self._bounds.low, self._bounds.high, self._after
        begin = floor = top + 1
        if after is not None and after.rank == _UNRANKED:
            begin = floor = after.last
        elif self._asked.ranked:
            bottom = low if after is None else after.floor  # down to which was looked before
            matches, found_to = self._match("", _Stretch(bottom, top), RANKED_MOST, patient=after is not None)
            floor = found_to if after is None else after.floor
            known = after or Turn(top=top, floor=floor, rank=-1, last=0)
            yield from _batches(self._ranked(matches, known))
        turn = Turn(top=top, floor=floor, rank=_UNRANKED, last=floor)
        while turn.last > low:
            if self._late and turn.last < begin:  # each answer goes on by a stretch at least
                self.stopped = turn
                return
            older, end = self._match("", _Stretch(low, turn.last - 1), _BATCH)
            yield [replace(turn, last=id_) for id_ in older]
            turn = replace(turn, last=end)

    def _ranked(self, matches: Sequence[int], known: Turn) -> Iterator[Turn]:
        """What matches, in order of rank, as far as it comes after what is ``known``."""
        if self._late and known.rank < 0:
            yield from (replace(known, rank=_UNRANKED, last=id_) for id_ in matches)
            return
        within = _Stretch(known.floor, known.top)
        accents = self._asked.sought.accented
        accented = self._set("", within, *accents) if accents else frozenset(matches)
        title, head = self._set(_TITLE, within), self._set(_HEAD, within)
        ranks = sorted(
            (3 * (id_ not in accented) + (id_ not in title) + (id_ not in head), -id_) for id_ in matches
        )
        for rank, id_ in ranks[bisect_left(ranks, (known.rank, 1 - known.last)) :]:
            yield replace(known, rank=rank, last=-id_)

    def _set(self, columns: str, within: _Stretch, *more: str) -> frozenset[int]:
        return frozenset(self._match(columns, within, RANKED_MOST, *more, patient=True)[0])

    def _match(
        self, columns: str, within: _Stretch, most: int, *more: str, patient: bool = False
    ) -> tuple[list[int], int]:
        """At most ``most`` versions that match, the newest first; and down to where there are no others.

        ``columns`` are of the table of heads; "" looks in whole texts, as far as these are in. ``more``
        stands beside.
        """
        found: list[int] = []
        high = within.high
        while high >= within.low and len(found) < most:
            low = max(within.low, high - _STRETCH + 1)
            whole = not columns and high <= self._reach
            if not columns and not whole:
                low = max(low, self._reach + 1)
            table, where = ("search_whole", _WHOLE) if whole else ("search_head", columns or _HEAD)
            asked = (self._expression(where, more), low, high, most - len(found))
            found += self._connection.exec_driver_sql(_MATCH.format(table=table), asked).scalars()
            high = low - 1
            if time.monotonic() > self._until + (_PATIENT_SECONDS if patient else 0.0):
                break
        return found, found[-1] if len(found) >= most else high + 1

    def _expression(self, where: str, more: Sequence[str]) -> str:
        """What FTS5 is asked. Terms are letters and digits, so that there is nothing in them to escape."""
        wanted = [" OR ".join(_way(way, where) for way in ways) for ways in self._asked.sought.wanted]
        beside = [*facet_terms(self._asked.slice), *more]
        return " AND ".join([f"({each})" for each in wanted] + [f'beside : "{term}"' for term in beside])

    @property
    def _late(self) -> bool:
        return time.monotonic() > self._until


def _within(turn: Turn, end: int) -> Turn:
    """A turn as somebody wrote it, in what there is: nothing is looked for behind its end."""
    return replace(turn, floor=min(turn.floor, end), last=min(turn.last, end))


def _way(way: Way, where: str) -> str:
    phrases = [f'{where} : "{" ".join(phrase)}"' for phrase in way.phrases]
    beside = [f'beside : "{term}"' for term in sorted(way.beside)]
    return f"({' AND '.join([*phrases, *beside])})"


def _batches(turns: Iterator[Turn]) -> Iterator[Sequence[Turn]]:
    while batch := list(islice(turns, _BATCH)):
        yield batch


def _bounds(connection: Connection, asked: Search) -> _Stretch:
    """The versions that may be found: shown, and of the time that is asked for."""
    size = visible(connection)

    def first(moment: float) -> int:
        def sealed_at(idx: int) -> float:
            row = connection.exec_driver_sql(_FROM, (idx,)).first()
            return float("inf") if row is None else float(row.sealed_at)

        return bisect_left(range(size), moment, key=sealed_at)

    begin = 0 if asked.since is None else first(asked.since)
    end = size if asked.until is None else first(asked.until)
    low = connection.exec_driver_sql(_FROM, (begin,)).first()
    high = connection.exec_driver_sql(_BELOW, (end,)).scalar_one_or_none()
    if low is None or high is None:
        return _Stretch(1, 0)
    top = high if asked.after is None else min(high, asked.after.top)
    return _Stretch(low.version_id, top)


def _shown(connection: Connection, ids: Sequence[int]) -> Mapping[int, int]:
    """The index of those of these versions that stand for their items."""
    found = connection.exec_driver_sql(_SHOWN, (json.dumps(list(ids)),))
    return {row.version_id: row.idx for row in found}


def _these(connection: Connection, indices: Sequence[int]) -> tuple[Logged, ...]:
    by_index: dict[int, Logged] = {logged.index: logged for logged in these(connection, indices)}
    return tuple(by_index[index] for index in indices if by_index[index].token)
