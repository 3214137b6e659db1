"""The names of formats, media types and XML namespaces that both directions share."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

MEDIA_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rss": "application/rss+xml; charset=utf-8",
        "atom": "application/atom+xml; charset=utf-8",
        "json": "application/feed+json",
        "ninjs": "application/json",
        "tombstones": "application/atom+xml; charset=utf-8",
    }
)

ATOM: Final = "http://www.w3.org/2005/Atom"
SYN: Final = "urn:syndicate:item:1"
THR: Final = "http://purl.org/syndication/thread/1.0"  # RFC 4685
CONTENT: Final = "http://purl.org/rss/1.0/modules/content/"
DC: Final = "http://purl.org/dc/elements/1.1/"
DCTERMS: Final = "http://purl.org/dc/terms/"
MEDIA: Final = "http://search.yahoo.com/mrss/"
HISTORY: Final = "http://purl.org/syndication/history/1.0"  # RFC 5005
TOMBSTONES: Final = "http://purl.org/atompub/tombstones/1.0"  # RFC 6721
XML: Final = "http://www.w3.org/XML/1998/namespace"

JSON_FEED: Final = "https://jsonfeed.org/version/1.1"
CAP: Final = "urn:oasis:names:tc:emergency:cap:1.2"
SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS: Final = "http://www.google.com/schemas/sitemap-news/0.9"

CAP_TYPE: Final = "application/cap+xml"
NINJS_SCHEMA: Final = "https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json"
TOKEN_TYPE: Final = "application/jose"  # noqa: S105 - a media type
TOKEN_REL: Final = "urn:syndicate:rel:token"  # noqa: S105 - a link relation
