"""Whatever a CMS offers, read: one door to feeds, posts and folders, which all become ``CmsEntry`` values."""

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


async def read_source(config: AgencyConfig, fetcher: Fetcher) -> CmsFeed:
    """All that the CMS of this configuration shows now: one feed, some pages of posts, or a folder.

    Raises:
        AgencyError: it cannot be reached or read, or is not what ``config.kind`` says.
    """
    zone_of(config.zone)
    dates = DateReader(zone=config.zone, local=config.local_dates)
    remote = config.feed.startswith(("http://", "https://"))
    if not remote:
        return _read_files(config, dates)
    if config.kind == "wordpress" or (config.kind == "auto" and is_posts(config.feed)):
        return await _read_wordpress(config, fetcher, dates)
    return _read_as(config, _body(config.feed, await fetcher.fetch(config.feed)), dates)


def _read_files(config: AgencyConfig, dates: DateReader) -> CmsFeed:
    path = Path(config.feed)
    if config.kind == "folder" or (config.kind == "auto" and path.is_dir()):
        return read_folder(path, dates=dates)
    return _read_as(config, _file_bytes(path), dates)


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


async def _read_wordpress(config: AgencyConfig, fetcher: Fetcher, dates: DateReader) -> CmsFeed:
    """The posts that changed last, page after page; the end is a page that is not full."""
    posts: list[Any] = []
    for page in range(1, config.pages + 1):
        address = posts_address(config.feed, page)
        outcome = await fetcher.fetch(address)
        if page > 1 and isinstance(outcome, FetchFailed) and outcome.status == 400:
            break  # WordPress's way to say that there is no such page
        told = read_document(_body(address, outcome), address)
        if not isinstance(told, list):
            raise AgencyError(f"{address} gave no list of posts", hint=_NO_POSTS)
        posts += told
        if len(told) < PER_PAGE:
            break
    return read_posts(posts, source=config.feed, dates=dates)


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
