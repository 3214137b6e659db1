"""As many subscribers as a hub is to have, of all kinds and at a few hosts: what one item costs."""

import asyncio
import os
import statistics
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from syndicate.assembly import tune_memory
from syndicate.deliver import Deliverer, DeliverLimits, Roster, Voice, Webhooks
from syndicate.fetch import CallLimits, open_caller
from syndicate.journey import LocalWakeup, Press, Supplements
from syndicate.news import MemberCode, Slice
from syndicate.ports import Storage, Subscriber, SubscriberKind
from syndicate.signing import ephemeral_signer
from syndicate.storage import open_storage
from syndicate.storage._subscribers import _PUT, _row
from syndicate.websub import Distribution
from syndicate.wire import MEDIA_TYPES, Typesetter

from ._ingest import Intake, log_key_of
from ._measure import MICRO, Goal, Result, Scale, told
from ._newsroom import Press as Agencies
from ._newsroom import StillClock
from ._sink import Sink, sink

SECONDS: Final = Goal(at_most=5.0)
MEGABYTES: Final = Goal(at_most=60.0)
_HOSTS: Final = 4
_LIMITS: Final = DeliverLimits()
_SECRET: Final = "whsec_" + "c2VjcmV0" * 6
_HUB: Final = "https://hub.example"
_KEY: Final = ephemeral_signer(b"w" * 32)
_ROOM: Final = 300.0  # seconds within which everything has to have come
# Of a hundred subscribers: how many of each kind and format. Whole feeds of JSON are for few.
_MIX: Final = (
    (SubscriberKind.WEBHOOK, "", 60),
    (SubscriberKind.WEBSUB, "atom", 25),
    (SubscriberKind.WEBSUB, "rss", 13),
    (SubscriberKind.WEBSUB, "json", 2),
)


@dataclass(frozen=True)
class _Spent:
    """What one item took, from when it could be seen until the last subscriber had acknowledged it."""

    wall: float
    cpu: float
    megabytes: float  # more than before the first item, at the most


def measure(scale: Scale) -> list[Result]:
    """Seconds of processor time an item, and memory beside what the hub holds anyway."""
    tune_memory()
    many, items = scale.of(5_000, 50), scale.of(5, 2)
    with TemporaryDirectory(prefix="syndicate-bench-") as made, ExitStack() as stack:
        sinks = [stack.enter_context(sink()) for _ in range(_HOSTS)]
        spent = asyncio.run(_spent(Path(made), sinks, many, scale.of(300, 20), items))
    cpus, peaks = [each.cpu for each in spent], [each.megabytes for each in spent]
    behind = (
        told("a delivery", [each / many * MICRO for each in cpus], "µs"),
        told(
            "from visible to the last acknowledgement", [each.wall for each in spent], "s of the wall's clock"
        ),
        f"{_HOSTS} hosts; of a hundred " + ", ".join(f"{n} {k} {f}".rstrip() for k, f, n in _MIX),
    )
    return [
        Result(
            section="crowd",
            what=f"seconds of CPU until the last of {many:,} subscribers has acknowledged an item",
            figure=statistics.median(cpus),
            spread=(min(cpus), max(cpus)),
            goal=SECONDS,
            unit="s",
            behind=behind,
        ),
        Result(
            section="crowd",
            what=f"MB of memory while {many:,} subscribers are told, beside what was held before",
            figure=max(peaks),
            spread=(min(peaks), max(peaks)),
            goal=MEGABYTES,
            unit="MB",
            behind=(f"{max(peaks) * 1_000 / many:.1f} kB a subscriber",),
        ),
    ]


async def _spent(folder: Path, sinks: Sequence[Sink], many: int, before: int, items: int) -> list[_Spent]:
    agencies = Agencies(folder)
    async with open_storage(folder / "crowd.db") as storage:
        intake = Intake(storage, agencies.registry, log_key_of(folder / "crowd.db", agencies.registry))
        await intake.take([agencies.rooms[n % len(agencies.rooms)].publish()[1] for n in range(before)])
        await _subscribe(storage, sinks, many, str(agencies.rooms[0].id)[:2])
        async with _at_work(storage, agencies, sinks) as (deliverer, wakeup):
            held, spent = _megabytes(), []
            for _ in range(items):
                goal = deliverer.tally.acknowledged + many
                await intake.take([agencies.rooms[0].publish()[1]])
                wall, cpu, peak = time.monotonic(), time.process_time(), held
                wakeup.ring()
                async with asyncio.timeout(_ROOM):
                    while deliverer.tally.acknowledged < goal:
                        peak = max(peak, _megabytes())
                        await asyncio.sleep(0.02)
                spent.append(_Spent(time.monotonic() - wall, time.process_time() - cpu, peak - held))
        return spent


async def _subscribe(storage: Storage, sinks: Sequence[Sink], many: int, member: str) -> None:
    """All of them in one transaction; half follow everything, half one member."""
    kinds = [(kind, form) for kind, form, share in _MIX for _ in range(share)]
    rows = [
        _row(
            Subscriber(
                id=f"{number:024x}",
                kind=kinds[number % 100][0],
                callback=f"{sinks[number % len(sinks)].url}/{number}",
                slice=Slice() if number % 2 else Slice(member=MemberCode(member)),
                format=kinds[number % 100][1],
                lang="en",
                secrets=(_SECRET,),
                lease_until=None if kinds[number % 100][0] is SubscriberKind.WEBHOOK else 10**10,
                reached=storage.log.visible - 1,
            )
        )
        for number in range(many)
    ]
    subscribers: Any = storage.subscribers
    await subscribers._write(lambda connection: connection.exec_driver_sql(_PUT, rows))


@asynccontextmanager
async def _at_work(
    storage: Storage, agencies: Agencies, sinks: Sequence[Sink]
) -> AsyncIterator[tuple[Deliverer, LocalWakeup]]:
    """A deliverer as a hub has it."""
    wakeup, clock, typesetter = LocalWakeup(), StillClock(), Typesetter()
    roster = Roster(storage, most=_LIMITS.subscribers_most)
    await roster.load()
    async with AsyncExitStack() as stack:
        bounds = CallLimits(
            total_seconds=_LIMITS.total_seconds, answer_bytes=_LIMITS.answer_bytes, connections=300
        )
        allow = [("127.0.0.1", each.port) for each in sinks]
        caller = await stack.enter_async_context(open_caller(allow=allow, user_agent="bench", limits=bounds))
        press = Press(
            storage, lambda: agencies.registry, clock, wakeup, typesetter,
            media_types=MEDIA_TYPES, codings={}, base_url=_HUB, pushes=True,
        )  # fmt: skip
        stack.callback(press.close)
        made = Supplements(
            storage, press.editor, lambda: agencies.registry, typesetter.render,
            media_types=MEDIA_TYPES, whole_seconds=0.001,
        )  # fmt: skip
        stack.callback(made.close)
        voices: dict[SubscriberKind, Voice] = {
            SubscriberKind.WEBHOOK: Webhooks(lambda: agencies.registry, storage.log, lambda: [_KEY], _HUB),
            SubscriberKind.WEBSUB: Distribution(made.since, _HUB),
        }
        deliverer = Deliverer(storage, roster, caller, clock, wakeup, voices)
        async with asyncio.TaskGroup() as tasks:
            working = tasks.create_task(deliverer.run())
            yield deliverer, wakeup
            working.cancel()


def _megabytes() -> float:
    resident = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return resident * os.sysconf("SC_PAGE_SIZE") / 1e6
