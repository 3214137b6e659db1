"""Every bound on what WebSub subscribing may cost, with its unit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSubLimits:
    """What subscribing may cost. A lease that is asked for is clamped between the least and the most."""

    subscriptions_most: int = 5_000
    subscriptions_per_site: int = 1_000  # with callbacks at one site
    lease_seconds: int = 864_000  # 10 days: when none is asked for
    lease_least_seconds: int = 300
    lease_most_seconds: int = 2_592_000  # 30 days
    body_bytes: int = 8_000  # of a request
    body_seconds: float = 10.0  # until a request's body must have come
    requests_per_minute: int = 600  # of one visitor
    waiting_most: int = 1_000  # requests that wait to be confirmed, or are being confirmed; of them
    waiting_per_visitor: int = 200  # from one visitor, and
    waiting_per_site: int = 50  # with callbacks at one site
    asking_at_once: int = 32  # callbacks asked at a time; of them
    asking_per_visitor: int = 8  # for one visitor, and
    asking_per_site: int = 2  # at one site
    asking_seconds: float = 10.0  # until a callback must have said yes

    def lease(self, asked: int | None) -> int:
        """The lease that is given to who asks for this one, in seconds."""
        if asked is None:
            return self.lease_seconds
        return min(max(asked, self.lease_least_seconds), self.lease_most_seconds)
