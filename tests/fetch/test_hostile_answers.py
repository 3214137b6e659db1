"""Servers that were called back and mean harm: by what they say, by not reading, by stalling names."""

import asyncio
import socket
import threading
import tracemalloc
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from patience import PATIENCE

from syndicate.fetch import CallLimits, _dialer, open_caller
from syndicate.fetch._dialer import _ThreadedResolver
from syndicate.ports import Answered, Call, Caller, FetchFailed, FetchFault

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LIMITS = CallLimits(total_seconds=PATIENCE, answer_bytes=1_000, connections=300)


@asynccontextmanager
async def calling(serve: Serve, limits: CallLimits = LIMITS) -> AsyncIterator[tuple[Caller, str]]:
    """A caller, and the address of a server on loopback; its receive buffer is small."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    bound.bind(("127.0.0.1", 0))
    port = bound.getsockname()[1]
    at_work: set[asyncio.Task[None]] = set()

    async def kept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        at_work.add(task)
        try:
            await serve(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(kept, sock=bound, limit=1_000)
    async with open_caller(allow=[("127.0.0.1", port)], user_agent="test", limits=limits) as caller:
        yield caller, f"http://127.0.0.1:{port}/"
    for task in at_work:
        task.cancel()
    server.close()
    await asyncio.gather(*at_work)
    await server.wait_closed()


def says(*pieces: bytes, endless: bytes = b"") -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.writelines(pieces)
        while endless:
            writer.write(endless)
            await writer.drain()
        await writer.drain()
        await asyncio.Event().wait()

    return serve


INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        pytest.param(
            says(endless=b"HTTP/1.1 100 Continue\r\n\r\n" * 2_000), True, id="100 Continue for ever"
        ),
        pytest.param(says(endless=INTERIM * 1_000), False, id="early hints for ever"),
        pytest.param(says(endless=b"HTTP/1.1 102 X\r\n\r\n" * 2_000), True, id="Processing for ever"),
    ],
)
async def test_attack_interim_answers_without_end_are_given_up_after_a_few(
    answer: Serve, *, read: bool
) -> None:
    async with calling(answer) as (caller, url):
        told = await caller.call(
            Call(url=url, body=b"{}", media_type="application/json", status_only=not read)
        )
    assert isinstance(told, FetchFailed)
    assert told.fault is FetchFault.BROKEN, "long before its time is over"


async def test_a_few_interim_answers_are_passed_over() -> None:
    async with calling(says(INTERIM * 5, OK)) as (caller, url):
        told = await caller.call(Call(url=url))
    assert isinstance(told, Answered)
    assert (told.status, told.body) == (200, b"ok")


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(says(OK, endless=OK * 2_000), id="more answers than were asked for"),
        pytest.param(says(b"HTTP/1.1 204 No Content\r\n\r\n" * 20_000), id="many without a body"),
        pytest.param(says(OK, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 9_000), id="a broken one behind it"),
    ],
)
async def test_attack_what_is_said_behind_the_answer_answers_nothing_else(answer: Serve) -> None:
    async with calling(answer) as (caller, url):
        for _ in range(3):
            told = await caller.call(Call(url=url))
            assert isinstance(told, FetchFailed) or told.status in {200, 204}


async def test_attack_an_answer_in_chunks_of_one_byte_is_bounded_like_any_other() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    async with calling(says(head, endless=b"1;x=" + b"y" * 50 + b"\r\nz\r\n")) as (caller, url):
        told = await caller.call(Call(url=url))
    assert isinstance(told, FetchFailed)
    assert told.fault in {FetchFault.TOO_LARGE, FetchFault.BROKEN}


async def test_attack_a_hundred_that_never_read_hold_no_copy_of_what_is_sent() -> None:
    async def deaf(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        transport = writer.transport
        assert isinstance(transport, asyncio.ReadTransport)
        transport.pause_reading()
        await asyncio.Event().wait()

    body = b"x" * 8_000_000
    call = Call(url="", body=body, media_type="application/feed+json", status_only=True)
    async with calling(deaf, CallLimits(total_seconds=0.5, connections=300)) as (caller, url):
        tracemalloc.start()
        try:
            calls = [
                caller.call(Call(url=f"{url}{n}", body=call.body, media_type=call.media_type))
                for n in range(100)
            ]
            told = await asyncio.gather(*calls)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert {type(each) for each in told} == {FetchFailed}
    assert peak < 40_000_000, "a copy for each would be most of a gigabyte"


async def test_what_is_sent_in_portions_arrives_as_one_body_of_its_length_and_type() -> None:
    came: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        came.extend((head.lower(), await reader.readexactly(1_000_000)))
        writer.write(OK)
        await writer.drain()

    body = bytes(range(250)) * 4_000
    async with calling(serve) as (caller, url):
        told = await caller.call(Call(url=url, body=body, media_type="application/atom+xml"))
    assert isinstance(told, Answered)
    assert came[1] == body
    assert b"content-length: 1000000\r\n" in came[0]
    assert came[0].count(b"content-type: application/atom+xml\r\n") == 1
    assert b"transfer-encoding" not in came[0]


async def test_attack_names_whose_servers_never_answer_do_not_keep_known_names_from_resolving(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over, stalled = threading.Event(), threading.Semaphore(0)
    failing = False

    def lookup(host: str, port: int, *_: object, **__: object) -> list[object]:
        if host.startswith("stalls"):
            stalled.release()
            over.wait(20)
        if failing:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        if host == "gone.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.66.2", port))]

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    monkeypatch.setattr(_dialer, "_PATIENCE_SECONDS", 0.02)
    monkeypatch.setattr(_dialer, "_RESOLVING_THREADS", 4)
    monkeypatch.setattr(_dialer, "_KNOWN_MOST", 3)
    resolver = _ThreadedResolver()
    try:
        known = await resolver.resolve("good.example", 443)
        waiting = [asyncio.create_task(resolver.resolve(f"stalls-{n}.example", 443)) for n in range(40)]
        await asyncio.to_thread(lambda: [stalled.acquire() for _ in range(4)])
        assert await resolver.resolve("good.example", 443) == known
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await resolver.resolve("new.example", 443)
        over.set()
        await asyncio.gather(*waiting)
        assert len(resolver._known) == 3, "however many names there were"
        await resolver.resolve("good.example", 443)
        failing = True
        assert await resolver.resolve("good.example", 443) == known, "a server that fails for a moment"
        with pytest.raises(socket.gaierror):
            await resolver.resolve("never-seen.example", 443)
        failing = False
        with pytest.raises(socket.gaierror):
            await resolver.resolve("gone.example", 443)
        monkeypatch.setattr(_dialer, "_KNOWN_SECONDS", -1.0)
        failing = True
        with pytest.raises(socket.gaierror):
            await resolver.resolve("good.example", 443)
    finally:
        over.set()
        await resolver.close()
