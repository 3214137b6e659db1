"""POST /add-checkpoint: a witness's one address (C2SP tlog-witness)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from aiohttp import hdrs, web

from syndicate.ledger import REQUEST_BYTES
from syndicate.web._answer import NEVER, problem
from syndicate.web._route import Site

_ADD: Final = "/add-checkpoint"
_BODY_SECONDS: Final = 10.0


class Answered(Protocol):
    """What the witness answers."""

    @property
    def status(self) -> int: ...

    @property
    def body(self) -> bytes: ...

    @property
    def media_type(self) -> str: ...


def make_witness_site(add_checkpoint: Callable[[bytes], Awaitable[Answered]]) -> Site:
    """The site of a witness, to be put on a socket by ``serve``."""

    async def answer(request: web.BaseRequest) -> web.Response:
        if request.path != _ADD:
            return problem(404, "a witness has one address: /add-checkpoint")
        if request.method != hdrs.METH_POST:
            return problem(405, "this address takes POST", allow=hdrs.METH_POST)
        if request.content_length is None:
            return problem(411, "say how long the body is")
        if not request.content_length:
            return problem(400, "the body is empty")
        if request.content_length > REQUEST_BYTES:
            return problem(413, f"at most {REQUEST_BYTES} bytes")
        try:
            async with asyncio.timeout(_BODY_SECONDS):
                body = await request.content.readexactly(request.content_length)
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError):
            late = problem(408, "the body did not come in time")
            late.force_close()
            return late
        told = await add_checkpoint(body)
        headers = {hdrs.CONTENT_TYPE: told.media_type, hdrs.CACHE_CONTROL: NEVER}
        return web.Response(status=told.status, body=told.body, headers=headers)

    return answer
