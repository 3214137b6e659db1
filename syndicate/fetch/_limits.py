"""Every bound on what a stranger's server may cost us, with its unit."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from syndicate.news import limits

Allowed = Collection[tuple[str, int]]  # (IP address, port) that may be dialled besides the public ones
_LOOPBACK: Final = ("127.0.0.1", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """The bounds of one fetch; the defaults fit a full signed feed in Burmese over a thin line."""

    encoded_bytes: int = limits.FEED_BYTES  # of the body as it comes over the wire
    decoded_bytes: int = limits.FEED_BYTES  # of the body after gzip or deflate
    header_field_bytes: int = 8_190  # of the status line, and of each header field
    header_fields: int = 100
    redirects: int = 5
    connect_seconds: float = 10.0  # connecting to one address of a host
    header_seconds: float = 20.0  # of a hop, resolving and connecting included, to the end of its header
    idle_seconds: float = 15.0  # between two pieces of a body
    total_seconds: float = 60.0  # all hops and the body, waiting for one's turn left out
    turn_seconds: float = 150.0  # waiting for one's turn at a host, per hop
    per_host: int = 1  # fetches at a time from one host and port
    per_domain: int = 4  # fetches at a time from one registrable domain


@dataclass(frozen=True, slots=True, kw_only=True)
class CallLimits:
    """The bounds of one request and its answer; the defaults suit a person who waits for it."""

    connect_seconds: float = 5.0
    total_seconds: float = 30.0
    answer_bytes: int = 8_000_000
    connections: int = 100  # open at one time, to all servers together


def own_machine(address: str) -> tuple[tuple[str, int], ...]:
    """What may be dialled because somebody wrote down this address of their own machine; else nothing.

    A name on the network never leads there, and neither does a redirect.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return ()
    host = parts.hostname
    return tuple((loopback, port) for loopback in _LOOPBACK if host in ("localhost", loopback))


def is_address(where: str) -> bool:
    """Whether this names something on the network rather than a file or folder."""
    return where.startswith(("http://", "https://"))
