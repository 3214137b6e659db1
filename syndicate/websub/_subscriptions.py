"""WebSub subscriptions in the roster: begun, renewed, ended, and swept when their leases are over."""

from collections.abc import Awaitable, Callable
from typing import Final

from syndicate.deliver import Roster, new_id
from syndicate.news import Slice
from syndicate.ports import Clock, Subscriber, SubscriberKind, SubscriberState
from syndicate.websub._asked import Asked
from syndicate.websub._limits import WebSubLimits

FULL: Final = "this hub has as many subscriptions as it can serve; poll the feed, or try again later"
_GONE: Final = "this hub does not have that feed any more"
_GRACE_SECONDS: Final = 86_400  # a clock that is wrong for some hours must end nothing


class Subscriptions:
    """What becomes of requests that were confirmed.

    ``has_feed`` says of a slice whether it is a feed here; ``head`` gives the index after which a new
    subscription begins.
    """

    def __init__(
        self,
        roster: Roster,
        clock: Clock,
        *,
        has_feed: Callable[[Slice], Awaitable[bool]],
        head: Callable[[], int],
        limits: WebSubLimits,
    ) -> None:
        self._roster = roster
        self._clock = clock
        self.has_feed = has_feed
        self._head = head
        self._limits = limits

    def known(self, asked: Asked) -> Subscriber | None:
        """The subscription of this callback to this topic, if there is one."""
        same = (SubscriberKind.WEBSUB, asked.callback, asked.topic.slice, asked.topic.format)
        for each in self._roster:
            if (each.kind, each.callback, each.slice, each.format) == same:
                return each
        return None

    def is_full(self) -> bool:
        """Whether no more subscriptions are to be had; those whose leases are over do not count."""
        now = self._clock.now()
        many = sum(1 for each in self._roster if each.kind is SubscriberKind.WEBSUB and not lapsed(each, now))
        return many >= self._limits.subscriptions_most

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
        elif self.is_full():
            return FULL
        else:
            await self._roster.add(self._made(asked, until, signed_with))
        return None

    async def end(self, asked: Asked) -> None:
        """Forget a subscription, if there is one. Raises StorageError."""
        known = self.known(asked)
        if known is not None:
            await self._roster.remove(known.id)

    async def sweep(self) -> None:
        """Forget those whose leases ended a day ago or more: nothing was sent to them since.

        Raises:
            StorageError: one cannot be forgotten now.
        """
        now = self._clock.now() - _GRACE_SECONDS
        for each in self._roster:
            if each.kind is SubscriberKind.WEBSUB and lapsed(each, now):
                await self._roster.remove(each.id)

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
