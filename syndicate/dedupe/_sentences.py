"""Sentences: which of one text stand in the other in other words, wherever they have moved to.

Added or left out are whole sentences. A word more or less within one ("not", "illegally", "thousand"), or two
of its words that change places, make it another sentence, in every language alike.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import Final

from syndicate.dedupe._align import common_prefix
from syndicate.dedupe._side import Side, Stretch

_END: Final = re.compile(
    r"[.!?\u2026\u061f\u06d4](?=[\s\"'\u201d\u2019\u00bb)\]]|$)|[\u3002\uff01\uff1f\uff61\uff0e\u17d4\u17d5\u104b\n]"
)
_LINE: Final = re.compile(r"\S[^\n]*")
_TOGETHER: Final = 4  # sentences of one text that are one in the other
_OWN: Final = 60  # letters of a headline or a credit line, at most, that is each newsroom's own
_REWORDED: Final = 0.6  # J of pairs of letters, below which two lines say it in other words
_GRAM: Final = 4  # letters in a row, by which two sentences are compared
_GRAM_HAN: Final = 2
_HAN_FROM: Final = "\u3041"
_PAIRS: Final = 400  # of sentences that are compared; where there are more, nothing is said to be the same


def retold(a: Side, b: Side) -> Iterator[tuple[Stretch, Stretch]]:
    """The sentences of two texts of which each is the other's in other words."""
    one, other = _Sentences(a), _Sentences(b)
    ours, theirs = one.not_among(other), other.not_among(one)
    if len(ours) * len(theirs) > _PAIRS:
        yield ours[0], theirs[0]
        return
    for here in ours:
        for there in theirs:
            if (here in a.datelines and there in b.datelines) or (
                one.is_own(here) and other.is_own(there) and are_lines_of_two(a, here, b, there)
            ):
                continue
            if _says_alike(a, here, b, there) or _shares_half(one.grams(here), other.grams(there)):
                yield here, there


def sentences_around(side: Side, start: int, stop: int) -> Stretch:
    """A stretch with the rest of the sentences that it cuts."""
    ends = _Sentences(side).ends
    return ends[bisect_right(ends, start) - 1], ends[bisect_left(ends, stop)]


def reworded(words: str, others: str) -> bool:
    """Whether two lines say it in other words, and not in the same with other figures."""
    pairs, more = _pairs(words), _pairs(others)
    return len(pairs & more) < _REWORDED * len(pairs | more)


def _pairs(folded: str) -> set[str]:
    words = re.sub("[0-9]", "", folded)
    return {words[place : place + 2] for place in range(max(1, len(words) - 1))}


def are_lines_of_two(a: Side, here: Stretch, b: Side, there: Stretch) -> bool:
    """Whether two newsrooms wrote two lines: in other words, or one has some more at one end."""
    return reworded(a.folded[slice(*here)], b.folded[slice(*there)]) or not all(_ends(a, here, b, there))


def _says_alike(a: Side, here: Stretch, b: Side, there: Stretch) -> bool:
    """Whether half of the shorter sentence is the beginning, or the end, of the other one."""
    return 2 * sum(_ends(a, here, b, there)) >= min(here[1] - here[0], there[1] - there[0])


def _ends(a: Side, here: Stretch, b: Side, there: Stretch) -> tuple[int, int]:
    """How many letters two sentences have in common at the beginning, and how many more at the end."""
    x, y = a.letters[slice(*here)], b.letters[slice(*there)]
    shorter = min(len(x), len(y))
    begin = common_prefix(x[:shorter], y[:shorter])
    rest = shorter - begin
    return begin, common_prefix(x[::-1][:rest], y[::-1][:rest])


def _shares_half(grams: AbstractSet[str], others: AbstractSet[str]) -> bool:
    fewer = min(len(grams), len(others))
    return fewer > 0 and 2 * len(grams & others) >= fewer


class _Sentences:
    """A text in sentences; places in letters of its matching text."""

    def __init__(self, side: Side) -> None:
        self._folded = side.folded
        ends = {bisect_left(side.at, found.end()) for found in _END.finditer(side.text)}
        ends |= {stop for _, stop in side.datelines} | {0, len(side.folded)}
        self.ends = sorted(ends)
        self._all = [each for each in pairwise(self.ends) if each[0] < each[1]]
        self._own = [*side.datelines, headline_of(side), _last_line(side)]
        self._grams: dict[Stretch, AbstractSet[str]] = {}

    def not_among(self, other: "_Sentences") -> list[Stretch]:
        """Those that are not in another text; of the last one its beginning is enough."""
        theirs = other.rows().keys()
        found = {place for words, places in self.rows().items() if words in theirs for place in places}
        missing = [place for place in range(len(self._all)) if place not in found]
        if missing[-1:] == [len(self._all) - 1] and other.begins_one(self._folded[self._all[-1][0] :]):
            missing.pop()
        return [self._all[place] for place in missing]

    def is_own(self, sentence: Stretch) -> bool:
        """Whether it may be a headline, a dateline or a credit line."""
        return any(start <= sentence[0] and sentence[1] <= stop for start, stop in self._own)

    def grams(self, sentence: Stretch) -> AbstractSet[str]:
        """A few letters in a row, each."""
        if sentence not in self._grams:
            words = self._folded[slice(*sentence)]
            size = _GRAM_HAN if words[0] >= _HAN_FROM else _GRAM
            self._grams[sentence] = {words[at : at + size] for at in range(len(words) - size + 1)}
        return self._grams[sentence]

    def rows(self) -> Mapping[str, AbstractSet[int]]:
        """What stands between any two ends of sentences that are near each other, and the sentences in it."""
        found: dict[str, set[int]] = {}
        for first, (start, _) in enumerate(self._all):
            for last, (_, stop) in enumerate(self._all[first : first + _TOGETHER], first):
                found.setdefault(self._folded[start:stop], set()).update(range(first, last + 1))
        return found

    def begins_one(self, words: str) -> bool:
        """Whether a sentence begins with these words."""
        return any(self._folded.startswith(words, start) for start, _ in self._all)


def headline_of(side: Side) -> Stretch:
    """The first line, if it is short enough to be a headline; else nothing."""
    found = _LINE.search(side.text)
    return _line(side, *found.span()) if found else (0, 0)


def _last_line(side: Side) -> Stretch:
    end = len(side.text.rstrip())
    return _line(side, side.text.rfind("\n", 0, end) + 1, end)


def _line(side: Side, start: int, stop: int) -> Stretch:
    line = bisect_left(side.at, start), bisect_left(side.at, stop)
    return line if line[1] - line[0] <= _OWN else (line[0], line[0])
