"""How the site is put on a socket: no access log, and nobody's address in any other log (S13)."""

import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from syndicate.web._site import Site

_CLOSE_SECONDS: Final = 5.0  # for answers under way when the hub stops
_LINGER_SECONDS: Final = 1.0  # for the rest of a body that was refused, so that its sender sees the answer
_KEEP_SECONDS: Final = 75.0  # an idle connection


@asynccontextmanager
async def serve(site: Site, listener: socket.socket) -> AsyncIterator[None]:
    """Answer on ``listener`` (bound, not yet listening) until left; answers under way are finished then."""
    server = web.Server(
        site,
        access_log=None,
        logger=_quiet_logger(),
        keepalive_timeout=_KEEP_SECONDS,
        lingering_time=_LINGER_SECONDS,
        auto_decompress=False,  # a submission's 1000:1 gzip stays as small as it came
    )
    runner = web.ServerRunner(server, handle_signals=False, shutdown_timeout=_CLOSE_SECONDS)
    await runner.setup()
    try:
        await web.SockSite(runner, listener, backlog=1_024).start()
        yield
    finally:
        await runner.cleanup()


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
