"""Bringing a database to this program's schema, in one transaction, from wherever it stands.

Each family of tables has its own line of versions in ``_migrations`` and its own mark in the file
(SQLite's application id), so that a stream book is never taken for a hub, nor a stranger's for ours.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData

from syndicate.errors import StorageError
from syndicate.storage._hub_tables import HubTable
from syndicate.storage._streambook_tables import BookTable


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A family of tables and the migrations that lead to it."""

    folder: str
    called: str  # in messages
    application_id: int
    tables: MetaData


HUB: Final = VersionLine(
    folder="hub", called="hub's database", application_id=0x53796E48, tables=HubTable.metadata
)
STREAM_BOOK: Final = VersionLine(
    folder="streambook", called="stream book", application_id=0x53796E42, tables=BookTable.metadata
)


def migrate(connection: Connection, line: VersionLine, path: Path) -> None:
    """Bring the database behind ``connection`` to the newest schema of ``line``: wholly or not at all.

    Raises:
        StorageError: it is some other database, or was written by a newer program.
    """
    with connection.begin():
        _claim(connection, line, path)
        config = config_of(line, connection)
        scripts = ScriptDirectory.from_config(config)
        stands_at = MigrationContext.configure(connection).get_current_revision()
        if stands_at is not None:
            _check_known(scripts, stands_at, path)
        if stands_at != scripts.get_current_head():
            command.upgrade(config, "head")


def check_readable(connection: Connection, line: VersionLine, path: Path) -> None:
    """Check that a database which is only read has exactly this program's schema.

    Raises:
        StorageError: it is some other database, or of an older or newer program.
    """
    if connection.exec_driver_sql("PRAGMA application_id").scalar_one() != line.application_id:
        raise StorageError(
            f"{path} is no {line.called}", hint="Name another file; this one was left as it is."
        )
    scripts = ScriptDirectory.from_config(config_of(line, connection))
    stands_at = MigrationContext.configure(connection).get_current_revision()
    if stands_at is not None:
        _check_known(scripts, stands_at, path)
    if stands_at != scripts.get_current_head():
        raise StorageError(
            f"{path} was written by an older program", hint="Start the hub once: it brings it up to date."
        )


def config_of(line: VersionLine, connection: Connection) -> Config:
    """What Alembic must know; the scripts are found in the package, wherever it is installed."""
    config = Config()
    config.set_main_option("script_location", f"syndicate.storage:_migrations/{line.folder}")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["tables"] = line.tables
    return config


def _claim(connection: Connection, line: VersionLine, path: Path) -> None:
    mark = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
    if mark == line.application_id:
        return
    used = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
    if mark or used:
        raise StorageError(
            f"{path} is no {line.called}", hint="Name another file; this one was left as it is."
        )
    connection.exec_driver_sql(f"PRAGMA application_id={line.application_id}")


def _check_known(scripts: ScriptDirectory, stands_at: str, path: Path) -> None:
    try:
        scripts.get_revision(stands_at)
    except CommandError as exc:
        raise StorageError(
            f"{path} was written by a newer program (schema {stands_at})", hint="Install that version again."
        ) from exc
