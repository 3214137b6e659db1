"""Documents of pieces that others share: each is deflated once, and the documents sent last stand joined.

A gzip body (RFC 1952) is put together as one member: a header, each piece deflated by itself and ended on a
byte (a full flush, RFC 1951), a last empty block, the CRC of it all, which follows from the pieces' own, and
its length. So the same pieces give the same bytes for everybody.
"""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import pairwise
from operator import attrgetter
from threading import Lock
from typing import Final, NamedTuple
from weakref import ReferenceType, WeakKeyDictionary, ref

from syndicate.last_used import LastUsed
from syndicate.wire._crc import WideCrc, combined, narrow, shift_of, wide
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
    deflated_length: int
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
_DEFLATED_LENGTH: Final = attrgetter("deflated_length")
_CRC_SHIFT: Final = attrgetter("crc", "shift")
_NUMBER: Final = attrgetter("number")
_BEGINS: Final = 8  # a run begins at a piece whose name's first byte is below this
_RUNS_PIECES: Final = 1_000_000  # some 10 MB: those of 300 documents of an hour


def piece_of(body: bytes) -> Piece:
    """``body`` as a piece: the same bytes give the same piece."""
    deflating = zlib.compressobj(_LEVEL, zlib.DEFLATED, _RAW)
    deflated = deflating.compress(body) + deflating.flush(zlib.Z_FULL_FLUSH)
    return Piece(
        name=hashlib.sha256(body).digest()[:_NAME_BYTES],
        deflated=deflated,
        deflated_length=len(deflated),
        length=len(body),
        crc=wide(zlib.crc32(body)),
        shift=shift_of(len(body)),
    )


class Totals(NamedTuple):
    """What so many pieces in a row come to: both lengths, and the CRC as ``Piece`` has it."""

    number: int  # of pieces
    length: int
    deflated_length: int
    crc: WideCrc
    shift: WideCrc


def _added(number: int, parts: Sequence[Piece] | Sequence[Totals]) -> Totals:
    length = sum(map(_LENGTH, parts))
    crc = combined(map(_CRC_SHIFT, parts))
    return Totals(number, length, sum(map(_DEFLATED_LENGTH, parts)), crc, shift_of(length))


class Runs:
    """What runs of pieces come to, each added up once; so many pieces' worth of them are kept.

    A run begins at every piece whose own name says so, one in 32. So whatever is put before a document or
    taken from behind, the runs in between stay the same. Safe to use from several threads.
    """

    def __init__(self, most: int = _RUNS_PIECES) -> None:
        self._kept: LastUsed[tuple[bytes, ...], Totals] = LastUsed(most, _NUMBER)

    def total(self, pieces: Sequence[Piece]) -> Totals:
        """What these come to."""
        names = tuple(map(_NAME, pieces))
        begins = [at for at, name in enumerate(names) if name[0] < _BEGINS]
        found: list[Totals] = []
        for start, stop in pairwise((0, *begins, len(names))):
            run = names[start:stop]
            totals = self._kept.get(run)
            found.append(totals or self._kept.put(run, _added(stop - start, pieces[start:stop])))
        return _added(len(pieces), found)


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class Whole:
    """A document of pieces in one."""

    body: bytes = field(repr=False)


class Wholes:
    """The documents of pieces that were sent last, in one; at most ``limit`` bytes of them, or one.

    While somebody holds one there is no second of it, so that slow readers pile up no copies. Safe to use
    from several threads.
    """

    def __init__(self, limit: int) -> None:
        self.runs = Runs()
        self._kept: LastUsed[OfPieces, Whole] = LastUsed(limit, _length_of)
        self._held: WeakKeyDictionary[OfPieces, ReferenceType[Whole]] = WeakKeyDictionary()
        self._lock = Lock()

    def standing(self, body: "OfPieces") -> Whole | None:
        """A document in one, if it stands."""
        if (kept := self._kept.get(body)) is not None:
            return kept
        with self._lock:
            held = self._held.get(body)
            return None if held is None else held()

    def of(self, body: "OfPieces") -> Whole:
        """A document in one."""
        if (whole := self.standing(body)) is not None:
            return whole
        made = Whole(bytes(body))
        with self._lock:
            held = self._held.get(body)
            if held is not None and (whole := held()) is not None:
                return whole  # made twice at once
            self._held[body] = ref(made)
        return self._kept.put(body, made)

    def drop(self, body: "OfPieces") -> None:
        """Keep no longer what nobody will ask for again."""
        self._kept.drop(body)


def _length_of(whole: Whole) -> int:
    return len(whole.body)


class OfPieces:
    """A document of pieces in a content coding: ``len()`` is known, ``bytes()`` makes the bytes anew."""

    __slots__ = ("__weakref__", "_length", "_wholes", "pieces")

    def __init__(self, pieces: Sequence[Piece], wholes: Wholes) -> None:
        self.pieces = pieces
        self._wholes = wholes
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def standing(self) -> Whole | None:
        """The document in one, if it was sent just now."""
        return self._wholes.standing(self)

    def whole(self) -> Whole:
        """The document in one: work, if it does not stand."""
        return self._wholes.of(self)

    def let_go(self) -> None:
        """Nobody will ask for it any more."""
        self._wholes.drop(self)

    def __bytes__(self) -> bytes:
        raise NotImplementedError


class Plain(OfPieces):
    """The bytes of a document as they are: inflated from its pieces."""

    __slots__ = ("_totals",)

    def __init__(self, pieces: Sequence[Piece], wholes: Wholes) -> None:
        super().__init__(pieces, wholes)
        self._totals = wholes.runs.total(pieces)
        self._length = self._totals.length

    def gzipped(self) -> "Gzipped":
        """The same document in gzip."""
        return Gzipped(self.pieces, self._wholes, self._totals)

    def __bytes__(self) -> bytes:
        inflated = BytesIO()  # joined at the end, the pieces would all be there a second time
        for piece in self.pieces:
            inflated.write(zlib.decompressobj(_RAW).decompress(piece.deflated))
        return inflated.getvalue()


class Gzipped(OfPieces):
    """A document of pieces in gzip: one member, put together from what was deflated before."""

    __slots__ = ("_tail",)

    def __init__(self, pieces: Sequence[Piece], wholes: Wholes, totals: Totals | None = None) -> None:
        super().__init__(pieces, wholes)
        totals = totals or wholes.runs.total(pieces)
        crc, size = narrow(totals.crc), totals.length & 0xFFFFFFFF
        self._tail = _LAST_BLOCK + crc.to_bytes(4, "little") + size.to_bytes(4, "little")
        self._length = len(_HEAD) + totals.deflated_length + len(self._tail)

    def __bytes__(self) -> bytes:
        return b"".join((_HEAD, *map(_DEFLATED, self.pieces), self._tail))


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
