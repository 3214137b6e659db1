"""What a site consists of: every address that a static copy has, and the document that is answered there.

The site itself is asked, as if over a socket, so that a copy can hold nothing else than what is served.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from dataclasses import dataclass, field
from typing import Final, cast

from aiohttp import hdrs, web
from aiohttp.http import HttpRequestParser, StreamWriter

from syndicate.errors import StorageError
from syndicate.news import ItemId
from syndicate.web._answer import CODINGS
from syndicate.web._body import Portions
from syndicate.web._listing import moved_since
from syndicate.web._readers import Readers
from syndicate.web._route import Listed, dispatch
from syndicate.web._site import routes_of
from syndicate.web._stream import Stream
from syndicate.web._world import World

_READ_BYTES: Final = 65_536
_GONE: Final = frozenset({404, 410})


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A document as it is served. ``bodies`` holds it by content coding, "identity" always among them."""

    bodies: Mapping[str, bytes] = field(repr=False)
    media_type: str
    modified: int | None  # Unix seconds


class Contents:
    """The documents of a site, by address."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._routes = routes_of(world, Stream(world, Readers()))
        self._site = dispatch(self._routes)
        # Who asks here is nobody: there is no connection behind it.
        self._nobody = web.RequestHandler(web.Server(self._site), loop=asyncio.get_running_loop())

    async def listed(self) -> AsyncIterator[Listed]:
        """Every address of a copy; what others point to comes before them, and the log's checkpoint last."""
        for route in self._routes:
            async for each in route.listed():
                yield each

    async def moved(self, index: int) -> Collection[ItemId]:
        """The items of whose ``Listed.about`` more is said since this index. Raises StorageError."""
        return await moved_since(self._world, index)

    async def document(self, path: str) -> Served | None:
        """What is served at ``path``; None where there is nothing, any more or yet.

        Raises:
            StorageError: it cannot be made right now.
        """
        plain = await self._ask(path, "identity")
        if plain is None:
            return None
        bodies = {"identity": _body(plain)}
        for coding in CODINGS:
            squeezed = await self._ask(path, coding)
            if squeezed is not None and squeezed.headers.get(hdrs.CONTENT_ENCODING) == coding:
                bodies[coding] = _body(squeezed)
        modified = plain.last_modified
        return Served(
            bodies=bodies,
            media_type=plain.headers[hdrs.CONTENT_TYPE],
            modified=None if modified is None else int(modified.timestamp()),
        )

    async def _ask(self, path: str, coding: str) -> web.Response | None:
        answer = await self._site(self._request(path, coding))
        if answer.status in _GONE:
            return None
        if answer.status != 200 or not isinstance(answer, web.Response):
            raise StorageError(f"{path} cannot be made right now (status {answer.status})")
        return answer

    def _request(self, path: str, coding: str) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        head = f"GET {path} HTTP/1.1\r\n{hdrs.HOST}: localhost\r\n{hdrs.ACCEPT_ENCODING}: {coding}\r\n\r\n"
        parser = HttpRequestParser(self._nobody, loop, _READ_BYTES)
        [(message, payload)], _, _ = parser.feed_data(head.encode("ascii"))
        writer = StreamWriter(self._nobody, loop)
        task = cast("asyncio.Task[None]", asyncio.current_task())  # a coroutine is in one
        return web.BaseRequest(message, payload, self._nobody, writer, task, loop)


def _body(answer: web.Response) -> bytes:
    body = answer.body
    if isinstance(body, Portions):
        return body.whole
    return body if isinstance(body, bytes) else b""
