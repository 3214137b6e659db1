"""Whose turn it is: callbacks by host, so that a slow or failing host holds nobody up but itself.

Each host has a queue, and hosts take turns. A host begins with a few deliveries at a time and is allowed
twice as many with each that succeeds; when it fails several times in a row it rests (the breaker is open),
and then one delivery finds out whether it is back (half-open). Deliveries to hosts that answered quickly last
time have a lane of their own, which one that turns out to be slow leaves after a second.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from syndicate.deliver._limits import DeliverLimits

_FIRST: Final = 4  # deliveries at a time to a host that was never met


@dataclass(slots=True, eq=False)
class Host:
    """One host and port, and how it has answered lately."""

    name: str
    queue: "deque[str]" = field(default_factory=deque)  # ids of subscribers
    flying: int = 0
    allowance: int = 1  # deliveries at a time
    failures: int = 0  # in a row, of the host: not of what it says
    rests: bool = False  # nothing is sent before its rest is over
    quick: bool = False  # it answered in good time when it was asked last
    in_turn: bool = False


@dataclass(slots=True, eq=False)
class _Lane:
    room: int
    turns: "deque[Host]" = field(default_factory=deque)


@dataclass(slots=True, eq=False)
class Flight:
    """One delivery under way, and the lane that it takes room in."""

    host: Host
    lane: _Lane


class Hosts:
    """The hosts, their turns and the two lanes. ``later`` calls a function after some seconds."""

    def __init__(self, limits: DeliverLimits, later: Callable[[float, Callable[[], None]], object]) -> None:
        self._limits = limits
        self._later = later
        self._hosts: dict[str, Host] = {}
        self._quick = _Lane(limits.at_once)
        self._slow = _Lane(limits.slow_at_once)
        self._lanes = (self._quick, self._slow)
        self.wake: Callable[[], None] = lambda: None  # called when a host's rest is over

    def __len__(self) -> int:
        return len(self._hosts)

    def queue(self, name: str, subscriber: str) -> None:
        """Put a subscriber last in its host's queue."""
        host = self._hosts.get(name)
        if host is None:
            host = self._hosts[name] = Host(name, allowance=min(_FIRST, self._limits.per_host))
        host.queue.append(subscriber)
        self._turn(host)

    def departure(self) -> tuple[str, Flight] | None:
        """The subscriber whose turn it is now, if there is room; its flight has to land."""
        while (lane := self._with_room()) is not None:
            host = lane.turns.popleft()
            host.in_turn = False
            if host.rests or self._lane(host) is not lane:  # since it got in line
                self._turn(host)
                continue
            subscriber = host.queue.popleft()
            host.flying += 1
            lane.room -= 1
            self._turn(host)
            return subscriber, Flight(host, lane)
        return None

    def _with_room(self) -> "_Lane | None":
        for lane in self._lanes:
            if lane.turns and lane.room > 0:
                return lane
        return None

    def dawdles(self, flight: Flight) -> bool:
        """Move a flight that takes long out of the quick lane, if there is room; whether it is out now."""
        flight.host.quick = False
        if flight.lane is self._quick and self._slow.room:
            self._quick.room += 1
            self._slow.room -= 1
            flight.lane = self._slow
        return flight.lane is self._slow

    def landed(self, flight: Flight, *, reached: bool, quick: bool) -> None:
        """A flight is over. ``reached``: the host answered, whatever it said."""
        host = flight.host
        host.quick = reached and quick
        if reached:
            host.failures //= 2  # who fails every other time is not well
            host.allowance = min(host.allowance * 2, self._limits.per_host)
        else:
            host.failures += 1
            host.allowance = 1
            if host.failures >= self._limits.breaker_failures and not host.rests:
                self._rest(host)
        self.returned(flight)

    def returned(self, flight: Flight) -> None:
        """A flight is over that says nothing of its host."""
        host = flight.host
        flight.lane.room += 1
        host.flying -= 1
        self._turn(host)
        if len(self._hosts) > self._limits.subscribers_most and not (host.queue or host.flying or host.rests):
            del self._hosts[host.name]

    def _lane(self, host: Host) -> "_Lane":
        return self._quick if host.quick else self._slow

    def _turn(self, host: Host) -> None:
        if host.queue and not host.in_turn and not host.rests and host.flying < host.allowance:
            host.in_turn = True
            self._lane(host).turns.append(host)

    def _rest(self, host: Host) -> None:
        limits = self._limits
        doubled = limits.breaker_seconds * 2.0 ** min(host.failures - limits.breaker_failures, 30)
        host.rests = True
        self._later(min(doubled, limits.breaker_most_seconds), lambda: self._rested(host))

    def _rested(self, host: Host) -> None:
        host.rests = False
        self._turn(host)
        self.wake()
