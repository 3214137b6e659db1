"""How the sources are doing, as far as it is public: read from storage once per answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from syndicate.news import AgencyId, FeedId, Reason, SignedFeed
from syndicate.ports import FeedState, Storage

_PATIENCE: Final = 3  # cadences without a success until a feed counts as stale


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What the public may know of every source at one moment."""

    feeds: Mapping[FeedId, FeedState]
    received: Mapping[AgencyId, int]
    refused: Mapping[tuple[AgencyId | None, Reason], int]

    def refused_of(self, agency: AgencyId | None) -> dict[str, int]:
        """How often tokens in the name of ``agency`` were refused, by reason code."""
        found = {
            reason.value: count
            for (whose, reason), count in self.refused.items()
            if whose == agency and count
        }
        return dict(sorted(found.items()))


async def read_health(storage: Storage) -> Health:
    """Read it; raises StorageError."""
    return Health(
        feeds=await storage.feed_states(),
        received=await storage.last_received(),
        refused=await storage.refusal_counts(),
    )


def feed_condition(feed: SignedFeed, state: FeedState | None, now: float) -> str:
    """How a feed is doing: "waiting" (never reached yet), "fresh", "failing" or "stale"."""
    if state is None or state.last_success is None:
        return "waiting" if state is None or not state.failures else "failing"
    if now - state.last_success > _PATIENCE * feed.cadence_seconds:
        return "stale"
    return "failing" if state.failures else "fresh"
