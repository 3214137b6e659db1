"""/subscribe: every way in, with examples to copy, the limits in force, and what stays as it is."""

from collections.abc import Mapping, Sequence
from typing import Final

from aiohttp import web

from syndicate.news import CORRECTIONS, Kind, Registry, Slice
from syndicate.web._kept import KeptPages, Made
from syndicate.web._pages._paper import Paper
from syndicate.web._pages._ways import feeds_of, title_of, ways_into
from syndicate.web._pages._words import Words
from syndicate.web._world import World

_QUERY: Final = "mekong"  # of the examples: a name in every member's news
_LOOKED_AT: Final = 200  # indices
# In which field of a format an item's terms stand.
_FORMATS: Final = ("rss", "atom", "json", "ninjs")
_TERMS: Final = tuple(
    (name, tuple(zip(_FORMATS, fields, strict=True)))
    for name, fields in (
        ("item.rights", ("dc:rights", "rights", "_syndicate.rights", "usageTerms")),
        ("item.credit", ("syn:credit", "syn:credit", "_syndicate.credit", "infoSources")),
        ("subscribe.terms_byline", ("dc:creator", "author", "authors", "by")),
    )
)


class Subscribe:
    """Answers for the page that says how to subscribe."""

    def __init__(self, world: World, paper: Paper, kept: KeptPages) -> None:
        self._world = world
        self._paper = paper
        self._kept = kept

    async def get(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The page."""
        return (await self._kept.get("subscribe", self._make, first=True)).answer(request)

    async def _make(self) -> Made:
        registry, feeds = self._world.registry(), self._world.press.limits
        topic = await self._topic()
        body = self._paper.print(
            "subscribe.html",
            registry,
            "subscribe",
            base=self._world.base_url,
            example=next(iter(sorted(registry.members)), "all"),
            lang=next(iter(registry.languages), "en"),
            topic=topic,
            terms=_TERMS,
            limits=self._world.limits,
            websub=None if self._world.websub is None else self._world.websub.limits,
            feeds=feeds,
            minutes=feeds.window_seconds // 60,
            rebuild=f"{feeds.rebuild_seconds:g}",
            lists=_lists(registry, self._paper.words),
            ways=ways_into(Slice(), pushes=self._world.websub is not None),
            stories=feeds_of(Slice(), stories=True),
            query=_QUERY,
        )
        return Made(body=body, extra=self._paper.headers())

    async def _topic(self) -> str | None:
        """A topic of the newest items that have any: of one that no item has there is no feed."""
        storage = self._world.storage
        newest = await storage.page(Slice(), storage.log.visible - 1 - _LOOKED_AT, _LOOKED_AT)
        return next((min(one.facets.topics) for one in reversed(newest) if one.facets.topics), None)


def _lists(registry: Registry, words: Words) -> Sequence[tuple[str, Sequence[Mapping[str, object]]]]:
    slices = {
        "by_member": [Slice(member=code) for code in sorted(registry.members)],
        "by_lang": [Slice(lang=lang) for lang in registry.languages],
        "by_agency": [Slice(agency=id_) for id_ in sorted(registry.agencies)],
        "by_kind": [Slice(kind=kind) for kind in (*Kind, CORRECTIONS)],
    }
    return [
        (f"subscribe.{name}", [{"path": one.path, "title": title_of(one, registry, words)} for one in each])
        for name, each in slices.items()
    ]
