"""After a recovery: what nobody showed may have been signed all the same, and no version is signed twice.

A hub can hide what it logged. So an item that was signed before goes on some versions higher, and one that
the recovered book does not know, but that is older than the recovery, does not begin at its first version
(docs/decisions/0017). Hubs take both: versions may have gaps, as numbers may.
"""

import json
from dataclasses import asdict, dataclass, replace
from typing import Final

from syndicate.news import Act, Item, rfc3339
from syndicate.ports import Signed, StreamBook

_NAME: Final = "recovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """The last time that this book was put together again from what others had kept."""

    at: int  # Unix seconds
    after: int  # the stream's number after which it went on
    step: int  # versions of each item that are left free: below ``limits.VERSION_JUMP``


def remember_recovery(recovery: Recovery, book: StreamBook) -> None:
    """Let versions go on above what may be lost.

    Raises:
        StorageError: the book cannot be written.
    """
    book.jot(_NAME, json.dumps(asdict(recovery)))


def recovery_of(book: StreamBook) -> Recovery | None:
    """The book's last recovery; None if there was none.

    Raises:
        StorageError: the book cannot be read.
    """
    said = book.jotted(_NAME)
    return None if said is None else Recovery(**json.loads(said))


def above_what_may_be_lost(item: Item, known: Signed | None, recovery: Recovery | None) -> Item:
    """``item``, which follows the version ``known``, with a version that nobody has signed before."""
    if recovery is None or (known is not None and known.seq > recovery.after):
        return item
    if known is None and (item.ver > 1 or item.published > rfc3339(recovery.at)):
        return item  # it began after the recovery
    act = Act.UPDATE if item.act is Act.PUBLISH else item.act
    return replace(item, ver=item.ver + recovery.step, act=act)
