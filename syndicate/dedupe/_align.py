"""Alignment: which passages of two texts are alike, and so where they differ. Never quadratic.

What ties the texts together are shingles that each of them has once (as in patience diff): a chain of them
that runs forward in both, then the same again between its links, where more of them are alone.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from syndicate.dedupe._shingles import Hashes, Letters, shingles_of

_DEPTH: Final = 4  # times that it looks again between the links
_RUNS: Final = 2_000  # the longest ones count
_GAPS: Final = 400  # between links, that are looked at again
_SMALL: Final = 16  # letters of a gap that is not
_CHUNK: Final = 64  # letters compared at once, then twice as many, and so on


class Block(NamedTuple):
    """A passage of two texts that is alike; places and length in letters of the matching texts."""

    a: int
    b: int
    length: int


class _Gap(NamedTuple):
    """What lies between two blocks."""

    a: int
    a_end: int
    b: int
    b_end: int
    depth: int


def blocks_of(a: Letters, b: Letters) -> list[Block]:
    """The passages that are alike, in the order of both texts; what moved elsewhere is not among them."""
    hashes = shingles_of(a), shingles_of(b)
    found: list[Block] = []
    gaps, looked = [_Gap(0, len(a), 0, len(b), 0)], 0
    while gaps:
        gap = gaps.pop()
        looked += 1
        inner, deeper = _looked_into(a, b, gap)
        found += inner
        if deeper is None or deeper.depth == _DEPTH or looked > _GAPS:
            continue
        links = _apart(_grown(a, b, _chain(_runs(*hashes, deeper)), deeper))
        found += links
        gaps += _between(deeper, links)
    return sorted(found)


def _looked_into(a: Letters, b: Letters, gap: _Gap) -> tuple[list[Block], _Gap | None]:
    """The beginning and end that both sides share, and what is left between, if it is worth another look."""
    shorter = min(gap.a_end - gap.a, gap.b_end - gap.b)
    head = common_prefix(a[gap.a : gap.a + shorter], b[gap.b : gap.b + shorter])
    tail = common_prefix(
        a[gap.a_end - shorter + head : gap.a_end][::-1], b[gap.b_end - shorter + head : gap.b_end][::-1]
    )
    ends = [Block(gap.a, gap.b, head), Block(gap.a_end - tail, gap.b_end - tail, tail)]
    rest = _Gap(gap.a + head, gap.a_end - tail, gap.b + head, gap.b_end - tail, gap.depth)
    small = min(rest.a_end - rest.a, rest.b_end - rest.b) <= _SMALL
    return [each for each in ends if each.length], None if small else rest


def common_prefix(a: Letters, b: Letters) -> int:
    """How many letters are equal from the start on."""
    done, chunk = 0, _CHUNK
    while done < len(a):
        unlike = np.flatnonzero(a[done : done + chunk] != b[done : done + chunk])
        if len(unlike):
            return done + int(unlike[0])
        done, chunk = done + chunk, chunk * 2
    return len(a)


def _runs(a: Hashes, b: Hashes, gap: _Gap) -> list[Block]:
    """Shingles that both sides have once, those next to each other in both taken together; the longest."""
    alone = _alone(a[gap.a : gap.a_end]), _alone(b[gap.b : gap.b_end])
    _, *at = np.intersect1d(alone[0][0], alone[1][0], assume_unique=True, return_indices=True)
    places, others = alone[0][1][at[0]] + gap.a, alone[1][1][at[1]] + gap.b
    order = np.argsort(places)
    places, others = places[order], others[order]
    begins = np.flatnonzero((np.diff(places, prepend=-2) != 1) | (np.diff(others, prepend=-2) != 1))
    lengths = np.diff(begins, append=len(places))
    longest = np.sort(np.argsort(-lengths, kind="stable")[:_RUNS])
    begins, lengths = begins[longest], lengths[longest]
    columns = places[begins].tolist(), others[begins].tolist(), lengths.tolist()
    return [Block(*each) for each in zip(*columns, strict=True)]


def _alone(hashes: Hashes) -> tuple[Hashes, NDArray[np.intp]]:
    """The hashes that are there once, and where."""
    values, first, counts = np.unique(hashes, return_index=True, return_counts=True)
    return values[counts == 1], first[counts == 1]


def _chain(runs: list[Block]) -> list[Block]:
    """Those of the runs (in order of the first text) that go forward in the second: the most letters."""
    if all(one.b < after.b for one, after in pairwise(runs)):
        return runs
    ends = sorted({run.b for run in runs})
    best = [-1] * (len(ends) + 1)  # a Fenwick tree: the best of those that end so early in the second text
    weights: list[int] = []
    before: list[int] = []
    for number, run in enumerate(runs):
        rank = bisect_left(ends, run.b) + 1
        last = _best_until(best, weights, rank - 1)
        before.append(last)
        weights.append(run.length + (weights[last] if last >= 0 else 0))
        while rank < len(best):
            if best[rank] < 0 or weights[best[rank]] < weights[number]:
                best[rank] = number
            rank += rank & -rank
    at = _best_until(best, weights, len(ends))
    chain = []
    while at >= 0:
        chain.append(runs[at])
        at = before[at]
    return chain[::-1]


def _best_until(best: list[int], weights: list[int], rank: int) -> int:
    found = -1
    while rank:
        if best[rank] >= 0 and (found < 0 or weights[best[rank]] > weights[found]):
            found = best[rank]
        rank -= rank & -rank
    return found


def _grown(a: Letters, b: Letters, runs: list[Block], within: _Gap) -> Iterator[Block]:
    """Each run as far as its letters are alike, both ways; not those that another one has grown over."""
    grown = Block(0, 0, 0)
    for run in runs:
        if run.a < grown.a + grown.length and run.a - grown.a == run.b - grown.b:
            continue
        after = min(within.a_end - run.a, within.b_end - run.b)
        length = common_prefix(a[run.a : run.a + after], b[run.b : run.b + after])
        room = min(run.a - within.a, run.b - within.b)
        back = common_prefix(a[run.a - room : run.a][::-1], b[run.b - room : run.b][::-1])
        grown = Block(run.a - back, run.b - back, length + back)
        yield grown


def _apart(links: Iterable[Block]) -> list[Block]:
    """Blocks that grew into each other, cut where the one before ends; none that were alike by chance."""
    apart: list[Block] = []
    a_end = b_end = 0
    for a, b, length in links:
        cut = max(a_end - a, b_end - b, 0)
        if length > cut:
            apart.append(Block(a + cut, b + cut, length - cut))
            a_end, b_end = a + length, b + length
    return apart


def _between(gap: _Gap, links: list[Block]) -> Iterator[_Gap]:
    a, b = gap.a, gap.b
    for link in links:
        yield _Gap(a, link.a, b, link.b, gap.depth + 1)
        a, b = link.a + link.length, link.b + link.length
    if links:
        yield _Gap(a, gap.a_end, b, gap.b_end, gap.depth + 1)
