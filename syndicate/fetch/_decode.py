"""Content codings, undone within bounds (RFC 9110, section 8.4.1): gzip, deflate, or none.

aiohttp would inflate a thousandfold before anyone counts, so it hands us the bytes as they came.
"""

import zlib
from typing import Final

from syndicate.fetch._trouble import BadCoding, TooLarge

_STEP_BYTES: Final = 65_536  # inflated at a time, so that a bomb costs no more than this beyond the bound
_GZIP: Final = 16 + zlib.MAX_WBITS
_RAW: Final = -zlib.MAX_WBITS
_CODINGS: Final = {"": None, "identity": None, "gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}


class Body:
    """A body that is growing, piece by piece, within its bounds."""

    def __init__(self, coding: str, *, encoded_bytes: int, decoded_bytes: int) -> None:
        """Begin a body of this Content-Encoding; raises ``BadCoding`` if it is not one we asked for."""
        if (name := coding.strip().lower()) not in _CODINGS:
            raise BadCoding("a coding that was not asked for")
        self._coding = _CODINGS[name]
        self._inflater = None if self._coding is None else zlib.decompressobj(_GZIP)
        self._begun = False
        self._pieces: list[bytes] = []
        self._encoded_left = encoded_bytes
        self._decoded_left = decoded_bytes

    def add(self, piece: bytes) -> None:
        """Take the next bytes from the wire; raises ``TooLarge`` or ``BadCoding``."""
        self._encoded_left -= len(piece)
        if self._encoded_left < 0:
            raise TooLarge("the body is larger than a feed may be")
        if self._coding is None:
            self._keep(piece)
            return
        if not self._begun and piece:
            self._begin(piece[0])
        try:
            self._inflate(piece)
        except zlib.error as exc:
            raise BadCoding(f"the {self._coding} coding is damaged") from exc

    def end(self) -> bytes:
        """The whole body; raises ``BadCoding`` if its coding breaks off."""
        if self._inflater is not None and self._begun and not self._inflater.eof:
            raise BadCoding(f"the {self._coding} coding breaks off")
        return b"".join(self._pieces)

    def _begin(self, first: int) -> None:
        self._begun = True
        if self._coding == "deflate":
            # Some servers send the bare stream and not the zlib wrapping that the RFC asks for; the
            # low four bits of a wrapping's first byte are 8, which no bare stream begins with.
            self._inflater = zlib.decompressobj(zlib.MAX_WBITS if first & 0x0F == 8 else _RAW)

    def _inflate(self, piece: bytes) -> None:
        while piece:
            assert self._inflater is not None  # noqa: S101 - for the type checker: a coding has its inflater
            if self._inflater.eof:  # gzip may go on with another member (RFC 1952, section 2.2)
                if self._coding != "gzip":
                    raise BadCoding("bytes after the end of the coding")
                self._inflater = zlib.decompressobj(_GZIP)
            self._keep(self._inflater.decompress(piece, _STEP_BYTES))
            piece = self._inflater.unconsumed_tail or self._inflater.unused_data

    def _keep(self, piece: bytes) -> None:
        self._decoded_left -= len(piece)
        if self._decoded_left < 0:
            raise TooLarge("the body, uncompressed, is larger than a feed may be")
        if piece:
            self._pieces.append(piece)
