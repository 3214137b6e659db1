"""Which part of the one order is asked for."""

from dataclasses import dataclass

from syndicate.news._ids import AgencyId, MemberCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """All items, or those of a member, an agency or a language; at most one of the three is set.

    An item belongs to the language of its first version for good, whatever later ones are written in.
    """

    member: MemberCode | None = None
    agency: AgencyId | None = None
    lang: str | None = None

    @property
    def path(self) -> str:
        """The slice's place under ``/feeds/``, without ending: "all", "vn", "agency/vn.vna", "lang/vi"."""
        if self.agency is not None:
            return f"agency/{self.agency}"
        if self.lang is not None:
            return f"lang/{self.lang}"
        return self.member if self.member is not None else "all"
