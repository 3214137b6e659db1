"""JSON Feed 1.1 (and 1.0), and what a JSON document must be to be read at all.

Strict about size and shape, forgiving about what a version, an id or an author may look like: an item
that cannot be read is told by itself and never stops the others.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from syndicate.agency._addresses import plain_address
from syndicate.agency._challenge import refuse_page
from syndicate.agency._dates import DateReader
from syndicate.agency._entry import CmsEntry, CmsFeed, Enclosure, Words, unreadable
from syndicate.agency._one_by_one import read_each
from syndicate.errors import AgencyError

MOST_ITEMS: Final = 2_000
_MOST_OF_A_LIST: Final = 50  # authors, tags, attachments of one item
_VERSION: Final = "jsonfeed.org/version/1"


def read_document(body: bytes, source: str) -> Any:  # noqa: ANN401 - whatever the JSON holds
    """The value of a JSON document.

    Raises:
        AgencyError: it is none.
    """
    try:
        return json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        refuse_page(body, source, "no JSON that can be read")


def read_json_feed(told: Any, *, source: str, dates: DateReader) -> CmsFeed:  # noqa: ANN401 - whatever the JSON holds
    """A JSON Feed; ``told`` is the document's value.

    Raises:
        AgencyError: it is no JSON Feed, or has more than ``MOST_ITEMS`` items.
    """
    items = told.get("items") if isinstance(told, dict) else None
    if not isinstance(items, list) or _VERSION not in text_of(told.get("version")):
        raise AgencyError(
            f"{source} is JSON, but neither a JSON Feed nor a list of WordPress posts",
            hint='A JSON Feed has "version": "https://jsonfeed.org/version/1.1" and a list "items".',
        )
    if len(items) > MOST_ITEMS:
        raise AgencyError(f"{source} has {len(items)} items, more than {MOST_ITEMS}")
    home = plain_address(text_of(told.get("home_page_url")), source) or source
    authors = _names(told)
    return CmsFeed(
        source=source,
        format="JSON Feed",
        entries=read_each(items, lambda item: _entry(item, home, authors, dates)),
        language=text_of(told.get("language")),
        home=home,
    )


def text_of(value: object) -> str:
    """A text, or a number as one; "" for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _entry(item: Any, home: str, authors: str, dates: DateReader) -> CmsEntry:  # noqa: ANN401 - whatever the JSON holds
    if not isinstance(item, dict):
        return unreadable("an item of the JSON Feed is no object")
    url = text_of(item.get("url")) or text_of(item.get("external_url"))
    published, updated = text_of(item.get("date_published")), text_of(item.get("date_modified"))
    return CmsEntry(
        cms_id=text_of(item.get("id")) or plain_address(url, home) or url,
        url=url,
        base=plain_address(url, home) or home,
        title=_words(item, "title", is_html=False),
        summary=_words(item, "summary", is_html=False),
        body=_words(item, "content_html", is_html=True) or _words(item, "content_text", is_html=False),
        byline=_names(item) or authors,
        published=dates.seconds(published),
        updated=dates.seconds(updated),
        dated=published or updated,
        categories=tuple(("", text_of(tag)) for tag in _list(item, "tags")),
        enclosures=_enclosures(item),
    )


def _words(item: Mapping[str, Any], name: str, *, is_html: bool) -> Words | None:
    value = text_of(item.get(name))
    return Words(value=value, is_html=is_html) if value.strip() else None


def _names(told: Mapping[str, Any]) -> str:
    """The authors' names; 1.0 has one `author`."""
    authors = [*_list(told, "authors"), told.get("author")]
    names = (text_of(each.get("name")) for each in authors if isinstance(each, dict))
    return ", ".join(dict.fromkeys(name for name in names if name and "@" not in name))


def _list(told: Mapping[str, Any], name: str) -> list[Any]:
    value = told.get(name)
    return value[:_MOST_OF_A_LIST] if isinstance(value, list) else []


def _enclosures(item: Mapping[str, Any]) -> tuple[Enclosure, ...]:
    files = [each for each in _list(item, "attachments") if isinstance(each, dict)]
    found = [Enclosure(url=text_of(item.get("image")), type="")]
    found += [Enclosure(url=text_of(each.get("url")), type=text_of(each.get("mime_type"))) for each in files]
    return tuple(each for each in found if each.url)
