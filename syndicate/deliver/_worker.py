"""The worker: every subscriber is told of every version of its slice, in order, at least once.

    a ring ─► read on, once for all ─► whose slice? ─► its host's turn ─► send ─► acknowledged ─► written down

There is one order and one row for each subscriber: what it has reached. In memory each is in one of four
states: idle (nothing to tell), in line, under way, or resting until its next attempt. Time is measured by
the loop's own clock; the wall clock only dates what is sent and written.
"""

import asyncio
import logging
import random
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Final
from urllib.parse import urlsplit

from syndicate.deliver._hosts import Flight, Hosts
from syndicate.deliver._ladder import remaining
from syndicate.deliver._limits import DeliverLimits
from syndicate.deliver._outcome import Attempt
from syndicate.deliver._recent import Piece, Recent
from syndicate.deliver._roster import Roster
from syndicate.deliver._voice import Voice
from syndicate.errors import StorageError, SyndicateError
from syndicate.news import Slice
from syndicate.ports import Caller, Clock, Storage, Subscriber, SubscriberKind, SubscriberState, Wakeup

_log = logging.getLogger("syndicate.deliver")
_AGAIN_SECONDS: Final = 1.0  # after trouble with the database
_LAPSED_SECONDS: Final = 600.0


class _Is(Enum):
    IDLE = auto()
    IN_LINE = auto()
    UNDER_WAY = auto()
    RESTING = auto()


@dataclass(slots=True, eq=False)
class _Line:
    """What is known in memory of one active subscriber beside its row."""

    slice: Slice
    host: str
    state: _Is = _Is.IDLE
    looked: int = -1  # nothing of its slice stands between what it has reached and this index
    wait: float = 0.0  # seconds to rest after this flight
    timer: asyncio.TimerHandle | None = None


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
        self._lines: dict[str, _Line] = {}
        self._slices: defaultdict[Slice, set[str]] = defaultdict(set)
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
                    await self._begin()
                    await self._read_on()
                finally:
                    self._closed = True
        finally:
            self._roster.listeners.remove(self._changed)
            for line in self._lines.values():
                _stop(line)
            await self._last_words()

    async def _begin(self) -> None:
        """Put in line whoever has something to be told from before."""
        slices = {each.slice for each in self._roster}
        newest = {slice_: await self._storage.newest(slice_) for slice_ in slices}
        high = self._recent.high
        for subscriber in self._roster:
            if subscriber.state is not SubscriberState.ACTIVE or subscriber.id in self._lines:
                continue
            line = self._line(subscriber)
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
        for slice_, ids in self._slices.items():
            if any(slice_.holds(piece.logged.facets) for piece in pieces):
                for id_ in ids:
                    line = self._lines[id_]
                    if line.state is _Is.IDLE:
                        line.looked = before  # who was idle had nothing left to be told
                        self._line_up(id_)
        self._depart()

    def _changed(self, id_: str) -> None:
        """A subscriber is new, gone, or not what it was."""
        line = self._lines.get(id_)
        subscriber = self._roster.get(id_)
        if line is not None and line.state is _Is.UNDER_WAY:
            return  # looked at again when it has landed
        self._drop(id_)
        if subscriber is None or subscriber.state is not SubscriberState.ACTIVE:
            return
        self._rest_or_line_up(subscriber, self._line(subscriber))
        self._depart()

    def _line(self, subscriber: Subscriber) -> _Line:
        line = self._lines[subscriber.id] = _Line(subscriber.slice, host_of(subscriber.callback))
        self._slices[subscriber.slice].add(subscriber.id)
        return line

    def _drop(self, id_: str) -> None:
        line = self._lines.pop(id_, None)
        if line is None:
            return
        _stop(line)
        ids = self._slices[line.slice]
        ids.discard(id_)
        if not ids:
            del self._slices[line.slice]

    def _rest_or_line_up(self, subscriber: Subscriber, line: _Line) -> None:
        ladder = self._limits.ladder_seconds
        left = remaining(ladder, subscriber.failures, subscriber.next_at, self._clock.now())
        if left > 0:
            self._rest(subscriber.id, line, left)
        else:
            self._line_up(subscriber.id)

    def _rest(self, id_: str, line: _Line, seconds: float) -> None:
        line.state, line.wait = _Is.RESTING, 0.0
        line.timer = asyncio.get_running_loop().call_later(seconds, self._rested, id_)

    def _rested(self, id_: str) -> None:
        self._line_up(id_)
        self._depart()

    def _line_up(self, id_: str) -> None:
        line = self._lines[id_]
        line.state, line.timer = _Is.IN_LINE, None
        self._hosts.queue(line.host, id_)

    def _depart(self) -> None:
        """Send whoever's turn it is, as far as there is room."""
        if self._stuck or self._closed:
            return
        for id_, flight in self._hosts.departures():
            line = self._lines.get(id_)
            if line is None or line.state is not _Is.IN_LINE or line.host != flight.host.name:
                self._hosts.returned(flight)  # it is gone, or has got in line anew
                continue
            line.state = _Is.UNDER_WAY
            self._tasks.create_task(self._fly(id_, line, flight))

    async def _fly(self, id_: str, line: _Line, flight: Flight) -> None:
        """Tell one subscriber of one version, and see what is next for it."""
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
        self._depart()

    def _after_trouble(self, id_: str, line: _Line) -> None:
        if self._again(id_, line) is not None:
            self._rest(id_, line, self._limits.ladder_seconds[0])

    async def _tell(self, id_: str, line: _Line, flight: Flight) -> _Showed | None:
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
            self._pass_over(id_, message.upto)
            return None
        loop = asyncio.get_running_loop()
        began = loop.time()
        dawdles = loop.call_later(self._limits.slow_seconds, self._dawdles, flight)
        try:
            outcome = await self._caller.call(message.call)
        finally:
            dawdles.cancel()
        quick = loop.time() - began < self._limits.slow_seconds
        attempt = Attempt(message=message, outcome=outcome, at=told_at)
        self._note(id_, line, attempt)
        return _Showed(reached=attempt.reached, quick=quick)

    def _note(self, id_: str, line: _Line, attempt: Attempt) -> None:
        """What came of one attempt: in memory at once, on the disk soon."""
        if attempt.acknowledged:
            self.tally.acknowledged += 1
        else:
            self.tally.failed += 1
        if (subscriber := self._roster.get(id_)) is not None:  # as it is now, not as it was sent to
            moved, line.wait = attempt.moves(subscriber, self._limits, self._chance)
            self._roster.move(moved, attempt.told(subscriber))

    def _pass_over(self, id_: str, upto: int) -> None:
        """There is nothing to be sent up to an index: who has not that far to go has come as far."""
        subscriber = self._roster.get(id_)
        if subscriber is not None and subscriber.reached < upto:
            self._roster.move(replace(subscriber, reached=upto))

    def _dawdles(self, flight: Flight) -> None:
        if self._hosts.dawdles(flight):
            self._depart()

    async def _next(self, subscriber: Subscriber, line: _Line) -> Piece | None:
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

    def _next_for(self, id_: str, line: _Line) -> None:
        """After a flight: in line again, resting, idle, or gone."""
        subscriber = self._again(id_, line)
        if subscriber is None:
            return
        after = max(subscriber.reached, line.looked)
        if line.wait:
            self._rest(id_, line, line.wait)
        elif after < self._recent.low or self._recent.next_of(subscriber.slice, after) is not None:
            self._line_up(id_)
        else:
            line.looked = self._recent.high

    def _again(self, id_: str, line: _Line) -> Subscriber | None:
        """The subscriber as it is now, if it is to be told more; its line follows what was changed of it."""
        line.state = _Is.IDLE
        subscriber = self._roster.get(id_)
        if subscriber is None or subscriber.state is not SubscriberState.ACTIVE:
            self._drop(id_)
            return None
        if (subscriber.slice, host_of(subscriber.callback)) != (line.slice, line.host):
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


def host_of(callback: str) -> str:
    """The host and port of a callback, for taking turns."""
    parts = urlsplit(callback)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _stop(line: _Line) -> None:
    if line.timer is not None:
        line.timer.cancel()
        line.timer = None
