"""How many visitors a server lets in at a time, over real sockets."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from aiohttp import web
from patience import PATIENCE
from raw_client import ask, served

from syndicate.web import _readers

MOST = 3


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(_readers, "_MOST_CONNECTIONS", MOST)

    async def site(_: web.BaseRequest) -> web.Response:
        return web.Response(text="news")

    async with served(site) as where:
        yield where


async def answered(port: int) -> bytes:
    """What one more visitor is told; nothing if there is no room."""
    try:
        return (await ask(port, "/")).body
    except (ConnectionError, IndexError):  # shut out before a word, or at the first
        return b""


async def test_attack_26_one_visitor_too_many_is_shut_out_and_the_others_are_served(port: int) -> None:
    inside = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST)]
    for reader, writer in inside:  # so that all of them were let in
        writer.write(b"GET / HTTP/1.1\r\nHost: hub\r\n\r\n")
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 200")
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with pytest.raises((ConnectionError, asyncio.IncompleteReadError)):
        await reader.readexactly(1)
    writer.close()
    for _, writer in inside:
        writer.close()
    async with asyncio.timeout(PATIENCE):
        while await answered(port) != b"news":  # until the server has seen that they have gone
            pass


@pytest.mark.parametrize("rounds", range(8))
async def test_who_is_let_in_while_the_server_closes_is_hung_up_on(rounds: int) -> None:
    async def site(_: web.BaseRequest) -> web.Response:
        return web.Response(text="news")

    with socket.socket() as late:
        async with served(site) as where:
            late.connect(("127.0.0.1", where))
            for _ in range(rounds):  # of the event loop, so that one of them leaves while it is let in
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        late.settimeout(PATIENCE)
        with suppress(ConnectionError):
            assert late.recv(1) == b""


def test_half_of_the_files_are_left_for_the_hub_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (1_024, 4_096))
    assert _readers.most_connections() == 512
