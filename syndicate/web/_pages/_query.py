"""What a page reads of its query: as little as it needs, for addresses that are sent on carry all sorts."""

import re
from typing import Final
from urllib.parse import parse_qsl

from aiohttp import web

from syndicate.news import Index

_BEFORE: Final = re.compile(r"[0-9]{1,15}", re.ASCII)
_FIELDS_MOST: Final = 20


def pairs_of(request: web.BaseRequest) -> list[tuple[str, str]]:
    """Names and values; none at all where it is no such list."""
    text = request.rel_url.raw_query_string
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS_MOST, errors="strict")
    except ValueError:
        return []


def before_of(request: web.BaseRequest, visible: int) -> Index | None:
    """The index from which a reader goes on backwards; None: from the newest."""
    said = dict(pairs_of(request)).get("before", "")
    if _BEFORE.fullmatch(said) is None or int(said) >= visible:
        return None
    return Index(int(said))
