"""/ and /wire/…: the newest items of a slice, the filter that leads to another, and where to subscribe."""

import asyncio
import re
from collections.abc import Sequence
from typing import Final

from aiohttp import web

from syndicate.news import Index, Slice
from syndicate.ports import Logged, Window
from syndicate.republish import SLICE_GRAMMAR, slice_of
from syndicate.web._answer import see_other
from syndicate.web._feeds import cache_of
from syndicate.web._kept import Made
from syndicate.web._pages._filter import fields_of
from syndicate.web._pages._query import pairs_of
from syndicate.web._pages._rows import printed_rows
from syndicate.web._pages._view import View
from syndicate.web._pages._ways import feeds_of, stories_page, title_of, ways_into

_STORIES: Final = "stories"  # the field of the form that asks for each story once


class Wire(View):
    """Answers for the wire."""

    kind = "wire"

    async def choose(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """What the filter asks for: ``/wire?member=vn&lang=vi`` stands at ``/wire/vn/lang/vi``.

        With ``stories=1`` at ``/stories/vn/lang/vi``.
        """
        pairs = pairs_of(request)
        stories = (_STORIES, "1") in pairs
        asked = {name: value for name, value in pairs if value and name in SLICE_GRAMMAR}
        if not asked and not stories:
            return await self.get(request, "")
        if any(re.fullmatch(SLICE_GRAMMAR[name], value) is None for name, value in asked.items()):
            return self._nothing()
        if "agency" in asked and asked.pop("member", asked["agency"][:2]) != asked["agency"][:2]:
            return self._nothing()  # an agency of another state
        slice_ = slice_of(asked)
        return see_other(stories_page(slice_) if stories else f"/wire/{slice_.path}")

    async def _make(self, slice_: Slice, before: Index | None) -> Made:
        most = self._world.limits.front_items + 1
        window = Window(seconds=0, least=most, most=most, before=before)
        found = await self._world.storage.window(slice_, window)
        body = await asyncio.to_thread(self._print, slice_, before, found)
        return Made(body=body, extra=self._paper.headers(form=True), cache=cache_of(slice_.path))

    def _print(self, slice_: Slice, before: Index | None, found: Sequence[Logged]) -> bytes:
        world, registry, words = self._world, self._world.registry(), self._paper.words
        proven, most = world.storage.log.proven, world.limits.front_items
        rows, older = printed_rows(self._paper, found, registry, proven=proven, most=most)
        return self._paper.print(
            "wire.html",
            registry,
            "wire",
            rows=rows,
            older=older,
            before=before,
            title=title_of(slice_, registry, words),
            here="/" if slice_ == Slice() else f"/wire/{slice_.path}",
            all=slice_ == Slice(),
            base=world.base_url,
            ways=ways_into(slice_, pushes=self._world.websub is not None),
            stories=feeds_of(slice_, stories=True),
            fields=fields_of(slice_, registry, words),
        )
