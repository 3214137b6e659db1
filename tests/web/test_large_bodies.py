"""A large feed over a real socket: whole for who reads, and hardly anything held for who does not."""

import asyncio
import gzip
import logging
import random
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from patience import until
from raw_client import ask, served

from syndicate.journey import Body
from syndicate.web import _body
from syndicate.web._answer import Ready
from syndicate.web._body import PORTION
from syndicate.wire import Gzipped, Plain, Wholes, piece_of

BODY = bytes(range(256)) * 65_536  # 16 MB: more than what the system keeps for a connection
ASKED = b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n"


@pytest.fixture
def transports() -> list[asyncio.WriteTransport]:
    """Of whoever asked, in turn."""
    return []


@pytest.fixture
async def port(transports: list[asyncio.WriteTransport]) -> AsyncIterator[int]:
    ready = Ready({"identity": BODY}, digest="abc", media_type="text/plain")

    async def site(request: web.BaseRequest) -> web.Response:
        assert request.transport is not None
        transports.append(request.transport)
        return ready.answer(request)

    async with served(site) as where:
        yield where


async def test_a_large_body_comes_whole_and_again(port: int) -> None:
    for _ in range(2):
        reply = await ask(port, "/")
        assert (reply.status, reply.headers["content-length"]) == (200, str(len(BODY)))
        assert reply.body == BODY
        assert "application/octet-stream" not in reply.headers.values()


async def test_a_body_of_pieces_comes_whole_in_both_codings() -> None:
    bodies = [bytes(range(256)) * 300, random.Random(1).randbytes(2 * PORTION), *([b"tin" * 9_000] * 50)]
    pieces = [piece_of(body) for body in bodies]
    coded: dict[str, Body] = {"identity": Plain(pieces, Wholes(0)), "gzip": Gzipped(pieces, Wholes(0))}
    ready = Ready(coded, digest="abc", media_type="text/plain")

    async def site(request: web.BaseRequest) -> web.Response:
        return ready.answer(request)

    async with served(site) as where:
        for coding, body in coded.items():
            reply = await ask(where, "/", f"Accept-Encoding: {coding}")
            assert reply.headers["content-length"] == str(len(body))
            assert reply.body == bytes(body), coding
            assert (gzip.decompress(reply.body) if coding == "gzip" else reply.body) == b"".join(bodies)


async def test_its_head_and_its_304_come_alone(port: int) -> None:
    head = await ask(port, "/", method="HEAD")
    assert (head.status, head.headers["content-length"], head.body) == (200, str(len(BODY)), b"")
    same = await ask(port, "/", 'If-None-Match: "abc"')
    assert (same.status, same.body) == (304, b"")


async def test_a_reader_who_does_not_read_makes_nothing_pile_up(
    port: int, transports: list[asyncio.WriteTransport]
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_024)
    writer.write(ASKED)
    held, before = 0, -1
    while held != before or not held:  # until it stands still, with something that waits to be sent
        await asyncio.sleep(0.1)
        before, held = held, transports[0].get_write_buffer_size() if transports else 0
    assert held <= PORTION + 65_536
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert await reader.readexactly(len(BODY)) == BODY  # and it loses nothing by having waited
    writer.close()


async def test_attack_26_a_reader_who_stops_reading_is_cut_off_in_the_end(
    port: int, transports: list[asyncio.WriteTransport], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1_024)
        writer.write(ASKED)
        await until(lambda: transports and transports[0].get_write_buffer_size())
        await until(transports[0].is_closing, leaps=_body._PORTION_SECONDS)
        with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
            await reader.readexactly(len(BODY))
        writer.close()
        assert (await ask(port, "/")).body == BODY
    assert not [record for record in caplog.records if record.name.startswith(("syndicate", "aiohttp"))]


async def test_a_reader_who_hangs_up_midway_is_nobodys_trouble(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(ASKED)
        await reader.readuntil(b"\r\n\r\n")
        writer.transport.abort()
        assert (await ask(port, "/")).body == BODY
    assert not [record for record in caplog.records if record.name.startswith(("syndicate", "aiohttp"))]
