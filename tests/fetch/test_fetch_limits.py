"""Attack 26: bodies that never end, never come, or unfold."""

import asyncio
import gzip
import socket
import tracemalloc

import pytest
from raw_server import fetch_from, raw_server, response

from syndicate.fetch import FetchLimits, open_fetcher
from syndicate.news import limits
from syndicate.ports import Fetched, FetchFailed, FetchFault, FetchOutcome


def failure(outcome: FetchOutcome) -> FetchFault:
    assert isinstance(outcome, FetchFailed)
    return outcome.fault


async def test_attack_26_an_endless_body_is_cut_off_at_its_bound() -> None:
    sent = 0

    async def endless(writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"news " * 2_000)
            sent += 10_000
            await writer.drain()

    async with raw_server({"/": endless}) as served:
        outcome = await fetch_from(served, encoded_bytes=100_000)

    assert failure(outcome) is FetchFault.TOO_LARGE
    assert sent < 10_000_000


async def test_attack_26_endless_chunks_are_cut_off_at_their_bound() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"3e8\r\n" + b"n" * 1_000 + b"\r\n")
            await writer.drain()

    async with raw_server({"/": endless}) as served:
        outcome = await fetch_from(served, encoded_bytes=100_000)

    assert failure(outcome) is FetchFault.TOO_LARGE


async def test_a_body_that_says_it_is_too_large_is_not_even_begun() -> None:
    async with raw_server({"/": b"HTTP/1.1 200 OK\r\nContent-Length: 5000000000\r\n\r\n"}) as served:
        outcome = await fetch_from(served)

    assert failure(outcome) is FetchFault.TOO_LARGE


@pytest.mark.parametrize(
    ("size", "taken"), [(1_000, True), (1_001, False)], ids=["the last byte allowed", "one byte more"]
)
@pytest.mark.parametrize("coding", ["identity", "gzip"])
async def test_the_bound_on_a_body_is_exact(coding: str, size: int, taken: bool) -> None:
    body = b"x" * size
    sent = gzip.compress(body) if coding == "gzip" else body
    async with raw_server({"/": response(sent, Content_Encoding=coding)}) as served:
        outcome = await fetch_from(served, decoded_bytes=1_000)

    assert isinstance(outcome, Fetched) is taken


async def test_attack_26_a_thousandfold_gzip_stops_early_and_costs_little() -> None:
    bomb = gzip.compress(b"\0" * 200_000_000, compresslevel=9)
    assert len(bomb) < 200_000
    async with raw_server({"/": response(bomb, Content_Encoding="gzip")}) as served:
        tracemalloc.start()
        outcome = await fetch_from(served, decoded_bytes=1_000_000)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert failure(outcome) is FetchFault.TOO_LARGE
    assert peak < 4_000_000


async def test_attack_26_gzip_within_gzip_is_not_unfolded() -> None:
    bomb = gzip.compress(gzip.compress(b"\0" * 10_000_000))
    async with raw_server({"/": response(bomb, Content_Encoding="gzip, gzip")}) as served:
        outcome = await fetch_from(served)

    assert failure(outcome) is FetchFault.BAD_ENCODING


async def test_attack_26_a_thousand_empty_gzip_members_are_no_way_around() -> None:
    sent = gzip.compress(b"") * 50_000 + gzip.compress(b"\0" * 5_000_000)
    async with raw_server({"/": response(sent, Content_Encoding="gzip")}) as served:
        outcome = await fetch_from(served, encoded_bytes=2_000_000)

    assert failure(outcome) is FetchFault.TOO_LARGE


async def test_attack_26_a_body_that_drips_is_given_up_when_its_time_is_over() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"n")
            await asyncio.sleep(0.02)  # whole after 20 seconds, and never silent for long

    async with raw_server({"/": drip}) as served:
        outcome = await fetch_from(served, total_seconds=0.3)

    assert failure(outcome) is FetchFault.TIMEOUT


async def test_attack_26_a_header_that_drips_is_given_up_sooner_than_a_body() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not writer.is_closing():
            writer.write(b"n")
            await asyncio.sleep(0.02)

    async with raw_server({"/": drip}) as served:
        outcome = await fetch_from(served, header_seconds=0.2)

    assert failure(outcome) is FetchFault.TIMEOUT


async def test_attack_26_a_server_that_only_promises_is_given_up() -> None:
    async def soon(writer: asyncio.StreamWriter) -> None:
        while not writer.is_closing():
            writer.write(b"HTTP/1.1 103 Early Hints\r\n\r\n")
            await asyncio.sleep(0.01)

    async with raw_server({"/": soon}) as served:
        outcome = await fetch_from(served, header_seconds=0.2)

    assert failure(outcome) is FetchFault.TIMEOUT


async def test_a_body_that_falls_silent_is_given_up() -> None:
    async def silent(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nnews")
        await asyncio.sleep(1)

    async with raw_server({"/": silent}) as served:
        outcome = await fetch_from(served, idle_seconds=0.1)

    assert failure(outcome) is FetchFault.TIMEOUT


async def test_the_time_for_a_fetch_is_one_for_all_its_redirects() -> None:
    async def later(writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        writer.write(response(b"", "302 Found", Location="/"))

    async with raw_server({"/": later}) as served:
        outcome = await fetch_from(served, total_seconds=0.25, redirects=9)

    assert failure(outcome) is FetchFault.TIMEOUT


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        pytest.param(b"X: " + b"x" * 100_000, FetchFault.TOO_LARGE, id="one that is huge"),
        pytest.param(b"\r\n".join([b"X: x"] * 10_000), FetchFault.BROKEN, id="ten thousand"),
        pytest.param(b"\r\n".join([b"X: " + b"x" * 8_000] * 200), FetchFault.BROKEN, id="many large ones"),
    ],
)
async def test_attack_26_header_fields_are_bounded(header: bytes, fault: FetchFault) -> None:
    async with raw_server({"/": b"HTTP/1.1 200 OK\r\n" + header + b"\r\n\r\n"}) as served:
        outcome = await fetch_from(served)

    assert failure(outcome) is fault
    assert "xxx" not in str(outcome)


async def test_a_host_that_does_not_let_us_connect_is_given_up() -> None:
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)  # room for one or two who wait, and nobody accepts
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())
        place = full.getsockname()
        limits = FetchLimits(connect_seconds=0.2)
        async with open_fetcher(limits, allow=[place], user_agent="tests") as fetcher:
            outcome = await fetcher.fetch(f"http://127.0.0.1:{place[1]}/")

    assert isinstance(outcome, FetchFailed)
    assert (outcome.fault, outcome.detail) == (FetchFault.TIMEOUT, "no connection came about in time")


async def test_a_redirects_own_body_is_not_read() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 302 Found\r\nLocation: /now\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 10_000)
            await writer.drain()

    async with raw_server({"/": endless, "/now": response(b"<feed/>")}) as served:
        outcome = await fetch_from(served)

    assert isinstance(outcome, Fetched)


def test_the_bounds_are_those_of_a_signed_feed_unless_told_otherwise() -> None:
    bounds = FetchLimits()
    assert (bounds.encoded_bytes, bounds.decoded_bytes) == (limits.FEED_BYTES, limits.FEED_BYTES)
