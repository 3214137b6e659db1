"""What each code point folds to, asked of Unicode once and then read from a table, a whole text at a time."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import reduce
from operator import or_
from typing import Final

import numpy as np

from syndicate.text._compose import CODE, ENCODING, MARKS, SEVERAL, Along, Offsets, Rows, composed, row_of

_DROPPED: Final = 1  # the row of a code point that folds to nothing; 0: it was never met
_SPACE: Final = ord(" ")  # of one that separates: it folds to nothing, too, where spaces do not count
BREAK: Final = "|"  # between two texts that are folded at once; nothing folds to it, nor to a space
_TOGETHER: Final = 32_768  # characters that are looked up at once

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
    rows = _rows_of(text)
    at = (rows > _SPACE).nonzero()[0]
    rows, (places,) = _whole(rows.take(at), (at,))
    return rows, places


def together(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    """Texts in groups of some pages: what they are made into stays in the processor's cache."""
    group: list[str] = []
    room = _TOGETHER
    for text in texts:
        room -= len(text)
        if group and room < 0:
            yield group
            group, room = [], _TOGETHER - len(text)
        group.append(text)
    if group:
        yield group


def look_up_each(texts: Sequence[str], *, spaces: bool = False) -> Rows:
    """The folded code points of all these texts in one row, a ``BREAK`` between two.

    With ``spaces``, whatever separates is a space. It is the same as to look up each; what folding a text
    takes apart from its letters is taken once.
    """
    rows = _rows_of(BREAK.join(texts))
    ends = np.cumsum([len(text) + 1 for text in texts[:-1]], dtype=np.intp) - 1
    rows[ends] = ord(BREAK)
    kept = (rows > (_DROPPED if spaces else _SPACE)).nonzero()[0]
    return _whole(rows.take(kept), ())[0]


def _rows_of(text: str) -> Rows:
    """The row of each code point of ``text``."""
    given = np.frombuffer(text.encode(ENCODING, "surrogatepass"), dtype=np.uint32).astype(np.intp)
    rows = _table.take(given, mode="wrap")
    if not rows.min(initial=_DROPPED):
        _learn(np.unique(given[rows == 0]).tolist())
        rows = _table.take(given, mode="wrap")
    return rows


def _whole(rows: Rows, along: Along) -> tuple[Rows, Along]:
    """The code points of ``rows``: what stands for several letters is these, what composes is composed."""
    flags = int(np.bitwise_or.reduce(rows, initial=0))
    if flags & int(SEVERAL):
        rows, along = _spread(rows, along)
    if flags & int(MARKS):
        rows, along = composed(rows, along, flags)
    return rows & CODE, along


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
            _table[code] = rows[0] if rows else _SPACE if separates(chr(code)) else _DROPPED


def separates(character: str) -> bool:
    """Whether a character that folds to nothing stands between words, as a space does."""
    kind = unicodedata.category(character)
    return kind[0] in "ZPS" or kind == "Cc"


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


def _spread(rows: Rows, along: Along) -> tuple[Rows, Along]:
    """With each code point that folds to several letters replaced by their rows."""
    several = (rows & SEVERAL != 0).nonzero()[0]
    inner = [_several[code] for code in (rows[several] & CODE).tolist()]
    lengths = np.ones(len(rows), dtype=np.intp)
    lengths[several] = [len(each) for each in inner]
    spread = np.repeat(rows, lengths)
    spread[spread & SEVERAL != 0] = [row for each in inner for row in each]
    return spread, tuple(np.repeat(each, lengths) for each in along)
