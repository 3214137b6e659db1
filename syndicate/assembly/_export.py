"""A hub's site as files: what its database says at one moment, beside the running hub or without one."""

import asyncio
import hashlib
import logging
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

from syndicate.assembly._backup import FOLLOWS
from syndicate.assembly._evidence import evidence_maker
from syndicate.assembly._ground import SystemClock, user_agent
from syndicate.assembly._premises import Premises, open_lookup, open_press
from syndicate.assembly._quarantine import quarantine_file, quarantines
from syndicate.assembly._registry import cache_of, root_of
from syndicate.errors import LedgerError, RegistryError, SettingsError, StorageError
from syndicate.export import Orders, Reach, Summary, export_site
from syndicate.journey import PassageIndex
from syndicate.ledger import Policy, read_checkpoint, read_policy
from syndicate.news import Outcome, Refused
from syndicate.ports import Clock, KeptCheckpoint, Storage
from syndicate.registry import Refreshed, RegistryClient
from syndicate.republish import parse_slice
from syndicate.settings import Settings
from syndicate.storage import open_view
from syndicate.web import Contents, World, is_known
from syndicate.websub import Declined, WebSubLimits
from syndicate.wire import Typesetter

_log = logging.getLogger("syndicate.export")
_ACTS: Final = 10_000  # read at a time


async def export_hub(
    settings: Settings, folder: Path, orders: Orders, *, clock: Clock | None = None
) -> Summary:
    """Make ``folder`` a copy of what a hub with these settings serves; it writes nothing of the hub's.

    The registry is the one that the hub saw last; nobody is asked.

    Raises:
        SettingsError: it is not said where readers reach the hub.
        RegistryError: the hub has seen no registry yet, or what it saw does not verify.
        StorageError, ExportError: something cannot be read, made or written.
    """
    if not settings.base_url:
        raise SettingsError(
            "it is not said where readers reach the hub",
            hint="Set base_url: it stands in feeds and pages, and a copy must say what the hub says.",
        )
    clock = clock or SystemClock()
    async with AsyncExitStack() as stack:
        seen = await asyncio.to_thread(_recall, settings, clock)
        storage = await stack.enter_async_context(open_view(settings.database))
        world = await _world(settings, storage, seen, clock, stack)
        await _look_for_slices(world)
        kept = await storage.log.checkpoint_shown()
        reach = Reach(
            log="" if kept is None else read_checkpoint(kept.note)[0].origin,
            basis=_basis(settings, world, await _last_act(storage)),
            # A page may still change where stories have not come to its item.
            proven=min(storage.log.proven, await storage.gathering.reached() + 1),
        )
        return await export_site(Contents(world), folder, reach, orders)


async def _world(
    settings: Settings, storage: Storage, seen: Refreshed, clock: Clock, stack: AsyncExitStack
) -> World:
    held = quarantines(quarantine_file(settings.database), clock.now())
    registry = replace(seen.registry, quarantined=held)
    policy = _policy(seen.policy, await storage.log.checkpoint_shown())
    is_mirror = await storage.log.stopped() == FOLLOWS
    at_the_hub = None if is_mirror else _AtTheHub(settings.websub)
    premises = Premises(
        settings=settings,
        url=settings.base_url.rstrip("/"),
        storage=storage,
        registry=lambda: registry,
        clock=clock,
        typesetter=Typesetter(),
    )
    return World(
        storage=storage,
        registry=premises.registry,
        policy=lambda: policy,
        press=open_press(premises, stack, pushes=not is_mirror),
        submission=at_the_hub,
        clock=clock,
        alive=dict,
        log_waits=str,
        metrics=premises.metrics,
        base_url=premises.url,
        registry_files=cache_of(settings) / "mirror",
        limits=settings.web,
        evidence=evidence_maker(premises.registry, lambda: policy, lambda: seen.policy, clock),
        contact=settings.contact_uri,
        websub=at_the_hub,
        lookup=open_lookup(premises, PassageIndex(storage, premises.wakeup, window=1), stack),  # never asked
        copy=settings.export,
    )


class _AtTheHub:
    """What is sent goes to the hub; that it takes it is part of what the site says of itself."""

    def __init__(self, limits: WebSubLimits) -> None:
        self.limits = limits

    async def submit(self, tokens: Sequence[str]) -> tuple[Outcome, ...] | Refused:
        """Never asked: a copy answers nobody."""
        raise StorageError(f"{len(tokens)} tokens were brought to a copy")

    async def take(self, body: bytes, visitor: str) -> Declined | None:
        """Never asked."""
        raise StorageError(f"{len(body)} bytes of {visitor} were brought to a copy")


def _recall(settings: Settings, clock: Clock) -> Refreshed:
    folder = cache_of(settings)
    if folder.is_dir():
        recalled = RegistryClient(root_of(settings), folder).recall(int(clock.now()))
        if recalled is not None:
            return recalled
    raise RegistryError(
        f"the hub has not seen a registry yet: there is none in {folder}", hint="Start the hub once."
    )


def _policy(raw: bytes | None, kept: KeptCheckpoint | None) -> Policy:
    """The registry's policy if it names the key that signs this log; else that the operator's word is all."""
    if raw is None or kept is None:
        return Policy()
    try:
        policy = read_policy(raw)
    except LedgerError:
        return Policy()
    _, note = read_checkpoint(kept.note)
    signed = {(each.name, each.key_id) for each in note.signatures}
    return policy if any((key.name, key.id) in signed for key in policy.logs) else Policy()


async def _look_for_slices(world: World) -> None:
    """Say which of the operator's slices nobody has: of them there is no feed, here as at the hub."""
    for path in world.copy.slices:
        slice_ = parse_slice(path)
        if slice_ is None or not await is_known(slice_, world.registry(), world.storage):
            _log.warning("export.slices: neither the registry nor the log knows %s, so it is left out", path)


async def _last_act(storage: Storage) -> int:
    """The index of the newest act of the log: an act may change what pages say of any item."""
    last = -1
    while page := await storage.log.acts(last, _ACTS):
        last = page[-1][0]
    return last


def _basis(settings: Settings, world: World, last_act: int) -> str:
    """A digest of all that a document is made of beside the log."""
    registry = world.registry()
    told = (
        user_agent(""),
        world.base_url,
        world.contact,
        settings.feeds,
        settings.web,
        registry.version,
        sorted(registry.quarantined),
        world.policy().spoken,
        world.storage.log.erased,
        last_act,
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()
