"""How a large body leaves: in portions, none of which is copied to be sent.

Handed over as bytes, aiohttp joins a body with its head, and asyncio keeps a copy of whatever the socket did
not take at once: a feed of 1.3 MB was copied twice for every reader, and a slow reader held those copies for
as long as it cared to. In portions the next one waits until the last is on its way.
"""

import asyncio
from collections.abc import Iterator
from typing import Final

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

_LARGE: Final = 65_536  # bytes: up to here one packet train with the head is cheaper than two
PORTION: Final = 262_144  # bytes: the most that a reader who does not read makes us hold, and asyncio's 64 kB
_PORTION_SECONDS: Final = 120.0  # a reader must take two kilobytes a second


class Portions(Payload):
    """A body that any number of responses may share; it is never used up."""

    _autoclose = True  # there is nothing to close
    _value: bytes

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self._headers.clear()  # the response has its own
        self._size = len(body)

    @property
    def whole(self) -> bytes:
        """The body itself."""
        return self._value

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The body as text."""
        return self._value.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send the head, then one portion after the other as the reader takes them."""
        writer.send_headers()
        for portion in self._portions():
            try:
                async with asyncio.timeout(_PORTION_SECONDS):
                    await writer.write(portion)
            except TimeoutError:
                # What waits to be sent is given up with the connection; there is nobody to tell.
                if writer.transport is not None:
                    writer.transport.abort()
                raise ConnectionResetError("the reader took too long") from None

    def _portions(self) -> Iterator[memoryview]:
        body = memoryview(self._value)
        for start in range(0, len(body), PORTION):
            yield body[start : start + PORTION]


def to_send(body: bytes) -> bytes | Portions:
    """``body`` as it is handed to ``aiohttp.web.Response``."""
    return Portions(body) if len(body) > _LARGE else body
