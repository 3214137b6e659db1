"""The newsroom's vocabulary: frozen values and the rules that need nothing but themselves. No I/O.

Bring nothing. Leave with the words every other room speaks: what came in (``Envelope``), what it says
(``Item``, ``Heartbeat``), who may say it (``Registry``, ``Agency``), what became of it (``Admitted``,
``Known``, ``Refused``, ``Held`` with their ``Reason``), what is asked for (``Slice``) and in which of these
an item stands (``Facets``), what is written (``Feed``, ``Entry``); and with small judges: for hosts
(``host_of``, ``is_listed``) and for the content profile (``check_content``), which sign, check and display
alike; a third, ``check_key``, refuses the Ed25519 keys under which a signature proves nothing. ``letters``
takes a text apart where its readers would, ``paragraphs`` a body where its form does, ``normalized`` brings
one into a normal form. ``limits`` holds the
protocol's bounds, ``spelling`` the patterns of its names.

This door is wider than five names because it is a dictionary, not a machine.
"""

from syndicate.news import _limits as limits
from syndicate.news import _spelling as spelling
from syndicate.news._content import UNSAFE_CHARACTERS, ContentError, check_content
from syndicate.news._encode import compose_token, encode
from syndicate.news._envelope import Envelope, b64url, digest_of
from syndicate.news._feed import Also, Entry, Feed, Outline
from syndicate.news._hosts import HostError, a_label, host_of, is_listed
from syndicate.news._ids import (
    AgencyId,
    FederationId,
    FeedId,
    Index,
    ItemId,
    KeyId,
    MemberCode,
    StreamName,
    TokenDigest,
    UnixTime,
)
from syndicate.news._item import (
    Act,
    Alert,
    AlertArea,
    Claim,
    Content,
    Evidence,
    Heartbeat,
    Item,
    Kind,
    Media,
    Relation,
    RelationType,
)
from syndicate.news._keys import WeakKeyError, check_key, thumbprint
from syndicate.news._letters import letters
from syndicate.news._message import AlertMessage, offset
from syndicate.news._normalize import normalized
from syndicate.news._outcome import (
    UNPROVED,
    Admitted,
    Held,
    Known,
    Mark,
    Outcome,
    Reason,
    Refused,
    Unjudged,
)
from syndicate.news._plain import paragraphs
from syndicate.news._registry import (
    Agency,
    AgencyKey,
    Former,
    KeyStatus,
    Member,
    Ownership,
    Quarantine,
    Registry,
    SeatState,
    Service,
    SignedFeed,
    Since,
)
from syndicate.news._slice import CORRECTIONS, SLICED_BY, Facets, Slice, amends, facets_of
from syndicate.news._times import rfc3339

__all__ = [
    "CORRECTIONS",
    "SLICED_BY",
    "UNPROVED",
    "UNSAFE_CHARACTERS",
    "Act",
    "Admitted",
    "Agency",
    "AgencyId",
    "AgencyKey",
    "Alert",
    "AlertArea",
    "AlertMessage",
    "Also",
    "Claim",
    "Content",
    "ContentError",
    "Entry",
    "Envelope",
    "Evidence",
    "Facets",
    "FederationId",
    "Feed",
    "FeedId",
    "Former",
    "Heartbeat",
    "Held",
    "HostError",
    "Index",
    "Item",
    "ItemId",
    "KeyId",
    "KeyStatus",
    "Kind",
    "Known",
    "Mark",
    "Media",
    "Member",
    "MemberCode",
    "Outcome",
    "Outline",
    "Ownership",
    "Quarantine",
    "Reason",
    "Refused",
    "Registry",
    "Relation",
    "RelationType",
    "SeatState",
    "Service",
    "SignedFeed",
    "Since",
    "Slice",
    "StreamName",
    "TokenDigest",
    "UnixTime",
    "Unjudged",
    "WeakKeyError",
    "a_label",
    "amends",
    "b64url",
    "check_content",
    "check_key",
    "compose_token",
    "digest_of",
    "encode",
    "facets_of",
    "host_of",
    "is_listed",
    "letters",
    "limits",
    "normalized",
    "offset",
    "paragraphs",
    "rfc3339",
    "spelling",
    "thumbprint",
]
