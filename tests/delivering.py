"""Hands for tests of delivery: a receiver on loopback that may misbehave, and a deliverer at work."""

import asyncio
import json
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from aiohttp.abc import AbstractResolver
from kept import HandClock, keep, verified
from patience import PATIENCE
from press import NOON, PressRoom, registry
from raw_server import let_in_no_more, response

from syndicate.deliver import Deliverer, DeliverLimits, Roster, Voice, Webhooks
from syndicate.fetch import CallLimits, open_caller
from syndicate.journey import LocalWakeup, Press, Supplements
from syndicate.news import Registry, Slice
from syndicate.ports import Logged, Storage, Subscriber, SubscriberKind, SubscriberState
from syndicate.signing import ephemeral_signer
from syndicate.websub import Distribution, Supply
from syndicate.wire import MEDIA_TYPES, Typesetter

OK = response(b"thanks")
HUB = "https://hub.example"
HOOK_KEY = ephemeral_signer(b"w" * 32)
# Everything happens at once, so that no test waits for a clock.
AT_ONCE = DeliverLimits(
    ladder_seconds=(0.001,), breaker_seconds=0.001, breaker_most_seconds=0.002, commit_seconds=0.001,
    look_seconds=0.05, total_seconds=PATIENCE,
)  # fmt: skip

Answer = bytes | Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Message:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def index(self) -> int:
        return int(self.told["data"]["index"])


@dataclass
class Sink:
    """Receives; ``answers`` says by path what is answered, first to last, the last one for ever."""

    answers: dict[str, list[Answer]] = field(default_factory=dict)
    messages: list[Message] = field(default_factory=list)
    came: asyncio.Condition = field(default_factory=asyncio.Condition)
    port: int = 0
    connections: int = 0
    open_now: int = 0
    most_open: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, path: str = "/hook") -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def at(self, path: str) -> list[Message]:
        return [each for each in self.messages if each.path == path]

    def indices(self, path: str = "/hook") -> list[int]:
        return [each.index for each in self.at(path)]

    def has(self, messages: int) -> bool:
        return len(self.messages) >= messages

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait until this holds of what came."""
        async with asyncio.timeout(PATIENCE), self.came:
            await self.came.wait_for(so)

    async def until_told(self, number: int, path: str = "/hook") -> list[int]:
        """The indices told at a path, once there are so many."""
        await self.until(lambda: len(self.at(path)) >= number)
        return self.indices(path)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if (task := asyncio.current_task()) is not None:
            self.tasks.add(task)
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                await self._one(reader, writer)
        writer.transport.abort()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        path = first.split(" ")[1]
        async with self.came:
            self.messages.append(Message(path, headers, body))
            self.came.notify_all()
        self.open_now += 1
        self.most_open = max(self.most_open, self.open_now)
        try:
            await self._answer(path, writer)
        finally:
            self.open_now -= 1

    async def _answer(self, path: str, writer: asyncio.StreamWriter) -> None:
        answers = self.answers.get(path, [OK])
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        if isinstance(answer, bytes):
            writer.write(answer)
            await writer.drain()
        else:
            await answer(writer)


@asynccontextmanager
async def open_sink(**answers: list[Answer]) -> AsyncIterator[Sink]:
    """A sink at work; paths are named without their slash."""
    sink = Sink({f"/{path}": given for path, given in answers.items()})
    server = await asyncio.start_server(sink.serve, "127.0.0.1", 0)
    sink.port = server.sockets[0].getsockname()[1]
    try:
        yield sink
    finally:
        await let_in_no_more(server)
        for task in sink.tasks:
            task.cancel()
        await asyncio.gather(*sink.tasks, return_exceptions=True)


@dataclass
class Delivery:
    """A deliverer at work on a storage."""

    storage: Storage
    rooms: tuple[PressRoom, ...]
    roster: Roster
    deliverer: Deliverer
    clock: HandClock
    wakeup: LocalWakeup

    async def publish(self, *names: str, room: PressRoom | None = None, **changes: Any) -> list[Logged]:
        """New items, sealed and shown; whoever waits for them is woken."""
        room = room or self.rooms[0]
        before = self.storage.log.visible
        await keep(self.storage, *(verified(room, room.publish(name, **changes)) for name in names))
        await self.storage.seal(NOON + 5)
        self.wakeup.ring()
        return list(await self.storage.page(Slice(), before - 1, 10_000))

    async def until(self, name: str, so: Callable[[Subscriber], bool]) -> Subscriber:
        """The subscriber, once this holds of what is on the disk."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for each in await self.storage.subscribers.all():
                    if each.id == name and so(each):
                        return each
                await asyncio.sleep(0.005)


Works = Callable[..., AbstractAsyncContextManager[Delivery]]


def subscriber(callback: str, name: str = "ZGVzaw", **changes: Any) -> Subscriber:
    """A webhook of everything, from the beginning."""
    made = Subscriber(
        id=name,
        kind=SubscriberKind.WEBHOOK,
        callback=callback,
        slice=Slice(),
        lang="en",
        secrets=("whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQgc2VjcmV0",),
        created_at=NOON,
    )
    return replace(made, **changes)


def at(state: SubscriberState) -> Callable[[Subscriber], bool]:
    return lambda each: each.state is state


def reached(index: int) -> Callable[[Subscriber], bool]:
    return lambda each: each.reached >= index


def open_supply(
    storage: Storage, known: Registry, clock: HandClock, wakeup: LocalWakeup, stack: AsyncExitStack
) -> Supply:
    """What gives WebSub its documents, closed with the stack."""
    typesetter = Typesetter()
    press = Press(
        storage, lambda: known, clock, wakeup, typesetter,
        media_types=MEDIA_TYPES, codings={}, base_url=HUB, pushes=True,
    )  # fmt: skip
    stack.callback(press.close)
    made = Supplements(
        storage, press.editor, lambda: known, typesetter.render, media_types=MEDIA_TYPES, whole_seconds=0.001
    )
    stack.callback(made.close)
    return made.since


@asynccontextmanager
async def delivering(
    storage: Storage,
    *rooms: PressRoom,
    allow: Collection[tuple[str, int]] = (),
    limits: DeliverLimits = AT_ONCE,
    clock: HandClock | None = None,
    resolver: AbstractResolver | None = None,
) -> AsyncIterator[Delivery]:
    """A deliverer of webhooks and of WebSub at work until left, over the real dialer."""
    clock, wakeup = clock or HandClock(), LocalWakeup()
    roster = Roster(storage, most=limits.subscribers_most)
    await roster.load()
    bounds = CallLimits(total_seconds=limits.total_seconds, answer_bytes=limits.answer_bytes, connections=300)
    async with AsyncExitStack() as stack:
        caller = await stack.enter_async_context(
            open_caller(allow=allow, user_agent="test", limits=bounds, resolver=resolver)
        )
        known = registry(*rooms)
        webhooks = Webhooks(lambda: known, storage.log, lambda: [HOOK_KEY], HUB)
        supply = open_supply(storage, known, clock, wakeup, stack)
        voices: dict[SubscriberKind, Voice] = {
            SubscriberKind.WEBHOOK: webhooks,
            SubscriberKind.WEBSUB: Distribution(supply, HUB),
        }
        deliverer = Deliverer(storage, roster, caller, clock, wakeup, voices, limits, chance=lambda: 0.0)
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(deliverer.run())
            yield Delivery(storage, rooms, roster, deliverer, clock, wakeup)
            working.cancel()


def counted(messages: Collection[Message]) -> Counter[str]:
    """How often each id came."""
    return Counter(each.id for each in messages)


def bodies_by_id(messages: Collection[Message]) -> dict[str, set[bytes]]:
    found: defaultdict[str, set[bytes]] = defaultdict(set)
    for each in messages:
        found[each.id].add(each.body)
    return found
