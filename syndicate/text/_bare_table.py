"""Bare letters, asked for once and then read from a table, many texts at a time."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from syndicate.text._bare import Spaced, bare_letter
from syndicate.text._compose import Rows
from syndicate.text._table import BREAK, look_up_each, spelled, together

_ORNAMENT: Final = 1  # what an ornament becomes; 0: the code point was never met
_table = np.zeros(0x110000, dtype=np.uint32)  # pages of it that no text touches take no memory


def spaced_each(texts: Sequence[str]) -> Iterator[Spaced]:
    """``spaced`` of each text, without the places."""
    for group in together(texts):
        folded = look_up_each(group, spaces=True)
        bare = _look_up(folded)
        if bare.min(initial=ord(BREAK)) == _ORNAMENT:
            letters = (bare > _ORNAMENT).nonzero()[0]
            folded, bare = folded.take(letters), bare.take(letters)
        yield from map(Spaced, spelled(folded).split(BREAK), spelled(bare).split(BREAK))


def _look_up(folded: Rows) -> Rows:
    codes = folded.astype(np.intp)
    bare = _table.take(codes, mode="wrap")
    if not bare.min(initial=_ORNAMENT):
        for code in np.unique(codes[bare == 0]).tolist():
            _table[code] = ord(bare_letter(code) or chr(_ORNAMENT))
        bare = _table.take(codes, mode="wrap")
    return bare
