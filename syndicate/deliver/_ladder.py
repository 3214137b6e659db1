"""When it is tried again: a ladder that counts failures and never asks the wall clock."""

from collections.abc import Callable, Sequence
from typing import Final

_SPREAD: Final = 0.1  # so that those who failed together do not come back together


def rung(ladder: Sequence[float], failures: int) -> float:
    """Seconds to wait after so many failures in a row (at least one): the last rung again and again."""
    return ladder[min(failures, len(ladder)) - 1]


def wait_seconds(
    ladder: Sequence[float],
    failures: int,
    chance: Callable[[], float],
    *,
    asked: float | None = None,
    asked_most: float = 0.0,
) -> float:
    """Seconds until the next attempt: the rung with a spread, or longer if the callback ``asked`` for it.

    ``chance`` gives numbers from 0 to 1. Nobody is tried sooner than the ladder says.
    """
    by_ladder = rung(ladder, failures) * (1 + _SPREAD * chance())
    return max(by_ladder, min(asked or 0.0, asked_most))


def remaining(ladder: Sequence[float], failures: int, next_at: float, now: float) -> float:
    """Seconds left of a wait that was written down as a time of the wall clock.

    It is never longer than the rung, however far the clock was set back meanwhile; what a callback had asked
    for beyond that is forgotten.
    """
    longest = rung(ladder, max(failures, 1)) * (1 + _SPREAD)
    return min(max(0.0, next_at - now), longest)
