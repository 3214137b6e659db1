"""Text letter by letter, as the region's readers see letters: what belongs together is never taken apart.

A letter of Thai, Lao, Burmese or Khmer is several code points that stand or fall together. It follows UAX
29's extended grapheme clusters as far as these scripts and signs of today need, and keeps a vowel that is
written before or after its consonant with it.
"""

import unicodedata
from collections.abc import Iterator
from typing import Final

_JOINER: Final = "\u200d"
_NON_JOINER: Final = "\u200c"
# A sign that binds the next consonant below itself: Khmer coeng, Burmese virama, and those of Tai Tham,
# Balinese, Javanese and Sundanese. The dots of Tamil, Thai and Lao end a letter, and bind nothing.
_BINDS: Final = frozenset("\u17d2\u1039\u1a60\u1b44\ua9c0\u1bab")
# Vowels that stand after their consonant and belong to it, though Unicode calls them letters.
_BELONGS: Final = frozenset("\u0e33\u0eb3\u0e30\u0e32\u0e45\u0eb0\u0eb2")
# Vowels that are written before the consonant they belong to: Thai and Lao.
_LEADS: Final = frozenset("\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4")
_FLAGS: Final = "".join(map(chr, range(0x1F1E6, 0x1F200)))  # letters of which two are a flag
_TONES: Final = ("\U0001f3fb", "\U0001f3ff")  # of skin: they colour the sign before them


def letters(text: str) -> Iterator[str]:
    """``text`` letter by letter, each with its marks; together they are the text.

    >>> list(letters("น้ำ"))
    ['น้ำ']
    """
    begun = ""
    for character in text:
        if begun and not _goes_on(begun, character):
            yield begun
            begun = ""
        begun += character
    if begun:
        yield begun


def _goes_on(begun: str, after: str) -> bool:
    """Whether a letter that has begun goes on with this character."""
    before = begun[-1]
    if after in _BELONGS or before in _BINDS or before in _LEADS:
        return True
    if _JOINER in (before, after) or after == _NON_JOINER:
        return True
    if unicodedata.category(after).startswith("M") or _TONES[0] <= after <= _TONES[1]:
        return True
    return after in _FLAGS and (len(begun) - len(begun.rstrip(_FLAGS))) % 2 == 1
