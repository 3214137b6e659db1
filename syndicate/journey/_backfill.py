"""No number is lost: what a stream's feed no longer shows is fetched from its agency's archive.

    a document brings nothing that we know ─► bridge: pages back to what we know, admitted with it, in order
    numbers are missing below the head      ─► fill: a walk from the newest page back, some pages a visit

An archive is read only at the place (scheme, host, port) of the registered feed, over the same guarded
fetcher. The walk is newest first, so that a number is judged by the ``prev`` of the one after it; how far
it has come is a row, and what an archive could not give is not asked for again.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol
from urllib.parse import urljoin, urlsplit

from syndicate.errors import WireError
from syndicate.news import Admitted, Envelope, Known, Outcome, SignedFeed
from syndicate.ports import Backfill, Book, Fetched, Fetcher, FetchFailed, Storage, StreamKey
from syndicate.trust import recall
from syndicate.wire import Carriage, take_out

_LOG = logging.getLogger(__name__)

ELSEWHERE: Final = "archive-elsewhere"  # the link leads away from the registered feed's place
ENDLESS: Final = "archive-endless"  # more pages than the stream has numbers
PAGES_A_VISIT: Final = 16
_GONE: Final = (404, 410)
BRIDGE_BYTES: Final = 16_000_000  # of documents held in memory until they are admitted in order


class Admits(Protocol):
    """What back-filling needs of admission."""

    async def admit(self, envelopes: Sequence[Envelope]) -> tuple[Outcome, ...]:
        """What became of each envelope, in order, after all of it is on the disk."""
        ...


@dataclass(slots=True)
class Visit:
    """What one visit to a source's archive has used up, and met."""

    left: int = PAGES_A_VISIT
    troubles: list[tuple[str, str]] = field(default_factory=list)  # code and detail
    lost: bool = False  # a page is not there any more, or is none
    rest: str | None = None  # where a bridge stopped before it met what we know


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    carriage: Carriage
    size: int  # bytes of the document
    earlier: str | None  # the address of the page before it


class Archivist:
    """Looks for missing numbers; one for all feeds, remembered across restarts."""

    def __init__(self, fetcher: Fetcher, storage: Storage, admission: Admits) -> None:
        self._fetcher = fetcher
        self._storage = storage
        self._admission = admission
        self._states: dict[StreamKey, Backfill] | None = None

    async def bridge(self, feed: SignedFeed, document: Carriage, visit: Visit) -> list[Envelope]:
        """The tokens between what we know of a stream and this document of its feed.

        Empty where the document itself meets what we know, or there is no archive to ask.
        """
        gathered: list[Envelope] = []
        if not document.carried:
            return gathered
        met, size = document, 0
        url = _earlier(feed, feed.url, document, visit)
        while url is not None and not await self._meets(feed, met):
            page = await self._page(feed, url, visit) if size < BRIDGE_BYTES else None
            if page is None:
                visit.rest = url
                break
            gathered += _envelopes(feed, page.carriage)
            met, size, url = page.carriage, size + page.size, page.earlier
        return gathered

    async def fill(self, feed: SignedFeed, newest: str | None, visit: Visit) -> None:
        """Go on with the walk for a stream's missing numbers, or begin one at the page ``newest``."""
        key = (feed.agency, feed.stream)
        state = await self._state(key)
        if state.url is None:
            head = await self._storage.stream_state(key)
            if head is None or not await self._missing(key, state.sought, head.seq):
                return
            start = visit.rest or newest
            if start is None:
                return
            state = await self._keep(replace(state, target=head.seq, url=start, pages=0))
        while state.url is not None and visit.left > 0:
            page = await self._page(feed, state.url, visit)
            if page is None:
                if visit.lost:  # the next document of the feed says where the archive begins by then
                    await self._keep(replace(state, url=None, pages=0))
                return
            state = await self._keep(await self._take(feed, state, page, visit))

    async def walks(self, feed: SignedFeed) -> bool:
        """Whether a walk through this feed's archive is under way."""
        return (await self._state((feed.agency, feed.stream))).url is not None

    async def _take(self, feed: SignedFeed, state: Backfill, page: _Page, visit: Visit) -> Backfill:
        """Admit a page; the walk's next step, or its end."""
        envelopes = _envelopes(feed, page.carriage)
        outcomes = await self._admission.admit(envelopes) if envelopes else ()
        pages = state.pages + 1
        vouched = [
            recall(envelope.token).seq
            for envelope, outcome in zip(envelopes, outcomes, strict=True)
            if isinstance(outcome, Admitted | Known)
        ]
        if pages > state.target - state.sought + 1:
            visit.troubles.append((ENDLESS, "the archive has more pages than the stream has numbers"))
            return replace(state, sought=state.target, url=None, pages=0)
        key = (state.agency, state.stream)
        low_enough = bool(vouched) and min(vouched) <= state.sought + 1
        if page.earlier is None or low_enough or not await self._missing(key, state.sought, state.target):
            # What it did not give, it will not give: asked for to its end.
            return replace(state, sought=state.target, url=None, pages=0)
        return replace(state, url=page.earlier, pages=pages)

    async def _page(self, feed: SignedFeed, url: str, visit: Visit) -> _Page | None:
        """One page; None if none came, or enough of them have been asked for in this visit."""
        if visit.left <= 0:
            return None
        visit.left -= 1
        match await self._fetcher.fetch(url):
            case Fetched() as fetched:
                return _read(feed, fetched, visit)
            case FetchFailed(fault=fault, detail=detail, status=status):
                visit.lost = status in _GONE
                visit.troubles.append((fault, f"an archive page was not fetched: {detail}"))
            case _:
                visit.troubles.append(("fetch-status", "an archive page answered 304 to a first question"))
        return None

    async def _meets(self, feed: SignedFeed, carriage: Carriage) -> bool:
        digests = [envelope.digest for envelope in _envelopes(feed, carriage)]
        return bool(await self._storage.known(digests))

    async def _missing(self, key: StreamKey, after: int, head: int) -> bool:
        if head <= after:
            return False
        return await self._storage.numbers(key, after) < head - after

    async def _state(self, key: StreamKey) -> Backfill:
        if self._states is None:
            self._states = dict(await self._storage.backfills())
        return self._states.get(key) or Backfill(agency=key[0], stream=key[1])

    async def _keep(self, state: Backfill) -> Backfill:
        def keep(book: Book) -> None:
            book.keep_backfill(state)

        await self._storage.write(keep)
        assert self._states is not None  # noqa: S101 - for the type checker: read before it is kept
        self._states[(state.agency, state.stream)] = state
        return state


def newest_page(feed: SignedFeed, document: Carriage) -> str | None:
    """Where the archive of a feed begins, if it is where it may be."""
    return _earlier(feed, feed.url, document, Visit())


def _read(feed: SignedFeed, fetched: Fetched, visit: Visit) -> _Page | None:
    visit.lost = True
    if _place(fetched.url) != _place(feed.url):
        visit.troubles.append((ELSEWHERE, "an archive page was answered from another place than the feed's"))
        return None
    try:
        carriage = take_out(fetched.body, "atom")
    except WireError as exc:
        visit.troubles.append((exc.code, f"an archive page was refused: {exc}"))
        return None
    visit.lost = False
    return _Page(
        carriage=carriage, size=len(fetched.body), earlier=_earlier(feed, fetched.url, carriage, visit)
    )


def _earlier(feed: SignedFeed, base: str, carriage: Carriage, visit: Visit) -> str | None:
    if carriage.prev_archive is None:
        return None
    try:
        url = urljoin(base, carriage.prev_archive.strip())
        elsewhere = _place(url) != _place(feed.url)
    except ValueError:
        elsewhere = True
    if elsewhere:
        _LOG.warning("%s names an archive at another place than its own", feed.id)
        visit.troubles.append(
            (ELSEWHERE, "the link to the archive leads away from the registered feed's place")
        )
        return None
    return url


def _place(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port


def _envelopes(feed: SignedFeed, carriage: Carriage) -> list[Envelope]:
    return [Envelope(token=one.token, source=feed.id) for one in carriage.carried]
