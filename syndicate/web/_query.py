"""Query strings, read strictly: a parameter misspelt is an error said aloud, never a filter left out."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

INDEX: Final = r"-1|[0-9]{1,15}"
PAGING: Final[Mapping[str, str]] = {"after": INDEX, "limit": r"[1-9][0-9]{0,3}"}
_FIELDS_MOST: Final = 10
_LIMIT_GIVEN: Final = 100  # when the query names none
_FORMS: Final[Mapping[str, str]] = {
    "q": "the words to look for, on one line",
    "after": "an index: a whole number, or -1 for the beginning",
    "limit": "a whole number: 1 at least, and no more than a page holds",
    "member": "a member state's code: two small letters, as in vn",
    "agency": "an agency's id, as in vn.vna",
    "lang": "a language tag, as in vi or zh-Hans",
    "topic": "the code of a Media Topic: eight digits",
    "urgency": "a number from 1 to 9",
    "since": "a day, as in 2026-11-23",
    "until": "a day, as in 2026-11-23",
    "next": "what an earlier answer gave as next",
}


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
            raise QueryError(f"{name} must be {_form_of(name, grammar[name])}")
        found[name] = value
    return found


def _form_of(name: str, pattern: str) -> str:
    if name == "kind":
        return f"one of {', '.join(pattern.split('|'))}"
    if name == "limit" and pattern != PAGING[name]:
        return f"a whole number from 1 to {pattern.rpartition('|')[2]}"
    return _FORMS.get(name, f"of the form {pattern}")


def page_of(asked: Mapping[str, str], most: int) -> tuple[int, int]:
    """The index behind which a page begins, and how much it holds, as a query with ``PAGING`` asks for it.

    Raises:
        QueryError: it asks for more than ``most``.
    """
    limit = int(asked.get("limit", _LIMIT_GIVEN))
    if limit > most:
        raise QueryError(f"limit is at most {most}")
    return int(asked.get("after", "-1")), limit
