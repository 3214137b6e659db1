"""Slices by the names they have in addresses."""

import re

from syndicate.news import AgencyId, MemberCode, Slice, spelling

_AGENCY = re.compile(f"agency/({spelling.AGENCY_ID})", re.ASCII)
_LANG = re.compile(f"lang/({spelling.LANGUAGE})", re.ASCII)
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
