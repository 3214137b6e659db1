"""A document as it departs, in its content codings."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from syndicate.news import b64url
from syndicate.wire import OfPieces, Piece, Plain, name_of

Body = bytes | OfPieces
Writing = Callable[[], Awaitable[Callable[[], "Written"]]]  # reads what is needed; then work, but no waiting

Codings = Mapping[str, Callable[[bytes], bytes]]  # by name, what makes it of a body; the quickest first
_REFERENCE_BYTES: Final = 8
_AT_ONCE_BYTES: Final = (
    100_000  # a body up to here is put into every coding at once, a larger one into the first
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One rendering, before it is squeezed. ``modified`` is in Unix seconds."""

    body: bytes | Plain
    media_type: str
    modified: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Document:
    """A rendering as it departs. ``digest`` names the bytes; ``bodies`` holds them by content coding.

    ``pieces`` are those that it was put together from, which other documents may show, too.
    """

    bodies: Mapping[str, Body] = field(repr=False)
    digest: str
    media_type: str
    last_modified: int | None  # Unix seconds; None where a date could not tell this version from the last
    pieces: Sequence[Piece] = field(default=(), repr=False)

    @property
    def body(self) -> bytes:
        """The bytes as written, in no coding."""
        return bytes(self.bodies["identity"])

    @property
    def size(self) -> int:
        """Bytes kept for this document alone, over all codings."""
        own = sum(len(body) for body in self.bodies.values() if isinstance(body, bytes))
        return own + _REFERENCE_BYTES * len(self.pieces)


def squeeze(written: Written, codings: Codings, *, stays: bool = False) -> Document:
    """The document, in as many codings as are made at once: in all of them if it ``stays`` as it is."""
    if isinstance(written.body, Plain) and len(written.body) > _AT_ONCE_BYTES:
        return _of_pieces(written, written.body, codings)
    pieces = written.body.pieces if isinstance(written.body, Plain) else ()
    body = bytes(written.body)
    at_once = None if stays or len(body) <= _AT_ONCE_BYTES else 1
    return Document(
        bodies={"identity": body, **coded(body, dict(islice(codings.items(), at_once)))},
        digest=b64url(hashlib.sha256(body).digest()[:16]),
        media_type=written.media_type,
        last_modified=None if written.modified is None else int(written.modified),
        pieces=pieces,
    )


def _of_pieces(written: Written, body: Plain, codings: Codings) -> Document:
    """A large document: its gzip form is put together from its pieces, too."""
    return Document(
        bodies={"identity": body, **({"gzip": body.gzipped()} if "gzip" in codings else {})},
        digest=b64url(name_of(body.pieces)),
        media_type=written.media_type,
        last_modified=None if written.modified is None else int(written.modified),
        pieces=body.pieces,
    )


def coded(body: Body, codings: Codings) -> dict[str, bytes]:
    """The body in each of these codings."""
    whole = bytes(body)
    return {coding: make(whole) for coding, make in codings.items()}


def let_go(document: Document) -> None:
    """Nobody will ask for this document any more."""
    for body in document.bodies.values():
        if isinstance(body, OfPieces):
            body.let_go()
