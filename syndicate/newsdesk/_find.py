"""Finding an item by whatever a person has in front of them: id, number, address, or the CMS's own id."""

from collections.abc import Iterator
from typing import Final

from syndicate.agency import AgencyConfig, item_id
from syndicate.errors import AgencyError
from syndicate.news import Item, ItemId
from syndicate.ports import Signed, StreamBook
from syndicate.trust import recall

_STEP: Final = 500


def find_item(name: str, config: AgencyConfig, book: StreamBook) -> Signed:
    """The newest version of the item that ``name`` names.

    Raises:
        AgencyError: nothing of that name was ever signed here.
    """
    number = name.removeprefix("#")
    if number.isdecimal() and number.isascii():
        (found,) = book.page(int(number) - 1, 1) or (None,)
        sub = found.sub if found is not None and found.seq == int(number) else None
    else:
        sub = ItemId(name) if name.startswith(f"{config.id}:") else None
    for each in (sub, ItemId(f"{config.id}:{name}"), item_id(config.id, name)):
        if each is not None and (known := book.latest([each]).get(each)) is not None:
            return known
    return _by_address(name, book)


def newest_first(book: StreamBook) -> Iterator[Signed]:
    """Every token of the book, from its last number down."""
    head = book.head()[0]
    while head > 0:
        page = [each for each in book.page(max(0, head - _STEP), _STEP) if each.seq <= head]
        yield from reversed(page)
        head -= _STEP


def last_text(sub: ItemId, book: StreamBook) -> Item:
    """What the item said when it last said anything: the newest version that takes nothing back.

    Raises:
        AgencyError: it never said anything here.
    """
    for each in newest_first(book):
        if each.sub == sub and not (said := recall(each.token)).withdrawn:
            return said
    raise AgencyError(f"{sub} has no version with a text in this book")


def _by_address(url: str, book: StreamBook) -> Signed:
    if url.startswith(("http://", "https://")):
        for each in newest_first(book):
            if recall(each.token).url == url:
                return book.latest([each.sub])[each.sub]
    raise AgencyError(
        f"nothing that was signed here is called {url[:200]!r}",
        hint="Name an item by its id, its number in the stream, its address, or the CMS's own id.",
    )
