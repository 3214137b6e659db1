"""Hands for tests that ask a hub's storage whether an official source said something."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from kept import Bell, keep
from press import NOON, PressRoom, registry

from syndicate.journey import Answer, Lookup, LookupLimits, PassageIndex
from syndicate.ports import Storage
from syndicate.storage import open_storage
from syndicate.trust import Verified

WORLD_TEXTS: Final = Path(__file__).with_name("udhr_aligned.jsonl")


@cache
def world_texts() -> Mapping[str, Sequence[str]]:
    """The articles of the Universal Declaration of Human Rights, in the languages of the members."""
    found: dict[str, list[str]] = {}
    for line in WORLD_TEXTS.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        found.setdefault(told["lang"], []).append(told["text"])
    return found


@dataclass
class Counter:
    """A storage that can be asked, and the agencies that publish into it."""

    storage: Storage
    index: PassageIndex
    lookup: Lookup
    rooms: tuple[PressRoom, ...]
    at: float = NOON + 2.0

    async def shows(self, *kept: Verified) -> None:
        """Admit these, show them, and make them found."""
        await keep(self.storage, *kept)
        self.at += 1.0
        await self.storage.seal(self.at)
        await self.index.catch_up()

    async def ask(self, text: str) -> Answer:
        return await self.lookup.ask(text, registry(*self.rooms))


@asynccontextmanager
async def counter(
    folder: Path, *rooms: PressRoom, limits: LookupLimits | None = None
) -> AsyncIterator[Counter]:
    """A storage, its index and a lookup."""
    limits = limits or LookupLimits()
    async with open_storage(folder / "hub.db") as storage:
        index = PassageIndex(storage, Bell(), window=limits.window)
        lookup = Lookup(storage, index, limits)
        try:
            yield Counter(storage, index, lookup, rooms)
        finally:
            lookup.close()
