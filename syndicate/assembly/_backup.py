"""A hub as a folder to keep: its database, whole at one moment, and what stands beside it."""

import asyncio
import shutil
import time
from pathlib import Path
from typing import Final

from syndicate.errors import StorageError
from syndicate.news import rfc3339
from syndicate.storage import copy_database, open_storage

_DATABASE: Final = "hub.sqlite3"
# What was seen of the registry, the operator's acts, the log's key and its passphrase.
_BESIDE: Final = (".registry", ".quarantine", ".log-key", ".log-key.words")


def back_up(database: Path, folder: Path) -> tuple[Path, ...]:
    """Copy a hub into a new folder, also while it runs; what was copied.

    Raises:
        StorageError: it cannot be read or written; nothing is left behind.
    """
    try:
        folder.mkdir(mode=0o700, parents=True)
    except OSError as exc:
        raise StorageError(f"cannot make {folder}: {exc.strerror}", hint="Name a new folder.") from exc
    try:
        copy_database(database, folder / _DATABASE)
        return (folder / _DATABASE, *_copy_beside(database, folder / _DATABASE))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def put_back(folder: Path, database: Path) -> tuple[Path, ...]:
    """Make a hub of a folder that ``back_up`` made; it seals nothing until it is cleared. What was made.

    Raises:
        StorageError: something is there already, or the folder is no back-up.
    """
    for ending in _BESIDE:
        if _beside(database, ending).exists():
            raise StorageError(
                f"{_beside(database, ending)} exists already", hint="Move it to another folder first."
            )
    why = f"restored from a back-up at {rfc3339(int(time.time()))}: what it sealed since then is not here"
    copy_database(folder / _DATABASE, database)
    asyncio.run(_stop(database, why))
    return (database, *_copy_beside(folder / _DATABASE, database))


async def _stop(database: Path, why: str) -> None:
    async with open_storage(database) as storage:
        await storage.log.stop(why)


def _copy_beside(source: Path, target: Path) -> list[Path]:
    copied = []
    for ending in _BESIDE:
        one, other = _beside(source, ending), _beside(target, ending)
        try:
            if one.is_dir():
                shutil.copytree(one, other)
            elif one.exists():
                shutil.copy2(one, other)
            else:
                continue
        except OSError as exc:
            raise StorageError(f"cannot copy {one} to {other}: {exc.strerror or exc}") from exc
        copied.append(other)
    return copied


def _beside(database: Path, ending: str) -> Path:
    return database.with_name(f"{database.name}{ending}")
