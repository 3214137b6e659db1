"""The halt that needs no book: a small file beside it, which every signer looks for before it signs.

Whoever has the book open may be busy with it, or stuck, and only one process can have it; a person who
panics must not wait for that. The file says the same as the note in the book, until that can be written.
"""

import os

from syndicate.agency._config import AgencyConfig
from syndicate.errors import AgencyError
from syndicate.ports import StreamBook

HALTED = "halted"  # in the book
_MOST_BYTES = 1_000


def ask_to_halt(config: AgencyConfig, said: str) -> None:
    """Halt signing until ``resume``, whoever has the book: on the disk when this returns.

    A signer under way stops before the next hundred items.

    Raises:
        AgencyError: the file cannot be written.
    """
    try:
        handle = os.open(config.halt_file, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(said.encode("utf-8", "replace")[:_MOST_BYTES])
            file.flush()
            os.fsync(handle)
    except OSError as exc:
        raise AgencyError(
            f"cannot write {config.halt_file}: {exc.strerror}; signing may not be halted",
            hint="Stop every `syndicate` process on this machine, free some space, and run it again.",
        ) from exc


def asked_to_halt(config: AgencyConfig) -> str | None:
    """Why signing is halted, if a file says so; one that is there and says nothing halts, too."""
    try:
        with config.halt_file.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace") or "by a file beside the book"
    except FileNotFoundError:
        return None
    except OSError as exc:
        return f"{config.halt_file} cannot be read: {exc.strerror}"


def keep_halt(config: AgencyConfig, book: StreamBook) -> None:
    """Write into the book what the file says, and take the file away.

    Raises:
        AgencyError: the file cannot be taken away.
        StorageError: the book cannot be written; the file still halts.
    """
    said = asked_to_halt(config)
    if said is None:
        return
    if book.jotted(HALTED) is None:
        book.jot(HALTED, said)
    try:
        config.halt_file.unlink(missing_ok=True)
    except OSError as exc:
        raise AgencyError(
            f"cannot remove {config.halt_file}: {exc.strerror}", hint="While it is there, nothing is signed."
        ) from exc
