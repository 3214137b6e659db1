"""Text in the pieces that a reader sees change: words, or where a script sets no spaces, its letters."""

import unicodedata
from typing import Final

from syndicate.news import letters

_UNSPACED: Final = (  # scripts that set no spaces between words
    (0x0E00, 0x0EFF),  # Thai, Lao
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x9FFF),  # Han and its neighbours
    (0xA9E0, 0xA9FF),
    (0xAA60, 0xAA7F),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_WORD: Final = frozenset("LNM")  # first letters of the categories that words are made of


def pieces(text: str) -> list[str]:
    """``text`` in pieces that together are it: words, spaces, signs, letters of unspaced scripts."""
    found: list[str] = []
    growing = ""  # a kind: pieces of the same one grow together
    for letter in letters(text):
        kind = _kind(letter)
        if kind and kind == growing:
            found[-1] += letter
        else:
            found.append(letter)
        growing = kind
    return found


def _kind(letter: str) -> str:
    first = letter[0]
    if first.isspace():
        return "space"
    point = ord(first)
    if any(low <= point <= high for low, high in _UNSPACED):
        return ""
    return "word" if unicodedata.category(first)[0] in _WORD else ""
