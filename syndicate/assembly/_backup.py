"""A hub as a folder to keep: its database, whole at one moment, and what stands beside it."""

import asyncio
import glob
import shutil
import time
from pathlib import Path
from typing import Final

from syndicate.errors import StorageError
from syndicate.news import rfc3339
from syndicate.storage import copy_database, open_storage

_DATABASE: Final = "hub.sqlite3"
# What was seen of the registry, the operator's acts, and the log's key with its passphrase.
WEBHOOK_KEY: Final = ".webhook-key"  # and what follows it, with their passphrases
_BESIDE: Final = (".registry", ".quarantine", ".log-key", ".log-key.words")
# SQLite would play these over whatever stands there.
_REST_OF_ANOTHER: Final = ("-wal", "-shm", "-journal")
UNLOCKS: Final = "`syndicate log unlock` lets it go on, once nothing newer can be had"
UNFINISHED: Final = "a restore from a mirror has not come to its end: run it again"
FOLLOWS: Final = f"this is a mirror's copy of somebody's log. {UNLOCKS}"


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
        copied: list[Path] = []
        _copy_beside(database, folder / _DATABASE, copied)
        return (folder / _DATABASE, *copied)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def put_back(folder: Path, database: Path) -> tuple[Path, ...]:
    """Make a hub of a folder that ``back_up`` made; it seals nothing until it is cleared. What was made.

    The database comes last, and is stopped before it has its name.

    Raises:
        StorageError: something is there already, or the folder is no back-up.
    """
    for ending in ("", *_BESIDE, *_webhook_keys(database), *_REST_OF_ANOTHER):
        if _beside(database, ending).exists():
            raise StorageError(
                f"{_beside(database, ending)} exists already",
                hint="Move it, and all that stands beside it, to another folder first.",
            )
    why = f"restored from a back-up at {rfc3339(int(time.time()))}: what it sealed since then is not here"
    new = database.with_name(f".{database.name}.restored")
    copied: list[Path] = []
    try:
        copy_database(folder / _DATABASE, new)
        asyncio.run(_stop(new, f"{why}. {UNLOCKS}"))
        _copy_beside(folder / _DATABASE, database, copied)
        new.replace(database)
    except BaseException:
        for path in copied:
            _remove(path)
        raise
    finally:
        for path in database.parent.iterdir():
            if path.name.startswith(new.name):
                path.unlink()
    return (database, *copied)


async def _stop(database: Path, why: str) -> None:
    async with open_storage(database) as storage:
        await storage.log.stop(why)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _copy_beside(source: Path, target: Path, copied: list[Path]) -> None:
    """Copy what stands beside a database; ``copied`` says what, also of a copy that fails."""
    for ending in (*_BESIDE, *_webhook_keys(source)):
        one, other = _beside(source, ending), _beside(target, ending)
        copied.append(other)
        try:
            if one.is_dir():
                # What a running hub is just writing there is not yet anything, and gone in a moment.
                shutil.copytree(one, other, ignore=shutil.ignore_patterns(".*.new"))
            elif one.exists():
                shutil.copy2(one, other)
            else:
                copied.pop()
        except OSError as exc:
            raise StorageError(f"cannot copy {one} to {other}: {exc.strerror or exc}") from exc


def _webhook_keys(database: Path) -> list[str]:
    """The endings of the keys that sign webhooks, and of their passphrases."""
    found = database.parent.glob(f"{glob.escape(database.name)}{WEBHOOK_KEY}*")
    return sorted(path.name.removeprefix(database.name) for path in found)


def _beside(database: Path, ending: str) -> Path:
    return database.with_name(f"{database.name}{ending}")
