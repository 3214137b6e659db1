"""The storage room: what must not be lost, on one machine, in SQLite.

Bring a path in a folder that exists. Leave with the hub's ``ports.Storage`` (``open_storage``), an
agency's ``ports.StreamBook`` (``open_streambook``), or a look at a hub's refusals beside the running hub
(``read_refusals``). What returns from a write is on the disk; one process writes, whoever else tries is
told its process id. Every trouble with the file is a ``StorageError`` that names it.
"""

from syndicate.storage._hub import open_storage, read_refusals
from syndicate.storage._streambook import open_streambook

__all__ = ["open_storage", "open_streambook", "read_refusals"]
