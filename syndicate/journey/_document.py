"""A document as it departs, in its content codings."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from syndicate.news import b64url

Codings = Mapping[str, Callable[[bytes], bytes]]  # by name, what makes it of a body; the quickest first
_AT_ONCE_BYTES: Final = (
    100_000  # a body up to here is put into every coding at once, a larger one into the first
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One rendering, before it is squeezed. ``modified`` is in Unix seconds."""

    body: bytes
    media_type: str
    modified: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, weakref_slot=True)
class Document:
    """A rendering as it departs. ``digest`` names the bytes; ``bodies`` holds them by content coding."""

    bodies: Mapping[str, bytes] = field(repr=False)
    digest: str
    media_type: str
    last_modified: int | None  # Unix seconds; None where a date could not tell this version from the last

    @property
    def body(self) -> bytes:
        """The bytes as written, in no coding."""
        return self.bodies["identity"]

    @property
    def size(self) -> int:
        """Bytes kept for this document, over all codings."""
        return sum(map(len, self.bodies.values()))


def squeeze(written: Written, codings: Codings, *, stays: bool = False) -> Document:
    """The document, in as many codings as are made at once: in all of them if it ``stays`` as it is."""
    at_once = None if stays or len(written.body) <= _AT_ONCE_BYTES else 1
    return Document(
        bodies={"identity": written.body, **coded(written.body, dict(islice(codings.items(), at_once)))},
        digest=b64url(hashlib.sha256(written.body).digest()[:16]),
        media_type=written.media_type,
        last_modified=None if written.modified is None else int(written.modified),
    )


def coded(body: bytes, codings: Codings) -> dict[str, bytes]:
    """The body in each of these codings."""
    return {coding: make(body) for coding, make in codings.items()}
