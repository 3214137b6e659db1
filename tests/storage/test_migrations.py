"""The migrations lead to the tables that the classes describe, from wherever the package stands."""

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import syndicate
from syndicate.storage._database import open_database
from syndicate.storage._hub_tables import HUB
from syndicate.storage._migrate import VersionLine, config_of
from syndicate.storage._search_index import TABLES as INDEXES
from syndicate.storage._streambook_tables import STREAM_BOOK

LINES = [pytest.param(HUB, id="hub"), pytest.param(STREAM_BOOK, id="stream book")]


@pytest.fixture(autouse=True)
def migrated_once() -> None:
    """Here the migrations are looked at: every fresh database has them run."""


def is_ours(table: str) -> bool:
    """Whether a table is no part of an index that FTS5 keeps."""
    return not table.startswith(INDEXES)


def schema(path: Path) -> dict[str, object]:
    """Everything SQLite knows of the tables in a file, apart from how their statements were written."""
    connection = sqlite3.connect(path)

    def told(pragma: str, name: str) -> list[tuple[Any, ...]]:
        return sorted(connection.execute(f"PRAGMA {pragma}('{name}')"), key=str)

    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    seen: dict[str, object] = {}
    for table in sorted(set(filter(is_ours, tables)) - {"alembic_version"}):
        indexes = sorted(row[1] for row in told("index_list", table))
        seen[table] = {
            "columns": connection.execute(f"PRAGMA table_xinfo('{table}')").fetchall(),
            "references": sorted(row[2:] for row in told("foreign_key_list", table)),
            "unique": sorted((row[1], row[2]) for row in told("index_list", table)),
            "indexes": {
                name: connection.execute(f"PRAGMA index_xinfo('{name}')").fetchall() for name in indexes
            },
        }
    connection.close()
    return seen


@pytest.mark.parametrize("line", LINES)
def test_the_migrations_make_exactly_the_tables_of_the_classes(line: VersionLine, tmp_path: Path) -> None:
    with open_database(tmp_path / "migrated.db", line) as connection:
        ours = {"compare_type": True, "include_name": lambda name, kind, _: kind != "table" or is_ours(name)}
        context = MigrationContext.configure(connection, opts=ours)
        assert compare_metadata(context, line.tables) == []
    engine = create_engine(f"sqlite:///{tmp_path / 'described.db'}")
    line.tables.create_all(engine)
    engine.dispose()
    assert schema(tmp_path / "migrated.db") == schema(tmp_path / "described.db")


@pytest.mark.parametrize("line", LINES)
def test_each_line_of_versions_has_one_head(line: VersionLine, tmp_path: Path) -> None:
    with open_database(tmp_path / "new.db", line) as connection:
        scripts = ScriptDirectory.from_config(config_of(line, connection))
        assert scripts.get_heads() == [line.head]


INSTALLED = """
import asyncio, sys
from pathlib import Path
from typing import Any
import syndicate
from syndicate.news import AgencyId, StreamName
from syndicate.storage import open_storage, open_streambook

async def main(folder):
    async with open_storage(folder / "hub.db") as storage:
        assert await storage.size() == 0
    with open_streambook(folder / "book.db", AgencyId("vn.demo"), StreamName("main")) as book:
        assert book.head() == (0, None)
    print(syndicate.__file__)

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The package as an installer lays it down: in a folder of odd name, far from any repository."""
    site = tmp_path / "100% installed here"
    shutil.copytree(
        Path(syndicate.__file__).parent, site / "syndicate", ignore=shutil.ignore_patterns("__pycache__")
    )
    return site


@pytest.fixture
def run(installed: Path) -> Callable[[Path], str]:
    def run(folder: Path) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", INSTALLED, str(folder)],
            cwd="/", env={"PYTHONPATH": str(installed)},
            capture_output=True, text=True, timeout=200, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_a_fresh_database_is_made_from_an_installed_package(
    run: Callable[[Path], str], installed: Path, tmp_path: Path
) -> None:
    assert str(installed) in run(tmp_path)
    run(tmp_path)  # and opened again
