"""A database from before the facets is filled from its tokens, and answers as if it had had them."""

import sqlite3
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.migration import MigrationContext
from alembic.operations import Operations
from kept import keep, next_version, published
from press import NOON, PressRoom

from syndicate.news import Act, Facets, Kind, Slice
from syndicate.ports import Storage, Window
from syndicate.storage import open_storage
from syndicate.storage._hub_tables import HUB
from syndicate.storage._migrate import config_of
from syndicate.storage._migrations.hub.versions import r0006_facets
from syndicate.storage._sqlite import open_writer

SAME = ("item", "version", "erased", "act", "tile", "checkpoint")
WIDE = Window(seconds=10**9, least=1, most=1_000)
SLICES = (
    Slice(), Slice(lang="vi"), Slice(lang="en"), Slice(topic="04000000"), Slice(topic="16000000"),
    Slice(urgency=2), Slice(kind="alert"), Slice(kind="notice"), Slice(kind="corrections"),
    Slice(lang="vi", topic="04000000", kind="story"),
)  # fmt: skip


async def fill(storage: Storage) -> None:
    """Items with every turn that facets can take."""
    vn, th = PressRoom("vn.demo", seed=1), PressRoom("th.demo", seed=2)
    (storm,) = published(vn, "storm", categories=("medtop:04000000",), urgency=5)
    (flood,) = published(vn, "flood", kind=Kind.NOTICE, lang="en")
    await keep(storage, storm, flood, *published(th, "plain", lang="th"))
    await storage.seal(NOON)
    again = next_version(vn, storm.item, lang="en", categories=("medtop:16000000",), urgency=2)
    gone = next_version(vn, replace(again.item), Act.RETRACT, lang="en", categories=(), urgency=None)
    await keep(storage, again, gone, next_version(vn, flood.item, Act.CORRECT))
    await storage.seal(NOON + 10)
    await storage.write(lambda book: book.erase([flood.digest], b"{}"))
    await keep(storage, *published(vn, "waiting", kind=Kind.NOTICE, categories=("medtop:16000000",)))


async def told(storage: Storage) -> Mapping[str, object]:
    seen: dict[str, object] = {}
    for slice_ in SLICES:
        page: list[tuple[int, Facets]] = [
            (each.index, each.facets) for each in await storage.page(slice_, -1, 100)
        ]
        window = [each.index for each in await storage.window(slice_, WIDE)]
        seen[slice_.path] = (page, window, await storage.newest(slice_))
    return seen


def as_it_was(path: Path, old: Path) -> None:
    """What stands in the database ``path``, in one of before the facets."""
    connection = open_writer(old)
    with connection.begin():
        connection.exec_driver_sql(f"PRAGMA application_id={HUB.application_id}")
        command.upgrade(config_of(HUB, connection), "0005")
    connection.close()
    shell = sqlite3.connect(old)
    shell.execute("ATTACH ? AS new", (str(path),))
    for table in SAME:
        names = ", ".join(row[1] for row in shell.execute(f"PRAGMA main.table_info({table})"))
        shell.execute(f"INSERT INTO {table} ({names}) SELECT {names} FROM new.{table}")
    first = "(SELECT min(id) FROM version AS one WHERE one.item_id = it.item_id)"
    sliced = f"substr(agency, 1, 2), agency, (SELECT lang FROM version WHERE id = {first})"
    shell.execute(
        f"INSERT INTO log SELECT idx, version_id, sealed_at, {sliced}"
        " FROM new.log JOIN version AS it ON it.id = version_id"
    )
    shell.execute(
        f"INSERT INTO shown SELECT shown.item_id, shown.idx, shown.ver, retracts, shown.sealed_at, {sliced}"
        " FROM new.shown JOIN new.log ON log.idx = shown.idx JOIN version AS it ON it.id = log.version_id"
    )
    shell.execute("UPDATE horizon SET visible = (SELECT visible FROM new.horizon)")
    shell.commit()
    shell.close()


def migrate(path: Path) -> None:
    """By the module that a test can change; Alembic by itself reads the script anew."""
    connection = open_writer(path)
    with connection.begin(), Operations.context(MigrationContext.configure(connection)):
        r0006_facets.upgrade()
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0006'")
    connection.close()


@pytest.mark.parametrize("at_a_time", [1, 2, 1_000])
async def test_facets_are_filled_in_from_the_tokens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_a_time: int
) -> None:
    monkeypatch.setattr(r0006_facets, "_AT_A_TIME", at_a_time)
    async with open_storage(tmp_path / "new.db") as storage:
        await fill(storage)
        expected = await told(storage)
    as_it_was(tmp_path / "new.db", tmp_path / "old.db")
    migrate(tmp_path / "old.db")
    async with open_storage(tmp_path / "old.db") as storage:
        assert await told(storage) == expected
        await storage.seal(NOON + 20)
        page = await storage.page(Slice(topic="16000000", kind="notice"), -1, 9)
        assert [each.index for each in page] == [7], "what had no index yet has its facets, too"


async def test_an_item_goes_on_where_it_stood_before_the_facets(tmp_path: Path) -> None:
    vn = PressRoom("vn.demo", seed=1)
    (storm,) = published(vn, "storm", categories=("medtop:04000000",), urgency=5)
    async with open_storage(tmp_path / "new.db") as storage:
        await keep(storage, storm)
        await storage.seal(NOON)
    as_it_was(tmp_path / "new.db", tmp_path / "old.db")
    async with open_storage(tmp_path / "old.db") as storage:
        await keep(storage, next_version(vn, storm.item, Act.RETRACT, categories=(), urgency=None, lang="en"))
        await storage.seal(NOON + 5)
        for slice_ in (Slice(lang="vi", topic="04000000", urgency=5), Slice(kind="corrections")):
            assert [each.ver for each in await storage.window(slice_, WIDE)] == [2]
