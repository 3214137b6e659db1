"""Raw HTTP over a socket: what the client sends is what the test wrote, what it sees is what was sent."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from patience import PATIENCE

from syndicate.web import Site, serve


@dataclass(frozen=True)
class Reply:
    status: int
    headers: dict[str, str]  # names in lower case
    body: bytes
    names: tuple[str, ...]  # as sent, doubles included


def listener(port: int = 0) -> socket.socket:
    bound = socket.socket()
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
    except OSError:
        bound.close()
        raise
    return bound


@contextmanager
def held_port() -> Iterator[int]:
    """Where nobody listens but who is told of it, and that again and again: to others it is in use."""
    with listener() as bound:
        port: int = bound.getsockname()[1]
        yield port


@asynccontextmanager
async def served(site: Site) -> AsyncIterator[int]:
    bound = listener()
    port: int = bound.getsockname()[1]
    async with serve(site, bound):
        yield port


async def ask(
    port: int,
    path: str = "/",
    *lines: str,
    method: str = "GET",
    body: bytes = b"",
) -> Reply:
    head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Connection: close", *lines]
    if body:
        head.append(f"Content-Length: {len(body)}")
    return await exchange(port, "\r\n".join([*head, "", ""]).encode("utf-8") + body)


async def exchange(port: int, request: bytes) -> Reply:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    try:
        writer.write(request)
        raw = await asyncio.wait_for(reader.read(), PATIENCE)
    finally:
        writer.close()
        await writer.wait_closed()
    head, _, rest = raw.partition(b"\r\n\r\n")
    status, *fields = head.decode("latin-1").split("\r\n")
    pairs = [
        (name.strip().lower(), value.strip()) for name, _, value in (one.partition(":") for one in fields)
    ]
    return Reply(int(status.split()[1]), dict(pairs), rest, tuple(name for name, _ in pairs))
