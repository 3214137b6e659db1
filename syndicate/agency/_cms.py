"""Reading what the CMS publishes: its RSS or Atom, with feedparser, on bytes that were bounded before."""

import calendar
import io
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import feedparser

from syndicate.agency._addresses import plain_address
from syndicate.agency._tree import BLOCKS, INLINE, SILENT
from syndicate.errors import AgencyError

CMS_BYTES: Final = 20_000_000  # of a CMS's feed; 1,000 whole articles have about 7
MOST_ENTRIES: Final = 2_000
# feedparser takes the caption of a picture (media:description, media:title) for the text of the story.
_PICTURE_TEXTS = re.compile(
    rb"<media:(description|title|text)(?:\s[^<>]*)?(?<!/)>(?:(?!</?media:).)*</media:\1\s*>", re.DOTALL
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
_MOST_OF_NAMES: Final = 1_000  # characters: the pattern below takes the square of them
_MAIL = re.compile(r"[<(]?[^\s<>()]+@[^\s<>()]+[>)]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A text as the CMS gave it, and whether it is HTML or plain."""

    value: str
    is_html: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosure:
    """A file that an entry names: a picture, film or sound."""

    url: str
    type: str  # as claimed, often ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CmsEntry:
    """An entry of a CMS's feed, as found: nothing is converted or judged yet."""

    cms_id: str  # the CMS's own id, else the entry's address; "" if it has neither
    url: str  # as written, maybe relative
    base: str  # what relative addresses in the entry refer to
    title: Words | None
    summary: Words | None
    body: Words | None
    byline: str
    published: float | None  # Unix seconds, where the entry states a time that could be read
    updated: float | None
    categories: tuple[tuple[str, str], ...] = ()  # scheme and term
    enclosures: tuple[Enclosure, ...] = ()


def read_cms(body: bytes, *, source: str) -> tuple[CmsEntry, ...]:
    """The entries of an RSS or Atom feed, in its order; ``source`` is its address, for links and messages.

    Raises:
        AgencyError: more than ``CMS_BYTES`` bytes or ``MOST_ENTRIES`` entries, or no feed at all.
    """
    if len(body) > CMS_BYTES:
        raise AgencyError(f"{source} has more than {CMS_BYTES} bytes")
    bare = body.replace(b"\x00", b"")  # UTF-16 hides nothing
    if len(_ENTITY.findall(bare)) != len(_HARMLESS_ENTITY.findall(bare)):
        raise AgencyError(f"{source} declares entities that no feed needs; it was not read")
    feed = _parsed(body, source)
    if not feed.get("version"):
        raise AgencyError(
            f"what {source} gave is neither RSS nor Atom{_beginning(body)}",
            hint="Open the address in a browser: a login, challenge or error page may stand there.",
        )
    if len(feed.entries) > MOST_ENTRIES:
        raise AgencyError(f"{source} has {len(feed.entries)} entries, more than {MOST_ENTRIES}")
    home = plain_address(str(feed.feed.get("link", "")), source) or source
    typed = feed.version.startswith("atom")
    return tuple(_entry(entry, home, typed=typed) for entry in feed.entries)


def _parsed(body: bytes, source: str) -> Any:  # noqa: ANN401 - feedparser has no types
    # Bytes in a stream, never text: given text, feedparser may open a file or an address of that name.
    # Sanitising and resolving are done once, by the converter.
    stream = io.BytesIO(_PICTURE_TEXTS.sub(b"", body))
    try:
        return feedparser.parse(stream, sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as exc:
        # What is broken enough is read by its loose parser, which breaks in turn on half a character.
        raise AgencyError(f"{source} is too broken to be read ({type(exc).__name__})") from exc


def _beginning(body: bytes) -> str:
    text = " ".join(body[:60].decode("utf-8", "replace").split())
    return f" (it begins {text!r})" if text else " (it is empty)"


def _entry(entry: Mapping[str, Any], home: str, *, typed: bool) -> CmsEntry:
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
        published=_seconds(entry.get("published_parsed")),
        updated=_seconds(entry.get("updated_parsed") if "updated" in entry else None),
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


def _seconds(parsed: time.struct_time | None) -> float | None:
    if parsed is None:
        return None
    try:
        return float(calendar.timegm(parsed))
    except (ValueError, OverflowError):
        return None


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
