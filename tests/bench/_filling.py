"""A process that fills a database and compares what ingest costs in it with what it costs in a small one,
rows of bands apart (section ``relations`` has these).

``python -m tests.bench._filling FOLDER ITEMS TURNS``: it says on stderr how far it is, leaves the registry
and ``large.db`` in FOLDER, beside it in ``more.txt`` the next 1,000 tokens, and prints one JSON line: for
each turn the seconds of CPU an item takes in the small and in the large database.
"""

import asyncio
import json
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

from ._ingest import Intake, intake
from ._newsroom import ENTRIES, Press

SMALL: Final = 1_000  # items
MORE: Final = 1_000
_ISSUES_A_TURN: Final = 3
_TELL_EVERY: Final = 10_000  # items


async def main(folder: Path, items: int, turns: int) -> list[tuple[float, float]]:
    """Fill, measure both in turns, write on; the seconds of CPU an item, small and large."""
    presses = Press(folder, unlike=True), Press(_made(folder / "small"), unlike=True)
    registry = presses[0].registry
    async with AsyncExitStack() as opened:
        large = await opened.enter_async_context(intake(folder / "large.db", registry))
        small = await opened.enter_async_context(intake(folder / "small.db", registry))
        await _fill(large, presses[0], items)
        await _fill(small, presses[1], min(SMALL, items))
        costs = [(await _turn(small, presses[1]), await _turn(large, presses[0])) for _ in range(turns)]
    more = [token for tokens in presses[0].tokens(min(MORE, items)) for token in tokens]
    (folder / "more.txt").write_text("\n".join(more), encoding="ascii")
    return costs


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


async def _fill(into: Intake, press: Press, items: int) -> None:
    stored = 0
    for tokens in press.tokens(items):
        await into.take(tokens)
        stored += len(tokens)
        if stored % _TELL_EVERY == 0:
            print(f"  {stored:,} of {items:,} items stored", file=sys.stderr, flush=True)


async def _turn(into: Intake, press: Press) -> float:
    stages = await into.ingest(list(press.issues(_ISSUES_A_TURN)))
    return (stages.whole - stages.banding) / (_ISSUES_A_TURN * ENTRIES)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))))
