"""The storage room: what must not be lost, on one machine, in SQLite.

Bring a path in a folder that exists. Leave with the hub's ``ports.Storage`` (``open_storage``), an
agency's ``ports.StreamBook`` (``open_streambook``), a look at a hub's refusals (``read_refusals``) or at all
that it keeps of one item (``read_case``) beside the running hub, one unchanging view of everything
(``open_view``), or a copy of its database that is whole (``copy_database``). What returns from a write is on
the disk; one process writes, whoever else tries is told its process id. Every trouble with the file is a
``StorageError`` that names it.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syndicate.storage._backup import copy_database
    from syndicate.storage._case import read_case
    from syndicate.storage._hub import open_storage, read_refusals
    from syndicate.storage._streambook import open_streambook
    from syndicate.storage._view import open_view

__all__ = ["copy_database", "open_storage", "open_streambook", "open_view", "read_case", "read_refusals"]
_FILES = {
    "copy_database": "_backup",
    "open_streambook": "_streambook",
    "open_view": "_view",
    "read_case": "_case",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever that name stands for
    # An agency's machine never holds a hub's tables in memory, nor a hub an agency's.
    if name in __all__:
        return getattr(importlib.import_module(f"syndicate.storage.{_FILES.get(name, '_hub')}"), name)
    raise AttributeError(name)
