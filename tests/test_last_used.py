"""What is kept of what was used last, and what is forgotten first."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syndicate.last_used import LastUsed


def test_what_was_not_asked_for_longest_is_forgotten_first() -> None:
    kept: LastUsed[str, int] = LastUsed(2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    assert kept.put("c", 3) == 3
    assert [name in kept for name in "abc"] == [True, False, True]
    assert (kept.get("b"), len(kept), kept.size) == (None, 2, 2)


def test_another_value_under_a_name_takes_the_place_and_the_room_of_the_one_before() -> None:
    kept: LastUsed[str, bytes] = LastUsed(10, len)
    kept.put("a", b"12345")
    kept.put("b", b"123")
    kept.put("a", b"1234567")
    assert (kept.get("a"), kept.get("b"), kept.size) == (b"1234567", b"123", 10)
    kept.put("c", b"1")
    assert "a" not in kept
    kept.drop("b")
    kept.drop("b")
    assert (len(kept), kept.size) == (1, 1)


@pytest.mark.parametrize(("least", "stay"), [(0, ""), (1, "c"), (2, "bc")])
def test_the_least_that_stay_do_so_however_large_they_are(least: int, stay: str) -> None:
    kept: LastUsed[str, bytes] = LastUsed(3, len, least=least)
    for name in "abc":
        kept.put(name, b"12345")
    assert [name for name in "abc" if name in kept] == list(stay)
    assert kept.size == 5 * len(stay)


@given(st.lists(st.tuples(st.integers(0, 9), st.binary(max_size=9))))
def test_what_is_kept_is_the_newest_that_there_is_room_for(puts: list[tuple[int, bytes]]) -> None:
    kept: LastUsed[int, bytes] = LastUsed(20, len)
    for name, value in puts:
        kept.put(name, value)
    last = dict(puts)
    there = {name: value for name, value in last.items() if name in kept}
    assert all(kept.get(name) == value for name, value in there.items())
    assert kept.size == sum(map(len, there.values())) <= 20


def test_several_threads_may_use_one() -> None:
    kept: LastUsed[int, bytes] = LastUsed(50, len)

    def use(first: int) -> None:
        for number in range(first, first + 2_000):
            kept.put(number % 40, bytes(number % 7))
            kept.get((number * 7) % 40)
            kept.drop((number * 3) % 40)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(use, range(4)))
    assert kept.size == sum(len(kept.get(name) or b"") for name in range(40)) <= 50
