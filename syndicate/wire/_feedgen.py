"""The one place that speaks to feedgen, and repairs what it is known to leave undone.

Two of its habits are never met at all: it writes dates under a process-wide ``setlocale``, so it is
given none for RSS; and it fills in the present moment, so every date it invents is overwritten or
removed by the format's last pass. What comes back are lxml elements in their right namespaces.
"""

from datetime import UTC, datetime
from typing import Any, Final

from feedgen.entry import FeedEntry
from feedgen.feed import FeedGenerator
from lxml import etree

from syndicate.news import Entry, Feed, spelling
from syndicate.wire._inert import as_html
from syndicate.wire._names import ATOM

_SOME_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)  # stands in until the last pass
_GENERATOR: Final = "syndicate"


def atom_entry(entry: Entry, into: etree._Element) -> etree._Element:
    """``entry`` as a child of ``into``: the elements of RFC 4287, times still to be set."""
    made = _entry(entry)
    made.updated(_SOME_TIME)
    made.published(_SOME_TIME)
    made.link(href=entry.url, rel="alternate")
    made.author([{"name": name} for name in authors(entry)])
    if entry.summary is not None:
        made.summary(entry.summary)
    if entry.html is not None:
        made.content(entry.html, type="html")
    elif entry.text is not None:
        made.content(entry.text)
    if entry.rights is not None:
        made.rights(entry.rights)
    return _adopt(made.atom_entry(), into, ATOM)


def rss_item(entry: Entry, into: etree._Element) -> etree._Element:
    """``entry`` as an item below ``into``: the elements of RSS 2.0 itself, but for its date and body."""
    made = _entry(entry)
    made.guid(entry.id, permalink=False)
    made.link(href=entry.url)
    if entry.summary is not None:
        # A description is HTML (RSS Board profile), so what was signed as plain text is escaped first.
        made.description(as_html(entry.summary))
    covered = next((medium for medium in entry.media if medium.length is not None), None)
    if covered is not None:
        made.enclosure(covered.url, str(covered.length), covered.type)
    return _adopt(made.rss_entry(), into, None)


def _entry(entry: Entry) -> Any:  # noqa: ANN401 - feedgen has no types
    made = FeedEntry()
    made.id(entry.id)
    made.title(entry.title)
    made.source(entry.source_url, entry.agency_name)
    if entry.categories:
        made.category([{"term": code, "scheme": spelling.MEDIA_TOPICS} for code in entry.categories])
    return made


def authors(entry: Entry) -> tuple[str, ...]:
    """Who is named as author: the byline, if there is one, and always the agency that signed."""
    return (entry.agency_name,) if entry.byline is None else (entry.byline, entry.agency_name)


def atom_head(feed: Feed, self_url: str | None) -> etree._Element:
    """The Atom feed element of ``feed`` without entries; ``updated`` still to be set."""
    made = _head(feed)
    made.author({"name": feed.author})
    made.subtitle(feed.description)
    if self_url is not None:
        made.link(href=self_url, rel="self", type="application/atom+xml")
    made.link(href=feed.home_url, rel="alternate", type="text/html")
    return etree.fromstring(made.atom_str(xml_declaration=False))


def rss_head(feed: Feed, self_url: str | None) -> etree._Element:
    """The rss element of ``feed`` without items; ``lastBuildDate`` still to be set."""
    made = _head(feed)
    if self_url is not None:
        made.link(href=self_url, rel="self", type="application/rss+xml")
    made.link(href=feed.home_url, rel="alternate")  # last, since feedgen takes the last one
    made.description(feed.description)
    made.language(feed.lang or "mul")  # ISO 639-2: several languages
    made.ttl(5)
    made.docs("https://www.rssboard.org/rss-specification")
    made._FeedGenerator__rss_lastBuildDate = None  # noqa: SLF001 - see the module's docstring
    return etree.fromstring(made.rss_str(xml_declaration=False))


def _head(feed: Feed) -> Any:  # noqa: ANN401 - feedgen has no types
    made = FeedGenerator()
    made.id(feed.id)
    made.title(feed.title)
    made.updated(_SOME_TIME)
    made.generator(_GENERATOR)
    return made


def _adopt(made: etree._Element, into: etree._Element, namespace: str | None) -> etree._Element:
    """``made``, which feedgen leaves without a namespace, set anew as a child of ``into``."""

    def name(element: etree._Element) -> str:
        return f"{{{namespace}}}{element.tag}" if namespace else str(element.tag)

    adopted = etree.SubElement(into, name(made), _attributes(made))
    todo = [(made, adopted)]
    for old, new in todo:
        new.text = old.text
        todo += [(child, etree.SubElement(new, name(child), _attributes(child))) for child in old]
    return adopted


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}
