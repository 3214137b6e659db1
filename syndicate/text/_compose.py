"""Composition (UAX 15): an accent that follows its letter becomes one with it, a whole text at a time."""

import sys
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby
from typing import Final

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.uint32]  # code points, and above their 21 bits what composition has to know of them
Offsets = NDArray[np.intp]
Along = tuple[Offsets, ...]  # what goes with the rows wherever they go: where each stood, if somebody asks

ENCODING: Final = f"utf-32-{sys.byteorder[0]}e"  # a text's code points as numpy reads them
CODE: Final = np.uint32(0x1FFFFF)
SEVERAL: Final = np.uint32(1 << 21)  # it stands for several letters
_JOINS: Final = np.uint32(1 << 22)  # it may become one with what stands before it
_HOLDS: Final = np.uint32(1 << 23)  # it is composed, or the first part of a syllable of Hangul
_CLASS_AT: Final = np.uint32(24)  # its combining class: those that have one may change places
MARKS: Final = np.uint32(0xFF << 24 | 1 << 22)
_SECOND: Final = np.uint64(21)  # where the first of a pair begins in its number

_LEADS: Final = ("\u1100", "\u1112")  # of Hangul, composed by arithmetic: they stand in no list
_FOLLOWS: Final = ("\u1161", "\u11c2")
# Where the letters stand that are composed of two; a test looks at the rest of Unicode.
_COMPOSITES: Final = (range(0xC0, 0x3100), range(0x11000, 0x12000))
_PASSES: Final = 4  # no letter of a language has more accents


@lru_cache(maxsize=4_096)
def row_of(letter: str) -> int:
    """A letter's code point with what composition has to know of it."""
    joins = letter in _seconds() or _FOLLOWS[0] <= letter <= _FOLLOWS[1]
    holds = not unicodedata.is_normalized("NFD", letter) or _LEADS[0] <= letter <= _LEADS[1]
    of_class = unicodedata.combining(letter) << int(_CLASS_AT)
    return ord(letter) | int(_JOINS) * joins | int(_HOLDS) * holds | of_class


@lru_cache(maxsize=1)
def _pairs() -> dict[str, str]:
    """Two characters → the one that they are composed to, in whatever order its accents come."""
    points = (chr(code) for codes in _COMPOSITES for code in codes)
    apart = (unicodedata.normalize("NFD", whole) for whole in points if unicodedata.decomposition(whole))
    pairs = {
        _nfc(parts[:place] + parts[place + 1 :]) + parts[place]
        for parts in apart
        for place in range(1, len(parts))
    }
    return {two: _nfc(two) for two in pairs if len(two) == 2 and len(_nfc(two)) == 1}


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=1)
def _seconds() -> frozenset[str]:
    return frozenset(two[1] for two in _pairs())


@lru_cache(maxsize=1)
def _sorted_pairs() -> tuple[NDArray[np.uint64], Rows]:
    pairs = sorted(
        (ord(two[0]) << int(_SECOND) | ord(two[1]), row_of(whole)) for two, whole in _pairs().items()
    )
    keys, wholes = zip(*pairs, strict=True)
    return np.array(keys, dtype=np.uint64), np.array(wholes, dtype=np.uint32)


def composed(rows: Rows, along: Along, flags: int) -> tuple[Rows, Along]:
    """``rows`` in NFC; what was composed stands where its first part stood. ``flags``: those of all."""
    marks = (rows & MARKS != 0).nonzero()[0]
    beside = marks[1:][marks[1:] - marks[:-1] == 1]
    rows, in_order = _ordered(rows, beside)
    if flags & int(_JOINS):
        rows, along = _joined(rows, along)
    if not in_order or (flags & int(_JOINS | _HOLDS) and any(_not_yet(*two) for two in _neighbours(rows))):
        return _one_by_one(rows, along)
    return rows, along


def _ordered(rows: Rows, beside: Offsets) -> tuple[Rows, bool]:
    """With marks that stand side by side in the order of their classes, as Burmese often has them not."""
    for _ in range(_PASSES):
        before, after = rows[beside - 1] >> _CLASS_AT, rows[beside] >> _CLASS_AT
        wrong = beside[(before > after) & (after > 0)]
        if not len(wrong):
            return rows, True
        wrong = wrong[np.diff(wrong, prepend=-1) > 1]  # one of three in a row at a time
        rows = rows.copy()
        rows[wrong], rows[wrong - 1] = rows[wrong - 1], rows[wrong]
    return rows, False


def _neighbours(rows: Rows) -> set[tuple[str, str]]:
    """All pairs of a mark with a mark, or a composed letter, before it."""
    places = (rows[1:] & MARKS != 0).nonzero()[0]
    firsts = rows[places]
    both = firsts & (MARKS | _HOLDS) > 0
    firsts, seconds = firsts[both] & CODE, rows[places[both] + 1] & CODE
    pairs = np.unique(firsts.astype(np.uint64) << _SECOND | seconds).tolist()
    return {(chr(pair >> int(_SECOND)), chr(pair & int(CODE))) for pair in pairs}


def _not_yet(first: str, second: str) -> bool:
    """Whether two neighbours may not stay so: they, or the second and what stands before the first."""
    reaches = row_of(second) & int(_JOINS) and unicodedata.combining(first)
    return bool(reaches) or not unicodedata.is_normalized("NFC", first + second)


def _joined(rows: Rows, along: Along) -> tuple[Rows, Along]:
    """With each accent that directly follows its letter made one with it, one after the other."""
    keys, wholes = _sorted_pairs()
    while True:  # as often as one letter has accents that join it: three times, once more to see it
        places = (rows[1:] & _JOINS != 0).nonzero()[0]
        codes = (rows[places] & CODE).astype(np.uint64), (rows[places + 1] & CODE).astype(np.uint64)
        pairs = codes[0] << _SECOND | codes[1]
        found = np.searchsorted(keys, pairs) % len(keys)
        hits = keys[found] == pairs
        if not hits.any():
            return rows, along
        hits[1:] &= ~(hits[:-1] & (np.diff(places) == 1))  # of three in a row, the first two
        places, found = places[hits], found[hits]
        rows = rows.copy()
        rows[places] = wholes[found]
        rows, along = np.delete(rows, places + 1), tuple(np.delete(each, places + 1) for each in along)


def _one_by_one(rows: Rows, along: Along) -> tuple[Rows, Along]:
    """The same by Unicode's own word, cluster by cluster: for what stands in an order that nobody types."""
    text = (rows & CODE).tobytes().decode(ENCODING)
    whole: list[str] = []
    kept: list[int] = []
    for start, stop in _clusters(text):
        cluster = _nfc(_sorted(text[start:stop]))
        whole.append(cluster)
        kept += range(start, start + len(cluster))
    made = np.frombuffer("".join(whole).encode(ENCODING), dtype=np.uint32)
    return made, tuple(each[kept] for each in along)


def _sorted(cluster: str) -> str:
    """Decomposed, its marks in the order of their classes: Python would take n² steps for n of them."""
    parts = "".join(unicodedata.normalize("NFD", each) for each in cluster)
    runs = groupby(parts, key=lambda each: unicodedata.combining(each) > 0)
    return "".join("".join(sorted(run, key=unicodedata.combining)) for _, run in runs)


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Where each letter begins, and ends with all that may combine with it."""
    start = 0
    for place, character in enumerate(text):
        if place > start and row_of(character) < int(_JOINS):
            yield start, place
            start = place
    yield start, len(text)
