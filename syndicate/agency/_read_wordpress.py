"""WordPress's own list of posts (``/wp-json/wp/v2/posts``): unlike its feed it shows edits to old posts.

A post's id is its guid, the very text that the site's RSS has: an agency may change from one to the
other, and nothing is signed twice.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from syndicate.agency._addresses import plain_address
from syndicate.agency._dates import DateReader
from syndicate.agency._entry import CmsEntry, CmsFeed, Enclosure, Words, unreadable
from syndicate.agency._one_by_one import read_each
from syndicate.agency._read_json import text_of
from syndicate.errors import AgencyError

PER_PAGE: Final = 100  # the most that WordPress gives at once
MOST_PAGES: Final = 20
_POSTS: Final = "wp-json/wp/v2/posts"
_ASKED: Final = {
    "per_page": str(PER_PAGE),
    "orderby": "modified",  # an old post that was edited today comes first
    "order": "desc",
    "_embed": "author,wp:featuredmedia",
    "_fields": "id,guid,link,title,content,excerpt,date,date_gmt,modified_gmt,_links,_embedded",
}


def is_posts(address: str) -> bool:
    """Whether an address is a WordPress site's programming interface."""
    return "/wp-json" in address or "rest_route=" in address


def posts_address(address: str, page: int) -> str:
    """Where the posts' page of this number is, given the site's address or that of its posts.

    What the address asks for already (a category, a language) is asked for again.
    """
    parts = urlsplit(address if is_posts(address) else urljoin(address.rstrip("/") + "/", _POSTS))
    path = parts.path
    if path.rstrip("/").endswith("/wp-json"):
        path = path.rstrip("/") + _POSTS.removeprefix("wp-json")
    asked = _ASKED | dict(parse_qsl(parts.query)) | {"page": str(page)}
    return urlunsplit((parts.scheme, parts.netloc, path, urlencode(asked), ""))


def read_posts(posts: Sequence[Any], *, source: str, dates: DateReader) -> CmsFeed:
    """WordPress posts; ``posts`` are the values of one page's list, or of several.

    Raises:
        AgencyError: they are no posts.
    """
    if any(not isinstance(post, dict) or "link" not in post for post in posts[:PER_PAGE]):
        raise AgencyError(f"{source} is a JSON list, but not one of WordPress posts")
    parts = urlsplit(source)
    home = urlunsplit((parts.scheme, parts.netloc, "/", "", "")) if parts.netloc else source
    entries = read_each(posts, lambda post: _entry(post, home, dates))
    return CmsFeed(source=source, format="WordPress posts", entries=entries, home=home)


def _entry(post: Any, home: str, dates: DateReader) -> CmsEntry:  # noqa: ANN401 - whatever the JSON holds
    if not isinstance(post, dict):
        return unreadable("a post is no object")
    url, cms_id = text_of(post.get("link")), _rendered(post, "guid")
    content = post.get("content")
    if isinstance(content, dict) and content.get("protected") is True:
        return unreadable("it is behind a password in WordPress", cms_id or url)
    published = _gmt(post, "date_gmt") or text_of(post.get("date"))
    return CmsEntry(
        cms_id=cms_id or plain_address(url, home) or url,
        url=url,
        base=plain_address(url, home) or home,
        title=_words(post, "title"),
        summary=_words(post, "excerpt"),
        body=_words(post, "content"),
        byline=", ".join(name for each in _embedded(post, "author") if (name := text_of(each.get("name")))),
        published=dates.seconds(published) if published else None,
        updated=dates.seconds(_gmt(post, "modified_gmt")),
        dated=published,
        enclosures=tuple(
            Enclosure(url=address, type=text_of(each.get("mime_type")))
            for each in _embedded(post, "wp:featuredmedia")
            if (address := text_of(each.get("source_url")))
        ),
    )


def _gmt(post: Mapping[str, Any], name: str) -> str:
    """A time that WordPress gives in Greenwich's hours and without a zone; all zeros where it has none."""
    written = text_of(post.get(name))
    return "" if not written or written.startswith("0000") else written.rstrip("Zz") + "Z"


def _rendered(post: Mapping[str, Any], name: str) -> str:
    value = post.get(name)
    return text_of(value.get("rendered")) if isinstance(value, dict) else text_of(value)


def _words(post: Mapping[str, Any], name: str) -> Words | None:
    value = _rendered(post, name)
    return Words(value=value, is_html=True) if value.strip() else None


def _embedded(post: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    embedded = post.get("_embedded")
    found = embedded.get(name) if isinstance(embedded, dict) else None
    return [each for each in found[:10] if isinstance(each, dict)] if isinstance(found, list) else []
