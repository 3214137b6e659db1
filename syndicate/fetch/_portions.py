"""How a body leaves: in portions, so that a receiver who does not read makes us hold one of them, not all."""

from typing import Final

from aiohttp.abc import AbstractStreamWriter
from aiohttp.payload import Payload

_PORTION: Final = 131_072  # bytes; beyond 65,536 aiohttp waits until they are on their way


class Portions(Payload):
    """A body that any number of requests may share; asyncio copies no more of it than a portion."""

    _autoclose = True  # there is nothing to close
    _value: bytes

    def __init__(self, body: bytes) -> None:
        super().__init__(body)
        self._size = len(body)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The body as text."""
        return self._value.decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Send one portion after the other as they are taken."""
        view = memoryview(self._value)
        for start in range(0, len(view), _PORTION):
            await writer.write(view[start : start + _PORTION])


def to_send(body: bytes | None) -> bytes | Portions | None:
    """``body`` as it is handed to aiohttp."""
    return body if body is None or len(body) <= _PORTION else Portions(body)
