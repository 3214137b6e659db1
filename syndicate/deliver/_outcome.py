"""What one attempt makes of a subscriber: acknowledged, to be tried again, paused, or ended."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
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
        """What the public figures count of it."""
        for piece in self.message.pieces:
            index, notable = piece.logged.index, piece.notable
            first = index > subscriber.tried
            if notable is not None and (first or self.acknowledged):
                yield Told(index=index, what=notable, at=self.at, first=first, acknowledged=self.acknowledged)

    def moves(
        self, subscriber: Subscriber, limits: DeliverLimits, chance: Callable[[], float]
    ) -> tuple[Subscriber, float]:
        """The subscriber as it is after this, and the seconds that it waits now (0: none)."""
        upto = self.message.upto
        tried = max(upto, subscriber.tried)
        active = subscriber.state is SubscriberState.ACTIVE  # else somebody said so meanwhile
        if self.acknowledged:
            reason = "" if active else subscriber.reason
            come = replace(subscriber, reached=upto, tried=tried, failures=0, next_at=0.0, reason=reason)
            return come, 0.0
        moved = replace(subscriber, tried=tried)
        return self._set_back(moved, limits, chance) if active else (moved, 0.0)

    def _set_back(
        self, subscriber: Subscriber, limits: DeliverLimits, chance: Callable[[], float]
    ) -> tuple[Subscriber, float]:
        failures = subscriber.failures + 1
        failed = replace(subscriber, failures=failures, reason=self._reason)
        if isinstance(self.outcome, Answered) and self.outcome.status == _GONE:
            return replace(failed, state=SubscriberState.ENDED), 0.0
        # A lease ends by itself; until then it has to be tried again (WebSub, section 7).
        if failures >= limits.failures_most and subscriber.kind is not SubscriberKind.WEBSUB:
            why = f"{failures} failures in a row; the last: {self._reason}"
            return replace(failed, state=SubscriberState.PAUSED, reason=why), 0.0
        asked = self.outcome.retry_after_seconds if isinstance(self.outcome, Answered) else None
        wait = wait_seconds(
            limits.ladder_seconds, failures, chance, asked=asked, asked_most=limits.retry_after_most_seconds
        )
        return replace(failed, next_at=self.at + wait), wait

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
