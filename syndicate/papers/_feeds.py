"""The signed feeds of an agency that has enrolled: what the hub polls."""

import re
from typing import Final

from syndicate.news import AgencyId, FeedId, SeatState, SignedFeed, Since, StreamName, spelling
from syndicate.papers import _limits as limits
from syndicate.papers._addresses import read_address
from syndicate.papers._table import Table
from syndicate.papers._tags import Tags

_CADENCE: Final = r"([1-9][0-9]{0,6}) (second|minute|hour|day)s?"
_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


def read_signed_feeds(
    table: Table, agency: AgencyId, states: tuple[Since, ...], tags: Tags, *, loopback: bool
) -> tuple[SignedFeed, ...]:
    """The rows of ``[[agency.signed_feed]]``."""
    rows = table.tables("signed_feed")
    if rows and states and states[-1].state is SeatState.INVITED:
        remedy = "Add the state active, and the agency's keys, or make it a public_feed."
        rows[0].note("a signed feed of an agency that is only invited", remedy)
    feeds: list[SignedFeed] = []
    for row in rows:
        feed = _read_signed_feed(row, agency, tags, loopback=loopback)
        if feed.id in (other.id for other in feeds):
            row.note(f"the feed {feed.id} stands twice", "Give each feed an id of its own.", "id")
        feeds.append(feed)
    return tuple(feeds)


def _read_signed_feed(row: Table, agency: AgencyId, tags: Tags, *, loopback: bool) -> SignedFeed:
    name = row.text("id", need=True, pattern=spelling.STREAM_NAME, like="main (a-z, 0-9, -)")
    feed = SignedFeed(
        id=FeedId(f"{agency}/{name or ''}"),
        agency=agency,
        url=read_address(row, "url", need=True, loopback=loopback) or "",
        format=row.word("format", frozenset({"atom", "json"})) or "",
        stream=StreamName(
            row.text("stream", need=True, pattern=spelling.STREAM_NAME, like="main (a-z, 0-9, -)") or ""
        ),
        cadence_seconds=_read_cadence(row),
        lang=tags.language(row, "lang"),
    )
    row.close()
    return feed


def _read_cadence(row: Table) -> int:
    text = row.text("cadence", need=True, pattern=_CADENCE, like="15 minutes")
    found = re.fullmatch(_CADENCE, text or "")
    if found is None:
        return 0
    seconds = int(found[1]) * _SECONDS[found[2]]
    if seconds > limits.CADENCE_DAYS * 86_400:
        row.note("slower than a month", "Say how often the feed changes on a usual day.", "cadence")
    return seconds
