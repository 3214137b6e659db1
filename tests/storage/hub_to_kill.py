"""A small hub that admits, seals and announces indices until it is killed; run by test_power_cut.

It imports everything once and makes a child for each line on its standard input, so that a round costs no
start-up. The child says what it has sealed: index, digest, and how many bytes of the write-ahead log the
commits before these words had put on the disk; and what it has signed: size, root, that number, "signed".
"""

import asyncio
import os
import struct
import sys
from itertools import count
from pathlib import Path

from kept import Bell, HandClock
from logging_hub import cosigners_alone, log_signer
from press import NOON, PressRoom, envelope, registry

from syndicate.journey import Admission, Sealer
from syndicate.news import Slice, StreamName
from syndicate.ports import Book, Storage
from syndicate.storage import open_storage
from syndicate.trust import StreamState

_LOG_HEADER, _FRAME_HEADER = 32, 24


def log_bytes(path: Path) -> int:
    """How much of the write-ahead log is committed: the count of its frames stands in its shared index."""
    return _bytes_to(path, frame_count_at=16)


def copied_bytes(path: Path) -> int:
    """How far into the write-ahead log a checkpoint has ever tried to copy since the log last began anew."""
    return _bytes_to(path, frame_count_at=128)


def _bytes_to(path: Path, frame_count_at: int) -> int:
    # https://www.sqlite.org/walformat.html, "The WAL-Index File Format"
    shared = path.with_name(path.name + "-shm").read_bytes()
    page_size: int = struct.unpack_from("=H", shared, 14)[0]
    frames: int = struct.unpack_from("=I", shared, frame_count_at)[0]
    return _LOG_HEADER + frames * (_FRAME_HEADER + page_size)


async def run(path: Path, word: str) -> None:
    room = PressRoom("vn.demo")
    async with open_storage(path) as storage:
        admission = Admission(storage, lambda: registry(room), HandClock())
        if word == "checkpoint often":
            await storage.write(_checkpoint_often)
        state = await storage.stream_state((room.id, StreamName("main"))) or StreamState()
        room.seq, room.prev = state.seq, state.digest
        signer = log_signer()
        cosigners = cosigners_alone(storage.log, signer)
        for number in count():
            # Now more, now fewer at a time than have just come.
            sealer = Sealer(storage, HandClock(NOON), Bell(), signer, cosigners, most=2 + number % 3)
            await _publish_some(path, storage, admission, room, sealer)


def _checkpoint_often(book: Book) -> None:
    book._connection.exec_driver_sql("PRAGMA wal_autocheckpoint=20")  # type: ignore[attr-defined]  # the port hides its connection


async def _publish_some(
    path: Path, storage: Storage, admission: Admission, room: PressRoom, sealer: Sealer
) -> None:
    tokens = [room.publish(_name(room.seq), title="x" * 200) for _ in range(3)]
    await admission.admit([envelope(token) for token in tokens])
    size = await storage.size()
    await sealer.seal_once()
    committed = log_bytes(path)
    edge = storage.log.edge
    os.write(1, f"{edge.size} {edge.root.hex()} {committed} signed\n".encode())
    for each in await storage.page(Slice(), size - 1, 10):
        os.write(1, f"{each.index} {each.digest} {committed}\n".encode())


def _name(number: int) -> str:
    return "".join("abcdefghijklmnopqrstuvwxyz"[number // 26**power % 26] for power in range(4)) + "z"


def main() -> None:
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.write(1, f"child {os.getpid()}\n".encode())
            asyncio.run(run(Path(sys.argv[1]), line.strip()))
        os.waitpid(child, 0)
        os.write(1, b"dead\n")


if __name__ == "__main__":
    main()
