"""/feeds/…: the slices, in every format."""

from collections.abc import Iterator, Mapping
from typing import Final
from weakref import WeakKeyDictionary

from aiohttp import hdrs, web

from syndicate.journey import Document
from syndicate.news import Registry, Slice
from syndicate.ports import Storage
from syndicate.republish import PENDING_ALERTS, STORIES, hub_address, parse_view
from syndicate.web._answer import ALERT_CACHE, FEED_CACHE, Ready, problem
from syndicate.web._world import World
from syndicate.wire import MEDIA_TYPES, NINJS_SCHEMA

FORMATS = ("rss", "atom", "json", "ninjs", "tombstones")
_PUSHED: Final = frozenset({"rss", "atom", "json"})
_DESCRIBED: Final = f'<{NINJS_SCHEMA}>; rel="describedby"'
_ALERTS: Final = "kind/alert"  # stands last in a path, if it stands there


class Feeds:
    """Answers for every feed document; keeps each one's header fields as long as the document stands."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._standing = world.press.standing
        # Weakly: a document that the press drops must not live on here. The press keeps other things than
        # feeds, so only a document that is in here is known to be one.
        self._ready: WeakKeyDictionary[Document, Ready] = WeakKeyDictionary()

    async def get(self, request: web.BaseRequest, name: str) -> web.Response:
        """A slice in the format that its name ends in."""
        document = self._standing(name)
        ready = None if document is None else self._ready.get(document)
        if ready is None:
            document = await self._written(name)
            if document is None:
                return problem(404, _missing(name))
            ready = self._ready.get(document)
            if ready is None:
                kept_for = cache_of(name.rpartition(".")[0])
                ready = self._ready[document] = made_ready(document, kept_for, self._links(name))
        return ready.answer(request)

    def _links(self, name: str) -> str:
        """The feed's own address, and where to subscribe, if one can (RFC 8288; WebSub, section 4)."""
        format_ = name.rpartition(".")[2]
        own = f'<{self._world.base_url}/feeds/{name}>; rel="self"'
        pushed = format_ in _PUSHED and not name.startswith((PENDING_ALERTS, STORIES))
        if self._world.websub is None or not pushed:
            return own
        return f'<{hub_address(self._world.base_url)}>; rel="hub", {own}'

    async def _written(self, name: str) -> Document | None:
        path, _, format_ = name.rpartition(".")
        if path == PENDING_ALERTS and format_ in _PUSHED:
            return await self._world.press.pending(format_)
        view = parse_view(path) if format_ in FORMATS else None
        if view is None or not await is_known(view[0], self._world.registry(), self._world.storage):
            return None
        return await self._world.press.document(view[0], format_, stories=view[1])


def _missing(name: str) -> str:
    path, _, format_ = name.rpartition(".")
    if path == f"{STORIES}/{Slice().path}" and format_ in FORMATS:
        return f"the stories of everything stand at /feeds/{STORIES}.{format_}"
    return "there is no such feed; /subscribe tells of all there are"


def cache_of(path: str) -> str:
    """How long a view of the slice at ``path`` may be kept; that of one with nothing but alerts is short."""
    return ALERT_CACHE if path == PENDING_ALERTS or path.endswith(_ALERTS) else FEED_CACHE


def made_ready(document: Document, cache: str = FEED_CACHE, links: str = "") -> Ready:
    """A document of the press with every header field that it has; what is ninjs names its schema."""
    return Ready(
        document.bodies,
        digest=document.digest,
        media_type=document.media_type,
        cache=cache,
        last_modified=document.last_modified,
        extra=described_by(document.media_type, links),
    )


async def is_known(slice_: Slice, registry: Registry, storage: Storage) -> bool:
    """Whether the registry or the log knows each thing that a slice names; an empty one of these is a feed.

    So the names that anybody can ask for are as many as these make together, and no more.
    """
    for part in _unlisted(slice_, registry):
        if await storage.newest(part) < 0:
            return False
    return True


def described_by(media_type: str, links: str = "") -> Mapping[str, str]:
    """``links`` as a header field, with where a ninjs document is described."""
    every = ", ".join(filter(None, (links, _DESCRIBED if media_type == MEDIA_TYPES["ninjs"] else "")))
    return {hdrs.LINK: every} if every else {}


def _unlisted(slice_: Slice, registry: Registry) -> Iterator[Slice]:
    """What a slice names and the registry does not, each by itself."""
    if slice_.member is not None and slice_.member not in registry.members:
        yield Slice(member=slice_.member)
    if slice_.agency is not None and slice_.agency not in registry.agencies:
        yield Slice(agency=slice_.agency)
    if slice_.lang is not None and slice_.lang not in registry.languages:
        yield Slice(lang=slice_.lang)
    if slice_.topic is not None:
        yield Slice(topic=slice_.topic)
