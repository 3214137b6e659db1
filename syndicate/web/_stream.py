"""/v1/stream: the one order as it grows, as server-sent events (the HTML standard, section 9.2).

An event's id is its index. Whoever was cut off names the last one in ``Last-Event-ID`` and misses nothing:
every stream begins with the place it begins at, and every heartbeat says how far the order has come.
"""

import asyncio
import logging
import re
from collections.abc import Sequence
from typing import Final

from aiohttp import hdrs, web

from syndicate.errors import SyndicateError
from syndicate.news import Slice
from syndicate.ports import Logged
from syndicate.republish import SLICE_GRAMMAR
from syndicate.web._answer import endless, json_bytes, problem
from syndicate.web._items import Items, asked_slice, may_follow
from syndicate.web._query import INDEX, QueryError, read_query
from syndicate.web._readers import Readers, most_connections
from syndicate.web._tail import Tail
from syndicate.web._world import World

QUERY: Final = {"after": INDEX, **SLICE_GRAMMAR}
_FIELDS: Final = endless("text/event-stream")
_LAST: Final = "Last-Event-ID"
_AGAIN_MILLISECONDS: Final = 3_000  # until a reader that was cut off comes back
_FULL_SECONDS: Final = 30

_log = logging.getLogger("syndicate.web")


class _Listener:
    """Somebody who listens; ``who`` tells its network from others as long as it does."""

    def __init__(self, request: web.BaseRequest, who: int, stall_seconds: float) -> None:
        self.who = who
        self._protocol, self._writer = request.protocol, request.writer
        self._stall_seconds = stall_seconds
        self._response = web.StreamResponse(headers=_FIELDS)
        self._response.force_close()  # nobody is to ask again over the connection of a hub that stops
        self._told_at = 0.0

    @property
    def here(self) -> bool:
        """Whether the connection stands."""
        return self._protocol.connected

    @property
    def response(self) -> web.StreamResponse:
        """What it is answered with."""
        return self._response

    def silent_for(self) -> float:
        """Seconds since it was told anything."""
        return asyncio.get_running_loop().time() - self._told_at

    async def tell(self, raw: bytes) -> None:
        """Send it, once what was sent before is on its way: what it does not take, it does not get.

        Raises:
            ConnectionError: it is gone, or did not read for so long that it was cut off.
        """
        try:
            async with asyncio.timeout(self._stall_seconds):
                await self._response.write(raw)
                if self._protocol.writing_paused:
                    await self._writer.drain()
        except TimeoutError:
            self.cut_off()
            raise ConnectionResetError("the reader took too long") from None
        self._told_at = asyncio.get_running_loop().time()

    def cut_off(self) -> None:
        """Give up what waits to be sent, with the connection."""
        if self._protocol.transport is not None:
            self._protocol.transport.abort()

    def let_go(self) -> None:
        """Cut it off if something waits to be sent; else its stream comes to its end."""
        if self._protocol.writing_paused:
            self.cut_off()


class Stream:
    """Answers whoever listens: one coroutine each, which only sends what ``Tail`` has written for all."""

    def __init__(self, world: World, readers: Readers) -> None:
        self._world = world
        self._items = Items(world)
        self._readers = readers
        self._wakeup = world.press.wakeup
        self._tail = Tail(world.storage, self._wakeup, self._write, self._state)
        self._most = min(world.limits.streams, most_connections() * 3 // 4)
        self._listening: set[_Listener] = set()
        self._ended = False

    def end(self) -> None:
        """Bring every stream to its end now: the server stops."""
        self._ended = True
        for listener in self._listening:
            listener.let_go()
        self._wakeup.ring()

    async def get(self, request: web.BaseRequest, _rest: str) -> web.StreamResponse:
        """The versions of a slice after an index, and those to come, for as long as the reader listens."""
        try:
            asked = read_query(request.rel_url.raw_query_string, QUERY)
            slice_, place = asked_slice(asked), _place(request, asked.get("after"))
        except QueryError as exc:
            return problem(400, str(exc))
        storage = self._world.storage
        if not await may_follow(slice_, self._world):
            return problem(404, "neither the registry nor the log knows what the filter names")
        if request.method == hdrs.METH_HEAD:
            return web.Response(headers=_FIELDS)
        end = await storage.size() - 1
        # Who claims to be beyond the end, as after garbage or at another log, would never hear anything.
        place = end if place is None else min(place, end)
        who = hash(self._readers.of(request))
        refused = self._refused(who)
        if refused is not None:
            return refused
        listener = _Listener(request, who, self._world.limits.stream_stall_seconds)
        self._listening.add(listener)
        try:
            await listener.response.prepare(request)
            await self._follow(listener, slice_, place)
        except ConnectionError:
            pass  # the reader hung up, or was cut off; it knows its place
        except SyndicateError as exc:
            _log.error("a stream ends: %s", exc)
        except Exception:  # noqa: BLE001 - the edge of a request: a bug stops nobody else
            # The answer has begun: there is no other way to say that something broke.
            _log.exception("a bug while answering /v1/stream")
            listener.cut_off()
        finally:
            self._listening.discard(listener)
        return listener.response

    def _refused(self, who: int) -> web.Response | None:
        here = [listener for listener in self._listening if listener.here]
        if len(here) >= self._most:
            return problem(503, "too many listen already; /v1/items has it all", retry_after=_FULL_SECONDS)
        if sum(listener.who == who for listener in here) >= self._world.limits.streams_from_one:
            why = "too many listen from this address already; /v1/items has it all"
            return problem(429, why, retry_after=_FULL_SECONDS)
        return None

    async def _follow(self, listener: _Listener, slice_: Slice, place: int) -> None:
        beat = self._world.limits.stream_beat_seconds
        # Without data it is no event, but a browser keeps the id (the standard, "dispatch the event", 1).
        await listener.tell(b"retry: %d\nid: %d\n\n" % (_AGAIN_MILLISECONDS, place))
        while not self._ended and listener.here:
            rings = self._wakeup.rings  # before reading: a ring meanwhile counts
            events, reached = await self._tail.after(slice_, place)
            for event in events:
                if self._ended:
                    return
                await listener.tell(event)
            if reached != place:
                place = reached
                continue
            if listener.silent_for() >= beat:
                await listener.tell(b":\nid: %d\n\n" % place)
            if rings == self._wakeup.rings:
                await self._wakeup.wait(max(0.0, beat - listener.silent_for()))

    def _write(self, logged: Logged) -> bytes:
        return b"id: %d\nevent: item\ndata: %s\n\n" % (logged.index, json_bytes(self._items.told(logged)))

    def _state(self, logged: Logged) -> tuple[str, bool]:
        """What of an item can change without a new version of it."""
        return self._world.registry().version, logged.index < self._world.storage.log.proven


def _place(request: web.BaseRequest, after: str | None) -> int | None:
    """Where the reader is: what its browser says first, because that is newer than what its address says.

    Raises:
        QueryError: it says what no stream of ours ever said.
    """
    last: Sequence[str] = request.headers.getall(_LAST, ())
    said = last[-1] if last and last[-1] else after
    if said is None:
        return None
    if re.fullmatch(INDEX, said) is None:
        raise QueryError(f"{_LAST} must be an index: a whole number, or -1 for the beginning")
    return int(said)
