"""The addresses of items, as numbers: the address itself, and what of it stands behind the host.

A copy on another host often keeps the path. No address is kept: a number finds the item that has the real
one.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from syndicate.dedupe import normal_url
from syndicate.news import HostError

_TELLING: Final = 12  # characters behind the host; what is shorter, such as /index.html, is on every site


def key_of(kind: str, text: str) -> int:
    """A text as a number: signed, 64 bits."""
    return int.from_bytes(sha256(f"{kind}\n{text}".encode()).digest()[:8], "big", signed=True)


def title_key(folded: str) -> int:
    """The number that a headline, folded, is found by."""
    return key_of("title", folded)


def address_keys(url: str) -> Iterator[int]:
    """The numbers that an item with this address is found by; none of what is no address."""
    try:
        whole = normal_url(url)
    except HostError:
        return
    yield key_of("address", whole)
    if behind := behind_host(whole):
        yield key_of("path", behind)


def behind_host(url: str) -> str:
    """Path and query of an address, if they say enough to be an item's own; "" if not."""
    parts = urlsplit(url)
    behind = parts.path + (f"?{parts.query}" if parts.query else "")
    return behind if len(behind) >= _TELLING else ""
