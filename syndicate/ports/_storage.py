"""What the hub keeps, and the one order in which it shows it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol, TypeVar

from syndicate.dedupe import Related, Standing
from syndicate.news import (
    AgencyId,
    FeedId,
    Index,
    ItemId,
    Reason,
    Slice,
    TokenDigest,
)
from syndicate.ports._book import Book, StreamKey
from syndicate.ports._case import RefusalRecord
from syndicate.ports._gathering import Gathering
from syndicate.ports._kin import Story
from syndicate.ports._log import Entry, PublicLog
from syndicate.ports._logged import Amended, Changed, Logged, Named, Stretch, Window
from syndicate.ports._passages import Passages
from syndicate.ports._polled import Backfill, FeedState
from syndicate.ports._search import Found, Search
from syndicate.ports._subscribers import Subscribers
from syndicate.trust import StreamState

T = TypeVar("T")


class Storage(Protocol):
    """Everything the hub must not lose.

    Promises: one writer at a time; ``write`` and ``seal`` return only after the commit is on the disk;
    indices begin at 0, have no gap, are given once and never change; an index is a version's or an act's;
    whatever is read of a slice is shown;
    ``sealed_at`` never runs backwards along the indices, even when the clock does.
    """

    async def write(self, work: Callable[[Book], T]) -> T:
        """Run ``work`` in one transaction, off the event loop; an exception of its own undoes everything.

        Raises:
            StorageError: the database could not do it; nothing of it happened.
        """
        ...

    async def known(self, digests: Collection[TokenDigest]) -> frozenset[TokenDigest]:
        """Which of these tokens have been admitted."""
        ...

    @property
    def log(self) -> PublicLog:
        """The public log: the same one order, with its tree."""
        ...

    @property
    def subscribers(self) -> Subscribers:
        """Who is told of what the log shows."""
        ...

    @property
    def passages(self) -> Passages:
        """Which versions have a passage, a headline or an address."""
        ...

    @property
    def gathering(self) -> Gathering:
        """How far the stories have followed the log, and what takes them further."""
        ...

    async def seal(self, at: float, most: int = 1_000, *, show: bool = True) -> int:
        """Give the next indices to at most ``most`` acts and kept versions that have none; the number given.

        They become leaves of the log in the same transaction. ``show`` also shows all that has an index.
        """
        ...

    async def follow(self, first: int, work: Callable[[Book], Sequence[Entry]]) -> None:
        """Take over leaves of another's log, from index ``first``: ``work`` keeps them and says their order.

        One transaction. Acts of the operator among them are kept, too.

        Raises:
            StorageError: ``first`` is not the next index, or what was kept makes other leaves than these;
                nothing of it happened.
        """
        ...

    async def size(self) -> int:
        """How many indices are shown: the next one to be."""
        ...

    async def page(
        self, slice_: Slice, after: int, limit: int, *, characters: int | None = None
    ) -> tuple[Logged, ...]:
        """At most ``limit`` versions of a slice with an index above ``after``, ascending; none erased.

        Fewer if (the first one apart) their tokens together would have more than ``characters``.
        """
        ...

    async def window(self, slice_: Slice, window: Window) -> tuple[Logged, ...]:
        """The newest version of each item in a slice's window, by index, newest first.

        An item's newest version is its retraction if there is one, else its highest version.
        """
        ...

    async def placed(self, slice_: Slice, window: Window) -> tuple[Index, ...]:
        """The indices of the versions in a slice's window, newest first; ``characters`` is left to who asks.

        So who knows most of them need not read their tokens.
        """
        ...

    async def these(self, indices: Collection[Index]) -> tuple[Logged, ...]:
        """The versions at these indices, ascending, also if they are erased; a few hundred at a time."""
        ...

    async def archived(self, slice_: Slice, every: int, *, upto: int, after: int = -1) -> int:
        """The index of the version that fills a slice's newest page of ``every`` versions; -1 if none does.

        Counted are all versions of the slice up to index ``upto``, which is shown, the erased ones too.
        ``after`` is what an earlier call gave, which saves counting from the beginning.
        """
        ...

    async def stretch(self, slice_: Slice, every: int, last: int) -> Stretch | None:
        """The page of a slice's archive that ends at index ``last``; None if none ends there.

        Pages follow each other without gap or overlap, ``every`` versions each, from the slice's first one
        on; which versions stand on one never changes.
        """
        ...

    async def changed(self, slice_: Slice, after: int, most: int, characters: int) -> Changed:
        """The version shown of each item whose index is above ``after``, ascending; none erased.

        At most ``most``, and (the first one apart) no more than ``characters`` of tokens together. What a
        later version of the same item replaced does not come.
        """
        ...

    async def newest(self, slice_: Slice) -> int:
        """The highest index in a slice, -1 if it is empty. Cheap: asked before each rendering."""
        ...

    async def named(self, after: int, limit: int) -> tuple[Named, ...]:
        """At most ``limit`` versions that are shown, with an index above ``after``, ascending.

        By name alone, so that a million cost seconds; erased ones are among them, and say so.
        """
        ...

    async def archive_ends(self, slice_: Slice, every: int) -> tuple[Index, ...]:
        """The last index of each page of a slice's archive, ascending; see ``stretch``."""
        ...

    async def version(self, sub: ItemId, ver: int) -> Logged | None:
        """One sealed version, also if it is erased."""
        ...

    async def history(self, sub: ItemId, limit: int = 100) -> tuple[Logged, ...]:
        """The versions of an item that are shown, also if they are erased, the highest first."""
        ...

    async def standing(self, subs: Collection[ItemId]) -> Mapping[ItemId, Logged]:
        """The version that stands for each of these items, also if it is erased, where one is shown."""
        ...

    async def amended(self) -> Mapping[AgencyId, Amended]:
        """How many items of each agency were ever corrected or taken away, where any were."""
        ...

    async def erased_by(self, sub: ItemId, ver: int) -> str | None:
        """The digest of the act that erased a version."""
        ...

    async def relations(self, sub: ItemId) -> tuple[Related, ...]:
        """Every relation from this item's versions or to it, in the order kept; at most 1,000."""
        ...

    async def stories(self, indices: Collection[Index]) -> Mapping[Index, Story]:
        """The stories that the items shown at these indices belong to; what stands alone is not in it.

        What stands alone since it left a story, or was left, is: as the origin of one without others, so that
        its entry says when it changed.
        Stories are gathered behind the log (``gathering``): who has come to the same index has the same ones.
        A version that came after that index stands alone until then.
        """
        ...

    async def story_of(self, sub: ItemId) -> Story | None:
        """The story that an item belongs to; None if it stands alone."""
        ...

    async def found(
        self, limit: int, *, state: Standing | None = None, agency: AgencyId | None = None
    ) -> tuple[Related, ...]:
        """At most ``limit`` relations found by likeness, last ones first; of this state, by this agency."""
        ...

    async def search(self, asked: Search) -> Found:
        """Versions that stand for their items and match; none erased, and none by an older version's text.

        Title and summary (of what was withdrawn, the note) can be found from when their version is shown,
        whole texts once ``index`` came to them. It gives up after a while, and says where to go on.
        """
        ...

    async def index(self, most: int) -> int:
        """Make the whole texts of at most ``most`` more versions searchable; how many it did, 0 at the end.

        It follows the log from where it came to, whoever stopped it and when. An index of another version of
        the terms is made again from the beginning.
        """
        ...

    async def sweep(self) -> bool:
        """One step of overwriting what ``Book.erase`` left of a text in the index; whether there is more."""
        ...

    async def unindexed(self) -> int:
        """How many versions of the log cannot be found by their whole text yet."""
        ...

    async def feed_states(self) -> Mapping[FeedId, FeedState]:
        """What is remembered of every feed ever polled."""
        ...

    async def refusals(
        self, *, agency: AgencyId | None = None, proved: bool | None = None, limit: int = 100
    ) -> tuple[RefusalRecord, ...]:
        """Refusals for the operator's eyes, those that came last first.

        ``proved`` leaves only those that an agency's key stands behind (True), or those that anybody can
        make (False; see ``news.UNPROVED``).
        """
        ...

    async def refusal_counts(self) -> Mapping[tuple[AgencyId | None, Reason], int]:
        """How often which agency's tokens were refused, and why: all that is public of refusals."""
        ...

    async def stream_states(self, agency: AgencyId, limit: int = 100) -> Mapping[StreamKey, StreamState]:
        """The state of an agency's streams, by name; at most ``limit``."""
        ...

    async def stream_state(self, key: StreamKey) -> StreamState | None:
        """The state of one stream, if it was ever seen."""
        ...

    async def numbers(self, key: StreamKey, after: int) -> int:
        """How many tokens with a number above ``after`` are here of a stream."""
        ...

    async def late(self, key: StreamKey, after: int) -> int:
        """How many tokens of a stream with a number above ``after`` are marked late."""
        ...

    async def held_reasons(self, agency: AgencyId) -> Mapping[Reason, int]:
        """How many tokens of an agency are held, and why."""
        ...

    async def backfills(self) -> Mapping[StreamKey, Backfill]:
        """What is remembered of every search for missing numbers."""
        ...

    async def last_received(self) -> Mapping[AgencyId, int]:
        """When each agency's newest version was received, in Unix seconds."""
        ...

    async def close(self) -> None:
        """Finish what is under way and let go of the file."""
        ...
