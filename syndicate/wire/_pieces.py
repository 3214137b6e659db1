"""Documents of pieces that others share: each piece is deflated once, and no document is joined to be sent.

A gzip body (RFC 1952) is put together as one member: a header, each piece deflated by itself and ended on a
byte (a full flush, RFC 1951), a last empty block, the CRC of it all, which follows from the pieces' own, and
its length. So the same pieces give the same bytes for everybody.
"""

import hashlib
import zlib
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from operator import attrgetter
from threading import Lock
from typing import Final

from syndicate.wire._crc import WideCrc, combined, shift_of, wide
from syndicate.wire._typesetter import Frame

_HEAD: Final = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"  # no name, no time, no system
_LAST_BLOCK: Final = b"\x03\x00"
_LEVEL: Final = 6
_RAW: Final = -15  # zlib's word for deflate without a frame
_NAME_BYTES: Final = 16
_AROUND: Final = 600  # bytes of a piece beside what it says


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Piece:
    """Bytes that stand in a document, deflated; ``name`` is their SHA-256, cut to 16 bytes."""

    name: bytes
    deflated: bytes = field(repr=False)
    length: int  # of the bytes themselves
    crc: WideCrc
    shift: WideCrc  # what the CRC of all before it is multiplied with

    @property
    def size(self) -> int:
        """Bytes that it takes in memory, roughly."""
        return len(self.deflated) + _AROUND


_NAME: Final = attrgetter("name")
_LENGTH: Final = attrgetter("length")
_DEFLATED: Final = attrgetter("deflated")
_CRC_SHIFT: Final = attrgetter("crc", "shift")


def piece_of(body: bytes) -> Piece:
    """``body`` as a piece: the same bytes give the same piece."""
    deflating = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    return Piece(
        name=hashlib.sha256(body).digest()[:_NAME_BYTES],
        deflated=deflating.compress(body) + deflating.flush(zlib.Z_FULL_FLUSH),
        length=len(body),
        crc=wide(zlib.crc32(body)),
        shift=shift_of(len(body)),
    )


class Plain:
    """The bytes of a document of pieces. They are inflated when they are asked for, see ``Wholes``."""

    __slots__ = ("_length", "_wholes", "pieces")

    def __init__(self, pieces: Sequence[Piece], wholes: "Wholes") -> None:
        self.pieces = pieces
        self._length: int = sum(map(_LENGTH, pieces))
        self._wholes = wholes

    def __len__(self) -> int:
        return self._length

    def __bytes__(self) -> bytes:
        return self._wholes.of(self)

    @property
    def standing(self) -> bytes | None:
        """The bytes, if they were asked for just now."""
        return self._wholes.standing(self)

    def inflated(self) -> bytes:
        """The bytes, made anew."""
        return b"".join(zlib.decompressobj(_RAW).decompress(piece.deflated) for piece in self.pieces)


class Wholes:
    """The documents last asked for in no coding, as bytes; at most ``limit`` of them together, or one.

    Safe to use from several threads.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._bytes = 0
        self._kept: OrderedDict[Plain, bytes] = OrderedDict()
        self._lock = Lock()

    def standing(self, plain: Plain) -> bytes | None:
        """The bytes of a document, if they are kept."""
        with self._lock:
            whole = self._kept.get(plain)
            if whole is not None:
                self._kept.move_to_end(plain)
            return whole

    def of(self, plain: Plain) -> bytes:
        """The bytes of a document."""
        if (whole := self.standing(plain)) is not None:
            return whole
        made = plain.inflated()
        with self._lock:
            if plain not in self._kept:
                self._bytes += len(made)
            self._kept[plain] = made
            while self._bytes > self._limit and len(self._kept) > 1:
                self._bytes -= len(self._kept.popitem(last=False)[1])
        return made

    def drop(self, plain: Plain) -> None:
        """Forget the bytes of a document that nobody will ask for again."""
        with self._lock:
            self._bytes -= len(self._kept.pop(plain, b""))


class Gzipped:
    """A document of pieces in gzip."""

    __slots__ = ("_length", "_tail", "pieces")

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        crc = combined(map(_CRC_SHIFT, pieces))
        size = sum(map(_LENGTH, pieces)) & 0xFFFFFFFF
        self._tail = _LAST_BLOCK + crc.to_bytes(4, "little") + size.to_bytes(4, "little")
        self._length = len(_HEAD) + sum(map(len, map(_DEFLATED, pieces))) + len(self._tail)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        return chain((_HEAD,), map(_DEFLATED, self.pieces), (self._tail,))

    def __bytes__(self) -> bytes:
        return b"".join(self)


def name_of(pieces: Sequence[Piece]) -> bytes:
    """The name of a document of pieces: the same pieces in the same order, the same name."""
    return hashlib.sha256(b"".join(map(_NAME, pieces))).digest()[:_NAME_BYTES]


def in_frame(frame: Frame, entries: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces of a document: what stands around its entries, and those."""
    if frame.between:
        between = piece_of(frame.between)
        spaced = [between] * (2 * len(entries) - 1)
        spaced[::2] = entries
        entries = spaced
    return (piece_of(frame.head), *entries, piece_of(frame.close))
