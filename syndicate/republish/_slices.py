"""Slices by the names they have in addresses: one grammar for feeds, pages and the API."""

import re
from collections.abc import Mapping
from typing import Any, Final

from syndicate.news import CORRECTIONS, SLICED_BY, Kind, Slice, spelling

# What may be asked for, and how each is spelled; every pattern is of bounded length.
SLICE_GRAMMAR: Final[Mapping[str, str]] = {
    "member": r"[a-z]{2}",
    "agency": spelling.AGENCY_ID,
    "lang": spelling.LANGUAGE,
    "topic": r"[0-9]{8}",
    "urgency": r"[1-9]",
    "kind": "|".join([*Kind, CORRECTIONS]),
}
_WHOSE = "(?:/(?P<member>{member})|/agency/(?P<agency>{agency}))?".format_map(SLICE_GRAMMAR)
_OTHERS = "".join(f"(?:/{name}/(?P<{name}>{SLICE_GRAMMAR[name]}))?" for name in SLICED_BY[2:])
_PATH = re.compile(_WHOSE + _OTHERS, re.ASCII)


def parse_slice(path: str) -> Slice | None:
    """The slice at ``path`` below ``/feeds/``, without ending; None if no slice has exactly that name.

    >>> parse_slice("vn/lang/vi/kind/alert")
    Slice(member='vn', agency=None, lang='vi', topic=None, urgency=None, kind='alert')
    """
    if path == "all":
        return Slice()
    found = _PATH.fullmatch(f"/{path}")
    return None if found is None else slice_of(found.groupdict())


def slice_of(said: Mapping[str, str | None]) -> Slice:
    """The slice of these values, each spelled as ``SLICE_GRAMMAR`` says; what is missing asks for nothing."""
    named: dict[str, Any] = {name: said.get(name) for name in SLICED_BY}
    return Slice(**named | {"urgency": int(named["urgency"]) if named["urgency"] else None})
