"""What sealing costs in the database, and how long an item takes until five witnesses let it be seen.

Sealing is measured whole: indices, tiles and the signed checkpoint, each on the disk, a hundred versions at a
time, in a database that holds a million leaves and in one that is new.
"""

import asyncio
import sqlite3
import statistics
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hub_folder import place
from logging_hub import cosigners_alone, log_signer
from witnessed import Witnessed, witnessed

from syndicate.journey import LocalWakeup, Sealer, SubmitLimits
from syndicate.news import Slice
from syndicate.storage import open_storage

from ._measure import MICRO, Goal, Result, Scale, ratio_of, told
from ._newsroom import NOON, StillClock

LEAF_GOAL: Final = Goal(at_most=60.0)
GROWTH_GOAL: Final = Goal(at_most=1.25)
START_GOAL: Final = Goal(at_most=1.0)
MEDIAN_GOAL: Final = Goal(at_most=0.4)
SLOWEST_GOAL: Final = Goal(at_most=1.5)
BATCH: Final = 100
RATE: Final = 20  # items a second
_LOOK_SECONDS: Final = 0.005


def measure(scale: Scale) -> list[Result]:
    """Microseconds a leaf and their growth, seconds to start, seconds until an item is seen."""
    with TemporaryDirectory() as folder:
        return [
            *asyncio.run(_sealing(Path(folder), scale)),
            *asyncio.run(_seeing(_made(Path(folder) / "hub"), scale)),
        ]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _sealing(folder: Path, scale: Scale) -> list[Result]:
    leaves, batches = scale.of(1_000_000, 2_000), scale.of(100_000 // BATCH // scale.turns, 3)
    large, small = folder / "large.db", folder / "small.db"
    for path, filled in ((large, leaves), (small, 0)):
        async with open_storage(path):
            pass
        _fill(path, filled)
        async with open_storage(path):  # gives the log its tree, once
            pass
    costs: dict[Path, list[float]] = {large: [], small: []}
    starts = []
    for _ in range(scale.turns):
        for path, found in costs.items():
            _keep_more(path, batches * BATCH)
            began = time.monotonic()
            async with open_storage(path) as storage:
                if path is large:
                    starts.append(time.monotonic() - began)
                signer = log_signer()
                cosigners = cosigners_alone(storage.log, signer)
                sealer = Sealer(storage, StillClock(), LocalWakeup(), signer, cosigners, most=BATCH)
                found.append(await _cost(sealer) / (batches * BATCH) * MICRO)
    behind = [
        told(f"behind {at:,} leaves", costs[path], "µs a leaf") for path, at in ((small, 0), (large, leaves))
    ]
    growth = [slow / quick for slow, quick in zip(costs[large], costs[small], strict=True)]
    return [
        _figure(f"CPU of a leaf, sealed and signed {BATCH} at a time", costs[small], LEAF_GOAL, "µs"),
        ratio_of(
            "sealing", f"such a leaf behind {leaves:,} others ÷ in a new log", growth, GROWTH_GOAL, behind
        ),
        _figure(f"to open a database with {leaves:,} leaves", starts, START_GOAL, "s"),
    ]


async def _cost(sealer: Sealer) -> float:
    """Seconds of processor time, of all threads, to seal all that waits and to sign it, batch by batch."""
    before = time.process_time()
    await sealer.seal_once()
    return time.process_time() - before


def _fill(path: Path, rows: int) -> None:
    """So many versions with their index, written without asking anybody."""
    _keep_more(path, rows)
    with sqlite3.connect(path) as shell:
        shell.execute("INSERT INTO log SELECT version_id - 1, version_id, ?, cell FROM facets", (NOON,))
        shell.execute(
            "INSERT INTO log_topic SELECT topic.value, cell, version_id - 1"
            " FROM facets, json_each(topics) AS topic ORDER BY 1, 2, 3"
        )
        shell.execute("UPDATE horizon SET visible = ?", (rows,))


def _keep_more(path: Path, rows: int) -> None:
    """So many more versions that wait for their index."""
    with sqlite3.connect(path) as shell:
        (first,) = shell.execute("SELECT coalesce(max(id), 0) + 1 FROM version").fetchone()
        numbers = "WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1 + ?2 - 1)"
        if not rows:
            return
        shell.execute(
            f"{numbers} INSERT INTO item (id, sub, highest, act)"
            " SELECT i, 'vn.bench:' || substr('aaaaaaaaaaaaaaaaaaaaaaaaaa' || i, -26), 1, 'publish' FROM n",
            (first, rows),
        )
        shell.execute(
            f"{numbers} INSERT INTO version (id, item_id, ver, act, agency, lang, stream, seq, received_at,"
            " marks, digest, token) SELECT i, i, 1, 'publish', 'vn.bench', 'vi', 'main', i, ?3, '',"
            " substr('AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' || i, -43), 'token' FROM n",
            (first, rows, NOON),
        )
        shell.execute(
            "INSERT OR IGNORE INTO cell (id, member, agency, lang, kind, urgency, corrected)"
            " VALUES (1, 'vn', 'vn.bench', 'vi', 'story', 10, 0)"
        )
        shell.execute(
            f"{numbers} INSERT INTO facets (version_id, cell, topics) SELECT i, 1, '[\"03000000\"]' FROM n",
            (first, rows),
        )


async def _seeing(folder: Path, scale: Scale) -> list[Result]:
    limits = SubmitLimits(burst=10_000)
    async with place(folder) as here, witnessed(here, submit=limits) as there:
        waits = await _publish(there, scale.of(400, 5))
    waits.sort()
    behind = (told(f"{len(waits)} items, {RATE} a second, five witnesses", waits, "s", 3),)
    slowest = waits[int(len(waits) * 0.99)]
    return [
        _figure("from pushing an item until it is shown, median", waits, MEDIAN_GOAL, "s", behind),
        _figure("from pushing an item until it is shown, 99 of 100", [slowest], SLOWEST_GOAL, "s"),
    ]


async def _publish(there: Witnessed, count: int) -> list[float]:
    """Seconds for each item, pushed one after another at the rate, from the push until the order shows it."""
    served, storage = there.served, there.served.hub.storage
    loop = asyncio.get_running_loop()
    pushed: dict[int, float] = {}
    waits: list[float] = []

    async def look() -> None:
        while len(waits) < count:
            newest = await storage.newest(Slice())
            now = loop.time()
            waits.extend(now - pushed.pop(index) for index in sorted(pushed) if index <= newest)
            await asyncio.sleep(_LOOK_SECONDS)

    looking = asyncio.create_task(look())
    first = storage.log.edge.size
    began = loop.time()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / RATE - loop.time()))
        token = served.here.newsroom.release(_name(number))
        pushed[first + number] = loop.time()
        reply = await served.send(token.encode())
        if reply.status != 200 or b"admitted" not in reply.body:
            raise AssertionError(f"not admitted: {reply.body[:200]!r}")
    async with asyncio.timeout(60):
        await looking
    return waits


def _name(number: int) -> str:
    return "".join("bcdefghijk"[int(digit)] for digit in f"{number:04}")


def _figure(what: str, values: list[float], goal: Goal, unit: str, behind: tuple[str, ...] = ()) -> Result:
    return Result(
        section="sealing", what=what, figure=statistics.median(values), spread=(min(values), max(values)),
        goal=goal, unit=unit, behind=behind,
    )  # fmt: skip
