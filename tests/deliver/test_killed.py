"""SIGKILL at any moment: every subscriber gets every version of its slice, in order, none under two ids."""

import asyncio
import os
import random
import re
import signal
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from delivering import OK, Sink, bodies_by_id, open_sink
from kept import unmeasured
from patience import PATIENCE
from raw_server import response

from syndicate.news import Slice, spelling
from syndicate.storage import open_storage

HUB = Path(__file__).with_name("deliverer_to_kill.py")
ROUNDS = int(os.environ.get("SYNDICATE_KILLS", "6"))
PUSHED = ("/atom", "/json")
BROKEN = response(status="500 Internal Server Error")


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    async with open_sink() as opened:
        opened.answers["/flaky"] = [OK, BROKEN, OK, OK] * 5_000
        yield opened


@pytest.fixture
async def hub(tmp_path: Path, sink: Sink) -> AsyncIterator[asyncio.subprocess.Process]:
    tests = HUB.parent.parent
    nursery = await asyncio.create_subprocess_exec(
        sys.executable, str(HUB), str(tmp_path / "hub.db"), str(sink.port),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env=unmeasured(PYTHONPATH=os.pathsep.join([str(tests), str(tests.parent), *sys.path])),
    )  # fmt: skip
    yield nursery
    nursery.stdin.close()  # type: ignore[union-attr]  # it is a pipe
    await nursery.wait()


async def begin(hub: asyncio.subprocess.Process, word: str) -> int:
    """A child of the hub, at work; its process id."""
    assert hub.stdin is not None
    hub.stdin.write(f"{word}\n".encode())
    return int((await heard(hub)).split()[1])


async def heard(hub: asyncio.subprocess.Process) -> str:
    assert hub.stdout is not None
    return (await asyncio.wait_for(hub.stdout.readline(), PATIENCE)).decode()


async def kill(hub: asyncio.subprocess.Process, child: int) -> None:
    os.kill(child, signal.SIGKILL)
    while await heard(hub) != "dead\n":
        pass


def firsts(indices: list[int]) -> list[int]:
    """The indices without those that came again."""
    return list(dict.fromkeys(indices))


def pushed(sink: Sink, path: str) -> list[str]:
    """The items that came in documents to a WebSub callback, by when each came first."""
    found: dict[str, None] = {}
    for each in sink.at(path):
        newest_first = dict.fromkeys(re.findall(spelling.ITEM_ID, each.body.decode()))
        found |= dict.fromkeys(reversed(newest_first))
    return list(found)


@pytest.mark.timeout(200 + 2 * ROUNDS)
async def test_a_hub_killed_at_any_moment_has_told_everybody_everything_in_order(
    hub: asyncio.subprocess.Process, sink: Sink, tmp_path: Path
) -> None:
    chance = random.Random("killed")
    for _ in range(ROUNDS):
        child = await begin(hub, "go")
        enough = len(sink.messages) + chance.randrange(1, 40)
        await sink.until(partial(sink.has, enough))
        await kill(hub, child)
    async with open_storage(tmp_path / "hub.db") as storage:
        page = await storage.page(Slice(), -1, 100_000)
        everything, items = [each.index for each in page], [each.sub for each in page]
        notices = [each.index for each in await storage.page(Slice(kind="notice"), -1, 100_000)]
    child = await begin(hub, "finish")
    wanted = {"/all": everything, "/flaky": everything, "/notices": notices}
    await sink.until(
        lambda: (
            all(set(sink.indices(path)) >= set(these) for path, these in wanted.items())
            and all(set(pushed(sink, path)) >= set(items) for path in PUSHED)
        )
    )
    await kill(hub, child)
    for path in PUSHED:
        assert pushed(sink, path) == items, "each as it came first, in the order of the log"
    assert len(everything) > 3 * ROUNDS
    for path, these in wanted.items():
        assert firsts(sink.indices(path)) == these
        assert len(bodies_by_id(sink.at(path))) == len(these)
    hooked = [each for each in sink.messages if each.path not in PUSHED]
    assert all(len(bodies) == 1 for bodies in bodies_by_id(hooked).values())
