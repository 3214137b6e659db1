"""An item: what one signed token says, claim by claim (docs/protocol.md, "Claims")."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from syndicate.news._ids import (
    AgencyId,
    FederationId,
    ItemId,
    MemberCode,
    StreamName,
    TokenDigest,
    UnixTime,
)


class Act(StrEnum):
    """What the agency does with this token."""

    PUBLISH = "publish"
    UPDATE = "update"
    CORRECT = "correct"
    WITHHOLD = "withhold"
    RETRACT = "retract"
    HEARTBEAT = "heartbeat"


class Kind(StrEnum):
    """What sort of item it is."""

    STORY = "story"
    ALERT = "alert"
    REBUTTAL = "rebuttal"
    CHECKING = "checking"
    EXPLAINER = "explainer"
    DISPUTE = "dispute"
    ENDORSE = "endorse"
    NOTICE = "notice"


class RelationType(StrEnum):
    """How an item says it stands to another."""

    CORRECTS = "corrects"
    TRANSLATES = "translates"
    DERIVES = "derives"
    REBUTS = "rebuts"
    DISPUTES = "disputes"
    ENDORSES = "endorses"
    CITES = "cites"


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The body: text in the token (``body``), or a large one elsewhere, named by its hash (``url``)."""

    type: str  # "text/plain" or "text/html" (the content profile)
    body: str | None = None
    url: str | None = None
    sha256: str | None = None  # base64url
    length: int | None = None  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A picture, film or sound that belongs to the item; without ``sha256`` no signature covers it."""

    url: str
    type: str
    alt: str
    credit: str | None = None
    sha256: str | None = None  # base64url
    length: int | None = None  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A relation that the agency declared; exactly one of ``sub`` and ``url`` is set."""

    type: RelationType
    sub: ItemId | None = None
    url: str | None = None
    sha256: str | None = None  # base64url


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertArea:
    """Where an alert holds: a description, and optionally CAP 1.2 polygon text ("lat,lon lat,lon ...")."""

    desc: str
    polygon: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What CAP 1.2 needs to be emitted, as the agency signed it."""

    event: str
    category: str
    urgency: str
    severity: str
    certainty: str
    area: tuple[AlertArea, ...]
    expires: str
    effective: str | None = None
    onset: str | None = None
    instruction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A public record that a rebuttal rests on."""

    url: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What a rebuttal answers: the claim's text, never the address or name of who made it."""

    text: str
    lang: str
    label: str  # the publisher's own word, verbatim
    label_lang: str
    competence: str
    first_seen: str
    seen: tuple[str, ...] = ()  # base64url SHA-256 of where it was seen
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One version of one item. Times are RFC 3339 text as signed, but ``iat`` is in Unix seconds."""

    aud: FederationId
    iss: AgencyId
    sub: ItemId
    ver: int
    stream: StreamName
    seq: int
    prev: TokenDigest | None
    iat: UnixTime
    act: Act
    kind: Kind
    lang: str
    title: str
    url: str
    published: str
    updated: str
    note: str | None = None
    summary: str | None = None
    content: Content | None = None
    expires: str | None = None
    byline: str | None = None
    credit: str | None = None
    rights: str | None = None
    urgency: int | None = None
    categories: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()
    alert: Alert | None = None
    relations: tuple[Relation, ...] = ()
    claim: Claim | None = None
    ext: Mapping[str, object] | None = None

    @property
    def member(self) -> MemberCode:
        """The member state that delegated the agency."""
        return MemberCode(self.iss[:2])

    @property
    def withdrawn(self) -> bool:
        """Whether this version takes the text away: withheld for now, or retracted for good."""
        return self.act in (Act.WITHHOLD, Act.RETRACT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """The agency says that its stream still ends where it did; no item, no number, no index."""

    aud: FederationId
    iss: AgencyId
    stream: StreamName
    seq: int  # of the stream's head, 0 for an empty stream
    prev: TokenDigest | None  # the head's digest, None for an empty stream
    iat: UnixTime
