"""Documents from feeds: each entry is set once per format, and what is set is used again."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import Any, Final

from syndicate.errors import WireError
from syndicate.last_used import LastUsed
from syndicate.news import Entry, Feed, Reason
from syndicate.wire._names import MEDIA_TYPES

RSS_BODIES: Final = 200  # newest items of an RSS document; those after them are told without their bodies
_JSON: Final = frozenset({"json", "ninjs"})
_CACHE_BYTES: Final = 16_000_000  # some 500 items with bodies of 4 kB, in every format


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the entries of a document, and how many of them, from the first on, are complete."""

    head: bytes
    between: bytes
    close: bytes
    complete: int | None  # None: all of them


class Typesetter:
    """Writes a feed in every format of ``MEDIA_TYPES``: the same feed gives the same bytes.

    An entry's piece is kept by its token's digest and by what the registry adds to it, so an entry must
    be what ``republish`` derives from that token; at most ``cache_bytes`` bytes of pieces are kept.
    """

    def __init__(self, *, cache_bytes: int = _CACHE_BYTES) -> None:
        self._cache_bytes = cache_bytes
        self._standing: LastUsed[Hashable, bytes] = LastUsed(cache_bytes, len)

    @property
    def kept_bytes(self) -> int:
        """How many bytes of pieces are kept for the next document."""
        return self._standing.size

    def render(self, feed: Feed, format: str) -> bytes:  # noqa: A002 - the word of the vocabulary
        """``feed`` as a document in ``format``: "rss", "atom", "json", "ninjs" or "tombstones".

        Entries of the last are withdrawals.

        Raises:
            WireError: wire-unsupported, for another format.
        """
        frame = self.frame(feed, format)
        complete = len(feed.entries) if frame.complete is None else frame.complete
        pieces = [
            self._set(
                _key(entry, format, number < complete),
                partial(self.entry, entry, format, complete=number < complete),
            )
            for number, entry in enumerate(feed.entries)
        ]
        return b"".join((frame.head, frame.between.join(pieces), frame.close))

    def frame(self, feed: Feed, format: str) -> Frame:  # noqa: A002 - as above
        """What stands around the entries of ``feed``, whichever they are.

        Raises:
            WireError: wire-unsupported, for another format.
        """
        kind = "atom" if format == "tombstones" else format
        writer = _writer(kind)
        between = b"," if format in _JSON else b""
        head = self._head(feed, kind, writer.head)
        return Frame(head, between, writer.CLOSE, RSS_BODIES if format == "rss" else None)

    def entry(self, entry: Entry, format: str, *, complete: bool = True) -> bytes:  # noqa: A002 - as above
        """One entry as it stands in a document; one of RSS that is not ``complete`` without its body."""
        writer = _writer(format)
        return bytes((writer.fragment if complete else writer.light)(entry))

    def _head(self, feed: Feed, kind: str, make: Callable[[Feed], bytes]) -> bytes:
        bare = replace(feed, entries=())
        return self._set((kind, bare), partial(make, bare))

    def _set(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """Type that stands, or else is set; two threads may set the same, which does no harm."""
        if (standing := self._standing.get(key)) is not None:
            return standing
        made = make()
        return self._standing.put(key, made) if len(made) <= self._cache_bytes else made


def _writer(format_: str) -> Any:  # noqa: ANN401 - a module
    # feedgen is slow to import, and whoever only verifies a token never writes a feed.
    if format_ not in MEDIA_TYPES:
        raise WireError(f"feeds are not written as {format_!r}", code=Reason.WIRE_UNSUPPORTED)
    return import_module(f"syndicate.wire._write_{format_}")


def _key(entry: Entry, format_: str, complete: bool) -> Hashable:  # noqa: FBT001 - a part of the key
    return (*facts_of(entry), not entry.token, format_, complete)


def _of_story(entry: Entry) -> tuple[str, ...]:
    """What an entry says of others that tell the same story: nothing of it follows from its own token."""
    if not entry.also:
        return ()
    others = (text for each in entry.also for text in (
        each.digest, each.agency_name, each.url, each.token_url, each.joined_as,
    ))  # fmt: skip
    return (entry.updated, *others)


def facts_of(entry: Entry) -> tuple[str, ...]:
    """What two entries of the same bytes have in common, beside whether they are complete.

    What follows from the token is named by the digest; the rest comes from the registry and the hub.
    """
    return (
        entry.digest, entry.id, entry.url, entry.token_url, entry.agency_name, entry.source_url,
        entry.credit or "", entry.rights or "", entry.title, *_of_story(entry),
    )  # fmt: skip
