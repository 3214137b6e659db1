"""Lists for machines, archives, and single versions in the formats of others."""

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Final
from weakref import WeakKeyDictionary

from aiohttp import web

from syndicate.journey import OPML_TYPE, SITEMAP_TYPE, Document, Outputs
from syndicate.republish import CAP_INDEX, parse_slice
from syndicate.web._answer import ALERT_CACHE, FEED_CACHE, Ready, problem, ready
from syndicate.web._feeds import described_by, made_ready
from syndicate.web._listing import alerts, archives, ninjs
from syndicate.web._operation import Operation, Schema
from syndicate.web._route import Route
from syndicate.web._version import find_text
from syndicate.web._world import World
from syndicate.wire import CAP_TYPE, MEDIA_TYPES

_ARCHIVED: Final = ("atom", "json")
_PNG: Final = "image/png"
# A page holds what it holds; only a registry that renames, a revoked key or a law changes how it is told.
PAGE_CACHE: Final = "public, max-age=86400, immutable"
_ICON_CACHE: Final = "public, max-age=86400"
_PAGE: Final = re.compile(r"(?P<slice>.{1,200})/archive/(?P<last>0|[1-9][0-9]{0,14})\.(?P<format>atom|json)")


def other_routes(world: World, slice_: Schema, version: Mapping[str, Schema]) -> Sequence[Route]:
    """The addresses of all that, to stand before the feeds; ``slice_`` and ``version`` are their parts."""
    outputs = OtherOutputs(world)
    last: Schema = {"type": "integer", "minimum": 0, "maximum": 999_999_999_999_999}
    page = {"slice": slice_, "last": last, "format": {"enum": list(_ARCHIVED)}}
    return (
        Route(
            "/feeds/{slice}/archive/{last}.{format}",
            outputs.archive,
            Operation(
                summary="A page of a slice's archive (RFC 5005); a feed says where it begins.",
                media_types=tuple(MEDIA_TYPES[each] for each in _ARCHIVED),
                tag="feeds",
                path=page,
                also=(404,),
            ),
            archives(world, _ARCHIVED),
        ),
        Route(
            "/feeds.opml",
            outputs.opml,
            Operation(
                summary="Every feed, grouped by member (OPML 2.0).", media_types=(OPML_TYPE,), tag="feeds"
            ),
        ),
        Route(
            "/sitemap-news.xml",
            outputs.sitemap,
            Operation(summary="The pages of two days, for search engines.", media_types=(SITEMAP_TYPE,)),
        ),
        Route(
            f"/{CAP_INDEX}",
            outputs.cap_index,
            Operation(
                summary="Alerts in force, as a feed of CAP messages.", media_types=(MEDIA_TYPES["atom"],)
            ),
        ),
        Route("/icon.png", outputs.icon, Operation(summary="What feeds show.", media_types=(_PNG,))),
        Route(
            "/v1/items/{sub}/{version}.ninjs",
            outputs.ninjs,
            Operation(
                summary="One version as IPTC ninjs 3.1.", tag="items", path=version, query={}, also=(404, 410)
            ),
            ninjs(world),
        ),
        Route(
            "/v1/items/{sub}/{version}.cap",
            outputs.cap,
            Operation(
                summary="One version of an alert as OASIS CAP 1.2; 404 if it is none.",
                media_types=(CAP_TYPE,),
                tag="items",
                path=version,
                query={},
                also=(404, 410),
            ),
            alerts(world),
        ),
    )


class OtherOutputs:
    """Answers for everything that is not a feed of a slice as it stands now."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._outputs = Outputs(
            world.press, world.storage, world.registry, world.clock, base_url=world.base_url
        )
        self._icon = ready(
            files("syndicate.web").joinpath("images/icon.png").read_bytes(), _PNG, cache=_ICON_CACHE
        )
        self._ready: WeakKeyDictionary[Document, Ready] = WeakKeyDictionary()

    async def icon(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The picture that feeds name."""
        return self._icon.answer(request)

    async def opml(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """Every feed, for feed readers."""
        return self._made_ready(await self._outputs.opml()).answer(request)

    async def sitemap(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """What is news, for search engines."""
        return self._made_ready(await self._outputs.sitemap()).answer(request)

    async def cap_index(self, request: web.BaseRequest, _rest: str) -> web.Response:
        """The alerts in force."""
        return self._made_ready(await self._outputs.cap_index(), ALERT_CACHE).answer(request)

    async def archive(self, request: web.BaseRequest, name: str) -> web.Response:
        """A page of a slice's archive, as Atom or JSON Feed."""
        asked = _PAGE.fullmatch(name)
        slice_ = parse_slice(asked["slice"]) if asked else None
        if asked is None or slice_ is None or slice_.path != asked["slice"]:
            return problem(404, "there is no such archive; a feed says where its archive begins")
        document = await self._world.press.archive(slice_, int(asked["last"]), asked["format"])
        if document is None:
            return problem(404, "no page of this archive ends there; follow the feed's prev-archive link")
        return self._made_ready(document, PAGE_CACHE).answer(request)

    async def ninjs(self, request: web.BaseRequest, name: str) -> web.Response:
        """One version as ninjs 3.1."""
        found = await find_text(name, self._world)
        if isinstance(found, web.Response):
            return found
        media_type = MEDIA_TYPES["ninjs"]
        body = self._outputs.ninjs(found)
        return ready(body, media_type, cache=FEED_CACHE, extra=described_by(media_type)).answer(request)

    async def cap(self, request: web.BaseRequest, name: str) -> web.Response:
        """One version of an alert as a CAP 1.2 message."""
        found = await find_text(name, self._world)
        if isinstance(found, web.Response):
            return found
        body = await self._outputs.cap(found)
        if body is None:
            return problem(404, "this version is no alert, so there is no CAP message of it")
        return ready(body, CAP_TYPE, cache=ALERT_CACHE).answer(request)

    def _made_ready(self, document: Document, cache: str = FEED_CACHE) -> Ready:
        made = self._ready.get(document)
        if made is None:
            made = self._ready[document] = made_ready(document, cache)
        return made
