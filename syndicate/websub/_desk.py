"""The WebSub hub's desk: who asks is heard at once, and sent nothing before their callback says it was meant.

The order of things: (1) is it something that we do? (2) is there room? That is the answer, and the
connection is free. Then, a few at a time for each visitor and each callback's site: (3) ask the callback
whether it was meant, (4) carry it out, or leave everything as it was. What waits for that waits in memory:
after a crash a subscriber hears no question and asks again, as WebSub has it (decision 0053).
"""

import asyncio
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from syndicate.errors import ForbiddenAddress, SyndicateError
from syndicate.news import b64url
from syndicate.ports import Answered, Call, Caller, Clock
from syndicate.websub._asked import Asked, Declined, Declining, Mode, not_a_topic, read_asked
from syndicate.websub._intent import confirms, denied_url, intent_url
from syndicate.websub._limits import WebSubLimits
from syndicate.websub._subscriptions import Subscriptions
from syndicate.websub._topic import Topic
from syndicate.websub._turns import Turns

_log = logging.getLogger("syndicate.websub")
_CHALLENGE_BYTES: Final = 32
_SOON_SECONDS: Final = 30  # until some of what waits has been asked
_SWEEP_SECONDS: Final = 600.0
_LATER_SECONDS: Final = 3_600  # until some lease may have ended
_CROWDED: Final = "too many requests wait for their callbacks to be asked; send this one again later"


@dataclass(slots=True, eq=False)
class _Waiting:
    """A callback that is to be asked, for the last that came in its name."""

    asked: Asked
    visitor: str
    site: str


class SubscriptionDesk:
    """Takes what subscribers ask. ``run`` it, or no callback is ever asked.

    ``judge`` refuses addresses that are never called. ``told`` hears one word for each outcome.
    """

    def __init__(  # noqa: PLR0913 - the world, as far as subscribing touches it
        self,
        subscriptions: Subscriptions,
        caller: Caller,
        clock: Clock,
        *,
        base_url: str,
        judge: Callable[[str], None],
        limits: WebSubLimits,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._subscriptions = subscriptions
        self._caller = caller
        self._clock = clock
        self._base_url = base_url.rstrip("/")
        self._judge = judge
        self._limits = limits
        self._told = told
        self._turns = Turns(limits)
        self._waiting: dict[tuple[Topic, str], _Waiting] = {}
        self._tasks: asyncio.TaskGroup | None = None

    @property
    def limits(self) -> WebSubLimits:
        """What subscribing may cost."""
        return self._limits

    async def run(self) -> None:
        """Ask callbacks, and forget what is over, until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            for waiting in self._waiting.values():  # they came before this began
                tasks.create_task(self._see_to(waiting))
            self._tasks = tasks
            try:
                while True:
                    await self._sweep()
                    await asyncio.sleep(_SWEEP_SECONDS)
            finally:
                self._tasks = None

    async def _sweep(self) -> None:
        try:
            await self._subscriptions.sweep()
        except SyndicateError as exc:
            _log.error("subscriptions that are over are not forgotten yet; tried again: %s", exc)

    async def take(self, body: bytes, visitor: str) -> Declined | None:
        """Hear a request: None once it is taken, else why it is not. ``visitor`` tells one from another.

        The answer never depends on what the callback says: it is asked afterwards.
        """
        declined = await self._take(body, visitor)
        self._told("taken" if declined is None else declined.reason.removeprefix("websub-"))
        return declined

    async def _take(self, body: bytes, visitor: str) -> Declined | None:
        asked = read_asked(body, self._base_url)
        if isinstance(asked, Declined):
            return asked
        if asked.mode is Mode.SUBSCRIBE and not await self._subscriptions.has_feed(asked.topic.slice):
            return Declined(reason=Declining.TOPIC, detail=not_a_topic(self._base_url))
        try:
            self._judge(asked.callback)
        except ForbiddenAddress as exc:
            return Declined(reason=Declining.CALLBACK, detail=f"hub.callback: {exc}")
        return self._line_up(asked, visitor)

    def _line_up(self, asked: Asked, visitor: str) -> Declined | None:
        known = self._waiting.get(asked.key)
        if known is not None:
            known.asked = asked  # a callback is asked one thing at a time; this one is next
            return None
        waiting = _Waiting(asked, visitor, self._subscriptions.site_of(asked.callback))
        if declined := self._no_room(waiting):
            return declined
        self._waiting[asked.key] = waiting
        self._turns.enter(visitor, waiting.site)
        if self._tasks is not None:
            self._tasks.create_task(self._see_to(waiting))
        return None

    def _no_room(self, waiting: _Waiting) -> Declined | None:
        limits, turns = self._limits, self._turns
        new = self._subscriptions.known(waiting.asked) is None
        full = self._subscriptions.why_full(waiting.asked.callback) if new else None
        if full is not None and waiting.asked.mode is Mode.SUBSCRIBE:
            return Declined(reason=Declining.FULL, detail=full, retry_after=_LATER_SECONDS)
        crowded = len(self._waiting) >= limits.waiting_most
        crowded |= turns.of_visitor(waiting.visitor) >= limits.waiting_per_visitor
        # Who renews is not kept out by strangers who name the same site.
        crowded |= new and turns.at_site(waiting.site) >= limits.waiting_per_site
        if crowded:
            return Declined(reason=Declining.TOO_MANY, detail=_CROWDED, retry_after=_SOON_SECONDS)
        return None

    async def _see_to(self, waiting: _Waiting) -> None:
        key, done = waiting.asked.key, None
        try:
            async with self._turns.turn(waiting.visitor, waiting.site):
                while done is not waiting.asked:
                    done = waiting.asked
                    self._told(await self._confirmed(done))
        finally:
            del self._waiting[key]

    async def _confirmed(self, asked: Asked) -> str:
        """Ask the callback, and carry out what it agrees to; one word for what became of it."""
        try:
            return await self._carried_out(asked)
        except SyndicateError as exc:
            _log.error("a subscription that was confirmed is not carried out: %s", exc)
        except Exception:  # noqa: BLE001 - the edge of a worker: a bug at one callback stops no other
            _log.exception("a bug while a subscription was confirmed")
        return "failed"

    async def _carried_out(self, asked: Asked) -> str:
        challenge, lease = (
            b64url(secrets.token_bytes(_CHALLENGE_BYTES)),
            self._limits.lease(asked.lease_seconds),
        )
        until = int(self._clock.now()) + lease  # it runs from the question on
        answered = await self._caller.call(Call(url=intent_url(asked, challenge, lease)))
        if not isinstance(answered, Answered) or not confirms(answered.status, answered.body, challenge):
            return "unconfirmed"
        if asked.mode is Mode.UNSUBSCRIBE:
            await self._subscriptions.end(asked)
            return "unsubscribed"
        denied = await self._subscriptions.begin(asked, until)
        if denied is not None:
            await self._caller.call(Call(url=denied_url(asked, denied)))
            return "denied"
        return "subscribed"
