"""What departs besides feeds: lists for machines, and single versions in the formats of others."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from syndicate.journey._depart import Press
from syndicate.journey._document import Document, Written
from syndicate.news import CORRECTIONS, Item, Kind, Registry, Slice, rfc3339
from syndicate.ports import Clock, Logged, Storage, Window
from syndicate.republish import (
    CAP_INDEX,
    compose_alerts,
    compose_sitemap,
    in_force,
    is_alert,
    message_of,
    outline,
)
from syndicate.trust import recall
from syndicate.wire import MEDIA_TYPES, SITEMAP_MOST, cap, cap_index, news_sitemap, ninjs, opml

OPML: Final = "feeds.opml"
SITEMAP: Final = "sitemap-news.xml"
OPML_TYPE: Final = "text/x-opml; charset=utf-8"
SITEMAP_TYPE: Final = "application/xml"
_HISTORY: Final = 100  # versions of an alert that are looked at, the newest
_STALE_SECONDS: Final = 15.0  # as long as an alert may be kept by others
ALERTS: Final = Slice(kind=Kind.ALERT)
_ALERTS_SHOWN: Final = Window(seconds=30 * 86_400, least=100, most=500)  # looked at for those in force
# A fifth more than are told: the withdrawn ones among them are not.
_NEWS: Final = Window(seconds=2 * 86_400, least=1, most=SITEMAP_MOST * 6 // 5, characters=32_000_000)


class Outputs:
    """Documents that are kept by the press like feeds, and versions written for whoever asks."""

    def __init__(
        self,
        press: Press,
        storage: Storage,
        registry_source: Callable[[], Registry],
        clock: Clock,
        *,
        base_url: str,
    ) -> None:
        self._press = press
        self._storage = storage
        self._registry = registry_source
        self._clock = clock
        self._base_url = base_url

    async def opml(self) -> Document:
        """Every feed that the registry names, as OPML 2.0."""
        return await self._press.keep(OPML, Slice(), self._write_opml)

    async def sitemap(self) -> Document:
        """The pages of what was published within two days of the newest index, as a news sitemap.

        Raises:
            StorageError: they cannot be read.
        """
        return await self._press.keep(SITEMAP, Slice(), self._write_sitemap)

    async def cap_index(self) -> Document:
        """The alerts in force, and the cancellations of such: an Atom feed of CAP messages.

        Raises:
            StorageError: they cannot be read.
        """
        return await self._press.keep(CAP_INDEX, ALERTS, self._write_cap_index, stale_after=_STALE_SECONDS)

    def ninjs(self, logged: Logged) -> bytes:
        """A version as a ninjs 3.1 document."""
        return ninjs(self._press.entry(logged))

    async def cap(self, logged: Logged) -> bytes | None:
        """A version as a CAP 1.2 message; None if it is no alert.

        Raises:
            StorageError: the versions before it cannot be read.
        """
        if not is_alert(recall(logged.token)):
            return None
        versions = await self._versions(logged)
        message = message_of(versions, self._registry(), base_url=self._base_url)
        return None if message is None else cap(message)

    async def _write_cap_index(self) -> Callable[[], Written]:
        as_of = self._clock.now()
        shown = await self._storage.window(ALERTS, _ALERTS_SHOWN)
        versions = [await self._versions(one) for one in shown if is_alert(recall(one.token))]
        return partial(self._typeset_cap_index, versions, rfc3339(as_of))

    def _typeset_cap_index(self, items: Sequence[Sequence[Item]], as_of: str) -> Written:
        registry = self._registry()
        said = (
            message_of(versions, registry, base_url=self._base_url)
            for versions in items
            if in_force(versions, as_of)
        )
        messages = tuple(message for message in said if message is not None)
        feed = compose_alerts(messages, registry, base_url=self._base_url)
        return Written(body=cap_index(feed, messages), media_type=MEDIA_TYPES["atom"])

    async def _versions(self, logged: Logged) -> list[Item]:
        """The versions of an item up to this one that are still here, ascending."""
        history = await self._storage.history(logged.sub, _HISTORY)
        earlier = [one.token for one in reversed(history) if one.ver < logged.ver and not one.erased]
        return [recall(token) for token in (*earlier, logged.token)]

    async def _write_opml(self) -> Callable[[], Written]:
        return self._typeset_opml

    def _typeset_opml(self) -> Written:
        registry = self._registry()
        kinds = (Slice(kind=CORRECTIONS), ALERTS)
        by_lang = [Slice(lang=lang) for lang in registry.languages]
        told = outline(registry, [*kinds, *by_lang], stories=[Slice(), *by_lang], base_url=self._base_url)
        return Written(body=opml(registry.name, told), media_type=OPML_TYPE)

    async def _write_sitemap(self) -> Callable[[], Written]:
        logged = await self._storage.window(Slice(), _NEWS)
        return partial(self._typeset_sitemap, logged)

    def _typeset_sitemap(self, logged: tuple[Logged, ...]) -> Written:
        as_of = max((one.sealed_at for one in logged), default=0.0)
        entries = [self._press.entry(one) for one in logged]
        feed = compose_sitemap(entries, self._registry(), base_url=self._base_url, as_of=as_of)
        return Written(body=news_sitemap(feed), media_type=SITEMAP_TYPE, modified=as_of or None)
