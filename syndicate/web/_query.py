"""Query strings, read strictly: a parameter misspelt is an error said aloud, never a filter left out."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

INDEX: Final = r"-1|[0-9]{1,15}"
PAGING: Final[Mapping[str, str]] = {"after": INDEX, "limit": r"[1-9][0-9]{0,3}"}
_FIELDS_MOST: Final = 10
_LIMIT_GIVEN: Final = 100  # when the query names none


class QueryError(ValueError):
    """The query is not one that this address takes; the message is one sentence."""


def read_query(text: str, grammar: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a raw query string; ``grammar`` maps each name that may stand in it to its pattern.

    Raises:
        QueryError: a parameter is unknown, stands twice, has no value or one outside its pattern.
    """
    try:
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=bool(text),
            max_num_fields=_FIELDS_MOST,
            errors="strict",
        )
    except ValueError as exc:
        raise QueryError("the query is not a list of name=value") from exc
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in grammar:
            raise QueryError(f"unknown parameter; known are: {', '.join(sorted(grammar))}")
        if name in found:
            raise QueryError(f"{name} is given more than once")
        if re.fullmatch(grammar[name], value) is None:
            raise QueryError(f"{name} must look like {grammar[name]}")
        found[name] = value
    return found


def page_of(asked: Mapping[str, str], most: int) -> tuple[int, int]:
    """The index behind which a page begins, and how much it holds, as a query with ``PAGING`` asks for it.

    Raises:
        QueryError: it asks for more than ``most``.
    """
    limit = int(asked.get("limit", _LIMIT_GIVEN))
    if limit > most:
        raise QueryError(f"limit is at most {most}")
    return int(asked.get("after", "-1")), limit
