"""Whose turn it is: fairness between hosts, the two lanes, and the breaker."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from syndicate.deliver import DeliverLimits
from syndicate.deliver._hosts import Flight, Hosts

LIMITS = DeliverLimits(at_once=4, slow_at_once=4, per_host=4)


class Later:
    """Keeps what is to be called later, until a test says that the time has come."""

    def __init__(self) -> None:
        self.waits: list[tuple[float, Callable[[], None]]] = []

    def __call__(self, seconds: float, call: Callable[[], None]) -> None:
        self.waits.append((seconds, call))

    def pass_by(self) -> None:
        waits, self.waits = self.waits, []
        for _, call in waits:
            call()


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def hosts(later: Later) -> Hosts:
    return Hosts(LIMITS, later)


def leave(hosts: Hosts) -> dict[str, Flight]:
    return dict(iter(hosts.departure, None))


def get_to_know(hosts: Hosts, *names: str) -> None:
    """Let each of these hosts answer quickly once."""
    for name in names:
        hosts.queue(name, f"first of {name}")
        for flight in leave(hosts).values():
            hosts.landed(flight, reached=True, quick=True)


def test_hosts_take_turns_however_many_wait_for_one_of_them(hosts: Hosts) -> None:
    for number in range(10):
        hosts.queue("busy", f"busy {number}")
    hosts.queue("small", "small 0")
    assert sorted(leave(hosts)) == ["busy 0", "busy 1", "busy 2", "small 0"]


def test_one_host_never_has_more_than_its_share(later: Later) -> None:
    hosts = Hosts(replace(LIMITS, at_once=100, slow_at_once=100), later)
    get_to_know(hosts, "busy")
    for number in range(10):
        hosts.queue("busy", f"busy {number}")
    assert len(leave(hosts)) == 4


def test_slow_and_failing_hosts_leave_the_quick_lane_to_the_others(hosts: Hosts) -> None:
    get_to_know(hosts, "good")
    for number in range(10):
        hosts.queue(f"never met {number}", f"new {number}")
    assert len(leave(hosts)) == 4  # their lane is full
    hosts.queue("good", "a")
    assert list(leave(hosts)) == ["a"]


def test_a_flight_that_dawdles_makes_room_in_the_quick_lane(hosts: Hosts) -> None:
    get_to_know(hosts, *"abcde")
    for name in "abcde":
        hosts.queue(name, name)
    flights = leave(hosts)
    assert sorted(flights) == ["a", "b", "c", "d"]
    assert hosts.dawdles(flights["a"])
    assert list(leave(hosts)) == ["e"]
    hosts.queue("a", "a again")  # it is slow now
    assert list(leave(hosts)) == ["a again"]


def test_a_flight_that_dawdles_stays_where_it_is_while_the_slow_lane_is_full(hosts: Hosts) -> None:
    get_to_know(hosts, *"abcd")
    for number in range(4):
        hosts.queue(f"new {number}", f"new {number}")
    slow = leave(hosts)
    for name in "abcd":
        hosts.queue(name, name)
    flights = leave(hosts)
    assert not hosts.dawdles(flights["a"])
    hosts.landed(slow["new 0"], reached=True, quick=False)
    assert hosts.dawdles(flights["a"])
    assert hosts.dawdles(flights["a"])  # once is enough


def test_a_host_that_turned_slow_while_in_line_changes_lanes(hosts: Hosts) -> None:
    get_to_know(hosts, "a")
    hosts.queue("a", "first")
    (flight,) = leave(hosts).values()
    hosts.queue("a", "second")  # in line in the quick lane
    hosts.landed(flight, reached=True, quick=False)
    assert list(leave(hosts)) == ["second"]


def fail(hosts: Hosts, name: str, times: int) -> None:
    for number in range(times):
        hosts.queue(name, f"{name} {number}")
        for flight in leave(hosts).values():
            hosts.landed(flight, reached=False, quick=False)


def test_a_host_that_fails_again_and_again_rests_longer_each_time(hosts: Hosts, later: Later) -> None:
    fail(hosts, "down", 2)
    assert later.waits == []
    fail(hosts, "down", 1)
    rests = []
    for _ in range(9):
        (wait,) = later.waits
        rests.append(wait[0])
        hosts.queue("down", "next")
        assert leave(hosts) == {}
        later.pass_by()
        (flight,) = leave(hosts).values()
        hosts.landed(flight, reached=False, quick=False)
    assert rests == [5.0, 10.0, 20.0, 40.0, 80.0, 160.0, 300.0, 300.0, 300.0]


def test_after_a_rest_one_delivery_finds_out_and_wakes_whoever_waits(hosts: Hosts, later: Later) -> None:
    woken = []
    hosts.wake = lambda: woken.append(True)
    fail(hosts, "down", 3)
    for number in range(10):
        hosts.queue("down", f"down {number}")
    later.pass_by()
    assert woken == [True]
    probe = leave(hosts)
    assert list(probe) == ["down 0"]
    hosts.landed(probe["down 0"], reached=True, quick=True)
    assert list(leave(hosts)) == ["down 1", "down 2"]  # twice as many


def test_a_flapping_host_is_not_flooded(hosts: Hosts, later: Later) -> None:
    sent = 0
    for number in range(1_000):
        hosts.queue("flaps", f"{number}")
    for round_ in range(20):
        for flight in leave(hosts).values():
            hosts.landed(flight, reached=round_ % 2 == 1, quick=True)
            sent += 1
        later.pass_by()
    assert sent < 40


def test_failures_of_flights_that_left_before_the_rest_do_not_lengthen_it(hosts: Hosts, later: Later) -> None:
    for number in range(4):
        hosts.queue("down", f"{number}")
    for flight in leave(hosts).values():
        hosts.landed(flight, reached=False, quick=False)
    assert len(later.waits) == 1


def test_a_host_that_rests_is_passed_over_even_if_it_was_in_line(hosts: Hosts, later: Later) -> None:
    for number in range(3):
        hosts.queue("down", f"{number}")
    flights = leave(hosts)
    hosts.queue("down", "in line")
    for flight in flights.values():
        hosts.landed(flight, reached=False, quick=False)
    assert leave(hosts) == {}


def test_a_flight_that_came_to_nothing_says_nothing_of_its_host(hosts: Hosts) -> None:
    hosts.queue("a", "gone")
    (flight,) = leave(hosts).values()
    hosts.returned(flight)
    assert (flight.host.failures, flight.host.quick, flight.host.flying) == (0, False, 0)


def test_hosts_without_subscribers_are_forgotten_when_there_are_many(later: Later) -> None:
    hosts = Hosts(replace(LIMITS, subscribers_most=3), later)
    get_to_know(hosts, *"abcdefghij")
    assert len(hosts) <= 3
