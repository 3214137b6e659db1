"""The ports of these tests are nobody else's, whatever runs on the machine meanwhile."""

import socket

import pytest
from aiohttp import web
from raw_client import ask, held_port, listener

from syndicate.web import serve


async def test_who_is_told_of_a_held_port_listens_there_again_and_again() -> None:
    async def site(_: web.BaseRequest) -> web.Response:
        return web.Response(text="news")

    with held_port() as port:
        for _ in range(3):
            with pytest.raises(ConnectionRefusedError):
                await ask(port)
            async with serve(site, listener(port)):
                assert (await ask(port)).body == b"news"


def test_nobody_else_can_have_a_held_port() -> None:
    with held_port() as port, socket.socket() as another, pytest.raises(OSError, match="in use"):
        another.bind(("127.0.0.1", port))
