"""Every bound on what telling subscribers may cost, with its unit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverLimits:
    """The bounds of delivery; the defaults fit 5,000 subscribers on one small machine."""

    subscribers_most: int = 10_000
    at_once: int = 100  # deliveries under way to hosts that answered quickly last time
    slow_at_once: int = 200  # and to all others: slow ones, failing ones, and those never met
    per_host: int = 16  # deliveries under way to one host, once it has answered a few
    slow_seconds: float = 1.0  # who takes longer counts as slow
    total_seconds: float = 10.0  # one delivery: name, connection, request and answer
    answer_bytes: int = 16_384  # of an answer; who says more has not acknowledged
    # Waited after each failure in a row; the last one again and again.
    ladder_seconds: tuple[float, ...] = (5.0, 30.0, 120.0, 600.0, 3_600.0, 21_600.0, 43_200.0)
    failures_most: int = 16  # in a row, about five days: then it is paused
    retry_after_most_seconds: float = 86_400.0  # of what a callback asks for
    breaker_failures: int = 3  # of a host in a row: then it rests, and one delivery at a time finds out
    breaker_seconds: float = 5.0  # the first rest; doubled with each failure, up to
    breaker_most_seconds: float = 300.0
    commit_seconds: float = 0.5  # how long what was acknowledged gathers before it is written down
    look_seconds: float = 1.0  # how often one looks for new versions when nobody rings
    recent_versions: int = 2_000  # kept in memory for all subscribers together, and
    recent_characters: int = 16_000_000  # of their tokens
