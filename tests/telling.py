"""Several newsrooms that tell the same, nearly the same or something else, and a hub that takes it in."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kept import Bell, HandClock
from press import NOON, PressRoom, envelope, registry

from syndicate.journey import Admission, Gatherer, LocalWakeup, PassageIndex, Press, PressLimits
from syndicate.news import Content, ItemId, Registry, Slice, rfc3339
from syndicate.ports import Storage
from syndicate.storage import open_storage
from syndicate.web import CODINGS
from syndicate.wire import MEDIA_TYPES, Typesetter

JOINT = (
    "The ministers of the three member states met on the shore and agreed on a plan for clean beaches.",
    "Every community along the coast will be given bins, boats and people who look after them.",
    "Schools are to teach their pupils how plastic finds its way from a street into the open sea.",
    "Fishing crews who bring back what they find in their nets will be paid for it by weight.",
    "The ministers will meet again when the monsoon is over and tell the public what has been done.",
    "Until that day each of the states keeps a list of beaches, and any visitor may add to it.",
)
WEATHER = (
    "The weather service expects showers over the northern provinces and sun in the afternoon.",
    "Small boats should stay in the harbour while the wind on the open water is stronger than usual.",
    "Temperatures will reach {} degrees in the capital and a little less in the hills around it.",
    "Farmers are asked to keep drying rice under a roof until the showers have moved on to the coast.",
)
OTHER = (
    "A new line of buses connects the airport with the market from this week on, early until late.",
    "Tickets are sold by the drivers and in the shops near every stop, and children pay nothing.",
    "The company says that more lines will follow as soon as drivers have learnt the narrow streets.",
    "Neighbours had asked for it for many years, since the walk to the next stop led along a busy road.",
)


def body(lines: Sequence[str]) -> Content:
    return Content(type="text/html", body="".join(f"<p>{line}</p>" for line in lines))


@dataclass
class Hub:
    """Admission, storage and the press of a hub."""

    storage: Storage
    admission: Admission
    clock: HandClock
    press: Press
    bell: LocalWakeup
    gatherer: Gatherer

    async def take(self, *tokens: str, seal: bool = True) -> None:
        outcomes = await self.admission.admit([envelope(token) for token in tokens])
        assert all(type(each).__name__ in {"Admitted", "Known"} for each in outcomes), outcomes
        if seal:
            await self.seal()

    async def seal(self) -> None:
        self.clock.hands += 1
        await self.storage.seal(self.clock.hands)
        await self.gatherer.catch_up()
        self.bell.ring()

    async def stories(self, path: Slice | None = None) -> list[dict[str, Any]]:
        """The entries of the feed of stories, as JSON Feed tells them."""
        self.clock.hands += 6
        document = await self.press.document(path or Slice(), "json", stories=True)
        found: list[dict[str, Any]] = json.loads(document.body)["items"]
        return found

    async def told(self, path: Slice | None = None) -> list[list[str]]:
        """Each story as the agencies that tell it, the origin first."""
        return [
            [
                each["_syndicate"]["agency"][:2],
                *(other["agency"][:2] for other in each["_syndicate"].get("also", ())),
            ]
            for each in await self.stories(path)
        ]

    async def found(self, sub: ItemId) -> list[tuple[str, str, str]]:
        """The relations of an item that were found by likeness: (from, as, to)."""
        return [
            (each.sub[:2], each.type.value, str(each.to_sub)[:2])
            for each in await self.storage.relations(sub)
            if each.score is not None
        ]

    async def rule(self, verdict: str, sub: ItemId, to_sub: ItemId, at: str = "") -> None:
        at = at or rfc3339(self.clock.hands)
        act = {"act": f"relation-{verdict}", "at": at, "reason": "test", "sub": sub, "to_sub": to_sub}
        await self.storage.log.add_act(json.dumps(act, sort_keys=True, separators=(",", ":")).encode())
        await self.seal()


@asynccontextmanager
async def hub_of(path: Path, *rooms: PressRoom) -> AsyncIterator[Hub]:
    """A hub of these newsrooms."""
    known: Registry = registry(*rooms)
    async with open_storage(path) as storage:
        clock, bell = HandClock(NOON + 10), LocalWakeup()
        press = Press(
            storage, lambda: known, clock, bell, Typesetter(),
            media_types=MEDIA_TYPES, codings=CODINGS, base_url="https://hub.example", limits=PressLimits(),
        )  # fmt: skip
        gatherer = Gatherer(storage, PassageIndex(storage, Bell(), window=100_000), Bell(), lambda: known)
        yield Hub(storage, Admission(storage, lambda: known, clock), clock, press, bell, gatherer)
        press.close()
