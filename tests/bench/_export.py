"""What a static copy costs: one new item beside many, and which files it touches.

A real hub and its own export. A file counts as touched when it was put in its place anew, and as changed when
it says something else than before; both are told apart by looking at all files, before and after.
"""

import asyncio
import hashlib
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from exporting import export, stands, touched
from hub_folder import Served, hub_at_work, place

from syndicate.journey import SubmitLimits

from ._measure import Goal, Result, Scale, told

GOAL: Final = Goal(at_most=1.0)
_ITEMS: Final = 500
_AT_ONCE: Final = 100  # submitted together


@dataclass
class _Seen:
    first: float = 0.0  # seconds of CPU
    files: int = 0
    again: list[float] = field(default_factory=list)
    touched: list[int] = field(default_factory=list)
    changed: list[int] = field(default_factory=list)


def measure(scale: Scale) -> list[Result]:
    """Files touched by one new item ÷ files that it changes."""
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        seen = asyncio.run(_copies(Path(made), scale))
    ratios = [touched / changed for touched, changed in zip(seen.touched, seen.changed, strict=True)]
    return [
        Result(
            section="export",
            what="files that one new item touches ÷ files that it changes",
            figure=statistics.median(ratios),
            spread=(min(ratios), max(ratios)),
            goal=GOAL,
            behind=(
                f"files of the copy: {seen.files:,}, made in {seen.first:.1f} s of CPU",
                told("of them touched", seen.touched, "files"),
                told("CPU of an export with one new item", [1000 * each for each in seen.again], "ms"),
            ),
        )
    ]


async def _copies(folder: Path, scale: Scale) -> _Seen:
    seen, copy, items = _Seen(), folder / "copy", scale.of(_ITEMS, 20)
    plenty = SubmitLimits(burst=items + _AT_ONCE, per_second=1_000.0)
    async with place(folder) as here, hub_at_work(here, submit=plenty) as served:
        for start in range(0, items, _AT_ONCE):
            await served.release(*map(_name, range(start, min(start + _AT_ONCE, items))))
        seen.first = await _made(served, copy)
        for turn in range(scale.turns):
            served.clock.time += 1
            await served.release(_name(items + turn))
            placed, said = stands(copy), _said(copy)
            seen.again.append(await _made(served, copy))
            seen.touched.append(len(touched(placed, stands(copy))))
            seen.changed.append(len(touched(said, _said(copy))))
        seen.files = len(stands(copy))
    return seen


def _name(number: int) -> str:
    """A name of letters alone, of which ids are made."""
    return "".join("abcdefghij"[int(digit)] for digit in f"{number:05}")


async def _made(served: Served, copy: Path) -> float:
    before = time.process_time()
    await export(served, copy)
    return time.process_time() - before


def _said(copy: Path) -> Mapping[str, bytes]:
    return {name: hashlib.sha256((copy / name).read_bytes()).digest() for name in stands(copy)}
