"""Callbacks that mean harm: none leads inside, none costs more than its bounds, none holds others up."""

import asyncio
import socket
import tracemalloc
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial

import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from delivering import (
    AT_ONCE,
    OK,
    Answer,
    Sink,
    Works,
    at,
    delivering,
    open_sink,
    reached,
    subscriber,
)
from patience import until
from press import PressRoom
from raw_server import response

from syndicate.errors import ForbiddenAddress
from syndicate.fetch import check_callback
from syndicate.ports import Storage, Subscriber, SubscriberState

STERN = replace(AT_ONCE, total_seconds=1_000.0, slow_seconds=0.01, failures_most=3)
BAD, GOOD = "YmFk", "Z29vZA"


@pytest.fixture
async def bad() -> AsyncIterator[Sink]:
    """Where the bad one listens."""
    async with open_sink() as opened:
        yield opened


@pytest.fixture
def works(storage: Storage, sink: Sink, bad: Sink) -> Works:
    allow = [("127.0.0.1", sink.port), ("127.0.0.1", bad.port)]
    return partial(delivering, storage, PressRoom("vn.demo", seed=1), allow=allow, limits=STERN)


async def told_beside(
    works: Works, sink: Sink, callback: str, *, ages: bool = False, **changes: object
) -> Subscriber:
    """What becomes of a bad callback, while a good one is told of everything."""
    async with works(**changes) as delivery:
        await delivery.roster.add(subscriber(callback, BAD))
        await delivery.roster.add(subscriber(sink.url(), GOOD))
        await delivery.publish(*"abc")
        await delivery.until(GOOD, reached(2))
        assert list(dict.fromkeys(sink.indices())) == [0, 1, 2], "in order, at least once"
        if ages:  # for the bad one; the good one has been told
            tally = delivery.deliverer.tally
            await until(lambda: tally.failed >= STERN.failures_most, leaps=STERN.total_seconds)
        return await delivery.until(BAD, at(SubscriberState.PAUSED))


INSIDE = [
    pytest.param("127.0.0.1", id="loopback"),
    pytest.param("[::1]", id="loopback of IPv6"),
    pytest.param("[::ffff:127.0.0.1]", id="IPv4-mapped"),
    pytest.param("[::ffff:7f00:1]", id="IPv4-mapped, in hexadecimal"),
    pytest.param("[64:ff9b::7f00:1]", id="through NAT64"),
    pytest.param("[2002:7f00:1::]", id="through 6to4"),
    pytest.param("169.254.169.254", id="the metadata of a cloud"),
    pytest.param("10.1.2.3", id="a private network"),
    pytest.param("100.64.0.1", id="carrier-grade NAT"),
    pytest.param("[fd00::1]", id="a private network of IPv6"),
    pytest.param("[fe80::1]", id="link-local"),
    pytest.param("0.0.0.0", id="unspecified"),
    pytest.param("2130706433", id="one decimal number"),
    pytest.param("0x7f000001", id="one hexadecimal number"),
    pytest.param("0177.0.0.1", id="octal"),
    pytest.param("127.1", id="two numbers"),
    pytest.param("localhost", id="localhost"),
]


@pytest.mark.parametrize("host", INSIDE)
def test_an_address_inside_is_refused_when_it_is_added(host: str) -> None:
    for scheme in ("http", "https"):
        with pytest.raises(ForbiddenAddress):
            check_callback(f"{scheme}://{host}/hook")


@pytest.mark.parametrize("host", INSIDE)
async def test_an_address_inside_is_never_dialled_even_if_it_was_added(
    works: Works, sink: Sink, host: str
) -> None:
    paused = await told_beside(works, sink, f"http://{host}/hook")
    assert paused.reached == -1
    refused = ("fetch-forbidden-address", "fetch-bad-url", "fetch-dns")
    assert any(word in paused.reason for word in refused), paused.reason


class Lies(AbstractResolver):
    """A name server that says what it likes: first a public address, then one inside."""

    def __init__(self, *addresses: str) -> None:
        self._addresses = list(addresses)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        address = self._addresses.pop(0) if len(self._addresses) > 1 else self._addresses[0]
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        return [ResolveResult(hostname=host, host=address, port=port, family=kind, proto=0, flags=0)]

    async def close(self) -> None:
        return None


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:10.0.0.1"])
async def test_a_name_that_leads_inside_is_never_dialled(works: Works, sink: Sink, address: str) -> None:
    check_callback("https://desk.example/hook")  # nothing to say against the name
    paused = await told_beside(works, sink, "http://desk.example/hook", resolver=Lies(address))
    assert "fetch-forbidden-address" in paused.reason


@pytest.mark.parametrize("port", [22, 25, 8080])
async def test_no_other_port_is_dialled(works: Works, sink: Sink, port: int) -> None:
    with pytest.raises(ForbiddenAddress):
        check_callback(f"http://desk.example:{port}/")
    paused = await told_beside(works, sink, f"http://192.0.66.2:{port}/")
    assert "is neither 80 nor 443" in paused.reason


@pytest.mark.parametrize("status", ["301 Moved Permanently", "302 Found", "307 Temporary Redirect", "308 X"])
async def test_a_redirect_is_never_followed_wherever_it_leads(
    works: Works, sink: Sink, bad: Sink, status: str
) -> None:
    bad.answers["/hook"] = [response(status=status, Location=sink.url("/inside"))]
    paused = await told_beside(works, sink, bad.url())
    assert paused.reason.endswith(f"answered {status[:3]}: redirects are not followed")
    assert sink.at("/inside") == []


async def never(_writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


async def hang_up(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def endless_body(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"4000\r\n" + b"x" * 0x4000 + b"\r\n")
        await writer.drain()


async def drip(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.005)


async def endless_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: " + b"x" * 1_000 + b"\r\n")
        await writer.drain()


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param(never, "fetch-timeout", id="an answer that never comes"),
        pytest.param(drip, "fetch-timeout", id="an answer that comes byte by byte"),
        pytest.param(endless_body, "fetch-too-large", id="an answer without end"),
        pytest.param(endless_headers, "fetch-", id="headers without end"),
        pytest.param(response(X_Huge="x" * 100_000), "fetch-too-large", id="a huge header"),
        pytest.param(hang_up, "fetch-broken", id="hanging up"),
        pytest.param(b"SSH-2.0-OpenSSH_9.9\r\n\r\n", "fetch-broken", id="something else than HTTP"),
        pytest.param(response(status="500 Never"), "answered 500", id="never acknowledging"),
        pytest.param(response(b"x" * 1_000_000), "fetch-too-large", id="a megabyte in answer"),
    ],
)
async def test_a_bad_answer_costs_its_bounds_and_holds_nobody_up(
    works: Works, sink: Sink, bad: Sink, answer: Answer, reason: str
) -> None:
    bad.answers["/hook"] = [answer]
    paused = await told_beside(works, sink, bad.url(), ages=reason == "fetch-timeout")
    assert reason in paused.reason
    assert len(bad.messages) <= STERN.failures_most


@pytest.mark.parametrize("says", ["1", "99999999999", "-5", "soon", "Fri, 31 Dec 9999 23:59:59 GMT"])
async def test_whatever_it_asks_for_in_retry_after_it_is_tried_within_bounds(
    works: Works, sink: Sink, bad: Sink, says: str
) -> None:
    bad.answers["/hook"] = [response(status="429 Too Many Requests", Retry_After=says), OK]
    limits = replace(AT_ONCE, retry_after_most_seconds=0.01)
    async with works(limits=limits) as delivery:
        await delivery.roster.add(subscriber(bad.url()))
        await delivery.publish("a")
        assert await bad.until_told(2) == [0, 0]


async def test_a_flapping_callback_gets_everything_in_order_in_the_end(
    works: Works, sink: Sink, bad: Sink
) -> None:
    flaps: list[Answer] = [hang_up, OK]
    bad.answers["/hook"] = flaps * 20
    async with works(limits=replace(AT_ONCE, failures_most=3)) as delivery:
        await delivery.roster.add(subscriber(bad.url()))
        await delivery.publish(*"abcdefghij")
        told = await bad.until_told(20)
    assert told == [index for index in range(10) for _ in range(2)]


async def test_a_hundred_that_never_answer_hold_nobody_up(works: Works, sink: Sink, bad: Sink) -> None:
    bad.answers |= {f"/{number}": [never] for number in range(100)}
    limits = replace(AT_ONCE, total_seconds=60.0, slow_seconds=0.01, at_once=2, slow_at_once=8, per_host=4)
    async with works(limits=limits) as delivery:
        await delivery.roster.add(subscriber(sink.url(), GOOD))
        await delivery.publish("a")
        await delivery.until(GOOD, reached(0))
        for number in range(100):
            await delivery.roster.add(subscriber(bad.url(f"/{number}"), f"bad-{number}"))
        await bad.until(lambda: len(bad.messages) >= 4)
        await delivery.publish(*"bcdefghij")
        assert await sink.until_told(10) == list(range(10))
    assert bad.most_open <= 4


@pytest.mark.parametrize("inside", ["10.0.0.7", "169.254.169.254", "127.0.0.2", "::1"])
async def test_attack_a_name_that_led_outside_at_first_and_inside_later_is_dialled_once(
    works: Works, bad: Sink, inside: str
) -> None:
    bad.answers["/hook"] = [response(b"", Connection="close")]
    async with works(resolver=Lies("127.0.0.1", inside)) as delivery:
        await delivery.roster.add(subscriber(f"http://desk.example:{bad.port}/hook", BAD))
        await delivery.publish("a")
        await bad.until(lambda: bad.has(1))
        await delivery.publish("b")
        paused = await delivery.until(BAD, at(SubscriberState.PAUSED))
    assert "fetch-forbidden-address" in paused.reason
    assert bad.indices() == [0]


async def test_attack_whoever_changes_again_and_again_stands_in_line_once(
    works: Works, sink: Sink, bad: Sink
) -> None:
    bad.answers["/hook"] = [never]
    limits = replace(AT_ONCE, total_seconds=60.0, slow_at_once=1, at_once=1, per_host=1)
    async with works(limits=limits) as delivery:
        await delivery.roster.add(subscriber(bad.url(), BAD))
        await delivery.publish("a")
        await bad.until(lambda: bad.has(1))
        await delivery.roster.add(subscriber(bad.url("/other"), "b3RoZXI"))
        for number in range(200):
            await delivery.roster.change("b3RoZXI", lease_until=10**10 + number)
        [host] = delivery.deliverer._hosts._hosts.values()
        assert list(host.queue) == ["b3RoZXI"]


async def test_attack_a_clock_that_jumps_by_years_neither_stalls_nor_floods(
    works: Works, sink: Sink, bad: Sink
) -> None:
    bad.answers["/hook"] = [response(status="503 Later"), OK]
    async with works(limits=AT_ONCE) as delivery:
        await delivery.roster.add(subscriber(sink.url(), GOOD))
        await delivery.roster.add(subscriber(bad.url(), BAD))
        for name, years in (("a", 1), ("b", -2), ("c", 3), ("d", -1)):
            delivery.clock.hands += years * 31_557_600
            await delivery.publish(name)
        assert await sink.until_told(4) == [0, 1, 2, 3]
        assert await bad.until_told(5) == [0, 0, 1, 2, 3]


async def test_memory_stays_bounded_whatever_they_answer(works: Works, sink: Sink, bad: Sink) -> None:
    bad.answers |= {f"/{number}": [endless_body, endless_headers] for number in range(20)}
    async with works(limits=replace(STERN, failures_most=2)) as delivery:
        for number in range(20):
            await delivery.roster.add(subscriber(bad.url(f"/{number}"), f"bad-{number}"))
        tracemalloc.start()
        try:
            await delivery.publish("a")
            for number in range(20):
                await delivery.until(f"bad-{number}", at(SubscriberState.PAUSED))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 30_000_000
