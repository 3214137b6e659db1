"""The first leg: how tokens come in from polled feeds.

    a feed is due ─► fetch, conditionally ─► take the tokens out ─► admit ─► remember what came of it

What is remembered of a feed, its validators above all, changes only after its tokens have been admitted
or refused: whoever dies in between asks again for the whole document, and finds its tokens known.
"""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Final, Protocol

from syndicate.errors import StorageError, WireError
from syndicate.journey import _health as health
from syndicate.journey._backfill import Archivist, Visit, newest_page
from syndicate.journey._pace import is_due
from syndicate.news import AgencyId, Envelope, FeedId, Outcome, Reason, Refused, Registry, SignedFeed
from syndicate.ports import (
    Book,
    Clock,
    FeedError,
    FeedState,
    Fetched,
    Fetcher,
    FetchFailed,
    Storage,
    Unchanged,
)
from syndicate.wire import Carried, take_out

_LOG = logging.getLogger(__name__)

_EVIDENCE_CHARACTERS: Final = 4_096  # of a document that is no feed: enough to see what it is
_LOOK_AGAIN_SECONDS: Final = 1.0  # how long a slow source can keep others from being found due
_WRITE_SECONDS: Final = 5.0  # how old what is written of unchanged feeds may be


class Admits(Protocol):
    """What arriving needs of admission: judge tokens, keep what may enter, and only then answer."""

    async def admit(self, envelopes: Sequence[Envelope]) -> tuple[Outcome, ...]:
        """What became of each envelope, in order, after all of it is on the disk."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """One visit to a source: what became of each token in its document, and what is remembered of it."""

    feed: SignedFeed
    outcomes: tuple[Outcome, ...]
    state: FeedState


class Poller:
    """Visits the registry's feeds when they are due.

    Agencies are visited side by side, at most ``at_once`` of them; the feeds of one agency one after the
    other, taking turns with everybody else's. So an agency with many feeds, or slow ones, holds one place.
    """

    def __init__(  # noqa: PLR0913 - the parts of the world that a poll needs
        self,
        fetcher: Fetcher,
        storage: Storage,
        admission: Admits,
        registry_source: Callable[[], Registry],
        clock: Clock,
        *,
        at_once: int = 32,
    ) -> None:
        self._fetcher = fetcher
        self._storage = storage
        self._admission = admission
        self._registry_source = registry_source
        self._clock = clock
        self._archivist = Archivist(fetcher, storage, admission)
        self._places = asyncio.Semaphore(at_once)
        self._busy: set[AgencyId] = set()
        self._quiet = asyncio.Event()  # when no agency is being visited
        # The rows of storage, read once: but for heartbeats, nobody else in this process writes them.
        self._states: dict[FeedId, FeedState] = {}
        self._recalled = False
        self._unsaved: dict[FeedId, FeedState] = {}
        self._worth_writing = False
        self._written_at = 0.0

    async def poll(self, feed: SignedFeed) -> Polled:
        """Visit one feed now, due or not.

        Raises:
            StorageError: what came could not be kept; the next visit asks for the whole document again.
        """
        await self._recall()
        polled = await self._visit(feed)
        await self._keep()
        return polled

    async def poll_due(self) -> int:
        """Visit all feeds that are due, and those that become due meanwhile; how many visits were made.

        Whatever one source does, or does to us, stays with that source.

        Raises:
            StorageError: what is remembered of the feeds could not be read.
        """
        await self._recall()
        visits = 0
        async with asyncio.TaskGroup() as rounds:
            while True:
                for agency, feeds in self._due().items():
                    self._busy.add(agency)
                    visits += len(feeds)
                    rounds.create_task(self._round(agency, feeds))
                if not self._busy:
                    break
                await self._all_done_soon()
                await self._keep_if_worth_it()
        await self._keep_if_worth_it()  # what the last visits left while the others' was being written
        return visits

    async def poll_all(self) -> None:
        """Visit every feed once, due or not; visits that are under way are waited for, not made twice.

        Raises:
            StorageError: what is remembered of the feeds could not be read or kept.
        """
        await self._recall()
        async with asyncio.TaskGroup() as rounds:
            for agency, feeds in self._idle(lambda _: True).items():
                self._busy.add(agency)
                rounds.create_task(self._round(agency, feeds))
        while self._busy:
            await self._all_done_soon()
        await self._keep()

    def _due(self) -> dict[AgencyId, list[SignedFeed]]:
        now = self._clock.now()
        return self._idle(lambda feed: is_due(feed, due_at=self._state(feed).due_at, now=now))

    def _idle(self, wanted: Callable[[SignedFeed], bool]) -> dict[AgencyId, list[SignedFeed]]:
        """The feeds that are ``wanted`` now, by agency, but for agencies that are being visited."""
        found: dict[AgencyId, list[SignedFeed]] = {}
        for feed in self._registry_source().feeds(int(self._clock.now())):
            if feed.agency not in self._busy and wanted(feed):
                found.setdefault(feed.agency, []).append(feed)
        return found

    async def _all_done_soon(self) -> None:
        """Wait until every round is over, or until it is time to look whether other feeds are due."""
        self._quiet.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                await self._quiet.wait()

    async def _round(self, agency: AgencyId, feeds: Sequence[SignedFeed]) -> None:
        try:
            for feed in feeds:
                async with self._places:  # first come, first served: one feed, then the others' turn
                    await self._visit_whatever_happens(feed)
        finally:
            self._busy.discard(agency)
            if not self._busy:
                self._quiet.set()

    async def _visit_whatever_happens(self, feed: SignedFeed) -> None:
        try:
            await self._visit(feed)
        except Exception as exc:  # noqa: BLE001 - the edge of the loop: a bug must not stop the others
            _LOG.exception("the poll of %s failed, and it is not the source's doing", feed.id)
            now = self._clock.now()
            error = FeedError(
                at=int(now), code=health.CRASHED, detail=f"an error of the hub ({type(exc).__name__})"
            )
            self._polled(feed, health.after_failure(feed, self._state(feed), now, error=error))

    async def _visit(self, feed: SignedFeed) -> Polled:
        registry = self._registry_source()
        before = self._state(feed)
        basis = health.basis_of(registry, feed)
        outcome = await self._fetcher.fetch(feed.url, before.validators if before.basis == basis else None)
        match outcome:
            case Fetched():
                return await self._take(feed, registry, basis, outcome)
            case Unchanged():
                _LOG.debug("%s is unchanged", feed.id)
                state = health.after_unchanged(feed, before, outcome, self._clock.now())
                state = await self._go_on(feed, state)
                self._remember(state)
                self._worth_writing |= before.failures > 0
                return Polled(feed=feed, outcomes=(), state=state)
            case FetchFailed():
                return self._missed(feed, before, outcome)

    def _missed(self, feed: SignedFeed, before: FeedState, outcome: FetchFailed) -> Polled:
        _LOG.warning("%s was not fetched: %s: %s", feed.id, outcome.fault, outcome.detail)
        now = self._clock.now()
        state = health.after_failure(
            feed,
            before,
            now,
            error=health.failed_fetch(now, outcome),
            retry_after_seconds=outcome.retry_after_seconds,
        )
        return self._polled(feed, state)

    async def _take(self, feed: SignedFeed, registry: Registry, basis: str, fetched: Fetched) -> Polled:
        try:
            brought = take_out(fetched.body, feed.format)
        except WireError as exc:
            return await self._refuse(feed, fetched.body, exc)
        visit = Visit()
        outcomes = await self._admit(
            feed, brought.carried, await self._archivist.bridge(feed, brought, visit)
        )
        await self._archivist.fill(feed, newest_page(feed, brought), visit)
        # From here on every token of the document is kept or refused: its validators may be remembered.
        document = health.read_document(fetched, brought, outcomes, registry)
        state = health.after_document(
            feed, self._state(feed), self._clock.now(), basis=basis, document=document
        )
        state = health.with_troubles(state, visit.troubles, self._clock.now())
        _LOG.info("%s brought %d tokens", feed.id, len(outcomes))
        return self._polled(feed, state, outcomes)

    async def _go_on(self, feed: SignedFeed, state: FeedState) -> FeedState:
        """Go on with a walk through the archive; the feed itself has nothing new."""
        if not await self._archivist.walks(feed):
            return state
        visit = Visit()
        await self._archivist.fill(feed, None, visit)
        return health.with_troubles(state, visit.troubles, self._clock.now())

    async def _admit(
        self, feed: SignedFeed, carried: Sequence[Carried], earlier: Sequence[Envelope]
    ) -> tuple[Outcome, ...]:
        """What became of what the document carried; ``earlier`` is admitted with it, in order."""
        if not carried:
            return ()
        envelopes = [Envelope(token=one.token, source=feed.id) for one in carried]
        outcomes = await self._admission.admit([*envelopes, *earlier])
        return outcomes[: len(envelopes)]

    async def _refuse(self, feed: SignedFeed, body: bytes, exc: WireError) -> Polled:
        """Keep why a document was refused as a whole, and how it begins."""
        now = self._clock.now()
        refused = Refused(reason=Reason(exc.code), detail=str(exc), agency=feed.agency)
        evidence = body[: 4 * _EVIDENCE_CHARACTERS].decode(errors="replace")[:_EVIDENCE_CHARACTERS]
        _LOG.warning("the document of %s was refused: %s: %s", feed.id, refused.reason, refused.detail)

        def keep(book: Book) -> None:
            book.keep_refused([(refused, feed.id, evidence)], int(now))

        await self._storage.write(keep)
        error = health.refused_document(now, refused)
        return self._polled(feed, health.after_failure(feed, self._state(feed), now, error=error), (refused,))

    def _polled(self, feed: SignedFeed, state: FeedState, outcomes: tuple[Outcome, ...] = ()) -> Polled:
        self._worth_writing = True
        self._remember(state)
        return Polled(feed=feed, outcomes=outcomes, state=state)

    def _state(self, feed: SignedFeed) -> FeedState:
        return self._states.get(feed.id) or FeedState(feed=feed.id)

    def _remember(self, state: FeedState) -> None:
        self._states[state.feed] = state
        self._unsaved[state.feed] = state

    async def _recall(self) -> None:
        if not self._recalled:
            self._states = {**await self._storage.feed_states(), **self._states}
            self._recalled = True

    async def _keep(self) -> None:
        """Write what is remembered, many feeds in one transaction."""
        states, self._unsaved = self._unsaved, {}
        self._worth_writing = False
        if not states:
            return

        def keep(book: Book) -> None:
            for state in states.values():
                book.keep_feed(state)

        try:
            await self._storage.write(keep)
        except StorageError:
            self._unsaved = states | self._unsaved
            self._worth_writing = True
            raise
        self._written_at = monotonic()

    async def _keep_if_worth_it(self) -> None:
        """Write now if there is news; otherwise now and then.

        A transaction for each "unchanged" would cost more than asking, and what is lost of it with the
        power is only asked for again.
        """
        if not self._worth_writing and monotonic() < self._written_at + _WRITE_SECONDS:
            return
        try:
            await self._keep()
        except StorageError:
            _LOG.exception("what is remembered of the feeds cannot be written; polling goes on")
