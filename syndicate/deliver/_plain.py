"""An item in at most 160 characters, for channels that carry no more; no letter is torn from its marks."""

import unicodedata
from typing import Final

from syndicate.deliver._words import labels_of
from syndicate.news import Item

MOST: Final = 160  # characters
_CUT: Final = "…"
_WORD: Final = 24  # characters given up to end at a space; many scripts of the region write none
_JOINER: Final = "\u200d"
_NON_JOINER: Final = "\u200c"
# A sign that binds the next consonant below itself: Khmer coeng, Burmese virama, and those of Tai Tham,
# Balinese, Javanese and Sundanese. The dots of Tamil, Thai and Lao end a letter, and bind nothing.
_BINDS: Final = frozenset("\u17d2\u1039\u1a60\u1b44\ua9c0\u1bab")
# Vowels that stand after their consonant and belong to it, though Unicode calls them letters.
_BELONGS: Final = frozenset("\u0e33\u0eb3\u0e30\u0e32\u0e45\u0eb0\u0eb2")
# Vowels that are written before the consonant they belong to: Thai and Lao.
_LEADS: Final = frozenset("\u0e40\u0e41\u0e42\u0e43\u0e44\u0ec0\u0ec1\u0ec2\u0ec3\u0ec4")
_FLAGS: Final = ("\U0001f1e6", "\U0001f1ff")


def plain_text(item: Item, agency: str, lang: str, *, revoked: bool = False) -> str:
    """``[LABEL] agency: headline``, in at most 160 characters: the label in ``lang``, the rest as signed."""
    labels = "".join(f"[{label}] " for label in labels_of(item, lang, revoked=revoked))
    return cut(f"{labels}{cut(agency, MOST // 4)}: {' '.join(item.title.split())}", MOST)


def cut(text: str, most: int) -> str:
    """``text``, or as much of it as fits in ``most`` characters with "…" after it."""
    if len(text) <= most:
        return text
    end = most - len(_CUT)
    while end and not _may_part(text, end):
        end -= 1
    space = text.rfind(" ", max(0, end - _WORD), end + 1)
    return text[: space if space > 0 else end].rstrip() + _CUT


def _may_part(text: str, at: int) -> bool:
    """Whether nothing is torn apart before ``at``: by UAX 29, and by what the region adds to it."""
    before, after = text[at - 1], text[at]
    if after in _BELONGS or before in _BINDS or before in _LEADS:
        return False
    if _JOINER in (before, after) or after == _NON_JOINER:
        return False
    if unicodedata.category(after).startswith("M") or _is_tone(after):
        return False
    if _is_flag(before) and _is_flag(after):
        flags = 0
        while flags < at and _is_flag(text[at - 1 - flags]):
            flags += 1
        return flags % 2 == 0
    return True


def _is_tone(character: str) -> bool:
    """A skin tone, which colours the sign before it."""
    return "\U0001f3fb" <= character <= "\U0001f3ff"


def _is_flag(character: str) -> bool:
    return _FLAGS[0] <= character <= _FLAGS[1]
