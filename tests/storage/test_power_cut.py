"""SIGKILL at any moment, then a disk that kept only what was synced: no index is lost or doubled."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import pytest
from kept import unmeasured
from patience import PATIENCE
from storage.hub_to_kill import copied_bytes

from syndicate.ledger import ENTRIES, Edge, Tile, leaf_hash, read_checkpoint, read_entries
from syndicate.news import Slice, digest_of
from syndicate.ports import Storage
from syndicate.storage import open_storage

HUB = Path(__file__).with_name("hub_to_kill.py")
ROUNDS = int(os.environ.get("SYNDICATE_KILLS", "14"))  # in all; a night of it: SYNDICATE_KILLS=400


@dataclass(slots=True)
class Announced:
    """What the hub said before it died, over all rounds; and what of its log was committed in this one."""

    digests: dict[int, str] = field(default_factory=dict)
    roots: dict[int, str] = field(default_factory=dict)  # by size, as signed
    committed: int = 0

    def hear(self, line: str) -> None:
        index, digest, committed, *signed = line.split()
        self.committed = int(committed)
        if signed:
            assert self.roots.setdefault(int(index), digest) == digest, "two histories were signed"
            return
        assert self.digests.setdefault(int(index), digest) == digest, "an index was given twice"


@pytest.fixture
def hub(tmp_path: Path) -> Iterator["subprocess.Popen[str]"]:
    tests = HUB.parent.parent
    paths = os.pathsep.join([str(tests), str(tests.parent), *filter(None, [os.environ.get("PYTHONPATH")])])
    with subprocess.Popen(
        [sys.executable, str(HUB), str(tmp_path / "hub.db")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=unmeasured(PYTHONPATH=paths),
    ) as nursery:  # fmt: skip
        yield nursery
        nursery.stdin.close()  # type: ignore[union-attr]  # it is a pipe
        nursery.wait(PATIENCE)


def live_and_die(
    hub: "subprocess.Popen[str]", word: str, chance: random.Random, announced: Announced
) -> None:
    """One child of the hub: it announces some indices, is killed at a random moment, and is heard out."""
    say: IO[str] = hub.stdin  # type: ignore[assignment]  # both are pipes
    heard: IO[str] = hub.stdout  # type: ignore[assignment]  # a pipe was asked for
    say.write(f"{word}\n")
    say.flush()
    _, child = heard.readline().split()
    announced.committed = 0
    for _ in range(chance.randrange(1, 25)):
        announced.hear(heard.readline())
    time.sleep(chance.random() * 0.02)
    os.kill(int(child), signal.SIGKILL)
    for line in iter(heard.readline, "dead\n"):
        announced.hear(line)


def cut_the_power(path: Path, committed: int, chance: random.Random) -> None:
    """Whatever was written after the last announced commit may be gone, be there in part, or be garbage.

    But what a checkpoint was copying into the database was synced before it began.
    """
    log = path.with_name(path.name + "-wal")
    synced = max(committed, copied_bytes(path))
    written = log.stat().st_size
    assert written >= synced
    os.truncate(log, chance.choice([synced, chance.randint(synced, written), written]))
    if chance.random() < 0.5:
        with log.open("r+b") as file:
            file.seek(synced)
            file.write(chance.randbytes(written - synced))


async def check(path: Path, announced: Announced) -> int:
    """Open what is left; how many indices there are."""
    async with open_storage(path) as storage:
        logged = await storage.page(Slice(), -1, 100_000)
        assert [each.index for each in logged] == list(range(len(logged))), "a gap"
        assert len({each.digest for each in logged}) == len(logged), "a double"
        assert [digest_of(each.token) for each in logged] == [each.digest for each in logged]
        kept = {int(each.index): str(each.digest) for each in logged}
        assert announced.digests.items() <= kept.items(), "an announced index was lost"
        assert await storage.size() == len(logged)
        await check_log(storage, announced)
        return len(logged)


async def check_log(storage: Storage, announced: Announced) -> None:
    """The tree is that of the leaves, and every history that was signed is its beginning."""
    edge, size = Edge(), storage.log.edge.size
    leaves: list[bytes] = []
    for first in range(0, size, 256):
        tile = Tile(ENTRIES, first // 256, min(256, size - first))
        leaves += read_entries((await storage.log.tiles([tile]))[tile], tile.width)
    roots = {0: edge.root.hex()}
    for leaf in leaves:
        edge, _ = edge.append([leaf_hash(leaf)])
        roots[edge.size] = edge.root.hex()
    assert edge == storage.log.edge, "the tiles are another tree's"
    assert announced.roots.items() <= roots.items(), "a signed history is no beginning of this one"
    kept = await storage.log.newest_checkpoint(proved=True)
    if kept is not None:
        assert read_checkpoint(kept.note)[0].root.hex() == roots[kept.size]


@pytest.mark.timeout(200 + 2 * ROUNDS)
@pytest.mark.parametrize("word", ["go", "checkpoint often"])
async def test_attack_37_every_announced_index_survives_a_kill_and_a_power_cut(
    hub: "subprocess.Popen[str]", word: str, tmp_path: Path
) -> None:
    path = tmp_path / "hub.db"
    chance = random.Random(word)
    announced = Announced()
    sizes = []
    for _ in range(ROUNDS // 2):
        live_and_die(hub, word, chance, announced)
        cut_the_power(path, announced.committed, chance)
        sizes.append(await check(path, announced))
    assert sizes == sorted(sizes)
    assert sizes[-1] >= len(announced.digests) > ROUNDS
