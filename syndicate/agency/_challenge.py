"""Pages that stand where a feed should be, or where a story should be: named, and never signed."""

import re
from collections.abc import Sequence
from html import unescape
from typing import Final, NoReturn
from urllib.parse import urljoin

from syndicate.agency._entry import CmsEntry
from syndicate.errors import AgencyError

_LOOKED_AT: Final = 200_000  # bytes of a page
# What the common bot walls write: in the page's title, and in the page.
_TITLES: Final = (
    "just a moment", "attention required! | cloudflare", "please wait", "checking your browser",
    "access denied", "ddos-guard", "one moment, please", "un momento", "403 forbidden", "security check",
    "are you a robot", "verifying you are human", "sebentar", "รอสักครู่",
)  # fmt: skip
_MARKS = re.compile(
    r"cf[-_]chl|cf-browser-verification|challenge-platform|enable javascript and cookies|ray id|"
    r"checking (?:if the site|your browser)|verify(?:ing)? (?:that )?you are (?:a )?human|"
    r"security of your connection|ddos protection|captcha|incapsula|request unsuccessful",
    re.IGNORECASE,
)
_PAGE = re.compile(
    rb"^\s*(?:\xef\xbb\xbf)?(?:<!--(?:(?!-->).)*+-->\s*+)*+(?:<!doctype\s+html|<html|<head|<body)",
    re.IGNORECASE | re.DOTALL,
)
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,300})", re.IGNORECASE)
_LINK = re.compile(r"<link\b[^>]{0,1000}>", re.IGNORECASE)
_FEED_TYPE = re.compile(r"""type\s*=\s*["']?application/(?:rss\+xml|atom\+xml|feed\+json)""", re.IGNORECASE)
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]{1,1000})""", re.IGNORECASE)
_MOST_FEEDS: Final = 5


def challenge_in(entry: CmsEntry) -> bool:
    """Whether a bot wall's page was taken for a story on its way into this entry."""
    texts = (each.value for each in (entry.body, entry.summary) if each is not None)
    return entry.title is not None and _is_challenge(entry.title.value, " ".join(texts))


def refuse_page(body: bytes, source: str, wanted: str) -> NoReturn:
    """Say what stands where a feed should be.

    Raises:
        AgencyError: always; its hint says what to do, and names the feeds that the page knows.
    """
    text = body[:_LOOKED_AT].decode("utf-8", "replace")
    title = " ".join(unescape(found[1]).split()) if (found := _TITLE.search(text)) else ""
    if _PAGE.match(body[:_LOOKED_AT]) is None:
        raise AgencyError(
            f"what {source} gave is {wanted}{_beginning(text)}",
            hint="Open the address in a browser: a login or an error page may stand there.",
        )
    # Marks alone are no proof: walls leave some on the pages that they let through, too.
    feeds = _feeds_of(text, source)
    if title.rstrip(".… ").lower() in _TITLES or (_MARKS.search(text) and not feeds):
        raise AgencyError(
            f"{source} gave a bot wall's challenge page ({title!r}) instead of a feed",
            hint="Let whoever runs the wall exempt the feed's address for this machine.",
        )
    raise AgencyError(f"{source} gave a web page ({title!r}) where a feed should be", hint=_way_out(feeds))


def _feeds_of(page: str, source: str) -> list[str]:
    links = (link[0] for link in _LINK.finditer(page) if _FEED_TYPE.search(link[0]))
    feeds = [urljoin(source, unescape(found[1])) for link in links if (found := _HREF.search(link))]
    return list(dict.fromkeys(feeds))[:_MOST_FEEDS]


def _way_out(feeds: Sequence[str]) -> str:
    if not feeds:
        return (
            "Look for the site's RSS, Atom or JSON address; on WordPress it is the site's address and /feed/."
        )
    return "The page names these feeds: " + ", ".join(feeds)


def _beginning(text: str) -> str:
    begins = " ".join(text[:60].split())
    return f" (it begins {begins!r})" if begins else " (it is empty)"


def _is_challenge(title: str, text: str) -> bool:
    named = title.strip().rstrip(".… ").lower()
    return named in _TITLES and (not text.strip() or _MARKS.search(text) is not None)
