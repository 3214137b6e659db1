"""The index of passages follows the log: whatever stops it, it goes on where it was, and finds all of it."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from asking import Counter, counter
from kept import keep, published, unmeasured
from press import NOON, PressRoom, registry

from syndicate.journey import LookupLimits, Verdict
from syndicate.journey import _passages as index
from syndicate.news import Content
from syndicate.ports import Logged
from syndicate.storage import _passages

KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from kept import Bell
from syndicate.journey import PassageIndex, _passages
from syndicate.storage import open_storage

_passages._BATCH = 5

async def main(path):
    async with open_storage(path) as storage:
        index = PassageIndex(storage, Bell(), window=1_000)
        step, steps = index._step, 0

        async def dies():
            nonlocal steps
            await step()
            steps += 1
            if steps == 3:
                os.kill(os.getpid(), signal.SIGKILL)

        index._step = dies
        await index.catch_up()

asyncio.run(main(Path(sys.argv[1])))
"""


def text(number: int) -> str:
    return (
        f"The harbour office has counted {number} ships in the southern basin since this morning at sunrise."
    )


async def fill(hub: Counter, room: PressRoom, items: int) -> None:
    for number in range(items):
        name = f"n{chr(98 + number // 20)}{chr(98 + number % 20)}"
        body = Content(type="text/plain", body=text(number))
        await keep(hub.storage, *published(room, name, title=f"Ships {number}", lang="en", content=body))
    await hub.storage.seal(NOON + 2.0)


async def test_after_a_kill_it_goes_on_where_it_was_and_finds_everything_once(tmp_path: Path) -> None:
    room = PressRoom("vn.demo")
    async with counter(tmp_path, room) as hub:
        await fill(hub, room, 40)
    around = unmeasured(PYTHONPATH=str(Path(__file__).parent.parent))
    words = [sys.executable, "-c", KILLED, str(tmp_path / "hub.db")]
    ran = await asyncio.to_thread(subprocess.run, words, env=around, timeout=60, check=False)
    assert ran.returncode == -signal.SIGKILL
    async with counter(tmp_path, room) as hub:
        assert 0 < hub.index.behind <= 40
        await hub.index.catch_up()
        for number in range(40):
            answer = await hub.lookup.ask(text(number), registry(room))
            assert (answer.verdict, answer.others) == (Verdict.PUBLISHED, 0), number


async def test_passages_older_than_the_window_are_said_to_be_out_of_reach(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_passages, "_WAITING_MOST", 4)
    monkeypatch.setattr(index, "_BATCH", 4)
    room = PressRoom("vn.demo")
    async with counter(tmp_path, room, limits=LookupLimits(window=10)) as hub:
        await fill(hub, room, 30)
        await hub.index.catch_up()
        old = await hub.lookup.ask(text(0), registry(room))
        new = await hub.lookup.ask(text(29), registry(room))
        head = await hub.lookup.ask("Ships 0", registry(room))
        nowhere = await hub.lookup.ask(
            "No word of this stands in any of them, whoever looks.", registry(room)
        )
    assert (new.verdict, head.verdict) == (Verdict.PUBLISHED, Verdict.PUBLISHED)
    assert old.verdict is not Verdict.PUBLISHED
    assert nowhere.since == NOON + 2.0


async def test_a_text_on_which_it_fails_stops_no_hub_and_is_tried_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_: Logged) -> object:
        raise RuntimeError("a text that nobody thought of")

    room = PressRoom("vn.demo")
    async with counter(tmp_path, room) as hub:
        await fill(hub, room, 3)
        with monkeypatch.context() as broken:
            broken.setattr(index, "printed_of", fails)
            assert not await hub.index.look()
        assert "a text that nobody thought of" in caplog.text
        assert await hub.index.look()
        assert (await hub.lookup.ask(text(2), registry(room))).verdict is Verdict.PUBLISHED
