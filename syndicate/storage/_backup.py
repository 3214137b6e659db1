"""A copy of a hub's database that is whole at one moment, taken while the hub runs."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from syndicate.errors import StorageError
from syndicate.storage._database import make_private
from syndicate.storage._hub_tables import HUB
from syndicate.storage._sqlite import in_our_words


def copy_database(path: Path, copy: Path) -> None:
    """Copy the hub's database ``path`` to ``copy``, which must not exist, whether a hub runs on it or not.

    Raises:
        StorageError: there is none, it is not whole, or the copy cannot be written; no copy is left.
    """
    if not path.exists():
        raise StorageError(f"there is no hub's database {path}", hint="Name it: --db FILE.")
    if copy.exists():
        raise StorageError(
            f"{copy} exists already",
            hint="Move it, and the files beside it, to another folder: it may hold what the copy lacks.",
        )
    beside = copy.with_name(f".{copy.name}.new")
    try:
        with in_our_words(path), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source:
            if source.execute("PRAGMA application_id").fetchone()[0] != HUB.application_id:
                raise StorageError(f"{path} is no {HUB.called}", hint="Name another file.")
            _fill(beside, source)
        beside.replace(copy)
    except OSError as exc:
        raise StorageError(f"cannot write {copy}: {exc.strerror}") from exc
    finally:
        beside.unlink(missing_ok=True)


def _fill(copy: Path, source: sqlite3.Connection) -> None:
    copy.unlink(missing_ok=True)  # of a copy that was killed
    make_private(copy)
    with in_our_words(copy), closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        whole = target.execute("PRAGMA integrity_check").fetchone()[0]
    if whole != "ok":
        raise StorageError(f"the copy is not whole: {whole}")
    handle = os.open(copy, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
