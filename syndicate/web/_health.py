"""/health and /metrics: for whoever looks after the hub."""

import asyncio
from typing import Final

from aiohttp import web

from syndicate.errors import SyndicateError
from syndicate.news import Slice
from syndicate.web._answer import NEVER, ready, send_json
from syndicate.web._condition import read_health
from syndicate.web._metrics import CONTENT_TYPE, Behind, LogReach
from syndicate.web._world import World

_DATABASE_SECONDS: Final = 5.0


class Watch:
    """Answers for /health and /metrics."""

    def __init__(self, world: World) -> None:
        self._world = world

    async def health(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """200 when the database can be read and every worker is at work, else 503; both say which part."""
        parts = {"database": await self._database()} | {
            name: "ok" if alive else "stopped" for name, alive in self._world.alive().items()
        }
        parts["log"] = self._world.log_waits() or "ok"
        well = all(state == "ok" for state in parts.values())
        told = {
            "status": "ok" if well else "failing",
            "parts": parts,
            "unindexed": await self._unindexed(),
            "lookup_behind": self._lookup_behind(),
            "stories_behind": self._world.stories_behind(),
        }
        return send_json(request, told, cache=NEVER, status=200 if well else 503)

    async def _database(self) -> str:
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                await self._world.storage.page(Slice(), -1, 1)
        except TimeoutError:
            return "slow"
        except SyndicateError:
            return "unreadable"
        return "ok"

    async def _unindexed(self) -> int:
        try:
            async with asyncio.timeout(_DATABASE_SECONDS):
                return await self._world.storage.unindexed()
        except (TimeoutError, SyndicateError):
            return 0  # what is wrong with the database is told

    def _lookup_behind(self) -> int:
        return 0 if self._world.lookup is None else self._world.lookup.behind

    async def metrics(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The hub's figures in Prometheus' text format."""
        world = self._world
        health, log = await read_health(world.storage), world.storage.log
        reach = LogReach(sealed=log.edge.size, shown=log.visible, proven=log.proven)
        unindexed = await world.storage.unindexed()
        body = world.metrics.write(
            world.registry(),
            health,
            reach,
            world.clock.now(),
            world.delivery(),
            behind=Behind(unindexed=unindexed, lookup=self._lookup_behind(), stories=world.stories_behind()),
        )
        return ready(body, CONTENT_TYPE, cache=NEVER).answer(request)
