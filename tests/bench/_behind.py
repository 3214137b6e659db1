"""What an item costs behind the log, where nothing waits for it: its whole text in the index, its
fingerprints, its excerpts and its place in stories; each beside a bare check of its signature.
"""

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from syndicate.assembly import tune_memory
from syndicate.journey import Gatherer, Indexer, LocalWakeup, PassageIndex

from ._ingest import check_bare, intake, signed_of
from ._measure import MICRO, Goal, Result, Scale, Stopwatch, cpu_of, ratio_of, told
from ._newsroom import ENTRIES, Issue, Press

# Of all three together: ours, set when the first figures were there, to see what makes it worse. With it
# 10,000 items a day take two minutes of a core, or five if each is a template of others before it.
UNLIKE_GOAL: Final = Goal(at_most=40.0)
ALIKE_GOAL: Final = Goal(at_most=120.0)
_STORED: Final = 20  # documents that were taken in before
_WINDOW: Final = 50_000  # versions whose passages are found
_WORKERS: Final = ("index of whole texts", "fingerprints", "excerpts, translations, stories")


def measure(scale: Scale) -> list[Result]:
    """CPU of what follows the log ÷ that of the bare signature checks: of unlike texts, and of templates."""
    tune_memory()
    return [_of_texts(scale, unlike=unlike) for unlike in (True, False)]


def _of_texts(scale: Scale, *, unlike: bool) -> Result:
    stored = scale.of(_STORED, 1)
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        folder = Path(made)
        press = Press(folder, unlike=unlike)
        rounds = [list(press.issues(stored if each == 0 else 1)) for each in range(scale.turns + 1)]
        turns = asyncio.run(_turns(folder / "hub.db", press, rounds))
    behind = [told("bare Ed25519 check", [bare for bare, *_ in turns], "µs an item")]
    for place, what in enumerate(_WORKERS, 1):
        behind.append(told(what, [turn[place] for turn in turns], "µs an item"))
    texts = "texts unlike each other" if unlike else "texts that are templates of each other"
    what = f"CPU of an item behind the log, among {stored * ENTRIES:,} {texts} ÷ bare signature check"
    goal = UNLIKE_GOAL if unlike else ALIKE_GOAL
    return ratio_of("behind", what, [sum(costs) / bare for bare, *costs in turns], goal, behind)


async def _turns(path: Path, press: Press, rounds: Sequence[Sequence[Issue]]) -> list[tuple[float, ...]]:
    """For each round but the first, microseconds an item: the bare check, and each of the workers."""
    turns = []
    async with intake(path, press.registry) as open_:
        wakeup = LocalWakeup()
        passages = PassageIndex(open_.storage, wakeup, window=_WINDOW)
        gatherer = Gatherer(open_.storage, passages, wakeup, lambda: press.registry)
        workers = (Indexer(open_.storage, wakeup), passages, gatherer)
        for issues in rounds:
            await open_.ingest(issues)
            signed = [each for issue in issues for each in signed_of(issue, press.registry)]
            costs = [cpu_of(partial(check_bare, signed))]
            for worker in workers:
                with (watch := Stopwatch()):
                    await worker.catch_up()
                costs.append(watch.seconds)
            turns.append(tuple(cost / len(signed) * MICRO for cost in costs))
            if passages.behind or gatherer.behind:
                raise AssertionError("somebody is still behind the log: nothing to measure")
    return turns[1:]
