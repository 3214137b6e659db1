"""Which of many texts have passages in common with others, asked of many runs of fingerprints at once.

``postings.Wanted`` finds who has a passage that somebody asks about. Here each of many versions asks for
those before it, and each bucket is read once for all of them. Of one fingerprint the first ``COMMON``
versions count: each bucket keeps the first ones of its stretch, so these are the same however the runs were
cut.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from syndicate.dedupe import _postings as postings

Numbers = NDArray[np.uint64]
Places = NDArray[np.intp]

_LOW = np.uint64(0xFFFF_FFFF)
_INDEX_BITS = np.uint64(32)
_PACKED = np.dtype("<u8")
_SIEVE = 1 << 20
_CLOSE = 2  # fingerprints apart, at most, of one passage


class Shared:
    """Versions that ask, by index, each with its fingerprints in order; and what is found for them."""

    def __init__(self, asked: Mapping[int, Sequence[int]]) -> None:
        prints = [np.asarray(each, np.int64).view(np.uint64) >> postings.KEPT_FROM for each in asked.values()]
        many = np.asarray([len(each) for each in prints], np.intp)
        asker = np.repeat(np.fromiter(asked, np.uint64, len(asked)), many)
        self._keys, place = np.unique(np.concatenate([*prints, _none()]), return_inverse=True)
        order = np.argsort(place, kind="stable")
        # Who asks for a key, and as which of its fingerprints: those of one key beside each other.
        self._askers = asker[order] << _INDEX_BITS | _within(many)[order].astype(np.uint64)
        self._asked_by = np.searchsorted(place[order], np.arange(len(self._keys) + 1))
        self._found: list[tuple[Places, Numbers]] = []
        self._by_bucket = [self._places(level) for level in (postings.SMALL, postings.LARGE)]

    def buckets(self, level: int) -> list[int]:
        """The buckets of a run of this level to look into."""
        return list(self._by_bucket[level])

    def look(self, level: int, bucket: int, entries: bytes) -> None:
        """Take what one bucket has."""
        numbers = np.frombuffer(entries, _PACKED)
        first, end = self._by_bucket[level][bucket]
        keys = (self._keys[first:end] & _LOW) << _INDEX_BITS
        begins = np.searchsorted(numbers, keys)
        counts = np.searchsorted(numbers, keys | _LOW, side="right") - begins
        some = counts.nonzero()[0]
        if len(some):
            places = np.repeat(some, counts[some])
            at = np.repeat(begins[some], counts[some]) + _within(counts[some])
            self._found.append((places + first, (numbers[at] & _LOW).astype(np.uint64)))

    def look_among(self, waiting: Sequence[tuple[int, bytes]]) -> None:
        """Take what versions have that wait for their run: (index, ``packed``)."""
        if not waiting or not self._keys.size:
            return
        keys = np.frombuffer(b"".join(raw for _, raw in waiting), _PACKED) >> postings.KEPT_FROM
        wanted = np.zeros(_SIEVE, np.bool_)  # most is nobody's, and this is cheap
        wanted[self._keys % _SIEVE] = True
        hits = np.flatnonzero(wanted[keys % _SIEVE])
        places = np.minimum(np.searchsorted(self._keys, keys[hits]), len(self._keys) - 1)
        same = self._keys[places] == keys[hits]
        ends = np.cumsum([len(raw) // 8 for _, raw in waiting])
        carriers = np.asarray([index for index, _ in waiting], np.uint64)
        self._found.append((places[same], carriers[np.searchsorted(ends, hits[same], side="right")]))

    def counted(self) -> dict[int, dict[int, int]]:
        """For each that asked, which versions before it share a passage, and how much of one.

        That is the number of its fingerprints that they have next to, or next but one to, another one that
        they have, and one more: a passage has several in a row, phrases that everybody uses are scattered.
        """
        answer: dict[int, dict[int, int]] = {}
        if not self._found:
            return answer
        pairs, places = self._before()
        if not pairs.size:
            return answer
        order = np.lexsort((places, pairs))
        pairs, places = pairs[order], places[order]
        close = (pairs[1:] == pairs[:-1]) & (places[1:] - places[:-1] <= _CLOSE)
        firsts = np.flatnonzero(np.r_[True, pairs[1:] != pairs[:-1]])
        counts = np.add.reduceat(np.r_[close, False].astype(np.int64), firsts) + 1
        for pair, count in zip(pairs[firsts].tolist(), counts.tolist(), strict=True):
            answer.setdefault(pair >> 32, {})[pair & 0xFFFF_FFFF] = count
        return answer

    def _before(self) -> tuple[Numbers, Numbers]:
        """Who asked and who has it, in one number; and as which of its fingerprints."""
        keys, carriers = (np.concatenate(each) for each in zip(*self._found, strict=True))
        order = np.lexsort((carriers, keys))
        keys, carriers = keys[order], carriers[order]
        few = np.arange(len(keys)) - np.searchsorted(keys, keys) < postings.COMMON
        keys, carriers = keys[few], carriers[few]
        many = self._asked_by[keys + 1] - self._asked_by[keys]
        asked = self._askers[np.repeat(self._asked_by[keys], many) + _within(many)]
        carriers = np.repeat(carriers, many)
        before = carriers < asked >> _INDEX_BITS
        asked, carriers = asked[before], carriers[before]
        return asked >> _INDEX_BITS << _INDEX_BITS | carriers, asked & _LOW

    def _places(self, level: int) -> dict[int, tuple[int, int]]:
        """Where the keys of each bucket stand."""
        buckets = self._keys >> postings.bucket_from(level)
        found, firsts = np.unique(buckets, return_index=True)
        ends = np.append(firsts, len(self._keys))[1:].tolist()
        return dict(zip(found.tolist(), zip(firsts.tolist(), ends, strict=True), strict=True))


def _none() -> Numbers:
    return np.zeros(0, np.uint64)


def _within(counts: NDArray[np.intp]) -> Places:
    """0, 1, … as often as each count says, one after the other."""
    ends = np.cumsum(counts)
    return np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts, counts)
