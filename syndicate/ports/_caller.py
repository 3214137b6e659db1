"""What an agency's tool needs of the network to speak with a hub: one request, one bounded answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from syndicate.ports._fetcher import FetchFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A whole answer, whatever its status, within every limit."""

    status: int
    body: bytes
    date: float | None = None  # the server's own clock as it said (Unix seconds)
    retry_after_seconds: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request: GET without a body, POST with one."""

    url: str
    body: bytes | None = None
    media_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    status_only: bool = False  # what is answered beside the status is not looked at, whatever it is


class Caller(Protocol):
    """Speaks with a server that the person at the machine named.

    Promises: the address is checked as by a ``Fetcher``; no redirect is followed, because what is sent is
    for that server alone; bytes and seconds are bounded; trouble is an outcome, only cancellation is raised.
    """

    async def call(self, call: Call) -> Answered | FetchFailed:
        """Send it, and give what was answered."""
        ...
