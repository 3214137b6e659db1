"""One of two texts that are compared: its letters, where they stood, and what in it the guard looks at."""

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from syndicate.dedupe._numbers import MINUS, Number, numbers_of, pictures_of, signs_of
from syndicate.dedupe._shingles import LETTERS, Letters
from syndicate.text import fold_with_offsets

NUMBERS: Final = 3_000  # of a text that are looked at one by one; one with more is the same, or it is not
_LAST_LINE: Final = 120  # characters, at most, of a credit line
_LINES: Final = 4  # from the first on, in which a dateline may stand
_DATELINE: Final = re.compile(r"[^\n]{1,80}?(?:[)\]】]|\s[-\u2013\u2014]{1,2}\s|:\s)")
_QUOTED: Final = re.compile(
    r"“[^“”]{1,9000}”|\"[^\"\n]{1,9000}\"|«[^«»]{1,9000}»|「[^「」]{1,9000}」|『[^『』]{1,9000}』"
)
_WORD: Final = re.compile(r"\w+")
_SPACELESS_FROM: Final = "\u0e00"  # from here on, scripts that write words without spaces, and Han
_WORD_LETTERS: Final = 24  # of a word, on each side of a place in it
_SPACELESS_LETTERS: Final = 6
_SEAMLESS: Final = ("Cf", "Mn", "Mc")  # what may stand between two letters of a word, and folds to nothing
_DIGITS: Final = frozenset("0123456789")

Stretch = tuple[int, int]  # start and stop, in letters of the matching text


class Side:
    """A text with its matching letters; places are counted in these."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._folded = fold_with_offsets(text)
        self.folded = self._folded.text[:LETTERS]
        self.at = self._folded.at[:LETTERS]
        self.letters: Letters = np.frombuffer(self.folded.encode("utf-32-le"), dtype="<u4").astype(np.uint32)
        self.numbers = numbers_of(text, self.folded, self.at, NUMBERS + 1)
        self.signs = signs_of(text, self.at)
        self.pictures = pictures_of(text, self.at)
        self._starts = [number.start for number in self.numbers]
        self._stops = [number.stop for number in self.numbers]
        self.values = {number.value for number in self.numbers}
        self.datelines = self._places(_datelines(text))
        self.last_line = bisect_left(self.at, max(text.rstrip().rfind("\n") + 1, len(text) - _LAST_LINE))
        self.again: list[Stretch] = []  # what stands in the other text too, in whatever place
        self._quoted = self._places(found.span() for found in _QUOTED.finditer(text))

    def original(self, start: int, stop: int) -> tuple[int, int]:
        """Where a stretch of letters stood in the text, in code points."""
        return self._folded.span(start, stop)

    def shown(self, start: int, stop: int) -> str:
        """A stretch of letters as it stood in the text."""
        begin, end = self.original(start, stop)
        return self.text[begin:end]

    def in_words(self, start: int, stop: int) -> str:
        """The same with the rest of the words and numbers that it cuts, and the sign of a number."""
        cut = [each for each in self.touching(start, stop) if each.start < stop and start < each.stop]
        first, last = min([start, *(each.start for each in cut)]), max([stop, *(each.stop for each in cut)])
        begin, end = self.original(*self.word_around(first, last))
        return self.text[begin - (begin > 0 and self.text[begin - 1] in MINUS) : end]

    def touching(self, start: int, stop: int) -> list[Number]:
        """The numbers that a stretch holds, cuts or touches."""
        return self.numbers[bisect_left(self._stops, start) : bisect_right(self._starts, stop)]

    def number_at(self, start: int) -> Number | None:
        """The number that begins here."""
        place = bisect_left(self._starts, start)
        found = self.numbers[place : place + 1]
        return found[0] if found and found[0].start == start else None

    def word_around(self, start: int, stop: int) -> Stretch:
        """A stretch with the rest of the words that it cuts; of spaceless scripts a few letters more."""
        first, last = start, stop
        while start - first < self._most(first - 1) and self._one_word(first - 1):
            first -= 1
        while last - stop < self._most(last) and self._one_word(last - 1):
            last += 1
        return first, last

    def beside_number(self, start: int, stop: int) -> bool:
        """Whether a number is next to a stretch, or in it."""
        return any(
            number.stop == start or number.start == stop or (number.start < stop and number.stop > start)
            for number in self.touching(start, stop)
        )

    def names(self, start: int, stop: int) -> set[str]:
        """The words with a capital in a stretch."""
        words = _WORD.findall(self.shown(*self.word_around(start, stop)))
        return {word for word in words if word[0].isupper()}

    @property
    def share_quoted(self) -> float:
        """How much of the text lies within quotation marks."""
        return sum(stop - start for start, stop in self._quoted) / max(1, len(self.folded))

    def is_quoted(self, start: int, stop: int) -> bool:
        """Whether a stretch lies within quotation marks."""
        return within(self._quoted, start, stop)

    def _most(self, place: int) -> int:
        if not 0 <= place < len(self.folded):
            return 0
        return _WORD_LETTERS if self.folded[place] < _SPACELESS_FROM else _SPACELESS_LETTERS

    def _one_word(self, place: int) -> bool:
        """Whether a letter and the one after it stand in one word, neither of them a digit."""
        two = self.folded[max(0, place) : place + 2]
        if place < 0 or len(two) < 2 or not _DIGITS.isdisjoint(two):
            return False
        between = self.text[self.at[place] + 1 : self.at[place + 1]]
        return all(unicodedata.category(each) in _SEAMLESS for each in between[:_SPACELESS_LETTERS])

    def _places(self, spans: Iterable[tuple[int, int]]) -> list[Stretch]:
        return [(bisect_left(self.at, start), bisect_left(self.at, stop)) for start, stop in spans]


def without(start: int, stop: int, taken: list[Stretch]) -> list[Stretch]:
    """What is left of a stretch without others, which are in order and apart."""
    left: list[Stretch] = []
    for first, last in taken[max(0, bisect_right(taken, (start, start)) - 1) :]:
        if first >= stop:
            break
        if last > start:
            left.append((start, first))
            start = last
    return [each for each in (*left, (start, stop)) if each[0] < each[1]]


def contexts(side: Side, reach: int) -> Iterator[tuple[Number, str, str]]:
    """Each number with as many letters before it and after it, numbers left out."""
    bare: list[str] = []
    places: list[int] = []
    done = 0
    for number in side.numbers:
        bare.append(side.folded[done : number.start])
        places.append(number.start - done + (places[-1] if places else 0))
        done = number.stop
    words = "".join((*bare, side.folded[done:]))
    for number, place in zip(side.numbers, places, strict=True):
        yield number, words[max(0, place - reach) : place], words[place : place + reach]


def within(stretches: list[Stretch], start: int, stop: int) -> bool:
    """Whether one of some stretches, in order and apart, holds this one."""
    place = bisect_right(stretches, (start, stop)) - 1
    place += place + 1 < len(stretches) and stretches[place + 1][0] == start
    return place >= 0 and stretches[place][0] <= start and stop <= stretches[place][1]


def _datelines(text: str) -> Iterator[tuple[int, int]]:
    """Where the first lines begin with what may be a place, a day and an agency, and a dash or the like."""
    start = 0
    for _ in range(_LINES):
        found = _DATELINE.match(text, start)
        if found is not None:
            yield found.span()
        start = text.find("\n", start) + 1
        if not start:
            return
