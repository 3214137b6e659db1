"""What a witness must never forget: the newest checkpoint that it cosigned of each log.

A witness that forgot would cosign a second history. So its key and its memory lie in one folder and are lost
together; a back-up of the folder must never be put back (docs/operating.md): a new witness takes a new key.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from syndicate.errors import LedgerError, WitnessError
from syndicate.ledger import Checkpoint, KeyKind, NoteKey, read_checkpoint_text, read_vkey
from syndicate.news import b64url

_LOGS: Final = "logs.txt"
_LOCK: Final = "lock"
_FILE_BYTES: Final = 100_000
_MOST_LOGS: Final = 64
_NOTHING: Final = b"nothing yet\n"


class Memory:
    """The logs that a witness knows, and what it saw last of each. Blocks while it writes."""

    def __init__(self, folder: Path, logs: Sequence[NoteKey]) -> None:
        self._folder = folder
        self._keys = tuple(logs)
        self._latest = {log.name: _read(_file(folder, log.name)) for log in logs}

    def keys_of(self, origin: str) -> tuple[NoteKey, ...]:
        """The keys of a log: several once it has changed its key, none if it is unknown."""
        return tuple(key for key in self._keys if key.name == origin)

    def latest(self, origin: str) -> Checkpoint | None:
        """What was cosigned last of a log."""
        return self._latest[origin]

    def keep(self, checkpoint: Checkpoint) -> None:
        """Remember this one from now on; it is on the disk when this returns.

        Raises:
            WitnessError: it is not; what was remembered before still is.
        """
        _write(_file(self._folder, checkpoint.origin), checkpoint.text)
        self._latest[checkpoint.origin] = checkpoint


def found_memory(folder: Path, logs: Sequence[str]) -> None:
    """Make the memory of a new witness, which knows the logs with these vkeys and has seen nothing of them.

    Raises:
        WitnessError: a key is none, or the folder has a memory already.
    """
    if (folder / _LOGS).exists():
        raise WitnessError(
            f"{folder} is a witness already", hint="Another witness has another folder, and another key."
        )
    _know(folder, [_log(told) for told in logs])


def add_log(folder: Path, log: str) -> None:
    """Have a witness know another log, or another key of one that it knows: then it goes on from there.

    Raises:
        WitnessError: the key is none, is known already, or the witness is at work.
    """
    with open_memory(folder):
        _know(folder, [*_known(folder), _log(log)])


def _know(folder: Path, logs: Sequence[NoteKey]) -> None:
    if not 1 <= len(set(logs)) == len(logs) <= _MOST_LOGS:
        raise WitnessError(f"a witness knows 1 to {_MOST_LOGS} keys of logs, each of them once")
    for origin in {log.name for log in logs}:
        if not _file(folder, origin).exists():
            _write(_file(folder, origin), _NOTHING)
    _write(folder / _LOGS, "".join(f"{log.vkey}\n" for log in logs).encode())


@contextmanager
def open_memory(folder: Path) -> Iterator[Memory]:
    """The memory in ``folder``, held by this process alone until the block is left.

    Raises:
        WitnessError: it cannot be read, a part of it is lost, or another process has it.
    """
    try:
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as exc:
        raise WitnessError(f"cannot open the witness's folder {folder}: {exc.strerror}") from exc
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            raise WitnessError(
                f"another process is the witness of {folder}, or its disk has no locks"
            ) from exc
        yield Memory(folder, _known(folder))
    finally:
        os.close(handle)


def _known(folder: Path) -> list[NoteKey]:
    raw = _bytes(folder / _LOGS)
    if raw is None:
        raise WitnessError(f"{folder} is no witness", hint="Make one with `syndicate witness init`.")
    return [_log(line) for line in raw.decode("utf-8", "replace").splitlines()]


def _log(told: str) -> NoteKey:
    try:
        key = read_vkey(told.strip())
    except LedgerError as exc:
        raise WitnessError(f"{told.strip()!r} is no log's key: {exc}") from exc
    if key.kind is not KeyKind.LOG:
        raise WitnessError(f"{key.name} is the key of a witness, not of a log")
    return key


def _file(folder: Path, origin: str) -> Path:
    return folder / f"{b64url(hashlib.sha256(origin.encode()).digest()[:15])}.checkpoint"


def _read(path: Path) -> Checkpoint | None:
    raw = _bytes(path)
    if raw is None:
        raise WitnessError(
            f"{path} is gone: what was cosigned is not known any more",
            hint="Cosigning again could confirm a second history. Make a new witness, with a new key.",
        )
    if raw == _NOTHING:
        return None
    try:
        return read_checkpoint_text(raw)
    except LedgerError as exc:
        raise WitnessError(f"{path} is damaged: {exc}", hint="Make a new witness, with a new key.") from exc


def _bytes(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            return file.read(_FILE_BYTES)
    except FileNotFoundError:
        return None
    except OSError as exc:
        raise WitnessError(f"cannot read {path}: {exc.strerror}") from exc


def _write(path: Path, raw: bytes) -> None:
    """Whole or not at all, and on the disk: the file first, then its name."""
    beside = path.with_name(f".{path.name}.new")
    try:
        with beside.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as exc:
        beside.unlink(missing_ok=True)
        raise WitnessError(f"cannot write {path}: {exc.strerror}", hint="Is the disk full?") from exc
