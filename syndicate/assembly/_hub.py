"""A hub, put together.

``open_hub`` opens a hub's parts in order and closes them in reverse: the address first, because a busy
port must leave nothing behind; the database last but for what runs on it. ``run_hub`` keeps it open until
the process is told to stop.
"""

import asyncio
import contextlib
import ctypes
import gc
import logging
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from syndicate.assembly._chronicle import Chronicle
from syndicate.assembly._deliver import open_push
from syndicate.assembly._evidence import evidence_maker
from syndicate.assembly._ground import SystemClock, listen_on, stopping, url_of
from syndicate.assembly._log import PolicyShelf, ahead_elsewhere, check_log, log_signer
from syndicate.assembly._quarantine import quarantine_file
from syndicate.assembly._registry import RegistryShelf, place_of
from syndicate.assembly._websub import open_supplements
from syndicate.client import read_root
from syndicate.errors import SettingsError, SyndicateError
from syndicate.fetch import open_caller, open_fetcher
from syndicate.journey import (
    Admission,
    Cosigners,
    LocalWakeup,
    Lookup,
    PassageIndex,
    Poller,
    Press,
    Sealer,
    SubmissionDesk,
)
from syndicate.ledger import NoteKey
from syndicate.news import Registry
from syndicate.ports import Clock, Storage
from syndicate.registry import bundled_root
from syndicate.schedule import Ticker
from syndicate.settings import Settings
from syndicate.storage import open_storage
from syndicate.web import CODINGS, Metrics, World, make_site, serve
from syndicate.wire import MEDIA_TYPES, Typesetter

_log = logging.getLogger("syndicate.hub")
_UNNAMED_VERSION: Final = "0"
_BEAT_SECONDS: Final = 1.0
_SILENT_SECONDS: Final = 15.0  # a ticker that did not tick for so long has stopped
_PATIENCE_SECONDS: Final = 5.0  # for visits under way when the hub stops
_MMAP_THRESHOLD: Final = -3  # of mallopt(3), in glibc
_LARGE_BYTES: Final = 262_144
_TRIM_THRESHOLD: Final = -1
_KEPT_BYTES: Final = 16_777_216  # of free memory at the end of the heap
_ARENA_MAX: Final = -8
_HEAPS: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Hub:
    """A hub at work."""

    url: str
    storage: Storage
    shelf: RegistryShelf
    admission: Admission
    poller: Poller
    sealer: Sealer
    passages: PassageIndex
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


def tune_memory() -> None:
    """Have large blocks go back to the system when dropped, and small ones stay, in one heap; glibc only.

    By itself it stops giving back at the first block of some megabytes, and the heaps of the threads then
    grow around what stays: with 100,000 items a hub held half as much again. Told so, it would also give back
    the few megabytes of every batch, only to ask for them again. Threads that take turns, as ours do, need no
    heap each: theirs grow and shrink a page at a time (decision 0006). What the program itself is made of
    stays for ever, so the collector need not look through it again and again.
    """
    gc.freeze()
    with contextlib.suppress(AttributeError, OSError, TypeError):
        library = ctypes.CDLL(None)
        library.mallopt(_MMAP_THRESHOLD, _LARGE_BYTES)
        library.mallopt(_TRIM_THRESHOLD, _KEPT_BYTES)
        library.mallopt(_ARENA_MAX, _HEAPS)


async def _open(settings: Settings, clock: Clock, stack: AsyncExitStack) -> Hub:
    listener = stack.enter_context(contextlib.closing(listen_on(settings.listen)))
    allow = allowed(settings)
    shelf = await open_shelf(settings, clock, quarantine_file(settings.database))
    storage = await stack.enter_async_context(open_storage(settings.database))
    fetcher = await stack.enter_async_context(
        open_fetcher(
            settings.fetch,
            allow=allow,
            user_agent=user_agent(settings.contact),
        )
    )
    signer = await asyncio.to_thread(log_signer, settings, shelf.current.federation)
    policy = PolicyShelf(signer, lambda: shelf.seen.policy)
    await check_log(storage.log, signer, policy, settings)
    caller = await stack.enter_async_context(
        open_caller(allow=allow, user_agent=user_agent(settings.contact))
    )
    cosigners = Cosigners(caller, storage.log, policy.current)
    stack.push_async_callback(cosigners.close)
    wakeup = LocalWakeup()
    mirrors = partial(ahead_elsewhere, fetcher, settings.mirrors, storage.log, policy.current)
    admission = Admission(storage, lambda: shelf.current, clock, shelf.refresh_for_unknown)
    hub = Hub(
        url=settings.base_url.rstrip("/") or url_of(listener),
        storage=storage,
        shelf=shelf,
        admission=admission,
        poller=Poller(fetcher, storage, admission, lambda: shelf.current, clock),
        sealer=Sealer(storage, clock, wakeup, signer, cosigners, elsewhere=mirrors),
        passages=PassageIndex(storage, wakeup, window=settings.lookup.window),
        policy=policy,
        chronicle=Chronicle(storage.log, clock),
        clock=clock,
    )
    await hub.note_acts()
    stack.push_async_callback(_seal_the_rest, hub.sealer)
    alive = await stack.enter_async_context(_at_work(hub, settings))
    metrics, typesetter = Metrics(), Typesetter()
    press = open_press(
        settings, storage, lambda: hub.registry, clock, wakeup, metrics, hub.url, stack, typesetter,
        pushes=True,
    )  # fmt: skip
    supplements = open_supplements(
        storage, press, lambda: hub.registry, typesetter.render, stack, settings.feeds.rebuild_seconds
    )
    push = await stack.enter_async_context(
        open_push(
            settings.database,
            storage,
            lambda: hub.registry,
            clock,
            wakeup,
            hub.url,
            allow=allow,
            user_agent=user_agent(settings.contact),
            limits=settings.deliver,
            supply=supplements.since,
            websub=settings.websub,
            told=metrics.subscribing,
        )
    )
    world = World(
        storage=storage,
        registry=lambda: hub.registry,
        press=press,
        submission=SubmissionDesk(admission, lambda: hub.registry, clock, settings.submit),
        clock=clock,
        alive=lambda: {**alive(), "deliver": push.alive()},
        policy=policy.current,
        log_waits=lambda: hub.sealer.waits_for,
        metrics=metrics,
        base_url=hub.url,
        registry_files=shelf.mirror,
        limits=settings.web,
        evidence=evidence_maker(lambda: hub.registry, policy.current, lambda: shelf.seen.policy, clock),
        contact=settings.contact_uri,
        websub=push.desk,
        lookup=open_lookup(storage, hub.passages, settings, stack),
        delivery=push.reach,
    )
    await stack.enter_async_context(serve(make_site(world), listener))
    return hub


def allowed(settings: Settings) -> tuple[tuple[str, int], ...]:
    """The private addresses that may be dialled."""
    return tuple((place.host, place.port) for place in settings.allow)


async def open_shelf(settings: Settings, clock: Clock, quarantine: Path | None = None) -> RegistryShelf:
    """The registry that the settings name, looked at for the first time; raises as its ``open`` does."""
    shelf = RegistryShelf(
        place_of(settings.registry, allowed(settings), user_agent(settings.contact)),
        root_of(settings),
        cache_of(settings),
        clock,
        digests=settings.root_digests,
        quarantine=quarantine,
    )
    await shelf.open()
    return shelf


def open_lookup(
    storage: Storage, passages: PassageIndex, settings: Settings, stack: AsyncExitStack
) -> Lookup:
    """Who answers questions; closed with the stack."""
    lookup = Lookup(storage, passages, settings.lookup)
    stack.callback(lookup.close)
    return lookup


def open_press(  # noqa: PLR0913, PLR0917 - all that a document is made of
    settings: Settings,
    storage: Storage,
    registry: Callable[[], Registry],
    clock: Clock,
    wakeup: LocalWakeup,
    metrics: Metrics,
    url: str,
    stack: AsyncExitStack,
    typesetter: Typesetter,
    *,
    pushes: bool,
) -> Press:
    """What writes the documents; closed with the stack. ``pushes``: whether one can subscribe to them."""
    press = Press(
        storage,
        registry,
        clock,
        wakeup,
        typesetter,
        media_types=MEDIA_TYPES,
        codings=CODINGS,
        base_url=url,
        pushes=pushes,
        limits=settings.feeds,
        told=metrics.rendered,
    )
    stack.callback(press.close)
    return press


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
        sealing = workers.create_task(hub.sealer.run())
        printing = workers.create_task(hub.passages.run())
        try:
            async with Ticker(patience_seconds=_PATIENCE_SECONDS) as ticker:
                ticker.every(_BEAT_SECONDS, pulse.beat)
                ticker.every(settings.poll_seconds, hub.poller.poll_due)
                ticker.every(settings.registry_seconds, hub.look_again)
                yield lambda: {
                    "sealer": not sealing.done(),
                    "lookup": not printing.done(),
                    "ticker": pulse.beats(),
                }
        finally:
            sealing.cancel()
            printing.cancel()


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


def user_agent(contact: str) -> str:
    """How the hub names itself to the servers it asks (RFC 9110, section 10.1.5), with whom to write to."""
    try:
        number = version("asean-syndicate")
    except PackageNotFoundError:  # run from a checkout
        number = _UNNAMED_VERSION
    return f"syndicate/{number}" + (f" (+{contact})" if contact else "")


def root_of(settings: Settings) -> bytes:
    """The root that the hub trusts: the one it was given, or the one that came with the program."""
    path = settings.root or bundled_root()
    if path is None:
        raise SettingsError(
            "no root is named, and none came with this program: the founding ceremony has not been held",
            hint="Get the federation's root.json from people you trust, and name it with --root FILE.",
        )
    return read_root(path)


def cache_of(settings: Settings) -> Path:
    """The folder that remembers what was seen of the registry."""
    return settings.registry_cache or settings.database.with_name(f"{settings.database.name}.registry")
