"""How the body of a POST comes in: of a length said before, within a time, into a room that may be full."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import hdrs, web

from syndicate.web._answer import problem


class TooMuchError(Exception):
    """The room for what is in hand is full."""


class Room:
    """Place for so many bodies at a time, and for so many bytes of them together."""

    def __init__(self, most: int, most_bytes: int) -> None:
        self._most = most
        self._most_bytes = most_bytes
        self._open = 0
        self._open_bytes = 0

    @contextmanager
    def place(self, length: int) -> Iterator[None]:
        """Hold a place for a body of this length. Raises TooMuchError when there is none."""
        if self._open >= self._most or self._open_bytes + length > self._most_bytes:
            raise TooMuchError
        self._open += 1
        self._open_bytes += length
        try:
            yield
        finally:
            self._open -= 1
            self._open_bytes -= length


def refuse_length(length: int | None, most: int, empty: str) -> web.Response | None:
    """The refusal of a body of unsaid length, of none, and of more than ``most`` bytes."""
    if length is None:
        return problem(411, "say how long the body is")
    if not length:
        return problem(400, empty)
    if length > most:
        return problem(413, f"at most {most} bytes at a time")
    return None


async def take_body(request: web.BaseRequest, length: int, seconds: float) -> bytes | web.Response:
    """The whole body; or the 408 for who did not send it within ``seconds``."""
    if request.headers.get(hdrs.EXPECT, "").lower() == "100-continue":
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")  # RFC 9110, section 10.1.1
        request.writer.output_size = 0
    try:
        async with asyncio.timeout(seconds):
            return await request.content.readexactly(length)
    except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
        answer = problem(408, "the body did not come in time")
        answer.force_close()
        return answer
