"""A folder that is one copy's alone: every file in it is whole, whenever the copy is stopped.

A file is written beside its place, put on the disk, and takes its place by one renaming. Files that say what
they said are not touched. A file of ours remembers how far the copy came, and is the lock, too.
"""

import fcntl
import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from syndicate.errors import ExportError

MEMORY: Final = ".syndicate-export"
_MEMORY_BYTES: Final = 10_000
_FOLDERS_DEEP: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """How far a copy came: of which log, with what registry and settings, and what was proven then."""

    log: str
    basis: str
    proven: int


class Folder:
    """The folder while it is locked. Names are relative to it, with slashes."""

    def __init__(self, path: Path, memory: int) -> None:
        self._path = path
        self._memory = memory
        self._made: set[str] = set()  # folders that are known to be there
        self._changed: set[str] = {""}

    def reach(self) -> Reach | None:
        """How far the last copy came; None if there was none, or it cannot be told."""
        try:
            told = json.loads(os.pread(self._memory, _MEMORY_BYTES, 0))
            return Reach(log=str(told["log"]), basis=str(told["basis"]), proven=int(told["proven"]))
        except (ValueError, KeyError, TypeError):
            return None

    def remember(self, reach: Reach) -> None:
        """Remember it, once everything else is on the disk."""
        for folder in sorted(self._changed):
            self._sync(folder)
        self._changed.clear()
        os.ftruncate(self._memory, 0)
        os.pwrite(self._memory, json.dumps(asdict(reach)).encode(), 0)
        os.fsync(self._memory)

    def files(self) -> set[str]:
        """The name of everything in it that is no folder, whoever put it there."""
        found: set[str] = set()
        folders = [""]
        while folders:
            folder = folders.pop()
            with os.scandir(self._path / folder) as entries:
                for entry in entries:
                    name = f"{folder}{entry.name}"
                    if entry.is_dir(follow_symlinks=False) and name.count("/") < _FOLDERS_DEEP:
                        folders.append(f"{name}/")
                    elif entry.is_symlink():  # ours has none, and one could lead out of it
                        (self._path / name).unlink()
                    elif name != MEMORY:
                        found.add(name)
        return found

    def holds(self, name: str, body: bytes) -> bool:
        """Whether what is there is a file, of its own, that says exactly this."""
        # Without waiting: of a pipe that somebody put there nobody may ever write to the other end.
        handle = os.open(self._path / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as file:  # noqa: PTH123 - of a handle that follows no link
            seen = os.fstat(handle)
            ours = stat.S_ISREG(seen.st_mode) and seen.st_nlink == 1
            return ours and seen.st_size == len(body) and file.read() == body

    def write(self, name: str, body: bytes, modified: int | None) -> None:
        """Put a file in its place, whole; ``modified`` (Unix seconds) is what a web server says of it."""
        folder, _, last = name.rpartition("/")
        self._make(folder)
        path = self._path / name
        beside = path.with_name(f".{last}~")
        _clear(beside)
        if path.is_dir():
            _clear(path)
        # New, and nothing else's: a link or a pipe that stood there would lead elsewhere.
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
        try:
            with open(handle, "wb") as file:  # noqa: PTH123 - of a handle that follows no link
                file.write(body)
                file.flush()
                if modified is not None:
                    os.utime(handle, (modified, modified))
                os.fsync(handle)
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
        self._changed.add(folder)

    def remove(self, name: str) -> None:
        """Take a file out, and the folders that it leaves empty."""
        if name in self._made:  # it was in the way of a folder, and is one now
            return
        _clear(self._path / name)
        folder = name.rpartition("/")[0]
        self._changed.add(folder)
        while folder:
            try:
                (self._path / folder).rmdir()
            except OSError:  # something is left in it
                return
            self._made.discard(folder)
            self._changed.discard(folder)
            folder = folder.rpartition("/")[0]
            self._changed.add(folder)

    def _make(self, folder: str) -> None:
        if folder and folder not in self._made:
            for parent in (*reversed((self._path / folder).relative_to(self._path).parents), Path(folder)):
                here = self._path / parent
                if here.is_symlink() or not here.is_dir():
                    _clear(here)
                    here.mkdir()
                self._made.add(str(parent))
            while folder:
                folder = folder.rpartition("/")[0]
                self._changed.add(folder)

    def _sync(self, folder: str) -> None:
        try:
            handle = os.open(self._path / folder, os.O_RDONLY | os.O_DIRECTORY)
        except (FileNotFoundError, NotADirectoryError):
            return  # it was in the way of a file
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _clear(path: Path) -> None:
    """Take away whatever stands there, if anything does: what is not of the copy is nobody's here."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        with suppress(NotADirectoryError):  # a folder above it is a file now
            path.unlink(missing_ok=True)


@contextmanager
def own(path: Path) -> Iterator[Folder]:
    """Have the folder ``path`` to oneself; made if it is not there.

    Raises:
        ExportError: it holds something that no copy put there, another copy is being made, or the disk fails.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        memory = _lock(path)
        try:
            yield Folder(path, memory)
        finally:
            os.close(memory)
    except OSError as exc:
        where = exc.filename or path
        raise ExportError(
            f"cannot write {where}: {exc.strerror}",
            hint="What stood there before stands still; the next export goes on.",
        ) from exc


def _lock(path: Path) -> int:
    file = path / MEMORY
    if not file.exists() and any(path.iterdir()):
        raise ExportError(
            f"{path} holds something that no export put there",
            hint="Name a new folder: what is not of the site would be removed from it.",
        )
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as exc:
        os.close(handle)
        raise ExportError(
            f"another export into {path} is under way", hint="Wait for it: it brings what is new."
        ) from exc
    return handle
