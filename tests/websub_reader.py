"""A WebSub subscriber on loopback: it remembers what it is asked and sent, and answers as it is told to."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from aiohttp import web
from patience import PATIENCE
from raw_client import listener

from syndicate.web import serve

Answer = Callable[[web.BaseRequest], Awaitable[web.Response]]


@dataclass(frozen=True)
class Sent:
    """One content distribution request."""

    path: str  # with its query
    headers: dict[str, str]  # names in lower case
    body: bytes

    def is_signed_with(self, secret: str) -> bool:
        method, _, signature = self.headers["x-hub-signature"].partition("=")
        made = hmac.new(secret.encode(), self.body, getattr(hashlib, method)).hexdigest()
        return method == "sha256" and hmac.compare_digest(made, signature)


@dataclass
class Reader:
    """The subscriber; ``asked`` are the queries of the hub's questions, as they came."""

    port: int
    asked: list[str] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    on_question: Answer | None = None  # instead of agreeing
    statuses: list[int] = field(default_factory=list)  # of the next answers to content; then 200
    says: bytes = b""  # in answer to content
    moved: asyncio.Condition = field(default_factory=asyncio.Condition)

    def callback(self, path: str = "/in", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def questions(self) -> list[dict[str, str]]:
        return [dict(parse_qsl(query)) for query in self.asked]

    async def answer(self, request: web.BaseRequest) -> web.Response:
        if request.method == "POST":
            return await self._content(request)
        self.asked.append(request.rel_url.raw_query_string)
        made = self._agree(request) if self.on_question is None else await self.on_question(request)
        await self._moved()
        return made

    def _agree(self, request: web.BaseRequest) -> web.Response:
        return web.Response(text=request.rel_url.query.get("hub.challenge", ""))

    async def _content(self, request: web.BaseRequest) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        status = self.statuses.pop(0) if self.statuses else 200
        if status < 300:
            self.sent.append(Sent(str(request.rel_url), headers, body))
        await self._moved()
        return web.Response(status=status, body=self.says)

    async def _moved(self) -> None:
        async with self.moved:
            self.moved.notify_all()

    async def until(self, reached: Callable[[], bool]) -> None:
        """Return when ``reached``, looked at after each visit."""
        async with asyncio.timeout(PATIENCE), self.moved:
            await self.moved.wait_for(reached)


@asynccontextmanager
async def reader_at_work() -> AsyncIterator[Reader]:
    bound = listener()
    reader = Reader(bound.getsockname()[1])
    async with serve(reader.answer, bound):
        yield reader
