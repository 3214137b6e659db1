"""A hub in a process of its own, with a bare aiohttp handler beside it, that says what it has used.

``python -m tests.bench._serving DATABASE REPOSITORY ROOT``: it prints one JSON line with its two ports, then
one for every line it reads: a JSON object of bodies to hand out bare, or {} to be asked how it is.
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from syndicate.assembly import open_hub
from syndicate.journey import PressLimits
from syndicate.settings import Address, Settings
from syndicate.web import WebLimits

from ._newsroom import NOON
from ._typed import kilobytes_now, peak_kilobytes

Handler = Callable[[web.Request], Awaitable[web.Response]]


class RunningClock:
    """A clock that starts when the stories were signed, and goes on from there."""

    def __init__(self) -> None:
        self._started = time.monotonic()

    def now(self) -> float:
        """Seconds since 1970, as of the stories' day."""
        return NOON + time.monotonic() - self._started


def bare_app(told: dict[str, Any]) -> web.Application:
    """Handlers that do nothing but hand out what they were given; bodies are files, ``None`` is a 304."""
    app = web.Application()
    for path, (file, headers) in told.items():
        app.router.add_get(path, _handler(None if file is None else Path(file).read_bytes(), headers))
    return app


def _handler(body: bytes | None, headers: dict[str, str]) -> Handler:
    async def hand_out(_: web.Request) -> web.Response:
        return web.Response(status=304 if body is None else 200, body=body, headers=headers)

    return hand_out


async def main(database: Path, repository: Path, root: Path) -> None:
    """Serve until there is nothing more to read."""
    settings = Settings(
        listen=Address("127.0.0.1", 0),
        database=database,
        registry=str(repository),
        root=root,
        feeds=PressLimits(rebuild_seconds=0.0),
        web=WebLimits(burst=1_000_000_000),  # counted like anybody's requests, but never refused
    )
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))  # many listen at a time
    async with open_hub(settings, clock=RunningClock()) as hub:
        _say({"port": urlsplit(hub.url).port})
        while line := await asyncio.to_thread(sys.stdin.readline):
            told = json.loads(line)
            port = await _serve_bare(told) if told else 0
            held = {"kilobytes": peak_kilobytes(), "resident": kilobytes_now()}
            _say({"cpu": time.process_time(), "port": port, **held})


async def _serve_bare(told: dict[str, Any]) -> int:
    runner = web.AppRunner(bare_app(told), access_log=None)  # ends with the process
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port: int = runner.addresses[0][1]
    return port


def _say(told: dict[str, Any]) -> None:
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    asyncio.run(main(*map(Path, sys.argv[1:4])))
