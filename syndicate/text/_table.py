"""What each code point folds to, asked of Unicode once and then read from a table, a whole text at a time."""

import unicodedata
from functools import reduce
from operator import or_
from typing import Final

import numpy as np

from syndicate.text._compose import CODE, ENCODING, MARKS, SEVERAL, Offsets, Rows, composed, row_of

_DROPPED: Final = 1  # the row of a code point that folds to nothing; 0: it was never met

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

_table = np.zeros(0x110000, dtype=np.uint32)  # pages of it that no text touches take no memory
_several: dict[int, list[int]] = {}  # the rows of what such a code point folds to


def look_up(text: str) -> tuple[Rows, Offsets]:
    """The folded code points of ``text``, and the offset that each came from."""
    given = np.frombuffer(text.encode(ENCODING, "surrogatepass"), dtype=np.uint32).astype(np.intp)
    rows = _table.take(given, mode="wrap")
    if not rows.min(initial=_DROPPED):
        _learn(np.unique(given[rows == 0]).tolist())
        rows = _table.take(given, mode="wrap")
    at = (rows > _DROPPED).nonzero()[0]
    rows = rows.take(at)
    flags = int(np.bitwise_or.reduce(rows, initial=0))
    if flags & int(SEVERAL):
        rows, at = _spread(rows, at)
    if flags & int(MARKS):
        rows, at = composed(rows, at, flags)
    return rows & CODE, at


def spelled(codes: Rows) -> str:
    """The text of these code points."""
    return codes.tobytes().decode(ENCODING)


def _learn(unknown: list[int]) -> None:
    for code in unknown:
        rows = [row_of(letter) for letter in letters_of(chr(code))]
        if len(rows) > 1:
            _several[code] = rows
            flags = reduce(or_, rows) & ~int(CODE)
            _table[code] = code | int(SEVERAL) | flags
        else:
            _table[code] = rows[0] if rows else _DROPPED


def letters_of(character: str) -> str:
    """What one character folds to by itself, in NFC."""
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


def _spread(rows: Rows, at: Offsets) -> tuple[Rows, Offsets]:
    """With each code point that folds to several letters replaced by their rows."""
    several = (rows & SEVERAL).nonzero()[0]
    inner = [_several[code] for code in (rows[several] & CODE).tolist()]
    lengths = np.ones(len(rows), dtype=np.intp)
    lengths[several] = [len(each) for each in inner]
    spread = np.repeat(rows, lengths)
    spread[spread & SEVERAL > 0] = [row for each in inner for row in each]
    return spread, np.repeat(at, lengths)
