"""Entry by entry: whatever one of them is, or does to this program, the others go on."""

import logging
import re
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from syndicate.agency._entry import CmsEntry, unreadable

_log = logging.getLogger("syndicate.agency.entries")
_T = TypeVar("_T")
# Half of a character: JSON and loose XML can spell it, and no database, signature or terminal takes it.
_HALF: Final = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """An entry that cannot be signed, with the reason and what can be done about it."""

    code: str  # a news.Reason, or "entry-…"
    detail: str
    remedy: str


def read_each(found: Iterable[_T], read: Callable[[_T], CmsEntry]) -> tuple[CmsEntry, ...]:
    """Each of ``found``, read; one that cannot be read becomes an entry that says so."""
    return tuple(_sound(_read(each, read)) for each in found)


def failed(exc: Exception) -> Unfit:
    """What is told of an entry on which this program failed: a bug of ours, which stops no other entry.

    The log gets where it happened, and nothing of what the entry says.
    """
    where = "".join(traceback.format_tb(exc.__traceback__))
    _log.error("an entry was left out: %s\n%s", type(exc).__name__, where)
    return Unfit(
        code="entry-failed",
        detail=f"this program failed on it ({type(exc).__name__})",
        remedy="Tell its makers what the log says of it; the others are signed.",
    )


def _read(found: _T, read: Callable[[_T], CmsEntry]) -> CmsEntry:
    try:
        return read(found)
    except Exception as exc:  # noqa: BLE001 - the edge of one entry: a bug stops no other
        return unreadable(failed(exc).detail)


def _sound(entry: CmsEntry) -> CmsEntry:
    """``entry`` with whole characters in its id, address and dates; what only reads badly is mended later."""
    for name, text in (("id", entry.cms_id), ("address", entry.url), ("description", entry.trouble)):
        if _HALF.search(text):
            return unreadable(f"its {name} holds half a character", _HALF.sub("\ufffd", entry.cms_id))
    title = entry.title and replace(entry.title, value=_HALF.sub("", entry.title.value))
    return replace(entry, title=title, dated=_HALF.sub("\ufffd", entry.dated))
