"""Shingles: every few letters in a row, hashed, all of a text at once."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from syndicate.dedupe._likeness import BANDS, Fingerprint, Sketch
from syndicate.text import FOLDING, fold_codes, fold_codes_each

Letters = NDArray[np.uint32]  # code points of a matching text
Hashes = NDArray[np.uint32]

LETTERS: Final = 100_000  # of a text that count
_WIDTH: Final = 5  # letters of a shingle
_ROWS: Final = 4
_BINS: Final = 128  # of which BANDS * _ROWS are used
_FEWEST: Final = 12  # shingles; fewer say nothing of likeness
_GRAM: Final = 10  # letters of a fingerprint
_WINDOW: Final = 32  # grams in a row of which one at least is a fingerprint
PASSAGE: Final = _WINDOW + _GRAM - 1  # letters in common that make a fingerprint in common

# Han: ideographs of every plane, and the syllables of Japanese.
_HAN_FROM: Final = 0x3041
_HAN: Final = ((0x3041, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
# Odd numbers with bits all over them; the products wrap around, as those of a hash do.
_FIRST, _SECOND, _THIRD = (np.uint32(odd) for odd in (0x9E3779B1, 0xC2B2AE35, 0x85EBCA6B))
_WIDE: Final = np.uint64(0xD6E8FEB86659FD93)
_HALF: Final = np.uint64(32)
_QUARTER: Final = np.uint32(15)
_BIN_AT: Final = np.uint32(25)
_EMPTY: Final = np.uint32(2**32 - 1)
_SALTS: Final = (np.arange(1, BANDS + 1, dtype=np.uint64) + np.uint64(FOLDING << 32)) * _WIDE


def letters_of(text: str) -> Letters:
    """The matching text as numbers, bounded."""
    return fold_codes(text)[0][:LETTERS]


def shingles_of(letters: Letters) -> Hashes:
    """A hash of each five letters in a row, of three where the first is Han; in the order of the text."""
    if len(letters) < _WIDTH:
        return letters[:0]
    pairs = letters[:-1] * _FIRST
    pairs += letters[1:]
    threes = pairs[:-1] * _SECOND
    threes += letters[2:]
    fives = threes[:-2] * _THIRD
    fives += pairs[3:]
    if letters.max() >= _HAN_FROM:
        fives = np.where(_is_han(letters[:-4]), threes[:-2], fives)
    return _mixed(fives)


def found_again(letters: Letters, hashes: Hashes, shared: Hashes, fewest: int) -> list[tuple[int, int]]:
    """The stretches in which every shingle that holds a letter is in ``shared``, in order.

    Only passages of ``fewest`` letters or more count (of Han a third); so what stands next to a letter that
    is another one is in none of them.
    """
    if not len(shared):
        return []
    hits = shared[np.searchsorted(shared, hashes) % len(shared)] == hashes
    starts, ends = np.diff(hits, prepend=False, append=False).nonzero()[0].reshape(-1, 2).T
    is_han = _is_han(letters[starts])
    widths = np.where(is_han, 3, 5)
    long = (ends - starts + widths - 1) * np.where(is_han, 3, 1) >= fewest
    firsts = np.where(starts > 0, starts + widths - 1, 0)[long]
    lasts = np.where(ends < len(hashes), ends, len(letters))[long]
    return [
        (first, last) for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True) if first < last
    ]


def distinct(hashes: Hashes) -> Hashes:
    """Each hash once, in ascending order."""
    ordered: Hashes = np.sort(hashes)
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def _mixed(hashes: Hashes) -> Hashes:
    """Hashes of which every bit depends on every letter."""
    hashes ^= hashes >> _QUARTER
    hashes *= _SECOND
    hashes ^= hashes >> _QUARTER
    return hashes


def _is_han(letters: Letters) -> NDArray[np.bool_]:
    found = np.zeros(len(letters), dtype=np.bool_)
    if letters.max(initial=0) < _HAN_FROM:
        return found
    for first, last in _HAN:
        found |= (letters >= first) & (letters <= last)
    return found


def weight_of(letters: Letters) -> int:
    """How much a text says, in letters of an alphabet: one of Han is worth three."""
    return len(letters) + 2 * int(_is_han(letters).sum())


def sketches_of(texts: Sequence[str]) -> list[Sketch]:
    """The sketches of several texts, in order."""
    return [each for codes, spans in fold_codes_each(texts) for each in _sketches(codes, spans)]


def _sketches(codes: Letters, spans: Sequence[tuple[int, int]]) -> list[Sketch]:
    """Those of the texts in one row: what can be done at once is done at once."""
    hashes = shingles_of(codes)  # those that reach from one text into the next are looked at by nobody
    bins = (hashes >> _BIN_AT).astype(np.intp)
    minima = np.full((len(spans), _BINS), _EMPTY)
    letters = [min(stop - start, LETTERS) for start, stop in spans]
    for its, (start, _), length in zip(minima, spans, letters, strict=True):
        end = max(start, start + length - _WIDTH + 1)
        np.minimum.at(its, bins[start:end], hashes[start:end])
    says = [length - _WIDTH + 1 >= _FEWEST for length in letters]
    for place in (minima.max(axis=1) == _EMPTY).nonzero()[0].tolist():
        if says[place]:
            minima[place] = _filled(minima[place])
    return [
        Sketch(folding=FOLDING, letters=length, bands=tuple(bands) if enough else ())
        for length, enough, bands in zip(letters, says, _bands(minima).tolist(), strict=True)
    ]


def _bands(minima: Hashes) -> NDArray[np.int64]:
    """The keys of the bands, of each text a line."""
    rows = minima[:, : BANDS * _ROWS].astype(np.uint64).reshape(-1, _ROWS, BANDS)
    keys = np.tile(_SALTS, (len(minima), 1))
    for row in range(0, _ROWS, 2):
        keys ^= rows[:, row] << _HALF | rows[:, row + 1]
        keys *= _WIDE
        keys ^= keys >> _HALF
    keys *= _WIDE
    return keys.view(np.int64)


def _filled(minima: Hashes) -> Hashes:
    """Each empty bin takes what the next one that is not empty holds, marked with how far it was."""
    full = np.flatnonzero(minima != _EMPTY)
    places = np.arange(_BINS)
    nearest = full[np.searchsorted(full, places) % len(full)]
    far = (nearest - places) % _BINS
    return minima[nearest] + far.astype(np.uint32) * _FIRST


def winnowed(text: str) -> tuple[Fingerprint, ...]:
    """The fingerprints of a text."""
    codes, at = fold_codes(text)
    hashes = _grams_of(codes[:LETTERS].astype(np.uint64))
    if not len(hashes):
        return ()
    window = min(_WINDOW, len(hashes))
    starts = np.flatnonzero(
        np.diff(_minima(hashes, window), prepend=~hashes[:1])
    )  # where another one is least
    places = starts + hashes[starts[:, None] + np.arange(window)].argmin(axis=1)
    first_at: dict[int, int] = {}
    for value, place in zip(hashes[places].view(np.int64).tolist(), at[places].tolist(), strict=True):
        first_at.setdefault(value, place)
    return tuple(Fingerprint(value=value, at=place) for value, place in first_at.items())


def _minima(hashes: NDArray[np.uint64], window: int) -> NDArray[np.uint64]:
    """The least of each ``window`` hashes in a row, by windows that double."""
    minima, wide = hashes, 1
    while wide < window:
        step = min(wide, window - wide)
        minima = np.minimum(minima[:-step], minima[step:])
        wide += step
    return minima


def _grams_of(letters: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A hash of each ``_GRAM`` letters in a row."""
    hashes = np.zeros(max(0, len(letters) - _GRAM + 1), dtype=np.uint64)
    for step in range(_GRAM):
        hashes = hashes * _WIDE + letters[step : len(hashes) + step]
    hashes ^= hashes >> _HALF
    hashes *= _WIDE
    return hashes ^ (hashes >> _HALF)
