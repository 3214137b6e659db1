"""The socket beside a hub's database: what becomes of an order when the hub stops, or is not there."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import pytest
from patience import PATIENCE, until

from syndicate.assembly._admin import Answer, Order, admin_socket, ask_hub, take_orders
from syndicate.errors import DeliverError

LIST = {"do": "list"}


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "hub.sqlite3"


class Desk:
    """Obeys once it may, and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Order] = []
        self.obeyed = 0
        self.may = asyncio.Event()

    async def obey(self, asked: Order) -> Answer:
        self.asked.append(asked)
        await self.may.wait()
        self.obeyed += 1
        return {"obeyed": self.obeyed}


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.mark.parametrize("rounds", range(10))
async def test_who_comes_while_the_hub_stops_is_answered_or_hung_up_on(
    database: Path, desk: Desk, rounds: int
) -> None:
    desk.may.set()
    with socket.socket(socket.AF_UNIX) as late:
        async with take_orders(database, desk.obey):
            late.connect(str(admin_socket(database)))
            late.sendall(json.dumps(LIST).encode() + b"\n")
            for _ in range(rounds):  # of the event loop, so that one of them leaves at every step of a visit
                await asyncio.sleep(0)
        await asyncio.sleep(0)
        late.settimeout(PATIENCE)
        told = b""
        with suppress(ConnectionError):
            told = late.recv(1_000)
        assert told == (b'{"answer": {"obeyed": 1}}\n' if desk.obeyed else b"")


@asynccontextmanager
async def stopping_midway(
    database: Path, desk: Desk
) -> AsyncIterator[tuple[asyncio.Task[Answer | None], asyncio.Task[None]]]:
    """A hub that begins to stop while an order is being obeyed: who asks, and the stopping."""
    async with AsyncExitStack() as hub:
        await hub.enter_async_context(take_orders(database, desk.obey))
        asking = asyncio.create_task(ask_hub(database, LIST))
        await until(lambda: desk.asked)
        yield asking, asyncio.create_task(hub.aclose())


async def test_an_order_under_way_when_the_hub_stops_is_finished_and_answered(
    database: Path, desk: Desk
) -> None:
    async with stopping_midway(database, desk) as (asking, stopping):
        await until(lambda: not admin_socket(database).exists())
        assert await ask_hub(database, LIST) is None
        desk.may.set()
        await stopping
    assert await asking == {"obeyed": 1}


async def test_an_order_that_does_not_end_is_broken_off_when_the_hub_stops(
    database: Path, desk: Desk
) -> None:
    async with stopping_midway(database, desk) as (asking, stopping):
        await until(stopping.done, leaps=1.0)
    with pytest.raises(DeliverError, match="broke off"):
        await asking
    assert not desk.obeyed


async def test_who_says_nothing_does_not_hold_up_a_hub_that_stops(database: Path, desk: Desk) -> None:
    async with take_orders(database, desk.obey):
        reader, writer = await asyncio.open_unix_connection(str(admin_socket(database)))
        desk.may.set()
        assert await ask_hub(database, LIST) == {"obeyed": 1}  # so that the silent one was let in, too
    assert await reader.read() == b""
    writer.close()


async def test_the_hub_that_breaks_off_is_told_apart_from_no_hub(database: Path) -> None:
    async def hang_up(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_unix_server(hang_up, str(admin_socket(database))):
        with pytest.raises(DeliverError, match="broke off"):
            await ask_hub(database, LIST)
