"""A real server on loopback that answers with exactly the bytes a test wants, however improper."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from syndicate.fetch import FetchLimits, open_fetcher
from syndicate.ports import FetchOutcome, Validators

Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


def response(body: bytes = b"", status: str = "200 OK", **headers: str) -> bytes:
    """A proper HTTP/1.1 response; underscores in the names of headers stand for hyphens."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class RawServer:
    """Answers by path; what it was asked is kept, header lines in lower case."""

    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    host: str = "127.0.0.1"
    port: int = 0
    scheme: str = "http"
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def place(self) -> tuple[str, int]:
        return self.host, self.port

    def url(self, path: str = "/") -> str:
        return f"{self.scheme}://{self.host}:{self.port}{path}"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if (task := asyncio.current_task()) is not None:
            self.tasks.add(task)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                await self._count(head, writer)
        except (
            ConnectionError,
            asyncio.IncompleteReadError,
            asyncio.CancelledError,
            asyncio.LimitOverrunError,
        ):
            pass  # the visitor left, or the test is over
        finally:
            writer.transport.abort()

    async def _count(self, head: str, writer: asyncio.StreamWriter) -> None:
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            await self._answer(head, writer)
        finally:
            self.open_now -= 1

    async def _answer(self, head: str, writer: asyncio.StreamWriter) -> None:
        first, *lines = head.strip().split("\r\n")
        path = first.split(" ")[1]
        self.asked.append(path)
        self.headers.append({name.lower(): value for name, value in (line.split(": ", 1) for line in lines)})
        answer = self.answers.get(path, response(status="404 Not Found"))
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
        else:
            await answer(writer)


@asynccontextmanager
async def raw_server(
    answers: dict[str, Answer] | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[RawServer]:
    served = RawServer(answers=answers or {}, host=host, scheme="https" if tls else "http")
    server = await asyncio.start_server(served._serve, host, port, ssl=tls)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        await let_in_no_more(server)
        for task in served.tasks:
            task.cancel()
        await asyncio.gather(*served.tasks, return_exceptions=True)
        await asyncio.sleep(0)


async def let_in_no_more(server: asyncio.Server) -> None:
    """Close it, but not under a connection that it has just accepted: asyncio would forget that one."""
    for each in server.sockets:
        asyncio.get_running_loop().remove_reader(each)
    await asyncio.sleep(0)
    server.close()


async def fetch_from(
    served: RawServer, path: str = "/", validators: Validators | None = None, **limits: float
) -> FetchOutcome:
    """Fetch one path of a server that stands in the list of what may be dialled."""
    bounds = FetchLimits(**limits)  # type: ignore[arg-type]  # whole numbers where they are asked for
    agent = "tests (+mailto:desk@hub.example)"
    async with open_fetcher(bounds, allow=[served.place], user_agent=agent) as fetcher:
        return await fetcher.fetch(served.url(path), validators)
