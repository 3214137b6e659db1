"""RSS and Atom as CMSs write them, read with feedparser, on bytes that were bounded before."""

import io
import re
from collections.abc import Mapping
from typing import Any, Final

from syndicate.agency._addresses import plain_address
from syndicate.agency._challenge import refuse_page
from syndicate.agency._dates import DateReader
from syndicate.agency._entry import CmsEntry, CmsFeed, Enclosure, Words
from syndicate.agency._excess import MOST_ENTRIES, refuse_excess
from syndicate.agency._one_by_one import read_each
from syndicate.agency._tree import BLOCKS, INLINE, SILENT
from syndicate.errors import AgencyError

# feedparser takes the caption of a picture (media:description, media:title) for the text of the story.
_PICTURE_TEXTS = re.compile(
    rb"<media:(description|title|text)(?:\s[^<>]*)?(?<!/)>(?:(?!</?media:).)*</media:\1\s*>", re.DOTALL
)
# References to half a character, which no XML may hold: feedparser would break on one, and give no entry.
_HALF: Final = re.compile(
    rb"&#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}"
    rb"|0*(?:5529[6-9]|55[3-9]\d\d|56\d{3}|57[0-2]\d\d|573[0-3]\d|5734[0-3]));?"
)
# Entities of a feed's own are one character each, or they are a bomb: feedparser would expand it.
_ENTITY = re.compile(rb"<!ENTITY\b")
_HARMLESS_ENTITY = re.compile(
    rb"""<!ENTITY\s+\w+\s+(?:"(?:&#\w+;|[^"&%]){0,32}"|'(?:&#\w+;|[^'&%]){0,32}')\s*>"""
)
# RSS never says whether a text is HTML, and feedparser says it of all or of too few.
_TAGS = re.compile(
    rf"</?(?:{'|'.join(BLOCKS | INLINE | SILENT)})(?:\s[^<>]*)?/?>|&#?\w{{1,32}};", re.IGNORECASE
)
_FORMATS: Final = {
    "rss090": "RSS 0.90", "rss091n": "RSS 0.91", "rss091u": "RSS 0.91", "rss092": "RSS 0.92",
    "rss093": "RSS 0.93", "rss094": "RSS 0.94", "rss10": "RSS 1.0", "rss20": "RSS 2.0", "rss": "RSS",
    "cdf": "CDF",
    "atom01": "Atom 0.1", "atom02": "Atom 0.2", "atom03": "Atom 0.3", "atom10": "Atom 1.0", "atom": "Atom",
}  # fmt: skip
_MOST_OF_NAMES: Final = 1_000  # characters: the pattern below takes the square of them
_MAIL = re.compile(r"[<(]?[^\s<>()]+@[^\s<>()]+[>)]?")


def read_syndicated(body: bytes, *, source: str, dates: DateReader) -> CmsFeed:
    """An RSS (0.9x to 2.0) or Atom (0.3, 1.0) feed; ``source`` is its address, for links and messages.

    Raises:
        AgencyError: more than ``MOST_ENTRIES`` entries, more markup than any feed has, or no feed at all.
    """
    bare = body.replace(b"\x00", b"")  # UTF-16 hides nothing
    if len(_ENTITY.findall(bare)) != len(_HARMLESS_ENTITY.findall(bare)):
        raise AgencyError(f"{source} declares entities that no feed needs; it was not read")
    refuse_excess(bare, source)
    feed = _parsed(body, source)
    if not feed.get("version"):
        refuse_page(body, source, "neither RSS nor Atom")
    if len(feed.entries) > MOST_ENTRIES:
        raise AgencyError(f"{source} has {len(feed.entries)} entries, more than {MOST_ENTRIES}")
    home = plain_address(str(feed.feed.get("link", "")), source) or source
    typed = feed.version.startswith("atom")
    return CmsFeed(
        source=source,
        format=_FORMATS.get(feed.version, feed.version),
        entries=read_each(feed.entries, lambda entry: _entry(entry, home, dates, typed=typed)),
        language=str(feed.feed.get("language") or ""),
        home=home,
        built=dates.seconds(_as_written(feed.feed, "updated")),
    )


def _parsed(body: bytes, source: str) -> Any:  # noqa: ANN401 - feedparser has no types
    import feedparser  # noqa: PLC0415 - 10 MB that a cycle without changes never needs

    # Bytes in a stream, never text: given text, feedparser may open a file or an address of that name.
    # Sanitising and resolving are done once, by the converter.
    stream = io.BytesIO(_HALF.sub(b"&#xFFFD;", _PICTURE_TEXTS.sub(b"", body)))
    try:
        return feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as exc:
        # What is broken enough is read by its loose parser, which breaks in turn on half a character.
        raise AgencyError(f"{source} is too broken to be read ({type(exc).__name__})") from exc


def _entry(entry: Mapping[str, Any], home: str, dates: DateReader, *, typed: bool) -> CmsEntry:
    url = str(entry.get("link") or "")
    bodies = [_words(content, typed=typed) for content in entry.get("content", ())]
    summary = _words(entry.get("summary_detail"), typed=typed)
    body = next((each for each in bodies if each and each.value.strip()), None)
    if body is None:  # RSS with descriptions only: the description is the text
        body, summary = summary, None
    return CmsEntry(
        cms_id=str(entry.get("id") or plain_address(url, home) or url),
        url=url,
        base=plain_address(url, home) or home,
        title=_words(entry.get("title_detail"), typed=typed),
        summary=summary,
        body=body,
        byline=_byline(entry),
        published=dates.seconds(_as_written(entry, "published")),
        updated=dates.seconds(_as_written(entry, "updated")),
        dated=_as_written(entry, "published") or _as_written(entry, "updated"),
        categories=tuple(
            (str(tag.get("scheme") or ""), str(tag.get("term") or "")) for tag in entry.get("tags", ())
        ),
        enclosures=tuple(_enclosures(entry)),
    )


def _words(detail: Mapping[str, Any] | None, *, typed: bool) -> Words | None:
    if not detail or not detail.get("value"):
        return None
    value = str(detail["value"])
    is_html = detail.get("type") != "text/plain" if typed else _TAGS.search(value) is not None
    return Words(value=value, is_html=is_html)


def _byline(entry: Mapping[str, Any]) -> str:
    """The authors' names; an address alone is nobody's byline and does not belong in a public record."""
    names = [str(author.get("name") or "") for author in entry.get("authors", ())]
    if len(names) < 2:  # of one author, feedparser may have split the address in the wrong place
        names = [_MAIL.sub("", str(entry.get("author") or "")[:_MOST_OF_NAMES]).strip(" ()")]
    return ", ".join(dict.fromkeys(name for name in names if name and "@" not in name))


def _as_written(told: Mapping[str, Any], date: str) -> str:
    # Asked for by membership: feedparser lends an entry without `updated` its `published`, and warns.
    return str(told[date]) if date in told else ""


def _enclosures(entry: Mapping[str, Any]) -> list[Enclosure]:
    found = [
        Enclosure(url=str(link.get("href") or ""), type=str(link.get("type") or ""))
        for link in entry.get("enclosures", ())
    ]
    found += [
        Enclosure(url=str(medium.get("url") or ""), type=str(medium.get("type") or ""))
        for medium in entry.get("media_content", ())
    ]
    return [each for each in found if each.url]
