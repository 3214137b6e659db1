"""Entries into feeds: of the hub's slices, and of an agency's own signed feed."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from syndicate.news import Agency, Entry, Feed, Index, Registry, Slice, rfc3339
from syndicate.republish._entry import home_of
from syndicate.republish._slices import STORIES, view_path

PENDING_ALERTS: Final = "pending-alerts"


def hub_address(base_url: str) -> str:
    """Where the hub at ``base_url`` takes WebSub subscriptions to its feeds."""
    return f"{base_url.rstrip('/')}/websub"


def compose(  # noqa: PLR0913 - a feed is no less than this
    slice_: Slice,
    entries: Sequence[Entry],
    registry: Registry,
    *,
    base_url: str,
    first_index: Index | None,
    last_index: Index | None,
    archived: Index | None = None,
    pushes: bool = False,
) -> Feed:
    """The hub's feed of a slice, whose ``entries`` come newest first.

    ``base_url`` is the hub's own address; the indices are the lowest and the highest in the window,
    None when it is empty; ``archived`` names the newest page of its archive. Its words are the registry's
    names, in the languages they have there. ``pushes`` says whether the hub sends what is new in it to
    subscribers, and so names where they subscribe.
    """
    base = base_url.rstrip("/")
    home = f"{base}/feeds/{slice_.path}"
    return Feed(
        id=f"{home}.atom",
        title=_title(slice_, registry),
        description=_description(slice_, registry),
        home_url=f"{base}/",
        author=_author(slice_, registry),
        entries=tuple(entries),
        updated=_updated(entries, registry.agencies.values()),
        lang=_lang(slice_, registry),
        self_urls=tuple((format_, f"{home}.{format_}") for format_ in ("atom", "rss", "json", "ninjs")),
        hub_url=hub_address(base) if pushes else None,
        first_index=first_index,
        last_index=last_index,
        continue_url=_continued(base, slice_, last_index),
        image_url=f"{base}/icon.png",
        prev_archive=_page(home, archived, "atom"),
        next_url=_page(home, archived, "json"),
    )


def _continued(base: str, slice_: Slice, last: Index | None) -> str:
    """Where the cursor API goes on with the slice."""
    narrowed = f"&{slice_.query}" if slice_.query else ""
    return f"{base}/v1/items?after={-1 if last is None else last}{narrowed}"


def compose_stories(feed: Feed, slice_: Slice, registry: Registry, *, base_url: str) -> Feed:
    """A slice's ``feed`` as the feed of its stories: each once, whoever tells it.

    Its entries go on changing, so it has no archive and nobody is sent what is new in it: whoever must not
    miss anything follows the slice itself.
    """
    home = f"{base_url.rstrip('/')}/feeds/{view_path(slice_, stories=True)}"
    return replace(
        feed,
        id=f"{home}.atom",
        title=" · ".join([_whose(slice_, registry), STORIES, *_narrowed(slice_)]),
        self_urls=tuple((format_, f"{home}.{format_}") for format_, _ in feed.self_urls),
        hub_url=None,
        prev_archive=None,
        next_url=None,
    )


def compose_tombstones(
    slice_: Slice, entries: Sequence[Entry], registry: Registry, *, base_url: str, stories: bool = False
) -> Feed:
    """What was withdrawn of a slice, newest first: another document of the same feed (RFC 6721)."""
    feed = compose(slice_, entries, registry, base_url=base_url, first_index=None, last_index=None)
    if stories:
        feed = compose_stories(feed, slice_, registry, base_url=base_url)
    home = f"{base_url.rstrip('/')}/feeds/{view_path(slice_, stories=stories)}"
    urls = (("atom", f"{home}.tombstones"),)
    return replace(feed, entries=tuple(entries), self_urls=urls, continue_url=None)


def compose_archive(  # noqa: PLR0913 - a page is no less than this
    slice_: Slice,
    entries: Sequence[Entry],
    registry: Registry,
    *,
    base_url: str,
    first_index: Index,
    last_index: Index,
    before: Index | None,
) -> Feed:
    """A full page of a slice's archive (RFC 5005, section 4), known by the last index in it.

    ``entries`` are its versions, newest first; ``before`` names the page before it, None at the first.
    """
    feed = compose(
        slice_,
        entries,
        registry,
        base_url=base_url,
        first_index=first_index,
        last_index=last_index,
        archived=before,
    )
    home = f"{base_url.rstrip('/')}/feeds/{slice_.path}"
    pages = ((format_, _page(home, last_index, format_)) for format_ in ("atom", "json"))
    return replace(
        feed,
        self_urls=tuple((format_, url) for format_, url in pages if url is not None),
        current=f"{home}.atom",
        archived=True,
    )


def _page(home: str, last: Index | None, format_: str) -> str | None:
    return None if last is None else f"{home}/archive/{last}.{format_}"


def compose_pending(entries: Sequence[Entry], registry: Registry, *, base_url: str) -> Feed:
    """The hub's feed of alerts that too few witnesses stand behind so far, newest first.

    It is no slice, and nothing in it has its place yet: there is no index to go on from.
    """
    home = f"{base_url.rstrip('/')}/feeds/{PENDING_ALERTS}"
    return replace(
        compose(Slice(), entries, registry, base_url=base_url, first_index=None, last_index=None),
        id=f"{home}.atom",
        title=f"{registry.name} · {PENDING_ALERTS}",
        self_urls=tuple((format_, f"{home}.{format_}") for format_ in ("atom", "rss", "json")),
        continue_url=None,
    )


def compose_search(  # noqa: PLR0913 - what a feed of a query is made of
    query: str,
    asked: str,
    slice_: Slice,
    entries: Sequence[Entry],
    registry: Registry,
    *,
    base_url: str,
    formats: Sequence[str],
) -> Feed:
    """The newest of a slice in which ``query`` is found; ``asked`` is all that is asked, as in an address.

    It is no slice, and not of the log's order alone: nothing of it is archived, and nobody is sent it.
    """
    feed = compose(slice_, entries, registry, base_url=base_url, first_index=None, last_index=None)
    home = f"{base_url.rstrip('/')}/feeds/search"
    return replace(
        feed,
        id=f"{home}.atom?{asked}",
        title=f"{feed.title} · {''.join(each if each.isprintable() else ' ' for each in query)}",
        self_urls=tuple((format_, f"{home}.{format_}?{asked}") for format_ in formats),
        continue_url=None,
    )


def compose_agency(
    agency: Agency,
    entries: Sequence[Entry],
    *,
    atom_url: str,
    rss_url: str | None,
    prev_archive: str | None = None,
) -> Feed:
    """An agency's own signed feed, whose ``entries`` come newest first.

    Its entries show no bodies: each is carried once, inside its token (decision 0007). For a feed that
    people read, put the whole ``entries`` into what this gives. ``prev_archive`` is where its archive's
    newest page stands, relative to the feed.
    """
    rss = () if rss_url is None else (("rss", rss_url),)
    return Feed(
        id=atom_url,
        title=agency.name(),
        description=_joined(agency.names.values()),
        home_url=home_of(agency),
        author=agency.name(),
        entries=tuple(replace(entry, text=None, html=None) for entry in entries),
        updated=_updated(entries, (agency,)),
        lang=_only(agency.languages),
        self_urls=(("atom", atom_url), *rss),
        prev_archive=prev_archive,
    )


def compose_page(  # noqa: PLR0913 - what an archive page has to say
    agency: Agency,
    entries: Sequence[Entry],
    *,
    page_url: str,
    current: str,
    prev_archive: str | None,
    full: bool,
) -> Feed:
    """A page of an agency's archive (RFC 5005): tokens by number, with little besides them."""
    feed = compose_agency(agency, entries, atom_url=page_url, rss_url=None, prev_archive=prev_archive)
    return replace(feed, current=current, archived=full)


def _title(slice_: Slice, registry: Registry) -> str:
    """Whose and which, in the registry's names and in codes: "ASEAN · Việt Nam · vi · 04000000 · ≤3"."""
    return " · ".join([_whose(slice_, registry), *_narrowed(slice_)])


def _narrowed(slice_: Slice) -> Iterable[str]:
    urgency = f"≤{slice_.urgency}" if slice_.urgency is not None else None
    return filter(None, (slice_.lang, slice_.topic, urgency, slice_.kind))


def _whose(slice_: Slice, registry: Registry) -> str:
    if slice_.agency is not None:
        return _author(slice_, registry)
    if slice_.member is not None:
        member = registry.members.get(slice_.member)
        return f"{registry.name} · {slice_.member if member is None else member.name()}"
    return registry.name


def _description(slice_: Slice, registry: Registry) -> str:
    """Whose items these are: names only, so that no language is put before another."""
    if slice_.member is None and slice_.agency is None and slice_.lang is None:
        return _joined(member.name() for member in registry.members.values()) or registry.name
    return _joined(agency.name() for agency in _agencies(slice_, registry)) or registry.name


def _agencies(slice_: Slice, registry: Registry) -> Iterable[Agency]:
    for agency in registry.agencies.values():
        in_language = slice_.lang is None or slice_.lang in agency.languages
        if in_language and slice_.agency in (None, agency.id) and slice_.member in (None, agency.member):
            yield agency


def _author(slice_: Slice, registry: Registry) -> str:
    if slice_.agency is None:
        return registry.name
    agency = registry.agencies.get(slice_.agency)
    return slice_.agency if agency is None else agency.name()


def _lang(slice_: Slice, registry: Registry) -> str | None:
    if slice_.lang is not None or (slice_.member is None and slice_.agency is None):
        return slice_.lang
    return _only([lang for agency in _agencies(slice_, registry) for lang in agency.languages])


def _only(languages: Iterable[str]) -> str | None:
    """The one language there is, None when there are several."""
    different = set(languages)
    return different.pop() if len(different) == 1 else None


def _updated(entries: Sequence[Entry], agencies: Iterable[Agency]) -> str:
    """When the newest entry changed; of an empty feed, the day the first of its agencies came in."""
    # RFC 3339 in whole seconds of UTC sorts as text.
    if entries:
        return max(entry.updated for entry in entries)
    first = min((state.since for agency in agencies for state in agency.states), default=0)
    return rfc3339(first)


def _joined(names: Iterable[str]) -> str:
    return " · ".join(dict.fromkeys(names))
