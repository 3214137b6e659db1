"""A feed as a value: what every output format is written from."""

from dataclasses import dataclass

from syndicate.news._ids import AgencyId, Index, ItemId, TokenDigest
from syndicate.news._item import Act, Kind, Media, Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """Another item that tells the same story. Which ones do is derived from the log, and not signed."""

    sub: ItemId
    ver: int
    agency: AgencyId
    agency_name: str
    lang: str
    title: str
    url: str  # its page at this hub
    token_url: str
    digest: TokenDigest
    joined_as: str  # why it is here: "copy", "excerpt", "declared", "confirmed", "re-identified" or "first"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One item as readers see it. Every field is derived from its token's payload and the registry."""

    id: str  # "urn:syndicate:" and the item's sub; the same for every version
    sub: ItemId
    ver: int
    act: Act
    kind: Kind
    lang: str
    title: str  # as shown: a withdrawn item's begins with "[WITHDRAWN] " or "[WITHHELD] "
    url: str
    published: str  # RFC 3339, ends in Z
    updated: str
    agency: AgencyId
    agency_name: str
    token: str  # empty where a document leaves it to its digest and its address
    digest: TokenDigest
    token_url: str  # where the token can be fetched by itself, or the feed that carries it
    source_url: str  # the agency's own site or signed feed, for "source"
    summary: str | None = None
    text: str | None = None  # body as plain text, or
    html: str | None = None  # body in the content profile
    note: str | None = None  # what the agency says of this act
    byline: str | None = None
    credit: str | None = None
    rights: str | None = None
    urgency: int | None = None
    categories: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    relations: tuple[Relation, ...] = ()
    expires: str | None = None
    also: tuple[Also, ...] = ()  # of a story: who else published it
    about: str | None = None  # of a notice that an item was withdrawn: that item's id

    @property
    def withdrawn(self) -> bool:
        """Whether this version takes the text away: withheld for now, or retracted for good."""
        return self.act in (Act.WITHHOLD, Act.RETRACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A feed in a list of feeds, or a group of them."""

    text: str
    feed_url: str | None = None  # None: a group
    page_url: str | None = None  # the same for people
    lang: str | None = None
    below: tuple["Outline", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A document to write: who it is from, what it holds, where one continues."""

    id: str  # stable; the Atom document's self address
    title: str
    description: str
    home_url: str
    author: str
    entries: tuple[Entry, ...]  # newest first
    updated: str  # RFC 3339, ends in Z: the newest entry's `updated` or the federation's first day
    lang: str | None = None
    self_urls: tuple[tuple[str, str], ...] = ()  # (format, address): "atom", "rss", "json"
    first_index: Index | None = None  # the window: the lowest index in it, and
    last_index: Index | None = None  # the highest
    hub_url: str | None = None  # the WebSub hub that sends what is new here to whoever subscribes
    continue_url: str | None = None  # the cursor API, for what the window does not hold
    prev_archive: str | None = None  # RFC 5005: the page with the numbers before these, and
    current: str | None = None  # of an archive page: the feed it belongs to
    archived: bool = False  # an archive page that is full: it holds what it holds
    next_url: str | None = None  # of a JSON Feed: the same page in this format
    image_url: str | None = None  # a square PNG that stands for whoever publishes the feed
