"""Pages for people: rendered here, small, readable without a script; no template holds a word of our own.

``Pages`` gives what answers each address: exact ones, and ones with something behind a fixed part.
"""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from syndicate.web._pages._corrections import Corrections
from syndicate.web._pages._item import Items
from syndicate.web._pages._kept import Busy, Kept
from syndicate.web._pages._log import Log
from syndicate.web._pages._paper import Paper
from syndicate.web._pages._sources import Sources
from syndicate.web._pages._subscribe import Subscribe
from syndicate.web._pages._wire import Wire
from syndicate.web._pages._words import Words
from syndicate.web._world import World

__all__ = ["Pages"]

_Answer = Callable[[web.BaseRequest, str], Awaitable[web.Response]]
_LANG = "en"


class Pages:
    """All pages of one hub, kept together within their bytes."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._paper = Paper(Words(_LANG))
        with_these = (world, self._paper, Kept(world))
        wire, sources = Wire(*with_these), Sources(*with_these)
        self.exact: Mapping[str, _Answer] = {
            "/": self._patient(wire.get),
            "/wire": self._patient(wire.choose),
            "/sources": self._patient(sources.all),
            "/corrections": self._patient(Corrections(*with_these).get),
            "/log": self._patient(Log(*with_these).get),
            "/subscribe": self._patient(Subscribe(*with_these).get),
        }
        self.below: Mapping[str, _Answer] = {
            "/wire/": self._patient(wire.get),
            "/item/": self._patient(Items(*with_these).get),
            "/sources/": self._patient(sources.one),
        }

    def _patient(self, answer: _Answer) -> _Answer:
        async def answered(request: web.BaseRequest, rest: str) -> web.Response:
            try:
                return await answer(request, rest)
            except Busy:
                return self._paper.refuse(503, "missing.busy", self._world.registry())

        return answered
