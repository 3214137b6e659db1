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
STORIES: Final = "stories"  # stands before a slice's path, or in place of "all"
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


def parse_view(path: str) -> tuple[Slice, bool] | None:
    """The slice at ``path``, and whether its stories are asked for: "stories", "stories/vn/lang/vi".

    None if no view has exactly that name.
    """
    first, _, rest = path.partition("/")
    if first != STORIES:
        slice_ = parse_slice(path)
        return None if slice_ is None else (slice_, False)
    slice_ = parse_slice(rest) if rest else Slice()
    return None if slice_ is None or rest == "all" else (slice_, True)


def view_path(slice_: Slice, *, stories: bool) -> str:
    """The place of a slice, or of its stories, below ``/feeds/``."""
    if not stories:
        return slice_.path
    return STORIES if slice_ == Slice() else f"{STORIES}/{slice_.path}"


def slice_of(said: Mapping[str, str | None]) -> Slice:
    """The slice of these values, each spelled as ``SLICE_GRAMMAR`` says; what is missing asks for nothing."""
    named: dict[str, Any] = {name: said.get(name) for name in SLICED_BY}
    return Slice(**named | {"urgency": int(named["urgency"]) if named["urgency"] else None})
