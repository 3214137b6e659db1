"""What the journey needs from the network: one address, fetched within limits."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server gave us to ask "has it changed?" with (RFC 9110, section 13); kept byte for byte."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A whole body, decoded and within every limit."""

    body: bytes
    media_type: str  # lower case, without parameters; "" if the server named none
    validators: Validators = field(default_factory=Validators)
    fresh_seconds: int = 0  # Cache-Control max-age, 0 if none
    url: str = ""  # where the last redirect ended
    moved_to: str | None = (
        None  # a permanent redirect (301, 308) was seen: worth telling, never adopted alone
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The server answered 304: what we have still stands."""

    validators: Validators = field(default_factory=Validators)
    fresh_seconds: int = 0


class FetchFault(StrEnum):
    """Why a fetch brought nothing; stable codes, shown in health, logs and docs/protocol.md."""

    FORBIDDEN_ADDRESS = "fetch-forbidden-address"
    BAD_URL = "fetch-bad-url"
    DNS = "fetch-dns"
    CONNECT = "fetch-connect"
    TLS = "fetch-tls"
    TIMEOUT = "fetch-timeout"
    TOO_LARGE = "fetch-too-large"
    TOO_MANY_REDIRECTS = "fetch-too-many-redirects"
    BAD_ENCODING = "fetch-bad-encoding"
    STATUS = "fetch-status"
    BROKEN = "fetch-broken"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchFailed:
    """Nothing usable came; the source keeps its last good state."""

    fault: FetchFault
    detail: str  # one sentence for a person, no body text in it
    status: int | None = None
    retry_after_seconds: int | None = None


FetchOutcome = Fetched | Unchanged | FetchFailed


class Fetcher(Protocol):
    """Fetches an address from the outside world.

    Promises: every address is checked after name resolution and before connecting, on every redirect
    hop; bytes on the wire, bytes after decoding, seconds and redirects are bounded; at most one
    connection per host and a few per registrable domain at a time; an outcome is returned for every
    trouble with the source, and only cancellation is raised.
    """

    async def fetch(self, url: str, validators: Validators | None = None) -> FetchOutcome:
        """Fetch ``url``, conditionally if ``validators`` are given."""
        ...
