"""A slice in words, and the addresses by which it can be had."""

from collections.abc import Mapping, Sequence
from typing import Final

from markupsafe import Markup

from syndicate.news import Registry, Slice
from syndicate.republish import view_path
from syndicate.web._pages._paper import called
from syndicate.web._pages._tongues import OWN_NAMES, direction
from syndicate.web._pages._words import Words

FEEDS: Final = {  # what a page names as its alternates, and in which media type
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
    "ninjs": "application/json",
}


def feeds_of(slice_: Slice, *, stories: bool = False) -> Sequence[Mapping[str, str | None]]:
    """The feeds of a slice, or of its stories: the catalogue's name for the format, address, media type."""
    path = view_path(slice_, stories=stories)
    return [{"name": name, "href": f"/feeds/{path}.{name}", "type": type_} for name, type_ in FEEDS.items()]


def stories_page(slice_: Slice) -> str:
    """The address of the page of a slice's stories."""
    return f"/{view_path(slice_, stories=True)}"


def ways_into(slice_: Slice, *, pushes: bool) -> Sequence[Mapping[str, str | None]]:
    """Each way to subscribe to a slice: the catalogue's name for it, its address, its media type.

    ``pushes`` says whether this site sends anything by itself, which a mirror does not.
    """
    query = f"?{slice_.query}" if slice_.query else ""
    others = {
        "stories": stories_page(slice_),
        "opml": "/feeds.opml",
        "api": f"/v1/items{query}",
        "sse": f"/v1/stream{query}",
    }
    if pushes:
        others |= {"websub": "/subscribe#websub", "webhook": "/subscribe#webhooks"}
    return [*feeds_of(slice_), *({"name": name, "href": href, "type": None} for name, href in others.items())]


def title_of(slice_: Slice, registry: Registry, words: Words) -> Markup:
    """What a slice is called on a page, each part in its own language."""
    parts = []
    if slice_.member is not None:
        parts.append(called(registry.members.get(slice_.member), slice_.member))
    if slice_.agency is not None:
        parts.append(called(registry.agencies.get(slice_.agency), slice_.agency))
    if slice_.lang is not None:
        parts.append(tongue(slice_.lang))
    if slice_.topic is not None:
        parts.append(topic(slice_.topic, words))
    if slice_.urgency is not None:
        parts.append(words("wire.urgency_at_most", urgency=slice_.urgency))
    if slice_.kind is not None:
        parts.append(words(f"kind.{slice_.kind}"))
    return Markup(" · ").join(parts) if parts else words("wire.all")


def topic(code: str, words: Words) -> Markup:
    """A Media Topic by its name, or by its code where the catalogue has none."""
    known = f"topic.{code}"
    return words(known) if words.knows(known) else words("wire.topic", code=code)


def tongue(lang: str) -> Markup:
    """A language by the name that its speakers give it."""
    return Markup('<bdi lang="{}" dir="{}">{}</bdi>').format(lang, direction(lang), OWN_NAMES.get(lang, lang))
