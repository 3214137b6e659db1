"""A text with a space wherever something separates; and the same without what writers leave out.

Each code point folds to the letters of ``fold``, to nothing if nobody sees it, or to a space: so without its
spaces the text is the matching text. A bare text lacks the accents of Latin letters and the short vowels of
Arabic ones, too; the marks of other scripts are no ornament and stay.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from syndicate.news import normalized
from syndicate.text._fold import fold

# Where letters with accents are, and ornaments by themselves; no other script's marks are looked at.
_ADORNED: Final = re.compile("[\x80-\u06ff\u1e00-\u1fff]")
_TATWEEL: Final = "\u0640"  # stretches an Arabic word
# Letters without a decomposition, and one letter that is two on two keyboards: Vietnamese đ, those of Jawi.
_SAME: Final = dict(zip("đłøıىیکڬۀةەہھ", "dloiييكݢههههه", strict=True))  # noqa: RUF001 - Arabic heh


@dataclass(frozen=True, slots=True)
class Spaced:
    """A text folded and bare, of one length; ``starts`` and ``stops`` say where each character stood."""

    folded: str
    bare: str
    starts: Sequence[int] = ()
    stops: Sequence[int] = ()


def spaced(text: str) -> Spaced:
    """``text`` folded and bare, with its spaces."""
    folded = normalized("NFC", text.translate(_folding))
    if _ADORNED.search(folded) is None:
        return Spaced(folded, folded)
    folded = folded.translate(_worn)
    return Spaced(folded, folded.translate(_bareness))


def spaced_with_places(text: str) -> Spaced:
    """The same, and where each character stood: ``text[starts[i]:stops[i]]``, its marks included."""
    letters = [_folding[ord(character)] for character in text]
    whole = "".join(letters)
    if unicodedata.is_normalized("NFC", whole) and (made := spaced(text)).folded == whole:
        ends = _ends(text, letters)
        at = [at for at, letter in enumerate(letters) for _ in letter]
        return Spaced(whole, made.bare, at, [ends[each] for each in at])
    return _spaced_apart(text)


def _ends(text: str, letters: Sequence[str]) -> Sequence[int]:
    """Where the letter ends of which each character is the beginning, or a part."""
    ends = [0] * len(text)
    end = len(text)
    for at in range(len(text) - 1, -1, -1):
        ends[at] = end
        if letters[at] and (text[at] < "\u0300" or not _joins(text[at])):
            end = at
    return ends


def _spaced_apart(text: str) -> Spaced:
    """The same letter by letter, for what is composed, or stripped, only when its letters are together."""
    folded, bare = [], []
    starts: list[int] = []
    stops: list[int] = []
    for start, stop in _clusters(text):
        made = spaced(text[start:stop])
        folded.append(made.folded)
        bare.append(made.bare)
        starts += [start] * len(made.folded)
        stops += [stop] * len(made.folded)
    return Spaced("".join(folded), "".join(bare), starts, stops)


def _clusters(text: str) -> Sequence[tuple[int, int]]:
    """Where each letter begins, and where it ends with its marks and with what nobody sees."""
    starts = [at for at, each in enumerate(text) if not at or (_folding[ord(each)] and not _joins(each))]
    return list(pairwise([*starts, len(text)]))


def _joins(character: str) -> bool:
    return unicodedata.category(character)[0] == "M"


class _Folding(dict[int, str]):
    """Code point → what it folds to; filled as it is asked, by the code points that there are."""

    def __missing__(self, code: int) -> str:
        from syndicate.text._table import separates  # noqa: PLC0415 - numpy, for who folds only

        character = chr(code)
        found = fold(character) or (" " if separates(character) else "")
        self[code] = found
        return found


class _Worn(dict[int, str]):
    """Folded code point → itself, or nothing where it is an ornament that stands by itself."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        adorned = _ADORNED.match(letter) is not None
        ornament = letter == _TATWEEL or (adorned and unicodedata.category(letter)[0] == "M")
        self[code] = found = "" if ornament else letter
        return found


class _Bareness(dict[int, str]):
    """Folded code point → its bare letter, always one."""

    def __missing__(self, code: int) -> str:
        self[code] = found = _undressed(chr(code))
        return found


def _undressed(letter: str) -> str:
    if _ADORNED.match(letter) is None:
        return letter
    first = unicodedata.normalize("NFD", letter)[0]
    return _SAME.get(first, first)


def bare_letter(code: int) -> str:
    """What a folded code point is without its accents: nothing, where it is an ornament."""
    return _worn[code] and _bareness[code]


_folding: Final = _Folding()
_worn: Final = _Worn()
_bareness: Final = _Bareness()
