"""What an agency tells the tool about itself, and the registry of one that follows from it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urljoin

from syndicate.errors import AgencyError
from syndicate.news import (
    Agency,
    AgencyId,
    AgencyKey,
    FederationId,
    FeedId,
    KeyId,
    KeyStatus,
    Member,
    Registry,
    SeatState,
    SignedFeed,
    Since,
    StreamName,
    UnixTime,
    host_of,
    is_listed,
    limits,
)

BOOK_SECONDS: Final = 30.0  # that one process waits for another to let go of the stream's book


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyConfig:
    """An agency's side of the federation, as it was configured. Paths are ready to be opened."""

    id: AgencyId
    federation: FederationId
    stream: StreamName
    name: str  # as readers know the agency, in `language`
    language: str  # of everything in the CMS's feed: declared, never guessed
    zone: str  # IANA name of the newsroom's time zone
    domains: tuple[str, ...]  # A-labels: where the agency's articles stand
    media_hosts: tuple[str, ...]  # A-labels: where its pictures stand besides
    feed: str  # what the CMS offers: an http(s) address, a file, or a folder of Markdown files
    folder: Path  # where the signed feed is written, for a web server to serve
    base_url: str  # what `folder` is called from outside; ends in "/"
    rights: str | None = None
    credit: str | None = None
    kind: str = "auto"  # what `feed` is: auto, feed (RSS, Atom), json, wordpress, folder
    pages: int = 3  # of WordPress's posts, 100 each, the last edited first
    local_dates: bool = False  # the CMS writes the newsroom's time whatever zone it claims
    furniture: tuple[str, ...] = ()  # class names of what is no part of an article
    allow: tuple[tuple[str, int], ...] = ()  # (IP address, port) of a CMS inside the agency's own network
    keys: tuple[AgencyKey, ...] = ()  # as enrolled; empty: the signer's key, without a window
    key_file: Path = Path("in-use.key")  # the key in use
    enrolment_file: Path = Path("enrolment.toml")  # the public halves of its keys
    book_file: Path = Path("stream.sqlite")  # the memory of what was signed
    release_seconds: int = 0  # how long what the CMS publishes waits before it is signed
    burst_times: int = 0  # so many times the usual rate holds everything; 0: never

    @property
    def is_remote(self) -> bool:
        """Whether the CMS's feed is fetched, rather than read from this machine."""
        return self.feed.startswith(("http://", "https://"))

    @property
    def halt_file(self) -> Path:
        """Where a halt is written down that does not wait for the book."""
        return self.book_file.with_name(f"{self.book_file.name}.halt")

    @property
    def atom_url(self) -> str:
        """Where hubs fetch the signed feed."""
        return urljoin(self.base_url, self.atom_name)

    @property
    def rss_url(self) -> str:
        """Where readers fetch the light feed."""
        return urljoin(self.base_url, self.rss_name)

    @property
    def atom_name(self) -> str:
        """The signed feed's file name in ``folder``."""
        return f"{self.stream}.atom"

    @property
    def rss_name(self) -> str:
        """The light feed's file name in ``folder``."""
        return f"{self.stream}.rss"

    def page_name(self, page: int) -> str:
        """The file name of an archive page, counted from 1; no stream's own name has a dot in it."""
        return f"{self.stream}.archive-{page}.atom"

    @property
    def picture_hosts(self) -> tuple[str, ...]:
        """Where pictures may stand: the agency's own hosts, and those listed for media."""
        return (*self.domains, *self.media_hosts)

    def may_name(self, url: str) -> bool:
        """Whether ``url``, a plain address, is on a host listed for the agency's articles."""
        return is_listed(host_of(url), self.domains)

    def own_registry(self, kid: str, public: bytes) -> Registry:
        """A registry of this agency alone, as hubs would know it, to judge its own tokens with.

        Raises:
            AgencyError: the enrolment file lists keys, but not this one.
        """
        key = self._enrolled(kid, public)
        agency = Agency(
            id=self.id,
            names={self.language: self.name},
            domains=self.domains,
            media_hosts=self.media_hosts,
            states=(Since(state=SeatState.ACTIVE, since=UnixTime(0)),),
            languages=(self.language,),
            feeds=(self._own_feed(),),
            timezone=self.zone,
            rights=self.rights,
            credit=self.credit,
        )
        member = Member(code=agency.member, names={"en": agency.member.upper()})
        return Registry(
            federation=self.federation,
            name=self.federation,
            members={agency.member: member},
            agencies={self.id: agency},
            keys={each.kid: each for each in (*self.keys, key)},
            version="own",
        )

    def _own_feed(self) -> SignedFeed:
        """The signed feed as the registry has it once it is enrolled; its pace is for hubs alone."""
        return SignedFeed(
            id=FeedId(f"{self.id}/{self.stream}"),
            agency=self.id,
            url=self.atom_url,
            format="atom",
            stream=self.stream,
            cadence_seconds=0,
            lang=self.language,
        )

    def _enrolled(self, kid: str, public: bytes) -> AgencyKey:
        for key in self.keys:
            if key.kid == kid:
                return key
        if self.keys:
            raise AgencyError(
                f"the key {kid} does not stand in the enrolment file of {self.id}",
                hint="Sign with the key whose enrolment you sent to the ministry, or send it the new one.",
            )
        return AgencyKey(
            kid=KeyId(kid),
            agency=self.id,
            public=public,
            status=KeyStatus.ACTIVE,
            nbf=UnixTime(0),
            exp=UnixTime(limits.LARGEST_INTEGER),
        )
