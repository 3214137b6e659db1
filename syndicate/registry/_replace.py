"""Writing a file so that a reader sees the old one or the new one, and a power cut leaves one of them."""

import os
from pathlib import Path

from syndicate.errors import RegistryError


def replace_file(path: Path, raw: bytes) -> None:
    """Write a file as a whole, on the disk when this returns.

    Raises:
        RegistryError: it could not be written; what stood there before still does.
    """
    beside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as exc:
        beside.unlink(missing_ok=True)
        raise RegistryError(f"cannot write {path}: {exc.strerror}", hint="Is the disk full?") from exc
