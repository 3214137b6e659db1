"""Conditional, capped, timed fetching over the guarded dialer: the hub's ``ports.Fetcher``."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from syndicate.fetch import _headers as headers
from syndicate.fetch._decode import Body
from syndicate.fetch._failed import TROUBLES, failed
from syndicate.fetch._limits import Allowed, FetchLimits
from syndicate.fetch._manners import Manners
from syndicate.fetch._session import open_session
from syndicate.fetch._trouble import TooLarge
from syndicate.fetch._urls import fetchable, redirected
from syndicate.ports import (
    Fetched,
    Fetcher,
    FetchFailed,
    FetchFault,
    FetchOutcome,
    Unchanged,
    Validators,
)

_ACCEPT = (
    "application/atom+xml, application/feed+json, application/json;q=0.9, application/xml;q=0.8, */*;q=0.1"
)
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_WHOLE = frozenset({200, 203})  # 206 is a part, 204 nothing, and the other 2xx answer other methods


@dataclass(frozen=True, slots=True, kw_only=True)
class _Hop:
    """A redirect that was answered instead of a document."""

    to: URL
    permanent: bool


class HttpFetcher:
    """A ``ports.Fetcher`` over HTTP/1.1; no proxy, netrc, cookie or other thing around it is heeded."""

    def __init__(self, session: aiohttp.ClientSession, limits: FetchLimits) -> None:
        """Fetch with ``session``, whose connector is the guarded dialer, within ``limits``."""
        self._session = session
        self._limits = limits
        self._manners = Manners(limits)

    async def fetch(self, url: str, validators: Validators | None = None) -> FetchOutcome:
        """Fetch ``url``, conditionally if ``validators`` are given."""
        try:
            return await self._follow(fetchable(url), validators or Validators())
        except TROUBLES as exc:
            return failed(exc)

    async def _follow(self, url: URL, asked: Validators) -> FetchOutcome:
        """Hop from redirect to redirect, every hop checked as if it were the first."""
        clock = asyncio.get_running_loop().time
        left = self._limits.total_seconds
        moved_to: str | None = None
        only_permanent = True
        for _ in range(self._limits.redirects + 1):
            async with self._manners.turn(url):
                began = clock()
                outcome = await self._ask(url, asked, began + left)
                left -= clock() - began
            match outcome:
                case Fetched():
                    return replace(outcome, moved_to=moved_to)
                case Unchanged() | FetchFailed():
                    return outcome
            url = outcome.to
            # Behind a temporary redirect, a permanent one moves something else than what was asked for.
            only_permanent = only_permanent and outcome.permanent
            moved_to = str(url) if only_permanent else moved_to
        return FetchFailed(
            fault=FetchFault.TOO_MANY_REDIRECTS, detail=f"more than {self._limits.redirects} redirects"
        )

    async def _ask(self, url: URL, asked: Validators, end: float) -> Fetched | Unchanged | FetchFailed | _Hop:
        header_end = asyncio.get_running_loop().time() + self._limits.header_seconds
        async with (
            asyncio.timeout_at(min(header_end, end)) as limit,
            self._session.get(url, headers=_conditions(asked), allow_redirects=False) as response,
        ):
            if response.status == 304:
                return _unchanged(response, asked)
            if response.status in _REDIRECTS and "Location" in response.headers:
                return _hop(response)
            if response.status not in _WHOLE:
                return _refusal(response)
            return await self._read(response, limit, end)

    async def _read(
        self, response: aiohttp.ClientResponse, limit: asyncio.Timeout, end: float
    ) -> Fetched | FetchFailed:
        body = Body(
            response.headers.get("Content-Encoding", ""),
            encoded_bytes=self._limits.encoded_bytes,
            decoded_bytes=self._limits.decoded_bytes,
        )
        if (response.content_length or 0) > self._limits.encoded_bytes:
            raise TooLarge("the body says that it is larger than a feed may be")
        clock = asyncio.get_running_loop().time
        limit.reschedule(min(clock() + self._limits.idle_seconds, end))
        async for piece in response.content.iter_any():
            body.add(piece)
            limit.reschedule(min(clock() + self._limits.idle_seconds, end))
        if not (whole := body.end()):
            return FetchFailed(fault=FetchFault.BROKEN, detail="the answer is empty", status=response.status)
        return Fetched(
            body=whole,
            media_type=headers.media_type(response.headers),
            validators=headers.validators(response.headers),
            fresh_seconds=headers.fresh_seconds(response.headers),
            url=str(response.url),
        )


@asynccontextmanager
async def open_fetcher(
    limits: FetchLimits,
    *,
    allow: Allowed = (),
    user_agent: str,
    resolver: AbstractResolver | None = None,
) -> AsyncIterator[Fetcher]:
    """A fetcher with a dialer of its own, both closed at the end.

    ``allow`` lists what may be dialled besides public addresses, as for ``open_dialer``; ``user_agent``
    should name an address where the operator can be reached.
    """
    told = {"User-Agent": user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"}
    async with open_session(limits, told, allow=allow, resolver=resolver) as session:
        yield HttpFetcher(session, limits)


def _conditions(asked: Validators) -> dict[str, str]:
    named = (("If-None-Match", asked.etag), ("If-Modified-Since", asked.last_modified))
    return {name: value for name, value in named if value is not None}


def _unchanged(response: aiohttp.ClientResponse, asked: Validators) -> Unchanged | FetchFailed:
    if asked == Validators():
        return FetchFailed(
            fault=FetchFault.STATUS, detail="answered 304 to a question without condition", status=304
        )
    told = headers.validators(response.headers)
    return Unchanged(
        validators=Validators(
            etag=told.etag or asked.etag, last_modified=told.last_modified or asked.last_modified
        ),
        fresh_seconds=headers.fresh_seconds(response.headers),
    )


def _hop(response: aiohttp.ClientResponse) -> _Hop:
    to = redirected(response.url, response.headers["Location"])
    return _Hop(to=to, permanent=response.status in _PERMANENT)


def _refusal(response: aiohttp.ClientResponse) -> FetchFailed:
    return FetchFailed(
        fault=FetchFault.STATUS,
        detail=f"answered {response.status} and no document",
        status=response.status,
        retry_after_seconds=headers.retry_after_seconds(response.headers),
    )
