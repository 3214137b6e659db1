"""Wrong files, full disks, two writers: one clear error each, and nothing half-written."""

import errno
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from kept import keep, published, put, unmeasured
from press import NOON, PressRoom

from syndicate.errors import StorageBusy, StorageError
from syndicate.news import AgencyId, Slice, StreamName
from syndicate.ports import Book
from syndicate.storage import open_storage, open_streambook, read_refusals

VN, MAIN = AgencyId("vn.demo"), StreamName("main")


@pytest.fixture(autouse=True)
def migrated_once() -> None:
    """Here the migrations are looked at: every fresh database has them run."""


@pytest.fixture
def vn() -> PressRoom:
    return PressRoom("vn.demo")


async def open_and_close(path: Path) -> None:
    async with open_storage(path):
        pass


def files_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    path.write_text("Dear diary, " * 1_000)
    with pytest.raises(StorageError, match=r"hub\.db is not a database"):
        await open_and_close(path)
    assert path.read_text() == "Dear diary, " * 1_000


async def test_somebody_elses_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE recipe (name TEXT)")
    other.close()
    with pytest.raises(StorageError, match="is no hub's database"):
        await open_and_close(path)
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("recipe",)]
    other.close()


async def test_a_stream_book_is_not_taken_for_a_hub_nor_a_hub_for_a_book(tmp_path: Path) -> None:
    with open_streambook(tmp_path / "book.db", VN, MAIN):
        pass
    await open_and_close(tmp_path / "hub.db")
    with pytest.raises(StorageError, match="is no hub's database"):
        await open_and_close(tmp_path / "book.db")
    with (
        pytest.raises(StorageError, match="is no stream book"),
        open_streambook(tmp_path / "hub.db", VN, MAIN),
    ):
        pass


def test_a_stream_book_belongs_to_one_stream(tmp_path: Path) -> None:
    with open_streambook(tmp_path / "book.db", VN, MAIN):
        pass
    with (
        pytest.raises(StorageError, match=r"book of vn\.demo, stream 'main', not of vn\.demo, 'alerts'"),
        open_streambook(tmp_path / "book.db", VN, StreamName("alerts")),
    ):
        pass


async def test_an_empty_file_becomes_a_database(tmp_path: Path) -> None:
    (tmp_path / "hub.db").touch()
    await open_and_close(tmp_path / "hub.db")
    assert (tmp_path / "hub.db").stat().st_size > 0


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="nowhere") as failed:
        await open_and_close(tmp_path / "nowhere" / "hub.db")
    assert "folder must exist" in failed.value.hint
    assert files_in(tmp_path) == []


async def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "hub.db").mkdir()
    with pytest.raises(StorageError, match=r"hub\.db"):
        await open_and_close(tmp_path / "hub.db")


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    """A folder in which nobody but root may write, below none that is private to root."""
    folder = Path(tempfile.mkdtemp(prefix="syndicate-"))
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


@contextmanager
def as_a_stranger() -> Iterator[None]:
    """Root may write anywhere: let go of that for a while."""
    me = os.geteuid()
    if me == 0:
        os.seteuid(65_534)
    try:
        yield
    finally:
        if me == 0:
            os.seteuid(me)


async def test_a_folder_one_may_not_write_in_is_named(locked_folder: Path, tmp_path: Path) -> None:
    await open_and_close(tmp_path / "warm.db")  # so that nothing is left to import
    with as_a_stranger(), pytest.raises(StorageError, match="Permission denied") as failed:
        await open_and_close(locked_folder / "hub.db")
    assert "able to write in it" in failed.value.hint
    assert files_in(locked_folder) == []


async def test_a_database_one_may_only_read_is_named(tmp_path: Path, locked_folder: Path) -> None:
    await open_and_close(tmp_path / "hub.db")
    path = locked_folder / "hub.db"
    shutil.copy(tmp_path / "hub.db", path)
    path.chmod(0o444)
    (locked_folder / "hub.db.lock").touch(mode=0o666)
    (locked_folder / "hub.db.lock").chmod(0o666)
    before = path.read_bytes()
    with as_a_stranger(), pytest.raises(StorageError, match=r"cannot open or write .*hub\.db"):
        await open_and_close(path)
    assert path.read_bytes() == before


# --- Schema -------------------------------------------------------------------------------------------


async def open_hub_and_book(folder: Path) -> None:
    await open_and_close(folder / "hub.db")
    with open_streambook(folder / "book.db", VN, MAIN):
        pass


@pytest.mark.parametrize("name", ["hub.db", "book.db"])
async def test_a_newer_programs_database_is_left_as_it_is(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    await open_hub_and_book(tmp_path)
    with sqlite3.connect(path) as newer:
        newer.execute("UPDATE alembic_version SET version_num = '9999'")
    newer.close()
    before = path.read_bytes()
    with pytest.raises(StorageError, match=r"written by a newer program \(schema 9999\)") as failed:
        await open_hub_and_book(tmp_path)
    assert str(path) in str(failed.value)
    assert "Install that version again" in failed.value.hint
    assert path.read_bytes() == before


async def test_looking_only_needs_this_programs_schema(tmp_path: Path) -> None:
    path = tmp_path / "hub.db"
    await open_and_close(path)
    for version, says in (("9999", "newer program"), ("", "older program")):
        with sqlite3.connect(path) as changed:
            changed.execute("DELETE FROM alembic_version")
            if version:
                changed.execute("INSERT INTO alembic_version VALUES (?)", (version,))
        changed.close()
        with pytest.raises(StorageError, match=says), read_refusals(path):
            pass


def test_looking_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot open or write"), read_refusals(tmp_path / "hub.db"):
        pass
    assert files_in(tmp_path) == []


def test_looking_at_another_database_says_so(tmp_path: Path) -> None:
    with open_streambook(tmp_path / "book.db", VN, MAIN):
        pass
    with pytest.raises(StorageError, match="is no hub's database"), read_refusals(tmp_path / "book.db"):
        pass


# --- Damage and full disks ----------------------------------------------------------------------------


async def test_a_damaged_database_says_so_when_the_damage_is_met(tmp_path: Path, vn: PressRoom) -> None:
    path = tmp_path / "hub.db"
    async with open_storage(path) as storage:
        await keep(storage, *published(vn, *(f"item{letter}" for letter in "bcdefghijklmnop")))
        await storage.seal(NOON)
    pages = bytearray(path.read_bytes())
    size = int.from_bytes(pages[16:18], "big")
    for page in range(2 * size, len(pages), size):  # the schema stays
        pages[page : page + 64] = b"\xff" * 64
    path.write_bytes(pages)
    with pytest.raises(StorageError, match=r"hub\.db is damaged"):
        async with open_storage(path) as storage:
            await storage.page(Slice(), -1, 100)


async def test_a_full_disk_undoes_the_batch_and_the_hub_goes_on(tmp_path: Path, vn: PressRoom) -> None:
    path = tmp_path / "hub.db"
    body = published(vn, *(f"item{letter}" for letter in "bcdefgh"))
    async with open_storage(path) as storage:
        await keep(storage, body[0])
        await storage.seal(NOON)
        await storage.write(lambda book: _pages(book, "max_page_count = 1"))  # SQLite takes the present size
        with pytest.raises(StorageError, match=r"no room left on the disk of .*hub\.db") as failed:
            await storage.write(lambda book: put(book, *published(vn, *LONG)))
        assert "Free some space" in failed.value.hint
        assert await storage.write(lambda book: len(book.items([each.item.sub for each in body]))) == 1
        await storage.write(lambda book: _pages(book, "max_page_count = 1000000"))
        await keep(storage, *body[1:])
        assert await storage.seal(NOON) == 6
        assert await storage.size() == 7


LONG = [one + two for one in "bcdefghijklmnopq" for two in "bcdefghijklmnopq"]


def _pages(book: Book, pragma: str) -> None:
    book._connection.exec_driver_sql(f"PRAGMA {pragma}")  # type: ignore[attr-defined]  # of SQLite's book


TOO_SMALL = """
import asyncio, resource, sys
from pathlib import Path
from syndicate.errors import StorageError
from syndicate.storage import open_storage

async def main(path):
    async with open_storage(path):
        pass

resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
try:
    asyncio.run(main(Path(sys.argv[1])))
except StorageError as exc:
    print("told:", exc)
"""


@pytest.mark.parametrize("size", [100, 4_096, 40_000])
def test_a_database_that_finds_no_room_to_be_made_leaves_no_file(tmp_path: Path, size: int) -> None:
    path = tmp_path / "hub.db"
    done = subprocess.run(
        [sys.executable, "-c", TOO_SMALL, str(path), str(size)],
        capture_output=True, text=True, check=True, timeout=200, env=unmeasured(),
    )  # fmt: skip
    assert done.stdout.startswith("told: "), done
    assert str(path) in done.stdout
    assert files_in(tmp_path) == ["hub.db.lock"]


# --- One writer ---------------------------------------------------------------------------------------


async def test_a_second_writer_is_told_who_is_the_first(tmp_path: Path, vn: PressRoom) -> None:
    path = tmp_path / "hub.db"
    async with open_storage(path) as storage:
        with pytest.raises(StorageBusy, match=rf"written by another process \(pid {os.getpid()}\)"):
            await open_and_close(path)
        await keep(storage, *published(vn, "one"))
    await open_and_close(path)


async def test_a_disk_that_knows_no_locks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(_handle: int, _how: int) -> None:  # as some network file systems answer
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("fcntl.flock", flock)
    with pytest.raises(StorageError, match="cannot lock") as told:
        await open_and_close(tmp_path / "hub.db")
    assert "a disk of this machine" in told.value.hint


HOLDER = """
import sys
from pathlib import Path
from syndicate.news import AgencyId, StreamName
from syndicate.storage import open_streambook
with open_streambook(Path(sys.argv[1]), AgencyId("vn.demo"), StreamName("main")):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_writer_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "book.db"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=unmeasured(),
    )  # fmt: skip
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StorageBusy, match=rf"pid {holder.pid}"), open_streambook(path, VN, MAIN):
            pass
        holder.kill()
        holder.wait()
    with open_streambook(path, VN, MAIN) as book:
        assert book.head() == (0, None)


async def test_another_program_that_holds_the_database_locked_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, vn: PressRoom
) -> None:
    monkeypatch.setattr("syndicate.storage._sqlite._BUSY_SECONDS", 0.05)
    path = tmp_path / "hub.db"
    async with open_storage(path) as storage:
        shell = sqlite3.connect(path, isolation_level=None)
        shell.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageBusy, match="another program holds"):
            await keep(storage, *published(vn, "one"))
        shell.execute("ROLLBACK")
        shell.close()
        await keep(storage, *published(vn, "two"))


async def test_reading_goes_on_while_something_is_written(tmp_path: Path, vn: PressRoom) -> None:
    path = tmp_path / "hub.db"
    async with open_storage(path) as storage:
        await keep(storage, *published(vn, "one"))
        await storage.seal(NOON)
        shell = sqlite3.connect(path, isolation_level=None)
        shell.execute("BEGIN IMMEDIATE")
        assert len(await storage.page(Slice(), -1, 9)) == 1
        shell.execute("ROLLBACK")
        shell.close()


async def test_a_disk_that_cannot_hold_a_log_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_memory(_path: Path, _mode: str) -> sqlite3.Connection:
        # It has no journal file, and so takes no write-ahead log: as on some network folders.
        return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)

    monkeypatch.setattr("syndicate.storage._sqlite._connect", in_memory)
    with pytest.raises(StorageError, match="cannot hold a write-ahead log"):
        await open_and_close(tmp_path / "hub.db")
