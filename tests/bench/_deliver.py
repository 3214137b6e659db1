"""Telling subscribers, beside a bare aiohttp client that posts the same bytes to the same sink."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import aiohttp

from syndicate.assembly import tune_memory
from syndicate.deliver import Deliverer, DeliverLimits, Piece, Roster, Webhooks
from syndicate.fetch import CallLimits, open_caller
from syndicate.journey import LocalWakeup
from syndicate.news import Slice
from syndicate.ports import Call, Storage, Subscriber, SubscriberKind
from syndicate.signing import ephemeral_signer
from syndicate.storage import open_storage

from ._ingest import Intake, log_key_of
from ._measure import MICRO, Goal, Result, Scale, ratio_of, told
from ._newsroom import NOON, Press, StillClock
from ._sink import Sink, sink

GOAL: Final = Goal(at_least=0.6)
LATENCY: Final = Goal(at_most=300.0)
SUBSCRIBERS: Final = 100
_LIMITS: Final = DeliverLimits()
_PER_SECOND: Final = 5
_KEY: Final = ephemeral_signer(b"w" * 32)
_SECRET: Final = "whsec_" + "c2VjcmV0" * 6
_ROOM: Final = 60.0  # seconds within which everything has to have come


class Spent(NamedTuple):
    """What one turn took: seconds of processor time, and of the wall's."""

    cpu: float
    wall: float


def measure(scale: Scale) -> list[Result]:
    """Deliveries a second: ours ÷ a bare client; and how long after it can be seen an item is received."""
    tune_memory()  # as a hub does before anything else
    with TemporaryDirectory(prefix="syndicate-bench-") as made, sink() as receiver:
        folder = Path(made)
        press = Press(folder)
        versions = scale.of(20, 2)
        turns = [
            asyncio.run(_turn(folder / f"{turn}.db", press, receiver, versions))
            for turn in range(scale.turns + 1)
        ][1:]  # the first one warmed up
        seconds = scale.of(20, 1)
        late = asyncio.run(_latencies(folder / "late.db", press, receiver, seconds))
    return [_ratio(turns, versions * SUBSCRIBERS), _latency(late)]


def _ratio(turns: Sequence[tuple[Spent, Spent]], deliveries: int) -> Result:
    def lines(what: str, spent: Sequence[Spent]) -> list[str]:
        return [
            told(
                f"{what}, processor time", [each.cpu / deliveries * MICRO for each in spent], "µs a delivery"
            ),
            told(f"{what}, by the wall's clock", [deliveries / each.wall for each in spent], "a second"),
        ]

    ours, bare = [each for each, _ in turns], [each for _, each in turns]
    behind = lines("ours, with signatures and what is written down", ours) + lines("bare client", bare)
    ratios = [beside.cpu / own.cpu for own, beside in turns]
    what = "deliveries a second of CPU ÷ those of a bare aiohttp client with the same bytes"
    return ratio_of("deliver", what, ratios, GOAL, behind)


def _latency(seconds: Sequence[float]) -> Result:
    late = sorted(each * 1_000 for each in seconds)
    quantiles = statistics.quantiles(late, n=100)
    return Result(
        section="deliver",
        what=f"visible to received, {SUBSCRIBERS} subscribers at {_PER_SECOND} items a second, 99 of 100",
        figure=quantiles[98],
        spread=(late[0], late[-1]),
        goal=LATENCY,
        unit="ms",
        behind=(f"half within {quantiles[49]:.1f} ms, {len(late):,} deliveries",),
    )


async def _turn(path: Path, press: Press, receiver: Sink, versions: int) -> tuple[Spent, Spent]:
    """The same deliveries by us and by a bare client; what each took."""
    async with open_storage(path) as storage, _at_work(storage, press, receiver) as delivery:
        deliverer, wakeup, webhooks = delivery
        intake = Intake(storage, press.registry, log_key_of(path, press.registry))
        before = storage.log.visible
        await intake.take([press.rooms[0].publish()[1] for _ in range(versions)])
        began = Spent(time.process_time(), time.monotonic())
        wakeup.ring()
        async with asyncio.timeout(_ROOM):
            while deliverer.tally.acknowledged < versions * SUBSCRIBERS:  # noqa: ASYNC110 - no event of its own
                await asyncio.sleep(0.005)
        ours = _since(began)
        calls = [
            await webhooks.call(each, piece, NOON) async for each, piece in _all(storage, receiver, before)
        ]
    return ours, await _bare(calls)


async def _all(storage: Storage, receiver: Sink, before: int) -> AsyncIterator[tuple[Subscriber, Piece]]:
    for logged in await storage.page(Slice(), before - 1, 1_000):
        piece = Piece(logged)
        for each in _subscribers(receiver):
            yield each, piece


def _since(began: Spent) -> Spent:
    return Spent(time.process_time() - began.cpu, time.monotonic() - began.wall)


async def _bare(calls: Sequence[Call]) -> Spent:
    """A plain client with as many workers as we have deliveries to one host under way."""
    waiting = iter(calls)

    async def work(session: aiohttp.ClientSession) -> None:
        for call in waiting:
            headers = {**call.headers, "Content-Type": call.media_type}
            async with session.post(call.url, data=call.body, headers=headers) as response:
                await response.read()

    async with aiohttp.ClientSession() as session:
        began = Spent(time.process_time(), time.monotonic())
        async with asyncio.TaskGroup() as workers:
            for _ in range(_LIMITS.per_host):
                workers.create_task(work(session))
        return _since(began)


async def _latencies(path: Path, press: Press, receiver: Sink, seconds: int) -> list[float]:
    """Seconds from when a version can be seen until each subscriber has it."""
    shown: dict[int, float] = {}
    async with open_storage(path) as storage, _at_work(storage, press, receiver) as delivery:
        deliverer, wakeup, _ = delivery
        intake = Intake(storage, press.registry, log_key_of(path, press.registry))
        receiver.ask()
        for _ in range(seconds * _PER_SECOND):
            before = storage.log.visible
            await intake.take([press.rooms[1].publish()[1]])
            shown |= dict.fromkeys(range(before, storage.log.visible), time.monotonic())
            wakeup.ring()
            await asyncio.sleep(max(0.0, 1 / _PER_SECOND - (time.monotonic() - shown[before])))
        async with asyncio.timeout(_ROOM):
            while deliverer.tally.acknowledged < len(shown) * SUBSCRIBERS:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.005)
    _, came = receiver.ask()
    return [at - shown[int(message.rpartition("_")[2])] for message, at in came]


def _subscribers(receiver: Sink) -> list[Subscriber]:
    return [
        Subscriber(
            id=f"subscriber-{number}",
            kind=SubscriberKind.WEBHOOK,
            callback=f"{receiver.url}/{number}",
            slice=Slice(),
            lang="en",
            secrets=(_SECRET,),
        )
        for number in range(SUBSCRIBERS)
    ]


@asynccontextmanager
async def _at_work(
    storage: Storage, press: Press, receiver: Sink
) -> AsyncIterator[tuple[Deliverer, LocalWakeup, Webhooks]]:
    """A deliverer as a hub has it, with its hundred subscribers."""
    wakeup, clock = LocalWakeup(), StillClock()
    for each in _subscribers(receiver):
        await storage.subscribers.put(each)
    roster = Roster(storage, most=_LIMITS.subscribers_most)
    await roster.load()
    bounds = CallLimits(
        total_seconds=_LIMITS.total_seconds, answer_bytes=_LIMITS.answer_bytes, connections=300
    )
    place = [("127.0.0.1", receiver.port)]
    async with open_caller(allow=place, user_agent="bench", limits=bounds) as caller:
        webhooks = Webhooks(lambda: press.registry, storage.log, lambda: [_KEY], "https://hub.example")
        deliverer = Deliverer(storage, roster, caller, clock, wakeup, {SubscriberKind.WEBHOOK: webhooks})
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(deliverer.run())
            yield deliverer, wakeup, webhooks
            working.cancel()
