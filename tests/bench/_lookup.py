"""What a question costs among a million items, and what it costs to keep them found.

Some hundreds of items are real and go the whole way. The others are rows with drawn fingerprints, as many as
an item of two thousand letters has, in the runs that they would stand in: a question has to look into all of
these.
"""

import asyncio
import random
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from time import perf_counter, process_time
from typing import Final

import numpy as np
from asking import world_texts
from kept import Bell, keep, published
from press import NOON, PressRoom, registry

from syndicate.dedupe import postings
from syndicate.journey import Lookup, LookupLimits, PassageIndex
from syndicate.news import Content
from syndicate.storage import open_storage

from ._measure import Goal, Result, Scale, ratio_of, told

GOAL: Final = Goal(at_most=100)  # milliseconds
BYTES: Final = Goal(at_most=1_500)
_ITEMS: Final = 1_000_000
_REAL: Final = 1_500
_PRINTS: Final = 108  # of two thousand letters
_SMALL: Final = 4_096  # items in a small run
_LINE: Final = "This bulletin was made by a machine, and a duty officer has read it before it was published."
_QUESTIONS: Final = 60  # of each kind
_MILLI: Final = 1_000
_ROWS: Final = (
    """
    CREATE TEMPORARY TABLE made AS
    WITH RECURSIVE n (i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last) SELECT i FROM n
    """,
    """
    INSERT INTO item (id, sub, highest, act, newest)
    SELECT i + 1, 'zz.made:' || i, 1, 'publish', i + 1 FROM made
    """,
    """
    INSERT INTO version (id, item_id, ver, act, agency, lang, stream, seq, received_at, marks, digest, token)
    SELECT i + 1, i + 1, 1, 'publish', 'zz.made', 'en', 'main', i, 0, '', 'made ' || i, 'x' FROM made
    """,
    "INSERT INTO facets (version_id, cell, topics) SELECT i + 1, 1, '[]' FROM made",
    "INSERT INTO log (idx, version_id, sealed_at, cell) SELECT i, i + 1, i, 1 FROM made",
    """
    INSERT INTO passage_key (key, idx)
    SELECT key, i FROM (SELECT i * 2654435761 * 40503 AS key, i FROM made
                        UNION ALL SELECT -i * 2654435761 * 40507, i FROM made) ORDER BY key
    """,
    "UPDATE horizon SET visible = :last + 1",
    "UPDATE passage_state SET reached = :last",
)


def measure(scale: Scale) -> list[Result]:
    """p95 of a question in a million items, and the bytes that an item's fingerprints take."""
    items, real = scale.of(_ITEMS, 20_000), scale.of(_REAL, 60)
    with tempfile.TemporaryDirectory(prefix="syndicate-bench-") as made:
        path = Path(made) / "hub.db"
        return asyncio.run(_measured(path, items, real, scale))


async def _measured(path: Path, items: int, real: int, scale: Scale) -> list[Result]:
    room = PressRoom("vn.demo")
    texts = list(_texts(real))
    taken_in = await _fill(path, room, texts)
    size = _fill_up(path, real, items)
    async with open_storage(path) as storage:
        index = PassageIndex(storage, Bell(), window=items * 2)
        await index.catch_up()
        lookup = Lookup(storage, index, LookupLimits())
        kinds = _questions(texts, scale.of(_QUESTIONS, 3))
        costs: dict[str, list[tuple[float, float]]] = {kind: [] for kind in kinds}
        try:
            for kind, (wanted, questions) in kinds.items():
                for question in questions:
                    began, wall = process_time(), perf_counter()
                    answer = await lookup.ask(question, registry(room))
                    costs[kind].append((process_time() - began, perf_counter() - wall))
                    assert answer.verdict in wanted, (kind, answer.verdict)
        finally:
            lookup.close()
    every = [cpu for each in costs.values() for cpu, _ in each]
    behind = [told(f"{kind}: CPU", [cpu * _MILLI for cpu, _ in each], "ms") for kind, each in costs.items()]
    walls = sorted(wall for each in costs.values() for _, wall in each)
    behind.append(f"by the wall's clock: p95 {_p95(walls) * _MILLI:.1f} ms")
    behind.append(f"to take an item in: {taken_in * _MILLI:.2f} ms of CPU")
    p95 = [_p95(sorted(every)) * _MILLI]
    what = f"a question in {items:,} items, p95 of all kinds, CPU"
    return [
        ratio_of("lookup", what, p95, GOAL, behind, unit="ms"),
        ratio_of(
            "lookup", "what an item of 2,000 letters takes to be found", [size], BYTES, (), unit="bytes"
        ),
    ]


def _texts(real: int) -> Iterator[str]:
    """Texts of some two thousand letters in every script; every fifth ends in a line that all have."""
    drawn = random.Random(7)
    every = list(world_texts().values())
    for number in range(real):
        articles = every[number % len(every)]
        text = f"{number} " + "\n".join(drawn.sample(list(articles), 8)) + f"\n{number * 7919}"
        yield text + (f"\n{_LINE}" if number % 5 == 0 else "")


async def _fill(path: Path, room: PressRoom, texts: Sequence[str]) -> float:
    """The real items, the whole way; the seconds of CPU that it takes to have one found."""
    async with open_storage(path) as storage:
        index = PassageIndex(storage, Bell(), window=_ITEMS)
        for number, text in enumerate(texts):
            name = "".join(chr(98 + int(digit)) for digit in str(number))
            body = Content(type="text/plain", body=text)
            await keep(storage, *published(room, name, title=f"Item {number}", content=body))
        while await storage.seal(NOON + 1.0):
            pass
        began = process_time()
        await index.catch_up()
        return (process_time() - began) / len(texts)


def _fill_up(path: Path, real: int, items: int) -> float:
    """The other items, in runs as they would be; the bytes that one takes."""
    with closing(sqlite3.connect(path)) as shell:
        shell.execute("PRAGMA synchronous=OFF")
        before = _pages(shell)
        drawn = np.random.default_rng(1)
        large, rest = divmod(items - real, _SMALL * postings.FAN)
        at = real
        sizes = [_SMALL * postings.FAN] * large + [_SMALL] * min(rest // _SMALL, postings.FAN - 1)
        for run, size in enumerate(sizes, 1):
            level = postings.LARGE if size > _SMALL else postings.SMALL
            shell.execute(
                "INSERT INTO passage_run (id, level, first, last, merges) VALUES (?, ?, ?, ?, '')",
                (run, level, at, at + size - 1),
            )
            _draw(shell, drawn, run, level, range(at, at + size))
            at += size
        taken = (_pages(shell) - before) / max(at - real, 1)
        for statement in _ROWS:
            shell.execute(statement, {"first": real, "last": items - 1} if ":" in statement else {})
        shell.commit()
    return taken


def _draw(shell: sqlite3.Connection, drawn: np.random.Generator, run: int, level: int, at: range) -> None:
    """A run of drawn fingerprints; a part of its items at a time, so that memory stays small."""
    step = 4_096 * (1 if level == postings.SMALL else 16)
    for first in range(0, len(at), step):
        count = min(step, len(at) - first)
        prints = drawn.integers(-(2**63), 2**63, size=(count, _PRINTS), dtype=np.int64)
        waiting = [(at[first + number], row.tobytes()) for number, row in enumerate(prints)]
        small = postings.small_run(waiting)
        made = small if level == postings.SMALL else {
            number: entries
            for bucket, part in small.items()
            for number, entries in postings.large_buckets(bucket, [part]).items()
        }  # fmt: skip
        rows = [(run * 8_192 + number, entries) for number, entries in made.items()]
        shell.executemany("INSERT INTO passage_bucket (id, entries) VALUES (?, ?)", rows)


def _pages(shell: sqlite3.Connection) -> int:
    pages, size = (shell.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages) * int(size)


def _questions(texts: Sequence[str], many: int) -> dict[str, tuple[set[str], list[str]]]:
    drawn = random.Random(3)
    some = [drawn.choice(texts) for _ in range(many)]
    cut = [text[(at := drawn.randrange(len(text) // 2)) : at + 60] for text in some]
    altered = [text.replace(text[200:212], "-", 1).replace("a", "o", 3) for text in some]
    found = {"published"}
    return {
        "sixty characters": (found | {"similar"}, cut),
        "a whole text": (found, some),
        "an altered copy": ({"similar", "published"}, altered),
        "a headline": (found, [f"item {drawn.randrange(len(texts))}" for _ in range(many)]),
        "a line that hundreds have": (found, [_LINE] * many),
        "what is nowhere": ({"not-found"}, [_nonsense(drawn) for _ in range(many)]),
    }


def _nonsense(drawn: random.Random) -> str:
    return " ".join("".join(drawn.choices("bdfghklmnprstvz", k=5)) for _ in range(400))


def _p95(values: Sequence[float]) -> float:
    return values[min(len(values) - 1, round(0.95 * len(values)))]
