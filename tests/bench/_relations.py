"""What finding candidates costs with few and with very many items in the window, and what it adds to ingest.

The window is written without asking anybody: so many sketches of texts that have nothing in common, each with
its bands. New versions come in batches as admission has them; every tenth is like one that is there.
"""

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final, NamedTuple

import numpy as np

from syndicate.assembly import tune_memory
from syndicate.dedupe import matter_of, sketch, weigh
from syndicate.news import AgencyId, ItemId
from syndicate.ports import Sketched
from syndicate.storage import _kin
from syndicate.storage._database import open_database
from syndicate.storage._hub_tables import HUB

from . import _newsroom
from ._measure import MICRO, Goal, Result, Scale, ratio_of, told
from ._newsroom import NOON

GOAL: Final = Goal(at_most=3.0)
_FEW: Final = 10_000
_MANY: Final = 1_000_000
_BATCH: Final = 100
_BATCHES: Final = 5  # in a turn
_BANDS: Final = 24
_MEMBERS: Final = ("bn", "id", "kh", "la", "mm", "my", "ph", "sg", "th", "tl", "vn")
_AGENCIES: Final = tuple(f"{code}.bench" for code in _MEMBERS)
_AT_ONCE: Final = 200_000  # rows written at a time


class Costs(NamedTuple):
    """Seconds of processor time of one item."""

    finding: float
    keeping: float


def measure(scale: Scale) -> list[Result]:
    """Candidates among a million ÷ among ten thousand; and what stands behind an item's share."""
    tune_memory()
    few, many = scale.of(_FEW, 200), scale.of(_MANY, 2_000)
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        windows = [_Window(Path(made) / f"{size}.db", size) for size in (few, many)]
        turns = []
        for turn in range(scale.turns + 1):
            costs = [window.cost(turn) for window in windows]
            if turn:  # the first one warmed up
                turns.append(costs)
    return [_result(turns, few, many, scale)]


def _result(turns: Sequence[Sequence[Costs]], few: int, many: int, scale: Scale) -> Result:
    behind = [
        told(
            f"candidates, {size:,} in the window",
            [costs[at].finding * MICRO for costs in turns],
            "µs an item",
        )
        for at, size in enumerate((few, many))
    ]
    behind += [
        told(
            f"rows for the bands, {size:,} in it",
            [costs[at].keeping * MICRO for costs in turns],
            "µs an item",
        )
        for at, size in enumerate((few, many))
    ]
    behind += _shares(scale)
    what = f"finding candidates, {many:,} items in the window ÷ {few:,}"
    return ratio_of("relations", what, [far.finding / near.finding for near, far in turns], GOAL, behind)


def _shares(scale: Scale) -> Iterator[str]:
    """What an item's sketch takes, and the comparison of one with one candidate."""
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        press = _newsroom.Press(Path(made))
        items = [room.publish()[0] for room in press.rooms for _ in range(scale.of(5, 1))]
    sketching, comparing = [], []
    for _ in range(scale.turns):
        before = process_time()
        for item in items:
            sketch(matter_of(item))
        sketching.append((process_time() - before) / len(items))
        before = process_time()
        for item, other in pairwise(items):
            weigh(item, other)
        comparing.append((process_time() - before) / max(1, len(items) - 1))
    yield told("sketch of a story of 4 kB", [each * MICRO for each in sketching], "µs an item")
    yield told("compared with one candidate", [each * MICRO for each in comparing], "µs a pair")


class _Window:
    """A database with so many sketches in it."""

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._size = size
        self._next = size
        with open_database(path, HUB):
            pass
        generator = np.random.default_rng(size)
        self._keys = generator.integers(-(2**63), 2**63, size=(size, _BANDS), dtype=np.int64)
        with closing(sqlite3.connect(path)) as shell:
            shell.execute("PRAGMA synchronous=OFF")
            self._fill(shell)
            shell.commit()

    def _fill(self, shell: sqlite3.Connection) -> None:
        ids = np.repeat(np.arange(1, self._size + 1), _BANDS)
        flat = self._keys.ravel()
        order = np.argsort(flat)
        for start in range(0, len(order), _AT_ONCE):
            some = order[start : start + _AT_ONCE]
            rows = zip(flat[some].tolist(), ids[some].tolist(), strict=True)
            shell.executemany(
                "INSERT INTO band (key, agency, version_id) VALUES (?, ?, ?)",
                ((key, _AGENCIES[id_ % len(_AGENCIES)], id_) for key, id_ in rows),
            )
        shell.executemany(
            "INSERT INTO sketch VALUES (?, ?, ?, ?, 1, ?)",
            (
                (id_, id_, _AGENCIES[id_ % len(_AGENCIES)], NOON, self._keys[id_ - 1].tobytes())
                for id_ in range(1, self._size + 1)
            ),
        )

    def cost(self, turn: int) -> Costs:
        """Seconds of processor time of one item, for finding and for keeping."""
        chance = random.Random(turn)
        finding = keeping = 0.0
        with open_database(self._path, HUB) as connection:
            # No items stand behind these sketches.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            for batch in [list(self._batch(chance)) for _ in range(_BATCHES)]:
                began = process_time()
                with connection.begin():
                    buckets = _kin.Buckets(connection, batch)
                    for one in batch:
                        buckets.like(one)
                        buckets.take(one)
                    found = process_time()
                    buckets.keep(connection)
                finding += found - began
                keeping += process_time() - found
        items = _BATCHES * _BATCH
        return Costs(finding / items, keeping / items)

    def _batch(self, chance: random.Random) -> Iterator[_kin.Kept]:
        for number in range(_BATCH):
            self._next += 1
            like = chance.randrange(self._size)
            bands = [chance.getrandbits(63) for _ in range(_BANDS)]
            if number % 10 == 0:
                bands[:6] = self._keys[like][:6].tolist()
            agency = AgencyId(_AGENCIES[number % len(_AGENCIES)])
            said = Sketched(
                sub=ItemId(f"{agency}:{self._next:026}"), ver=1, agency=agency, received_at=NOON,
                folding=1, bands=tuple(bands), met=False,
            )  # fmt: skip
            yield _kin.Kept(self._next, self._next, said)
