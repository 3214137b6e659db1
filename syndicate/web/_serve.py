"""How the site is put on a socket: no access log, and nobody's address in any other log (S13)."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, Protocol, runtime_checkable

from aiohttp import web

from syndicate.web._readers import most_connections
from syndicate.web._route import Site
from syndicate.web._visit import VisitServer

_CLOSE_SECONDS: Final = 5.0  # for answers under way when the hub stops
_LINGER_SECONDS: Final = 1.0  # for the rest of a body that was refused, so that its sender sees the answer
_KEEP_SECONDS: Final = 75.0  # an idle connection, and one whose request does not come to its end


@asynccontextmanager
async def serve(site: Site, listener: socket.socket) -> AsyncIterator[None]:
    """Answer on ``listener`` (bound, not yet listening) until left; answers under way are finished then."""
    server = VisitServer(
        site,
        access_log=None,
        logger=_quiet_logger(),
        keepalive_timeout=_KEEP_SECONDS,
        lingering_time=_LINGER_SECONDS,
        auto_decompress=False,  # a submission's 1000:1 gzip stays as small as it came
    )
    runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=_CLOSE_SECONDS)
    await runner.setup()
    door = _Door(server, most_connections())
    loop = asyncio.get_running_loop()
    try:
        listening = await loop.create_server(door, sock=listener, backlog=1_024)
        try:
            yield
        finally:
            loop.remove_reader(listener)
            await asyncio.sleep(
                0
            )  # whoever was let in just now: closed under them, asyncio would forget them
            listening.close()
            if isinstance(site, _Ends):  # first: a stream that goes on would hold the others up
                site.end()
    finally:
        await runner.cleanup()


@runtime_checkable
class _Ends(Protocol):
    """A site with answers that go on until it is told to end them."""

    def end(self) -> None:
        """End them now."""
        ...


class _Door:
    """Lets so many visitors in at a time; who comes then is shut out at once, before a word is read."""

    def __init__(self, server: web.Server, most: int) -> None:
        self._server = server
        self._most = most

    def __call__(self) -> asyncio.Protocol:
        """The protocol of a connection that was just accepted."""
        inside = len(self._server.connections)
        return self._server() if inside < self._most else _ShutOut()


class _ShutOut(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hang up."""
        if isinstance(transport, asyncio.Transport):
            transport.abort()


def _quiet_logger() -> logging.Logger:
    logger = logging.getLogger("syndicate.web.server")
    if not any(isinstance(known, _NoReaders) for known in logger.filters):
        logger.addFilter(_NoReaders())
    return logger


class _NoReaders(logging.Filter):
    """Drops what aiohttp logs of malformed requests: the sender's address, and the request itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record names no reader."""
        return "request from" not in str(record.msg)
