"""The agency's own memory of what it signed: one stream, durable before anything is shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from syndicate.news import Act, Item, ItemId, KeyId, TokenDigest


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


class Why(StrEnum):
    """Why something waits instead of being signed."""

    DELAY = "delay"  # it came from the CMS a moment ago; goes out by itself
    EMBARGO = "embargo"  # a person named a time; goes out by itself, then
    BURST = "burst"  # far more came than usual: a person looks
    RETURNED = "returned"  # a text that was taken back came again: a person looks
    GONE = "gone"  # the CMS took it away before it went out: a person looks
    HALTED = "halted"  # signing was halted while it waited: a person looks
    SECOND = "second"  # an alert or a rebuttal: a second person releases it


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """What would be signed, and is not yet. It has no number, no key and no signature."""

    id: int = 0  # given by the book
    item: Item
    cms_id: str = ""
    fingerprint: str = ""  # as in ``Signed``: "" came from a person
    why: Why
    arrived: int
    due: int | None  # Unix seconds: not before; None: never by itself. HALTED never goes by itself either


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

    Promises: what ``append`` returned from is on the disk; numbers have no gap but those that ``restore``
    made, and no double; a token once appended never changes. All that is written here is on the disk
    when the call returns.
    """

    def head(self) -> tuple[int, TokenDigest | None]:
        """The stream's last number and its token's digest; (0, None) before the first."""
        ...

    def latest(self, subs: Collection[ItemId]) -> Mapping[ItemId, Signed]:
        """The highest version of each of these items that was ever signed."""
        ...

    def append(self, signed: Sequence[Signed], *, settled: Collection[int] = ()) -> None:
        """Add tokens at the head and take the ``settled`` ones off the waiting list: all, or nothing.

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

    def waiting(self) -> tuple[Waiting, ...]:
        """All that waits, in order of its ids."""
        ...

    def hold(self, waiting: Sequence[Waiting]) -> None:
        """Let these wait: all, or none. One with an ``id`` replaces what waits under it."""
        ...

    def drop(self, ids: Collection[int]) -> None:
        """Take these off the waiting list."""
        ...

    def signings(self, since: int) -> tuple[int, ...]:
        """The ``iat`` of every publication and update signed at or after ``since``, ascending."""
        ...

    def barred(self, marks: Collection[str]) -> frozenset[str]:
        """Those of ``marks`` that were barred."""
        ...

    def bar(self, marks: Collection[str]) -> None:
        """Remember these marks for ever."""
        ...

    def unbar(self, marks: Collection[str]) -> None:
        """Forget these marks: a person let the text go out."""
        ...

    def jotted(self, name: str) -> str | None:
        """What was jotted down last under ``name``."""
        ...

    def jot(self, name: str, said: str | None) -> None:
        """Jot it down under ``name``, in place of what stood there; None takes it away."""
        ...

    def restore(
        self,
        signed: Sequence[Signed],
        *,
        goes_on_after: int,
        prev: TokenDigest | None,
        displaced: Collection[TokenDigest] = (),
        waiting: Sequence[Waiting] = (),
    ) -> None:
        """Keep these tokens, which were signed before and are not here, wherever their numbers lie.

        From then on ``head`` is (``goes_on_after``, ``prev``) until a token is appended. The tokens
        ``displaced`` leave the book first: hubs hold others in their places; what they said is ``waiting``.

        Raises:
            StorageError: a number or a version is taken, ``goes_on_after`` is below a number that is
                taken, or the disk is full; nothing was kept.
        """
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
