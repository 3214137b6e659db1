"""One look at a time: a lock of the operating system on a file in the folder that remembers what was seen.

The system lets go of it when the process ends, however it ends. The file itself is never removed: removing
it could let two processes in.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from syndicate.errors import RegistryError

_LOCK: Final = ".lock"
_PAUSE_SECONDS: Final = 0.05
_TRIES: Final = 2_400  # two minutes: a look that dials a slow mirror may take so long


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Have ``folder`` to oneself while the block runs; waits for whoever has it, two minutes at most.

    Raises:
        RegistryError: somebody else has it all that time; or no lock can be made there.
    """
    try:
        handle = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as exc:
        raise RegistryError(
            f"cannot write in {folder}: {exc.strerror}",
            hint="The folder must exist, and this user must be able to write in it.",
        ) from exc
    try:
        _take(handle, folder)
        yield
    finally:
        os.close(handle)


def _take(handle: int, folder: Path) -> None:
    for _ in range(_TRIES):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        except OSError as exc:  # a file system without locks
            raise RegistryError(
                f"cannot lock {folder}: {exc.strerror}",
                hint="Keep it on a disk of this machine: two at once would spoil what it remembers.",
            ) from exc
        else:
            return
    raise RegistryError(
        f"another process has been looking at the registry in {folder} for two minutes",
        hint="Wait for it, or end it if it hangs; XDG_CACHE_HOME names another place to remember in.",
    )
