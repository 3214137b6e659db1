"""An agency's server, put together: the ticker, the signer, the files on the web, the pushing."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from syndicate.agency import (
    BOOK_SECONDS,
    CMS_BYTES,
    AgencyConfig,
    Pushed,
    Report,
    keep_delivering,
    look_ahead,
    sign_once,
)
from syndicate.assembly._ground import SystemClock, listen_on, stopping, url_of
from syndicate.errors import SyndicateError
from syndicate.fetch import FetchLimits, open_caller, open_fetcher
from syndicate.ports import Caller, Signer, StreamBook
from syndicate.schedule import Ticker
from syndicate.settings import Address
from syndicate.storage import open_streambook
from syndicate.web import make_shelf, serve

_log = logging.getLogger("syndicate.agency")
_AGENCY_PATIENCE_SECONDS: Final = 30.0  # for a signing run under way
_LOOK_SECONDS: Final = 0.1  # between two looks at the book's file
_LOOK_ANYWAY_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyOrders:
    """What an agency's server is to do besides signing: where to listen, how often, whom to push to."""

    listen: Address = field(default_factory=lambda: Address("127.0.0.1", 8090))
    cadence_seconds: float = 60.0
    hubs: tuple[str, ...] = ()
    allow: tuple[tuple[str, int], ...] = ()  # of hubs inside the agency's own network


@dataclass(frozen=True, slots=True, kw_only=True)
class AgencyTold:
    """Who is told what happens at an agency's server."""

    signed: Callable[[Report], None] = lambda _: None
    pushed: Callable[[Pushed], None] = lambda _: None
    failed: Callable[[SyndicateError], None] = lambda _: None


class _AgencyDesk:
    """Signs what the CMS shows, one run at a time, in a thread with a loop of its own.

    So a long run never keeps the feed from being served. The book is open only while it is needed:
    a person's act, typed meanwhile, waits a moment and goes through.
    """

    def __init__(self, config: AgencyConfig, signer: Signer, told: AgencyTold) -> None:
        self._config, self._signer, self._told = config, signer, told
        self._complaint = ""

    def opens(self) -> contextlib.AbstractContextManager[StreamBook]:
        """The book, waiting for whoever has it."""
        config = self._config
        return open_streambook(config.book_file, config.id, config.stream, wait_seconds=BOOK_SECONDS)

    async def sign(self) -> None:
        try:
            report = await asyncio.to_thread(lambda: asyncio.run(self._sign()))
        except SyndicateError as exc:
            if str(exc) != self._complaint:  # said once, not at every look
                self._told.failed(exc)
            self._complaint = str(exc)
            return
        self._complaint = ""
        self._told.signed(report)

    async def _sign(self) -> Report:
        caps = FetchLimits(encoded_bytes=CMS_BYTES, decoded_bytes=CMS_BYTES)
        agent = agency_agent(self._config)
        async with open_fetcher(caps, allow=self._config.allow, user_agent=agent) as fetcher:
            clock = SystemClock()
            ahead = await look_ahead(self._config, fetcher, opens=self.opens, clock=clock)
            with self.opens() as book:
                return await sign_once(
                    self._config, signer=self._signer, book=book, fetcher=fetcher, clock=clock, ahead=ahead
                )


@asynccontextmanager
async def open_agency(
    config: AgencyConfig, signer: Signer, orders: AgencyOrders, told: AgencyTold | None = None
) -> AsyncIterator[str]:
    """An agency's server until left: reads the CMS, signs, serves the files, pushes; gives its address.

    It stops listening first, then lets a run under way come to its end.

    Raises:
        SettingsError: it cannot listen where it is told to.
    """
    tells = told or AgencyTold()
    desk = _AgencyDesk(config, signer, tells)
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(listen_on(orders.listen)))
        caller = await stack.enter_async_context(
            open_caller(allow=orders.allow, user_agent=agency_agent(config))
        )
        pushing = await stack.enter_async_context(asyncio.TaskGroup())
        ticker = await stack.enter_async_context(Ticker(patience_seconds=_AGENCY_PATIENCE_SECONDS))
        ticker.every(orders.cadence_seconds, desk.sign)
        tasks = [
            pushing.create_task(push_forever(hub, config.book_file, desk.opens, caller, tells.pushed))
            for hub in orders.hubs
        ]
        stack.callback(lambda: [task.cancel() for task in tasks])
        site = make_shelf(config.folder, urlsplit(config.base_url).path)
        await stack.enter_async_context(serve(site, listener))
        yield url_of(listener)


async def push_forever(
    hub: str,
    book_file: Path,
    opens: Callable[[], contextlib.AbstractContextManager[StreamBook]],
    caller: Caller,
    tell: Callable[[Pushed], None],
) -> None:
    """Keep a hub at the head of the stream until cancelled, whatever happens to the book meanwhile."""
    watch = _BookWatch(book_file)
    while True:
        try:
            await keep_delivering(hub, opens=opens, caller=caller, tell=tell, news=watch.news)
        except SyndicateError as exc:
            _log.error("nothing can be pushed to %s: %s", hub, exc)
            await asyncio.sleep(BOOK_SECONDS)


class _BookWatch:
    """Looks at the book's file, which costs nothing, instead of opening it, which keeps others out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen: object = None

    async def news(self) -> None:
        """Return when the file is another than when it was last looked at, or after a while."""
        end = time.monotonic() + _LOOK_ANYWAY_SECONDS
        while (now := self._look()) == self._seen and time.monotonic() < end:  # noqa: ASYNC110 - see below
            await asyncio.sleep(_LOOK_SECONDS)  # the writer is another process: it can set no event here
        self._seen = now

    def _look(self) -> object:
        try:
            seen = self._path.stat()
        except OSError:
            return None
        return seen.st_mtime_ns, seen.st_size


async def run_agency(
    config: AgencyConfig,
    signer: Signer,
    orders: AgencyOrders,
    told: AgencyTold,
    started: Callable[[str], None] = lambda _: None,
) -> None:
    """Run an agency's server until SIGTERM or SIGINT. Raises what ``open_agency`` raises."""
    stop = asyncio.Event()
    with stopping(stop):
        async with open_agency(config, signer, orders, told) as url:
            started(url)
            await stop.wait()


def agency_agent(config: AgencyConfig) -> str:
    """How an agency's tool names itself to its CMS and to hubs."""
    return f"asean-syndicate agency {config.id} (+{config.base_url})"
