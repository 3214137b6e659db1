"""The index of texts as files and rows: what a law takes back is overwritten, and a kill costs nothing."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kept import Bell, keep, published, put, unmeasured
from press import NOON, PressRoom

from syndicate.journey import Indexer
from syndicate.news import Content
from syndicate.ports import Search, Storage
from syndicate.storage import _search_index, open_storage
from syndicate.storage._hub import SqliteStorage
from syndicate.storage._search_index import next_step, take_step
from syndicate.text import Sought, seek
from syndicate.trust import Verified

SECRET = "zqxjkvwpzz"
INDEXER = Path(__file__).with_name("indexer_to_kill.py")


def plain(text: str) -> Content:
    return Content(type="text/plain", body=text)


def items(room: PressRoom, count: int, **more: Any) -> list[Verified]:
    names = (f"{chr(98 + number // 26)}{chr(98 + number % 26)}" for number in range(count))
    return published(room, *names, **more)


async def found(storage: Storage, query: str) -> int:
    sought = seek(query)
    assert isinstance(sought, Sought)
    return len((await storage.search(Search(sought=sought, most=1_000))).hits)


async def fill(path: Path, *kept: Verified) -> None:
    async with open_storage(path) as storage:
        await keep(storage, *kept)
        await storage.seal(NOON)


def whole(path: Path) -> None:
    """Check the index's own structure."""
    with closing(sqlite3.connect(path)) as shell:
        for table in ("search_head", "search_whole"):
            shell.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")


def bytes_of(path: Path) -> bytes:
    with closing(sqlite3.connect(path)) as shell:
        shell.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*") if each.is_file())


async def test_what_a_law_took_back_is_overwritten_in_the_files_once_they_are_swept(tmp_path: Path) -> None:
    path, room = tmp_path / "hub.db", PressRoom("vn.demo")
    others = items(room, 40, title="Rice", content=plain("Maize"))
    [secret] = published(
        room, "secret", title=f"t{SECRET}", summary=f"s{SECRET}", content=plain(f"b{SECRET}")
    )
    await fill(path, *others, secret)
    async with open_storage(path) as storage:
        await Indexer(storage, Bell()).catch_up()
        for part in ("t", "s", "b"):
            assert await found(storage, f"{part}{SECRET}") == 1
    assert SECRET.encode() in bytes_of(path)
    async with open_storage(path) as storage:
        await storage.write(lambda book: book.erase([secret.digest], b"{}"))
        for part in ("t", "s", "b"):
            assert await found(storage, f"{part}{SECRET}") == 0
        await keep(storage, *published(room, "later", title="Wheat"))  # what comes meanwhile is kept
        await storage.seal(NOON)
        await Indexer(storage, Bell()).catch_up()
        assert not await storage.sweep()
        assert (await found(storage, "rice maize"), await found(storage, "wheat")) == (40, 1)
    assert SECRET.encode() not in bytes_of(path)
    whole(path)


async def test_what_stands_in_no_order_goes_in_whatever_order_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, room = tmp_path / "hub.db", PressRoom("vn.demo")
    kept = published(room, "one", "two", "three", title="Ngập ở Hà Nội ข่าวด่วน", content=plain("Mưa lớn"))
    await fill(path, *kept)
    in_order = _search_index._beside
    with monkeypatch.context() as otherwise:
        otherwise.setattr(
            _search_index, "_beside", lambda *told: " ".join(reversed(in_order(*told).split(" ")))
        )
        async with open_storage(path) as storage:
            await Indexer(storage, Bell()).catch_up()
            await storage.write(lambda book: book.erase([each.digest for each in kept[:2]], b"{}"))
            while await storage.sweep():
                pass
            assert await found(storage, "ngập") == await found(storage, "ข่าว") == 1
    whole(path)
    async with open_storage(path) as storage:
        await storage.write(lambda book: book.erase([kept[2].digest], b"{}"))
        while await storage.sweep():
            pass
    with closing(sqlite3.connect(path)) as shell:
        for table in ("search_head", "search_whole"):
            shell.execute(f"CREATE VIRTUAL TABLE temp.{table}_terms USING fts5vocab(main, {table}, row)")
            assert shell.execute(f"SELECT term FROM temp.{table}_terms").fetchall() == []


async def test_a_sweep_that_was_cut_short_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syndicate.storage._search_index._PAGES", 1)
    path, room = tmp_path / "hub.db", PressRoom("vn.demo")
    kept = items(room, 60, title="Rice", content=plain(" ".join(f"word{n}" for n in range(1_500))))
    for some in range(0, 60, 10):
        await fill(path, *kept[some : some + 10])
    async with open_storage(path) as storage:
        while await storage.index(10):
            pass
        await storage.write(lambda book: book.erase([each.digest for each in kept[:59]], b"{}"))
        assert await storage.sweep()
    async with open_storage(path) as storage:
        steps = 0
        while await storage.sweep():
            steps += 1
        assert steps > 0
        assert await found(storage, "rice") == 1
    whole(path)


async def test_an_indexer_that_is_killed_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    path, room = tmp_path / "hub.db", PressRoom("vn.demo")
    await fill(path, *items(room, 30, title="Rice", content=plain("Maize grows")))
    left = 30
    while left:
        with subprocess.Popen(  # noqa: ASYNC220 - there is nothing else to wait for
            [sys.executable, INDEXER, path], stdout=subprocess.PIPE, text=True,
            env=unmeasured(PYTHONPATH=":".join(sys.path)),
        ) as child:  # fmt: skip
            assert child.stdout is not None
            told = [child.stdout.readline() for _ in range(min(left, 12))]
            child.kill()
        async with open_storage(path) as storage:
            left, before = await storage.unindexed(), left
            assert left <= int(told[-1]) < before
            assert await found(storage, "maize grows") == 30 - left
            assert await found(storage, "rice") == 30
    whole(path)


async def test_an_index_of_other_terms_is_made_again_while_it_is_searched(tmp_path: Path) -> None:
    path, room = tmp_path / "hub.db", PressRoom("vn.demo")
    await fill(path, *items(room, 3, title="Rice", content=plain("Maize")))
    async with open_storage(path) as storage:
        await Indexer(storage, Bell()).catch_up()
    with closing(sqlite3.connect(path)) as shell:
        shell.execute("UPDATE search_reach SET terms = 7")
        shell.commit()
    async with open_storage(path) as storage:
        assert (await storage.unindexed(), await found(storage, "rice")) == (3, 0)
        await keep(storage, *published(room, "later", title="Rice", content=plain("Maize")))
        await storage.seal(NOON)
        assert await found(storage, "rice") == 1
        assert await storage.index(2) == 2
        assert (await found(storage, "rice"), await found(storage, "maize")) == (3, 2)
        await Indexer(storage, Bell()).catch_up()
        assert (await found(storage, "rice"), await found(storage, "maize")) == (4, 4)
    whole(path)


async def test_what_is_erased_before_it_was_indexed_never_comes_in(tmp_path: Path) -> None:
    path, room = tmp_path / "hub.db", PressRoom("vn.demo")
    kept = items(room, 3, title="Rice", content=plain("Maize"))
    await fill(path, *kept)
    async with open_storage(path) as storage:
        await storage.write(lambda book: book.erase([kept[1].digest], b"{}"))
        await Indexer(storage, Bell()).catch_up()
        assert (await found(storage, "rice"), await found(storage, "maize")) == (2, 2)
        assert await storage.unindexed() == 0


async def test_what_is_erased_while_its_terms_were_made_stays_out(tmp_path: Path) -> None:
    path, room = tmp_path / "hub.db", PressRoom("vn.demo")
    kept = items(room, 3, title="Rice", content=plain("Maize"))
    await fill(path, *kept)
    async with open_storage(path) as storage:
        assert isinstance(storage, SqliteStorage)
        step = await storage.reading(lambda view: next_step(view, 10))
        await storage.write(lambda book: book.erase([kept[1].digest], b"{}"))

        def take() -> tuple[int, int]:
            with storage.transaction() as connection:
                first = take_step(connection, step)
                return first, take_step(connection, step)  # the same once more is nothing

        assert await storage.writing(take) == (3, 0)
        assert (await found(storage, "rice"), await found(storage, "maize")) == (2, 2)
    whole(path)


async def test_a_long_text_of_one_letter_and_one_without_a_space_are_indexed_in_little_room(
    tmp_path: Path,
) -> None:
    path, room = tmp_path / "hub.db", PressRoom("vn.demo")
    texts = (
        "ก" * 20_000,
        "x" * 60_000,
        "".join(chr(0x4E00 + n * 7 % 20_000) for n in range(20_000)),
        "📚" * 12_000,
    )
    kept = [
        each
        for number, text in enumerate(texts)
        for each in published(room, "bcde"[number], content=plain(text))
    ]
    await fill(path, *kept)
    async with open_storage(path) as storage:
        await Indexer(storage, Bell()).catch_up()
        assert await found(storage, "กกกก") == 1
        assert await storage.unindexed() == 0
    whole(path)


async def test_ten_thousand_items_of_one_title_are_one_page_after_the_other(tmp_path: Path) -> None:
    path, room = tmp_path / "hub.db", PressRoom("vn.demo")
    [one] = published(room, "one", title="Rice")
    async with open_storage(path) as storage:
        await keep(storage, one)
        await storage.seal(NOON)
    with closing(sqlite3.connect(path)) as shell:  # the same row, over and over: a look at the index alone
        shell.execute(
            "WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
            "INSERT INTO search_head (rowid, title, summary, beside) SELECT i, 'rice', '', '' FROM n"
        )
        shell.commit()
    async with open_storage(path) as storage:
        assert await found(storage, "rice") == 1


async def test_a_transaction_that_fails_leaves_no_terms(tmp_path: Path) -> None:
    path, room = tmp_path / "hub.db", PressRoom("vn.demo")
    kept = items(room, 2, title="Rice")
    async with open_storage(path) as storage:

        def fails(book: Any) -> None:
            put(book, *kept)
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await storage.write(fails)
        await keep(storage, *kept)
        await storage.seal(NOON)
        assert await found(storage, "rice") == 2
    whole(path)
