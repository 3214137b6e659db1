from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.journey._pace import is_due, wait_after_failure, wait_after_success
from syndicate.news import AgencyId, FeedId, SignedFeed, StreamName

FEED = SignedFeed(
    id=FeedId("vn.demo/main"),
    agency=AgencyId("vn.demo"),
    url="https://news.example/signed.atom",
    format="atom",
    stream=StreamName("main"),
    cadence_seconds=600,
)


def test_the_same_feed_and_attempt_give_the_same_wait_and_others_another() -> None:
    other = replace(FEED, id=FeedId("vn.demo/other"))
    waits = [
        wait_after_success(feed, fresh_seconds=0, attempt=attempt)
        for feed, attempt in ((FEED, 1), (FEED, 1), (FEED, 2), (other, 1))
    ]
    assert waits[0] == waits[1]
    assert len(set(waits)) == 3


def test_feeds_of_one_cadence_spread_over_time() -> None:
    waits = [
        wait_after_success(replace(FEED, id=FeedId(f"vn.demo/{n}")), fresh_seconds=0, attempt=7)
        for n in range(200)
    ]
    assert max(waits) - min(waits) > 50
    assert 620 < sum(waits) / 200 < 640


@given(cadence=st.integers(0, 10**7), fresh=st.integers(0, 10**10), attempt=st.integers(0, 2**40))
def test_no_good_answer_keeps_a_source_quiet_for_long_or_makes_it_asked_too_often(
    cadence: int, fresh: int, attempt: int
) -> None:
    feed = replace(FEED, cadence_seconds=cadence)
    wait = wait_after_success(feed, fresh_seconds=fresh, attempt=attempt)
    assert max(cadence, 1) <= wait <= max(cadence, 3_600) * 1.1
    assert wait >= min(fresh, 3_600)


@given(
    cadence=st.integers(0, 10**7),
    failures=st.integers(1, 10**6),
    retry=st.none() | st.integers(0, 10**10),
    attempt=st.integers(0, 2**40),
)
def test_no_failure_makes_a_source_asked_too_often_or_given_up(
    cadence: int, failures: int, retry: int | None, attempt: int
) -> None:
    feed = replace(FEED, cadence_seconds=cadence)
    wait = wait_after_failure(feed, failures=failures, retry_after_seconds=retry, attempt=attempt)
    assert 1 <= wait <= max(86_400, cadence) * 1.1
    assert wait >= min(retry or 0, 86_400)
    assert not is_due(feed, due_at=1_000 + wait, now=1_000)
    assert is_due(feed, due_at=1_000 + wait, now=1_000 + wait)


@pytest.mark.parametrize(
    ("due_at", "due"),
    [(999.0, True), (1_000.0, True), (1_000.1, False), (1_000 + 95_040.0, False), (1_000 + 95_041.0, True)],
    ids=["past", "this instant", "an instant ahead", "the longest wait there is", "longer than any wait"],
)
def test_the_edges_of_being_due(due_at: float, due: bool) -> None:
    assert is_due(FEED, due_at=due_at, now=1_000.0) is due
