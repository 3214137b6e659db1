"""Folding: a text reduced to the letters, marks and numbers by which it is recognised.

The folding is that of Unicode's NFKC_Casefold (UAX 31, DerivedNormalizationProps), after which only
letters, marks and numbers are kept, and digits of every script are those of ASCII: NFKC leaves those of
Khmer, Burmese, Lao and Thai as they are. Spaces and punctuation go, because half of the scripts here put no
space between words, or put an invisible one there, or none, as the keyboard pleases.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FOLDING: Final = 1
"""The version of the folding. It changes with anything that changes a folded text."""
_MARKS: Final = 64  # of one letter, that a passage ends with: who piles up more sees them cut


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """A text's matching text, and where each of its characters stood: ``at[i]`` counts code points."""

    original: str
    text: str
    at: Sequence[int]

    def span(self, start: int, stop: int) -> tuple[int, int]:
        """Where in the original ``text[start:stop]`` stood, with its marks, without what follows it."""
        if start >= stop:
            here = self.at[start] if start < len(self.at) else len(self.original)
            return here, here
        end = self.at[stop - 1] + 1
        last = min(len(self.original), end + _MARKS)
        while end < last and unicodedata.category(self.original[end])[0] == "M":
            end += 1
        return self.at[start], end


def fold(text: str) -> str:
    """The matching text of ``text``: equal for what a reader would call the same words.

    Folding a folded text changes nothing. NFC and NFD, joiners, soft hyphens, case, width and the digits of
    another script make no difference. numpy has to be there (extra `hub`).

    >>> fold("ອາຍຸ ໒໑ — Hà Nội")
    'ອາຍຸ21hànội'
    """
    from syndicate.text._table import look_up, spelled  # noqa: PLC0415 - numpy, for who folds only

    return spelled(look_up(text)[0])


def fold_with_offsets(text: str) -> Folded:
    """``fold(text)``, and for each of its characters the offset in ``text`` that it came from."""
    from syndicate.text._table import look_up, spelled  # noqa: PLC0415 - likewise

    codes, at = look_up(text)
    return Folded(original=text, text=spelled(codes), at=tuple(at.tolist()))


def fold_codes_each(texts: Sequence[str]) -> Iterator[tuple["NDArray[np.uint32]", list[tuple[int, int]]]]:
    """``fold_codes`` of many texts without the offsets, in half the time: some texts in one row.

    Each row comes with where each of its texts begins and ends; what stands between two is no letter.
    """
    from syndicate.text._table import BREAK, look_up_each, together  # noqa: PLC0415 - likewise

    for group in together(texts):
        codes = look_up_each(group)
        ends = [*(codes == ord(BREAK)).nonzero()[0].tolist(), len(codes)]
        yield codes, list(zip([0, *(end + 1 for end in ends[:-1])], ends, strict=True))


def fold_codes(text: str) -> tuple["NDArray[np.uint32]", "NDArray[np.intp]"]:
    """``fold(text)`` as code points, and for each of them the offset in ``text`` that it came from."""
    from syndicate.text._table import look_up  # noqa: PLC0415 - likewise

    return look_up(text)
