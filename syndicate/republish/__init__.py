"""The republishing room: slices of the log as feeds. Pure: no clock, nothing but payloads and the registry.

Bring an item that was verified, with its token, and leave with the ``Entry`` that readers see; bring
entries and leave with the ``Feed`` of a slice, or of an agency's own signed feed. Whoever does the same
with the same tokens gets the same feed: that is how a reader checks a hub.
"""

from syndicate.republish._alert import CAP_INDEX, compose_alerts, in_force, is_alert, message_of
from syndicate.republish._article import article_of
from syndicate.republish._compose import (
    PENDING_ALERTS,
    compose,
    compose_agency,
    compose_archive,
    compose_page,
    compose_pending,
    compose_search,
    compose_stories,
    compose_tombstones,
    hub_address,
)
from syndicate.republish._entry import (
    also_of,
    entry_of,
    light,
    notice_id,
    notice_of,
    story_of,
    token_address,
    with_notices,
)
from syndicate.republish._lists import compose_sitemap, outline
from syndicate.republish._slices import SLICE_GRAMMAR, STORIES, parse_slice, parse_view, slice_of, view_path

__all__ = [
    "CAP_INDEX",
    "PENDING_ALERTS",
    "SLICE_GRAMMAR",
    "STORIES",
    "also_of",
    "article_of",
    "compose",
    "compose_agency",
    "compose_alerts",
    "compose_archive",
    "compose_page",
    "compose_pending",
    "compose_search",
    "compose_sitemap",
    "compose_stories",
    "compose_tombstones",
    "entry_of",
    "hub_address",
    "in_force",
    "is_alert",
    "light",
    "message_of",
    "notice_id",
    "notice_of",
    "outline",
    "parse_slice",
    "parse_view",
    "slice_of",
    "story_of",
    "token_address",
    "view_path",
    "with_notices",
]
