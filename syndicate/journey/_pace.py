"""When to ask a source again: politely, not at the same moment as everybody else, and never never. Pure."""

from hashlib import sha256
from typing import Final

from syndicate.news import FeedId, SignedFeed

SHORTEST_SECONDS: Final = 1.0
JITTER: Final = 0.1  # of the wait, added: earlier than asked for would be impolite
# A max-age beyond this is taken for a misconfigured server: official sources are looked at every hour.
FRESH_CEILING_SECONDS: Final = 3_600
FIRST_RETRY_SECONDS: Final = 30
RETRY_CEILING_SECONDS: Final = 3_600  # an official source is never given up
RETRY_AFTER_CEILING_SECONDS: Final = 86_400


def wait_after_success(feed: SignedFeed, *, fresh_seconds: int, attempt: int) -> float:
    """Seconds until the next poll after a good one: the cadence it declared, or longer if it says so."""
    fresh = min(fresh_seconds, FRESH_CEILING_SECONDS)
    return _spread(max(feed.cadence_seconds, fresh), feed.id, attempt)


def wait_after_failure(
    feed: SignedFeed, *, failures: int, retry_after_seconds: int | None, attempt: int
) -> float:
    """Seconds until the next poll after ``failures`` bad ones in a row (at least one).

    Twice as long each time, from half a minute (or a shorter cadence) up to an hour (or a longer cadence).
    """
    first = min(FIRST_RETRY_SECONDS, max(feed.cadence_seconds, SHORTEST_SECONDS))
    ceiling = max(RETRY_CEILING_SECONDS, feed.cadence_seconds)
    backing_off = min(first * 2.0 ** min(failures - 1, 30), ceiling)
    asked = min(retry_after_seconds or 0, RETRY_AFTER_CEILING_SECONDS)
    return _spread(max(backing_off, asked), feed.id, attempt)


def is_due(feed: SignedFeed, *, due_at: float, now: float) -> bool:
    """Whether to poll at ``now``. A due time that no rule gives means that the clock was set back."""
    longest = max(RETRY_AFTER_CEILING_SECONDS, feed.cadence_seconds) * (1 + JITTER)
    return due_at <= now or due_at > now + longest


def _spread(seconds: float, feed: FeedId, attempt: int) -> float:
    """The wait with its jitter: the same for the same feed and attempt, as good as random for others."""
    drawn = int.from_bytes(sha256(f"{feed} {attempt}".encode()).digest()[:6]) / 2**48
    return max(seconds, SHORTEST_SECONDS) * (1 + JITTER * drawn)
