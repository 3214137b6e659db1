"""Shingles: every few letters in a row, hashed, all of a text at once."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from syndicate.dedupe._likeness import BANDS, Fingerprint, Sketch
from syndicate.text import FOLDING, fold_codes

Hashes = NDArray[np.uint64]

LETTERS: Final = 100_000  # of a text that count
_ROWS: Final = 4
_BINS: Final = BANDS * _ROWS
_FEWEST: Final = 12  # shingles; fewer say nothing of likeness
_GRAM: Final = 10  # letters of a fingerprint
_WINDOW: Final = 36  # grams in a row of which one at least is a fingerprint
PASSAGE: Final = _WINDOW + _GRAM - 1  # letters in common that make a fingerprint in common

# Han: ideographs of every plane, and the syllables of Japanese.
_HAN_FROM: Final = 0x3041
_HAN: Final = ((0x3041, 0x30FF), (0x3400, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF))
_FIRST, _SECOND, _THIRD = (
    np.uint64(odd) for odd in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93)
)
_BELOW: Final = np.uint64(32)
_EMPTY: Final = np.uint64(2**64 - 1)
_SALTS: Final = np.arange(1, BANDS + 1, dtype=np.uint64) * _FIRST + np.uint64(FOLDING)


def letters_of(text: str) -> NDArray[np.uint64]:
    """The matching text as numbers, bounded."""
    return fold_codes(text)[0][:LETTERS].astype(np.uint64)


def shingles_of(letters: NDArray[np.uint64]) -> Hashes:
    """A hash of each five letters in a row, of three where the first is Han; in the order of the text."""
    if len(letters) < 5:
        return letters[:0]
    pairs = letters[:-1] * _FIRST + letters[1:]
    threes = pairs[:-1] * _SECOND + letters[2:]
    fives = threes[:-2] * _THIRD + pairs[3:]
    return mixed(np.where(_is_han(letters[:-4]), threes[:-2], fives) if _has_han(letters) else fives)


def mixed(hashes: Hashes) -> Hashes:
    """Hashes whose every bit depends on every letter."""
    hashes = (hashes ^ (hashes >> _BELOW)) * _SECOND
    return hashes ^ (hashes >> np.uint64(29))


def _has_han(letters: NDArray[np.uint64]) -> bool:
    return int(letters.max()) >= _HAN_FROM


def _is_han(letters: NDArray[np.uint64]) -> NDArray[np.bool_]:
    found = np.zeros(len(letters), dtype=np.bool_)
    for first, last in _HAN:
        found |= (letters >= first) & (letters <= last)
    return found


def bands_of(text: str) -> Sketch:
    """The sketch of a text."""
    letters = letters_of(text)
    hashes = shingles_of(letters)
    bands = _bands(hashes) if len(hashes) >= _FEWEST else ()
    return Sketch(folding=FOLDING, letters=len(letters), bands=bands)


def _bands(hashes: Hashes) -> tuple[int, ...]:
    minima = np.full(_BINS, _EMPTY)
    bins = (
        (hashes >> _BELOW) * np.uint64(_BINS)
    ) >> _BELOW  # the upper half says which, the whole is compared
    np.minimum.at(minima, bins.astype(np.intp), hashes)
    rows = _filled(minima).reshape(BANDS, _ROWS)
    keys = _SALTS.copy()
    for row in range(_ROWS):
        keys = mixed(keys * _THIRD + rows[:, row])
    return tuple(keys.view(np.int64).tolist())


def _filled(minima: Hashes) -> Hashes:
    """Each empty bin takes what the next one that is not empty holds, marked with how far it was."""
    full = np.flatnonzero(minima != _EMPTY)
    places = np.arange(_BINS)
    nearest = full[np.searchsorted(full, places) % len(full)]
    far = (nearest - places) % _BINS
    return minima[nearest] + far.astype(np.uint64) * _FIRST


def winnowed(text: str) -> tuple[Fingerprint, ...]:
    """The fingerprints of a text."""
    codes, at = fold_codes(text)
    letters = codes.astype(np.uint64)
    if len(letters) < _GRAM:
        return ()
    hashes = grams_of(letters)
    window = min(_WINDOW, len(hashes))
    windows = np.lib.stride_tricks.sliding_window_view(hashes, window)
    chosen = np.unique(np.arange(len(windows)) + windows.argmin(axis=1))
    values, first = np.unique(hashes[chosen], return_index=True)
    order = np.argsort(first)
    places = at[chosen[first[order]]].tolist()
    signed = values[order].view(np.int64).tolist()
    return tuple(Fingerprint(value=value, at=place) for value, place in zip(signed, places, strict=True))


def grams_of(letters: NDArray[np.uint64]) -> Hashes:
    """A hash of each ``_GRAM`` letters in a row."""
    hashes = np.zeros(len(letters) - _GRAM + 1, dtype=np.uint64)
    for step in range(_GRAM):
        hashes = hashes * _SECOND + letters[step : len(hashes) + step]
    return mixed(hashes)
