"""The archive (RFC 5005): every token of the stream by number, in pages that stay as they are.

A page holds 32 numbers, because 32 of the largest tokens with their entries still fit the 4 MB that a
hub takes. The newest page grows until it is full. A full page is written again in one case only: an item
in it was withheld or retracted later. Its token is history and stays; what the entry shows becomes the
withdrawal. So nothing that the agency took back is shown in the archive either, and every hash still fits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from syndicate.agency._config import AgencyConfig
from syndicate.agency._report import WrittenFile
from syndicate.news import Act, Entry, ItemId, Registry
from syndicate.ports import Signed, StreamBook
from syndicate.republish import compose_page, entry_of
from syndicate.trust import recall
from syndicate.wire import Typesetter

PAGE_NUMBERS: Final = 32
_GOAL: Final = "archive"
_WITHDRAWS: Final = (Act.WITHHOLD, Act.RETRACT)
_BATCH: Final = 500

Replace = Callable[[Mapping[str, bytes]], tuple[WrittenFile, ...]]
History = Mapping[ItemId, tuple[Signed, ...]]


def page_of(number: int) -> int:
    """The page, counted from 1, that holds this number of the stream."""
    return (number - 1) // PAGE_NUMBERS + 1


def write_archive(config: AgencyConfig, book: StreamBook, registry: Registry, write: Replace) -> str | None:
    """Bring the archive's files up to the head; the name of the newest page, None for an empty stream.

    Only what can have changed is written: pages with new numbers, pages with an item that a new number
    withdraws, and files that are gone. Raises what ``write`` raises; the next run goes on from there.
    """
    head, _ = book.head()
    if head == 0:
        return None
    for page in sorted(_new(book, head) | _gone(config, book, head)):
        write({config.page_name(page): _render(config, book, registry, page)})
    if book.reached(_GOAL) != head:
        book.reach(_GOAL, head)
    return config.page_name(page_of(head))


def _new(book: StreamBook, head: int) -> set[int]:
    """The pages that what was signed since the last run belongs to, or withdraws something from."""
    after = min(book.reached(_GOAL), head)  # the book may be an older one, restored
    pages: set[int] = set()
    while signed := book.page(after, _BATCH):
        after = signed[-1].seq
        pages |= {page_of(each.seq) for each in signed}
        withdrawn = book.history({each.sub for each in signed if each.act in _WITHDRAWS})
        pages |= {page_of(each.seq) for versions in withdrawn.values() for each in versions}
    return pages


def _gone(config: AgencyConfig, book: StreamBook, head: int) -> set[int]:
    """The pages whose files are not there, though the book has tokens for them."""
    try:
        there = {path.name for path in config.folder.iterdir()}
    except OSError:
        there = set()
    gone = {page for page in range(1, page_of(head) + 1) if config.page_name(page) not in there}
    return {page for page in gone if book.before(page * PAGE_NUMBERS + 1) > (page - 1) * PAGE_NUMBERS}


def _render(config: AgencyConfig, book: StreamBook, registry: Registry, page: int) -> bytes:
    first, last = (page - 1) * PAGE_NUMBERS, page * PAGE_NUMBERS
    signed = [each for each in book.page(first, PAGE_NUMBERS) if each.seq <= last]
    history = book.history({each.sub for each in signed})
    earlier = book.before(first + 1)
    name = config.page_name(page)
    feed = compose_page(
        registry.agencies[config.id],
        [_entry(each, history[each.sub], registry, config) for each in signed],
        page_url=f"{config.base_url}{name}",
        current=config.atom_name,
        prev_archive=config.page_name(page_of(earlier)) if earlier else None,
        full=book.head()[0] >= last,
    )
    return Typesetter().render(feed, "atom")


def _entry(signed: Signed, versions: Sequence[Signed], registry: Registry, config: AgencyConfig) -> Entry:
    """The token with a title and a link; once withdrawn, with the withdrawal's. The body travels inside."""
    shown = signed
    for later in versions:
        if later.seq > signed.seq and later.act in _WITHDRAWS:
            shown = later
    entry = entry_of(
        recall(shown.token), shown.token, registry, token_url=config.page_name(page_of(signed.seq))
    )
    own = entry_of(recall(signed.token), signed.token, registry, token_url=entry.token_url)
    return replace(
        entry,
        token=own.token,
        digest=own.digest,
        ver=own.ver,
        text=None,
        html=None,
        summary=None,
        media=(),
        relations=(),
    )
