"""With a million rows every question must still be a search in an index, never a walk through a table."""

import json
import random
import sqlite3
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from press import NOON
from sqlalchemy import event

from syndicate.ledger import ENTRIES, Tile
from syndicate.news import (
    AgencyId,
    Facets,
    FeedId,
    Held,
    Index,
    ItemId,
    Kind,
    MemberCode,
    Reason,
    Refused,
    Slice,
    StreamName,
    TokenDigest,
)
from syndicate.ports import Book, FeedState, KeptCheckpoint, Storage, Window
from syndicate.storage import open_storage
from syndicate.storage._hub import SqliteStorage
from syndicate.storage._slices import find

VN, MAIN, SUB = AgencyId("vn.demo"), StreamName("main"), ItemId("vn.demo:x")
SLICES = (
    Slice(),
    Slice(member=MemberCode("vn")),
    Slice(agency=VN),
    Slice(lang="vi"),
    Slice(topic="04000000"),
    Slice(urgency=3),
    Slice(kind="corrections"),
    Slice(member=MemberCode("vn"), lang="vi", kind="story"),
    Slice(agency=VN, lang="vi", topic="04000000", urgency=5, kind="story"),
)
# Small tables that are always read whole (a row for each feed, agency, reason or cell) may be walked. Streams
# are no small table: an agency opens as many as it likes.
SMALL = ("feed", "receipt", "refusal_count", "cell", "json_each", "asked", "topic", "touched")


def ask_everything_of(book: Book) -> None:
    book.known([TokenDigest("d")])
    book.items([SUB])
    book.versions([(SUB, 1)])
    book.streams([(VN, MAIN)])
    book.numbered([(VN, MAIN, 7)])
    book.held(VN)
    book.release([TokenDigest("d")])
    refused = Refused(reason=Reason.KEY_UNKNOWN, detail="?", agency=VN)
    book.keep_refused([(refused, "submit", "t")], NOON)
    held = Held(reason=Reason.STREAM_FORKED, detail="?", agency=VN, digest=TokenDigest("h"))
    book.hold([(held, "submit", "t")], NOON)
    book.keep_feed(FeedState(feed=FeedId("vn.demo/main")))


async def ask_everything(storage: Storage) -> None:
    await storage.write(ask_everything_of)
    await storage.seal(NOON)
    await storage.known([TokenDigest("d")])
    for slice_ in SLICES:
        await storage.page(slice_, 5, 10)
        await storage.window(slice_, Window(seconds=60, least=5, most=50))
        await storage.window(slice_, Window(seconds=0, least=5, most=5, before=Index(9)))
    await storage.version(SUB, 1)
    await storage.history(SUB)
    await storage.standing([SUB, ItemId("vn.demo:another")])
    await storage.relations(SUB)
    await storage.log.hidden(10)
    await storage.log.add_act(b"an act")
    await storage.seal(NOON, show=False)
    await storage.log.hidden(10)
    await storage.log.show(storage.log.edge.size)
    await storage.log.tiles([Tile(0, 0, 1), Tile(ENTRIES, 0, 1)])
    await storage.log.keep_checkpoint(KeptCheckpoint(size=1, note=b"a note", quorum=False))
    await storage.log.newest_checkpoint(proved=True)
    await storage.log.newest_checkpoint(proved=False)
    await storage.log.checkpoint_over(Index(3))
    await storage.log.act("digest")
    await storage.refusals()
    await storage.refusals(agency=VN, proved=True)
    await storage.stream_states(VN)
    await storage.stream_state((VN, StreamName("main")))


async def test_no_question_walks_through_a_table(tmp_path: Path) -> None:
    asked: dict[str, Any] = {}

    def listen(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> None:
        asked[statement] = parameters

    path = tmp_path / "hub.db"
    async with open_storage(path):
        pass
    _fill(path, 50)
    async with open_storage(path) as storage:
        assert isinstance(storage, SqliteStorage)
        for engine in (storage._connection.engine, storage._readers):
            event.listen(engine, "before_cursor_execute", listen)
        await ask_everything(storage)
    shell = sqlite3.connect(path)
    walked = []
    for statement, parameters in asked.items():
        if statement.lstrip().startswith(("SELECT", "WITH", "DELETE", "UPDATE")):
            one = parameters[0] if isinstance(parameters, list) else parameters
            steps = shell.execute(f"EXPLAIN QUERY PLAN {statement}", one)
            walked += [(statement, step) for *_, step in steps if _walks(statement, step)]
    shell.close()
    assert walked == [], "\n\n".join(f"{step}\n{statement}" for statement, step in walked)
    assert len(asked) > 20


def _walks(statement: str, step: str) -> bool:
    """Whether a step reads more than its answer: a table from end to end, or all of something to sort it."""
    if "ORDER BY" in step:  # what a slice's cells have in a stretch is sorted; the stretch is cut to be short
        return "FROM cell CROSS JOIN" not in statement
    if not step.startswith("SCAN") or step == "SCAN CONSTANT ROW":
        return False
    table = step.split()[1]
    # Along a table in the order of its key, until the limit is reached: that is a page. With a condition
    # it could be a walk past a million rows that do not fulfil it.
    along = "LIMIT" in statement and f"WHERE {table}." not in statement
    return table not in SMALL and not along


def _fill(path: Path, rows: int) -> None:
    """So many sealed versions, written without asking anybody."""
    shell = sqlite3.connect(path)
    draw = random.Random(rows)
    shell.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) "
        "INSERT INTO item (id, sub, highest, act) SELECT i, 'vn.demo:' || i, 1, 'publish' FROM n",
        (rows,),
    )
    shell.execute(
        "INSERT INTO version (id, item_id, ver, act, agency, lang,"
        " stream, seq, received_at, marks, digest, token)"
        " SELECT id, id, 1, 'publish', iif(id % 9, 'vn.demo', 'th.demo'), iif(id % 7, 'vi', 'th'),"
        " 'main', id, ?, '', 'digest-' || (id * ?), 'token' FROM item",
        (NOON, draw.randrange(1_000, 9_999)),
    )
    kinds = "iif(id % 1000, 'story', 'alert') AS kind, id % 10 + 1 AS urgency, id % 100 = 0 AS corrected"
    shell.execute(
        "INSERT INTO cell (member, agency, lang, kind, urgency, corrected)"
        f" SELECT DISTINCT substr(agency, 1, 2), agency, lang, {kinds} FROM version"
    )
    shell.execute(
        "INSERT INTO facets (version_id, topics, cell)"
        " SELECT it.id, iif(it.id % 3, '[\"04000000\"]', '[]'), cell.id"
        f" FROM (SELECT id, agency, lang, {kinds} FROM version) AS it"
        " JOIN cell USING (agency, lang, kind, urgency, corrected)"
    )
    shell.execute("UPDATE item SET newest = id")
    shell.execute(
        "INSERT INTO log SELECT version_id - 1, version_id, ? + version_id, cell FROM facets", (NOON,)
    )
    shell.execute("INSERT INTO shown SELECT version_id, idx, 1, 0, sealed_at, cell FROM log")
    for table in ("log_topic", "shown_topic"):
        shell.execute(
            f"INSERT INTO {table} SELECT topic.value, cell, version_id - 1"
            " FROM facets, json_each(topics) AS topic"
        )
    shell.execute("UPDATE horizon SET visible = ?", (rows,))
    shell.commit()
    shell.close()


async def test_a_page_far_back_among_a_hundred_thousand_is_found_at_once(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    async with open_storage(path):
        pass
    _fill(path, 100_000)
    steps = count()  # of a hundred instructions of SQLite's machine

    def watch(connection: sqlite3.Connection, _record: Any) -> None:
        connection.set_progress_handler(lambda: next(steps) < 0, 100)

    async with open_storage(path) as storage:
        assert isinstance(storage, SqliteStorage)
        event.listen(storage._readers, "connect", watch)
        for slice_ in SLICES:
            before = next(steps)
            page = await storage.page(slice_, 50_000, 20)
            window = await storage.window(slice_, Window(seconds=10, least=5, most=20))
            assert (len(page), len(window)) == (20, 11 if slice_ == Slice() else len(window))
            # A walk past so many rows takes thousands.
            assert next(steps) - before < 200, slice_


async def test_cells_are_merged_into_what_a_walk_through_everything_finds(tmp_path: Path) -> None:
    path, rows = tmp_path / "hub.db", 3_000
    async with open_storage(path):
        pass
    _fill(path, rows)
    shell = sqlite3.connect(path)
    told = shell.execute(
        "SELECT version_id - 1, agency, lang, kind, urgency, corrected, topics FROM facets"
        " JOIN cell ON cell.id = facets.cell ORDER BY 1"
    ).fetchall()
    shell.close()
    facets = {
        index: Facets(
            member=MemberCode(agency[:2]), agency=agency, lang=lang, kind=Kind(kind),
            urgency=None if urgency == 10 else urgency, corrected=bool(corrected),
            topics=frozenset(json.loads(topics)),
        )
        for index, agency, lang, kind, urgency, corrected, topics in told
    }  # fmt: skip
    draw = random.Random(51)
    async with open_storage(path) as storage:
        assert isinstance(storage, SqliteStorage)
        for slice_ in SLICES * 3:
            above, below = sorted(draw.sample(range(-1, rows + 1), 2))
            most = draw.choice([1, 40, 300, 900, 5_000])
            here = [n for n in facets if above < n < below and slice_.holds(facets[n])]
            for shown in (False, True):
                asked = partial(find, slice_=slice_, most=most, above=above, below=below, shown=shown)
                assert await storage.reading(asked) == here[:most], slice_.path
                backwards = partial(asked, newest_first=True)
                assert await storage.reading(backwards) == here[::-1][:most], slice_.path
