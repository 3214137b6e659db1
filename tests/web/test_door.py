"""How many visitors a server lets in at a time, over real sockets."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
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
    await asyncio.sleep(0.1)  # the server sees that they have gone
    assert (await ask(port, "/")).body == b"news"


def test_half_of_the_files_are_left_for_the_hub_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("resource.getrlimit", lambda _: (1_024, 4_096))
    assert _readers.most_connections() == 512
