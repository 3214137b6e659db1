"""A newsdesk that dies at a chosen place; run by test_newsdesk_killed.

It imports everything once and makes a child for each line on its standard input. What is on the disk changes
only when a call of ``EFFECTS`` is made, so dying just before or just after each of them is dying anywhere.
"""

import json
import os
import resource
import signal
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any, Final

from newsdesk_room import SUCCESSOR, DeskRoom
from newsroom import STARTED

from syndicate.cli import _agency as _imported_now  # noqa: F401 - or each child would open its files
from syndicate.cli import main as command
from syndicate.errors import SyndicateError
from syndicate.newsdesk import panic, recover, reissue, release_ids
from syndicate.signing import _seal

EFFECTS: Final = frozenset(
    {"open", "write", "flush", "close", "fsync", "fchmod", "chmod", "ftruncate", "pwrite", "mkdir", "unlink",
     "remove", "rename", "replace", "link", "execute", "executemany", "commit"}
)  # fmt: skip


class Killer:
    """Counts the effects of this process, and ends it at the chosen one: before it, or after."""

    def __init__(self, at: int) -> None:
        self.at, self.count = at, 0

    def __call__(self, frame: FrameType, event: str, arg: Any) -> None:
        if event not in ("c_call", "c_return") or getattr(arg, "__name__", "") not in EFFECTS:
            return
        if self.count == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.count += 1


def do(act: str, folder: Path) -> None:
    """One act in the room that stands in ``folder``."""
    if act == "rotate":
        words = [
            f"--{which}passphrase-file={folder.parent / 'words'}" for which in ("", "successor-", "next-")
        ]
        successor = f"--successor={folder / 'successor.key'}"
        if command(["agency", "rotate", str(folder / "agency.toml"), successor, *words]):
            raise SystemExit("the rotation says on the terminal why not")
        return
    room = DeskRoom(folder)
    if act == "sign":
        room.sign()
        return
    room.clock.time = STARTED + 3_600
    with room.desk(SUCCESSOR if act in ("recover", "reissue") else None) as desk:
        match act:
            case "release":
                release_ids([each.id for each in desk.book.waiting()] or [0], desk)
            case "panic":
                panic(desk, since=0)
            case "recover":
                recover(json.loads((folder / "hub.json").read_text()), desk)
            case "reissue":
                reissue(desk, since=0)


def child(order: dict[str, Any]) -> None:
    """Do what is ordered, and say how it ended: the count of effects, or what a person is told."""
    if "room" in order:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["room"], hard))
    killer = Killer(order.get("at", -1))
    told: dict[str, object] = {}
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123 - the answer has the pipe for itself
    if "at" in order:  # to watch every call makes an act three times as slow
        threading.setprofile(killer)
        sys.setprofile(killer)
    if "micros" in order:  # of its own processor time: however busy the machine is, it dies at work
        signal.setitimer(signal.ITIMER_VIRTUAL, order["micros"] / 1e6)
    try:
        do(order["act"], Path(order["folder"]))
    except SyndicateError as failure:
        told = {"said": str(failure), "hint": failure.hint}
    except BaseException as surprise:  # noqa: BLE001 - whatever else it is, the test must hear of it
        told = {"surprise": repr(surprise)}
    sys.setprofile(None)
    os.write(1, json.dumps(told | {"count": killer.count}).encode() + b"\n")
    os._exit(0)


def main() -> None:
    _seal.ROUNDS = 2_048  # type: ignore[misc]  # keys made in tests are sealed in a moment (conftest)
    for line in sys.stdin:
        if os.fork() == 0:
            child(json.loads(line))
        _, status = os.wait()
        if os.WIFSIGNALED(status):
            os.write(1, b'{"killed": true}\n')


if __name__ == "__main__":
    main()
