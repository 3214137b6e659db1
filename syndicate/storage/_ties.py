"""By what two items belong together, as they stand as of one index of the log."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection

from syndicate.dedupe import matter_of, normal_url
from syndicate.news import AgencyId, HostError
from syndicate.trust import recall

_TYPES: Final = ("copy", "excerpt", "re-identified", "derives")
WORDS: Final = ", ".join(f"'{each}'" for each in _TYPES)
# What stands of an item as of an index: its retraction, else its highest version; see ``_order``.
_STANDS: Final = """
    SELECT item.id, item.sub, it.ver, it.agency, it.act IN ('retract', 'withhold') AS withdrawn, it.token,
           it.received_at, log.idx
    FROM item JOIN version AS it ON it.item_id = item.id JOIN log ON log.version_id = it.id
    WHERE item.id = ? AND log.idx <= ?
    ORDER BY it.act = 'retract' DESC, CASE it.act WHEN 'retract' THEN -it.ver ELSE it.ver END DESC LIMIT 1
"""
_BETWEEN: Final = f"""
    SELECT sub, ver, to_ver, type, score, state FROM relation
    WHERE sub = ? AND to_sub = ? AND type IN ({WORDS}) ORDER BY id DESC LIMIT 20
"""  # noqa: S608 - likewise
_NEAR: Final = f"""
    SELECT other.id FROM (
        SELECT * FROM (SELECT to_sub AS sub, id FROM relation
                       WHERE sub = :sub AND type IN ({WORDS}) ORDER BY id DESC LIMIT 100)
        UNION ALL
        SELECT * FROM (SELECT sub, id FROM relation
                       WHERE to_sub = :sub AND type IN ({WORDS}) ORDER BY id LIMIT 200)
        UNION ALL SELECT to_sub, 0 FROM ruling WHERE sub = :sub AND verdict = 'confirm'
        UNION ALL SELECT sub, 0 FROM ruling WHERE to_sub = :sub AND verdict = 'confirm'
    ) AS near JOIN item AS other ON other.sub = near.sub GROUP BY other.id ORDER BY min(near.id)
"""  # noqa: S608 - likewise
_FIRST_SEEN: Final = """
    SELECT log.idx, it.received_at FROM version AS it JOIN log ON log.version_id = it.id
    WHERE it.item_id = ? ORDER BY it.id LIMIT 1
"""
_CREDITS: Final = "SELECT agency FROM credit WHERE idx = ?"
_AGAINST: Final = """
    SELECT to_sub, to_url FROM relation WHERE sub = ? AND ver = ? AND type IN ('disputes', 'rebuts')
"""
_RULING: Final = """
    SELECT verdict FROM ruling WHERE (sub = :a AND to_sub = :b) OR (sub = :b AND to_sub = :a)
"""
_HOLDING: Final = """
    SELECT other.id FROM relation JOIN item AS other ON other.sub = relation.to_sub
    WHERE relation.sub = ? AND relation.ver = ? AND relation.type = 'excerpt'
    ORDER BY other.id LIMIT 100
"""
_PARTS: Final = """
    SELECT other.id FROM relation JOIN item AS other ON other.sub = relation.sub
    WHERE relation.to_sub = ? AND relation.to_ver = ? AND relation.type = 'excerpt'
    ORDER BY other.id LIMIT 100
"""
_SOURCES: Final = """
    SELECT DISTINCT other.id FROM relation JOIN item AS other ON other.sub = relation.to_sub
    WHERE relation.sub = ? AND relation.ver = ? AND relation.type = 'derives'
    ORDER BY other.id LIMIT 20
"""
_DECLARERS: Final = """
    SELECT DISTINCT other.id FROM relation JOIN item AS other ON other.sub = relation.sub
    WHERE relation.to_sub = ? AND relation.type = 'derives'
    ORDER BY other.id LIMIT 200
"""
_SPANS: Final = """
    SELECT spans FROM relation WHERE sub = ? AND ver = ? AND to_sub = ? AND to_ver = ? AND type = 'excerpt'
    ORDER BY id LIMIT 1
"""
RANKS: Final = {"declared": 0, "confirmed": 1, "re-identified": 2, "copy": 3, "excerpt": 4}


class Stands(NamedTuple):
    """What an item is as of an index."""

    id: int
    sub: str
    ver: int
    agency: str
    withdrawn: bool
    token: str
    received_at: int
    idx: int


class Tie(NamedTuple):
    """By what two items belong together."""

    as_: str
    score: float
    declarer: int = 0  # the item that says of itself that it is derived from the other
    part: int = 0  # of an excerpt: the item that is a part of the other


class Ties:
    """What stands of items as of an index, and by what two of them belong together."""

    def __init__(self, connection: Connection, idx: int) -> None:
        self._connection = connection
        self._idx = idx
        self._known: dict[int, Stands | None] = {}

    def stands(self, item: int) -> Stands | None:
        """The version that stands of an item; None if none is shown, or a law took it back."""
        if item not in self._known:
            row: Any = self._connection.exec_driver_sql(_STANDS, (item, self._idx)).first()
            self._known[item] = None if row is None or not row.token else Stands(*row)
        return self._known[item]

    def near(self, item: int) -> list[int]:
        """Items that something is known of beside this one: of its own finding, and some that found it."""
        stands = self.stands(item)
        if stands is None:
            return []
        return list(self._connection.exec_driver_sql(_NEAR, {"sub": stands.sub}).scalars())

    def holding(self, part: int) -> list[Stands]:
        """Those of which an item is an excerpt, and by that alone tied to it."""
        stands = self.stands(part)
        if stands is None:
            return []
        found = self._connection.exec_driver_sql(_HOLDING, (stands.sub, stands.ver)).scalars().all()
        ties = {each: tie for each in found if (tie := self.tie(part, each)) is not None}
        return [
            there
            for each, tie in ties.items()
            if tie.part == part and (there := self.stands(each)) is not None
        ]

    def overlap(self, one: int, other: int, whole: int) -> bool:
        """Whether two excerpts are, by half of the smaller one, of the same part of a third text."""
        a, b = self._covered(one, whole), self._covered(other, whole)
        common = sum(max(0, min(x[1], y[1]) - max(x[0], y[0])) for x in a for y in b)
        return common * 2 >= max(1, min(_length(a), _length(b)))

    def _covered(self, part: int, whole: int) -> list[tuple[int, int]]:
        """Which stretches of a text an excerpt of it has: those between the places where the two differ."""
        a, b = self.stands(part), self.stands(whole)
        if a is None or b is None:
            return []
        spans = self._connection.exec_driver_sql(_SPANS, (a.sub, a.ver, b.sub, b.ver)).scalar()
        if spans is None:
            return []
        said = [(begin, end) for _, _, begin, end in json.loads(spans)]
        edges = [0, *(edge for span in said for edge in span), len(matter_of(recall(b.token)))]
        return [(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=True) if begin < end]

    def parts(self, item: int) -> list[int]:
        """Items that were found to be excerpts of this one."""
        stands = self.stands(item)
        if stands is None:
            return []
        return list(self._connection.exec_driver_sql(_PARTS, (stands.sub, stands.ver)).scalars())

    def sources(self, item: int) -> list[int]:
        """Items from which this one, as it stands, is declared by its agency to derive."""
        stands = self.stands(item)
        if stands is None:
            return []
        named = self._connection.exec_driver_sql(_SOURCES, (stands.sub, stands.ver)).scalars().all()
        return [each for each in named if self.declares(item, each)]

    def declarers(self, item: int) -> list[Stands]:
        """Items that were ever declared to derive from this one, as they stand; see ``declares``."""
        stands = self.stands(item)
        if stands is None:
            return []
        named = self._connection.exec_driver_sql(_DECLARERS, (stands.sub,)).scalars().all()
        return [there for each in named if (there := self.stands(each)) is not None]

    def declares(self, one: int, other: int) -> bool:
        """Whether an item, as it stands, is declared by its agency to derive from another one."""
        tie = self.tie(one, other)
        return one != other and tie is not None and tie.declarer == one

    def tie(self, one: int, other: int) -> Tie | None:
        """By what two items belong together as they stand; declared before ruled before found."""
        a, b = self.stands(one), self.stands(other)
        if a is None or b is None or self._is_against(a, b) or self._is_against(b, a):
            return None
        said = [*self._between(a, b), *self._between(b, a)]
        declared = [each for each in said if each.declarer]
        if declared:
            return declared[0]
        verdict = self._verdict(a, b)
        if verdict == "confirm":
            return Tie("confirmed", 1.0)
        if verdict == "reject":
            return None
        return min(said, key=lambda each: (RANKS[each.as_], -each.score), default=None)

    def rejected(self, one: int, other: int) -> bool:
        """Whether an agency speaks against the other, or the operator parted them and no agency objects."""
        a, b = self.stands(one), self.stands(other)
        if a is None or b is None:
            return False
        if self._is_against(a, b) or self._is_against(b, a):
            return True
        return self._verdict(a, b) == "reject" and not self._declared(a, b)

    def first_seen(self, item: int) -> tuple[int, int]:
        """The index of an item's first version, and when it was received."""
        found = self._connection.exec_driver_sql(_FIRST_SEEN, (item,)).one()
        return found.idx, found.received_at

    def credits(self, stands: Stands) -> frozenset[AgencyId]:
        """Whom a version credits, as its worker read it."""
        return frozenset(map(AgencyId, self._connection.exec_driver_sql(_CREDITS, (stands.idx,)).scalars()))

    def _between(self, a: Stands, b: Stands) -> Iterator[Tie]:
        """What the version that stands of one says of the other."""
        for row in self._connection.exec_driver_sql(_BETWEEN, (a.sub, b.sub)):
            if row.ver != a.ver or a.withdrawn:
                continue
            if row.score is None:
                yield Tie("declared", 1.0, a.id)
            elif row.to_ver == b.ver and not b.withdrawn and row.state != "waits":
                yield Tie(row.type, row.score, part=a.id if row.type == "excerpt" else 0)

    def _is_against(self, a: Stands, b: Stands) -> bool:
        """Whether the version that stands of one disputes or rebuts the other, by its id or its address."""
        if a.withdrawn:
            return False
        for row in self._connection.exec_driver_sql(_AGAINST, (a.sub, a.ver)):
            if row.to_sub == b.sub or (row.to_url is not None and _leads_to(row.to_url, b.token)):
                return True
        return False

    def _declared(self, a: Stands, b: Stands) -> bool:
        return any(each.declarer for each in (*self._between(a, b), *self._between(b, a)))

    def _verdict(self, a: Stands, b: Stands) -> str | None:
        return self._connection.exec_driver_sql(_RULING, {"a": a.sub, "b": b.sub}).scalar()


def _length(stretches: Sequence[tuple[int, int]]) -> int:
    return sum(end - begin for begin, end in stretches)


def _leads_to(url: str, token: str) -> bool:
    """Whether an address is that of an item, as far as their letters tell."""
    try:
        return normal_url(url) == normal_url(recall(token).url)
    except HostError:
        return False
