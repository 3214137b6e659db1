"""The agency's own memory of what it signed: one stream, durable before anything is shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from syndicate.news import Act, ItemId, KeyId, TokenDigest


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A token that the agency signed, with what the tool needs to recognise its source again."""

    seq: int
    sub: ItemId
    ver: int
    act: Act
    token: str
    digest: TokenDigest
    kid: KeyId
    iat: int
    fingerprint: str  # of what was read from the CMS: equal means nothing to sign; "" for a manual act
    published: str  # RFC 3339, as first signed; kept when a CMS gives no date
    cms_id: str  # the CMS's own id, which never leaves the agency


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How an entry of the CMS was found the last time; it saves work, and recognises a story by its text."""

    sub: ItemId  # of the entry's own id, as the CMS gives it
    raw: str  # digest of all that was read of it, and of the configuration it was read with
    fingerprint: str  # of what would be signed for it
    content: str  # digest of its title and text alone
    stands_for: ItemId | None = None  # the item it is, if the CMS had given that another id


class StreamBook(Protocol):
    """One stream of one agency. One process at a time; every method is a short, blocking call.

    Promises: what ``append`` returned from is on the disk; numbers have no gap and no double; a token
    once appended never changes.
    """

    def head(self) -> tuple[int, TokenDigest | None]:
        """The stream's last number and its token's digest; (0, None) before the first."""
        ...

    def latest(self, subs: Collection[ItemId]) -> Mapping[ItemId, Signed]:
        """The highest version of each of these items that was ever signed."""
        ...

    def append(self, signed: Sequence[Signed]) -> None:
        """Add tokens at the head, all or none.

        Raises:
            StorageError: a number is not the next one, a version is taken, or the disk is full.
        """
        ...

    def newest(self, limit: int) -> tuple[Signed, ...]:
        """The highest version of each item, by number, newest first, at most ``limit``."""
        ...

    def page(self, after: int, limit: int) -> tuple[Signed, ...]:
        """At most ``limit`` tokens with a number above ``after``, ascending."""
        ...

    def before(self, number: int) -> int:
        """The highest number below ``number`` that a token has; 0 if there is none."""
        ...

    def history(self, subs: Collection[ItemId]) -> Mapping[ItemId, tuple[Signed, ...]]:
        """Every version of each of these items that was ever signed, by number."""
        ...

    def reached(self, goal: str) -> int:
        """The number up to which the stream has been brought to ``goal``; 0 at first."""
        ...

    def reach(self, goal: str, number: int) -> None:
        """Remember that it has been brought there up to ``number``, on the disk when this returns."""
        ...

    def readings(self, subs: Collection[ItemId]) -> Mapping[ItemId, Reading]:
        """How these entries were found the last time, where they were."""
        ...

    def read_before(self, contents: Collection[str]) -> Mapping[str, frozenset[ItemId]]:
        """The items that were ever read with these titles and texts."""
        ...

    def note(self, readings: Collection[Reading]) -> None:
        """Remember how entries were found, all or none; what was known of the same ids is replaced.

        Raises:
            StorageError: the disk is full.
        """
        ...

    def close(self) -> None:
        """Let go of the file, so that another process may write."""
        ...
