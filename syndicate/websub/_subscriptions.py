"""WebSub subscriptions in the roster: begun, renewed, ended, and swept when their leases are over."""

import time
from collections.abc import Awaitable, Callable
from typing import Final

from syndicate.deliver import Roster, new_id
from syndicate.news import Slice
from syndicate.ports import Clock, Subscriber, SubscriberKind, SubscriberState
from syndicate.websub._asked import Asked
from syndicate.websub._limits import WebSubLimits
from syndicate.websub._sites import Sites

FULL: Final = "this hub has as many subscriptions as it can serve; poll the feed, or try again later"
SITE_FULL: Final = (
    "this hub serves no more subscriptions with callbacks at one site; one may be enough for all"
)
_GONE: Final = "this hub does not have that feed any more"
_GRACE_SECONDS: Final = 86_400  # a clock that is wrong for some hours must end nothing


class Subscriptions:
    """What becomes of requests that were confirmed.

    ``has_feed`` says of a slice whether it is a feed here; ``head`` gives the index after which a new
    subscription begins.
    """

    def __init__(  # noqa: PLR0913 - the world, as far as subscriptions touch it
        self,
        roster: Roster,
        clock: Clock,
        *,
        has_feed: Callable[[Slice], Awaitable[bool]],
        head: Callable[[], int],
        limits: WebSubLimits,
        site_of: Callable[[str], str | None],
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._roster = roster
        self._clock = clock
        self.has_feed = has_feed
        self._head = head
        self._limits = limits
        self._sites = Sites(roster, site_of)
        self._ticks = ticks
        self._over: dict[str, float] = {}  # when each was first seen with a lease that is over

    def known(self, asked: Asked) -> Subscriber | None:
        """The subscription of this callback to this topic, if there is one."""
        name = (SubscriberKind.WEBSUB, asked.callback, asked.topic.slice, asked.topic.format)
        return self._roster.named(name)

    def why_full(self, callback: str) -> str | None:
        """Why no new subscription is to be had for a callback; those whose leases are over do not count."""
        limits = self._limits
        if len(self._sites) >= limits.subscriptions_most:
            many = len(self._sites) - len(self._lapsed())
            if many >= limits.subscriptions_most:
                return FULL
        return SITE_FULL if self._sites.many_like(callback) >= limits.subscriptions_per_site else None

    def site_of(self, callback: str) -> str:
        """The site of a callback: what somebody registered."""
        return self._sites.of(callback)

    async def begin(self, asked: Asked, until: int) -> str | None:
        """Begin what was asked for, or renew it, until ``until``; why it is denied if it is.

        Raises:
            DeliverError, StorageError: it cannot be kept.
        """
        signed_with = () if asked.secret is None else (asked.secret,)
        known = self.known(asked)
        if not await self.has_feed(asked.topic.slice):
            return _GONE
        if known is not None:
            await self._renew(known, until, signed_with)
        elif (full := self.why_full(asked.callback)) is not None:
            return full
        else:
            await self._make_room()
            await self._roster.add(self._made(asked, until, signed_with))
        return None

    async def end(self, asked: Asked) -> None:
        """Forget a subscription, if there is one. Raises StorageError."""
        known = self.known(asked)
        if known is not None:
            await self._roster.remove(known.id)

    async def sweep(self) -> None:
        """Forget those whose leases were over for a day: nothing was sent to them since.

        A day as this process counts it: however far the machine's clock jumps ahead, who is away until it is
        put right loses nothing.

        Raises:
            StorageError: one cannot be forgotten now.
        """
        ticks = self._ticks()
        self._over = {each.id: self._over.get(each.id, ticks) for each in self._lapsed()}
        for id_, since in tuple(self._over.items()):
            if ticks - since >= _GRACE_SECONDS:
                await self._roster.remove(id_)

    async def _make_room(self) -> None:
        """Forget who has been over for longest where that many are kept beside those who are served."""
        over = len(self._sites) + 1 - 2 * self._limits.subscriptions_most
        for each in sorted(self._lapsed(), key=lambda one: one.lease_until or 0)[: max(0, over)]:
            await self._roster.remove(each.id)

    def _lapsed(self) -> list[Subscriber]:
        now = self._clock.now()
        return [each for each in self._roster if each.kind is SubscriberKind.WEBSUB and lapsed(each, now)]

    async def _renew(self, known: Subscriber, until: int, signed_with: tuple[str, ...]) -> None:
        """What it has reached stays, and so does a pause that the operator made."""
        changes: dict[str, object] = {"lease_until": until, "secrets": signed_with}
        if known.state is SubscriberState.ENDED:  # it had said that it was gone: this is a new beginning
            changes |= {"state": SubscriberState.ACTIVE, "reached": self._head()}
        if known.state is not SubscriberState.PAUSED:
            changes |= {"reason": "", "failures": 0, "next_at": 0.0}
        await self._roster.change(known.id, **changes)

    def _made(self, asked: Asked, until: int, signed_with: tuple[str, ...]) -> Subscriber:
        return Subscriber(
            id=new_id(),
            kind=SubscriberKind.WEBSUB,
            callback=asked.callback,
            slice=asked.topic.slice,
            format=asked.topic.format,
            secrets=signed_with,
            created_at=int(self._clock.now()),
            lease_until=until,
            reached=self._head(),
        )


def lapsed(subscriber: Subscriber, now: float) -> bool:
    """Whether its lease is over at ``now``."""
    return subscriber.lease_until is not None and subscriber.lease_until <= now
