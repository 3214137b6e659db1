"""Bringing a database to this program's schema, in one transaction, from wherever it stands.

Each family of tables has its own line of versions in ``_migrations`` and its own mark in the file
(SQLite's application id), so that a stream book is never taken for a hub, nor a stranger's for ours.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, MetaData, inspect

from syndicate.errors import StorageError

if TYPE_CHECKING:
    from alembic.config import Config


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionLine:
    """A family of tables and the migrations that lead to it."""

    folder: str
    called: str  # in messages
    application_id: int
    tables: MetaData
    head: str  # its newest migration: what almost every database stands at, so that nobody asks Alembic


def migrate(connection: Connection, line: VersionLine, path: Path) -> None:
    """Bring the database behind ``connection`` to the newest schema of ``line``: wholly or not at all.

    Raises:
        StorageError: it is some other database, or was written by a newer program.
    """
    with connection.begin():
        _claim(connection, line, path)
        stands_at = _revision(connection)
        if stands_at == line.head:
            return
        # Alembic takes 11 MB and a tenth of a second: only a database that is new or old needs it.
        from alembic import command  # noqa: PLC0415

        config = config_of(line, connection)
        if stands_at is not None:
            _check_known(config, stands_at, path)
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
    stands_at = _revision(connection)
    if stands_at == line.head:
        return
    if stands_at is not None:
        _check_known(config_of(line, connection), stands_at, path)
    raise StorageError(
        f"{path} was written by an older program", hint="Start the hub once: it brings it up to date."
    )


def _revision(connection: Connection) -> str | None:
    """The migration that the database stands at; None if it has none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()
    return None if found is None else str(found)


def config_of(line: VersionLine, connection: Connection) -> "Config":
    """What Alembic must know; the scripts are found in the package, wherever it is installed."""
    from alembic.config import Config  # noqa: PLC0415 - see ``migrate``

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


def _check_known(config: "Config", stands_at: str, path: Path) -> None:
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - see ``migrate``
    from alembic.util import CommandError  # noqa: PLC0415

    try:
        ScriptDirectory.from_config(config).get_revision(stands_at)
    except CommandError as exc:
        raise StorageError(
            f"{path} was written by a newer program (schema {stands_at})", hint="Install that version again."
        ) from exc
