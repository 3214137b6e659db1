"""Requests to a server that a person named, over the guarded dialer: an agency's tool to a hub."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp

from syndicate.fetch import _headers as headers
from syndicate.fetch._failed import TROUBLES, failed
from syndicate.fetch._limits import Allowed, FetchLimits
from syndicate.fetch._session import open_session
from syndicate.fetch._trouble import TooLarge
from syndicate.fetch._urls import fetchable
from syndicate.ports import Answered, Call, Caller, FetchFailed

_LIMITS: Final = FetchLimits(connect_seconds=5.0)
_TOTAL_SECONDS: Final = 30.0
_ANSWER_BYTES: Final = 8_000_000


class HttpCaller:
    """A ``ports.Caller`` over HTTP/1.1; nothing of what it sends ever follows a redirect."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def call(self, call: Call) -> Answered | FetchFailed:
        """Send it, and give what was answered."""
        told = dict(call.headers)
        if call.body is not None:
            told["Content-Type"] = call.media_type
        method = "GET" if call.body is None else "POST"
        try:
            async with (
                asyncio.timeout(_TOTAL_SECONDS),
                self._session.request(
                    method, fetchable(call.url), data=call.body, headers=told, allow_redirects=False
                ) as response,
            ):
                return await _read(response)
        except TROUBLES as exc:
            return failed(exc)


async def _read(response: aiohttp.ClientResponse) -> Answered:
    body = bytearray()
    async for piece in response.content.iter_any():
        body += piece
        if len(body) > _ANSWER_BYTES:
            raise TooLarge(f"the answer has more than {_ANSWER_BYTES} bytes")
    return Answered(
        status=response.status,
        body=bytes(body),
        date=headers.date(response.headers),
        retry_after_seconds=headers.retry_after_seconds(response.headers),
    )


@asynccontextmanager
async def open_caller(*, allow: Allowed = (), user_agent: str) -> AsyncIterator[Caller]:
    """A caller with a dialer of its own, both closed at the end; ``allow`` as for ``open_dialer``."""
    told = {"User-Agent": user_agent, "Accept": "application/json", "Accept-Encoding": "identity"}
    async with open_session(_LIMITS, told, allow=allow) as session:
        yield HttpCaller(session)
