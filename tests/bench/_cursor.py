"""What a page of the cursor API costs far back in a million items, of all of them and of narrow slices.

The rows are written without asking anybody, with one short token for all: what differs between the first page
and one behind index 900,000 is where their rows lie, and nothing else.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Final, NamedTuple

from aiohttp.test_utils import make_mocked_request
from logging_hub import alone, log_signer

from syndicate.assembly import tune_memory
from syndicate.journey import LocalWakeup, Press
from syndicate.news import KeyId, Registry, Slice, compose_token, encode
from syndicate.ports import Storage
from syndicate.republish import parse_slice
from syndicate.storage import open_storage
from syndicate.web import CODINGS
from syndicate.web._items import Items
from syndicate.web._metrics import Metrics
from syndicate.web._world import World
from syndicate.wire import MEDIA_TYPES, Typesetter

from . import _newsroom
from ._measure import MICRO, Goal, Result, Scale, ratio_of, told
from ._newsroom import NOON, StillClock

GOAL: Final = Goal(at_most=1.2)
_ITEMS: Final = 1_000_000
_PAGE: Final = 1_000
_FAR: Final = 0.9  # of the way
_PAGES: Final = 5  # of each kind in a turn
_SLICES: Final = (
    "all",
    "vn",
    "vn/lang/vi/kind/story",
    "lang/en/topic/04000000",
    "vn/topic/04000000/urgency/5",
    "la/lang/vi/topic/16000000/urgency/1/kind/alert",  # each of these is common, all together never are
)
# Ten members with two agencies each, in two languages; one item in twenty is no story.
_MADE: Final = """
    CREATE TEMPORARY TABLE made AS
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :items),
    drawn (i, a, b, c, d) AS (
        SELECT i, i * 2654435761 % 4294967296 / 65536, i * 2246822519 % 4294967296 / 65536,
               i * 3266489917 % 4294967296 / 65536, i * 668265263 % 4294967296 / 65536 FROM n
    ),
    drawn_by (i, member, b, c, d) AS (
        SELECT i, substr('bnkhidlammphsgthvntl', a % 10 * 2 + 1, 2), b, c, d FROM drawn
    )
    SELECT i, member, member || iif(b % 3, '.bench', '.other') AS agency,
           iif(b % 5, 'en', iif(member = 'la', 'lo', 'vi')) AS lang,
           CASE c % 100 WHEN 0 THEN 'alert' WHEN 1 THEN 'rebuttal' WHEN 2 THEN 'notice'
                        WHEN 3 THEN 'explainer' WHEN 4 THEN 'checking' ELSE 'story' END AS kind,
           CASE d % 8 WHEN 0 THEN 1 WHEN 1 THEN 3 WHEN 2 THEN 4 WHEN 3 THEN 5 WHEN 4 THEN 5
                      WHEN 5 THEN 8 ELSE 10 END AS urgency,
           c % 50 = 7 AS corrected,
           CASE d % 3 WHEN 0 THEN '["04000000"]' WHEN 1 THEN '["04000000","16000000"]'
                      ELSE '[]' END AS topics
    FROM drawn_by
"""
_CELLS: Final = """
    INSERT INTO cell (member, agency, lang, kind, urgency, corrected)
    SELECT DISTINCT member, agency, lang, kind, urgency, corrected FROM made
"""
_ITEM_ROWS: Final = """
    INSERT INTO item (id, sub, highest, act, newest)
    SELECT i, agency || ':' || substr('aaaaaaaaaaaaaaaaaaaaaaaaaa' || i, -26), 1, 'publish', i FROM made
"""
_VERSION_ROWS: Final = """
    INSERT INTO version (id, item_id, ver, act, agency, lang, stream, seq, received_at, marks, digest, token)
    SELECT i, i, 1, 'publish', agency, lang, 'main', i, :noon, '',
           substr('AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' || i, -43), :token FROM made
"""
_FACETS_ROWS: Final = """
    INSERT INTO facets (version_id, cell, topics)
    SELECT i, cell.id, topics FROM made CROSS JOIN cell USING (agency, lang, kind, urgency, corrected)
"""
_LOG_ROWS: Final = """
    INSERT INTO log SELECT version_id - 1, version_id, :noon + version_id, cell FROM facets
"""
_TOPIC_ROWS: Final = """
    INSERT INTO log_topic SELECT topic.value, cell, version_id - 1
    FROM facets, json_each(topics) AS topic ORDER BY 1, 2, 3
"""
_SHOWN: Final = "UPDATE horizon SET visible = :items"
_FILL: Final = (
    _MADE, _CELLS, _ITEM_ROWS, _VERSION_ROWS, _FACETS_ROWS, _LOG_ROWS, _TOPIC_ROWS, _SHOWN,
)  # fmt: skip


class _Costs(NamedTuple):
    """Seconds of processor time."""

    first: float
    far: float
    newest: float  # of the slice, as asked before each rendering


def measure(scale: Scale) -> list[Result]:
    """A page far back ÷ the first page, for everything and for narrow slices."""
    tune_memory()
    items = scale.of(_ITEMS, 2_000)
    with TemporaryDirectory(prefix="syndicate-bench-") as made:
        folder = Path(made)
        press = _newsroom.Press(folder)
        _fill(folder / "hub.db", items, _short(press.rooms[0]))
        costs = asyncio.run(_costs(folder / "hub.db", press.registry, items, scale))
    return [_result(path, turns, items) for path, turns in costs.items()]


def _short(room: _newsroom.Newsroom) -> str:
    """A token that is quickly read: what is measured is how its row is found."""
    item, _ = room.publish()
    bare = replace(item, content=None, summary=None, media=())
    return compose_token(encode(bare), KeyId(room._signer.kid), room._signer.sign)


def _fill(path: Path, items: int, token: str) -> None:
    async def make() -> None:
        async with open_storage(path):
            pass

    asyncio.run(make())
    with closing(sqlite3.connect(path)) as shell:
        shell.execute("PRAGMA synchronous=OFF")
        values = {"items": items, "noon": NOON, "token": token}
        for statement in _FILL:
            shell.execute(statement, values)
        shell.commit()


async def _costs(path: Path, registry: Registry, items: int, scale: Scale) -> dict[str, list[_Costs]]:
    async with open_storage(path) as storage:
        pages = Items(_world(storage, registry))
        found: dict[str, list[_Costs]] = {slice_: [] for slice_ in _SLICES}
        for turn in range(scale.turns + 1):
            for slice_, costs in found.items():
                asked = parse_slice(slice_)
                assert asked is not None
                made = _Costs(
                    first=await _page(pages, asked, -1, scale),
                    far=await _page(pages, asked, int(items * _FAR) - 1, scale),
                    newest=await _newest(storage, asked),
                )
                if turn:  # the first one warmed up
                    costs.append(made)
    return found


async def _page(pages: Items, slice_: Slice, after: int, scale: Scale) -> float:
    """Seconds of processor time that one page takes, of all threads."""
    limit = scale.of(_PAGE, 20)
    request = make_mocked_request("GET", f"/v1/items?after={after}&limit={limit}&{slice_.query}".rstrip("&"))
    before = process_time()
    for _ in range(_PAGES):
        answer = await pages.page(request, "")
        if answer.status != 200:
            raise AssertionError(f"no page of {slice_.path}: nothing to measure")
    return (process_time() - before) / _PAGES


async def _newest(storage: Storage, slice_: Slice) -> float:
    before = process_time()
    for _ in range(_PAGES):
        await storage.newest(slice_)
    return (process_time() - before) / _PAGES


def _world(storage: Storage, registry: Registry) -> World:
    clock = StillClock()
    return World(
        storage=storage,
        registry=lambda: registry,
        press=Press(
            storage, lambda: registry, clock, LocalWakeup(), Typesetter(),
            media_types=MEDIA_TYPES, codings=CODINGS, base_url="https://hub.example",
        ),
        submission=None,
        clock=clock,
        alive=dict,
        policy=lambda: alone(log_signer()),
        log_waits=str,
        metrics=Metrics(),
        base_url="https://hub.example",
        registry_files=Path("none"),
    )  # fmt: skip


def _result(path: str, turns: Sequence[_Costs], items: int) -> Result:
    behind = (
        told("the first page", [each.first * MICRO for each in turns], "µs"),
        told(f"behind index {int(items * _FAR):,}", [each.far * MICRO for each in turns], "µs"),
        told("its newest index", [each.newest * MICRO for each in turns], "µs"),
    )
    what = f"a page of {_PAGE:,} far back in {items:,} items ÷ the first one, of {path}"
    return ratio_of("cursor", what, [each.far / each.first for each in turns], GOAL, behind)
