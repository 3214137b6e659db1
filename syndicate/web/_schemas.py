"""The JSON that the API answers with, as JSON Schema 2020-12. Fields may be added, so none is refused."""

from collections.abc import Mapping
from typing import Final

from syndicate.ports import Notable
from syndicate.web._item_schemas import OF_ITEMS
from syndicate.web._operation import Schema
from syndicate.web._shapes import (
    ADDRESS,
    COUNT,
    TEXT,
    TIME,
    TIME_OR_NONE,
    by_name,
    list_of,
    named,
    record,
)
from syndicate.web._source_schemas import OF_SOURCES

SCHEMAS: Final[Mapping[str, Schema]] = {
    **OF_ITEMS,
    **OF_SOURCES,
    "Problem": {
        "description": "RFC 9457. `reason` is a stable code of docs/protocol.md, where there is one.",
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri-reference"},
            "title": TEXT,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "detail": TEXT,
            "reason": TEXT,
            "remedy": TEXT,
            "results": list_of(named("Outcome")),
        },
    },
    "Deliveries": record(
        deliveries=list_of(
            record(
                index=COUNT,
                sub=TEXT,
                ver=COUNT,
                what={"enum": sorted(Notable)},
                notified_at=TIME,
                notified=COUNT,
                acknowledged=COUNT,
                acknowledged_at=TIME_OR_NONE,
            )
        ),
        last={"type": "integer", "minimum": -1},
        next=ADDRESS,
    ),
    "Taken": record(detail=TEXT),
    "Health": record(
        status={"enum": ["ok", "failing"]},
        parts=by_name(TEXT),
        unindexed={**COUNT, "description": "Items whose whole text cannot be searched yet."},
        lookup_behind={**COUNT, "description": "Indices that a lookup cannot find yet."},
        stories_behind={**COUNT, "description": "Indices that the stories have not come to yet."},
    ),
}
