"""Who listens to a stream over a plain socket: every block of it as it was sent."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from patience import PATIENCE


@dataclass
class Listening:
    """An open stream. Asked with HTTP/1.0, its answer comes without chunks."""

    status: int
    headers: dict[str, str]
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def block(self) -> dict[str, str]:
        """The next block, by field; "" for a comment. Nothing at the end of the stream."""
        async with asyncio.timeout(PATIENCE):
            raw = await self.reader.readuntil(b"\n\n")
        fields = (line.partition(":") for line in raw.decode().splitlines() if line)
        return {name: value.removeprefix(" ") for name, _, value in fields}

    async def item(self) -> Any:
        """The next item; its id is its index."""
        while "data" not in (block := await self.block()):
            pass
        told = json.loads(block["data"])
        assert (block["event"], block["id"]) == ("item", str(told["index"]))
        return told

    async def indices(self, count: int) -> list[int]:
        """The indices of the next items."""
        return [(await self.item())["index"] for _ in range(count)]

    async def rest(self) -> bytes:
        """All that comes until the end."""
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read()


@asynccontextmanager
async def listening(port: int, path: str = "/v1/stream", *lines: str) -> AsyncIterator[Listening]:
    """Ask for a stream, and hang up in the end."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**24)
    try:
        writer.write("\r\n".join([f"GET {path} HTTP/1.0", *lines, "", ""]).encode())
        async with asyncio.timeout(PATIENCE):
            head = await reader.readuntil(b"\r\n\r\n")
        status, *fields = head.decode("latin-1").strip().split("\r\n")
        pairs = (field.partition(":") for field in fields)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        yield Listening(int(status.split()[1]), headers, reader, writer)
    finally:
        writer.transport.abort()
