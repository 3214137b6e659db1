"""Orders to a hub's database: given to the hub that runs on it, or carried out here when none does.

A running hub listens on a socket of this machine beside its database, which only its own user can open: one
order and one answer per connection, each a line of JSON. So there is never a second writer.
"""

import asyncio
import contextlib
import json
import logging
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from syndicate.errors import DeliverError, SettingsError, SyndicateError

_log = logging.getLogger("syndicate.hub")
_LINE_BYTES: Final = 32_000_000  # the list of 10,000 subscribers with the longest callbacks
_ASKED_BYTES: Final = 65_536
_SECONDS: Final = 60.0
_CLOSE_SECONDS: Final = 5.0  # for orders under way when the hub stops

Order = Mapping[str, object]
Answer = dict[str, object]
Obey = Callable[[Order], Awaitable[Answer]]


def admin_socket(database: Path) -> Path:
    """Where a hub takes orders: beside its database."""
    return database.with_name(f"{database.name}.admin")


@asynccontextmanager
async def take_orders(database: Path, obey: Obey) -> AsyncIterator[None]:
    """Carry out orders until left. Whoever calls this is the database's one writer.

    Orders under way are finished then, and answered; whoever has not given one yet is hung up on.

    Raises:
        SettingsError: there can be no socket beside the database.
    """
    path = admin_socket(database)
    try:
        listener = _listen(path)
    except OSError as exc:
        raise SettingsError(f"cannot listen on {path}: {exc.strerror}") from exc
    counter = _Counter(obey)
    server = await asyncio.start_unix_server(counter.come, sock=listener, limit=_ASKED_BYTES)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        asyncio.get_running_loop().remove_reader(listener)
        for _ in range(2):  # turns of the loop, until whoever was let in just now has come:
            await asyncio.sleep(0)
        server.close()  # closed under them, asyncio would forget them
        await counter.close()


async def ask_hub(database: Path, asked: Order) -> Answer | None:
    """What the hub that runs on this database answers; None if none does.

    Raises:
        DeliverError: it refuses, with its own words; or it breaks off.
    """
    path = admin_socket(database)
    try:
        with _short(path) as near:
            reader, writer = await asyncio.open_unix_connection(near, limit=_LINE_BYTES)
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    except OSError as exc:
        raise DeliverError(
            f"the hub takes no orders at {path}: {exc.strerror}", hint="Only the hub's own user can give any."
        ) from exc
    with contextlib.closing(writer):
        try:
            async with asyncio.timeout(_SECONDS):
                writer.write(_line(asked))
                await writer.drain()
                told = json.loads(await reader.readline())
        except (OSError, ValueError, TimeoutError) as exc:
            raise DeliverError(
                "the hub broke off before it answered",
                hint="Look whether it was done, and what the hub logged.",
            ) from exc
    if "error" in told:
        raise DeliverError(str(told["error"]), hint=str(told.get("hint", "")))
    answer: Answer = told["answer"]
    return answer


class _Counter:
    """Where orders are given: who has come, and who of them has not said anything yet."""

    def __init__(self, obey: Obey) -> None:
        self._obey = obey
        self._here = set[asyncio.Task[None]]()
        self._silent = set[asyncio.Task[None]]()

    def come(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one order from whoever has just connected."""
        visit = asyncio.create_task(self._visit(reader, writer))
        for known in (self._here, self._silent):
            known.add(visit)
            visit.add_done_callback(known.discard)
        visit.add_done_callback(lambda _: writer.close())

    async def close(self) -> None:
        """Hang up on the silent, and have the orders of the others done."""
        for each in self._silent:
            each.cancel()
        if self._here:
            _, late = await asyncio.wait(self._here, timeout=_CLOSE_SECONDS)
            for each in late:
                each.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError, TimeoutError):
            async with asyncio.timeout(_SECONDS):
                asked = await reader.readline()
                self._silent.difference_update({asyncio.current_task()})
                writer.write(_line(await _answer(asked, self._obey)))
                await writer.drain()


async def _answer(line: bytes, obey: Obey) -> Answer:
    try:
        return {"answer": await obey(dict(json.loads(line)))}
    except SyndicateError as exc:
        return {"error": str(exc), "hint": exc.hint}
    except (ValueError, TypeError):
        return {"error": "an order is a JSON object in one line", "hint": ""}
    except Exception:  # noqa: BLE001 - the edge of a request: a bug stops nobody else
        _log.exception("a bug while carrying out an order")
        return {"error": "something broke in the hub; it has been noted", "hint": "See what it logged."}


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # left behind by a crash: the database's one writer is here
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        os.fchmod(listener.fileno(), 0o600)  # before it has a name
        with _short(path) as near:
            listener.bind(near)
        path.chmod(0o600)
    except OSError:
        listener.close()
        raise
    return listener


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """``path`` as a name that fits into a socket's address, which holds a hundred bytes, wherever it is."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}" if Path("/proc/self/fd").exists() else str(path)
    finally:
        os.close(folder)


def _line(told: Mapping[str, object]) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode() + b"\n"
