"""/v1/stream: everything once and in order, for as long as one listens, and on from where one was cut off."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from hub_folder import Place, Served, hub_at_work
from listening import Listening, listening
from living import living
from patience import until
from raw_client import Reply

from syndicate.errors import StorageError
from syndicate.news import Act, Content, TokenDigest
from syndicate.web import WebLimits, _tail
from syndicate.web._stream import Stream

BIG = Content(type="text/plain", body="trời mưa to " * 4_000)
MANY = "abcdefghijklmnopqrst"


@asynccontextmanager
async def at_work(here: Place, **changes: Any) -> AsyncIterator[Served]:
    """A hub at work that has sealed its first act, which has index 0."""
    async with hub_at_work(here, **changes) as served:
        await until(lambda: served.hub.storage.log.visible > 0)
        yield served


def streams_of(served: Served) -> Any:
    """The part of the hub that answers who listens, seen from inside."""
    [found] = [each for each in living(Stream) if each._world.base_url == served.hub.url]
    return found


def heard(served: Served, path: str = "/v1/stream", *lines: str) -> Any:
    return listening(served.port, path, *lines)


async def start(stream: Listening) -> int:
    """The place it begins at."""
    first = await stream.block()
    assert first.keys() == {"retry", "id"}
    return int(first["id"])


async def test_what_comes_is_told_as_the_api_tells_it(here: Place) -> None:
    async with at_work(here) as served, heard(served) as stream:
        assert await start(stream) == 0
        await served.release("one", "two")
        told = [await stream.item(), await stream.item()]
        assert told == (await served.json("/v1/items"))["items"]
        wanted = {
            "content-type": "text/event-stream",
            "cache-control": "no-store",
            "x-accel-buffering": "no",
            "access-control-allow-origin": "*",
            "x-content-type-options": "nosniff",
        }
        assert wanted.items() <= stream.headers.items()
        assert not stream.headers.keys() & {"etag", "set-cookie", "content-length", "content-encoding"}


PLACES = {
    "after the last one heard": ("/v1/stream", "Last-Event-ID: 3", [4, 5, 6]),
    "after an index": ("/v1/stream?after=2", "", [3, 4, 5, 6]),
    "what was heard is newer than the address": ("/v1/stream?after=1", "Last-Event-ID: 4", [5, 6]),
    "nothing was heard": ("/v1/stream?after=4", "Last-Event-ID:", [5, 6]),
    "from the beginning": ("/v1/stream?after=-1", "", [1, 2, 3, 4, 5, 6]),
    "only what comes": ("/v1/stream", "", [6]),
    "at the end already": ("/v1/stream?after=5", "", [6]),
    "a language": ("/v1/stream?after=-1&lang=vi", "", [2, 6]),
    "an agency": ("/v1/stream?after=2&agency=aa.news", "", [3, 4, 5, 6]),
    "what was corrected": ("/v1/stream?after=-1&agency=aa.news&kind=corrections", "", [7]),
    "a member that publishes nothing": ("/v1/stream?after=-1&member=bb", "", []),
}


async def test_a_stream_goes_on_from_where_the_reader_is(here: Place) -> None:
    async with at_work(here) as served, contextlib.AsyncExitStack() as stack:
        for number, lang in enumerate(["en", "vi", "en", "en", "en"]):
            await served.release(f"old{'abcdefgh'[number]}", lang=lang)
        streams = {
            name: await stack.enter_async_context(heard(served, path, *filter(None, [line])))
            for name, (path, line, _) in PLACES.items()
        }
        for stream in streams.values():
            await start(stream)
        await served.release("new", lang="vi")
        await served.release("new", ver=2, act=Act.CORRECT, note="Not so.", lang="vi")
        for name, (_, _, indices) in PLACES.items():
            assert await streams[name].indices(len(indices)) == indices, name


async def test_whoever_is_far_behind_is_brought_up_and_then_hears_what_comes(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("syndicate.web._tail._KEPT", 3)
    monkeypatch.setattr("syndicate.web._tail._BEHIND", 2)
    monkeypatch.setattr("syndicate.web._tail._PAGE", 2)
    async with at_work(here) as served:
        await served.release(*(f"old{letter}" for letter in "abcdefghijk"))
        async with (
            heard(served, "/v1/stream?after=-1") as far,
            heard(served, "/v1/stream?after=6") as near,
            heard(served) as now,
        ):
            await start(now)
            await served.release(*(f"new{letter}" for letter in "abcdefg"))
            assert await far.indices(18) == list(range(1, 19))
            assert await near.indices(12) == list(range(7, 19))
            assert await now.indices(7) == list(range(12, 19))


async def test_the_tail_holds_no_more_bytes_than_it_may(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicate.web._tail._KEPT_BYTES", 20_000)
    async with at_work(here) as served, heard(served) as stream:
        await served.release(*"abcd", content=BIG)
        await stream.indices(4)
        tail = streams_of(served)._tail
        assert tail._bytes == sum(len(event.raw) for event in tail._events) <= 20_000
        await served.release("e")
        async with heard(served, "/v1/stream?after=0") as late:
            assert await late.indices(5) == [1, 2, 3, 4, 5]


async def test_each_item_is_read_and_written_once_for_all_who_listen(
    here: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_tail, "_PAGE", 77)  # other parts of the hub read by other portions
    async with at_work(here) as served:
        limits: list[int] = []
        page = served.hub.storage.page

        async def counted(slice_: Any, after: int, limit: int, **more: Any) -> Any:
            limits.append(limit)
            return await page(slice_, after, limit, **more)

        async with heard(served) as first, heard(served) as second, heard(served) as third:
            await served.release("zero")
            for stream in (first, second, third):
                await stream.indices(1)
            monkeypatch.setattr(served.hub.storage, "page", counted)
            await served.release("one")
            assert [await each.indices(1) for each in (first, second, third)] == [[2], [2], [2]]
            assert limits.count(77) == 1


async def test_silence_is_told_with_the_place_that_is_reached(here: Place) -> None:
    limits = WebLimits(stream_beat_seconds=0.01)
    async with at_work(here, web=limits) as served, heard(served, "/v1/stream?lang=vi") as stream:
        await start(stream)
        await served.release("english")
        while (block := await stream.block())["id"] != "1":
            assert block == {"": "", "id": "0"}
        assert block == {"": "", "id": "1"}, "who comes back after this asks for nothing twice"


async def test_the_verdicts_are_those_of_the_moment(here: Place) -> None:
    async with at_work(here) as served:
        async with heard(served) as stream:
            await served.release("one")
            await stream.item()
            tail = streams_of(served)._tail
            tail._events[0].state = ("before", False)
            tail._events[0].raw = b"id: 1\ndata: {}\n\n"
        async with heard(served, "/v1/stream?after=0") as again:
            assert (await again.item())["verdicts"]["log"] == "yes"


async def test_what_a_law_took_back_is_told_nobody_any_more(here: Place) -> None:
    async with at_work(here) as served:
        async with heard(served) as stream:
            await served.release("one", "two")
            [gone, _] = [await stream.item(), await stream.item()]
        storage: Any = served.hub.storage
        await storage.write(lambda book: book.erase([TokenDigest(gone["digest"])], b'{"act":"erase"}'))
        storage._log.erased += 1  # as when a mirror follows; a hub stops for it
        async with heard(served, "/v1/stream?after=0") as again:
            await served.release("three")
            assert await again.indices(2) == [2, 4]


@asynccontextmanager
async def lazy_reader(served: Served) -> AsyncIterator[socket.socket]:
    """Who listens and takes next to nothing of what is sent, however much a kernel would hold for it."""
    streams = streams_of(served)
    before = set(streams._listening)
    lazy = socket.socket()
    lazy.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    with contextlib.closing(lazy):
        lazy.connect(("127.0.0.1", served.port))
        lazy.sendall(b"GET /v1/stream HTTP/1.0\r\n\r\n")
        await until(lambda: len(streams._listening) > len(before))
        [listener] = streams._listening - before
        sent_by = listener._protocol.transport.get_extra_info("socket")
        sent_by.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4_096)
        yield lazy


def read_out(lazy: socket.socket) -> bytes:
    """What it was sent until it was cut off."""
    raw = bytearray()
    with contextlib.suppress(ConnectionResetError):
        while part := lazy.recv(65_536):
            raw += part
    return bytes(raw)


async def test_a_reader_who_does_not_read_is_cut_off_and_keeps_its_place(here: Place) -> None:
    limits = WebLimits(stream_stall_seconds=1_000.0)
    async with at_work(here, web=limits) as served, lazy_reader(served) as lazy:
        await served.release(*MANY, content=BIG)
        streams = streams_of(served)
        await until(lambda: any(each._protocol.writing_paused for each in streams._listening))
        await until(lambda: not streams._listening, leaps=1_000.0)
        told = [
            line
            for line in (await asyncio.to_thread(read_out, lazy)).splitlines()
            if line.startswith(b"id: ")
        ]
        last = int(told[-1].removeprefix(b"id: ")) - 1  # the last one that surely came whole
        assert 0 <= last < len(MANY)
        async with heard(served, "/v1/stream", f"Last-Event-ID: {last}") as again:
            assert await again.indices(len(MANY) - last) == list(range(last + 1, len(MANY) + 1))


async def test_a_hub_that_stops_ends_every_stream_at_once_whoever_reads_or_not(here: Place) -> None:
    async with at_work(here) as served, heard(served) as stream:
        chunked = await asyncio.open_connection("127.0.0.1", served.port, limit=2**24)
        chunked[1].write(b"GET /v1/stream HTTP/1.1\r\nHost: x\r\n\r\n")
        await chunked[0].readuntil(b"\n\n")
        async with lazy_reader(served):
            await served.release(*MANY, content=BIG)
            await stream.indices(len(MANY))
            streams = streams_of(served)
            await until(lambda: any(each._protocol.writing_paused for each in streams._listening))
            held = [each._protocol.transport.get_write_buffer_size() for each in streams._listening]
            assert 0 < max(held) < 400_000, "what waits is an event or two, however much there is"
            streams.end()
            await until(lambda: not streams._listening)
            assert await stream.rest() == b""
            await chunked[0].readuntil(b"\r\n0\r\n\r\n")  # a whole answer, not one that broke off
            chunked[1].close()


async def test_leaving_a_hub_ends_its_streams(here: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicate.web._serve._CLOSE_SECONDS", 1_000.0)
    async with contextlib.AsyncExitStack() as later:
        async with at_work(here) as served:
            stream = await later.enter_async_context(heard(served))
            await start(stream)
        assert await stream.rest() == b""


async def test_so_many_may_listen_and_so_many_from_one_address(here: Place) -> None:
    async with at_work(here, web=WebLimits(streams=2)) as served:
        async with heard(served) as one, heard(served) as two:
            assert (await start(one), await start(two)) == (0, 0)
            refused = await served.get("/v1/stream")
            assert (refused.status, refused.headers["retry-after"]) == (503, "30")
        async with heard(served) as again:
            assert again.status in {200, 503}, "who hung up makes room as soon as the hub knows"
    limits = WebLimits(streams_from_one=1, proxies=("127.0.0.1",))
    async with (
        hub_at_work(here, web=limits) as served,
        heard(served, "/v1/stream", "X-Forwarded-For: 203.0.113.1") as one,
    ):
        await start(one)
        refused = await served.get("/v1/stream", "X-Forwarded-For: 203.0.113.1")
        assert (refused.status, refused.headers["retry-after"]) == (429, "30")
        async with heard(served, "/v1/stream", "X-Forwarded-For: 203.0.113.2") as two:
            assert two.status == 200


WRONG = {
    "no index": ("/v1/stream?after=x",),
    "a parameter of the pages": ("/v1/stream?limit=1",),
    "another stream's id": ("/v1/stream", "Last-Event-ID: urn:uuid:1"),
    "twice": ("/v1/stream?after=1&after=2",),
}


async def test_what_cannot_be_answered_is_said_before_a_stream_begins(here: Place) -> None:
    async with at_work(here) as served:
        for name, asked in WRONG.items():
            reply = await served.get(*asked)
            assert (reply.status, reply.headers["content-type"]) == (400, "application/problem+json"), name


async def test_head_preflight_and_other_methods_are_answered_without_a_stream(here: Place) -> None:
    async with at_work(here) as served:
        ask = partial(served.get, "/v1/stream")
        head: Reply = await ask(method="HEAD")
        assert (head.status, head.headers["content-type"], head.body) == (200, "text/event-stream", b"")
        preflight = await ask("Access-Control-Request-Headers: last-event-id", method="OPTIONS")
        assert "Last-Event-ID" in preflight.headers["access-control-allow-headers"]
        assert (await ask(method="POST")).headers["allow"] == "GET, HEAD, OPTIONS"


async def test_a_stream_that_cannot_be_read_for_ends_and_a_bug_breaks_it_off(
    here: Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async with at_work(here) as served:
        failure: Exception = StorageError("/var/lib/secret.sqlite3 is gone")

        async def page(*_: object, **__: object) -> None:
            raise failure

        async with heard(served) as first:
            await start(first)
            with monkeypatch.context() as broken:
                broken.setattr(served.hub.storage, "page", page)
                await served.release("one")
                assert await first.rest() == b""
        failure = RuntimeError("a bug")
        async with heard(served, "/v1/stream?after=0") as second:
            assert await start(second) == 0
            assert await second.indices(1) == [1]
            monkeypatch.setattr(served.hub.storage, "page", page)
            await served.release("two")
            assert await second.rest() == b""
    assert "a bug while answering /v1/stream" in caplog.text
    assert "127.0.0.1:" not in "".join(r.getMessage() for r in caplog.records if r.name == "syndicate.web")
