"""A page for each slice, kept until something in it moves: what the wire and the stories have in common."""

from abc import ABC, abstractmethod
from dataclasses import replace
from functools import partial
from typing import ClassVar

from aiohttp import web

from syndicate.news import Index, Slice
from syndicate.republish import parse_slice
from syndicate.web._feeds import is_known
from syndicate.web._kept import KeptPages, Made
from syndicate.web._pages._filter import TOPICS
from syndicate.web._pages._paper import Paper
from syndicate.web._pages._query import before_of
from syndicate.web._world import World


class View(ABC):
    """Answers with the page of a slice; ``kind`` is what its pages are kept under."""

    kind: ClassVar[str]

    def __init__(self, world: World, paper: Paper, kept: KeptPages) -> None:
        self._world = world
        self._paper = paper
        self._kept = kept

    async def get(self, request: web.BaseRequest, path: str) -> web.Response:
        """The page of the slice at ``path``, "" for everything."""
        slice_ = parse_slice(path or "all")
        if slice_ is None:
            return self._nothing()
        before = before_of(request, self._world.storage.log.visible)
        name = f"{self.kind}/{slice_.path}/{before}"
        ready = self._kept.standing(name)
        if ready is None:
            # What the filter offers is there to be chosen, though nothing may have come on it yet.
            asked = replace(slice_, topic=None) if slice_.topic in TOPICS else slice_
            if not await is_known(asked, self._world.registry(), self._world.storage):
                return self._nothing()
            first = slice_.plain and before is None
            ready = await self._kept.get(name, partial(self._make, slice_, before), first=first)
        return ready.answer(request)

    def _nothing(self) -> web.Response:
        return self._paper.refuse(404, "missing.view", self._world.registry())

    @abstractmethod
    async def _make(self, slice_: Slice, before: Index | None) -> Made: ...
