"""RSS 2.0 (RSS Board profile) out: light, for readers; the token is named by its hash and address."""

from typing import Final

from lxml import etree

from syndicate.news import Entry, Feed, Media
from syndicate.wire._feedgen import authors, rss_head, rss_item
from syndicate.wire._inert import as_html, inert_entry, inert_head
from syndicate.wire._names import ATOM, CONTENT, DC, DCTERMS, MEDIA, SYN
from syndicate.wire._set_xml import (
    add,
    add_also,
    add_hub,
    add_particulars,
    add_window,
    child,
    cut,
    head_bytes,
    set_html,
    validity,
)
from syndicate.wire._times import rfc822

_NAMESPACES: Final = {
    "atom": ATOM,
    "content": CONTENT,
    "dc": DC,
    "dcterms": DCTERMS,
    "media": MEDIA,
    "syn": SYN,
}
CLOSE: Final = b"</channel></rss>"


def head(feed: Feed) -> bytes:
    """The document up to its first item."""
    clean = inert_head(feed)
    made = rss_head(clean, dict(clean.self_urls).get("rss"))
    root = etree.Element("rss", {"version": "2.0"}, nsmap=_NAMESPACES)
    channel = etree.SubElement(root, "channel")
    channel.extend(list(made[0]))
    add(channel, "lastBuildDate", rfc822(clean.updated))
    _add_image(channel, clean)
    add_hub(channel, clean)
    add_window(channel, clean)
    return head_bytes(root, close=CLOSE)


def _add_image(channel: etree._Element, feed: Feed) -> None:
    # The profile wants the channel's own title and link in it.
    if feed.image_url is not None:
        image = add(channel, "image")
        for name, value in (("url", feed.image_url), ("title", feed.title), ("link", feed.home_url)):
            add(image, name, value)


def fragment(entry: Entry) -> bytes:
    """``entry`` as an item with its body, to stand in a document that began with ``head``."""
    return _fragment(entry, with_body=True)


def light(entry: Entry) -> bytes:
    """The same without the body."""
    return _fragment(entry, with_body=False)


def _fragment(entry: Entry, *, with_body: bool) -> bytes:
    clean = inert_entry(entry)
    root = etree.Element("rss", nsmap=_NAMESPACES)
    made = rss_item(clean, root)
    _finish_title(made, clean.title)
    add(made, "pubDate", rfc822(clean.published))
    for name in authors(clean):
        add(made, f"{{{DC}}}creator", name)
    add(made, f"{{{DC}}}language", clean.lang)
    if clean.rights is not None:
        add(made, f"{{{DC}}}rights", clean.rights)
    _add_validity(made, clean)
    if with_body:
        _add_body(made, clean)
    for medium in clean.media:
        _add_medium(made, medium)
    for other in clean.also:
        add(made, f"{{{DC}}}contributor", other.agency_name)
        add_also(made, other)
    add_particulars(made, clean)
    add(made, f"{{{SYN}}}token", sha256=clean.digest, href=clean.token_url)
    return _hexadecimal_title(cut(root))


def _finish_title(made: etree._Element, title: str) -> None:
    # A title is plain text (RSS Board profile), but many readers take it for HTML. "&" reads the same
    # either way; "<" would begin markup, so it is escaped once more, for them.
    child(made, "title").text = title.replace("<", "&lt;")


def _hexadecimal_title(item: bytes) -> bytes:
    """Write a title's references in the form that the profile asks for, and lxml cannot write."""
    before, close, after = item.partition(b"</title>")
    return before.replace(b"&amp;", b"&#x26;").replace(b"&lt;", b"&#x3C;") + close + after


def _add_validity(made: etree._Element, entry: Entry) -> None:
    add(made, f"{{{DCTERMS}}}modified", entry.updated)
    valid = validity(entry)
    if valid is not None:
        add(made, f"{{{DCTERMS}}}valid", valid)


def _add_medium(made: etree._Element, medium: Media) -> None:
    content = add(
        made,
        f"{{{MEDIA}}}content",
        url=medium.url,
        type=medium.type,
        medium=_sort_of(medium.type),
        fileSize=None if medium.length is None else str(medium.length),
    )
    if medium.sha256 is not None:
        content.set(f"{{{SYN}}}sha256", medium.sha256)
    if medium.alt:
        # Not media:description: feedparser, and who builds on it, takes that for the item's own.
        add(content, f"{{{MEDIA}}}title", medium.alt, type="plain")
    if medium.credit is not None:
        add(content, f"{{{MEDIA}}}credit", medium.credit)


def _sort_of(media_type: str) -> str:
    sort = media_type.partition("/")[0].lower()
    return sort if sort in ("image", "audio", "video") else "document"


def _add_body(made: etree._Element, entry: Entry) -> None:
    body = entry.html if entry.html is not None else as_html(entry.text or "")
    if body:
        set_html(add(made, f"{{{CONTENT}}}encoded"), body)
