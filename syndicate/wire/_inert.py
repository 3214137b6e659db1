"""What goes into type is inert: no script, no address but http(s), no character a format cannot carry.

Verification promises all of this for every token. The writers hold to it by themselves, because a
feed is where a mistake elsewhere would run in somebody's reader.
"""

import re
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from html import escape
from typing import Final, TypeVar

from syndicate.news import ContentError, Entry, Feed, check_content

T = TypeVar("T")
NOWHERE: Final = "about:invalid"
# What XML 1.0 cannot carry (section 2.2), and half surrogate pairs, which UTF-8 cannot.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")


def inert_entry(entry: Entry) -> Entry:
    """``entry`` as it may be set: every text printable, every address http(s), the body in the profile."""
    clean = printable(entry)
    text, html = _body(clean)
    return replace(
        clean,
        title=clean.title or clean.id,  # a title may not be empty, in feedgen's eyes
        url=address(clean.url),
        token_url=address(clean.token_url),
        source_url=address(clean.source_url),
        media=tuple(medium for medium in clean.media if medium.url == address(medium.url)),
        relations=tuple(
            each for each in clean.relations if each.url is None or each.url == address(each.url)
        ),
        also=tuple(
            replace(each, url=address(each.url), token_url=address(each.token_url)) for each in clean.also
        ),
        text=text,
        html=html,
    )


def inert_head(feed: Feed) -> Feed:
    """``feed`` without its entries, every text printable."""
    return printable(replace(feed, entries=()))


def _body(entry: Entry) -> tuple[str | None, str | None]:
    """The text and the HTML of the body: HTML outside the profile is shown as the text it is."""
    if entry.html is None:
        return entry.text, None
    try:
        check_content("text/html", entry.html)
    except ContentError:
        return entry.html, None
    return entry.text, entry.html


def address(url: str) -> str:
    """``url``, if it leads somewhere by http(s)."""
    return url if url.startswith(("https://", "http://")) else NOWHERE


def printable(value: T) -> T:
    """``value``, and every text within it, with U+FFFD for what cannot be printed."""
    if isinstance(value, str):
        # Enum members and the like stay what they are: they hold none of these characters.
        return _UNPRINTABLE.sub("\ufffd", value) if _UNPRINTABLE.search(value) else value  # type: ignore[return-value] # str is T here
    if isinstance(value, tuple):
        return tuple(map(printable, value)) if value else value  # type: ignore[return-value] # tuple is T here
    changed = {
        name: new
        for name in _names_of(type(value))  # type: ignore[arg-type] # a class is hashable
        if (new := printable(old := getattr(value, name))) is not old
    }
    return replace(value, **changed) if changed else value  # type: ignore[type-var] # only a dataclass has names


@lru_cache(100)
def _names_of(type_: type) -> tuple[str, ...]:
    """The fields of a dataclass; of anything else, none."""
    return tuple(field.name for field in fields(type_)) if is_dataclass(type_) else ()


def as_html(text: str) -> str:
    """Plain text as HTML that shows the same: paragraphs at blank lines, breaks at the others."""
    paragraphs = [each for each in _PARAGRAPHS.split(text.strip("\n")) if each]
    return "".join(f"<p>{escape(each).replace(chr(10), '<br>')}</p>" for each in paragraphs)
