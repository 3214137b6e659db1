"""/stories and /stories/…: each story of a slice once, its origin first, with everybody who published it."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from aiohttp import web
from markupsafe import Markup

from syndicate.journey import GATHER_SECONDS
from syndicate.news import Index, Registry, Slice
from syndicate.ports import Carried, Logged, Story, Window
from syndicate.trust import recall
from syndicate.web._feeds import cache_of
from syndicate.web._kept import Made
from syndicate.web._pages._filter import fields_of
from syndicate.web._pages._paper import called
from syndicate.web._pages._rows import ROOM, row_of
from syndicate.web._pages._tongues import direction
from syndicate.web._pages._view import View
from syndicate.web._pages._ways import feeds_of, stories_page, title_of

_OTHERS: Final = 12  # who else published it, on this page; the item's own page has all
_TITLE: Final = 160  # characters of their headlines
_READ: Final = 200  # versions read at once
_CUT: Final = "…"


class Stories(View):
    """Answers for the stories."""

    kind = "stories"

    async def get(self, request: web.BaseRequest, path: str) -> web.Response:
        """The page of the stories of the slice at ``path``, "" for everything."""
        return self._nothing() if path == "all" else await super().get(request, path)

    async def _make(self, slice_: Slice, before: Index | None) -> Made:
        storage, most = self._world.storage, self._world.limits.front_items + 1
        await storage.gathering.come_to(storage.log.visible - 1, GATHER_SECONDS)
        found = await storage.window(slice_, Window(seconds=0, least=most, most=most, before=before))
        stories = await storage.stories([one.index for one in found])
        here = {one.index: one for one in found}
        members = {each.index for story in stories.values() for each in (story.origin, *story.others)}
        beside = await self._read(sorted(members - here.keys()))
        body = await asyncio.to_thread(self._print, slice_, before, found, stories, {**beside, **here})
        return Made(body=body, extra=self._paper.headers(form=True), cache=cache_of(slice_.path))

    async def _read(self, indices: Sequence[Index]) -> Mapping[Index, Logged]:
        read: dict[Index, Logged] = {}
        for start in range(0, len(indices), _READ):
            some = await self._world.storage.these(indices[start : start + _READ])
            read |= {one.index: one for one in some if not one.erased}
        return read

    def _print(
        self,
        slice_: Slice,
        before: Index | None,
        found: Sequence[Logged],
        stories: Mapping[Index, Story],
        here: Mapping[Index, Logged],
    ) -> bytes:
        world, registry, words = self._world, self._world.registry(), self._paper.words
        rows: list[Markup] = []
        room, looked = ROOM, 0
        for one in found[: world.limits.front_items]:
            row = self._row(one, stories.get(one.index), slice_, here, registry)
            room -= len(row.encode())
            if room < 0 and rows:
                break
            looked += 1
            rows += [row] if row else []
        title = title_of(slice_, registry, words)
        return self._paper.print(
            "stories.html",
            registry,
            "stories",
            rows=Markup().join(rows),
            older=found[looked - 1].index if looked < len(found) else None,
            before=before,
            title=title,
            here=stories_page(slice_),
            all=slice_ == Slice(),
            base=world.base_url,
            ways=feeds_of(slice_, stories=True),
            wire="/" if slice_ == Slice() else f"/wire/{slice_.path}",
            fields=fields_of(slice_, registry, words),
        )

    def _row(
        self,
        one: Logged,
        story: Story | None,
        slice_: Slice,
        here: Mapping[Index, Logged],
        registry: Registry,
    ) -> Markup:
        """A story where its newest item in the slice stands; "" of an item that is told elsewhere."""
        proven = self._world.storage.log.proven
        if story is None or story.origin.index not in here:
            return self._paper.part("story.html", item=row_of(one, registry, proven), others=(), more=0)
        if one.index != max(_announced(story, slice_, here), default=one.index):
            return Markup()
        others = list(_others(story.others, here, registry))
        return self._paper.part(
            "story.html",
            item=row_of(here[story.origin.index], registry, proven),
            others=others[:_OTHERS],
            more=max(0, len(others) - _OTHERS),
        )


def _announced(story: Story, slice_: Slice, here: Mapping[Index, Logged]) -> Collection[Index]:
    """Where a story's items stand in a slice; what is there under another id only is not announced again."""
    every = (each for each in (story.origin, *story.others) if each.joined_as != "re-identified")
    return [
        each.index for each in every if (one := here.get(each.index)) is not None and slice_.holds(one.facets)
    ]


def _others(
    others: Sequence[Carried], here: Mapping[Index, Logged], registry: Registry
) -> Iterator[Mapping[str, object]]:
    for each in others:
        logged = here.get(each.index)
        if logged is None:
            continue
        item = recall(logged.token)
        yield {
            "agency": called(registry.agencies.get(item.iss), item.iss, item.lang),
            "address": f"/item/{each.sub}/{each.ver}",
            "title": item.title if len(item.title) <= _TITLE else item.title[: _TITLE - 1] + _CUT,
            "lang": item.lang,
            "dir": direction(item.lang),
            "published": item.published,
            "as": f"stories.as_{each.joined_as}",
        }
