"""A passage that somebody asks about, beside a published text: the same letters, or where they differ."""

import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from syndicate.dedupe._asked import compare
from syndicate.dedupe._differ import Difference, differences
from syndicate.dedupe._numbers import numbers_of, signs_of
from syndicate.text import fold, fold_with_offsets

ALIKE: Final = 0.3  # of a passage that stands in a text, so that the text is worth showing beside it
_RUN: Final = 10  # letters in a row that are no coincidence
_ENOUGH: Final = 24  # letters; fewer may be anybody's, unless they are a whole headline
_PLACES: Final = 100  # in a text, where a passage is tried
_HAN: Final = (0x3400, 0x9FFF)  # of which each counts for two: they say as much


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """How much of a passage stands in a text, and where the two differ, in the order of the passage."""

    share: float  # of the passage, in runs that are no coincidence
    differences: tuple[Difference, ...]


def is_enough(folded: str) -> bool:
    """Whether a folded passage is long enough to be somebody's words."""
    return _weight(folded) >= _ENOUGH


class Passage:
    """A passage that somebody asks about, read once; nothing of it shows in a ``repr``."""

    __slots__ = ("_letters",)

    def __init__(self, text: str) -> None:
        self._letters = _Letters(text)

    def stands_in(self, title: str, summary: str, body: str) -> bool:
        """Whether it stands in an item letter by letter: in one stretch, or as its headline.

        A stretch may go from the headline on to the body, past the summary, as pages show it. Numbers have to
        be written with the same points and signs: 1.5 is not in 15, nor 12 in 12,400, nor 5 per cent in 5.
        """
        asked = self._letters
        if any(asked.is_all_of(each) for each in (title, summary)):
            return True
        if not is_enough(asked.folded):
            return False
        texts = (f"{title}\n{summary}\n{body}", f"{title}\n{body}")
        return any(asked.is_in(text) or asked.is_cut_from(text) for text in texts)


class _Letters:
    """The letters of a text, and what of its numbers and signs they do not show."""

    def __init__(self, text: str) -> None:
        made = fold_with_offsets(text)
        self.folded = made.text
        self._numbers = numbers_of(text, made.text, made.at)
        self._signs = signs_of(text, made.at)

    def is_all_of(self, text: str) -> bool:
        """Whether they are those of a text."""
        return fold(text) == self.folded and self._agrees(_Letters(text), 0)

    def is_in(self, text: str) -> bool:
        """Whether they stand in a row in a text."""
        folded = fold(text)
        at, looked = folded.find(self.folded), 0
        there = _Letters(text) if at >= 0 else self
        while at >= 0 and looked < _PLACES:
            if self._agrees(there, at):
                return True
            at, looked = folded.find(self.folded, at + 1), looked + 1
        return False

    def is_cut_from(self, text: str) -> bool:
        """The same where they were cut between a letter and its marks, at their beginning or their end."""
        if self.folded[_RUN:-_RUN] not in fold(text):
            return False
        first = next((at for at, each in enumerate(self.folded) if not unicodedata.combining(each)), 0)
        there = _Letters(text)
        sought = "".join(_apart(self.folded[first:]))
        parts = _apart(there.folded)
        at = "".join(parts).find(sought)
        if at < 0:
            return False
        starts = list(accumulate(map(len, parts), initial=0))
        begin, end = bisect_right(starts, at) - 1, bisect_left(starts, at + len(sought))
        return self.figures(first, len(self.folded)) == there.figures(begin, end)

    def _agrees(self, there: "_Letters", at: int) -> bool:
        return self.figures(0, len(self.folded)) == there.figures(at, at + len(self.folded))

    def figures(self, start: int, stop: int) -> tuple[list[tuple[int, int, str]], dict[int, str]]:
        """The numbers of a stretch, those that it cuts too, and the signs between its letters, by place."""
        begin = bisect_right(self._numbers, start, key=lambda each: each.stop)
        end = bisect_left(self._numbers, stop, key=lambda each: each.start)
        numbers = [(each.start - start, each.stop - start, each.value) for each in self._numbers[begin:end]]
        signs = {place - start: sign for place, sign in self._signs.items() if start < place < stop}
        return numbers, signs


def _apart(folded: str) -> list[str]:
    """Each letter with its marks beside it."""
    return [unicodedata.normalize("NFD", each) for each in folded]


def alike(passage: str, text: str) -> Alike | None:
    """Where a passage differs from a text in which much of it stands; None if too little of it does."""
    found = compare(passage, text)
    kept = [_weight(fold(passage[slice(*span.a)])) for span in found.kept]
    runs = [weight for weight in kept if weight >= _RUN]
    whole = sum(kept) + sum(_weight(fold(passage[slice(*span.a)])) for span in found.changed)
    share = sum(runs) / max(whole, 1)
    if share < ALIKE or max(runs) < _ENOUGH:
        return None
    return Alike(share=share, differences=tuple(differences(found, passage, text)))


def _weight(folded: str) -> int:
    return len(folded) + sum(_HAN[0] <= ord(letter) <= _HAN[1] for letter in folded)
