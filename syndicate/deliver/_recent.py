"""The newest versions of the log, read once for all subscribers; who lags behind reads pages of its slice."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

from syndicate.last_used import LastUsed
from syndicate.news import Act, Item, Kind, Slice
from syndicate.ports import Logged, Notable, Storage
from syndicate.trust import recall

_PAGE: Final = 200  # versions read at once at the head of the log
_BEHIND: Final = 20  # versions read at once for one who lags behind
_BEHIND_CHARACTERS: Final = 8_000_000  # of tokens, kept for those who lag behind

_ACTS: Final = {Act.CORRECT: Notable.CORRECT, Act.WITHHOLD: Notable.WITHHOLD, Act.RETRACT: Notable.RETRACT}


@dataclass(frozen=True, eq=False)
class Piece:
    """A version to tell of."""

    logged: Logged

    @cached_property
    def item(self) -> Item:
        """What its agency signed, without the text."""
        return replace(recall(self.logged.token), content=None, media=(), ext=None)

    @cached_property
    def notable(self) -> Notable | None:
        """What the public figures call it, if they know it at all: of rebuttals they say nothing (S3)."""
        if self.item.kind is Kind.REBUTTAL:
            return None
        what = _ACTS.get(self.item.act)
        return Notable.ALERT if what is None and self.item.kind is Kind.ALERT else what


class Recent:
    """Everything with an index above ``low`` and up to ``high``, within the bounds given."""

    def __init__(self, storage: Storage, *, versions: int, characters: int) -> None:
        self._storage = storage
        self._versions = versions
        self._characters = characters
        self._held = 0  # characters
        self._pieces: list[Piece] = []
        self._indices: list[int] = []
        self._behind: LastUsed[tuple[Slice, int], Piece] = LastUsed(
            _BEHIND_CHARACTERS, _characters, least=_BEHIND
        )
        self.low = self.high = storage.log.visible - 1

    @property
    def is_read(self) -> bool:
        """Whether all that is shown has been read."""
        return self._storage.log.visible - 1 <= self.high

    async def read_on(self) -> tuple[Piece, ...]:
        """The next versions that are shown, at most a page. Raises StorageError."""
        shown = self._storage.log.visible - 1
        page = await self._storage.page(Slice(), self.high, _PAGE)
        pieces = tuple(Piece(logged) for logged in page)
        self._pieces += pieces
        self._indices += [logged.index for logged in page]
        self._held += sum(len(logged.token) for logged in page)
        last = page[-1].index if page else -1
        # A full page may end before what is shown; acts have an index, too, and stand in no page.
        self.high = last if len(page) == _PAGE else max(shown, last)
        self._let_go()
        return pieces

    def next_of(self, slice_: Slice, after: int) -> Piece | None:
        """The first version of a slice above ``after``, which is at least ``low``; None if there is none."""
        for at in range(bisect_right(self._indices, after), len(self._pieces)):
            if slice_.holds(self._pieces[at].logged.facets):
                return self._pieces[at]
        return None

    async def next_behind(self, slice_: Slice, after: int) -> Piece | None:
        """The first version of a slice above ``after``, wherever that is. Raises StorageError."""
        known = self._behind.get((slice_, after))
        if known is not None:
            return known
        page = await self._storage.page(slice_, after, _BEHIND)
        # What comes after an index never changes: whoever goes the same way finds it here.
        for before, logged in zip((after, *(one.index for one in page)), page, strict=False):
            self._behind.put((slice_, before), Piece(logged))
        return self._behind.get((slice_, after))

    def _let_go(self) -> None:
        over = 0
        while over < len(self._pieces) and (
            len(self._pieces) - over > self._versions or self._held > self._characters
        ):
            self._held -= len(self._pieces[over].logged.token)
            self.low = self._indices[over]
            over += 1
        del self._pieces[:over], self._indices[:over]


def _characters(piece: Piece) -> int:
    return len(piece.logged.token)
