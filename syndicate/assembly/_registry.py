"""The registry that a hub uses: looked at in a thread, replaced as a whole, only by one that verifies."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from syndicate.assembly._ground import allowed, user_agent
from syndicate.assembly._quarantine import OperatorsAct, in_force, read_acts
from syndicate.client import RegistryPlace, look, read_root
from syndicate.errors import FetchError, RegistryError, SettingsError
from syndicate.fetch import is_address
from syndicate.news import AgencyId, Quarantine, Registry, rfc3339
from syndicate.ports import Clock
from syndicate.registry import Refreshed, bundled_root
from syndicate.settings import Settings

_log = logging.getLogger("syndicate.hub")
_ASKED_SECONDS: Final = 60.0  # between two looks because of keys that nobody knows


class RegistryShelf:
    """The registry in use. A look that fails changes nothing, and is told once."""

    def __init__(  # noqa: PLR0913 - all that decides who is heard
        self,
        place: RegistryPlace,
        root: bytes,
        folder: Path,
        clock: Clock,
        *,
        digests: tuple[str, ...] = (),
        quarantine: Path | None = None,
    ) -> None:
        self._place, self._root, self._folder, self._clock = place, root, folder, clock
        self._digests = digests
        self._quarantine = quarantine
        self._quarantined: Mapping[AgencyId, Quarantine] = {}
        self._acts: tuple[OperatorsAct, ...] = ()
        self._complaint = ""
        self._looking = asyncio.Lock()
        self._asked_at = -_ASKED_SECONDS
        self._seen: Refreshed | None = None
        self._current: Registry | None = None

    async def open(self) -> None:
        """Look for the first time.

        Raises:
            RegistryError, FetchError: there is nothing to begin with.
            SettingsError: it cannot be read what the operator has wait: nobody is let in by mistake.
        """
        self._heed(await asyncio.to_thread(self._operators_acts))
        self._take(await asyncio.to_thread(self._look))

    @property
    def seen(self) -> Refreshed:
        """What the last good look gave."""
        if self._seen is None:
            raise RegistryError("the registry was not looked at yet")
        return self._seen

    @property
    def current(self) -> Registry:
        """The registry in use, with what the operator has wait. Threads read it; the loop replaces it."""
        if self._current is None:
            raise RegistryError("the registry was not looked at yet")
        return self._current

    @property
    def operators_acts(self) -> tuple[OperatorsAct, ...]:
        """What the operator did with quarantines, as it was read last."""
        return self._acts

    @property
    def mirror(self) -> Path:
        """The folder with the repository as it was fetched last."""
        return self._folder / "mirror"

    async def refresh(self) -> bool:
        """Look again; whether another registry is in use now, or the same for longer."""
        async with self._looking:  # of two looks at once, the one that began first could come in last
            heeded = await self._heed_operator()
            try:
                seen = await asyncio.to_thread(self._look)
            except (RegistryError, FetchError) as exc:
                if str(exc) != self._complaint:  # said once, not at every look
                    _log.error("the registry before stays in use: %s. %s", exc, exc.hint)
                self._complaint = str(exc)
                return heeded
            self._complaint = ""
            return self._take(seen) or heeded

    async def refresh_for_unknown(self) -> bool:
        """Look again because somebody named a key that is not here: once a minute, for all together."""
        now = time.monotonic()
        if now - self._asked_at < _ASKED_SECONDS:
            return False
        self._asked_at = now
        return await self.refresh()

    def _look(self) -> Refreshed:
        now = int(self._clock.now())
        return look(self._place, self._root, self._folder, now, digests=self._digests)

    def _operators_acts(self) -> Mapping[AgencyId, Quarantine]:
        if self._quarantine is None:
            return {}
        self._acts = read_acts(self._quarantine)
        return in_force(self._acts, self._clock.now())

    async def _heed_operator(self) -> bool:
        try:
            held = await asyncio.to_thread(self._operators_acts)
        except SettingsError as exc:
            _log.error("what was in quarantine before stays in it. %s", exc)
            return False
        return self._heed(held)

    def _heed(self, held: Mapping[AgencyId, Quarantine]) -> bool:
        """Take up what the operator has wait; whether that is something else than before."""
        if held == self._quarantined:
            return False
        for agency in held.keys() - self._quarantined.keys():
            _log.warning("%s is in quarantine until %s", agency, rfc3339(held[agency].until))
        for agency in self._quarantined.keys() - held.keys():
            _log.warning("%s is no longer in quarantine", agency)
        self._quarantined = held
        self._renew()
        return True

    def _renew(self) -> None:
        if self._seen is not None:
            self._current = replace(self._seen.registry, quarantined=self._quarantined)

    def _take(self, seen: Refreshed) -> bool:
        before, self._seen = self._seen, seen
        if seen.not_reached and (before is None or not before.not_reached):
            _log.warning("the registry is not reached; the copy stays in use: %s", seen.not_reached)
        if before is None or before.registry != seen.registry:
            self._renew()
        for problem in seen.problems:
            if before is None or problem not in before.problems:
                _log.warning("registry: %s", problem)
        if before is None or before.registry == seen.registry:
            return False
        if before.registry.version != seen.registry.version:
            count = len(seen.registry.agencies)
            _log.warning("another registry is in use: version %s, %d agencies", seen.registry.version, count)
        return True


def place_of(where: str, allow: tuple[tuple[str, int], ...], user_agent: str) -> RegistryPlace:
    """The place that the setting names."""
    if not where:
        raise RegistryError(
            "no registry is named, so nobody could be heard",
            hint="Give the address or folder of one, and the root to trust it by (docs/first-hub.md).",
        )
    if not is_address(where) and not Path(where).is_dir():
        raise RegistryError(
            f"{where} is neither an address nor a folder", hint="See docs/settings.md, `registry`."
        )
    return RegistryPlace(where=where, allow=allow, user_agent=user_agent)


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
