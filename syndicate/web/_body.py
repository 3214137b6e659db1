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

from syndicate.journey import Body
from syndicate.wire import OfPieces

_LARGE: Final = 65_536  # bytes: up to here one packet train with the head is cheaper than two
PORTION: Final = 262_144  # bytes: the most that a reader who does not read makes us hold, and asyncio's 64 kB
_PORTION_SECONDS: Final = 120.0  # a reader must take two kilobytes a second


class Portions(Payload):
    """A body that any number of responses may share; it is never used up."""

    _autoclose = True  # there is nothing to close
    _value: Body

    def __init__(self, body: Body) -> None:
        super().__init__(body)
        self._headers.clear()  # the response has its own
        self._size = len(body)

    @property
    def whole(self) -> bytes:
        """The body itself, in one."""
        return bytes(self._value)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The body as text."""
        return self.whole.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send the head, then one portion after the other as the reader takes them."""
        value = self._value
        if isinstance(value, OfPieces):  # what has to be made of its pieces must not hold up the others
            standing = value.standing
            whole = await asyncio.to_thread(value.whole) if standing is None else standing
            value = whole.body
        writer.send_headers()
        for portion in _cut(value):
            try:
                async with asyncio.timeout(_PORTION_SECONDS):
                    await writer.write(portion)
            except TimeoutError:
                # What waits to be sent is given up with the connection; there is nobody to tell.
                if writer.transport is not None:
                    writer.transport.abort()
                raise ConnectionResetError("the reader took too long") from None


def _cut(body: bytes) -> Iterator[memoryview]:
    view = memoryview(body)
    for start in range(0, len(view), PORTION):
        yield view[start : start + PORTION]


def to_send(body: Body) -> bytes | Portions:
    """``body`` as it is handed to ``aiohttp.web.Response``."""
    return body if isinstance(body, bytes) and len(body) <= _LARGE else Portions(body)
