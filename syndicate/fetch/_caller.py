"""Requests to a server that somebody named, over the guarded dialer: to a hub, or to a callback."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver

from syndicate.fetch import _headers as headers
from syndicate.fetch._failed import TROUBLES, failed
from syndicate.fetch._limits import Allowed, CallLimits, FetchLimits
from syndicate.fetch._portions import to_send
from syndicate.fetch._session import open_session
from syndicate.fetch._trouble import TooLarge
from syndicate.fetch._urls import fetchable
from syndicate.ports import Answered, Call, Caller, FetchFailed

_ORDINARY: Final = CallLimits()


class HttpCaller:
    """A ``ports.Caller`` over HTTP/1.1; nothing of what it sends ever follows a redirect."""

    def __init__(self, session: aiohttp.ClientSession, limits: CallLimits) -> None:
        self._session = session
        self._limits = limits

    async def call(self, call: Call) -> Answered | FetchFailed:
        """Send it, and give what was answered."""
        told = dict(call.headers)
        if call.body is not None:
            told["Content-Type"] = call.media_type
        method = "GET" if call.body is None else "POST"
        try:
            async with (
                asyncio.timeout(self._limits.total_seconds),
                self._session.request(
                    method, fetchable(call.url), data=to_send(call.body), headers=told, allow_redirects=False
                ) as response,
            ):
                # A body that is left unread ends the connection with it, whatever it would have been.
                nothing = call.status_only or response.content.at_eof()
                return _answered(response, b"" if nothing else await self._read(response))
        except TROUBLES as exc:
            return failed(exc)

    async def _read(self, response: aiohttp.ClientResponse) -> bytes:
        most, body = self._limits.answer_bytes, bytearray()
        async for piece in response.content.iter_any():
            body += piece
            if len(body) > most:
                raise TooLarge(f"the answer has more than {most} bytes")
        return bytes(body)


def _answered(response: aiohttp.ClientResponse, body: bytes) -> Answered:
    return Answered(
        status=response.status,
        body=body,
        date=headers.date(response.headers),
        retry_after_seconds=headers.retry_after_seconds(response.headers),
    )


@asynccontextmanager
async def open_caller(
    *,
    allow: Allowed = (),
    user_agent: str,
    limits: CallLimits = _ORDINARY,
    resolver: AbstractResolver | None = None,
) -> AsyncIterator[Caller]:
    """A caller with a dialer of its own, both closed at the end; ``allow`` as for ``open_dialer``."""
    told = {"User-Agent": user_agent, "Accept": "application/json", "Accept-Encoding": "identity"}
    bounds = FetchLimits(connect_seconds=limits.connect_seconds)
    async with open_session(
        bounds, told, allow=allow, resolver=resolver, connections=limits.connections
    ) as session:
        yield HttpCaller(session, limits)
