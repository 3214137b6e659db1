"""A mirror, put together: a hub's database that follows another's log, and serves it. It seals nothing.

It is the way back from a lost disk: ``take_back`` fills a new hub's database from one.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from syndicate.assembly._backup import FOLLOWS, UNFINISHED, UNLOCKS
from syndicate.assembly._evidence import evidence_maker
from syndicate.assembly._ground import SystemClock, allowed, listen_on, stopping, url_of, user_agent
from syndicate.assembly._premises import Premises, open_lookup, open_press
from syndicate.assembly._registry import RegistryShelf, open_shelf
from syndicate.client import open_log
from syndicate.errors import ForkedLog, StorageError, SyndicateError
from syndicate.journey import Gatherer, Indexer, LocalWakeup, PassageIndex
from syndicate.ledger import NoteKey, Policy, read_policy
from syndicate.mirror import Follower
from syndicate.news import rfc3339
from syndicate.ports import Clock, Storage
from syndicate.schedule import Ticker
from syndicate.settings import Settings
from syndicate.storage import open_storage
from syndicate.web import World, make_site, serve
from syndicate.wire import Typesetter

_log = logging.getLogger("syndicate.mirror")
_PATIENCE_SECONDS: Final = 5.0
_INDEX_SECONDS: Final = 2.0  # how often one looks for texts that are not searchable yet

Told = Callable[[int, int], None]


def _tell_nobody(_have: int, _of: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Whose log is followed: a hub's or a mirror's address, and keys that count where no policy names one."""

    where: str
    keys: tuple[NoteKey, ...] = ()
    allow: tuple[tuple[str, int], ...] = ()  # what the person at the terminal typed


@dataclass(slots=True, kw_only=True)
class Mirror:
    """A mirror at work."""

    url: str
    storage: Storage
    shelf: RegistryShelf
    follow: Follower
    wakeup: LocalWakeup
    evidence: Path  # a folder for notes that prove a fork
    complaint: str = field(default="")

    async def look(self, told: Told = _tell_nobody) -> int:
        """Take over what is new; how many leaves. What is wrong stands in /health.

        Raises:
            ClientError, LedgerError, FetchError, StorageError: as ``Follower.catch_up``.
        """
        try:
            new = await self.follow.catch_up(told)
        except SyndicateError as exc:
            if isinstance(exc, ForkedLog):
                _keep_evidence(self.evidence, exc.evidence)
            self.complaint = str(exc)
            raise
        self.complaint = ""
        if new:
            self.wakeup.ring()
        return new

    async def look_again(self) -> None:
        """Look; what is wrong is told once."""
        before = self.complaint
        try:
            await self.look()
        except SyndicateError as exc:
            if str(exc) != before:
                _log.error("%s. %s", exc, exc.hint)


@asynccontextmanager
async def open_mirror(
    settings: Settings, source: Source, *, seconds: float, clock: Clock | None = None
) -> AsyncIterator[Mirror]:
    """A mirror that looks at ``source`` every ``seconds`` and serves what it took over, until it is left.

    Raises:
        SettingsError: it cannot listen where it is told to.
        RegistryError, FetchError: there is no registry that verifies under its root.
        StorageError: the database cannot be opened, or is another's.
    """
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(listen_on(settings.listen)))
        mirror = await _open(settings, source, clock, stack, url_of(listener))
        await _mark(mirror.storage)
        ticker = await stack.enter_async_context(Ticker(patience_seconds=_PATIENCE_SECONDS))
        ticker.every(settings.registry_seconds, mirror.shelf.refresh)
        ticker.every(seconds, mirror.look_again)
        ticker.every(_INDEX_SECONDS, Indexer(mirror.storage, mirror.wakeup).look)
        passages = PassageIndex(mirror.storage, mirror.wakeup, window=settings.lookup.window)
        ticker.every(_INDEX_SECONDS, passages.look)
        gatherer = Gatherer(mirror.storage, passages, mirror.wakeup, lambda: mirror.shelf.current)
        ticker.every(_INDEX_SECONDS, gatherer.look)
        premises = Premises(
            settings=settings,
            url=mirror.url,
            storage=mirror.storage,
            registry=lambda: mirror.shelf.current,
            clock=clock,
            typesetter=Typesetter(),
            wakeup=mirror.wakeup,
        )
        world = World(
            storage=mirror.storage,
            registry=premises.registry,
            press=open_press(premises, stack, pushes=False),
            submission=None,
            clock=clock,
            alive=dict,
            policy=_policy_of(mirror.shelf, source),
            log_waits=lambda: mirror.complaint,
            metrics=premises.metrics,
            base_url=mirror.url,
            registry_files=mirror.shelf.mirror,
            limits=settings.web,
            evidence=evidence_maker(
                premises.registry,
                _policy_of(mirror.shelf, source),
                lambda: mirror.shelf.seen.policy,
                clock,
            ),
            contact=settings.contact_uri,
            lookup=open_lookup(premises, passages, stack),
            stories_behind=lambda: gatherer.behind,
        )
        await stack.enter_async_context(serve(make_site(world), listener))
        yield mirror


async def run_mirror(
    settings: Settings, source: Source, *, seconds: float, started: Callable[[Mirror], None]
) -> None:
    """Run a mirror until SIGTERM or SIGINT. Raises what ``open_mirror`` raises."""
    stop = asyncio.Event()
    with stopping(stop):
        async with open_mirror(settings, source, seconds=seconds) as mirror:
            started(mirror)
            await stop.wait()


async def mirror_once(settings: Settings, source: Source, told: Told) -> tuple[int, int]:
    """Take over what is new and stop; how many leaves were new, and how many there are.

    Raises what ``open_mirror`` and ``Mirror.look`` raise.
    """
    async with AsyncExitStack() as stack:
        mirror = await _open(settings, source, SystemClock(), stack, settings.base_url)
        await _mark(mirror.storage)
        return await mirror.look(told), mirror.storage.log.edge.size


async def take_back(settings: Settings, source: Source, told: Told) -> int:
    """Make a hub's database of another's copy of its log; it seals nothing until it is cleared.

    It can be run again after an interruption. How many leaves there are.

    Raises:
        StorageError: there is a database already.
        ClientError, LedgerError, FetchError: the copy is not to be had, or not good.
    """
    async with AsyncExitStack() as stack:
        mirror = await _open(settings, source, SystemClock(), stack, settings.base_url)
        log = mirror.storage.log
        if log.edge.size and await log.stopped() not in (UNFINISHED, FOLLOWS):
            raise StorageError(
                f"{settings.database} is a hub's database already",
                hint="Move it, and what stands beside it, to another folder first.",
            )
        await log.stop(UNFINISHED)
        await mirror.look(told)
        when = rfc3339(SystemClock().now())
        await log.stop(
            f"restored from {source.where} at {when}: what was sealed since is not here. {UNLOCKS}"
        )
        return log.edge.size


async def _mark(storage: Storage) -> None:
    """Whoever starts a hub on a mirror's database must not go on with a log that goes on elsewhere."""
    if not await storage.log.stopped():
        await storage.log.stop(FOLLOWS)


async def _open(settings: Settings, source: Source, clock: Clock, stack: AsyncExitStack, url: str) -> Mirror:
    settings = replace(settings, base_url=settings.base_url or url)
    shelf = await open_shelf(settings, clock)
    storage = await stack.enter_async_context(open_storage(settings.database))
    get = await stack.enter_async_context(
        open_log(
            source.where,
            allow=(*allowed(settings), *source.allow),
            user_agent=user_agent(settings.contact),
        )
    )
    follow = Follower(
        storage, get, _policy_of(shelf, source), lambda: shelf.current, clock,
        look_again=shelf.refresh_for_unknown,
    )  # fmt: skip
    return Mirror(
        url=settings.base_url.rstrip("/"),
        storage=storage,
        shelf=shelf,
        follow=follow,
        wakeup=LocalWakeup(),
        evidence=settings.database.with_name(f"{settings.database.name}.evidence"),
    )


def _policy_of(shelf: RegistryShelf, source: Source) -> Callable[[], Policy]:
    """The registry's policy; where it has none, the keys that the source was named with."""

    def policy() -> Policy:
        raw = shelf.seen.policy
        return Policy(logs=source.keys) if raw is None else read_policy(raw)

    return policy


def _keep_evidence(folder: Path, notes: Sequence[bytes]) -> None:
    if not notes:
        return
    try:
        folder.mkdir(exist_ok=True)
        for number, note in enumerate(notes):
            (folder / f"{number}.note").write_bytes(note)
    except OSError as exc:
        _log.error("the notes that prove it cannot be kept in %s: %s", folder, exc.strerror)
    else:
        _log.error("the signed notes that prove it are in %s: keep them", folder)
