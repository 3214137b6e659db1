"""The republishing room: slices of the log as feeds. Pure: no clock, nothing but payloads and the registry.

Bring an item that was verified, with its token, and leave with the ``Entry`` that readers see; bring
entries and leave with the ``Feed`` of a slice, or of an agency's own signed feed. Whoever does the same
with the same tokens gets the same feed: that is how a reader checks a hub.
"""

from syndicate.republish._article import article_of
from syndicate.republish._compose import (
    PENDING_ALERTS,
    compose,
    compose_agency,
    compose_page,
    compose_pending,
    hub_address,
)
from syndicate.republish._entry import entry_of, light, token_address
from syndicate.republish._slices import SLICE_GRAMMAR, parse_slice, slice_of

__all__ = [
    "PENDING_ALERTS",
    "SLICE_GRAMMAR",
    "article_of",
    "compose",
    "compose_agency",
    "compose_page",
    "compose_pending",
    "entry_of",
    "hub_address",
    "light",
    "parse_slice",
    "slice_of",
    "token_address",
]
