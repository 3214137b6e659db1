"""What makes two texts alike, and what keeps them apart all the same."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from syndicate.dedupe._align import Block, blocks_of
from syndicate.dedupe._guard import MOVED, Change, Objection, changes_of, objections
from syndicate.dedupe._likeness import Compared, Guard, RelatedAs, Span
from syndicate.dedupe._sentences import sentences_around
from syndicate.dedupe._shingles import distinct, found_again, shingles_of, weight_of
from syndicate.dedupe._side import Side
from syndicate.text import FOLDING

_ALIKE: Final = 0.6  # J from which two texts are
_CONTAINED: Final = 0.8  # of the shorter in the longer
_SHORTER: Final = 0.7  # than the longer: length ratio below which one is an excerpt
_EXCERPT_LETTERS: Final = 150
_COPY_LETTERS: Final = 60
_SHINGLES: Final = 12  # different ones
_REPEATED: Final = 10  # letters for each of these: what repeats itself more says nothing, however long it is
_ALIGNED: Final = 0.1  # of the shorter in the longer, below which nothing is aligned
_SHOWN: Final = 40  # characters of what stands in the place of what


def judge(a: str, b: str) -> Compared:
    """How two texts stand to each other."""
    sides = Side(a), Side(b)
    hashes = [shingles_of(side.letters) for side in sides]
    shingles = [distinct(each) for each in hashes]
    common = np.intersect1d(shingles[0], shingles[1], assume_unique=True)
    shared, first, second = len(common), len(shingles[0]), len(shingles[1])
    jaccard, a_in_b, b_in_a = (shared / max(of, 1) for of in (first + second - shared, first, second))
    for side, each in zip(sides, hashes, strict=True):
        side.again = found_again(side.letters, each, common, MOVED)
    aligned = shared >= _ALIGNED * min(first, second)
    blocks = blocks_of(sides[0].letters, sides[1].letters) if aligned else []
    repeats = any(_repeats(side, each) for side, each in zip(sides, (first, second), strict=True))
    objected = list(objections(*sides, blocks)) if blocks and not repeats else []
    if objected and _is_part(sides, (a_in_b, b_in_a)):
        objected = _of_the_part(sides, blocks, objected)
    likeness, guard = _likeness(sides, (jaccard, a_in_b, b_in_a), (first, second), objected)
    return Compared(
        jaccard=jaccard,
        a_in_b=a_in_b,
        b_in_a=b_in_a,
        letters=(len(sides[0].letters), len(sides[1].letters)),
        changed=_spans(sides, changes_of(*sides, blocks)),
        kept=_spans(sides, (Change(at, at + length, to, to + length) for at, to, length in blocks)),
        guard=guard,
        substituted=_spans(sides, sorted({each.where for each in objected})),
        likeness=likeness,
        same_numbers=_values(sides[0]) == _values(sides[1]),
        folding=FOLDING,
        evidence=_evidence(sides, jaccard, max(a_in_b, b_in_a), guard, objected),
    )


def _is_part(sides: tuple[Side, Side], contained: tuple[float, float]) -> bool:
    """Whether one text may be an excerpt of the other."""
    weights = [weight_of(side.letters) for side in sides]
    shorter = weights.index(min(weights))
    enough = weights[shorter] >= _EXCERPT_LETTERS and weights[shorter] < _SHORTER * max(weights)
    return enough and contained[shorter] >= _CONTAINED


def _of_the_part(
    sides: tuple[Side, Side], blocks: Sequence[Block], objected: Sequence[Objection]
) -> list[Objection]:
    """What is in the way of calling one text a part of the other.

    A headline or a credit line of its own stands in the place of nothing, though the other text goes on
    there. So the ends are judged beside the sentences that are in both, whole, and nothing around these.
    """
    a, b = sides
    if not all(_is_at(each.where, a, b) for each in objected):
        return list(objected)
    first, last = blocks[0], blocks[-1]
    if len(a.folded) < len(b.folded):
        b = _cut_to(b, first.b, last.b + last.length)
    else:
        a = _cut_to(a, first.a, last.a + last.length)
    blocks = blocks_of(a.letters, b.letters)
    left = any(_is_at(each, a, b) and each.replaces for each in changes_of(a, b, blocks))
    return list(objected) if left or any(objections(a, b, blocks)) else []


def _is_at(change: Change, a: Side, b: Side) -> bool:
    """Whether a change is at the beginning, or at the end, of both texts."""
    begins = change.a == change.b == 0
    return begins or (change.a_end, change.b_end) == (len(a.folded), len(b.folded))


def _cut_to(side: Side, start: int, stop: int) -> Side:
    begin, end = side.original(*sentences_around(side, start, stop))
    return Side(side.text[begin:end])


def _repeats(side: Side, different: int) -> bool:
    """Whether a text has so few different shingles that it says nothing, however long it is."""
    return different * _REPEATED < len(side.letters)


def _values(side: Side) -> Counter[str]:
    return Counter(number.value for number in side.numbers)


def _likeness(
    sides: tuple[Side, Side],
    shares: tuple[float, float, float],
    different: tuple[int, int],
    objected: Sequence[Objection],
) -> tuple[RelatedAs | None, Guard]:
    jaccard, *contained = shares
    weights = [weight_of(side.letters) for side in sides]
    repeats = any(_repeats(side, each) for side, each in zip(sides, different, strict=True))
    if min(weights) < _COPY_LETTERS or min(different) < _SHINGLES or repeats:
        return None, Guard.SHORT
    guard = objected[0].guard if objected else Guard.PASSED
    if jaccard >= _ALIKE:
        return (RelatedAs.SIBLING if objected else RelatedAs.COPY), guard
    is_excerpt = not objected and _is_part(sides, (contained[0], contained[1]))
    return (RelatedAs.EXCERPT if is_excerpt else None), guard


def _spans(sides: tuple[Side, Side], changes: Iterable[Change]) -> tuple[Span, ...]:
    a, b = sides
    return tuple(
        Span(a=a.original(change.a, change.a_end), b=b.original(change.b, change.b_end)) for change in changes
    )


def _evidence(
    sides: tuple[Side, Side], jaccard: float, contained: float, guard: Guard, objected: Sequence[Objection]
) -> str:
    """One sentence: how much is alike, and what the guard says."""
    alike = (
        f"{jaccard:.0%} of what both say is in both"
        if jaccard >= _ALIKE
        else f"{contained:.0%} of the shorter is in the longer, {jaccard:.0%} of what both say is in both"
    )
    if guard is Guard.SHORT:
        return f"{alike}; too little text to tell more"
    if not objected:
        return f"{alike}; no number, name or quotation stands in the place of another"
    first = objected[0].where
    here, there = sides[0].in_words(first.a, first.a_end), sides[1].in_words(first.b, first.b_end)
    return f"{alike}, but where one has “{_cut(here)}” the other has “{_cut(there)}”"


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"
