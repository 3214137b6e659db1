"""What /openapi.json says of an address; a route cannot be made without it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

JSON: Final = "application/json"
TEXT: Final = "text/plain; charset=utf-8"
HTML: Final = "text/html; charset=utf-8"
BYTES: Final = "application/octet-stream"

Schema = Mapping[str, object]

SUB: Final[Schema] = {"type": "string", "examples": ["vn.vna:abcdefghijklmnopqrstuvwxyz"]}
VER: Final[Schema] = {"type": "integer", "minimum": 1, "maximum": 9_999_999_999_999_999}
VERSION: Final = {"sub": SUB, "version": VER}  # what the path of one version names


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of an address. HEAD and OPTIONS are not told of: they go without saying."""

    summary: str
    done: int = 200  # the status of success
    media_types: tuple[str, ...] = (JSON,)  # of what comes with it
    schema: Schema | None = None  # of a JSON document
    tag: str = "documents"
    method: str = "GET"
    path: Mapping[str, Schema] = field(default_factory=dict)  # what stands in braces
    # The grammar that the address reads its query with; {} where any query is refused, None where none is
    # looked at.
    query: Mapping[str, str] | None = None
    needs: frozenset[str] = frozenset()  # parameters of the query that may not be left out
    most: int | None = None  # of what "limit" may say; None: as many items as a page holds
    takes: tuple[str, ...] = ()  # media types of a body, and
    body: Schema = field(default_factory=dict)  # what it must be
    conditional: bool = True  # whether 304 and 406 can come
    also: tuple[int, ...] = ()  # statuses beside those that follow from the rest
    for_people: bool = False  # whether what is not there is said so by a page
    paged: tuple[int, ...] = ()  # statuses that may come as a page as well
    signed: bool = False  # whether it has to be asked with a request token

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that can come, but 405, which no method that is told of gets."""
        found = {self.done, 429, 500, 503, *self.also}
        if self.conditional:
            found |= {304, 406}
        if self.query is not None:
            found.add(400)
        return tuple(sorted(found))
