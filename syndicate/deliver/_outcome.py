"""What one attempt makes of a subscriber: acknowledged, to be tried again, paused, or ended."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from syndicate.deliver._ladder import wait_seconds
from syndicate.deliver._limits import DeliverLimits
from syndicate.deliver._voice import Message
from syndicate.ports import Answered, FetchFailed, Subscriber, SubscriberKind, SubscriberState, Told

_GONE: Final = 410
_BUSY: Final = frozenset({429, 502, 503, 504})  # said of a host rather than of one callback
_REASON_MOST: Final = 300  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What became of sending one subscriber one message at ``at`` (Unix seconds)."""

    message: Message
    outcome: Answered | FetchFailed
    at: int

    @property
    def acknowledged(self) -> bool:
        """Whether the callback has it: any answer from 200 to 299."""
        return isinstance(self.outcome, Answered) and self.outcome.status // 100 == 2

    @property
    def reached(self) -> bool:
        """Whether the host answered at all, and not that it is too busy to."""
        return isinstance(self.outcome, Answered) and self.outcome.status not in _BUSY

    def told(self, subscriber: Subscriber) -> Iterator[Told]:
        """What the public figures count of it, before it has moved the subscriber."""
        for piece in self.message.pieces:
            index, notable = piece.logged.index, piece.notable
            first = index > subscriber.tried
            if notable is not None and (first or self.acknowledged):
                yield Told(index=index, what=notable, at=self.at, first=first, acknowledged=self.acknowledged)

    def move(self, subscriber: Subscriber, limits: DeliverLimits, chance: Callable[[], float]) -> float:
        """Move the subscriber to where it is after this; the seconds that it waits now (0: none)."""
        upto = self.message.upto
        subscriber.tried = max(upto, subscriber.tried)
        active = subscriber.state is SubscriberState.ACTIVE  # else somebody said so meanwhile
        if self.acknowledged:
            subscriber.reached, subscriber.failures, subscriber.next_at = upto, 0, 0.0
            if active:
                subscriber.reason = ""
            return 0.0
        return self._set_back(subscriber, limits, chance) if active else 0.0

    def _set_back(self, subscriber: Subscriber, limits: DeliverLimits, chance: Callable[[], float]) -> float:
        subscriber.failures += 1
        subscriber.reason = self._reason
        if isinstance(self.outcome, Answered) and self.outcome.status == _GONE:
            subscriber.state = SubscriberState.ENDED
            return 0.0
        # A lease ends by itself; until then it has to be tried again (WebSub, section 7).
        if subscriber.failures >= limits.failures_most and subscriber.kind is not SubscriberKind.WEBSUB:
            subscriber.state = SubscriberState.PAUSED
            subscriber.reason = f"{subscriber.failures} failures in a row; the last: {self._reason}"
            return 0.0
        asked = self.outcome.retry_after_seconds if isinstance(self.outcome, Answered) else None
        wait = wait_seconds(
            limits.ladder_seconds,
            subscriber.failures,
            chance,
            asked=asked,
            asked_most=limits.retry_after_most_seconds,
        )
        subscriber.next_at = self.at + wait
        return wait

    @property
    def _reason(self) -> str:
        """Why it failed, in words of ours."""
        if isinstance(self.outcome, FetchFailed):
            return f"{self.outcome.fault}: {self.outcome.detail}"[:_REASON_MOST]
        if self.outcome.status == _GONE:
            return "answered 410: it is gone for good"
        if self.outcome.status // 100 == 3:
            return f"answered {self.outcome.status}: redirects are not followed"
        return f"answered {self.outcome.status}"
