"""An admission over real storage, with the registry of its rooms."""

from dataclasses import replace

from kept import HandClock
from press import FEDERATION, NOON, PressRoom, envelope, registry

from syndicate.journey import Admission
from syndicate.news import (
    Agency,
    FeedId,
    Heartbeat,
    Held,
    Outcome,
    Refused,
    Registry,
    SignedFeed,
    Slice,
    StreamName,
    UnixTime,
)
from syndicate.ports import Storage

MAIN = StreamName("main")


class Hub:
    """An admission over storage, a registry of these rooms as they are now, and a clock."""

    def __init__(self, storage: Storage, *rooms: PressRoom) -> None:
        self.storage = storage
        self.rooms = rooms
        self.clock = HandClock()
        self.admission = Admission(storage, self.registry, self.clock)

    def registry(self) -> Registry:
        """As ``press`` makes it, and each agency has a feed of its main stream and one of another."""
        plain = registry(*self.rooms)
        agencies = {id_: replace(agency, feeds=feeds_of(agency)) for id_, agency in plain.agencies.items()}
        return replace(plain, agencies=agencies)

    async def admit(self, *tokens: str, source: str = "submit") -> list[Outcome]:
        return list(await self.admission.admit([envelope(token, source) for token in tokens]))

    async def logged(self) -> list[str]:
        """What is sealed, by name and version."""
        await self.storage.seal(self.clock.now())
        page = await self.storage.page(Slice(), -1, 10_000)
        return [f"{each.sub.partition(':')[2].rstrip('a')}/{each.ver}" for each in page]


def feeds_of(agency: Agency) -> tuple[SignedFeed, ...]:
    return tuple(
        SignedFeed(
            id=FeedId(f"{agency.id}/{stream}"), agency=agency.id, url=f"https://{agency.domains[0]}/{stream}.atom",
            format="atom", stream=StreamName(stream), cadence_seconds=60,
        )
        for stream in ("main", "other")
    )  # fmt: skip


def kinds(outcomes: list[Outcome]) -> list[str]:
    return [type(outcome).__name__ for outcome in outcomes]


def reasons(outcomes: list[Outcome]) -> list[str]:
    return [outcome.reason if isinstance(outcome, Refused | Held) else "" for outcome in outcomes]


def heartbeat(room: PressRoom, **changes: object) -> str:
    said = Heartbeat(
        aud=FEDERATION, iss=room.id, stream=MAIN, seq=room.seq, prev=room.prev, iat=UnixTime(NOON)
    )
    return room.token(replace(said, **changes))  # type: ignore[arg-type]  # any field of a heartbeat


async def heard(hub: Hub) -> dict[str, int | None]:
    states = await hub.storage.feed_states()
    return {str(feed): state.last_heartbeat for feed, state in states.items()}
