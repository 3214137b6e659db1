"""Where deliveries go, in a process of its own: acknowledges at once and says when each came.

``python -m tests.bench._sink``: it prints its port, then for every line it reads one JSON line: the number
of requests so far, and the time of each since the last line as (webhook-id, seconds of the monotonic clock,
which all processes of a machine share).
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import PIPE, Popen
from typing import IO, Final, cast

_ACKNOWLEDGED: Final = b"HTTP/1.1 204 No Content\r\n\r\n"
_ROOT: Final = Path(__file__).resolve().parents[2]
_came: list[tuple[str, float]] = []
_count = 0


class _Receiver(asyncio.Protocol):
    """Just enough HTTP to take a POST whose length is told."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        while (end := self._bytes.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._bytes[:end]).lower()
            length = int(_field(head, b"content-length") or b"0")
            if len(self._bytes) < end + 4 + length:
                return
            del self._bytes[: end + 4 + length]
            _note(_field(head, b"webhook-id"))
            self._transport.write(_ACKNOWLEDGED)


def _field(head: bytes, name: bytes) -> bytes:
    return head.partition(b"\r\n" + name + b": ")[2].partition(b"\r\n")[0]


def _note(message: bytes) -> None:
    global _count  # noqa: PLW0603 - the whole process is this counter
    _count += 1
    _came.append((message.decode(), time.monotonic()))


async def _main() -> None:
    server = await asyncio.get_running_loop().create_server(_Receiver, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        while await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps({"count": _count, "came": _came}), flush=True)
            _came.clear()


@dataclass(frozen=True)
class Sink:
    """A sink in a process of its own."""

    port: int
    process: "Popen[str]"

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    def ask(self) -> tuple[int, list[tuple[str, float]]]:
        """How many requests came in all, and when each of those since the last question."""
        say, heard = cast("IO[str]", self.process.stdin), cast("IO[str]", self.process.stdout)
        say.write("\n")
        say.flush()
        told = json.loads(heard.readline())
        return told["count"], [(name, at) for name, at in told["came"]]


@contextmanager
def sink() -> Iterator[Sink]:
    """A sink at work until left."""
    words = [sys.executable, "-m", "tests.bench._sink"]
    with Popen(words, stdin=PIPE, stdout=PIPE, text=True, cwd=_ROOT) as process:
        yield Sink(int(cast("IO[str]", process.stdout).readline()), process)
        cast("IO[str]", process.stdin).close()


if __name__ == "__main__":
    asyncio.run(_main())
