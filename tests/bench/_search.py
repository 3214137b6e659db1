"""What a search costs among a million items, for words that are common and words that are rare.

The rows are written without asking anybody: stories of the bench, over and over, each with a word of its own
group (rare) and one of its own (found once). A search goes the whole way that a request goes, from its
parameters to the JSON with its excerpts; a page of the cursor API beside it tells what the machine is worth.
"""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final

from aiohttp.test_utils import make_mocked_request
from yarl import URL

from syndicate.assembly import tune_memory
from syndicate.journey._admit import BATCH
from syndicate.news import KeyId, Registry, compose_token, encode, facets_of
from syndicate.storage import open_storage
from syndicate.storage._search_index import _heads
from syndicate.text import Terms, terms_each
from syndicate.web._items import Items
from syndicate.web._readers import Readers
from syndicate.web._search import SearchAnswers, Searching

from . import _cursor, _newsroom
from ._measure import MICRO, Goal, Result, Scale, cpu_of, ratio_of, told
from ._stories import Story, stories

GOAL: Final = Goal(at_most=50.0)
TERMS_GOAL: Final = Goal(at_most=200.0)
_ITEMS: Final = 1_000_000
_STORIES: Final = 800
_RARE: Final = 20_000  # items of one group
_TIMES: Final = 5
_PERCENT: Final = 0.95
_FILL: Final = (
    (
        "INSERT INTO search_head (rowid, title, summary, beside)"
        " SELECT id, title || ' x' || (id % {rare}) || ' y' || id, summary, beside"
        " FROM version JOIN made_of ON made_of.n = id % {stories} ORDER BY id"
    ),
    (
        "INSERT INTO search_whole (rowid, text, beside)"
        " SELECT id, title || ' x' || (id % {rare}) || ' y' || id || ' ' || summary, beside"
        " FROM version JOIN made_of ON made_of.n = id % {stories} ORDER BY id"
    ),
    (  # of the others no search here shows anything: a million whole tokens would be 7 GB
        "UPDATE version SET token = (SELECT token FROM made_of WHERE n = id % {stories})"
        " WHERE id > (SELECT max(id) FROM version) - 20000 OR id % {rare} IN (1, 2, 5, 777, 1234, 19999)"
    ),
    (
        "INSERT INTO shown (item_id, idx, ver, retracts, sealed_at, cell)"
        " SELECT version_id, idx, 1, 0, sealed_at, cell FROM log"
    ),
    "UPDATE search_reach SET reach = (SELECT max(id) FROM version)",
)
# Words of the bench's stories, each in one script of eight; and made ones.
_COMMON: Final = (
    "the storm", "bão", "พายุ", "台风", "မုန်တိုင်း", "ព្យុះ", "ລົມພາຍຸ", "புயல்", "R&D", "bao mua", "雨",
)  # fmt: skip
_PHRASES: Final = (
    '"the storm"',
    '"ประชาชน"',
    "ความร่วมมือ ภูมิภาค",
    "国际援助",
    '"miền Trung"',
    "South China Sea",
)
_UNCOMMON: Final = ("x777", "x19999", "y1234", "nothingofthekind", "the x777", "x1 x2", '"x5 y5"')


def measure(scale: Scale) -> list[Result]:
    """The 95th percentile of a search, common and rare; and the terms of a title and summary."""
    tune_memory()
    indexing = _terms(scale)
    items = scale.of(_ITEMS, 2_000)
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        folder = Path(made)
        press = _newsroom.Press(folder)
        _fill(folder / "hub.db", items, press.rooms[0])
        found = asyncio.run(_searches(folder / "hub.db", press.registry, scale))
    return [*found, indexing]


def _fill(path: Path, items: int, room: _newsroom.Newsroom) -> None:
    _cursor._fill(path, items, _cursor._short(room))
    stories = []
    for number in range(_STORIES):
        item, _ = room.publish()
        token = compose_token(encode(item), KeyId(room._signer.kid), room._signer.sign)
        head = next(_heads([(number, item, facets_of(item))]))
        stories.append((number, token, *map(str, head[1:])))
    with closing(sqlite3.connect(path)) as shell:
        shell.execute("PRAGMA synchronous=OFF")
        shell.execute("CREATE TEMPORARY TABLE made_of (n INTEGER PRIMARY KEY, token, title, summary, beside)")
        shell.executemany("INSERT INTO made_of VALUES (?, ?, ?, ?, ?)", stories)
        for statement in _FILL:
            shell.execute(statement.format(stories=_STORIES, rare=_RARE))
        shell.commit()


async def _searches(path: Path, registry: Registry, scale: Scale) -> list[Result]:
    async with open_storage(path) as storage:
        world = _cursor._world(storage, registry)
        answers, pages = SearchAnswers(world, Searching(world, Readers())), Items(world)
        page = await _page(pages)
        results = []
        for what, queries in (("common", _COMMON), ("phrases", _PHRASES), ("rare", _UNCOMMON)):
            took = []
            for _ in range(scale.of(_TIMES, 1)):
                took += [(await _search(answers, query), query) for query in queries]
            took.sort()
            middle, last = took[len(took) // 2], took[min(int(len(took) * _PERCENT), len(took) - 1)]
            behind = (
                told("median", [middle[0] * 1_000], "ms"),
                f"slowest: {', '.join(f'{query} {each * 1_000:.1f} ms' for each, query in took[-3:])}",
                told("a page of 20 of the cursor API", [page * 1_000], "ms"),
                told("95th percentile ÷ that page", [last[0] / page], "times"),
            )
            name = f"95th percentile of a search for what is {what}, among {scale.of(_ITEMS, 2_000):,} items"
            results.append(ratio_of("search", name, [last[0] * 1_000], GOAL, behind, unit="ms"))
        return results


async def _search(answers: SearchAnswers, query: str) -> float:
    """Seconds of one whole answer, from its parameters on."""
    request = make_mocked_request("GET", str(URL("/v1/search").with_query(q=query)))
    began = process_time()
    answer = await answers.get(request, "")
    took = process_time() - began
    if answer.status != 200:
        raise AssertionError(f"no answer for {query}: nothing to measure")
    return took


async def _page(pages: Items) -> float:
    request = make_mocked_request("GET", "/v1/items?after=1000&limit=20")
    took = []
    for _ in range(20):
        began = process_time()
        await pages.page(request, "")
        took.append(process_time() - began)
    return sorted(took)[10]


def _terms(scale: Scale) -> Result:
    """What the terms of a title and a summary cost, in eight scripts, with their rows."""
    said = list(islice(stories(7, "h.example"), scale.of(800, 80)))
    turns, made, put = [], [], []
    numbers = count(1)
    with closing(sqlite3.connect(":memory:")) as shell:
        options = "content='', columnsize=0, tokenize='ascii'"
        shell.execute(f"CREATE VIRTUAL TABLE it USING fts5(title, summary, beside, {options})")
        for _ in range(scale.turns):
            rows: list[tuple[str, str, str]] = []
            made.append(cpu_of(partial(_make, rows, said)) / len(said) * MICRO)
            put.append(cpu_of(partial(_put, shell, rows, numbers)) / len(said) * MICRO)
            turns.append(made[-1] + put[-1])
    behind = (told("terms", made, "µs"), told("rows of FTS5", put, "µs"))
    what = "indexing title and summary of an item, mean of eight scripts"
    return ratio_of("search", what, turns, TERMS_GOAL, behind, unit="µs")


def _row(title: Terms, summary: Terms) -> tuple[str, str, str]:
    return " ".join(title.stream), " ".join(summary.stream), " ".join(title.beside | summary.beside)


def _make(rows: list[tuple[str, str, str]], said: Sequence[Story]) -> None:
    for start in range(0, len(said), BATCH):
        some = said[start : start + BATCH]
        made = terms_each([text for each in some for text in (each.title, each.summary)])
        rows.extend(map(_row, made, made))


def _put(shell: sqlite3.Connection, rows: list[tuple[str, str, str]], numbers: Iterator[int]) -> None:
    for some in range(0, len(rows), BATCH):
        some_rows = [(next(numbers), *row) for row in rows[some : some + BATCH]]
        shell.executemany("INSERT INTO it (rowid, title, summary, beside) VALUES (?, ?, ?, ?)", some_rows)
        shell.commit()
