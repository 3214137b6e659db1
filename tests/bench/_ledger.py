"""What the public log costs: a leaf appended to a short and to a long log, a start, a proof from tiles.

Files are bytes in a dictionary, so this is the arithmetic alone: no disk, no signature, no witness.
"""

import statistics
from collections.abc import Sequence
from itertools import islice
from typing import Final

from syndicate.ledger import (
    ENTRIES,
    TILE_WIDTH,
    Checkpoint,
    Edge,
    Tile,
    edge_from,
    edge_tiles,
    leaf_hash,
    prove_consistency,
    prove_inclusion,
    tiles_for_consistency,
    tiles_for_inclusion,
    write_entries,
)
from syndicate.ledger._tiles import _peaks

from ._measure import MICRO, Goal, Result, Scale, cpu_of, ratio_of, told

LEAF_GOAL: Final = Goal(at_most=60.0)
GROWTH_GOAL: Final = Goal(at_most=1.25)
START_GOAL: Final = Goal(at_most=1_000.0)
PROOF_GOAL: Final = Goal(at_most=2.0)
BATCH: Final = 100
_MILLI: Final = 1e3


class Log:
    """A log whose files are bytes in memory."""

    def __init__(self) -> None:
        self.edge = Edge()
        self._leaves: list[bytes] = []  # of the bundle that is not full
        self.files: dict[Tile, bytes] = {}

    def append(self, leaves: Sequence[bytes]) -> bytes:
        """Take leaves in, write all files, and say what there is to sign."""
        first = self.edge.size // TILE_WIDTH
        self._leaves += leaves
        self.edge, tiles = self.edge.append([leaf_hash(leaf) for leaf in leaves])
        for at in range(0, len(self._leaves), TILE_WIDTH):
            part = self._leaves[at : at + TILE_WIDTH]
            self.files[Tile(ENTRIES, first + at // TILE_WIDTH, len(part))] = write_entries(part)
        del self._leaves[: len(self._leaves) // TILE_WIDTH * TILE_WIDTH]
        self.files.update(tiles)
        return Checkpoint("log.example", self.edge.size, self.edge.root).text


def measure(scale: Scale) -> list[Result]:
    """Microseconds a leaf and their growth, milliseconds to start and for a proof."""
    size, batches = scale.of(1_000_000, 10_000), scale.of(200, 5)
    long = Log()
    long.append([_leaf(number) for number in range(size)])
    short_costs, long_costs, starts, proofs = [], [], [], []
    for _ in range(scale.turns):
        short = Log()
        short_costs.append(_appending(short, batches))
        long_costs.append(_appending(long, batches))
        starts.append(cpu_of(lambda: _start(long)) * _MILLI)
        proofs.append(_proving(long, scale.of(200, 5)) * _MILLI)
    behind = [
        told(f"to a log of {at:,} leaves", cost, "µs a leaf")
        for at, cost in ((0, short_costs), (size, long_costs))
    ]
    growth = [long_cost / short_cost for short_cost, long_cost in zip(short_costs, long_costs, strict=True)]
    return [
        _figure(f"CPU of a leaf, {BATCH} at a time, behind {size:,} leaves", long_costs, LEAF_GOAL, "µs"),
        ratio_of("ledger", "CPU of such a leaf ÷ that of one in an empty log", growth, GROWTH_GOAL, behind),
        _figure(f"CPU to start with {size:,} leaves, from the right edge", starts, START_GOAL, "ms"),
        _figure("CPU of a proof from tiles, inclusion and consistency together", proofs, PROOF_GOAL, "ms"),
    ]


def _leaf(number: int) -> bytes:
    return (
        f"syndicate-leaf/v1\nvn.demo\nvn.demo:{number:026}\n1\nmain:{number} publish\n{'A' * 43}\n".encode()
    )


def _appending(log: Log, batches: int) -> float:
    first = log.edge.size
    leaves = [_leaf(number) for number in range(first, first + batches * BATCH)]
    parts = [leaves[at : at + BATCH] for at in range(0, len(leaves), BATCH)]

    def work() -> None:
        for part in parts:
            log.append(part)

    return cpu_of(work) / len(leaves) * MICRO


def _start(log: Log) -> None:
    size = log.edge.size
    _peaks.cache_clear()  # as in a process that has just begun
    started = edge_from(size, [log.files[tile] for tile in edge_tiles(size)])
    if started.root != log.edge.root:
        raise AssertionError("another root after the start: nothing to measure")


def _proving(log: Log, count: int) -> float:
    """Seconds for one inclusion and one consistency proof, over places all over the log."""
    size = log.edge.size
    places = list(islice(range(1, size, max(size // count, 1)), count))

    def work() -> None:
        for at in places:
            prove_inclusion(at, size, {tile: log.files[tile] for tile in tiles_for_inclusion(at, size)})
            prove_consistency(at, size, {tile: log.files[tile] for tile in tiles_for_consistency(at, size)})

    return cpu_of(work) / len(places)


def _figure(what: str, values: Sequence[float], goal: Goal, unit: str) -> Result:
    spread = (min(values), max(values))
    return Result(
        section="ledger", what=what, figure=statistics.median(values), spread=spread, goal=goal, unit=unit
    )
