"""Reading stories: which items are told together, and what relations were found.

A version that came after the index up to which stories have followed stands alone until they come to it.
"""

import json
from collections import defaultdict
from collections.abc import Collection
from typing import Any, Final

from sqlalchemy import Connection

from syndicate.dedupe import Related, Standing
from syndicate.news import Index, ItemId
from syndicate.ports import Carried, Story
from syndicate.storage._rows import related_from
from syndicate.storage._stories import ALONE

_OF_INDICES: Final = """
    SELECT shown.idx, story.story, story.joined_as = 're-identified' AS alias
    FROM shown JOIN story ON story.item_id = shown.item_id
    WHERE shown.idx IN (SELECT value FROM json_each(?)) AND shown.idx <= (SELECT reached FROM gathered)
"""
_LEFT: Final = f"""
    SELECT shown.idx, item.sub, shown.ver, 'first' AS joined_as, head.rule, head.evidence, head.changed_at,
           head.changed_idx
    FROM shown JOIN story_head AS head ON head.story = shown.item_id AND head.rule = '{ALONE}'
    JOIN item ON item.id = shown.item_id
    WHERE shown.idx IN (SELECT value FROM json_each(?)) AND shown.idx <= (SELECT reached FROM gathered)
    AND NOT EXISTS (SELECT 1 FROM story WHERE story.item_id = shown.item_id)
"""  # noqa: S608 - a word of our own
_OF_ITEM: Final = "SELECT story.story FROM item JOIN story ON story.item_id = item.id WHERE item.sub = ?"
_TOLD: Final = """
    SELECT head.story, head.origin = story.item_id AS is_origin, head.rule, head.evidence, head.changed_at,
           head.changed_idx, story.joined_as, shown.idx, item.sub, shown.ver
    FROM story_head AS head JOIN story ON story.story = head.story
    JOIN item ON item.id = story.item_id JOIN shown ON shown.item_id = item.id
    JOIN log ON log.idx = shown.idx JOIN version AS it ON it.id = log.version_id
    WHERE head.story IN (SELECT value FROM json_each(?)) AND it.token <> ''
    AND shown.idx <= (SELECT reached FROM gathered)
    ORDER BY head.story, story.joined_idx, story.item_id
"""
_FOUND: Final = """
    SELECT sub, ver, type, to_sub, to_ver, to_url, rule, evidence, score, spans, folding, state
    FROM relation WHERE score IS NOT NULL AND (:state IS NULL OR state = :state)
    AND (:agency IS NULL OR substr(sub, 1, length(:agency) + 1) = :agency || ':')
    ORDER BY id DESC LIMIT :most
"""


def stories(connection: Connection, indices: Collection[int]) -> dict[Index, Story]:
    """The stories that the versions at these indices belong to; of what left one, itself, alone."""
    asked = (json.dumps(list(indices)),)
    found = connection.exec_driver_sql(_OF_INDICES, asked).all()
    told = _told(connection, {row.story for row in found})
    left = connection.exec_driver_sql(_LEFT, asked).all()
    alone = {Index(row.idx): _story_from(row, ()) for row in left}
    return alone | {Index(row.idx): told[row.story] for row in found if row.story in told}


def story_of(connection: Connection, sub: ItemId) -> Story | None:
    """The story that an item belongs to; None if it stands alone."""
    found = connection.exec_driver_sql(_OF_ITEM, (sub,)).scalar()
    return None if found is None else _told(connection, {found}).get(found)


def found(
    connection: Connection, most: int, state: Standing | None, agency: str | None
) -> tuple[Related, ...]:
    """Relations that were found by likeness, those that were found last first."""
    asked = {"most": most, "state": state, "agency": agency}
    return tuple(map(related_from, connection.exec_driver_sql(_FOUND, asked)))


def _told(connection: Connection, numbers: set[int]) -> dict[int, Story]:
    members: dict[int, list[Any]] = defaultdict(list)
    if numbers:
        for row in connection.exec_driver_sql(_TOLD, (json.dumps(sorted(numbers)),)):
            members[row.story].append(row)
    return {number: story for number, rows in members.items() if (story := _story(rows)) is not None}


def _story(rows: list[Any]) -> Story | None:
    origin = next((row for row in rows if row.is_origin), None)
    if origin is None or len(rows) == 1:
        return None
    return _story_from(origin, tuple(_carried(row) for row in rows if row is not origin))


def _story_from(origin: Any, others: tuple[Carried, ...]) -> Story:  # noqa: ANN401 - a row
    return Story(
        origin=_carried(origin),
        others=others,
        rule=origin.rule,
        evidence=origin.evidence,
        changed=Index(origin.changed_idx),
        changed_at=origin.changed_at,
    )


def _carried(row: Any) -> Carried:  # noqa: ANN401 - a row
    return Carried(index=Index(row.idx), sub=ItemId(row.sub), ver=row.ver, joined_as=row.joined_as)
