"""Hands for tests that keep things: items placed without asking anybody, and a clock one can turn."""

import asyncio
import os
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Any, Protocol

from press import NOON, PressRoom, envelope, registry

from syndicate.news import Act, Item, TokenDigest
from syndicate.ports import Book, Storage
from syndicate.trust import ItemState, Placed, StreamState, Verified, verify


def unmeasured(**more: str) -> dict[str, str]:
    """The environment of a process that will be killed or cut short: half a coverage file helps nobody."""
    return {name: value for name, value in os.environ.items() if not name.startswith("COV")} | more


class HandClock:
    """A clock whose hands stand still until a test turns them."""

    def __init__(self, now: float = NOON + 1) -> None:
        self.hands = now

    def now(self) -> float:
        return self.hands


class Bell:
    """A ``Wakeup`` that counts how often it was rung."""

    def __init__(self) -> None:
        self.rung = 0
        self.rings = asyncio.Event()

    def ring(self) -> None:
        self.rung += 1
        self.rings.set()

    async def wait(self, seconds: float) -> None:
        await asyncio.wait_for(self.rings.wait(), seconds)


class Opens(Protocol):
    """Opens the same storage each time it is called."""

    def __call__(self) -> AbstractAsyncContextManager[Storage]: ...


def verified(room: PressRoom, token: str, at: int = NOON + 1) -> Verified:
    """A token that is rightly signed, verified as of ``at``."""
    made = verify(envelope(token), registry(room), at)
    assert isinstance(made, Verified), made
    return made


def placed(each: Verified, item: ItemState | None = None) -> Placed:
    """A place that nobody judged: whatever the token says of itself."""
    said = each.item
    state = item or ItemState(
        highest=said.ver, act=said.act, retracted_at=said.ver if said.act is Act.RETRACT else None
    )
    return Placed(
        marks=each.marks,
        item=state,
        stream=StreamState(seq=said.seq, digest=each.digest, kids=(each.kid,)),
    )


def put(book: Book, *items: Verified) -> None:
    """Keep these as if they had just been placed."""
    book.keep([(each, placed(each)) for each in items])


async def keep(storage: Storage, *items: Verified) -> None:
    """Keep these in a transaction of their own."""
    await storage.write(lambda book: put(book, *items))


async def shown(storage: Storage, *items: Verified, at: float = NOON) -> None:
    """Keep these, and have them sealed at a moment."""
    await keep(storage, *items)
    await storage.seal(at)


def published(room: PressRoom, *names: str, **changes: Any) -> list[Verified]:
    """First versions of so many items, at the head of the room's stream."""
    return [verified(room, room.publish(name, **changes)) for name in names]


def next_version(room: PressRoom, item: Item, act: Act = Act.UPDATE, **changes: Any) -> Verified:
    """A later version of an item, at the head of the room's stream."""
    later = replace(item, ver=item.ver + 1, act=act, seq=room.seq + 1, prev=room.prev)
    if act is not Act.UPDATE:
        later = replace(later, note="said why")
    if later.act in (Act.WITHHOLD, Act.RETRACT):
        later = replace(later, content=None, media=())
    later = replace(later, **changes)
    token = room.token(later)
    made = verified(room, token)
    room.seq, room.prev = later.seq, TokenDigest(made.digest)
    return made
