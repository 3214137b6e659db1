"""A hub that shows what another shows, except where it lies."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from hub_folder import Served
from raw_client import listener

from syndicate.web import serve

_NOTHING = b"\0nothing"


def nothing(_body: bytes) -> bytes:
    """The lie that there is nothing at an address."""
    return _NOTHING


@asynccontextmanager
async def liar(honest: Served, lie: Callable[[str, bytes], bytes]) -> AsyncIterator[str]:
    """The liar's address; ``lie`` is told each path with its query, and what the honest hub says there."""

    async def answer(request: web.BaseRequest) -> web.Response:
        reply = await honest.get(request.path_qs)
        body = lie(request.path_qs, reply.body)
        if body == _NOTHING:
            return web.Response(status=404)
        return web.Response(status=reply.status if body == reply.body else 200, body=body)

    bound = listener()
    async with serve(answer, bound):
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
