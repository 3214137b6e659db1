"""Looking ahead: all that is done with what a CMS shows before anybody else is kept from the book.

A CMS may take minutes to answer, a hacked one on purpose, and what it shows may take long to read; a
person's ``panic`` must not wait for either. So it is fetched, read and converted while the book is closed,
and the book is opened only to see what need not be read again.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final

from syndicate.agency._as_before import done_before, mark_of
from syndicate.agency._config import AgencyConfig
from syndicate.agency._draft import Draft, draft
from syndicate.agency._entry import CmsEntry
from syndicate.agency._one_by_one import Unfit
from syndicate.agency._recognise import Memory, remember
from syndicate.agency._source import look_at
from syndicate.errors import AgencyError
from syndicate.ports import Clock, Fetcher, StreamBook

Opens = Callable[[], AbstractContextManager[StreamBook]]
Progress = Callable[[int, int], None]  # entries done, of all

READ_SECONDS: Final = 60.0  # that the entries of one look may take; a thousand whole articles take five
_TOLD_EVERY: Final = 100  # entries
NOT_REACHED: Final = Unfit(
    code="entry-not-reached",
    detail=f"what stands above it took more than {READ_SECONDS:.0f} seconds to be read",
    remedy="The next run goes on with it. If it stays so, look at what the CMS shows above it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """What a CMS shows, read as far as that was needed."""

    mark: str | None = None  # names what was offered; None if it has no name
    entries: Sequence[CmsEntry] | None = None  # None: not read, since the last run read the very same
    drafts: Mapping[int, Draft | Unfit] = field(default_factory=dict)  # by place, of what is not as it was
    trouble: AgencyError | None = None  # why nothing could be read

    @property
    def was_read(self) -> bool:
        """Whether it is known what the CMS shows, or why that cannot be known."""
        return self.entries is not None or self.trouble is not None

    def shown(self) -> Sequence[CmsEntry]:
        """The entries that were read.

        Raises:
            AgencyError: they could not be read.
        """
        if self.trouble is not None:
            raise self.trouble
        return self.entries or ()


async def look_ahead(
    config: AgencyConfig,
    fetcher: Fetcher | None,
    *,
    opens: Opens,
    clock: Clock,
    progress: Progress = lambda _done, _all: None,
) -> Ahead:
    """Fetch, read and convert what the CMS shows; the book is open only for moments.

    What keeps it from being read stands in ``trouble``: whoever signs raises it, after what must go out
    whatever the CMS does.

    Raises:
        StorageError: the book cannot be opened or read.
    """
    try:
        offer = await look_at(config, fetcher)
        mark = mark_of(offer.bodies, config)
        with opens() as book:
            known = done_before(mark, book) is not None
        entries = None if known else offer.read().entries
    except AgencyError as trouble:
        return Ahead(trouble=trouble)
    if entries is None:
        return Ahead(mark=mark)
    with opens() as book:
        memory = remember(entries, config, book)
    drafts = _converted(entries, memory, config, clock, progress)
    return Ahead(mark=mark, entries=entries, drafts=drafts)


def _converted(
    entries: Sequence[CmsEntry], memory: Memory, config: AgencyConfig, clock: Clock, progress: Progress
) -> dict[int, Draft | Unfit]:
    now = clock.now()
    drafts: dict[int, Draft | Unfit] = {}
    for place, entry in enumerate(entries):
        if memory.standing(place) is None:
            late = clock.now() > now + READ_SECONDS
            drafts[place] = NOT_REACHED if late else draft(entry, config, now)
        if (place + 1) % _TOLD_EVERY == 0 or place + 1 == len(entries):
            progress(place + 1, len(entries))
    return drafts
