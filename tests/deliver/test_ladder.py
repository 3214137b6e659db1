"""When it is tried again."""

import pytest

from syndicate.deliver import DeliverLimits
from syndicate.deliver._ladder import remaining, wait_seconds

LADDER = DeliverLimits().ladder_seconds
YEAR = 365 * 86_400.0


def never() -> float:
    return 0.0


def test_the_ladder_is_climbed_and_its_last_rung_kept() -> None:
    waits = [wait_seconds(LADDER, failures, never) for failures in range(1, 10)]
    assert waits == [5, 30, 120, 600, 3_600, 21_600, 43_200, 43_200, 43_200]


def test_those_who_failed_together_come_back_apart() -> None:
    assert wait_seconds(LADDER, 1, lambda: 1.0) == pytest.approx(5.5)


@pytest.mark.parametrize(
    ("asked", "waits"),
    [
        pytest.param(2.0, 5.0, id="no sooner than the ladder says"),
        pytest.param(60.0, 60.0, id="as long as it asks for"),
        pytest.param(YEAR, 86_400.0, id="but not for ever"),
        pytest.param(None, 5.0, id="it asks for nothing"),
    ],
)
def test_retry_after_is_heeded_within_bounds(asked: float | None, waits: float) -> None:
    assert wait_seconds(LADDER, 1, never, asked=asked, asked_most=86_400.0) == waits


@pytest.mark.parametrize(
    ("next_at", "left"),
    [
        pytest.param(1_000.0, 0.0, id="now"),
        pytest.param(1_020.0, 20.0, id="in a while"),
        pytest.param(1_000.0 - YEAR, 0.0, id="the clock was set on by a year"),
        pytest.param(1_000.0 + YEAR, 33.0, id="the clock was set back by a year"),
    ],
)
def test_what_is_left_of_a_wait_is_never_more_than_its_rung(next_at: float, left: float) -> None:
    assert remaining(LADDER, 2, next_at, now=1_000.0) == pytest.approx(left)
