"""Whatever a CMS offers, read: one door to feeds, posts and folders, which all become ``CmsEntry`` values."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from syndicate.agency._config import AgencyConfig
from syndicate.agency._dates import DateReader, zone_of
from syndicate.agency._entry import CmsEntry, CmsFeed
from syndicate.agency._read_folder import read_folder
from syndicate.agency._read_json import read_document, read_json_feed
from syndicate.agency._read_wordpress import PER_PAGE, is_posts, posts_address, read_posts
from syndicate.agency._read_xml import read_syndicated
from syndicate.errors import AgencyError
from syndicate.ports import Fetched, Fetcher, FetchFailed, FetchFault

CMS_BYTES: Final = 20_000_000  # of a CMS's feed; 1,000 whole articles have about 7
KINDS: Final = ("auto", "feed", "json", "wordpress", "folder")
_WALLED: Final = (401, 403, 429, 503)  # how bot walls answer a program


def read_cms(body: bytes, *, source: str, zone: str = "UTC") -> tuple[CmsEntry, ...]:
    """The entries of an RSS, Atom or JSON feed, or of a page of WordPress posts, in their order.

    ``source`` is its address, for links and messages; ``zone`` is what a date without a zone means.

    Raises:
        AgencyError: more bytes or entries than any feed has, or no feed at all.
    """
    return _read_bytes(body, source, DateReader(zone=zone)).entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a CMS offers now, not yet read."""

    bodies: tuple[bytes, ...]  # the documents that it consists of; none of a folder
    read: Callable[[], CmsFeed]  # raises AgencyError


async def look_at(config: AgencyConfig, fetcher: Fetcher | None) -> Offer:
    """All that the CMS of this configuration shows now: one feed, some pages of posts, or a folder.

    ``fetcher`` may be None where ``config.is_remote`` is not.

    Raises:
        AgencyError: it cannot be reached, or is too large.
    """
    zone_of(config.zone)
    dates = DateReader(zone=config.zone, local=config.local_dates)
    if fetcher is None or not config.is_remote:
        return _look_here(config, dates)
    if config.kind == "wordpress" or (config.kind == "auto" and is_posts(config.feed)):
        return await _look_at_wordpress(config, fetcher, dates)
    return _one(config, _body(config.feed, await fetcher.fetch(config.feed)), dates)


async def read_source(config: AgencyConfig, fetcher: Fetcher) -> CmsFeed:
    """What ``look_at`` finds, read.

    Raises:
        AgencyError: it cannot be reached or read, or is not what ``config.kind`` says.
    """
    return (await look_at(config, fetcher)).read()


def _look_here(config: AgencyConfig, dates: DateReader) -> Offer:
    path = Path(config.feed)
    if config.kind == "folder" or (config.kind == "auto" and path.is_dir()):
        return Offer(bodies=(), read=lambda: read_folder(path, dates=dates))
    return _one(config, _file_bytes(path), dates)


def _one(config: AgencyConfig, body: bytes, dates: DateReader) -> Offer:
    return Offer(bodies=(body,), read=lambda: _read_as(config, body, dates))


def _read_as(config: AgencyConfig, body: bytes, dates: DateReader) -> CmsFeed:
    read = _read_bytes(body, config.feed, dates)
    if config.kind not in ("auto", _KIND_OF.get(read.format, "feed")):
        raise AgencyError(f"{config.feed} is {read.format}, but cms.kind says {config.kind!r}")
    return read


_KIND_OF: Final = {"JSON Feed": "json", "WordPress posts": "wordpress"}


def _read_bytes(body: bytes, source: str, dates: DateReader) -> CmsFeed:
    if len(body) > CMS_BYTES:
        raise AgencyError(f"{source} has more than {CMS_BYTES} bytes")
    if body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] not in (b"{", b"["):
        return read_syndicated(body, source=source, dates=dates)
    told = read_document(body, source)
    if isinstance(told, list):
        return read_posts(told, source=source, dates=dates)
    return read_json_feed(told, source=source, dates=dates)


async def _look_at_wordpress(config: AgencyConfig, fetcher: Fetcher, dates: DateReader) -> Offer:
    """The posts that changed last, page after page; the end is a page that is not full."""
    posts: list[Any] = []
    bodies: list[bytes] = []
    for page in range(1, config.pages + 1):
        address = posts_address(config.feed, page)
        outcome = await fetcher.fetch(address)
        if page > 1 and isinstance(outcome, FetchFailed) and outcome.status == 400:
            break  # WordPress's way to say that there is no such page
        bodies.append(_body(address, outcome))
        told = read_document(bodies[-1], address)
        if not isinstance(told, list):
            raise AgencyError(f"{address} gave no list of posts", hint=_NO_POSTS)
        posts += told
        if len(told) < PER_PAGE:
            break
    return Offer(bodies=tuple(bodies), read=lambda: read_posts(posts, source=config.feed, dates=dates))


_NO_POSTS: Final = "Is the REST interface switched off? The site's RSS is its address and /feed/."


def _body(address: str, outcome: object) -> bytes:
    match outcome:
        case Fetched(body=body):
            return body
        case FetchFailed(fault=fault, detail=detail, status=status):
            inside = _INSIDE if fault is FetchFault.FORBIDDEN_ADDRESS else None
            raise AgencyError(
                f"the CMS's feed {address} could not be fetched: {detail}",
                hint=_WALL if status in _WALLED else inside,
            )
        case _:
            raise AgencyError(f"{address} answered 304 although nothing was asked about changes")


_INSIDE: Final = (
    "If that is your own CMS, inside your network, list it: --allow HOST:PORT, and later `allow` under [cms]."
)
_WALL: Final = "A bot wall may stand before it: let the feed's address be exempt for this machine."


def _file_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(CMS_BYTES + 1)
    except OSError as exc:
        raise AgencyError(f"cannot read the CMS's feed {path}: {exc.strerror}") from exc
