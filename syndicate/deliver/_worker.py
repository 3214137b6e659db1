"""The worker: every subscriber is told of every version of its slice, in order, at least once.

    a ring ─► read on, once for all ─► whose slice? ─► its host's turn ─► send ─► acknowledged ─► written down

There is one order and one row for each subscriber: what it has reached. Time is measured by the loop's own
clock; the wall clock only dates what is sent and written.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from syndicate.deliver._hosts import Flight, Hosts
from syndicate.deliver._ladder import remaining
from syndicate.deliver._limits import DeliverLimits
from syndicate.deliver._lines import Is, Line, Lines
from syndicate.deliver._outcome import Attempt
from syndicate.deliver._recent import Piece, Recent
from syndicate.deliver._roster import Roster
from syndicate.deliver._voice import Voice
from syndicate.errors import StorageError, SyndicateError
from syndicate.ports import Caller, Clock, Storage, Subscriber, SubscriberKind, SubscriberState, Wakeup

_log = logging.getLogger("syndicate.deliver")
_AGAIN_SECONDS: Final = 1.0  # after trouble with the database
_LAPSED_SECONDS: Final = 60.0  # until one looks again whether a lease has been renewed

_Going = tuple[str, Line, Flight]  # a subscriber's id, its line, and its flight


@dataclass(frozen=True, slots=True)
class _Showed:
    """What a flight showed of its host: that it answered at all, and in good time."""

    reached: bool
    quick: bool


@dataclass(slots=True)
class Tally:
    """What was counted since the hub started."""

    acknowledged: int = 0
    failed: int = 0


class Deliverer:
    """Tells the subscribers of a roster; ``voices`` say how, by kind."""

    def __init__(  # noqa: PLR0913, PLR0917 - the one place where log, subscribers and network meet
        self,
        storage: Storage,
        roster: Roster,
        caller: Caller,
        clock: Clock,
        wakeup: Wakeup,
        voices: Mapping[SubscriberKind, Voice],
        limits: DeliverLimits | None = None,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._storage = storage
        self._roster = roster
        self._caller = caller
        self._clock = clock
        self._wakeup = wakeup
        self._voices = voices
        self._limits = limits if limits is not None else DeliverLimits()
        self._chance = chance
        self._lines = Lines()
        self._flying: dict[Flight, float] = {}  # and when it left, the oldest first
        self._stuck = False  # nothing can be written down: nothing is sent
        self._closed = False
        self.tally = Tally()
        self._tasks: asyncio.TaskGroup
        self._hosts: Hosts
        self._recent: Recent

    async def run(self) -> None:
        """Deliver until cancelled; what was acknowledged by then is written down."""
        limits = self._limits
        self._hosts = Hosts(limits, asyncio.get_running_loop().call_later)
        self._hosts.wake = self._depart
        self._recent = Recent(
            self._storage, versions=limits.recent_versions, characters=limits.recent_characters
        )
        self._roster.listeners.append(self._changed)
        try:
            async with asyncio.TaskGroup() as self._tasks:
                try:
                    self._tasks.create_task(self._write_down())
                    self._tasks.create_task(self._watch())
                    await self._begin()
                    await self._read_on()
                finally:
                    self._closed = True
        finally:
            self._roster.listeners.remove(self._changed)
            self._lines.stop()
            await self._last_words()

    async def _begin(self) -> None:
        """Put in line whoever has something to be told from before."""
        slices = {each.slice for each in self._roster}
        newest = {slice_: await self._storage.newest(slice_) for slice_ in slices}
        high = self._recent.high
        for subscriber in self._roster:
            if subscriber.state is not SubscriberState.ACTIVE or self._lines.get(subscriber.id):
                continue
            line = self._lines.add(subscriber)
            if newest.get(subscriber.slice, high) <= subscriber.reached:
                line.looked = high
            else:
                self._rest_or_line_up(subscriber, line)
        self._depart()

    async def _read_on(self) -> None:
        while True:
            try:
                while not self._recent.is_read:
                    before = self._recent.high
                    self._came(await self._recent.read_on(), before)
            except StorageError as exc:
                _log.error("what is new cannot be read; tried again: %s", exc)
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            # No await between the look above and the wait: a ring in between cannot be missed.
            await self._wakeup.wait(self._limits.look_seconds)

    def _came(self, pieces: tuple[Piece, ...], before: int) -> None:
        """New versions can be seen, those above ``before``: put in line whoever they are for."""
        for id_, line in self._lines.idle_for(pieces):
            line.looked = before  # who was idle had nothing left to be told
            self._line_up(id_, line)
        self._depart()

    def _changed(self, id_: str) -> None:
        """A subscriber is new, gone, or not what it was."""
        line, subscriber = self._lines.get(id_), self._roster.get(id_)
        if line is not None and line.state is Is.UNDER_WAY:
            return  # looked at again when it has landed
        active = subscriber if subscriber and subscriber.state is SubscriberState.ACTIVE else None
        if line is not None and line.state is Is.IN_LINE and active and line.follows(active):
            return  # who renews again and again stands in line once
        self._lines.drop(id_)
        if active is not None:
            self._rest_or_line_up(active, self._lines.add(active))
            self._depart()

    def _rest_or_line_up(self, subscriber: Subscriber, line: Line) -> None:
        ladder = self._limits.ladder_seconds
        left = remaining(ladder, subscriber.failures, subscriber.next_at, self._clock.now())
        if left > 0:
            self._rest(subscriber.id, line, left)
        else:
            self._line_up(subscriber.id, line)

    def _rest(self, id_: str, line: Line, seconds: float) -> None:
        line.state, line.wait = Is.RESTING, 0.0
        line.timer = asyncio.get_running_loop().call_later(seconds, self._rested, id_, line)

    def _rested(self, id_: str, line: Line) -> None:
        self._line_up(id_, line)
        self._depart()

    def _line_up(self, id_: str, line: Line) -> None:
        line.state, line.timer = Is.IN_LINE, None
        self._hosts.queue(line.host, id_)

    def _depart(self) -> None:
        """Send whoever's turn it is, as far as there is room."""
        while (going := self._departure()) is not None:
            self._tasks.create_task(self._fly(going))

    def _departure(self) -> _Going | None:
        """Whose turn it is, if it is anybody's and there is room."""
        while not (self._stuck or self._closed) and (turn := self._hosts.departure()) is not None:
            id_, flight = turn
            line = self._lines.get(id_)
            if line is not None and line.state is Is.IN_LINE and line.host == flight.host.name:
                line.state = Is.UNDER_WAY
                return id_, line, flight
            self._hosts.returned(flight)  # it is gone, or has got in line anew
        return None

    async def _fly(self, going: _Going | None) -> None:
        """Tell one subscriber of one version; then go on with whoever's turn it is next."""
        while going is not None:
            await self._there_and_back(*going)
            going = self._departure()
            self._depart()

    async def _there_and_back(self, id_: str, line: Line, flight: Flight) -> None:
        showed: _Showed | None = None
        try:
            showed = await self._tell(id_, line, flight)
            self._next_for(id_, line)
        except SyndicateError as exc:
            _log.error("a subscriber cannot be told right now: %s", exc)
            self._after_trouble(id_, line)
        except Exception:  # noqa: BLE001 - the edge of a worker loop: a bug stops nobody else
            _log.exception("a bug while telling a subscriber")
            self._after_trouble(id_, line)
        if showed is None:
            self._hosts.returned(flight)
        else:
            self._hosts.landed(flight, reached=showed.reached, quick=showed.quick)

    def _after_trouble(self, id_: str, line: Line) -> None:
        if self._again(id_, line) is not None:
            self._rest(id_, line, self._limits.ladder_seconds[0])

    async def _tell(self, id_: str, line: Line, flight: Flight) -> _Showed | None:
        """Send the next version there is for a subscriber; what that showed of its host."""
        subscriber = self._roster.get(id_)
        if subscriber is None or subscriber.state is not SubscriberState.ACTIVE:
            return None
        if subscriber.lease_until is not None and self._clock.now() >= subscriber.lease_until:
            line.wait = _LAPSED_SECONDS  # until it is renewed, or removed; or the clock was wrong
            return None
        piece = await self._next(subscriber, line)
        if piece is None:
            return None
        told_at = int(self._clock.now())
        message = await self._voices[subscriber.kind].message(subscriber, piece, told_at)
        if message.call is None:
            line.wait = message.wait
            self._pass_over(id_, message.upto)
            return None
        time = asyncio.get_running_loop().time
        began = self._flying[flight] = time()
        try:
            outcome = await self._caller.call(message.call)
        finally:
            del self._flying[flight]
        attempt = Attempt(message=message, outcome=outcome, at=told_at)
        self._note(id_, line, attempt)
        return _Showed(attempt.reached, quick=time() - began < self._limits.slow_seconds)

    def _note(self, id_: str, line: Line, attempt: Attempt) -> None:
        """What came of one attempt: in memory at once, on the disk soon."""
        if attempt.acknowledged:
            self.tally.acknowledged += 1
        else:
            self.tally.failed += 1
        if (subscriber := self._roster.get(id_)) is not None:  # as it is now, not as it was sent to
            told = tuple(attempt.told(subscriber))
            line.wait = attempt.move(subscriber, self._limits, self._chance)
            self._roster.moved(id_, told)

    def _pass_over(self, id_: str, upto: int) -> None:
        """There is nothing to be sent up to an index: who has not that far to go has come as far."""
        subscriber = self._roster.get(id_)
        if subscriber is not None and subscriber.reached < upto:
            subscriber.reached = upto
            self._roster.moved(id_)

    async def _watch(self) -> None:
        """Move the flights that take long out of the quick lane, for ever."""
        loop, slow = asyncio.get_running_loop(), self._limits.slow_seconds
        while True:
            await asyncio.sleep(slow / 2)
            late = loop.time() - slow
            for flight, began in self._flying.items():
                if began > late:
                    break
                self._hosts.dawdles(flight)
            self._depart()

    async def _next(self, subscriber: Subscriber, line: Line) -> Piece | None:
        """The version that it is to be told of next; None if there is none."""
        high = self._recent.high
        after = max(subscriber.reached, line.looked)
        if after >= self._recent.low:
            piece = self._recent.next_of(subscriber.slice, after)
        else:
            piece = await self._recent.next_behind(subscriber.slice, after)
        if piece is None:
            line.looked = max(line.looked, high)
        return piece

    def _next_for(self, id_: str, line: Line) -> None:
        """After a flight: in line again, resting, idle, or gone."""
        subscriber = self._again(id_, line)
        if subscriber is None:
            return
        after = max(subscriber.reached, line.looked)
        if line.wait:
            self._rest(id_, line, line.wait)
        elif after < self._recent.low or self._recent.next_of(subscriber.slice, after) is not None:
            self._line_up(id_, line)
        else:
            line.looked = self._recent.high

    def _again(self, id_: str, line: Line) -> Subscriber | None:
        """The subscriber as it is now, if it is to be told more; a line that no longer fits is made anew."""
        line.state = Is.IDLE
        subscriber = self._roster.get(id_)
        if subscriber is None or subscriber.state is not SubscriberState.ACTIVE:
            self._lines.drop(id_)
            return None
        if not line.follows(subscriber):
            self._changed(id_)
            return None
        return subscriber

    async def _write_down(self) -> None:
        """Write down in groups what has moved, for ever; while that cannot be done nothing is sent."""
        while True:
            await self._roster.work.wait()
            try:
                await self._roster.flush()
            except StorageError as exc:
                if not self._stuck:
                    _log.error("what was acknowledged cannot be written down; delivery waits: %s", exc)
                self._stuck = True
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            if self._stuck:
                self._stuck = False
                self._depart()
            await asyncio.sleep(self._limits.commit_seconds)

    async def _last_words(self) -> None:
        try:
            await self._roster.flush()
        except StorageError as exc:  # it is told again, with the same id
            _log.error("what was acknowledged last is not written down: %s", exc)
