"""Documents from feeds: each entry is set once per format, and what is set is used again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import replace
from functools import partial
from threading import Lock
from typing import Final

from syndicate.errors import WireError
from syndicate.news import Entry, Feed, Reason

RSS_BODIES: Final = 200  # newest items of an RSS document; those after them are told without their bodies
_CACHE_BYTES: Final = 16_000_000  # some 500 items with bodies of 4 kB, in every format


class _Standing:
    """Type that is kept standing: the pieces used last, at most ``limit`` bytes of them.

    Safe to use from several threads; two of them may set the same piece, which does no harm.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = 0
        self._pieces: OrderedDict[Hashable, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        with self._lock:
            piece = self._pieces.get(key)
            if piece is not None:
                self._pieces.move_to_end(key)
                return piece
        made = make()
        with self._lock:
            self._keep(key, made)
        return made

    def _keep(self, key: Hashable, piece: bytes) -> None:
        if key in self._pieces or len(piece) > self._limit:
            return
        self._pieces[key] = piece
        self._bytes += len(piece)
        while self._bytes > self._limit:
            self._bytes -= len(self._pieces.popitem(last=False)[1])

    @property
    def size(self) -> int:
        """The bytes kept."""
        return self._bytes


class Typesetter:
    """Writes a feed in every format of ``MEDIA_TYPES``: the same feed gives the same bytes.

    An entry's piece is kept by its token's digest and by what the registry adds to it, so an entry must
    be what ``republish`` derives from that token; at most ``cache_bytes`` bytes of pieces are kept.
    """

    def __init__(self, *, cache_bytes: int = _CACHE_BYTES) -> None:
        self._standing = _Standing(cache_bytes)

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
        # feedgen is slow to import, and whoever only verifies a token never writes a feed.
        from syndicate.wire import (  # noqa: PLC0415 - see above
            _write_atom,
            _write_json,
            _write_ninjs,
            _write_rss,
            _write_tombstones,
        )

        match format:
            case "atom":
                pieces = self._pieces(feed.entries, format, _write_atom.fragment)
                head, close = self._head(feed, format, _write_atom.head), _write_atom.CLOSE
            case "json":
                pieces = _with_commas(self._pieces(feed.entries, format, _write_json.fragment))
                head, close = self._head(feed, format, _write_json.head), _write_json.CLOSE
            case "ninjs":
                pieces = _with_commas(self._pieces(feed.entries, format, _write_ninjs.fragment))
                head, close = self._head(feed, format, _write_ninjs.head), _write_ninjs.CLOSE
            case "tombstones":
                pieces = self._pieces(feed.entries, format, _write_tombstones.fragment)
                head, close = self._head(feed, "atom", _write_atom.head), _write_atom.CLOSE
            case "rss":
                at = RSS_BODIES
                pieces = self._pieces(feed.entries[:at], format, _write_rss.full)
                pieces += self._pieces(feed.entries[at:], "rss-light", _write_rss.light)
                head, close = self._head(feed, format, _write_rss.head), _write_rss.CLOSE
            case _:
                raise WireError(f"feeds are not written as {format!r}", code=Reason.WIRE_UNSUPPORTED)
        return b"".join((head, *pieces, close))

    def _head(self, feed: Feed, kind: str, make: Callable[[Feed], bytes]) -> bytes:
        bare = replace(feed, entries=())
        return self._standing.get((kind, bare), partial(make, bare))

    def _pieces(self, entries: Iterable[Entry], kind: str, make: Callable[[Entry], bytes]) -> list[bytes]:
        return [self._standing.get(_key(entry, kind), partial(make, entry)) for entry in entries]


def _key(entry: Entry, kind: str) -> Hashable:
    # What follows from the token is named by the digest; the rest comes from the registry and the hub.
    registered = (entry.agency_name, entry.source_url, entry.credit, entry.rights, entry.title)
    return (entry.digest, kind, not entry.token, entry.id, entry.url, entry.token_url, registered)


def _with_commas(pieces: list[bytes]) -> list[bytes]:
    spaced = [b","] * (2 * len(pieces) - 1)
    spaced[::2] = pieces
    return spaced
