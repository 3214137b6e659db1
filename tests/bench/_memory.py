"""What a hub with 100,000 items holds in memory while it serves, and what ingest costs there."""

import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from ._measure import MICRO, Goal, Result, Scale, ratio_of, told
from ._newsroom import ENTRIES
from ._visitor import ROOT, Child, Visitor, child

PEAK_GOAL: Final = Goal(at_most=300.0)
GROWTH_GOAL: Final = Goal(at_most=1.2)
_SLICES: Final = ("all", "vn", "th", "lang/my", "lang/en", "agency/kh.bench")
_FORMATS: Final = ("rss", "atom", "json")
_CODINGS: Final = ("identity", "gzip", "br")
_PAGES: Final = 50
_PAGE_ITEMS: Final = 200  # as many as it gives at a time


def measure(scale: Scale) -> list[Result]:
    """Peak memory with all items stored, and ingest's CPU there ÷ that at 1,000 items."""
    items = scale.of(100_000, 200)
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        folder = Path(made)
        costs = _fill(folder, items, scale.turns)
        return [_growth(items, costs), _peak(folder, items, scale)]


def _fill(folder: Path, items: int, turns: int) -> list[tuple[float, float]]:
    words = [sys.executable, "-m", "tests.bench._filling", str(folder), str(items), str(turns)]
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    costs: list[tuple[float, float]] = json.loads(done.stdout)
    return costs


def _growth(items: int, costs: Sequence[tuple[float, float]]) -> Result:
    small, large = ([each[which] * MICRO for each in costs] for which in (0, 1))
    behind = [
        told("at 1,000 items", small, "µs of CPU an item"),
        told(f"at {items:,} items", large, "µs of CPU an item"),
    ]
    what = f"CPU of an item's ingest at {items:,} items stored ÷ that at 1,000"
    return ratio_of(
        "memory", what, [there / here for here, there in zip(small, large, strict=True)], GROWTH_GOAL, behind
    )


def _peak(folder: Path, items: int, scale: Scale) -> Result:
    seen: list[tuple[str, float]] = []
    slices, pages = _SLICES[: scale.of(len(_SLICES), 1)], scale.of(_PAGES, 2)
    with (
        child(folder / "large.db", folder / "repository", folder / "root.json") as hub,
        closing(Visitor(hub.port)) as visitor,
    ):
        seen.append(("it opened", _megabytes(hub)))
        _read_feeds(visitor, slices)
        seen.append(("feeds in every format", _megabytes(hub)))
        _read_pages(visitor, items, pages)
        seen.append(("pages of the order", _megabytes(hub)))
        _submit(visitor, folder)
        seen.append(("1,000 more items", _megabytes(hub)))
        _read_feeds(visitor, slices)
        seen.append(("the feeds made anew", _megabytes(hub)))
    peak = seen[-1][1]
    return Result(
        section="memory",
        what=f"MB of memory, at the most, of a hub that serves with {items:,} items stored",
        figure=peak,
        spread=(peak, peak),
        goal=PEAK_GOAL,
        unit="MB",
        behind=tuple(f"after {what}: {most:.0f} MB" for what, most in seen),
    )


def _megabytes(hub: Child) -> float:
    kilobytes: int = hub.ask()["kilobytes"]
    return kilobytes * 1024 / 1e6


def _read_feeds(visitor: Visitor, slices: Sequence[str]) -> None:
    for slice_ in slices:
        for format_ in _FORMATS:
            for coding in _CODINGS:
                _expect(visitor.get(f"/feeds/{slice_}.{format_}", f"Accept-Encoding: {coding}")[0])


def _read_pages(visitor: Visitor, items: int, pages: int) -> None:
    for number in range(pages):
        after = number * items // pages - 1
        _expect(visitor.get(f"/v1/items?after={after}&limit={_PAGE_ITEMS}")[0])


def _submit(visitor: Visitor, folder: Path) -> None:
    tokens = (folder / "more.txt").read_text(encoding="ascii").split("\n")
    for start in range(0, len(tokens), ENTRIES):
        status, _, body = visitor.post(
            "/v1/submit", "\n".join(tokens[start : start + ENTRIES]).encode("ascii")
        )
        _expect(status)
        results = json.loads(body)["results"]
        if {each["outcome"] for each in results} != {"admitted"}:
            raise AssertionError("not every item was admitted: nothing to measure")


def _expect(status: int) -> None:
    if status != 200:
        raise AssertionError(f"the hub answered {status}")
