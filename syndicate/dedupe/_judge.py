"""What makes two texts alike, and what keeps them apart all the same."""

import re
from difflib import SequenceMatcher
from typing import Final

import numpy as np

from syndicate.dedupe._likeness import Compared, Guard, RelatedAs, Span
from syndicate.dedupe._shingles import letters_of, shingles_of
from syndicate.text import FOLDING, fold, fold_with_offsets

ALIKE: Final = 0.6
CONTAINED: Final = 0.8
_NUMBER: Final = re.compile(r"\d+(?:[.,:/-]\d+)*")


def judge(a: str, b: str) -> Compared:
    """How two texts stand to each other."""
    letters = letters_of(a), letters_of(b)
    shingles = [np.unique(shingles_of(each)) for each in letters]
    shared = len(np.intersect1d(shingles[0], shingles[1], assume_unique=True))
    sizes = [len(each) for each in shingles]
    jaccard, a_in_b, b_in_a = (
        shared / max(whole, 1) for whole in (sizes[0] + sizes[1] - shared, sizes[0], sizes[1])
    )
    kept, changed = _aligned(a, b)
    substituted = tuple(
        span
        for span in changed
        if _figures(a, span.a) != _figures(b, span.b) and span.a[0] != span.a[1] and span.b[0] != span.b[1]
    )
    guard = Guard.NUMBER if substituted else Guard.PASSED
    likeness = None
    if jaccard >= ALIKE:
        likeness = RelatedAs.SIBLING if substituted else RelatedAs.COPY
    elif max(a_in_b, b_in_a) >= CONTAINED and min(map(len, letters)) >= 150 and not substituted:
        likeness = RelatedAs.EXCERPT
    return Compared(
        jaccard=jaccard,
        a_in_b=a_in_b,
        b_in_a=b_in_a,
        letters=(len(letters[0]), len(letters[1])),
        changed=changed,
        kept=kept,
        guard=guard,
        substituted=substituted,
        likeness=likeness,
        same_numbers=sorted(_figures(a, (0, len(a)))) == sorted(_figures(b, (0, len(b)))),
        folding=FOLDING,
        evidence=f"{jaccard:.0%} of their text is the same",
    )


def _figures(text: str, at: tuple[int, int]) -> list[str]:
    return [
        fold(found[0]) for found in _NUMBER.finditer(text) if found.start() < at[1] and found.end() > at[0]
    ]


def _aligned(a: str, b: str) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    one, other = fold_with_offsets(a[:4000]), fold_with_offsets(b[:4000])
    kept: list[Span] = []
    changed: list[Span] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, one.text, other.text, autojunk=False).get_opcodes():
        (kept if tag == "equal" else changed).append(Span(a=one.span(i1, i2), b=other.span(j1, j2)))
    return tuple(kept), tuple(changed)
