"""Text in the pieces that a reader sees change: words, or where a script sets no spaces, its letters.

A letter of Thai, Lao, Burmese or Khmer is several code points that stand or fall together; a comparison
that took them apart would strike out half a letter. It follows UAX 29's extended grapheme clusters as far
as these scripts need, and keeps a vowel that is written before its consonant with it.
"""

import unicodedata
from collections.abc import Iterator
from typing import Final

_BEFORE: Final = frozenset("เแโใไເແໂໃໄ")  # vowels of Thai and Lao that stand before their consonant
_AFTER: Final = frozenset("ะาำຳະາ\u200c\u200d")  # and what stands behind its own without being a mark
_STACKS: Final = frozenset("\u1039\u17d2\u200d")  # the next letter is written below, or joined
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
    for cluster in clusters(text):
        kind = _kind(cluster)
        if kind and kind == growing:
            found[-1] += cluster
        else:
            found.append(cluster)
        growing = kind
    return found


def clusters(text: str) -> Iterator[str]:
    """``text`` letter by letter, each with its marks."""
    begun = ""
    for character in text:
        if begun and (_goes_on(character) or begun[-1] in _STACKS or begun in _BEFORE):
            begun += character
            continue
        if begun:
            yield begun
        begun = character
    if begun:
        yield begun


def _goes_on(character: str) -> bool:
    return unicodedata.category(character)[0] == "M" or character in _AFTER


def _kind(cluster: str) -> str:
    first = cluster[0]
    if first.isspace():
        return "space"
    point = ord(first)
    if any(low <= point <= high for low, high in _UNSPACED):
        return ""
    return "word" if unicodedata.category(first)[0] in _WORD else ""
