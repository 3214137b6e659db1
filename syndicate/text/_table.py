"""What each code point folds to, asked of Unicode once and then read from a table, a whole text at a time."""

import unicodedata
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.uint32]
Offsets = NDArray[np.intp]

_POINTS: Final = 0x110000
# What stands in the table for a code point: 0 if it was never met, 1 if it folds to nothing, the one that it
# folds to, or from _MANY on itself if it folds to several, which stand in _several.
_DROPPED: Final = 1
_MANY: Final = _POINTS
_FIRST_MARK: Final = 0x300  # below it, nothing combines with what stands before it
_JAMO: Final = ("\u1100", "\u11ff")

# Default_Ignorable_Code_Point of Unicode 16 (DerivedCoreProperties): seen by nobody. Most are no letters
# anyhow; the fillers of Hangul, the inherent vowels of Khmer and the selectors of variants would be.
_UNSEEN: Final = (
    (0x00AD, 0x00AD),
    (0x034F, 0x034F),
    (0x061C, 0x061C),
    (0x115F, 0x1160),
    (0x17B4, 0x17B5),
    (0x180B, 0x180F),
    (0x200B, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0x3164, 0x3164),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xFFA0, 0xFFA0),
    (0xFFF0, 0xFFF8),
    (0x1BCA0, 0x1BCA3),
    (0x1D173, 0x1D17A),
    (0xE0000, 0xE0FFF),
)

_table = np.zeros(_POINTS, dtype=np.uint32)  # pages of it that no text touches take no memory
_several: dict[int, str] = {}


def look_up(text: str) -> tuple[Codes, Offsets]:
    """The folded code points of ``text``, and the offset that each came from."""
    given = _codes_of(text)
    found = _table[given]
    if not found.all():
        _learn(np.unique(given[found == 0]))
        found = _table[given]
    at = np.flatnonzero(found > _DROPPED)
    codes = found[at]
    highest = int(codes.max(initial=0))
    if highest >= _MANY:
        codes, at = _spread(codes, at)
    return (codes, at) if highest < _FIRST_MARK else _composed(codes, at)


def _codes_of(text: str) -> Codes:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)


def _learn(unknown: Codes) -> None:
    for code in unknown.tolist():
        letters = _letters_of(chr(code))
        if len(letters) > 1:
            _several[code] = letters
            _table[code] = _MANY + code
        else:
            _table[code] = ord(letters) if letters else _DROPPED


def _letters_of(character: str) -> str:
    if _unseen(character):
        return ""
    before, text = "", character
    while before != text:
        before, text = text, unicodedata.normalize("NFKD", text.casefold())
    kept = (each for each in text if unicodedata.category(each)[0] in "LMN" and not _unseen(each))
    return unicodedata.normalize("NFC", "".join(map(_digit, kept)))


def _digit(character: str) -> str:
    value = unicodedata.digit(character, None)
    return character if value is None else str(value)


def _unseen(character: str) -> bool:
    return any(first <= ord(character) <= last for first, last in _UNSEEN)


def _spread(codes: Codes, at: Offsets) -> tuple[Codes, Offsets]:
    """With each code point that folds to several letters replaced by them."""
    letters = [_several[code - _MANY] for code in codes[codes >= _MANY].tolist()]
    lengths = np.ones(len(codes), dtype=np.intp)
    lengths[codes >= _MANY] = [len(each) for each in letters]
    spread = np.repeat(codes, lengths)
    spread[spread >= _MANY] = _codes_of("".join(letters))
    return spread, np.repeat(at, lengths)


def _composed(codes: Codes, at: Offsets) -> tuple[Codes, Offsets]:
    """In NFC, as almost every text comes; what was composed stands where its first part stood."""
    text = codes.tobytes().decode("utf-32-le")
    if unicodedata.is_normalized("NFC", text):
        return codes, at
    composed: list[str] = []
    offsets: list[int] = []
    for start, stop in _clusters(text):
        whole = unicodedata.normalize("NFC", text[start:stop])
        composed.append(whole)
        offsets += at[start : start + len(whole)].tolist()
    return _codes_of("".join(composed)), np.array(offsets, dtype=np.intp)


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Where each letter begins and ends with what may combine with it: marks, and the jamo of Hangul."""
    start = 0
    for place, character in enumerate(text):
        joins = unicodedata.category(character)[0] == "M" or _JAMO[0] <= character <= _JAMO[1]
        if place > start and not joins:
            yield start, place
            start = place
    yield start, len(text)
