"""How the hub writes: one transaction at a time."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from syndicate.dedupe import Related
from syndicate.ledger import ItemLeaf
from syndicate.news import (
    AgencyId,
    FeedId,
    Held,
    ItemId,
    Refused,
    StreamName,
    TokenDigest,
)
from syndicate.ports._kin import Candidate, Sketched
from syndicate.ports._polled import Backfill, FeedState
from syndicate.trust import ItemState, Numbered, Placed, StreamState, Verified

StreamKey = tuple[AgencyId, StreamName]
VersionKey = tuple[ItemId, int]
Place = tuple[AgencyId, StreamName, int]


class Book(Protocol):
    """One write transaction: look up, then keep. Everything in it happens, or nothing does."""

    def known(self, digests: Collection[TokenDigest]) -> frozenset[TokenDigest]:
        """Which of these tokens have been admitted."""
        ...

    def items(self, subs: Collection[ItemId]) -> Mapping[ItemId, ItemState]:
        """The state of each of these items that was ever seen."""
        ...

    def versions(self, keys: Collection[VersionKey]) -> Mapping[VersionKey, TokenDigest]:
        """The token that stands for each of these versions, where one does."""
        ...

    def streams(self, keys: Collection[StreamKey]) -> Mapping[StreamKey, StreamState]:
        """The state of each of these streams that was ever seen."""
        ...

    def numbered(self, places: Collection[Place]) -> Mapping[Place, Numbered]:
        """The tokens that stand at these places, and at the numbers before and after each, if any do."""
        ...

    def keep(self, items: Sequence[tuple[Verified, Placed]], languages: Collection[str] = ()) -> None:
        """Keep admitted versions with their marks, and the states of their items as placed.

        They get their index from ``Storage.seal``, in the order kept. An item opens the slice of its language
        if that is one of ``languages`` or of the first ``limits.AGENCY_LANGUAGES`` others that its agency
        signed in; else it stands in every other slice that it belongs in (decision 0064).
        """
        ...

    def keep_relations(self, relations: Sequence[Related]) -> None:
        """Keep how admitted versions stand to items or addresses, with rule and evidence."""
        ...

    def alike(self, sketched: Sequence[Sketched]) -> Mapping[VersionKey, tuple[Candidate, ...]]:
        """Keep the sketches of versions that were kept in this transaction, in the order of keeping.

        For each: versions of other items, kept before it and within 30 days, that share several bands with
        it, one of each agency, at most eight; and those that its item was found to be like before. What is
        found depends on the order of keeping alone, not on how it was cut into transactions.
        """
        ...

    def aliases(self, agency: AgencyId, since: int) -> int:
        """How many items of an agency, received since ``since``, were found again under another id."""
        ...

    def sweep(self, now: int) -> int:
        """Take some of what is too old to be compared with out of the way; how many versions.

        A few hundred at a time, whatever there is.
        """
        ...

    def keep_streams(self, states: Mapping[StreamKey, StreamState]) -> None:
        """Replace the state of these streams."""
        ...

    def keep_refused(self, refused: Sequence[tuple[Refused, str, str]], at: int) -> None:
        """Keep refusals with their source and evidence; the same again (source, reason, digest) is counted.

        Each source keeps its newest 1,000 refusals.
        """
        ...

    def hold(self, held: Sequence[tuple[Held, str, str]], at: int) -> None:
        """Keep held tokens (outcome, source, token) for another judgement; once per digest.

        Each agency keeps its newest 1,000 held tokens.
        """
        ...

    def held(self, agency: AgencyId) -> tuple[tuple[str, str, int], ...]:
        """The held tokens of an agency (token, source, first receipt), oldest first."""
        ...

    def release(self, digests: Collection[TokenDigest]) -> None:
        """Forget held tokens that have been admitted or refused since."""
        ...

    def erase(self, digests: Collection[TokenDigest], act: bytes) -> frozenset[TokenDigest]:
        """Take back these tokens, by an act that waits for its index; which of them were here until now.

        Identifiers and digests stay: the version is known, and its leaf in the log can be made.
        """
        ...

    def keep_erased(self, leaf: ItemLeaf, state: ItemState, act: str) -> None:
        """Keep a version of another's log whose token is gone already; ``act`` is the digest of why."""
        ...

    def keep_feed(self, state: FeedState) -> None:
        """Replace what is remembered of a polled feed; its ``last_heartbeat`` never goes back."""
        ...

    def keep_backfill(self, state: Backfill) -> None:
        """Replace what is remembered of the search for a stream's missing numbers."""
        ...

    def note_heartbeat(self, feed: FeedId, at: int) -> None:
        """Remember that this feed's stream was said to be alive at ``at``, polled or not."""
        ...
