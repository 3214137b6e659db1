"""What the files know about an agency beyond what the registry needs: nobody polls or trusts by it."""

from dataclasses import dataclass

from syndicate.news import AgencyId


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicFeed:
    """A feed of the agency's own, unsigned, as somebody found it. Never polled by the hub."""

    languages: tuple[str, ...]
    status: str  # how sure we are; the words are listed in sources/README.md
    evidence: str
    url: str | None = None  # None with the status "none found"
    evidence_date: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """An agency as the evidence describes it."""

    agency: AgencyId
    evidence: str | None = None  # where it is said that this is the state's agency
    confirmed: bool = False  # the agency and its domain, not its feeds
    public_feeds: tuple[PublicFeed, ...] = ()
