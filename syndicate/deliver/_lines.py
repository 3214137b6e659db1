"""What is known in memory of each active subscriber beside its row: what it is doing, and who wants what."""

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import urlsplit

from syndicate.deliver._recent import Piece
from syndicate.news import Slice
from syndicate.ports import Subscriber


class Is(Enum):
    """What a subscriber is doing."""

    IDLE = auto()  # there is nothing to tell it
    IN_LINE = auto()  # for its host's turn
    UNDER_WAY = auto()
    RESTING = auto()  # until its next attempt


@dataclass(slots=True, eq=False)
class Line:
    """One active subscriber."""

    slice: Slice
    callback: str
    host: str
    state: Is = Is.IDLE
    looked: int = -1  # nothing of its slice stands between what it has reached and this index
    wait: float = 0.0  # seconds to rest after the flight under way
    timer: asyncio.TimerHandle | None = None

    def follows(self, subscriber: Subscriber) -> bool:
        """Whether the subscriber still wants the same, sent to the same place."""
        return (subscriber.callback, subscriber.slice) == (self.callback, self.slice)


class Lines:
    """The active subscribers, by id and by slice."""

    def __init__(self) -> None:
        self._lines: dict[str, Line] = {}
        self._slices: defaultdict[Slice, set[str]] = defaultdict(set)

    def get(self, id_: str) -> Line | None:
        """The line of this subscriber, if it is active."""
        return self._lines.get(id_)

    def add(self, subscriber: Subscriber) -> Line:
        """A line for a subscriber that has none."""
        callback = subscriber.callback
        line = self._lines[subscriber.id] = Line(subscriber.slice, callback, _host_of(callback))
        self._slices[subscriber.slice].add(subscriber.id)
        return line

    def drop(self, id_: str) -> None:
        """Forget a subscriber's line, if it has one."""
        line = self._lines.pop(id_, None)
        if line is None:
            return
        _stop(line)
        ids = self._slices[line.slice]
        ids.discard(id_)
        if not ids:
            del self._slices[line.slice]

    def stop(self) -> None:
        """Let nobody come back from its rest any more."""
        for line in self._lines.values():
            _stop(line)

    def idle_for(self, pieces: tuple[Piece, ...]) -> Iterator[tuple[str, Line]]:
        """Who is idle and has one of these in its slice."""
        for slice_, ids in self._slices.items():
            if any(slice_.holds(piece.logged.facets) for piece in pieces):
                for id_ in ids:
                    line = self._lines[id_]
                    if line.state is Is.IDLE:
                        yield id_, line


def _host_of(callback: str) -> str:
    """The host and port of a callback, for taking turns."""
    parts = urlsplit(callback)
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _stop(line: Line) -> None:
    if line.timer is not None:
        line.timer.cancel()
        line.timer = None
