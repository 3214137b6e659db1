"""What the hub remembers of feeds that it polls, between two polls and across restarts."""

from dataclasses import dataclass, field

from syndicate.news import AgencyId, FeedId, StreamName
from syndicate.ports._fetcher import Validators


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedError:
    """One thing that went wrong with a source."""

    at: int
    code: str  # a FetchFault, a Reason, or one of the poller's own words
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedState:
    """What the hub remembers of a polled feed between two polls, and across restarts."""

    feed: FeedId
    validators: Validators = field(default_factory=Validators)
    basis: str = ""  # what the validators count for: the registry's version, a space, the feed's address
    due_at: float = 0.0
    last_try: int | None = None
    last_success: int | None = None  # a body or a 304
    last_new: int | None = None  # something was admitted
    last_heartbeat: int | None = None
    failures: int = 0  # in a row
    mismatches: int = 0  # entries whose visible fields did not say what was signed, in the last body
    errors: tuple[FeedError, ...] = ()  # newest first, at most 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """How far a stream's missing numbers have been looked for in its agency's archive."""

    agency: AgencyId
    stream: StreamName
    sought: int = 0  # numbers up to here are in storage, or the archive was asked for them to its end
    target: int = 0  # of a walk under way: the head when it began, and
    url: str | None = None  # the page to ask for next; None when there is no walk
    pages: int = 0  # of that walk so far
