"""Slices by the names they have in addresses."""

import re

from syndicate.news import AgencyId, MemberCode, Slice

_AGENCY = re.compile(r"agency/([a-z]{2}\.[a-z0-9-]{2,32})", re.ASCII)
_LANG = re.compile(r"lang/([a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?)", re.ASCII)
_MEMBER = re.compile(r"[a-z]{2}", re.ASCII)


def parse_slice(path: str) -> Slice | None:
    """The slice at ``path`` below ``/feeds/``, without ending; None if no slice can have that name.

    >>> parse_slice("agency/vn.vna")
    Slice(member=None, agency='vn.vna', lang=None)
    """
    if path == "all":
        return Slice()
    if found := _AGENCY.fullmatch(path):
        return Slice(agency=AgencyId(found[1]))
    if found := _LANG.fullmatch(path):
        return Slice(lang=found[1])
    return Slice(member=MemberCode(path)) if _MEMBER.fullmatch(path) else None
