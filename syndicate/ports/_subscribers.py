"""Who is told of what appears in the log, how far each has acknowledged it, and what may be said of that."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from syndicate.news import Index, ItemId, Slice


class SubscriberKind(StrEnum):
    """How a subscriber is told."""

    WEBHOOK = "webhook"
    WEBSUB = "websub"


class SubscriberState(StrEnum):
    """Whether a subscriber is told: a paused one goes on where it stood, an ended one never again."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


class Notable(StrEnum):
    """The versions of which everybody may know when subscribers were told: the ones that protect readers."""

    CORRECT = "correct"
    WITHHOLD = "withhold"
    RETRACT = "retract"
    ALERT = "alert"


@dataclass(slots=True, kw_only=True)
class Subscriber:
    """One row: who is told, of which slice, and the index it has reached. Times are in Unix seconds.

    What is said from ``reached`` on moves with every delivery; the delivery room alone moves it.

    ``secrets`` sign what is sent, all of them at once: the newest first, an older one while the receiver
    changes over. For a WebSub subscription it is none, or ``hub.secret``.
    """

    id: str  # random, hexadecimal
    kind: SubscriberKind
    callback: str
    slice: Slice
    format: str = ""  # of a WebSub topic
    lang: str = ""  # of the words of ours in the plain-text rendering
    secrets: tuple[str, ...] = field(default=(), repr=False)
    created_at: int = 0
    lease_until: int | None = None  # None: for ever
    reached: int = -1  # everything of its slice up to this index was acknowledged
    tried: int = -1  # the highest index that was ever sent, acknowledged or not
    next_at: float = 0.0  # not sent to before
    failures: int = 0  # in a row
    state: SubscriberState = SubscriberState.ACTIVE
    reason: str = ""  # why it is paused or ended, or what failed last


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One attempt to tell one subscriber of a notable version, for the public figures."""

    index: Index
    what: Notable
    at: int  # Unix seconds
    first: bool  # this subscriber was not told of it before
    acknowledged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Public and aggregate: when how many subscribers were told of a version, and acknowledged it."""

    index: Index
    sub: ItemId
    ver: int
    what: Notable
    notified_at: int  # the first attempt, to any subscriber
    notified: int  # subscribers
    acknowledged: int  # subscribers
    acknowledged_at: int | None  # the last acknowledgement


class Subscribers(Protocol):
    """The subscribers of a hub: one row each, no outbox and no row per delivery.

    Promises: what returns is on the disk; ``record`` is one transaction, so that a figure is never counted
    twice, whenever the process ends; figures are kept of the newest 10,000 notable versions.
    """

    async def all(self) -> tuple[Subscriber, ...]:
        """Every subscriber, whatever its state, in the order in which they came."""
        ...

    async def put(self, subscriber: Subscriber) -> None:
        """Keep a new subscriber, or replace the one with this id.

        Raises:
            StorageError: another one of its kind has this callback for this slice and format.
        """
        ...

    async def remove(self, id: str) -> None:  # noqa: A002 - what a row's name is called everywhere
        """Forget a subscriber; nothing if there is none."""
        ...

    async def record(self, moved: Sequence[Subscriber], told: Sequence[Told]) -> None:
        """Keep how far these have come, and count what they were told; who was removed stays so.

        Of a subscriber this keeps ``reached``, ``tried``, ``next_at``, ``failures``, ``state`` and
        ``reason``, and nothing else.
        """
        ...

    async def deliveries(self, after: int, limit: int) -> tuple[Delivered, ...]:
        """At most ``limit`` figures of versions with an index above ``after``, ascending; none erased."""
        ...
