"""What the schemas of the API are made of: kinds of values, and how they are put together."""

from typing import Final

from syndicate.news import Mark
from syndicate.web._operation import Schema

TEXT: Final[Schema] = {"type": "string"}
TEXT_OR_NONE: Final[Schema] = {"type": ["string", "null"]}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
FLAG: Final[Schema] = {"type": "boolean"}
TIME: Final[Schema] = {"type": "string", "format": "date-time"}
TIME_OR_NONE: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}
ADDRESS: Final[Schema] = {"type": "string", "format": "uri"}
DIGEST: Final[Schema] = {"type": "string", "pattern": "^[A-Za-z0-9_-]{43}$"}
MARKS: Final[Schema] = {"type": "array", "items": {"enum": sorted(Mark)}}


def record(**properties: Schema) -> Schema:
    return {"type": "object", "required": sorted(properties), "properties": properties}


def list_of(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def by_name(of: Schema) -> Schema:
    return {"type": "object", "additionalProperties": of}


def named(name: str) -> Schema:
    """A pointer to one of the ``SCHEMAS`` of all answers."""
    return {"$ref": f"#/components/schemas/{name}"}
