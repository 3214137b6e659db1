"""Lists for machines: the news sitemap of search engines, and OPML 2.0 for feed readers."""

from collections.abc import Sequence
from typing import Any, Final

from lxml import etree

from syndicate.news import Entry, Feed, Outline
from syndicate.wire._inert import address, printable
from syndicate.wire._names import NEWS, SITEMAP

SITEMAP_MOST: Final = 1_000  # addresses that a news sitemap may hold
_NAMESPACES: Final[Any] = {None: SITEMAP, "news": NEWS}
_DECLARATION: Final = b'<?xml version="1.0" encoding="UTF-8"?>\n'
# The two languages whose script search engines ask for, in their own spelling.
_CHINESE: Final = {"zh-Hans": "zh-cn", "zh-Hant": "zh-tw"}


def news_sitemap(feed: Feed) -> bytes:
    """The first 1,000 entries of ``feed`` as a news sitemap: each entry's address is the page's own."""
    clean = printable(feed)
    root = etree.Element(f"{{{SITEMAP}}}urlset", nsmap=_NAMESPACES)
    for entry in clean.entries[:SITEMAP_MOST]:
        _add_page(root, entry, clean.title)
    return _written(root)


def _add_page(root: etree._Element, entry: Entry, publication: str) -> None:
    url = etree.SubElement(root, f"{{{SITEMAP}}}url")
    etree.SubElement(url, f"{{{SITEMAP}}}loc").text = address(entry.url)
    news = etree.SubElement(url, f"{{{NEWS}}}news")
    named = etree.SubElement(news, f"{{{NEWS}}}publication")
    etree.SubElement(named, f"{{{NEWS}}}name").text = publication
    etree.SubElement(named, f"{{{NEWS}}}language").text = _language(entry.lang)
    etree.SubElement(news, f"{{{NEWS}}}publication_date").text = entry.published
    etree.SubElement(news, f"{{{NEWS}}}title").text = entry.title


def _language(tag: str) -> str:
    # An ISO 639 code and no more, but for Chinese.
    return _CHINESE.get("-".join(tag.split("-")[:2]), tag.partition("-")[0])


def opml(title: str, outlines: Sequence[Outline]) -> bytes:
    """Subscriptions as OPML 2.0: groups and feeds, in the order given."""
    root = etree.Element("opml", {"version": "2.0"})
    etree.SubElement(etree.SubElement(root, "head"), "title").text = printable(title)
    body = etree.SubElement(root, "body")
    for outline in outlines:
        _add_outline(body, printable(outline))
    return _written(root)


def _add_outline(into: etree._Element, outline: Outline) -> None:
    told = {
        "text": outline.text,
        "title": outline.text,
        "type": None if outline.feed_url is None else "rss",  # OPML's word for Atom, too
        "xmlUrl": outline.feed_url,
        "htmlUrl": outline.page_url,
        "language": outline.lang,
    }
    made = etree.SubElement(
        into, "outline", {name: value for name, value in told.items() if value is not None}
    )
    for each in outline.below:
        _add_outline(made, each)


def _written(root: etree._Element) -> bytes:
    return _DECLARATION + etree.tostring(root, encoding="UTF-8", xml_declaration=False)
