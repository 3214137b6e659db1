"""A hub that publishes and delivers until it is killed; run by test_killed.

It imports everything once and makes a child for each line on its standard input. A child told "go" publishes
without end and says how much is sealed; one told "finish" publishes nothing and delivers the rest.
"""

import asyncio
import os
import sys
from itertools import count
from pathlib import Path

from delivering import AT_ONCE, delivering, subscriber
from kept import HandClock
from press import NOON, PressRoom, envelope, registry

from syndicate.journey import Admission
from syndicate.news import Kind, Slice, StreamName
from syndicate.ports import SubscriberKind
from syndicate.storage import open_storage
from syndicate.trust import StreamState

SUBSCRIBERS = {"all": Slice(), "flaky": Slice(), "notices": Slice(kind="notice")}


async def run(path: Path, port: int, word: str) -> None:
    room = PressRoom("vn.demo")
    async with open_storage(path) as storage:
        if not await storage.subscribers.all():
            for name, slice_ in SUBSCRIBERS.items():
                await storage.subscribers.put(
                    subscriber(f"http://127.0.0.1:{port}/{name}", name, slice=slice_)
                )
            for format_ in ("atom", "json"):
                topic = {"kind": SubscriberKind.WEBSUB, "format": format_, "lang": "", "lease_until": 10**10}
                await storage.subscribers.put(
                    subscriber(f"http://127.0.0.1:{port}/{format_}", format_, **topic)
                )
        state = await storage.stream_state((room.id, StreamName("main"))) or StreamState()
        room.seq, room.prev = state.seq, state.digest
        admission = Admission(storage, lambda: registry(room), HandClock())
        async with delivering(storage, room, allow=[("127.0.0.1", port)], limits=AT_ONCE) as delivery:
            for number in count():
                if word == "finish":
                    await asyncio.sleep(60)
                kind = Kind.NOTICE if number % 3 == 0 else Kind.STORY
                tokens = [room.publish(_name(room.seq), kind=kind) for _ in range(3)]
                await admission.admit([envelope(token) for token in tokens])
                await storage.seal(NOON)
                delivery.wakeup.ring()
                os.write(1, f"{storage.log.visible}\n".encode())


def _name(number: int) -> str:
    return "".join("abcdefghijklmnopqrstuvwxyz"[number // 26**power % 26] for power in range(4)) + "z"


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.write(1, f"child {os.getpid()}\n".encode())
            asyncio.run(run(Path(sys.argv[1]), int(sys.argv[2]), line.strip()))
        os.waitpid(child, 0)
        os.write(1, b"dead\n")


if __name__ == "__main__":
    main()
