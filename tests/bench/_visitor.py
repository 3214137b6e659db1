"""Who visits a hub in a process of its own: raw requests, kept alive, bodies thrown away."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Child:
    """A hub's process."""

    process: subprocess.Popen[str]
    port: int

    def ask(self, told: dict[str, Any] | None = None) -> dict[str, Any]:
        """What it says: ``cpu`` in seconds so far, ``kilobytes`` at its peak, ``port`` of what was told."""
        assert self.process.stdin
        self.process.stdin.write(json.dumps(told or {}) + "\n")
        self.process.stdin.flush()
        return _heard(self.process)

    @property
    def cpu(self) -> float:
        """Seconds of CPU that it has used so far."""
        seconds: float = self.ask()["cpu"]
        return seconds


@contextmanager
def child(database: Path, repository: Path, root: Path) -> Iterator[Child]:
    """A hub over ``database`` in a process of its own; it ends when it is left."""
    words = [sys.executable, "-m", "tests.bench._serving", str(database), str(repository), str(root)]
    with subprocess.Popen(
        words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield Child(process, _heard(process)["port"])
        finally:
            assert process.stdin
            process.stdin.close()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()


def _heard(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout
    line = process.stdout.readline()
    if not line:
        raise AssertionError("the hub's process ended")
    told: dict[str, Any] = json.loads(line)
    return told


class Visitor:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=120)
        self._room = bytearray(1 << 20)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def get(self, path: str, *lines: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and body."""
        return self._answer(request(path, *lines))

    def post(self, path: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """The same for a text that is sent."""
        lines = ("Content-Type: text/plain", f"Content-Length: {len(body)}")
        return self._answer(request(path, *lines, method="POST") + body)

    def again(self, asked: bytes, size: int, times: int) -> None:
        """Ask the same ``times`` times; every answer has ``size`` bytes, as ``size_of`` told."""
        for _ in range(times):
            self._socket.sendall(asked)
            left = size
            while left:
                left -= self._read(left)

    def size_of(self, asked: bytes) -> int:
        """How many bytes the answer has, head and all."""
        self._socket.sendall(asked)
        head = self._head()
        size = len(head) + int(_headers(head).get("content-length", "0") if b" 304 " not in head[:16] else 0)
        left = size - len(head)
        while left:
            left -= self._read(left)
        return size

    def _answer(self, asked: bytes) -> tuple[int, dict[str, str], bytes]:
        self._socket.sendall(asked)
        head = self._head()
        status, headers = int(head.split(b" ", 2)[1]), _headers(head)
        body = bytearray()
        length = 0 if status == 304 else int(headers["content-length"])
        while len(body) < length:
            read = self._read(length - len(body))
            body += self._room[:read]
        return status, headers, bytes(body)

    def _head(self) -> bytes:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._socket.recv(1)
        return head

    def _read(self, most: int) -> int:
        read = self._socket.recv_into(self._room, min(most, len(self._room)))
        if not read:
            raise AssertionError("the hub hung up")
        return read


def request(path: str, *lines: str, method: str = "GET") -> bytes:
    """A request as bytes."""
    return "\r\n".join([f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""]).encode("ascii")


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:] if line)
    return {name.lower(): value.strip() for name, _, value in lines}
