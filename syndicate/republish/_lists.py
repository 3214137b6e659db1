"""What machines are told of besides feeds: every feed there is, and the pages that are news."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from syndicate.news import Agency, Entry, Feed, Outline, Registry, Slice, rfc3339
from syndicate.republish._article import item_page
from syndicate.republish._compose import compose, compose_stories
from syndicate.republish._slices import view_path

_NEWS: timedelta = timedelta(days=2)  # as long as search engines take a story for news


def outline(
    registry: Registry, more: Iterable[Slice], *, stories: Iterable[Slice] = (), base_url: str
) -> tuple[Outline, ...]:
    """Every feed that the registry names, grouped by member; first the feed of all, and ``more`` slices.

    Of ``stories`` there is the feed that shows each of their stories once.
    """
    first = [_of(slice_, registry, base_url) for slice_ in (Slice(), *more)]
    first += [_of(slice_, registry, base_url, stories=True) for slice_ in stories]
    grouped = [
        Outline(text=member.name(), below=tuple(_of_member(Slice(member=code), registry, base_url)))
        for code, member in registry.members.items()
    ]
    return (*first, *grouped)


def _of_member(slice_: Slice, registry: Registry, base_url: str) -> Iterator[Outline]:
    yield _of(slice_, registry, base_url)
    for agency in _agencies(slice_, registry):
        yield _of(Slice(agency=agency.id), registry, base_url)


def _agencies(slice_: Slice, registry: Registry) -> Sequence[Agency]:
    return [agency for agency in registry.agencies.values() if agency.member == slice_.member]


def _of(slice_: Slice, registry: Registry, base_url: str, *, stories: bool = False) -> Outline:
    feed = compose(slice_, (), registry, base_url=base_url, first_index=None, last_index=None)
    page = view_path(slice_, stories=True) if stories else f"wire/{slice_.path}"
    if stories:
        feed = compose_stories(feed, slice_, registry, base_url=base_url)
    return Outline(
        text=feed.title,
        feed_url=dict(feed.self_urls)["rss"],
        page_url=f"{base_url.rstrip('/')}/{page}",
        lang=feed.lang,
    )


def compose_sitemap(entries: Sequence[Entry], registry: Registry, *, base_url: str, as_of: float) -> Feed:
    """The pages of what was published within two days before ``as_of`` (Unix seconds), newest first.

    Withdrawn items are no news. Each entry's address is its page here.
    """
    since = rfc3339((datetime.fromisoformat(rfc3339(as_of)) - _NEWS).timestamp())
    pages = tuple(
        replace(entry, url=item_page(base_url, entry))
        for entry in entries
        if entry.published >= since and not entry.withdrawn
    )
    feed = compose(Slice(), pages, registry, base_url=base_url, first_index=None, last_index=None)
    return replace(feed, title=registry.name)
