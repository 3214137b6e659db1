"""The one way to begin a session over the guarded dialer: nothing around this process has a say in it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import aiohttp
from aiohttp.abc import AbstractResolver

from syndicate.fetch._dialer import CONNECTIONS, open_dialer
from syndicate.fetch._limits import Allowed, FetchLimits


@asynccontextmanager
async def open_session(
    limits: FetchLimits,
    headers: Mapping[str, str],
    *,
    allow: Allowed,
    resolver: AbstractResolver | None = None,
    connections: int = CONNECTIONS,
) -> AsyncIterator[aiohttp.ClientSession]:
    """A session with a dialer of its own, both closed at the end; no proxy, netrc or cookie is heeded."""
    async with (
        open_dialer(allow, resolver=resolver, connections=connections) as dialer,
        aiohttp.ClientSession(
            connector=dialer,
            connector_owner=False,
            trust_env=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            max_line_size=limits.header_field_bytes,
            max_field_size=limits.header_field_bytes,
            max_headers=limits.header_fields,
            headers=headers,
            # Whoever uses it keeps the other bounds, by one timer a hop: aiohttp's would cost several.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=limits.connect_seconds),
        ) as session,
    ):
        yield session
