"""The file that stands for an address. Only what our own grammar can make becomes a name on a disk."""

import re
from typing import Final

from syndicate.errors import ExportError

GZIP: Final = ".gz"
BROTLI: Final = ".br"
_PART: Final = re.compile(r"\.?[A-Za-z0-9_-][A-Za-z0-9_.:+@,-]{0,199}", re.ASCII)
_PARTS: Final = 16
_FRONT: Final = "index.html"
_PAGE: Final = ".html"


def file_of(address: str, *, page: bool) -> str:
    """Where the document at ``address`` lies in a copy, from its folder on: "feeds/vn.atom", "log.html".

    Raises:
        ExportError: the address has parts that no address of ours has.
    """
    name = address.removeprefix("/")
    if page:
        name = f"{name}{_PAGE}" if name else _FRONT
    parts = name.split("/")
    fits = address.startswith("/") and len(parts) <= _PARTS and all(map(_PART.fullmatch, parts))
    if not fits or name.endswith((GZIP, BROTLI)):
        raise ExportError("an address cannot be a file's name", hint=f"It is {address[:200]!r}.")
    return name
