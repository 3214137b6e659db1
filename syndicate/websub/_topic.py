"""WebSub topics: the addresses of the hub's own feeds, and nothing else."""

import re
from dataclasses import dataclass
from typing import Final

from syndicate.news import Slice
from syndicate.republish import parse_slice

TOPIC_FORMATS: Final = ("atom", "json", "rss")
_LONGEST: Final = 500  # characters: no feed of ours has an address as long
_ESCAPED: Final = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED: Final = re.compile(r"[A-Za-z0-9._~-]")  # RFC 3986, section 2.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """A feed that can be subscribed to."""

    slice: Slice
    format: str  # one of TOPIC_FORMATS

    def address(self, base_url: str) -> str:
        """Its own address at the hub whose address is ``base_url``: what its "self" link says."""
        return f"{base_url}/feeds/{self.slice.path}.{self.format}"


def read_topic(address: str, base_url: str) -> Topic | None:
    """The feed whose address this is at the hub ``base_url``; None if it is no feed's.

    Whether the registry knows what the slice is about is for the caller to say.
    """
    before = f"{base_url}/feeds/"
    plain = decoded(address[:_LONGEST])
    if len(address) > _LONGEST or not plain.startswith(before):
        return None
    path, _, format_ = plain.removeprefix(before).rpartition(".")
    slice_ = parse_slice(path) if format_ in TOPIC_FORMATS else None
    if slice_ is None or slice_.path != path:  # one address per feed
        return None
    return Topic(slice=slice_, format=format_)


def decoded(address: str) -> str:
    """``address`` with its escaped unreserved characters plain, as every hub must read them."""
    return _ESCAPED.sub(_plain, address)


def _plain(escaped: re.Match[str]) -> str:
    character = chr(int(escaped[1], 16))
    return character if _UNRESERVED.fullmatch(character) else escaped[0]
