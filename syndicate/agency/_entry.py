"""What a CMS says, before anything is converted or judged: entries, and the feed they stood in."""

from dataclasses import dataclass


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
    """An entry of a CMS, as found: nothing is converted or judged yet."""

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
    dated: str = ""  # when it was published, as written: to be shown where it could not be read
    lang: str = ""  # as a person stated for this entry alone; "" where the configuration decides
    waits: bool = False  # a date that lies ahead is an embargo, not a mistake
    trouble: str = ""  # why this entry could not be read; then nothing else of it counts


@dataclass(frozen=True, slots=True, kw_only=True)
class CmsFeed:
    """All that was read from a CMS at once, and what the source says of itself."""

    source: str  # its address or path, as asked for
    format: str  # in words: "RSS 2.0", "JSON Feed", "WordPress posts", "Markdown files"
    entries: tuple[CmsEntry, ...]
    language: str = ""  # as the feed claims; the configuration decides
    home: str = ""  # the site's address, as the feed gives it
    built: float | None = None  # when the source says it was put together, Unix seconds


def unreadable(trouble: str, cms_id: str = "") -> CmsEntry:
    """An entry of which only the trouble with it is known."""
    return CmsEntry(
        cms_id=cms_id, url="", base="", title=None, summary=None, body=None, byline="", published=None,
        updated=None, trouble=trouble,
    )  # fmt: skip
