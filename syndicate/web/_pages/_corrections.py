"""/corrections: what was corrected, withheld or withdrawn, newest first, and how often by whom (S9)."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web

from syndicate.news import CORRECTIONS, AgencyId, Index, Registry, Slice
from syndicate.ports import Amended, Delivered, Logged, Window
from syndicate.web._kept import KeptPages, Made
from syndicate.web._pages._paper import Paper, called
from syndicate.web._pages._query import before_of
from syndicate.web._pages._rows import printed_rows
from syndicate.web._pages._ways import ways_into
from syndicate.web._world import World

_DELIVERIES: Final = 200  # looked at for one page


class Corrections:
    """Answers for the list of corrections."""

    def __init__(self, world: World, paper: Paper, kept: KeptPages) -> None:
        self._world = world
        self._paper = paper
        self._kept = kept

    async def get(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The list, or what is older than ``?before=``."""
        before = before_of(request, self._world.storage.log.visible)

        async def make() -> Made:
            return await self._make(before)

        ready = await self._kept.get(f"corrections/{before}", make, minutes=True, first=before is None)
        return ready.answer(request)

    async def _make(self, before: Index | None) -> Made:
        world, registry = self._world, self._world.registry()
        slice_ = Slice(kind=CORRECTIONS)
        most = world.limits.front_items
        window = Window(seconds=0, least=most + 1, most=most + 1, before=before)
        found = await world.storage.window(slice_, window)
        rows, older = await asyncio.to_thread(
            printed_rows,
            self._paper,
            found,
            registry,
            proven=world.storage.log.proven,
            most=most,
            delivered=await self._delivered(found),
        )
        body = self._paper.print(
            "corrections.html",
            registry,
            "corrections",
            rows=rows,
            older=older,
            before=before,
            counts=_counts(await world.storage.amended(), registry),
            ways=ways_into(slice_, pushes=world.websub is not None),
            base=world.base_url,
        )
        return Made(body=body, extra=self._paper.headers())

    async def _delivered(self, found: Sequence[Logged]) -> Mapping[int, Delivered]:
        """How many subscribers were told of these, and how many have acknowledged it; nothing of whom."""
        if not found:
            return {}
        told = await self._world.storage.subscribers.deliveries(found[-1].index - 1, _DELIVERIES)
        return {each.index: each for each in told}


def _counts(counted: Mapping[AgencyId, Amended], registry: Registry) -> Sequence[Mapping[str, object]]:
    """A row for each agency with any, in the order of their ids: nobody stands first by rank."""
    return [
        {
            "id": id_,
            "name": called(registry.agencies.get(id_), id_),
            "amended": f"{each.items:,}",
            "withdrawn": f"{each.withdrawn:,}",
        }
        for id_, each in sorted(counted.items())
    ]
