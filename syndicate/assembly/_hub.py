"""A hub, put together.

``open_hub`` opens a hub's parts in order and closes them in reverse: the address first, because a busy
port must leave nothing behind; the database last but for what runs on it. ``run_hub`` keeps it open until
the process is told to stop.
"""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from syndicate.assembly._chronicle import Chronicle
from syndicate.assembly._deliver import open_push
from syndicate.assembly._evidence import evidence_maker
from syndicate.assembly._ground import SystemClock, listen_on, stopping, url_of
from syndicate.assembly._log import PolicyShelf, ahead_elsewhere, check_log, log_signer
from syndicate.assembly._memory import tune_memory
from syndicate.assembly._premises import Premises, open_lookup, open_press, open_supplements
from syndicate.assembly._quarantine import quarantine_file
from syndicate.assembly._registry import RegistryShelf, open_shelf, place_of, root_of
from syndicate.errors import SettingsError, SyndicateError
from syndicate.fetch import open_caller, open_fetcher
from syndicate.journey import (
    Admission,
    Cosigners,
    Gatherer,
    Indexer,
    PassageIndex,
    Poller,
    Sealer,
    SubmissionDesk,
)
from syndicate.ledger import NoteKey
from syndicate.news import Registry
from syndicate.ports import Clock, Storage
from syndicate.schedule import Ticker
from syndicate.settings import Settings
from syndicate.storage import open_storage
from syndicate.web import World, make_site, serve
from syndicate.wire import Typesetter

_log = logging.getLogger("syndicate.hub")
_BEAT_SECONDS: Final = 1.0
_SILENT_SECONDS: Final = 15.0  # a ticker that did not tick for so long has stopped
_PATIENCE_SECONDS: Final = 5.0  # for visits under way when the hub stops


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A hub at work."""

    url: str
    storage: Storage
    shelf: RegistryShelf
    admission: Admission
    poller: Poller
    sealer: Sealer
    indexer: Indexer
    passages: PassageIndex
    gatherer: Gatherer
    policy: PolicyShelf
    chronicle: Chronicle
    clock: Clock

    @property
    def log_key(self) -> NoteKey:
        """The key of its log, for policies and witnesses."""
        return self.sealer.log_key

    @property
    def registry(self) -> Registry:
        """The registry in use now."""
        return self.shelf.current

    async def look_again(self) -> None:
        """Look at the registry; what it lets in that was held before is admitted when this returns."""
        await self.shelf.refresh()
        await self.note_acts()
        await self.admission.catch_up()

    async def note_acts(self) -> None:
        """Note in the log whose registry is in use, and what the operator did. Raises StorageError."""
        await self.chronicle.note(self.shelf.seen, self.shelf.operators_acts)

    async def poll_now(self) -> None:
        """Visit every feed once, due or not; what they brought is sealed when this returns."""
        await self.poller.poll_all()
        await self.sealer.seal_once()


@asynccontextmanager
async def open_hub(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Hub]:
    """A hub that polls, takes submissions, seals and serves until it is left; then it stops in order.

    It stops listening first, ends its visits, lets a batch under way come to its end, seals what was
    admitted, and closes the database.

    Raises:
        SettingsError: it cannot listen where it is told to.
        RegistryError, FetchError: there is no registry that verifies under its root.
        StorageError: the database cannot be opened, or another hub has it.
    """
    tune_memory()
    try:
        async with AsyncExitStack() as stack:
            yield await _open(settings, clock if clock is not None else SystemClock(), stack)
    except BaseExceptionGroup as group:
        raise _plainest(group) from group


async def _open(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Hub:
    listener = stack.enter_context(contextlib.closing(listen_on(settings.listen)))
    shelf = await open_shelf(settings, clock, quarantine_file(settings.database))
    premises = Premises(
        settings=settings,
        url=settings.base_url.rstrip("/") or url_of(listener),
        storage=await stack.enter_async_context(open_storage(settings.database)),
        registry=lambda: shelf.current,
        clock=clock,
        typesetter=Typesetter(),
    )
    hub = await _set_up(premises, shelf, stack)
    await hub.note_acts()
    stack.push_async_callback(_seal_the_rest, hub.sealer)
    alive = await stack.enter_async_context(_at_work(hub, settings))
    world = await _show(premises, hub, alive, stack)
    await stack.enter_async_context(serve(make_site(world), listener))
    return hub


async def _set_up(premises: Premises, shelf: RegistryShelf, stack: AsyncExitStack) -> Hub:
    """What polls, admits and seals; nothing of it is at work yet."""
    settings, storage, clock = premises.settings, premises.storage, premises.clock
    allow, agent = premises.allow, premises.user_agent
    fetcher = await stack.enter_async_context(open_fetcher(settings.fetch, allow=allow, user_agent=agent))
    signer = await asyncio.to_thread(log_signer, settings, shelf.current.federation)
    policy = PolicyShelf(signer, lambda: shelf.seen.policy)
    await check_log(storage.log, signer, policy, settings)
    caller = await stack.enter_async_context(open_caller(allow=allow, user_agent=agent))
    cosigners = Cosigners(caller, storage.log, policy.current)
    stack.push_async_callback(cosigners.close)
    mirrors = partial(ahead_elsewhere, fetcher, settings.mirrors, storage.log, policy.current)
    admission = Admission(storage, premises.registry, clock, shelf.refresh_for_unknown)
    passages = PassageIndex(storage, premises.wakeup, window=settings.lookup.window)
    return Hub(
        url=premises.url,
        storage=storage,
        shelf=shelf,
        admission=admission,
        poller=Poller(fetcher, storage, admission, premises.registry, clock),
        sealer=Sealer(storage, clock, premises.wakeup, signer, cosigners, elsewhere=mirrors),
        indexer=Indexer(storage, premises.wakeup),
        passages=passages,
        gatherer=Gatherer(storage, passages, premises.wakeup, premises.registry),
        policy=policy,
        chronicle=Chronicle(storage.log, clock),
        clock=clock,
    )


async def _show(
    premises: Premises, hub: Hub, alive: Callable[[], Mapping[str, bool]], stack: AsyncExitStack
) -> World:
    """What shows readers what is sealed, and tells subscribers: at work when this returns."""
    settings, registry, policy = premises.settings, premises.registry, hub.policy.current
    press = open_press(premises, stack, pushes=True)
    supplements = open_supplements(premises, stack, press)
    push = await stack.enter_async_context(open_push(premises, supplements.since))
    return World(
        storage=premises.storage,
        registry=registry,
        press=press,
        submission=SubmissionDesk(hub.admission, registry, premises.clock, settings.submit),
        clock=premises.clock,
        alive=lambda: {**alive(), "deliver": push.alive()},
        policy=policy,
        log_waits=lambda: hub.sealer.waits_for,
        metrics=premises.metrics,
        base_url=premises.url,
        registry_files=hub.shelf.mirror,
        limits=settings.web,
        evidence=evidence_maker(registry, policy, lambda: hub.shelf.seen.policy, premises.clock),
        contact=settings.contact_uri,
        websub=push.desk,
        lookup=open_lookup(premises, hub.passages, stack),
        stories_behind=lambda: hub.gatherer.behind,
        delivery=push.reach,
    )


class _Pulse:
    """When the ticker last ticked."""

    def __init__(self) -> None:
        self._at = time.monotonic()

    async def beat(self) -> None:
        self._at = time.monotonic()

    def beats(self) -> bool:
        return time.monotonic() - self._at < _SILENT_SECONDS


@asynccontextmanager
async def _at_work(hub: Hub, settings: Settings) -> AsyncIterator[Callable[[], Mapping[str, bool]]]:
    """The hub's workers, at work until left; gives what tells who is. If one dies, the hub stops."""
    pulse = _Pulse()
    async with asyncio.TaskGroup() as workers:
        sealing, indexing = workers.create_task(hub.sealer.run()), workers.create_task(hub.indexer.run())
        printing, gathering = workers.create_task(hub.passages.run()), workers.create_task(hub.gatherer.run())
        try:
            async with Ticker(patience_seconds=_PATIENCE_SECONDS) as ticker:
                ticker.every(_BEAT_SECONDS, pulse.beat)
                ticker.every(settings.poll_seconds, hub.poller.poll_due)
                ticker.every(settings.registry_seconds, hub.look_again)
                yield lambda: {
                    "sealer": not sealing.done(),
                    "index": not indexing.done(),
                    "lookup": not printing.done(),
                    "stories": not gathering.done(),
                    "ticker": pulse.beats(),
                }
        finally:
            sealing.cancel()
            indexing.cancel()
            printing.cancel()
            gathering.cancel()


async def _seal_the_rest(sealer: Sealer) -> None:
    try:
        await sealer.seal_once()
    except SyndicateError as exc:
        # Nothing is lost: what waits for its index gets it when the hub starts again.
        _log.error("what was admitted last is not sealed yet: %s", exc)


async def run_hub(settings: Settings, started: Callable[[Hub], None] = lambda _: None) -> None:
    """Run a hub until SIGTERM or SIGINT; SIGHUP reads the registry again, SIGUSR1 visits every feed.

    Raises what ``open_hub`` raises.
    """
    stop, look, visit = asyncio.Event(), asyncio.Event(), asyncio.Event()
    with stopping(stop, {signal.SIGHUP: look, signal.SIGUSR1: visit}):
        async with open_hub(settings) as hub:
            started(hub)
            async with asyncio.TaskGroup() as waiting:
                told = [
                    waiting.create_task(_whenever(look, hub.look_again)),
                    waiting.create_task(_whenever(visit, hub.poll_now)),
                ]
                await stop.wait()
                for each in told:
                    each.cancel()
            _log.info("stopping")


async def _whenever(told: asyncio.Event, do: Callable[[], Awaitable[None]]) -> None:
    while True:
        await told.wait()
        told.clear()
        try:
            await do()
        except SyndicateError as exc:  # somebody's wish, that cannot be granted now, must not end the hub
            _log.error("what a signal asked for was not done; the next tick tries again: %s", exc)


def _plainest(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The one failure in it, if that is all there is: who left the hub by an exception sees that one."""
    alone: BaseException = group
    while isinstance(alone, BaseExceptionGroup) and len(alone.exceptions) == 1:
        alone = alone.exceptions[0]
    return alone


def check_settings(settings: Settings) -> None:
    """Look whether a hub could start with these: its registry is named, its root read, its folder there.

    It asks nobody and makes nothing: a registry that does not verify, or a port in use, shows at the start.

    Raises:
        SettingsError, RegistryError: what is missing.
    """
    place_of(settings.registry, (), "")
    root_of(settings)
    if not settings.database.absolute().parent.is_dir():
        raise SettingsError(
            f"there is no folder {settings.database.absolute().parent} for the database",
            hint="Make it, or name another file with --database FILE.",
        )
