"""What a feed claims to be, by its self link, and how it would be written anew from tokens."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from syndicate.news import Agency, Entry, Feed, Index, Item, ItemId, Registry, SignedFeed, Slice, facets_of
from syndicate.republish import (
    compose,
    compose_agency,
    compose_archive,
    entry_of,
    notice_id,
    notice_of,
    parse_slice,
    token_address,
)
from syndicate.wire import Sheet

_PAGE = re.compile(r"[a-z0-9-]{1,32}\.archive-[0-9]{1,9}\.atom", re.ASCII)
_ARCHIVED = re.compile(r"(?P<home>.{1,2000})/archive/(?P<last>0|[1-9][0-9]{0,14})\.(?:atom|json)", re.ASCII)
_HUB = re.compile(r"(?P<base>https?://[^?#\s]+)/feeds/(?P<slice>[A-Za-z0-9./-]{1,128})\.(?:atom|json|rss)")


class Edition(Protocol):
    """One feed that could be written anew."""

    @property
    def name(self) -> str:
        """What it is, for a person: "hub feed vn", "signed feed of vn.demo"."""
        ...

    @property
    def unproven(self) -> tuple[str, ...]:
        """What it says that no signature covers."""
        ...

    def holds(self, item: Item) -> bool:
        """Whether such an item belongs in it."""
        ...

    def entry(self, item: Item, token: str, stated: str | None) -> Entry:
        """The item as this feed shows it, in an entry that states ``stated`` as its id."""
        ...

    def key(self, item: Item) -> tuple[ItemId, int]:
        """What stands only once in it: the item, or a version of it."""
        ...

    def feed(self, entries: Sequence[Entry]) -> Feed:
        """The feed that shows these entries."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class HubEdition:
    """A slice at some hub; base address, window and whether it pushes are as the document states them."""

    registry: Registry
    base_url: str
    slice: Slice
    first_index: int | None
    last_index: int | None
    pushed: bool
    archived: int | None  # the page of its archive that it leads to
    page: int | None = None  # which page of the archive it is itself, None for the feed

    @property
    def name(self) -> str:
        """What it is."""
        return f"hub feed {self.slice.path}" + ("" if self.page is None else f", archive page {self.page}")

    @property
    def unproven(self) -> tuple[str, ...]:
        """The window, the order and the archive's pages: they are the log's to prove."""
        return (
            "the first and last index of the window, the order, the archive, and that nothing was left out",
        )

    def holds(self, item: Item) -> bool:
        """Whether the item belongs in the slice, as far as this version tells."""
        said = facets_of(item)
        if item.ver == 1:
            return self.slice.holds(said)
        # Language and kind are the first version's, and what others said of topics and urgency counts, too.
        return Slice(member=self.slice.member, agency=self.slice.agency).holds(said)

    def entry(self, item: Item, token: str, stated: str | None) -> Entry:
        """The item as this hub shows it; or the notice of its withdrawal, if the entry says it is that."""
        entry = entry_of(item, token, self.registry, token_url=token_address(self.base_url, item))
        notice = item.withdrawn and stated == notice_id(item.sub, item.ver)
        return notice_of(entry, base_url=self.base_url) if notice else entry

    def key(self, item: Item) -> tuple[ItemId, int]:
        """A feed shows an item once; its archive shows every version."""
        return (item.sub, 0 if self.page is None else item.ver)

    def feed(self, entries: Sequence[Entry]) -> Feed:
        """The slice's feed, or the page of its archive."""
        if self.page is not None:
            return compose_archive(
                self.slice,
                entries,
                self.registry,
                base_url=self.base_url,
                first_index=Index(self.page if self.first_index is None else self.first_index),
                last_index=Index(self.page),
                before=_index(self.archived),
            )
        return compose(
            self.slice,
            entries,
            self.registry,
            base_url=self.base_url,
            first_index=_index(self.first_index),
            last_index=_index(self.last_index),
            archived=_index(self.archived),
            pushes=self.pushed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyEdition:
    """An agency's own signed feed, at the address that the registry has for it."""

    registry: Registry
    agency: Agency
    atom_url: str
    prev_archive: str | None = None

    @property
    def name(self) -> str:
        """What it is."""
        return f"signed feed of {self.agency.id}"

    @property
    def unproven(self) -> tuple[str, ...]:
        """The order and the window: the stream's numbers are inside the tokens."""
        return ("the order, and that nothing was left out",)

    def holds(self, item: Item) -> bool:
        """Whether the item is the agency's own."""
        return item.iss == self.agency.id

    def entry(self, item: Item, token: str, stated: str | None) -> Entry:  # noqa: ARG002 - it has no notices
        """The item as the agency shows it."""
        return entry_of(item, token, self.registry, token_url=self.atom_url)

    def key(self, item: Item) -> tuple[ItemId, int]:
        """An item stands in it once."""
        return (item.sub, 0)

    def feed(self, entries: Sequence[Entry]) -> Feed:
        """The agency's feed."""
        return compose_agency(
            self.agency, entries, atom_url=self.atom_url, rss_url=None, prev_archive=self.prev_archive
        )


def _signed_feed(registry: Registry, agency: Agency, feed: SignedFeed) -> AgencyEdition:
    """The edition as the agency's own tool writes it, which knows one language and one feed: its own."""
    known = replace(agency, feeds=(feed,), home=None)
    if feed.lang is not None:
        known = replace(known, names={feed.lang: agency.name(feed.lang)}, languages=(feed.lang,))
    own = replace(registry, agencies={**registry.agencies, agency.id: known})
    return AgencyEdition(registry=own, agency=known, atom_url=feed.url)


def _page(sheet: Sheet) -> str | None:
    """The archive's page that a feed names, if it is a file beside the feed: it leads nowhere else."""
    return sheet.prev_archive if _PAGE.fullmatch(sheet.prev_archive or "") else None


def recognise(sheet: Sheet, registry: Registry) -> Edition | None:
    """The edition that the document's self link names; None if it names none."""
    url = sheet.self_url
    if url is None:
        return None
    for agency in registry.agencies.values():
        for feed in agency.feeds:
            if feed.url == url and feed.format == "atom":
                return replace(_signed_feed(registry, agency, feed), prev_archive=_page(sheet))
    page = _ARCHIVED.fullmatch(url)
    found = _HUB.fullmatch(url if page is None else f"{page['home']}.atom")
    slice_ = parse_slice(found["slice"]) if found else None
    if found is None or slice_ is None:
        return None
    return HubEdition(
        registry=registry,
        base_url=found["base"],
        slice=slice_,
        first_index=sheet.first_index,
        last_index=sheet.last_index,
        archived=_archived(sheet, f"{found['base']}/feeds/{slice_.path}"),
        page=None if page is None else int(page["last"]),
        pushed=sheet.pushed,
    )


def _archived(sheet: Sheet, home: str) -> int | None:
    """The page of the archive that a hub's feed leads to, if it is one of its own."""
    named = _ARCHIVED.fullmatch(sheet.prev_archive or sheet.next_url or "")
    return int(named["last"]) if named is not None and named["home"] == home else None


def _index(given: int | None) -> Index | None:
    return None if given is None else Index(given)
