"""Writing a file so that a reader sees the old one or the new one, and a power cut leaves one of them."""

import os
import secrets
from pathlib import Path
from typing import Final

from syndicate.errors import RegistryError

_NAME: Final = 150  # characters of a file's name that its new version's name begins with


def replace_file(path: Path, raw: bytes) -> None:
    """Write a file as a whole, on the disk when this returns.

    Raises:
        RegistryError: it could not be written; what stood there before still does.
    """
    # A name of its own: two who replace one file at once must not write into each other's.
    beside = path.with_name(f".{path.name[:_NAME]}.{os.getpid()}-{secrets.token_hex(4)}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("xb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as exc:
        beside.unlink(missing_ok=True)
        raise RegistryError(
            f"cannot write {path}: {exc.strerror}", hint="Is the disk full, or the folder not yours?"
        ) from exc
